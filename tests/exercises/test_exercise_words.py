"""The words in which exercises are specified: judging speed, comparing and showing values, declaring."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections import Counter, namedtuple
from pathlib import Path

import nbformat
import numpy as np
import pytest

from unladen.exercises import speed, words
from unladen.exercises.chapter03 import checks as chapter03
from unladen.exercises.registry import exercise
from unladen.exercises.values import difference, same, short
from unladen.exercises.verdict import Verdict

Point = namedtuple("Point", "x y")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def nothing_graded_yet(monkeypatch):
    monkeypatch.setattr(words, "now", words.Grading("total"))


# ------------------------------------------------------------------------------------------ speed


def ratios(monkeypatch, *measured: float) -> list[float]:
    """Let these be measured, one after the other; the list returned grows with what was asked for."""
    asked, supply = [], itertools.cycle(measured)
    monkeypatch.setattr(speed.Pair, "ratio", lambda *_: asked.append(next(supply)) or asked[-1])
    return asked


def judge() -> None:
    speed.faster_than(sum, sum, lambda rng: (rng.random(3).tolist(),), at_least=2, hint="Faster.")


def test_speed_well_above_the_bar_is_measured_once(monkeypatch):
    asked = ratios(monkeypatch, 3.5)
    judge()
    assert len(asked) == 1


def test_speed_just_above_the_bar_must_show_three_times(monkeypatch):
    asked = ratios(monkeypatch, 2.1)
    judge()
    assert len(asked) == 3


def test_one_slow_measurement_fails_nobody(monkeypatch):
    ratios(monkeypatch, 0.5, 2.5, 2.4, 2.6)
    judge()


def test_speed_below_the_bar_three_times_is_wrong(monkeypatch):
    ratios(monkeypatch, 1.2)
    with pytest.raises(words.Wrong):
        judge()


def test_ratios_on_both_sides_of_the_bar_are_too_noisy_to_judge(monkeypatch):
    asked = ratios(monkeypatch, 1.9, 2.1)
    with pytest.raises(words.TooNoisy):
        judge()
    assert len(asked) == speed.PATIENCE


def slow_loop(n):
    total = 0
    for i in range(n):
        total += i
    return total


def test_the_ratio_measured_is_that_of_the_work_done():
    pair = speed.Pair(slow_loop, lambda n: slow_loop(n // 2), lambda rng: (20_000,), agree=lambda got, expected: True)
    assert 1.4 < pair.ratio(seconds=0.3) < 2.9


# ------------------------------------------------------------------------------------------ values, registry, notebook


class SaysItIsAnArray:
    __class__ = property(lambda self: np.ndarray)


@pytest.mark.parametrize(
    ("got", "expected", "equal"),
    [
        (1, 1, True),
        (np.int32(1), 1, True),
        (True, 1, False),
        (1.0, 1, False),
        (10**30, 10**30, True),
        (10**30, 10**30 + 1, False),
        (0.1 + 0.2, 0.3, True),
        (1, 1.0, True),
        (0.3001, 0.3, False),
        (float("nan"), float("nan"), True),
        ("1", 1.0, False),
        ([1, 2.0], [1, 2.0], True),
        ((1, 2), [1, 2], False),
        ([1], [1, 2], False),
        (np.array([1, 2]), [1, 2], False),
        (np.array([1, 2]), np.array([1, 2]), True),
        (np.array([1, 2], "int32"), np.array([1, 2], "int64"), False),
        (np.array([np.nan]), np.array([np.nan]), True),
        (np.bool_(True), True, True),
        (1, True, False),
        (None, None, True),
        ("a", "a", True),
        (10**400, 1.0, False),
        (float("inf"), float("inf"), True),
        (float("inf"), 1.0, False),
        (np.array([1.0, 1e-9]), np.array([1.0, 0.0]), False),
        (SaysItIsAnArray(), np.array([1]), False),
        (-2.8e-14, 0.0, True),
        (1e-9, 0.0, False),
        (0.0, 1e-20, False),
        (np.array([0.0]), np.array([1e-20]), False),
        (np.array([1e-14]), np.array([0.0]), True),
        (Counter(a=1), {"a": 1}, True),
        ({"b": 0.1 + 0.2, "a": [1]}, {"a": [1], "b": 0.3}, True),
        ({"a": 1.0}, {"a": 1}, False),
        ({"a": 1, "b": 1}, {"a": 1}, False),
        ([("a", 1)], {"a": 1}, False),
        (Point(1, 2), (1, 2), True),
        (Point(1, 2), [1, 2], False),
    ],
)
def test_same(got, expected, equal):
    assert same(got, expected) is equal


@pytest.mark.parametrize(
    ("got", "expected", "told"),
    [
        ([4.0, 300.0], [4.0, 300], " (the result[1] is of type float, expected int)"),
        ([*range(99), 5], [*range(99), 6], " (the result[99] is 5, expected 6)"),
        ({"a": (1, True)}, {"a": (1, 1)}, " (the result['a'][1] is of type bool, expected int)"),
        (np.array([1, 2]), np.array([1.0, 2.0]), ""),
        (np.arange(99), np.arange(99)[::-1], ""),
        (np.array([*range(99), 5]), np.array([*range(99), 6]), " (the result[99] is 5, expected 6)"),
        (True, 1, " (the result is of type bool, expected int)"),
        (np.float64(3), 3, " (the result is of type np.float64, expected int)"),
        ([1, 2], [1, 3], ""),
        ((1, 2), [1, 2], ""),
        ([1] * 7, [1] * 8, ""),
        (None, 3, ""),
    ],
)
def test_values_that_read_alike_are_told_apart(got, expected, told):
    assert difference(got, expected) == told


def test_a_case_tells_what_the_eye_cannot_see():
    with pytest.raises(words.Wrong) as raised:
        words.case(lambda: [1.0], (), [1])
    assert raised.value.failing == "total() returned [1.0], expected [1] (the result[0] is of type float, expected int)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, 2, 3], "[1, 2, 3]"),
        (list(range(1000)), "[0, 1, 2, 3, 4, 5, … 1000 in all]"),
        (np.array([1, 2], "int8"), "np.array([1, 2], 'int8')"),
        (np.array([0.5, np.nan]), "np.array([0.5, np.nan])"),
        (np.array([]), "np.array([], 'float64')"),
        (np.float32(0.5), "np.float32(0.5)"),
        (np.float64(0.5), "0.5"),
        (-np.inf, "-np.inf"),
        ("a\n", "'a\\n'"),
        (object(), "an object of type object"),
    ],
)
def test_short(value, text):
    assert short(value) == text


def test_a_mistake_whose_test_fails_on_a_value_is_not_the_one():
    mistakes = [(lambda got: got.energy > 3, "too loud"), (ValueError, "refused"), (lambda got: got == [1], "this one")]
    assert words.recognised([1], mistakes) == "this one"
    assert words.recognised([2], mistakes) == ""


def test_two_exercises_cannot_share_an_id_or_a_name():
    def checked_sum(answer): ...

    for taken in ("3.1", "77.1"):
        declare = exercise(taken, "Again", hints=["?"], why="!")
        with pytest.raises(ValueError, match="already has this id or name"):
            declare(checked_sum)


def test_what_an_answer_returned_is_shown_as_it_is_in_html():
    shown = Verdict("WRONG", "9.9", "Title", ("f() returned '`<b>`'",))._repr_html_()
    assert "f() returned &#x27;`&lt;b&gt;`&#x27;" in shown


def test_a_verdict_in_html_marks_what_varies_and_escapes_the_rest():
    shown = Verdict("OK", "9.9", "a < b", hint="Use `x < y`.", earned=2.345, against="that of f")._repr_html_()
    assert '<span class="v">2.3 ×</span> that of f' in shown
    assert "a &lt; b" in shown
    assert "<code>x &lt; y</code>" in shown


def test_the_slow_versions_of_the_notebook_are_those_of_the_checks():
    notebook = nbformat.read(ROOT / "solutions" / "03-dynamic-features.ipynb", as_version=4)
    cells = [c.source for c in notebook.cells if c.cell_type == "code" and c.source.startswith("def ")]
    given = {n.name: ast.dump(n) for source in cells for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
    for function in (chapter03.to_kelvin_slowly, chapter03.count_inside_slowly):
        [tree] = ast.parse(inspect.getsource(function)).body
        del tree.body[0]  # the docstring
        assert given[function.__name__] == ast.dump(tree)
