"""What a race takes for the same answer, what for another, what cannot be compared, and what it says of them."""

from __future__ import annotations

import array
import dataclasses
import datetime
import math
from collections import Counter, deque, namedtuple
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import awkward as ak
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse as sparse

from unladen.timing import Disagreement, race

PAIRS = "i4,f8"
DAYS = ["2026-11-29", "NaT"]


def raced(a: object, b: object, **rules) -> None:
    race({"a": lambda: a, "b": lambda: b}, rounds=1, seconds=0.01, show=False, **rules)


def refused(a: object, b: object, **rules) -> str:
    with pytest.raises(Disagreement) as refusal:
        raced(a, b, **rules)
    return str(refusal.value)


def masked(*mask: int) -> np.ma.MaskedArray:
    return np.ma.array([1, 2, 3], mask=mask)


def table(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


@dataclasses.dataclass
class Point:
    x: float
    values: object = None


Pair = namedtuple("Pair", "x y")


class Nameless:
    """Objects of it are equal to themselves alone."""


class Hostile:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("hostile")

    def __repr__(self) -> str:
        raise RuntimeError("hostile")


def in_itself() -> list:
    loop: list = [1.0]
    loop.append(loop)
    return loop


def shared(depth: int) -> list:
    """Lists of two that are one: as a tree it would have 2**depth leaves."""
    inner: list = [1.0, "leaf"]
    for _ in range(depth):
        inner = [inner, inner]
    return inner


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # frames: the labels and the values; neither dtypes nor names of series
        (table(n=["x", "y"], v=[1, 2]), table(n=["x", "y"], v=[1.0, 2 + 1e-12])),
        (table(v=[1, 2]).v, table(w=[1, 2]).w),
        (table(v=[1, 2]).v, np.array([1, 2])),
        (table(n=["x", "y"], v=[1, 2]), [["x", 1], ["y", 2]]),
        (pd.Series(pd.Categorical(["a", "b"])), pd.Series(["a", "b"])),
        (pd.Series([1, None], dtype="Int64"), pd.Series([1, None], dtype="Int64")),
        (table(t=pd.to_datetime(DAYS)), table(t=pd.to_datetime(DAYS))),
        (pd.MultiIndex.from_tuples([(1, "a")]), pd.MultiIndex.from_tuples([(1, "a")])),
        (pa.table({"a": [1, 2]}), pa.table({"a": [1, 2]})),
        (pa.array([1, None]), pa.array([1, None])),
        # masks: what is masked, and what is not
        (masked(0, 0, 1), np.ma.array([1, 2, 9], mask=[0, 0, 1])),
        (masked(0, 0, 0), [1, 2, 3]),
        (np.ma.masked, np.ma.masked),
        # nothing
        ([pd.NA, None, math.nan], [pd.NA, None, math.nan]),
        (pd.NaT, np.datetime64("NaT")),
        # containers
        ({1: 2}.values(), {1: 2}.values()),
        ({1: 2}.values(), [2]),
        ({1: 2, 3: 4}.keys(), {3: 4, 1: 2}.keys()),
        ({1: [2]}.items(), {1: [2]}.items()),
        ({0.1 + 0.2, 7.0}, {7.0, 0.3}),
        (deque([1.0, 2]), [1, 2]),
        (range(3), [0, 1, 2]),
        (array.array("d", [1, 2]), [1, 2]),
        (Counter("aab"), {"a": 2, "b": 1}),
        (in_itself(), in_itself()),
        (shared(60), shared(60)),
        # records
        (Point(0.1 + 0.2, np.ones(3)), Point(0.3, np.ones(3))),
        (SimpleNamespace(a=np.ones(3)), SimpleNamespace(a=np.ones(3))),
        (Pair(1, 2), (1, 2)),
        (np.array([(1, 2.0)], PAIRS), np.array([(1, 2.0)], PAIRS)),
        (np.array([(1, 2.0)], PAIRS), [(1, 2.0)]),
        (ak.Array([{"x": 1, "y": [1, None]}]), ak.Array([{"x": 1, "y": [1, None]}])),
        (ak.Array([{"x": 1}])[0], {"x": 1}),
        (ak.Array([[0.1 + 0.2], [2, 3]]), [[0.3], [2, 3]]),
        # sparse matrices
        (sparse.csr_matrix(np.eye(3)), sparse.coo_matrix(np.eye(3))),
        (sparse.csr_array(np.eye(3)), np.eye(3)),
        (sparse.eye(100_000).tocsr(), sparse.eye(100_000).tocsc()),
        # numbers, times, texts
        (Decimal("0.5"), Fraction(1, 2)),
        (10**400, 10**400),
        (np.array(DAYS, "M8[ns]"), np.array(DAYS, "M8[D]")),
        (np.datetime64("2026-11-29"), datetime.date(2026, 11, 29)),
        (np.array(["a", "b"]), ["a", "b"]),
        (b"a", bytearray(b"a")),
    ],
)
def test_the_same_answer_is_the_same_whatever_holds_it(a, b):
    raced(a, b)


