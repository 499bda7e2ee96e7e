"""The instructions of a function: as compiled, as they stand now, and as another Python on this machine has them.

CPython since 3.11 rewrites a function's instructions while it runs (PEP 659). ``dis`` shows them as compiled, or with
``adaptive=True`` as they stand now. All names here are read from the running interpreter; none is assumed.
"""

from __future__ import annotations

import dis
import inspect
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import cache

from unladen.show import Listing, Table
from unladen.timing.interpreters import Interpreter, other_interpreters

WARM = 100  # calls after which everything that will be specialised has been, on 3.11 to 3.14
_OLDEST = (3, 11)  # the first that specialises

# What another Python is asked to do: {0} is the function's source, {1} its name, {2} how it is called, {3} how often.
_ELSEWHERE = """import dis, json
{0}
for _ in range({3}):
    {1}({2})
print(json.dumps([i.opname for i in dis.get_instructions({1}, adaptive=True)]))
"""


def names(function: Callable, *, adaptive: bool = False) -> list[str]:
    """The names of a function's instructions in order: as compiled, or with ``adaptive`` as they stand now."""
    return [one.opname for one in dis.get_instructions(function, adaptive=adaptive)]


def loop(function: Callable) -> list[str]:
    """The names of the instructions in a function's last loop, as compiled: from where it jumps back to, to the jump.

    Raises ``ValueError`` for a function without a loop.
    """
    code = list(dis.get_instructions(function))
    back = [at for at, one in enumerate(code) if one.opname.startswith("JUMP_BACKWARD")]
    if not back:
        raise ValueError(f"{function.__name__} has no loop: give a function with a `for` or a `while` in it")
    start = next(at for at, one in enumerate(code) if one.offset == code[back[-1]].argval)
    return [one.opname for one in code[start : back[-1] + 1]]


def beside(function: Callable) -> Table:
    """A table of a function's instructions: where each stands, its source line, its name, its argument, its name now.

    Offsets are in bytes from the start of the code, lines as the source counts them. The last column is empty where
    the instruction is still the one that was compiled.
    """
    now = {one.offset: one.opname for one in dis.get_instructions(function, adaptive=True)}
    rows, above = [], None
    for one in dis.get_instructions(function):
        line = one.positions.lineno if one.positions else None
        changed = now.get(one.offset, "")
        rows.append(
            (
                str(one.offset),
                str(line) if line and line != above else "",
                one.opname,
                _argument(one),
                changed if changed != one.opname else "",
            )
        )
        above = line
    return Table(["offset", "line", "compiled as", "argument", "now"], rows, right=(0, 1))


def _argument(one: dis.Instruction) -> str:
    """What an instruction works on, in words where ``dis`` has words for it, else its number."""
    if one.opcode in dis.hasjrel or one.opcode in dis.hasjabs:
        return f"to {one.argval}"  # since 3.13 dis names a label there, which this table has not
    return one.argrepr or ("" if one.arg is None else str(one.arg))


@cache
def specialises() -> bool:
    """Whether this Python puts specialised instructions in the place of general ones (a 3.13t build does not)."""

    def probe(a, b):
        return a + b

    for _ in range(WARM):
        probe(1, 2)
    return "BINARY_OP_ADD_INT" in names(probe, adaptive=True)


def elsewhere(function: Callable, arguments: str) -> Listing:
    """A function's instructions after 100 calls, here and in the Python on this machine whose version is farthest away.

    ``arguments`` is the text between the call's parentheses (``"[1, 2, 3]"``). The function must stand alone: its
    source is sent to the other Python, and nothing else. Only CPython 3.11 or newer is asked; where there is no other,
    the listing says how to get one. Instructions that both have stand side by side.
    """
    title = f"{function.__name__} after {WARM} calls: in this Python, and in the farthest other one here"
    other = _farthest(other_interpreters())
    if other is None:
        how = "no other CPython 3.11 or newer found here; to get one:\n    python -m uv python install 3.14"
        return Listing(title, how)
    source = textwrap.dedent(inspect.getsource(function))
    script = _ELSEWHERE.format(source, function.__name__, arguments, WARM)
    here, there = _asked(sys.executable, script), _asked(other.path, script)
    columns = [_called(*sys.version_info[:2]), _called(*_minor(other))]
    return Listing(title, repr(Table(columns, _aligned(here, there))))


def _called(major: int, minor: int) -> str:
    return f"CPython {major}.{minor}"


def _minor(python: Interpreter) -> tuple[int, int]:
    major, minor = python.version.split(".")[:2]
    return int(major), int(minor)


def _farthest(found: tuple[Interpreter, ...]) -> Interpreter | None:
    """The interpreter whose minor version is farthest from ours, the newest of those; None if there is none."""
    mine = sys.version_info[1]
    fit = [
        one for one in found if one.implementation == "CPython" and _minor(one) >= _OLDEST and _minor(one)[1] != mine
    ]
    return max(fit, key=lambda one: (abs(_minor(one)[1] - mine), _minor(one)), default=None)


def _asked(python: str, script: str) -> list[str]:
    """Run a script in a fresh Python and read the list that it prints; what went wrong is the only item otherwise."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", script], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
        )
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip().splitlines()[-1:]
    except (OSError, ValueError, subprocess.TimeoutExpired) as problem:
        return [f"did not answer: {type(problem).__name__}"]


def _aligned(here: list[str], there: list[str]) -> list[tuple[str, str]]:
    """Put two lists side by side so that what they have in common stands in the same row."""
    rows: list[tuple[str, str]] = []
    for _, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        left, right = here[a:b], there[c:d]
        length = max(len(left), len(right))
        rows += zip(left + [""] * (length - len(left)), right + [""] * (length - len(right)), strict=True)
    return rows
