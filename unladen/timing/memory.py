"""How long one core waits for memory, by how much memory it works on; and where in that curve the caches end.

The time of a dependent access over a growing working set, as L. McVoy and C. Staelin measured it in *lmbench* (USENIX
1996); the steps are found in the curve itself, not in what the system says about its caches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unladen.host import hardware
from unladen.patience import Progress
from unladen.show import PALETTE, Listing, Table, Volatile, chart_style, duration, figure, size, times
from unladen.timing.curve import label
from unladen.timing.stopwatch import Lane

LINE = 64  # bytes from one element of the chase to the nearest other one: a cache line on most processors
SMALLEST, LARGEST = 2**12, 2**28
STEPS = 20_000  # of one call: long against the call itself, short against another process's turn
SAMPLES, PASSES = 5, 3
RISE = 1.7  # from one step to the next, at least: caches differ by more
CHEAP = 2**25  # bytes that are linked and walked through in no time, and so several times over


@dataclass(frozen=True)
class Step:
    """A flat stretch of the curve: working sets of ``first`` to ``last`` bytes, and ``seconds`` for one access."""

    first: int
    last: int
    seconds: float


def flat_stretches(seconds: list[float], tolerance=1.4, fewest=3) -> list[range]:
    """Find where a rising curve is flat: the longest run, then those left and right of it."""
    runs = [range(0)]
    for start in range(len(seconds)):
        stop = start
        while stop < len(seconds) and seconds[stop] <= tolerance * seconds[start]:
            stop += 1
        runs.append(range(start, stop))
    longest = max(runs, key=len)
    if len(longest) < fewest:
        return []
    left = flat_stretches(seconds[: longest.start], tolerance, fewest)
    right = flat_stretches(seconds[longest.stop :], tolerance, fewest)
    shift = longest.stop
    return [*left, longest, *(range(run.start + shift, run.stop + shift) for run in right)]


def lowered(seconds: Sequence[float]) -> list[float]:
    """Lower each time to the least of those at its right: more memory is never faster, so what was above is noise."""
    return np.minimum.accumulate(np.asarray(seconds, dtype=float)[::-1])[::-1].tolist()


class Off(float):
    """By which factor the nearest step misses a size; a number like any other, which a claim can measure again."""

    def __new__(cls, waits: Waits, nbytes: int) -> Off:
        ends = [waits.end(step) for step in waits.steps[:-1]] or [waits.sizes[-1]]
        off = super().__new__(cls, min(max(end / nbytes, nbytes / end) for end in ends))
        off.waits, off.nbytes = waits, nbytes
        return off

    def again(self) -> Off:
        """Chase through the smaller working sets once more, and look at the better of both curves."""
        self.waits.measure_again()
        return Off(self.waits, self.nbytes)


class Waits:
    """What a sweep found: ``sizes`` (bytes), ``seconds`` (the wait for one access), and ``steps``, found in them.

    Shows itself as a chart on two log axes and a list of the steps.
    """

    def __init__(self, sizes: Sequence[int], seconds: Sequence[float]) -> None:
        self.sizes = list(sizes)
        self._take(seconds)

    def _take(self, seconds: Sequence[float]) -> None:
        self.measured, self.seconds = list(seconds), lowered(seconds)
        self.steps = self._joined(flat_stretches(self.seconds))

    def measure_again(self) -> None:
        """Measure the working sets that are cheap to walk through once more; the lesser of two times counts."""
        cheap = [nbytes for nbytes in self.sizes if nbytes <= CHEAP]
        again = _measured(cheap, turns=PASSES)
        self._take([min(pair) for pair in zip(self.measured, again, strict=False)] + self.measured[len(cheap) :])

    def _joined(self, runs: list[range]) -> list[Step]:
        """Make steps of flat stretches; two that hardly differ are one step, which noise or a bend has parted."""
        steps: list[Step] = []
        for run in runs:
            one = Step(self.sizes[run[0]], self.sizes[run[-1]], self.seconds[run[len(run) // 2]])
            if steps and one.seconds < RISE * steps[-1].seconds:
                one = Step(steps[-1].first, one.last, steps.pop().seconds)
            steps.append(one)
        return steps

    def end(self, step: Step) -> int:
        """The largest working set whose accesses take less than twice as long as on ``step``, in bytes."""
        return max(n for n, s in zip(self.sizes, self.seconds, strict=True) if s < 2 * step.seconds)

    def off(self, nbytes: int) -> Off:
        """By which factor the end of the nearest step differs from ``nbytes``: 1 if a step ends exactly there."""
        return Off(self, nbytes)

    def beside(self, caches: Mapping[str, int]) -> Table:
        """Return the caches that the system tells of, by level in bytes, beside the ends of the nearest steps."""
        rows = []
        for level in ("L1", "L2", "L3"):
            if told := caches.get(level, 0):
                off = self.off(told)
                seen = "seen" if off <= 3 else "hidden, or shared with others"
                rows.append((level, size(told), times(off), Volatile(seen)))
            else:
                rows.append((level, *map(Volatile, ("not told", "-", "-"))))
        return Table(["cache", "the system says", "nearest step off by", "in the curve"], rows)

    def _lines(self) -> list[str]:
        lines = []
        for number, step in enumerate(self.steps, 1):
            last = number == len(self.steps)
            until = "on" if last else f"to {size(self.end(step))}"
            lines.append(f"step {number}: {duration(step.seconds)} an access, from {size(step.first)} {until}")
        return lines or ["none: the curve is nowhere flat"]

    def listing(self) -> Listing:
        """The steps, one a line."""
        return Listing("The steps, as found in the curve", "\n".join(self._lines()))

    @chart_style()
    def chart(self):
        """Return the curve as a Matplotlib figure, with the steps as bars below the points."""
        from matplotlib.figure import Figure

        fig = Figure(figsize=(9, 4.6), layout="constrained")
        axes = fig.subplots()
        axes.plot(self.sizes, self.measured, "o", color=PALETTE[0], markersize=7, label="measured")
        for number, step in enumerate(self.steps, 1):
            ends = [step.first, step.last]
            axes.plot(ends, [step.seconds] * 2, color=PALETTE[1], linewidth=5, alpha=0.6, solid_capstyle="butt")
            middle = (step.first * step.last) ** 0.5
            place = {"textcoords": "offset points", "ha": "center", "va": "top"}
            axes.annotate(f"step {number}: {duration(step.seconds)}", (middle, step.seconds), (0, -12), **place)
        axes.set(xscale="log", yscale="log", ylim=(min(self.measured) / 1.6, max(self.measured) * 2.5))
        axes.set_xticks([4**k for k in range(6, 16) if self.sizes[0] <= 4**k <= self.sizes[-1]])
        axes.xaxis.set_major_formatter(lambda nbytes, _: f"{size(nbytes)}".replace(".00", "").replace(".0", ""))
        axes.yaxis.set_major_formatter(lambda seconds, _: f"{duration(seconds)}".replace(".00", "").replace(".0", ""))
        label(axes, "memory worked on, log scale", "time per access, log scale")
        return fig

    def __repr__(self) -> str:
        return repr(self.listing())

    def _ipython_display_(self) -> None:
        from IPython.display import display

        figure(
            self.chart(),
            "Time per access against the memory worked on, both on log axes: it rises in steps, which are marked.",
        )
        display(self.listing())


def sweep(smallest: int = SMALLEST, largest: int | None = None, *, per_octave: int = 2) -> Waits:
    """Measure the wait for one access in working sets of ``smallest`` to ``largest`` bytes (≈ 2 s).

    ``largest`` is 256 MiB, or twice the largest cache that the system tells of, or less where memory is short. Needs
    a C compiler (``native/latency.c``); raises ``BuildError``.
    """
    largest = largest or max(LARGEST, 2 * max(hardware.caches().values(), default=0))
    largest = max(2 * smallest, min(largest, hardware.free_memory() // 4))
    points = range(int(math.log2(largest / smallest) * per_octave) + 1)
    sizes = [int(smallest * 2 ** (k / per_octave)) // LINE * LINE for k in points]
    return Waits(sizes, _measured(sizes, PASSES))


def _measured(sizes: list[int], turns: int) -> list[float]:
    """Return the wait in each of ``sizes``, of which the small ones have several turns."""
    from unladen.compiling import native

    kernels, buffer = native("latency.c"), aligned(sizes[-1])
    seconds = [math.inf] * len(sizes)
    with Progress("chasing pointers") as progress:
        # Turns, so that what disturbs one of them for a while does not decide about any size.
        for turn in range(turns):
            for k, nbytes in enumerate(sizes):
                if turn == 0 or nbytes <= CHEAP:
                    progress.at((turn + k / len(sizes)) / turns, str(size(nbytes)))
                    seconds[k] = min(seconds[k], wait_in(kernels, buffer, nbytes // LINE))
    return seconds


def wait_in(kernels, buffer: np.ndarray, blocks: int) -> float:
    """Return the seconds that one step takes in a chase through ``blocks`` blocks of `LINE` bytes in ``buffer``.

    The chase is that of ``native/latency.c``.
    """
    kernels.link_cycle(buffer, blocks, LINE // 8, 0, blocks)
    if blocks * LINE <= CHEAP:
        kernels.chase(buffer, 0, blocks)  # so that every element has been visited once
    at = 0

    def some_steps() -> None:
        nonlocal at  # goes on where the last call stopped: else it would come by the same few elements again
        at = kernels.chase(buffer, at, STEPS)

    return _best(some_steps) / STEPS


def aligned(nbytes: int) -> np.ndarray:
    """Return an array of ``nbytes`` zeros, as unsigned integers of 8 bytes, that begins on a page of its own."""
    page = 2**14  # a multiple of the pages of every common system
    whole = np.zeros(nbytes + page, dtype=np.uint8)
    start = -whole.ctypes.data % page
    found = whole[start : start + nbytes].view(np.uint64)
    found[:] = 0  # written to now, so that no page is missing later
    return found


def _best(call: Callable[[], object]) -> float:
    lane = Lane("", call)
    lane.first_call()
    lane.second_call()
    lane.calibrate()
    for _ in range(SAMPLES):
        lane.sample()
    return lane.best
