"""What the exercises of chapter 07 are held against: slow, plain versions, and what was allocated."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from unladen.exercises.words import call, wrong

_shares_memory = np.shares_memory


def really_shares(a: np.ndarray, b: np.ndarray) -> bool:
    """NumPy's own answer."""
    return bool(_shares_memory(a, b))


@contextmanager
def not_asked(hint: str) -> Iterator[None]:
    """Inside, NumPy's own functions for this question are not to be called."""
    kept = np.shares_memory, np.may_share_memory

    def refuse(*_args, **_kwargs):
        wrong("np.shares_memory or np.may_share_memory was called", hint)

    np.shares_memory = np.may_share_memory = refuse
    try:
        yield
    finally:
        np.shares_memory, np.may_share_memory = kept


@contextmanager
def watched(*functions: Callable, hint: str) -> Iterator[Callable]:
    """Gives a function that hands out arrays which notice when one of ``functions`` is called with them.

    By whatever name the answer knows it: NumPy asks the arrays first.
    """
    used = []

    class Watched(np.ndarray):
        def __array_function__(self, function, types, args, kwargs):
            if function in functions:
                used.append(function.__name__)
            return super().__array_function__(function, types, args, kwargs)

    yield lambda array: array.view(Watched)
    if used:
        wrong(f"np.{used[0]} was called", hint)


def peak_bytes(answer: Callable, args: Sequence[object], shown: str) -> tuple[object, int]:
    """What the answer returns, and the most bytes that were allocated while it ran; ``shown`` is the call in words.

    It has been called before, with other arguments: what is made once is there, and an array kept for this size is not.
    """
    tracemalloc.start()
    try:
        result = call(answer, args, shown=shown)
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def distances_slowly(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """All distances between the points of ``a`` (n, d) and of ``b`` (m, d), in loops over the points."""
    result = np.empty((len(a), len(b)))
    for i, p in enumerate(a.astype(float)):
        for j, q in enumerate(b.astype(float)):
            result[i, j] = np.sqrt(np.sum((p - q) ** 2))
    return result


def laplacian_slowly(u: np.ndarray) -> np.ndarray:
    """The Laplacian of the inner points."""
    return u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]


def laplacian_by_rows(u: np.ndarray, out: np.ndarray) -> np.ndarray:
    """The Laplacian of the inner points, with a loop over the points of each row in Python."""
    for i in range(1, len(u) - 1):
        above, row, below = u[i - 1].tolist(), u[i].tolist(), u[i + 1].tolist()
        out[i - 1] = [above[j] + below[j] + row[j - 1] + row[j + 1] - 4 * row[j] for j in range(1, len(row) - 1)]
    return out


def brighter_slowly(picture: np.ndarray, amount: int) -> np.ndarray:
    """A picture whose pixels are brighter by an amount, pixel by pixel."""
    return np.array([[min(pixel + amount, 255) for pixel in row] for row in picture.tolist()], dtype=np.uint8)
