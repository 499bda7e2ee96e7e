"""Values that count what they are asked: they turn "decided inside the loop" from a matter of time into a number.

A specification passes one to the answer, sets the count to 0 before, and reads it after.
"""

from __future__ import annotations

import opcode
import sys
from collections import defaultdict
from collections.abc import Callable


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
    upper, title, __format__, replace = map(_counted, (str.upper, str.title, str.__format__, str.replace))
    __eq__, __ne__, __hash__, startswith = map(_counted, (str.__eq__, str.__ne__, str.__hash__, str.startswith))


class Added(int):
    """An integer that counts how often one of its kind is added."""

    additions = 0

    def __add__(self, other):
        Added.additions += 1
        return int(self) + other

    __radd__ = __add__


def most_decided(function: Callable, *args: object) -> int:
    """Call ``function(*args)``; how often it made a decision that came out the same way each time, at most.

    A decision is a conditional jump of the bytecode. That of a ``while`` goes the other way in the end.
    """
    ways = defaultdict(list)  # by code and place: where the jump led

    def watch(frame, event, argument):
        frame.f_trace_opcodes = True
        if event == "opcode":
            if (before := last.get(frame)) is not None:
                ways[frame.f_code, before].append(frame.f_lasti)
            name = opcode.opname[frame.f_code.co_code[frame.f_lasti]]
            last[frame] = frame.f_lasti if "JUMP_" in name and "_IF_" in name else None
        return watch

    last, before = {}, sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # 3.12 sees the first call only if this was asked before tracing began
    sys.settrace(watch)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return max((len(led) for led in ways.values() if len(set(led)) == 1), default=0)
