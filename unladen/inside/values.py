"""A value as a few words for a step: its own repr, cut, and without what differs from run to run."""

from __future__ import annotations

import re
import types

WIDTH = 32  # characters of one value
_ITEMS, _LEVELS = 8, 3
_BRACKETS = {list: "[]", tuple: "()", set: "{}", frozenset: ("frozenset({", "})")}
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
    text = _text(value, _LEVELS, width)
    for pattern, instead in _SHORTER:
        text = pattern.sub(instead, text)
    return cut(text.strip(), width)


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _text(value: object, levels: int, width: int) -> str:
    kind = type(value)
    if kind is int:
        return repr(value) if value.bit_length() < 200 else f"<int of {value.bit_length()} bits>"
    if kind in (str, bytes, bytearray):
        return repr(value[: width + 1])
    if kind in _BRACKETS:
        return _items(value, kind, levels, width)
    if kind is dict:
        return "{" + _joined((f"{k}: {v}" for k, v in _pairs(value, levels, width)), len(value)) + "}"
    if kind is types.CodeType:
        return f"<code {value.co_name}>"
    if kind is types.FrameType:
        return f"<frame {value.f_code.co_name}>"
    if kind is types.ModuleType:
        return f"<module {getattr(value, '__name__', '?')}>"
    if kind is types.CellType:
        return _cell(value, levels, width)
    return _own_repr(value, kind)


def _items(value, kind: type, levels: int, width: int) -> str:
    opening, closing = _BRACKETS[kind]
    if kind in (set, frozenset) and not value:
        return f"{kind.__name__}()"
    if levels == 0:
        return f"{opening}…{closing}"
    first = [_text(item, levels - 1, width) for _, item in zip(range(1000), value, strict=False)]
    if kind in (set, frozenset):
        first.sort(key=lambda text: (len(text), text))
    comma = "," if kind is tuple and len(value) == 1 else ""
    return f"{opening}{_joined(first[:_ITEMS], len(value))}{comma}{closing}"


def _pairs(value: dict, levels: int, width: int):
    if levels:
        for _, (key, item) in zip(range(_ITEMS), list(value.items()), strict=False):
            yield _text(key, levels - 1, width), _text(item, levels - 1, width)


def _joined(texts, size: int) -> str:
    texts = list(texts)
    return ", ".join(texts + ["…"] * (size > len(texts)))


def _cell(value: types.CellType, levels: int, width: int) -> str:
    try:
        return f"<cell {_text(value.cell_contents, levels - 1, width)}>" if levels else "<cell>"
    except ValueError:
        return "<cell, empty>"


def _own_repr(value: object, kind: type) -> str:
    try:
        text = repr(value)
    except Exception as error:  # the learner's own, or an object that is not finished yet
        return f"<{kind.__name__}: repr raised {type(error).__name__}>"
    return text[:4000]
