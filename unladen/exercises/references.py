"""Programs that make and drop references, for exercise 5.3; what they free is found out by running them."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Sequence

# new NAME LABEL | bind NAME OTHER (NAME = OTHER) | hold NAME OTHER (NAME's object holds OTHER's) | del NAME
Operation = tuple[str, ...]

ASSIGNED = "An assignment takes the name away from the object it had. That object has one reference less."
ITSELF = (
    "The same object gains a reference and loses one. Count the gain first: in the other "
    "order it falls to 0 in between."
)
LETS_GO = "What is freed lets go of all that it holds, and so on down the line."
HELD = "The object is still held by another one, which counts as much as a name."
CIRCLE = (
    "The two references inside the circle are still there, so neither count is 0 and nobody is freed. Finding such "
    "circles is the work of another collector, which looks from the names and is not asked here."
)
NAMES_MOVE = "A name refers to an object, not to another name: `b = a` is not undone by what happens to `a` later."

# Programs, what the last operation frees, and what to think about if that was missed.
PROGRAMS = [
    ("new a spam, del a", "With its only name the object loses its last reference."),
    ("new a spam, bind b a, del a", "A second name refers to it still: its count is 1."),
    ("new a spam, bind b a, del a, del b", "Both names are gone, and so is the object."),
    ("new a spam, new a egg", ASSIGNED),
    ("new a spam, new b egg, bind a b", ASSIGNED),
    ("new a spam, bind a a", ITSELF),
    ("new a spam, bind b a, new a egg, del b", NAMES_MOVE),
    ("new a box, new b spam, hold a b, del b", HELD),
    ("new a box, new b spam, hold a b, del b, del a", LETS_GO),
    ("new a box, new b spam, hold a b, hold a b, del b, del a", "It was held twice, and is let go of twice."),
    ("new a box, new b bag, new c spam, hold a c, hold b c, del c, del a", HELD),
    ("new a x, new b y, new c z, hold a b, hold b c, del c, del b, del a", LETS_GO),
    ("new a spam, hold a a, del a", CIRCLE),
    ("new a spam, new b egg, hold a b, hold b a, del a, del b", CIRCLE),
    ("new a box, new b spam, new c egg, hold a b, hold b c, hold c b, del b, del c, del a", CIRCLE),
]


def random_program(rng, size: int) -> list[Operation]:
    """A program of so many operations, each possible where it stands."""
    names: set[str] = set()
    program: list[Operation] = []
    while len(program) < size:
        name = "abcdef"[rng.integers(6)]
        operation = ("new", "bind", "hold", "hold", "del")[rng.integers(5)]
        other = "abcdef"[rng.integers(6)]
        if operation == "new":
            program.append(("new", name, f"o{len(program)}"))
        elif (name in names or operation == "bind") and (other in names or operation == "del"):
            program.append(("del", name) if operation == "del" else (operation, name, other))
        else:
            continue
        names = names - {name} if operation == "del" else names | {name}
    return program


class _Thing:
    """An object with a label that notes when Python frees it."""

    gone: set[str] = set()

    def __init__(self, label: str) -> None:
        self.label = label
        self.held: list[_Thing] = []

    def __del__(self) -> None:
        _Thing.gone.add(self.label)


def really_freed(program: Sequence[Operation]) -> list[set[str]]:
    """Carry out a program of 5.3 with real objects: the labels of those that Python frees at each operation."""
    names: dict[str, _Thing] = {}
    freed = []
    with _no_collector():
        for operation, name, *other in program:
            _Thing.gone = set()
            if operation == "new":
                names[name] = _Thing(other[0])
            elif operation == "bind":
                names[name] = names[other[0]]
            elif operation == "hold":
                names[name].held.append(names[other[0]])
            else:
                del names[name]
            freed.append(_Thing.gone)
        _Thing.gone = set()
        for thing in names.values():  # what is left may hold itself; let nothing survive
            thing.held.clear()
    return freed


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Leave the freeing to the reference counts for a while."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
