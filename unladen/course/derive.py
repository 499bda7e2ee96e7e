"""Make the exercises out of their solutions: ``python -m unladen derive [--fresh] [PATH …]``.

A notebook in ``solutions/`` is the only side that anyone edits. In a code cell, what stands between the lines
``### BEGIN SOLUTION`` and ``### END SOLUTION`` is the answer; the exercise has a stub in its place: the texts of the
lines ``### STUB: text`` inside the block or, without any, ``...`` at the block's indentation. In a C or C++ cell the
three lines begin with ``//``. A cell tagged ``solution-only`` is dropped; ``exercise-only`` marks one that only the
exercise needs. The exercise is executed, so that its checks are stored as they answer to an untouched stub.
"""

from __future__ import annotations

import argparse
import ast
import copy
import re
import sys
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from unladen.course import notebooks
from unladen.course.notebooks import NotebookError, place
from unladen.course.render import each, rendered

_LINE = re.compile(r"(?P<indent>[ \t]*)(?://[ ]*)?### (?P<word>BEGIN SOLUTION|END SOLUTION|STUB:)(?: (?P<text>.*))?\s*")
_ALMOST = re.compile(r"###\s*(begin|end)\s*solution|###\s*stub\b", re.IGNORECASE)
_OURS = {"solution-only", "exercise-only"}


def without_answers(source: str) -> str:
    """A cell's source with each answer replaced by its stub.

    Raises ``ValueError`` when the lines that mark an answer do not pair up or are misspelt.
    """
    kept: list[str] = []
    stubs: list[str] | None = None  # of the answer that is open
    indent = ""
    for number, line in enumerate(source.split("\n"), 1):
        match = _LINE.fullmatch(line)
        word = match["word"] if match else None
        if not match and _ALMOST.search(line):
            raise ValueError(
                f"line {number} is no marker, but almost: write BEGIN SOLUTION, STUB: or END SOLUTION after ###"
            )
        if word == "BEGIN SOLUTION":
            if stubs is not None:
                raise ValueError(f"line {number} begins an answer inside an answer; end the first one before")
            stubs, indent = [], match["indent"]
        elif word and stubs is None:
            raise ValueError(f"line {number} has {word!r}, but no answer has begun; add `### BEGIN SOLUTION` above")
        elif word == "STUB:":
            stubs.append((indent + (match["text"] or "")).rstrip())
        elif word == "END SOLUTION":
            kept += stubs or [indent + "..."]
            stubs = None
        elif stubs is None:
            kept.append(line)
    if stubs is not None:
        raise ValueError("an answer begins and never ends; add `### END SOLUTION`")
    return "\n".join(kept)


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


def derive(path: Path, target: Path | None = None, fresh: bool = False) -> bool:
    """Write the exercise of the solution at ``path`` to ``target`` (default: the folder ``exercises`` beside its own).

    Tells whether the file changed. Raises ``NotebookError`` naming the cell that is wrong or fails.
    """
    target = target or path.resolve().parents[1] / "exercises" / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    stored = notebooks.read(target) if target.exists() and not fresh else None
    return notebooks.write(rendered(derived(notebooks.read(path), path), target, stored), target)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m unladen derive", description="Make exercises/ out of solutions/.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="solution notebooks or folders (default: solutions)")
    parser.add_argument("--fresh", action="store_true", help="store every number and picture anew")
    chosen = parser.parse_args(argv)
    try:
        found = notebooks.find(chosen.paths, ["solutions"])
    except NotebookError as problem:
        print(problem, file=sys.stderr)
        return 2
    return min(1, each(found, lambda path: derive(path, fresh=chosen.fresh)))
