"""Which kind of object is divided into fields by which function."""

from __future__ import annotations

import array
import types
from collections.abc import Callable

from unladen.inside.fields import Ruler
from unladen.inside.kinds import arrays, numbers, sequences, structures, tables, text
from unladen.inside.kinds.instances import added, look_at_other
from unladen.inside.kinds.types import look_at_type
from unladen.inside.layout import of_type
from unladen.inside.object_memory import Look
from unladen.short import name_of

_KINDS: dict[type, Callable[[Look], Ruler]] = {
    bool: numbers.look_at_int,
    int: numbers.look_at_int,
    float: numbers.look_at_float,
    complex: numbers.look_at_complex,
    type(None): numbers.look_at_none,
    str: text.look_at_str,
    bytes: text.look_at_bytes,
    bytearray: text.look_at_bytearray,
    tuple: sequences.look_at_tuple,
    list: sequences.look_at_list,
    dict: tables.look_at_dict,
    set: tables.look_at_set,
    frozenset: tables.look_at_set,
    type: look_at_type,
    array.array: arrays.look_at_array,
    types.FunctionType: structures.look_at_function,
    **dict.fromkeys(structures.PLAIN, structures.look_at_structure),
    object: look_at_other,
}


def divide(look: Look) -> None:
    """Divide the object into fields. Raises ``LayoutError`` where the bytes are not what they should be."""
    base = next(base for one in of_type(look.cls, "__mro__") for base in _KINDS if one is base)
    function = _KINDS[base]
    of_numpy = arrays.numpy_base(look.cls)
    if of_numpy is look.cls and of_numpy.__name__ != "ndarray":
        base, function = object, arrays.look_at_scalar
    elif of_numpy:
        base, function = of_numpy, arrays.look_at_ndarray
    ruler = function(look)
    if look.cls is not base and base is not object and base is not type:
        look.kind += f", of its subclass {name_of(look.cls)}"
    added(look, ruler)
    look.fits(base)
