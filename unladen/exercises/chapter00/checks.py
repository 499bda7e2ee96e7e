"""Checks for chapter 00: how an answer is checked, and two questions to ask before any optimisation."""

from __future__ import annotations

import random

from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import short
from unladen.exercises.words import case, wrong


@exercise(
    "0.1",
    "Is it worth it?",
    hints=[
        "How many seconds does it save on one day?",
        "A year has 365 days here, and an hour has 3600 seconds.",
        "times_a_day * seconds_saved * 365 * years is in seconds. The answer is asked in hours.",
    ],
    why="One multiplication tells you how long you may work on a thing. It is worth making before the work, not after: "
    "a second saved fifty times a day is worth a day of yours over five years, and not two.",
)
def hours_saved(answer):
    in_seconds = "The unit is hours: how many seconds are in one?"
    case(answer, [1, 0, 5], expected=0.0, hint="Nothing saved is nothing gained.")
    case(
        answer,
        [1, 3600, 1],
        expected=365.0,
        hint="An hour saved each day of one year is 365 hours.",
        mistakes=[
            (365 * 3600, in_seconds),
            (365 * 60, "That is in minutes; the unit is hours."),
            (1.0, "That is one day. How many days does a year have?"),
            (365 / 24, "That is in days; the unit is hours."),
        ],
    )
    leap = "Count 365 days to every year here, and no leap years."
    five = "What changes if it goes on for five years?"
    case(answer, [1, 3600, 5], expected=1825.0, hint=five, mistakes=[(1826.0, leap), (1826.25, leap)])
    part = "Not every answer is a whole number of hours: leave it as it is, without rounding."
    case(answer, [5, 10, 5], expected=5 * 10 * 365 * 5 / 3600, hint=part)
    case(answer, [0.2, 60, 5], expected=0.2 * 60 * 365 * 5 / 3600, hint="Once every five days is 0.2 times a day.")
    case(answer, [100, 0.5, 1], expected=100 * 0.5 * 365 / 3600, hint="Half a second is time, too.")


def every_pair(values):
    """The slow way: compare each value with every one after it."""
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            if values[i] == values[j]:
                return True
    return False


@exercise(
    "0.2",
    "Fix a blooper",
    hints=[
        "For a thousand values the slow way compares half a million pairs. How many values need to be looked at?",
        "Which container of Python's holds every value at most once, and tells at once whether it holds one?",
        "A set made from the list is shorter than the list exactly when something in the list occurs twice.",
    ],
    why="The loop over pairs does n²/2 comparisons, the set n look-ups: no compiler closes that gap, and it widens "
    "with every value. Look for such bloopers first. They cost nothing to mend, and the answer does not change.",
)
def has_duplicates(answer):
    neighbours = "Equal values need not be neighbours: where is the second 1 in [1, 2, 1]?"
    reordered = "The caller's list came back in another order: `sorted` makes a new list, `.sort()` does not."
    number = [(lambda got: type(got) is int, "That is a number; the question is answered by True or False.")]
    case(answer, [[]], expected=False, hint="An empty list holds nothing twice.", mistakes=number)
    case(answer, [[7]], expected=False, hint="One value is not a duplicate of itself.")
    case(answer, [[1, 1]], expected=True, hint="Two equal values are a duplicate.")
    case(answer, [[1, 2, 1]], expected=True, hint=neighbours, unchanged=reordered)
    case(
        answer,
        [[3, 1, 2]],
        expected=False,
        hint="All three are different.",
        unchanged=reordered,
    )
    case(answer, [["a", "b", "a"]], expected=True, hint="The values may be texts: compare, do not calculate.")
    case(answer, [[10**9, -5, 0.5, -5]], expected=True, hint="The values may be large, negative or fractional.")
    equal = "Equal values need not be the same object, nor look alike: 1 == 1.0. Compare with ==, as the slow way does."
    case(answer, [[int("1000003"), 4, int("1000003")]], expected=True, hint=equal)
    case(answer, [[1, 2, 1.0]], expected=True, hint=equal)
    case(
        answer,
        [[-1, -2]],
        expected=False,
        hint="Different values may have the same `hash`; -1 and -2 do. Compare them.",
    )
    any_two = "Any two of them may be the equal ones: neither the first nor the last of the list has to be among them."
    case(answer, [[5, 3, 8, 3, 1]], expected=True, hint=any_two, unchanged=reordered)
    got = answer([1, 2])
    if not isinstance(got, bool):
        told = f"has_duplicates([1, 2]) returned {short(got)}, which is neither True nor False"
        wrong(told, "A comparison of Python's gives a bool; bool(…) makes one of NumPy's.")
    values = random.Random(7).sample(range(10**6), 1000)
    case(
        answer, [values], expected=False, hint="These thousand are all different.", shown="has_duplicates(1000 values)"
    )
    still = "Is there still a loop inside a loop, or an `in` on a list?"
    faster_than(every_pair, answer, _thousand_values, at_least=20, hint=still, also=_equal_anywhere)


def _thousand_values(rng) -> tuple[list[int]]:
    """A thousand values; in every second list the last is equal to its neighbour, the pair that is compared last."""
    values = rng.permutation(10**4)[:1000].tolist()
    if rng.random() < 0.5:
        values[-1] = values[-2]
    return (values,)


def _equal_anywhere(rng) -> tuple[list[int]]:
    """A thousand values, two of which are equal, wherever they are."""
    values = rng.permutation(10**4)[:1000].tolist()
    one, other = rng.permutation(1000)[:2].tolist()
    values[one] = values[other]
    return (values,)
