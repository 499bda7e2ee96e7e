"""Right answers to the exercises of chapter 00, in other styles than the solution's."""

RIGHT = {
    "0.1": [
        "def hours_saved(a_day, seconds, years=5):\n    return a_day * years * 365 * (seconds / 60) / 60",
        """
from datetime import timedelta

def hours_saved(a_day, seconds, years=5):
    return timedelta(seconds=a_day * seconds) * 365 * years / timedelta(hours=1)
""",
        """
from fractions import Fraction

def hours_saved(a_day, seconds, years=5):
    total = Fraction(0)
    for _ in range(365 * years):
        total += Fraction(a_day) * Fraction(seconds)
    return total / 3600
""",
    ],
    "0.2": [
        """
def has_duplicates(values):
    seen = set()
    for value in values:
        if value in seen:
            return True
        seen.add(value)
    return False
""",
        """
def has_duplicates(values):
    ordered = sorted(values)
    return any(a == b for a, b in zip(ordered, ordered[1:]))
""",
        """
from collections import Counter

def has_duplicates(values):
    return any(n > 1 for n in Counter(values).values())
""",
        """
import numpy as np

def has_duplicates(values):
    return len(np.unique(values)) != len(values)
""",
    ],
}
