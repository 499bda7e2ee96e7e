"""Run the ``%%on`` cells of the notebooks and store what each Python said: ``python -m unladen record [PATH …]``.

The Java programs that a notebook shows are run and recorded with them.

Only cells whose Pythons are all on this machine are run. Where one is missing, that is said, and the record stays.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unladen.course import notebooks
from unladen.course.notebooks import NotebookError, shown
from unladen.elsewhere import jvm, pythons, recorded, records

FOLDERS = ("notebooks", "solutions")
_FIRST_LINE = re.compile(r"%%on[ \t]+(?P<names>\S.*?)[ \t]+(?P<key>\w+)[ \t]*")


@dataclass(frozen=True)
class OnCell:
    """An ``%%on`` cell of a notebook: the Pythons it names, what it calls their results, and its source."""

    path: Path
    names: tuple[str, ...]
    key: str
    source: str


def on_cells(paths: list[Path]) -> Iterator[OnCell]:
    """The ``%%on`` cells of the notebooks, in order. Raises ``NotebookError`` for one that cannot be read."""
    for path in paths:
        for number, cell in enumerate(notebooks.read(path).cells, 1):
            first, _, source = cell.source.partition("\n")
            if cell.cell_type != "code" or not first.startswith("%%on"):
                continue
            line = _FIRST_LINE.fullmatch(first)
            if not line:
                raise NotebookError(f"{notebooks.place(path, number, cell)}: write %%on NAME,NAME RESULT; got {first}")
            yield OnCell(path, pythons.names_in(line["names"]), line["key"], source)


def repeated(cells: list[OnCell]) -> list[str]:
    """The names that more than one cell gives its results."""
    return [key for key, count in Counter(cell.key for cell in cells).items() if count > 1]


def record(cell: OnCell) -> str:
    """Run one cell and store its record; return what became of it. Raises ``Elsewhere`` if the cell fails."""
    found, gone = pythons.located(cell.names)
    if gone:
        return f"left as it is: {'. '.join(map(str, gone))}"
    start = time.perf_counter()
    runs = [pythons.run(name, python, cell.source) for name, python in found.items()]
    records.save(cell.key, records.made_now(cell.names, cell.source, runs, shown(cell.path)))
    return f"recorded ({time.perf_counter() - start:.1f} s)"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m unladen record", description="Record the runs of the %%on cells.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="notebooks, folders, chapters: 03 (default: all)")
    chosen = parser.parse_args(argv)
    try:
        paths = notebooks.find(chosen.paths, FOLDERS)
        cells = list(on_cells(paths))
    except NotebookError as problem:
        print(problem, file=sys.stderr)
        return 2
    if twice := repeated(cells):
        print(f"more than one %%on cell is called {', '.join(twice)}; give each its own name", file=sys.stderr)
        return 2
    failed = 0
    for cell in cells:
        try:
            outcome = record(cell)
        except recorded.Elsewhere as problem:
            failed, outcome = 1, f"FAILED, left as it is: {problem}"
        print(f"{shown(cell.path)}: {cell.key} {outcome}", flush=True)
    for path in paths:
        for outcome in jvm.record_of(shown(path)):
            print(f"{shown(path)}: {outcome}", flush=True)
    return failed
