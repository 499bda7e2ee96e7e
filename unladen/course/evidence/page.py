"""The comparison as a page that stands alone: no script, nothing fetched; pictures are said in words, too."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from unladen.course.evidence.comparison import HEADINGS, Chapter, Row, alone
from unladen.svg import element

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 0 0 2rem; width: 100%; }
caption { font-size: 1.1rem; font-weight: bold; padding: .5rem 0; text-align: left; }
th, td { border-bottom: 1px solid; padding: .35rem .6rem; text-align: left; vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
tbody th { font-weight: normal; }
svg { display: block; height: 1rem; width: 12rem; }
svg * { stroke: currentColor; }
"""
_WIDTH, _HEIGHT = 192, 16


def page(chapters: Sequence[Chapter], machine: str, platform: str) -> str:
    """The whole page, for this ``machine``, beside the evidence of ``platform`` (empty: none is published)."""
    beside = f"the published evidence of {platform}" if platform else "nothing: no evidence is published yet"
    tables = "\n".join(_table(chapter) for chapter in chapters)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Unladen: this machine beside the published evidence</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>This machine beside the published evidence</h1>
<p>What the claims of the course measured on {html.escape(machine)}, beside {html.escape(beside)}.</p>
<p>In the pictures, the thin line is the published range, the box its middle half, the upright stroke the published
median, and the diamond this machine; each has a logarithmic scale of its own.</p>
{tables}
</main>
</body>
</html>
"""


def _table(chapter: Chapter) -> str:
    columns = [*HEADINGS, "picture"]
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in columns)
    rows = [_row(row.texts(), picture(row)) for row in chapter.rows]
    rows += [_row(alone(claim), "") for claim in chapter.alone]
    body = "\n".join(rows)
    caption = html.escape(chapter.heading())
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="Chapter {html.escape(chapter.chapter)}">\n<table>'
        f"<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _row(texts: Sequence[str], drawn: str) -> str:
    sentence, *numbers, where = map(html.escape, texts)
    cells = "".join(f'<td class="number">{text}</td>' for text in numbers)
    return f'<tr><th scope="row">{sentence}</th>{cells}<td>{where}</td><td>{drawn}</td></tr>'


def picture(row: Row) -> str:
    """The published range, middle half and median, and this machine, on a logarithmic scale; empty if there is none."""
    values = [*row.range, *row.quartiles, float(row.published["median"]), row.here]
    if not all(math.isfinite(value) and value > 0 for value in values) or min(values) == max(values):
        return ""
    low, high = math.log(min(values)), math.log(max(values))
    least, most, first, third, middle, here = (
        8 + (_WIDTH - 16) * (math.log(value) - low) / (high - low) for value in values
    )
    diamond = f"M{here:.1f} 3L{here + 5:.1f} 8L{here:.1f} 13L{here - 5:.1f} 8Z"
    parts = (
        element("path", d=f"M{least:.1f} 8H{most:.1f}"),
        element("rect", x=f"{first:.1f}", y=4, width=f"{third - first:.1f}", height=8, fill="none"),
        element("path", d=f"M{middle:.1f} 1V15", stroke_width=2),
        element("path", d=diamond, fill="currentColor"),
    )
    return element("svg", "".join(parts), viewBox=f"0 0 {_WIDTH} {_HEIGHT}", aria_hidden="true")
