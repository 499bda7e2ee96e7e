"""Arguments and answers of timed calls: own copies, and answers that are what they are, and compute nothing later."""

from __future__ import annotations

import operator
import sys

import numpy as np

_PLAIN = {id(kind) for kind in (int, float, complex, bool, str, bytes, type(None))}
_NUMBERS = "biufcmMSU"  # the kinds of dtype whose elements are no objects
_SCALARS = {id(kind) for kind in np.sctypeDict.values() if issubclass(kind, np.number | np.bool_)}
_array = np.ndarray


class NotPlain(Exception):
    """An answer that is, or contains, an object that could compute whenever somebody looks at it."""


def own(value: object) -> object:
    """Copy a value of plain types, with all that is inside it; raises `NotPlain` for any other.

    Types are compared by identity: a subclass may do its work when it is compared, and a metaclass may deny that.
    """
    kind = type(value)
    if id(kind) in _PLAIN or id(kind) in _SCALARS:
        return value
    if kind is list or kind is tuple:
        flat = _PLAIN.issuperset(map(id, map(type, value)))
        return kind(value) if flat else kind([own(v) for v in value])
    if kind is _array and value.dtype.kind in _NUMBERS:
        return value.copy(order="K")
    if kind is dict:
        return {own(k): own(v) for k, v in value.items()}
    if kind is set or kind is frozenset:
        return kind([own(v) for v in value])
    if _is_irregular(kind):
        return _own_irregular(value)
    raise NotPlain(kind.__name__)


def _is_irregular(kind: type) -> bool:
    awkward = sys.modules.get("awkward")
    return awkward is not None and kind is awkward.Array


def _own_irregular(value):
    """A copy of an Awkward Array, whose buffers must be there: they can be functions that are called when needed."""
    import awkward as ak

    if not getattr(value.layout, "is_all_materialized", True):
        raise NotPlain("ak.Array without its buffers")
    return ak.copy(value)


def as_it_was(now: object, before: object) -> bool:
    """Tell whether an argument is as it was; ``before`` is the copy that `own` made of it."""
    kind = type(before)
    if type(now) is not kind:
        return False
    if kind is _array:
        equal = (now.shape, now.dtype) == (before.shape, before.dtype)
        return equal and now.tobytes() == before.tobytes()
    if kind is list or kind is tuple:
        if len(now) != len(before):
            return False
        return all(map(operator.is_, now, before)) or all(map(as_it_was, now, before))
    if _is_irregular(kind):
        return now.tolist() == before.tolist()
    return now is before or bool(now == before)
