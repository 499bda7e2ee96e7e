"""A chapter is one block of chapters.toml, and everything that repeats a part of it is held to it."""

from __future__ import annotations

import re
from dataclasses import replace

import nbformat
import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.__main__ import main as unladen
from unladen.course import chapters, new, notebooks
from unladen.course.frame import TO_WRITE

pytestmark = pytest.mark.chapters

TEXT = (REPOSITORY / "chapters.toml").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
COURSE = chapters.read()
HERE = [pytest.param(c, REPOSITORY / "notebooks" / f"{c.stem}.ipynb", id=c.stem) for c in COURSE.here]


def refused(text: str) -> str:
    """What is said of a table that is wrong."""
    with pytest.raises(chapters.WrongTable) as problem:
        chapters.parsed(text)
    return str(problem.value)


WRONG = [
    ("minutes = [50, 50]\n", "", "chapter 03: has no 'minutes'; a chapter has number, name"),
    ("minutes = [50, 50]", "minutes = [50]", "chapter 03: minutes = [50] is not [lecture, exercises], two whole"),
    ("minutes = [50, 50]", "minutes = [50, true]", "chapter 03: minutes = [50, True] is not"),
    ("minutes = [50, 50]", "minutes = [50, 50]\nhour = 1", "chapter 03: has the unknown key 'hour'"),
    ("number = 3\n", "number = 2\n", "has two chapters 02, 'the-computer' and 'dynamic-features'"),
    ("number = 3\n", "number = 30\n", "has chapter 04 after 30; put them in reading order"),
    ("number = 3\n", "number = 100\n", "number = 100 is not a whole number, 0 to 99"),
    ("number = 3\n", 'number = "3"\n', "block 4 of [[chapter]]: number = '3' is not a whole number"),
    ('"dynamic-features"', '"measuring"', "has 2 chapters called 'measuring'"),
    ('"dynamic-features"', '"Dynamic features"', "name = 'Dynamic features' is not small letters"),
    ('label = "dynamic features"', 'label = "a | b"', "label = 'a | b' is not a text of one line"),
    ('part = "II"', 'part = "VI"', "chapter 06: part = 'VI' is not one of [parts]: I, II, III, IV, V"),
    ('part = "II"', "part = [1]", "chapter 06: part = [1] is not one of [parts]"),
    ('["pypy"]', '["pipy"]', "chapter 06: extras = ['pipy'] is not a list out of root, jit"),
    ("here = true", "here = 1", "chapter 00: here = 1 is not true or false"),
    ("when speed is worth the time", "when.", "is not a sentence without its full stop"),
    ("\n[parts]\n", "\n[part]\n", "has no [parts], no [extras] or no [[chapter]]"),
    ("\n[parts]\n", "\n[parts\n", "chapters.toml: is no TOML: "),
]


@pytest.mark.parametrize("old, new, said", WRONG, ids=[said for *_, said in WRONG])
def test_a_table_that_is_wrong_is_refused_in_one_sentence(old, new, said):
    assert old in TEXT
    told = refused(TEXT.replace(old, new, 1))
    assert said in told and len(told.splitlines()) == 1, told


def test_all_that_is_wrong_is_said_at_once():
    told = refused(TEXT.replace("here = true", "here = 1").replace("minutes = [50, 50]\n", ""))
    assert len(told.splitlines()) == len(COURSE.here) + 1


def test_a_table_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(chapters.WrongTable, match="chapters.toml: cannot be read .*`git checkout"):
        chapters.read(tmp_path)


def test_the_table_and_the_lectures_agree_on_what_is_here():
    assert chapters.unmatched(COURSE) == []


