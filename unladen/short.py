"""Any value in a few words on one line, whatever its class does: what every room that writes one is made of.

What a learner made may raise in its ``__repr__``, return megabytes or the codes that colour a terminal, hold itself, or
lie about its class. A ``Writer`` has an answer to all of that, and asks the value for nothing but its ``repr``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

_LOOKED_AT = 4000  # characters of a text; no room shows so many
_SORTED = 1000  # items of a set; of a larger one, others are left out before it is sorted
_BRACKETS = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    dict: ("{", "}"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    deque: ("deque([", "])"),
}


def cut(text: str, width: int = 24) -> str:
    """``text``, and if it is longer than ``width`` characters, its beginning."""
    return text if len(text) <= width else text[: width - 1] + "…"


def one_line(text: str) -> str:
    """``text`` without line ends and tabs; of characters that do not print, their escapes."""
    text = re.sub(r"[^\S ]\s*", " ", text)
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def without_addresses(text: str) -> str:
    """A text without the addresses of objects, which differ in every run."""
    return re.sub(r" at 0x[0-9a-fA-F]+(?=>)", "", text)


def name_of(cls: type) -> str:
    """A class's ``__name__``, whatever its metaclass says."""
    return str.__str__(type.__dict__["__name__"].__get__(cls))


def own_repr(value: object, failed: str) -> str:
    """The beginning of ``repr(value)``; where that raises, ``failed`` with its ``{kind}`` and ``{error}`` filled in."""
    try:
        return str.__str__(repr(value))[:_LOOKED_AT]  # of a text, even if it is of a class of its own
    except (Exception, SystemExit) as error:  # an interrupt goes through
        return failed.format(kind=name_of(type(value)), error=name_of(type(error)))


@dataclass(frozen=True)
class Writer:
    """How a room writes values: called with one, it returns at most ``width`` characters on one line. Never raises.

    ``items`` is how many are shown of each kind of container, to a depth of ``levels``; ``more`` stands for the others,
    of ``{size}`` in all. ``failed`` is said of a value whose repr raises, ``huge`` of an int with more than ``bits``
    bits, ``placed``, if it is not empty, instead of a repr with an address. ``special`` writes what the room knows: it
    is given a value, and what writes the values inside, and returns None for any other.
    """

    width: int
    items: Mapping[type, int] = field(default_factory=lambda: dict.fromkeys((list, tuple, dict, set, frozenset), 8))
    levels: int = 4
    more: str = "…"
    failed: str = "an object of type {kind} whose repr raises {error}"
    huge: str = "an int of {bits:,} bits"
    bits: int = 4000  # Python refuses to write more than 4300 digits
    placed: str = ""
    special: Callable[[object, Callable[[object], str]], str | None] = lambda value, write: None

    def __call__(self, value: object) -> str:
        return cut(one_line(self.text(value)), self.width)

    def text(self, value: object) -> str:
        """What is cut to make it short: the beginning of the value's text, at least."""
        try:
            return self._text(value, ())
        except (Exception, SystemExit) as error:
            return self.failed.format(kind=name_of(type(value)), error=name_of(type(error)))

    def _text(self, value: object, path: tuple[int, ...]) -> str:
        """The text of a value that stands inside these containers."""
        kind = type(value)
        known = self.special(value, lambda inner: self._text(inner, (*path, id(value))))
        if known is not None:
            return str.__str__(known)[:_LOOKED_AT]
        if kind in self.items:
            return self._contents(value, kind, path)
        if kind in (str, bytes, bytearray):
            return repr(value[: self.width + 1])
        if kind is int and value.bit_length() > self.bits:
            return self.huge.format(bits=value.bit_length())
        text = own_repr(value, self.failed)
        return self.placed.format(kind=name_of(kind)) if self.placed and " at 0x" in text else text

    def _contents(self, value, kind: type, path: tuple[int, ...]) -> str:
        opening, closing = _BRACKETS[kind]
        if kind in (set, frozenset) and not value:
            return f"{kind.__name__}()"
        if id(value) in path:
            return f"{opening}...{closing}"  # as Python says it
        texts: list[str] = []
        room = _LOOKED_AT  # of lists that share lists, all would take for ever
        for text in self._items(value, kind, (*path, id(value))) if len(path) < self.levels else ():
            texts.append(text)
            room -= len(text)
            if room < 0:
                break
        if len(texts) < len(value):
            texts.append(self.more.format(size=len(value)))
        comma = "," if kind is tuple and len(value) == 1 else ""
        return f"{opening}{', '.join(texts)}{comma}{closing}"

    def _items(self, value, kind: type, path: tuple[int, ...]) -> Iterable[str]:
        """The texts of the items that are shown, one after the other."""
        if kind is dict:
            pairs = list(islice(value.items(), self.items[kind]))  # now, since a repr may change the dictionary
            return (f"{self._text(key, path)}: {self._text(inner, path)}" for key, inner in pairs)
        if kind not in (set, frozenset):
            return (self._text(inner, path) for inner in list(islice(value, self.items[kind])))
        texts = [self._text(inner, path) for inner in list(islice(value, _SORTED))]
        texts.sort(key=lambda text: (len(text), text))  # the order of hashes is another one in the next run
        return texts[: self.items[kind]]
