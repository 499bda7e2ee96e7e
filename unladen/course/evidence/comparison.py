"""A learner's machine beside the published evidence: for each claim what was measured here, and where that lies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unladen.course.evidence import words
from unladen.course.evidence.claims import Claim, collected
from unladen.course.evidence.ledgers import Line
from unladen.show import Table


@dataclass(frozen=True)
class Row:
    """A claim with a number: what was measured ``here`` (the median), and what is ``published`` of it."""

    claim: Claim
    published: Mapping

    @property
    def here(self) -> float:
        return self.claim.median

    @property
    def range(self) -> tuple[float, float]:
        return _pair(self.published.get("range") or [self.published["median"]] * 2)

    @property
    def quartiles(self) -> tuple[float, float]:
        return _pair(self.published.get("quartiles") or [self.published["median"]] * 2)

    def where(self) -> str:
        """Where the number of this machine lies among the published ones, in words."""
        (least, most), (first, third) = self.range, self.quartiles
        if math.isnan(self.here):
            return "not a number here"
        if least == most:
            return "the same" if float(f"{self.here:.4g}") == least else "another number"
        if self.here < least:
            return "below all of them"
        if self.here > most:
            return "above all of them"
        if first <= self.here <= third:
            return "in the middle half"
        return "in the lower quarter" if self.here < first else "in the upper quarter"

    def texts(self) -> list[str]:
        """The claim, what was claimed, this machine's number, the published median and range, and where it lies."""
        kind, last = self.claim.kind, self.claim.lines[-1]
        least, most = (words.number(value, kind) for value in self.range)
        published = words.number(float(self.published["median"]), kind)
        return [
            self.claim.sentence,
            words.bounds(last.at_least, last.at_most, kind),
            words.number(self.here, kind),
            published,
            "–" if least == most else f"{least} to {most}",
            self.where(),
        ]


HEADINGS = ("claim", "claimed", "here", "published median", "published range", "where yours lies")


@dataclass(frozen=True)
class Chapter:
    """A chapter's claims about time that were measured here: ``rows`` of those with published numbers, ``alone`` those
    without; ``published`` is the chapter's part of the evidence, empty if there is none.
    """

    chapter: str
    rows: tuple[Row, ...]
    alone: tuple[Claim, ...]
    published: Mapping

    def heading(self) -> str:
        if not self.published:
            return f"Chapter {self.chapter}: nothing is published yet"
        part = self.published
        days = part["from"] if part["from"] == part["to"] else f"{part['from']} to {part['to']}"
        runs = f"{part['runs']} runs ({part['quiet']} quiet, {part['loaded']} loaded)"
        return f"Chapter {self.chapter}, beside {runs} on {part['machine']}, Python {part['python']}, {days}"


def compared(lines: Sequence[Line], published: Mapping[str, Mapping]) -> list[Chapter]:
    """The claims about time of ``lines``, beside what is ``published`` of each chapter; also the other numbers, where
    they differ from the published ones.
    """
    chapters = []
    for chapter in sorted({line.chapter for line in lines if line.chapter}):
        part = published.get(chapter, {})
        known = {(claim["sentence"], claim.get("turn", 1)): claim for claim in part.get("claims", [])}
        claims = [claim for claim in collected(x for x in lines if x.chapter == chapter) if claim.values]
        said = [known.get((claim.sentence, claim.turn), {}) for claim in claims]
        rows = [Row(claim, known) for claim, known in zip(claims, said, strict=True) if "median" in known]
        taken = {id(row.claim) for row in rows}
        rows = [row for row in rows if row.claim.timed or row.where() != "the same"]
        alone = tuple(claim for claim in claims if claim.timed and id(claim) not in taken)
        if rows or alone:
            chapters.append(Chapter(chapter, tuple(rows), alone, part))
    return chapters


def text(chapters: Sequence[Chapter]) -> str:
    """The comparison for a terminal."""
    parts = []
    for chapter in chapters:
        rows = [row.texts() for row in chapter.rows] + [alone(claim) for claim in chapter.alone]
        parts.append(repr(Table(HEADINGS, rows, chapter.heading(), right=(1, 2, 3, 4))))
    return "\n\n".join(parts)


def alone(claim: Claim) -> list[str]:
    """The row of a claim of which nothing is published."""
    last = claim.lines[-1]
    bounds = words.bounds(last.at_least, last.at_most, claim.kind)
    return [claim.sentence, bounds, words.number(claim.median, claim.kind), "–", "–", "not published"]


def _pair(values: Sequence[float | str]) -> tuple[float, float]:
    return float(values[0]), float(values[1])
