"""Right answers to the exercises of chapter 03, in other styles than the solution's."""

RIGHT = {
    "3.1": [
        """
def to_kelvin(readings, unit):
    kind = unit.strip().lower()
    if kind == "fahrenheit":
        scale, offset = 5 / 9, 459.67 * 5 / 9
    elif kind == "celsius":
        scale, offset = 1, 273.15
    elif kind == "kelvin":
        scale, offset = 1, 0
    else:
        raise ValueError(kind)
    return [reading * scale + offset for reading in readings]
""",
        """
FORMULAS = {
    "celsius": lambda reading: reading + 273.15,
    "fahrenheit": lambda reading: (reading + 459.67) * 5 / 9,
    "kelvin": lambda reading: reading,
}

def to_kelvin(readings, unit):
    try:
        formula = FORMULAS[unit.strip().casefold()]
    except KeyError:
        raise ValueError(f"unknown unit {unit!r}") from None
    return list(map(formula, readings))
""",
        """
import functools

@functools.lru_cache
def normal(unit):
    return unit.strip().lower()

def to_kelvin(readings, unit):
    match normal(unit):
        case "celsius":
            add, times = 273.15, 1.0
        case "fahrenheit":
            add, times = 459.67, 5 / 9
        case "kelvin":
            add, times = 0.0, 1.0
        case _:
            raise ValueError("unknown unit")
    result = []
    for reading in readings:
        result.append((reading + add) * times)
    return result
""",
        """
import numpy as np

def to_kelvin(readings, unit):
    unit, values = unit.strip().lower(), np.asarray(readings, dtype=float)
    if unit == "celsius":
        values = values + 273.15
    elif unit == "fahrenheit":
        values = (values + 459.67) / 1.8
    elif unit != "kelvin":
        raise ValueError(unit)
    return values.tolist()
""",
        """
def to_kelvin(readings, unit):
    unit = unit.strip().lower()
    if unit not in ("celsius", "fahrenheit", "kelvin"):
        raise ValueError(unit)
    result, i = list(readings), 0
    if unit == "celsius":
        while i < len(result):
            result[i] += 273.15
            i += 1
    if unit == "fahrenheit":
        while i < len(result):
            result[i] = (result[i] + 459.67) * 5 / 9
            i += 1
    return result
""",
    ],
    "3.2": [
        """
#include <stddef.h>
long long sum_of_squares(const int *numbers, size_t n) {
    long long total = 0;
    while (n--) {
        long long number = *numbers++;
        total += number * number;
    }
    return total;
}
""",
        """
#include <stddef.h>
#include <stdint.h>
static int64_t square(int64_t x) { return x * x; }
int64_t sum_of_squares(const int32_t *numbers, size_t n) {
    int64_t total = 0;
    for (const int32_t *number = numbers; number != numbers + n; number++) total += square(*number);
    return total;
}
""",
        """
#include <stddef.h>
#include <stdlib.h>
unsigned long long sum_of_squares(const int *numbers, size_t n) {
    unsigned long long one = 0, other = 0;
    size_t i = 0;
    for (; i + 1 < n; i += 2) {
        one += (unsigned long long) (llabs(numbers[i]) * llabs(numbers[i]));
        other += (unsigned long long) (llabs(numbers[i + 1]) * llabs(numbers[i + 1]));
    }
    if (i < n) one += (unsigned long long) (llabs(numbers[i]) * llabs(numbers[i]));
    return one + other;
}
""",
    ],
    "3.3": [
        """
def translate(program):
    letters = list(program)

    def last():
        letter = letters.pop()
        if letter not in "+-*":
            return "x[i]" if letter == "x" else letter
        right, left = last(), last()
        return f"({left}{letter}{right})"

    return last()
""",
        """
RANK = {"+": 1, "-": 1, "*": 2}

def translate(program):
    stack = []
    for letter in program:
        if letter in RANK:
            (right, high), (left, low) = stack.pop(), stack.pop()
            left = f"({left})" if low < RANK[letter] else left
            right = f"({right})" if high <= RANK[letter] else right
            stack.append((f"{left} {letter} {right}", RANK[letter]))
        else:
            stack.append((letter.replace("x", "x[i]"), 3))
    return stack[0][0]
""",
        """
import re

def translate(program):
    parts = []
    step = re.compile(r"\\{(\\d+)\\}\\{(\\d+)\\}([-+*])")
    text = ""
    for letter in program:
        if letter not in "+-*":
            parts.append("x[i]" if letter == "x" else letter)
            text += "{%d}" % (len(parts) - 1)
        else:
            text += letter
    while found := step.search(text):
        left, right, sign = found.groups()
        parts.append("(" + parts[int(left)] + sign + parts[int(right)] + ")")
        text = text[: found.start()] + "{%d}" % (len(parts) - 1) + text[found.end() :]
    return parts[-1]
""",
    ],
    "3.4": [
        """
def checked_sum(values):
    wrong = [place for place, value in enumerate(values) if not isinstance(value, int)]
    if wrong:
        raise TypeError(f"There is something else than an integer at index {wrong[0]}.")
    return sum(values)
""",
        """
from numbers import Integral

def checked_sum(values):
    place = next((i for i in range(len(values)) if not isinstance(values[i], Integral)), None)
    if place is not None:
        raise TypeError("not an integer", place)
    total = 0
    for value in values:
        total += value
    return total
""",
        """
import operator
from functools import reduce

def checked_sum(values):
    for place, value in enumerate(values):
        try:
            operator.index(value)
        except TypeError as error:
            raise TypeError(f"#{place}: {error}") from None
    return reduce(operator.add, values, 0)
""",
    ],
    "3.5": [
        """
import numpy as np

def count_inside(x, y):
    x = np.asarray(x, dtype=np.float64)
    y = np.asarray(y, dtype=np.float64)
    return int((x**2 + y**2 <= 1.0).sum())
""",
        """
import numpy as np

def count_inside(x, y):
    squares = np.square(x, dtype=float)
    squares += np.square(y, dtype=float)
    return int(np.sum(squares <= 1))
""",
        '''
import numpy as np
from unladen.compiling import build

inside = build("""
#include <stddef.h>
long long inside(const double *x, const double *y, size_t n) {
    long long count = 0;
    for (size_t i = 0; i < n; i++) count += x[i] * x[i] + y[i] * y[i] <= 1;
    return count;
}
""", "c", name="inside")

def count_inside(x, y):
    x, y = np.ascontiguousarray(x, dtype=float), np.ascontiguousarray(y, dtype=float)
    return inside.inside(x, y, len(x))
''',
        """
import numpy as np

def count_inside(x, y):
    points = np.stack([x, y]).astype(np.longdouble if x.dtype == np.longdouble else float)
    return np.count_nonzero(np.einsum("ij,ij->j", points, points) <= 1)
""",
    ],
}
