"""How a program gains by threads: measured speed-ups, the laws that bound them, and both in one chart.

Amdahl: the part that is serial takes as long as ever (AFIPS 1967). Gustafson: with more cores, people take more work
(CACM 1988).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from unladen.compiling.absent import Absent, NotHere
from unladen.show import PALETTE, chart_style, figure, marked, three_digits

SpeedUps = Mapping[int, float]
ENOUGH = 1.4  # cores' worth of work


def speed_ups(
    works: Mapping[str, Callable[[int], object]], threads: Sequence[int], rounds: int = 80
) -> dict[str, dict[int, float] | Absent]:
    """Return, by name and by n, how many times as fast ``work(n)`` is with n threads as with the first of ``threads``.

    All of it takes turns in many short rounds, of which the best of each count: on a busy machine some are disturbed by
    nobody, and a machine that is slower for a while is so for all. A work that is not on this machine is ``Absent``.
    """
    best: dict[str, dict[int, float] | Absent] = {name: dict.fromkeys(threads, float("inf")) for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            for n in threads if best[name] else ():
                start = time.perf_counter()
                try:
                    work(n)
                except NotHere as problem:
                    best[name] = Absent(str(problem))
                    break
                best[name][n] = min(best[name][n], time.perf_counter() - start)
    return {name: took and {n: took[threads[0]] / took[n] for n in threads} for name, took in best.items()}


def amdahl(serial: float, cores: float) -> float:
    """How many times as fast the same work is on so many cores, if the share ``serial`` of it is done by one alone."""
    return 1 / (serial + (1 - serial) / cores)


def gustafson(serial: float, cores: float) -> float:
    """How many times as much work is done in the same time, if what is not ``serial`` grows with the cores."""
    return serial + (1 - serial) * cores


def fitted(found: SpeedUps | Absent, cores: SpeedUps | Absent) -> float | Absent:
    """The serial share with which Amdahl's law comes nearest to measured speed-ups (least squares of their inverses).

    ``cores`` has, for each number of threads, how many cores' worth of work they do here, measured with a program that
    has no serial part: what the machine does not give cannot be blamed on a program. ``Absent`` where it gives so
    little (`ENOUGH`) that a serial part would hardly be seen.
    """
    if isinstance(found, Absent) or isinstance(cores, Absent):
        return found and cores
    if max(cores.values()) < ENOUGH:
        return Absent("threads get hardly more than one core's worth of work done here")
    lost = np.array([1 / found[n] - 1 / cores[n] for n in found if n > 1])
    could = np.array([1 - 1 / cores[n] for n in found if n > 1])
    return float(lost @ could / (could @ could))


def serial_share(
    work: Callable[[int], object], without: Callable[[int], object], threads: Sequence[int], tries: int = 3
) -> float | Absent:
    """Measure the serial share of ``work``, beside a work ``without`` one; again if the machine gave too little."""
    for _ in range(tries):
        share = fitted(*speed_ups({"with": work, "without": without}, threads).values())
        if not isinstance(share, Absent):
            break
    return share


def chart(
    found: Mapping[str, SpeedUps | Absent], serial: Mapping[str, float | Absent], ceiling: float | None, alt: str
) -> None:
    """Display measured speed-ups as points, Amdahl's law through those with a ``serial`` share, the ceiling dashed.

    ``ceiling`` is how many times the bandwidth of one thread all of them have together. The numbers are added to
    ``alt``; of what is not here, nothing is drawn.
    """
    here = {name: points for name, points in found.items() if points}
    if here:
        figure(drawn(here, serial, ceiling), f"{alt} {in_words(here, ceiling)}")


def in_words(found: Mapping[str, SpeedUps], ceiling: float | None) -> str:
    """What is drawn, in a sentence whose numbers are marked as volatile."""
    said = []
    for name, points in found.items():
        gains = ", ".join(f"{marked(f'{gain:.2f} ×')} with {n}" for n, gain in points.items() if n > 1)
        said.append(f"{name}: {gains}")
    said += [f"the ceiling: {marked(f'{ceiling:.2f} ×')}"] * (ceiling is not None)
    return f"Measured: {'; '.join(said)}."


@chart_style()
def drawn(found: Mapping[str, SpeedUps], serial: Mapping[str, float | Absent], ceiling: float | None):
    """Return the chart as a Matplotlib figure."""
    from matplotlib.figure import Figure

    most = max(8, *(n for points in found.values() for n in points))
    fig = Figure(figsize=(9, 4.2), layout="constrained")
    axes = fig.subplots()
    line = np.linspace(1, most, 100)
    for at, (name, points) in enumerate(found.items()):
        style = {"color": PALETTE[at % len(PALETTE)]}
        if isinstance(serial.get(name), float):
            axes.plot(line, amdahl(serial[name], line), lw=2, **style)
        axes.plot(list(points), list(points.values()), "osD^v"[at % 5], ms=9, label=name, **style)
    if ceiling is not None:
        axes.axhline(ceiling, color="black", lw=1.5, ls=(0, (4, 3)))
        axes.text(most, ceiling, f"ceiling of bandwidth {three_digits(ceiling)} ×", ha="right", va="bottom")
    axes.set_xticks([n for n in (1, 2, 4, 8, 16, 32, 64) if n <= most])
    axes.set_ylim(0, None)
    axes.set(xlabel="threads", ylabel="times as fast as one thread")
    axes.legend(title="points: measured; lines: Amdahl's law", loc="upper left", frameon=False, alignment="left")
    return fig
