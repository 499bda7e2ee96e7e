"""Values that count what they are asked: they turn "decided inside the loop" from a matter of time into a number.

A specification passes one to the answer, sets the count to 0 before, and reads it after.
"""

from __future__ import annotations


def _counted(method):
    def asked(self, *args):
        Asked.questions += 1
        reply = method(self, *args)
        return Asked(reply) if isinstance(reply, str) else reply

    return asked


class Asked(str):
    """A text that counts the questions it, and whatever texts are made of it, are asked."""

    questions = 0

    strip, lower, casefold, __str__ = map(_counted, (str.strip, str.lower, str.casefold, str.__str__))
    __eq__, __ne__, __hash__, startswith = map(_counted, (str.__eq__, str.__ne__, str.__hash__, str.startswith))


class Added(int):
    """An integer that counts how often one of its kind is added."""

    additions = 0

    def __add__(self, other):
        Added.additions += 1
        return int(self) + other

    __radd__ = __add__
