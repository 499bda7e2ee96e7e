"""What the evaluation loop does, for the exercises of chapter 04: the turns a call takes, and programs to evaluate."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable

SIGNS = {
    **{"+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod},
    **{"<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge},
}

# A program is a list of (instruction, argument). Jumps count from the instruction after the jump, as CPython's do.
Program = list[tuple[str, object]]

LARGER: Program = [
    ("LOAD_FAST", "a"),
    ("LOAD_FAST", "b"),
    ("COMPARE_OP", "<"),
    ("POP_JUMP_IF_FALSE", 2),
    ("LOAD_FAST", "b"),
    ("RETURN_VALUE", None),
    ("LOAD_FAST", "a"),
    ("RETURN_VALUE", None),
]
HUNDRED_OR_MORE: Program = [  # 100 + 1 if x is true, else 100
    ("LOAD_CONST", 100),
    ("LOAD_FAST", "x"),
    ("POP_JUMP_IF_FALSE", 2),
    ("LOAD_CONST", 1),
    ("BINARY_OP", "+"),
    ("RETURN_VALUE", None),
]
SUM_DOWN: Program = [  # n + (n - 1) + … + 1; the learner is given it
    ("LOAD_CONST", 0),
    ("STORE_FAST", "total"),
    ("LOAD_FAST", "n"),
    ("POP_JUMP_IF_FALSE", 9),
    ("LOAD_FAST", "total"),
    ("LOAD_FAST", "n"),
    ("BINARY_OP", "+"),
    ("STORE_FAST", "total"),
    ("LOAD_FAST", "n"),
    ("LOAD_CONST", 1),
    ("BINARY_OP", "-"),
    ("STORE_FAST", "n"),
    ("JUMP_BACKWARD", 11),
    ("LOAD_FAST", "total"),
    ("RETURN_VALUE", None),
]

_BEFORE = "Only what stands between the target of the jump back and that jump is in the loop; this comes before it."
_AFTER = "The loop ends with its jump back; this comes after it."
_HEADER = "`range(n)` stands in the first line of the loop, and is called once, before it. Where does the jump lead?"
_WHILE = "A `while` loop ends with a jump back, too, and looks at its condition in every turn."
_FIRST = "The instruction to which the jump leads is in the loop, too: it is the first of each turn."
_TWO = "There are two loops in this function: look between each jump back and its own target."

# Functions, the globals and builtins that their loops look up, and what to think about where that was missed.
LOOKED_UP = [
    ("def f(x):\n    return abs(x)", set(), "There is no loop in this function: no jump leads back."),
    ("def f(values):\n    for value in values:\n        print(value)", {"print"}, "Which instruction finds `print`?"),
    ("def f(values):\n    n = len(values)\n    for value in values:\n        n += value\n    return n", set(), _BEFORE),
    ("def f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total", set(), _HEADER),
    ("def f(values):\n    for value in values:\n        print(value)\n    return len(values)", {"print"}, _AFTER),
    (
        "def f(values):\n    total = 0\n    for value in values:\n        total += math.sqrt(value)\n    return total",
        {"math"},
        "`math` is looked up among the globals and builtins, in every turn.",
    ),
    ("def f(n):\n    i = abs(n)\n    while i < LIMIT:\n        i += STEP\n    return i", {"LIMIT", "STEP"}, _WHILE),
    ("def f(x):\n    while True:\n        show(x)", {"show"}, _FIRST),
    ("def f(i):\n    while STOP > i:\n        i += 1\n    return i", {"STOP"}, _FIRST),
    (
        "def f(rows):\n    for row in rows:\n        for value in row:\n            print(value)\n        flush()",
        {"print", "flush"},
        _TWO,
    ),
    (
        "def f(xs, ys):\n    for x in xs:\n        print(x)\n    sort(ys)\n    for y in ys:\n        show(y)",
        {"print", "show"},
        _TWO,
    ),
    (
        "def f(rows):\n    for row in rows:\n        for i in range(len(row)):\n            row[i] = 'zero'",
        {"range", "len"},
        "The inner loop's `range` is called in every turn of the outer loop.",
    ),
    (
        "def f(values):\n" + "    for value in values:\n" + "".join(f"        g{i}(value)\n" for i in range(100)),
        {f"g{i}" for i in range(100)},
        "However long the loop, every name in it counts.",
    ),
]


def turns(function: Callable, *args: object) -> int:
    """Call ``function(*args)`` and count the bytecode instructions that Python executes meanwhile, in all frames.

    Python's own tracing asks before each instruction (`sys.settrace`, `frame.f_trace_opcodes`); whoever traced before
    goes on afterwards. What runs in C takes no turn.
    """
    count = 0

    def watch(frame, event, argument):
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return watch

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # 3.12 counts the first call only if this was asked before tracing began
    sys.settrace(watch)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return count


class _Counted(int):
    """An integer that counts how often one of its kind is added to something."""

    additions = 0

    def __add__(self, other):
        _Counted.additions += 1
        return _Counted(int(self) + int(other))

    __radd__ = __add__


def additions(function: Callable, count: int) -> int:
    """Call ``function`` with a list of so many values, and return how many additions it makes."""
    _Counted.additions = 0
    function([_Counted(1)] * count)
    return _Counted.additions
