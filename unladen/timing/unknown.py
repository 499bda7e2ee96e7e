"""A name that is not there, answered with the names that are."""

from __future__ import annotations

from collections.abc import Iterable

from unladen.show import Message


class Unknown(Message, LookupError):
    """A name was asked for that does not exist; the message lists those that do."""

    def __init__(self, what: str, name: object, known: Iterable[object]) -> None:
        super().__init__(f"there is no {what} {name!r}; there are {', '.join(map(repr, known))}")
