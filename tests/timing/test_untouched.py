"""A race whose contenders change what they or others read is refused; an output, a log, a cache, a counter is not."""

from __future__ import annotations

import functools
import heapq
import io
import itertools
import queue
import random
import time
from collections import Counter, deque

import numpy as np
import pandas as pd
import pytest

from unladen.timing import Disagreement, race, untouched


def refused(contenders: dict) -> str:
    with pytest.raises(Disagreement) as refusal:
        race(contenders, rounds=1, seconds=0.01, show=False)
    return str(refusal.value)


def accepted(contenders: dict) -> None:
    race(contenders, rounds=1, seconds=0.01, show=False)


def shuffled(n: int = 1000) -> list[int]:
    return random.Random(1903).sample(range(n), n)


def numbers(n: int = 1000) -> np.ndarray:
    return np.random.default_rng(1903).normal(size=n)


# -- sorted from the second call on


@pytest.mark.parametrize("first", ["sorted(data)", "data.sort()"])
def test_a_sort_in_place_beside_one_of_a_copy_is_refused_whoever_comes_first(first):
    data = shuffled()
    ways = {"sorted(data)": lambda: sorted(data), "data.sort()": lambda: data.sort() or data}
    told = refused({first: ways.pop(first)} | ways)
    assert told.startswith("'data.sort()' changes data (list of 1000) in place")
    assert "sorted(data) or data.copy()" in told
    assert data == shuffled(), "the learner gets the data back: else the corrected race would sort what is sorted"


def test_a_sort_in_place_of_a_list_of_its_own_is_refused():
    mine, copied = shuffled(), tuple(shuffled())
    told = refused({"sort": lambda: mine.sort() or mine, "sorted": lambda: sorted(copied)})
    assert "'sort' changes mine" in told


def test_numpys_sort_in_place_is_refused():
    a = numbers()
    assert "changes a (ndarray of 1000)" in refused({"np.sort": lambda: np.sort(a), "a.sort": lambda: a.sort() or a})


def test_what_is_too_large_to_be_copied_is_looked_at_in_part():
    large = numbers(1_200_000)
    told = refused({"np.sort": lambda: np.sort(large), "sort": lambda: large.sort() or large})
    assert "(large has been changed: make it anew.)" in told


def test_a_sort_along_the_columns_of_a_transposed_view_is_refused():
    view = numbers(2500).reshape(50, 50).T
    refused({"sort": lambda: view.sort() or view[0, 0]})


@pytest.mark.parametrize("hide", ["default", "partial", "method", "helper", "nested", "attribute"])
def test_what_is_changed_is_found_wherever_the_contender_keeps_it(hide):
    data = shuffled()

    class Box:
        def __init__(self) -> None:
            self.items = data

        def work(self) -> int:
            self.items.sort()
            return self.items[0]

    def helper() -> int:
        data.sort()
        return data[0]

    box, rows = Box(), [data]
    ways = {
        "default": lambda own=data: own.sort() or own[0],
        "partial": functools.partial(lambda own: own.sort() or own[0], data),
        "method": box.work,
        "attribute": lambda: box.work(),
        "helper": lambda: helper(),
        "nested": lambda: rows[0].sort() or rows[0][0],
    }
    refused({hide: ways[hide]})


# -- less to do, or something else, with every call


def clip(values):
    values[values < 0] = 0
    return values


def keep_positive(values):
    values[:] = [v for v in values if v > 0]
    return values


class Node:
    pass


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize(
    ("thing", "change"),
    [
        (shuffled(), lambda x: x.reverse() or len(x)),
        (shuffled(), lambda x: random.shuffle(x) or 1),
        (shuffled(), lambda x: x.append(1) or 1),
        (shuffled(), lambda x: heapq.heapify(x) or 1),
        (list(range(1000)), lambda x: 0 * heapq.heappop(x)),
        ([3.0, -1, 2, -7], keep_positive),
        ([Node() for _ in range(5)], lambda x: x.reverse() or 1),
        (deque(range(1000)), lambda x: 0 * x.popleft()),
        (set(range(1000)), lambda x: 0 * x.pop()),
        ({"a": 1, "b": 2}, lambda x: x.pop("a", 1)),
        (bytearray(b"unladen"), lambda x: x.reverse() or len(x)),
        (numbers(), clip),
        (np.abs(numbers()), lambda x: np.divide(x, x.sum(), out=x)),
        (numbers().reshape(10, 100), lambda x: np.negative(x, out=x).size),
        (pd.DataFrame({"k": [3, 1, 2], "v": [1, 2, 3]}), lambda x: x.sort_values("k", inplace=True) or len(x)),
        (pd.DataFrame({"k": [3, 1, 2], "v": [1, 2, 3]}), lambda x: "k" in x and x.__delitem__("k") or 1),
        (pd.DataFrame({"k": [3.0, 1, 2]}), lambda x: x.__setitem__("k", x["k"] / 2) or len(x)),
    ],
)  # fmt: skip
def test_a_contender_that_changes_its_input_is_refused_although_its_answer_stays(thing, change):
    assert refused({"changes": lambda: change(thing)}).startswith("'changes' ")


def test_a_queue_that_gets_shorter_is_refused():
    jobs = queue.Queue()
    for number in range(100):
        jobs.put(number)
    assert "takes something out of" in refused({"get": lambda: 0 * jobs.get()})


def test_a_changed_answer_is_told_with_what_was_changed():
    x = [3, 1, 2]
    told = refused({"reversed": lambda: x.reverse() or x})
    assert told.startswith("'reversed' changed its answer: first [2, 1, 3]")
    assert "'reversed' changes x (list of 3) with every call" in told
    assert x == [3, 1, 2]


