"""What may be passed to C: numbers that fit, and memory that is laid out as the pointer says."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable

import numpy as np

from unladen.build.signature import CType, Parameter, Signature

# as `signature` names them: `unsigned long int` and `long unsigned` are both "unsigned long"
SIMPLE = {
    "bool": ctypes.c_bool,
    "_Bool": ctypes.c_bool,
    "char": ctypes.c_byte,
    "signed char": ctypes.c_byte,
    "unsigned char": ctypes.c_ubyte,
    "short": ctypes.c_short,
    "unsigned short": ctypes.c_ushort,
    "int": ctypes.c_int,
    "unsigned": ctypes.c_uint,
    "long": ctypes.c_long,
    "unsigned long": ctypes.c_ulong,
    "long long": ctypes.c_longlong,
    "unsigned long long": ctypes.c_ulonglong,
    "size_t": ctypes.c_size_t,
    "ssize_t": ctypes.c_ssize_t,
    "ptrdiff_t": ctypes.c_ssize_t,
    "intptr_t": ctypes.c_ssize_t,
    "uintptr_t": ctypes.c_size_t,
    "float": ctypes.c_float,
    "double": ctypes.c_double,
}
SIMPLE |= {f"{u}int{bits}_t": getattr(ctypes, f"c_{u}int{bits}") for u in ("", "u") for bits in (8, 16, 32, 64)}
_COMPLEX = {"float complex": np.complex64, "double complex": np.complex128}
_COMPLEX |= {"complex<float>": np.complex64, "complex<double>": np.complex128}
_REFERENCE = type(ctypes.byref(ctypes.c_int()))
_FOREIGN = (ctypes._SimpleCData, ctypes._Pointer, ctypes.Array, ctypes.Structure, _REFERENCE)


def returned(kind: CType):
    """Return the ctypes type of a result; pointers to what ctypes does not know come back as addresses."""
    if not kind.stars:
        if kind.name in ("void", "char"):
            return {"void": None, "char": ctypes.c_char}[kind.name]
        return SIMPLE[kind.name]
    if kind.stars == 1 and kind.name == "char":
        return ctypes.c_char_p
    return ctypes.POINTER(SIMPLE[kind.name]) if kind.stars == 1 and kind.name in SIMPLE else ctypes.c_void_p


def refusal(signature: Signature) -> str:
    """Say why a function cannot be called from Python; '' if it can."""
    if signature.name == "build":
        return "a function called build cannot be bound, because that name tells how a library was built: rename it"
    returns = signature.returns
    bad = [f"takes {p.text!r}" for p in signature.parameters if not _crosses(p.type)]
    if not _crosses(returns) and returns != CType("void"):
        bad.append(f"returns {signature.text.split(signature.name)[0].strip()!r}")
    advice = "use numbers and pointers to numbers, or bind it with pybind11 or nanobind"
    return f"{signature.name} {bad[0]}, which cannot cross from Python: {advice}" if bad else ""


def _crosses(kind: CType) -> bool:
    return "&" not in kind.name and kind.name != "function" and (kind.stars > 0 or kind.name in SIMPLE)


def converter(parameter: Parameter) -> Callable:
    """Return the function that checks an argument for ``parameter`` and turns it into what ctypes passes.

    It raises TypeError, ValueError or OverflowError with what was given, what is expected and what to do.
    """
    kind = parameter.type
    if kind.stars:
        return _pointer(kind)
    simple = SIMPLE[kind.name]
    if simple in (ctypes.c_double, ctypes.c_float):
        return _real(simple)
    if simple is ctypes.c_bool:
        return lambda value: simple(_boolean(value))
    return _integer(simple, kind.name)


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
    """Return the converter for a pointer: fast for a fitting array, careful with everything else."""
    simple = SIMPLE.get(kind.name) if kind.stars == 1 else None
    element = _COMPLEX.get(kind.name, simple) if kind.stars == 1 else None
    dtype = np.dtype(element) if element else None
    from_buffer, byref, array = (simple or ctypes.c_char).from_buffer, ctypes.byref, np.ndarray

    def convert(value):
        if value.__class__ is array and value.dtype is dtype:
            try:
                return byref(from_buffer(value))  # refuses what is read-only, not contiguous or empty
            except (TypeError, ValueError, BufferError):
                pass
        if value is None:
            return None
        if isinstance(value, _FOREIGN):
            return _foreign(value, simple)
        if isinstance(value, str) and kind == CType("char", 1, True):
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
    letters = kind.name == "char" and array.dtype in (np.uint8, np.dtype("S1"))
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
