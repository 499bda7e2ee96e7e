"""Two threads on two cores, in rounds that they begin together: only then can they disturb each other.

A busy machine may run two threads one after the other, on one core. So each is bound to a core, where the system
allows that, and of all rounds those count in which both were seen to run at the same time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from unladen.compiling.absent import Absent
from unladen.host import effort
from unladen.timing.race import Seconds

ROUNDS, FEWEST, TRIES = 60, 5, 6
ONE_CORE = 30e-9  # seconds: two hyper-threads of one core hand a number to and fro faster than two cores can
_TOPOLOGY = Path("/sys/devices/system/cpu")

Work = Callable[[int, np.ndarray, np.ndarray, np.ndarray], object]


def side_by_side(work: Work, turns: int = 1) -> Seconds | Absent:
    """Let two threads call ``work(me, come, start, end)``, and return the median time of a turn, of rounds of both.

    ``me`` is 0 or 1, ``come`` an integer for the two to meet by, which is 0; ``start`` and ``end`` are for the seconds
    at which each of the thread's rounds began and ended, of so many ``turns`` each. Half of a round, at least, both
    must have been in it. What comes back is ``Absent`` where this process has one core, or where the two were never
    seen at once.
    """
    cores = two_cores()
    if isinstance(cores, Absent):
        return cores
    kept: list[float] = []
    for _ in range(TRIES):
        come, (start, end) = np.zeros(1, np.int64), np.zeros((2, 2, ROUNDS))
        with ThreadPoolExecutor(2) as pool:
            for job in [pool.submit(_bound, cores[me], work, me, come, start[me], end[me]) for me in (0, 1)]:
                job.result()
        kept += at_the_same_time(start, end).tolist()
        if len(kept) >= FEWEST:
            return Seconds(np.median(kept) / turns)
    return Absent("the two threads were not seen to run at the same time")


def at_the_same_time(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Of rounds of two threads, arrays of two rows, the seconds of those in which both were at work for half of it."""
    longest = (end - start).max(axis=0)
    both = end.min(axis=0) - start.max(axis=0)
    return longest[(both > longest / 2) & (longest > 0)]


def _bound(core: int | None, work: Work, *arguments: object) -> None:
    if core is not None:
        os.sched_setaffinity(0, {core})  # of this thread alone, which ends with its pool
    work(*arguments)


def second_core() -> bool | Absent:
    """Whether this process may use a second core, by its binding and its container's quota; ``Absent`` if it may not.

    On one core a share of what two threads gain is 1 of nothing: true, and no claim.
    """
    return True if effort.usable() >= 2 else Absent("it takes two cores, and here is one")


def two_cores() -> tuple[int, int] | tuple[None, None] | Absent:
    """Two cores that this process may use, and that are not hyper-threads of one; ``Absent`` if there are none.

    ``(None, None)`` where the system binds no thread to a core (macOS).
    """
    if not (second := second_core()):
        return second
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    first, *others = sorted(os.sched_getaffinity(0))
    other = next((core for core in others if core not in _siblings(first)), None)
    return Absent("the cores of this process are hyper-threads of one") if other is None else (first, other)


def _siblings(core: int) -> set[int]:
    """The hyper-threads of the same core, as the system tells it ("0-1", "0,32"); a virtual machine may not know."""
    try:
        told = (_TOPOLOGY / f"cpu{core}/topology/thread_siblings_list").read_text()
    except OSError:
        return {core}
    ends = [part.split("-") for part in told.strip().split(",")]
    return {number for part in ends for number in range(int(part[0]), int(part[-1]) + 1)}


def of_two_cores(there_and_back: Seconds | Absent) -> bool | Absent:
    """Whether a number that goes to and fro in so many seconds goes between two cores; ``Absent`` if within one."""
    if isinstance(there_and_back, Absent):
        return there_and_back
    if there_and_back < ONE_CORE:
        return Absent("the two threads are on one core, it seems: a number goes to and fro too fast for two")
    return True
