"""The word `faster_than`: how many times faster an answer is than a reference, by a clock that is not to be fooled.

A timed call that has seen its arguments before need not work, and one whose result nobody looks at need not either. So
every timed call gets new arguments, which exist only since a moment ago, and every result is held against what the
reference makes of them. The reference gets them after the answer, so that there is nothing to copy from.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from unladen.exercises import words
from unladen.exercises.speed_answers import NotPlain, as_it_was, own
from unladen.exercises.speed_names import names
from unladen.exercises.values import same, short
from unladen.host.effort import Effort

ROUNDS = 3  # so many ratios in a row must lie on the same side of the bar
PATIENCE = 9  # and if they have not after this many, the machine is too noisy to tell
NEAR = 1.25  # and one not so many times below it is near it
CLEAR = 1.5  # a single ratio this many times above the bar is enough
LEAST = 3  # samples of each in one measurement
SAMPLE = 100e-6  # seconds of the answer's work in one sample
MOST = 50  # calls in one sample
REMEMBERED = 5  # nobody who does the same work again is so many times as fast
SMALL = 256 * 1024  # bytes of arrays in one sample, unless a single call has more: they stay in the cache

EVERY_CALL = (
    "The answers of timed calls are looked at, too, and each of them is given other values. Every call must do the "
    "work: what is remembered from other calls is of no use here."
)
ITSELF = (
    "What a timed call returns must be the result itself, and not an object that works it out when somebody looks: "
    "that work would be done after the clock has stopped."
)
HANDS_OFF = (
    "The check measures with it, or the other side of the race works with it. Nothing is wrong with trying: but a "
    "speed counts that comes from your function alone."
)
LEFT_RUNNING = (
    "What goes on while nobody looks is not timed, and slows down the other side. Have it end before you return."
)
UNBELIEVABLE = (
    "To work on values, they have to be read at least once. A time below that is a fault of the measurement, or a way "
    "around it, and is not believed."
)

# Bound before any answer arrives: what it replaces later is not asked.
_clock, _thread_time, _process_time = time.perf_counter, time.thread_time, time.process_time
_generator, _off, _on, _collecting = np.random.default_rng, gc.disable, gc.enable, gc.isenabled
_copyto, _empty, _maximum = np.copyto, np.empty, np.max

try:
    from resource import RUSAGE_THREAD, getrusage as _usage  # Linux alone counts by thread  # isort: skip
except ImportError:
    _usage = None


def faster_than(
    reference: Callable,
    answer: Callable,
    make: Callable[[np.random.Generator], Sequence[object]],
    at_least: float,
    *,
    hint: str,
    seconds: float = 0.25,
    filled: Sequence[int] = (),
    agree: Callable[[object, object], bool] = same,
    also: Callable[[np.random.Generator], Sequence[object]] | None = None,
) -> None:
    """The answer must be ``at_least`` so many times faster than ``reference``, both timed here, in turns.

    ``make(rng)`` returns the arguments of one call: other values each time, of the same number and kind, with other
    results; where numbers cancel, exact ones (`values.whole`), or an honest answer's last digits are held against it.
    ``filled`` are the places of those that a call may change, ``agree`` compares the answer's result with the
    reference's. ``also`` makes the arguments of calls in between that are looked at and not timed, for inputs on which
    even slow answers are soon done. One measurement takes about ``seconds`` and is repeated until the answer stays on
    one side of the bar; if it does not, the machine is too noisy and nobody is judged. To be asked last, for it expects
    right answers.
    """
    now = words.now
    now.against = f"that of {reference.__name__}; at least {at_least:g} × is asked"
    if now.correctness_only:
        return
    words._note(f"{now.name}, {words.MEASURING},")
    ratios: list[float] = []
    effort, pair = Effort(os.getpid()), Pair(reference, answer, make, filled, agree, also)
    while len(ratios) < PATIENCE:
        effort.look()
        ratios.append(pair.ratio(seconds))
        effort.look()
        pair.alone(effort.family)
        latest = ratios[-ROUNDS:]
        now.earned = statistics.median(latest)
        if (pair.reference, pair.answer, pair.make, pair.agree) != (reference, answer, make, agree):
            pair.fooled("While it was timed, a side of the race, or what compares the two, was exchanged.", HANDS_OFF)
        if ratios == [r for r in ratios if r >= at_least * CLEAR]:
            return
        if len(latest) == ROUNDS and min(latest) >= at_least:
            return
        if len(latest) == ROUNDS and at_least / NEAR < max(latest) < at_least and effort.lost > effort.worked:
            continue  # both wait for their turn more than they work: that near to the bar, it may be chance
        if len(latest) == ROUNDS and max(latest) < at_least:
            pair.remembers()
            words.wrong("The results are right, and come too slowly.", hint)
    raise words.TooNoisy


def untouched(now: words.Grading, correctness_only: bool) -> None:
    """It must have been this check that found all in order; to be asked after all has held."""
    changed = names().changed(below="unladen.")
    if not changed and (words.now is not now or now.correctness_only != correctness_only):
        changed = "unladen.exercises.words.now"
    if changed:
        now.earned = None
        words.wrong(f"After the calls `{changed}` is not what it was before.", HANDS_OFF)


class Sample(NamedTuple):
    """Seconds of one call by the wall clock, and of one's ``own``; ``alone``: one thread did it, without waiting."""

    wall: float
    own: float
    alone: bool


