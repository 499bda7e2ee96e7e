"""The page for instructors keeps up with chapters.toml, and its routes add up."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.course import chapters
from unladen.course.routes import ROUTES

pytestmark = pytest.mark.chapters

PAGE = (REPOSITORY / "notebooks" / "notes" / "for-instructors.md").read_text(encoding="utf-8")
COURSE = chapters.read()


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a page."""
    lines = [line for line in text.splitlines() if re.match(r"\| *(?!-)", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


LINES = [line for line in PAGE.splitlines() if re.match(r"\| \d\d [A-Z]", line)]


@pytest.mark.parametrize("chapter, lecture", [pytest.param(c, Path(f"{c.stem}.ipynb"), id=c.stem) for c in COURSE.here])
def test_every_chapter_is_there_with_its_minutes_and_what_one_can_do(chapter, lecture):
    begins = chapters.row_for_instructors(chapter)
    own = [line for line in LINES if line.startswith(begins)]
    told = f"{begins} the misconception that goes | what goes wrong in the room |"
    assert own, f"notebooks/notes/for-instructors.md: write the row of chapter {chapter.number:02}:\n{told}"


def test_the_chapters_are_in_order_with_what_an_instructor_needs():
    found = [line[2:4] for line in LINES]
    told = f"for-instructors.md has rows of the chapters {', '.join(found)}; chapters.toml tells which are here"
    assert found == [f"{chapter.number:02}" for chapter in COURSE.here], told
    assert all(len(row) == 5 and all(row) for row in rows("\n".join(LINES)))


def test_the_routes_add_up():
    sums = Counter()
    for name, _, amount in (row for row in rows(PAGE) if len(row) == 3 and row[2].isdigit()):
        sums[name] += int(amount)
    told = re.search(r"Sums: (.*?);", PAGE, re.S)[1]
    assert sums == {"90 minutes": 90, "half a day": 210, "two days": int(re.search(r"two days (\d+)", told)[1])}
    assert "half a day 210" in told and sums["two days"] <= 2 * 7 * 60


def test_the_routes_that_can_be_exported_are_those_of_the_page():
    told = {}
    for name, what, _ in (row for row in rows(PAGE) if len(row) == 3 and row[2].isdigit()):
        told.setdefault(name, set()).update(int(chapter) for chapter in re.findall(r"(?<![.\d])\d\d(?![.\d])", what))
    assert told == {title: set(chapters) for title, chapters in ROUTES.values()}
    assert all(f"ROUTE={word}" in PAGE for word in ROUTES)
