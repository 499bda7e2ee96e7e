"""Classes: the type object, with the tables of functions that C looks into."""

from __future__ import annotations

import struct

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.kinds.tables import keys_object
from unladen.inside.layout import FREE_THREADED, VAR_HEAD, VERSION, WORD, of_type
from unladen.inside.object_memory import Look

# PyTypeObject from its third word on: name, and struct's code ("P" a pointer, "F" a pointer to a function or a table).
_WORDS = (
    "getattr setattr as_async repr as_number as_sequence as_mapping hash",
    "call str getattro setattro as_buffer",
    "init alloc new free is_gc",
    "bases mro cache subclasses weaklist",
)
_FIELDS = (
    [("tp_name", "F"), ("tp_basicsize", "q"), ("tp_itemsize", "q"), ("tp_dealloc", "F"), ("tp_vectorcall_offset", "q")]
    + [(f"tp_{name}", "F") for name in _WORDS[0].split()]
    + [(f"tp_{name}", "F") for name in _WORDS[1].split()]
    + [("tp_flags", "Q"), ("tp_doc", "F"), ("tp_traverse", "F"), ("tp_clear", "F"), ("tp_richcompare", "F")]
    + [("tp_weaklistoffset", "q"), ("tp_iter", "F"), ("tp_iternext", "F"), ("tp_methods", "F"), ("tp_members", "F")]
    + [("tp_getset", "F"), ("tp_base", "P"), ("tp_dict", "P"), ("tp_descr_get", "F"), ("tp_descr_set", "F")]
    + [("tp_dictoffset", "q")]
    + [(f"tp_{name}", "F") for name in _WORDS[2].split()]
    + [(f"tp_{name}", "P") for name in _WORDS[3].split()]
    + [("tp_del", "F"), ("tp_version_tag", "I"), ("(padding)", "4"), ("tp_finalize", "F"), ("tp_vectorcall", "F")]
)
_STEADY = ("tp_basicsize", "tp_itemsize", "tp_vectorcall_offset", "tp_flags", "tp_weaklistoffset", "tp_dictoffset")
_NOTES = {
    "tp_name": "→ its name, for C",
    "tp_basicsize": "bytes of an instance",
    "tp_itemsize": "and of each item in it",
    "tp_flags": "what it can do, one bit each",
}
# The tables of functions inside a class made by a class statement, as CPython names them: name and pointers in each.
_TABLES = (("as_async", 4), ("as_number", 36), ("as_mapping", 3), ("as_sequence", 10), ("as_buffer", 2))


def type_size() -> int:
    """sizeof(PyTypeObject)."""
    size = VAR_HEAD + sum(4 if code in "4I" else 8 for _, code in _FIELDS)
    return size + WORD * (VERSION >= (3, 12))  # tp_watched, and since 3.13 tp_versions_used


def _cached_keys_at() -> int:
    return type_size() + WORD * (sum(count for _, count in _TABLES) + 3)


def cached_keys(look: Look, cls: type) -> int:
    """The address of the keys that the instances of a class share; 0 if there are none."""
    return struct.unpack("=Q", look.read(id(cls) + _cached_keys_at(), WORD))[0]


def look_at_type(look: Look) -> Ruler:
    """A class: a type object; one made by a class statement brings its tables of functions along."""
    heap = bool(of_type(look.obj, "__flags__") & 1 << 9)
    keys = cached_keys(look, look.obj) if heap else 0
    ruler = look.own(of_type(type, "__basicsize__") if heap else type_size())
    look.kind = "class, made by a class statement" if heap else "class, written in C"
    ruler.number("ob_size", "q", "slots of its own", volatile=True)
    for name, code in _FIELDS:
        _field(ruler, name, code)
    if ruler.block["tp_basicsize"].value != of_type(look.obj, "__basicsize__"):
        raise LayoutError("tp_basicsize is not the type's __basicsize__")
    if ruler.block["tp_flags"].value != of_type(look.obj, "__flags__"):
        raise LayoutError("tp_flags are not the type's __flags__")
    _newer(ruler)
    if heap:
        _heap_type(look, ruler)
    if keys:
        keys_object(look, keys, True, "the keys that its instances share", False)
    return ruler


def _field(ruler: Ruler, name: str, code: str) -> None:
    note = _NOTES.get(name, "")
    if code == "4":
        ruler.padding(ruler.at + 4)
    elif code == "P":
        ruler.pointer(name, volatile=True)
    elif code == "F":
        ruler.pointer(name, note, volatile=True)
    else:
        ruler.number(name, code, note, volatile=name not in _STEADY)


def _newer(ruler: Ruler) -> None:
    if VERSION >= (3, 12):
        ruler.number("tp_watched", "B", volatile=True)
        if VERSION >= (3, 13):
            ruler.padding(ruler.at + 1)
            ruler.number("tp_versions_used", "H", volatile=True)
        ruler.padding(type_size())


def _heap_type(look: Look, ruler: Ruler) -> None:
    for name, count in _TABLES:
        ruler.put(name, count * WORD, None, f"{count} pointers to functions", volatile=True)
    for name in ("ht_name", "ht_slots", "ht_qualname", "ht_cached_keys", "ht_module", "_ht_tpname"):
        ruler.pointer(name, "→ the keys, below" if name == "ht_cached_keys" else "", volatile=True)
    if VERSION >= (3, 14):
        ruler.pointer("ht_token", volatile=True)
    cache = ruler.left if not FREE_THREADED else min(ruler.left, WORD * 3)
    ruler.put("_spec_cache", cache, None, "for the specialising interpreter", volatile=True)
    ruler.rest("unique_id", "for counting references by thread")
