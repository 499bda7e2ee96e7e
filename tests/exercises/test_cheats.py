"""No answer that fools a stopwatch is said to be fast: eight families of cheats, for each exercise graded by its speed.

Two cheats are tried for each exercise, of every family some; with UNLADEN_CHEATS=all, all of them are.
"""

from __future__ import annotations

import inspect
import os

import pytest

from tests.helpers.beforehand import beforehand
from tests.wrong_answers.cheats import DRESSED, HONEST, cheats
from unladen.compiling import build
from unladen.exercises.grade import grade
from unladen.exercises.registry import exercises
from unladen.exercises.speed import EVERY_CALL, HANDS_OFF, ITSELF, UNBELIEVABLE

pytestmark = pytest.mark.measures

BY_NAME = {e.name: e for e in exercises()}
EACH = [(name, family, n, text) for (name, family), texts in cheats().items() for n, text in enumerate(texts, 1)]
ALL = os.environ.get("UNLADEN_CHEATS") == "all"


def few() -> list[tuple]:
    """Two cheats for every exercise, others for each."""
    found = []
    for turn, name in enumerate(dict.fromkeys(name for name, *_ in EACH)):
        own = [cheat for cheat in EACH if cheat[0] == name]
        found += [own[(3 * turn + half) % len(own)] for half in (0, len(own) // 2)]
    return found


TRIED = EACH if ALL else few()
SLOW = list(HONEST) if ALL else list(HONEST)[::6]

# 3.3 is answered with an expression of x[i], digits and + - *, which remembers nothing and replaces nothing.
NOTHING_TO_REMEMBER = {"translate"}


def answer(name: str, source: str) -> object:
    """What a learner's cell with this source would define."""
    if BY_NAME[name].language == "c":
        return getattr(build(source, "c", name="answer"), name)
    namespace = {"__name__": "__main__"}
    exec(compile(source, "<ipython-input-1>", "exec"), namespace)
    return namespace[name]


def chapter(name: str):
    """The mark of the chapter whose exercise it is."""
    return pytest.mark.chapters(BY_NAME[name].chapter)


def honest(name: str) -> str:
    source = "import numpy as np\n\n" + HONEST[name] + f"\n\n{name} = honest\n"
    return source + DRESSED.replace("NAME", name) if name == "sum_squares" else source


def told(name: str, source: str) -> tuple[str, str]:
    """The state of a verdict, and what is shown."""
    verdict = grade(BY_NAME[name], answer(name, source))
    return verdict.state, " ".join(repr(verdict).split())


@pytest.fixture(scope="module")
def graded(request):
    """A function that tells the state of the verdict on an answer with this source, and what is shown."""
    return beforehand(request, told)


def test_every_exercise_that_is_graded_by_its_speed_has_its_cheats():
    timed = {e.name for e in BY_NAME.values() if "faster_than(" in inspect.getsource(e.specification)}
    assert {name for name, *_ in EACH} == timed - NOTHING_TO_REMEMBER


def test_of_every_family_and_for_every_exercise_one_is_tried():
    assert {name for name, *_ in TRIED} == {name for name, *_ in EACH}
    assert {family for _, family, *_ in TRIED} == {family for _, family, *_ in EACH}


def test_no_solution_of_translate_can_remember():
    """Its answer is a text of x[i], digits and operators, and nothing else is compiled."""
    state, shown = told("translate", 'def translate(program):\n    return "({ static int n; n++; })"\n')
    assert state == "WRONG"
    assert "may contain x[i], digits" in shown


@pytest.mark.parametrize(("name", "source"), [pytest.param(n, honest(n), id=n, marks=chapter(n)) for n in SLOW])
def test_beneath_each_cheat_lies_an_answer_that_is_right_and_slow(name, source, graded):
    state, shown = graded(name, source)
    assert state == "WRONG"
    assert "The results are right, and come too slowly" in shown
    assert "that it has seen" not in shown


# What happened, as the learner is told it, by family. Whoever cannot play the trick on new inputs is slow, and told so.
SLOWLY = "The results are right, and come too slowly"
SAID = {
    "1": [EVERY_CALL, SLOWLY],
    "2": [EVERY_CALL, SLOWLY],
    "3": [EVERY_CALL, ITSELF, SLOWLY],
    "4": [EVERY_CALL, SLOWLY],
    "5": [EVERY_CALL, HANDS_OFF, UNBELIEVABLE, SLOWLY, "that it started still runs", "of its threads still run"],
    "6": [EVERY_CALL, SLOWLY],
    "7": [EVERY_CALL, ITSELF, SLOWLY],
    "8": [EVERY_CALL, SLOWLY],
}
# Some stumble over what their exercise asks for besides, before anything is timed.
EARLIER = {
    "laplacian_into": "and the result has 1,267,232",
    "sum_squares": "of 256 numbers one after the other",
    "roughness": "roughness works with NumPy",
    "quick_report": "All lines, those of robots left out",
}


@pytest.mark.parametrize(
    ("name", "source", "family"),
    [pytest.param(n, s, f, id=f"{BY_NAME[n].id}-{f}-{k}", marks=chapter(n)) for n, f, k, s in TRIED],
)
def test_a_cheat_is_not_fast_and_is_told_what_happened(name, source, family, graded):
    state, shown = graded(name, source)
    assert state == "WRONG", shown
    assert BY_NAME[name].why not in shown
    assert any(text in shown for text in [*SAID[family[0]], EARLIER.get(name, SLOWLY)]), shown
