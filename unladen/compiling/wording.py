"""How what was passed to C, and what C expected, are called in a message."""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING

from unladen.compiling.declared import CType
from unladen.compiling.scalars import is_numpys, simple
from unladen.short import own_repr

if TYPE_CHECKING:
    import numpy as np

_REFERENCE = type(ctypes.byref(ctypes.c_int()))


def called(element: CType) -> str:
    """How C's type is called in a message."""
    known = simple(element)
    if known is not None:
        return known.__name__
    if element.kind not in ("struct", "union"):
        return element.name or "memory"
    return f"{element.kind} {element.name.removeprefix(f'{element.kind} ')}".strip()


def named(value: object) -> str:
    """An object in a message: its type, and what it is if that is short and on one line."""
    kind = type(value)
    if kind is _REFERENCE:
        return f"a reference to {type(value._obj).__name__}"
    if is_numpys(value, "ndarray"):
        return f"{kind.__name__} of {told(value.dtype)}, shape {value.shape}"
    text = own_repr(value, failed="")  # whatever it is, it is not the answer
    if 0 < len(text) < 40 and text.isprintable() and "0x" not in text:  # an address differs from run to run
        return f"{kind.__name__} {text}"
    return f"{kind.__name__}{'' if issubclass(kind, ctypes.Array) else _length(value)}"


def _length(value: object) -> str:
    try:
        return f" of length {len(value)}"
    except Exception:
        return ""


def told(given: np.dtype) -> str:
    """How a dtype is called in a message: a struct's own name can fill lines."""
    if given.names:
        return f"records of {len(given.names)} fields and {given.itemsize} bytes"
    return given.name + " with its bytes in the other order" * (not given.isnative)


def writeable(letters: object, call: str = "x") -> str:
    """Return the code that makes writeable memory of a text, which ends with a zero in C; ``call`` gives its bytes."""
    if isinstance(letters, bytes) and re.fullmatch(rb"[ !#-\[\]-~]{,40}", letters):
        return f'bytearray(b"{letters.decode()}\\0")'
    return f'bytearray({call} + b"\\0")'
