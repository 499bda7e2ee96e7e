"""Counting executed instructions: the same every time, more for more work, and no trace of it left behind."""

from __future__ import annotations

import sys

import pytest

from unladen.inside.executed import executed

pytestmark = pytest.mark.chapters(4, 6)


def loop(n):
    total = 0
    for x in range(n):
        total += x
    return total


def calls_loop(n):
    return loop(n)


def comprehension(n):
    return [x + 1 for x in range(n)]


def test_the_count_is_the_same_every_time():
    assert len({executed(loop, 50) for _ in range(5)}) == 1


@pytest.mark.parametrize("function", [loop, comprehension])
def test_each_turn_of_a_loop_costs_the_same(function):
    one, two = (executed(function, n + 100) - executed(function, n) for n in (0, 100))
    assert one == two
    assert one % 100 == 0
    assert 3 <= one // 100 <= 12


def test_what_is_called_counts_too_and_what_a_builtin_does_does_not():
    assert executed(calls_loop, 100) > executed(loop, 100)
    assert executed(sum, range(1000)) == 0
    assert executed(sum, (x for x in range(1000))) > 2000


def test_a_lambda_counts_a_few():
    assert 1 <= executed(lambda: None) <= 5


def test_the_tracer_of_before_is_back_also_after_an_error():
    def before(frame, event, argument):
        return None

    kept = sys.gettrace()
    sys.settrace(before)
    try:
        executed(loop, 3)
        with pytest.raises(ZeroDivisionError):
            executed(lambda: 1 / 0)
        found = sys.gettrace()
    finally:
        sys.settrace(kept)
    assert found is before
