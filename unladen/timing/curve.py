"""A measured curve as a chart: points on one or two log axes, with an ideal beside them if there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unladen.show import PALETTE, chart_style, figure, three_digits


def curve(
    points: Mapping[float, float],
    x: str,
    y: str,
    *,
    alt: str,
    mark: float | None = None,
    ideal: Sequence[float] | None = None,
    log: bool = True,
) -> None:
    """Display ``points`` (y by x) as a chart with the axis labels ``x`` and ``y``, which name units and log scales.

    ``mark`` draws a dashed line at one x. ``ideal`` are values that were hoped for, shown as open squares at the first
    places. The x axis is logarithmic to base 2; the y axis is too, if ``log``, and else starts at zero. ``alt`` is the
    alternative text.
    """
    figure(chart(points, x, y, mark=mark, ideal=ideal, log=log), alt)


@chart_style()
def chart(points, x: str, y: str, *, mark=None, ideal=None, log=True):
    """Return the chart as a Matplotlib figure."""
    from matplotlib.figure import Figure

    places, values = list(points), list(points.values())
    fig = Figure(figsize=(9, 3.9), layout="constrained")
    axes = fig.subplots()
    axes.set_xscale("log", base=2)
    axes.set_xticks(places, [f"{place:g}" for place in places])
    axes.plot(places, values, "o-", color=PALETTE[0], markersize=9, linewidth=2, alpha=0.9)
    if ideal is not None:
        axes.plot(places[: len(ideal)], ideal, "s", color=PALETTE[1], markersize=8, fillstyle="none", markeredgewidth=2)
    if mark is not None:
        axes.axvline(mark, color="black", linewidth=1.5, linestyle=(0, (4, 3)), zorder=0)
    if log:
        axes.set_yscale("log", base=2)
        axes.set_ylim(min(values) / 1.3, max(values) * 1.3)
    else:
        axes.set_ylim(0, 1.15 * max([*values, *(ideal or ())]))
    axes.yaxis.set_major_formatter(lambda value, _: _short(value))
    label(axes, x, y)
    return fig


def _short(value: float) -> str:
    """A number at an axis, without the zeros that end a fraction: those of 100 stay."""
    text = three_digits(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def label(axes, x: str, y: str) -> None:
    """Name the axes of a Matplotlib plot, and take away the marks between its numbers."""
    axes.minorticks_off()
    axes.set(xlabel=x, ylabel=y)
