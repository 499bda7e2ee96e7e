"""How rows of unequal work were shared out between threads: what stamps tell of who computed which row, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unladen.compiling.absent import Absent, NotHere
from unladen.show import PALETTE, chart_style, duration, figure, marked


@dataclass(frozen=True)
class Shared:
    """Rows as they were computed: ``who`` (a thread's number), ``start`` and ``end`` in seconds, ``steps`` of work."""

    who: np.ndarray
    start: np.ndarray
    end: np.ndarray
    steps: np.ndarray

    @property
    def seconds(self) -> float:
        """From the first start to the last end."""
        return float(self.end.max() - self.start.min())

    @property
    def shares(self) -> np.ndarray:
        """The part of all steps that each thread did; counted, not timed."""
        done = np.bincount(self.who.astype(int), self.steps, minlength=2)
        return done / done.sum()

    @property
    def blocks(self) -> int:
        """How often, from row to row, the thread changes, plus one: 2 if each of two threads has one half."""
        return 1 + int(np.count_nonzero(np.diff(self.who)))

    @property
    def alone(self) -> float:
        """For which part of the time one of the threads had nothing left to do, or nothing yet."""
        own = [(self.start[self.who == one].min(), self.end[self.who == one].max()) for one in np.unique(self.who)]
        if len(own) < 2:
            return 1.0
        both = min(end for _, end in own) - max(start for start, _ in own)
        return 1 - max(0.0, float(both)) / self.seconds


def shared(loop: Callable[..., object], rows: int, runs: int = 40) -> Shared | Absent:
    """Let ``loop(rows, who, start, end, steps)`` fill arrays of so many rows; of many ``runs``, the quickest.

    ``Absent`` where the loop is not on this machine.
    """
    found = []
    for _ in range(runs):
        who, start, end = np.zeros((3, rows))
        steps = np.zeros(rows, np.int64)
        try:
            loop(rows, who, start, end, steps)
        except NotHere as problem:
            return Absent(str(problem))
        found.append(Shared(who, start, end, steps))
    return min(found, key=lambda one: one.seconds)


def drawn(alt: str, **ways: Shared | Absent) -> None:
    """Display who computed which row, and when: a bar for each row, in the line of its thread; times in ms.

    ``alt`` says what there is to see; the numbers of each way are added to it. Of what is not here, nothing is drawn.
    """
    here = {name: way for name, way in ways.items() if way}
    if here:
        figure(chart(here), " ".join([alt, *(in_words(name, way) for name, way in here.items())]))


def in_words(name: str, way: Shared) -> str:
    """What is drawn of one way, in a sentence whose numbers are marked as volatile."""
    parts = " and ".join(marked(f"{100 * share:.0f} %") for share in way.shares)
    alone = marked(f"{100 * way.alone:.0f} %")
    return f"{name.capitalize()}: {parts} of the steps, {marked(duration(way.seconds))}, one of them idle for {alone}."


@chart_style()
def chart(ways: dict[str, Shared]):
    """Return the timelines as a Matplotlib figure."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(9, 1.75 * len(ways) + 0.4), layout="constrained")
    fields = fig.subplots(len(ways), sharex=True, squeeze=False)[:, 0]
    for axes, (name, way) in zip(fields, ways.items(), strict=True):
        begin = way.start.min()
        threads = range(max(2, int(way.who.max()) + 1))
        for one in threads:
            own = way.who == one
            bars = [(1e3 * (a - begin), 1e3 * (b - a)) for a, b in zip(way.start[own], way.end[own], strict=True)]
            axes.broken_barh(bars, (one - 0.36, 0.72), color=PALETTE[one % len(PALETTE)], edgecolor="white", lw=0.8)
        axes.set_yticks(threads, [f"thread {one + 1}" for one in threads])
        axes.set_ylim(len(threads) - 0.4, -0.6)
        axes.set_title(f"{name}: one is idle for {way.alone:.0%} of the time", fontsize=13, loc="left")
    fields[-1].set_xlabel("ms; each bar is a row")
    return fig
