"""The drawing of an Awkward Array's layout, as SVG: labels on the left, the cells of the buffers on the right.

Every text has room for the widest of the fonts that a machine may have, and no number depends on the machine: the same
layout gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from unladen.inside.tree_texts import bytes_of, subtitle, title, total, walk
from unladen.short import cut
from unladen.show import PALETTE
from unladen.svg import FONT, INK, ON_WHITE, QUIET, RULE, element, frame, label, text, whole

if TYPE_CHECKING:
    from unladen.inside.tree_nodes import Arrow, Node, Tree

WIDTH = 1180
_LEFT, _LABEL, _CELLS, _END = 12, 88, 400, 1168  # where names begin, sizes behind them, cells at least; and the end
_HEAD, _ROW, _CELL, _GAP, _FOOT = 48, 36, 28, 22, 36
_INDENT, _CHARACTER, _LEAST, _REST = 16, 10.2, 36, 170  # a step in depth, a character, a narrow cell, "… 12 more"
_BLUE, _RED, _GREEN, _PINK, _SKY, _ORANGE, _BLACK = PALETTE
_FILLS = {"data": "#d9efe6", "entries": "#f2f2f2", "tags": "#fae3d0", "mask": "#fdf0d5"}
_POINTING, _NONE = "#d9e8f3", "#ffffff"
_LINES = (_BLUE, _RED, _GREEN, _PINK)  # for the children of a union; their dashes tell them apart as well
_DASHES = ("", "7 4", "2 4", "10 3 2 3")


@dataclass
class _Place:
    """Where a node was put: the top of its first row of cells and the bottom of its last, and the cells' width."""

    node: Node
    depth: int
    y: float
    cells: float  # where its cells begin
    top: float = 0
    bottom: float = 0
    width: float = _LEAST
    shown: int = 0

    def left(self, cell: int) -> float:
        """The left edge of a cell; of those that are not shown, the one that stands for them."""
        return self.cells + self.width * min(cell, self.shown)

    def middle(self, cell: int) -> float:
        return self.left(cell) + self.width / 2


def as_svg(tree: Tree, alt: str) -> str:
    """Return the picture as the text of an SVG element."""
    places, notes, y = {}, [], 8.0
    shown = list(walk(tree.root))
    cells = max(_CELLS, *(_labels_end(node, depth) for depth, node in shown if not isinstance(node, str)))
    for depth, node in shown:
        if isinstance(node, str):
            notes.append((depth, node, y))
            y += _FOOT
            continue
        place = places[id(node)] = _placed(node, depth, y, cells)
        y = place.bottom + _GAP
    lines = [line for place in places.values() for line in _pointers(place, places)]
    boxes = [box for place in places.values() for box in _panel(place)]
    rest = [text(_LEFT + depth * _INDENT, top + 18, note, 16, QUIET) for depth, note, top in notes]
    parts = [*_branches(places), *lines, *boxes, *rest, text(_LEFT, y + 14, total(tree), 17, bold=True)]
    return whole(parts, **label(alt), **frame(WIDTH, round(y + _FOOT)), font_family=FONT, style=ON_WHITE)


def _rows(node: Node) -> list[tuple[str, str, tuple[str, ...], int]]:
    """The rows of cells of a node: name, dtype and bytes, texts, how many there are. A node without buffers has its
    entries' numbers in place of them."""
    if node.buffers:
        return [(b.name, ", ".join(filter(None, [bytes_of(b), b.remark])), b.first, b.length) for b in node.buffers]
    if node.kind == "EmptyArray":
        return []
    return [("entries", "no buffer", tuple(str(i) for i in range(min(node.length, 24))), node.length)]


def _labels_end(node: Node, depth: int) -> float:
    """Where the labels of a node's rows end, in the widest of fonts."""
    longest = max((len(what) for _, what, *_ in _rows(node)), default=0)
    return _LEFT + depth * _INDENT + _LABEL + longest * _CHARACTER + 8


