"""The clock of an exercise: new arguments for every timed call, results that are looked at, and nothing replaced."""

from __future__ import annotations

import copy
import gc
import math
import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from unladen.exercises import speed, words
from unladen.exercises.chapter07 import checks as chapter07
from unladen.exercises.chapter08 import checks as chapter08
from unladen.exercises.chapter09 import checks as chapter09
from unladen.exercises.speed_answers import NotPlain, own
from unladen.exercises.speed_names import Names
from unladen.exercises.values import same


def slowly(values):
    total = 0
    for value in values:
        total += value
    return total


def numbers(rng) -> tuple[list[int]]:
    return (rng.integers(0, 10**6, 2000).tolist(),)


@pytest.fixture(autouse=True)
def nothing_graded_yet(monkeypatch):
    monkeypatch.setattr(words, "now", words.Grading("total"))


def refused(answer, make=numbers) -> str:
    """What is said of an answer that is timed, and must be found to be wrong."""
    with pytest.raises(words.Wrong) as found:
        speed.faster_than(slowly, answer, make, at_least=2, hint="Use sum.", seconds=0.05)
    assert words.now.earned is None or "too slowly" in found.value.failing
    return f"{found.value.failing} {found.value.hint}"


def test_an_answer_that_does_the_work_is_accepted():
    speed.faster_than(slowly, sum, numbers, at_least=2, hint="")
    assert words.now.earned > 2


def test_no_two_timed_calls_are_given_the_same_values_in_whatever_check():
    seen = []

    def watching(values):
        seen.append(tuple(values))
        return sum(values)

    for _ in range(2):
        speed.Pair(slowly, watching, numbers).ratio(0.01)
    assert len(seen) == len(set(seen)) > 10


def test_the_reference_is_given_the_same_values_after_the_answer_and_never_before():
    order = []

    def answering(values):
        order.append(("answer", tuple(values)))
        return sum(values)

    def referring(values):
        order.append(("reference", tuple(values)))
        return slowly(values)

    speed.Pair(referring, answering, numbers).ratio(0.01)
    places = {step: place for place, step in enumerate(order)}
    given = [values for who, values in order if who == "answer"]
    assert all(places["answer", values] < places["reference", values] for values in given)


@pytest.mark.parametrize("key", [id, len, type], ids=["where they lie", "how many there are", "of what type they are"])
def test_results_that_are_remembered_are_wrong(key):
    kept = {}

    def remembering(values):
        if key(values) not in kept:
            kept[key(values)] = slowly(values)
        return kept[key(values)]

    told = refused(remembering)
    assert "One of its timed calls returned" in told or "too slowly" in told  # another list may never lie there again


def test_an_answer_that_stops_working_is_told_what_it_returned_and_what_was_expected():
    calls = iter(range(10**9))
    told = refused(lambda values: sum(values) if next(calls) < 8 else 0)
    assert "One of its timed calls returned 0, expected " in told
    assert "Every call must do the work" in told


class Lazy(list):
    def __eq__(self, other):
        return True

    def __len__(self):
        return 1


class Number(int):
    pass


class Array(np.ndarray):
    pass


@pytest.mark.parametrize(
    "value",
    [Lazy(), Number(3), [Number(3)], (1, [Lazy()]), np.zeros(2).view(Array), np.array([Number(1)], dtype=object)],
    ids=lambda value: type(value).__name__,
)
def test_an_object_that_could_compute_later_is_no_result(value):
    with pytest.raises(NotPlain):
        own(value)
    told = refused(lambda values: value)
    assert "not an object that works it out when somebody looks" in told


def test_a_type_that_says_it_equals_int_is_found_out():
    class Liar(type):
        def __eq__(cls, other):
            return True

        def __hash__(cls):
            return hash(int)

    with pytest.raises(NotPlain):
        own(Liar("int", (), {})())


@pytest.mark.parametrize("value", [3, 2.5, None, "a", [1, [2.0]], (True,), {"a": [1]}, np.float64(2), np.int8(3)])
def test_results_of_plain_types_are_copied_as_they_are(value):
    assert own(value) == value
    assert type(own(value)) is type(value)


def test_a_result_that_changes_after_the_call_was_copied_before():
    result = np.zeros(3)
    copied = own(result)
    result += 1
    assert copied.tolist() == [0, 0, 0]


def test_an_answer_that_changes_its_argument_is_wrong_at_any_call():
    def emptying(values):
        total = sum(values)
        values.clear()
        return total

    assert words.CHANGED in refused(emptying)


def test_what_a_call_is_to_fill_may_be_changed():
    def make(rng):
        return rng.random(1000), np.full(1000, np.nan)

    def doubled_slowly(x, out):
        for i in range(len(x)):
            out[i] = 2 * x[i]
        return out

    speed.faster_than(doubled_slowly, lambda x, out: np.multiply(x, 2, out=out), make, at_least=2, hint="", filled=(1,))


