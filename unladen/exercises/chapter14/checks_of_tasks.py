"""Chapter 14, tasks: one for each chunk, and a tree of them."""

from __future__ import annotations

import math

import numpy as np

from unladen.exercises.registry import exercise
from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, call, wrong

# the same for both, so that one process is enough, of which their children are forked
_IMPORTS = ("unladen.exercises.chapter10.numba_ready", "unladen.exercises.chapter14.lazily")

# --------------------------------------------------------------------------------------------------- 14.4

_ONE_TASK = (
    "Each operator on Dask arrays adds a task for each chunk. One function that does it all on NumPy arrays, given to "
    "`da.map_blocks`, adds one."
)
_FORMULA = "The formula is that of `masses_in_many_tasks`: compare term by term."
_PROMISE = (
    "`dtype=` is a promise to Dask, and converts nothing. In the function, `pt1.astype(float)` and so on, or "
    "`np.multiply(..., dtype=float)`, before anything is computed."
)


@exercise(
    "14.4",
    "Nine tasks a chunk, or one",
    hints=[
        "Put the formula into a function of its own, `of_chunk(pt1, pt2, ...)`, which is given NumPy arrays.",
        "`da.map_blocks(of_chunk, pt1, pt2, eta1, eta2, phi1, phi2, dtype=float)` calls it once for each chunk.",
        "What comes out is to be float64 for float32, too: convert in `of_chunk`, before the first multiplication. "
        "Numba's `@vectorize([float64(float64, ...)])` does so by itself.",
    ],
    why="The scheduler handles each task alone, and that costs the same whether the task adds a million numbers or "
    "two: fewer tasks are less to plan, to send and to note. One function a chunk also has no intermediate result "
    "that somebody keeps. NumPy still makes its temporaries inside of the task; compiled by Numba, it reads the six "
    "arrays once and makes none, as in chapter 10. Dask fuses such chains as well before it runs them, where it can; "
    "the graph that you send has to be built and read all the same.",
    seconds=60.0,
    imports=_IMPORTS,
)
def masses(answer):
    from unladen.exercises.chapter14.lazily import called_lazily, is_array, value_of
    from unladen.exercises.chapter14.sources import Source, added

    def right(shape, chunks, dtype=np.float64, hint=_FORMULA, still=False):
        rng = np.random.default_rng(144)
        columns = [rng.uniform(5, 80, shape), rng.uniform(5, 80, shape)]
        columns += [rng.normal(0, 1.2, shape) for _ in range(2)] + [rng.uniform(-3, 3, shape) for _ in range(2)]
        if still:
            columns[3], columns[5] = columns[2], columns[4]
        sources = [Source(column.astype(dtype), chunks) for column in columns]
        arrays = [source.array for source in sources]
        shown = f"masses(...) of arrays of {np.dtype(dtype)} with chunks {arrays[0].chunks}"
        got = called_lazily(answer, arrays, shown, sources, hint)
        is_array(got, shown)
        pt1, pt2, eta1, eta2, phi1, phi2 = (source.values.astype(np.float64) for source in sources)
        expected = np.sqrt(2 * pt1 * pt2 * (np.cosh(eta1 - eta2) - np.cos(phi1 - phi2)))
        if got.chunks != arrays[0].chunks:
            wrong(f"{shown} has chunks {got.chunks}", "The chunks stay what they are: each gives one of the result.")
        tasks, blocks = len(added(got, *arrays)), arrays[0].npartitions
        if tasks > blocks:
            wrong(f"{shown} added {tasks} tasks for {blocks} chunks", _ONE_TASK)
        if got.dtype != np.float64:
            wrong(f"{shown} is an array of {got.dtype}, expected float64", _PROMISE)
        value, _ = value_of(got, shown, hint)
        if not isinstance(value, np.ndarray) or value.dtype != np.float64:
            what = value.dtype if isinstance(value, np.ndarray) else short(value)
            wrong(f"{shown} promised float64, and gave {what}", _PROMISE)
        if not same(value, expected):
            close = value.shape == expected.shape and np.allclose(value, expected, rtol=1e-4)
            told = f"{shown} gave {short(value.ravel())}, expected {short(expected.ravel())}"
            wrong(told, _PROMISE if close and dtype != np.float64 else hint)

    right((4,), 2)
    right((1,), 1, hint="One pair in one chunk.")
    right((4,), 2, still=True, hint="Two that fly side by side: a mass of 0, and no NaN.")
    right((100,), ((64, 36),))
    right((20, 30), (10, 10), hint="Arrays may have any number of axes: leave the axes alone.")
    right((4000,), 20)
    right((50,), 20, np.float32)