def _placed(node: Node, depth: int, y: float, cells: float) -> _Place:
    rows = _rows(node)
    longest = max((len(text) for _, _, texts, _ in rows for text in texts), default=1)
    width = max(_LEAST, round(longest * _CHARACTER + 10))
    room = _END - cells
    most = max((length for *_, length in rows), default=0)
    read = max((len(texts) for _, _, texts, _ in rows), default=0)
    fit = min(most, room // width)
    shown = min(read, int(fit) if fit == most else int((room - _REST) // width))
    place = _Place(node, depth, y, cells, width=width, shown=shown)
    place.top = y + _HEAD
    place.bottom = place.top + max(0, len(rows) * _ROW - (_ROW - _CELL))
    return place


# -- one node --------------------------------------------------------------------------------------------------------


def _panel(place: _Place) -> list[str]:
    node, x = place.node, _LEFT + place.depth * _INDENT
    parts = [
        text(x, place.y + 18, title(node), 17, bold=True),
        text(x, place.y + 39, cut(subtitle(node), 100), 16, QUIET),
    ]
    for row, (name, what, texts, length) in enumerate(_rows(node)):
        y = place.top + row * _ROW
        parts.append(text(x, y + 20, name, 16, code=True))
        parts.append(text(x + _LABEL, y + 20, what, 16, QUIET))
        ghost = name == "entries"
        for cell, value in enumerate(texts[: place.shown]):
            parts += _cell(place, cell, y, value, name, ghost)
        if (more := length - min(len(texts), place.shown)) > 0 and texts:
            parts.append(text(place.left(place.shown) + 8, y + 20, f"… {more:,} more", 16, QUIET))
    return parts


def _cell(place: _Place, cell: int, y: float, value: str, name: str, ghost: bool) -> list[str]:
    none = name == "index" and value.startswith("-") and "None" in place.node.note
    fill = _NONE if none else _FILLS.get(name, _POINTING)
    x = place.left(cell)
    style = {"fill": fill, "stroke": QUIET, "stroke_width": 1, "stroke_dasharray": "3 3" * (ghost or none)}
    box = element("rect", x=x, y=y, width=place.width, height=_CELL, **style)
    return [box, text(x + place.width / 2, y + 20, value, 16, QUIET if ghost else INK, code=True, middle=True)]


def _branches(places: dict[int, _Place]) -> list[str]:
    """Thin lines on the left, from each node to those below it."""
    lines = []
    for place in places.values():
        below = [places[id(child)] for child in place.node.children if id(child) in places]
        x = _LEFT + place.depth * _INDENT + 4
        for child in below:
            y = child.y + 12
            path = f"M{x:g} {place.bottom + 6:g} V{y:g} H{x + _INDENT - 6:g}"
            lines.append(element("path", d=path, fill="none", stroke=RULE, stroke_width=1.5))
    return lines


# -- from one node to the next ---------------------------------------------------------------------------------------


def _pointers(place: _Place, places: dict[int, _Place]) -> list[str]:
    lines, beyond = [], set()
    for arrow in place.node.arrows:
        child = places.get(id(place.node.children[arrow.child]))
        if child is None or arrow.cell >= place.shown or child.shown == 0:
            continue
        start = arrow.start * child.node.step
        if start > child.shown:  # the first of those that lead past what is shown stands for all
            if arrow.child in beyond:
                continue
            beyond.add(arrow.child)
        lines += _range(place, child, arrow) if arrow.stop is not None else _line(place, child, arrow, start)
    return lines


def _line(place: _Place, child: _Place, arrow: Arrow, start: int) -> list[str]:
    """A line with a dot at its end: to the border before an entry for an offset, to its middle for an index."""
    x, y = place.middle(arrow.cell), place.bottom
    to = child.left(start) if arrow.edge else child.middle(start)
    colour, dash = _LINES[arrow.child % 4], _DASHES[arrow.child % 4]
    if start > child.shown:
        dash = "5 4"
    end = child.top - 4
    style = {"fill": "none", "stroke": colour, "stroke_width": 1.6, "stroke_dasharray": dash}
    return [
        element("path", d=f"M{x:g} {y:g} L{to:g} {end:g}", **style),
        element("circle", cx=to, cy=end, r=3, fill=colour),
    ]


def _range(place: _Place, child: _Place, arrow: Arrow) -> list[str]:
    """A funnel from a cell to the entries that it stands for; to an empty range, a line."""
    step = child.node.step
    left, right = child.left(arrow.start * step), child.left(arrow.stop * step)
    if right <= left:
        return _line(place, child, arrow, arrow.start * step) if arrow.stop <= arrow.start else []
    x, y, end = place.middle(arrow.cell), place.bottom, child.top - 4
    path = f"M{x:g} {y:g} L{left + 2:g} {end:g} H{right - 2:g} Z"
    return [element("path", d=path, fill=_SKY, fill_opacity=0.25, stroke=_BLUE, stroke_width=1.4)]
