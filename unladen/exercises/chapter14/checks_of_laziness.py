"""Chapter 14, laziness: nothing yet, and each chunk once."""

from __future__ import annotations

import math

import numpy as np

from unladen.exercises.registry import exercise
from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, call, wrong

# --------------------------------------------------------------------------------------------------- 14.1

_SQUARES = "Square first, then the mean of all, and the root last."
_WIDE = "The squares of small integers do not fit into small integers: `x.astype(float)`, before anything else."
_SINGLE = "In float32 seven digits are left: convert before you square."
_UNEQUAL = "The mean of the chunks' means counts each chunk alike, however few numbers are in it."
_WHOLE = "`x.mean()` reduces each chunk, then what is left of them: nobody needs the whole array, so do not rechunk."


@exercise(
    "14.1",
    "Nothing yet",
    hints=[
        "Write it as you would for a NumPy array: operators, methods and NumPy's functions only add tasks.",
        "Three steps: squares of `x.astype(float)`, their `.mean()`, and a root that is lazy as well.",
        "`np.sqrt` and `da.sqrt` of a Dask array give a Dask array; `math.sqrt` needs a number, and computes.",
    ],
    why="Your function has made a graph and nothing else: that took the same time as for an array of a petabyte. "
    "NumPy's functions hand over to Dask where they are given a Dask array, so the same line serves both. What needs "
    "a Python number, such as `math.sqrt`, `float` or an `if`, computes all that led there, and forgets it: three "
    "such lines in a program load every chunk three times.",
    seconds=30.0,
    imports=["unladen.exercises.chapter14.lazily"],
)
def rms(answer):
    from unladen.exercises.chapter14.lazily import called_lazily, is_array, value_of
    from unladen.exercises.chapter14.sources import Source

    def right(values, chunks, hint=_SQUARES):
        source = Source(np.array(values), chunks)
        shown = f"rms(x) with x = {source}"
        got = called_lazily(answer, (source.array,), shown, [source], hint)
        is_array(got, shown)
        if got.shape != ():
            wrong(f"{shown} returned an array of shape {got.shape}", "One number for all axes: a shape of ().")
        if got.dtype != np.float64:
            wrong(f"{shown} returned an array of {got.dtype}, expected float64", _SINGLE)
        value, largest = value_of(got, shown, hint)
        if np.shape(value) != () or not np.issubdtype(np.asarray(value).dtype, np.number):
            wrong(f"{shown} promised one number, and gave {short(value)}", "What is promised is what has to come.")
        expected = math.sqrt(math.fsum(float(v) ** 2 for v in source.values.flat) / source.values.size)
        if not same(float(value), expected):
            nearly = math.isclose(float(value), expected, rel_tol=1e-5)
            wrong(f"{shown} gave {short(float(value))}, expected {short(expected)}", _SINGLE if nearly else hint)
        if source.twice():
            wrong(f"{shown} loads {source.twice()} chunks twice", "Use one `x` all along: a copy of it loads again.")
        if source.array.npartitions >= 8 and 2 * largest > 8 * source.values.size:
            wrong(f"{shown} has a task with {largest:,} bytes of {8 * source.values.size:,}", _WHOLE)

    right([3.0, 4.0, 5.0, 6.0], 2)
    right([3.0], 1, "One number: its absolute value.")
    right([-3.0, -3.0], 1, "The squares of negative numbers count as well.")
    right([1.0, 2.0, 3.0, 10.0, 11.0], ((4, 1),), _UNEQUAL)
    right([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], (1, 2), "All axes: one number for the whole array.")
    right([100, 100, -100], 2, _WIDE)
    right(np.array([100, 100, -100, 50], np.int8), 2, _WIDE)
    right(np.array([4_000_000_000, 3], np.int64), 1, _WIDE)
    right(np.array([0.1, 0.7, 1.3], np.float32), 2, _SINGLE)
    right([1.0, math.nan, 3.0], 2, "A NaN stays: nothing is left out.")
    rng = np.random.default_rng(141)
    right(rng.normal(size=10_000), 1000)
    right(rng.normal(size=(60, 40)), (16, 9), _UNEQUAL)


