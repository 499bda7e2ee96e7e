"""Inside: live drawings of real objects, and of code while it runs."""

from __future__ import annotations

from importlib import import_module

from unladen.inside.peek import peek
from unladen.inside.step_through import step_through

# word -> the file it comes from, which has another name, for an imported file would stand in the place of the word;
# imported on first use, because these need NumPy and the others need no package
_WORDS = {"strided": "strided_view", "tree": "tree_nodes", "collection": "collection_steps"}
__all__ = ["peek", "step_through", *_WORDS]


def __getattr__(word: str):
    if word not in _WORDS:
        raise AttributeError(f"unladen.inside has no word {word!r}; it has {', '.join(__all__)}")
    globals()[word] = found = getattr(import_module(f"unladen.inside.{_WORDS[word]}"), word)
    return found


def __dir__() -> list[str]:
    return [*globals(), *_WORDS]
