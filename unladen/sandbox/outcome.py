"""What became of a call in a child process, and where: the reports of the handlers and sanitisers, in plain words."""

from __future__ import annotations

import linecache
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unladen.sandbox.pickling import Unsent

SIGNALS = {
    "SIGSEGV": "invalid memory access",
    "SIGBUS": "invalid memory access",
    "SIGFPE": "arithmetic error, such as an integer divided by zero",
    "SIGILL": "invalid instruction",
    "SIGABRT": "the program gave up: abort() was called",
    "SIGKILL": "ended from outside",
    "SIGTERM": "ended from outside",
    "SIGTRAP": "trap",
}
LIVES = "The kernel lives."
_TOO_DEEP = "stack overflow: functions called each other too deep"


@dataclass(frozen=True)
class Outcome:
    """What became of a call in a child process.

    ``kind`` is one of ok, exception, exit, signal, timeout, memory, sanitizer, unsent (the call could not be copied to
    the child, and was not made). ``value`` is the result when ok,
    ``error`` the words of an exception or of a sanitiser, ``signal`` its name, ``where`` the learner's line
    ("line 3 of the cell, in f"), ``stdout`` and ``stderr`` what was printed, ``seconds`` how long the call took
    (one that was stopped: how long it could work), ``starved`` whether a call that was stopped had to wait for others,
    ``overflowed`` whether a signal came because the stack was full, ``unsent`` what of the call could not be copied.
    ``str(outcome)`` is a report of one to a few lines that is the same in every run.
    """

    kind: str
    value: object = None
    error: str | None = None
    signal: str | None = None
    where: str | None = None
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    note: str = ""
    limit: str = ""
    starved: bool = False
    overflowed: bool = False
    unsent: Unsent | None = None

    @property
    def ok(self) -> bool:
        """Whether the call returned, and no sanitiser objected."""
        return self.kind == "ok"

    def __str__(self) -> str:
        at = f" {'in' if self.where.startswith('C function') else 'at'} {self.where}" if self.where else ""
        if self.kind == "signal":
            meaning = _TOO_DEEP if self.overflowed else SIGNALS.get(self.signal, "")
            text = f"The child process ended with {self.signal}{f' ({meaning})' if meaning else ''}{at}. {LIVES}"
        elif self.kind == "sanitizer":
            text = f"The sanitiser found: {self.error}{at}. {LIVES}"
        elif self.kind == "timeout":
            text = f"Still running after {self.limit}{at}: the child process was stopped. {LIVES}"
        elif self.kind == "memory":
            words = f": {self.error}" if self.error and self.error != "MemoryError" else ""
            text = f"The child process ran out of memory (the limit is {self.limit}){at}{words}. {LIVES}"
        elif self.kind == "exit":
            text = f"The child process ended itself with {self.error}{at}. {LIVES}"
        elif self.kind in ("exception", "unsent"):
            text = f"{self.error}{f' ({self.where})' if self.where else ''}"
        else:
            text = f"The call returned {type(self.value).__name__}."
        return f"{text}\n{self.note}" if self.note else text


# -- Python lines ----------------------------------------------------------------------------------------------------

_OURS = str(Path(__file__).resolve().parents[1]) + os.sep
_NOT_LEARNERS = tuple(
    {_OURS, *(sysconfig.get_path(p) + os.sep for p in ("stdlib", "platstdlib", "purelib", "platlib"))}
)


def _is_cell(file: str) -> bool:
    return file.startswith("<") or bool(re.search(r"ipykernel_\d+[/\\]\d+\.py$", file))


def _is_learners(file: str) -> bool:
    return not file.startswith(("<frozen", "<__array_function__")) and not file.startswith(_NOT_LEARNERS)


def python_line(frames: list[tuple[str, int, str]]) -> tuple[str, str] | None:
    """Say which is the learner's line among (file, line, function) frames, innermost first: its text, and its function.

    ``None`` when no frame is the learner's.
    """
    for file, line, function in frames:
        if _is_learners(file):
            place = "the cell" if _is_cell(file) else Path(file).name
            inside = "" if function.startswith("<") else f", in {function}"
            return f"line {line} of {place}", inside
    return None


def loop_line(frames: list[tuple[str, int, str]]) -> tuple[str, str] | None:
    """As ``python_line``, for a call that was stopped: the line where its outermost running loop begins.

    Which line of a loop is caught is chance; where the loop begins is not.
    """
    import ast

    mine = [f for f in reversed(frames) if _is_learners(f[0])]
    for file, line, function in mine:
        try:
            tree = ast.parse("".join(linecache.getlines(file)))
        except (SyntaxError, ValueError):
            continue
        loops = [n for n in ast.walk(tree) if isinstance(n, ast.For | ast.While) and n.lineno <= line <= n.end_lineno]
        inside_function = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == function]
        loops = [
            n
            for n in loops
            if not inside_function or any(f.lineno <= n.lineno <= f.end_lineno for f in inside_function)
        ]
        if loops:
            return python_line([(file, min(n.lineno for n in loops), function)])
    return python_line(mine[:1])


