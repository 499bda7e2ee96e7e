"""What profilers found, made readable: their own words without this machine's paths, lines as a table, stacks drawn.

Nothing here measures. The readers take the files that the tools themselves wrote: cProfile's and line_profiler's
statistics, pyinstrument's sessions, Scalene's JSON, memray's recordings.
"""

from __future__ import annotations

import io
import json
import linecache
import pstats
import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from unladen.elsewhere import profilers
from unladen.show import PALETTE, Listing, Table, Volatile, chart_style, figure, size, three_digits

Stacks = Mapping[tuple[str, ...], float]

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]+ ?")
_PATH = re.compile(r"(?<![\w.<])(?:/[^\s/:'\"()]+)+/(?=[^\s/:'\"()])")


@dataclass(frozen=True)
class Line:
    """One line of a profiled program.

    ``share`` is its part of the time (0 to 1), ``hits`` how often it ran (0: the tool does not count), ``allocated``
    the bytes that it asked for (0: the tool does not tell).
    """

    number: int
    source: str
    share: float
    hits: int = 0
    allocated: float = 0.0


def printed(title: str, text: str, begin: str = "", lines: int = 40) -> Listing:
    """Show what a tool printed, as it is, but for colours, emoji and the folders of this machine.

    Shown are up to ``lines`` lines, from the first one that contains ``begin``.
    """
    shown = [_PATH.sub("", _EMOJI.sub("", line)).rstrip() for line in _ANSI.sub("", text).strip("\n").splitlines()]
    start = next((at for at, line in enumerate(shown) if begin in line), 0)
    return Listing(title, "\n".join(shown[start : start + lines]))


def functions(path: str | Path, order: str, lines: int = 8) -> Listing:
    """Show the first ``lines`` functions of a file of cProfile's, sorted by ``order``, as pstats prints them."""
    stats = pstats.Stats(str(path), stream=io.StringIO()).strip_dirs()
    stats.sort_stats(order).print_stats(lines)
    return printed(f"cProfile, sorted by {order}", stats.stream.getvalue(), begin="ncalls")


def line_times(stats) -> list[Line]:
    """Return the lines of every function in a line_profiler's statistics, in order; shares are within a function."""
    found = []
    for (file, start, _), timings in sorted(stats.timings.items()):
        total = sum(ticks for *_, ticks in timings) or 1
        counted = {number: (hits, ticks) for number, hits, ticks in timings}
        for number in range(start, max(counted, default=start) + 1):
            hits, ticks = counted.get(number, (0, 0))
            found.append(Line(number, linecache.getline(file, number).rstrip(), ticks / total, hits))
    return found


def scalene_lines(path: str | Path, file: str, containing: str = "") -> list[Line]:
    """Return the lines of ``file`` on which Scalene found time or memory, from the JSON that it saved at ``path``.

    The share is the processor's time: in Python, in what Python called, and in the system.
    """
    files = json.loads(Path(path).read_text(encoding="utf-8"))["files"]
    rows = next((found["lines"] for name, found in files.items() if Path(name).name == file), [])
    kinds = ("n_cpu_percent_python", "n_cpu_percent_c", "n_sys_percent")
    found = [
        Line(row["lineno"], row["line"].rstrip(), sum(row[k] for k in kinds) / 100, 0, row["n_malloc_mb"] * 2**20)
        for row in rows
    ]
    return [line for line in found if containing in line.source and (line.share or line.allocated)]


def line_table(lines: Sequence[Line], title: str) -> Table:
    """Show lines as a table: how often each ran, its share of the time, what it allocated, as far as they tell."""
    counted, weighed = any(line.hits for line in lines), any(line.allocated for line in lines)
    heads = ["line", *["runs"] * counted, "time", *["allocated"] * weighed, "source"]
    rows = []
    for line in lines:
        row: list[object] = [str(line.number)]
        row += [f"{line.hits:,}" if line.hits else ""] * counted
        row.append(Volatile(f"{100 * line.share:.1f} %"))
        row += [size(line.allocated)] * weighed
        # a no-break space keeps the indentation in HTML
        rows.append([*row, line.source.replace("    ", "\u00a0" * 4)])
    return Table(heads, rows, title, right=[0, 1] if counted else [0])


def session_stacks(path: str | Path, file: str, root: str) -> dict[tuple[str, ...], float]:
    """Return the seconds that pyinstrument saw in each stack of functions, from ``root`` of ``file`` upwards."""
    from pyinstrument.session import Session

    def frames(record: list[str]) -> list[tuple[str, str]]:
        return [tuple((frame.split("\x01")[0].split("\x00") + [""])[:2]) for frame in record]

    return _rooted(((frames(record), seconds) for record, seconds in Session.load(str(path)).frame_records), file, root)


def memory_stacks(path: str | Path, file: str, root: str) -> dict[tuple[str, ...], float]:
    """Return the bytes that each stack of functions, from ``root`` of ``file`` upwards, held when memray saw most."""
    if profilers.gone("memray"):  # then the file is what the recorded run left
        return _rooted(json.loads(Path(path).read_text(encoding="utf-8")), file, root)
    from memray import FileReader

    records = FileReader(str(path)).get_high_watermark_allocation_records(merge_threads=True)
    return _rooted(((record.stack_trace()[::-1], record.size) for record in records), file, root)


