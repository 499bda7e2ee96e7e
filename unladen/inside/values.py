"""A value as a few words for a step: its own repr, cut, and without what differs from run to run."""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from dataclasses import replace

from unladen.short import Writer, cut, one_line

WIDTH = 32  # characters of one value
_SHORTER = (
    (re.compile(r" at 0x[0-9a-fA-F]+"), ""),  # an address is another one in the next run
    (re.compile(r"\b__main__\."), ""),
    (re.compile(r"<([\w.<>]+) object>"), r"<\1>"),
    (re.compile(r"<function (?:[\w.]+\.<locals>\.)+"), "<function "),
    (re.compile(r"<generator object (?:[\w.]+\.<locals>\.)*"), "<generator "),
    (re.compile(r"\s+"), " "),
)


def shown(value: object, width: int = WIDTH) -> str:
    """``value`` in at most ``width`` characters. Never raises: a repr that fails is named instead.

    Lists, tuples, sets and dictionaries are shown by their first items (sets sorted, so that hashing does not matter),
    long numbers by their length, code, cells and modules by name, everything else by its own ``repr``.
    """
    text = replace(_WRITER, width=width).text(value)
    for pattern, instead in _SHORTER:
        text = pattern.sub(instead, text)
    return cut(one_line(text.strip()), width)


def _known(value: object, write: Callable[[object], str]) -> str | None:
    kind = type(value)
    if kind is types.CodeType:
        return f"<code {value.co_name}>"
    if kind is types.FrameType:
        return f"<frame {value.f_code.co_name}>"
    if kind is types.ModuleType:
        return f"<module {getattr(value, '__name__', '?')}>"
    if kind is types.CellType:
        return _cell(value, write)
    return None


def _cell(value: types.CellType, write: Callable[[object], str]) -> str:
    try:
        inside = value.cell_contents
    except ValueError:
        return "<cell, empty>"
    return f"<cell {write(inside)}>"


_WRITER = Writer(
    WIDTH, levels=3, failed="<{kind}: repr raised {error}>", huge="<int of {bits} bits>", bits=199, special=_known
)
