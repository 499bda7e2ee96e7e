"""A claim: a sentence with a number in it, held against the number that was just measured."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real

from unladen.compiling.absent import Absent
from unladen.host import effort
from unladen.show import Message, duration, marked, three_digits, times
from unladen.timing import claims_heard, lately, ledger
from unladen.timing.busy import Busy, counted, watched
from unladen.timing.race import Ratio, Seconds

ATTEMPTS = 3  # the first measurement and two more
_advised: list[str] = []  # what to do is said once in a notebook
HOLDS, FAILS, CANNOT_TELL = "holds", "fails", "cannot tell"


class ClaimFailed(Message, AssertionError):
    """What a sentence says was not found on this machine."""


class TimeClaimFailed(ClaimFailed):
    """A claim about time does not hold, and nothing is known that disturbed the measurement."""


class CannotTell(ClaimFailed):
    """A claim about time did not hold, and this machine was too busy to tell; raised where skips are failures."""


def claim(
    sentence: str,
    measured: float | bool | Absent | Callable[[], float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    timed: bool = False,
    both_ways: bool = False,
    cores: int = 1,
) -> None:
    """Print a sentence with what was measured beside what it claims, or raise ``ClaimFailed``.

    ``measured`` is a number with at least one bound, or a truth value with none. It is about time if it is a ratio or
    a time of a race, or a function of no argument that measures and returns a number, or if ``timed`` says that it
    comes from a clock, or depends on who had a core when. What is about time is measured again, up to twice, before it
    fails, if it can be: a ratio, a function. If it does not hold, and this machine was busy with other things each
    time, it cannot be told, which is said in a line (``CannotTell`` where UNLADEN_NO_SKIPS=1). So it is of what needs
    ``cores`` where this process has fewer, bound to them or by its container's quota, and of what is not on this
    machine.

    A ratio whose bounds admit 1 may hold whichever of the two is faster: ``both_ways`` says that this is meant, as in
    "no slower, mostly faster". Raises ``TypeError`` or ``ValueError`` for a claim that could not be judged.
    """
    claimed = {"sentence": sentence, "at_least": at_least, "at_most": at_most, "both_ways": both_ways}
    measured, again, around = _first(measured)
    if isinstance(measured, Absent):
        print(f"– {sentence}: cannot be told here ({measured})")
        nothing = {"kind": "absent", "timed": timed, "measured": None, "first": None, "attempts": 0}
        return ledger.note(claimed | nothing | {"verdict": CANNOT_TELL}, around[0])
    timed = timed or again is not None or isinstance(measured, Ratio | Seconds)
    measured = first = _result(measured)
    at_least, at_most = _number(at_least), _number(at_most)
    _check(sentence, measured, at_least, at_most)
    _check_both_ways(sentence, measured, at_least, at_most, timed, both_ways)
    few = timed and cores > 1 and effort.usable() < cores
    while not (holds := _holds(measured, at_least, at_most)) and again and len(around) < ATTEMPTS and not few:
        if _is_nan(measured):
            break
        measured, busy = _watched(getattr(measured, "again", again))
        measured = _result(measured)
        around.append(busy)
    quietest = min(around, key=lambda busy: bool(busy.disturbance))
    told = holds or not timed or _is_nan(measured) or not (few or quietest.disturbance)
    found = {"kind": _kind(measured), "timed": timed, "measured": measured, "first": first, "attempts": len(around)}
    ledger.note(claimed | found | {"verdict": (HOLDS if holds else FAILS) if told else CANNOT_TELL}, quietest)
    words = _words(measured, at_least, at_most)
    if holds:
        print(f"✓ {sentence}{words and f': {words}'}")
        claims_heard.tell(sentence, measured)
    elif told:
        raise (TimeClaimFailed if timed and not _is_nan(measured) else ClaimFailed)(
            _failure(sentence, measured, words, len(around))
        )
    elif few:
        print(
            f"– {sentence}: cannot be told here (it takes {counted(cores)} cores, and here {_there(effort.usable())})"
        )
    else:
        _cannot_tell(sentence, words, quietest.disturbance)


def _first(measured: object) -> tuple[object, Callable[[], object] | None, list[Busy]]:
    """Return what was measured first, how to measure it again (None: it cannot be), and how busy it was."""
    if isinstance(measured, Absent):
        return measured, None, [lately.busy()]
    if callable(measured):
        found, busy = _watched(measured)
        return found, measured, [busy]
    return measured, getattr(measured, "again", None), [lately.busy()]


def _watched(measure: Callable[[], object]) -> tuple[object, Busy]:
    """Measure, and watch what else goes on meanwhile."""
    with watched() as busy:
        measured = measure()
    return measured, busy


def _kind(measured: object) -> str:
    if _is_truth(measured):
        return "truth"
    return {Ratio: "ratio", Seconds: "seconds"}.get(type(measured), "number")


def _cannot_tell(sentence: str, words: str, why: str) -> None:
    line = f"{sentence}: cannot be told here just now ({words + '; ' if words else ''}{why})"
    if os.environ.get("UNLADEN_NO_SKIPS") == "1":
        raise CannotTell(line)
    print(f"– {line}")
    if not _advised:
        print("  To have it told, close what else runs and run the cell again.")
        _advised.append(sentence)


def _there(cores: float) -> str:
    """What there is of cores; a quota may leave a part of one."""
    if cores == 1:
        return "is one"
    return f"are {counted(int(cores)) if cores == int(cores) else three_digits(cores)}"


def _failure(sentence: str, measured: object, words: str, attempts: int) -> str:
    if _is_nan(measured):
        return (
            f"{sentence}: what was measured is not a number (NaN), {words.partition(', ')[2]}.\n"
            "No measurement gives one: look for 0/0, inf - inf, or the mean of nothing in what leads to it."
        )
    if _is_truth(measured):
        return f"{sentence}: not so on this machine.\nWhat is compared in this cell? Show both sides."
    return f"{sentence}: {words}.\n{_advice(attempts)}"


def _words(measured: object, at_least: float | None, at_most: float | None) -> str:
    """What was measured and what was claimed; nothing of a truth value."""
    if _is_truth(measured):
        return ""
    return f"measured {marked(_text(measured, measured))}, claimed {_bounds(measured, at_least, at_most)}"


def _is_truth(measured: object) -> bool:
    """Whether it is True or False: Python's, or one of an array library (NumPy's, JAX's, without dimensions)."""
    kind = str(getattr(measured, "dtype", "")).removeprefix("torch.")
    return isinstance(measured, bool) or kind == "bool" and getattr(measured, "shape", None) == ()


