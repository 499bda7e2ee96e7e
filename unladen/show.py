"""How a result appears, and how text that varies from run to run is marked as varying.

The stored output of every cell is compared with a fresh run (``pytest --nbval``), so whatever may differ between
two runs or two machines is marked where it is produced, and nothing else is exempt:

* a number in text: ``≈ 12.3 ms``, with its unit inside the mark and a fixed minimum width; words: ``≈gcc 12.2≈``;
* a number in HTML: ``<span class="v">…</span>``;
* a whole block in text: a fence of ``≈≈≈`` lines; in HTML: ``<pre class="v">…</pre>``.

``tests/sanitize.cfg`` erases exactly these marks before the comparison.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from unladen.svg import attributes, label, output

MARK = "≈"
FENCE = MARK * 3
WIDTH = 12

# Okabe and Ito's palette: told apart with every common kind of colour blindness (jfly.uni-koeln.de/color, 2008).
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")

_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (0.0, "ns"))
# A number that tests/sanitize.cfg recognises by itself; anything else is marked on both sides.
_UNIT = (
    r"%|×( faster| slower)?|ns|µs|ms|s|min|h|[KMGT]iB(/s)?|[kMGT]?B(/s)?|[kMG]?Hz|[kMGT]?(FLOP|op)/s|cycles?|calls?/s"
)
_NUMBER = re.compile(rf"[-+]?\d+([.,]\d+)*(e[-+]?\d+)?( ({_UNIT}))?")
_SIZES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (0, "B"))


class Volatile(str):
    """A piece of text that may differ in the next run; a table shows it marked."""


class Message:
    """Mixed into an exception: a notebook shows what it says, and no traceback through our code."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


def three_digits(value: float) -> str:
    """Format a number with three significant digits and no exponent: ``0.0123``, ``12.3``, ``1230``."""
    if value == 0 or value != value or value in (float("inf"), float("-inf")):
        return f"{value:g}"
    digits = max(0, 2 - int(f"{abs(value):e}".split("e")[1]))
    return f"{round(value, digits):.{min(digits, 12)}f}"


def duration(seconds: float) -> Volatile:
    """Format a time in seconds with the unit that reads best, as volatile text: ``12.3 ms``."""
    scale, unit = next((s, u) for s, u in _TIMES if abs(seconds) >= s * 0.9995)
    return Volatile(f"{three_digits(seconds / (scale or 1e-9))} {unit}")


def size(nbytes: float) -> Volatile:
    """Format a number of bytes with a binary unit, as volatile text: ``4.00 MiB``."""
    scale, unit = next((s, u) for s, u in _SIZES if nbytes >= s)
    return Volatile(f"{three_digits(nbytes / (scale or 1))} {unit}")


def times(ratio: float) -> Volatile:
    """Format a ratio, as volatile text: ``25.1 ×``."""
    return Volatile(f"{three_digits(ratio)} ×")


def against(ratio: float) -> Volatile:
    """A ratio of speeds, as volatile text: ``25.1 × faster``, ``11,600 × slower``; within 5 %, ``just as fast``."""
    if 0.95 < ratio < 1.05:
        return Volatile("just as fast")
    factor, word = (ratio, "faster") if ratio > 1 else (1 / ratio, "slower")
    number = three_digits(factor) if factor < 999.5 else f"{float(f'{factor:.3g}'):,.0f}"
    return Volatile(f"{number} × {word}")


def marked(text: str, width: int = 0) -> str:
    """Mark volatile text for a plain-text output, padded on the left to ``width`` columns."""
    text = " ".join(text.split()) or "-"
    return (f"{MARK} {text}" if _NUMBER.fullmatch(text) else f"{MARK}{text}{MARK}").rjust(width)


def in_html(text: object) -> str:
    """Escape text for HTML, inside the volatile mark if it is volatile."""
    escaped = html.escape(str(text))
    return f'<span class="v">{escaped}</span>' if isinstance(text, Volatile) else escaped


