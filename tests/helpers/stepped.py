"""Functions for the tests of ``step_through``: one of every shape that a learner might type."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass

import pytest

from unladen.inside import frames
from unladen.inside.step_through import Steps

REAL = pytest.mark.skipif(frames.layout() is None, reason="the frames of this interpreter are not known, nor read")


def add(a, b):
    total = a + b
    return total


def square(x):
    return x * x


def sum_of_squares(numbers):
    total = 0
    for number in numbers:
        total += square(number)
    return total


def sign(x):
    if x < 0:
        return "negative"
    return "positive"


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def comprehension(n):
    factor = 3
    return [factor * k for k in range(n)]


def counter():
    count = 10

    def increase():
        nonlocal count
        count += 1
        return count

    return increase() + increase()


def countdown(n):
    while n:
        got = yield n
        assert got is None
        n -= 1


def uses_generator(n):
    return sum(k for k in countdown(n))


def delegates(n):
    yield from countdown(n)
    yield 0


def rescued(x):
    try:
        result = 1 / x
    except ZeroDivisionError as error:
        result = str(error)
    finally:
        x = None
    return result


def raises(x):
    with contextlib.nullcontext(x) as y:
        kept = [y]
        return kept[1]


def everything(first, /, *rest, key=0, **named):
    return first, rest, key, named


def forever():
    count = 0
    while True:
        count += 1


def catches_everything():
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            continue
        finally:
            count = 1
            del count


class Point:
    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return Point(self.x + other.x)

    @property
    def double(self):
        return 2 * self.x

    def __repr__(self):
        return f"Point({self.x})"

    def __call__(self, y):
        return self.x + y

    @classmethod
    def origin(cls):
        return cls(0)

    @staticmethod
    def same(x):
        return x


def adds_points(n):
    return (Point(n) + Point(1)).double


@dataclass
class Pair:
    a: int
    b: int = 2


def matches(command):
    match command:
        case {"go": str(where), **rest}:
            return where, rest
        case [Pair(a=1, b=b), *_]:
            return b
    return None


def groups():
    try:
        raise ExceptionGroup("several", [ValueError(1), TypeError(2)])
    except* ValueError as group:
        return_value = len(group.exceptions)
    except* TypeError:
        pass
    return return_value


def makes_class():
    class Inner:
        size = 3
        area = size * size

    return Inner.area


def formats(x, y=2):
    return f"{x!r:>4}{y}" if x else lambda: y


# so far to jump that the argument needs an EXTENDED_ARG
_made = {}
exec("def jumps_far(x):\n    if x < 0:\n" + "        print(x)\n" * 300 + "    return x", _made)
jumps_far = _made["jumps_far"]

CALLS = [
    (add, (2, 3)),
    (add, ("a", "b")),
    (sum_of_squares, ([1, 2, 3],)),
    (sign, (-1,)),
    (sign, (1,)),
    (factorial, (4,)),
    (comprehension, (3,)),
    (counter, ()),
    (uses_generator, (3,)),
    (rescued, (0,)),
    (rescued, (2,)),
    (adds_points, (4,)),
    (matches, ({"go": "on", "x": 1},)),
    (matches, ([Pair(1), 3],)),
    (groups, ()),
    (makes_class, ()),
    (formats, (3,)),
    (functools.partial(add, 1), (2,)),
    (functools.partial(everything, 1, key=5), (2, 3)),
    (lambda a, *b: (a, b), (1, 2)),
    (Point(3), (4,)),
    (Point.same, (4,)),
]


def after(steps: Steps, opname: str):
    """The first step of that name."""
    return next(step for step in steps.steps if step.opname.startswith(opname))
