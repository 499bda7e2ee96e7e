"""Remembered functions for exercise 6.4: which questions are passed on, and what is kept of the answers."""

from __future__ import annotations

import contextlib
import functools
import gc
import tracemalloc
from types import FunctionType, ModuleType

from unladen.exercises.values import same, short
from unladen.exercises.words import NO_RETURN, call, wrong

OLDEST = (
    "What is used again becomes the most recent: take the entry out of the dict and put it in anew, at the end. The "
    "first key of a dict is then the one that was not used for longest: `next(iter(kept))`."
)


class Told:
    """A function that notes with which arguments it was called."""

    def __init__(self, make) -> None:
        self.calls, self.make = [], make

    def __call__(self, *args):
        self.calls.append(args)
        return self.make(*args)


_CACHE = type(functools.lru_cache(len))


def made(answer, function, size, name):
    made = call(answer, (function, size), shown=f"remember({name}, {size})")
    if not callable(made):
        hint = NO_RETURN if made is None else "Return the inner function itself, without calling it."
        wrong(f"remember({name}, {size}) returned {short(made)}, expected a function", hint)
    return made


def asks(quick, function, args, expected, *, new, told, hint) -> None:
    before = len(function.calls)
    single = [(TypeError, "The function may have any number of arguments: `def remembered(*args)`.")]
    got = call(quick, args, shown=told, hint=hint, mistakes=single)
    if not same(got, expected):
        wrong(f"{told} returned {short(got)}, expected {short(expected)}", hint)
    asked = len(function.calls) - before
    if asked != new:
        wrong(f"{told} called the function {asked} times, expected {int(new)}", hint)


def misses(asked, size) -> list[int]:
    """Which questions a cache of that size, that drops what was not used for longest, passes on."""
    kept: list[int] = []
    missed = []
    for key in asked:
        missed.append(int(key not in kept))
        kept = [k for k in kept if k != key] + [key]
        kept = kept[-size:]
    return missed


def keeps(answer, asked, expected, size, hint) -> None:
    """Ask one number after the other: the function may be called exactly where 1 is expected."""
    square = Told(lambda n: n * n)
    quick = made(answer, square, size, "square")
    for step, (key, new) in enumerate(zip(map(int, asked.split()), expected, strict=True)):
        so_far = ", ".join(asked.split()[max(0, step - 9) : step + 1])
        told = f"with room for {size}, after the questions {so_far}, the last one"
        asks(quick, square, (key,), key * key, new=bool(new), told=told, hint=hint)


def two_caches(answer) -> None:
    plus, minus = Told(lambda n: n + 1), Told(lambda n: n - 1)
    more, less = made(answer, plus, 2, "plus"), made(answer, minus, 2, "minus")
    shared = "Two remembered functions share their results. Make the dict inside of `remember`, once for each."
    asks(more, plus, (1,), 2, new=True, told="of two remembered functions, the first, asked for 1,", hint=shared)
    asks(less, minus, (1,), 0, new=True, told="of two remembered functions, the second, asked for 1,", hint=shared)


def errors(answer) -> None:
    """An exception goes to the caller, and is no result: the next call tries again."""
    calls = []

    def fails_once(n):
        calls.append(n)
        if len(calls) == 1:
            raise OSError("not now")
        return n

    quick = made(answer, fails_once, 2, "fails_once")
    passes = "An exception is not a result: let it go to the caller, store nothing, and try again the next time."
    try:
        got = quick(3)
    except OSError:
        pass
    else:
        wrong(f"remembered(3), where the function raised OSError, returned {short(got)}", passes)
    got = call(quick, (3,), shown="remembered(3), after a call that failed,", hint=passes)
    if got != 3 or len(calls) != 2:
        wrong(f"remembered(3), after a call that failed, returned {short(got)}, expected 3", passes)
    picky = Told(lambda n: 1 // n)
    quick = made(answer, picky, 2, "picky")
    for n in (1, 2):
        asks(quick, picky, (n,), 1 // n, new=True, told=f"remembered({n})", hint=passes)
    with contextlib.suppress(ZeroDivisionError):
        quick(0)
    full = "A call that fails gives no result to keep, so nothing has to go for it: call first, then make room."
    told = "with room for 2, after the questions 1, 2 and one that failed, remembered(1)"
    asks(quick, picky, (1,), 1, new=False, told=told, hint=full)


def by_itself(answer) -> None:
    """No cache of Python's may do the work."""
    quick = made(answer, Told(lambda n: n), 2, "same")
    waiting, seen = [quick], set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, _CACHE):
            yours = "That is the one to be written here: look into a dict, call the function, store, make room."
            wrong("remember(same, 2) returned a function that works with functools.lru_cache", yours)
        if id(thing) not in seen and not isinstance(thing, type | ModuleType):
            seen.add(id(thing))
            inner = gc.get_referents(thing)
            waiting += [i for i in inner if not isinstance(thing, FunctionType) or i is not thing.__globals__]


def forgets(answer) -> None:
    """What was dropped is dropped: a thousand large results, of which ten are kept, fit into little memory."""
    quick = made(answer, lambda n: bytes(10_000 + n), 10, "large")
    tracemalloc.start()
    try:
        call(lambda: [quick(n) for n in range(1000)] and None, (), shown="remembered(n), for n from 0 to 999,")
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    if held > 500_000:
        dropped = "The result itself must go, not only its place in the order."
        wrong(f"with room for 10 results of 10 kB, {held // 1000} kB are held after a thousand calls", dropped)
