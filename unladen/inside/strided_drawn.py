"""The drawing of ``strided``, as SVG: the elements as a grid, and below it the memory as a row of cells."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

from unladen import svg
from unladen.show import PALETTE
from unladen.svg import FONT, INK, PAPER, QUIET

if TYPE_CHECKING:
    from unladen.inside.strided_view import Element, Strided

WIDTH, LEFT = 1200, 76
BESIDE = 620  # a grid that is no wider has the words beside it
BOX, HIGH = 90, 48  # an element in the grid
CELL, TALL, PITCH = 68, 50, 92  # a cell of memory, and from one line of cells to the next
EMPTY = "#f4f4f4"
MOST = 64  # cells; more are left out, but for those that drawn elements lie in


def as_svg(seen: Strided) -> str:
    """The whole drawing; the same text for arrays that are laid out alike."""
    parts = [_text(16, 30, line, 17, bold=True) for line in textwrap.wrap(seen.words[0], 104)]
    grid: list[str] = []
    wide = _width(seen)
    beside = wide <= BESIDE  # a narrow grid leaves room for the words at its right
    left, at = (wide + 40, 66) if beside else (16, 56)
    for line in _wrapped(seen.words[1:], (WIDTH - left) // 11):
        parts.append(_text(left, at, line, 17))
        at += 26
    at = max(at, _grid(seen, grid, 44)) if beside else _grid(seen, grid, at - 6)
    parts += grid
    at = _memory(seen, parts, at + 40)
    paper = svg.element("rect", width=WIDTH, height=at, fill=PAPER)
    style = "max-width:100%;height:auto"
    return svg.whole([paper, *parts], **svg.frame(WIDTH, at), style=style, **svg.label(seen.alt), font_family=FONT)


def _wrapped(words: list[str], width: int) -> list[str]:
    """Sentences put into lines; none is broken that fits into one."""
    lines = [""]
    for sentence in words:
        for piece in textwrap.wrap(sentence, width):
            if lines[-1] and len(lines[-1]) + len(piece) + 1 > width:
                lines.append("")
            lines[-1] = f"{lines[-1]} {piece}".strip()
    return lines


def _width(seen: Strided) -> int:
    """Where the grid ends on the right, if its planes stand in one row."""
    planes = len(seen.axes[0]) if len(seen.axes) > 2 else 1
    return LEFT - 40 + planes * (len(seen.axes[-1]) * BOX + 66) if seen.axes and seen.elements else LEFT + 130


def colour(seen: Strided, element: Element) -> str:
    """A hue for each row, which darkens along it: the order of elements is seen again in the memory."""
    columns = seen.shape[-1] if seen.shape else 1
    row = element.index[-2] if len(element.index) > 1 else 0
    hue = PALETTE[row % 6]
    along = min(element.index[-1] / max(1, min(columns, 12) - 1), 1) if element.index else 0
    return svg.tint(hue, 0.14 + 0.5 * along)


# ------------------------------------------------------------------------------------------------ the elements


def _grid(seen: Strided, parts: list[str], top: int) -> int:
    """Draw the elements, a plane beside the other; return where it ends."""
    if not seen.elements:
        parts.append(_text(LEFT, top + 24, "(no elements)", 17))
        return top + 40
    found = {element.index: element for element in seen.elements}
    ahead = (0,) * (len(seen.shape) - len(seen.axes))
    axes = [[0]] * (3 - len(seen.axes)) + seen.axes
    planes, rows, columns = axes
    wide, high = len(columns) * BOX + 66, len(rows) * (HIGH + 4) + 34
    left, bottom = LEFT - 40, top + high
    for plane in planes:
        if left + wide > WIDTH and left > LEFT:
            left, top, bottom = LEFT - 40, bottom + 16, bottom + 16 + high
        if plane is None:
            parts.append(_text(left, top + high // 2, "…", 24))
            left += 40
            continue
        before = ahead + ((plane,) if len(seen.axes) > 2 else ())
        _plane(seen, parts, (left, top), before, rows, columns, found)
        left += wide
    return bottom


def _plane(seen, parts, corner, before, rows, columns, found) -> None:
    left, top = corner
    title = f"[{', '.join(map(str, before))}, …]" if before and len(seen.axes) > 2 else ""
    if title:
        parts.append(_text(left, top + 16, title, 15, fill=QUIET))
    for at, column in enumerate(columns if len(seen.axes) else []):
        x = left + 44 + at * BOX + BOX / 2
        parts.append(_text(x, top + 16, "…" if column is None else str(column), 15, fill=QUIET, middle=True))
    for down, row in enumerate(rows):
        y = top + 24 + down * (HIGH + 4)
        if len(seen.axes) > 1:
            words = "…" if row is None else str(row)
            parts.append(_text(left + 36, y + 30, words, 15, fill=QUIET, end=True))
        for at, column in enumerate(columns):
            x = left + 44 + at * BOX
            if row is None or column is None:
                parts.append(_text(x + BOX / 2, y + 30, "…", 18, middle=True))
                continue
            index = before + (row, column)[2 - min(2, len(seen.axes)) :]
            element = found[index]
            words = f"{list(index)} at byte {element.offset}: {element.text}"
            parts.append(f"<g><title>{svg.escaped(words, quote=True)}</title>")
            parts.append(_rect(x + 2, y, BOX - 4, HIGH, colour(seen, element)))
            parts.append(_text(x + BOX / 2, y + 20, element.text, 16, middle=True, bold=True))
            parts.append(
                _text(x + BOX / 2, y + 40, f"at {element.offset}", 14 if element.offset < 10**6 else 12, middle=True)
            )
            parts.append("</g>")


# ------------------------------------------------------------------------------------------------ the memory


def _memory(seen: Strided, parts: list[str], top: int) -> int:
    """Draw the memory in lines of cells; return where it ends."""
    unit = seen.unit
    total = seen.memory_bytes // unit
    covering = defaultdict(list)
    for element in seen.elements:
        for k in range(max(1, -(-seen.itemsize // unit)) if seen.itemsize else 0):
            covering[element.offset // unit + k].append((element, k))
    cells = _cells(total, covering)
    first = seen.elements[0].offset // unit if seen.elements and seen.itemsize else None
    kind = f"in cells of {unit} byte{'' if unit == 1 else 's'}; numbers below count bytes"
    parts.append(_text(16, top - 14, f"The memory: {seen.memory_bytes:,} bytes, {kind}.", 16, bold=True))
    if not cells:
        return top + 10
    for at, cell in enumerate(cells):
        line, place = divmod(at, seen.line)
        x, y = LEFT - 40 + place * CELL, top + 14 + line * PITCH
        if cell is None:
            parts.append(_text(x + CELL / 2, y + 30, "…", 22, middle=True))
            continue
        _cell(seen, parts, (x, y), cell, covering.get(cell, []))
        offset = f"{cell * unit:,}"
        if len(offset) < 8 or place == 0 or cells[at - 1] is None:
            parts.append(_text(x + 2, y + TALL + 17, offset, 14, fill=QUIET))
        if cell == first:
            points = f"{x + 4},{y - 14} {x + 20},{y - 14} {x + 12},{y - 2}"
            parts.append(svg.element("polygon", points=points, fill=INK))
            parts.append(_text(x + 24, y - 3, "first", 14))
    lines = -(-len(cells) // seen.line)
    return top + 14 + lines * PITCH


def _cells(total: int, covering: dict) -> list[int | None]:
    """The cells to draw: all, or those that drawn elements lie in, the first, the last, and None between."""
    if total <= MOST:
        return list(range(total))
    wanted = sorted({0, total - 1, *sorted(covering)[: 2 * MOST]})
    cells: list[int | None] = []
    for cell, before in zip(wanted, [-1, *wanted], strict=False):
        if cell == before + 2:
            cells.append(cell - 1)
        elif cell > before + 2:
            cells.append(None)
        cells.append(cell)
    return cells


def _cell(seen: Strided, parts: list[str], corner, cell: int, covering: list) -> None:
    x, y = corner
    offset = cell * seen.unit
    names = ["".join(str(list(element.index))) for element, _ in covering]
    words = f"byte {offset}: {' and '.join(names[:6]) or 'not in the array'}{' …' if len(names) > 6 else ''}"
    parts.append(f"<g><title>{svg.escaped(words, quote=True)}</title>")
    bands = covering[:6]
    parts.append(_rect(x, y, CELL, TALL, EMPTY if not bands else PAPER, dash=not bands))
    for at, (element, _) in zip(count(), bands):
        high = TALL / len(bands)
        parts.append(_rect(x, y + at * high, CELL, high, colour(seen, element), line=1.5 if len(bands) == 1 else 0.5))
    value = seen.values.get(offset, "")
    if not value and covering and covering[0][1] == 0:
        value = covering[0][0].text
    if len(bands) > 1:
        parts.append(svg.element("rect", x=x + 13, y=y + 4, width=CELL - 26, height=TALL - 8, fill=PAPER))
    if value:
        parts.append(_text(x + CELL / 2, y + 21, value, 15, middle=True, fill=INK if covering else QUIET))
    if name := _name(covering):
        parts.append(_text(x + CELL / 2, y + 42, name, 14 if len(name) < 8 else 12, middle=True))
    parts.append("</g>")


def _name(covering: list) -> str:
    """Which element lies in a cell, without its brackets; how many, where there are several."""
    if not covering:
        return ""
    if len(covering) > 1:
        return f"× {len(covering)}"
    element, part = covering[0]
    if part:
        return "(cont.)"
    return "[" + ",".join(map(str, element.index)) + "]"


def _rect(x, y, width, height, fill, *, line=1.5, dash=False) -> str:
    style = {"fill": fill, "stroke": QUIET, "stroke_width": line, "stroke_dasharray": "3 4" * dash}
    return svg.element("rect", x=x, y=y, width=width, height=height, **style)


def _text(x, y, words: str, size: int, *, fill=INK, middle=False, end=False, bold=False) -> str:
    # Not svg.text: in the drawings that are stored, the anchor stands before the weight, and quotes are escaped.
    style = {"text_anchor": "middle" if middle else "end" * end, "font_weight": "bold" * bold}
    return svg.element("text", svg.escaped(words, quote=True), x=x, y=y, font_size=size, fill=fill, **style)
