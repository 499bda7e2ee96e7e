"""Waits that differ by ten powers of ten, told in times that a human can feel: a nanosecond becomes a second."""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass

from unladen.show import PALETTE, Table, Volatile, chart_style, duration, figure, three_digits

_UNITS = ((31_557_600, "years"), (86_400, "days"), (3_600, "hours"), (60, "min"), (0, "s"))
PAGE = 4096


def in_human_time(seconds: float) -> Volatile:
    """Say how long ``seconds`` would be if a nanosecond were a second: ``2.5 min``, ``3.1 days``."""
    stretched = seconds * 1e9
    scale, unit = next((s, u) for s, u in _UNITS if stretched >= 2 * s)
    return Volatile(f"{three_digits(stretched / (scale or 1))} {unit}")


@dataclass
class Waiting:
    """What was waited for and how long (``seconds`` by name); shows itself as a chart, or in text as a table."""

    seconds: Mapping[str, float]

    def table(self) -> Table:
        """The waits, measured and stretched."""
        rows = [(name, duration(wait), in_human_time(wait)) for name, wait in self.seconds.items()]
        return Table(["one …", "takes", "if 1 ns were 1 s"], rows)

    @chart_style()
    def chart(self):
        """Return the waits as a Matplotlib figure: a dot each on a log axis, with the stretched time beside it."""
        from matplotlib.figure import Figure

        names, waits = list(self.seconds), list(self.seconds.values())
        left, right = min(waits) / 2, max(waits) * 2000
        fig = Figure(figsize=(9, 1.2 + 0.42 * len(names)), layout="constrained")
        axes = fig.subplots()
        for rung, wait in enumerate(waits):
            colour = PALETTE[rung % len(PALETTE)]
            axes.plot([left, wait], [rung, rung], color=colour, linewidth=3, alpha=0.45, solid_capstyle="butt")
            axes.plot([wait], [rung], "o", color=colour, markersize=12)
            place = {"textcoords": "offset points", "va": "center"}
            axes.annotate(f"{duration(wait)}: {in_human_time(wait)}", (wait, rung), (11, 0), **place)
        axes.set(xscale="log", xlim=(left, right), ylim=(len(names) - 0.5, -0.6))
        axes.set_yticks(range(len(names)), names, fontsize=14)
        axes.set_xticks([10**k for k in (-9, -6, -3, 0) if left <= 10**k <= right])
        axes.xaxis.set_major_formatter(lambda s, _: str(duration(s)).replace(".00", "").replace(".0", ""))
        axes.minorticks_off()
        axes.tick_params("y", length=0)
        axes.set_xlabel("time, log scale; behind the colon: if 1 ns were 1 s")
        axes.spines["left"].set_visible(False)
        return fig

    def __repr__(self) -> str:
        return repr(self.table())

    def _ipython_display_(self) -> None:
        names = ", ".join(self.seconds)
        figure(
            self.chart(), f"Times as dots on a log axis, and what they would be if a nanosecond were a second: {names}."
        )


@dataclass(frozen=True)
class PageReads:
    """The median seconds to read a page of a file ``from_disk``, and once more, ``from_memory`` of the system."""

    from_disk: float
    from_memory: float


def read_pages(nbytes: int = 2**23, reads: int = 100) -> PageReads:
    """Write a temporary file of ``nbytes``, ask the system to forget it, and read ``reads`` pages of it, twice.

    Where the system does not forget (the folder is kept in memory, or macOS), both times are alike. A virtual machine's
    disk may itself be in the memory of its host.
    """
    with tempfile.TemporaryFile() as file:
        file.write(os.urandom(nbytes))
        file.flush()
        os.fsync(file.fileno())
        if hasattr(os, "posix_fadvise"):
            for advice in (os.POSIX_FADV_DONTNEED, os.POSIX_FADV_RANDOM):
                with contextlib.suppress(OSError):
                    os.posix_fadvise(file.fileno(), 0, 0, advice)
        places = random.Random(4096).sample(range(nbytes // PAGE), reads)
        return PageReads(*(_median_read(file.fileno(), places) for _ in range(2)))


def _median_read(file: int, places: list[int]) -> float:
    times = []
    for place in places:
        start = time.perf_counter()
        os.pread(file, PAGE, place * PAGE)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
