"""What chapter 11's exercises are held against: the collector's rule, programs, counted collections."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, ModuleType

from unladen.exercises import references
from unladen.exercises.references import Operation

Counts = Mapping[str, int]
Refers = Mapping[str, Sequence[str]]

# -- the collector's rule ---------------------------------------------------------------------------------------------


def unreachable(counts: Counts, refers: Refers, *, mark: bool = True, once: bool = False, others: bool = False) -> set:
    """The labels that nobody can reach from outside, by counts and the references that the objects have to each other.

    The options make the mistakes that are to be recognised: ``mark=False`` does not follow what stays, ``once`` takes
    several references of one object to another for one, ``others`` leaves those of an object to itself out.
    """
    left = dict(counts)
    for label, held in refers.items():
        for other in set(held) if once else held:
            left[other] -= not (others and other == label)
    waiting = [label for label, count in left.items() if count > 0]
    stays = set(waiting)
    while waiting and mark:
        fresh = set(refers[waiting.pop()]) - stays
        stays |= fresh
        waiting += fresh
    return set(counts) - stays


def random_graph(rng, size: int) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Counts and references of so many objects, some of which are referred to from outside."""
    labels = [f"o{i}" for i in range(size)]
    refers = {label: [labels[k] for k in rng.integers(size, size=rng.integers(3))] for label in labels}
    outside = rng.random(size) < 0.2
    arriving = [other for held in refers.values() for other in held]
    return {label: arriving.count(label) + int(out) for label, out in zip(labels, outside, strict=True)}, refers


# -- programs ---------------------------------------------------------------------------------------------------------

COUNT = "With its last reference it goes at once: nobody waits for the collector."
AGAIN = "What was freed before cannot be freed again: forget it when it is freed."
NAMED = "A name still refers to it. The collector takes only what no name leads to."
LEADS = "A name leads to it, through another object. That is enough to stay."
RING = "The references inside the ring are still there: no count is 0, so the `del` frees nothing. The collector will."
COLLECT = "At `collect`, all goes that no name leads to, whatever its count."
TAIL = "It is not in the ring, but only the ring refers to it: it goes with the ring."
LETS_GO = (
    "When the collector frees an object, that lets go of what it held. The count of what stays must fall, too, or it "
    "will never reach 0."
)
LATER = "A ring that is made after a collection waits for the next one."
PROGRAMS = [
    ("new a spam, del a", COUNT),
    ("collect", "With no objects there is nothing to collect."),
    ("new a spam, del a, collect", AGAIN),
    ("new a spam, bind b a, del a, collect", NAMED),
    ("new a box, new b spam, hold a b, del b, collect", LEADS),
    ("new a spam, hold a a, del a", RING),
    ("new a spam, hold a a, del a, collect", COLLECT),
    ("new a spam, hold a a, del a, collect, collect", AGAIN),
    ("new a spam, new b egg, hold a b, hold b a, del a, collect", LEADS),
    ("new a spam, new b egg, hold a b, hold b a, del a, del b, collect", COLLECT),
    ("new a ring, hold a a, new b tail, hold a b, del b, del a, collect", TAIL),
    ("new a ring, hold a a, new b keep, hold a b, del a, collect", NAMED),
    ("new a ring, hold a a, new b keep, hold a b, del a, collect, del b", LETS_GO),
    ("new a ring, hold a a, new b keep, hold a b, hold a b, del a, collect, del b", LETS_GO),
    ("new a one, hold a a, del a, collect, new a two, hold a a, del a", LATER),
    ("new a one, hold a a, new a two, hold a a, collect", NAMED),
]


def operations(text: str) -> list[Operation]:
    """A program from its text: ``"new a spam, del a, collect"``."""
    return [tuple(operation.split()) for operation in text.split(", ")]


def random_program(rng, size: int) -> list[Operation]:
    """A program of 5.3 in which the collector is called now and then."""
    program = references.random_program(rng, size)
    for _ in range(1 + size // 10):
        program.insert(int(rng.integers(len(program) + 1)), ("collect",))
    return program


def reclaims(answer, program: Sequence[Operation], hint: str) -> None:
    """The answer must say at each operation what Python frees there."""
    mistakes = [(KeyError, AGAIN), (TypeError, ALONE)]
    references.frees(answer, program, hint, f"reclaimed({program!r})", mistakes)


ALONE = "`collect` stands alone: it has no name behind it."


# -- what leads to everything -----------------------------------------------------------------------------------------


def decoys(thing: object) -> list[tuple[list, str]]:
    """Lists that hold ``thing`` only by what a search must pass over, each with a text that describes what is in it."""
    module = ModuleType("settings")
    module.thing = thing
    method = FunctionType((lambda self: None).__code__, {"thing": thing, "__builtins__": {}})
    plain = type("Other", (), {"method": method})
    special = type("Meta", (type,), {})("Special", (), {"thing": thing})
    return [
        ([plain()], "an object whose class has a method"),
        ([plain().method], "a bound method"),
        ([module], "a module"),
        ([special()], "an object whose class has a metaclass"),
    ]


# -- counted collections ----------------------------------------------------------------------------------------------


def counted(threshold: int, make: Callable[[], object]) -> int:
    """How many collections begin while ``make`` runs under a threshold for the young generation."""
    begun: list[str] = []
    before, enabled = gc.get_threshold(), gc.isenabled()
    gc.collect()
    gc.callbacks.append(lambda phase, info: phase == "start" and begun.append(phase))
    gc.set_threshold(threshold, 10, 10)
    gc.enable()
    try:
        made = make()
    finally:
        gc.set_threshold(*before)
        gc.callbacks.pop()
        if not enabled:
            gc.disable()
    del made
    return len(begun)
