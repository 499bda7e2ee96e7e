"""Wrong answers to the exercises of chapter 03, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name, in the exercise's language.
"""

from __future__ import annotations

import inspect

from unladen.exercises.chapter03.checks import to_kelvin_slowly

KELVIN = """
def to_kelvin(readings, unit):
    unit = unit.strip().lower()
    if unit == "celsius":
        return [reading + 273.15 for reading in readings]
    if unit == "fahrenheit":
        return [(reading + 459.67) * 5 / 9 for reading in readings]
    if unit == "kelvin":
        return list(readings)
    raise ValueError(f"unknown unit {unit!r}")
"""

SLOW = inspect.getsource(to_kelvin_slowly).replace("to_kelvin_slowly", "to_kelvin")

SQUARES = """
#include <stddef.h>
long long sum_of_squares(const int *numbers, size_t n) {
    long long total = 0;
    for (size_t i = 0; i < n; i++) total += (long long) numbers[i] * numbers[i];
    return total;
}
"""

TRANSLATE = """
def translate(program):
    stack = []
    for letter in program:
        if letter in "+-*":
            right, left = stack.pop(), stack.pop()
            stack.append(f"({left} {letter} {right})")
        else:
            stack.append("x[i]" if letter == "x" else letter)
    return stack.pop()
"""

CHECKED = """
def checked_sum(values):
    for index, value in enumerate(values):
        if not isinstance(value, int):
            raise TypeError(f"values[{index}] is {value!r}, not an integer")
    return sum(values)
"""

INSIDE = """
import numpy as np

def count_inside(x, y):
    x, y = x.astype(float), y.astype(float)
    return np.count_nonzero(x * x + y * y <= 1)
"""

