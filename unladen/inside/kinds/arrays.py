"""Arrays of raw values: array.array, NumPy's ndarray and scalars. NumPy is used only where it is already loaded."""

from __future__ import annotations

import array
import math
import struct
import sys

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.layout import HEAD, WORD, has_base
from unladen.inside.object_memory import Look, elements, is_static
from unladen.inside.safe_words import brief
from unladen.short import cut, name_of

_OWNED, _FLAGS = 0x4, ((0x1, "C order"), (0x2, "Fortran order"), (0x4, "owns its data"), (0x400, "writeable"))


def look_at_array(look: Look) -> Ruler:
    """An array.array: a head, and a pointer to the values, which lie side by side in a block of their own."""
    values = look.obj
    length, itemsize = array.array.__len__(values), array.array.itemsize.__get__(values)
    code = array.array.typecode.__get__(values)
    look.kind = f"array.array of {length:,}, type {code}"
    ruler = look.own(look.form.basicsize)
    if ruler.number("ob_size", "q", "items") != length:
        raise LayoutError("ob_size is not the number of items")
    address = ruler.pointer("ob_item", "→ the values")
    allocated = ruler.number("allocated", "q", "room for so many")
    ruler.pointer("ob_descr", f"→ what type {code} is")
    ruler.pointer("weakreflist", "→ the weak references to it")
    ruler.number("ob_exports", "q", "views that forbid growing")
    if allocated < length or allocated * itemsize > look.counted:
        raise LayoutError(f"{length} items cannot have room for {allocated}")
    if address and allocated:
        part = look.part("values", address, allocated * itemsize, note="a separate block")
        take = array.array.__getitem__
        run(part, "ob_item", length, itemsize, lambda index: take(values, index), code)
        if part.left:
            part.put(f"ob_item[{length} …]", part.left, None, "allocated, not used", volatile=True)
    return ruler


def run(ruler: Ruler, name: str, count: int, itemsize: int, value, code: str = "", moving: bool = False) -> None:
    """Take ``count`` values of ``itemsize`` bytes, side by side; ``value`` gives the one at an index."""
    first, last = elements(count)
    for index in first:
        _value(ruler, f"{name}[{index}]", itemsize, value(index), moving)
    if last:
        middle = last.start - first.stop
        raw = ruler.raw(middle * itemsize)
        usable = code and code not in "uw" and struct.calcsize(f"={code}") == itemsize
        values = list(struct.unpack(f"={len(raw) // itemsize}{code}", raw)) if usable else None
        span = f"{name}[{first.stop} … {last.start - 1}]"
        ruler.put(span, middle * itemsize, values, f"{middle:,} more values", volatile=moving)
    for index in last:
        _value(ruler, f"{name}[{index}]", itemsize, value(index), moving)


def _value(ruler: Ruler, name: str, itemsize: int, value: object, moving: bool) -> None:
    value, shown = value if type(value) is _Shown else (value, brief(value))
    ruler.put(name, itemsize, value, shown=shown, volatile=moving)


class _Shown(tuple):
    """A value and its text."""


def _plain(scalar: object) -> object:
    """A NumPy number as Python's, with NumPy's own text for it: a float32 has fewer digits than its float."""
    numpy = sys.modules["numpy"]
    if _is_scalar(type(scalar)):
        return _Shown((scalar.item(), cut(str(scalar))))
    return scalar.item() if has_base(type(scalar), numpy.generic) and not scalar.dtype.hasobject else scalar


def numpy_base(cls: type) -> type | None:
    """ndarray, or the number class of NumPy's scalars, if ``cls`` is or comes from one and NumPy is loaded."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return None
    if has_base(cls, numpy.ndarray):
        return numpy.ndarray
    return cls if _is_scalar(cls) else None


def _is_scalar(cls: type) -> bool:
    """Whether a type is one of NumPy's own numbers, or its bool."""
    numpy = sys.modules["numpy"]
    return is_static(cls) and has_base(cls, numpy.number, numpy.bool_)