@dataclass(eq=False)
class Batch:
    """Arguments for some calls, a copy of them for the reference, and what the answer made of them."""

    given: list[tuple]
    copies: list[tuple]
    got: list[object]


class Pair:
    """The reference and the answer, to be timed in turns, and what is needed for that."""

    def __init__(self, reference, answer, make, filled=(), agree=same, also=None) -> None:
        self.reference, self.answer, self.make, self.filled, self.agree = reference, answer, make, filled, agree
        self.also = also
        self.names, self.calls = names(), 1
        for _ in range(2):  # the first calls warm up, and may compile; the second ones tell how long a call takes
            batch = self._batch()
            mine = self._time_answer(batch)
            theirs = self._time_reference(batch)
        nbytes = max(1, sum(map(_nbytes, batch.copies[0])))
        self.calls = max(1, min(MOST, round(SAMPLE / mine.wall), round(0.02 / theirs.wall), SMALL // nbytes))

    def ratio(self, seconds: float) -> float:
        """Measure for about ``seconds``, and return the reference's best time divided by the answer's."""
        until = _clock() + seconds
        waiting = self._batch()
        mine, theirs = [self._time_answer(waiting)], []
        while len(mine) < LEAST or _clock() < until:
            batch = self._batch()
            if _generator().random() < 0.5:
                mine.append(self._time_answer(batch))
                theirs.append(self._time_reference(waiting))
            else:
                theirs.append(self._time_reference(waiting))
                mine.append(self._time_answer(batch))
            waiting = batch
        theirs.append(self._time_reference(waiting))
        both = [mine, theirs]
        # What others took of a core can be told of one thread at work: it is taken off for both, or for none.
        alone = all(2 * sum(sample.alone for sample in samples) > len(samples) for samples in both)
        best, slower = (min(s.own if alone else s.wall for s in samples) for samples in both)
        if name := self.names.changed():
            self.fooled(f"After the timed calls `{name}` is not what it was before.", HANDS_OFF)
        self._possible(best, waiting.copies[0])
        return slower / best

    def _batch(self) -> Batch:
        rng = _generator()  # seeded anew: from one that is kept, an answer could draw the next inputs ahead of time
        given = [tuple(self.make(rng)) for _ in range(self.calls)]
        return Batch(given, [tuple(map(own, args)) for args in given], [])

    def _time_answer(self, batch: Batch) -> Sample:
        """Time the answer on a batch; what it returned is copied at once, and its arguments must be as they were."""
        _read(batch.given)
        try:
            sample, batch.got = _timed(self.answer, batch.given, own)
        except NotImplementedError as raised:
            raise words.Unwritten from raised
        except NotPlain as found:
            self.fooled(f"One of its timed calls returned an object of type {found}.", ITSELF)
        except Exception as raised:
            words.wrong(f"{words.now.name}, {words.MEASURING}, raised {words._described(raised)}", EVERY_CALL)
        for given, copies in zip(batch.given, batch.copies, strict=True):
            for place, (after, before) in enumerate(zip(given, copies, strict=True)):
                if place not in self.filled and not as_it_was(after, before):
                    told = f"One of its timed calls changed what it was given: {short(before)} became {short(after)}"
                    words.wrong(told, words.CHANGED)
        if running := self.names.threads():
            threads = "a thread that it started still runs" if running == 1 else f"{running} of its threads still run"
            self.fooled(f"{words.now.name} has returned, and {threads}.", LEFT_RUNNING)
        batch.given = []
        if self.also:
            args = tuple(self.also(_generator()))
            self._compare(self.answer(*args), self.reference(*args))
        return sample

    def _time_reference(self, batch: Batch) -> Sample:
        """Time the reference on a batch that the answer has had, and hold the answer's results against its own."""
        _read(batch.copies)
        sample, results = _timed(self.reference, batch.copies)
        for got, expected in zip(batch.got, results, strict=True):
            self._compare(got, expected)
        return sample

    def alone(self, family: Sequence[int]) -> None:
        """What the answer starts may not go on after it; ``family`` are this process and all that it has started."""
        if self.names.sealed and len(family) > 1:
            self.fooled(f"{words.now.name} has returned, and a process that it started still runs.", LEFT_RUNNING)

    def _compare(self, got: object, expected: object) -> None:
        if not self.agree(got, expected):
            self.fooled(f"One of its timed calls returned {short(got)}, expected {short(expected)}.", EVERY_CALL)

    def remembers(self) -> None:
        """Tell an answer that was too slow, and is not where it was asked before, that this is what makes the gain."""
        new, known = [], []
        for _ in range(3):  # one call may meet with anything: memory that is new, another process
            args = tuple(self.make(_generator()))
            new.append(_timed(self.answer, [args])[0].own)
            known.append(_timed(self.answer, [args])[0].own)
        if min(new) > REMEMBERED * min(known):
            gain = min(new) / min(known)
            told = f"an input that it has seen is answered {gain:.0f} times as fast as a new one."
            words.wrong(f"The results are right, and come too slowly: {told}", EVERY_CALL)

    def _possible(self, best: float, args: Sequence[object]) -> None:
        """A call cannot be faster than the cheapest look at all that it was given."""
        least = min(_least_time(args) for _ in range(3))
        if best < least:
            told = (
                f"A call took {best * 1e6:.3g} µs by the clock. Only to copy what it was given, without any work on "
                f"it, takes this machine more: at least {least * 1e6:.3g} µs would be needed."
            )
            self.fooled(told, UNBELIEVABLE)

    def fooled(self, told: str, why: str) -> None:
        words.now.earned = None  # no speed was measured
        words.wrong(told, why)


def _timed(
    function: Callable, batch: list[tuple], keep: Callable[[object], object] | None = None
) -> tuple[Sample, list[object]]:
    """Call a function with each of these arguments; return the time of one call, and the results, through ``keep``.

    The garbage collector is off until they are kept: it would call what an answer left in a cycle to finish its work.
    Where this thread never waited, was alone at work in its process and was pushed off its core, the difference of wall
    and running time is what other processes took. It is the rule of `unladen.timing.stopwatch`.
    """
    results, collecting = [None] * len(batch), _collecting()
    _off()
    try:
        before, start = _running(), _clock()
        for turn, args in enumerate(batch):
            results[turn] = function(*args)
        stop = _clock()
        _off()  # if the answer has turned it on
        after = _running()
        results = [keep(result) for result in results] if keep else results
    finally:
        if collecting:
            _on()
    wall = stop - start
    ran, process_ran, waited, taken = (y - x for x, y in zip(before, after, strict=True))
    alone = not waited and process_ran - ran < 0.02 * ran
    mine = min(wall, ran) if taken and alone else wall
    return Sample(wall / len(batch), mine / len(batch), alone), results


def _read(batch: list[tuple]) -> None:
    """Read all arrays once, so that both sides find them equally near."""
    for args in batch:
        for thing in args:
            if type(thing) is np.ndarray:
                _maximum(thing.reshape(-1).view(np.uint8))


def _nbytes(thing: object) -> int:
    return 0 if isinstance(thing, list | tuple) else getattr(thing, "nbytes", 0)


def _running() -> tuple[float, float, int, int]:
    use = _usage(RUSAGE_THREAD) if _usage else None
    return _thread_time(), _process_time(), use.ru_nvcsw if use else 0, use.ru_nivcsw if use else 0


def _least_time(args: Sequence[object]) -> float:
    """Seconds in which no answer can have read these arguments: half of copying a list, an eighth of copying bytes."""
    least = 0.0
    for thing in args:
        if isinstance(thing, list | tuple):
            least += _cheapest(lambda thing=thing: [*thing]) / 2
        elif nbytes := _nbytes(thing):
            source, copied = _empty(nbytes, np.uint8), _empty(nbytes, np.uint8)
            least += _cheapest(lambda copied=copied, source=source: _copyto(copied, source)) / 8
    return least


def _cheapest(call: Callable[[], object]) -> float:
    times = []
    for _ in range(7):
        start = _clock()
        call()
        times.append(_clock() - start)
    return max(0.0, min(times) - 1e-6)  # less than what one call costs