def _number(measured: object) -> object:
    """Turn an array library's number into Python's, which can be compared with all others."""
    alone = getattr(measured, "shape", None) == () and hasattr(measured, "item")
    return measured.item() if alone else measured


def _result(measured: object) -> object:
    """The number that was measured; a Decimal that is none compares with nothing, not even with itself."""
    number = _number(measured)
    return math.nan if isinstance(number, Decimal) and number.is_nan() else number


def _is_nan(number: object) -> bool:
    return number.is_nan() if isinstance(number, Decimal) else number != number


def _check(sentence: str, measured: object, at_least: object, at_most: object) -> None:
    if _is_truth(measured):
        if at_least is not None or at_most is not None:
            raise TypeError(f"claim({sentence!r}): {bool(measured)} is no number; at_least= and at_most= need one")
        return
    if not isinstance(measured, Real | Decimal):
        raise TypeError(f"claim({sentence!r}): measured is {type(measured).__name__}; give one number or True/False")
    if at_least is None and at_most is None:
        raise ValueError(f"claim({sentence!r}): a number needs a bound: at_least=… or at_most=…")
    for word, bound in (("at_least", at_least), ("at_most", at_most)):
        if bound is not None and (not isinstance(bound, Real | Decimal) or isinstance(bound, bool) or _is_nan(bound)):
            raise ValueError(f"claim({sentence!r}): {word}={bound!r} is not a number to measure against")
    if at_least is not None and at_most is not None and not _at_least(at_most, at_least):
        raise ValueError(f"claim({sentence!r}): nothing is at least {at_least} and at most {at_most}")


def _check_both_ways(
    sentence: str, measured: object, at_least: object, at_most: object, timed: bool, both_ways: bool
) -> None:
    """Refuse a comparison that would hold as well if the two contenders were exchanged, unless that is meant."""
    if not timed and both_ways:
        raise ValueError(f"claim({sentence!r}): both_ways= is for what is about time; a clock's number is timed=True")
    admits = _holds(1, at_least, at_most) if not _is_truth(measured) else False
    if both_ways and not admits:
        raise ValueError(
            f"claim({sentence!r}): its bounds do not admit 1, so it holds one way only; leave out both_ways=True"
        )
    if isinstance(measured, Ratio) and admits and not both_ways:
        raise ValueError(
            f"claim({sentence!r}): its bounds admit 1, so it may hold as well with {measured.slower!r} and "
            f"{measured.faster!r} exchanged.\nSay which is faster, with a bound that excludes 1; or that it is a bound "
            "on a quantity and no comparison: both_ways=True"
        )


def _holds(measured: float | bool, at_least: float | None, at_most: float | None) -> bool:
    if _is_truth(measured):
        return bool(measured)
    above = at_least is None or _at_least(measured, at_least)
    return above and (at_most is None or _at_least(at_most, measured))


def _at_least(number: object, bound: object) -> bool:
    return bool(_comparable(number) >= _comparable(bound))


def _comparable(number: object) -> object:
    """Python compares all its numbers but a Decimal with a Fraction."""
    return Fraction(number) if isinstance(number, Decimal) and number.is_finite() else number


def _text(number: float, like: float) -> str:
    """Format a number with the unit that ``like`` has."""
    if isinstance(like, Ratio):
        return times(number)
    if isinstance(like, Seconds):
        return duration(number)
    if isinstance(number, Rational) and abs(number) > 10**300:  # beyond all floats
        return f"{Decimal(int(number)):.2e}"
    return three_digits(float(number))


def _bounds(measured: float, at_least: float | None, at_most: float | None) -> str:
    """What was claimed, with the numbers as they were typed."""
    unit = " ×" if isinstance(measured, Ratio) else ""
    texts = [
        f"{word} {duration(bound) if isinstance(measured, Seconds) else f'{_typed(bound)}{unit}'}"
        for word, bound in (("at least", at_least), ("at most", at_most))
        if bound is not None
    ]
    return " and ".join(texts)


def _typed(bound: object) -> str:
    """A bound with all its digits: the shorter way of writing it, if that loses none."""
    if isinstance(bound, Integral) and abs(bound) < 10**300 and float(short := f"{float(bound):g}") == bound:
        return short
    if isinstance(bound, Rational | Decimal):
        return str(bound)
    return short if float(short := f"{bound:g}") == bound else repr(float(bound))


def _advice(attempts: int) -> str:
    again = f"It was measured {attempts} times, the best counts. " if attempts > 1 else ""
    return (
        f"{again}Is this machine busy with something else, or is its compiler or Python another one?\n"
        "Close what else is running and run the cell again. If it still fails, this machine is different: believe it,\n"
        "and find out why; machine() shows what it is."
    )
