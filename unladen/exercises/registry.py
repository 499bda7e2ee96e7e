"""Which exercises there are: a chapter's ``checks.py`` declares each with the decorator `exercise`.

The decorated function is the specification. It has the name that the learner's answer must have, takes that answer,
and says with the words of `unladen.exercises.words` what must hold::

    @exercise("3.9", "Twice", hints=["What is twice 0?"], why="Doubling is adding a number to itself.")
    def twice(answer):
        case(answer, [0], expected=0)
        case(answer, [21], expected=42, mistakes=[(23, "That is 2 more, not twice as much.")])
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

import unladen.exercises


@dataclass(frozen=True)
class Exercise:
    """One exercise: ``name`` is what the answer is called, ``specification`` the function that grades it."""

    id: str
    name: str
    title: str
    hints: Sequence[str]
    why: str
    specification: Callable
    language: str
    findings: Sequence[tuple[str, str]]
    seconds: float
    imports: Sequence[str] = ()

    @property
    def chapter(self) -> int:
        return int(self.id.split(".")[0])

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(map(int, self.id.split(".")))


_BY_NAME: dict[str, Exercise] = {}


def exercise(
    id: str,
    title: str,
    *,
    hints: Sequence[str],
    why: str,
    language: str = "python",
    findings: Sequence[tuple[str, str]] = (),
    imports: Sequence[str] = (),
    seconds: float = 10.0,
) -> Callable:
    """Declare the exercise ``id`` (``"3.2"``), graded by the decorated function, which has the answer's name.

    ``hints`` is the ladder that `hint` climbs, ``why`` the paragraph shown once the answer is right, ``language`` is
    ``"python"`` or ``"c"`` (then only a compiled function is accepted). ``findings`` are pairs of a regular expression
    and a hint: when a sanitiser's finding matches the expression, the learner is shown the hint. ``imports`` names
    modules that the child which grades has imported already, because answers need them. An answer is stopped after
    ``seconds``.
    Raises ``ValueError`` if the id or the name is taken, for a learner's work is kept under both.
    """
    if not re.fullmatch(r"\d+\.\d+", id):
        raise ValueError(f"an exercise's id is CHAPTER.NUMBER, such as '3.2'; {id!r} is not")
    if not hints or not why:
        raise ValueError(f"exercise {id} needs at least one hint, and a paragraph that says why the answer works")

    def declare(specification: Callable) -> Callable:
        name = specification.__name__
        for other in _BY_NAME.values():
            again = (other.specification.__module__, other.id, other.name) == (specification.__module__, id, name)
            if (other.id == id or other.name == name) and not again:
                raise ValueError(
                    f"exercise {id} {name!r}: exercise {other.id} {other.name!r} already has this id or name"
                )
        _BY_NAME[name] = Exercise(id, name, title, hints, why, specification, language, findings, seconds, imports)
        return specification

    return declare


def exercises(chapter: int | None = None) -> list[Exercise]:
    """List the exercises of one chapter, or of all, in the order in which they are met."""
    for module in iter_modules(unladen.exercises.__path__):
        if re.fullmatch(r"chapter\d\d", module.name):
            import_module(f"unladen.exercises.{module.name}.checks")
    found = [e for e in _BY_NAME.values() if chapter in (None, e.chapter)]
    return sorted(found, key=lambda e: e.order)


def find(name: str) -> Exercise | None:
    """Return the exercise whose answer is called ``name``, or None."""
    return next((e for e in exercises() if e.name == name), None)
