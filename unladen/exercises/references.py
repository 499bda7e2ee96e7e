"""Programs that make and drop references, for exercise 5.3; what they free is found out by running them."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Sequence

from unladen.exercises.values import short
from unladen.exercises.words import NO_RETURN, call, wrong

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
    """Carry out a program of 5.3 or 11.2 with real objects: the labels of those that Python frees at each operation."""
    names: dict[str, _Thing] = {}
    freed = []
    with by_hand():
        for operation, *words in program:
            _Thing.gone = set()
            if operation == "collect":
                gc.collect()
            elif operation == "new":
                names[words[0]] = _Thing(words[1])
            elif operation == "bind":
                names[words[0]] = names[words[1]]
            elif operation == "hold":
                names[words[0]].held.append(names[words[1]])
            else:
                del names[words[0]]
            freed.append(_Thing.gone)
        _Thing.gone = set()
        names.clear()
        gc.collect()  # what is left may hold itself; let nothing survive
    return freed


@contextlib.contextmanager
def by_hand() -> Iterator[None]:
    """The collector runs only when it is called, and looks at nothing that was there before."""
    enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


def frees(answer, program: Sequence[Operation], hint: str, shown: str = "", mistakes: Sequence = ()) -> None:
    """The answer must say at each operation what Python frees there; ``mistakes`` are as for ``call``."""
    shown = shown or f"freed({program!r})"
    given = list(program)
    got = call(answer, (given,), shown=shown, hint=hint, mistakes=[*mistakes, (RecursionError, hint)])
    if given != program:
        wrong(f"{shown} changed the program it was given", "The caller still needs the program: only read it.")
    truth = really_freed(program)
    if not isinstance(got, list) or len(got) != len(program) or not all(isinstance(labels, set) for labels in got):
        kind = "Return a list with one set of labels for each operation; it is empty where nothing is freed."
        wrong(f"{shown} returned {short(got)}, expected {short(truth)}", NO_RETURN if got is None else kind)
    for step, (labels, expected) in enumerate(zip(got, truth, strict=True)):
        if labels != expected:
            told = f"{shown}: your operation {step + 1}, {' '.join(program[step])!r}, frees {_listed(labels)}"
            wrong(f"{told}, while Python frees {_listed(expected)}", hint)


def _listed(labels: set) -> str:
    return " and ".join(sorted(map(str, labels))) or "nothing"
