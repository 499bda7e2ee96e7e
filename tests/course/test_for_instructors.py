"""The page for instructors keeps up with the course: every chapter, its minutes, and routes that add up."""

from __future__ import annotations

import re
from collections import Counter

import nbformat

from tests.helpers.checkout import REPOSITORY

PAGE = (REPOSITORY / "notebooks" / "notes" / "for-instructors.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
LECTURES = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the tables in a page."""
    lines = [line for line in text.splitlines() if re.match(r"\| *(?!-)", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def minutes(text: str, column: int) -> dict[str, str]:
    """The minutes of each chapter, by its number."""
    found = [(re.match(r"\[?(\d\d) [A-Z]", row[0]), row) for row in rows(text)]
    return {match[1]: row[column] for match, row in found if match}


def test_every_chapter_is_there_with_what_an_instructor_needs():
    chapters = [row for row in rows(PAGE) if re.match(r"\d\d [A-Z]", row[0])]
    assert [row[0][:2] for row in chapters] == [path.name[:2] for path in LECTURES]
    assert all(len(row) == 5 and all(row) for row in chapters)


def test_the_minutes_are_those_of_the_readme():
    assert minutes(PAGE, 1) == minutes(README, 1)


def test_the_minutes_are_those_that_the_lectures_say():
    for path in LECTURES:
        opening = nbformat.read(path, as_version=4).cells[0].source
        assert f"{minutes(PAGE, 1)[path.name[:2]].split(' + ')[0]} minutes" in opening, path.name


def test_the_routes_add_up():
    sums = Counter()
    for name, _, amount in (row for row in rows(PAGE) if len(row) == 3 and row[2].isdigit()):
        sums[name] += int(amount)
    told = re.search(r"Sums: (.*?);", PAGE, re.S)[1]
    assert sums == {"90 minutes": 90, "half a day": 210, "two days": int(re.search(r"two days (\d+)", told)[1])}
    assert "half a day 210" in told and sums["two days"] <= 2 * 7 * 60
