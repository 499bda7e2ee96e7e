"""Any object in a few words, without running any code of its class."""

from __future__ import annotations

import types

from unladen.inside.layout import is_metaclass
from unladen.short import cut, name_of

_PLAIN = (type(None), bool, float, complex, types.EllipsisType, types.NotImplementedType)
_CONTAINERS = (list, tuple, dict, set, frozenset, bytearray)


def brief(obj: object) -> str:
    """Say what an object is: its value if it is a plain number or text, else its type and how many items it has."""
    cls = type(obj)
    if any(cls is plain for plain in _PLAIN):
        return repr(obj)
    if cls is int:
        return cut(repr(obj)) if obj.bit_length() < 200 else f"an int of {obj.bit_length():,} bits"
    if cls is str:
        return cut(repr(obj if len(obj) < 50 else obj[:50]))
    if cls is bytes:
        return cut(repr(obj if len(obj) < 50 else obj[:50]))
    if any(cls is container for container in _CONTAINERS):
        return f"{cls.__name__} of {len(obj):,}"
    if is_metaclass(cls):
        return f"class {cut(name_of(obj))}"
    if cls is types.FunctionType:
        return f"function {cut(str.__str__(obj.__name__))}"
    if cls is types.ModuleType:
        return "module"
    return f"{cut(name_of(cls))} object"
