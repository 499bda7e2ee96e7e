"""The roofline of this machine: what a kernel could reach at most, by how much it computes on each byte that it moves.

After S. Williams, A. Waterman and D. Patterson, *Roofline: an insightful visual performance model for multicore
architectures*, Communications of the ACM 52 (2009).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unladen.show import PALETTE, Table, Volatile, chart_style, figure, three_digits
from unladen.timing import best
from unladen.timing.curve import label
from unladen.timing.unknown import Unknown

_SHAPES = "osD^vPX"
_SPREAD = 0.05  # by how much two measurements of the same thing differ, when little else goes on


@dataclass(frozen=True)
class Work:
    """A kernel that was measured: operations on floating-point numbers, bytes moved to do them, and seconds it took."""

    flops: float
    nbytes: float
    seconds: float

    @property
    def intensity(self) -> float:
        """Operations for each byte."""
        return self.flops / self.nbytes

    @property
    def speed(self) -> float:
        """Operations a second."""
        return self.flops / self.seconds


class Roofline:
    """Kernels (``work`` by name) under the roof of one core; shows itself as a chart, in text as a table.

    The roof is what this session measured, as are the kernels: at a busy moment, both are lower. What a kernel passes
    is measured again first.
    """

    def __init__(self, work: Mapping[str, Work]) -> None:
        self.work = dict(work)
        self._raise()
        passed = [one for one in self.work.values() if one.speed > self.roof(one.intensity)]
        for kind in {"flops" if self.roof(one.intensity) == self.peak else "read" for one in passed}:
            best.measure_again(kind)
        self._raise()

    def _raise(self) -> None:
        self.bandwidth = max(best.now(kind).rate for kind in ("read", "copy", "triad"))
        self.peak = best.now("flops").rate

    def roof(self, intensity: float) -> float:
        """The operations a second that this machine allows one core at ``intensity`` operations for each byte."""
        return min(self.peak, intensity * self.bandwidth)

    def share(self, name: str) -> float:
        """How much of what the machine allows it a kernel reaches, as a fraction."""
        if name not in self.work:
            raise Unknown("kernel", name, list(self.work))
        work = self.work[name]
        return work.speed / self.roof(work.intensity)

    def _passes(self, name: str) -> bool:
        return self.share(name) > 1 + _SPREAD

    def table(self) -> Table:
        """The kernels with their operations per byte, their speed, and their share of what is allowed."""
        rows = [
            (
                name,
                f"{three_digits(work.intensity)}",
                Volatile(f"{three_digits(work.speed / 1e9)} GFLOP/s"),
                Volatile(f"{three_digits(100 * self.share(name))} %{': faster than its roof' * self._passes(name)}"),
            )
            for name, work in self.work.items()
        ]
        return Table(["kernel", "FLOP a byte", "speed", "of its roof"], rows, right=[1])

    @chart_style()
    def chart(self):
        """Return the roof and the kernels below it as a Matplotlib figure, with two log axes."""
        from matplotlib.figure import Figure

        fig = Figure(figsize=(9, 5), layout="constrained")
        axes = fig.subplots()
        left = min([work.intensity for work in self.work.values()] + [0.05]) / 2
        right = max([work.intensity for work in self.work.values()] + [20]) * 6
        ridge = self.peak / self.bandwidth
        axes.plot([left, ridge, right], [self.roof(x) for x in (left, ridge, right)], color="black", linewidth=2.5)
        slope = f"bandwidth: {three_digits(self.bandwidth / 1e9)} GB/s"
        axes.annotate(slope, (ridge / 3, self.roof(ridge / 3) * 1.5), ha="right")
        flat = f"peak: {three_digits(self.peak / 1e9)} GFLOP/s"
        axes.annotate(flat, (right, self.peak * 1.35), ha="right")
        for number, (name, work) in enumerate(self.work.items()):
            style = {"color": PALETTE[number % 6], "markersize": 12, "marker": _SHAPES[number % len(_SHAPES)]}
            axes.plot([work.intensity], [work.speed], linestyle="none", **style)
            # Right of its dot and below it a name keeps clear of the roof.
            place = {"textcoords": "offset points", "ha": "left", "va": "top"}
            axes.annotate(name, (work.intensity, work.speed), (9, -3), **place)
        lowest = min([work.speed for work in self.work.values()] + [self.roof(left)])
        axes.set(xscale="log", yscale="log", xlim=(left, right), ylim=(lowest / 4, self.peak * 3.5))
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
        axes.yaxis.set_major_formatter(lambda y, _: f"{y / 1e9:g}")
        label(axes, "operations for each byte moved, log scale", "GFLOP/s on one core, log scale")
        return fig

    def __repr__(self) -> str:
        return repr(self.table())

    def _ipython_display_(self) -> None:
        names = ", ".join(self.work)
        alt = f"Speed against operations per byte on two log axes: a sloping roof, then a flat one; below it {names}."
        figure(self.chart(), alt)
