"""The drawing of one step of a collection, as SVG: variables on the left, objects in columns, garbage below.

Every step of a collection has the same places, so that pages that are turned show what changes. No number depends on
the machine: the same objects give the same bytes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from unladen.short import cut
from unladen.show import PALETTE
from unladen.svg import FONT, INK, ON_WHITE, QUIET, RULE, element, frame, label, text, whole

if TYPE_CHECKING:
    from unladen.inside.collection_steps import Node, Step

WIDTH = 1180
_WIDE, _HIGH, _ACROSS, _DOWN = 148, 58, 206, 104  # an object, and from one to the next
_LEFT, _TOP, _PER_ROW = 190, 76, 5
_BLUE, _RED, _GREEN = PALETTE[:3]
_FILLS = {"stays": ("#d9efe6", _GREEN, 4, ""), "garbage": ("#fae3d0", _RED, 3, "7 5")}

Place = tuple[float, float]


def as_svg(step: Step, alt: str) -> str:
    """Return the picture as the text of an SVG element."""
    places, border = placed(step.nodes)
    height = round(max(y for _, y in places) + _HIGH + 34)
    parts = [text(14, 34, f"{step.number}. {step.title}", 22, bold=True)]
    if border:
        parts.append(element("path", d=f"M14 {border:g} H{WIDTH - 14}", stroke=RULE, stroke_width=1.5))
    for at, node in enumerate(step.nodes):
        for which, other in enumerate(node.refers):
            parts += _arrow(places[at], places[other], which, step.crossed, at == other)
    for at, node in enumerate(step.nodes):
        parts += _outside(step, at, places[at]) + _box(step, at, places[at])
        parts.append(text(places[at][0] + _WIDE / 2, places[at][1] + 25, node.label, 18, middle=True, bold=True))
    return whole(parts, **label(alt), **frame(WIDTH, height), font_family=FONT, style=ON_WHITE)


def placed(nodes: tuple[Node, ...]) -> tuple[list[Place], float]:
    """Where the left upper corner of each object is, and the height of the border above the garbage (0: none).

    Columns are the distance from outside; what cannot be reached from there stands in rows below.
    """
    internal = [0] * len(nodes)
    for node in nodes:
        for other in node.refers:
            internal[other] += 1
    wave = [at for at, node in enumerate(nodes) if node.count > internal[at]]
    columns: list[list[int]] = []
    seen: set[int] = set(wave)
    while wave:
        columns.append(wave)
        wave = list(dict.fromkeys(o for at in wave for o in nodes[at].refers if o not in seen))
        seen.update(wave)
    spots: dict[int, Place] = {}
    for column, members in enumerate(columns):
        for row, at in enumerate(members):
            turn, column_of = divmod(column, _PER_ROW)  # a long chain goes on in the next row
            spots[at] = (_LEFT + column_of * _ACROSS, _TOP + (row + turn * 2) * _DOWN)
    bottom = max((y for _, y in spots.values()), default=_TOP - _DOWN)
    lost = _in_order([at for at in range(len(nodes)) if at not in seen], nodes)
    for k, at in enumerate(lost):
        spots[at] = (_LEFT + k % _PER_ROW * _ACROSS, bottom + _DOWN + 46 + k // _PER_ROW * _DOWN)
    border = bottom + _HIGH + 46 if lost and spots else 0
    return [spots[at] for at in range(len(nodes))], border


def _in_order(lost: list[int], nodes: tuple[Node, ...]) -> list[int]:
    """The unreachable ones, each ring in the order of its references."""
    order: list[int] = []
    for start in lost:
        at: int | None = start
        while at is not None and at not in order:
            order.append(at)
            at = next((o for o in nodes[at].refers if o in lost and o not in order), None)
    return order


def _box(step: Step, at: int, place: Place) -> list[str]:
    state = "garbage" if at in step.garbage else "stays" if at in step.stays else ""
    fill, stroke, width, dash = _FILLS.get(state, ("#ffffff", INK, 2, ""))
    x, y = place
    style = {"rx": 8, "fill": fill, "stroke": stroke, "stroke_width": width, "stroke_dasharray": dash}
    return [
        element("rect", x=x, y=y, width=_WIDE, height=_HIGH, **style),
        text(x + _WIDE / 2, y + 48, step.state(at), 17, middle=True, code=True),
    ]


def _outside(step: Step, at: int, place: Place) -> list[str]:
    """The variables that refer to an object, and how many other references come from outside."""
    if not (words := step.outside(at)):
        return []
    x, y = place
    parts, told = [], cut(", ".join(words), 15)
    if x == _LEFT:
        parts.append(text(14, y + 34, told, 16, _BLUE, code=bool(step.nodes[at].names)))
        parts.append(_line(f"M{_LEFT - 34} {y + 29:g} L{x - 3:g} {y + 29:g}", _BLUE, ""))
        parts.append(_head((x - 2, y + 29), (1, 0), _BLUE))
    return parts


def _arrow(start: Place, end: Place, which: int, crossed: bool, itself: bool) -> list[str]:
    """A reference, bowed so that those there and back are two lines; thin and dashed once it has been subtracted."""
    dash, colour = ("6 5", QUIET) if crossed else ("", INK)
    ax, ay = start[0] + _WIDE / 2, start[1] + _HIGH / 2
    bx, by = end[0] + _WIDE / 2, end[1] + _HIGH / 2
    if itself:
        x, y = start[0] + _WIDE - 30, start[1]
        path = f"M{x:g} {y:g} C{x:g} {y - 34:g} {x + 60:g} {y - 20:g} {x + 33:g} {y + 18:g}"
        return [_line(path, colour, dash), _head((x + 32, y + 19), (-0.55, 0.83), colour)]
    length = math.hypot(bx - ax, by - ay)
    nx, ny = (by - ay) / length, (ax - bx) / length
    far = abs(bx - ax) > 1.5 * _ACROSS and abs(by - ay) < 1
    bow = (74 if far else 22) + 14 * which
    cx, cy = (ax + bx) / 2 + nx * bow, (ay + by) / 2 + ny * bow
    sx, sy = _edge((ax, ay), (cx, cy))
    ex, ey = _edge((bx, by), (cx, cy))
    ux, uy = ex - cx, ey - cy
    norm = math.hypot(ux, uy)
    return [
        _line(f"M{sx:.1f} {sy:.1f} Q{cx:.1f} {cy:.1f} {ex:.1f} {ey:.1f}", colour, dash),
        _head((ex, ey), (ux / norm, uy / norm), colour),
    ]


def _edge(middle: Place, towards: Place) -> Place:
    """Where the line from the middle of an object to a point leaves its box."""
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    scale = min((_WIDE / 2 + 3) / abs(dx) if dx else math.inf, (_HIGH / 2 + 3) / abs(dy) if dy else math.inf)
    return middle[0] + dx * scale, middle[1] + dy * scale


def _line(path: str, colour: str, dash: str) -> str:
    width = 1.6 if dash else 2.2
    return element("path", d=path, fill="none", stroke=colour, stroke_width=width, stroke_dasharray=dash)


def _head(tip: Place, along: Place, colour: str) -> str:
    (x, y), (ux, uy) = tip, along
    bx, by = x - 12 * ux, y - 12 * uy
    points = [(bx - 5 * uy, by + 5 * ux), (bx + 5 * uy, by - 5 * ux), (x, y)]
    return element("polygon", points=" ".join(f"{px:.1f},{py:.1f}" for px, py in points), fill=colour)
