"""Blocks of memory, divided into fields from the front to the back."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from unladen.inside.memory import LONGEST, Read

POINTER = "P"
_SIGNED = "bhiq"


class LayoutError(Exception):
    """The bytes are not what this layout says: another version, another build, or a change while we read."""


@dataclass(frozen=True)
class Field:
    """One field of a structure in memory.

    ``name`` is CPython's, ``offset`` counts bytes from the address of its block (``id(obj)`` for the object itself, so
    that what stands before the object has a negative offset), ``size`` is in bytes, ``raw`` holds the bytes in memory
    order (of a run longer than 64 KiB the first 64 KiB), ``value`` what they mean: an ``int`` for numbers and pointers,
    a ``str`` for characters, a list for a run of elements, ``None`` for padding. ``note`` says it in words.
    ``volatile`` tells that the bytes and the value may differ in the next run of the same program, ``moving`` that what
    the note says may, too.
    """

    name: str
    offset: int
    size: int
    raw: bytes = field(repr=False)
    value: object = None
    note: str = ""
    volatile: bool = False
    moving: bool = False
    shown: str = field(default="", repr=False)


@dataclass
class Block:
    """A piece of memory that belongs to an object: its fields in address order, from ``start`` for ``size`` bytes.

    ``name`` says what it is, ``address`` is where offset 0 lies, ``counted`` is how many of its bytes
    ``sys.getsizeof`` counts.
    """

    name: str
    address: int
    start: int
    size: int
    counted: int
    note: str = ""
    fields: list[Field] = field(default_factory=list)

    def __getitem__(self, name: str) -> Field:
        """The field of that name; for the name of an array all its elements together as one field."""
        for found in self.fields:
            if found.name == name:
                return found
        elements = [found for found in self.fields if found.name.startswith(f"{name}[")]
        if not elements:
            raise KeyError(f"no field {name!r} in the {self.name}; it has {', '.join(f.name for f in self.fields)}")
        return _together(name, elements)


def _together(name: str, elements: list[Field]) -> Field:
    values: list[object] = []
    for element in elements:
        values += element.value if isinstance(element.value, list) else [element.value]
    return Field(
        name,
        elements[0].offset,
        sum(element.size for element in elements),
        b"".join(element.raw for element in elements),
        values,
        f"{len(values):,} elements",
        any(element.volatile for element in elements),
    )


class Ruler:
    """Divides one block into fields, from the front; nothing is skipped, so every byte belongs to one field.

    ``names`` says in words what a pointer points to. It is never followed to find that out.
    """

    def __init__(self, read: Read, block: Block, names: Callable[[int], str]) -> None:
        self.block, self.names, self._read = block, names, read
        self.memory = read(block.address + block.start, block.size)
        self.at = block.start

    @property
    def left(self) -> int:
        """How many bytes of the block belong to no field yet."""
        return self.block.start + self.block.size - self.at

    def raw(self, size: int) -> bytes:
        """The next ``size`` bytes, without taking them; at most 64 KiB of them."""
        begin, size = self.at - self.block.start, min(size, LONGEST)
        if begin + size <= len(self.memory):
            return self.memory[begin : begin + size]
        return self._read(self.block.address + self.at, size)

    def peek(self, code: str) -> int:
        """The next number, without taking it."""
        return struct.unpack(f"={_native(code)}", self.raw(struct.calcsize(f"={_native(code)}")))[0]

    def put(self, name: str, size: int, value: object = None, note: str = "", **more) -> None:
        """Take ``size`` bytes as a field whose meaning is already known."""
        if size > self.left or size < 0:
            raise LayoutError(f"{name} would need {size} bytes, {self.left} are left of the {self.block.name}")
        if size:
            self.block.fields.append(Field(name, self.at, size, self.raw(size), value, note, **more))
            self.at += size

    def number(self, name: str, code: str, note: str = "", **more) -> int:
        """Take a number of ``struct``'s type ``code``."""
        value = self.peek(code)
        self.put(name, struct.calcsize(f"={_native(code)}"), value, note, **({"shown": f"{value:,}"} | more))
        return value

    def pointer(self, name: str, note: str = "", volatile: bool | None = None, unset: str = "") -> int:
        """Take a pointer; unless it is NULL it is volatile, because addresses differ from run to run.

        ``note`` says what it points to, ``unset`` what it means if it is NULL.
        """
        value = self.peek("Q")
        said = note if value else unset
        self.put(
            name,
            8,
            value,
            said or (f"→ {self.names(value)}" if value and self.names(value) else ""),
            volatile=bool(value) if volatile is None else volatile,
            shown=f"{value:#x}" if value else "NULL",
        )
        return value

    def rest(self, name: str = "…", note: str = "unknown to peek", volatile: bool = True) -> None:
        """Take all that is left."""
        self.put(name, self.left, None, note, volatile=volatile)

    def padding(self, to: int) -> None:
        """Take the unused bytes before offset ``to``."""
        self.put("(padding)", to - self.at, None, "unused", volatile=True)


def _native(code: str) -> str:
    return "Q" if code == POINTER else code
