"""When two numbers are the same: one rule, which a race and an exercise both go by."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from unladen.close import close
from unladen.exercises.values import same
from unladen.timing.difference import difference

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        (0.1 + 0.2, 0.3, True),
        (1.0, 1.0 + 1e-8, False),
        (1, 1.0, True),
        (10**30, 10**30 + 1, False),
        (10**400, 1.0, False),
        (10**400, 1j, False),
        (10**400, 10**400, True),
        (NAN, NAN, True),
        (NAN, 1.0, False),
        (INF, INF, True),
        (INF, -INF, False),
        (1e-300, 0.0, False),
        (Fraction(1, 3), 1 / 3, True),
        (Decimal("0.5"), 0.5, True),
        (1 + 1e-12j, 1.0, True),
        (complex(NAN, 1), complex(NAN, 1), True),
        (1j, -1j, False),
        (np.float32(0.5), 0.5, True),
    ],
)
def test_numbers(a, b, alike):
    assert close(a, b) is alike and close(b, a) is alike
    assert (not difference(a, b)) is alike


def test_an_absolute_tolerance_is_for_numbers_near_zero():
    assert close(1e-13, 0.0, absolute=1e-12) and not close(1e-11, 0.0, absolute=1e-12)
    assert close(1, 1.01, relative=0.1) and not close(1, 2, relative=0.6)


@pytest.mark.parametrize(
    "pair", [([1], (1,)), ([1.0], np.array([1.0])), (True, 1), (np.arange(2, dtype="i4"), np.arange(2))]
)
def test_where_a_race_looks_at_values_an_exercise_also_minds_the_type(pair):
    assert difference(*pair) == "" and not same(*pair)


def test_a_race_measures_an_element_by_the_largest_and_an_exercise_by_itself():
    left, expected = np.array([1.0, 1e-10]), np.array([1.0, 0.0])
    assert difference(left, expected) == "" and not same(left, expected)
