"""Chapter 04, bytecode: the evaluation loop, the names it looks up, how often it turns, and where dicts keep keys."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from unladen.exercises.chapter04 import evaluation, hashing
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import SHOWN, short
from unladen.exercises.words import call, case, refuses, wrong

# ---------------------------------------------------------------------------------------------------- 4.1

_NEXT = (
    "Where is the counter when the jump is made? The loop has fetched the jump and moved on already, so the distance "
    "counts from the instruction after it."
)
_POPS = "POP_JUMP_IF_FALSE takes the condition off the stack, whichever way it goes. Yours is still there afterwards."
_TRUTH = "Any object can be a condition: 0, '' and [] are as false as False. Ask `if not value`, not `is False`."
_OWN = (
    "Arguments and program belong to the caller, who may use them again: begin with `dict(arguments)`, and walk "
    "through the program with a counter."
)


@exercise(
    "4.1",
    "The evaluation loop",
    hints=[
        "You need three things: a list as the stack, a dictionary of locals, and the number of the next instruction.",
        "In `while True:` fetch the instruction, add 1 to the counter, then ask which of the eight it is. A jump adds "
        "to the counter or subtracts from it.",
        "BINARY_OP pops the right operand first: `right, left = stack.pop(), stack.pop()`. POP_JUMP_IF_FALSE: "
        "`if not stack.pop(): counter += argument`.",
    ],
    why="This is CPython's main loop, less the speed: fetch, move on, decide which instruction it is, work on the "
    "stack, again. Your BINARY_OP added numbers, texts and lists without a word about types in the program, because "
    "it asked the objects, each time anew. The loop in CPython does the same in C, and the instruction says no more "
    "there than here. Whoever wants it faster has two ways: fewer turns, or less to decide in each.",
)
def evaluate(answer):
    def right(program, arguments, expected, hint, mistakes=(), name=""):
        shown = f"evaluate({name or repr(program)}, {arguments!r})"
        return case(answer, (program, arguments), expected, shown=shown, hint=hint, mistakes=mistakes, unchanged=_OWN)

    def binary(operation, instruction="BINARY_OP"):
        return [("LOAD_FAST", "x"), ("LOAD_FAST", "y"), (instruction, operation), ("RETURN_VALUE", None)]

    swapped = "The operands are the wrong way round. The one pushed last is popped first: it is the right one."
    last = [("LOAD_CONST", 42), ("RETURN_VALUE", None), ("LOAD_CONST", 7), ("RETURN_VALUE", None)]
    right(last[:2], {}, 42, "LOAD_CONST pushes its argument; RETURN_VALUE pops a value, and that is the result.")
    right(last, {}, 42, "RETURN_VALUE ends the call: what stands behind it is not executed.")
    right([("LOAD_FAST", "x"), ("RETURN_VALUE", None)], {"x": 5}, 5, "LOAD_FAST pushes the value of a local.")
    right(binary("-"), {"x": 10, "y": 3}, 7, "BINARY_OP pops two values and pushes one.", [(-7, swapped)])
    right(binary("<", "COMPARE_OP"), {"x": 2, "y": 3}, True, "COMPARE_OP pops two, pushes one.", [(False, swapped)])
    objects = "The values may be objects of any type: leave it to `OPERATORS[argument](left, right)` what to do."
    anything = [(Exception, objects), (lambda got: True, objects)]
    right(binary("+"), {"x": "byte", "y": "code"}, "bytecode", objects, [("codebyte", swapped), *anything])
    right(binary("+"), {"x": [1], "y": [-2]}, [1, -2], objects, anything)
    kept = "STORE_FAST takes the value off the stack: pop, do not just look."
    store = [("LOAD_CONST", 1), ("LOAD_CONST", 2), ("STORE_FAST", "z"), ("RETURN_VALUE", None)]
    right(store, {}, 1, kept, [(2, kept)])
    again = [("LOAD_FAST", "x"), ("STORE_FAST", "y"), ("LOAD_FAST", "y"), ("RETURN_VALUE", None)]
    right(again, {"x": 8}, 8, "STORE_FAST keeps a value as a local, and LOAD_FAST finds it there.")
    refuses(
        answer,
        ([("LOAD_FAST", "y"), ("RETURN_VALUE", None)], {"x": 8}),
        UnboundLocalError,
        saying=r"\by\b",
        hint="A local without a value is an UnboundLocalError in Python, so raise one. (If y has a value here, it is "
        "left over from the call before: every call begins with locals of its own.)",
        mistakes=[
            (KeyError, "In Python that is an UnboundLocalError: see whether the name is there before you use it.")
        ],
        silent="Say in the message which local has no value.",
    )
    nothing = (
        "None, 0 and False are values like any other: a local that has one of them has a value, and so has a result."
    )
    for value in (None, 0, False):
        right([("LOAD_CONST", value), ("RETURN_VALUE", None)], {}, value, nothing)
        given = [(UnboundLocalError, nothing)]
        right([("LOAD_FAST", "x"), ("RETURN_VALUE", None)], {"x": value}, value, nothing, given)
    _jumps(right)
    for sign, operation in evaluation.SIGNS.items():
        meant = f"`{sign}` is what Python means by it: `OPERATORS[{sign!r}](left, right)`."
        for x, y in ((7, 2), (-7, 3), (2, 2)):
            instruction = "COMPARE_OP" if sign[0] in "<>=!" else "BINARY_OP"
            right(binary(sign, instruction), {"x": x, "y": y}, operation(x, y), meant)


def _jumps(right) -> None:
    jumped = [(IndexError, _NEXT)]
    for a, b in ((2, 5), (5, 2)):
        taken = "The condition is false, so the next 2 are skipped." if a > b else "The condition is true: go on."
        right(evaluation.LARGER, {"a": a, "b": b}, 5, taken, [(2, taken), *jumped])
    for x, expected in ((5, 101), (0, 100), ("", 100), ([], 100), ("0", 101)):
        unpopped = [(6 if x == 5 else 0, _POPS), (lambda got: got in ("", "0", []), _POPS), (TypeError, _POPS)]
        truth = [(101, _TRUTH)] if expected == 100 else []
        right(evaluation.HUNDRED_OR_MORE, {"x": x}, expected, _NEXT, [*unpopped, *truth, *jumped])
    for n in (0, 1, 5, 5000):
        loop = "Follow sum_down for n = 1, instruction by instruction: where does JUMP_BACKWARD lead?"
        right(evaluation.SUM_DOWN, {"n": n}, n * (n + 1) // 2, loop, jumped, name="sum_down")


# ---------------------------------------------------------------------------------------------------- 4.2


@exercise(
    "4.2",
    "What a loop looks up",
    hints=[
        "`for step in dis.get_instructions(f)` gives one instruction after the other. Look at its `opname`, `argval` "
        "and `offset`, its place in the bytecode.",
        "A loop is where a jump leads back: its `argval` is an offset smaller than its own. Everything between the "
        "two belongs to the loop. `'JUMP_BACKWARD' in step.opname` finds such jumps on every version.",
        "First list the loops as pairs `(step.argval, step.offset)`. Then collect the `argval` of every LOAD_GLOBAL "
        "whose offset lies in one of the pairs.",
    ],
    why="A loop in bytecode is nothing but a jump to a smaller offset, and a name in it is looked up again in every "
    "turn unless it is a local: locals are places in an array, numbered by the compiler. That `range` in the header "
    "of a `for` is missing from your list, while the condition of a `while` is on it, is Python's rule made visible: "
    "the one is evaluated once, before the loop, the other before every turn. Nowadays CPython remembers where it "
    "found a global, so one lookup is cheap. It still has to check each time that nobody has changed it.",
)
def names_in_loops(answer):
    def has(*names):
        return lambda got: isinstance(got, set) and bool(got & set(names))

    mistakes = [
        (lambda got: isinstance(got, list | tuple | dict | frozenset), "Return a set: the names have no order."),
        (OSError, "The source is not at hand, only the bytecode: read it with `dis.get_instructions(f)`."),
        (
            lambda got: isinstance(got, set) and any("NULL" in str(name) for name in got),
            "`argrepr` is written for readers, NULL and all; the name itself is `argval`.",
        ),
        (
            has("sqrt"),
            "`sqrt` is looked up inside of an object, by another instruction. Asked are the names that are looked up "
            "among globals and builtins: LOAD_GLOBAL.",
        ),
        (
            has("f", "i", "n", "row", "rows", "total", "value", "values", "x", "xs", "y", "ys"),
            "That is a local: LOAD_FAST takes it from its place in an array, and looks nothing up.",
        ),
    ]
    for source, expected, hint in evaluation.LOOKED_UP:
        space = {}
        exec(source, space)
        lines = source.count("\n") + 1
        text = source if lines < 10 else "\n".join([*source.split("\n")[:4], f"        … ({lines} lines in all)"])
        shown = f"With f as in\n\n{text}\n\nnames_in_loops(f)"
        case(answer, (space["f"],), expected, shown=shown, hint=hint, mistakes=mistakes)


# ---------------------------------------------------------------------------------------------------- 4.3


def running_totals_slowly(values):
    """The loop that the learner is given."""
    total = 0
    totals = []
    for value in values:
        total += value
        totals.append(total)
    return totals


@exercise(
    "4.3",
    "Fewer turns",
    hints=[
        "A shorter body of the loop takes fewer turns per value, but a loop in Python always takes some. Which "
        "function loops in C?",
        "Look through the module `itertools` for a function that adds up.",
        "`itertools.accumulate(values)` gives one total after the other, on demand. A list is asked.",
    ],
    why="Ten values or a million: the evaluation loop turns the same few times, to look up two names and call them. "
    "The loop over the values has moved into C, where no instruction has to be fetched or decided on. It is faster, "
    "and by less than the count of turns might make you hope (race the two!): each addition still asks both "
    "objects for their types and makes a new object for the sum. Turns are one cost, objects the other; the next "
    "chapter is about those.",
)
def running_totals(answer):
    lazy = "A list is asked. What you return makes its values on demand: put them into a list."
    array = "NumPy's numbers have a fixed width and one type for all; Python's values do not. Stay with lists."
    kind = [
        (lambda got: isinstance(got, int | float), "That is one number. Asked is a total for each value: a list."),
        (lambda got: isinstance(got, np.ndarray), array),
        (lambda got: isinstance(got, tuple), "A list is asked, as the slow version returns one, and not a tuple."),
        (lambda got: got is not None and not isinstance(got, list), lazy),
    ]
    zero = "There is one total per value, and the first one is the first value itself; no 0 before it."
    case(answer, ([],), [], hint="No values, no totals: an empty list.", mistakes=[([0], zero), *kind])
    once = [([0, 3], zero), *kind]
    given = [3]
    if case(answer, (given,), [3], hint="One value is its own total.", mistakes=once) is given:
        alias = "The totals take the place of the caller's values there, who still needs them: make a new list."
        wrong("running_totals([3]) returned the very list it was given", alias)
    totals = "Each total contains all the values before it."
    case(answer, ([1, 2, 3],), [1, 3, 6], hint=totals)
    case(answer, ([5, -5, 2],), [5, 0, 2], hint="Values may be negative.")
    case(answer, ([1, 0.5],), [1, 1.5], hint="Integers stay integers until a float is added.", mistakes=[
        ([1.0, 1.5], array)])  # fmt: skip
    case(answer, ([10**30, 1],), [10**30, 10**30 + 1], hint=array, mistakes=[(OverflowError, array)])
    case(answer, ([2**62, 2**62],), [2**62, 2**63], hint=array)
    values = np.random.default_rng(43).integers(-1000, 1000, 300).tolist()
    case(answer, (values,), running_totals_slowly(values), hint=totals)
    few, many = (evaluation.turns(answer, values[:n]) for n in (10, 300))
    if many > few + 100:
        told = f"running_totals took {few} turns of the evaluation loop for 10 values and {many} for 300"
        wrong(told, _turning(answer))
    added = evaluation.additions(answer, 200)
    if added > 400:
        told = f"running_totals of 200 values made {added} additions"
        wrong(told, "That grows with the square of their number. Each total is the one before it and one value more.")


def _turning(answer) -> str:
    few, some, many = (evaluation.turns(answer, [1] * n) for n in (0, 100, 200))
    if many - some > 1.5 * (some - few):
        return "That grows with the square of their number: there is a loop in the loop."
    names = set(getattr(getattr(answer, "__code__", None), "co_names", ()))
    if "accumulate" in names:
        return (
            "`accumulate` is the right one, yet something in Python still runs for every value: a `for` that passes "
            "its results on, or a function of yours that it calls. Neither is needed."
        )
    return "There is still a loop in Python's own instructions; a comprehension is one, too. Let a loop in C do it."


# ---------------------------------------------------------------------------------------------------- 4.4


@exercise(
    "4.4",
    "Where the keys land",
    seconds=4,  # a wrong step may never find a free slot
    hints=[
        "Keep a set of the slots that are taken. For each hash: begin at `h & (size - 1)`, and step while the slot is "
        "taken.",
        "Every key has a `perturb` of its own, which begins as its hash, as an unsigned number of 64 bits: "
        "`h & (2**64 - 1)`.",
        "One step: `perturb >>= 5`, then `slot = (5 * slot + perturb + 1) & (size - 1)`.",
    ],
    why="A look-up walks the same way: from where the hash says, step by step, until it meets the key or a gap. "
    "The first slot depends on a few low bits only; the steps bring in the other bits, five at a time, so keys that "
    "agree in the low bits part ways soon. Keys with the same hash never do. Each of them walks past all that came "
    "before, which is what makes a bad `__hash__` so expensive. CPython makes the table larger when two thirds are "
    "taken, so walks stay short as long as the hashes differ.",
    findings=[
        (r"\[0, 8\].*had not come back", "5 * 0 + 0 is slot 0 again, for ever. Is the `+ 1` missing from your step?"),
        ("had not come back", "The walk finds no free slot, though there are some. Does every step change the slot?"),
    ],
)
def slots(answer):
    table = [
        (lambda got: got is not None and not isinstance(got, list), "Return a list with the slot of each key."),
        (lambda got: got is not None and len(got) == 8, "Return the slot of each key in turn, not the table."),
    ]
    case(answer, ([5], 8), [5], hint="The first slot is given by the low bits: `h & (size - 1)`.", mistakes=table)
    case(answer, ([], 8), [], hint="No keys, no slots: an empty list.")
    case(answer, ([3, 1, 2], 8), [3, 1, 2], hint="No two of them collide. The first slot is that of the first key.")
    case(answer, ([13], 8), [5], hint="The table has 8 slots: `h & (size - 1)`.")
    taken = "8 & 7 is 0, and that slot is taken: the second key has to step on."
    case(answer, ([0, 8], 8), [0, 1], hint=taken, mistakes=[([0, 0], taken)])
    _right(answer, [0, 8, 16], 8)
    _right(answer, [32, 64, 40], 8)
    _right(answer, [0, 8, 16, 24, 32], 8)
    _right(answer, [-2, 6], 8)
    _right(answer, [7, 7, 7, 7], 32)
    _right(answer, [-3] * 16, 64)
    rng = np.random.default_rng(44)
    for size in (8, 16, 64, 1024):
        for low in (-(2**63), 0):
            hashes = (rng.integers(low, 2**63 - 1, size // 2, dtype=np.int64) * np.int64(8)).tolist()
            _right(answer, hashes, size)


def _right(answer, hashes, size) -> None:
    after = "The next slot is (5 * slot + perturb + 1) & (size - 1), with the perturb of that very key."
    expected = hashing.landing(hashes, size)
    wrongly = [(hashing.landing(hashes, size, mistake), hint) for mistake, hint in hashing.MISSTEPS]
    known = [(got, hint) for got, hint in wrongly if got != expected]
    if len(hashes) <= SHOWN:
        case(answer, (hashes, size), expected, hint=after, mistakes=known)
        return
    got = call(answer, (list(hashes), size))
    if isinstance(got, list) and len(got) == len(expected) and got != expected:
        key = next(k for k, slots in enumerate(zip(got, expected, strict=True)) if slots[0] != slots[1])
        told = f"slots({short(hashes)}, {size}) returned slot {short(got[key])} for key number {key + 1}, "
        wrong(
            told + f"whose hash is {hashes[key]}; expected {expected[key]}",
            next((h for g, h in known if g == got), after),
        )
    case(answer, (hashes, size), expected, hint=after)


# ---------------------------------------------------------------------------------------------------- 4.5


@exercise(
    "4.5",
    "A hash that keeps its promises",
    hints=[
        "Two rules. What is equal has the same hash; what is not should have another one. The first is a duty, "
        "the second a matter of speed.",
        "Hash what `__eq__` compares, in the form in which it compares: `file.name.casefold()` and `file.size`.",
        "Python hashes tuples, and mixes their elements well: `hash((this, that))`.",
    ],
    why="A dict compares the hashes first, which it keeps beside the keys, and calls `__eq__` only where they agree. "
    "With your hash the files that differ are told apart by one comparison of integers, in C. With the length of the "
    "name nearly all of them had to be compared with each other, and every `__eq__` is a call of Python code. A "
    "mistake in the first rule would have been worse: equal keys that are not found, without any error. A tuple of "
    "what `__eq__` compares is right nearly always, as long as nobody changes those attributes while the object is a "
    "key.",
)
def file_hash(answer):
    File = hashing.files(lambda file: answer(file))
    file = File("notes.txt", 10)
    got = _hash(answer, file)
    if not isinstance(got, int):
        integer = "A hash is an integer. `hash` makes one of a text, of a number, and of a tuple of them."
        wrong(f"file_hash({file!r}) returned {short(got)}, of type {type(got).__name__}, expected an int", integer)
    if repr(file) != "File('notes.txt', 10)":
        wrong(f"file_hash changed the file: it is {file!r} now", "Only look at the file; it may be a key already.")
    for first, second, hint in hashing.EQUAL:
        one, other = File(*first), File(*second)
        if _hash(answer, one) != _hash(answer, other):
            wrong(f"{one!r} == {other!r} is True, but their hashes differ", hint)
    for title, fields, hint in hashing.DIFFERENT:
        _spreads(answer, File, title, fields, hint)
    slow = "It spreads well, but it is a lot of work for each look-up: is there a loop in it?"
    faster_than(length_of_the_name, _building(File), _fields, at_least=5, hint=slow)


def _fields(rng) -> tuple[list[tuple[str, int]]]:
    """The names and sizes of 400 files of three sizes; about ten are there twice, in other letters."""
    numbers = rng.permutation(10**5)[:400].tolist()
    fields = [(f"{('docs', 'src')[n % 2]}/{n}.txt", 10 * (n % 3)) for n in numbers]
    for place in rng.integers(0, 200, rng.integers(1, 20)).tolist():
        name, size = fields[place]
        fields[place + 200] = name.upper(), size
    return (fields,)


def _spreads(answer, File, title, fields, hint) -> None:
    File.comparisons = 0
    call(set, ([File(*f) for f in fields],), shown=f"A set of {title},")
    if File.comparisons <= len(fields) / 10:
        return
    hashes = [answer(File(*f)) for f in fields]
    orders = {answer(File("".join(letters), 0)) for letters in permutations("abcd")}
    if "bca" in title and len(orders) == 1 and answer(File("abce", 0)) not in orders:
        hint = hashing.NO_ORDER
    elif len(set(hashes)) > 1 and max(map(abs, hashes)) < 2**20:
        hint = hashing.SMALL
    different = len(set(hashes))
    share = "all have the same hash" if different == 1 else f"have {different} different hashes among them"
    told = f"{title} {share}, and a set of them needed {File.comparisons} calls of __eq__, expected next to none"
    wrong(told, hint)


def length_of_the_name(fields) -> int:
    """Build a set with the hash that the learner is given."""
    return _building(hashing.files(lambda file: len(file.name.casefold())))(fields)


def _building(kind: type):
    return lambda fields: len({kind(*f) for f in fields})


def _hash(answer, file) -> int:
    itself = "`hash(file)` calls the very function you are writing, and so on: hash what the file contains."
    fields = "A file has a `name`, a text, and a `size`, a number; hash these."
    return call(answer, (file,), hint=fields, mistakes=[(RecursionError, itself)])
