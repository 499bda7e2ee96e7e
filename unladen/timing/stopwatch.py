"""One contender's clock: its first call, how often to repeat it in one sample, and honest samples.

A sample is the time of a short loop of calls, long against the clock's own cost and short against a time slice. What
matters on a shared machine is what happens when another process takes the core in the middle of one: see ``_own``.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SAMPLE = 0.002  # seconds: the least time of one sample
_SCANNED = 1000  # elements of a returned list that are looked at for asynchronous results


@dataclass
class Lane:
    """A contender on the track: its name, what to call, and what was measured so far (times in seconds per call)."""

    name: str
    call: Callable[[], object]
    first: float = 0.0
    repeats: int = 1
    waits: bool = False
    samples: list[float] = field(default_factory=list)

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
        start = time.perf_counter()
        answer = self._called()
        self.waits = wait(answer)
        self.first = time.perf_counter() - start
        return answer

    def second_call(self) -> object:
        """Make the first call that counts, and return its answer."""
        before, start = _running(), time.perf_counter()
        answer = self._called()
        if self.waits:
            wait(answer)
        stop = time.perf_counter()
        self.samples = [_own(stop - start, before, _running())]
        return answer

    def calibrate(self) -> None:
        """Choose how many calls make one sample: 1, unless a call is much shorter than ``SAMPLE``."""
        while (length := self.length) < SAMPLE / 2:
            # A single short call is measured badly, so approach the number in steps of at most ten.
            self.repeats = max(self.repeats + 1, round(self.repeats * min(10, SAMPLE / max(length, 1e-9))))
            self.samples.clear()
            self.sample()

    def sample(self) -> float:
        """Take one more sample and return its length in seconds. The garbage collector is off during it."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            spent = _timed_waiting(self.call, self.repeats) if self.waits else _timed(self.call, self.repeats)
        finally:
            if collecting:
                gc.enable()
        self.samples.append(spent / self.repeats)
        return spent

    def _called(self) -> object:
        try:
            return self.call()
        except Exception as error:
            error.add_note(f"This happened in the race's contender {self.name!r}.")
            raise


def wait(answer: object) -> bool:
    """Wait until an asynchronous answer (JAX's, or any with ``block_until_ready``) is there; tell whether it was one.

    Looks into tuples, lists and dictionaries too.
    """
    if hasattr(answer, "block_until_ready"):
        answer.block_until_ready()
        return True
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, tuple | list) and len(answer) <= _SCANNED:
        waited = [wait(part) for part in answer]  # for every part, where any() alone would stop at the first
        return any(waited)
    return False


def _timed(call: Callable[[], object], repeats: int) -> float:
    calls = itertools.repeat(None, repeats)
    before, start = _running(), time.perf_counter()
    for _ in calls:
        call()
    stop = time.perf_counter()
    return _own(stop - start, before, _running())


def _timed_waiting(call: Callable[[], object], repeats: int) -> float:
    calls = itertools.repeat(None, repeats)
    before, start = _running(), time.perf_counter()
    for _ in calls:
        wait(call())
    stop = time.perf_counter()
    return _own(stop - start, before, _running())


def _running() -> tuple[float, float, int, int]:
    """Read what tells whether this thread ran all the time.

    Returns the seconds this thread has run, the seconds the whole process has, how often this thread gave up its core
    of its own accord (it waited), and how often another process took it.
    """
    return time.thread_time(), time.process_time(), *_switches()


def _own(wall: float, before: tuple, after: tuple) -> float:
    """Return the wall-clock seconds without those in which another process had this thread's core.

    Where the thread never waited, was alone at work in its process, and was pushed off its core, the difference of
    wall and running time is exactly what the others took. In every other case (a sleep, a GPU, a pool of threads, a
    system that does not count) only the wall clock tells the truth.
    """
    ran, process_ran, waited, taken = (y - x for x, y in zip(before, after, strict=True))
    alone = process_ran - ran < 0.02 * ran
    return min(wall, ran) if taken and not waited and alone else wall


try:
    from resource import RUSAGE_THREAD, getrusage  # Linux alone counts by thread

    def _switches() -> tuple[int, int]:
        use = getrusage(RUSAGE_THREAD)
        return use.ru_nvcsw, use.ru_nivcsw

except ImportError:

    def _switches() -> tuple[int, int]:
        return 0, 0
