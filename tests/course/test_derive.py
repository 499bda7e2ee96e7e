"""Exercises are their solutions without the answers, and nothing else."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from unladen.__main__ import main as unladen
from unladen.course import derive, notebooks
from unladen.course.derive import without_answers
from unladen.course.notebooks import NotebookError

FUNCTION = '''def total(ints):
    """The sum."""
    ### BEGIN SOLUTION
    ### STUB: result = 0
    ### STUB: for x in ints:
    ### STUB:     ...
    return sum(ints)
    ### END SOLUTION'''


def test_an_answer_becomes_its_stub_at_the_same_indentation():
    assert (
        without_answers(FUNCTION)
        == '''def total(ints):
    """The sum."""
    result = 0
    for x in ints:
        ...'''
    )


def test_without_a_stub_an_answer_becomes_three_dots():
    assert without_answers("### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION\nprint(1)") == "...\nprint(1)"


def test_a_c_cell_is_derived_too():
    answer = "// ### BEGIN SOLUTION\n    // ### STUB: return 0;  // TODO\n    return a + 1;\n    // ### END SOLUTION"
    cell = f"%%c adder\nlong add(long a) {{\n    {answer}\n}}"
    assert without_answers(cell) == "%%c adder\nlong add(long a) {\n    return 0;  // TODO\n}"


def test_several_answers_in_one_cell():
    block = "### BEGIN SOLUTION\n{0}\n### STUB: {1}\n### END SOLUTION\n"
    assert without_answers(block.format("a", "b") + "c\n" + block.format("d", "e")) == "b\nc\ne\n"


@pytest.mark.parametrize(
    "source, said",
    [
        ("### BEGIN SOLUTION\n1", "never ends"),
        ("1\n### END SOLUTION", "no answer has begun"),
        ("### STUB: 1", "no answer has begun"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "inside an answer"),
        ("### Begin solution\n1\n### END SOLUTION", "line 1 is no marker"),
        ("x = 1  ### BEGIN SOLUTION\n### END SOLUTION", "line 1 is no marker"),
        ("### BEGIN SOLUTION\n###STUB 1\n### END SOLUTION", "line 2 is no marker"),
    ],
)
def test_markers_that_do_not_pair_up_are_refused(source, said):
    with pytest.raises(ValueError, match=said):
        without_answers(source)


def test_a_stub_that_is_not_python_names_its_cell(write_notebook):
    path = write_notebook("# T", "def f():\n### BEGIN SOLUTION\n### STUB: return\n    return 1\n### END SOLUTION")
    with pytest.raises(NotebookError, match=r"lesson.ipynb cell 2 \(cell-2\): .*indent"):
        derive.derived(notebooks.read(path), path)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of one solution, and the exercise as it was derived from it."""
    folder = tmp_path_factory.mktemp("course")
    cells = [
        new_markdown_cell("# Exercises\n\nFive minutes.", id="cell-1"),
        new_code_cell(FUNCTION, id="cell-2"),
        new_code_cell("print('OK' if total([1, 2]) == 3 else 'TODO')", id="check", metadata={"tags": ["hide-input"]}),
        new_markdown_cell("Why this works.", id="why", metadata={"tags": ["solution-only"]}),
        new_markdown_cell("Write your answer above.", id="go", metadata={"tags": ["exercise-only"]}),
    ]
    (folder / "solutions").mkdir()
    nbformat.write(new_notebook(cells=cells), folder / "solutions" / "09-derived.ipynb")
    assert unladen(["derive", str(folder / "solutions" / "09-derived.ipynb")]) == 0
    return folder


@pytest.fixture
def solution(course, tmp_path):
    """The course's solution in a copy of its own."""
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)
    return tmp_path / "solutions" / "09-derived.ipynb"


@pytest.fixture
def exercise(solution):
    """The exercise as it was derived, into which a learner may write."""
    return solution.parents[1] / "exercises" / solution.name


def test_an_exercise_is_executed_and_derived_again_without_a_difference(solution, exercise, capsys):
    derived = notebooks.read(exercise)
    assert [cell.id for cell in derived.cells] == ["cell-1", "cell-2", "check", "go"]
    assert "return sum" not in exercise.read_text() and "SOLUTION" not in exercise.read_text()
    assert derived.cells[2].outputs[0].text == "TODO\n"
    assert derived.cells[2].metadata.tags == ["hide-input"] and derived.cells[3].metadata == {}
    before = exercise.read_bytes()
    assert unladen(["derive", str(solution.parent)]) == 0
    assert exercise.read_bytes() == before
    assert "09-derived.ipynb: unchanged" in capsys.readouterr().out


