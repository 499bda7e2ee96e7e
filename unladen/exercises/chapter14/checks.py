"""Chapter 14, Dask: how large a chunk, and what is kept of one that is gone; the other files have the rest."""

from __future__ import annotations

import math

import numpy as np

from unladen.exercises.chapter14 import (
    checks_of_failures,  # noqa: F401  declares 14.7
    checks_of_laziness,  # noqa: F401  declares 14.1 and 14.2
    checks_of_tasks,  # noqa: F401  declares 14.4 and 14.6
)
from unladen.exercises.chapter14.blocks import Blocks, ReadOnly, moments_of, most_rows, written_is_told
from unladen.exercises.registry import exercise
from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, call, case, refuses, wrong

# --------------------------------------------------------------------------------------------------- 14.3

_MEMORY = "`workers` threads hold three chunks each: `3 * workers` of them are to fit into `memory` together."
_IDLE = "No worker is to sit idle: there are at least `3 * workers` chunks, if there are as many rows."
_EVEN = (
    "Is that the largest? With a few rows more in each chunk, the last one being shorter, there are still enough of "
    "them: try `rows + 1` by hand."
)
_ROW = "A row has `math.prod(shape[1:]) * itemsize` bytes; of an array with one axis, that is `itemsize`."
_LEAST = "A chunk has at least one row."


