"""The chance of a false failure extrapolated from few runs, held against distributions whose chance is known."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from statistics import NormalDist

import pytest

from unladen.course.evidence.chance import THIN, below_zero, refused_again

NORMAL = NormalDist()
LEDGERS = 200


def lognormal(chance: Callable[[], float]) -> float:
    return NORMAL.inv_cdf(chance())


def noise_that_adds(chance: Callable[[], float]) -> float:
    """A time of 1 and an exponential noise of a tenth of it, as the logarithm of the margin that it leaves."""
    return -math.log1p(-0.1 * math.log(chance()))


def noise_on_both(chance: Callable[[], float]) -> float:
    """A ratio of two such times, nearly: tails that fall like an exponential on both sides."""
    half = chance()
    return math.log(2 * half) if half < 0.5 else -math.log(2 * (1 - half))


def two_states(chance: Callable[[], float]) -> float:
    """A machine that is slower by a factor in one run of four: two normal distributions, five deviations apart."""
    low, high, wanted = -60.0, 60.0, chance()
    for _ in range(80):
        middle = (low + high) / 2
        below = 0.75 * NORMAL.cdf(middle) + 0.25 * NORMAL.cdf(middle + 5)
        low, high = (middle, high) if below < wanted else (low, middle)
    return low


SHAPES = [lognormal, noise_that_adds, noise_on_both, two_states]


def ledgers(shape: Callable, runs: int) -> list[list[float]]:
    """Ledgers of some runs each; a shape is given as its quantile function."""
    numbers = random.Random(17)
    return [[shape(lambda: numbers.uniform(1e-15, 1)) for _ in range(runs)] for _ in range(LEDGERS)]


def estimates(shape: Callable, found: list[list[float]], true: float) -> list[float]:
    """What each ledger says of a bound that a run misses with the ``true`` chance, the lowest first."""
    bound = shape(lambda: true)
    return sorted(below_zero([value - bound for value in ledger]) for ledger in found)


@pytest.mark.parametrize(("runs", "factor"), [(10, 15), (20, 15), (40, 5)])
@pytest.mark.parametrize("shape", SHAPES)
def test_in_nineteen_ledgers_of_twenty_the_chance_is_not_told_too_low_by_more_than_a_factor(shape, runs, factor):
    found = ledgers(shape, runs)
    for true in (1e-2, 1e-3, 1e-4, THIN, 1e-6):
        assert estimates(shape, found, true)[LEDGERS // 20] >= true / factor
    assert estimates(shape, found, THIN)[LEDGERS // 20] >= THIN / 2, "where the contract's bound lies"


@pytest.mark.parametrize("shape", SHAPES)
def test_in_most_ledgers_the_chance_is_not_told_too_low_at_all(shape):
    assert estimates(shape, ledgers(shape, 20), THIN)[LEDGERS // 4] >= THIN


def test_a_normal_extrapolation_would_not_do():
    """What the care is for: of noise that falls like an exponential, the normal distribution knows nothing."""
    bound = noise_on_both(lambda: THIN)
    told = [NormalDist.from_samples(ledger).cdf(bound) for ledger in ledgers(noise_on_both, 20)]
    assert sorted(told)[LEDGERS // 2] < THIN / 20


def test_a_wide_margin_is_told_from_a_narrow_one():
    runs = [1 + 0.01 * x for x in (-2, -1.2, -1, -0.7, -0.3, -0.1, 0, 0, 0.1, 0.3, 0.5, 0.7, 0.8, 1, 1.4, 2)]
    assert below_zero(runs) < 1e-6 < THIN < 1e-3 < below_zero([run - 0.96 for run in runs])


def test_more_runs_of_the_same_spread_tell_more():
    few = [1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98, 1.08, 0.92, 1.0]
    assert below_zero(few * 4) < below_zero(few) < 1e-2


def test_what_leans_towards_the_bound_is_likelier_to_miss_it():
    leaning = [1.0, 1.0, 1.01, 1.01, 1.02, 1.02, 0.99, 0.95, 0.8, 0.7]
    away = [2 * 1.005 - run for run in leaning]
    assert below_zero(leaning) > 4 * below_zero(away)


def test_what_was_seen_counts():
    assert below_zero([5.0] * 19 + [-0.001]) >= 1 / 20
    assert below_zero([-1.0] * 3) == 1
    assert below_zero([0.0] * 20) == 0, "upon the bound holds"


def test_nothing_is_said_of_what_is_not_finite():
    assert math.isnan(below_zero([1.0, math.inf])) and math.isnan(below_zero([math.nan]))


def test_measuring_again_is_credited_with_what_it_was_seen_to_save():
    assert refused_again(0, 0) == 1
    assert refused_again(9, 0) == 0.1
    assert refused_again(9, 9) == 1
