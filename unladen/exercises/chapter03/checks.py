"""Chapter 03, dynamic features: what is decided inside a loop, and what could have been decided before it."""

from __future__ import annotations

import re

import numpy as np

from unladen.exercises.chapter03.programs import random_program, translated_rightly
from unladen.exercises.chapter03.witnesses import Added, Asked, most_decided
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import short
from unladen.exercises.words import call, called, case, fenced, refuses, sanitised, wrong

# ---------------------------------------------------------------------------------------------------- 3.1


def to_kelvin_slowly(readings, unit):
    """The function the learner is given: three questions for every reading, with the same reply each time."""
    result = []
    for reading in readings:
        if unit.strip().lower() == "celsius":
            result.append(reading + 273.15)
        elif unit.strip().lower() == "fahrenheit":
            result.append((reading + 459.67) * 5 / 9)
        elif unit.strip().lower() == "kelvin":
            result.append(reading)
        else:
            raise ValueError(f"unknown unit {unit!r}")
    return result


@exercise(
    "3.1",
    "Decide before the loop",
    hints=[
        "Which expressions inside the loop have the same value for every reading?",
        "Compute `unit.strip().lower()` once, above everything else, and choose the formula there.",
        "After the choice there are three short loops, one per unit, with no `if` inside. Each may be a list "
        "comprehension.",
    ],
    why="The unit is known before the first reading, so asking for it belongs before the loop: one decision instead "
    "of one per reading. Python cannot move it for you: for all it knows, `unit` could be an object whose `lower` "
    "answers differently each time. A welcome side effect: an unknown unit is now refused even when there are no "
    "readings. The arithmetic is as dynamic as before, since every `+` still asks what it adds; the rest of the "
    "course is about that part.",
)
def to_kelvin(answer):
    celsius = [(lambda got: type(got) is not list, "Return a list, as the slow version does.")]
    case(answer, ([], "celsius"), [], hint="No readings, no results: an empty list.", mistakes=celsius)
    case(answer, ([0.0], "celsius"), [273.15], hint="0 °C is 273.15 K.", mistakes=celsius)
    always_celsius = [([305.15], "That is the Celsius formula. Is the unit looked at?")]
    formula = "From Fahrenheit: add 459.67 first, then multiply by 5 / 9."
    case(answer, ([32.0], "fahrenheit"), [273.15], hint=formula, mistakes=always_celsius)
    case(answer, ([-459.67, 212.0], "fahrenheit"), [0.0, 373.15], hint=formula)
    kelvins = [4.0, float("nan"), 300.0]
    got = case(answer, (kelvins, "kelvin"), kelvins, hint="Kelvins are kelvins already.")
    if got is kelvins:
        alias = "Whoever changes the result now changes the readings too: return a copy, `list(readings)`."
        wrong(f"{called((kelvins, 'kelvin'))} returned the very list it was given", alias)
    spelling = "The slow version ignores capital letters and spaces around the unit; do that too, but once."
    case(answer, ([0.0], " Celsius\n"), [273.15], hint=spelling)
    case(answer, ((1.0, 2.0), "KELVIN"), [1.0, 2.0], hint=spelling, mistakes=celsius)
    unknown = "An unknown unit is a ValueError. Which branch does 'ells' take in your function?"
    refuses(answer, ([1.0], "ells"), ValueError, hint=unknown)
    readings = np.random.default_rng(31).uniform(-40, 120, 5000).tolist()
    for unit in ("fahrenheit", "celsius", "kelvin"):
        case(answer, (readings, unit), to_kelvin_slowly(readings, unit), hint="All of them, and not rounded.")
    _asks_once(answer)
    _decides_once(answer)
    early = "The unit can be refused before the loop, so refuse it even when there is no reading to convert."
    refuses(answer, ([], "ells"), ValueError, hint=early)
    slow = "Is there a second loop, or a list that is copied for every reading?"
    faster_than(to_kelvin_slowly, answer, _fahrenheit, at_least=1.1, hint=slow)


def _fahrenheit(rng) -> tuple[list[float], str]:
    return rng.uniform(-40, 120, 5000).tolist(), " Fahrenheit "


