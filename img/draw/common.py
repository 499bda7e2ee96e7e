"""What the pictures share: a page of SVG, written as text, so that a script draws the same bytes anywhere.

A picture is a script `img/draw/NAME.py` with a function `draw()` that returns a `Page`; `python img/draw/NAME.py`
writes `img/NAME.svg`. Fonts differ between machines, so nothing may depend on the exact width of a text.
"""

from __future__ import annotations

import csv
from pathlib import Path

from unladen import svg
from unladen.show import PALETTE

BLUE, RED, GREEN, PINK, SKY, ORANGE, BLACK = PALETTE
INK, QUIET, RULE, PAPER, tint = svg.INK, svg.QUIET, svg.RULE, svg.PAPER, svg.tint
ROOT = Path(__file__).resolve().parents[2]


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of ``img/draw/data/NAME.csv``."""
    with open(Path(__file__).parent / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(problem: str) -> list[dict[str, str]]:
    """Return the course's published figures for one problem, the same that the chapters show."""
    with open(Path(__file__).parents[2] / "unladen" / "timing" / "published.csv", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["problem"] == problem]


def number(value: float) -> str:
    """Write a coordinate with at most one decimal, so that the last bit of a logarithm does not show."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0") if abs(value) < 0.05 else f"{value:.1f}".removesuffix(".0")
    )


class Page:
    """A drawing of ``width`` × ``height`` units, with a title and a description for those who do not see it."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self.frame = svg.frame(width, height)
        self.parts = [
            svg.element("title", svg.escaped(title, quote=True), id="title"),
            svg.element("desc", svg.escaped(description, quote=True), id="description"),
            svg.element("rect", width=width, height=height, fill=PAPER),
        ]

    def add(self, kind: str, content: str = "", /, **attributes: object) -> None:
        """Add an element; ``stroke_width=2`` becomes ``stroke-width="2"``."""
        given = {name: value for name, value in attributes.items() if value is not None}
        texts = {k: svg.escaped(number(v) if isinstance(v, float) else str(v), quote=True) for k, v in given.items()}
        self.parts.append(svg.element(kind, content or None, **texts))

    def text(
        self, x, y, words: str, size=20, *, fill=INK, anchor="start", bold=False, code=False, italic=False
    ) -> None:
        """Write one line whose baseline begins (or, by ``anchor``, has its middle or end) at (x, y)."""
        self.add(
            "text",
            svg.escaped(words),
            x=float(x),
            y=float(y),
            font_size=size,
            fill=fill,
            text_anchor=anchor if anchor != "start" else None,
            font_weight="bold" if bold else None,
            font_style="italic" if italic else None,
            font_family=svg.CODE if code else None,
            style="white-space: pre" if code else None,
        )

    def lines(self, x, y, texts, size=20, *, step=1.35, **style) -> None:
        """Write several lines, one below the other."""
        for row, words in enumerate(texts):
            self.text(x, y + row * size * step, words, size, **style)

    def box(self, x, y, width, height, fill=PAPER, stroke=INK, *, stroke_width=2, round=8, dash=None) -> None:
        """Draw a rectangle with rounded corners."""
        self.add(
            "rect",
            x=float(x),
            y=float(y),
            width=float(width),
            height=float(height),
            rx=round,
            fill=fill,
            stroke=stroke,
            stroke_width=stroke_width,
            stroke_dasharray=dash,
        )

    def line(self, x1, y1, x2, y2, stroke=INK, width=2, dash=None) -> None:
        """Draw a straight line."""
        ends = {"x1": float(x1), "y1": float(y1), "x2": float(x2), "y2": float(y2)}
        self.add("line", **ends, stroke=stroke, stroke_width=width, stroke_dasharray=dash)

    def arrow(self, *points, stroke=INK, width=2.5, dash=None) -> None:
        """Draw a line through ``points`` that ends in an arrow head."""
        (x0, y0), (x1, y1) = points[-2:]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        back = (x1 - 13 * ux, y1 - 13 * uy)
        path = "M" + " L".join(f"{number(x)} {number(y)}" for x, y in (*points[:-1], back))
        self.add("path", d=path, fill="none", stroke=stroke, stroke_width=width, stroke_dasharray=dash)
        sides = [(back[0] - 6 * uy, back[1] + 6 * ux), (back[0] + 6 * uy, back[1] - 6 * ux), (x1, y1)]
        self.add("polygon", points=" ".join(f"{number(x)},{number(y)}" for x, y in sides), fill=stroke)

    def mark(self, x, y, shape: str, fill: str, size=8, stroke=PAPER) -> None:
        """Draw a point of a plot as "circle", "square" or "diamond": the shape tells what the colour tells."""
        if shape == "circle":
            self.add("circle", cx=float(x), cy=float(y), r=size, fill=fill, stroke=stroke, stroke_width=1.5)
            return
        turn = f"rotate(45 {number(x)} {number(y)})" if shape == "diamond" else None
        side = 1.7 * size
        corner = {"x": x - side / 2, "y": y - side / 2, "width": side, "height": side}
        self.add(
            "rect",
            **{k: float(v) for k, v in corner.items()},
            fill=fill,
            stroke=stroke,
            stroke_width=1.5,
            transform=turn,
        )

    def svg(self) -> str:
        """Return the picture as the text of an SVG file."""
        named = {"role": "img", "aria_labelledby": "title description"}
        return svg.whole(self.parts, **self.frame, **named, font_family=svg.FONT) + "\n"


def save(script: str, page: Page) -> None:
    """Write what ``script`` drew to ``img/NAME.svg``."""
    path = ROOT / "img" / f"{Path(script).stem}.svg"
    path.write_text(page.svg(), encoding="utf-8", newline="\n")
    print(f"wrote img/{path.name}")
