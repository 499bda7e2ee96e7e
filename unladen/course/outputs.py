"""Outputs of cells: brought to one form, and compared as ``pytest --nbval`` compares them."""

from __future__ import annotations

import copy
import re
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from nbformat import NotebookNode
from nbval.plugin import carriagereturn_pat, get_sanitize_patterns

from unladen.course import host
from unladen.course.strict import SANITIZER

ROOT = SANITIZER.parents[1]
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What nbval does not compare. Pictures of measured times are never twice the same; their alternative text is compared.
NOT_COMPARED = {"metadata", "traceback", "output_type", "name", "execution_count", "image/png", "image/jpeg"}


@cache
def _patterns() -> list[tuple[re.Pattern, str]]:
    pairs = get_sanitize_patterns(SANITIZER.read_text(encoding="ascii"))
    return [(re.compile(pattern), replacement) for pattern, replacement in pairs]


def sanitised(text: object) -> object:
    """``text`` with everything marked as volatile replaced, by the rules of ``tests/sanitize.cfg``."""
    if isinstance(text, str):
        for pattern, replacement in _patterns():
            text = pattern.sub(replacement, text)
    return text


def compared(outputs: Sequence[NotebookNode]) -> dict[str, list]:
    """What nbval compares of a cell's outputs: each stream, MIME type and exception field with its sanitised values."""
    values = defaultdict(list)
    streams = defaultdict(str)
    for output in outputs:
        if output.output_type == "stream":
            streams[output.name] += output.text
            continue
        for field, value in {**output, **output.get("data", {})}.items():
            if field not in NOT_COMPARED and field != "data":
                values[field].append(sanitised(value))
    return dict(values) | {name: [sanitised(text)] for name, text in streams.items()}


def same(one: Sequence[NotebookNode], other: Sequence[NotebookNode]) -> bool:
    """Whether two lists of outputs differ in nothing but what may vary from run to run."""
    return compared(one) == compared(other)


def normalised(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The same outputs in the form that is stored: neighbouring streams merged, tracebacks without colours or paths."""
    merged: list[NotebookNode] = []
    for output in copy.deepcopy(list(outputs)):
        output.pop("transient", None)
        if output.output_type == "stream" and merged and merged[-1].get("name") == output.name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    for output in merged:
        if output.output_type == "stream":
            output.text = carriagereturn_pat.sub("", output.text)
            output.text = _patterns()[-1][0].sub(_patterns()[-1][1], output.text)  # the cell's temporary file
        elif output.output_type == "error":
            output.traceback = [_without_paths(_ANSI.sub("", part)) for part in output.traceback]
    return merged


@cache
def _places() -> list[tuple[str, str]]:
    paths = sysconfig.get_paths()
    places = {paths["purelib"]: "site-packages", paths["platlib"]: "site-packages", paths["stdlib"]: "python"}
    places |= {str(ROOT): "unladen", sys.prefix: "venv", host.home(): "~"}
    return sorted(((path, short) for path, short in places.items() if len(path) > 1), key=lambda p: -len(p[0]))


def _without_paths(text: str) -> str:
    """A traceback without the folders of the machine it was made on."""
    for path, short in _places():
        text = text.replace(path, short)
    return text
