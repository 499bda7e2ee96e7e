"""What chapter 11's exercises are held against: the collector's rule, programs, counted collections."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from unladen.exercises import references
from unladen.exercises.references import Operation
from unladen.exercises.values import short
from unladen.exercises.words import NO_RETURN, call, wrong

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


class _Thing:
    gone: set[str] = set()

    def __init__(self, label: str) -> None:
        self.label = label
        self.held: list[_Thing] = []

    def __del__(self) -> None:
        _Thing.gone.add(self.label)


def really_reclaimed(program: Sequence[Operation]) -> list[set[str]]:
    """Carry a program out with real objects: the labels of those that Python frees at each operation."""
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
        gc.collect()
    return freed


@contextmanager
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


def reclaims(answer, program: Sequence[Operation], hint: str) -> None:
    """The answer must say at each operation what Python frees there."""
    shown = f"reclaimed({program!r})"
    given = list(program)
    got = call(answer, (given,), shown=shown, hint=hint, mistakes=[(KeyError, AGAIN), (TypeError, ALONE)])
    if given != program:
        wrong(f"{shown} changed the program it was given", "The caller still needs the program: only read it.")
    truth = really_reclaimed(program)
    if not isinstance(got, list) or len(got) != len(program) or not all(isinstance(labels, set) for labels in got):
        kind = "Return a list with one set of labels for each operation; it is empty where nothing is freed."
        wrong(f"{shown} returned {short(got)}, expected {short(truth)}", NO_RETURN if got is None else kind)
    for step, (labels, expected) in enumerate(zip(got, truth, strict=True)):
        if labels != expected:
            told = f"{shown}: your operation {step + 1}, {' '.join(program[step])!r}, frees {_listed(labels)}"
            wrong(f"{told}, while Python frees {_listed(expected)}", hint)


ALONE = "`collect` stands alone: it has no name behind it."


def _listed(labels: set) -> str:
    return " and ".join(sorted(map(str, labels))) or "nothing"


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
