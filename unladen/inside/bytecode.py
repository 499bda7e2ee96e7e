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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from types import CodeType

from unladen.elsewhere.interpreters import Interpreter, other_interpreters
from unladen.show import Listing, Table

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


def loop(function: Callable, *, adaptive: bool = False) -> list[str]:
    """The names of the instructions in a function's last loop, from where it jumps back to, to the jump.

    They are those that were compiled, or with ``adaptive`` those that stand there now.

    A comprehension counts as a loop, also where it is a function of its own (before 3.12). Raises ``ValueError`` for a
    function without a loop.
    """
    for part in _parts(function.__code__):
        code = list(dis.get_instructions(part, adaptive=adaptive))
        back = [at for at, one in enumerate(code) if one.opname.startswith("JUMP_BACKWARD")]
        if back:
            start = next(at for at, one in enumerate(code) if one.offset == code[back[-1]].argval)
            return [one.opname for one in code[start : back[-1] + 1]]
    raise ValueError(f"{function.__name__} has no loop: give a function with a `for` or a `while` in it")


def _parts(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those that are among its constants, to any depth."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _parts(constant)


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


@dataclass
class Life:
    """What became of one instruction: ``after[kind]`` is its name after each call with values of that kind."""

    after: dict[str, list[str]]

    def table(self) -> Table:
        """One row for the first call with each kind of value, and one for each call that changed the instruction."""
        rows = []
        for kind, names_after in self.after.items():
            changed = [0] + [n for n in range(1, len(names_after)) if names_after[n] != names_after[n - 1]]
            rows += [("" if n else kind, str(n + 1), names_after[n]) for n in changed]
        return Table(["fed with", "after call", "the instruction is"], rows, right=(1,))

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def life(function: Callable, fed: Mapping[str, tuple], start: str, *, calls: int = WARM) -> Life:
    """Call a fresh ``function`` with each of the ``fed`` arguments so often, and look at one instruction after each.

    The instruction looked at is the first whose name begins with ``start`` (``"BINARY_OP"``).
    """
    after: dict[str, list[str]] = {}
    for kind, values in fed.items():
        after[kind] = []
        for _ in range(calls):
            function(*values)
            after[kind].append(next(name for name in names(function, adaptive=True) if name.startswith(start)))
    return Life(after)


def repeated(
    expression: str, shared: Mapping[str, object], *, times: int = 20, turns: int = 1000, **local: object
) -> Callable[[], int]:
    """Make a function with a loop of ``turns`` turns, whose body is nothing but ``expression``, ``times`` times over.

    ``shared`` are the global names that it sees, ``local`` its local variables. It returns how often the expression
    was evaluated. Written out, so that what is timed is the expression and hardly the loop.
    """
    given = ", ".join(["_turns=_turns", *(f"{name}={name}" for name in local)])
    body = [f"        {expression}"] * times
    text = [f"def repeated({given}):", "    for _ in _turns:", *body, f"    return {times * turns}"]
    names_seen = {**shared, **local, "_turns": range(turns)}
    exec("\n".join(text), names_seen)
    function = names_seen.pop("repeated")
    for name in [*local.keys() - shared.keys(), "_turns"]:
        del names_seen[name]  # they were needed once, for the default arguments
    return function


def in_places(expression: str, shared: Mapping[str, object], **local: object) -> Callable[[], int]:
    """Make a function that calls five of what `repeated` makes, each with a dictionary of global names of its own.

    It returns how often the expression was evaluated: 20 000 times.

    Where a dictionary lies decides how long a read from it takes: a load waits for an earlier store whose address ends
    in the same twelve bits (Intel's optimization manual, "4-KByte aliasing"). On an AMD processor of family 26 the
    unluckiest of 36 000 functions took 2.7 times the median, and that for as long as its process lived; of those spread
    over five places, 1.5 times (measured in November 2026).
    """
    copies = [repeated(expression, shared, turns=200, **local) for _ in range(5)]
    return lambda: sum(copy() for copy in copies)


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
    title = f"{function.__name__} after {WARM} calls, in this Python and in another version"
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
