"""Every exercise is proven both ways: the stub gives TODO, right answers OK, each wrong answer its own hint."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from tests.helpers.beforehand import beforehand
from unladen.compiling import build
from unladen.course import notebooks
from unladen.course.derive import derived
from unladen.exercises.grade import grade
from unladen.exercises.registry import Exercise, exercises

pytestmark = [pytest.mark.chapters, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = sorted((ROOT / "solutions").glob("[0-9]*.ipynb"))  # a part's quiz has tests of its own
EACH = exercises()


def _table(folder: str, chapter: int) -> dict:
    path = ROOT / "tests" / folder / f"chapter{chapter:02}.py"
    if not path.exists():
        return {}
    spec = spec_from_file_location(f"{folder}_{chapter}", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WRONG if folder == "wrong_answers" else module.RIGHT


def catalogue(chapter: int) -> dict[str, list[tuple[str, str]]]:
    """The wrong answers of a chapter: by exercise, pairs of a source and a piece of the hint it must be given."""
    return _table("wrong_answers", chapter)


def in_other_styles(chapter: int) -> dict[str, list[str]]:
    """Right answers of a chapter that are written otherwise than the solution: by exercise, their sources."""
    return _table("right_answers", chapter)


def catalogued(entries) -> list:
    """All that ``entries`` has, with their exercises; those of one that looks at the time are graded alone."""
    found = []
    for e in EACH:
        marks = [pytest.mark.measures] if "faster_than" in e.specification.__code__.co_names else []
        for n, entry in enumerate(entries(e.chapter).get(e.id, []), 1):
            parts = (entry,) if isinstance(entry, str) else entry
            found.append(pytest.param(e, *parts, id=f"{e.id}-{n}", marks=marks))
    return found


def answer(exercise: Exercise, source: str) -> object:
    """What a learner's cell with this source would define."""
    if exercise.language == "c":
        return getattr(build(source, "c", name="answer"), exercise.name)
    namespace = {"__name__": "__main__"}
    exec(compile(source, "<ipython-input-1>", "exec"), namespace)
    return namespace[exercise.name]


def verdicts(notebook) -> dict[str, str]:
    """The verdicts that a notebook's checks display, by exercise."""
    shown = [o.get("data", {}).get("text/plain", "") for c in notebook.cells for o in c.get("outputs", [])]
    found = [re.match(r"(TODO|WRONG|OK|TOO NOISY) (\d+\.\d+) ", text) for text in shown]
    return {match[2]: match[1] for match in found if match}


# The verdicts are read from stored outputs: `pytest --nbval`, which `make test` runs as well, executes each of these
# notebooks and holds what it shows against what is stored.


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_answer_of_a_solution_is_ok(path):
    assert verdicts(notebooks.read(path)) == {e.id: "OK" for e in exercises(int(path.stem[:2]))}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_every_stub_of_an_exercise_is_todo(path):
    exercise = notebooks.read(ROOT / "exercises" / path.name)
    assert verdicts(exercise) == {e.id: "TODO" for e in exercises(int(path.stem[:2]))}


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_an_exercise_is_what_its_solution_leaves_without_the_answers(path):
    exercise = notebooks.read(ROOT / "exercises" / path.name)
    expected = derived(notebooks.read(path), path)
    assert [(c.id, c.source) for c in exercise.cells] == [(c.id, c.source) for c in expected.cells]


def test_every_chapter_with_checks_has_its_notebook():
    assert {e.chapter for e in EACH} == {int(path.stem[:2]) for path in SOLUTIONS}


@pytest.mark.parametrize("exercise", EACH, ids=lambda e: e.id)
def test_at_least_four_mistakes_have_a_hint_of_their_own(exercise):
    hints = {hint for _, hint in catalogue(exercise.chapter).get(exercise.id, [])}
    told = f"exercise {exercise.id} has {len(hints)} of at least 4 wrong answers, each with a hint of its own"
    assert len(hints) >= 4, f"{told}: write more in tests/wrong_answers/chapter{exercise.chapter:02}.py"


def test_no_wrong_answer_belongs_to_an_exercise_that_is_not_there():
    ids = {e.id for e in EACH}
    assert {id for e in EACH for id in catalogue(e.chapter)} == ids


@pytest.mark.parametrize("exercise", EACH, ids=lambda e: e.id)
def test_each_exercise_has_right_answers_in_three_other_styles(exercise):
    counted = len(set(in_other_styles(exercise.chapter).get(exercise.id, [])))
    told = f"exercise {exercise.id} has {counted} of at least 3 right answers in other styles than the solution's"
    assert counted >= 3, f"{told}: write more in tests/right_answers/chapter{exercise.chapter:02}.py"


@pytest.fixture(scope="module")
def graded(request):
    """A function that grades the answer which an exercise was given with this source."""
    return beforehand(request, lambda exercise, source: grade(exercise, answer(exercise, source)))


@pytest.mark.parametrize(("exercise", "source"), catalogued(in_other_styles))
def test_a_right_answer_in_another_style_is_ok(exercise, source, graded):
    verdict = graded(exercise, source)
    assert verdict.state == "OK", verdict


@pytest.mark.parametrize(("exercise", "source", "hint"), catalogued(catalogue))
def test_a_wrong_answer_is_wrong_and_is_given_its_hint(exercise, source, hint, graded):
    verdict = graded(exercise, source)
    shown = " ".join(repr(verdict).split())
    assert verdict.state == "WRONG", shown
    assert hint in shown
