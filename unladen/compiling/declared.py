"""What a compiled function takes and returns: types as the compiler laid them out, typedefs resolved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CType:
    """A type of C or C++.

    ``kind`` is "void", "bool", "char" (plain ``char``), "int", "unsigned", "float", "complex", "enum", "pointer",
    "array", "struct", "union", "function", "reference" or "other" (``long double``, ``_Float16``, ``__int128``,
    vectors, members of a few bits). ``name`` is how the source spells it ("real", "unsigned char"), ``size`` its bytes
    (0: not known, as of void), ``of`` what a pointer or a reference points to, or an array's element, or the integer
    of an enum. ``const`` belongs to this type itself: a ``const double *`` is a pointer, not const, to a double that
    is. ``extent`` is an array's number of elements, None if it is not a number that the compiler knew. ``fields`` are
    a struct's (name, offset in bytes, type); a struct that a field points to is named without its fields.
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

    ``least`` is how many of what it points to its declaration promises to C (3 in ``double a[3]``, ``double a[static
    3]`` and ``double a[3][4]``, where it points to rows): 0 if it does not say. ``default`` is the text of its default
    argument in C++, "" if it has none.
    """

    name: str
    type: CType
    text: str
    least: int = 0
    default: str = ""


@dataclass(frozen=True)
class Signature:
    """A function that can be called from outside: ``line`` is where it begins, ``doc`` the comment above it.

    ``refused`` says why it cannot be called as it is compiled, "" if nothing speaks against it.
    """

    name: str
    returns: CType
    parameters: tuple[Parameter, ...]
    text: str
    doc: str = ""
    line: int = 0
    refused: str = ""


def packed(one: Signature) -> list:
    """Return a signature as lists, numbers and texts, such as JSON can hold."""
    parameters = [[p.name, _packed(p.type), p.text, p.least, p.default] for p in one.parameters]
    return [one.name, _packed(one.returns), parameters, one.text, one.doc, one.line, one.refused]


def unpacked(row: list) -> Signature:
    """Return the signature that ``packed`` made ``row`` of."""
    name, returns, parameters, *rest = row
    found = tuple(Parameter(p[0], _unpacked(p[1]), *p[2:]) for p in parameters)
    return Signature(name, _unpacked(returns), found, *rest)


def _packed(kind: CType) -> list:
    of = _packed(kind.of) if kind.of else None
    fields = [[name, at, _packed(inner)] for name, at, inner in kind.fields]
    row = [kind.kind, kind.name, kind.size, of, kind.const, kind.extent, fields]
    while not row[-1]:
        row.pop()  # most types have neither fields nor an extent
    return row


def _unpacked(row: list) -> CType:
    kind, name, size, of, const, extent, fields = [*row, *("", 0, None, False, None, ())[len(row) - 1 :]]
    inner = tuple((field, at, _unpacked(what)) for field, at, what in fields)
    return CType(kind, name, size, _unpacked(of) if of else None, bool(const), extent, inner)