@pytest.mark.parametrize("target", ["time.perf_counter", "statistics.median", "numpy.sum", "builtins.sum"])
def test_a_name_that_the_check_relies_on_may_not_be_replaced(monkeypatch, target):
    def replacing(values):
        total = math.fsum(values)
        monkeypatch.setattr(target, lambda *given: 0)
        return int(total)

    assert f"`{target}` is not what it was before" in refused(replacing)


def test_a_function_whose_code_was_replaced_is_found(monkeypatch):
    names = Names()
    assert names.changed() == ""
    monkeypatch.setattr(speed._timed, "__code__", (lambda function, batch: None).__code__)
    assert names.changed() == "unladen.exercises.speed._timed.__code__"


def test_what_the_garbage_collector_would_finish_is_not_finished_in_time():
    class Later:
        def __init__(self, values, total):
            self.values, self.total, self.itself = values, total, self

        def __del__(self):
            self.total[0] = slowly(self.values)

    def leaving_it_to_the_collector(values):
        total = np.zeros(1, np.int64)
        Later(values, total)
        kept.append([[] for _ in range(1000)])  # enough to make the collector come as soon as it may
        return total

    def in_an_array(values):
        return np.array([slowly(values)])

    kept = []

    def many(rng):
        return (rng.integers(0, 10**6, 50_000).tolist(),)

    with pytest.raises(words.Wrong, match="expected np.array"):
        speed.faster_than(in_an_array, leaving_it_to_the_collector, many, at_least=2, hint="", seconds=0.05)


def test_a_library_may_have_the_garbage_collector_call_it():
    def with_a_library(values):
        if called not in gc.callbacks:
            gc.callbacks.append(called)
        return sum(values)

    def called(*_):
        pass

    try:
        speed.faster_than(slowly, with_a_library, numbers, at_least=2, hint="")
    finally:
        gc.callbacks.remove(called)
    assert words.now.earned > 2


def test_the_next_inputs_cannot_be_drawn_ahead():
    drawn, ahead = [], []

    def making(rng):
        drawn.append(numbers(rng))
        ahead.append(copy.deepcopy(rng))
        return drawn[-1]

    pair = speed.Pair(slowly, sum, making)
    pair.calls = 1
    pair.ratio(0.01)
    following = [numbers(rng) for rng in ahead]
    assert len(drawn) > 3
    assert not [one for one in following if one in drawn]


def test_a_clock_that_was_replaced_is_not_asked(monkeypatch):
    monkeypatch.setattr(time, "perf_counter", lambda: 0.0)
    monkeypatch.setattr(time, "thread_time", lambda: 0.0)
    sample, results = speed._timed(slowly, [([1] * 10_000,)])
    assert sample.wall > 0
    assert results == [10_000]


def test_a_thread_that_goes_on_is_not_harmless():
    end = threading.Event()

    def leaving(values):
        threading.Thread(target=end.wait).start()
        return sum(values)

    try:
        assert "still run" in refused(leaving)
    finally:
        end.set()


def test_a_time_in_which_nobody_can_read_the_values_is_not_believed():
    pair = speed.Pair(slowly, sum, numbers)
    given = (list(range(10**6)), np.zeros(10**6))
    with pytest.raises(words.Wrong, match="A call took 0.001 µs by the clock"):
        pair._possible(1e-9, given)
    pair._possible(1.0, given)


def laplacians(u, _):
    n, s, w, e, m = u[:-2, 1:-1], u[2:, 1:-1], u[1:-1, :-2], u[1:-1, 2:], u[1:-1, 1:-1]
    return n + s + w + e - 4 * m, (e - m) + (w - m) + ((s - m) + (n - m))


def sums(offsets, content):
    ends = list(pairwise(offsets.tolist()))
    return np.array([sum(content[a:b]) for a, b in ends]), np.array([sum(content[a:b][::-1]) for a, b in ends])


def masses(e, x, y, z, _):
    long = [number.astype(np.longdouble) for number in (e, x, y, z)]
    return e * e - x * x - y * y - z * z, (long[0] ** 2 - (long[1] ** 2 + (long[2] ** 2 + long[3] ** 2))).astype(float)


@pytest.mark.parametrize(
    ("make", "ways"), [(chapter07._grid, laplacians), (chapter08._lists, sums), (chapter09._particles, masses)]
)
def test_where_numbers_cancel_another_order_and_more_digits_are_no_other_result(make, ways):
    """Differences of random numbers come near 0 now and then: then their last digits are all that there is."""
    rng = np.random.default_rng(17)
    for _ in range(20):
        one, other = ways(*make(rng))
        assert np.array_equal(one, other)
        assert not same(one.astype(np.float32).astype(float), one), "a float32 is found out"