POINTER = '''
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
    if x.dtype != float:
        x, y = x.astype(float), y.astype(float)
    return inside.inside(x, y, len(x))
'''


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "3.1": [
        (SLOW, "A decision that scales with the data"),
        (instead(SLOW, "result = []", "result, unit = [], unit.strip().lower()"),
         "A decision that scales with the data"),
        (instead(KELVIN, 'raise ValueError(f"unknown', 'if readings: raise ValueError(f"unknown') + "    return []\n",
         "refuse it even when there is no reading"),
        (instead(KELVIN, "list(readings)", "readings"), "Whoever changes the result now changes the readings too"),
        (instead(KELVIN, "(reading + 459.67) * 5 / 9", "reading + 273.15"), "That is the Celsius formula"),
        (instead(KELVIN, "(reading + 459.67) * 5 / 9", "reading + 459.67 * 5 / 9"), "add 459.67 first"),
        (instead(KELVIN, ".strip().lower()", ""), "ignores capital letters and spaces"),
        (instead(KELVIN, 'raise ValueError(f"unknown unit {unit!r}")', "return []"), "Which branch does 'ells' take"),
        (instead(KELVIN, "[reading + 273.15 for reading in readings]", "(reading + 273.15 for reading in readings)"),
         "Return a list"),
        (instead(KELVIN, 'if unit == "celsius":',
                 'if unit == "celsius":\n        for i in range(len(readings)):\n            readings[i] += 273.15\n'
                 '        return readings'), "The caller still needs that data"),
        (instead(KELVIN, "[(reading + 459.67) * 5 / 9 for reading in readings]",
                 "[(reading + 459.67) * 5 / 9 for reading in readings for again in range(2)][::2]"),
         "Is there a second loop"),
        ("""
def to_kelvin(readings, unit):
    unit = unit.strip().lower()
    fahrenheit, celsius = unit == "fahrenheit", unit == "celsius"
    if not fahrenheit and not celsius and unit != "kelvin":
        raise ValueError(unit)
    return [(r + 459.67) * 5 / 9 if fahrenheit else r + 273.15 if celsius else r for r in readings]
""", "choose the formula there, too"),
        ("""
def to_kelvin(readings, unit):
    unit = "".join(unit).strip().lower()
    if unit == "kelvin":
        return list(readings)
    if unit not in ("celsius", "fahrenheit"):
        raise ValueError(unit)

    def one(reading):
        match unit:
            case "celsius":
                return reading + 273.15
            case "fahrenheit":
                return (reading + 459.67) * 5 / 9

    return list(map(one, readings))
""", "choose the formula there, too"),
        ("""
FORMULAS = {"celsius": lambda r: r + 273.15, "fahrenheit": lambda r: (r + 459.67) * 5 / 9, "kelvin": lambda r: r}

def to_kelvin(readings, unit):
    unit = f"{unit}".strip().lower()
    if unit not in FORMULAS:
        raise ValueError(unit)
    return [FORMULAS[unit](reading) for reading in readings]
""", "A decision that scales with the data"),
        (instead(KELVIN, "(reading + 459.67) * 5 / 9", "round((reading + 459.67) * 5 / 9, 2)"), "not rounded"),
    ],
    "3.2": [
        (instead(SQUARES, "(long long) numbers[i] * numbers[i]", "numbers[i] * numbers[i]"), "before multiplying"),
        (instead(SQUARES, "long long total", "int total"), "what type should `total` have"),
        (instead(SQUARES, "i < n", "i <= n"), "Which is the last that your loop reads"),
        (instead(SQUARES, "i < n", "i + 1 < n"), "Which is the last that your loop reads"),
        (instead(SQUARES, "(long long) numbers[i] * numbers[i]", "numbers[i]"), "Where does the squaring happen"),
        (instead(SQUARES, "long long total", "double total"), "keeps only the leading digits"),
        (instead(SQUARES, "long long sum_of_squares", "int sum_of_squares"), "what does the function return"),
        (instead(SQUARES, "for (size_t i = 0; i < n; i++) total += (long long) numbers[i] * numbers[i];",
                 "size_t i = 0;\n    do total += (long long) numbers[i] * numbers[i]; while (++i < n);"),
         "not even numbers[0]"),
        (instead(SQUARES, "const int *numbers, size_t n) {",
                 "int *numbers, size_t n) {\n    for (size_t i = 0; i < n; i++) numbers[i] *= numbers[i];")
         .replace("(long long) numbers[i] * numbers[i]", "numbers[i]"), "The caller's array holds squares now"),
        (instead(SQUARES, "(long long) numbers[i] * numbers[i]", "(unsigned) numbers[i] * (unsigned) numbers[i]"),
         "before multiplying"),
        (instead(SQUARES, "long long total", "static long long total"), "Begin with 0 in each call"),
    ],
    "3.3": [
        (instead(TRANSLATE, "right, left = ", "left, right = "), "wrong way round"),
        (instead(TRANSLATE, '"({left} {letter} {right})"', '"{left} {letter} {right}"'), "put parentheses"),
        (instead(TRANSLATE, '"x[i]" if', '"x" if'), "the element at hand is x[i], not x"),
        ("def translate(program):\n    return '((x[i] * 3) + 1)'", "depend on every letter of the program"),
        ("def translate(program):\n    return f'run_program(\"{program}\", x, 1)'", "to be read inside the loop"),
        (instead(TRANSLATE, 'return stack.pop()', 'return stack'), "Do not compute"),
        (instead(TRANSLATE, 'in "+-*"', 'in "+*"'), "one text is left"),
    ],
    "3.4": [
        ("def checked_sum(values):\n    return sum(values)", "Say where: the message must contain the index"),
        ("""
def checked_sum(values):
    total = 0
    for index, value in enumerate(values):
        if not isinstance(value, int):
            raise TypeError(f"values[{index}] is {value!r}")
        total += value
    return total
""", "Finish looking before you add"),
        (instead(CHECKED, "not isinstance(value, int)", "type(value) is not int"), "True is an integer in Python"),
        (instead(CHECKED, "TypeError", "ValueError"), "The right kind of exception"),
        (instead(CHECKED, "values[{index}] is {value!r}", "{value!r} is"), "Say where"),
        (instead(CHECKED, "values[{index}]", "values[{values.index(value)}]"), "let `enumerate` count"),
        (instead(CHECKED, "enumerate(values)", "reversed(list(enumerate(values)))"), "Does your loop stop there"),
        (instead(CHECKED, "not isinstance(value, int)", "not isinstance(value, (int, float))"),
         "not an integer: refuse it"),
        ("""
def checked_sum(values):
    index, total = 0, []
    while values:
        if not isinstance(values[0], int):
            raise TypeError(f"values[{index}] is {values[0]!r}")
        total.append(values.pop(0))
        index += 1
    return sum(total)
""", "work on a copy"),
        (instead(CHECKED, "return sum(values)", "sum(values)"), "without a `return`"),
        (instead(CHECKED, "not isinstance(value, int)", "type(value) not in (int, bool)"), "of a subclass of `int`"),
        ("""
def checked_sum(values):
    try:
        total = sum(values)
    except TypeError:
        total = None
    for index, value in enumerate(values):
        if not isinstance(value, int):
            raise TypeError(f"values[{index}] is {value!r}")
    return total
""", "Finish looking before you add"),
    ],
    "3.5": [
        ("""
def count_inside(x, y):
    count = 0
    for a, b in zip(x.tolist(), y.tolist()):
        if a * a + b * b <= 1:
            count += 1
    return count
""", "Is there still a loop in Python"),
        (instead(INSIDE, "x, y = x.astype(float), y.astype(float)", "x *= x\n    y *= y")
         .replace("x * x + y * y", "x + y"), "work on a copy"),
        (instead(INSIDE, "<= 1", "< 1"), "exactly on the circle"),
        (instead(INSIDE, "x, y = x.astype(float), y.astype(float)", "pass"), "16 * 16 wraps around"),
        (instead(INSIDE, "np.count_nonzero(x * x + y * y <= 1)", "len(x) - np.count_nonzero(x * x + y * y > 1)"),
         "NaN compares as False"),
        (instead(INSIDE, "np.count_nonzero(x * x + y * y <= 1)", "x * x + y * y <= 1"), "One number is asked"),
        (instead(INSIDE, "np.count_nonzero(x * x + y * y <= 1)", "float(np.mean(x * x + y * y <= 1)) if len(x) else 0"),
         "not the share of the points"),
        (POINTER, "The elements of a view need not be neighbours"),
        (instead(INSIDE, "x.astype(float), y.astype(float)",
                 '(v if v.dtype.kind == "f" else v.astype(float) for v in (x, y))'), "A float32 keeps 7 digits"),
        (instead(INSIDE, "x.astype(float), y.astype(float)",
                 '(v.astype(np.int64) if v.dtype.kind in "iu" else v.astype(float) for v in (x, y))'),
         "2**32 squared does not fit"),
        (instead(INSIDE, "x.astype(float), y.astype(float)",
                 '(v if v.dtype.kind == "b" else v.astype(float) for v in (x, y))'), "True is worth 1"),
        (instead(INSIDE, "x.astype(float), y.astype(float)",
                 "(v.astype(np.int16) if v.dtype.itemsize == 1 else v.astype(float) for v in (x, y))"),
         "uint8 holds numbers up to 255"),
    ],
}  # fmt: skip
