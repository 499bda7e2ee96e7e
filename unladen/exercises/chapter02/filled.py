"""Compiled answers that fill an array of the caller's: what is in it afterwards, and was the rest left alone?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from unladen.exercises.values import short
from unladen.exercises.words import call, fenced, sanitised, wrong


def filled(
    answer: Callable,
    given: np.ndarray,
    numbers: Sequence[int],
    target: np.ndarray,
    *,
    shown: str,
    beside: str,
    filler: float = 77,
) -> tuple[object, np.ndarray]:
    """Call ``answer(given, *numbers, target)`` with copies of both arrays; return its result and the filled copy.

    ``given`` may not change, and nothing may be written beside ``target``, for which ``beside`` is the hint. A
    sanitiser sees accesses beside a block; without one, ``filler`` lies there, on both sides of both arrays.
    """
    given, before, target = given.copy(), given, target.copy()
    if not sanitised():
        given, target = fenced(given.ravel(), filler).reshape(given.shape), fenced(target, filler)
    result = call(answer, (given, *numbers, target), shown=shown)
    if not np.array_equal(given, before):
        only = "Only read what you are given: say `const`. The result goes to the other array."
        wrong(f"{shown} changed its input to {short(given.tolist())}", only)
    around = target.base
    if around is not None and {*around[:8], *around[8 + len(target) :]} != {around.dtype.type(filler)}:
        wrong(f"{shown} wrote outside of the array to fill", beside)
    return result, target
