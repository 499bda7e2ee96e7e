"""Arrays as C finds them: their elements, their order in memory, and how many there are."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable

import numpy as np

from unladen.compiling.declared import CType, Parameter
from unladen.compiling.layout import dtype, fits, rows, spelt
from unladen.compiling.wording import called, named, told, writeable

_BYTES = (bytes, bytearray)
_FOREIGN = (ctypes._SimpleCData, ctypes._Pointer, ctypes.Structure, ctypes.Union, ctypes._CFuncPtr)
_FOREIGN += (type(ctypes.byref(ctypes.c_int())),)


def viewed(value: object, wanted: np.dtype | None, element: CType) -> np.ndarray:
    """View anything that holds its numbers in a row of memory as an array, without copying."""
    kind = type(value)
    if issubclass(kind, np.ma.MaskedArray):
        raise TypeError(f"{named(value)} has a mask that C does not see; pass x.filled(…) with what C shall see")
    if issubclass(kind, np.ndarray):
        # NumPy's own (matrix, recarray, memmap) add nothing to the numbers; others may: units, uncertainties
        if str(kind.__module__).partition(".")[0] == "numpy":
            return np.asarray(value)
        raise TypeError(
            f"{named(value)} may mean more than its numbers (a unit, labels); if C may ignore that, "
            "pass x.view(np.ndarray)"
        )
    try:
        if issubclass(kind, np.generic):
            raise TypeError
        if issubclass(kind, _BYTES) and wanted is not None and wanted.itemsize == 1:
            return np.frombuffer(value, wanted)
        return np.asarray(memoryview(value))
    except (TypeError, ValueError):
        raise TypeError(f"expected an array, got {named(value)}; {_as_array(kind, wanted, element)}") from None


def _as_array(kind: type, wanted: np.dtype | None, element: CType) -> str:
    """Say how an array is made of an object of this kind."""
    for method, call in (("toarray", "x.toarray()"), ("magnitude", "x.magnitude, without its unit")):
        if hasattr(kind, method):
            return f"pass {call}"
    if issubclass(kind, str) and element.name == "wchar_t":
        return "pass ctypes.create_unicode_buffer(x)"
    if issubclass(kind, str) and wanted is not None and wanted.itemsize == 1:
        return 'pass bytearray(x.encode() + b"\\0")'
    if wanted is not None and wanted.names:
        return f"pass np.array(x, dtype={spelt(element)})"
    return f"pass np.asarray(x, dtype=np.{wanted.name if wanted is not None else '…'})"


def check(array: np.ndarray, value: object, wanted: np.dtype | None, element: CType) -> None:
    if array.dtype.hasobject:
        raise TypeError("an array of Python objects holds references, not numbers; give it a dtype that C knows")
    if wanted is not None and not fits(array.dtype, element):
        raise TypeError(_other(array, value, wanted, element))
    if not array.flags.c_contiguous:
        copied = "" if element.const else ", and mind that C then writes into that copy"
        raise ValueError(
            f"the array's elements do not follow each other in memory (shape {array.shape}, strides {array.strides}); "
            f"pass np.ascontiguousarray(x){copied}"
        )
    if not element.const and not array.flags.writeable:
        copy = writeable(value) if type(value) is bytes else "x.copy()"
        raise ValueError(
            f"the array is read-only, but C may write through this pointer; pass {copy}, or say const in C"
        )


def _other(array: np.ndarray, value: object, wanted: np.dtype, element: CType) -> str:
    """Say that the elements are of another type, and how to get the right one."""
    given = array.dtype
    if wanted.names:
        cure = f"make it with dtype={spelt(element)}"
        if len(wanted.names) > 20:
            cure = f"its dtype would have {len(wanted.names)} fields: pass what a function in C returned"
        return f"expected an array of {called(element)}, got {told(given)}, which is laid out in another way; {cure}"
    cure = f"x.astype(np.{wanted.name})"
    if not issubclass(type(value), np.ndarray):
        raw = given.itemsize == 1 and given.kind in "uiSc"
        cure = f"np.frombuffer(x, dtype=np.{wanted.name})" if raw else f"np.asarray(x, dtype=np.{wanted.name})"
    elif given.names:
        cure = f'one field of it, such as x["{given.names[0]}"].astype(np.{wanted.name})'
    elif given.kind == "S" and element.kind == "char":
        cure = 'x.view("S1")'
    elif given.kind == "U":
        cure = 'np.char.encode(x).view("S1")' if element.kind == "char" else cure
    elif given.kind == "c":
        cure = f"x.real.astype(np.{wanted.name})" if wanted.kind != "c" else cure
    elif given.kind in "mM":
        cure = f"x.astype(np.int64){'' if wanted == np.int64 else f'.astype(np.{wanted.name})'}"
    return f"expected an array of {wanted.name}, got {told(given)}; pass {cure}"


# -- how many --------------------------------------------------------------------------------------------------------


def counted(convert: Callable, parameter: Parameter) -> Callable:
    """Compare what is passed with the numbers in the declaration as well: those of ``double a[3]`` and ``a[][3]``."""
    element, extents = rows(parameter.type.of)
    row = math.prod(extent or 1 for extent in extents)
    least = parameter.least * row
    known = dtype(element)
    size = 1 if known is None else known.itemsize

    def measured(value):
        passed = convert(value)
        shape = _shape(value, size)
        if shape is None:
            return passed
        count = math.prod(shape)
        if count < least:
            raise ValueError(f"expected at least {least} elements, as declared, got {count}; pass a longer array")
        if count % row or not _ends_in(shape, extents):
            own = [str(extent or "n") for extent in extents]
            raise ValueError(
                f"expected rows of {' × '.join(own)} elements, as declared, got an array of shape {shape}; "
                f"pass x.reshape(-1, {', '.join(own)}) if its numbers are in that order"
            )
        return passed

    return measured


def _ends_in(shape: tuple[int, ...], extents: tuple[int | None, ...]) -> bool:
    """Tell whether an array's last dimensions are those declared; one of fewer dimensions is taken as it lies."""
    own = shape[len(shape) - len(extents) :] if len(shape) > len(extents) else extents
    return all(extent in (None, length) for extent, length in zip(extents, own, strict=True))


def _shape(value: object, size: int) -> tuple[int, ...] | None:
    """The shape of what is passed; None if nobody knows how long it is."""
    kind = type(value)
    if value is None:
        return (0,)
    if issubclass(kind, np.ndarray):
        return value.shape
    if issubclass(kind, str):
        return (len(value.encode()) + 1,)
    if issubclass(kind, (*_FOREIGN, int)):
        return None
    seen = memoryview(value)
    return seen.shape if seen.itemsize == size else (seen.nbytes // size,)