@dataclass
class Table:
    """A small table that shows itself: rows of texts, of which the volatile ones are marked.

    ``columns`` are the headings, ``rows`` the texts (one sequence per row, as long as ``columns``), ``title`` stands
    above, ``note`` below. Columns in which every cell is volatile are aligned to the right.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    title: str = ""
    note: str = ""
    right: Iterable[int] = field(default_factory=tuple)

    def _aligned_right(self) -> set[int]:
        columns = enumerate(zip(*self.rows, strict=True))
        numbers = {at for at, cells in columns if all(isinstance(cell, Volatile) for cell in cells)}
        return numbers | set(self.right)

    def __repr__(self) -> str:
        right = self._aligned_right()
        cells = [[marked(c) if isinstance(c, Volatile) else str(c) for c in row] for row in self.rows]
        widths = []
        for column, heading in enumerate(self.columns):
            # A volatile cell never sets the width of its column, else the headings would move with it.
            pairs = zip(cells, self.rows, strict=True)
            fixed = [len(texts[column]) for texts, row in pairs if not isinstance(row[column], Volatile)]
            floor = WIDTH if len(fixed) < len(self.rows) else 0
            widths.append(max([len(heading), floor, *fixed]))

        def line(texts: Sequence[str]) -> str:
            placed = enumerate(zip(texts, widths, strict=True))
            return "  ".join(t.rjust(w) if c in right else t.ljust(w) for c, (t, w) in placed).rstrip()

        body = [line(self.columns), "  ".join("-" * w for w in widths), *map(line, cells)]
        return "\n".join([self.title] * bool(self.title) + body + [self.note] * bool(self.note))

    def _repr_html_(self) -> str:
        right = self._aligned_right()

        def row(tag: str, texts: Sequence[object]) -> str:
            style = ('style="text-align:left"', 'style="text-align:right"')
            # a heading without words is none, or screen readers announce it
            tags = [tag if str(text) else "td" for text in texts]
            told = enumerate(zip(tags, texts, strict=True))
            cells = [f"<{tag} {style[c in right]}>{in_html(text)}</{tag}>" for c, (tag, text) in told]
            return f"<tr>{''.join(cells)}</tr>"

        caption = f'<caption style="text-align:left">{html.escape(self.title)}</caption>' if self.title else ""
        note = f"<p><small>{html.escape(self.note)}</small></p>" if self.note else ""
        head = f"<thead>{row('th', self.columns)}</thead>"
        return f"<table>{caption}{head}<tbody>{''.join(row('td', r) for r in self.rows)}</tbody></table>{note}"


@dataclass
class Listing:
    """A block of text that differs between machines (machine code, a profile, a compiler's words), under a fixed title.

    ``open`` tells whether the block is unfolded in HTML. ``markup`` is ready-made HTML for inside the block (a
    highlighted listing); without it the text is escaped.
    """

    title: str
    text: str
    open: bool = True
    markup: str = ""

    def __repr__(self) -> str:
        return f"{self.title}\n{FENCE}\n{self.text.strip(chr(10))}\n{FENCE}"

    def _repr_html_(self) -> str:
        body = self.markup or html.escape(self.text.strip("\n"))
        summary = f"<summary>{html.escape(self.title)}</summary>"
        return f'<details{" open" * self.open}>{summary}<pre class="v">{body}</pre></details>'


@contextmanager
def chart_style() -> Iterator[None]:
    """Let what is drawn here, or in a function decorated with it, look as ``charts.mplstyle`` says.

    Figures that a notebook's own cells draw keep Matplotlib's style, or the learner's.
    """
    from matplotlib import style

    with style.context(Path(__file__).with_name("charts.mplstyle")):
        yield


@dataclass
class Report:
    """What became of something: lines that are the same everywhere, then a block that differs between machines.

    In HTML the block is folded under ``summary``, one quiet line that may differ too; without one it stands open.
    """

    said: str
    text: str
    summary: str = ""

    def __repr__(self) -> str:
        block = f"{FENCE}\n{self.text}\n{FENCE}" if "\n" in self.text or not self.summary else marked(self.text)
        return "\n".join(filter(None, [self.said, block]))

    def _repr_html_(self) -> str:
        # not in <pre>, whose long lines would leave the page
        text = in_html(Volatile(self.text))
        block = f'<code style="display:block;white-space:pre-wrap">{text}</code>'
        if self.summary:
            quiet = f'<summary style="color:#555555"><small>{in_html(Volatile(self.summary))}</small></summary>'
            block = f"<details>{quiet}{block}</details>"
        said = f'<pre style="white-space:pre-wrap">{html.escape(self.said)}</pre>'
        return f"{said}{block}" if self.said else block


def figure(fig, alt: str) -> None:
    """Display a Matplotlib figure as PNG with its alternative text, and close it.

    A figure whose ``alt`` is empty is refused with ``ValueError``: somebody will read this course without seeing it.
    """
    from matplotlib import pyplot
    from matplotlib.text import Text

    if not alt.strip():
        raise ValueError("a figure needs alternative text: say in a sentence what it shows")
    png = io.BytesIO()
    fig.savefig(png, format="png", dpi=144, bbox_inches="tight")
    pyplot.close(fig)
    # The width halves the pixels: sharp on dense screens, the right size on the others.
    width = int.from_bytes(png.getvalue()[16:20], "big") // 2
    # Its smallest letters, in points: a slide does not make the figure smaller than they can be read.
    letters = [text.get_fontsize() for text in fig.findobj(Text) if text.get_text().strip() and text.get_visible()]
    metadata = {"image/png": {"alt": alt, "width": width, "smallest": min(letters, default=0)}}
    _display({"image/png": png.getvalue(), "text/plain": f"[figure] {alt}"}, metadata)


def drawing(svg: str, alt: str) -> None:
    """Display an SVG drawing with its alternative text; deterministic, so it is compared like any text."""
    if not alt.strip():
        raise ValueError("a drawing needs alternative text: say in a sentence what it shows")
    labelled = svg[svg.index("<svg") :].replace("<svg", f"<svg{attributes(**label(alt))}", 1)
    _display(*output(labelled, alt, f"[drawing] {alt}"))


def _display(data: dict, metadata: dict) -> None:
    """Display one output in all its formats; in a plain script print its text (IPython would print all the bytes)."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(data["text/plain"])
    else:
        display(data, raw=True, metadata=metadata)
