"""How long from a cell to a callable, and how long a call: ``python -m unladen bench``, or ``make bench``.

Every contender compiles the same addition in the same run, in rounds that take turns, so that a busy moment hits all of
them; the best of the rounds counts, and for a ratio the median of the turns. Each cold round has a source that was
never seen before, in a cache made for this run. The bounds are ratios or times that the course promises; the exit
status is 1 if one does not hold.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from unladen.compiling import BuildError, build, prepared
from unladen.course import calls, first_cells
from unladen.show import Table, Volatile, duration, times

C = "int add{n}(int a, int b) {{ return a + b + {n}; }}\n"
STANDARD = "#include <vector>\n#include <string>\n#include <unordered_map>\n#include <algorithm>\n#include <iostream>\n"
CPP = (
    STANDARD + 'extern "C" int add{n}(int a, int b) {{ std::vector<int> v{{a, b, {n}}}; return v[0] + v[1] + v[2]; }}\n'
)
PYBIND11 = """#include <pybind11/pybind11.h>
PYBIND11_MODULE(cell{n}, m) {{ m.def("add", [](int a, int b) {{ return a + b + {n}; }}); }}
"""
NANOBIND = PYBIND11.replace("pybind11/pybind11.h", "nanobind/nanobind.h").replace("PYBIND11_MODULE", "NB_MODULE")
CYTHON = "def add{n}(int a, int b): return a + b + {n}\n"

Seconds = dict[str, list[float]]

TURNS = {"compiler alone, C": 10, "%%c": 10}  # so short that a round takes many of them, in turns


def contenders(shell, workshop: Path) -> dict[str, Callable[[int], None]]:
    """Every way from a source to a callable, as a function of the source's number."""

    def magic(name: str, line: str, source: str) -> Callable[[int], None]:
        def run(number: int) -> None:
            done = shell.run_cell(f"%%{name} {line.format(n=number)}\n{source.format(n=number)}", store_history=False)
            done.raise_error()

        return run

    def bare(language: str, source: str) -> Callable[[int], None]:
        """The very command that a cell runs, without a precompiled header, typed into a shell."""
        # learnt from a source that includes nothing, for which no header is precompiled
        least = C.format(n=0) if language == "c" else f'extern "C" {C.format(n=0)}'
        command = build(least, language, name="bare").build.command

        def run(number: int) -> None:
            (workshop / f"bare.{language}").write_text(source.format(n=number))
            subprocess.run(command, cwd=workshop, check=True, capture_output=True)

        return run

    found = {
        "compiler alone, C": bare("c", C),
        "%%c": magic("c", "cell{n}", C),
        "compiler alone, C++ with the usual headers": bare("cpp", CPP),
        "%%cpp with the usual headers": magic("cpp", "cell{n}", CPP),
        "%%cpp, nanobind": magic("cpp", "cell{n}", NANOBIND),
        "%%cpp, pybind11": magic("cpp", "cell{n}", PYBIND11),
    }
    if find_spec("Cython"):
        shell.run_line_magic("load_ext", "Cython")
        found["%%cython"] = magic("cython", "", CYTHON)
    if find_spec("ROOT"):
        found["ROOT's %%cpp"] = _root()
    return found


def _root() -> Callable[[int], None]:
    import ROOT

    def run(number: int) -> None:
        # what ROOT's own %%cpp does with a cell of declarations; a second time, its compiler would see a redefinition
        name = f"add{number}"
        if not hasattr(ROOT, name):
            ROOT.gInterpreter.Declare(CPP.format(n=number))
        getattr(ROOT, name)(1, 2)

    return run


def measured(
    ways: dict[str, Callable[[int], None]], rounds: int, again: int
) -> tuple[Seconds, Seconds, dict[str, float]]:
    """Time every way cold (a new source) and cached (the same once more), in turns.

    Returns the cold times, the cached times (none for a bare compiler, which caches nothing), and the times of the
    very first, which may have headers to prepare.
    """
    numbers = itertools.count(time.time_ns() % 10**6 * 100)
    cold: Seconds = {name: [] for name in ways}
    cached: Seconds = {name: [] for name in ways}
    first = {name: _timed(way, next(numbers)) for name, way in ways.items()}
    for turn in (turn for _ in range(rounds) for turn in range(max(TURNS.values()))):
        for name, way in ways.items():
            if turn >= TURNS.get(name, 1):
                continue
            number = next(numbers)
            cold[name].append(_timed(way, number))
            if turn == 0 and not name.startswith("compiler alone"):
                cached[name] += [_timed(way, number) for _ in range(again)]
    return cold, cached, first


def _timed(way: Callable[[int], None], number: int) -> float:
    start = time.perf_counter()
    way(number)
    return time.perf_counter() - start


