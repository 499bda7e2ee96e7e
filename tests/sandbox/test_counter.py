"""The count of chapter 12: what is lost is lost with certainty, and what must not be lost is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from unladen.compiling import native
from unladen.sandbox import run_isolated

pytestmark = pytest.mark.chapters(12)


def added(name: str, most: int) -> tuple[int, list[int]]:
    """What two threads leave of 0 that each add one, and whether each met the other meanwhile."""
    add = getattr(native("counter.c"), name)
    count, come = np.zeros(1, np.int64), np.zeros(1, np.int32)
    with ThreadPoolExecutor(2) as pool:
        met = list(pool.map(lambda _: add(count, come, most), range(2)))
    return int(count[0]), sorted(met)


@pytest.mark.parametrize("again", range(10))
def test_of_two_plain_additions_one_is_lost_every_time(again):
    assert added("add_plain", 20_000) == (1, [1, 1])


def test_behind_a_lock_nobody_is_met_and_nothing_is_lost():
    assert added("add_locked", 50) == (2, [0, 1])


def test_an_atomic_addition_loses_nothing_though_both_are_there():
    assert added("add_atomic", 20_000) == (2, [1, 1])


@pytest.mark.parametrize("way", ["plain", "atomic", "locked"])
def test_each_way_counts(way):
    count = np.array([5], np.int64)
    getattr(native("counter.c"), f"count_{way}")(count, 1000)
    assert count[0] == 1005


def everything() -> bool:
    """Call every function, alone: who waits for nobody waits no longer."""
    counter = native("counter.c")
    count, come = np.zeros(1, np.int64), np.ones(1, np.int32)
    for add in (counter.add_plain, counter.add_locked, counter.add_atomic):
        assert add(count, come, 60_000) == 1
    for times in (0, 1, 100):
        counter.count_plain(count, times), counter.count_atomic(count, times), counter.count_locked(count, times)
    return int(count[0]) == 3 + 3 * 101


def test_the_sanitisers_find_nothing_in_the_counter():
    outcome = run_isolated(everything, seconds=60, sanitize=True)
    assert outcome.ok and outcome.value is True, outcome
    if outcome.note:
        pytest.skip(outcome.note)
