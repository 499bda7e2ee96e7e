"""The numbers that C takes by value, as ctypes knows them, and the addresses that it gives out.

Nothing here needs NumPy, so that a library without pointers is built and called without it: to import NumPy takes twice
as long as all the rest.
"""

from __future__ import annotations

import ctypes
import sys

from unladen.compiling.declared import CType

_SIGNED = {1: ctypes.c_int8, 2: ctypes.c_int16, 4: ctypes.c_int32, 8: ctypes.c_int64}
_UNSIGNED = {1: ctypes.c_uint8, 2: ctypes.c_uint16, 4: ctypes.c_uint32, 8: ctypes.c_uint64}
_FLOATS = {4: ctypes.c_float, 8: ctypes.c_double}


def simple(kind: CType) -> type | None:
    """The ctypes type of a number that C takes by value; None for what ctypes has no number for."""
    if kind.kind == "enum":
        return simple(kind.of) if kind.of else _SIGNED.get(kind.size)
    if kind.kind in ("bool", "char"):
        return ctypes.c_bool if kind.kind == "bool" else ctypes.c_byte
    return {"int": _SIGNED, "unsigned": _UNSIGNED, "float": _FLOATS}.get(kind.kind, {}).get(kind.size)


def is_numpys(value: object, *names: str) -> bool:
    """Whether ``value`` is of one of NumPy's classes with these ``names``; none is before NumPy is imported."""
    numpy = sys.modules.get("numpy")
    # while another thread imports it, NumPy has no such name yet, nor anybody such a value
    return numpy is not None and issubclass(type(value), tuple(getattr(numpy, name, ()) for name in names))


class Address(int):
    """An address that a function of ``library`` returned: it may be handed back to C as a pointer to ``of``."""

    def __new__(cls, value: int, library: object, of: CType) -> Address:
        self = super().__new__(cls, value)
        self.library, self.of = library, of
        return self

    def __reduce__(self):
        return int, (int(self),)  # elsewhere it is no more than a number
