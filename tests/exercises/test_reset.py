"""`reset` gives an exercise's original back, in a new cell below, and touches nothing."""

from __future__ import annotations

import json
import shutil

import pytest
from jupyter_client.manager import start_new_kernel

from tests.helpers.checkout import REPOSITORY
from unladen.course import copies, notebooks
from unladen.exercises import front, original, reset
from unladen.exercises.registry import exercises

pytestmark = pytest.mark.chapters

EACH = exercises()
STARTS = {"python": ("def ", "class ", "@"), "c": ("%%c ",)}


@pytest.fixture(autouse=True)
def no_notebook(monkeypatch):
    """Here is no shell that would take a new cell, whatever tests before these have started one."""
    monkeypatch.setattr("IPython.get_ipython", lambda: None)


def exercise_cells(chapter: int) -> list[dict]:
    (path,) = (REPOSITORY / "exercises").glob(f"{chapter:02}-*.ipynb")
    return copies.read(path)["cells"]


@pytest.mark.parametrize("exercise", EACH, ids=lambda e: e.id)
def test_the_original_is_the_cell_of_the_exercise_that_its_check_calls_todo(exercise):
    """That this cell makes ``check`` say TODO is proven for every exercise by its notebook, which stores that."""
    found = original.original(exercise.id)
    cells = exercise_cells(exercise.chapter)
    assert found and set(found) <= {cell["source"] for cell in cells}
    assert exercise.name in "".join(found) and found[0].startswith(STARTS[exercise.language])
    (told,) = {
        line.split("\n")[0]
        for cell in cells
        for output in cell.get("outputs", [])
        if (line := "".join(output.get("data", {}).get("text/plain", ""))).startswith(f"TODO {exercise.id} ")
    }
    assert told.startswith("TODO")


@pytest.mark.measures
@pytest.mark.parametrize("chapter", [0, 3, 9], ids=str)
def test_in_the_place_of_a_right_answer_it_makes_check_say_todo(chapter, tmp_path):
    (path,) = (REPOSITORY / "solutions").glob(f"{chapter:02}-*.ipynb")
    solved = notebooks.read(path)
    for exercise in exercises(chapter):
        cells = [cell for id, cell in original.marked(solved.cells) if id == exercise.id]
        for cell, source in zip(cells, original.original(exercise.id), strict=True):
            cell.source = source
    done = notebooks.execute(solved, tmp_path / path.name)
    shown = [o.get("data", {}).get("text/plain", "") for c in done.cells for o in c.get("outputs", [])]
    assert [text[: text.index(" ", 5)] for text in shown if text.startswith(("TODO", "OK", "WRONG"))] == [
        f"TODO {exercise.id}" for exercise in exercises(chapter)
    ]


@pytest.mark.parametrize("wanted", ["3.5", 3.5, "03.5", "3,5", "exercise 3.5", " 3.5 ", "count_inside"])
def test_an_exercise_is_meant_by_its_number_or_its_name(wanted, capsys):
    reset(wanted)
    assert capsys.readouterr().out == "3.5: this is its original:\n\ndef count_inside(x, y):\n    ...\n"


def test_an_exercise_is_meant_by_the_answer_itself(capsys):
    def count_inside(x, y):
        return "my answer"

    reset(count_inside)
    assert capsys.readouterr().out.startswith("3.5: ")
    count_inside = None
    reset(count_inside)
    assert capsys.readouterr().out.startswith("3.5: ")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("3.9", "There is no exercise 3.9; it has 3.1 to_kelvin, 3.2 "),
        ("99.1", "Chapter 99 has no exercises; these have: 0, 1, 2"),
        (3, "That is a chapter; it has 3.1 to_kelvin"),
        ("count_insied", "No exercise is called count_insied. Did you mean count_inside?"),
        (None, ""),
        (True, ""),
        ([3.5], ""),
        (float("nan"), ""),
    ],
    ids=str,
)
def test_what_is_no_exercise_is_told_what_there_is(wanted, told, capsys):
    reset(wanted)
    printed = capsys.readouterr().out
    assert printed.startswith(told) and 'reset("3.5")' in printed


@pytest.fixture
def kernel(tmp_path):
    """Runs a cell in a kernel whose folder holds a learner's copies, and returns its payload and what it printed."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))

    def run(source: str) -> tuple[list, str]:
        printed: list[str] = []
        reply = client.execute_interactive(
            source, timeout=60, output_hook=lambda message: printed.append(message["content"].get("text", ""))
        )["content"]
        assert reply["status"] == "ok", reply
        return reply["payload"], "".join(printed)

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_in_a_notebook_the_original_comes_into_a_new_cell_below_even_without_the_import(kernel):
    kernel("%load_ext unladen")
    kernel("def sum_of_squares(): return 'my answer'")
    payload, printed = kernel('reset("3.2")')
    assert printed == "3.2: its original is in the new cell below; your answer stays above.\n"
    assert [(p["source"], p["replace"]) for p in payload] == [("set_next_input", False)]
    assert payload[0]["text"].startswith("%%c squares\n") and "TODO" in payload[0]["text"]
    assert kernel("print(sum_of_squares())")[1] == "my answer\n"


def test_a_word_that_the_learner_has_called_reset_is_the_learners(kernel):
    kernel("reset = 7")
    kernel("%load_ext unladen")
    assert kernel("print(reset)")[1] == "7\n"


def solution(*sources: str) -> str:
    heading = {"cell_type": "markdown", "source": ["## 3.5 Two cells\n", "\n", "Text."], "metadata": {}}
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [heading, *cells]})


ANSWER = "### BEGIN SOLUTION\n{0}\n### STUB: {0} = ...\n### END SOLUTION"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A package without the course beside it, run in a folder of the learner's copies."""
    monkeypatch.setattr(original, "COURSE", tmp_path / "site-packages")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("UNLADEN_WORK", raising=False)
    (tmp_path / "copies" / "exercises").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "copies" / "exercises")
    return tmp_path / "copies"


def test_an_exercise_of_several_cells_is_given_back_whole(elsewhere, capsys):
    given = elsewhere / ".course" / "solutions"
    given.mkdir(parents=True)
    (given / "03-x.ipynb").write_text(solution(ANSWER.format("a"), "given = 1", ANSWER.format("b")))
    reset("3.5")
    assert capsys.readouterr().out == "3.5: this is its original:\n\na = ...\n\nb = ...\n"


def test_with_several_cells_the_first_comes_below_and_the_others_are_printed(elsewhere, capsys, monkeypatch):
    given = elsewhere / ".course" / "solutions"
    given.mkdir(parents=True)
    (given / "03-x.ipynb").write_text(solution(ANSWER.format("a"), ANSWER.format("b")))
    below = []
    monkeypatch.setattr(front, "_next_cell", lambda source: below.append(source) or True)
    reset("3.5")
    assert below == ["a = ..."]
    assert capsys.readouterr().out.endswith("3.5: there is more to its original:\n\nb = ...\n")


@pytest.mark.parametrize("exercise", EACH, ids=lambda e: e.id)
def test_where_a_class_has_no_solutions_it_is_found_in_what_the_learner_was_given(exercise, elsewhere):
    expected = [c["source"] for id, c in original.stubs(exercise_cells(exercise.chapter)) if id == exercise.id]
    shutil.copytree(REPOSITORY / "exercises", elsewhere / ".course" / "exercises")
    assert original.original(exercise.id) == expected != []


def test_without_the_course_it_says_so(elsewhere, capsys):
    reset("3.5")
    assert "neither the course nor your copies of it are here" in capsys.readouterr().out