# --------------------------------------------------------------------------------------------------- 14.2

_ORDER = "As many as there are columns asked for, and in their order; one that is named twice comes twice."
_ONCE = "Each `compute` begins at the files again. `dask.compute(a, b)` computes both, and what they share only once."
_NEEDED = "Take the columns first, then ask: chunks that no task needs are not loaded. `x.compute()` needs all."


@exercise(
    "14.2",
    "Each chunk once, and only if it is needed",
    hints=[
        "`x[:, columns]` is a Dask array that needs only those chunks in which the columns lie.",
        "Of that, build the smallest and the largest, along axis 0; compute neither yet.",
        "`low, high = dask.compute(wanted.min(axis=0), wanted.max(axis=0))`: one call for both.",
    ],
    why="Two things have saved you time, and neither was a faster loop. Chunks that no result depends on are cut off "
    "the graph before it runs: selecting first costs nothing and may save the most. And both results were in one "
    "graph, where what they share has one key, so it is computed once and given to both. Of `a.compute(); "
    "b.compute()` Dask's own best practices warn: everything up to the file is done twice.",
    seconds=30.0,
    imports=["unladen.exercises.chapter14.lazily"],
)
def extremes(answer):
    from unladen.exercises.chapter14.sources import Source

    def right(values, chunks, columns, hint=_ORDER):
        source, given = Source(np.array(values), chunks), list(columns)
        shown = f"extremes(x, {columns}) with x = {source}"
        got = call(answer, (source.array, given), shown=shown, hint=hint)
        if given != columns:
            wrong(f"{shown} changed the list of columns", CHANGED)
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        if not isinstance(got, tuple) or len(got) != 2:
            wrong(f"{shown} returned {short(got)}", "A tuple of two arrays: the smallest, the largest.")
        if any(hasattr(one, "__dask_graph__") for one in got):
            wrong(f"{shown} returned what is still to be computed", "Here NumPy arrays are asked for: compute them.")
        wanted = source.values[:, columns]
        for one, expected, what in ((got[0], wanted.min(0), "smallest"), (got[1], wanted.max(0), "largest")):
            if not isinstance(one, np.ndarray):
                wrong(f"{shown} returned {short(one)} as the {what}", "A NumPy array, with a place for each column.")
            if not same(one, expected):
                text = f"{shown} returned {short(one)} as the {what}, expected {short(expected)}"
                if one.dtype != expected.dtype:
                    wrong(text, f"The numbers keep their dtype, {expected.dtype}.")
                wrong(text, "The smallest come first." if same(one, wanted.max(0)) else hint)
        needless = {at for at in source.loads if not _within(source, at[1], columns)}
        if needless:
            wrong(f"{shown} loaded {len(needless)} chunks in which no such column lies", _NEEDED)
        if source.twice():
            wrong(f"{shown} loaded {source.twice()} chunks that had been loaded before", _ONCE)

    rng = np.random.default_rng(142)
    right([[3, 1], [2, 5]], (1, 2), [0, 1])
    right([[3, 1], [2, 5]], (1, 1), [1, 0])
    right([[3.5, 1.5]], (1, 2), [1], "One row: it is both.")
    numbers = rng.integers(-1000, 1000, (40, 12))
    right(numbers, (10, 3), [4])
    right(numbers, (10, 3), [10, 1])
    right(numbers, (7, 5), [11, 0, 11, 4])
    right(numbers.astype(np.int16), (40, 3), [3, 4, 5], "The numbers keep their dtype.")
    right(numbers / 8, (8, 12), list(range(12)))
    right([[1.0, math.nan], [2.0, 3.0]], (1, 1), [1, 0], "A NaN stays: nothing is left out.")


def _within(source, block, columns):
    ends = np.cumsum((0, *source.array.chunks[1]))
    return any(ends[block] <= column < ends[block + 1] for column in columns)
