"""Which kind of object is divided into fields by which function."""

from __future__ import annotations

from collections.abc import Callable

from unladen.inside import kinds_numbers, kinds_sequences, kinds_tables, kinds_text
from unladen.inside.brief import name_of
from unladen.inside.fields import Ruler
from unladen.inside.layout import of_type
from unladen.inside.look import Look, added

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
}


def divide(look: Look) -> None:
    """Divide the object into fields. Raises ``LayoutError`` where the bytes are not what they should be."""
    base = next((base for base in of_type(look.cls, "__mro__") if base in _KINDS), object)
    if base is object:
        ruler = look.own(look.form.basicsize)
        look.kind = f"{name_of(look.cls)} object"
    else:
        ruler = _KINDS[base](look)
        if look.cls is not base:
            look.kind += f", of its subclass {name_of(look.cls)}"
    added(look, ruler)
    look.fits()
