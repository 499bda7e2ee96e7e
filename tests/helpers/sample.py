"""A small notebook with one of everything that our chapters show, for the tests of slides and of the lab."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from unladen.show import Listing, Table, duration, times

LOOP = "def add_python(ints):\n    total = 0\n    for x in ints:\n        total += x\n    return total"


def picture() -> bytes:
    """A figure as our helper stores it, as PNG: 1600 × 1000 pixels, meant to be shown at half of that."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(8, 5))
    fig.subplots().barh(["Python", "C"], [31.2, 1.1])
    png = io.BytesIO()
    fig.savefig(png, format="png", dpi=200)
    return png.getvalue()


def shown(thing: object) -> list:
    """The stored output of a cell that displays ``thing``."""
    data = {"text/plain": repr(thing), "text/html": thing._repr_html_()}
    return [new_output("display_data", data=data)]


def listing(lines: int) -> Listing:
    text = "\n".join(f"{4 * n:4x}:  vpaddq ymm{n % 16}, ymm1, [rdi + {8 * n}]" for n in range(lines))
    return Listing("adder.run, cc -O3", text)


def cell(source: str, outputs: list = (), kind: str = "-", tags: tuple = ()):
    made = new_code_cell(source, outputs=list(outputs), execution_count=1)
    made.metadata = {"slideshow": {"slide_type": kind}, "tags": list(tags)}
    return made


def words(source: str, kind: str = "-"):
    made = new_markdown_cell(source)
    made.metadata = {"slideshow": {"slide_type": kind}}
    return made


def lecture() -> nbformat.NotebookNode:
    """A lecture with stored outputs; nothing of it has to be run."""
    race = Table(["", "best", "ratio"], [["Python", duration(0.0312), times(1)], ["C", duration(0.0011), times(28.4)]])
    figure = {"image/png": base64.b64encode(picture()).decode(), "text/plain": "[figure] two bars"}
    alt = {"image/png": {"alt": "Two bars: Python takes 28 times as long as C", "width": 640}}
    long_source = "\n".join(
        f"value_{n} = {'x' * 60!r}  # line {n} of a cell as long as the rules allow" for n in range(22)
    )
    prediction = (
        "Ten times? A hundred?\n\n<details><summary>Your guess first</summary>\n\n"
        + "Rather thirty. " * 30
        + "\n\n</details>"
    )
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            words("# Why is Python slow?\n\nYou will measure it. Cost of a loop: $t = n (c_1 + c_2)$.", "slide"),
            words("Say what a swallow weighs.", "notes"),
            cell("%load_ext unladen\nfrom unladen import race", (), "-", ("hide-input",)),
            words("## A million additions\n\nBefore you run the next cell: how many milliseconds?", "slide"),
            cell(LOOP),
            words(prediction, "fragment"),
            cell("race({'Python': f, 'C': g})", shown(race)),
            words("## The machine code\n\nOne instruction a line.", "subslide"),
            cell("%asm adder.run", shown(listing(70))),
            words("## A long table", "slide"),
            cell("powers", shown(Table(["n", "its square"], [[str(n), str(n * n)] for n in range(40)]))),
            words("## A long cell", "slide"),
            cell(long_source, [new_output("stream", name="stdout", text="≈ 12.3 ms\n" * 6)]),
            words("## A picture", "slide"),
            cell("draw()", [new_output("display_data", data=figure, metadata=alt)], "-", ("hide-input",)),
            cell("secret = 1", (), "-", ("remove-cell",)),
            words("![A dot from a file](dot.png)"),
        ],
    )


def write_lecture(folder: Path) -> Path:
    """Write the lecture and its picture into ``folder``; the notebook's path."""
    (folder / "dot.png").write_bytes(picture())
    path = folder / "90-sample.ipynb"
    nbformat.write(lecture(), path)
    return path
