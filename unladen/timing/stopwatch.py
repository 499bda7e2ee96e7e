"""One contender's clock: its first call, how often to repeat it in one sample, and honest samples.

A sample is the time of a short loop of calls, long against the clock's own cost and short against a time slice. What
matters on a shared machine is what happens when another process takes the core in the middle of one: see ``_sample``;
and that all who are compared are timed in the same way: see ``level``.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from unladen.timing.answers import settled, wait
from unladen.timing.blame import blamed

SAMPLE = 0.002  # seconds: the least time of one sample


class Sample(NamedTuple):
    """Seconds by the wall clock and of one's ``own``, and whether one thread did it ``alone``, without waiting."""

    wall: float
    own: float
    alone: bool


@dataclass(eq=False)
class Lane:
    """A contender on the track: its name, what to call, and what was measured so far (times in seconds per call)."""

    name: str
    call: Callable[[], object]
    first: float = 0.0
    repeats: int = 1
    waits: bool = False
    by_wall: bool = False
    taken: list[Sample] = field(default_factory=list)

    @property
    def samples(self) -> list[float]:
        return [sample.wall if self.by_wall else sample.own for sample in self.taken]

    @property
    def alone(self) -> bool:
        """Whether most samples were the work of one thread that never waited."""
        return 2 * sum(sample.alone for sample in self.taken) > len(self.taken)

    @property
    def best(self) -> float:
        return min(self.samples)

    @property
    def spread(self) -> float:
        """How far the median sample lies above the best one, as a fraction of the best."""
        return statistics.median(self.samples) / self.best - 1

    @property
    def length(self) -> float:
        """The seconds that one more sample is likely to take."""
        return statistics.median(self.samples) * self.repeats

    def first_call(self) -> object:
        """Make the first call, in which a just-in-time compiler compiles; its time is kept apart."""
        with blamed(self.name):
            start = time.perf_counter()
            answer = self.call()
            self.waits = wait(answer)
            self.first = self.first or time.perf_counter() - start  # where the race begins again, that was it
            return settled(answer) if self.waits else answer

    def second_call(self) -> object:
        """Make the first call that counts, and return its answer."""
        with blamed(self.name, second=True):
            before, start = _running(), time.perf_counter()
            answer = self.call()
            if self.waits:
                wait(answer)
            stop = time.perf_counter()
            self.taken = [_sample(stop - start, before, _running())]
            return settled(answer) if self.waits else answer

    def call_once_more(self) -> object:
        """Make a call that does not count, and return its answer."""
        answer = self.call()
        return settled(answer) if wait(answer) else answer

    def calibrate(self) -> None:
        """Choose how many calls make one sample: 1, unless a call is much shorter than ``SAMPLE``."""
        while (length := self.length) < SAMPLE / 2:
            # A single short call is measured badly, so approach the number in steps of at most ten.
            self.repeats = max(self.repeats + 1, round(self.repeats * min(10, SAMPLE / max(length, 1e-9))))
            self.taken.clear()
            self.sample()

    def sample(self) -> float:
        """Take one more sample and return its length in seconds. The garbage collector is off during it."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            with blamed(self.name):
                spent = _timed_waiting(self.call, self.repeats) if self.waits else _timed(self.call, self.repeats)
        finally:
            if collecting:
                gc.enable()
        self.taken.append(Sample(spent.wall / self.repeats, spent.own / self.repeats, spent.alone))
        return spent.wall if self.by_wall else spent.own


def level(lanes: list[Lane]) -> None:
    """Time all of a race in the same way.

    What others took of a core can be told of one thread at work, and not of several. If it were taken from the time of
    some contenders alone, threads would lose every race on a busy machine; so it is done for all, or for none.
    """
    if not all(lane.alone for lane in lanes):
        for lane in lanes:
            lane.by_wall = True


def _timed(call: Callable[[], object], repeats: int) -> Sample:
    calls = itertools.repeat(None, repeats)
    before, start = _running(), time.perf_counter()
    for _ in calls:
        call()
    stop = time.perf_counter()
    return _sample(stop - start, before, _running())


def _timed_waiting(call: Callable[[], object], repeats: int) -> Sample:
    calls = itertools.repeat(None, repeats)
    before, start = _running(), time.perf_counter()
    for _ in calls:
        wait(call())
    stop = time.perf_counter()
    return _sample(stop - start, before, _running())


def _running() -> tuple[float, float, int, int]:
    """Read what tells whether this thread ran all the time.

    Returns the seconds this thread has run, the seconds the whole process has, how often this thread gave up its core
    of its own accord (it waited), and how often another process took it.
    """
    return time.thread_time(), time.process_time(), *_switches()


def _sample(wall: float, before: tuple, after: tuple) -> Sample:
    """Return the wall-clock seconds, and those without the ones in which another process had this thread's core.

    Where the thread never waited, was alone at work in its process, and was pushed off its core, the difference of
    wall and running time is exactly what the others took. In every other case (a sleep, a GPU, a pool of threads, a
    system that does not count) only the wall clock tells the truth.
    """
    ran, process_ran, waited, taken = (y - x for x, y in zip(before, after, strict=True))
    alone = not waited and process_ran - ran < 0.02 * ran
    return Sample(wall, min(wall, ran) if taken and alone else wall, alone)


try:
    from resource import RUSAGE_THREAD, getrusage  # Linux alone counts by thread

    def _switches() -> tuple[int, int]:
        use = getrusage(RUSAGE_THREAD)
        return use.ru_nvcsw, use.ru_nivcsw

except ImportError:

    def _switches() -> tuple[int, int]:
        return 0, 0
