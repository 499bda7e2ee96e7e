"""The words in which a chapter's specifications are written: `case`, `refuses`, `fenced`, `wrong`.

They run in the child process, one after the other; the first that does not hold ends the grading, so a specification
goes from the smallest case to the largest and asks for speed last, with `faster_than` of `unladen.exercises.speed`.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from unladen.exercises.values import difference, same, short
from unladen.short import without_addresses

# What a mistake is recognised by: a value returned, a test of the value, or a kind of exception; and its hint.
Mistakes = Sequence[tuple[object, str]]

NO_RETURN = "A Python function without a `return` returns None. Is there one, and is it reached?"
CHANGED = "The caller still needs that data: work on a copy, or build a new result."
TOO_DEEP = "Every call of a function inside itself waits for the inner one to end; a loop does not have to."
TOO_BIG = "How many elements does it build, and how many does the result need?"
MEASURING = "while its speed was measured"


class Wrong(Exception):
    """The answer failed: the case it failed on, and the hint written for that mistake."""

    def __init__(self, failing: str, hint: str = "") -> None:
        super().__init__(failing, hint)
        self.failing, self.hint = failing, hint


class Unwritten(Exception):
    """The answer raised NotImplementedError: it is still to be written."""


class TooNoisy(Exception):
    """The ratios measured lie on both sides of the bar, or below it on a busy machine, whatever the patience."""


@dataclass
class Grading:
    """What is known while an answer is graded; the child process has one, in `now`."""

    name: str = "answer"
    notes: str = ""  # the file that tells the parent which case was running when a child died
    correctness_only: bool = False  # under a sanitiser, code is slowed down unevenly: no speed is measured
    earned: float | None = None
    against: str = ""  # "that of slow_version, at least 10 × asked"


now = Grading()


def wrong(failing: str, hint: str = "") -> None:
    """End the grading: the answer fails on what ``failing`` describes; ``hint`` says what to think about next."""
    raise Wrong(failing, hint)


def called(args: Sequence[object]) -> str:
    """Write the call of the answer with these arguments as a learner would: ``twice(21)``."""
    return f"{now.name}({', '.join(map(short, args))})"


def case(
    answer: Callable,
    args: Sequence[object],
    expected: object,
    *,
    hint: str = "",
    mistakes: Mistakes = (),
    shown: str = "",
    unchanged: str = CHANGED,
) -> object:
    """The answer, called with ``args``, must return ``expected`` and leave its arguments as they were.

    ``hint`` is for any failure here, ``mistakes`` for those that can be told apart; ``shown`` is the call as the
    learner is to read it where the arguments alone would not tell (a view, a read-only array); ``unchanged`` is the
    hint for an answer that modifies its input. Returns what the answer returned.
    """
    shown = shown or called(args)
    before = [short(a) for a in args], copy.deepcopy(args)
    got = call(answer, args, shown=shown, hint=hint, mistakes=mistakes)
    for text, old, new in zip(*before, args, strict=True):
        if not same(new, old):
            wrong(f"{shown} changed what it was given: {text} became {short(new)}", unchanged)
    if not same(got, expected):
        hint = recognised(got, mistakes) or (NO_RETURN if got is None else hint)
        wrong(f"{shown} returned {short(got)}, expected {short(expected)}{difference(got, expected)}", hint)
    return got


def refuses(
    answer: Callable,
    args: Sequence[object],
    error: type[Exception],
    *,
    saying: str = "",
    hint: str = "",
    mistakes: Mistakes = (),
    silent: str = "",
    shown: str = "",
) -> None:
    """The answer, called with ``args``, must raise ``error`` with a message in which the text ``saying`` is found.

    ``saying`` is a regular expression; ``silent`` is the hint for the right exception with another message, ``hint``
    for none or another one.
    """
    shown = shown or called(args)
    _note(shown)
    try:
        got = answer(*args)
    except error as raised:
        if not re.search(saying, str(raised)):
            wrong(f"{shown} raised {type(raised).__name__}: {raised}", silent or hint)
        return
    except NotImplementedError as raised:
        raise Unwritten from raised
    except Exception as raised:
        text = f"{shown} raised {_described(raised)}, expected {error.__name__}"
        wrong(text, recognised(raised, mistakes) or hint)
    wrong(f"{shown} returned {short(got)}, expected {error.__name__}", recognised(got, mistakes) or hint)


def sanitised() -> bool:
    """Whether compiled answers run under sanitisers here; not every compiler has them."""
    return os.environ.get("UNLADEN_SANITIZE") == "1"


def fenced(values: np.ndarray, filler: float) -> np.ndarray:
    """Copy a one-dimensional array into the middle of a larger one filled with ``filler``; return the inner part.

    Code that reads before the first or after the last element then gets a value that shows in its result, on machines
    without a sanitiser too.
    """
    values = np.asarray(values)
    around = np.full(len(values) + 16, filler, dtype=values.dtype)
    around[8 : 8 + len(values)] = values
    return around[8 : 8 + len(values)]


def call(
    answer: Callable, args: Sequence[object], *, shown: str = "", hint: str = "", mistakes: Mistakes = ()
) -> object:
    """Call the answer and return what it returns; it must not raise. For results that `case` cannot compare."""
    shown = shown or called(args)
    _note(shown)
    try:
        return answer(*args)
    except NotImplementedError as raised:
        raise Unwritten from raised
    except MemoryError:
        wrong(f"{shown} asked for more memory than this exercise may have", TOO_BIG)
    except RecursionError as raised:
        told = f"{shown} called itself until Python's stack was full (RecursionError)"
        wrong(told, recognised(raised, mistakes) or TOO_DEEP)
    except Exception as raised:
        wrong(f"{shown} raised {_described(raised)}", recognised(raised, mistakes) or hint)


def _described(raised: Exception) -> str:
    """The exception, its message, and the line of the learner's cell that raised it."""
    trace, line = raised.__traceback__, None
    while trace:
        if trace.tb_frame.f_globals.get("__name__") == "__main__":
            line = trace.tb_lineno
        trace = trace.tb_next
    message = str(raised).strip().split("\n")[0]
    where = f" (line {line} of its cell)" if line else ""
    return type(raised).__name__ + (f": {without_addresses(message)}" if message else "") + where


def recognised(what: object, mistakes: Mistakes) -> str:
    """The hint for the first of these mistakes that this value, or exception, is; empty if it is none of them."""
    for mark, hint in mistakes:
        if isinstance(mark, type) and issubclass(mark, Exception):
            found = isinstance(what, mark)
        elif isinstance(what, Exception):
            found = False
        elif callable(mark):
            found = _is_so(mark, what)
        else:
            found = same(what, mark) or (isinstance(mark, int | float) and same(what, float(mark)))
        if found:
            return hint
    return ""


def _is_so(test: Callable[[object], object], what: object) -> bool:
    """Whether a test of a value holds; of one on which it fails, it does not."""
    try:
        return bool(test(what))
    except Exception:
        return False


def _note(shown: str) -> None:
    if now.notes:
        with open(now.notes, "w", encoding="utf-8") as notes:
            notes.write(shown)
