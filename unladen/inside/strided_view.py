"""``strided``: where an array's elements lie in the memory that they are part of, drawn from the array itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import gcd, prod

import numpy as np

from unladen.inside import strided_drawn
from unladen.inside.safe_words import brief
from unladen.short import cut, name_of
from unladen.svg import output

PLANES, ROWS, COLUMNS, ALONE = 3, 7, 10, 12  # so many along an axis are drawn; a single row has more room
LINE = 16  # cells in a line of the drawing, at most
CELLS = 64  # so many cells of memory are drawn whole; of more, those that drawn elements lie in


@dataclass(frozen=True)
class Element:
    """One element: its ``index``, the ``offset`` in bytes from the start of the memory, its value as ``text``."""

    index: tuple[int, ...]
    offset: int
    text: str


@dataclass(frozen=True)
class Memory:
    """The stretch of memory that an array's elements are part of: its first address, its length, whose it is."""

    start: int
    nbytes: int
    owner: np.ndarray | None  # the array whose memory it is, where it is an array's
    words: str  # who owns it, in words
    outside: int = 0  # so many bytes of the array lie outside of what its owner has


@dataclass
class Strided:
    """Where the elements of an array lie. It shows itself as a drawing, and keeps no reference to the array.

    ``elements`` are those that are drawn, in the order of their indices; ``memory_start`` is the absolute address that
    their offsets count from, ``memory_bytes`` how many bytes belong to the owner. ``words`` says the rest.
    """

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    itemsize: int
    elements: list[Element]
    memory_start: int
    memory_bytes: int
    words: list[str]
    axes: list[list[int | None]]  # the indices that are drawn along each drawn axis; None stands for those left out
    unit: int  # bytes of one cell
    line: int  # cells in one line of the drawing
    values: dict[int, str] = field(default_factory=dict, repr=False)  # what the owner's cells hold, by offset

    @property
    def alt(self) -> str:
        """The drawing in words."""
        return " ".join(self.words)

    @property
    def svg(self) -> str:
        """The drawing."""
        return strided_drawn.as_svg(self)

    def __repr__(self) -> str:
        rows = [f"{list(e.index)} at byte {e.offset}: {e.text}" for e in self.elements[:COLUMNS]]
        more = [f"… {len(self.elements) - COLUMNS} more are drawn"] if len(self.elements) > COLUMNS else []
        return "\n".join([*self.words, *rows, *more])

    def _repr_mimebundle_(self, include=None, exclude=None):
        return output(self.svg, self.alt, f"[drawing] {self.alt}")


def strided(array: np.ndarray) -> Strided:
    """Draw where the elements of ``array`` lie: above, its elements with their addresses; below, the owner's memory.

    Any ``ndarray`` is accepted: views, broadcast and overlapping ones, any dtype and number of dimensions (three are
    drawn). Addresses count from the start of the memory that the array's elements are part of, which belongs to the
    array itself or, through ``.base``, to another. Large arrays are cut, and it is said where. Nothing is written, and
    elements outside of the owner's memory are not read. Raises ``TypeError`` for anything but an array.
    """
    if not isinstance(array, np.ndarray):
        kind = name_of(type(array))
        raise TypeError(f"strided() draws NumPy arrays, and this is a {kind}; make one of it: np.array(…)")
    facts = _Facts(array)
    memory = memory_of(array)
    axes = _axes(facts.shape)
    elements = list(_elements(facts, memory, axes))
    parts = [memory.owner.itemsize if memory.owner is not None else 0, facts.itemsize, *(e.offset for e in elements)]
    unit = gcd(*parts) or 1
    line = _line(facts, memory.owner, unit)
    values = _owner_values(memory, unit)
    words = _words(facts, memory, axes, elements)
    own_facts = (facts.shape, facts.strides, facts.itemsize)
    return Strided(*own_facts, elements, memory.start, memory.nbytes, words, axes, unit, line, values)