def test_a_lecture_and_its_block_miss_each_other(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for stem in ("00-start-here", "01-measurement", "02-the-computer"):
        (tmp_path / "notebooks" / f"{stem}.ipynb").touch()
    planned = [replace(chapter, here=chapter.number < 2) for chapter in COURSE.chapters]
    told = chapters.unmatched(replace(COURSE, chapters=planned), tmp_path)
    assert len(told) == 3
    assert "chapters.toml, chapter 01: is said to be here, but there is no notebooks/01-measuring.ipynb; " in told[0]
    assert "notebooks/01-measurement.ipynb: has no block in chapters.toml; add one, or rename one of the two" in told
    assert "notebooks/02-the-computer.ipynb: is here, and chapters.toml says that it is planned; write" in told[2]
    assert not [line for line in told if "00-start-here" in line]


@pytest.mark.parametrize("chapter, lecture", HERE)
def test_the_readme_has_the_row_that_the_table_gives(chapter, lecture):
    row = chapters.row_of_readme(chapter)
    there = row in README
    assert there, f"README.md: write the row of chapter {chapter.number:02}:\n{row}"


def test_the_readme_has_the_rows_in_order_and_no_others():
    found = re.findall(r"^\| \[(\d\d) ", "\n".join(README), re.MULTILINE)
    told = f"README.md has rows of the chapters {', '.join(found)}; chapters.toml tells which are here"
    assert found == [f"{chapter.number:02}" for chapter in COURSE.here], told


@pytest.mark.parametrize("chapter, lecture", HERE)
def test_a_lecture_says_the_minutes_of_the_table(chapter, lecture):
    texts = [cell.source for cell in nbformat.read(lecture, as_version=4).cells[:2]]
    said = [int(n) for n in re.findall(r"\b(\d+)\b(?= minutes| more| for the exercises)", "\n".join(texts))]
    told = f"notebooks/{lecture.name} says {said} minutes in its opening, chapters.toml {list(chapter.minutes)}"
    assert said == list(chapter.minutes), told


@pytest.mark.parametrize("chapter, lecture", HERE)
def test_the_exercises_say_the_minutes_of_the_table(chapter, lecture):
    opening = nbformat.read(REPOSITORY / "solutions" / lecture.name, as_version=4).cells[0].source
    minutes = chapter.minutes[1]
    told = f"solutions/{lecture.name}: the opening does not say the {minutes} minutes of chapters.toml"
    assert re.search(rf"\b{minutes}\s+minutes\b", opening), told


# what a cell that uses an extra looks like
USES = {
    "pypy": r"^%%on .*\bpypy3",
    "pythons": r"^%%on (?:\S*,)?\d\.\d+",
    "java": r"\bwith_java\(",
    "jit": r"\bwith_extra\(",
    "fortran": r"\bgfortran\b",
    "root": r"WITH=\\?[\"']?root",
}


@pytest.mark.parametrize("chapter, lecture", HERE)
def test_the_extras_of_the_table_are_those_that_its_cells_use(chapter, lecture):
    codes = "\n".join(cell.source for cell in notebooks.read(lecture).cells if cell.cell_type == "code")
    used = {extra for extra, pattern in USES.items() if re.search(pattern, codes, re.MULTILINE)}
    told = f"chapters.toml, chapter {chapter.number:02}: its cells use {sorted(used)}, its extras are {chapter.extras}"
    assert used == set(chapter.extras), told
    assert set(USES) == set(COURSE.extras), "USES says of each extra of chapters.toml what its cells look like"


def test_the_chapters_that_name_an_extra_are_those_of_make_test_extras(capsys):
    assert unladen(["chapters", "--extras"]) == 0
    named = capsys.readouterr().out.split()
    assert named == [f"notebooks/{c.stem}.ipynb" for c in COURSE.here if c.extras]
    assert all((REPOSITORY / name).exists() for name in named)
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert "unladen chapters --extras" in makefile and not re.search(r"notebooks/\d", makefile)


def test_the_list_of_chapters_tells_what_is_planned(capsys):
    assert unladen(["chapters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"06-better-python +60 \+ 60 min +here +\(pypy\)", lines[6])
    planned = [chapter for chapter in COURSE.chapters if not chapter.here]
    assert sum("planned" in line for line in lines) == len(planned)


@pytest.mark.parametrize("chapter, lecture", HERE)
def test_nothing_that_belongs_to_a_chapter_is_still_to_be_written(chapter, lecture):
    told = f"chapters.toml, chapter {chapter.number:02}: still has {TO_WRITE!r}; do what it says"
    assert TO_WRITE not in repr(chapter), told
    for path in [REPOSITORY / name for name in new.files(chapter) if name.endswith((".py", ".md"))]:
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        left = ", ".join(str(n) for n, line in enumerate(lines, 1) if TO_WRITE in line)
        assert not left, f"{path.relative_to(REPOSITORY)} still has {TO_WRITE!r} in line {left}; do what it says"


def test_the_numbers_have_no_gap():
    for number, chapter in enumerate(COURSE.chapters):
        assert chapter.number == number, f"chapters.toml: chapter {chapter.number:02} follows {number - 1:02}"
