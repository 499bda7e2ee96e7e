"""Words of a package that are imported on first use, so that a kernel pays only for what its notebook does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def at_first_use(package: str, words: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of ``package``, the ``words`` of which come from these files of its.

    The first raises ``AttributeError`` for what is no word; the second lists its words (``__all__``), so that they
    complete, and imports none.
    """
    own = sys.modules[package]

    def word_called(word: str) -> object:
        if word not in words:
            raise AttributeError(f"{package} has no word {word!r}; it has {', '.join(own.__all__)}")
        return getattr(import_module(f"{package}.{words[word]}"), word)

    def words_there() -> list[str]:
        return sorted({*own.__all__, *(name for name in vars(own) if name.startswith("__"))})

    return word_called, words_there
