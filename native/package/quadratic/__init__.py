"""One root of many quadratic equations."""

from array import array

from quadratic._quadratic import quadratic

__all__ = ["quadratic", "root"]


def root(a: float, b: float, c: float) -> float:
    """Return the larger root of a x² + b x + c = 0 for a > 0, NaN if there is none."""
    result = array("d", [0.0])
    quadratic(*(array("d", [x]) for x in (a, b, c)), result)
    return result[0]
