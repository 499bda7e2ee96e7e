"""Declarations in C's own words, written from the types that the compiler knew."""

from __future__ import annotations

from collections.abc import Sequence

from unladen.compiling.declared import CType, Parameter


def spelled(name: str, kind: CType) -> str:
    """Return the declaration of a parameter: "double *x"; without a name, of its type: "double *"."""
    return _around(kind, name)


def prototype(name: str, returns: CType, parameters: Sequence[Parameter], variable: bool = False) -> str:
    """Return the declaration of a function: "float half(float x)"; ``variable`` if it takes more than it says (...)."""
    texts = [p.text for p in parameters] + ["..."] * variable
    return _around(returns, f"{name}({', '.join(texts)})")


def _around(kind: CType, inside: str) -> str:
    """Wrap a type around what it declares, from the inside out, as C reads it."""
    if kind.kind in ("pointer", "reference") and kind.of and not kind.name:
        mark = "*" if kind.kind == "pointer" else "&"
        word = "const " if kind.const and inside else "const" * kind.const
        inside = f"{mark}{word}{inside}"
        if kind.of.kind in ("array", "function") and not kind.of.name:
            inside = f"({inside})"
        return _around(kind.of, inside)
    if kind.kind == "array" and kind.of and not kind.name:
        return _around(kind.of, f"{inside}[{'' if kind.extent is None else kind.extent}]")
    if kind.kind == "function" and kind.of and not kind.name:
        return _around(kind.of, f"{inside}(…)")
    word = kind.name or {"enum": "enum", "struct": "struct", "union": "union"}.get(kind.kind, kind.kind)
    return f"{'const ' * kind.const}{word} {inside}".rstrip()
