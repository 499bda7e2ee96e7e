"""Numbers of the evidence as they are read: with their unit, and no more digits than they are good for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from unladen.course.evidence.chance import FEWEST
from unladen.course.evidence.claims import Claim, absent, collected, thinnest_first
from unladen.course.evidence.ledgers import Line, quiet_runs
from unladen.show import Table, duration, three_digits, times

MOST_ROWS = 40


def number(value: float, kind: str) -> str:
    """A measured number with the unit of its kind; "true" or "false" have none."""
    if math.isnan(value):
        return "–"
    if not math.isfinite(value):
        return "∞" if value > 0 else "-∞"
    return str({"ratio": times, "seconds": duration}.get(kind, three_digits)(value))


def bounds(at_least: float | None, at_most: float | None, kind: str) -> str:
    """What was claimed: ``≥ 4 ×``."""
    pairs = (("≥", at_least), ("≤", at_most))
    texts = [f"{sign} {_typed(bound, kind)}" for sign, bound in pairs if bound is not None]
    return ", ".join(texts) or "true"


def _typed(bound: float, kind: str) -> str:
    return number(bound, kind) if kind == "seconds" else f"{bound:.6g}{' ×' if kind == 'ratio' else ''}"


def chance(value: float) -> str:
    """A chance as one in so many."""
    if value == 0:
        return "0"
    if value > 0.5:
        return f"{100 * value:.0f} %"
    if value < 1e-9:
        return "below 1 in 10⁹"
    most = round(1 / value, 1 - math.floor(math.log10(1 / value)))
    return f"1 in {most:,.0f}".replace(",", " ")


def chance_of(claim: Claim) -> str:
    """The chance of a false failure, or why it cannot be told."""
    if claim.untold and not claim.told:
        return "no number to extrapolate"
    if claim.told:
        return "0, as counted" if claim.chance == 0 else chance(claim.chance)
    return f"too few runs ({claim.n} of {FEWEST})" if claim.n < FEWEST else "not a finite number"


def counted(count: int, what: str) -> str:
    """A number of things: 1 line, 2 lines."""
    return f"{count} {what}{'s' * (count != 1)}"


def name(claim: Claim) -> str:
    """The chapter and the sentence, and which of several with that sentence it is."""
    turn = f" ({claim.turn})" if claim.turn > 1 else ""
    return f"{claim.chapter} {claim.sentence}{turn}".strip()


def _spread(claim: Claim) -> str:
    if claim.exact or math.isnan(claim.spread):
        return "–" if math.isnan(claim.spread) else "0"
    return f"± {100 * math.expm1(claim.spread):.2g} %" if claim.logarithmic else f"± {three_digits(claim.spread)}"


def _tightness(claim: Claim) -> str:
    if math.isnan(claim.tightness):
        return "–"
    return times(claim.tightness) if claim.logarithmic else f"{three_digits(claim.tightness)} off"


def _row(claim: Claim) -> list[str]:
    last, verdicts = claim.lines[-1], claim.verdicts()
    values = [number(claim.median, claim.kind), _spread(claim), bounds(last.at_least, last.at_most, claim.kind)]
    counts = [str(claim.again), str(verdicts["fails"]), str(verdicts["cannot tell"])]
    return [name(claim), str(claim.n), *values, _tightness(claim), *counts, chance_of(claim)]


def table(claims: Sequence[Claim], title: str) -> str:
    """The claims, one a row, each with what its runs say."""
    columns = ["claim", "runs", "median", "spread", "bound", "tightness", "again", "fails", "cannot tell"]
    rows = [list(map(str, _row(claim))) for claim in claims]  # plain texts: nothing here is stored in a notebook
    return repr(Table([*columns, "chance of a false failure"], rows, title, right=range(1, 9)))


def summary(lines: Sequence[Line], everything: bool = False) -> str:
    """All that is to be said of these lines: what is thin, what is misclassified, what is too little known."""
    claims, gone = collected(lines), absent(lines)
    wrong = [claim for claim in claims if claim.misclassified]
    false = [claim for claim in claims if claim.false]
    thin = [claim for claim in thinnest_first(claims) if claim.thin and not (claim.misclassified or claim.false)]
    unknown = [c for c in thinnest_first(claims) if not c.told and not c.misclassified]
    fine = [c for c in thinnest_first(claims) if c.told and not c.thin and not c.misclassified]
    parts = [_head(lines, claims)]
    for some, title in (
        (thin, f"Thin: {len(thin)}, refused by chance more than once in 100 000 runs"),
        (wrong, f"Misclassified: {len(wrong)}, different from run to run, and not said to be about time (timed=True)"),
        (unknown, f"Not to be told yet: {len(unknown)}"),
        (false, f"False in every run, shown so on purpose or to be mended: {len(false)}"),
    ):
        if some:
            parts.append(_cut(some, title, everything))
    known = [claim for claim in fine if claim.timed]
    exact = len(fine) - len(known)
    if everything and known:
        parts.append(table(known, f"At most once in 100 000 runs: {len(known)}"))
    parts.append(f"Refused by chance at most once in 100 000 runs: {len(known)}; as counted in every run: {exact}.")
    if gone:
        parts.append(f"Not to be measured on this machine: {len(gone)}: {'; '.join(gone)}.")
    return "\n\n".join(parts)


def where(lines: Sequence[Line]) -> str:
    """The machines and Pythons of these lines."""
    found = {(line.machine or "a machine that is not named", line.python or "unknown") for line in lines}
    return "; ".join(f"{machine}, Python {python}" for machine, python in sorted(found))


def _head(lines: Sequence[Line], claims: Sequence[Claim]) -> str:
    quiet, loaded, untold = quiet_runs(lines)
    counts = [f"{count} {word}" for count, word in ((quiet, "quiet"), (loaded, "loaded"), (untold, "untold")) if count]
    days = sorted({line.when[:10] for line in lines if line.when})
    when = f", {days[0]} to {days[-1]}" if len(days) > 1 else f", {days[0]}" if days else ""
    all_runs = f"{counted(quiet + loaded + untold, 'run')} ({', '.join(counts)})"
    return "\n".join([f"{counted(len(claims), 'claim')} in {all_runs}{when}", where(lines)])


def _cut(claims: Sequence[Claim], title: str, everything: bool) -> str:
    shown = claims if everything else claims[:MOST_ROWS]
    rest = len(claims) - len(shown)
    return table(shown, title) + (f"\n… and {rest} more; --all shows all" if rest else "")
