"""Sequences of pointers: tuple and list."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.layout import FREE_THREADED, HEAD, VERSION, WORD
from unladen.inside.object_memory import Look, elements


def look_at_tuple(look: Look) -> Ruler:
    """A tuple: the pointers to its items inside the object itself."""
    length = tuple.__len__(look.obj)
    look.kind = f"tuple of {length:,}"
    ruler = look.own(look.counted)
    _length(ruler, length)
    if VERSION >= (3, 14):
        cached(ruler, "ob_hash")
    pointers(look, ruler, "ob_item", length, tuple)
    return ruler


def look_at_list(look: Look) -> Ruler:
    """A list: a head, and a pointer to the array of pointers, which is a block of its own with room to grow."""
    length = list.__len__(look.obj)
    look.kind = f"list of {length:,}"
    base = HEAD + 3 * WORD
    ruler = look.own(max(base, look.form.basicsize))
    _length(ruler, length)
    array = ruler.pointer("ob_item", "→ the array of pointers")
    allocated = ruler.peek("q")
    ruler.number("allocated", "q", f"slots in that array, {allocated - length} of them free")
    if not 0 <= length <= allocated or (allocated and not array) or allocated * WORD > look.counted:
        raise LayoutError(f"a list of {length} items cannot have {allocated} slots at {array:#x}")
    if allocated:
        _array_of(look, array, length, allocated)
    return ruler


def _array_of(look: Look, array: int, length: int, allocated: int) -> None:
    if FREE_THREADED:  # the array brings its own length along (_PyListArray), which __sizeof__ does not count
        look.part("head of the array", array, WORD, counted=False, start=-WORD).number("allocated", "q")
    part = look.part("array of pointers", array, allocated * WORD, note="a separate block")
    pointers(look, part, "ob_item", length, list)
    if part.left:
        free = allocated - length
        names = f"ob_item[{length}]" if free == 1 else f"ob_item[{length} … {allocated - 1}]"
        part.put(names, part.left, None, f"allocated, not used: room for {free} more", volatile=True)


def _length(ruler: Ruler, length: int) -> None:
    if ruler.number("ob_size", "q", "items") != length:
        raise LayoutError("ob_size is not the number of items")


def cached(ruler: Ruler, name: str) -> None:
    """Take a cached hash: -1 as long as nobody has asked for it."""
    value = ruler.peek("q")
    if value == -1:
        ruler.number(name, "q", "not computed yet")
    else:
        ruler.number(name, "q", "the hash, kept", volatile=True)


def pointers(look: Look, ruler: Ruler, name: str, count: int, base: type[Sequence]) -> None:
    """Take ``count`` pointers to the items of a tuple or list, and check each that gets a field."""
    first, last = elements(count)
    get = base.__getitem__
    for index in first:
        _item(look, ruler, f"{name}[{index}]", get(look.obj, index))
    if last:
        middle = last.start - first.stop
        raw = ruler.raw(middle * WORD)
        addresses = list(struct.unpack(f"={len(raw) // WORD}Q", raw))
        span = f"{name}[{first.stop} … {last.start - 1}]"
        ruler.put(span, middle * WORD, addresses, f"{middle:,} more pointers", volatile=True)
    for index in last:
        _item(look, ruler, f"{name}[{index}]", get(look.obj, index))


def _item(look: Look, ruler: Ruler, name: str, item: object) -> None:
    look.knows([item])
    if ruler.pointer(name) != id(item):
        raise LayoutError(f"{name} is not the address of that item")
