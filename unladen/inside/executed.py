"""How many bytecode instructions a call executes: a count, which a busy machine does not change."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def executed(function: Callable, *arguments: object) -> int:
    """Call ``function`` and return how many bytecode instructions were executed, in it and in all that it calls.

    Counted is what Python's evaluation loop carries out in this thread; work inside built-in functions is not made of
    instructions. The count belongs to the version of Python. A tracer that was set before is set again afterwards.
    What the function raises is raised. Method: ``sys.settrace`` with ``f_trace_opcodes``.
    """
    count = 0

    def watch(frame: FrameType, event: str, _: object) -> Callable:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return watch

    here, before = sys._getframe(), sys.gettrace()
    here.f_trace_opcodes = True  # Python 3.12 looks for it once, when tracing begins
    sys.settrace(watch)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
        here.f_trace_opcodes = False
    return count
