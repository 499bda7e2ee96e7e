"""What many runs of one claim say together: its numbers, how tight it is, and how likely it is refused by chance."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from unladen.course.evidence.chance import FEWEST, THIN, below_zero, refused_again
from unladen.course.evidence.ledgers import Line


@dataclass(frozen=True)
class Claim:
    """The lines of one claim, in the order in which they were read; those of what was not there are left out."""

    chapter: str
    sentence: str
    turn: int
    lines: tuple[Line, ...]

    @property
    def n(self) -> int:
        return len(self.lines)

    @property
    def kind(self) -> str:
        return self.lines[-1].kind

    @property
    def timed(self) -> bool:
        return any(line.timed for line in self.lines)

    @cached_property
    def judged(self) -> tuple[Line, ...]:
        """The lines whose numbers count: those of a quiet machine, if they are enough, else all.

        What misses its bound while others are felt is no false failure: it is said that it cannot be told.
        """
        quiet = tuple(line for line in self.lines if line.quiet)
        return quiet if len(quiet) >= FEWEST else self.lines

    @cached_property
    def numbers(self) -> list[Line]:
        """The judged lines that have a number; none for a truth."""
        return [line for line in self.judged if not math.isnan(line.first) and line.kind != "truth"]

    @cached_property
    def values(self) -> list[float]:
        """What was measured first in each of these, in order of size."""
        return sorted(line.first for line in self.numbers)

    @cached_property
    def median(self) -> float:
        return statistics.median(self.values) if self.values else math.nan

    def quartiles(self) -> tuple[float, float]:
        """The first and the third quartile of the values (of one value: that value, twice)."""
        if len(self.values) < 2:
            return self.median, self.median
        first, _, third = statistics.quantiles(self.values, n=4, method="inclusive")
        return first, third

    @cached_property
    def logarithmic(self) -> bool:
        """Whether values and bounds are compared by their ratio: all are positive."""
        bounds = [bound for line in self.lines for bound in (line.at_least, line.at_most) if bound is not None]
        return all(number > 0 for number in [*self.values, *bounds])

    @cached_property
    def spread(self) -> float:
        """The robust standard deviation (of the logarithm, if that is compared): 1.48 times the median deviation.

        Where more than half of the values are the same, it is the plain standard deviation.
        """
        values = [math.log(value) if self.logarithmic else value for value in self.values]
        if len(values) < 2 or not all(map(math.isfinite, values)):
            return math.nan
        middle = statistics.median(values)
        return 1.4826 * statistics.median(abs(value - middle) for value in values) or statistics.stdev(values)

    def margins(self) -> list[list[float]]:
        """For each bound, how far each run's first value lies on its right side: a logarithm, or a difference."""
        scale = math.log if self.logarithmic else float
        low = [scale(line.first) - scale(line.at_least) for line in self.numbers if line.at_least is not None]
        high = [scale(line.at_most) - scale(line.first) for line in self.numbers if line.at_most is not None]
        return [side for side in (low, high) if side]

    @cached_property
    def tightness(self) -> float:
        """How far the median lies from the nearer bound: a factor (1: upon it) or, if not logarithmic, a difference."""
        if not (sides := self.margins()):
            return math.nan
        least = min(statistics.median(side) for side in sides)
        return math.exp(min(least, 700.0)) if self.logarithmic else least

    @property
    def again(self) -> int:
        """How many runs measured it more than once."""
        return sum(line.attempts > 1 for line in self.lines)

    def verdicts(self) -> Counter:
        return Counter(line.verdict for line in self.lines)

    @property
    def refused(self) -> int:
        """How many runs found it false, or on a quiet machine could not tell, which counts where nothing is skipped."""
        untold = [line for line in self.judged if line.verdict == "cannot tell"]
        return self.verdicts()["fails"] + len(untold)

    @cached_property
    def exact(self) -> bool:
        """Whether all runs measured the same and came to the same verdict."""
        return len({(line.kind, repr(line.first), line.verdict) for line in self.lines}) == 1

    @property
    def false(self) -> bool:
        """Whether every run found it false, with the same numbers: by intention, as a lecture shows it, or for good."""
        return self.exact and not self.timed and self.refused == self.n

    @cached_property
    def misclassified(self) -> bool:
        """Whether it varies from run to run, although nothing says that it is about time."""
        machines = {(line.machine, line.python) for line in self.lines}
        alone = [[line for line in self.lines if (line.machine, line.python) == machine] for machine in machines]
        return not self.timed and any(len({(repr(x.first), x.verdict) for x in lines}) > 1 for lines in alone)

    @property
    def untold(self) -> bool:
        """Whether it has no number to extrapolate from: it is about time, and true or not."""
        return self.timed and self.kind == "truth"

    @cached_property
    def chance(self) -> float:
        """The chance that the next run refuses it, NaN if that cannot be told; for what is exact 0, as counted.

        That is the chance that the first measurement misses the bound, times the chance that it is refused again.
        """
        if self.exact and not self.timed:
            return float(self.refused > 0)
        if self.untold or not (sides := self.margins()):
            return self.refused / self.n if self.refused else math.nan
        if self.n < FEWEST:
            return math.nan
        again = [line for line in self.judged if line.attempts > 1]
        saved = refused_again(len(again), sum(line.verdict != "holds" for line in again))
        return max(min(1.0, sum(map(below_zero, sides))) * saved, self.refused / self.n)

    @property
    def told(self) -> bool:
        """Whether there is a chance to tell."""
        return not math.isnan(self.chance)

    @property
    def thin(self) -> bool:
        """Whether it may be refused by chance more often than the contract allows."""
        return self.told and self.chance > THIN


def collected(lines: Iterable[Line]) -> list[Claim]:
    """The claims of these lines, in the order of the course; what was on no machine is left out."""
    found: dict[tuple[str, str, int], list[Line]] = {}
    for line in lines:
        if line.kind != "absent":
            found.setdefault((line.chapter, line.sentence, line.turn), []).append(line)
    cells = {key: min(line.cell for line in lines) for key, lines in found.items()}
    keys = sorted(found, key=lambda key: (key[0], cells[key]))  # within a cell, as they came
    return [Claim(*key, tuple(found[key])) for key in keys]


def absent(lines: Sequence[Line]) -> list[str]:
    """What no run could measure, as CHAPTER SENTENCE."""
    here = {(line.chapter, line.sentence) for line in lines if line.kind != "absent"}
    return sorted({" ".join(key) for line in lines if (key := (line.chapter, line.sentence)) not in here})


def thinnest_first(claims: Iterable[Claim]) -> list[Claim]:
    """The likeliest to be refused first; where that cannot be told, the tightest first."""
    return sorted(claims, key=lambda claim: (-claim.chance if claim.told else 0.0, _slack(claim)))


def _slack(claim: Claim) -> float:
    """By how many of its own standard deviations the median keeps from the bound (infinite: it has no spread)."""
    least = min((statistics.median(side) for side in claim.margins()), default=math.inf)
    return least / claim.spread if claim.spread > 0 else math.inf
