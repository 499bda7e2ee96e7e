"""What stands at the front of every object, and before it: the head, per version and build of CPython.

``layout.md`` beside this file lists the structures, the versions on which they were verified, and their headers.
"""

from __future__ import annotations

import platform
import struct
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass

from unladen.inside.fields import LayoutError, Ruler

VERSION = sys.version_info[:2]
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
DEBUG = hasattr(sys, "gettotalrefcount")
WORD = 8
HEAD = 32 if FREE_THREADED else 16  # sizeof(PyObject)
VAR_HEAD = HEAD + WORD  # sizeof(PyVarObject)

_HAVE_GC, _HEAP_TYPE = 1 << 14, 1 << 9
_INLINE_VALUES, _MANAGED_WEAKREF, _MANAGED_DICT = 1 << 2, 1 << 3, 1 << 4


def unknown_build() -> str:
    """Why this interpreter's objects cannot be divided into fields; empty where they can."""
    if sys.implementation.name != "cpython":
        return f"{platform.python_implementation()} lays out its objects in ways of its own"
    if not (3, 11) <= VERSION <= (3, 14):
        return f"Python {VERSION[0]}.{VERSION[1]} is not one of the versions that peek knows (3.11 to 3.14)"
    if struct.calcsize("P") != WORD or sys.byteorder != "little":
        return "peek knows 64-bit little-endian machines only"
    if DEBUG:
        return "a debug build of Python has fields of its own in every object"
    return ""


def of_type(cls: type, name: str) -> object:
    """An attribute of a type as C sees it, whatever its metaclass defines (``type.__dict__`` holds the real one)."""
    return type.__dict__[name].__get__(cls)


@dataclass(frozen=True)
class Shape:
    """What a type says about the memory of its instances: sizes in bytes, offsets, and which pre-headers they have."""

    basicsize: int
    itemsize: int
    dictoffset: int
    weakrefoffset: int
    gc_head: bool
    managed_dict: bool
    managed_weakref: bool
    inline_values: bool

    @property
    def pre_header(self) -> int:
        """Bytes before the object (CPython: _PyType_PreHeaderSize)."""
        return 16 * self.gc_head + 16 * (self.managed_dict or self.managed_weakref)


def shape(obj: object) -> Shape:
    """Ask the type of ``obj`` for the shape of its instances, running no code but CPython's own."""
    cls = type(obj)
    flags = of_type(cls, "__flags__")
    has_gc = bool(flags & _HAVE_GC)
    static = is_metaclass(cls) and not of_type(obj, "__flags__") & _HEAP_TYPE  # not collected (type_is_gc)
    return Shape(
        of_type(cls, "__basicsize__"),
        of_type(cls, "__itemsize__"),
        of_type(cls, "__dictoffset__"),
        of_type(cls, "__weakrefoffset__"),
        has_gc and not static and not FREE_THREADED,
        bool(flags & _MANAGED_DICT),
        bool(flags & _MANAGED_WEAKREF) and VERSION >= (3, 12),
        bool(flags & _INLINE_VALUES) and VERSION >= (3, 13),
    )


def has_base(cls: type, *bases: type) -> bool:
    """Whether ``cls`` is or comes from one of ``bases``; by identity, since other ways ask the metaclass."""
    return any(one is base for one in of_type(cls, "__mro__") for base in bases)


def is_metaclass(cls: type) -> bool:
    """Whether instances of ``cls`` are types."""
    return has_base(cls, type)


def before(ruler: Ruler, form: Shape) -> None:
    """Take the pre-header: the managed dictionary's pointers, then the collector's links."""
    if form.managed_dict or form.managed_weakref:
        first = "managed values" if VERSION == (3, 11) else "managed weakrefs"
        ruler.pointer(first, _MANAGED[first])
        second = "managed dict or values" if VERSION == (3, 12) else "managed dict"
        ruler.pointer(second, _MANAGED[second])
    if form.gc_head:
        ruler.pointer("_gc_next", "the collector's list: the next object", volatile=True)
        ruler.pointer("_gc_prev", "and the previous one", volatile=True)
    if ruler.at != 0:
        raise LayoutError(f"the pre-header ends at {ruler.at}, not at the object")


_MANAGED = {
    "managed values": "→ the attributes' values",
    "managed weakrefs": "→ the weak references to it",
    "managed dict": "→ its __dict__",
    "managed dict or values": "→ its __dict__, or (odd) the attributes' values",
}


def head(ruler: Ruler, type_name: str, type_address: int, counts: Mapping[str, int], shared: bool) -> None:
    """Take PyObject: the reference count and the type.

    ``counts`` holds what to subtract from the counting fields, so that they read as if nobody were looking; ``shared``
    tells whether objects like this one are shared with code elsewhere, so that the count is not the same twice.
    """
    if FREE_THREADED:
        _head_free_threaded(ruler, counts, shared)
    else:
        _head_with_gil(ruler, counts, shared)
    if ruler.peek("Q") != type_address:
        raise LayoutError("where ob_type should be there is no pointer to the object's type")
    ruler.pointer("ob_type", f"→ {type_name}")


def _counted(ruler: Ruler, name: str, code: str, note: str, counts: Mapping[str, int], volatile: bool) -> None:
    """Take a counting field, less the references that peek itself holds."""
    size = struct.calcsize(f"={code}")
    value = ruler.peek(code) - counts.get(name, 0)
    if not value and counts.get(name):
        note = "nobody but peek refers to it"
    begin = ruler.at - ruler.block.start
    memory = bytearray(ruler.memory)
    memory[begin : begin + size] = struct.pack(f"={code}", value)
    ruler.memory = bytes(memory)
    ruler.put(name, size, value, note, volatile=volatile, shown=f"{value:,}")


def _head_with_gil(ruler: Ruler, counts: Mapping[str, int], shared: bool) -> None:
    number = ruler.peek("I") if VERSION >= (3, 12) else 0
    immortal = number >= 1 << 31 if VERSION >= (3, 14) else number == 0xFFFFFFFF
    note = "immortal: never counted, never freed" if immortal else "references to it"
    if VERSION >= (3, 14):
        _counted(ruler, "ob_refcnt", "I", note, counts, shared)
        ruler.number("ob_overflow", "H", volatile=shared)
        flags = ruler.peek("H")
        ruler.number("ob_flags", "H", "part of the interpreter's own data" if flags & 4 else "", volatile=shared)
    else:
        _counted(ruler, "ob_refcnt", "q", note, counts, shared)


def _head_free_threaded(ruler: Ruler, counts: Mapping[str, int], shared: bool) -> None:
    ruler.pointer("ob_tid", "the thread that owns it")
    if VERSION >= (3, 14):
        ruler.number("ob_flags", "H", volatile=shared)
    else:
        ruler.put("_padding", 2, None, "unused", volatile=True)
    ruler.number("ob_mutex", "B", "its lock: 0 is open")
    bits = ruler.peek("B")
    tracked = "tracked by the collector" if bits & 1 else "not tracked by the collector"
    ruler.number("ob_gc_bits", "B", tracked, volatile=shared)
    immortal = ruler.peek("I") == 0xFFFFFFFF
    note = "immortal: never counted, never freed" if immortal else "references by its own thread"
    _counted(ruler, "ob_ref_local", "I", note, counts, shared)
    value = ruler.peek("q")
    note = "references by other threads: the value / 4" if value & 3 == 0 else "by other threads: / 4; 2 flag bits"
    _counted(ruler, "ob_ref_shared", "q", note, counts, shared or value != 0)
