"""The drawing of a graph of tasks, as SVG: names on the left, a box for each task, what runs first on top.

Every text has room for the widest of the fonts that a machine may have, and no number depends on the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from unladen.short import cut
from unladen.show import PALETTE
from unladen.svg import FONT, INK, ON_WHITE, PAPER, QUIET, element, frame, label, text, tint, whole

if TYPE_CHECKING:
    from unladen.inside.task_graph import Box, Graph

WIDTH = 1180
_LEFT, _BOXES, _END = 12, 262, 1168  # where names begin, and boxes; and the end
_TALL, _PITCH, _WIDEST, _GAP, _TOP, _LEGEND = 40, 84, 124, 8, 12, 48
_CHARACTER = 0.64  # of a letter's size, in the widest of fonts
_BLUE, _RED, _GREEN, _PINK, _SKY, _ORANGE, _BLACK = PALETTE
# The scheduler's words, and what stands in a box that has no room for one.
_STATES = {
    "memory": ("M", _GREEN),
    "processing": ("P", _ORANGE),
    "waiting": ("W", _SKY),
    "twice": ("2×", _RED),
    "erred": ("E", _PINK),
    "queued": ("Q", _BLUE),
    "released": ("R", QUIET),
    "no-worker": ("N", _BLACK),
}


def as_svg(graph: Graph, alt: str) -> str:
    """Return the picture as the text of an SVG element."""
    places, boxes, names = {}, [], []
    stateless = PAPER if any(box.state for row in graph.rows for box in row) else tint(_BLUE, 0.14)
    for number, row in enumerate(graph.rows):
        y = _TOP + number * _PITCH
        slot = (_END - _BOXES) / len(row)
        wide = min(slot - min(_GAP, slot / 6), _WIDEST)
        for at, box in enumerate(row):
            x = round(_BOXES + slot * (at + 0.5), 1)
            places[box.key] = x, y
            boxes += _box(box, x, y, round(wide, 1), stateless)
        names += _name(row, y)
    edges = [(places[need], places[box.key]) for row in graph.rows for box in row for need in box.needs]
    lines = [line for start, end in edges for line in _edge(start, end)]
    bottom = _TOP + (len(graph.rows) - 1) * _PITCH + _TALL + 12
    legend = _legend(graph, bottom + 26)
    height = bottom + (_LEGEND if legend else 0)
    parts = [*lines, *boxes, *names, *legend]
    return whole(parts, **label(alt), **frame(WIDTH, height), font_family=FONT, style=ON_WHITE)


def _name(row: tuple[Box, ...], y: float) -> list[str]:
    kind = "block" if row[0].is_data else "task"
    counted = f"{len(row)} {kind}{'s' * (len(row) > 1)}{' of data' if row[0].is_data else ''}"
    parts = [text(_LEFT, y + 18, cut(row[0].name, 23), 17, bold=True, code=True)]
    if not row[0].fused:
        return [*parts, text(_LEFT, y + 38, counted, 15, QUIET)]
    inner = row[0].fused
    return [
        *parts,
        text(_LEFT, y + 38, f"{counted}, each {len(inner)} in one:", 15, QUIET),
        text(_LEFT, y + 57, cut(" → ".join(inner), 27), 15, QUIET),
    ]


def _box(box: Box, x: float, y: float, wide: float, stateless: str) -> list[str]:
    sign, colour = _state(box.state)
    fill = tint(colour, 0.3) if box.state else PAPER if box.is_data else stateless
    style = {"fill": fill, "stroke": colour if box.state else INK, "stroke_width": 2.5 if box.state else 1.5}
    rect = element(
        "rect", x=round(x - wide / 2, 1), y=y, width=wide, height=_TALL, rx=5,
        stroke_dasharray="4 3" * box.is_data, **style,
    )  # fmt: skip
    index = ", ".join(map(str, box.index))
    word = box.state if _room(box.state, 14) <= wide else sign
    return [rect, *(line for size, at, words in _lines(index, word, wide) for line in [_line(x, y + at, words, size)])]


def _lines(index: str, word: str, wide: float) -> list[tuple[int, int, str]]:
    """The lines in a box: size, baseline, words. An index that is too wide stands in two lines, if no state does."""
    if word and not index:
        return [(14, 25, word)]
    if word:
        return [(14, 17, index if _room(index, 14) <= wide else ""), (14, 34, word)]
    if _room(index, 17) <= wide:
        return [(17, 26, index)]
    if _room(index, 14) <= wide:
        return [(14, 25, index)]
    half = index.split(", ")
    return [(13, 17, ", ".join(half[:-1])), (13, 34, half[-1])] if len(half) > 1 else []


def _line(x: float, y: float, words: str, size: int) -> str:
    return text(x, y, words, size, INK, middle=True, code=words[:1].isdigit() and "×" not in words)


def _room(words: str, size: int) -> float:
    return len(words) * size * _CHARACTER + 6


def _state(state: str) -> tuple[str, str]:
    return _STATES.get(state, (state[:2], _PINK))


def _edge(start: tuple[float, float], end: tuple[float, float]) -> list[str]:
    """A line from what is ready first to what needs it, with a head where it arrives."""
    (x, y), (to, down) = start, end
    y, down = y + _TALL, down - 1
    long = ((to - x) ** 2 + (down - y) ** 2) ** 0.5
    across, along = (to - x) / long, (down - y) / long
    left, right = ((to - 9 * across + side * 4 * along, down - 9 * along - side * 4 * across) for side in (1, -1))
    head = f"M{to:.1f} {down:.1f} L{left[0]:.1f} {left[1]:.1f} L{right[0]:.1f} {right[1]:.1f} Z"
    return [
        element("path", d=f"M{x:.1f} {y:.1f} L{to:.1f} {down:.1f}", fill="none", stroke=QUIET, stroke_width=1.4),
        element("path", d=head, fill=QUIET),
    ]


def _legend(graph: Graph, y: float) -> list[str]:
    """What the letters and colours stand for, with how many tasks are in each state; nothing if none has one."""
    counts: dict[str, int] = {}
    for row in graph.rows:
        for box in row:
            counts[box.state] = counts.get(box.state, 0) + 1
    order = [*_STATES, *sorted(counts.keys() - _STATES.keys() - {""})]
    parts, x = [], float(_LEFT)
    for state in order:
        if state not in counts:
            continue
        sign, colour = _state(state)
        words = f"{state}: {counts[state]}"
        parts.append(element("rect", x=round(x, 1), y=y - 18, width=34, height=26, rx=5, fill=tint(colour, 0.3),
                             stroke=colour, stroke_width=2.5))  # fmt: skip
        parts.append(text(round(x + 17, 1), y, sign, 14, middle=True))
        parts.append(text(round(x + 42, 1), y, words, 16))
        x += 42 + _room(words, 16) + 18
    return parts