def look_at_scalar(look: Look) -> Ruler:
    """A NumPy number: a head and the value in the machine's own form."""
    itemsize = look.obj.dtype.itemsize
    look.kind = f"NumPy scalar, {name_of(look.cls)}"
    ruler = look.own(look.form.basicsize)
    if HEAD + itemsize > look.form.basicsize:
        raise LayoutError(f"a value of {itemsize} bytes does not fit into the object")
    value = look.obj.item()
    raw = ruler.raw(itemsize)
    if raw != look.obj.tobytes():
        raise LayoutError("the value is another")
    ruler.put("obval", itemsize, value, "the value", shown=brief(value))
    ruler.padding(ruler.at + ruler.left)
    if look.counted > look.form.basicsize:
        look.remarks.append(
            f"sys.getsizeof says {look.counted}: NumPy adds the value's {itemsize} bytes to the object's {ruler.at}"
        )
    return ruler


def look_at_ndarray(look: Look) -> Ruler:
    """An ndarray: a head that describes values elsewhere: where they begin, how many, how far apart, of what type."""
    numpy = sys.modules["numpy"]
    get = {name: getattr(numpy.ndarray, name).__get__(look.obj) for name in ("shape", "strides", "dtype", "nbytes")}
    shape, strides, dtype = get["shape"], get["strides"], get["dtype"]
    look.kind = f"ndarray of {' × '.join(map(str, shape)) or 'one'} {dtype.name}"
    ruler = look.own(look.form.basicsize)
    data = ruler.pointer("data", "→ the first value")
    if ruler.number("nd", "i", "dimensions") != len(shape):
        raise LayoutError("nd is not the number of dimensions")
    ruler.padding(HEAD + 2 * WORD)
    dimensions = ruler.pointer("dimensions", "→ the shape")
    where = ruler.pointer("strides", "→ the steps in bytes")
    base = ruler.pointer("base", "→ the owner of the data: this is a view")
    ruler.pointer("descr", f"→ dtype {dtype.name}")
    flags = ruler.peek("i")
    ruler.number("flags", "i", ", ".join(word for bit, word in _FLAGS if flags & bit), shown=f"{flags:#x}")
    ruler.padding(ruler.at + 4)
    for name in ("weakreflist", "_buffer_info", "mem_handler"):
        if ruler.left >= WORD:
            ruler.pointer(name)
    if shape:
        _shape(look, dimensions, where, shape, strides)
    owned = bool(flags & _OWNED)
    _data(look, data, get["nbytes"], owned, base)
    return ruler


def _shape(look: Look, dimensions: int, where: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    together = where == dimensions + len(shape) * WORD
    if not together:
        raise LayoutError("the strides do not follow the dimensions")
    part = look.part("shape and strides", dimensions, 2 * len(shape) * WORD, note="a separate block")
    for axis, size in enumerate(shape):
        if part.number(f"dimensions[{axis}]", "q", "values along this axis") != size:
            raise LayoutError("the dimensions are others")
    for axis, step in enumerate(strides):
        if part.number(f"strides[{axis}]", "q", "bytes to the next one") != step:
            raise LayoutError("the strides are others")


def _data(look: Look, data: int, nbytes: int, owned: bool, base: int) -> None:
    """The values: one field each where they lie side by side in C order, else the stretch of memory they lie in."""
    numpy = sys.modules["numpy"]
    values = numpy.ndarray.view(look.obj, numpy.ndarray)
    if not nbytes:
        return
    itemsize, dtype = values.dtype.itemsize, values.dtype
    moving = dtype.hasobject
    if values.flags.c_contiguous:
        note = "a separate block" if owned else "owned by the base" if base else "owned by something else"
        part = look.part("data", data, nbytes, owned, note)
        code = dtype.char if dtype.isnative and dtype.char in "bBhHiIqQfd?" else ""
        run(part, "data", math.prod(values.shape), itemsize, lambda at: _plain(values.flat[at]), code, moving)
        return
    low, high = numpy.lib.array_utils.byte_bounds(values)
    if owned and high - low == nbytes:
        part = look.part("data", low, nbytes, True, "a separate block, in another order")
    else:
        part = look.part("data", low, high - low, False, "not side by side: owned by the base", start=0)
    part.put("(values)", part.left, None, f"{values.size:,} values in strides", volatile=moving)