@exercise(
    "14.3",
    "How many rows in a chunk",
    hints=[
        "Two limits, from the memory and from the number of chunks; the smaller one holds. At least 1.",
        "From the memory: `memory // (3 * workers * bytes_of_a_row)`. If that is 0, it is the ValueError.",
        "At least k chunks: the largest r with `math.ceil(rows / r) >= k` is `(rows - 1) // (k - 1)`. A loop that "
        "tries finds it as well.",
    ],
    why="A chunk is what a task has in its hands, and a worker has several: what comes in, what goes out, what is in "
    "between. So memory limits it from above, and workers without a task do as well; from below, it is the scheduler, "
    'which handles each task alone. Between them lies a wide plain, and `chunks="auto"` picks 128 MiB in it, '
    "without knowing your memory. Which axis is cut matters more: cut it as the files are, and as the reductions go.",
    seconds=30.0,
)
def rows_per_chunk(answer):
    def right(shape, itemsize, workers, memory, hint, mistakes=()):
        rows, each, k = shape[0], math.prod(shape[1:]) * itemsize, 3 * workers
        expected = most_rows(shape, itemsize, workers, memory)
        told = [
            (lambda got: isinstance(got, float), "A number of rows is an int."),
            (lambda got: got == 0, _LEAST),
            *mistakes,
            (lambda got: got > 1 and got * each * k > memory, _MEMORY),
            (lambda got: got > 1 and math.ceil(rows / got) < min(k, rows), _IDLE),
            (lambda got: got < expected and got in (rows // k, -(-rows // k)), _EVEN),
            (ZeroDivisionError, hint),
        ]
        case(answer, (shape, itemsize, workers, memory), expected, hint=hint, mistakes=told)

    plenty = 10**12
    right((1000,), 8, 2, 480, _ROW, [(80, _ROW)])
    right((1000, 10), 8, 2, 4800, _ROW, [(80, _ROW), (100, _ROW)])
    right((1000, 10), 4, 2, 4800, _ROW)
    right((1000, 10, 5), 8, 4, 96_000, _ROW)
    right((600, 2), 8, 2, plenty, _IDLE)
    right((60,), 8, 2, plenty, _EVEN)
    right((100,), 8, 3, plenty, _EVEN)
    right((7,), 8, 2, plenty, _EVEN)
    few = "Fewer rows than there should be chunks: a row in each."
    right((5, 4), 8, 2, plenty, few)
    right((1, 4), 8, 2, plenty, few)
    right((0, 4), 8, 2, plenty, f"An array without rows. {_LEAST}")
    nothing = "Rows without columns have no bytes, and any number of them fits: only the number of chunks is left."
    right((1000, 0), 8, 2, 100, nothing)
    right((1000, 10), 8, 2, 480, "Exactly one row for each of the six fits.")
    large = "One row in each does not fit: ValueError, not a chunk that is too large."
    for shape, memory in (((1000, 10), 479), ((3, 10**6), 10**6)):
        refuses(answer, (shape, 8, 2, memory), ValueError, hint=large, mistakes=[(0, large)])
    wraps = "`np.prod` counts in int64, which wraps around: `math.prod` does not."
    refuses(answer, ((4, 2**32, 2**32), 1, 1, 2**40), ValueError, hint=wraps)
    rng = np.random.default_rng(143)
    for _ in range(80):
        shape = tuple(int(n) for n in rng.integers(1, 300, rng.integers(1, 4)))
        workers, itemsize = int(rng.integers(1, 9)), int(rng.choice([1, 2, 4, 8]))
        memory = int(3 * workers * itemsize * math.prod(shape[1:]) * rng.uniform(1, shape[0]))
        right(shape, itemsize, workers, memory, f"{_MEMORY} {_IDLE}")


# --------------------------------------------------------------------------------------------------- 14.5

_MERGE = (
    "Of two groups of numbers, count, mean and sum of the squared deviations are enough to know those of both "
    "together; the deviation of the two means belongs in it."
)
_KEPT = "Keep three numbers of a block, and let it go before the next one comes."
_CANCELS = (
    "The mean of the squares less the square of the mean: two large numbers that are nearly equal, and of their digits "
    "few are left. Add squares of deviations from a mean instead."
)
_ALIKE = "Blocks are of unequal size: what belongs to a number counts once for each number, not for each block."
_MISSING = "A NaN is a number that is missing: leave it out, of the count as well."
_NONE = "No numbers: (0, nan, nan). A block may have none as well, and changes nothing."


@exercise(
    "14.5",
    "Larger than memory",
    hints=[
        "Of each block: how many numbers, their mean, and the sum of `(x - mean)**2`. Then the block may go.",
        "Two groups merge to `n = n1 + n2`, `mean = mean1 + delta * n2 / n` with `delta = mean2 - mean1`, and "
        "`squares = squares1 + squares2 + delta**2 * n1 * n2 / n`.",
        "Begin with `n, mean, squares = 0, 0.0, 0.0` and merge each block into it, after `block = "
        "block[~np.isnan(block)]`, unless it is empty. The deviation is `math.sqrt(squares / n)`.",
    ],
    why="Dask computes `x.std()` so: three numbers of each chunk, merged by a tree. What can be merged needs neither "
    "memory nor order, on one machine as on a thousand: sums, counts, extremes, histograms, fits by least squares. A "
    "median cannot, which is why `da.median` wants the whole axis in one chunk. And the formula with the two large "
    "numbers is right on paper only: at a mean of a million it has lost twelve of its sixteen digits.",
    seconds=60.0,
)
def moments(answer):
    def written(blocks):
        with written_is_told():
            return answer(blocks)

    def right(blocks, hint=_MERGE, limit=0):
        blocks = [np.array(block, dtype=float) for block in blocks]
        shown = f"moments(iter([{', '.join(map(short, blocks[:4]))}{', ...' * (len(blocks) > 4)}]))"
        given = Blocks(blocks)
        told = [(TypeError, _ITER), (ReadOnly, CHANGED)]
        got, peak = given.watch(lambda: call(written, (given,), shown=shown, hint=hint, mistakes=told))
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        if not isinstance(got, tuple) or len(got) != 3:
            wrong(f"{shown} returned {short(got)}", "A tuple of three: the count, the mean, the deviation.")
        if given.most > 3 or limit and peak > limit:
            told = f"held {given.most} blocks" if given.most > 3 else f"held up to {peak:,} bytes"
            size = max(block.nbytes for block in blocks)
            wrong(f"{shown} {told} at a time; a block has {size:,} bytes", _KEPT)
        expected = moments_of(blocks)
        if not same(got, expected):
            told = f"{shown} returned {short(got)}, expected {short(expected)}"
            wrong(told, _mistaken(got, expected, blocks) or hint)

    right([[1.0, 2.0, 3.0]], "One block: its count, its mean, its deviation as `np.std` has it, divided by n.")
    right([[1.0, 3.0], [7.0, 9.0]], _MERGE)
    right([[1.0, 3.0], [7.0]], _ALIKE)
    right([[5.0]], "One number: a deviation of 0.")
    right([], _NONE)
    right([[]], _NONE)
    right([[], [1.0, 2.0], [], [6.0]], _NONE)
    right([[1.0, math.nan, 3.0], [math.nan], [math.nan, 8.0]], _MISSING)
    right([[math.nan], [math.nan, math.nan]], f"{_MISSING} {_NONE}")
    right([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 7.0]]], "A block may have several axes: all numbers in it count.")
    rng = np.random.default_rng(145)
    right([rng.normal(size=n) for n in (10, 1, 300, 25)], _ALIKE)
    right([1_000_000 + rng.integers(0, 4, 500).astype(float) for _ in range(6)], _CANCELS)
    right([[-2.5e6 + 1], [-2.5e6 + 2, -2.5e6 + 4]], _CANCELS)
    right([rng.normal(3, 2, 1000) for _ in range(50)], _MERGE, limit=15 * 8000)


_ITER = "`blocks` is an iterator: a `for` goes through it once, it has no length, and it does not begin again."


def _mistaken(got, expected, blocks):
    """The hint for a result that is one of the known wrong ones."""
    count, mean, deviation = got
    numbers = np.concatenate([block.ravel() for block in blocks]) if blocks else np.empty(0)
    if not same(count, expected[0]):
        return _MISSING if np.isnan(numbers).any() else _NONE if not len(numbers) else ""
    if count > 1 and same(deviation, np.nanstd(numbers, ddof=1)):
        return "The deviation of these numbers, divided by n and not by n - 1."
    if deviation == 0 and expected[2] > 0:
        return _ITER
    if count and same(deviation, expected[2] ** 2):
        return "That is the variance: the deviation is its root."
    if expected[0] and abs(expected[1]) > 1e5:
        return _CANCELS
    return _ALIKE if count and not same(mean, expected[1]) else ""
