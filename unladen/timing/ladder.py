"""The ladder chart of a race: one rung a contender, time per call on a log axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from unladen.show import PALETTE, against, chart_style, duration, figure

if TYPE_CHECKING:
    from unladen.timing.race import Race

_GREY = "#555555"


def draw(race: Race, title: str = "", limit: float | None = None) -> None:
    """Display a race as a chart; ``limit`` (seconds) marks the least time that this machine's limit allows.

    The alternative text holds names only: it is compared between machines, so it has no numbers.
    """
    figure(chart(race, title, limit), _in_words(race, title, limit))


@chart_style()
def chart(race: Race, title: str = "", limit: float | None = None):
    """Return the chart as a Matplotlib figure."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator

    bests = [race.best(name) for name in race.names]
    shortest, longest = min([*bests, limit or math.inf]), max([*bests, limit or 0])
    left = shortest / max(1.5, (longest / shortest) ** 0.08)
    right = longest * max(2.0, (longest / left) ** 0.55)  # room for the label behind the slowest
    fig = Figure(figsize=(9, 1.4 + 0.5 * len(bests)), layout="constrained")
    axes = fig.subplots()
    for rung, (name, best) in enumerate(zip(race.names, bests, strict=True)):
        colour = PALETTE[rung % len(PALETTE)]
        # A dot at the end of a thin line: on a log axis the length of a bar would mean nothing.
        axes.plot([left, best], [rung, rung], color=colour, linewidth=3, alpha=0.45, solid_capstyle="butt")
        axes.plot([best], [rung], "o", color=colour, markersize=15)
        axes.annotate(_said(race, name), (best, rung), (13, 0), textcoords="offset points", va="center")
    axes.set(xscale="log", xlim=(left, right), ylim=(len(bests) - 0.5, -0.6 - 0.4 * bool(limit)))
    axes.set_yticks(range(len(bests)), race.names, fontsize=14)
    axes.tick_params("y", length=0)
    axes.tick_params("x", which="both", labelcolor=_GREY)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if right < 30 * left else (1,), numticks=7))
    axes.xaxis.set_major_formatter(lambda seconds, _: _round(seconds))
    ticks = [tick for tick in axes.get_xticks() if left <= tick <= 2 * longest]
    axes.set_xticks(ticks, minor=False)
    axes.spines["bottom"].set_bounds(left, 2 * longest)
    axes.minorticks_off()
    axes.set_xlabel("time per call, log scale")
    axes.spines["left"].set_visible(False)
    if limit:
        axes.axvline(limit, color="black", linewidth=1.5, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(" this machine's limit", (limit, -0.72), fontsize=13, va="center")
    if title:
        axes.set_title(title, loc="left")
    return fig


def _said(race: Race, name: str) -> str:
    """What stands beside a contender's dot: its time and, but for the baseline, how much faster or slower it is."""
    time = str(duration(race.best(name)))
    if name == race.baseline or not race.same:  # of unlike work, no ratio means anything
        return time
    return f"{time}  {against(race.ratio(race.baseline, name))}"


def _round(seconds: float) -> str:
    number, unit = str(duration(seconds)).split()
    return f"{float(number):g} {unit}"


def _in_words(race: Race, title: str, limit: float | None) -> str:
    names = ", ".join(race.names)
    start = f"{title}: time" if title else "Time"
    mark = "; a dashed line marks this machine's limit" if limit else ""
    return f"{start} per call of {names}, as dots on a logarithmic axis{mark}."
