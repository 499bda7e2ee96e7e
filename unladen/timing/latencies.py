"""The turns of a loop on the clock, one by one: what they took, which collections there were, and pictures of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unladen.show import PALETTE, Table, Volatile, duration, figure, marked

GROUPS = 250  # a chart has so many dots, each the slowest of as many turns


@dataclass(frozen=True)
class Latencies:
    """A run: the clock after each turn, the same for turns that make nothing, and the clock at the beginning and end
    of each collection; all in nanoseconds."""

    stamps: Sequence[int]
    empty: Sequence[int]
    log: Sequence[int]

    @cached_property
    def each(self) -> np.ndarray:
        """What each turn took, in ns."""
        return np.diff(self.stamps)

    @property
    def collections(self) -> int:
        """How many there were."""
        return len(self.log) // 2

    @property
    def pauses(self) -> np.ndarray:
        """What each collection took, in seconds."""
        return np.diff(np.reshape(self.log, (-1, 2))).ravel() / 1e9 if len(self.log) else np.zeros(1)

    @property
    def median(self) -> float:
        """What a typical turn took, in seconds."""
        return float(np.median(self.each)) / 1e9

    @property
    def making(self) -> float:
        """What a typical turn took beyond an empty one, in seconds."""
        return self.median - float(np.median(np.diff(self.empty))) / 1e9


def overview(runs: Mapping[str, Latencies]) -> Table:
    """A table of several runs: collections and times."""
    rows = []
    for name, run in runs.items():
        times = (run.making, run.pauses.max(), run.pauses.sum(), run.each.max() / 1e9)
        rows.append([name, Volatile(run.collections), *map(duration, times)])
    columns = ["collector", "collections", "typical list", "longest collection", "all of them", "longest turn"]
    return Table(columns, rows, "A million turns; a list is a turn less an empty one")


def chart(runs: Mapping[str, Latencies | Mapping], alt: str) -> None:
    """Plot the slowest turn of each group, a panel for each run, on one logarithmic axis.

    A run is a ``Latencies`` or a dictionary with the list ``slowest``, in ns, of a loop of a million turns. ``alt``
    says what there is to see; the numbers of each run are added to it.
    """
    from matplotlib import pyplot as plt

    fig, panels = plt.subplots(1, len(runs), figsize=(11, 3.4), sharey=True, layout="constrained")
    for panel, (name, run) in zip(panels, runs.items(), strict=True):
        slowest = _slowest(run)
        panel.semilogy(np.linspace(0, 1, GROUPS, endpoint=False), slowest / 1e6, ".", color=PALETTE[0])
        panel.set(title=name, xlabel="turn, in millions", xticks=[0, 0.5, 1])
        panel.grid(axis="y", alpha=0.4)
    panels[0].set_ylabel("slowest of 4000 turns in ms, log scale")
    panels[0].yaxis.set_major_formatter("{x:g}")
    figure(fig, " ".join([alt, *(_in_words(name, _slowest(run)) for name, run in runs.items())]))


def _slowest(run: Latencies | Mapping) -> np.ndarray:
    """The slowest turn of each group, in ns."""
    return run.each.reshape(GROUPS, -1).max(axis=1) if isinstance(run, Latencies) else np.array(run["slowest"])


def _in_words(name: str, slowest: np.ndarray) -> str:
    """What a panel shows, in a sentence whose numbers are marked as volatile."""
    typical, most = (marked(duration(ns / 1e9)) for ns in (np.median(slowest), slowest.max()))
    return f"{name}: a typical dot is at {typical}, the highest at {most}."


def zoom(run: Latencies, alt: str, around: int = 20_000, top: float = 0.1) -> None:
    """Plot each turn around the longest collection, twice: whole, and with the axis cut at ``top`` ms.

    ``alt`` says what there is to see; the height of the tower and of the small pauses is added to it.
    """
    from matplotlib import pyplot as plt

    start = run.log[2 * int(run.pauses.argmax())]
    middle = int(np.searchsorted(run.stamps, start))
    near = np.arange(max(0, middle - around), min(len(run.each), middle + around))
    fig, panels = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
    for panel, limit in zip(panels, (None, top), strict=True):
        panel.plot((near - middle) / 1000, run.each[near] / 1e6, ".", color=PALETTE[0], ms=3 if limit else 6)
        panel.set(
            xlabel="thousands of turns after the longest collection", ylabel="time of the turn in ms", ylim=(0, limit)
        )
    tower, middle, turn = (marked(duration(s)) for s in (run.pauses.max(), np.median(run.pauses), run.median))
    told = f"The tower: {tower}; the middle one of all collections: {middle}; a typical turn: {turn}"
    figure(fig, f"{alt} {told}.")
