"""Memory for the exercises of chapter 05: digits as they lie there, what a structure takes, a block that counts."""

from __future__ import annotations

import ctypes
import gc
import sys
import tracemalloc
from collections.abc import Callable, Sequence


def digits(number: int) -> bytes:
    """The digits of an ``int``, as they lie in memory behind its header: 30 bits in each group of 4 bytes."""
    header = int.__basicsize__
    return ctypes.string_at(id(number) + header, sys.getsizeof(number) - header)


def size_of(thing: object, mistake: str = "") -> int:
    """Bytes of an object and of all that its lists, tuples, dicts and sets hold, each object counted once.

    With a ``mistake``, what is found by who counts shared objects "again", takes "equal" ones for the same, or leaves
    out the "keys" or the "values" of dicts. For small structures; without cycles if it is "again".
    """
    seen: list[object] = []
    waiting, total = [thing], 0
    while waiting:
        thing = waiting.pop(0)
        if mistake != "again" and (thing in seen if mistake == "equal" else any(thing is s for s in seen)):
            continue
        seen.append(thing)
        total += sys.getsizeof(thing)
        if isinstance(thing, dict):
            waiting += [] if mistake == "keys" else thing.keys()
            waiting += [] if mistake == "values" else thing.values()
        elif isinstance(thing, list | tuple | set | frozenset):
            waiting += thing
    return total


def size_by_list(things: Sequence[object]) -> int:
    """Bytes of a list and its elements, each counted once, with the elements seen kept in a list."""
    seen: list[int] = []
    total = sys.getsizeof(things)
    for thing in things:
        if id(thing) not in seen:
            seen.append(id(thing))
            total += sys.getsizeof(thing)
    return total


class Block:
    """A fixed number of places in memory that counts how often it is written to and read."""

    def __init__(self, places: int, counts: dict[str, int]) -> None:
        self._held, self._counts = [None] * places, counts

    def __len__(self) -> int:
        return len(self._held)

    def contents(self) -> list[object]:
        """What the places hold, uncounted: for the check."""
        return list(self._held)

    def _place(self, index: object) -> int:
        if not isinstance(index, int):
            raise TypeError(f"a block is read and written one place at a time, not by {index!r}")
        if not 0 <= index < len(self._held):
            raise IndexError(f"place {index} of a block that has {len(self._held)}")
        return index

    def __getitem__(self, index: int) -> object:
        self._counts["read"] += 1
        return self._held[self._place(index)]

    def __setitem__(self, index: int, value: object) -> None:
        self._counts["written"] += 1
        self._held[self._place(index)] = value


class Array:
    """An array that grows: a block, and how many of its places are used; `allocate` gives new blocks."""

    def __init__(self) -> None:
        self.counts = {"read": 0, "written": 0, "early": 0}
        self.block, self.used = Block(0, self.counts), 0

    def allocate(self, places: int) -> Block:
        return Block(places, self.counts)


def bytes_kept(make: Callable[[], object]) -> tuple[object, int]:
    """What ``make()`` returns, and how many bytes are allocated for it once all else is freed."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = make()
        gc.collect()
        return made, tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
