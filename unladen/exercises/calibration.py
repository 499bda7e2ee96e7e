"""The picture of a learner's calibration: what was guessed against what was measured."""

from __future__ import annotations

from unladen.show import PALETTE, figure


def picture(pairs: dict[str, tuple[float, float]], units: dict[str, str]) -> None:
    """Draw pairs (guessed, measured), by the guess's id; all of one sign, none 0. Both axes are logarithmic."""
    from matplotlib import pyplot

    fig, axes = pyplot.subplots(figsize=(6, 4.5))
    values = [abs(value) for pair in pairs.values() for value in pair]
    low, high = min(values) / 3, max(values) * 3
    axes.plot([low, high], [low, high], color=PALETTE[6], linewidth=1)
    axes.fill_between([low, high], [low / 2, high / 2], [low * 2, high * 2], color=PALETTE[4], alpha=0.25, linewidth=0)
    for id, (guessed, found) in pairs.items():
        axes.plot(abs(found), abs(guessed), "o", color=PALETTE[0], markersize=8)
        axes.annotate(f" {id}", (abs(found), abs(guessed)), va="center", fontsize=11)
    axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
    axes.set(xlabel="measured (log axis, each in its unit)", ylabel="guessed (log axis)")
    axes.set_title("On the line: guessed as measured; in the band: within a factor of two")
    told = [f"{id}: guessed {g:g} {units[id]}, measured {m:.3g} {units[id]}" for id, (g, m) in pairs.items()]
    figure(fig, f"Guesses against what was measured, both on logarithmic axes. {'; '.join(told)}.")
