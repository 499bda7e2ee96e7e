"""What C's own memory has to tell in chapter 09: how much of it is taken, and whether an answer asks for any."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable

CALLS = 200
_ASKS = re.compile(r"\b(malloc|calloc|realloc|aligned_alloc|alloca|mmap)\s*\(")


class _Mallinfo(ctypes.Structure):
    _names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in _names.split()]


def taken() -> int | None:
    """The bytes that malloc has handed out and that were not given back; None where nobody can tell."""
    program = ctypes.CDLL(None)
    if sanitiser := getattr(program, "__sanitizer_get_current_allocated_bytes", None):
        sanitiser.restype = ctypes.c_size_t
        return sanitiser()
    if libc := getattr(program, "mallinfo2", None):
        libc.restype = _Mallinfo
        told = libc()
        return told.uordblks + told.hblkhd
    return None


def left_behind(call: Callable[[], object]) -> int:
    """The bytes that a call leaves taken, on average over many; 0 where nobody can tell."""
    call()
    before = taken()
    if before is None:
        return 0
    for _ in range(CALLS):
        call()
    return (taken() - before) // CALLS


def asked_for(answer: object) -> str:
    """The name of the function by which a compiled answer's source asks for memory; empty if it asks for none."""
    library = getattr(answer, "library", None)
    source = re.sub(r"//[^\n]*|/\*.*?\*/", "", library.build.source if library else "", flags=re.S)
    found = _ASKS.search(source)
    return found[1] if found else ""
