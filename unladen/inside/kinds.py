"""Which kind of object is divided into fields by which function."""

from __future__ import annotations

import array
import types
from collections.abc import Callable

from unladen.inside import kinds_arrays, kinds_numbers, kinds_sequences, kinds_structures, kinds_tables, kinds_text
from unladen.inside.brief import name_of
from unladen.inside.fields import Ruler
from unladen.inside.kinds_instances import added, look_at_other
from unladen.inside.kinds_types import look_at_type
from unladen.inside.layout import of_type
from unladen.inside.look import Look

_KINDS: dict[type, Callable[[Look], Ruler]] = {
    bool: kinds_numbers.look_at_int,
    int: kinds_numbers.look_at_int,
    float: kinds_numbers.look_at_float,
    complex: kinds_numbers.look_at_complex,
    type(None): kinds_numbers.look_at_none,
    str: kinds_text.look_at_str,
    bytes: kinds_text.look_at_bytes,
    bytearray: kinds_text.look_at_bytearray,
    tuple: kinds_sequences.look_at_tuple,
    list: kinds_sequences.look_at_list,
    dict: kinds_tables.look_at_dict,
    set: kinds_tables.look_at_set,
    frozenset: kinds_tables.look_at_set,
    type: look_at_type,
    array.array: kinds_arrays.look_at_array,
    types.FunctionType: kinds_structures.look_at_function,
    **dict.fromkeys(kinds_structures.PLAIN, kinds_structures.look_at_structure),
    object: look_at_other,
}


def divide(look: Look) -> None:
    """Divide the object into fields. Raises ``LayoutError`` where the bytes are not what they should be."""
    base = next(base for one in of_type(look.cls, "__mro__") for base in _KINDS if one is base)
    function = _KINDS[base]
    of_numpy = kinds_arrays.numpy_base(look.cls)
    if of_numpy is look.cls and of_numpy.__name__ != "ndarray":
        base, function = object, kinds_arrays.look_at_scalar
    elif of_numpy:
        base, function = of_numpy, kinds_arrays.look_at_ndarray
    ruler = function(look)
    if look.cls is not base and base is not object and base is not type:
        look.kind += f", of its subclass {name_of(look.cls)}"
    added(look, ruler)
    look.fits(base)
