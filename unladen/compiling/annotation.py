"""Cython's annotation, read out of its HTML: how much C each line became, and how much of it talks to Python."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(
    r'<pre class="cython line score-(?P<score>\d+)"[^>]*>(?P<line>.*?)</pre>'
    r"(?:\n*<pre class='cython code score-\d+ ?'>(?P<code>.*?)</pre>)?",
    re.S,
)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Annotated:
    """One line of a .pyx file: its ``text``, the lines of C that it became, and Cython's ``score``, 0 if no Python.

    The score is what makes a line yellow in ``cython -a``: calls into the interpreter count, plain C does not.
    """

    number: int
    text: str
    c_lines: int
    score: int


def annotation(folder: Path) -> list[Annotated]:
    """Return the lines of the annotation that Cython left in ``folder``, in order."""
    found = []
    for match in _LINE.finditer((folder / "code.html").read_text(encoding="utf-8")):
        number, _, text = html.unescape(_TAG.sub("", match["line"])).lstrip("+ ").partition(":")
        code = _TAG.sub("", match["code"] or "")
        c_lines = sum(bool(line.strip()) for line in code.splitlines())
        found.append(Annotated(int(number), text.removeprefix(" ").rstrip(), c_lines, int(match["score"])))
    return found


def definition(lines: list[Annotated], name: str) -> list[Annotated]:
    """Return the lines of the function ``name`` alone, up to the next empty line."""
    start = next(i for i, line in enumerate(lines) if re.match(rf"c?p?def {name}\(", line.text))
    end = next((i for i, line in enumerate(lines) if i > start and not line.text.strip()), len(lines))
    return lines[start:end]


def loop(lines: list[Annotated], name: str) -> list[Annotated]:
    """Return the lines inside of the first ``for`` of the function ``name``."""
    inside = definition(lines, name)
    at = next(i for i, line in enumerate(inside) if line.text.strip().startswith("for "))
    return inside[at + 1 :]
