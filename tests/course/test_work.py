"""A learner works in copies of the course: made once, added to, updated when asked; nothing written there is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.__main__ import main as unladen
from unladen.course import copies, notes, work
from unladen.exercises.original import marked, stubs

CHAPTERS = ("00", "03")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two chapters and one picture, in which this user may write."""
    place = tmp_path / "course"
    for room in work.ROOMS:
        (place / room).mkdir(parents=True)
        for path in (p for number in CHAPTERS for p in (REPOSITORY / room).glob(f"{number}-*.ipynb")):
            shutil.copy(path, place / room)
    shutil.copy(REPOSITORY / "exercises" / "derived.json", place / "exercises")
    (place / "img").mkdir()
    shutil.copy(REPOSITORY / "img" / "ladder.svg", place / "img")
    monkeypatch.setattr(work, "COURSE", place)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("UNLADEN_WORK", raising=False)
    return place


@pytest.fixture
def mine(course, capsys):
    """The learner's copies, just made."""
    folder = work.prepare()
    capsys.readouterr()
    return folder


def edit(path: Path, number: int, source: str) -> None:
    notebook = copies.read(path)
    notebook["cells"][number]["source"] = source
    copies.write(copies.text_of(notebook), path)


def number_of(path: Path, name: str) -> int:
    return next(n for n, cell in enumerate(copies.read(path)["cells"]) if cell["id"] == name)


def text(path: Path) -> str:
    return "\n".join(cell["source"] for cell in copies.read(path)["cells"])


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


EXERCISE, LECTURE = "exercises/03-dynamic-features.ipynb", "notebooks/03-dynamic-features.ipynb"


# ------------------------------------------------------------------------------------------ the first start


def test_the_first_start_copies_the_course_the_lectures_without_outputs(course, capsys):
    folder = work.prepare()
    assert folder == course / "work"
    assert capsys.readouterr().out == "Your own copies of the course are in work/: write in them as you like.\n"
    lecture = nbformat.read(folder / LECTURE, as_version=4)
    nbformat.validate(lecture)
    assert all(c.outputs == [] and c.execution_count is None for c in lecture.cells if c.cell_type == "code")
    for_readers = notes.without_notes(copies.read(course / LECTURE)["cells"])
    assert text(folder / LECTURE) == "\n".join(cell["source"] for cell in for_readers)
    assert copies.read(folder / EXERCISE) == copies.read(course / EXERCISE)
    assert (folder / "img" / "ladder.svg").read_bytes() == (course / "img" / "ladder.svg").read_bytes()
    assert not list(folder.rglob("*.tmp"))


def test_notes_for_the_speaker_are_in_no_copy_whether_they_come_at_first_or_later(course, capsys):
    def say(at: int, words: str) -> None:
        notebook = copies.read(course / LECTURE)
        note = {"cell_type": "markdown", "id": f"say-{at}", "metadata": {"tags": ["notes"]}, "source": words}
        notebook["cells"].insert(at, note)
        copies.write(copies.text_of(notebook), course / LECTURE)

    say(1, "**For the speaker, 4 minutes.** Ask for hands.")
    folder = work.prepare()
    say(3, "**For the speaker.** Wait.")
    capsys.readouterr()
    assert work.prepare() == folder and capsys.readouterr().out == "", "they are no new text"
    assert "For the speaker" in text(course / LECTURE)
    assert not [path for path in folder.rglob("*.ipynb") if "For the speaker" in path.read_text(encoding="utf-8")]


def test_a_second_start_says_nothing_and_touches_nothing(course, mine, capsys):
    edit(mine / EXERCISE, 3, "my answer")
    before = everything(mine)
    assert work.prepare() == mine
    assert everything(mine) == before and capsys.readouterr().out == ""


def test_a_start_imports_no_package(mine):
    code = "import sys; from unladen.course import work; print([m for m in sys.modules if m in ('nbformat', 'numpy')])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY)
    assert told.stdout == "[]\n"


def test_a_new_chapter_is_added(course, mine, capsys):
    shutil.copy(REPOSITORY / "notebooks" / "12-gil.ipynb", course / "notebooks")
    work.prepare()
    assert (mine / "notebooks" / "12-gil.ipynb").exists()
    assert capsys.readouterr().out == "New in work/: notebooks/12-gil.ipynb\n"


