"""Values as a learner reads them, and whether two of them are the same; nothing here trusts the values."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral, Real

import numpy as np

from unladen.close import RTOL, close
from unladen.short import Writer

SHOWN = 6  # a longer list shows this many of its elements
LONGEST = 160  # and no value takes more characters than this
TINY = 1e-12  # where 0 is expected, what is left of numbers that cancel in another order is as good


def short(value: object) -> str:
    """Write a value briefly, in a form that can be pasted into a cell wherever it is short enough."""
    return _WRITER(value)


def _known(value: object, write: Callable[[object], str]) -> str | None:
    """NumPy's arrays and numbers, and floats that have no literal, as a learner would type them."""
    kind = type(value)  # and not isinstance: __class__ may lie
    if issubclass(kind, np.ndarray):
        inside = repr(value.tolist()) if value.ndim != 1 else write(value.tolist())
        usual = value.size and value.dtype in (np.float64, np.int64, np.bool_)
        return f"np.array({inside})" if usual else f"np.array({inside}, {str(value.dtype)!r})"
    if issubclass(kind, float) and not math.isfinite(value):
        return f"np.{float(value)}" if value > 0 or value != value else "-np.inf"
    if issubclass(kind, np.generic):
        return repr(value.item()) if kind in (np.int64, np.float64) else f"np.{kind.__name__}({value})"
    return None


_ALL = dict.fromkeys((dict, set, frozenset), LONGEST)  # as many as there is room for
_WRITER = Writer(
    LONGEST,
    {list: SHOWN, tuple: SHOWN, **_ALL},
    levels=20,
    more="… {size} in all",
    placed="an object of type {kind}",
    special=_known,
)


def whole(rng: np.random.Generator, shape: int | tuple[int, ...], bits: int = 40) -> np.ndarray:
    """Random whole numbers as float64, from 0 to 2**``bits``: with up to 50, their sums and differences are exact.

    So whoever adds them up in another order, or keeps more digits in between, finds the same; and a float32 does not.
    """
    return rng.integers(0, 2**bits, shape).astype(np.float64)


def same(got: object, expected: object) -> bool:
    """Tell whether two values are equal: integers exactly, floats to 1e-9, 0 to `TINY` (NaN is NaN), others by parts.

    A NumPy integer is as good as an ``int``, a ``bool`` or a ``float`` is not; a list is no tuple and no array; a
    named tuple is a tuple, and a Counter or a defaultdict a dictionary, whose order does not count. That is stricter
    than what a race asks (``unladen/timing/difference.py``), whose contenders may return what they like: an exercise
    asks for a type and a dtype. It holds each element of an array to its own size, and not to the largest, since
    ``whole`` makes inputs for which no order of adding loses a digit.
    """
    kind = type(got)  # and not isinstance: __class__ may lie
    if isinstance(expected, np.ndarray):
        if not issubclass(kind, np.ndarray) or (got.shape, got.dtype) != (expected.shape, expected.dtype):
            return False
        return (
            bool(np.isclose(got, expected, rtol=RTOL, atol=np.where(expected == 0, TINY, 0), equal_nan=True).all())
            if got.dtype.kind in "fc"
            else (got.tolist() == expected.tolist())
        )
    if isinstance(expected, bool) or expected is None:
        return got is expected or (kind is np.bool_ and bool(got) is expected)
    if isinstance(expected, Integral):
        return issubclass(kind, Integral) and kind is not bool and int(got) == int(expected)
    if isinstance(expected, Real):
        number = issubclass(kind, Real) and kind is not bool
        return number and (close(got, expected) or (expected == 0 and abs(got) <= TINY))
    if isinstance(expected, list | tuple):
        return issubclass(kind, type(expected)) and len(got) == len(expected) and all(map(same, got, expected))
    if isinstance(expected, dict):
        alike = issubclass(kind, dict) and got.keys() == expected.keys()
        return alike and all(same(got[key], value) for key, value in expected.items())
    return kind is type(expected) and bool(got == expected)


def difference(got: object, expected: object) -> str:
    """Say where two values differ that read alike, or are equal by ``==``; nothing where the eye can see it."""
    alike, place = short(got) == short(expected), ""
    while (key := _first(got, expected)) is not None:
        got, expected, place = got[key], expected[key], f"{place}[{key!r}]"
    kinds = [
        f"np.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__ for kind in map(type, (got, expected))
    ]
    if kinds[0] != kinds[1] and (alike or _equal(got, expected)):
        return f" (the result{place} is of type {kinds[0]}, expected {kinds[1]})"
    if alike and place:
        return f" (the result{place} is {short(got)}, expected {short(expected)})"
    return ""


def _first(got: object, expected: object) -> object:
    """The first place at which two containers of one kind and size differ; None if they are none."""
    if isinstance(expected, dict) and isinstance(got, dict) and got.keys() == expected.keys():
        return next((key for key in expected if not same(got[key], expected[key])), None)
    rows = isinstance(expected, np.ndarray) and isinstance(got, np.ndarray) and got.dtype == expected.dtype
    if (
        isinstance(expected, list | tuple)
        and isinstance(got, type(expected))
        or rows
        and expected.ndim == got.ndim == 1
    ):
        pairs = enumerate(zip(got, expected, strict=False))
        return next((i for i, pair in pairs if not same(*pair)), None) if len(got) == len(expected) else None
    return None


def _equal(got: object, expected: object) -> bool:
    try:
        return bool(got == expected)
    except Exception:
        return False
