"""A race looks at what was timed: who does the work only until the clock runs is found, and what cannot be is said."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from unladen.timing import Disagreement, TooFast, best, kept, race, stopwatch
from unladen.timing.stopwatch import Lane

pytestmark = pytest.mark.measures


def work() -> float:
    return float(sum(range(10)))


OUT = np.zeros(5)


def into_the_same_place() -> np.ndarray:
    OUT[:] = 3
    return OUT


def on_jax():
    import jax.numpy as jnp

    return jnp.full(5, 3.0)


WAYS = {
    "a number": (work, 0.0),
    "an array": (lambda: np.full(5, 3.0), np.zeros(5)),
    "an array that every call overwrites": (into_the_same_place, np.zeros(5)),
    "an array of JAX": (on_jax, np.zeros(5)),
    "a list": (lambda: [1.0, 2], [1.0, 0.0]),
    "nothing": (work, None),
}


def but(right, wrong, is_wrong):
    """A contender that returns ``wrong`` in those calls, numbered from 1, of which ``is_wrong`` says so."""
    numbers = itertools.count(1)
    return lambda: wrong if is_wrong(next(numbers)) else right()


def refused(contenders: dict, **how) -> str:
    with pytest.raises(Disagreement) as refusal:
        race(contenders, **({"seconds": 0.1} | how), show=False)
    return str(refusal.value)


# -- answers


@pytest.mark.parametrize("calls", [2, 3, 8, 50])
@pytest.mark.parametrize("way", WAYS)
def test_who_is_right_only_in_the_first_calls_is_refused(way, calls):
    right, wrong = WAYS[way]
    told = refused({"honest": right, "stops": but(right, wrong, lambda number: number > calls)})
    assert told.startswith("'stops' changed its answer while it was timed:\n  in its call ≈ ")
    assert "all had agreed on" in told


@pytest.mark.parametrize("sleeps", [0.001, 0.004, 0.03])
def test_who_is_wrong_only_in_the_last_call_is_refused(sleeps):
    """With calls of the length of a sample, and longer: then a race has few."""
    made, rounds = [], 4

    def right() -> int:
        made.append(time.sleep(sleeps))
        return 1

    race({"honest": right}, rounds=rounds, show=False)
    last = len(made)
    refused({"ends": but(right, 2, lambda number: number >= last)}, rounds=rounds)


def test_who_is_quick_and_wrong_in_one_call_of_many_is_refused_as_that_call_would_have_counted():
    def is_wrong(number: int) -> bool:
        return number == 17

    slow = lambda: time.sleep(0.003) or 1  # noqa: E731
    assert "in its call ≈ 17 of about ≈ 42 it returned 2" in refused({"once": but(slow, 2, is_wrong)}, rounds=40)


def test_who_is_wrong_in_the_middle_as_slowly_as_it_is_right_is_found_where_chance_looks():
    """A third of the calls, and none of them quicker: of 30 races, one look in each, none finds it once in 190 000."""
    slow = lambda: time.sleep(0.003) or 1  # noqa: E731
    found = 0
    for _ in range(30):
        try:
            race({"middle": but(slow, [slow, 2], lambda number: 7 < number < 12)}, rounds=12, show=False)
        except Disagreement:
            found += 1
    assert found > 0


def test_calls_inside_a_sample_are_looked_at_too():
    """Of a sample of four calls, the second is looked at, while what it wrote is there."""
    lane, seen = Lane("writes", None), []
    numbers = itertools.count(1)

    def write() -> np.ndarray:
        OUT[:] = next(numbers)
        return OUT

    lane.call, lane.repeats, lane.judge = write, 4, lambda lane, answer, number: seen.append((number, answer[0]))
    lane.sample(2)
    assert seen == [(2, 2.0)]
    assert lane.calls == 4 == OUT[0]


def test_where_a_sample_is_looked_at_cannot_be_foreseen(monkeypatch):
    looks = set()
    monkeypatch.setattr(stopwatch.Lane, "sample", _noting(looks, stopwatch.Lane.sample))
    for _ in range(10):
        race({"a": lambda: 1}, rounds=50, show=False)
    assert len(looks) > 3


def _noting(looks: set, sample):
    def noted(lane: Lane, at: int | None = None) -> float:
        if at not in (None, lane.repeats):
            looks.add((len(lane.taken), at))
        return sample(lane, at)

    return noted


def test_no_answer_is_held_while_the_next_call_runs():
    class Answer:
        there = 0

        def __init__(self) -> None:
            Answer.there += 1
            held.append(Answer.there)

        def __del__(self) -> None:
            Answer.there -= 1

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Answer)

        def __deepcopy__(self, memo: dict) -> str:
            raise TypeError

    held: list[int] = []
    lane = Lane("makes", Answer)
    lane.first_call()
    lane.second_call()
    held.clear()
    lane.judge = lambda lane, answer, number: None
    lane.calibrate()
    lane.sample(lane.repeats // 2)
    assert set(held) == {1}


def test_answers_that_take_long_to_compare_are_looked_at_twice_and_no_more():
    compared = []

    def slowly(a: object, b: object) -> bool:
        compared.append(time.sleep(stopwatch.PATIENCE))
        return a == b

    race({"a": lambda: 1, "b": lambda: 1}, same=slowly, rounds=50, show=False)
    assert len(compared) == 1 + 2 + 1 + 2 * 3  # the first calls; and the first sample, one in between and the last


def test_where_nothing_is_compared_nothing_is():
    race({"stops": but(work, 0.0, lambda number: number > 9)}, same=False, seconds=0.05, show=False)


def test_measuring_again_looks_too():
    switch = []
    times = race({"a": lambda: 1, "b": lambda: 2 if switch else 1}, seconds=0.05, show=False)
    times.ratio("a", "b").again()
    switch.append("on")
    with pytest.raises(Disagreement, match="(?s)'[ab]' changed its answer.*'[ab]' had returned"):
        times.ratio("a", "b").again()


def test_a_future_that_comes_to_another_result_is_refused():
    with ThreadPoolExecutor(1) as pool:
        late = but(lambda: 1, 2, lambda number: number > 5)
        assert "returned 2 (int)" in refused({"future": lambda: pool.submit(late)})


def test_answers_that_cannot_be_compared_any_more_are_told_by_name():
    told = refused({"turns": but(lambda: [1.0], object(), lambda number: number > 5)})
    assert told.startswith("'turns' changed its answer while it was timed")


def test_an_error_in_a_timed_call_says_in_which():
    def nine(number: int) -> bool:
        if number == 9:
            raise KeyError("ninth")
        return False

    with pytest.raises(KeyError) as error:
        race({"raises": but(lambda: time.sleep(0.003) or 1, 0, nine)}, rounds=20, show=False)
    assert error.value.__notes__ == ["This happened in the race's contender 'raises'. It was its call 9 or so."]


# -- what is read


def later(change, calls: int = 7):
    numbers = itertools.count(1)
    return lambda: (change() if next(numbers) == calls else None) and None or 1


def test_who_changes_what_it_reads_only_later_is_refused_and_it_is_given_back():
    data = [3, 1, 2]
    change = later(lambda: data.sort())
    told = refused({"sorts": lambda: data and change(), "reads": lambda: 0 * len(data) + 1})
    assert told.startswith("'sorts' or 'reads' changes data (list of 3) in the middle of the race")
    assert data == [3, 1, 2]


def test_an_iterator_that_runs_out_in_the_middle_is_named():
    numbers = iter(range(50))
    told = refused({"takes": lambda: 0 * next(numbers, 0)})
    assert told.startswith("'takes' uses up numbers, a range_iterator, in the middle of the race")


def test_counters_caches_logs_and_outputs_may_change_in_the_middle():
    counts, known, log, scratch = [0, 0], {"a": 1}, [], np.arange(8.0)

    def count() -> None:
        counts[0] += 1

    changes = [count, lambda: known.update(b=2), lambda: log.append(1)]
    for change in changes:
        late = later(change)
        race({"later": lambda late=late: (counts, known, log) and late()}, seconds=0.02, show=False)

    def write(value: float) -> int:
        scratch[:] = value
        return 1

    for _ in range(2):
        race({"ones": lambda: write(1.0), "twos": lambda: write(2.0)}, seconds=0.02, show=False)


# -- the order of a lap


def test_each_lap_has_an_order_of_its_own():
    order = []

    def runner(name: str):
        return lambda: order.append(name) or time.sleep(0.003) or 1

    race({name: runner(name) for name in "abc"}, rounds=20, show=False)
    laps = ["".join(order[at : at + 3]) for at in range(6, len(order), 3)]
    assert len(laps) == 20
    assert {"".join(sorted(lap)) for lap in laps} == {"abc"}
    assert len(set(laps)) > 1


def test_a_race_leaves_the_learners_random_numbers_alone():
    import random

    random.seed(1)
    race({"a": lambda: 1, "b": lambda: 1}, rounds=5, show=False)
    drawn = random.random()
    random.seed(1)
    assert drawn == random.random()


# -- faster than the machine


@pytest.fixture
def machine_of_today(monkeypatch):
    """A machine that was measured: 10 GB/s, 50 GFLOP/s; measured again it shows the same."""
    for kind, rate in {"read": 1e10, "copy": 1e10, "triad": 1e10, "flops": 5e10}.items():
        monkeypatch.setitem(best._now, kind, kept.figure(rate, 0.0))
        monkeypatch.setitem(best._best, kind, kept.figure(rate, 0.0))
    for group in ("bandwidth", "peak"):
        monkeypatch.setitem(best._by, group, "a test")
    asked = []
    monkeypatch.setattr(best, "measure_again", asked.append)
    monkeypatch.setattr("unladen.timing.toofast._product", lambda: 4e10)
    return asked


def takes(seconds: float, answer: object = 1, alone: bool = True):
    """A race that was run, with a contender that took so long in each call."""
    times = race({"one": lambda: answer}, rounds=1, show=False)
    times.lane("one").taken = [stopwatch.Sample(seconds, seconds, alone)] * 3
    return times


def test_who_moves_bytes_faster_than_registers_can_is_refused(machine_of_today):
    with pytest.raises(TooFast) as refusal:
        takes(1e-6).table(limit=("read", 80_000_000))
    told = str(refusal.value)
    assert "'one' cannot have done what it is said to do: limit=('read', 8e+07)" in told
    assert "8e+07 bytes in ≈ 1.00 µs would be ≈ 80000 GB/s" in told
    assert "one core of this machine moves to and from its registers less than ≈ 880 GB/s" in told
    assert machine_of_today, "the limits were measured again first"


def test_who_passes_memory_out_of_a_cache_is_faster_than_this_limit(machine_of_today):
    share = takes(1e-6).table(limit=("read", 300_000)).rows[0][-1]
    assert share.endswith(": faster than this limit")


@pytest.mark.parametrize(
    ("operations", "answer", "alone", "fair"),
    [
        (50_000, 1.0, True, True),
        (54_000, 1.0, True, True),
        (57_000, 1.0, True, False),
        (57_000, np.ones(3, "f4"), True, True),
        (115_000, np.ones(3, "f4"), True, False),
        (57_000, np.ones(3, "i4"), True, False),
        (10_000_000, 1.0, False, False),
    ],
)
def test_arithmetic_may_pass_its_peak_by_a_tenth(machine_of_today, operations, answer, alone, fair):
    times = takes(1e-6, answer, alone)
    if fair:
        times.table(limit=("flops", operations))
    else:
        with pytest.raises(TooFast, match="would be .* GFLOP/s"):
            times.table(limit=("flops", operations))


def test_more_threads_may_do_more(machine_of_today, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    takes(1e-6, alone=False).table(limit=("flops", 200_000))
    with pytest.raises(TooFast, match="all cores"):
        takes(1e-6, alone=False).table(limit=("flops", 230_000))


def test_a_race_that_is_not_shown_is_held_to_its_limit_too(machine_of_today):
    total = np.ones(1000).sum()
    with pytest.raises(TooFast, match="'remembers'"):
        race({"remembers": lambda: total}, limit=("read", 1e12), rounds=3, show=False)


def test_a_peak_that_comes_out_higher_when_measured_again_is_believed(machine_of_today, monkeypatch):
    def higher(kind: str) -> None:
        monkeypatch.setitem(best._best, kind, kept.figure(9e10, 0.0))

    monkeypatch.setattr(best, "measure_again", higher)
    takes(1e-6).table(limit=("flops", 80_000))
