"""Instances of classes: slots, and attributes in a table of values that stands before, behind or apart from them."""

from __future__ import annotations

import struct

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.kinds.members import take_members
from unladen.inside.kinds.tables import KEYS_HEAD, key_names, keys_object, keys_size, values_after, values_before
from unladen.inside.kinds.types import cached_keys
from unladen.inside.layout import VERSION, WORD, of_type
from unladen.inside.object_memory import Look, is_static
from unladen.short import name_of


def look_at_other(look: Look) -> Ruler:
    """Anything without a kind of its own: the head, then the members its type names, the rest as it is."""
    ruler = look.own(look.counted if look.form.itemsize else look.form.basicsize)
    plain = of_type(look.cls, "__base__") is object
    slots = not look.form.managed_dict and look.form.dictoffset == 0
    how = ", with __slots__ and no __dict__" if plain and slots and not is_static(look.cls) else ""
    look.kind = f"{name_of(look.cls)} object{how}"
    return ruler


def added(look: Look, ruler: Ruler) -> None:
    """Take what a class adds behind the structure of its base, and the values of the instance's attributes."""
    end = ruler.block.start + ruler.block.size
    beyond = max(look.form.basicsize, look.end_of_items() if look.form.itemsize else 0) - end
    take_members(look, ruler)
    if beyond > 0 and not is_static(look.cls):
        ruler = look.part("added by the class", look.address, beyond, counted=False, start=end)
        take_members(look, ruler)
    if look.form.managed_dict and not is_static(look.cls):
        _attributes(look)


def _attributes(look: Look) -> None:
    """The values of the attributes, as far as they are kept without a dictionary."""
    keys = cached_keys(look, look.cls)
    if not keys:
        return
    names = _names_of(look, keys)
    usable = sum(struct.unpack("=qq", look.read(keys + 2 * WORD, 2 * WORD)))
    own = look.blocks[0]
    if look.form.inline_values:
        start = look.form.basicsize
        embedded, valid = look.read(look.address + start + 2, 2)
        if embedded != 1:
            raise LayoutError("the inline values are not said to be embedded")
        values_after(look, look.address, start, usable, names if valid else [])
    elif VERSION == (3, 12):
        tagged = own["managed dict or values"].value
        if tagged & 1:
            values_before(look, tagged + 1, usable, names)
    elif VERSION == (3, 11):
        address = own["managed values"].value
        if address:
            values_before(look, address, usable, names)


def _names_of(look: Look, keys: int) -> list[str]:
    """The names of the attributes that the class's instances have had, from the keys that they share."""
    blocks = list(look.blocks)
    keys_size(look.read(keys, KEYS_HEAD))
    names = key_names(look, keys_object(look, keys, False, "", False).block)
    look.blocks = blocks
    return names
