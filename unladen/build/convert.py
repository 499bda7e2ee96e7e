"""What may be passed to C: numbers that fit, and memory that is laid out as the pointer says."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable

import numpy as np

from unladen.build.declared import CType, Parameter, Signature

_BITS = {1: "8", 2: "16", 4: "32", 8: "64"}
_COMPLEX = {8: np.complex64, 16: np.complex128}
_REFERENCE = type(ctypes.byref(ctypes.c_int()))
_FOREIGN = (ctypes._SimpleCData, ctypes._Pointer, ctypes.Array, ctypes.Structure, _REFERENCE)


def simple(kind: CType):
    """Return the ctypes type of a number, None for anything else."""
    if kind.kind == "enum" and kind.of:
        return simple(kind.of)
    if kind.kind in ("int", "unsigned", "char"):
        sign = "u" if kind.kind == "unsigned" else ""
        return getattr(ctypes, f"c_{sign}int{_BITS[kind.size]}")
    return {"bool": ctypes.c_bool, "float": {4: ctypes.c_float, 8: ctypes.c_double}.get(kind.size)}.get(kind.kind)


def returned(kind: CType):
    """Return the ctypes type of a result; pointers to what ctypes does not know come back as addresses."""
    if kind.kind == "void":
        return None
    if kind.kind != "pointer":
        return ctypes.c_char if kind.kind == "char" else simple(kind)
    if kind.of.kind == "char":
        return ctypes.c_char_p
    return ctypes.POINTER(simple(kind.of)) if simple(kind.of) else ctypes.c_void_p


def refusal(signature: Signature) -> str:
    """Say why a function cannot be called from Python; '' if it can."""
    if signature.name == "build":
        return "a function called build cannot be bound, because that name tells how a library was built: rename it"
    returns = signature.returns
    bad = [f"takes {p.text!r}" for p in signature.parameters if not _crosses(p.type)]
    if not _crosses(returns) and returns.kind != "void":
        bad.append(f"returns {signature.text.split(signature.name)[0].strip()!r}")
    advice = "use numbers and pointers to numbers, or bind it with pybind11 or nanobind"
    return f"{signature.name} {bad[0]}, which cannot cross from Python: {advice}" if bad else ""


def _crosses(kind: CType) -> bool:
    return simple(kind) is not None or kind.kind == "pointer" and kind.of.kind != "function"


def converter(parameter: Parameter) -> Callable:
    """Return the function that checks an argument for ``parameter`` and turns it into what ctypes passes.

    It raises TypeError, ValueError or OverflowError with what was given, what is expected and what to do.
    """
    kind = parameter.type
    if kind.kind == "pointer":
        return _pointer(kind.of)
    number = simple(kind)
    if number in (ctypes.c_double, ctypes.c_float):
        return _real(number)
    if number is ctypes.c_bool:
        return lambda value: number(_boolean(value))
    return _integer(number, kind.name)


def _boolean(value: object) -> bool:
    if not isinstance(value, (int, np.bool_)) or value not in (0, 1):
        raise TypeError(f"expected True or False, got {_named(value)}")
    return bool(value)


def _real(simple: type) -> Callable:
    def convert(value):
        try:
            return simple(value)
        except TypeError:
            raise TypeError(f"expected a number, got {_named(value)}") from None

    return convert


def _integer(simple: type, name: str) -> Callable:
    bits = 8 * ctypes.sizeof(simple)
    least = -(1 << bits - 1) if simple(-1).value < 0 else 0
    most = least + (1 << bits) - 1

    def convert(value):
        if value.__class__ is not int:
            value = _whole(value, name)
        if least <= value <= most:
            return simple(value)
        raise OverflowError(f"{value} does not fit: {name} holds {least} to {most}")

    return convert


def _whole(value: object, name: str) -> int:
    if name == "char" and isinstance(value, (str, bytes)) and len(value) == 1:
        code = ord(value)
        return code - 256 if 127 < code < 256 else code
    try:
        return operator.index(value)
    except TypeError:
        advice = "; int(x) drops the fraction" if isinstance(value, (float, np.floating)) else ""
        raise TypeError(f"expected a whole number, got {_named(value)}{advice}") from None


def _pointer(kind: CType) -> Callable:
    """Return the converter for a pointer to ``kind``: fast for a fitting array, careful with everything else."""
    while kind.kind == "array":
        kind = kind.of
    number = simple(kind)
    element = _COMPLEX[kind.size] if kind.kind == "complex" else number
    dtype = np.dtype(element) if element else None
    from_buffer, byref, array = (number or ctypes.c_char).from_buffer, ctypes.byref, np.ndarray

    def convert(value):
        if value.__class__ is array and value.dtype is dtype:
            try:
                return byref(from_buffer(value))  # refuses what is read-only, not contiguous or empty
            except (TypeError, ValueError, BufferError):
                pass
        if value is None:
            return None
        if isinstance(value, _FOREIGN):
            return _foreign(value, number)
        if isinstance(value, str) and kind.kind == "char" and kind.const:
            return ctypes.c_char_p(value.encode())
        if isinstance(value, int) and dtype is None and not isinstance(value, bool):
            return ctypes.c_void_p(value)  # an address that C gave out earlier
        found = _array(value, dtype)
        _check(found, dtype, kind)
        return ctypes.c_void_p(found.ctypes.data)

    return convert


def _foreign(value: object, simple: type | None):
    """Let ctypes judge ctypes objects."""
    wanted = ctypes.POINTER(simple) if simple else ctypes.c_void_p
    try:
        return wanted.from_param(value)
    except (TypeError, ctypes.ArgumentError):
        raise TypeError(
            f"expected a pointer to {simple.__name__ if simple else 'memory'}, got {_named(value)}"
        ) from None


def _array(value: object, dtype: np.dtype | None) -> np.ndarray:
    """View anything that holds its numbers in a row of memory as an array, without copying."""
    if isinstance(value, np.ndarray):
        return value
    try:
        if isinstance(value, np.generic):
            raise TypeError
        if isinstance(value, (bytes, bytearray)) and dtype and dtype.itemsize == 1:
            return np.frombuffer(value, dtype)
        return np.asarray(memoryview(value))
    except (TypeError, ValueError):
        advice = f"np.asarray(x, dtype=np.{dtype.name if dtype else '…'})"
        raise TypeError(f"expected an array, got {_named(value)}; pass {advice}") from None


def _check(array: np.ndarray, dtype: np.dtype | None, kind: CType) -> None:
    if array.dtype.hasobject:
        raise TypeError("an array of Python objects holds references, not numbers; give it a dtype that C knows")
    letters = kind.kind == "char" and array.dtype in (np.uint8, np.dtype("S1"))
    if dtype and array.dtype != dtype and not letters:
        given = array.dtype.name
        if array.dtype.newbyteorder("=") == dtype:
            given += " with its bytes in the other order"
        raise TypeError(f"expected an array of {dtype.name}, got {given}; pass x.astype(np.{dtype.name})")
    if not array.flags.c_contiguous:
        raise ValueError(
            f"the array's elements do not follow each other in memory (shape {array.shape}, strides {array.strides}); "
            "pass np.ascontiguousarray(x), and mind that C then writes into that copy"
        )
    if not kind.const and not array.flags.writeable:
        raise ValueError(
            "the array is read-only, but C may write through this pointer; pass x.copy(), or say const in C"
        )


def _named(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 40 else ''}".strip()