def test_who_writes_into_what_another_reads_is_refused():
    buffer, source = numbers(), np.arange(1000.0)
    told = refused({"fill": lambda: np.copyto(buffer, source) or buffer.sum(), "sum": lambda: buffer.sum()})
    assert told.startswith("'fill' changes buffer (ndarray of 1000), which 'sum' reads.")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: (n for n in range(100)), "generator"),
        (lambda: iter(range(100)), "range_iterator"),
        (lambda: zip(range(9), range(9), strict=True), "zip"),
        (lambda: map(str, range(9)), "map"),
        (lambda: enumerate([1, 2]), "enumerate"),
    ],
)
def test_an_iterator_that_is_used_up_is_named_whatever_the_answers(make, kind):
    shared, blind = make(), make()
    assert f"'list' uses up shared, a {kind}" in refused({"list": lambda: list(shared)})
    assert f"'length' uses up blind, a {kind}" in refused({"length": lambda: 0 * len(list(blind))})


def test_a_second_call_that_fails_for_want_of_input_says_so():
    table = {"a": 1}
    with pytest.raises(KeyError) as error:
        race({"pops": lambda: table.pop("a")}, show=False)
    assert "'pops'" in error.value.__notes__[0]
    assert "second call" in error.value.__notes__[0]


# -- nobody's fault


def keep(values, kept):
    chosen = values[values > 0]
    kept[: len(chosen)] = chosen
    return len(chosen)


@pytest.mark.parametrize("again", range(2))
def test_outputs_are_overwritten_by_whoever_comes(again):
    """The second time they hold what was left in them: by the other contender, in another order."""
    a, b = np.random.default_rng(7).random((2, 1000))
    results = {"new": np.empty(1000), "used": numbers()}
    for out in results.values():
        for _ in range(again + 1):
            accepted({"a + b": lambda: a + b, "out=": lambda out=out: np.add(a, b, out=out)})
            accepted({"a + b": lambda out=out: np.add(a, b, out=out), "b + a": lambda out=out: np.add(b, a, out=out)})
    mixed, kept = numbers(), random.Random(1).sample(range(10_000), 1000)
    ordered, kept = np.sort(mixed), np.array(kept, dtype=float)
    for _ in range(2):
        accepted({"mixed": lambda: keep(mixed, kept), "ordered": lambda: keep(ordered, kept)})


def test_a_copy_into_the_same_place_before_each_sort_is_the_right_way():
    data, work = shuffled(), shuffled()

    def sort_a_copy() -> list[int]:
        work[:] = data
        work.sort()
        return work

    accepted({"sorted": lambda: sorted(data), "into the same place": sort_a_copy})


def test_lists_that_are_cleared_and_filled_again_are_outputs():
    out = [7, 8, 9, 10, 11, 12, 13, 14, 15]
    accepted({"fill": lambda: out.clear() or out.extend([1, 2, 3]) or out})


def fibonacci(n: int, known) -> int:
    if n not in known:
        known[n] = fibonacci(n - 1, known) + fibonacci(n - 2, known)
    return known[n]


def remembered(n: int, known: list) -> int:
    if known[n] is None:
        known[n] = n if n < 2 else remembered(n - 1, known) + remembered(n - 2, known)
    return known[n]


def test_caches_may_warm_up():
    seeded, places, squares = {0: 0, 1: 1}, [None] * 31, functools.cache(lambda n: n * n)
    accepted({"dict": lambda: fibonacci(30, seeded), "list": lambda: remembered(30, places)})
    accepted({"functools": lambda: squares(3)})


@pytest.mark.parametrize("calls", [{"n": 0}, [0], Counter("ab"), np.zeros(1, int)])
def test_counters_may_count(calls):
    key = next(iter(calls)) if isinstance(calls, dict) else 0

    def counted() -> str:
        calls[key] += 1
        return "done"

    accepted({"counts": counted})


def test_a_log_that_was_empty_may_grow():
    log = []
    accepted({"a": lambda: log.append("a") or 1, "b": lambda: log.append("b") or 1})


def test_what_goes_on_for_ever_is_not_used_up():
    ids, source, text = itertools.count(), np.random.default_rng(1), io.StringIO("a\nb\n")
    accepted({"ids": lambda: 0 * next(ids)})
    accepted({"numbers": lambda: source.random() < 2})
    accepted({"rewound": lambda: text.seek(0) or text.read()})


def test_a_column_may_be_added_or_overwritten():
    table = pd.DataFrame({"a": [1, 2], "b": [3, 4]})

    def total():
        table["total"] = table.a + table.b
        return table["total"]

    accepted({"kept": total, "not kept": lambda: table.a + table.b})


def test_a_stack_may_be_pushed_and_popped():
    stack = [1, 2, 3]
    accepted({"push, pop": lambda: stack.append(5) or stack.pop()})


def test_where_nothing_is_compared_anything_may_be_changed():
    data = shuffled()
    race({"sort": lambda: data.sort()}, same=False, rounds=1, seconds=0.01, show=False)
    assert data == sorted(data)


def test_a_slow_contender_is_not_called_for_a_third_time_to_find_out(monkeypatch):
    data, calls = shuffled(), []

    def sort() -> int:
        calls.append(time.sleep(0.02))
        data.sort()
        return 1

    monkeypatch.setattr(untouched, "PATIENCE", 0.01)
    race({"sort": sort}, seconds=0.01, show=False)
    assert len(calls) == 2
