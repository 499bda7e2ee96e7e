"""The part of lint that reads the frame of a lecture: what every chapter has, whatever it is about.

A part that is missing is a finding. A lecture that has all its parts, but asks or claims too little, is not finished:
lint names what is still to be written, and `make test` fails until it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from unladen.course import chapters
from unladen.course.chapters import WrongTable

FEWEST_PREDICTIONS, FEWEST_CLAIMS = 6, 5  # cells that ask, cells that claim
TO_WRITE = "TO WRITE:"  # begins what `python -m unladen new` leaves to be written

_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_CHOICE = re.compile(r"<summary>[^<]*\b(?:choose|guess|predict)\b", re.IGNORECASE)
_ASKED_TO = re.compile(r"(?:^|[.?!:] )(?:Guess|Predict)\b")
_CLAIM = re.compile(r"^\s*(?:claim\(|assert )", re.MULTILINE)
_GUESS = re.compile(r"^\s*(?:\w+ = )?guess\((?!\))", re.MULTILINE)  # without arguments it asks nothing


def is_lecture(path: Path) -> bool:
    """Whether a notebook is a chapter's lecture, and not its exercises."""
    return path.resolve().parent.name == "notebooks"


def asks(text: str) -> bool:
    """Whether a text cell asks for a prediction.

    It ends with a question, pictures and what is folded away aside; or it offers a choice; or it says so in its last
    paragraph: "Guess …", "Predict …".
    """
    read = _PICTURE.sub("", _FOLDED.sub("", text)).strip()
    return read.endswith("?") or bool(_CHOICE.search(text)) or bool(_ASKED_TO.search(read.rpartition("\n\n")[2]))


def predictions(notebook: NotebookNode) -> list[int]:
    """The cells, counted from 1, in which the reader predicts what the next cell will show.

    A call of ``guess`` is one. So is a text that asks and is answered by the code cell below it, unless that cell is
    the guess.
    """
    found = []
    for number, (cell, below) in enumerate(zip(notebook.cells, [*notebook.cells[1:], None], strict=True), 1):
        guessed = cell.cell_type == "code" and _GUESS.search(cell.source)
        answered = below is not None and below.cell_type == "code" and not _GUESS.search(below.source)
        if guessed or (cell.cell_type == "markdown" and answered and asks(cell.source)):
            found.append(number)
    return found


def claims(notebook: NotebookNode) -> list[int]:
    """The code cells, counted from 1, that assert something: ``claim(…)`` or ``assert``."""
    codes = [(n, cell.source) for n, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    return [number for number, source in codes if _CLAIM.search(source)]


def parts(notebook: NotebookNode, path: Path) -> Iterator[tuple[int | None, str]]:
    """What a lecture lacks of its frame, with the cell where it belongs (None: the notebook as a whole)."""
    if not is_lecture(path):
        return
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    opening, closing, last = "\n".join(texts[:2]), "\n".join(texts[-4:]), len(notebook.cells)
    if not re.search(r"\bAfter this chapter you (?:can|know)\b", opening):
        yield 1, "does not say what one can do afterwards; write `After this chapter you can …` in the opening"
    if not re.search(r"\bYou need\b", opening):
        yield 1, "does not say what the chapter asks for; write `You need …` in the opening"
    remember = next((text for text in texts if re.match(r"## What to remember\s*$", text, re.MULTILINE)), "")
    if len(re.findall(r"^- ", remember, re.MULTILINE)) != 3:
        yield last, "has no `## What to remember` with three lines that begin with `- `"
    if f"`exercises/{path.stem}.ipynb`" not in closing:
        yield last, f"does not lead to its exercises; end with `**On your own:** … `exercises/{path.stem}.ipynb` …`"
    if "**Further reading:**" not in closing:
        yield last, "names nothing to read further; end with `**Further reading:** …`"
    if not (notes := path.with_name("notes") / f"{path.stem}.md").exists():
        yield None, f"has no notes/{notes.name}, which says what depends on a version, and what the claims stand on"
    yield from ((None, said) for said in _in_the_table(path))


def _in_the_table(path: Path) -> list[str]:
    """What the course's table, if the lecture belongs to a course, does not say of it."""
    root = path.resolve().parents[1]
    if not (root / chapters.TABLE).exists():
        return []
    try:
        listed = {chapter.stem: chapter.here for chapter in chapters.read(root).chapters}
    except WrongTable:
        return []  # which the command says once, not for every lecture
    if path.stem not in listed:
        return [f"has no block in {chapters.TABLE}; `python -m unladen new` writes one, or copy a neighbour's"]
    return [] if listed[path.stem] else [f"is here, and {chapters.TABLE} says that it is planned; write here = true"]


def unwritten(notebook: NotebookNode, path: Path) -> list[str]:
    """What is still to be written in a notebook, a sentence for each thing; none if it is finished."""
    left = [n for n, cell in enumerate(notebook.cells, 1) if TO_WRITE in cell.source]
    found = [f"still has {TO_WRITE!r} in cell {', '.join(map(str, left))}; do what it says"] if left else []
    if is_lecture(path):
        if (count := len(predictions(notebook))) < FEWEST_PREDICTIONS:
            found.append(
                f"asks {count} of at least {FEWEST_PREDICTIONS} predictions; write text cells that end with a question "
                "which the next cell answers"
            )
        if (count := len(claims(notebook))) < FEWEST_CLAIMS:
            found.append(
                f"claims something in {count} of at least {FEWEST_CLAIMS} cells; follow what is measured by "
                'claim("what holds", ratio, at_least=…)'
            )
    return found
