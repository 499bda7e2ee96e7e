"""The page for instructors keeps up with chapters.toml and with the notes for the speaker, and its routes add up."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.course import chapters, notes
from unladen.course.routes import ROUTES, on_route

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


def cells_of(chapter) -> list:
    """The cells of a chapter's lecture."""
    return nbformat.read(REPOSITORY / "notebooks" / f"{chapter.stem}.ipynb", as_version=4).cells


def minutes_of(cells) -> float:
    """What the notes among these cells take, together."""
    return sum(notes.spoken(cell.source)[0] for cell in cells if notes.is_note(cell))


WITH_NOTES = [chapter for chapter in COURSE.here if any(map(notes.is_note, cells_of(chapter)))]


@pytest.mark.parametrize("chapter", WITH_NOTES, ids=lambda chapter: chapter.stem)
def test_the_notes_of_a_lecture_take_its_minutes(chapter):
    told = "the minutes of its notes against those of its lecture in chapters.toml"
    assert minutes_of(cells_of(chapter)) == chapter.minutes[0], told


ROUGHLY = 5  # minutes
PARTS = [row for row in rows(PAGE) if len(row) == 3 and row[2].isdigit()]


@pytest.mark.parametrize("title, what, amount", PARTS, ids=[f"{title}: {what}" for title, what, _ in PARTS])
def test_a_part_of_a_route_takes_what_the_notes_of_its_sections_say(title, what, amount):
    route = next(word for word, (name, _) in ROUTES.items() if name == title)
    numbers = {int(number) for number in re.findall(r"(?<![.\d])\d\d(?![.\d])", what)}
    chosen = [chapter for chapter in WITH_NOTES if chapter.number in numbers]
    if len(chosen) < len(numbers):
        pytest.skip("not all of these lectures have notes")
    # of a row that leaves the choice, the longest counts
    shown = [minutes_of(on_route(cells_of(chapter), route)) for chapter in chosen]
    lectures = max(shown) if " or " in what else sum(shown)
    exercises = int(amount) - lectures
    if "exercise" in what:
        assert 10 - ROUGHLY <= exercises <= 30 + ROUGHLY, f"{lectures:g} minutes of lectures leave {exercises:g}"
    else:
        assert abs(exercises) <= ROUGHLY, f"the notes of these sections say {lectures:g} minutes"
