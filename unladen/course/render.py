"""Execute notebooks and store their outputs in canonical form: ``python -m unladen render [--fresh] [PATH …]``.

Rendering an unchanged notebook again changes no byte: outputs are kept where only volatile text, or a picture beside
the same alternative text, came out different. ``--fresh`` stores what was measured now.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from nbformat import NotebookNode

from unladen.course import notebooks
from unladen.course.notebooks import NotebookError, canonical, shown

FOLDERS = ("notebooks", "solutions")


def rendered(source: NotebookNode, path: Path, stored: NotebookNode | None) -> NotebookNode:
    """Execute ``source`` where ``path`` is and return its canonical form; ``stored`` outputs that hold are kept."""
    return canonical(notebooks.execute(source, path), stored)


def render(path: Path, fresh: bool = False) -> bool:
    """Execute the notebook at ``path``, write its canonical form, and tell whether the file changed.

    Raises ``NotebookError`` naming the cell that failed; the file is then left as it was.
    """
    source = notebooks.read(path)
    return notebooks.write(rendered(source, path, None if fresh else source), path)


def each(paths: list[Path], work) -> int:
    """Apply ``work(path) -> changed`` to each notebook, report a line for each, and return how many failed."""
    failed = 0
    for path in paths:
        start = time.perf_counter()
        try:
            outcome = "changed" if work(path) else "unchanged"
        except NotebookError as problem:
            failed += 1
            print(problem, file=sys.stderr)
            outcome = "FAILED, left as it was"
        print(f"{shown(path)}: {outcome} ({time.perf_counter() - start:.1f} s)", flush=True)
    return failed


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m unladen render", description="Execute notebooks, store their outputs."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="notebooks, folders, chapters: 03 (default: all)")
    parser.add_argument("--fresh", action="store_true", help="store every number and picture anew")
    chosen = parser.parse_args(argv)
    try:
        found = notebooks.find(chosen.paths, FOLDERS)
    except NotebookError as problem:
        print(problem, file=sys.stderr)
        return 2
    return min(1, each(found, lambda path: render(path, chosen.fresh)))
