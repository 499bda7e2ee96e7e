"""One look at one object: its blocks of memory, read and divided into fields."""

from __future__ import annotations

import gc
import struct
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property

from unladen.inside import layout
from unladen.inside.fields import Block, LayoutError, Ruler
from unladen.inside.layout import HEAD, VERSION, WORD, has_base, is_metaclass, of_type
from unladen.inside.memory import Read
from unladen.inside.safe_words import brief
from unladen.short import name_of

MANY = 10  # so many elements of an array get a field each; of more, the first and the last ones
_FIRST, _LAST = 5, 3


class Look:
    """What a kind needs to divide an object into fields.

    ``held`` is a list with the object, ``address`` where it lies, ``counted`` the bytes that its ``__sizeof__`` written
    in C reports (with separate blocks, without what stands before the object), ``blocks`` what was read so far, the
    object's own first.
    """

    def __init__(self, held: list[object], read: Read, counts: Mapping[str, int]) -> None:
        self._held = held  # the one reference that peek holds; another one here would be counted
        self.cls, self.address = type(self.obj), id(self.obj)
        self.read, self.counts = read, counts
        self.form = layout.shape(self.obj)
        self.counted, self.counted_by, first = sizeof(self.obj)
        # some types without a collector's head are said to have one; asked only where no class's own code answers
        self.claimed = sys.getsizeof(self.obj) - self.counted - self.form.pre_header if first else 0
        self.blocks: list[Block] = []
        self.kind = ""
        self.remarks: list[str] = []
        self._known = {id(thing): thing for thing in (self.cls, None, True, False)}
        self.shared = is_shared(self.cls)

    @property
    def obj(self) -> object:
        """The object, held by the caller's list alone."""
        return self._held[0]

    @cached_property
    def _referents(self) -> dict[int, object]:
        return {id(thing): thing for thing in gc.get_referents(self.obj)}

    def name(self, address: int) -> str:
        """What lies at ``address``, if the object is known to refer to it; looked up, never read as an object."""
        if address in self._known:
            return brief(self._known[address])
        return brief(self._referents[address]) if address in self._referents else ""

    def knows(self, things: Iterable[object]) -> None:
        """Give names to more objects that this one refers to."""
        self._known |= {id(thing): thing for thing in things}

    def own(self, size: int) -> Ruler:
        """Begin the object's own block of ``size`` bytes from its address, and take what precedes it and its head."""
        start = -self.form.pre_header
        self.blocks = [Block("object", self.address, start, size - start, size - start)]
        ruler = Ruler(self.read, self.blocks[0], self.name)
        layout.before(ruler, self.form)
        layout.head(ruler, f"class {name_of(self.cls)}", id(self.cls), self.counts, self.shared)
        return ruler

    def part(
        self, name: str, address: int, size: int, counted: bool | int = True, note: str = "", start: int = 0
    ) -> Ruler:
        """Begin a further block that belongs to the object; ``counted``: whether, or how much of it."""
        nbytes = size * counted if isinstance(counted, bool) else counted
        self.blocks.append(Block(name, address, start, size, nbytes, note))
        return Ruler(self.read, self.blocks[-1], self.name)

    def end_of_items(self) -> int:
        """Where the items inside the object end, if they do (3.11 puts what a subclass adds behind them); else 0."""
        if not self.form.itemsize or VERSION != (3, 11):
            return 0
        items = abs(struct.unpack("=q", self.read(self.address + HEAD, WORD))[0]) * self.form.itemsize
        return -(-(self.form.basicsize + items) // WORD) * WORD

    def fits(self, base: type) -> None:
        """Check that the blocks are as large as ``__sizeof__`` reports for a ``base`` and that no byte is left out."""
        more = self.counted - (sum(block.counted for block in self.blocks) - self.form.pre_header)
        if more and has_base(base, self.counted_by):
            raise LayoutError(f"__sizeof__ says {self.counted} bytes, the fields make {self.counted - more}")
        if self.claimed:
            self.remarks.append(f"sys.getsizeof adds {self.claimed} bytes for the collector, which are not there")
        if more and not self.remarks:
            what = "more, which peek does not know" if more > 0 else "fewer than are there"
            self.remarks.append(f"sys.getsizeof counts {abs(more):,} bytes {what}")
        for block in self.blocks:
            if sum(field.size for field in block.fields) != block.size:
                raise LayoutError(f"the fields of the {block.name} do not make {block.size} bytes")


def is_shared(cls: type) -> bool:
    """Whether other code may hold objects of this type too (constants, cached numbers, classes, modules, functions)."""
    numpy = sys.modules.get("numpy")
    made = (list, dict, set, bytearray, getattr(numpy, "ndarray", list))
    return is_metaclass(cls) or (is_static(cls) and not has_base(cls, *made))


def is_static(cls: type) -> bool:
    """Whether a class is not one made by a ``class`` statement."""
    return not of_type(cls, "__flags__") & 1 << 9


def sizeof(obj: object) -> tuple[int, type, bool]:
    """What the first ``__sizeof__`` written in C reports (bytes), whose it is, and whether no other comes before it."""
    first = True
    for base in of_type(type(obj), "__mro__"):
        method = of_type(base, "__dict__").get("__sizeof__")
        if type(method) is type(object.__sizeof__) and method.__objclass__ is base:
            return method(obj), base, first
        first = first and method is None
    raise LayoutError("no __sizeof__ of CPython's own was found")


def elements(count: int) -> tuple[range, range]:
    """The indices of an array's elements that get a field each: the first ones and the last ones."""
    return (range(count), range(0)) if count <= MANY else (range(_FIRST), range(count - _LAST, count))