def _asks_once(answer) -> None:
    """The number of questions about the unit may not depend on the number of readings: the chapter's definition."""
    asked = []
    for count in (10, 1000):
        Asked.questions = 0
        call(answer, ([1.0] * count, Asked("kelvin")), shown=f"to_kelvin([1.0] * {count}, 'kelvin')")
        asked.append(Asked.questions)
    if asked[1] >= asked[0] + 100:
        told = (
            f"to_kelvin([1.0] * 1000, 'kelvin') asked its unit {asked[1]} questions; for 10 readings it was {asked[0]}"
        )
        wrong(told, "A decision that scales with the data: look for `unit` inside a loop. It should not be there.")


def _decides_once(answer) -> None:
    """Nor may any decision be made anew for each reading that comes out the same way each time."""
    for unit in ("celsius", "fahrenheit", "kelvin"):
        count = most_decided(answer, [1.0] * 40, unit)
        if count >= 40:
            told = f"to_kelvin([1.0] * 40, {unit!r}) made one decision {count} times, with the same reply each time"
            half = (
                "The question is answered before the loop; now choose the formula there, too, so that no `if` is left."
            )
            wrong(told, half)


# ---------------------------------------------------------------------------------------------------- 3.2

_WIDE = "An `int` holds numbers up to 2,147,483,647 and the sum is larger: what type should `total` have?"
_RETURNS = "The result needs 64 bits: what does the function return, an `int` or a `long long`?"
_PRODUCT = (
    "An `int` times an `int` is an `int`, wherever it is stored afterwards, and this product does not fit. Make one of "
    "the two a `long long` before multiplying: `(long long) numbers[i]`."
)
_BOUNDS = "Of n numbers the first is numbers[0] and the last is numbers[n - 1]. Which is the last that your loop reads?"
_STATIC = (
    "That is the sum of all calls so far: a `static` or global variable keeps its value. Begin with 0 in each call."
)
_EMPTY = "With n = 0 there is nothing to read, not even numbers[0]: test before the first step, as `for` does."


@exercise(
    "3.2",
    "The sum of squares, in C",
    language="c",
    hints=[
        "It is the sum from the chapter with one more operation. Start from `long long total = 0;` and a `for` loop.",
        "`for (size_t i = 0; i < n; i++)` visits numbers[0] to numbers[n - 1], and nothing when n is 0.",
        "In `total += numbers[i] * numbers[i]` the product is computed as an `int`; 50,000 squared does not fit.",
    ],
    why="Every decision was made in the declarations, before the loop: where the numbers lie, how wide they are, "
    "which multiplication and which addition to use. What remains for the loop is to load, multiply, add. The price "
    "is that you had to decide: Python's integers grow when they must, C's silently do not, and the check ran your "
    "code with the compiler's sanitisers to see that none overflowed and nothing outside of the array was read.",
    findings=[
        (r"\[\], 'int32'\), 0\)", _EMPTY),
        (r"overflow: -?\d+ \* -?\d+", _PRODUCT),
        (r"integer overflow", _WIDE),
        (r"overflow|out.of.bounds|SEGV|SIGSEGV|SIGBUS", _BOUNDS),
    ],
)
def sum_of_squares(answer):
    so_far = 0

    def right(numbers, hint, mistakes=()):
        nonlocal so_far
        numbers = np.array(numbers, dtype=np.int32)
        expected = sum(int(x) ** 2 for x in numbers)
        if (wrapped := int(np.sum(numbers * numbers, dtype=np.int64))) != expected:
            unsigned = numbers.astype(np.uint32)
            folded = int(np.sum(unsigned * unsigned, dtype=np.int64))
            mistakes = [(wrapped, _PRODUCT), (folded, _PRODUCT), *mistakes]
        written = "The caller's array holds squares now. Keep the square in a variable of your own, and say `const`."
        # Only a sanitiser sees a read past the end of a block; without one, what lies there must show in the result.
        inputs = (numbers,) if sanitised() else (fenced(numbers, 7), fenced(numbers, -5))
        for given in inputs:
            shown = f"sum_of_squares({short(numbers)}, {len(numbers)})"
            so_far += expected
            known = [(so_far, _STATIC), *mistakes] if so_far > expected > 0 else mistakes
            case(answer, (given, len(given)), expected, shown=shown, hint=hint, mistakes=known, unchanged=written)

    plain = (6, "That is the sum of the numbers. Where does the squaring happen?")
    right([3], "3 squared is 9.", [(0, _BOUNDS), (3, plain[1]), (lambda got: got > 9, _BOUNDS)])
    right([1, 2, 3], _BOUNDS, [plain, (36, "That is the square of the sum; asked is the sum of the squares.")])
    right([], "The sum of nothing is 0.", [(lambda got: got != 0, _EMPTY)])
    right([-4, 2, -1, 0, 5], "All five numbers count; the square of a negative number is positive.")
    narrow = re.match(r"(signed |unsigned )?int(32_t)?\b", answer.signature)
    right([30_000] * 3, _RETURNS if narrow else _WIDE)
    right([50_000], _PRODUCT)
    exact = "A float or a double keeps only the leading digits of so large a number; an integer keeps them all."
    right([2**31 - 1, 1], _RETURNS, [
        (lambda got: abs(got - (2**31 - 1) ** 2) < 2**40, exact),
    ])  # fmt: skip
    right([-(2**31)], _PRODUCT)
    right(np.random.default_rng(32).integers(-1000, 1000, 5000), _BOUNDS)


