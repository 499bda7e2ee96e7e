"""Exercises are their solutions without the answers, and nothing else."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

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


@pytest.fixture
def solution(write_notebook):
    return write_notebook(
        "# Exercises\n\nFive minutes.",
        FUNCTION,
        new_code_cell("print('OK' if total([1, 2]) == 3 else 'TODO')", id="check", metadata={"tags": ["hide-input"]}),
        new_markdown_cell("Why this works.", id="why", metadata={"tags": ["solution-only"]}),
        new_markdown_cell("Write your answer above.", id="go", metadata={"tags": ["exercise-only"]}),
        name="solutions/09-derived.ipynb",
    )


def test_an_exercise_is_executed_and_derived_again_without_a_difference(solution, capsys):
    target = solution.parents[1] / "exercises" / solution.name
    assert unladen(["derive", str(solution)]) == 0
    assert "09-derived.ipynb: changed" in capsys.readouterr().out
    exercise = notebooks.read(target)
    assert [cell.id for cell in exercise.cells] == ["cell-1", "cell-2", "check", "go"]
    assert "return sum" not in target.read_text() and "SOLUTION" not in target.read_text()
    assert exercise.cells[2].outputs[0].text == "TODO\n"
    assert exercise.cells[2].metadata.tags == ["hide-input"] and exercise.cells[3].metadata == {}
    before = target.read_bytes()
    assert unladen(["derive", str(solution.parent)]) == 0
    assert target.read_bytes() == before


def test_an_exercise_whose_stub_breaks_the_notebook_is_reported(solution, write_notebook, capsys):
    path = write_notebook("# T", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "x", name="solutions/10-broken.ipynb")
    assert unladen(["derive", str(path)]) == 1
    assert "10-broken.ipynb cell 3 (cell-3): NameError" in capsys.readouterr().err
    assert not (path.parents[1] / "exercises" / path.name).exists()
