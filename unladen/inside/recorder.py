"""Running a function while Python reports each instruction, and noting what the frames hold at every one.

``sys.settrace`` with ``f_trace_opcodes`` reports an instruction before it is carried out, so what is seen then is what
the previous instruction of that frame has left.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType

from unladen.inside import frames
from unladen.inside.depths import depths, instructions
from unladen.inside.values import shown
from unladen.short import cut

_ENDS = {"RETURN_VALUE": "returns", "RETURN_CONST": "returns", "YIELD_VALUE": "yields"}
_INLINE = {"<listcomp>", "<dictcomp>", "<setcomp>"}  # functions of their own before 3.12, but part of the one around
UNKNOWN = "?"  # stands for a value that could not be read


@dataclass
class Step:
    """One instruction that was carried out, and what its function's frame held afterwards.

    ``depth`` counts the calls around it (0: the function asked for), ``offset`` is in bytes. ``stack`` is the value
    stack after the instruction has finished, bottom first; ``meanwhile`` the same while a Python function runs that the
    instruction has called, None if it called none that was followed. ``note`` says what else happened: "calls square",
    "returns 9", "yields 1", "raises ValueError('no')".
    """

    function: str
    depth: int
    offset: int
    line: int | None
    opname: str
    argrepr: str
    stack: list[str] = field(default_factory=list)
    locals: dict[str, str] = field(default_factory=dict)
    note: str = ""
    meanwhile: list[str] | None = None
    code: CodeType | None = field(default=None, repr=False)


class Stop(BaseException):
    """Ends a function that has gone on for too long.

    A function that catches everything would go on without being watched, because an exception from a tracer ends the
    tracing: so when it lets go of this one, the recorder is set again, and raises the next.
    """

    def __init__(self, again: Callable[[], None]):
        super().__init__("stopped by step_through")
        self.again = again

    def __del__(self):
        self.again()


@dataclass
class _Watched:
    """A frame that is being followed: by its id, since a reference would keep its variables alive."""

    frame: int
    code: CodeType
    depth: int
    step: Step | None = None
    began: bool = False  # the step was reported by the event that began the frame, and may be reported again


class Recorder:
    """Follows the frames of one call in one thread. ``steps`` is what it saw, ``notes`` what the reader has to know."""

    def __init__(self, root: CodeType, scope: dict, limit: int, into: bool):
        self.root, self.scope, self.limit, self.into = root, scope, limit, into
        self.steps: list[Step] = []
        self.cut = False
        self.trouble = frames.trouble()
        self.failed = ""
        self._active: list[_Watched] = []
        self._codes: set[CodeType] = set()
        self._running = False
        self._outside: set[int] = set()  # the frames that were there before, by id
        # bound once: Python compares and keeps these
        self._enter, self._local = self._on_call, self._on_event

    def run(self, call: Callable[[], object]) -> object:
        """Carry out ``call`` in this thread and follow what it runs; then the tracer of before is set again.

        Returns what the call returns, or None if it was stopped.
        """
        before, frame = sys.gettrace(), sys._getframe()
        frame.f_trace_opcodes = True  # Python 3.12 looks for it once, when tracing begins
        self._running, self._outside = True, {id(one) for one in _frames_from(frame)}
        sys.settrace(self._enter)
        try:
            return call()
        except Stop:
            return None
        finally:
            taken = sys.gettrace() is not self._enter and not self.cut and not self.failed
            sys.settrace(before)
            self._running = False
            frame.f_trace_opcodes = False
            self._close()
            if taken:
                self.failed = "the function set a tracer of its own: nothing was seen after that"

    def _close(self) -> None:
        """What was left unfinished, because the function was stopped or the record ended."""
        for step in (watched.step for watched in self._active if watched.step):
            step.stack = [UNKNOWN] if step.meanwhile is None else step.meanwhile
        self._active.clear()

    # -- events ------------------------------------------------------------------------------------------------------

    def _on_call(self, frame: FrameType, event: str, argument: object):
        if event != "call":
            return None
        if not self._follows(frame):
            if frame.f_code in self._codes:
                frame.f_trace_opcodes = True  # else Python 3.13 would stop reporting for all calls of this code
            return None
        frame.f_trace = self._local  # Python 3.13 heeds f_trace_opcodes only if there is a tracer already
        frame.f_trace_opcodes = True
        return self._on_event(frame, event, argument)

    def _follows(self, frame: FrameType) -> bool:
        if frame.f_globals is not self.scope:
            return False
        if self.into:
            return bool(self._active) or frame.f_code is self.root
        if not self._active:
            return frame.f_code is self.root
        return frame.f_code.co_name in _INLINE and frame.f_code in self._active[-1].code.co_consts

    def _on_event(self, frame: FrameType, event: str, argument: object):
        if self.cut:
            raise Stop(self._stop_again)
        if self.failed:
            return None
        try:
            self._note(frame, event, argument)
        except Exception as error:  # ours: it must not become the function's
            self.failed = f"the record ends here: {type(error).__name__}: {error}"
            return None
        if self.cut:
            raise Stop(self._stop_again)
        return self._local

    def _stop_again(self) -> None:
        if not self._running:
            return
        for frame in _frames_from(sys._getframe()):
            if id(frame) in self._outside:
                break
            if frame.f_globals is self.scope:
                frame.f_trace, frame.f_trace_opcodes = self._local, True
        sys.settrace(self._enter)

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        watched = self._watched(frame)
        if event == "call":
            self._began(watched, frame)
        elif event == "line":
            self._check_depth(frame)
        elif event == "opcode":
            self._instruction(watched, frame)
        elif event == "exception" and watched.step:
            watched.step.note = f"raises {shown(argument[1], 60)}"
        elif event == "return":
            self._ended(watched, frame, argument)

    def _watched(self, frame: FrameType) -> _Watched:
        for at in reversed(range(len(self._active))):
            if self._active[at].frame == id(frame):
                del self._active[at + 1 :]
                return self._active[at]
        if self._active:
            self._suspend(self._active[-1], frame)
        self._active.append(_Watched(id(frame), frame.f_code, len(self._active)))
        self._codes.add(frame.f_code)
        return self._active[-1]

    def _began(self, watched: _Watched, frame: FrameType) -> None:
        if instructions(frame.f_code)[frame.f_lasti].opname == "RESUME":  # else an exception was thrown into it
            self._begin_step(watched, frame)
            watched.began = True

    def _instruction(self, watched: _Watched, frame: FrameType) -> None:
        offset, one = frame.f_lasti, instructions(frame.f_code)[frame.f_lasti]
        while one.opname == "EXTENDED_ARG":
            offset += 2
            one = instructions(frame.f_code)[offset]
        if watched.began and watched.step and watched.step.offset == offset:
            return
        self._finish_step(watched, frame)
        self._begin_step(watched, frame, offset)
        watched.began = offset != frame.f_lasti

    # -- steps -------------------------------------------------------------------------------------------------------

    def _begin_step(self, watched: _Watched, frame: FrameType, offset: int | None = None) -> None:
        if len(self.steps) >= self.limit:
            self.cut = True
            return
        offset = frame.f_lasti if offset is None else offset
        one, code = instructions(frame.f_code)[offset], frame.f_code
        step = Step(name_of(code), watched.depth, offset, one.positions.lineno, one.opname, argument(one), code=code)
        watched.step = step
        step.stack, step.locals = self._holds(frame)  # for now: what it begins with
        self.steps.append(step)

    def _finish_step(self, watched: _Watched, frame: FrameType) -> None:
        if watched.step:
            watched.step.stack, watched.step.locals = self._holds(frame)
            watched.step = None

    def _suspend(self, caller: _Watched, callee: FrameType) -> None:
        step = caller.step
        frame = next((one for one in _frames_from(callee) if id(one) == caller.frame), None)
        if step is None or frame is None:
            return
        step.note = f"calls {name_of(callee.f_code)}"
        stated = None if self.trouble else frames.stated_depth(frame)
        # what the interpreter has already handed over is no longer on the stack
        step.meanwhile = step.stack[: len(step.stack) if stated is None else stated]

    def _ended(self, watched: _Watched, frame: FrameType, value: object) -> None:
        step = watched.step
        if step:
            verb = _ENDS.get(step.opname)
            if verb is None or step.note.startswith("raises"):
                # RERAISE is not reported as an exception: what it raises is on its stack
                raised = step.note or f"raises {step.stack[-1] if step.stack else ''}"
                step.note = f"{raised}, leaves {name_of(frame.f_code)}"
            else:
                step.note = f"{verb} {shown(value)}"
            step.stack = step.stack[:-1] if verb == "yields" else []
        self._active.remove(watched)

    # -- what a frame holds --------------------------------------------------------------------------------------------

    def _holds(self, frame: FrameType) -> tuple[list[str], dict[str, str]]:
        known = depths(frame.f_code)[frame.f_lasti]
        if not self.trouble:
            try:
                stack, bound = frames.stack_and_variables(frame, known)
                if not frame.f_code.co_flags & 1:  # a class body keeps its names in a dictionary
                    bound = _names_in_a_body(frame)
                return [shown(value) for value in stack], {name: shown(value) for name, value in bound.items()}
            except frames.FrameError as error:
                self.trouble = f"the memory of {name_of(frame.f_code)} could not be read: {error}"
        bound = frame.f_locals if frame.f_code.co_flags & 1 else _names_in_a_body(frame)
        return [UNKNOWN] * known, {name: shown(value) for name, value in dict(bound).items()}

    def _check_depth(self, frame: FrameType) -> None:
        """Where the frame states its depth only at the beginning of lines, compare it there."""
        if self.trouble:
            return
        stated, known = frames.stated_depth(frame), depths(frame.f_code)[frame.f_lasti]
        if stated is not None and stated != known:
            self.trouble = f"{name_of(frame.f_code)} holds {stated} values where its bytecode says {known}"


def _frames_from(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _names_in_a_body(frame: FrameType) -> dict[str, object]:
    held = frame.f_locals
    return {name: held[name] for name in frame.f_code.co_names if name in held and not name.startswith("__")}


def name_of(code: CodeType) -> str:
    return code.co_qualname.rpartition("<locals>.")[2]


def argument(one) -> str:
    """The argument of an instruction as ``dis`` shows it, jumps with their target's offset, code by its name."""
    if one.argrepr.startswith("to "):
        return f"to {one.argval}"
    if isinstance(one.argval, CodeType):
        return shown(one.argval)
    return cut(one.argrepr, 40) if one.argrepr or one.arg is None else str(one.arg)
