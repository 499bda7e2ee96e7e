"""Whoever wants to hear of claims that held: a learner's guess is settled by one."""

from __future__ import annotations

from collections.abc import Callable

_listeners: dict[Callable[[str, object], None], None] = {}


def call(listener: Callable[[str, object], None]) -> None:
    """Have ``listener(sentence, measured)`` called after each claim that holds, once for each however often asked."""
    _listeners[listener] = None


def tell(sentence: str, measured: object) -> None:
    """Say that a claim held."""
    for listener in list(_listeners):
        listener(sentence, measured)
