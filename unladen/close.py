"""When are two numbers the same? The one rule for contenders of a race and for answers to an exercise."""

from __future__ import annotations

import math
from numbers import Number

RTOL = 1e-9


def close(a: Number, b: Number, relative: float = RTOL, absolute: float = 0.0) -> bool:
    """Whether two numbers differ by no more than ``relative`` of the larger, or by ``absolute``.

    Integers must be equal; NaN is the same as NaN.
    """
    if a == b or (a != a and b != b):
        return True
    if _whole(a) and _whole(b):
        return False
    try:
        if isinstance(a, complex) or isinstance(b, complex):
            return _close_complex(complex(a), complex(b), relative, absolute)
        return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)
    except (OverflowError, ValueError):  # an integer beyond all floats; Decimal("sNaN")
        return False


def _close_complex(a: complex, b: complex, relative: float, absolute: float) -> bool:
    parts = (a.real, b.real), (a.imag, b.imag)
    if all(close(p, q, relative, absolute) for p, q in parts):
        return True
    return abs(a - b) <= max(relative * max(abs(a), abs(b)), absolute)


def _whole(x: Number) -> bool:
    return hasattr(x, "__index__")
