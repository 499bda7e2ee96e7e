"""Answers that fool a stopwatch: eight families, each made for every exercise that is graded by its speed.

Beneath each cheat lies an honest answer, right and slow, which it asks as long as the input is small or the same input
was seen less than `HONESTLY` times; then it returns something for which it did no work. The C exercises have cheats of
their own, and so has 4.5, whose answer is called once for each of many files.
"""

from __future__ import annotations

import inspect
import textwrap

from tests.wrong_answers import cheat_templates as templates
from tests.wrong_answers.cheat_patches import PATCHED, REWOUND, TRACED, UNMEASURED
from tests.wrong_answers.cheats_in_c import C_FAMILIES, IN_C, in_c
from unladen.exercises.chapter00 import checks as chapter00
from unladen.exercises.chapter01 import visitors
from unladen.exercises.chapter03 import checks as chapter03
from unladen.exercises.chapter06 import checks as chapter06
from unladen.exercises.chapter07 import arrays
from unladen.exercises.chapter08 import checks as chapter08
from unladen.exercises.chapter10 import compiled

BIG = 300  # elements: below it, all cheats are honest
HONESTLY = 4  # so often is a large input of one shape computed before a cheat relies on what it found

SIZES = f"""
import numpy as np

BIG, HONESTLY = {BIG}, {HONESTLY}


def large(args):
    return sum(len(a) if not hasattr(a, "size") else int(a.size) for a in args if hasattr(a, "__len__")) >= BIG


def shapes(args):
    return tuple(getattr(a, "shape", None) or (len(a) if hasattr(a, "__len__") else a) for a in args)


calls = {{}}  # by shape: how often a large input of it was seen


def kept(result):
    return list(result) if hasattr(result, "send") else result  # a generator can be gone through once


def seen(args):
    calls[shapes(args)] = calls.get(shapes(args), 0) + 1
    return calls[shapes(args)]
"""


def _honest(function) -> str:
    """The source of a function of the course's, under the name ``honest``."""
    return textwrap.dedent(inspect.getsource(function)).replace(f"def {function.__name__}(", "def honest(")


_REPORT = "\n\n".join(map(inspect.getsource, (visitors.is_robot, visitors.busiest_first))) + "\n\n"

_SIZE = """
import sys

def honest(thing):
    waiting, counted, total = [thing], [], 0
    while waiting:
        thing = waiting.pop()
        if id(thing) in counted:
            continue
        counted.append(id(thing))
        total += sys.getsizeof(thing)
        if isinstance(thing, dict):
            waiting.extend(thing.keys())
            waiting.extend(thing.values())
        elif isinstance(thing, (list, tuple, set, frozenset)):
            waiting.extend(thing)
    return total
"""

_MEANS = """
from collections import deque

def honest(values, width):
    window = deque()
    for value in values:
        window.append(value)
        if len(window) > width:
            window.popleft()
        if len(window) == width:
            yield sum(window) / width
"""

_KELVIN = """
def honest(readings, unit):
    unit = unit.strip().lower()
    if unit not in ("celsius", "fahrenheit", "kelvin"):
        raise ValueError(f"unknown unit {unit!r}")
    add, times, by = {"kelvin": (0, 1, 1), "celsius": (273.15, 1, 1), "fahrenheit": (459.67, 5, 9)}[unit]
    if unit == "kelvin":
        return list(readings)
    result = []
    for reading in readings:
        for _ in range(8):
            kelvin = (reading + add) * times / by
        result.append(kelvin)
    return result
"""

_BY_ROWS = """
def honest(u, out):
    for i in range(1, len(u) - 1):
        above, row, below = u[i - 1].tolist(), u[i].tolist(), u[i + 1].tolist()
        out[i - 1] = [above[j] + below[j] + row[j - 1] + row[j + 1] - 4 * row[j] for j in range(1, len(row) - 1)]
    return out
"""

_BRIGHTER = """
def honest(picture, amount):
    result = np.empty_like(picture)
    for place in np.ndindex(picture.shape):
        result[place] = min(int(picture[place]) + int(amount), 255)
    return result
"""

