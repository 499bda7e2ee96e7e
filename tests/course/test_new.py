"""A chapter is begun by one command: it has every part, runs, and is refused with sentences that say what to write."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.course import chapters, frame, lint, new, notebooks, stubs
from unladen.course.frame import TO_WRITE

TEXT = (REPOSITORY / "chapters.toml").read_text(encoding="utf-8")
COURSE = chapters.parsed(TEXT)
PLANNED = next((chapter for chapter in COURSE.chapters if not chapter.here), None)


@pytest.fixture
def course(tmp_path) -> Path:
    """A small copy of the course: what the command reads, and folders to write into."""
    for folder in ("unladen", "native", "img/draw"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=new.NOT_COPIED)
    for folder in ("notebooks/notes", "solutions", "exercises", "tests/right_answers", "tests/wrong_answers"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "chapters.toml").write_text(TEXT, encoding="utf-8")
    shutil.copy(REPOSITORY / "tests" / "sanitize.cfg", tmp_path / "tests")
    return tmp_path


def begin(course: Path, *words: str, **variables: str) -> subprocess.Popen:
    """``python -m unladen new`` in a course."""
    command = [sys.executable, "-m", "unladen", "new", *words]
    environment = os.environ | {"PYTHONPATH": str(course)} | variables
    return subprocess.Popen(
        command, cwd=course, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def everything(course: Path) -> dict[str, bytes]:
    """All files of a course, but for what Python compiles."""
    paths = [path for path in course.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(course)): path.read_bytes() for path in paths}


def test_a_chapter_that_is_begun_has_every_part_and_passes_lint(course):
    before = everything(course)
    out, complaints = (process := begin(course, "98", "example")).communicate(timeout=240)
    assert (process.returncode, complaints) == (0, "")
    chapter = next(c for c in chapters.read(course).chapters if c.number == 98)
    added = everything(course).keys() - before.keys()
    assert added == {*new.files(chapter), "exercises/derived.json"}
    assert all(name in out for name in new.files(chapter)) and "make test NB=98" in out
    lines = {}
    for folder in ("notebooks", "solutions", "exercises"):
        path = course / folder / "98-example.ipynb"
        assert lint.lint(path) == []
        lines[folder] = frame.unwritten(notebooks.read(path), path)
    assert "asks 1 of at least 6 predictions; write text cells" in lines["notebooks"][1]
    assert "claims something in 1 of at least 5 cells" in lines["notebooks"][2]
    assert all(found[0].startswith(f"still has {TO_WRITE!r} in cell 1, 3") for found in lines.values())
    shown = [json.dumps(notebooks.read(course / f / "98-example.ipynb")) for f in ("solutions", "exercises")]
    assert "OK 98.1" in shown[0] and "TODO 98.1" in shown[1] and "return sum(numbers)" not in shown[1]
    texts = [course / name for name in new.files(chapter) if name.endswith((".py", ".md")) and "__init__" not in name]
    assert all(TO_WRITE in path.read_text(encoding="utf-8") for path in texts)
    for check in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--config", str(REPOSITORY / "pyproject.toml")]
        code = [str(path) for path in texts if path.suffix == ".py"]
        found = subprocess.run([*command, *code], cwd=course, capture_output=True, text=True, timeout=60)
        assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("until", ["unladen-new-*", "unladen-new-*/notebooks"], ids=["copying", "executing"])
def test_an_interrupted_run_leaves_nothing(until, course, tmp_path_factory):
    before, aside = everything(course), tmp_path_factory.mktemp("aside")
    process = begin(course, "98", "example", TMPDIR=str(aside))
    while not list(aside.glob(until)):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    complaints = process.communicate(timeout=60)[1]
    assert (process.returncode, complaints) == (130, "interrupted; nothing was written\n")
    assert everything(course) == before and not list(aside.glob("unladen-new-*"))


def test_what_fails_while_it_is_put_into_place_is_taken_back(course, tmp_path):
    chapter = new.chosen("98", "example", COURSE, course)
    stage = tmp_path / "stage"
    for name in new.files(chapter)[:-1]:  # the last is missing
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).touch()
    before = {name: text for name, text in everything(course).items() if not name.startswith("stage")}
    with pytest.raises(FileNotFoundError):
        new.place(chapter, stage, course)
    assert {name: text for name, text in everything(course).items() if not name.startswith("stage")} == before
    assert not (course / "unladen" / "exercises" / "chapter98").exists()


REFUSED = [
    ("03", "again", "there is a chapter 03-dynamic-features already; take a number that is free"),
    ("3", "again", "there is a chapter 03-dynamic-features already"),
    ("100", "example", "'100' is no number of a chapter; those are 0 to 99"),
    ("-1", "example", "'-1' is no number of a chapter"),
    ("one", "example", "'one' is no number of a chapter"),
    ("", "example", "'' is no number of a chapter"),
    ("9\n", "example", "is no number of a chapter"),
    ("98", "Example", "'Example' is no name of a chapter: small letters, digits, single hyphens"),
    ("98", "an example", "'an example' is no name"),
    ("98", "../example", "'../example' is no name"),
    ("98", "-example", "'-example' is no name"),
    ("98", "example-", "'example-' is no name"),
    ("98", "2d", "'2d' is no name"),
    ("98", "beispiel-für-alle", "is no name"),
    ("98", "", "'' is no name"),
    ("98", "measuring", "chapter 01 is called 'measuring'; a name belongs to one chapter"),
]


@pytest.mark.parametrize("number, name, said", REFUSED, ids=[f"{n} {name}" for n, name, _ in REFUSED])
def test_a_chapter_that_cannot_be_is_refused(number, name, said, tmp_path):
    with pytest.raises(new.NotBegun) as problem:
        new.chosen(number, name, COURSE, tmp_path)
    assert said in str(problem.value)


def test_the_command_refuses_in_one_line(capsys):
    assert new.main(["3", "again"]) == 2
    told = capsys.readouterr().err
    assert told == "there is a chapter 03-dynamic-features already; take a number that is free\n"


@pytest.mark.parametrize(
    "name",
    [
        "notebooks/98-other.ipynb",
        "unladen/exercises/chapter98/checks.py",
        "img/draw/98-example.py",
        "solutions/98-a.ipynb",
    ],
)
def test_nothing_is_overwritten(name, tmp_path):
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).touch()
    with pytest.raises(new.NotBegun, match=f"nothing is overwritten, and there is {re.escape(name)}; move it away"):
        new.chosen("98", "example", COURSE, tmp_path)


@pytest.mark.skipif(not PLANNED, reason="every chapter is written")
def test_a_planned_chapter_keeps_what_is_known_of_it(tmp_path):
    chapter = new.chosen(str(PLANNED.number), PLANNED.name, COURSE, tmp_path)
    assert chapter.here and chapter.afterwards == PLANNED.afterwards and chapter.minutes == PLANNED.minutes
    changed = new.with_chapter(TEXT, chapter)
    assert [line for line in changed.splitlines() if line not in TEXT.splitlines()] == []
    assert changed.count("here = true") == TEXT.count("here = true") + 1
    assert chapter in chapters.parsed(changed).here
    assert PLANNED.afterwards in stubs.lecture(chapter).cells[0].source


@pytest.mark.skipif(not PLANNED, reason="every chapter is written")
def test_a_planned_chapter_has_its_name(tmp_path):
    with pytest.raises(new.NotBegun, match=f"is planned as '{PLANNED.name}', not 'other'; take that name, or change"):
        new.chosen(str(PLANNED.number), "other", COURSE, tmp_path)


@pytest.mark.parametrize("number", ["40", "98"])
def test_the_block_of_a_new_chapter_stands_in_its_place_and_the_rest_is_as_it_was(number, tmp_path):
    chapter = new.chosen(number, "example", COURSE, tmp_path)
    changed = new.with_chapter(TEXT, chapter)
    assert [c for c in chapters.parsed(changed).chapters if c != chapter] == list(COURSE.chapters)
    assert chapter.part == COURSE.chapters[-1].part
    again = new.chosen("41", "another", chapters.parsed(changed), tmp_path)
    numbers = [c.number for c in chapters.parsed(new.with_chapter(changed, again)).chapters]
    assert numbers == sorted(numbers)
    assert changed.startswith(TEXT.rstrip("\n")) and changed.endswith("here = true\n")
