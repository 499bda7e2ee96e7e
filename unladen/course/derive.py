"""Make the exercises out of their solutions: ``python -m unladen derive [--fresh] [--overwrite] [PATH …]``.

A notebook in ``solutions/`` is the only side that anyone edits. In a code cell, what stands between the lines
``### BEGIN SOLUTION`` and ``### END SOLUTION`` is the answer; the exercise has a stub in its place: the texts of the
lines ``### STUB: text`` inside the block or, without any, ``...`` at the block's indentation. In a C or C++ cell the
three lines begin with ``//``. A cell tagged ``solution-only`` is dropped; ``exercise-only`` marks one that only the
exercise needs. The exercise is executed, so that its checks are stored as they answer to an untouched stub.

Learners write their answers into copies (``work.py``); but whoever opens the originals may have written into
``exercises/``. What was derived last is remembered there, in ``derived.json``, so
that a notebook which somebody has written in since is not overwritten; with ``--overwrite`` it is kept in ``kept/``.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import sys
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from unladen.course import copies, notebooks, work
from unladen.course.notebooks import NotebookError, place, shown
from unladen.course.render import each, rendered
from unladen.exercises.original import without_answers

_OURS = {"solution-only", "exercise-only"}
DERIVED = "derived.json"  # beside the exercises: name -> digest of what the last derivation wrote


def derived(solution: NotebookNode, path: Path) -> NotebookNode:
    """The exercise notebook made of the ``solution`` notebook read from ``path``: same ids, no answers, no outputs.

    Raises ``NotebookError`` naming the cell whose markers are wrong or whose stub is not Python.
    """
    exercise = copy.deepcopy(solution)
    exercise.cells = []
    for number, cell in enumerate(solution.cells, 1):
        tags = cell.metadata.get("tags", [])
        if "solution-only" in tags:
            continue
        cell = copy.deepcopy(cell)
        if tags:
            cell.metadata.tags = [tag for tag in tags if tag not in _OURS]
        try:
            cell.source = without_answers(cell.source)
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
                ast.parse(TransformerManager().transform_cell(cell.source))
        except (ValueError, SyntaxError) as problem:
            raise NotebookError(f"{place(path, number, cell)}: {problem}") from None
        exercise.cells.append(cell)
    return exercise


def derive(path: Path, target: Path | None = None, fresh: bool = False, overwrite: bool = False) -> bool:
    """Write the exercise of the solution at ``path`` to ``target`` (default: the folder ``exercises`` beside its own).

    Tells whether the file changed. Raises ``NotebookError`` naming the cell that is wrong or fails, or saying that
    somebody has written into the exercise; with ``overwrite``, a copy of it is kept.
    """
    target = target or path.resolve().parents[1] / "exercises" / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    exercise = derived(notebooks.read(path), path)
    if target.exists() and has_answers(target, exercise):
        if not overwrite:
            raise NotebookError(
                f"{shown(target)} holds answers or notes, which deriving it anew would lose. To have it as it was in "
                f"the beginning, and yours kept in {shown(_shelf(target))}/:  make derive FLAGS=--overwrite"
            )
        print(f"{shown(target)}: yours is kept as {shown(copies.keep(target, _shelf(target)))}")
    before = target.read_bytes() if target.exists() else b""
    stored = notebooks.read(target) if before and not fresh else None
    new = rendered(exercise, target, stored)
    if before != (target.read_bytes() if target.exists() else b""):
        raise NotebookError(f"{shown(target)} was saved while it was being derived; close it, and derive it again")
    changed = notebooks.write(new, target)
    remember(target, exercise)
    return changed


def has_answers(target: Path, exercise: NotebookNode) -> bool:
    """Whether somebody has written into ``target``: its cells are neither what was derived last nor ``exercise``'s.

    What cells put out does not count, nor do empty cells: both come of running the notebook.
    """
    try:
        there = digest(notebooks.read(target))
    except (NotebookError, OSError):
        return True  # not to be read is no proof that nothing is in it
    return there not in (_remembered(target).get(target.name), digest(exercise))


def digest(notebook: NotebookNode) -> str:
    """What tells apart two notebooks whose cells differ."""
    return work.digest(notebook.cells)


def _shelf(target: Path) -> Path:
    return target.resolve().parents[1] / "kept"


def _remembered(target: Path) -> dict[str, str]:
    try:
        kept = json.loads((target.parent / DERIVED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def remember(target: Path, exercise: NotebookNode) -> None:
    """Note that ``target`` was derived as ``exercise``: what differs from it was written by somebody."""
    known = _remembered(target) | {target.name: digest(exercise)}
    text = json.dumps(dict(sorted(known.items())), indent=1) + "\n"
    copies.write(text.encode(), target.parent / DERIVED)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m unladen derive", description="Make exercises/ out of solutions/.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="solutions, folders, chapters: 03 (default: all)")
    parser.add_argument("--fresh", action="store_true", help="store every number and picture anew")
    parser.add_argument("--overwrite", action="store_true", help="replace answers, too; a copy is put into kept/")
    chosen = parser.parse_args(argv)
    try:
        found = notebooks.find(chosen.paths, ["solutions"])
    except NotebookError as problem:
        print(problem, file=sys.stderr)
        return 2
    return min(1, each(found, lambda path: derive(path, fresh=chosen.fresh, overwrite=chosen.overwrite)))
