"""The value stack and the variables of a running function, read from its frame's memory.

No interface of Python shows the value stack, so it is read where CPython keeps it: ``frames.md`` beside this file lists
the structures and the versions. A wrong offset must never harm the kernel: the frame is read through ``memory.reader``,
which cannot crash; it is used only if it points back to the frame and code that were asked for; and before the first
read in a process, ``self_test`` has passed in a child process on the same interpreter.
"""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from types import CellType, CodeType, FrameType

from unladen.folders import PACKAGE
from unladen.inside.depths import depths, instructions
from unladen.inside.memory import UnreadableError, reader

NULL = type("Null", (), {"__repr__": lambda self: "NULL", "__slots__": ()})()
_WORD = 8
_INTEGER = 3  # low bits of a slot that holds a small integer itself (3.14)
_DEEPEST = 1000  # values: more than any function of a lesson has


class FrameError(Exception):
    """A frame's memory is not laid out as expected; nothing of it was used."""


@dataclass(frozen=True)
class Layout:
    """Offsets in bytes: of ``f_frame`` in ``PyFrameObject``, of the rest in ``_PyInterpreterFrame``."""

    f_frame: int
    code: int
    frame_obj: int
    top: int
    localsplus: int
    counted: bool  # top is a count of slots (an int); else the address of the next free slot
    tagged: bool  # the low two bits of a slot are not part of the address


def layout() -> Layout | None:
    """The layout of the running interpreter's frames; None for one that nobody has looked at."""
    if sys.implementation.name != "cpython" or struct.calcsize("P") != _WORD or hasattr(sys, "gettotalrefcount"):
        return None
    f_frame = object.__basicsize__ + _WORD  # after the head and f_back
    match sys.version_info[:2]:
        case (3, 11):
            return Layout(f_frame, code=32, frame_obj=40, top=64, localsplus=72, counted=True, tagged=False)
        case (3, 12) | (3, 13):
            return Layout(f_frame, code=0, frame_obj=48, top=64, localsplus=72, counted=True, tagged=False)
        case (3, 14):
            return Layout(f_frame, code=0, frame_obj=48, top=64, localsplus=80, counted=False, tagged=True)
    return None


def names(code: CodeType) -> tuple[str, ...]:
    """The names of a code object's variables in the order of their slots: locals, own cells, cells of functions around.

    A variable that is both an argument and a cell has one slot.
    """
    return code.co_varnames + tuple(n for n in code.co_cellvars if n not in code.co_varnames) + code.co_freevars


