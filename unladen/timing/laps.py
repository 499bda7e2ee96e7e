"""The laps of a race: who is sampled when, how often, and which answers are looked at.

The random order is that of Google Benchmark's random interleaving.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import random
import statistics
from collections.abc import Iterator

from unladen.patience import Progress
from unladen.timing.agreement import Witness
from unladen.timing.stopwatch import Lane

LEAST_ROUNDS, MOST_ROUNDS = 3, 200
STRETCH = 10  # samples of each contender


@contextlib.contextmanager
def watched(lanes: list[Lane], witness: Witness | None) -> Iterator[None]:
    """Have a ``witness`` look at answers of timed calls, and at what was read when they are over."""
    for lane in lanes:
        lane.judge = witness and witness.judge
    try:
        yield
    finally:
        for lane in lanes:
            lane.judge = None
    if witness:
        witness.at_the_end()


def run_laps(lanes: list[Lane], seconds: float, rounds: int | None, progress: Progress, least: int = 0) -> None:
    """Take samples of all lanes for about ``seconds`` in all (or ``rounds`` each), in laps.

    Each lap has an order of its own, by chance: whatever else goes on in turns has no part in it. Of each lane the
    last answer is looked at, and one before at a place that nobody can foresee.
    """
    chance = random.Random()  # seeded by the system: not the learner's
    quotas = [rounds or max(least, _quota(lane, seconds / len(lanes), seconds)) for lane in lanes]
    length = max(quotas)
    total = sum(quota * lane.length for quota, lane in zip(quotas, lanes, strict=True))
    done = 0.0
    places = []
    for lane, quota in zip(lanes, quotas, strict=True):
        lane.planned = lane.calls + quota * lane.repeats
        between = {chance.randrange(quota - 1): chance.randint(1, lane.repeats)} if quota > 1 else {}
        places.append(between | {quota - 1: lane.repeats})
    for lap in range(length):
        for index in chance.sample(range(len(lanes)), len(lanes)):
            lane, number = lanes[index], lap * quotas[index] // length
            # A contender with fewer samples than the others has them spread evenly over the whole race.
            if (lap + 1) * quotas[index] // length > number:
                progress.at(done / total, lane.name, left=total - done)
                done += lane.sample(places[index].get(number))


def times_faster(slower: Lane, faster: Lane) -> float:
    """How many times faster the second is: the mean of the middle half of best against best, stretch by stretch.

    Which of two is nearly as fast as the other, a single best sample of each cannot tell: a processor has moments in
    which it is quicker. Two samples of one stretch share them. Where there are few samples, the best of all count.
    """
    stretches = min(len(slower.taken), len(faster.taken)) // STRETCH
    if stretches < 4:
        return slower.best / faster.best
    pairs = zip(_bests(slower.samples, stretches), _bests(faster.samples, stretches), strict=True)
    logarithms = sorted(math.log(one / other) for one, other in pairs)
    quarter = stretches // 4
    return math.exp(statistics.fmean(logarithms[quarter : stretches - quarter]))


def _bests(samples: list[float], stretches: int) -> list[float]:
    ends = [len(samples) * number // stretches for number in range(stretches + 1)]
    return [min(samples[start:end]) for start, end in itertools.pairwise(ends)]


def _quota(lane: Lane, share: float, seconds: float) -> int:
    """How many more samples a contender gets from its share of the time; one that is very slow gets no more."""
    if lane.length > seconds:
        return 0
    return min(MOST_ROUNDS, max(LEAST_ROUNDS, math.floor(share / lane.length)))
