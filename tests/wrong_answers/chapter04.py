"""Wrong answers to the exercises of chapter 04, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

import inspect

from unladen.exercises.chapter04.checks import running_totals_slowly

EVALUATE = """
import operator

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod}
OPERATORS |= {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}
OPERATORS["!="] = operator.ne

def evaluate(program, arguments):
    stack, variables, counter = [], dict(arguments), 0
    while True:
        instruction, argument = program[counter]
        counter += 1
        if instruction == "LOAD_CONST":
            stack.append(argument)
        elif instruction == "LOAD_FAST":
            if argument not in variables:
                raise UnboundLocalError(f"{argument} has no value")
            stack.append(variables[argument])
        elif instruction == "STORE_FAST":
            variables[argument] = stack.pop()
        elif instruction in ("BINARY_OP", "COMPARE_OP"):
            right, left = stack.pop(), stack.pop()
            stack.append(OPERATORS[argument](left, right))
        elif instruction == "POP_JUMP_IF_FALSE":
            if not stack.pop():
                counter += argument
        elif instruction == "JUMP_BACKWARD":
            counter -= argument
        elif instruction == "RETURN_VALUE":
            return stack.pop()
"""

BY_RECURSION = EVALUATE.replace("def evaluate(program, arguments)", "def step(program, stack, variables, counter)")
BY_RECURSION = BY_RECURSION.replace("    stack, variables, counter = [], dict(arguments), 0\n", "")
BY_RECURSION = BY_RECURSION.replace("while True:", "if True:")
BY_RECURSION += """    return step(program, stack, variables, counter)

def evaluate(program, arguments):
    return step(program, [], dict(arguments), 0)
"""

NAMES = """
import dis

def names_in_loops(f):
    steps = list(dis.get_instructions(f))
    loops = [(step.argval, step.offset) for step in steps if "JUMP_BACKWARD" in step.opname]
    return {
        step.argval
        for step in steps
        if step.opname == "LOAD_GLOBAL" and any(first <= step.offset <= last for first, last in loops)
    }
"""

SLOWLY = inspect.getsource(running_totals_slowly).replace("running_totals_slowly", "running_totals")

TOTALS = """
from itertools import accumulate

def running_totals(values):
    return list(accumulate(values))
"""

SLOTS = """
def slots(hashes, size):
    taken, found = set(), []
    for h in hashes:
        slot, perturb = h & (size - 1), h & (2**64 - 1)
        while slot in taken:
            perturb >>= 5
            slot = (5 * slot + perturb + 1) & (size - 1)
        taken.add(slot)
        found.append(slot)
    return found
"""

HASH = """
def file_hash(file):
    return hash((file.name.casefold(), file.size))
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


def hashing(value: str) -> str:
    """An answer to 4.5 that returns this."""
    return instead(HASH, "hash((file.name.casefold(), file.size))", value)


