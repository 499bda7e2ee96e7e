"""Run code where it cannot hurt the kernel: in a child process with limits, and say what became of it."""

from __future__ import annotations

from importlib import import_module

# word -> the file it comes from; imported on first use, so that a kernel pays only for what its notebook does
_WORDS = {
    "run_isolated": "isolated",
    "Outcome": "outcome",
}
__all__ = list(_WORDS)


def __getattr__(word: str):
    if word not in _WORDS:
        raise AttributeError(f"unladen.sandbox has no word {word!r}; it has {', '.join(__all__)}")
    globals()[word] = found = getattr(import_module(f"unladen.sandbox.{_WORDS[word]}"), word)
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]
