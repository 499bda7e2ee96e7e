"""With which flags a source is compiled: the course's own, and what this compiler and system need besides."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Sequence

from unladen.compiling.errors import BuildError
from unladen.compiling.request import Order

_FLAGS = ("-O3", "-g", "-Wall", "-Wextra", "-fPIC", "-shared")
_MODULE_FLAGS = ("-O3", "-g1", "-Wall", "-Wextra", "-fPIC", "-shared")  # nothing is read from a module: lines suffice
_STANDARD = {"c": "-std=c17", "cpp": "-std=c++20"}
_SANITIZE = ("-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g", "-O1")
_WHOLE_PROCESS = {"address", "hwaddress", "kernel-address", "leak", "memory", "thread", "memtag"}
_DEFINED = re.compile(r"\b([a-z]\w*)\s*\([^;{}()]*\)\s*\{")


def recipe(language: str, given: Sequence[str], *, module: bool, sanitized: bool) -> tuple[str, ...]:
    """Return the course's own flags with those ``given`` after them, for a library or a Python ``module``."""
    usual = _MODULE_FLAGS if module else _FLAGS
    # after a -g0 of the learner's, a second -g brings back what the declarations are read from
    again = ("-g",) if not module and any(flag.startswith("-g") for flag in given) else ()
    return (*usual, _STANDARD[language], *given, *(_SANITIZE if sanitized else ()), *again)


def platform(order: Order) -> list[str]:
    """Return what this compiler and system need to do the same as the others."""
    flags = []
    sanitized = any(flag.startswith("-fsanitize") for flag in order.recipe)
    if order.compiler.kind == "zig":
        # Zig's habits: this very processor's instructions, and traps for undefined behaviour
        chosen = any(flag.startswith(("-march", "-mcpu")) for flag in order.recipe)
        flags += [] if chosen else ["-mcpu=baseline"]
        flags += [] if sanitized else ["-fno-sanitize=undefined"]
    if order.compiler.kind == "gcc" and order.language == "cpp":
        # what C++ may have in several libraries (inline variables, static ones in templates) would be one for all of
        # the process: the first that was loaded, so that a changed cell went on with its old data
        flags.append("-fno-gnu-unique")
    flags += _own_functions(order)
    if sys.platform == "darwin":
        return flags + (["-undefined", "dynamic_lookup"] if order.module else [])
    # a name that nothing defines is an error now, not a crash at the first call
    return flags + ([] if order.module or sanitized else ["-Wl,-z,defs"])


def _own_functions(order: Order) -> list[str]:
    """Return the flags with which a source calls its own functions where the system has others of the same name."""
    system = ctypes.CDLL(None)
    names = sorted(name for name in set(_DEFINED.findall(order.source)) if hasattr(system, name))
    # nor does a compiler know already what gamma(5) is, or take the loop in a memset for a call of memset
    flags = [f"-fno-builtin-{name}" for name in names]
    if order.compiler.kind == "gcc" and any(name.startswith(("mem", "str")) for name in names):
        flags.append("-fno-tree-loop-distribute-patterns")
    # on macOS, whoever uses a name has noted which library it is from
    return flags + ([] if sys.platform == "darwin" else ["-Wl,-Bsymbolic"])


def refuse_sanitizers(words: Sequence[str], name: str) -> None:
    """Refuse what ends a process that was not started for it, or finds nothing there."""
    for word in words:
        kinds = word.removeprefix("-fsanitize=").split(",") if word.startswith("-fsanitize=") else []
        if _WHOLE_PROCESS & set(kinds):
            raise _not_here(name, word)


def refuse_runtime(order: Order, trace: str) -> None:
    """Refuse a library that was linked with a sanitiser although nobody here asked for it: the compiler itself did."""
    asked = any(flag.startswith("-fsanitize") for flag in order.recipe)
    if not asked and (found := re.search(r"lib(asan|hwasan|lsan|tsan)\b", trace)):
        raise _not_here(order.name, f"the sanitiser that {order.compiler.command[0]} adds ({found[0]})")


def _not_here(name: str, what: str) -> BuildError:
    return BuildError(
        f"{name}: {what} works only in a process that was started for it, and can end this one; leave it out.\n"
        "  %%isolated --sanitize runs a cell in such a process, with the library built once more with the\n"
        "  address and undefined-behaviour sanitisers (-fsanitize=undefined alone may stay)."
    )