def _line(facts: _Facts, own: np.ndarray | None, unit: int) -> int:
    """How many cells make a line: whole rows of the owner, or whole steps of the array, where they are short enough."""
    steps = [abs(s) for s in facts.strides if s % unit == 0]
    if own is not None and own.ndim > 1 and own.flags.c_contiguous:
        steps = [own.shape[-1] * own.itemsize]
    across = max(steps, default=unit) // unit
    return LINE // across * across if 0 < across <= LINE else LINE


class _Facts:
    """What ndarray says of an array, whatever its subclass says."""

    def __init__(self, array: np.ndarray) -> None:
        get = {n: getattr(np.ndarray, n).__get__(array) for n in ("shape", "strides", "dtype", "flags", "itemsize")}
        self.shape, self.strides, self.dtype, self.flags, self.itemsize = get.values()
        self.plain = np.ndarray.view(array, np.ndarray)
        # (asked of the flags, what broadcast_arrays returns would warn)
        self.address, self.read_only = self.plain.__array_interface__["data"]
        self.size = prod(self.shape)
        # the lowest address that an element has, and the first one behind the highest
        steps = [(n - 1) * s for n, s in zip(self.shape, self.strides, strict=True)] if self.size else []
        self.low = self.address + sum(step for step in steps if step < 0)
        last = self.address + sum(step for step in steps if step > 0)
        self.high = last + self.itemsize if self.size else self.low


def memory_of(array: np.ndarray) -> Memory:
    """Find the memory that an array's elements are part of: the end of the chain of its ``.base``."""
    facts, last, base = _Facts(array), array, np.ndarray.base.__get__(array)
    while base is not None:
        if isinstance(base, np.ndarray):
            last, base = base, np.ndarray.base.__get__(base)
        elif type(base).__module__.startswith("numpy.") and isinstance(getattr(base, "base", None), np.ndarray):
            base = base.base  # what as_strided puts between the two
        elif type(base) is memoryview and base.obj is not None:
            base = base.obj
        else:
            break
    own = _Facts(last)
    low, high = _buffer(base) or (own.low, own.high)
    if base is not None:
        words = f"The memory belongs to an object of type {name_of(type(base))}: {_bytes(high - low)}."
    elif last is array and own.flags.owndata:
        words = f"It owns its memory: {_bytes(high - low)}."
    elif own.flags.owndata:
        what = f"{_shape(own.shape)} {_dtype(own.dtype)}"
        words = f"It is a view: the memory belongs to another array ({what}): {_bytes(high - low)}."
    else:
        words = f"It does not own its memory, and no owner is known: {_bytes(high - low)}."
    outside = max(0, low - facts.low) + max(0, facts.high - high) if facts.size else 0
    inside_owner = own.plain if base is None or low <= own.low <= own.high <= high else None
    if outside:
        low, high = min(low, facts.low), max(high, facts.high)
    return Memory(low, high - low, inside_owner, words, outside)


def _buffer(base: object) -> tuple[int, int] | None:
    """The addresses between which an object that is no array keeps its bytes, if it tells."""
    if base is None:
        return None
    try:
        seen = np.frombuffer(base, np.uint8)
    except Exception:  # it may be anything, and need not have a buffer
        return None
    start = seen.ctypes.data
    return start, start + seen.nbytes


def _axes(shape: tuple[int, ...]) -> list[list[int | None]]:
    """Which indices are drawn along each of the last three axes."""
    most = (PLANES, ROWS, COLUMNS)[-len(shape) :] if len(shape) > 1 else (ALONE,)
    return [_kept(n, limit) for n, limit in zip(shape[-3:], most, strict=False)]


def _kept(n: int, most: int) -> list[int | None]:
    return list(range(n)) if n <= most else [*range(most - 2), None, n - 1]


def _elements(facts: _Facts, memory: Memory, axes: list[list[int | None]]) -> Iterator[Element]:
    if not facts.size:
        return
    ahead = (0,) * (len(facts.shape) - len(axes))
    for drawn in product(*[[i for i in axis if i is not None] for axis in axes]):
        index = ahead + drawn
        at = facts.address + sum(i * s for i, s in zip(index, facts.strides, strict=True))
        yield Element(index, at - memory.start, "?" if memory.outside else _text(facts.plain, index))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text)


