"""What could not be built for want of something that is not on this machine, under the name that it would have had."""

from __future__ import annotations

from unladen.compiling.errors import BuildError


class NotHere(BuildError):
    """What is not on this machine was called; ``str()`` says what is missing, and how to get it."""


class Absent:
    """Stands for something that is not here, and for all that it would contain; false, and says ``why`` when called.

    So a notebook goes on where a part is missing: a race leaves it out, a claim about it says that it cannot be told.
    """

    def __init__(self, why: str) -> None:
        self._why = why

    def __getattr__(self, name: str) -> Absent:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __bool__(self) -> bool:
        return False

    def __call__(self, *_: object, **__: object) -> object:
        raise NotHere(self._why)

    def __repr__(self) -> str:
        return self._why

    __str__ = __repr__