def test_the_quiz_of_a_part_is_copied_and_updated_by_its_name_and_answers_in_it_stay(course, mine, capsys):
    for room in ("exercises", "solutions"):
        shutil.copy(REPOSITORY / room / "part-1.ipynb", course / room)
    work.prepare()
    assert capsys.readouterr().out == "New in work/: exercises/part-1.ipynb, solutions/part-1.ipynb\n"
    quiz = mine / "exercises" / "part-1.ipynb"
    edit(quiz, 4, 'quiz("1.1", "b")')
    edit(course / "exercises" / "part-1.ipynb", 3, "## 1.1 Asked in other words")
    edit(course / "exercises" / "part-1.ipynb", 4, 'quiz("1.1", ...)  # asked anew')
    edit(course / "solutions" / "part-1.ipynb", 3, "## 1.1 Asked in other words")
    edit(
        course / "solutions" / "part-1.ipynb",
        4,
        '### BEGIN SOLUTION\n### STUB: quiz("1.1", ...)  # asked anew\n### END SOLUTION',
    )
    work.prepare()
    assert "new text for part-1: `make update`" in capsys.readouterr().out
    assert unladen(["update", "part-1"]) == 0
    assert "part-1 exercises: 1 cell changed, 1 answer or note kept" in capsys.readouterr().out
    assert "Asked in other words" in text(quiz) and text(quiz).count('quiz("1.1",') == 1
    assert 'quiz("1.1", "b")' in text(quiz)


def test_new_text_is_announced_in_one_line_and_not_brought(course, mine, capsys):
    edit(course / LECTURE, 0, "# Another title")
    edit(course / "solutions" / "00-start-here.ipynb", 0, "# Another title")
    work.prepare()
    assert capsys.readouterr().out == (
        "The course has new text for 00 and 03: `make update` brings it into your copies.\n"
    )
    assert "Another title" not in text(mine / LECTURE)


def test_other_outputs_are_no_new_text(course, mine, capsys):
    notebook = copies.read(course / LECTURE)
    for cell in notebook["cells"]:
        cell |= {"outputs": [], "execution_count": 99} if cell["cell_type"] == "code" else {}
    copies.write(copies.text_of(notebook), course / LECTURE)
    work.prepare()
    assert capsys.readouterr().out == ""


def test_answers_in_the_courses_own_exercises_come_along_and_are_known_to_be_answers(course, capsys):
    edit(course / EXERCISE, number_of(course / EXERCISE, "31-answer"), "to_kelvin = 'an evening'")
    folder = work.prepare()
    assert "Of 03 your copy has the answers that were found in the course's exercises/." in capsys.readouterr().out
    assert "an evening" in text(folder / EXERCISE)
    assert "an evening" not in text(folder / ".course" / EXERCISE)
    work.prepare()
    assert capsys.readouterr().out == ""


def test_a_course_that_cannot_be_written_to_is_copied_to_the_home_folder(course, tmp_path, capsys):
    (course / "work").write_text("in the way")
    assert work.prepare() == tmp_path / "home" / "unladen-work"
    assert "are in ~/unladen-work/" in capsys.readouterr().out


def test_the_place_can_be_chosen_but_not_within_the_course(course, tmp_path, monkeypatch):
    monkeypatch.setenv("UNLADEN_WORK", str(tmp_path / "Zoë's copies"))
    assert work.prepare() == tmp_path / "Zoë's copies"
    for wrong in (course, course / "exercises", course / "notebooks" / "mine"):
        monkeypatch.setenv("UNLADEN_WORK", str(wrong))
        with pytest.raises(work.WorkError, match="belongs to the course itself"):
            work.prepare()


def test_without_any_place_it_says_how_to_name_one(course, tmp_path):
    (course / "work").write_text("in the way")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "unladen-work").write_text("in the way")
    with pytest.raises(work.WorkError, match="export UNLADEN_WORK="):
        work.prepare()


@pytest.mark.parametrize("name", ["notebooks", ".course", "img"])
def test_a_link_out_of_the_folder_is_not_followed(course, tmp_path, name):
    outside = tmp_path / "outside"
    outside.mkdir()
    (course / "work").mkdir()
    (course / "work" / name).symlink_to(outside)
    with pytest.raises(work.WorkError, match="is a link"):
        work.prepare()
    assert list(outside.iterdir()) == []