def read_crash(text: str) -> tuple[list[tuple[str, int, str]], list[tuple[str, int, str]], bool]:
    """Split what the handlers wrote: Python frames, C frames (object, offset, name), whether a stack overflowed."""
    told = re.findall(r'^  File "(.*)", line (\d+) in (.*)$', text, re.M)
    python = [(_unescaped(f) if not os.path.exists(f) else f, int(n), _unescaped(name)) for f, n, name in told]
    c = [(o, int(a, 16), name) for o, a, name in re.findall(r"^([^\t\n]+)\t([0-9a-f]+)\t(.*)$", text, re.M)]
    return python, [f for f in c if f[0] != "stack overflow"], "stack overflow\t" in text


def _unescaped(text: str) -> str:
    """A name as it is: Python's handler writes what is not ASCII as ``\\xe9`` or ``\\u03bb``."""
    return re.sub(
        r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))", lambda m: chr(int(m[1] or m[2] or m[3], 16)), text
    )


# -- C lines ---------------------------------------------------------------------------------------------------------


def c_line(frames: list[tuple[str, int, str]]) -> str | None:
    """Say which C function and line of a cell's library is the innermost: ``C function run (adder.c line 4)``."""
    base = os.path.realpath(sys.base_prefix) + os.sep
    for library, offset, name in frames:
        system = ("/lib", "/usr/", "/System/", base, sys.prefix + os.sep, "linux-vdso")
        if library.startswith(system) or library.endswith("/crash.so") or not os.path.exists(library):
            continue
        function, place = _symbolised(library, offset)
        function = function or name
        if function:
            return f"C function {function}" + (f" ({place})" if place else "")
    return None


def _symbolised(library: str, offset: int) -> tuple[str, str]:
    """Function name and ``file line N`` of an address in a library; empty where tools or debug lines are missing."""
    tool = shutil.which("addr2line") or shutil.which("llvm-addr2line")
    if not tool:
        return "", ""
    command = [tool, "-f", "-C", "-e", library, hex(offset)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    function, _, place = done.stdout.strip().partition("\n")
    found = re.match(r"(.*):(\d+)", place)
    line = f"{Path(found[1]).name} line {found[2]}" if found and found[2] != "0" else ""
    return ("" if function == "??" else function.partition("(")[0]), line


_ASAN = re.compile(r"ERROR: AddressSanitizer: (?P<what>[\w-]+)")
_ACCESS = re.compile(r"^(READ|WRITE) of size (\d+)", re.M)
_SIDE = re.compile(r"is located \d+ bytes (?P<side>to the right of|after|to the left of|before|inside of)")
_UBSAN = re.compile(r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+)(?::\d+)?: runtime error: (?P<what>.*)\n?", re.M)
# the cells' files have absolute paths; those of the C library and of the sanitiser itself are relative
_FRAME = re.compile(r"^\s+#\d+ 0x[0-9a-f]+ in (?P<function>.+?) (?P<file>/[^\n]*?):(?P<line>\d+)(?::\d+)?$", re.M)
_SIDES = {"right": "past the end of", "after": "past the end of", "left": "before", "before": "before"}


def sanitizer_finding(log: str) -> tuple[str, str] | None:
    """Put the sanitisers' reports into words: what was found, and where (``C function run (adder.c line 4)``)."""
    address, undefined = _ASAN.search(log), _UBSAN.search(log)
    # a deadly signal is the consequence, what was undefined before it the cause
    if undefined and (not address or address["what"] in ("SEGV", "FPE")):
        return undefined["what"], f"{Path(undefined['file']).name} line {undefined['line']}"
    if not address:
        return None
    what = {"SEGV": "SIGSEGV (invalid memory access)", "FPE": "SIGFPE (arithmetic error)"}.get(
        address["what"], address["what"]
    )
    access, side = _ACCESS.search(log), _SIDE.search(log)
    if access and address["what"] != "SEGV":
        what += f", a {access[1].lower()} of {access[2]} bytes"
        side = next((words for word, words in _SIDES.items() if side and word in side["side"]), "")
        what += f" {side} a block of memory" if side else ""
    frame = _FRAME.search(log)
    if not frame:
        return what, ""
    return what, f"C function {frame['function'].partition('(')[0]} ({Path(frame['file']).name} line {frame['line']})"


def without_findings(stderr: str) -> str:
    """Drop the sanitisers' own lines from what a program printed."""
    return _UBSAN.sub("", stderr).replace("AddressSanitizer:DEADLYSIGNAL\n", "")