def _text(array: np.ndarray, index: tuple[int, ...]) -> str:
    """An element in a few characters; no code of an object in the array runs."""
    try:
        if array.dtype.hasobject and array.dtype.names is None:
            return cut(_printable(brief(array[index])), 7)
        value = array[index]
        if array.dtype.kind == "f":
            return min((f"{float(value):.{digits}g}" for digits in (4, 3, 1)), key=lambda text: max(7, len(text)))
        return cut("(…)" if array.dtype.names and array.dtype.hasobject else _printable(str(value)), 7)
    except Exception:  # a dtype whose elements cannot be read or written as text is still drawn
        return "?"


def _owner_values(memory: Memory, unit: int) -> dict[int, str]:
    """What lies in the owner's cells, where a cell is one of its elements, by offset."""
    own = memory.owner
    if own is None or own.itemsize != unit or memory.outside or own.size > CELLS:
        return {}
    start = own.ctypes.data - memory.start
    offsets = {
        start + sum(i * s for i, s in zip(index, own.strides, strict=True)): index for index in np.ndindex(own.shape)
    }
    return {offset: _text(own, index) for offset, index in offsets.items()}


def _words(facts: _Facts, memory: Memory, axes: list[list[int | None]], elements: list[Element]) -> list[str]:
    words = [f"{_shape(facts.shape)} {_dtype(facts.dtype)}, {_order(facts)}."]
    steps = [_step(axis, n, s) for axis, (n, s) in enumerate(zip(facts.shape, facts.strides, strict=True))]
    words.append(f"Strides {facts.strides}{': ' + ', '.join(steps) if steps else ''}.")
    words.append(memory.words)
    if facts.size:
        words.append(f"The first element is at byte {facts.address - memory.start}.")
    else:
        words.append("There are no elements.")
    if memory.outside:
        words.append(f"{_bytes(memory.outside)} of it lie outside of that memory, and are not read.")
    places = len({e.offset for e in elements})
    if places < len(elements):
        words.append(f"The {len(elements)} elements drawn lie in {places} {'place' if places == 1 else 'places'}.")
    elif any(b - a < facts.itemsize for a, b in _pairs(sorted(e.offset for e in elements))):
        words.append("Elements overlap.")
    if facts.read_only:
        words.append("It is read-only.")
    if not facts.flags.aligned:
        words.append("It is not aligned.")
    if len(facts.shape) > 3 and facts.size:
        first = ", ".join("0" * (len(facts.shape) - 3))
        words.append(f"Three of {len(facts.shape)} dimensions are drawn: those of array[{first}].")
    if any(None in axis for axis in axes):
        words.append(f"Of {facts.size:,} elements {len(elements)} are drawn.")
    return list(map(_printable, words))


def _pairs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    return zip(numbers, numbers[1:], strict=False)


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape) or "One"


def _dtype(dtype: np.dtype) -> str:
    """A dtype by name, with the order of its bytes where it is not this machine's."""
    if dtype.names is not None:
        return f"records ({', '.join(map(str, dtype.names)) or 'no fields'}) of {_bytes(dtype.itemsize)}"
    return str(dtype) if dtype.isnative else f"{dtype.name} with its bytes swapped"


def _order(facts: _Facts) -> str:
    c, f = facts.flags.c_contiguous, facts.flags.f_contiguous
    if c and f:
        return "contiguous"
    return "in C order" if c else "in Fortran order" if f else "not contiguous"


def _step(axis: int, n: int, stride: int) -> str:
    """One stride in words."""
    if stride == 0:
        return f"no step along axis {axis}" + ", the same elements again" * (n > 1)
    return f"{_bytes(abs(stride))} {'forward' if stride > 0 else 'back'} along axis {axis}"


def _bytes(n: int) -> str:
    return f"{n:,} byte{'' if n == 1 else 's'}"