# ---------------------------------------------------------------------------------------------------- 3.3

_PROGRAMS = ("x", "7", "x3*", "x3*1+", "x1-", "x2+3*", "x2-3-", "9x2-3--", "xx*x+2*5-", "12x*3+4*-x-", "x1+x2+x3+**")
_LOOP = """
#include <stddef.h>
long long run(const long long *x, size_t n) {
    long long total = 0;
    for (size_t i = 0; i < n; i++) total += EXPRESSION;
    return total;
}
"""


@exercise(
    "3.3",
    "Compiled: which of the two?",
    seconds=20,  # it compiles
    hints=[
        "Walk through the program with a list as the stack, as the calculator does, but push text instead of numbers.",
        "x pushes 'x[i]' and a digit pushes itself. An operator pops two texts and pushes one.",
        "What is popped first is the right operand. Put parentheses around every result: "
        "`f'({left} {letter} {right})'`.",
    ],
    why="Both sides of this race are C, from the same compiler with the same flags. The calculator is compiled, but "
    "your program is its data: for each element it asks again which letter comes next, and the compiler could not "
    "answer, for it never saw the program. In your translation the letters are gone before the loop begins, so the "
    "compiler sees a multiplication and an addition, and can even do several elements at once. A language is not fast "
    "because its interpreter is written in C or C++ (Python's is). It is fast when your program's decisions are made "
    "before its loops.",
)
def translate(answer):
    for program in _PROGRAMS:
        translated_rightly(answer, program)
    rng = np.random.default_rng(33)
    for size in [2, 3, 5, 9] * 5:
        translated_rightly(answer, random_program(rng, size))
    from unladen.compiling import build, native

    interpreter = native("calculator.c", flags=())
    loop = build(_LOOP.replace("EXPRESSION", answer("x3*1+")), "c", name="translated")
    x = np.arange(50_000, dtype=np.int64) % 1000

    def calculator(x):
        return interpreter.run_program(b"x3*1+", x, len(x))

    def translated(x):
        return loop.run(x, len(x))

    case(translated, (x,), calculator(x), shown="the loop compiled from your expression")
    still = "Does the expression compute more than it has to? For 'x3*1+' it needs one multiplication and one addition."
    faster_than(calculator, translated, lambda rng: (rng.integers(0, 1000, 50_000),), at_least=3, hint=still)


# ---------------------------------------------------------------------------------------------------- 3.4