def _rooted(records: Iterable[tuple[Sequence, float]], file: str, root: str) -> dict[tuple[str, ...], float]:
    """Add up stacks of (function, file, …) from ``root`` upwards: what a tool did to start the program is left out."""
    stacks: dict[tuple[str, ...], float] = defaultdict(float)
    for frames, amount in records:
        at = next((i for i, (name, place, *_) in enumerate(frames) if name == root and Path(place).name == file), None)
        if at is not None:
            stacks[tuple(frame[0] for frame in frames[at:])] += amount
    return dict(stacks)


@chart_style()
def flame(stacks: Stacks, question: str, alt: str, unit: str = "s") -> None:
    """Draw stacks of functions with their seconds (``unit`` "s") or bytes ("B") as a flame graph, and show it.

    Each box is a function, as wide as what it took with all that it called; it stands on the function that called it.
    Stacks are given from the bottom up. Method: Brendan Gregg, *The flame graph*, 2016. Raises ``ValueError`` if there
    is nothing to draw.
    """
    from matplotlib import pyplot

    boxes = [box for box in flame_boxes(stacks) if box[2] > 0.002 * sum(stacks.values())]
    depth = max(len(path) for path, _, _ in boxes)
    fig, axes = pyplot.subplots(figsize=(10, 0.7 + 0.5 * depth))
    scale, name = (1e-6, "MB") if unit == "B" else (1e3, "ms")
    whole = sum(stacks.values()) * scale
    for path, left, width in boxes:
        left, width = left * scale, width * scale
        colour = PALETTE[(len(path) - 1) % 2 + 4]
        axes.barh(len(path) - 1, width, 0.94, left, color=colour, edgecolor="white", linewidth=1.5)
        label = _fitting(path[-1], int(66 * width / whole))
        axes.text(left + width / 2, len(path) - 1, label, ha="center", va="center")
    axes.set(yticks=[], xlim=(0, whole), ylim=(-0.5, depth - 0.4))
    axes.set_title(question)
    axes.set_xlabel(f"{name} {'in use' if unit == 'B' else 'of samples'}; a box stands on its caller")
    axes.tick_params(labelsize=10)  # small: the widths are what is looked at
    axes.spines["left"].set_visible(False)
    figure(fig, alt)


def flame_boxes(stacks: Stacks) -> list[tuple[tuple[str, ...], float, float]]:
    """Return the boxes of a flame graph: the path of functions, its left edge and its width, in the stacks' unit."""
    stacks = {path: amount for path, amount in stacks.items() if path and amount > 0}
    if not stacks:
        raise ValueError("nothing to draw: no stack took anything; profile a longer run, or name another root")
    boxes: dict[tuple[str, ...], list[float]] = {}
    left = 0.0
    for path in sorted(stacks):
        for length in range(1, len(path) + 1):
            box = boxes.setdefault(path[:length], [left, 0.0])
            box[1] += stacks[path]
        left += stacks[path]
    return [(path, left, width) for path, (left, width) in boxes.items()]


@chart_style()
def distribution(samples: Mapping[str, Sequence[float]], question: str, alt: str) -> None:
    """Draw how often each time (in seconds) came out, for each name, without the slowest three in a hundred."""
    from matplotlib import pyplot

    every = sorted(1e6 * seconds for found in samples.values() for seconds in found)
    low, high = every[0], every[int(0.97 * len(every))]
    edges = [low + (high - low) * step / 40 for step in range(41)]
    fig, axes = pyplot.subplots(figsize=(9, 3.4))
    for at, (name, found) in enumerate(samples.items()):
        style = {"histtype": "step", "linewidth": 2.5, "color": PALETTE[at], "linestyle": ("-", "--", ":")[at % 3]}
        axes.hist([1e6 * seconds for seconds in found], edges, label=name, **style)
    for value, style in ((statistics.median(every), "-."), (min(statistics.fmean(every), high), ":")):
        name = "median of all" if style == "-." else "mean of all" if value < high else "mean of all, or beyond"
        axes.axvline(value, color="black", linestyle=style, label=name)
    axes.set(xlabel="µs for one run (the slowest 3 % are not shown)", ylabel="runs", title=question)
    axes.tick_params(labelsize=10)  # small: the shape is what is looked at
    axes.legend()
    figure(fig, alt)


def _fitting(name: str, letters: int) -> str:
    """As much of a name as fits into so many letters; nothing rather than a stump."""
    if len(name) <= letters:
        return name
    return f"{name[: letters - 1]}…" if letters >= 6 else ""


def count(number: float) -> Volatile:
    """Format a count for a table, as volatile text: ``46,745``, and large ones in millions."""
    return Volatile(f"{three_digits(number / 1e6)} million" if number >= 1e6 else f"{number:,.0f}")