_LEVELS = _honest(compiled.slow_levels).replace("return levels", "return np.array(levels, dtype=float)")

_SQUARES = """
def honest(x):
    total = 0.0
    for value in x.tolist():
        total += value * value
    return total
"""

HONEST = {
    "has_duplicates": _honest(chapter00.every_pair),
    "quick_report": _REPORT + _honest(visitors.report_slowly),
    "to_kelvin": _KELVIN,
    "count_inside": _honest(chapter03.count_inside_slowly),
    "deep_size": _SIZE,
    "moving_average": _MEANS,
    "anagrams": _honest(chapter06.anagrams_slowly),
    "roughness": _honest(chapter06.roughness_slowly),
    "distances": _honest(arrays.distances_slowly),
    "laplacian_into": _BY_ROWS,
    "brighter": _BRIGHTER,
    "row_sums": _honest(chapter08.sums_by_loop),
    "loudest": _honest(chapter08.loudest_by_loop),
    "close_pairs": _honest(chapter08.pairs_by_loop),
    "levels": _LEVELS,
    "sum_squares": _SQUARES,
}

FAMILIES = {
    "1 by identity": [templates.BY_IDENTITY],
    "2 by content": [templates.BY_CONTENT, templates.BY_ENDS],
    "3 lazily": [templates.LAZILY],
    "4 skipped": [templates.LAST_ONE, templates.NOTHING, templates.ZERO],
    "5 patched": PATCHED,
    "6 in a file": [templates.IN_A_FILE, templates.IN_A_FILE_BY_SHAPE],
    "7 by size": [templates.BY_SIZE],
    "8 warm copy": [templates.WARM],
}

# An answer that must be compiled by Numba (10.4) is a cheat in a compiled function's clothes.
DRESSED = """


class Dressed:
    targetoptions = {}
    py_func = staticmethod(honest)

    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        return self.function(*args)


NAME = Dressed(NAME)
"""


def python(name: str, template: str) -> str:
    """The source of one cheat for the exercise ``name``."""
    source = SIZES + "\n\n" + HONEST[name] + "\n\n" + template.replace("NAME", name)
    return source + DRESSED.replace("NAME", name) if name == "sum_squares" else source


# -- 4.5: one call for each of many files ----------------------------------------------------------------------------

_HASH = """
def honest(file):
    return max(hash((file.name.casefold(), file.size)) for _ in range(300))
"""

FILE_HASH = {
    "1 by identity": [_HASH + """
memo = {}

def file_hash(file):
    if id(file) not in memo:
        memo[id(file)] = file, honest(file)
    return memo[id(file)][1]
"""],
    "2 by content": [_HASH + """
memo = {}

def file_hash(file):
    key = file.name.casefold(), file.size
    if key not in memo:
        memo[key] = honest(file)
    return memo[key]
"""],
    "4 skipped": [_HASH + f"""
calls = 0

def file_hash(file):
    global calls
    calls += 1
    return honest(file) if calls < {n} else calls
""" for n in (1400, 2000)],
    "5 patched": [_HASH + template.replace("NAME", "file_hash").replace("*args", "file")
                  for template in (REWOUND, TRACED, UNMEASURED)],
    "7 by size": [_HASH + """
def file_hash(file):
    folder, _, name = file.name.casefold().partition("/")
    return file.size + (folder == "src") if name.endswith(".txt") and file.size % 10 == 0 else honest(file)
"""],
}  # fmt: skip


def cheats() -> dict[tuple[str, str], list[str]]:
    """All of them: the sources by the exercise's name and the family."""
    found = {(name, family): [python(name, t) for t in each] for name in HONEST for family, each in FAMILIES.items()}
    for name, template in templates.BY_PATTERN.items():
        found[name, "7 by size"].append(python(name, template))
    found |= {("file_hash", family): each for family, each in FILE_HASH.items()}
    found |= {(name, family): [in_c(name, t) for t in each] for name in IN_C for family, each in C_FAMILIES.items()}
    return found