def test_an_exercise_whose_stub_breaks_the_notebook_is_reported(solution, write_notebook, capsys):
    path = write_notebook("# T", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "x", name="solutions/10-broken.ipynb")
    assert unladen(["derive", str(path)]) == 1
    assert "10-broken.ipynb cell 3 (cell-3): NameError" in capsys.readouterr().err
    assert not (path.parents[1] / "exercises" / path.name).exists()


def answer(path, source):
    """Do an evening's work."""
    notebook = notebooks.read(path)
    notebook.cells[1].source = source
    notebooks.write(notebook, path)


def test_an_exercise_with_answers_is_not_overwritten(solution, exercise, capsys):
    answer(exercise, "def total(ints):\n    return sum(ints)  # an evening's work")
    assert unladen(["derive", str(solution)]) == 1
    said = capsys.readouterr()
    assert "an evening's work" in exercise.read_text()
    assert "holds answers or notes" in said.err and "make derive FLAGS=--overwrite" in said.err
    assert "left as it was" in said.out


def test_a_note_in_a_cell_of_its_own_is_not_overwritten_either(solution, exercise):
    notebook = notebooks.read(exercise)
    notebook.cells.append(new_markdown_cell("Ask why this is slower on Monday.", id="note"))
    notebooks.write(notebook, exercise)
    assert unladen(["derive", "--fresh", str(solution)]) == 1
    assert "on Monday" in exercise.read_text()


def test_who_says_so_gets_the_exercise_anew_and_keeps_the_answers(solution, exercise, capsys):
    kept = exercise.parents[1] / "kept"
    for number in (1, 2):
        answer(exercise, f"total = sum  # evening {number}")
        assert unladen(["derive", "--overwrite", str(solution)]) == 0
        assert f"evening {number}" in (kept / f"09-derived-{number}.ipynb").read_text()
        assert "yours is kept as" in capsys.readouterr().out
    assert "evening" not in exercise.read_text()
    assert unladen(["derive", "--overwrite", str(solution)]) == 0
    assert len(list(kept.iterdir())) == 2


def test_one_that_was_only_run_and_looked_at_is_derived_from_a_changed_solution_without_a_question(
    solution, exercise, capsys
):
    notebook = notebooks.read(exercise)
    notebook.cells[2].outputs = []
    notebook.cells.append(new_code_cell("", id="empty"))
    notebooks.write(notebook, exercise)
    notebook = notebooks.read(solution)
    notebook.cells[0].source = "# Exercises\n\nSix minutes."
    notebooks.write(notebook, solution)
    assert unladen(["derive", str(solution)]) == 0
    assert "09-derived.ipynb: changed" in capsys.readouterr().out
    assert "TODO" in exercise.read_text() and "Six minutes" in exercise.read_text()


def test_a_notebook_that_cannot_be_read_may_hold_answers(solution, exercise):
    exercise.write_text(exercise.read_text()[:-100])
    assert unladen(["derive", str(solution)]) == 1


def test_answers_are_seen_without_what_was_derived_last_or_with_that_of_another_course(solution, exercise):
    """And an exercise in which nobody wrote is known to have none."""
    known, expected = exercise.parent / derive.DERIVED, derive.derived(notebooks.read(solution), solution)
    untouched = exercise.read_bytes()
    for foreign in (b"", b"[]", b"{", b'{"09-derived.ipynb": 7}', b'{"another.ipynb": "0"}', b"\xff", None):
        known.write_bytes(foreign) if foreign is not None else known.unlink()
        exercise.write_bytes(untouched)
        assert not derive.has_answers(exercise, expected), foreign
        answer(exercise, "total = sum  # an evening's work")
        assert derive.has_answers(exercise, expected), foreign
    assert unladen(["derive", str(solution)]) == 1
    assert "an evening's work" in exercise.read_text()


def test_an_answer_saved_while_the_exercise_is_being_derived_is_not_overwritten(solution, exercise, monkeypatch):
    def slowly(notebook, path, stored):
        answer(exercise, "total = sum  # just now")
        return notebook

    monkeypatch.setattr(derive, "rendered", slowly)
    assert unladen(["derive", str(solution)]) == 1
    assert "just now" in exercise.read_text()


def test_a_picture_pasted_into_a_text_is_an_answer(solution, exercise):
    notebook = notebooks.read(exercise)
    notebook.cells[0].attachments = {"image.png": {"image/png": "iVBORw0KGgo="}}
    notebooks.write(notebook, exercise)
    assert unladen(["derive", str(solution)]) == 1


def test_what_was_derived_last_is_known_of_every_exercise():
    """A learner's copy of the course must tell her answers from what she was given."""
    for path in sorted((derive.notebooks.ROOT / "exercises").glob("*.ipynb")):
        assert derive._remembered(path)[path.name] == derive.digest(notebooks.read(path)), path.name
