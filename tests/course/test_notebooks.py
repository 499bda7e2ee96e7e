"""The committed notebooks: in order, strictly compared, and exercises that are what their solutions make of them."""

from __future__ import annotations

import copy
import random
from pathlib import Path

import pytest
from nbval.plugin import IPyNbFile

from unladen.course import frame, notebooks
from unladen.course.derive import derived
from unladen.course.lint import lint
from unladen.course.notebooks import shown
from unladen.course.outputs import ROOT

pytestmark = pytest.mark.chapters

ALL = notebooks.find([], ["notebooks", "solutions", "exercises"])
SOLUTIONS = [path for path in ALL if path.parent.name == "solutions"]
LEAST_COMPARED, LEAST_CAUGHT, MUTATIONS = 0.95, 0.70, 2000


@pytest.fixture(scope="module")
def cells(request):
    """Every code cell of every notebook as nbval sees it, ready to compare outputs, without a kernel."""
    found = []
    for path in ALL:
        file = IPyNbFile.from_parent(request.session, path=path)
        file.setup_sanitize_files()
        found += list(file.collect())
    return found


def strict(cell) -> bool:
    """Whether nbval compares the outputs of a cell."""
    return bool(cell.options["check"] and not cell.options["skip"] and cell.cell.execution_count is not None)


def test_there_are_lectures_and_exercises():
    assert {path.parent.name for path in ALL} == {"notebooks", "solutions", "exercises"}


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_a_notebook_is_in_order(path):
    assert not lint(path)


@pytest.mark.parametrize("path", ALL, ids=shown)
def test_nothing_of_a_notebook_is_still_to_be_written(path):
    missing = frame.unwritten(notebooks.read(path), path)
    assert not missing, "\n".join(f"{shown(path)} {said}" for said in missing)


def test_nearly_all_code_cells_are_strictly_compared(cells, record_property):
    share = sum(map(strict, cells)) / len(cells)
    record_property("share of cells compared", share)
    print(f"{share:.1%} of {len(cells)} code cells are strictly compared")
    lax = [f"{shown(cell.parent.path)} {cell.cell.id}" for cell in cells if not strict(cell)]
    assert share >= LEAST_COMPARED, f"only {share:.1%} of the code cells are compared; not compared: {', '.join(lax)}"


def texts(outputs) -> list[tuple[dict, str, str]]:
    """Where a mutation can strike: each text in the outputs, with its holder and key. PNG is never compared."""
    found = []
    for output in outputs:
        fields = {"stream": ["text"], "error": ["ename", "evalue"]}.get(output.output_type, [])
        found += [(output, field, output[field]) for field in fields]
        data = output.get("data", {})
        found += [(data, kind, text) for kind, text in data.items() if isinstance(text, str) and kind != "image/png"]
    return [place for place in found if place[2]]


def caught(cell, at: int, position: int, character: str) -> bool:
    """Whether nbval notices that one character of a stored output is another one."""
    mutated = copy.deepcopy(cell.cell.outputs)
    holder, key, text = texts(mutated)[at]
    holder[key] = text[:position] + character + text[position + 1 :]
    return not cell.compare_outputs(copy.deepcopy(cell.cell.outputs), mutated)


def test_most_mutations_of_stored_outputs_are_caught(cells, record_property):
    targets = [(c, at, len(text)) for c in cells for at, (_, _, text) in enumerate(texts(c.cell.outputs))]
    dice = random.Random(20)
    seen = 0
    for cell, at, length in dice.choices(targets, weights=[length for *_, length in targets], k=MUTATIONS):
        position = dice.randrange(length)
        before = texts(cell.cell.outputs)[at][2][position]
        after = dice.choice([c for c in "aeZ017 .-_<" if c != before])
        seen += strict(cell) and caught(cell, at, position, after)
    share = seen / MUTATIONS
    record_property("share of mutations caught", share)
    print(f"{share:.1%} of {MUTATIONS} one-character mutations are caught")
    assert share >= LEAST_CAUGHT, f"only {share:.1%} of the mutations are caught: too much output is marked as volatile"


def test_unmutated_outputs_are_equal_to_themselves(cells):
    for cell in cells:
        assert cell.compare_outputs(copy.deepcopy(cell.cell.outputs), copy.deepcopy(cell.cell.outputs))


def test_every_solution_has_its_exercise_and_no_exercise_stands_alone():
    assert [path.name for path in SOLUTIONS] == [path.name for path in ALL if path.parent.name == "exercises"]


@pytest.mark.parametrize("path", SOLUTIONS, ids=shown)
def test_an_exercise_is_what_its_solution_makes_of_it(path):
    wanted = notebooks.canonical(derived(notebooks.read(path), path))
    stored = notebooks.read(ROOT / "exercises" / path.name)
    advice = "edit solutions/ only, then run `make derive`"
    assert [cell.id for cell in stored.cells] == [cell.id for cell in wanted.cells], advice
    for one, other in zip(stored.cells, wanted.cells, strict=True):
        assert (one.cell_type, one.source, one.metadata) == (other.cell_type, other.source, other.metadata), advice


def verdicts(path: Path) -> list[str]:
    """The first words that the checks of a notebook stored."""
    checks = [c for c in notebooks.read(path).cells if c.cell_type == "code" and c.source.startswith("check(")]
    return [" ".join(text for *_, text in texts(cell.outputs) if text[0] != "<").split()[0] for cell in checks]


@pytest.mark.parametrize("path", [path for path in SOLUTIONS if notebooks.number(path) is not None], ids=shown)
def test_checks_say_ok_to_solutions_and_todo_to_stubs(path):
    solved, untouched = verdicts(path), verdicts(ROOT / "exercises" / path.name)
    assert solved and set(solved) == {"OK"}
    assert set(untouched) == {"TODO"} and len(untouched) == len(solved)
