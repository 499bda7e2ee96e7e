"""Blocks of an array that are told apart from their copies, and what exercises 14.3 and 14.5 expect."""

from __future__ import annotations

import contextlib
import gc
import math
import tracemalloc
import weakref
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np


class ReadOnly(ValueError):
    """An answer has written into an array that it was given."""


@contextlib.contextmanager
def written_is_told() -> Iterator[None]:
    """Let NumPy's error about an array that may not be written to be a `ReadOnly`, which is told apart from others."""
    try:
        yield
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise ReadOnly(str(error)).with_traceback(error.__traceback__) from None


class Blocks:
    """An iterator over copies of some arrays, which may not be written to; ``most`` were there at the same time."""

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        self._arrays, self._alive, self.most = iter(arrays), 0, 0

    def __iter__(self) -> Iterator[np.ndarray]:
        return self

    def __next__(self) -> np.ndarray:
        array = next(self._arrays).copy()
        array.setflags(write=False)
        self._alive += 1
        self.most = max(self.most, self._alive)
        weakref.finalize(array, self._gone)
        return array

    def _gone(self) -> None:
        self._alive -= 1

    def watch(self, function: Callable[[], object]) -> tuple[object, int]:
        """What a function returns, and how many bytes it had at the same time, at most. Raises what it raises."""
        gc.collect()
        tracemalloc.start()
        try:
            return function(), tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def moments_of(arrays: Sequence[np.ndarray]) -> tuple[int, float, float]:
    """Count, mean and standard deviation of all numbers in some arrays, to the last digits; NaN are left out."""
    numbers = [Fraction(x) for array in arrays for x in array.ravel().tolist() if x == x]
    if not numbers:
        return 0, math.nan, math.nan
    mean = sum(numbers) / len(numbers)
    squares = math.fsum(float(x - mean) ** 2 for x in numbers)
    return len(numbers), float(mean), math.sqrt(squares / len(numbers))


def most_rows(shape: Sequence[int], itemsize: int, workers: int, memory: int) -> int:
    """The largest number of rows in a chunk of which 3 for each worker fit into memory, and as many are there.

    Raises ``ValueError`` if chunks of one row do not fit.
    """
    rows, each, k = shape[0], math.prod(shape[1:]) * itemsize, 3 * workers
    fitting = memory // (k * each) if each else rows
    if each and not fitting:
        raise ValueError(f"{k} rows of {each} bytes do not fit into {memory}")
    return max(1, min(fitting, (rows - 1) // (k - 1)))
