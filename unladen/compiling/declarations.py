"""From a compiled source to its declarations: as the compiler saw them, worded as they are written."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from unladen.compiling.debuginfo import Exported, exported, names_of
from unladen.compiling.declared import packed
from unladen.compiling.errors import BuildError
from unladen.compiling.extents import with_extents
from unladen.compiling.request import Order
from unladen.compiling.signature import worded

_BINARY = (".o", ".a", ".so", ".dylib")
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".s", ".S")
_READER = "elftools.dwarf.dwarfinfo"
_AGAIN = "declared.o"


def prepare() -> None:
    """Import what reads debug information while the compiler works: it takes longer than the reading."""
    if _READER not in sys.modules:
        threading.Thread(target=importlib.import_module, args=(_READER,), daemon=True).start()


def declarations(order: Order, directory: Path, arguments: Sequence[str]) -> dict:
    """Return what the library in ``directory`` exports, in a form that JSON can hold.

    "functions" are those that could be read, "unread" the names of those that are exported but could not be: they come
    from an archive or an object that was compiled without debug information.
    """
    found = _read(directory / order.library, order)
    if not found or found.unread and not any(one.line for one in found.functions):
        found = _asked_again(order, directory, arguments) or found
    if not found:
        raise BuildError(
            f"{order.name} was built, but what its functions take cannot be read: leave out the flags that change the "
            "debug information (-g…, -f…debug…, -s)"
        )
    # a main of C++ is called by the system alone, in C it is a function like the others
    read = [one for one in found.functions if order.language == "c" or one.name != "main"]
    functions = with_extents(worded(order.source, read), order.source, lambda: _macros(order, directory, arguments))
    return {"functions": [packed(one) for one in functions], "unread": found.unread}


def _read(library: Path, order: Order, names: dict[str, int | None] | None = None) -> Exported | None:
    """Read a library; None where its debug information is of a form that nobody here can read."""
    try:
        return exported(library, order.file, names)
    except Exception:  # whatever a reader of half-known formats stumbles over, there is another way
        return None


def _asked_again(order: Order, directory: Path, arguments: Sequence[str]) -> Exported | None:
    """Compile the source once more, alone and with plain debug information, where the library came without.

    A flag of the learner's may have left it out (-g0, -s, -gsplit-dwarf), or a linker that does not copy it.
    """
    own = [word for n, word in enumerate(arguments) if not _elsewhere(arguments, n) and not word.startswith("-g")]
    whole = ["-c"] if sys.platform == "darwin" else []  # a Mac's object can be read as it is; elsewhere it is linked
    plain = ["-g", "-gdwarf-4", "-fno-lto", "-fno-debug-types-section"]
    answer = order.compiler.run([*own, *plain, *whole, order.file, "-o", _AGAIN], directory)
    made = directory / _AGAIN
    if answer.returncode or not made.exists():
        return None
    try:
        return _read(made, order, dict.fromkeys(names_of(directory / order.library)))
    finally:
        made.unlink()


def _macros(order: Order, directory: Path, arguments: Sequence[str]) -> str:
    """Return every macro that is defined at the end of the source, one #define a line."""
    own = [word for n, word in enumerate(arguments) if not _elsewhere(arguments, n) and not word.startswith("-g")]
    return order.compiler.run([*own, "-E", "-dM", order.file], directory).stdout


def _elsewhere(arguments: Sequence[str], position: int) -> bool:
    """Tell whether an argument belongs to linking, or names another file to compile or what is made."""
    word, before = arguments[position], arguments[position - 1] if position else ""
    if word in ("-o", "-s") or before == "-o" or word.startswith(("-l", "-Wl,", "-flto")):
        return True
    return before not in ("-include", "-include-pch") and word.endswith((*_BINARY, *_SOURCES))