WRONG = {
    "4.1": [
        (instead(EVALUATE, "right, left = ", "left, right = "), "The operands are the wrong way round"),
        (instead(EVALUATE, "counter += argument", "counter += argument - 1"), "counts from the instruction after it"),
        (instead(EVALUATE, "counter += argument", "counter += argument + 1"), "counts from the instruction after it"),
        (instead(EVALUATE, "counter -= argument", "counter -= argument + 1"), "counts from the instruction after it"),
        (instead(EVALUATE, "if not stack.pop():", "if not stack[-1]:"), "Yours is still there afterwards"),
        (instead(EVALUATE, "if not stack.pop():", "if stack.pop() is False:"), "as false as False"),
        (instead(EVALUATE, "if not stack.pop():", "if not stack[-1]:\n                stack.pop()"),
         "Yours is still there afterwards"),
        (instead(EVALUATE, "dict(arguments)", "arguments"), "begin with `dict(arguments)`"),
        (instead(EVALUATE, "= program[counter]\n        counter += 1", "= program.pop(0)"), "belong to the caller"),
        (instead(EVALUATE, "dict(arguments), 0", "kept, 0\n    kept.update(arguments)")
         .replace("arguments):", "arguments, kept={}):", 1), "every call begins with locals of its own"),
        (instead(EVALUATE, "            if argument not in variables:\n"
                 "                raise UnboundLocalError(f\"{argument} has no value\")\n", ""),
         "see whether the name is there"),
        (instead(EVALUATE, "{argument} has no value", "unbound"), "which local has no value"),
        (instead(EVALUATE, "variables[argument] = stack.pop()", "variables[argument] = stack[-1]"),
         "STORE_FAST takes the value off the stack"),
        (instead(EVALUATE, "OPERATORS[argument](left, right)", 'eval(f"{left} {argument} {right}")'),
         "objects of any type"),
        (instead(EVALUATE, "            return stack.pop()", "            result = stack.pop()")
         .replace("while True:", "while counter < len(program):") + "    return result\n", "ends the call"),
        (BY_RECURSION, "a loop does not have to"),
        (instead(EVALUATE, '"//": operator.floordiv', '"//": operator.truediv'), "is what Python means by it"),
        (instead(EVALUATE, '"%": operator.mod', '"%": lambda a, b: abs(a) % b'), "is what Python means by it"),
        (instead(EVALUATE, "if argument not in variables:", "if variables.get(argument) is None:"),
         "None, 0 and False are values"),
        (instead(EVALUATE, "if argument not in variables:", "if not variables.get(argument, 0):"),
         "None, 0 and False are values"),
        (instead(EVALUATE, "            return stack.pop()", "            result = stack.pop()")
         .replace("while True:", "result = None\n    while result is None:") + "    return result\n",
         "None, 0 and False are values"),
    ],
    "4.2": [
        ("def names_in_loops(f):\n    return set(f.__code__.co_names)", "There is no loop in this function"),
        ('import dis\n\ndef names_in_loops(f):\n'
         '    return {s.argval for s in dis.get_instructions(f) if s.opname == "LOAD_GLOBAL"}',
         "There is no loop in this function"),
        (instead(NAMES, "{\n        step.argval", "{\n        step.argrepr"), "the name itself is `argval`"),
        (instead(NAMES, 'step.opname == "LOAD_GLOBAL"', 'step.opname.startswith("LOAD_FAST")'), "That is a local"),
        (instead(NAMES, 'step.opname == "LOAD_GLOBAL"', "step.argval in f.__code__.co_names"),
         "inside of an object"),
        (instead(NAMES, "first <= step.offset <= last", "step.offset <= last"), "this comes before it"),
        (instead(NAMES, "first <= step.offset <= last", "step.offset >= first"), "this comes after it"),
        (instead(NAMES, "for first, last in loops)", "for first, last in loops[:1])"), "There are two loops"),
        (instead(NAMES, "any(first <= step.offset <= last for first, last in loops)",
                 "loops and min(loops)[0] <= step.offset <= max(loops)[1]"), "There are two loops"),
        (instead(NAMES, '"JUMP_BACKWARD" in step.opname]',
                 '"JUMP_BACKWARD" in step.opname\n             and any(s.opname == "FOR_ITER" for s in steps)]'),
         "A `while` loop ends with a jump back"),
        (instead(NAMES, "return {", "return [").replace("    }", "    ]"), "Return a set"),
        ("""
import ast, inspect

def names_in_loops(f):
    loops = [node for node in ast.walk(ast.parse(inspect.getsource(f))) if isinstance(node, (ast.For, ast.While))]
    return {node.id for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Name)}
""", "The source is not at hand"),
        (instead(NAMES, "first <= step.offset <= last", "first < step.offset <= last"), "is in the loop, too"),
    ],
    "4.3": [
        (SLOWLY, "There is still a loop in Python's own instructions"),
        ("def running_totals(values):\n    return [sum(values[: i + 1]) for i in range(len(values))]",
         "a comprehension is one, too"),
        ("""
def running_totals(values):
    totals = []
    for i in range(len(values)):
        total = 0
        for value in values[: i + 1]:
            total += value
        totals.append(total)
    return totals
""", "a loop in the loop"),
        (instead(TOTALS, "list(accumulate(values))", "[total for total in accumulate(values)]"),
         "passes its results on"),
        (instead(TOTALS, "(values))", "(values, lambda total, value: total + value))"), "a function of yours"),
        (instead(TOTALS, "list(accumulate(values))", "tuple(accumulate(values))"), "and not a tuple"),
        (instead(TOTALS, "list(accumulate(values))", "accumulate(values)"), "makes its values on demand"),
        (instead(TOTALS, "accumulate(values)", "accumulate(values, initial=0)"), "no 0 before it"),
        ("import numpy as np\n\ndef running_totals(values):\n    return np.cumsum(values)", "Stay with lists"),
        ("import numpy as np\n\ndef running_totals(values):\n    return np.cumsum(values).tolist() if values else []",
         "one type for all"),
        ("import numpy as np\n\ndef running_totals(values):\n"
         "    kind = int if all(type(v) is int and abs(v) < 2**63 for v in values) else object\n"
         "    return np.cumsum(np.array(values, dtype=kind)).tolist()", "a fixed width"),
        ("""
def running_totals(values):
    for i in range(1, len(values)):
        values[i] += values[i - 1]
    return values
""", "take the place of the caller's values"),
        ("def running_totals(values):\n    return sum(values)", "That is one number"),
        ("from itertools import repeat\n\ndef running_totals(values):\n"
         "    ends = range(1, len(values) + 1)\n"
         "    return list(map(sum, map(values.__getitem__, map(slice, repeat(0), ends))))",
         "the square of their number"),
    ],
    "4.4": [
        (instead(SLOTS, "(5 * slot + perturb + 1)", "(slot + 1)"), "That is the neighbour"),
        (instead(SLOTS, "            perturb >>= 5\n", "")
         .replace("+ 1) & (size - 1)\n", "+ 1) & (size - 1)\n            perturb >>= 5\n"), "Shift first, then step"),
        (instead(SLOTS, "slot, perturb = h & (size - 1), h & (2**64 - 1)",
                 "slot = h & (size - 1)\n        perturb = h & (2**64 - 1) if not found else perturb"),
         "Every key begins with its own hash"),
        (instead(SLOTS, "h & (2**64 - 1)", "h"), "Shifted right, a negative number stays negative"),
        (instead(SLOTS, "slot, perturb =", "h = abs(h)\n        slot, perturb ="), "-2 & 7 is 6"),
        (instead(SLOTS, "while slot in taken", "while False"), "the second key has to step on"),
        (instead(SLOTS, "slot, perturb = h & (size - 1)", "slot, perturb = h"), "The table has 8 slots"),
        (instead(SLOTS, "return found", "return [i if i in taken else None for i in range(size)]"), "not the table"),
        (instead(SLOTS, "return found", "return tuple(found)"), "Return a list with the slot"),
        (instead(SLOTS, "return found", "return sorted(found)"), "The first slot is that of the first key"),
        (instead(SLOTS, "perturb + 1)", "1)"), "the same step for every key"),
        (instead(SLOTS, "5 * slot + perturb", "3 * slot + perturb"), "with the perturb of that very key"),
        (instead(SLOTS, "h & (2**64 - 1)", "h & (2**32 - 1)"), "with the perturb of that very key"),
    ],
    "4.5": [
        (hashing("len(file.name.casefold())"), "depend on all letters of the name"),
        (hashing("hash((file.name, file.size))"), "does not tell capital letters from small ones"),
        (hashing("hash((file.name.lower(), file.size))"), "Use what `__eq__` uses"),
        (hashing("hash(f'{file.name.casefold()}/{file.size}')"), "The hashes of 3 and 3.0 agree"),
        (hashing("hash(file.name.casefold())"), "all that `__eq__` compares"),
        (hashing("hash(file.size)"), "depend on all letters of the name"),
        (hashing("sum(map(ord, file.name.casefold())) * 100_003 + int(file.size)"),
         "the same letters in different orders"),
        (hashing("hash(file.name.casefold()[-5:]) ^ hash(file.size)"), "depend on all letters"),
        (hashing("hash(frozenset(file.name.casefold())) ^ hash(file.size)"), "the same letters in different orders"),
        ("""
def file_hash(file):
    name = file.name.casefold()
    return hash(sum(letter * letter for letter in map(ord, name)) + file.size * 31)
""", "the same letters in different orders"),
        ("""
def file_hash(file):
    number = 0
    for letter in file.name.casefold()[:4] + file.name.casefold()[-4:]:
        number = number * 1000 + ord(letter)
    return number + int(file.size) + len(file.name.casefold())
""", "their sum stays the same"),
        (hashing("hash(file)"), "calls the very function you are writing"),
        (hashing("id(file)"), "not on the object's address"),
        (hashing("(file.name.casefold(), file.size)"), "A hash is an integer"),
        (hashing("hash((file.name.casefold(), file.size)) % 10"), "A hash may use 64 bits"),
        ("def file_hash(file):\n    file.size = float(file.size)\n    return hash((file.name.casefold(), file.size))",
         "Only look at the file"),
        (hashing("hash((file.name.casefold(), file.size, sum(map(float, range(2000)))))"), "is there a loop in it"),
        (hashing("hash((file.name.upper(), file.size))"), "`upper` and `lower` do not"),
        (hashing("hash((file.name.casefold()[:10], file.size))"), "They begin alike and end alike"),
        (hashing("hash((file.name.casefold()[-10:], file.size))"), "They begin alike and end alike"),
        ("import numpy as np\n" + hashing("np.int64(hash((file.name.casefold(), file.size)))"), "of type int64"),
    ],
}  # fmt: skip