def slots(frame: FrameType, where: Layout, known: int) -> tuple[list[int], int | None]:
    """The words in a frame's slots, variables first, then ``known`` values of the stack; and the depth that it states.

    The stated depth is None while the interpreter keeps it in a register (3.12 and 3.13, between lines). Raises
    ``FrameError`` if the memory is not that of this frame.
    """
    variables, capacity = len(names(frame.f_code)), frame.f_code.co_stacksize
    if not 0 <= known <= min(capacity, _DEEPEST):
        raise FrameError(f"a stack of {known} values where the code says at most {capacity}")
    try:
        with reader() as read:
            start = int.from_bytes(read(id(frame) + where.f_frame, _WORD), sys.byteorder)
            raw = read(start, where.localsplus + _WORD * (variables + known))
    except UnreadableError as error:
        raise FrameError(str(error)) from None
    words = [word[0] for word in struct.iter_unpack("P", raw)]
    code = words[where.code // _WORD]
    if (code & ~3 if where.tagged else code) != id(frame.f_code) or words[where.frame_obj // _WORD] != id(frame):
        raise FrameError("its memory does not point back to it")
    if where.counted:
        stated = struct.unpack_from("i", raw, where.top)[0] - variables
    else:
        stated, rest = divmod(words[where.top // _WORD] - start - where.localsplus - _WORD * variables, _WORD)
        if rest:
            raise FrameError("its stack does not end at a slot")
    return words[where.localsplus // _WORD :], stated if 0 <= stated <= capacity else None


def held(word: int, tagged: bool) -> object:
    """The object that a slot holds, ``NULL`` for none; the integer itself where 3.14 keeps one without an object."""
    if tagged:
        if word & _INTEGER == _INTEGER:
            return ctypes.c_ssize_t(word).value >> 2
        word &= ~_INTEGER
    if not word:
        return NULL
    if word % _WORD:
        raise FrameError(f"a slot holds {word:#x}, which is not the address of an object")
    return ctypes.cast(word, ctypes.py_object).value


def stack_and_variables(frame: FrameType, known: int) -> tuple[list[object], dict[str, object]]:
    """The values on a frame's stack, bottom first, and its variables by name (unbound ones left out).

    ``known`` is the depth that the bytecode has at this place; if the frame states another, ``FrameError`` is raised
    before any object is touched. The values are references of their own: let go of them.
    """
    where = layout()
    if where is None:
        raise FrameError("nobody has looked at the frames of this interpreter")
    words, stated = slots(frame, where, known)
    if stated is not None and stated != known:
        raise FrameError(f"its stack holds {stated} values, its bytecode says {known}")
    named = names(frame.f_code)
    cells = {*frame.f_code.co_cellvars, *frame.f_code.co_freevars}
    bound = {}
    for name, word in zip(named, words, strict=False):
        value = held(word, where.tagged)
        if name in cells and type(value) is CellType:
            value = _content(value)
        if value is not NULL:
            bound[name] = value
    return [held(word, where.tagged) for word in words[len(named) :]], bound


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # nothing has been put into it yet
        return NULL


def stated_depth(frame: FrameType) -> int | None:
    """How many values a frame says are on its stack; None while it does not say."""
    where = layout()
    return None if where is None else slots(frame, where, 0)[1]


# -- is the layout right? --------------------------------------------------------------------------------------------


@cache
def trouble() -> str:
    """Why the memory of frames is not read on this interpreter; empty if a child process has read it and was right."""
    if layout() is None:
        return "the layout of this interpreter's frames is not known"
    code = "import sys; sys.path.insert(0, sys.argv[1]); from unladen.inside import frames; frames.self_test()"
    command = [sys.executable, "-c", code, str(PACKAGE.parent)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, env=clean
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"the layout of its frames could not be tested in a child process ({type(error).__name__})"
    if done.returncode == 0 and done.stdout.strip() == "right":
        return ""
    return "the layout of its frames is not the one expected: a test in a child process failed"


def self_test() -> None:
    """Read the frames of a function whose stack and variables are known, and print ``right``; raise if they are not."""
    first, second, third = marks = [object() for _ in range(3)]

    def probe(one, two):
        for item in (one,):
            pair = {two: [item, third]}
        return pair

    seen = []

    def look(frame, event, argument):
        if frame.f_code is not probe.__code__:
            return None
        frame.f_trace, frame.f_trace_opcodes = look, True
        known = depths(frame.f_code)[frame.f_lasti]
        if event in ("call", "line") and stated_depth(frame) != known:
            raise FrameError("it does not say how deep its stack is")
        if event in ("call", "opcode"):
            stack, bound = stack_and_variables(frame, known)
            if bound["one"] is not first or bound["two"] is not second or bound["third"] is not third:
                raise FrameError("the variables are others")
            seen.append((instructions(frame.f_code)[frame.f_lasti].opname, stack, bound))
        return look

    before, sys._getframe().f_trace_opcodes = sys.gettrace(), True  # 3.12 asks for it before tracing begins
    sys.settrace(look)
    try:
        result = probe(first, second)
    finally:
        sys.settrace(before)
    lists = [stack for opname, stack, _ in seen if opname == "BUILD_LIST"]
    ends = [stack for opname, stack, _ in seen if opname == "RETURN_VALUE"]
    if [[id(value) for value in stack[-3:]] for stack in lists] != [[id(marks[k]) for k in (1, 0, 2)]]:
        raise FrameError("the values on the stack are others")
    if len(lists[0]) != 4 or ends != [[result]] or seen[-1][2]["item"] is not first or seen[0][1]:
        raise FrameError("the values on the stack are more or fewer")
    print("right")
