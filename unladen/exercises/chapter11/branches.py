"""A tree's branches for exercise 11.3: hints, and whether a branch knows its parent."""

from __future__ import annotations

import weakref

from unladen.exercises.words import call, wrong

RING = (
    "With the collector off it is still there: child and parent refer to each other. Keep `weakref.ref(self)` in the "
    "child instead of the parent."
)
CALL = "A weak reference is called to get its target: `self._parent()`."
ROOT = "A root has no parent. Is there something to call?"
STRONG = "Nobody but the parent needs to know a child, so the parent's list must keep it alive: strong references."
AGAIN = "Its parent is gone, and an id or an address is given to a new object soon: a weak reference knows."
NAMES = "Two branches may have the same name, or be equal: a branch is known by what it is, not by what it is called."
OWN = "The two share a list. Make it in `__init__`, one for each branch."


def made(answer, name: str):
    """A branch of the answer's class."""
    return call(answer, (name,), shown=f"Branch({name!r})", hint="A branch is made from its name alone.")


def added(branch, child, shown: str) -> None:
    """The child, added to the branch."""
    call(
        lambda: branch.add(child), (), shown=shown, hint="`add` puts the child into the list, and tells it its parent."
    )


def namesakes(answer) -> None:
    """Branches of one name, each with a child of that name: everybody has the own parent, and nobody is left out."""
    top, one, other = (made(answer, "twin") for _ in range(3))
    leaves = [made(answer, "leaf") for _ in range(2)]
    for branch, child in ((top, one), (top, other), (one, leaves[0]), (other, leaves[1])):
        added(branch, child, f"adding the {child.name} to its parent, in a tree with two branches called 'twin',")
    if len(top.children) != 2 or top.children[0] is not one or top.children[1] is not other:
        wrong("of two children with one name the parent does not have both", NAMES)
    for leaf, parent in zip(leaves, (one, other), strict=True):
        has_parent(leaf, parent, "the parent of one of two leaves, whose parents are both called 'twin',", NAMES)


def names(several) -> list:
    """What the branches are called; None for one without a name."""
    return [getattr(branch, "name", None) for branch in several]


def has_parent(branch, expected, shown: str, hint: str) -> None:
    """The branch's parent must be the expected object itself."""
    mistakes = [(ReferenceError, "A proxy raises when its target is gone. Use `weakref.ref`."), (TypeError, ROOT)]
    got = call(lambda: branch.parent, (), shown=shown, hint=hint, mistakes=mistakes)
    if got is not expected:
        reference = isinstance(got, weakref.ref)
        proxy = isinstance(got, weakref.ProxyTypes)
        told = CALL if reference else "A proxy is not the parent: `is` tells them apart." if proxy else hint
        wrong(f"{shown} is {_named(got)}, expected {_named(expected)}", told)


def _named(thing) -> str:
    name = None if isinstance(thing, weakref.ProxyTypes) else getattr(thing, "name", None)
    return f"the branch {name!r}" if isinstance(name, str) else f"a {type(thing).__name__}" if thing else repr(thing)