@pytest.mark.parametrize(
    ("a", "b", "where"),
    [
        (table(n=["x", "y"], v=[1, 2]), table(n=["x", "y"], v=[1, 99]), "column 'v'[1]: 2 against 99"),
        (table(a=[1, 2]), table(b=[1, 2]), "columns ['a'] (list) against ['b'] (list)"),
        (table(a=[1, 2]), table(a=[1, 2]).set_index([[5, 6]]), "index[0]: 0 against 5"),
        (table(a=[1, 2]), table(a=[1, 2, 3]), "shape (2, 1) against (3, 1)"),
        (pd.Series([1, 2], [1, 2]), pd.Series([1, 2], [2, 1]), "index[0]: 1 against 2"),
        (pd.Series([1, None], dtype="Int64"), pd.Series([1, 0], dtype="Int64"), "[1]: <NA>"),
        (pa.table({"a": [1]}), pa.table({"b": [1]}), "columns"),
        (pa.array([1, None]), pa.array([1, 0]), "[1]: None"),
        (masked(0, 0, 1), masked(0, 1, 0), "[1]: not masked against masked"),
        (masked(0, 0, 1), np.array([1, 2, 3]), "[2]: masked against not masked"),
        ([masked(0, 0, 1)], [masked(0, 0, 0)], "[0][2]: masked against not masked"),
        ([table(a=[1])], [table(b=[1])], "[0] columns"),
        ([pd.NA], [None], "[0]: <NA>"),
        ([None], [math.nan], "[0]: None"),
        ({1: 2}.values(), {1: 3}.values(), "[0]: 2 against 3"),
        ({1}, {2}, "only the first has {1} (set), only the second {2} (set)"),
        (deque([1]), [2], "[0]: 1 against 2"),
        ({"a": [1, {"b": 3}]}, {"a": [1, {"b": 4}]}, "['a'][1]['b']: 3 (int) against 4 (int)"),
        (Point(1, np.ones(3)), Point(1, np.zeros(3)), ".values[0]: 1.0 against 0.0"),
        (np.array([(1, 2.0)], PAIRS), np.array([(1, 3.0)], PAIRS), "['f1'][0]: 2.0 against 3.0"),
        (np.array([(1, 2.0)], PAIRS), np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]), "fields"),
        (ak.Array([{"x": [1, 2]}]), ak.Array([{"x": [1, 3]}]), "[0]['x'][1]: 2 against 3"),
        (sparse.eye(3).tocsr(), 2 * sparse.eye(3).tocsr(), "the stored numbers[0]: 1.0 against 2.0"),
        (sparse.eye(100_000).tocsr(), sparse.eye(100_000, k=1).tocsr(), "100000 numbers that are not zero"),
        (sparse.eye(3).tocsr(), np.eye(4), "shape (3, 3) against (4, 4)"),
        (np.array(DAYS, "M8[D]"), np.array([20786, 0]), "dtype datetime64[D] against int64"),
        (np.array(["a"]), np.array([b"a"]), "[0]: 'a' (str) against b'a' (bytes)"),
        (["1", 2], ["1", "2"], "[1]: 2 (int) against '2' (str)"),
        ([2**63, -1], [2**63 + 1, -1], "[0]: 9223372036854775808 (int)"),
        ([[2**60 + 1, 0.5]], [[2**60, 0.5]], "[0][0]: 1152921504606846977 (int)"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape (2, 3) against (3, 2)"),
    ],
)
def test_another_answer_is_refused_with_the_first_difference(a, b, where):
    told = refused(a, b)
    assert "do not agree" in told
    assert f"first difference: {where}" in told


@pytest.mark.parametrize(
    ("a", "b"), [("a", b"a"), ("ab", np.array(["a", "b"])), ({1}, [1]), (10**400, 1.0), (np.ma.masked, 0.0), (int, str)]
)
def test_two_single_answers_are_told_without_a_place(a, b):
    told = refused(a, b)
    assert "do not agree" in told
    assert "first difference" not in told


