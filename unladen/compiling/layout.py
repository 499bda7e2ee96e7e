"""How C lays out a type, in the words of ctypes and NumPy, and whether theirs agrees with it."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from unladen.compiling.declared import CType
from unladen.compiling.scalars import simple

# 2 and 16 bytes have several formats, which only the name tells apart (__bf16, __float128)
_NAMED = {"_Float16": np.float16, "__fp16": np.float16, "long double": np.longdouble}
_LETTERS = (np.dtype("i1"), np.dtype("u1"), np.dtype("S1"))
_RECORDS = ("struct", "union")
_ADDRESSES = ("pointer", "reference")


def rows(kind: CType) -> tuple[CType, tuple[int | None, ...]]:
    """The element of an array of any dimensions, and its extents; const if one of the dimensions is."""
    extents = ()
    const = kind.const
    while kind.kind == "array" and kind.of:
        extents += (kind.extent,)
        kind = kind.of
        const = const or kind.const
    return replace(kind, const=const), extents


def dtype(kind: CType) -> np.dtype | None:
    """The dtype of an array of these, field by field for a struct; None if the layout is not known."""
    if kind.kind == "array":
        return _row(kind)
    if kind.kind in _RECORDS:
        return _record(kind)
    if kind.kind in _ADDRESSES:
        return np.dtype(np.uintp)
    if kind.kind == "complex":
        return {8: np.dtype(np.complex64), 16: np.dtype(np.complex128)}.get(kind.size)
    if number := simple(kind) or (kind.kind in ("float", "other") and _NAMED.get(kind.name)):
        found = np.dtype(number)
        return found if found.itemsize == kind.size else None
    return None


def _row(kind: CType) -> np.dtype | None:
    element, extents = rows(kind)
    if None in extents:
        return None
    if element.kind == "char" and extents[-1]:
        return np.dtype((f"S{extents[-1]}", extents[:-1]))
    found = dtype(element)
    return None if found is None else np.dtype((found, extents))


def _record(kind: CType) -> np.dtype | None:
    names, offsets, kinds = zip(*fields(kind), strict=True) if kind.fields else ((), (), ())
    formats = [dtype(one) for one in kinds]
    # a nameless base, a table of virtual functions; and `None in formats` would take float64 for None
    if not names or not all(map(str.isidentifier, names)) or any(one is None for one in formats):
        return None
    try:
        return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": kind.size})
    except (TypeError, ValueError):  # a name twice
        return None


def fields(kind: CType, start: int = 0) -> Iterator[tuple[str, int, CType]]:
    """The fields of a struct as C's dot finds them: those of a nameless member are its own."""
    for name, offset, one in kind.fields:
        if not name and one.kind in _RECORDS and one.fields:
            yield from fields(one, start + offset)
        else:
            yield name, start + offset, one


def fits(given: np.dtype, kind: CType) -> bool:
    """Tell whether an element of this dtype lies in memory as C's type does."""
    wanted = dtype(kind)
    if wanted is None or given.itemsize != wanted.itemsize:
        return False
    if kind.kind == "char":
        return given in _LETTERS
    if kind.kind == "array":
        element, extents = rows(kind)
        base, shape = given.subdtype or (given, ())
        return given == wanted or (shape == extents and fits(base, element))
    if kind.kind in _RECORDS:
        own = list(fields(kind))
        if given.names != tuple(name for name, _, _ in own):
            return False
        return all(given.fields[name][1] == at and fits(given.fields[name][0], one) for name, at, one in own)
    return given == wanted


def spelt(kind: CType) -> str:
    """The dtype of a struct as code that can be pasted; '' if it is not known."""
    found = dtype(kind)
    if found is None or not found.names:
        return ""
    pairs = [(name, found.fields[name][0]) for name in found.names]
    if np.dtype(pairs, align=True) == found:
        return f"np.dtype({_list(found, kind)}, align=True)"
    if np.dtype(pairs) == found:
        return f"np.dtype({_list(found, kind)})"
    formats = ", ".join(_format(found.fields[name][0], one) for name, _, one in fields(kind))
    names, offsets = json.dumps(found.names), [found.fields[name][1] for name in found.names]
    places = f'"offsets": {offsets}, "itemsize": {found.itemsize}'
    return f'np.dtype({{"names": {names}, "formats": [{formats}], {places}}})'


def _list(found: np.dtype, kind: CType) -> str:
    pairs = (f'("{name}", {_format(found.fields[name][0], one)})' for name, _, one in fields(kind))
    return f"[{', '.join(pairs)}]"


def _format(one: np.dtype, kind: CType) -> str:
    base, shape = one.subdtype or (one, ())
    text = spelt(rows(kind)[0]) if base.names else json.dumps(base.str.lstrip("<>|="))
    return f"({text}, {shape})" if shape else text


def agrees(given: type, kind: CType) -> bool:
    """Tell whether a type of ctypes is laid out as C's type."""
    if kind.kind == "void":
        return given is not ctypes.py_object
    if kind.kind in _ADDRESSES:
        return _agrees_as_address(given, kind.of or CType("void"))
    if kind.kind == "function":
        return issubclass(given, ctypes._CFuncPtr)
    if kind.kind == "array":
        element, extents = rows(kind)
        return _elements(given) == extents[0] is not None and agrees(given._type_, kind.of)
    if issubclass(given, (ctypes.Structure, ctypes.Union)):
        return _agrees_as_record(given, kind)
    if given is ctypes.c_wchar:
        return kind.name == "wchar_t"
    if not issubclass(given, ctypes._SimpleCData) or given._type_ in "OPzZ":
        return False
    if given is ctypes.c_char and kind.size == 1 and kind.kind in ("int", "unsigned"):
        return True  # create_string_buffer makes memory for bytes of any meaning
    return fits(np.dtype(given), kind)


def _elements(given: type) -> int | None:
    return given._length_ if issubclass(given, ctypes.Array) else None


def _agrees_as_address(given: type, pointed: CType) -> bool:
    if given is ctypes.c_void_p:
        return True
    if given is ctypes.c_char_p:
        return pointed.kind in ("char", "void")
    if issubclass(given, ctypes._CFuncPtr):
        return pointed.kind in ("function", "void")
    return issubclass(given, ctypes._Pointer) and agrees(given._type_, pointed)


def _agrees_as_record(given: type, kind: CType) -> bool:
    if kind.kind == "other" or (kind.kind in _RECORDS and not kind.size):
        return True  # what C hides cannot be compared
    if kind.kind not in _RECORDS or ctypes.sizeof(given) != kind.size:
        return False
    try:
        return fits(np.dtype(given), kind)
    except TypeError:  # pointers and bit fields have no dtype: their names and places must do
        names = [(name, at) for name, at, _ in fields(kind)]
        return [(entry[0], getattr(given, entry[0]).offset) for entry in given._fields_] == names
