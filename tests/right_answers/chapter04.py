"""Right answers to the exercises of chapter 04, in other styles than the solution's."""

OPERATORS = """
import operator

SIGNS = "+ - * // % < <= == != > >="
NAMES = "add sub mul floordiv mod lt le eq ne gt ge"
OPERATORS = {s: getattr(operator, n) for s, n in zip(SIGNS.split(), NAMES.split())}
"""

RIGHT = {
    "4.1": [
        OPERATORS + """
def evaluate(program, arguments):
    stack, names, place = [], {**arguments}, 0
    while True:
        match program[place]:
            case ("LOAD_CONST", value):
                stack.append(value)
            case ("LOAD_FAST", name):
                try:
                    stack.append(names[name])
                except KeyError:
                    raise UnboundLocalError(f"no value: {name}") from None
            case ("STORE_FAST", name):
                names[name] = stack.pop()
            case ("BINARY_OP" | "COMPARE_OP", sign):
                right = stack.pop()
                stack.append(OPERATORS[sign](stack.pop(), right))
            case ("POP_JUMP_IF_FALSE", n):
                place += 0 if stack.pop() else n
            case ("JUMP_BACKWARD", n):
                place -= n
            case ("RETURN_VALUE", _):
                return stack.pop()
        place += 1
""",
        OPERATORS + """
class Machine:
    def __init__(self, arguments):
        self.stack, self.names, self.next = [], dict(arguments), 0

    def load_const(self, value):
        self.stack.append(value)

    def load_fast(self, name):
        if name not in self.names:
            raise UnboundLocalError("cannot access local variable " + repr(name))
        self.stack.append(self.names[name])

    def store_fast(self, name):
        self.names[name] = self.stack.pop()

    def binary_op(self, sign):
        right, left = self.stack.pop(), self.stack.pop()
        self.stack.append(OPERATORS[sign](left, right))

    compare_op = binary_op

    def pop_jump_if_false(self, n):
        if not self.stack.pop():
            self.next += n

    def jump_backward(self, n):
        self.next -= n

def evaluate(program, arguments):
    machine = Machine(arguments)
    while program[machine.next][0] != "RETURN_VALUE":
        instruction, argument = program[machine.next]
        machine.next += 1
        getattr(machine, instruction.lower())(argument)
    return machine.stack.pop()
""",
        """
def evaluate(program, arguments):
    stack, values, at = [], arguments.copy(), 0
    calculate = {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "//": lambda a, b: a // b,
        "%": lambda a, b: a % b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    }
    while True:
        what, argument = program[at]
        at += 1
        if what == "RETURN_VALUE":
            return stack[-1]
        if what == "LOAD_CONST":
            stack += [argument]
        if what == "LOAD_FAST":
            missing = object()
            value = values.get(argument, missing)
            if value is missing:
                raise UnboundLocalError(argument)
            stack += [value]
        if what == "STORE_FAST":
            values[argument] = stack.pop()
        if what.endswith("_OP"):
            *stack, left, right = stack
            stack.append(calculate[argument](left, right))
        if what == "POP_JUMP_IF_FALSE":
            at = at if bool(stack.pop()) else at + argument
        if what == "JUMP_BACKWARD":
            at = at - argument
""",
    ],
    "4.2": [
        """
import dis

def names_in_loops(f):
    names = set()
    steps = list(dis.Bytecode(f))
    for jump in steps:
        if "JUMP_BACKWARD" in jump.opname:
            for step in steps:
                if jump.argval <= step.offset < jump.offset and step.opname == "LOAD_GLOBAL":
                    names.add(step.argval)
    return names
""",
        """
import dis

def names_in_loops(f):
    places = {step.offset: i for i, step in enumerate(dis.get_instructions(f))}
    steps = list(dis.get_instructions(f))
    found = []
    for i, step in enumerate(steps):
        if step.opcode in dis.hasjrel + dis.hasjabs and step.argval < step.offset:
            found += steps[places[step.argval] : i]
    return set(step.argval for step in found if step.opname == "LOAD_GLOBAL")
""",
        """
from dis import get_instructions

def names_in_loops(f):
    ahead, names = [], set()
    for step in reversed(list(get_instructions(f))):
        if "JUMP_BACKWARD" in step.opname:
            ahead.append(step.argval)
        ahead = [start for start in ahead if start <= step.offset]
        if ahead and step.opname == "LOAD_GLOBAL":
            names |= {step.argval}
    return names
""",
    ],
    "4.3": [
        "import itertools\nimport operator\n\ndef running_totals(values):\n"
        "    return [*itertools.accumulate(values, operator.add)]",
        "import itertools\n\ndef running_totals(values):\n    totals = []\n"
        "    totals.extend(itertools.accumulate(values))\n    return totals",
        "import numpy as np\n\ndef running_totals(values):\n"
        "    return np.add.accumulate(np.array(values, dtype=object)).tolist()",
        "from itertools import accumulate, islice\n\ndef running_totals(values):\n"
        "    return list(islice(accumulate(values, initial=0), 1, None))",
    ],
    "4.4": [
        """
def slots(hashes, size):
    table, found = [None] * size, []
    for key, h in enumerate(hashes):
        slot, perturb = h % size, h % 2**64
        while table[slot] is not None:
            perturb //= 32
            slot = (slot * 5 + perturb + 1) % size
        table[slot] = key
        found.append(slot)
    return found
""",
        """
import ctypes

def walk(h, size):
    slot, perturb = h & size - 1, ctypes.c_uint64(h).value
    while True:
        yield slot
        perturb >>= 5
        slot = slot * 5 + perturb + 1 & size - 1

def slots(hashes, size):
    found = {}
    for h in hashes:
        found[next(slot for slot in walk(h, size) if slot not in found)] = h
    return list(found)
""",
        """
def slots(hashes, size):
    result = []

    def land(slot, perturb):
        if slot not in result:
            return slot
        perturb >>= 5
        return land((5 * slot + perturb + 1) & (size - 1), perturb)

    for h in hashes:
        result.append(land(h & (size - 1), h if h >= 0 else h + 2**64))
    return result
""",
    ],
    "4.5": [
        "def file_hash(file):\n    return hash(file.name.casefold()) ^ hash(file.size)",
        """
from functools import lru_cache

@lru_cache(maxsize=None)
def canonical(name):
    return name.casefold()

def file_hash(file):
    return hash((canonical(file.name), file.size))
""",
        "def file_hash(file):\n    return (file.size, file.name.casefold()).__hash__()",
        """
import zlib

def file_hash(file):
    return zlib.crc32(file.name.casefold().encode()) * 1_000_003 + hash(file.size)
""",
    ],
}  # fmt: skip