@pytest.mark.parametrize("make", [Nameless, Hostile, lambda: [Nameless()], lambda: {"a": Hostile()}])
def test_what_cannot_be_compared_is_refused_in_words(make):
    told = refused(make(), make())
    assert told.startswith("the answers could not be compared:")
    assert "Pass same= a function of two answers" in told
    assert " at 0x" not in told


def test_lists_too_deep_for_python_to_compare_are_refused_in_words():
    deep, too = [], []
    for _ in range(5000):
        deep, too = [deep, "a"], [too, "a"]
    assert "could not be compared" in refused(deep, too)


@pytest.mark.parametrize("lazy", [type("Delayed", (), {"compute": 1, "__dask_graph__": 1})()])
def test_an_answer_that_has_not_been_computed_is_refused_with_the_cure(lazy):
    assert "put .compute() behind it" in refused(lazy, lazy)


@pytest.mark.parametrize("rows", [[[0.0] * 3 for _ in range(2)], np.zeros((2, 3)), table(a=[0.0, 0.0])])
def test_an_answer_in_a_shared_container_is_kept_before_it_is_overwritten(rows):
    """A grid that each contender fills, and a frame: the inner lists are shared as well."""

    def fill(value: float):
        if isinstance(rows, list):
            for row in rows:
                row[:] = [value] * 3
        else:
            rows[:] = value
        return rows

    with pytest.raises(Disagreement):
        race({"ones": lambda: fill(1.0), "twos": lambda: fill(2.0)}, show=False)


# -- how close is the same


def test_what_should_be_zero_needs_an_absolute_tolerance():
    a, b = math.fsum(math.sin(2 * math.pi * i / 10) for i in range(10)), 0.0
    assert "same=(1e-9, 1e-12)" in refused(1.1e-17, b)
    raced(1.1e-17, b, same=(1e-9, 1e-12))
    raced([a, 1e-13], [b, 0.0], same=(0.0, 1e-12))
    assert "do not agree" in refused(1e-3, 0.0, same=(1e-9, 1e-12))
    assert "do not agree" in refused(1e-13, 1.0, same=(1e-9, 1e-12))


@pytest.mark.parametrize("same", [(1e-9,), (1e-9, -1), (1e-9, math.nan), (2.0, 0.1), ("a", "b"), 3, math.nan])
def test_a_tolerance_that_is_none_is_refused(same):
    with pytest.raises(TypeError, match="relative and an absolute"):
        raced(1.0, 1.0, same=same)


@pytest.mark.parametrize(
    ("same", "words"),
    [
        (lambda a, b: None, "same= returned None where it must return True or False"),
        (lambda a, b: a == b, "same= raised ValueError: The truth value of an array"),
        (lambda a: True, "same= raised TypeError"),
    ],
)
def test_a_function_that_does_not_judge_is_told_so(same, words):
    assert words in refused(np.ones(3), np.ones(3), same=same)


# -- futures


def test_a_future_is_waited_for_and_its_result_is_compared():
    with ThreadPoolExecutor(1) as pool:
        race({"future": lambda: pool.submit(sum, [1, 2]), "plain": lambda: 3}, rounds=1, seconds=0.01, show=False)
        race({"futures": lambda: [pool.submit(sum, [1]), 2], "plain": lambda: [1, 2]}, rounds=1, show=False)
        with pytest.raises(Disagreement, match="'future' returned 3"):
            race({"future": lambda: pool.submit(sum, [1, 2]), "plain": lambda: 4}, show=False)


def test_an_error_in_a_future_is_the_contenders():
    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError) as error:
        race({"divides": lambda: pool.submit(lambda: 1 / 0)}, show=False)
    assert "'divides'" in error.value.__notes__[0]


def test_jaxs_trees_are_compared_by_their_leaves():
    import jax

    @jax.tree_util.register_pytree_node_class
    class State:
        def __init__(self, a) -> None:
            self.a = a

        def tree_flatten(self):
            return (self.a,), None

        @classmethod
        def tree_unflatten(cls, _, leaves):
            return cls(*leaves)

    raced(State(jax.numpy.ones(3)), State(jax.numpy.ones(3)))
    assert "[0][2]: 1.0 against 2.0" in refused(State(np.array([1.0, 1, 1])), State(np.array([1.0, 1, 2])))
