"""C++ functions whose exceptions come back as Python's: one that leaves a C++ function would end the process."""

from __future__ import annotations

import ctypes
import platform
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

from unladen.compiling.convert import returned
from unladen.folders import NATIVE

_SOURCE = NATIVE / "guard.cpp"
_FLOATING = (ctypes.c_float, ctypes.c_double)
# how many numbers these processors pass in registers, which is all that a guard hands on
_REGISTERS = {"x86_64": (6, 8), "amd64": (6, 8), "aarch64": (6, 8), "arm64": (6, 8)}
_pools: list[ctypes.CDLL] = []
_given: dict[int, int] = {}  # function -> guard; a library stays where it was loaded


def guarded(foreign, signature):
    """Return a C++ function, as ctypes has it, with a guard before it; itself where it cannot have one.

    An exception that leaves it is then raised in Python, by `raised`. A guard takes a few nanoseconds.
    """
    whole, floating = _REGISTERS.get(platform.machine().lower(), (0, 0))
    kinds = [returned(parameter.type) in _FLOATING for parameter in signature.parameters]
    fits = kinds.count(False) <= whole and kinds.count(True) <= floating
    if not fits or signature.name == "guarded" or not (path := _built()):
        return foreign
    target = ctypes.cast(foreign, ctypes.c_void_p).value
    if target not in _given:
        try:
            _given[target] = _next(path, target, returned(signature.returns) in _FLOATING)
        except OSError:
            return foreign
    return type(foreign)(_given[target])


def _next(path: Path, target: int, floating: bool) -> int:
    """Give a function the next guard; each copy of their library, loaded under another name, has some to give out."""
    address = _pools[-1].guarded(target, floating) if _pools else None
    if not address:
        with tempfile.TemporaryDirectory(prefix="unladen-") as folder:
            library = ctypes.CDLL(shutil.copy(path, folder) if _pools else str(path))
        library.guarded.restype, library.guarded.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int]
        _pools.append(library)
        address = library.guarded(target, floating)
    return address


def raised(problem: SystemError, name: str) -> Exception:
    """Return the exception that left the C++ function ``name``, out of what ctypes makes of it."""
    if not isinstance(problem.__cause__, RuntimeError):
        return problem
    return RuntimeError(f"{problem.__cause__} (an exception that left the C++ function {name})")


@cache
def _built() -> Path | None:
    """Return the library of guards; None where it cannot be built."""
    from unladen.compiling.compile import native
    from unladen.compiling.errors import BuildError

    try:
        flags = ["-O1", *(["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else [])]
        return native(_SOURCE, flags, sanitize=False).build.path
    except BuildError:
        return None
