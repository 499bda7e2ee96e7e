"""Loading what was built: the process stays as it was, and what the library exports can be called."""

from __future__ import annotations

import ctypes
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from unladen.compiling import convert
from unladen.compiling.bind import Function, Library
from unladen.compiling.cache import runs_nothing
from unladen.compiling.declared import unpacked
from unladen.compiling.errors import BuildError
from unladen.compiling.guard import guarded
from unladen.compiling.request import Order
from unladen.host.packages import install_command


@contextmanager
def unchanged_arithmetic() -> Iterator[None]:
    """Give the thread its own floating-point modes back, whatever a library set when it was loaded.

    What is linked with -ffast-math switches off the smallest numbers at once (subnormals), for Python and NumPy too,
    and for all threads that are started later.
    """
    functions, modes = _environment(), ctypes.create_string_buffer(256)  # far more than any system's fenv_t
    kept = functions and not functions.fegetenv(modes)
    try:
        yield
    finally:
        if kept:
            functions.fesetenv(modes)


@cache
def _environment() -> ctypes.CDLL | None:
    """Return the library with fegetenv and fesetenv."""
    for name in (None, "libm.so.6"):
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(name)
            library.fegetenv, library.fesetenv  # noqa: B018  (looked up now, or the next one is tried)
            return library
    return None


def refusal(problem: Exception, path: Path) -> str:
    """Say why a library could not be loaded, in the loader's words, and what helps where that is known."""
    words = re.sub(rf"^{re.escape(str(path))}: ", "", str(problem))
    words = re.sub(r" \(required by [^()]*\)$", "", words)
    if runs_nothing(path.parent):
        return (
            f"{words}. Nothing may be run from {path.parent}: set UNLADEN_CACHE to a directory of another file system"
        )
    if newer := re.search(r"(\S+): version [`']((?:GLIBCXX|CXXABI|GLIBC)_\S+)' not found", words):
        return (
            f"{words}\n  It was linked with a newer {Path(newer[1]).name} than the one that this Python has loaded. "
            "Use a compiler of the same environment:\n"
            f"  {install_command('compiler', manager='conda')}, or name that environment's compilers in CC and CXX"
        )
    return words


def library(order: Order, path: Path) -> Library:
    """Load the library and bind every function of the source that Python can call."""
    try:
        foreign = ctypes.CDLL(str(path))
    except OSError as problem:
        why = refusal(problem, path)
        raise BuildError(f"{order.name} was built but cannot be loaded: {why}") from None
    facts = json.loads(path.with_name("build.json").read_text(encoding="utf-8"))
    found = [unpacked(row) for row in facts["functions"]]
    refused = {one.name: why for one in found if (why := one.refused or convert.refusal(one))}
    refused |= {name: _unread(order, name) for name in facts["unread"]}
    bound = [one for one in found if one.name not in refused and hasattr(foreign, one.name)]
    if not bound:
        raise BuildError(_nothing(order, refused))
    result = Library(order.name, refused)
    for one in bound:
        function = guarded(foreign[one.name], one) if order.language == "cpp" else foreign[one.name]
        setattr(result, one.name, Function(one, function, result))
    return result


def _nothing(order: Order, refused: dict[str, str]) -> str:
    """Say why there is nothing to call."""
    if refused:
        why = next(iter(refused.values()))
    elif order.language == "c":
        why = "define one that is not static, nor hidden, nor only inline (of which C keeps no copy)"
    else:
        why = (
            "C++ adds the types of its parameters to a function's name;\n"
            'write extern "C" before the functions to be called, or bind them with PYBIND11_MODULE or NB_MODULE'
        )
    return f"{order.name} has no function that Python can call: {why}"


def _unread(order: Order, name: str) -> str:
    return (
        f"{name} is in {order.name}, but nothing says what it takes: it is an alias, or comes from an archive or an "
        f"object that was compiled without -g; compile that with -g, or write a function here that calls {name}"
    )
