"""One contender's clock: its first call, how often to repeat it in one sample, and honest samples.

A sample is the time of a short loop of calls, long against the clock's own cost and short against a time slice. What
matters on a shared machine is what happens when another process takes the core in the middle of one: see ``_sample``;
that all who are compared are timed in the same way: see ``level``; and that what is timed is the work: see ``judge``.
"""

from __future__ import annotations

import gc
import itertools
import operator
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from unladen.timing.answers import settled, wait
from unladen.timing.blame import blamed

SAMPLE = 0.002  # seconds: the least time of one sample
PATIENCE = 0.05  # seconds: a contender with which comparing took longer has only such answers compared as must be


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
    calls: int = 0  # made so far
    planned: int = 0  # calls at the end of the race, about
    looking: float = 0.0  # seconds that ``judge`` has taken
    judge: Callable[[Lane, object, int], Exception | None] | None = None  # given an answer, and which call's it is

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
            answer = self._called()
            self.waits = wait(answer)
            self.first = self.first or time.perf_counter() - start  # where the race begins again, that was it
            return settled(answer) if self.waits else answer

    def second_call(self) -> object:
        """Make the first call that counts, and return its answer."""
        with blamed(self.name, second=True):
            self.calls += 1
            before, start = _running(), time.perf_counter()
            answer = self.call()
            if self.waits:
                wait(answer)
            stop = time.perf_counter()
            self.taken = [_sample(stop - start, _since(before))]
            return settled(answer) if self.waits else answer

    def call_once_more(self) -> object:
        """Make a call that does not count, and return its answer."""
        answer = self._called()
        return settled(answer) if wait(answer) else answer

    def _called(self) -> object:
        self.calls += 1
        return self.call()

    def calibrate(self) -> None:
        """Choose how many calls make one sample: 1, unless a call is much shorter than ``SAMPLE``."""
        while (length := self.length) < SAMPLE / 2:
            # A single short call is measured badly, so approach the number in steps of at most ten.
            self.repeats = max(self.repeats + 1, round(self.repeats * min(10, SAMPLE / max(length, 1e-9))))
            self.taken.clear()
            self.sample()

    def sample(self, at: int | None = None) -> float:
        """Take one more sample and return its length in seconds. The garbage collector is off during it.

        While the clock stands still, ``judge`` is given the answer of the sample's call number ``at``; without one that
        of its last call, if the sample is the best so far. What it returns is raised.
        """
        place = at or self.repeats
        before, after = itertools.repeat(None, place - 1), itertools.repeat(None, self.repeats - place)
        fault = None

        def look(answer: object, wall: float) -> None:
            nonlocal fault
            best = not self.taken or wall < self.best * self.repeats
            if self.judge and (at or best and self.looking < PATIENCE):
                start = time.perf_counter()
                fault = self.judge(self, settled(answer) if self.waits else answer, self.calls + place)
                self.looking += time.perf_counter() - start

        collecting = gc.isenabled()
        gc.disable()
        try:
            with blamed(self.name, lambda: self.calls + self.repeats - _left(before) - _left(after)):
                spent = (_timed_waiting if self.waits else _timed)(self.call, before, after, look)
        finally:
            if collecting:
                gc.enable()
        self.calls += self.repeats
        self.taken.append(Sample(spent.wall / self.repeats, spent.own / self.repeats, spent.alone))
        if fault:
            raise fault
        return spent.wall if self.by_wall else spent.own


def level(lanes: list[Lane]) -> None:
    """Time all of a race in the same way.

    What others took of a core can be told of one thread at work, and not of several. If it were taken from the time of
    some contenders alone, threads would lose every race on a busy machine; so it is done for all, or for none.
    """
    if not all(lane.alone for lane in lanes):
        for lane in lanes:
            lane.by_wall = True


def _timed(call: Callable, before: Iterator, after: Iterator, look: Callable[[object, float], None]) -> Sample:
    """Time as many calls as there are ``before``, one, and those ``after``; ``look`` at the answer of the one.

    Answers are let go of on the clock, and none is held while the next one is made: it would need memory of its own.
    """
    state, start = _running(), time.perf_counter()
    for _ in before:
        call()
    answer = call()
    stop = time.perf_counter()
    wall, ran = stop - start, _since(state)
    look(answer, wall)
    state, start = _running(), time.perf_counter()
    del answer
    for _ in after:
        call()
    stop = time.perf_counter()
    return _sample(wall + stop - start, map(operator.add, ran, _since(state)))


def _timed_waiting(call: Callable, before: Iterator, after: Iterator, look: Callable[[object, float], None]) -> Sample:
    """The same, where answers have to be waited for."""
    state, start = _running(), time.perf_counter()
    for _ in before:
        wait(call())
    answer = call()
    wait(answer)
    stop = time.perf_counter()
    wall, ran = stop - start, _since(state)
    look(answer, wall)
    state, start = _running(), time.perf_counter()
    del answer
    for _ in after:
        wait(call())
    stop = time.perf_counter()
    return _sample(wall + stop - start, map(operator.add, ran, _since(state)))


def _left(calls: Iterator) -> int:
    return operator.length_hint(calls)


def _running() -> tuple[float, float, int, int]:
    """Read what tells whether this thread ran all the time.

    Returns the seconds this thread has run, the seconds the whole process has, how often this thread gave up its core
    of its own accord (it waited), and how often another process took it.
    """
    return time.thread_time(), time.process_time(), *_switches()


def _since(before: tuple) -> tuple:
    return tuple(map(operator.sub, _running(), before))


def _sample(wall: float, spent: Iterable) -> Sample:
    """Return the wall-clock seconds, and those without the ones in which another process had this thread's core.

    Where the thread never waited, was alone at work in its process, and was pushed off its core, the difference of
    wall and running time is exactly what the others took. In every other case (a sleep, a GPU, a pool of threads, a
    system that does not count) only the wall clock tells the truth.
    """
    ran, process_ran, waited, taken = spent
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
