"""Source text and flags in, a callable library out."""

from __future__ import annotations

from importlib import import_module

# word -> the file it comes from; imported on first use, so that a kernel pays only for what its notebook does
_WORDS = {
    "Build": "bind",
    "BuildError": "errors",
    "Diagnostic": "errors",
    "Toolchain": "toolchains",
    "toolchain": "toolchains",
    "build": "compile",
    "native": "compile",
    "Library": "bind",
    "Function": "bind",
    "disassemble": "assembly",
    "packed": "assembly",
}
__all__ = list(_WORDS)


def __getattr__(word: str):
    if word not in _WORDS:
        raise AttributeError(f"unladen.compiling has no word {word!r}; it has {', '.join(__all__)}")
    globals()[word] = found = getattr(import_module(f"unladen.compiling.{_WORDS[word]}"), word)
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]
