"""``collection``: what CPython's garbage collector would do with the live objects of a class, step by step.

The collector knows no roots. It copies the reference count of every object that it looks at, subtracts the references
that these objects have to each other, and what is left above zero is referred to from outside: that stays, and all that
can be reached from there. (``Python/gc.c``, ``deduce_unreachable``; before 3.12 it was ``Modules/gcmodule.c``.)
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from dataclasses import dataclass

from unladen.svg import output

MOST = 16  # objects that a drawing has room for
_CONTAINERS = (list, tuple, dict, set, frozenset)


@dataclass(frozen=True)
class Node:
    """One object: what it is called, its reference count, the numbers of the objects it refers to (one for each
    reference), and the caller's variables that refer to it."""

    label: str
    count: int
    refers: tuple[int, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One moment of a collection; shows itself as a drawing.

    ``title`` says what happens, ``left`` is each object's copy of its count, ``stays`` are the numbers of the objects
    of which it is known, ``garbage`` of those that nobody can reach; ``crossed`` tells whether the references between
    the objects have been subtracted.
    """

    nodes: tuple[Node, ...]
    number: int
    of: int
    title: str
    left: tuple[int, ...]
    stays: frozenset[int] = frozenset()
    garbage: frozenset[int] = frozenset()
    crossed: bool = False

    def words(self) -> list[str]:
        """One line for each object: what is known of it, to whom it refers, and who refers to it from outside."""
        return [f"{node.label}: {'; '.join(self._told(at))}" for at, node in enumerate(self.nodes)]

    def _told(self, at: int) -> list[str]:
        many = Counter(self.nodes[other].label for other in self.nodes[at].refers)
        to = [label if times == 1 else f"{label} {times} times" for label, times in many.items()]
        told = [self.state(at), f"refers to {', '.join(to) or 'none of these'}"]
        told += [f"the variable {name} refers to it" for name in self.nodes[at].names]
        return told + [f"referred to {word}" for word in self.outside(at)[len(self.nodes[at].names) :]]

    def outside(self, at: int) -> list[str]:
        """Who refers to an object from outside, in words: the caller's variables, and how many others."""
        node = self.nodes[at]
        others = node.count - len(node.names) - sum(n.refers.count(at) for n in self.nodes)
        told = f"{others} from elsewhere" if others > 1 else "from elsewhere"
        return [*node.names, *[told] * (others > 0)]

    def state(self, at: int) -> str:
        """What is known of an object at this step, in a few words."""
        if at in self.garbage:
            return "garbage"
        if at in self.stays:
            return "stays"
        if not self.crossed:
            return f"count {self.left[at]}"
        return f"{self.nodes[at].count} − {self.nodes[at].count - self.left[at]} = {self.left[at]}"

    def __repr__(self) -> str:
        return "\n".join([f"{self.number} of {self.of}. {self.title}", *("  " + line for line in self.words())])

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        from unladen.inside.collection_drawn import as_svg

        alt = f"Step {self.number} of {self.of}. {self.title} {'. '.join(self.words())}."
        return output(as_svg(self, alt), alt, repr(self))


class Collection(tuple):
    """The steps of a collection, in order. It keeps no reference to the objects."""

    @property
    def garbage(self) -> list[str]:
        """What the objects are called that nobody can reach."""
        return [self[-1].nodes[at].label for at in sorted(self[-1].garbage)]

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))


def collection(*classes: type) -> Collection:
    """Read all live instances of ``classes``, and take the steps by which CPython's collector would judge them.

    Lists, tuples, dicts and sets that belong to them are judged with them. An object is called by its attribute
    ``name``, if that is a text, else by its class. Nothing is freed. Raises ``TypeError`` for what is no class,
    ``ValueError`` where there are no instances or more than ``MOST`` objects, ``NotImplementedError`` on a Python that
    does not count references.
    """
    if not hasattr(sys, "getrefcount"):
        raise NotImplementedError(f"{sys.implementation.name} counts no references; collection() is for CPython")
    wrong = [repr(c) for c in classes if not isinstance(c, type)]
    if wrong or not classes:
        raise TypeError(f"collection() takes classes, as in collection(Station); got {', '.join(wrong) or 'none'}")
    return steps(_read(classes, sys._getframe(1).f_globals))


# -- reading ---------------------------------------------------------------------------------------------------------


def _read(classes: tuple[type, ...], variables: dict) -> tuple[Node, ...]:
    # The first place holds a list that nobody else refers to: its count is what reading adds, whatever the version.
    held = [[]]
    held += sorted((o for o in gc.get_objects() if type(o) in classes), key=_called)
    named = ", ".join(c.__name__ for c in classes)
    if len(held) == 1:
        raise ValueError(f"there is no living instance of {named}")
    for thing in held[1:]:
        _gather(thing, held)
    if len(held) > MOST + 1:
        raise ValueError(f"{len(held) - 1} objects belong to {named}, and {MOST} have room in a drawing")
    thing = None  # else the last one would be referred to once more
    counts = [sys.getrefcount(o) for o in held]
    places = {id(o): at for at, o in enumerate(held[1:])}
    refers = [tuple(places[id(r)] for r in gc.get_referents(o) if id(r) in places) for o in held[1:]]
    names = [tuple(sorted(n for n, v in variables.items() if v is o and _is_plain(n))) for o in held[1:]]
    counted = [count - counts[0] for count in counts[1:]]
    return tuple(map(Node, _labels(held[1:]), counted, refers, names))


def _gather(thing: object, held: list) -> None:
    """Add the containers that belong to ``thing``, and those in them."""
    for inner in gc.get_referents(thing):
        if type(inner) in _CONTAINERS and gc.is_tracked(inner) and not any(inner is o for o in held):
            held.append(inner)
            _gather(inner, held)


def _called(thing: object) -> str:
    name = getattr(thing, "name", None)
    return name if isinstance(name, str) else type(thing).__name__


def _labels(things: list) -> list[str]:
    """What the objects are called; those of the same name are numbered."""
    names = [_called(thing) for thing in things]
    many, seen, labels = Counter(names), Counter(), []
    for name in names:
        seen[name] += 1
        labels.append(name if many[name] == 1 else f"{name} {seen[name]}")
    return labels


def _is_plain(name: str) -> bool:
    """Whether a variable is the learner's own; IPython keeps results under names that begin with an underscore."""
    return not name.startswith("_")


# -- judging ---------------------------------------------------------------------------------------------------------


def steps(nodes: tuple[Node, ...]) -> Collection:
    """Take the collector's steps with these objects."""
    left = [node.count for node in nodes]
    made = [("Copy the reference count of every object.", tuple(left), set(), set(), False)]
    for node in nodes:
        for other in node.refers:
            left[other] -= 1
    copied = tuple(left)
    made.append(("Subtract the references that they have to each other.", copied, set(), set(), True))
    wave = {at for at, count in enumerate(left) if count > 0}
    stays = set(wave)
    made.append(("Above zero: somebody outside refers to it, so it stays.", copied, set(stays), set(), True))
    while wave := {other for at in wave for other in nodes[at].refers} - stays:
        stays |= wave
        made.append(("What these refer to stays, too.", copied, set(stays), set(), True))
    gone = set(range(len(nodes))) - stays
    end = "The others are garbage: free them." if gone else "Everything stays: there is no garbage."
    made.append((end, copied, stays, gone, True))
    return Collection(
        Step(nodes, number, len(made), title, counts, frozenset(kept), frozenset(lost), crossed)
        for number, (title, counts, kept, lost, crossed) in enumerate(made, 1)
    )
