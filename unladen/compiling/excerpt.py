"""Show a source file in class, or one definition cut out of it."""

from __future__ import annotations

import re
import textwrap

from unladen.compiling.errors import BuildError
from unladen.compiling.headers import find

_LANGUAGES = {".c": "c", ".cpp": "cpp", ".i": "cpp", ".py": "python", ".pyx": "cython", ".f90": "fortran"}
_LANGUAGES |= {".toml": "toml", ".build": "meson"}


def excerpt(source: str, start: str) -> str:
    """Return the definition whose first line begins with ``start`` (``"struct Number"``), with the comment above it.

    The definition ends where its braces do. Raises `BuildError` if no line begins so; the message lists what there is.
    """
    lines = source.splitlines()
    begins = re.compile(rf"\s*{re.escape(start)}\b.*[^;]$")
    heads = [i for i, line in enumerate(lines) if begins.match(line)]
    if not heads:
        there = [line.split("{")[0].strip() for line in lines if re.match(r"\w.*\{$", line)]
        raise BuildError(f"nothing in this file begins with {start!r}. It has:\n  " + "\n  ".join(there))
    first = last = heads[0]
    depth = 0
    for last in range(first, len(lines)):
        code = re.sub(r"//.*|'.'|\"[^\"]*\"", "", lines[last])
        depth += code.count("{") - code.count("}")
        if depth <= 0 and ("}" in code or code.rstrip().endswith(";")):
            break
    while first > 0 and lines[first - 1].lstrip().startswith("//") and not lines[first - 1].startswith("// ---"):
        first -= 1
    return textwrap.dedent("\n".join(lines[first : last + 1]))


class Source:
    """A source of ``native/``, or one definition of it, that shows itself highlighted; ``lines`` counts its code.

    Lines that are empty or only a comment do not count.
    """

    def __init__(self, text: str, language: str) -> None:
        self.text, self.language = text.strip("\n"), language
        code = (line.strip() for line in self.text.splitlines())
        self.lines = sum(bool(line) and not line.startswith(("//", "!", "#")) or line.startswith("#i") for line in code)

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return f"```{self.language}\n{self.text}\n```"


def source(file: str, start: str = "") -> Source:
    """Return a source of ``native/`` to be read, or with ``start`` (``"def typed"``) that definition alone.

    A definition that begins with ``def`` ends at the next empty line, others where their braces do.
    """
    path = find(file)
    text = path.read_text(encoding="utf-8")
    if start.startswith("def "):
        found = re.search(rf"^{re.escape(start)}\b.*?(?=\n\n|\Z)", text, re.M | re.S)
        if not found:
            raise BuildError(f"nothing in {path.name} begins with {start!r}")
        text = found[0]
    elif start:
        text = excerpt(text, start)
    return Source(text, _LANGUAGES.get(path.suffix, ""))
