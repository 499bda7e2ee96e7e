"""``step_through``: a function's bytecode, one instruction after the other, with the values it works on."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import FunctionType, GeneratorType, MethodType

from unladen.inside.recorder import UNKNOWN, Recorder, Step, Stop
from unladen.inside.values import shown
from unladen.short import cut
from unladen.show import Message, Table

FIRST = 24  # steps that a static output shows before it says how many more there are
WIDEST = 90  # characters of a column in a plain-text output


class NoBytecodeError(Message, TypeError):
    """What was given cannot be stepped through; the text says why, and what can."""


@dataclass
class Steps:
    """What ``step_through`` saw: shows itself as a table, and in a live JupyterLab or a slide as a stepper.

    ``steps`` are the instructions in the order they were carried out, ``value`` is what the function returned (for a
    generator: the list of what it yielded), ``error`` the exception that left it instead, None if none did. ``cut``
    tells that it was stopped at the limit, ``note`` what else the reader has to know. ``first`` is the number of the
    first step that is shown.
    """

    call: str
    steps: list[Step]
    value: object = None
    error: BaseException | None = None
    cut: bool = False
    note: str = ""
    first: int = 1
    total: int = field(default=0, repr=False)

    def __post_init__(self):
        self.total = self.total or len(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def opnames(self) -> list[str]:
        """The names of the instructions in the order they were carried out."""
        return [step.opname for step in self.steps]

    def only(self, first: int, last: int | None = None) -> Steps:
        """The steps from number ``first`` to number ``last`` (counted from 1, both included), to show these alone."""
        last = self.total if last is None else last
        if not 1 <= first <= last:
            raise ValueError(f"expected 1 <= first <= last, and got first={first}, last={last}")
        chosen = self.steps[max(0, first - self.first) : max(0, last - self.first + 1)]
        return replace(self, steps=chosen, first=max(first, self.first))

    @property
    def title(self) -> str:
        """The call, how many instructions it took, and what came of it."""
        if self.cut:
            return f"{self.call}: stopped after {self.total} instructions, before its end"
        end = f"gives {shown(self.value, 40)}" if self.error is None else f"raises {shown(self.error, 90)}"
        return f"{self.call}: {self.total} instruction{'s' * (self.total != 1)}, {end}"

    def __repr__(self) -> str:
        several = len({step.function for step in self.steps}) > 1
        rows = [self._row(number, step, several) for number, step in enumerate(self.steps[:FIRST], self.first)]
        notes = [self.more(FIRST)] * (len(rows) < len(self.steps)) + [self.note] * bool(self.note)
        columns = [
            "step",
            *["function"] * several,
            "line",
            "instruction",
            "value stack, its top to the right",
            "locals",
        ]
        return repr(Table(columns, rows, self.title, "\n".join(notes), right=(0, 1 + several)))

    def more(self, shown: int) -> str:
        """How many steps there are after the first ``shown`` ones, in words."""
        left = len(self.steps) - shown
        return f"… and {left} more instruction{'s' * (left != 1)}"

    @staticmethod
    def _row(number: int, step: Step, several: bool) -> list[str]:
        instruction = "  " * step.depth + f"{step.opname} {step.argrepr}".strip()
        stack = list(step.stack if step.meanwhile is None else step.meanwhile) or ["(empty)"]
        while len(stack) > 2 and len(" │ ".join(stack)) > WIDEST:  # the top is what counts
            stack[:2] = ["…"]
        bound = ", ".join(f"{name}={value}" for name, value in step.locals.items())
        line = "-" if step.line is None else step.line
        return [
            number,
            *[step.function] * several,
            line,
            instruction,
            f"{' │ '.join(stack)}  {step.note}".strip(),
            cut(bound, WIDEST),
        ]

    def _repr_html_(self) -> str:
        from unladen.inside.stepper import strip

        return strip(self, FIRST)


def step_through(f: Callable, /, *args, limit: int = 200, into: bool = True, **kwargs) -> Steps:
    """Run ``f(*args, **kwargs)`` once, for real, and note after each bytecode instruction what its frame holds.

    The value stack and the variables are read from the running frame's memory (``unladen/inside/frames.py``), so they
    are what the interpreter works with, not a simulation. A generator is taken to its end. Python functions that
    ``f`` calls are followed if they are defined in the same module or notebook (``into=False``: none is); all others
    are one instruction. After ``limit`` instructions the function is stopped.

    What ``f`` prints and changes happens. An exception that leaves it is kept in the result's ``error``, not raised;
    ``KeyboardInterrupt`` is raised. Raises ``NoBytecodeError`` for what has no bytecode (functions written in C) and
    for async functions, ``ValueError`` for a limit below 1.
    """
    if limit < 1:
        raise ValueError(f"expected a limit of at least 1 instruction, and got {limit}")
    function = _function_of(f)
    recorder = Recorder(function.__code__, function.__globals__, limit, into)
    call = _call(f, args, kwargs)
    outcome = recorder.run(lambda: _outcome(f, args, kwargs, function))
    # if it was stopped, what came of it is our doing, not the function's
    value, error = (None, None) if recorder.cut else outcome
    return Steps(call, recorder.steps, value, error, recorder.cut, _note(recorder, error))


def _outcome(f: Callable, args: tuple, kwargs: dict, function: FunctionType) -> tuple[object, BaseException | None]:
    """What ``f`` returned, and None; or None, and the exception that left it."""
    try:
        value = f(*args, **kwargs)
        if isinstance(value, GeneratorType) and value.gi_code is function.__code__:
            value = list(value)
        return value, None
    except (KeyboardInterrupt, Stop):
        raise
    except BaseException as error:
        return None, _without_frames(error)


def _note(recorder: Recorder, error: BaseException | None) -> str:
    """What the reader has to know about this record, in sentences; mostly nothing."""
    sentences = [recorder.failed] * bool(recorder.failed)
    if recorder.trouble:
        sentences.append(f"each value on the stack is shown as {UNKNOWN}: {recorder.trouble}")
    if not recorder.steps and not recorder.failed and error is None:
        sentences.append("none of its bytecode was carried out: the result came out of a cache or compiled code")
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in sentences)


def _function_of(f: object) -> FunctionType:
    """The Python function whose bytecode runs when ``f`` is called; ``NoBytecodeError`` if there is none."""
    found = f
    while isinstance(found, functools.partial):
        found = found.func
    if isinstance(found, type):
        found = next((m for m in (found.__init__, found.__new__) if isinstance(m, FunctionType)), found)
    if isinstance(found, MethodType):
        found = found.__func__
    inner = getattr(found, "__wrapped__", None)
    if isinstance(inner, FunctionType) and getattr(found, "__globals__", None) is not inner.__globals__:
        found = inner  # what a decorator of another module has wrapped, functools.cache for one
    if not isinstance(found, FunctionType):  # an object whose class defines __call__
        found = getattr(type(found), "__call__", found)  # noqa: B004
    if not isinstance(found, FunctionType):
        raise NoBytecodeError(_no_bytecode(f))
    if found.__code__.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise NoBytecodeError(
            f"{found.__name__} is an async function: calling it runs nothing until an event loop does. "
            "Step through a function defined with a plain def."
        )
    return found


def _no_bytecode(f: object) -> str:
    if not callable(f):
        return f"expected a function and its arguments, as in step_through(f, 3), and got {shown(f)}"
    name = getattr(f, "__name__", type(f).__name__)
    return (
        f"{name} is not written in Python: there is no bytecode to step through. Give one defined with def or lambda."
    )


def _call(f: object, args: tuple, kwargs: dict) -> str:
    name = getattr(f, "__qualname__", type(f).__name__).rpartition("<locals>.")[2]
    given = [shown(a) for a in args] + [f"{name}={shown(value)}" for name, value in kwargs.items()]
    return f"{name}({cut(', '.join(given), 60)})"


def _without_frames(error: BaseException) -> BaseException:
    """The exception without its tracebacks, which would keep the variables of every frame alive."""
    pending, seen = [error], set()
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        pending += [one.__context__, one.__cause__, *getattr(one, "exceptions", ())]
    return error
