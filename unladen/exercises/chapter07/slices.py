"""Slices for the exercises of chapter 07: what one does to a layout, some at random, and mistakes told apart."""

from __future__ import annotations

import numpy as np


def sliced(shape, strides, slices) -> tuple[int, tuple, tuple]:
    """Offset in bytes, shape and strides of a slice; where nothing is left of it, NumPy has its own offset."""
    parts = [slice_.indices(n) for n, slice_ in zip(shape, slices, strict=True)]
    offset = sum(start * stride for (start, _, _), stride in zip(parts, strides, strict=True))
    lengths = tuple(len(range(*part)) for part in parts)
    return offset, lengths, tuple(step * stride for (_, _, step), stride in zip(parts, strides, strict=True))


def some_slice(rng: np.random.Generator) -> slice:
    """A slice with or without start and stop, of either direction."""
    start, stop = (None if rng.random() < 0.3 else int(rng.integers(-8, 9)) for _ in (1, 2))
    step = int(rng.choice([-3, -2, -1, 1, 2, 3]))
    return slice(start, stop, None if step == 1 and rng.random() < 0.5 else step)


def written(slices) -> str:
    """Slices as they stand in brackets: ``1::2, ::-1``."""
    return ", ".join(f"{s.start}:{s.stop}:{s.step}".replace("None", "") for s in slices)


def mistakes(expected: tuple[int, tuple, tuple], length: str, step: str, offset: str) -> list:
    """What can be recognised whatever the slice: a wrong form (two), or one part that is wrong, with its hint."""
    start, shape, strides = expected

    def parts(got):
        return got if isinstance(got, tuple) and len(got) == 3 else (None, None, None)

    form = "Return a tuple of three: the offset, and two tuples, the lengths and the strides."
    return [
        (lambda got: got is not None and (type(got) is not tuple or len(got) != 3), form),
        (lambda got: any(isinstance(part, list) for part in parts(got)), form),
        (lambda got: parts(got)[1] != shape and parts(got)[2] == strides, length),
        (lambda got: parts(got)[1] == shape and parts(got)[2] != strides, step),
        (lambda got: parts(got)[1:] == (shape, strides) and parts(got)[0] != start, offset),
    ]