def compile_table(cold: Seconds, cached: Seconds, first: dict[str, float]) -> Table:
    """The times from cell to callable: the first of all (which also prepares headers), cold, and cached."""
    rows = [
        [name, duration(first[name]), duration(min(cold[name])), duration(min(cached[name])) if cached[name] else "–"]
        for name in cold
    ]
    if "ROOT's %%cpp" not in cold:
        rows.append(["ROOT's %%cpp", "not installed", "not installed", "not installed"])
    columns = ["from cell to callable", "first ever", "cold", "cached"]
    return Table(columns, rows, title="From cell to callable, best of the rounds", right=(1, 2, 3))


def in_pairs(ours: list[float], theirs: list[float]) -> float:
    """The ratio of two contenders that ran one after the other, turn by turn: the median of the turns' ratios."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


def bounds(cold: Seconds, cached: Seconds) -> list[tuple[str, Volatile, str, bool]]:
    """What the course promises: (promise, measured, required, whether it holds)."""
    best = {name: min(times) for name, times in cold.items()}
    again = {name: min(times) for name, times in cached.items() if times}
    others = [seconds for name, seconds in again.items() if name == "%%cython" or name.startswith("ROOT")]
    c = in_pairs(cold["%%c"], cold["compiler alone, C"])
    cpp = in_pairs(cold["%%cpp with the usual headers"], cold["compiler alone, C++ with the usual headers"])
    ours = max(again["%%c"], again["%%cpp with the usual headers"])
    found = [
        ("%%c cold, to the compiler alone", times(c), "at most 1.3 ×", c <= 1.3),
        ("%%cpp cold, to the compiler alone", times(cpp), "at most 0.5 ×", cpp <= 0.5),
        ("%%c cached", duration(again["%%c"]), "at most 1 ms", again["%%c"] <= 1e-3),
        ("%%cpp cached", duration(ours), "at most 2 ms", ours <= 2e-3),
        ("%%cpp, nanobind, cold", duration(best["%%cpp, nanobind"]), "at most 0.4 s", best["%%cpp, nanobind"] <= 0.4),
    ]
    if others:
        ratio = ours / min(others)
        found.append(("cached, to the fastest of the others", times(ratio), "below 1 ×", ratio < 1))
    return found


def bound_table(found: list[tuple[str, Volatile, str, bool]]) -> Table:
    """The promises as a table."""
    rows = [[promise, value, required, "holds" if holds else "FAILS"] for promise, value, required, holds in found]
    return Table(["promise", "measured", "required", ""], rows, title="What the course promises", right=(1,))


def main(argv: list[str]) -> int:
    """Run the benchmark; return 0 if every bound holds, 1 if not, 2 if there is no compiler."""
    parser = argparse.ArgumentParser(prog="python -m unladen bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="cold builds of each contender (default 5)")
    parser.add_argument("--again", type=int, default=20, help="cached builds of each, per round (default 20)")
    parser.add_argument("--calls", type=int, default=20_000, help="calls per measurement (default 20000)")
    trial = "a trial: no pybind11, of the first cells only the plain one, headers from the usual cache"
    parser.add_argument("--quick", action="store_true", help=trial)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="unladen-bench-") as name:
        workshop = Path(name)
        # caches of this run's own: cold must mean cold
        os.environ |= {"IPYTHONDIR": str(workshop / "ipython"), "CYTHON_CACHE_DIR": str(workshop / "cython")}
        if not options.quick:
            os.environ["UNLADEN_CACHE"] = str(workshop / "cache")
        try:
            return _run(workshop, options)
        except BuildError as error:
            print(f"the benchmark needs a C and a C++ compiler:\n{error}", file=sys.stderr)
            return 2


def _run(workshop: Path, options: argparse.Namespace) -> int:
    prepared.in_place = True  # the first of each kind prepares what the others use
    with _silence():
        ways = contenders(_shell(), workshop)
    if options.quick:
        del ways["%%cpp, pybind11"]
    _tell(f"compiling in {len(ways)} ways, {options.rounds} rounds; some take seconds each …")
    with _silence():
        cold, cached, first = measured(ways, options.rounds, options.again)
    print(compile_table(cold, cached, first))
    _tell("first cells …")
    sources = {"usual headers": CPP} | ({} if options.quick else {"nanobind": NANOBIND, "pybind11": PYBIND11})
    firsts = first_cells.measured(sources, min(3, options.rounds))
    print(f"\n{first_cells.table(firsts)}")
    _tell("calling …")
    with _silence():
        overhead = calls.overhead(calls.ways(quick=options.quick), options.calls)
    print(f"\n{calls.table(overhead)}")
    found = bounds(cold, cached) + first_cells.bounds(firsts)
    print(f"\n{bound_table(found)}")
    return 0 if all(holds for *_, holds in found) else 1


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr)


def _shell():
    """An IPython shell of this process with the course's magics: cells run as in a notebook."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from unladen import magics

    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    magics.register(shell)
    return shell


def _silence():
    """Swallow what the contenders print: it is not what is measured."""
    from IPython.utils.capture import capture_output

    return capture_output()
