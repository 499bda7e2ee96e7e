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
OWN = "The two share a list. Make it in `__init__`, one for each branch."


def made(answer, name: str):
    """A branch of the answer's class."""
    return call(answer, (name,), shown=f"Branch({name!r})", hint="A branch is made from its name alone.")


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
