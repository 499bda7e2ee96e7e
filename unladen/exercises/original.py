"""The originals of the exercises: what stood in an answer's place before anybody answered.

An answer is marked in ``solutions/`` by the lines ``### BEGIN SOLUTION`` and ``### END SOLUTION`` around it; the
exercise has a stub in its place (`without_answers`). Where the solutions are not to be had, because a class must not
see them, a stub is known by its ``...`` or ``TODO``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from unladen.folders import PACKAGE

COURSE = PACKAGE.parent

_LINE = re.compile(r"(?P<indent>[ \t]*)(?://[ ]*)?### (?P<word>BEGIN SOLUTION|END SOLUTION|STUB:)(?: (?P<text>.*))?\s*")
_ALMOST = re.compile(r"###\s*(begin|end)\s*solution|###\s*stub\b", re.IGNORECASE)
_HEADING = re.compile(r"#{1,6} +(?:(\d+\.\d+)\b)?")
_STUB = re.compile(r"^\s*\.\.\.\s*$|\bTODO\b|^quiz\(.*, \.\.\.\)", re.MULTILINE)
_CHECK = re.compile(r"check\(.*\)\s*")


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


def marked(cells: list[dict]) -> Iterator[tuple[str, dict]]:
    """The cells of a solution that hold an answer, each with the id of its exercise: the number in its heading."""
    for exercise, cell in _sections(cells):
        if any(_LINE.fullmatch(line) for line in _source(cell).split("\n")):
            yield exercise, cell


def stubs(cells: list[dict]) -> Iterator[tuple[str, dict]]:
    """The cells of an exercise that nobody has answered that wait for an answer, each with the exercise's id.

    They stand below its heading and above its ``check(…)``, and have a line ``...`` or the word TODO; or they are the
    ``quiz(…, ...)`` of a part's question.
    """
    checked = ""
    for exercise, cell in _sections(cells):
        if _CHECK.fullmatch(_source(cell)):
            checked = exercise
        elif exercise != checked and _STUB.search(_source(cell)):
            yield exercise, cell


def original(exercise: str) -> list[str]:
    """The original text of each answer cell of an exercise (``"3.5"``); none where the course is out of reach."""
    name = f"{int(exercise.split('.')[0]):02}-*.ipynb"
    for folder in _folders():
        for room, find in (("solutions", marked), ("exercises", stubs)):
            for path in sorted((folder / room).glob(name)):
                try:
                    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
                    found = [without_answers(_source(cell)) for id, cell in find(cells) if id == exercise]
                except (OSError, ValueError, KeyError, TypeError, AttributeError):
                    continue  # another place may have it whole
                if found:
                    return found
    return []


def _folders() -> Iterator[Path]:
    """Where originals may be: in the course, then in what a learner's copies were made from."""
    yield COURSE
    try:
        here = Path.cwd()
        yield from (folder / ".course" for folder in (here, *here.parents))
    except OSError:  # the folder was removed
        pass
    for folder in (os.environ.get("UNLADEN_WORK"), COURSE / "work", "~/unladen-work"):
        if folder:
            yield Path(os.path.expanduser(folder)) / ".course"


def _sections(cells: list[dict]) -> Iterator[tuple[str, dict]]:
    """Each code cell that stands in the section of an exercise, with the exercise's id."""
    exercise = ""
    for cell in cells:
        heading = _HEADING.match(_source(cell)) if cell["cell_type"] == "markdown" else None
        if heading:
            exercise = heading[1] or ""
        elif exercise and cell["cell_type"] == "code":
            yield exercise, cell


def _source(cell: dict) -> str:
    return "".join(cell["source"])
