"""What may be passed for a pointer: memory whose elements are what C takes them for."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np

from unladen.compiling.arrays import check, counted, viewed
from unladen.compiling.declared import CType, Parameter
from unladen.compiling.layout import agrees, dtype, rows
from unladen.compiling.scalars import Address, simple
from unladen.compiling.wording import called, named, writeable

_REFERENCE = type(ctypes.byref(ctypes.c_int()))
_FOREIGN = (ctypes._SimpleCData, ctypes._Pointer, ctypes.Array, ctypes.Structure, ctypes.Union, _REFERENCE)
_FOREIGN += (ctypes._CFuncPtr,)


def pointer(parameter: Parameter, library: object) -> Callable:
    """Return the converter for a pointer: fast for a fitting array, careful with everything else."""
    pointed = parameter.type.of
    element, extents = rows(pointed)
    wanted = dtype(element) if element.kind != "pointer" else None
    careful = _careful(parameter, library)
    from_buffer, byref, array = (simple(element) or ctypes.c_char).from_buffer, ctypes.byref, np.ndarray

    def convert(value):
        if value.__class__ is array:
            try:
                if value.dtype is wanted:
                    return byref(from_buffer(value))  # refuses what is read-only, not contiguous or empty
            except (TypeError, ValueError, BufferError, AttributeError):
                pass
        return careful(value)

    return counted(convert, parameter) if parameter.least or any(extents) else convert


def _careful(parameter: Parameter, library: object) -> Callable:
    """Return the converter that looks at everything that can stand for memory, and says what is wrong with it."""
    pointed = parameter.type.of
    element, _ = rows(pointed)
    wanted = dtype(element)
    closed = _closed(element, parameter.name, library)
    function = element.kind == "function"

    def convert(value):
        kind = type(value)
        if value is None:
            return None
        if issubclass(kind, _FOREIGN):
            return _foreign(value, pointed)
        if issubclass(kind, Address):
            return _address(value, element, library)
        if function and isinstance(bound := getattr(value, "_as_parameter_", None), ctypes._CFuncPtr):
            return bound  # a function that a library of ours has
        if kind is int and not simple(element):
            return _number(value, library)
        if closed is not None:
            raise TypeError(closed(value))
        if issubclass(kind, str) and element.kind == "char":
            return _text(value, element)
        found = viewed(value, wanted, element)
        check(found, value, wanted, element)
        return ctypes.c_void_p(found.ctypes.data)

    return convert


def _foreign(value: object, pointed: CType):
    """Let through what ctypes made, if it points to what C takes it for."""
    kind = type(value)
    element, _ = rows(pointed)
    if issubclass(kind, (ctypes.c_char_p, ctypes.c_wchar_p)) and element.kind in ("char", "void"):
        if element.const:
            return value
        raise TypeError(
            f"expected memory that C may write to, got {named(value)}; pass {writeable(value.value, 'x.value')}"
        )
    if issubclass(kind, ctypes.c_void_p) and not simple(element):
        return value  # somebody said that it is such an address
    target = kind._type_ if issubclass(kind, ctypes._Pointer) else type(getattr(value, "_obj", value))
    ways = (target, target._type_) if issubclass(target, ctypes.Array) else (target,)
    if any(agrees(way, one) for way in ways for one in (element, pointed)):
        return ctypes.byref(value) if _is_itself(kind) else value
    cure = f"; pass ctypes.cast(x, ctypes.POINTER(ctypes.{called(element)}))" if kind is ctypes.c_void_p else ""
    raise TypeError(f"expected a pointer to {called(element)}, got {named(value)}{cure}")


def _is_itself(kind: type) -> bool:
    """Tell whether an object of ctypes is the thing that is pointed to, not a pointer to it."""
    return not issubclass(kind, (ctypes._Pointer, ctypes.Array, ctypes._CFuncPtr, _REFERENCE))


def _address(value: Address, element: CType, library: object) -> ctypes.c_void_p:
    """Let an address through to the library that it came from, as what it was."""
    if not _same(value.library, library):
        owner = value.library._name
        raise TypeError(f"expected an address of {_name(library)}, got one that {owner} returned; pass it to {owner}")
    if value.of.kind != "void" and element.kind != "void" and not _alike(value.of, element):
        raise TypeError(
            f"expected a pointer to {called(element)}, got one to {called(value.of)}; "
            "if it is that as well, pass ctypes.c_void_p(x)"
        )
    return ctypes.c_void_p(value)


def _same(one: object, other: object) -> bool:
    """Tell whether two libraries are the same file: a cell that is run again gives a new object."""
    path = getattr(getattr(one, "build", None), "path", None)
    return one is other or (path is not None and path == getattr(getattr(other, "build", None), "path", None))


def _alike(one: CType, other: CType) -> bool:
    if one.fields and other.fields:
        return [(name, at) for name, at, _ in one.fields] == [(name, at) for name, at, _ in other.fields]
    return one.kind == other.kind and (not one.size or not other.size or one.size == other.size)


def _closed(element: CType, name: str, library: object) -> Callable | None:
    """Return what tells why no array can be passed for a pointer to this; None if one can."""
    if element.kind == "pointer":
        return lambda value: _of_pointers(value, _last(element), name)
    if element.kind == "function":
        return lambda value: (
            f"expected a function that C can call, got {named(value)}; make one that outlives the call: "
            "f = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(x), with the types of its result and parameters"
        )
    if element.kind == "void" or dtype(element) is not None:
        return None
    return lambda value: (
        f"expected a pointer to {called(element)}, got {named(value)}, and what cannot be compared is not passed; "
        f"pass what a function of {_name(library)} returned, or None"
    )


def _last(kind: CType) -> CType:
    while kind.kind in ("pointer", "array"):
        kind = kind.of
    return kind


def _of_pointers(value: object, last: CType, name: str) -> str:
    if last.kind == "char":
        cure = 'texts are passed as (ctypes.c_char_p * 2)(b"one", b"two")'
    elif simple(last):
        cure = f"declare `{last.name} *{name}` in C and use `{name}[i*n + j]`"
    else:
        cure = "one that C shall fill in is passed as ctypes.byref(p), with p = ctypes.c_void_p()"
    return f"expected an array of pointers, got {named(value)}, which holds none; {cure}"


def _number(value: int, library: object) -> None:
    """Refuse a number as an address, since nobody can know what is there; 0 is a pointer to nothing."""
    if value:
        raise TypeError(
            f"expected an address that a function of {_name(library)} returned, got {named(value)}; "
            "if it is the address of such a thing, pass ctypes.c_void_p(x)"
        )


def _name(library: object) -> str:
    return getattr(library, "_name", "this library")


def _text(value: str, element: CType) -> ctypes.c_char_p:
    """Pass a text as UTF-8, to read from only."""
    try:
        letters = value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{named(value)} has half a character (a surrogate), which UTF-8 cannot say") from None
    if not element.const:
        cure = writeable(letters, "x.encode()")
        raise TypeError(f"expected memory that C may write to, got {named(value)}; pass {cure}, or say const in C")
    if b"\0" in letters:
        raise ValueError(f"{named(value)} has a zero inside, where C's text ends; pass bytes if that is meant")
    return ctypes.c_char_p(letters)
