"""Faster than the machine: what nobody can have done in the time it took.

Memory's bandwidth is passed by right: where the data lie in a cache, or fewer bytes are moved than were named. What no
data can pass is the rate at which a core's registers are read and written at its peak of arithmetic; and what no
arithmetic can pass is that peak.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from unladen.show import duration, marked, three_digits
from unladen.timing import best, limits
from unladen.timing.agreement import Disagreement
from unladen.timing.stopwatch import Lane

if TYPE_CHECKING:
    from unladen.timing.race import Race

# For each operation at the peak: a multiplication and an addition read three numbers of 8 bytes and write one.
BYTES = 16
MARGIN = 1.1  # by how much the peak may be passed: two measurements of it differ
FAR = 3  # what is so many times above it is not measured more often
ATTEMPTS = 5


class TooFast(Disagreement):
    """A contender took less time than this machine needs for what it is said to do."""


def refuse_impossible(race: Race, kind: str, amount: float) -> None:
    """Raise ``TooFast`` if a contender of a race cannot have moved, or computed, ``amount`` in its best time.

    The peak that seems to be passed is measured again first.
    """
    for name in race.names:
        lane = race.lane(name)
        rate = amount / lane.best
        attempt = 0
        while rate > best.best(kind).rate and rate > (most := _most(lane, kind, race.value, first=not attempt)):
            attempt += 1
            if attempt == ATTEMPTS or attempt > 1 and rate > FAR * most:
                raise TooFast(_told(lane, kind, amount, most))
            best.measure_again("flops")


def _most(lane: Lane, kind: str, answer: object, first: bool) -> float:
    """Operations or bytes a second that this contender cannot pass, on all cores if it is not a single thread."""
    cores = 1 if lane.alone else os.cpu_count() or 1
    return (
        cores
        * (MARGIN * best.best("flops").rate if first else peak())
        * (_narrow(answer) if kind == "flops" else BYTES)
    )


def peak() -> float:
    """Operations a second (double precision) that one core cannot pass: those of our kernel, or of NumPy's product.

    Some cores have a unit for matrices, which only libraries for matrices use.
    """
    product = _product()
    return MARGIN * max(best.best("flops").rate, product if product == product else 0.0)


@cache
def _product() -> float:
    return limits.product_of_numpy()


def _narrow(answer: object) -> float:
    """How many numbers of the answer's kind fit where one of double precision does."""
    kind = getattr(answer, "dtype", None)
    return max(1.0, 8 / kind.itemsize) if getattr(kind, "kind", "") in ("f", "V") and kind.itemsize else 1.0


def _told(lane: Lane, kind: str, amount: float, most: float) -> str:
    flops = kind == "flops"
    what, unit = ("operations", "GFLOP/s") if flops else ("bytes", "GB/s")
    where = "can do at most" if flops else "moves to and from its registers less than"
    rate, limit = (marked(f"{three_digits(number / 1e9)} {unit}") for number in (amount / lane.best, most))
    cause = (
        "Is its work skipped, done before, or left out by the compiler? Are so many operations needed?\n"
        "The peak is that of double precision: two of single precision count as one."
        if flops
        else "Is its work skipped, done before, or left out by the compiler? Does it touch so many bytes?"
    )
    return (
        f"{lane.name!r} cannot have done what it is said to do: limit=({kind!r}, {amount:g}).\n"
        f"  {amount:g} {what} in {marked(duration(lane.best))} would be {rate}\n"
        f"  {'one core' if lane.alone else 'all cores'} of this machine {where} {limit}\n"
        f"{cause}"
    )
