"""Cut one definition out of a source file, to be shown in class."""

from __future__ import annotations

import re
import textwrap

from unladen.build.errors import BuildError


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
