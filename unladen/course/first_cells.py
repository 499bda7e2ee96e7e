"""How long the first C++ cell takes on a new machine, beside its bare command: a part of ``make bench``."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from unladen.compiling import build, prepared
from unladen.show import Table, Volatile, duration, times

Pair = tuple[float, float]  # seconds on the wall, seconds of the processor
Turns = dict[str, list[tuple[Pair, Pair]]]  # kind of cell -> (the cell, its bare command) of each turn


def measured(sources: Mapping[str, str], rounds: int) -> Turns:
    """Build each source (``{n}``: a number) as the first of an empty cache, then by its bare command, in turns."""
    found: Turns = {kind: [] for kind in sources}
    for number in range(rounds):
        for kind, source in sources.items():
            with _new_machine() as place:
                made = []
                cell = _timed(lambda: made.append(build(source.format(n=number), "cpp", name="first")))  # noqa: B023
                record = made[0].build
                # what the cell ran, and what it may have had to run before: nanobind's own part
                bare = _timed(lambda: _again(record.command, record.path.parent, place))  # noqa: B023
                found[kind].append((cell, bare))
    return found


@contextmanager
def _new_machine() -> Iterator[Path]:
    """An empty cache, in which nothing is made behind: what is timed is the cell alone."""
    before, prepared.in_place = (dict(os.environ), prepared.in_place), False
    with tempfile.TemporaryDirectory(prefix="unladen-first-") as name:
        os.environ |= {"UNLADEN_CACHE": name, "UNLADEN_BEHIND": "0"}
        try:
            yield Path(name)
        finally:
            os.environ.clear()
            os.environ.update(before[0])
            prepared.in_place = before[1]


def _again(command: tuple[str, ...], folder: Path, place: Path) -> None:
    if any("headers-" in word for word in command):
        raise AssertionError("the first cell has waited for a precompiled header")
    for script in sorted(place.glob("*/command.txt")):
        subprocess.run(script.read_text().split("\0"), cwd=script.parent, check=True, capture_output=True)
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _timed(work: Callable[[], object]) -> Pair:
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table(found: Turns) -> Table:
    """Both, on the wall and of the processor, best of the rounds."""
    rows = []
    for kind, turns in found.items():
        best = [min(turn[who][clock] for turn in turns) for who in (0, 1) for clock in (0, 1)]
        rows.append([kind, *map(duration, best)])
    columns = ["first C++ cell, nothing cached", "cell", "its processor time", "bare command", "its processor time"]
    return Table(columns, rows, title="The first C++ cell on a new machine", right=(1, 2, 3, 4))


def bounds(found: Turns) -> list[tuple[str, Volatile, str, bool]]:
    """What the course promises: (promise, measured, required, whether it holds)."""
    ratios = {kind: median(cell[0] / bare[0] for cell, bare in turns) for kind, turns in found.items()}
    return [
        (f"first cell, {kind}, to its bare command", times(ratio), "at most 1.5 ×", ratio <= 1.5)
        for kind, ratio in ratios.items()
    ]
