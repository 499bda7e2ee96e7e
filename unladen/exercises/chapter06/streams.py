"""Streams for the exercises of chapter 06: sources that count what is taken, and walks that must not take too much."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import islice

from unladen.exercises.values import same, short
from unladen.exercises.words import call, wrong

SLIDE = "From one window to the next, one value enters and one leaves. All the others are in the sum already."
_LAZY = (
    "Take a value, and yield as soon as its window is full, before you take the next: `for value in values`, and no "
    "list of them all."
)
HOLDS = (
    "Somewhere all lines, or all numbers, are collected: a list, a `sorted`, a `read`, a comprehension in square "
    "brackets. Take a line, yield its number, and forget both."
)


class Source:
    """An iterator over values that counts how many were taken."""

    def __init__(self, values) -> None:
        self.values, self.taken = iter(values), 0

    def __iter__(self):
        return self

    def __next__(self):
        value = next(self.values)
        self.taken += 1
        return value


def log_lines(n: int) -> Iterator[str]:
    """Lines of a log, made one at a time, some of them comments and some blank."""
    for i in range(n):
        yield f"# part {i}\n" if i % 10 == 3 else "\n" if i % 10 == 7 else f"{i % 1000 + 0.5}\n"


def one_pass(answer) -> None:
    """Take what is needed for the first means, and no more; also from what cannot be sliced and never ends."""
    source = Source(range(10_000))
    shown = "next(moving_average(numbers, 3)), where numbers is an iterator over 10,000 numbers,"
    slices = [(TypeError, "An iterator has no length and no places: it can only be walked, once.")]
    means = call(lambda: iter(answer(source, 3)), (), shown=shown, hint=_LAZY, mistakes=slices)
    for taken, expected in ((3, 1.0), (4, 2.0), (5, 3.0)):
        got = call(next, (means,), shown=shown, hint=_LAZY, mistakes=slices)
        if not same(got, expected):
            wrong(f"{shown} gave {short(got)}, expected {expected}", SLIDE)
        if source.taken > taken:
            wrong(f"{shown} has taken {source.taken} numbers for a mean of the first {taken}", _LAZY)


def in_turns(answer) -> None:
    def both():
        return [*zip(answer([1, 2, 3], 2), answer([10, 20, 30], 2), strict=False)]

    got = call(both, (), shown="two moving averages, walked in turns,")
    if not same(got, [(1.5, 15.0), (2.5, 25.0)]):
        shared = "Each call has a window of its own: make it inside of the function, not in its default arguments."
        wrong(f"two moving averages, walked in turns, gave {short(got)}", shared)


def forgetful(answer) -> None:
    """What has left the window may not be kept: an endless stream would fill the memory."""
    shown = "sum(moving_average(numbers, 10)), where numbers gives 20,000 numbers,"
    kept = "Keep a window and no more: drop the value that leaves it, as `popleft` does. Values may never end."
    got, most = call(_traced, (lambda: sum(answer(iter(range(1000, 21_000)), 10)),), shown=shown, hint=kept)
    expected = sum(range(10_045, 209_955, 10)) / 10
    if not same(got, expected):
        wrong(f"{shown} returned {short(got)}, expected {expected}", SLIDE)
    if most > 100_000:
        wrong(f"{shown} had {most // 1000} kB in memory at its peak, expected less than 100 kB", kept)


def _traced(work) -> tuple[object, int]:
    """What ``work()`` returns, and the peak of the memory that was allocated meanwhile."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def as_needed(answer) -> None:
    source = Source(log_lines(10_000))
    shown = "the first five numbers of clean(lines), where lines has 10,000 lines,"
    numbers = call(lambda: iter(answer(source)), (), shown=shown, hint=HOLDS)
    got = call(lambda: list(islice(numbers, 5)), (), shown=shown, hint=HOLDS)
    if not same(got, [0.5, 1.5, 2.5, 4.5, 5.5]):
        wrong(f"{shown} were {short(got)}, expected [0.5, 1.5, 2.5, 4.5, 5.5]", HOLDS)
    if source.taken > 6:
        wrong(f"{shown} needed {source.taken} lines, expected 6", "Yield each number before you take the next line.")


def bounded(answer) -> None:
    """The peak of memory may not depend on the number of lines."""
    shown = "sum(clean(lines)), where lines has 20,000 lines,"
    got, most = call(_traced, (lambda: sum(answer(log_lines(20_000))),), shown=shown, hint=HOLDS)
    expected = sum(i % 1000 + 0.5 for i in range(20_000) if i % 10 not in (3, 7))
    if not same(got, expected):
        wrong(f"{shown} returned {short(got)}, expected {expected}", "All numbers, each once.")
    if most > 100_000:
        wrong(f"{shown} had {most // 1000} kB in memory at its peak, expected less than 100 kB", HOLDS)