@exercise(
    "3.4",
    "The type error before the loop",
    hints=[
        "Two loops, one after the other: the first only looks, the second only adds.",
        "`isinstance(value, int)` is the question; `enumerate(values)` knows the index.",
        "In the first loop: `raise TypeError(f'values[{index}] is {value!r}, not an integer')`.",
    ],
    why="Python found the same error when the addition came to it, with all the work before it done and thrown away. "
    "Your first loop does what a compiler does with a declaration: it establishes a fact about all the data before "
    "anything is computed with it. The difference is the bill. You pay for one question per element, on every call; a "
    "declared `int *`, or a NumPy array with its one dtype, answers once for all the elements, however many there "
    "are.",
)
def checked_sum(answer):
    case(answer, ([],), 0, hint="The sum of nothing is 0.")
    case(answer, ([4, 5],), 9, hint="If all values are integers, return their sum.")
    boolean = (
        "True is an integer in Python (a subclass, worth 1): ask `isinstance(value, int)`, not for the exact type."
    )
    case(answer, ([True, 2],), 3, hint=boolean, mistakes=[(TypeError, boolean)])
    wide = "Integers of any size and sign are welcome."
    case(answer, ([10**30, -1],), 10**30 - 1, hint=wide)
    kind = "The right kind of exception for a wrong type is TypeError."
    index = "Say where: the message must contain the index of the first value that is not an integer."
    first = "The first one counts, and its index starts at 0. Does your loop stop there?"
    lookup = "`values.index(value)` finds the first value that is *equal*, and 2 == 2.0: let `enumerate` count instead."
    for values, place in [
        (["one"], 0),
        ([1, 2.5], 1),
        ([1, None, 3], 1),
        ([1, 2, float("nan")], 2),
        ([7, "7", 8, "8"], 1),
        ([3, 1, 2, 2.0], 3),
    ]:
        silent = lookup if place == 3 else first if place == 1 and len(values) == 4 else index
        floats = [(lambda got: isinstance(got, float), "A float can be added, but it is not an integer: refuse it.")]
        refuses(
            answer,
            (values,),
            TypeError,
            saying=rf"(?<!\d)(?<!\d\.){place}(?!\d|\.\d)",
            silent=silent,
            hint=kind,
            mistakes=floats,
        )
    _adds_nothing_first(answer)
    values = np.random.default_rng(34).integers(-(10**6), 10**6, 1000).tolist()
    case(answer, (values,), sum(values), hint="All of them, each once.")
    refuses(answer, (values[:999] + ["last"],), TypeError, saying=r"(?<!\d)999(?!\d)", hint=kind, silent=first)


def _adds_nothing_first(answer) -> None:
    watched = [Added(1), Added(2), Added(3), "four"]
    kept = list(watched)
    shown = called([watched])
    Added.additions = 0
    subclass = (
        "These integers are of a subclass of `int`, as True is, and integers like any other: ask "
        "`isinstance(value, int)`, not for the exact type."
    )
    no = "That is no integer: refuse it."
    refuses(answer, (watched,), TypeError, saying=r"(?<!\d)3(?!\d)", hint=no, silent=subclass, shown=shown)
    if watched != kept:
        wrong(f"{shown} changed the list it was given", "Only look at the list: take nothing out, put nothing in.")
    if Added.additions:
        told = f"{shown} had made {Added.additions} additions when it raised the error, expected none"
        wrong(told, "Looking and adding happen in the same loop, as in plain Python. Finish looking before you add.")


# ---------------------------------------------------------------------------------------------------- 3.5


def count_inside_slowly(x, y):
    """The loop that the learner is given."""
    count = 0
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if a * a + b * b <= 1:
            count += 1
    return count


_ON_THE_CIRCLE = [0.6, 0.8], [0.8, 0.6]  # as float32 nearly: the squares of these add up to a little more than 1