# --------------------------------------------------------------------------------------------------- 14.6

_TREE = "Merge neighbours in pairs, then the results in pairs, until one is left: each round halves their number."
_ODD = "One that has no partner goes on to the next round, as the last of them."
_NEIGHBOURS = "Only neighbours are merged, and the left one comes first: `merge` may depend on the order."
_LATER = "`delayed(merge)(a, b)` makes a task of it; `merge(a, b)` calls it now."
_FEWER = "n parts take n - 1 merges, and no other tasks: each part is used once."


@exercise(
    "14.6",
    "Merge by a tree",
    hints=[
        "One round: a list of `delayed(merge)(left, right)` for each pair of neighbours. How long is it for 5 parts?",
        "If the length is odd, the last one joins the new list as it is. Repeat while there are two or more.",
        "`while len(parts) > 1: pairs = [delayed(merge)(*parts[i : i + 2]) for i in range(0, len(parts) - 1, 2)]`, "
        "then `parts = pairs + parts[2 * len(pairs) :]`. A new name keeps the caller's list.",
    ],
    why="A chain of n - 1 merges takes n - 1 steps on any number of workers, and a single task for all of them needs "
    "every histogram in one place at one time. A tree has the same merges in log2 n steps, and each may run where one "
    "of its two inputs lies. Nothing has to be commutative, for neighbours stay neighbours; it must be associative, "
    "and sums of floats are that only nearly. Dask's own `sum` and `mean` are such trees: `split_every` is how many "
    "they merge at a time.",
    seconds=30.0,
    imports=_IMPORTS,
)
def merged(answer):
    from dask.delayed import Delayed, delayed

    from unladen.exercises.chapter14.sources import added, computed, depth

    def right(n, hint=_TREE):
        calls, loads = [], []

        def load(at):
            loads.append(at)
            return (at,)

        def merge(left, right):
            calls.append((left, right))
            return left + right

        merge.__qualname__ = "merge"  # what an error calls it

        parts = [delayed(load)(at, dask_key_name=f"part-{at}") for at in range(n)]
        given, shown = list(parts), f"merged(parts, merge) of {n} parts"
        got = call(answer, (given, merge), shown=shown, hint=hint)
        if calls or loads:
            wrong(f"{shown} called merge, or loaded a part, before anybody asked for the result", _LATER)
        if len(given) != n or any(one is not other for one, other in zip(given, parts, strict=True)):
            wrong(f"{shown} changed the list of parts", CHANGED)
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        if not isinstance(got, Delayed):
            wrong(f"{shown} returned {short(got)}, which is no Delayed", "Return the one Delayed that is left.")
        tasks = added(got, *parts)
        value, _ = call(computed, (got,), shown=f"{shown}, computed,", hint=_TREE)
        if value != tuple(range(n)):
            told = f"{shown} gave {short(value)} where part i is (i,) and merge is +, expected {short(tuple(range(n)))}"
            missing = isinstance(value, tuple) and len(value) < n
            swapped = isinstance(value, tuple) and sorted(value) == list(range(n))
            wrong(told, _ODD if missing else _NEIGHBOURS if swapped else _FEWER)
        if len(calls) > n - 1 or len(tasks) > n - 1:
            wrong(f"{shown} has {len(tasks)} tasks and {len(calls)} merges, expected {n - 1}", _FEWER)
        rounds = math.ceil(math.log2(n))
        if depth(tasks) > rounds or len(tasks) < n - 1:
            told = f"in {shown} {max(depth(tasks), len(calls) * (len(tasks) < n - 1))} merges wait for one another"
            wrong(f"{told}; {rounds} are enough", _TREE)

    right(2)
    right(4)
    right(1, "One part is the result already.")
    right(3, _ODD)
    right(8)
    for n in (5, 6, 7, 11, 100, 129):
        right(n, _ODD)
    right(1000)
