"""What may be passed to C: numbers that fit, and memory that is laid out as the pointer says."""

from __future__ import annotations

import ctypes
import math
import operator
import sys
from collections.abc import Callable

from unladen.compiling.declared import CType, Parameter, Signature
from unladen.compiling.scalars import is_numpys, simple
from unladen.compiling.wording import named

_POINTERS = ("pointer", "array")
# what cannot cross by value, and what can instead
_INSTEAD = {
    "reference": "declare a pointer instead of the reference",
    "complex": "pass a pointer to it, and an array of one",
    "struct": "pass a pointer to it",
    "union": "pass a pointer to it",
}
_INSTEAD |= dict.fromkeys(
    ("long double", "_Float16", "__fp16", "__bf16", "_Float128", "__float128"), "declare a double"
)
_INSTEAD |= dict.fromkeys(("__int128", "unsigned __int128", "__int128 unsigned"), "declare a long long")


def returned(kind: CType):
    """Return the ctypes type of a result; pointers to what ctypes does not know come back as addresses."""
    if kind.kind not in _POINTERS:
        return {"void": None, "char": ctypes.c_char}.get(kind.kind) or simple(kind)
    if kind.of.kind == "char":
        return ctypes.c_char_p
    number = simple(kind.of)
    return ctypes.POINTER(number) if number else ctypes.c_void_p


def refusal(signature: Signature) -> str:
    """Say why a function cannot be called from Python; '' if it can."""
    if signature.name == "build":
        return "a function called build cannot be bound, because that name tells how a library was built: rename it"
    bad = [(p.type, f"takes {p.text!r}") for p in signature.parameters if not _crosses(p.type)]
    if signature.returns.kind != "void" and not _crosses(signature.returns):
        bad.append((signature.returns, f"returns {signature.text.split(signature.name)[0].strip()!r}"))
    if not bad:
        return ""
    kind, what = bad[0]
    advice = _instead(kind, what.startswith("takes"))
    return f"{signature.name} {what}, which cannot cross from Python: {advice}, or bind it with pybind11 or nanobind"


def _crosses(kind: CType) -> bool:
    return kind.kind in _POINTERS or simple(kind) is not None


def _instead(kind: CType, taken: bool) -> str:
    if kind.kind in ("complex", "struct", "union") and not taken:
        return "write it through a pointer that the caller passes"
    return _INSTEAD.get(kind.name) or _INSTEAD.get(kind.kind, "use numbers and pointers to numbers")


def converter(parameter: Parameter, library: object = None) -> Callable:
    """Return the function that checks an argument for ``parameter`` and turns it into what ctypes passes.

    ``library`` is the one whose functions may give out the addresses that are passed back to it. What is returned
    raises TypeError, ValueError or OverflowError with what was given, what is expected and what to do.
    """
    kind = parameter.type
    if kind.kind in _POINTERS:
        from unladen.compiling.pointers import pointer

        return pointer(parameter, library)
    number = simple(kind)
    if number in (ctypes.c_double, ctypes.c_float):
        return _real(number)
    if number is ctypes.c_bool:
        return lambda value: number(_boolean(value))
    return _integer(number, kind)


def _boolean(value: object) -> bool:
    if not (issubclass(type(value), int) or is_numpys(value, "bool_")) or value not in (0, 1):
        raise TypeError(f"expected True or False, got {named(value)}")
    return bool(value)


def _real(number: type) -> Callable:
    def convert(value):
        return number(value) if value.__class__ is float else number(_fractional(value))

    def narrow(value):
        result = convert(value)
        if math.isinf(result.value) and not math.isinf(value):
            raise OverflowError(f"{value} does not fit: float holds up to 3.4e38; a double holds up to 1.8e308")
        return result

    return narrow if number is ctypes.c_float else convert


def _fractional(value: object) -> float:
    """Return any real number as Python's float; texts, masks, and numbers with an imaginary part are none."""
    try:
        if not issubclass(type(value), (float, int)) and _is_no_number(value):
            raise TypeError
        return ctypes.c_double(value).value
    except TypeError:
        raise TypeError(f"expected a number, got {named(value)}") from None
    except OverflowError:
        raise OverflowError(f"{_digits(value)} does not fit: double holds up to 1.8e308") from None


def _is_no_number(value: object) -> bool:
    """Whether what NumPy has, and ctypes would take, is none: a text, a date, a complex number, a mask."""
    if not is_numpys(value, "ndarray", "generic"):
        return False
    return value.dtype.kind not in "buif" or value is sys.modules["numpy"].ma.masked


def _integer(number: type, kind: CType) -> Callable:
    bits = 8 * ctypes.sizeof(number)
    least = -(1 << bits - 1) if number(-1).value < 0 else 0
    most = least + (1 << bits) - 1
    passed = int if number is ctypes.c_int else number  # what ctypes itself makes of an int

    def convert(value):
        if value.__class__ is not int:
            value = _whole(value, kind)
        if least <= value <= most:
            return passed(value)
        raise OverflowError(f"{_digits(value)} does not fit: {kind.name} holds {least} to {most}")

    return convert


def _digits(value: int) -> str:
    """Return a number as it is told: one that fills a line by its size."""
    return str(value) if abs(value) < 10**40 else f"an int of {value.bit_length()} bits"


def _whole(value: object, kind: CType) -> int:
    if kind.kind == "char" and issubclass(type(value), (str, bytes)) and len(value) == 1:
        code = ord(value)
        return code - 256 if 127 < code < 256 else code
    try:
        return operator.index(value)
    except TypeError:
        real = issubclass(type(value), float) or is_numpys(value, "floating")
        fraction = real and math.isfinite(value)
        raise TypeError(
            f"expected a whole number, got {named(value)}{'; int(x) drops the fraction' * fraction}"
        ) from None