def ends_at(step: int, act) -> bool:
    """Do ``act`` in a child that dies at the ``step``-th time a file is about to be put in place; tell if it died."""
    if (child := os.fork()) == 0:
        left = iter(range(step))

        def put(real):
            return lambda *names: real(*names) if next(left, None) is not None else os._exit(9)

        os.link, os.replace = put(os.link), put(os.replace)
        act()
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def test_a_start_may_be_interrupted_anywhere(course, tmp_path, monkeypatch):
    whole = everything(work.prepare())
    for step in range(2 * len(whole)):
        monkeypatch.setenv("UNLADEN_WORK", str(tmp_path / f"copies-{step}"))
        died = ends_at(step, work.prepare)
        for path in (tmp_path / f"copies-{step}").rglob("*.ipynb"):
            copies.read(path)
        found = {k: v for k, v in everything(work.prepare()).items() if not k.endswith(".tmp")}
        assert found == whole
        if not died:
            return
    raise AssertionError("it never came to its end")


def test_starts_at_the_same_time_make_one_whole_set_of_copies(course, tmp_path, monkeypatch):
    whole = everything(work.prepare())
    monkeypatch.setenv("UNLADEN_WORK", str(tmp_path / "copies"))
    children = []
    for _ in range(4):
        if (child := os.fork()) == 0:
            work.prepare()
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert everything(tmp_path / "copies") == whole


# ------------------------------------------------------------------------------------------ make update


def test_with_nothing_to_do_it_says_so(mine, capsys):
    edit(mine / EXERCISE, 3, "my answer")
    before = everything(mine)
    assert unladen(["update"]) == 0
    assert capsys.readouterr().out == "Nothing to do: your copies in work/ have all that the course has.\n"
    assert everything(mine) == before


def test_without_copies_it_makes_them(course, capsys):
    assert unladen(["update"]) == 0
    assert capsys.readouterr().out.startswith("Your own copies of the course are in work/")
    assert (course / "work" / LECTURE).exists()


def test_a_package_without_the_course_makes_nothing(course, capsys):
    for room in work.ROOMS:
        shutil.rmtree(course / room)
    assert unladen(["update"]) == 2
    assert "installed without the course" in capsys.readouterr().err
    assert not (course / "work").exists()


def test_updates_at_the_same_time_do_what_one_does(course, mine):
    edit(mine / LECTURE, 2, "my change")
    edit(course / LECTURE, 2, "NEW")
    edit(course / LECTURE, 0, "# NEW")
    children = []
    for _ in range(4):
        if (child := os.fork()) == 0:
            os._exit(unladen(["update"]))
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert [text(mine / LECTURE).count(words) for words in ("my change", "# NEW", "NEW\n")] == [1, 1, 2]


def test_new_text_comes_answers_stay_and_the_earlier_file_is_kept(course, mine, capsys):
    edit(mine / EXERCISE, number_of(mine / EXERCISE, "31-answer"), "my answer")
    earlier = (mine / EXERCISE).read_bytes()
    for name in ("title", "35-given"):
        edit(course / EXERCISE, number_of(course / EXERCISE, name), f"# NEW {name}")
    edit(course / EXERCISE, number_of(course / EXERCISE, "31-answer"), "def to_kelvin(NEW):\n    ...")
    edit(course / "solutions" / "03-dynamic-features.ipynb", 0, "# NEW title")
    known = course / "exercises" / "derived.json"
    known.write_text(json.dumps({Path(EXERCISE).name: work.digest(copies.read(course / EXERCISE)["cells"])}))
    assert unladen(["update"]) == 0
    told = capsys.readouterr().out
    assert (
        "03 exercises: 2 cells changed, 1 answer or note kept; "
        "the earlier file is kept/exercises/03-dynamic-features-1.ipynb\n" in told
    )
    assert "03 solutions: 1 cell changed; the earlier file is kept/solutions" in told and "Reload" in told
    assert (mine / "kept/exercises/03-dynamic-features-1.ipynb").read_bytes() == earlier
    assert "my answer" in text(mine / EXERCISE) and "NEW title" in text(mine / EXERCISE)
    assert "to_kelvin(NEW)" not in text(mine / EXERCISE)
    nbformat.validate(nbformat.read(mine / EXERCISE, as_version=4))
    assert unladen(["update"]) == 0 and "Nothing to do" in capsys.readouterr().out
    assert work.prepare() == mine and capsys.readouterr().out == ""


