"""Source text and flags in, a callable library out."""

from __future__ import annotations

from unladen.lazy import at_first_use

# word -> the file it comes from
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
__getattr__, __dir__ = at_first_use(__name__, _WORDS)
