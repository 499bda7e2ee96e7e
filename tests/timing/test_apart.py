"""Two threads on two cores: only rounds in which both were at work are measured."""

from __future__ import annotations

import os

import numpy as np
import pytest

from unladen.compiling import native
from unladen.compiling.absent import Absent
from unladen.host import effort
from unladen.timing import apart
from unladen.timing.apart import at_the_same_time, of_two_cores, second_core, side_by_side, two_cores
from unladen.timing.race import Seconds

pytestmark = pytest.mark.chapters(13)

linux = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cannot bind a thread to a core here")


def test_a_round_counts_if_both_were_in_it_for_half_of_it():
    start = np.array([[0.0, 0, 0], [0.1, 2, 0.6]])
    end = np.array([[1.0, 1, 1], [1.2, 3, 1.1]])
    assert at_the_same_time(start, end).tolist() == [pytest.approx(1.1)]


def test_rounds_that_nobody_made_do_not_count():
    assert at_the_same_time(*np.zeros((2, 2, 3))).tolist() == []


def test_threads_that_are_never_seen_at_once_are_not_measured(monkeypatch):
    monkeypatch.setattr(apart, "two_cores", lambda: (None, None))
    found = side_by_side(lambda me, come, start, end: end.__setitem__(slice(None), 1 + start + me * 0))
    assert found == 1
    found = side_by_side(lambda me, come, start, end: (start.fill(10 * me), end.fill(10 * me + 1)))
    assert isinstance(found, Absent) and "at the same time" in str(found)


def test_on_one_core_it_says_so(monkeypatch):
    monkeypatch.setattr(effort, "usable", lambda: 1.5)
    assert not second_core() and not two_cores()
    assert str(side_by_side(None)) == "it takes two cores, and here is one"


@linux
def test_hyper_threads_of_one_core_are_not_two_cores(monkeypatch, tmp_path):
    monkeypatch.setattr(effort, "usable", lambda: 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    monkeypatch.setattr(apart, "_TOPOLOGY", tmp_path)
    place = tmp_path / "cpu0/topology"
    place.mkdir(parents=True)
    for told, expected in (("0-1", (0, 2)), ("0,2", (0, 1)), ("0", (0, 1))):
        (place / "thread_siblings_list").write_text(f"{told}\n")
        assert two_cores() == expected
    (place / "thread_siblings_list").write_text("0-2\n")
    assert "hyper-threads of one" in str(two_cores())


def test_a_number_that_goes_to_and_fro_too_fast_never_left_its_core():
    assert of_two_cores(Seconds(120e-9)) is True
    assert "too fast for two" in str(of_two_cores(Seconds(12e-9)))
    assert str(of_two_cores(Absent("one core"))) == "one core"


@linux
def test_the_thread_that_asks_is_left_where_it_was():
    before = os.sched_getaffinity(0)
    side_by_side(lambda me, come, start, end: None)
    assert os.sched_getaffinity(0) == before


def test_every_addition_is_made_by_both(monkeypatch):
    if not second_core():
        pytest.skip("it takes two cores")
    kernel, numbers = native("neighbours.c"), np.zeros(32, np.int64)
    found = side_by_side(lambda me, come, s, e: kernel.add(numbers[16 * me :], 1000, come, s, e, len(s)), 1000)
    assert isinstance(found, Seconds | Absent)
    assert numbers[0] == numbers[16] and numbers[0] % (1000 * apart.ROUNDS) == 0 != numbers[0]


def test_who_finds_the_other_there_adds_at_once():
    kernel, come, (start, end) = native("neighbours.c"), np.ones(1, np.int64), np.zeros((2, 3))
    number = np.zeros(1, np.int64)
    assert kernel.add(number, 10, come, start, end, 1) == 1  # the other has come before
    assert number[0] == 10 and end[0] >= start[0] > 0