def test_a_note_below_a_lectures_question_stays_and_outputs_of_unchanged_cells_too(course, mine):
    notebook = copies.read(mine / LECTURE)
    notebook["cells"][1:1] = [{"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "Ask on Monday."}]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "seen"}]
    copies.write(copies.text_of(notebook), mine / LECTURE)
    edit(course / LECTURE, 0, "# NEW")
    assert unladen(["update"]) == 0
    cells = copies.read(mine / LECTURE)["cells"]
    assert [c["source"] for c in cells[:2]] == ["# NEW", "Ask on Monday."]
    assert all(c["outputs"] for c in cells if c["cell_type"] == "code")


def test_an_earlier_file_that_is_kept_is_never_overwritten(course, mine):
    for number in (1, 2, 3):
        edit(course / LECTURE, 0, f"# NEW {number}")
        assert unladen(["update"]) == 0
    kept = sorted((mine / "kept" / "notebooks").iterdir())
    assert [copies.read(path)["cells"][0]["source"] for path in kept][1:] == ["# NEW 1", "# NEW 2"]


def test_a_deleted_file_is_given_back_and_one_that_the_course_dropped_stays(course, mine, capsys):
    (mine / EXERCISE).unlink()
    (course / "notebooks" / "00-start-here.ipynb").rename(course / "notebooks" / "00-begin.ipynb")
    assert unladen(["update"]) == 0
    told = capsys.readouterr().out
    assert "03 exercises: given back\n" in told and "00 lecture: given back\n" in told
    assert (mine / EXERCISE).exists()
    assert (mine / "notebooks" / "00-start-here.ipynb").exists() and (mine / "notebooks" / "00-begin.ipynb").exists()


def broken(path: Path, how: str) -> None:
    words = path.read_text()
    path.unlink()
    match how:
        case "cut":
            path.write_text(words[: len(words) // 2])
        case "empty":
            path.touch()
        case "old":
            path.write_text('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}')
        case "conflict":
            path.write_text("<<<<<<< HEAD\n" + words + "=======\n>>>>>>> theirs\n")
        case "folder":
            path.mkdir()
        case "binary":
            path.write_bytes(b"\x89PNG\r\n\xff")
        case "link":
            path.symlink_to("/nowhere/at/all")
        case "protected":
            path.write_text(words)
            path.chmod(0o444)
        case _:
            path.write_text(how)


def identity(path: Path) -> tuple:
    found = path.lstat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns


BROKEN = ["cut", "empty", "old", "conflict", "folder", "binary", "link", "protected", "[1]", "null", '{"nbformat": 4}']
BROKEN += ['{"nbformat": 4, "cells": [7]}', '{"nbformat": 4, "metadata": 1, "cells": []}', "[" * 100_000]


@pytest.mark.parametrize("how", BROKEN, ids=lambda how: how[:40])
def test_what_is_no_notebook_any_more_is_left_as_it_is_said_in_a_line_and_the_others_go_on(course, mine, capsys, how):
    for path in (EXERCISE, LECTURE):
        edit(course / path, 0, "# NEW")
    broken(mine / EXERCISE, how)
    there = identity(mine / EXERCISE)
    known = course / "exercises" / "derived.json"
    known.write_text(json.dumps({Path(EXERCISE).name: work.digest(copies.read(course / EXERCISE)["cells"])}))
    assert unladen(["update"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith(f"03 exercises: {EXERCISE} ") and told.err.count("\n") == 1
    assert identity(mine / EXERCISE) == there
    assert "NEW" in text(mine / LECTURE)


def test_without_what_was_given_nothing_is_lost(course, mine):
    edit(mine / EXERCISE, number_of(mine / EXERCISE, "31-answer"), "my answer")
    edit(mine / LECTURE, 2, "my change")
    shutil.rmtree(mine / ".course")
    edit(course / LECTURE, 2, "NEW")
    assert unladen(["update"]) == 0
    assert "my answer" in text(mine / EXERCISE)
    assert "my change" in text(mine / LECTURE) and "NEW" in text(mine / LECTURE)


def test_one_notebook_one_folder_or_one_chapter_can_be_named(course, mine, capsys):
    for path in (EXERCISE, LECTURE, "notebooks/00-start-here.ipynb"):
        edit(course / path, 0, "# NEW")
    assert unladen(["update", str(mine / LECTURE)]) == 0
    assert [line[:10] for line in capsys.readouterr().out.splitlines()[:-1]] == ["03 lecture"]
    assert unladen(["update", "0"]) == 0
    assert [line[:10] for line in capsys.readouterr().out.splitlines()[:-1]] == ["00 lecture"]
    assert unladen(["update", "chapter-nine"]) == 2
    assert "the course has no such notebook" in capsys.readouterr().err


def test_a_picture_that_was_drawn_anew_comes_and_the_earlier_one_is_kept(course, mine, capsys):
    (course / "img" / "ladder.svg").write_text("<svg/>")
    assert unladen(["update"]) == 0
    assert (mine / "img" / "ladder.svg").read_text() == "<svg/>"
    assert len(list((mine / "kept" / "img").iterdir())) == 1
    assert "pictures: 1 drawn anew" in capsys.readouterr().out


def test_an_update_may_be_interrupted_anywhere(course, mine, tmp_path, monkeypatch):
    edit(mine / LECTURE, 2, "my change")
    for number in (0, 2, 5):
        edit(course / LECTURE, number, f"NEW {number}")
    shutil.copytree(mine, tmp_path / "before")
    assert unladen(["update"]) == 0
    whole = text(mine / LECTURE)
    for step in range(20):
        monkeypatch.setenv("UNLADEN_WORK", str(tmp_path / f"copies-{step}"))
        shutil.copytree(tmp_path / "before", tmp_path / f"copies-{step}")
        died = ends_at(step, lambda: unladen(["update"]))
        assert unladen(["update"]) == 0
        assert text(tmp_path / f"copies-{step}" / LECTURE) == whole
        if not died:
            return
    raise AssertionError("it never came to its end")


# ------------------------------------------------------------------------------------------ git pull


def git(place: Path, *words: str) -> str:
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *words], cwd=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python(place: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "UNLADEN_WORK"}
    done = subprocess.run([sys.executable, *words], cwd=place, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not shutil.which("git"), reason="needs git: sudo apt-get install git")
def test_a_pull_goes_through_where_every_notebook_was_run_and_every_exercise_answered(tmp_path):
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    for room in (*work.ROOMS, "img", "unladen"):
        shutil.copytree(REPOSITORY / room, origin / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / ".gitignore", origin)
    git(origin, "init", "-q")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "The course")
    git(tmp_path, "clone", "-q", str(origin), str(clone))
    prepare = "from unladen.course import work; print(work.prepare())"
    assert python(clone, "-c", prepare).endswith(f"{clone / 'work'}\n")

    answers = {}
    for path in sorted((clone / "work").glob("*/*.ipynb")):
        notebook = copies.read(path)
        solution = dict(read_answers(origin / "solutions" / path.name)) if path.parent.name == "exercises" else {}
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ran here\n"}]
            if cell["id"] in solution:
                cell["source"] = answers[path.name, cell["id"]] = solution[cell["id"]]
        copies.write(copies.text_of(notebook), path)
    assert len(answers) > 60

    for path in sorted(origin.glob("*/*.ipynb")):
        notebook = copies.read(path)
        notebook["cells"][0]["source"] += "\n\nA new sentence."
        copies.write(copies.text_of(notebook), path)
    known = {p.name: work.digest(copies.read(p)["cells"]) for p in origin.glob("exercises/*.ipynb")}
    (origin / "exercises" / "derived.json").write_text(json.dumps(known))
    git(origin, "commit", "-qam", "A new sentence in every notebook")

    assert git(clone, "status", "--porcelain") == ""
    git(clone, "pull", "-q", "--ff-only")
    assert "`make update` brings it into your copies" in python(clone, "-c", prepare)
    told = python(clone, "-m", "unladen", "update").splitlines()
    assert len(told) == len(list(origin.glob("*/*.ipynb"))) + 1 and all("1 cell changed" in line for line in told[:-1])
    assert git(clone, "status", "--porcelain") == ""
    for path in sorted((clone / "work").glob("*/*.ipynb")):
        notebook = copies.read(path)
        assert "A new sentence." in notebook["cells"][0]["source"]
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert all(cell["outputs"][0]["text"] == "ran here\n" for cell in code)
        if path.parent.name == "exercises":
            for cell in code:
                assert cell["source"] == answers.pop((path.name, cell["id"]), cell["source"])
    assert not answers and "Nothing to do" in python(clone, "-m", "unladen", "update")


def read_answers(path: Path) -> list[tuple[str, str]]:
    return [(cell["id"], cell["source"]) for _, cell in marked(copies.read(path)["cells"])]


def test_the_cells_of_an_exercise_that_wait_for_an_answer_are_those_that_its_solution_marks():
    for path in sorted((REPOSITORY / "solutions").glob("*.ipynb")):
        waiting = [(e, cell["id"]) for e, cell in stubs(copies.read(REPOSITORY / "exercises" / path.name)["cells"])]
        assert waiting == [(e, cell["id"]) for e, cell in marked(copies.read(path)["cells"])], path.name