@exercise(
    "3.5",
    "Ten times faster than the loop",
    seconds=30,  # Numba compiles anew for each dtype
    hints=[
        "Either way out will do: whole arrays at once with NumPy, or a loop in C.",
        "`x * x + y * y <= 1` is an array of True and False; `np.count_nonzero` counts.",
        "Before you square, make sure that the square fits: `x.astype(float)` makes numbers of 64 bits, and a copy.",
    ],
    why="A NumPy array has one dtype for all its elements, so what `*` and `<=` mean is decided once per array, and "
    "the loop over the elements is compiled code with no question left in it. A C function gets there by declaring "
    "the type. Both bought their speed with a promise about the data, and the traps of this exercise were the small "
    "print: a dtype that is too narrow for its own square, a view whose elements are not neighbours, an operation "
    "that writes into the caller's array.",
)
def count_inside(answer):
    def right(x, y, hint, mistakes=(), view="", dtype=None):
        x, y = (v if dtype is None else np.array(v, dtype=dtype) for v in (x, y))
        shown = f"count_inside({view})" if view else ""
        return case(answer, (x, y), count_inside_slowly(x, y), hint=hint, mistakes=mistakes, shown=shown)

    number = [
        (lambda got: isinstance(got, np.ndarray), "How many of them are True? One number is asked."),
        (
            lambda got: isinstance(got, float),
            "The count is asked, an integer; not the share of the points, not a float.",
        ),
    ]
    right([0.5], [0.5], "The point (0.5, 0.5) lies inside.", number, dtype=float)
    right([], [], "No points, none inside.", number, dtype=float)
    right([0.9], [0.9], "0.81 + 0.81 is more than 1: this point lies outside.", dtype=float)
    right([1.0, 0.0, 2.0], [0.0, -1.0, 0.0], "Points exactly on the circle count as inside: <=, not <.", dtype=float)
    right([0.1, float("nan")], [0.1, 0.0], "NaN compares as False with everything, so it is not inside. Did you count "
          "the points outside, and subtract?", dtype=float)  # fmt: skip
    narrow = "An int8 holds numbers up to 127, and 16 * 16 wraps around to 0. Convert before you square."
    right([16, 1, 0], [0, 0, 1], narrow, [(ValueError, narrow), (TypeError, narrow)], dtype=np.int8)
    right([2, 0], [0, 1], "Arrays of integers are welcome too.", dtype=np.int64)
    right([2**32, 0], [0, 1], "2**32 squared does not fit into 64 bits, and wraps around to 0. Convert to float before "
          "you square.", dtype=np.int64)  # fmt: skip
    right([200, 16, 1], [0, 0, 0], narrow.replace("int8 holds numbers up to 127", "uint8 holds numbers up to 255"),
          dtype=np.uint8)  # fmt: skip
    right([0.6, 1.5], [0.6, 0.0], "Arrays of float32 are welcome too.", dtype=np.float32)
    single = "A float32 keeps 7 digits. The loop computes with Python's floats, which keep 16: use `x.astype(float)`."
    right(*_ON_THE_CIRCLE, single, dtype=np.float32)
    truth = "True is worth 1, and 1 + 1 is 2; but for NumPy True + True is True. Convert to float before you square."
    right([True, True], [True, False], truth, dtype=bool)
    rng = np.random.default_rng(35)
    # Small enough for temporaries that stay in the cache: else the race is about handing out pages of memory.
    points = rng.uniform(-1.2, 1.2, (8000, 2))
    strided = (
        "The elements of a view need not be neighbours in memory. Make a copy whose elements are "
        "(`np.ascontiguousarray`), or step by the strides."
    )
    few = np.array([[0.1, 5.0], [5.0, 0.1], [0.2, 0.2], [5.0, 0.3]])
    right(few[:, 0], few[:, 1], strided, [(ValueError, strided)], "points[:, 0], points[:, 1]")
    right(few[::-2, 0], few[::-2, 1], strided, [(ValueError, strided)], "points[::-2, 0], points[::-2, 1]")
    locked = points[:, 0].copy()
    locked.flags.writeable = False
    right(locked, locked, "A read-only array cannot be written to, and need not be.", view="x, x, both read-only")
    x, y = points.T.copy()
    right(x, y, "Every point counts, once.")
    slow = (
        "Is there still a loop in Python, or one hidden in sum() or np.vectorize? Let NumPy or C go through the "
        "elements, and do no more than squares, a sum and a comparison."
    )
    faster_than(count_inside_slowly, answer, lambda rng: rng.uniform(-1.2, 1.2, (2, 8000)), at_least=10, hint=slow)
