"""SVG, written as text: what all drawings share. The same call gives the same bytes anywhere.

Outputs are compared byte for byte, and so are the pictures in ``img/``: attributes come out in the order in which they
are given. Their values are the drawings' own, and are written as they are; what comes from elsewhere goes through
``label``, ``text`` or ``escaped``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

INK, QUIET, RULE, PAPER = "#1a1a1a", "#555555", "#c8c8c8", "#ffffff"
# Fonts differ between machines, so a drawing leaves room for the widest of these.
FONT = "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif"
CODE = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
ON_WHITE = "max-width:100%;height:auto;background:#ffffff"  # in a notebook: never wider than its cell
# Characters that no XML may hold: a single one, and no browser shows the drawing.
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def attributes(**values: object) -> str:
    """Write attributes: ``stroke_width=2`` becomes ``stroke-width="2"``. None and empty texts are left out."""
    pairs = ((name.rstrip("_").replace("_", "-"), value) for name, value in values.items())
    return "".join(
        f' {name}="{value:g}"' if isinstance(value, float) else f' {name}="{value}"'
        for name, value in pairs
        if value is not None and value != ""
    )


def element(kind: str, content: str | None = None, /, **values: object) -> str:
    """Write an element with these attributes; without ``content``, which is markup, it closes itself."""
    opened = f"<{kind}{attributes(**values)}"
    return f"{opened}/>" if content is None else f"{opened}>{content}</{kind}>"


def escaped(words: str, quote: bool = False) -> str:
    """Words as markup, also inside an attribute if ``quote``; what XML cannot hold becomes a mark."""
    return html.escape(_NO_XML.sub("\ufffd", words), quote)


def whole(parts: Iterable[str], /, **values: object) -> str:
    """Write a drawing that stands alone, an element in a line."""
    return element("svg", "\n".join(["", *parts, ""]), xmlns="http://www.w3.org/2000/svg", **values)


def frame(width: float, height: float) -> dict[str, object]:
    """The attributes of a drawing that has this size in units, and in pixels where there is room."""
    return {"viewBox": f"0 0 {width} {height}", "width": width, "height": height}


def label(alt: str) -> dict[str, object]:
    """The attributes by which a drawing is read out as ``alt``."""
    return {"role": "img", "aria_label": escaped(alt, quote=True)}


def output(drawing: str, alt: str, words: str) -> tuple[dict, dict]:
    """A drawing as a notebook stores it, with ``alt`` for those who do not see it, and ``words`` where there is no
    notebook: what ``_repr_mimebundle_`` returns."""
    return {"image/svg+xml": drawing, "text/plain": words}, {"image/svg+xml": {"alt": alt}}


def text(
    x: float, y: float, words: str, size: int, fill: str = INK, *, bold: bool = False, code: bool = False,
    middle: bool = False,
) -> str:  # fmt: skip
    """Write one line whose baseline begins, or with ``middle`` has its middle, at (x, y)."""
    style = {"font_weight": "bold" * bold, "font_family": CODE * code, "text_anchor": "middle" * middle}
    return element("text", escaped(words), x=x, y=y, font_size=size, fill=fill, **style)


def channels(colour: str) -> tuple[int, int, int]:
    """The red, green and blue of a colour ``"#0072B2"``, from 0 to 255."""
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def tint(colour: str, share: float = 0.16) -> str:
    """Return ``colour`` thinned with white, as a background for black text."""
    return "#" + "".join(f"{round(255 - (255 - channel) * share):02x}" for channel in channels(colour))
