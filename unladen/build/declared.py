"""What a compiled function takes and returns: types as the compiler laid them out, typedefs resolved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CType:
    """A type of C or C++.

    ``kind`` is "void", "bool", "char" (plain ``char``), "int", "unsigned", "float", "complex", "enum", "pointer",
    "array", "struct", "union", "function", "reference" or "other". ``name`` is how the source spells it ("real",
    "unsigned char"), ``size`` its bytes (0: not known, as of void), ``of`` what a pointer points to, or an array's
    element, or the integer of an enum. ``const`` belongs to this type itself: a ``const double *`` is a pointer, not
    const, to a double that is. ``extent`` is an array's number of elements, None if it is not a number that the
    compiler knew. ``fields`` are a struct's (name, offset in bytes, type).
    """

    kind: str
    name: str = ""
    size: int = 0
    of: CType | None = None
    const: bool = False
    extent: int | None = None
    fields: tuple[tuple[str, int, CType], ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A parameter: its ``name``, ``type`` and the ``text`` it was declared with.

    ``least`` is how many elements its declaration promises to C (``double a[3]``, ``double a[static 3]``): 0 if it
    does not say.
    """

    name: str
    type: CType
    text: str
    least: int = 0


@dataclass(frozen=True)
class Signature:
    """A function that can be called from outside: ``line`` is where it begins, ``doc`` the comment above it."""

    name: str
    returns: CType
    parameters: tuple[Parameter, ...]
    text: str
    doc: str = ""
    line: int = 0
