"""Run anew what notebooks show as recorded runs, and store it in ``results/``: ``python -m unladen record [PATH …]``.

What this machine lacks something for is named, with what would get it, and its record stays as it is.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unladen.course import notebooks
from unladen.course.notebooks import NotebookError, shown
from unladen.elsewhere import events, extras, fortran, jvm, mpi, pythons, records
from unladen.elsewhere.recorded import Elsewhere, Job
from unladen.line import CellError
from unladen.timing import recording

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
            names = pythons.names_in(line["names"])
            try:
                pythons.check(names)
            except Elsewhere as problem:
                raise NotebookError(f"{notebooks.place(path, number, cell)}: {problem}") from None
            yield OnCell(path, names, line["key"], source)


def mpi_cells(paths: list[Path]) -> Iterator[tuple[mpi.Asked, str, Path]]:
    """The ``%%mpi`` cells of the notebooks: what each asks for, and its source. Raises ``NotebookError`` as above."""
    for path in paths:
        for number, cell in enumerate(notebooks.read(path).cells, 1):
            first, _, source = cell.source.partition("\n")
            if cell.cell_type != "code" or not first.startswith("%%mpi"):
                continue
            try:
                yield mpi.asked(first.removeprefix("%%mpi")), source, path
            except CellError as problem:
                raise NotebookError(f"{notebooks.place(path, number, cell)}: {problem}") from None


def repeated(cells: Sequence[OnCell | mpi.Asked]) -> list[str]:
    """The names that more than one cell gives its results."""
    return [key for key, count in Counter(cell.key for cell in cells).items() if count > 1]


def _on_jobs(notebook: Path) -> Iterator[Job]:
    for cell in on_cells([notebook]):
        yield pythons.job(cell.names, cell.key, cell.source, notebook=shown(cell.path))


def _mpi_jobs(notebook: Path) -> Iterator[Job]:
    for wanted, source, path in mpi_cells([notebook]):
        yield mpi.job(wanted, source, notebook=shown(path))


# each yields the jobs of one kind that a notebook shows; unladen/elsewhere/recorded.py says how one is added
KINDS: list[Callable[[Path], Iterator[Job]]] = [
    _on_jobs,
    _mpi_jobs,
    jvm.jobs,
    extras.jobs,
    fortran.jobs,
    events.jobs,
    recording.jobs,
]


def jobs(notebook: Path) -> Iterator[Job]:
    """Whatever is recorded of a notebook."""
    for kind in KINDS:
        yield from kind(notebook.resolve())


def record(job: Job, folder: Path | None = None) -> tuple[str, bool]:
    """Run one job and store its record in ``folder`` (``results/``); say what became of it, and whether it failed."""
    if job.missing:
        return f"left as it is: {job.missing}", False
    start = time.perf_counter()
    try:
        records.save(job.key, job.record(), folder)
    except Exception as problem:  # whatever it is, the others are recorded
        kind = "" if isinstance(problem, Elsewhere) else f"{type(problem).__name__}: "
        return f"FAILED, left as it is: {kind}{problem}", True
    return f"recorded ({time.perf_counter() - start:.1f} s)", False


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m unladen record", description="Record anew what notebooks show as such.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="notebooks, folders, chapters: 03 (default: all)")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="where the records go (default: results)")
    chosen = parser.parse_args(argv)
    try:
        paths = notebooks.find(chosen.paths, FOLDERS)
        if twice := repeated(list(on_cells(paths))):
            raise NotebookError(f"more than one %%on cell is called {', '.join(twice)}; give each its own name")
        if twice := repeated([wanted for wanted, _, _ in mpi_cells(paths)]):
            raise NotebookError(f"more than one %%mpi cell is called {', '.join(twice)}; give each its own name")
        if chosen.into:
            chosen.into.mkdir(parents=True, exist_ok=True)
    except NotebookError as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"{chosen.into} cannot be a folder of records ({problem.strerror}); name another", file=sys.stderr)
        return 2
    status = 0
    for path in paths:
        for job in jobs(path):
            outcome, failed = record(job, chosen.into)
            status |= failed
            print(f"{shown(path)}: {job.key} {outcome}", flush=True)
    return status
