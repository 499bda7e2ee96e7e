"""Do two contenders return the same answer? A race between different answers means nothing."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from numbers import Number

from unladen.show import Message

RTOL = 1e-9
_BLOCK = 2**20  # elements compared at a time, so that comparing two large arrays needs no third one


class Disagreement(Message, ValueError):
    """Contenders of one race gave different answers, or none that can be compared."""


def agree(a: object, b: object, rtol: float = RTOL) -> bool:
    """Tell whether two answers are the same: integers exactly, floats to ``rtol``, NaN where the other has NaN.

    Arrays and (nested) sequences are compared by shape and element, whatever their type; mappings by key; anything
    else by ``==``.
    """
    a, b = _scalar(a), _scalar(b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(agree(a[k], b[k], rtol) for k in a)
    if _many(a) and _many(b):
        return _arrays_agree(a, b, rtol)
    if _many(a) or _many(b):
        return False
    if isinstance(a, Number) and isinstance(b, Number):
        return _numbers_agree(a, b, rtol)
    return bool(a == b)


def refuse_empty_answer(name: str, answer: object) -> None:
    """Raise ``Disagreement`` for an answer that proves no work was done: ``None``, a generator, a coroutine."""
    if answer is None:
        raise Disagreement(
            f"{name!r} returned None, so nobody can tell whether it did the work.\n"
            "Let every contender return its answer, or pass same=False if they have none to return."
        )
    if isinstance(answer, Iterator) or inspect.isawaitable(answer):
        raise Disagreement(
            f"{name!r} returned a {type(answer).__name__}, which has computed nothing yet.\n"
            f"Let it return the finished answer, for example list(…) around it."
        )


def comparer(same: Callable | float | bool | None) -> Callable[[object, object], bool] | None:
    """Turn the ``same=`` of a race into a function of two answers, or ``None`` for "do not compare"."""
    if same is False:
        return None
    if same is None or same is True:
        return agree
    if callable(same):
        return lambda a, b: bool(same(a, b))
    if isinstance(same, float) and 0 <= same < 1:
        return lambda a, b: agree(a, b, same)
    raise TypeError(f"same={same!r}: give a function of two answers, a relative tolerance such as 1e-5, or False")


def kept(answer: object) -> object:
    """Copy an answer that the next contender could overwrite (a shared output array); return any other as it is."""
    if type(answer).__module__ == "numpy" or isinstance(answer, bytearray):
        return answer.copy()
    return list(answer) if isinstance(answer, list) else answer


def brief(answer: object, limit: int = 60) -> str:
    """Describe an answer in one short line: its type, its shape if it has one, and its beginning."""
    shape = f" of shape {answer.shape}" if getattr(answer, "shape", ()) else ""
    dtype = f" of {answer.dtype}" if shape else ""
    length = f" of {len(answer)}" if isinstance(answer, list | tuple | dict | str | bytes) and len(answer) > 8 else ""
    text = " ".join(repr(answer[:8] if length and not isinstance(answer, dict) else answer).split())
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return f"{text} ({type(answer).__name__}{length}{shape}{dtype})"


def _scalar(x: object) -> object:
    """Unwrap NumPy's and JAX's arrays without dimensions, and NumPy's scalars."""
    return x.item() if getattr(x, "ndim", None) == 0 and hasattr(x, "item") else x


def _many(x: object) -> bool:
    return isinstance(x, list | tuple) or hasattr(x, "__array__") and getattr(x, "ndim", 1) > 0


def _numbers_agree(a: Number, b: Number, rtol: float) -> bool:
    if a == b or (a != a and b != b):
        return True
    if _whole(a) and _whole(b):
        return False
    if isinstance(a, complex) or isinstance(b, complex):
        a, b = complex(a), complex(b)
        return all(_numbers_agree(x, y, rtol) for x, y in ((a.real, b.real), (a.imag, b.imag))) or (
            abs(a - b) <= rtol * max(abs(a), abs(b))
        )
    return math.isclose(a, b, rel_tol=rtol)


def _whole(x: Number) -> bool:
    return hasattr(x, "__index__")


def _arrays_agree(a: object, b: object, rtol: float) -> bool:
    import numpy as np

    try:
        x, y = np.asarray(a), np.asarray(b)
    except ValueError:  # ragged: a list of lists of different lengths
        x = y = np.empty(0, object)
    if x.dtype.kind not in "biufc" or y.dtype.kind not in "biufc":
        return len(a) == len(b) and all(agree(p, q, rtol) for p, q in zip(a, b, strict=True))
    if x.shape != y.shape:
        return False
    x, y = x.reshape(-1), y.reshape(-1)
    if x.dtype.kind in "biu" and y.dtype.kind in "biu":
        return all(np.array_equal(x[i : i + _BLOCK], y[i : i + _BLOCK]) for i in range(0, x.size, _BLOCK))
    for i in range(0, x.size, _BLOCK):
        p, q = x[i : i + _BLOCK], y[i : i + _BLOCK]
        # An element near zero is what is left of larger ones: it is held to the block's scale, not to its own.
        scale = np.abs(p[np.isfinite(p)]).max(initial=0)
        with np.errstate(invalid="ignore"):  # inf - inf
            if not np.allclose(p, q, rtol=rtol, atol=rtol * float(scale), equal_nan=True):
                return False
    return True
