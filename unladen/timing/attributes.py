"""What an object holds, found without a trace.

Asked for its ``__dict__``, an object of a class made in Python gets one, and before Python 3.13 its attributes are
slower from then on (1.7 × on 3.11): then a race would measure what it did itself. The garbage collector finds what it
holds, and the code of its class how that is called.
"""

from __future__ import annotations

import contextlib
import gc
import inspect
import types
from collections.abc import Iterator

_MANAGED_DICT = 1 << 4  # Py_TPFLAGS_MANAGED_DICT: the attributes may be without a dictionary


def held(thing: object) -> list[object]:
    """What the attributes of an object hold, in a fraction of a microsecond; it may be in a dictionary."""
    managed = type(thing).__flags__ & _MANAGED_DICT
    return gc.get_referents(thing) if managed else list(getattr(thing, "__dict__", {}).values())


def attributes(thing: object) -> Iterator[tuple[str, object]]:
    """The attributes that are the object's own, with their names (where its class's code does not tell: none)."""
    kind = type(thing)
    if not kind.__flags__ & _MANAGED_DICT:
        yield from list(getattr(thing, "__dict__", {}).items())
        return
    names = {id(value): name for name, value in _named(thing, kind)}
    for part in gc.get_referents(thing):
        if type(part) is dict and id(part) not in names:
            yield from list(part.items())  # it has been asked for before
        elif part is not kind:
            yield names.get(id(part), ""), part


def attribute(thing: object, name: str) -> object:
    """The attribute of this name that is the object's own, or None: a property, which may do anything, is not asked."""
    found = inspect.getattr_static(type(thing), name, None)
    if found is None or isinstance(found, types.MemberDescriptorType):
        with contextlib.suppress(AttributeError):
            return object.__getattribute__(thing, name)
    return None


def _named(thing: object, kind: type) -> Iterator[tuple[str, object]]:
    for name in {name for base in kind.__mro__ for name in _written(base)}:
        if (found := attribute(thing, name)) is not None:
            yield name, found


def _written(base: type) -> Iterator[str]:
    for member in vars(base).values():
        if isinstance(member, types.FunctionType):
            yield from member.__code__.co_names
