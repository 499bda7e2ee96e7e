"""Chapter 05, objects: the digits of an int, what a structure weighs, who is freed when, how lists grow, columns."""

from __future__ import annotations

import sys
from collections import OrderedDict, deque, namedtuple

import numpy as np

from unladen.exercises import references
from unladen.exercises.chapter05 import memory, tracks
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.stub import unwritten
from unladen.exercises.values import same, short
from unladen.exercises.words import NO_RETURN, Unwritten, call, case, wrong

# ---------------------------------------------------------------------------------------------------- 5.1

_BITS = (
    "A digit fills four bytes and uses 30 of their 32 bits. So one in the second digit is worth 2**30, in the third "
    "2**60, and so on."
)
_EXACT = (
    "A float keeps 53 bits, a number of NumPy's 64 at most; an int keeps them all. Stay with Python's integers: "
    "`2**30`, `<<`, `|`."
)


@exercise(
    "5.1",
    "An int out of its bytes",
    hints=[
        "Cut the bytes into groups of four. `int.from_bytes(group, 'little')` makes a digit of each.",
        "The digit at position k is worth `digit * 2**(30 * k)`. Add them up.",
        "`sum(int.from_bytes(data[k : k + 4], 'little') << 30 * (k // 4) for k in range(0, len(data), 4))`, and a "
        "minus if it is negative.",
    ],
    why="That is all there is to an integer that never overflows: an object with as many digits as it takes, in base "
    "2**30, and a note beside them about the sign. Two bits of every four bytes stay free, which leaves room for the "
    "carry when digits are added. Each of a million integers in a list looks like this: a header first, and then, "
    "mostly, a single digit. CPython adds numbers of one digit on a short path, and still makes a new object for each "
    "sum that is not among the small integers it keeps.",
)
def decode_int(answer):
    def right(digits, negative, expected, hint, mistakes=()):
        data = b"".join(digit.to_bytes(4, "little") for digit in digits)
        floats = (lambda got: isinstance(got, float), _EXACT)
        case(answer, (data, negative), expected, hint=hint, mistakes=[*mistakes, floats])

    little = "The first of the four bytes counts least: `int.from_bytes(group, 'little')`."
    sign = "The digits do not know the sign; `negative` does."
    right([5], False, 5, "One digit below 2**30 is the number itself.", [(5 << 24, little)])
    right([256], False, 256, little, [(65536, little)])
    right([5], True, -5, sign, [(5, sign)])
    right([0], False, 0, "The digit 0 makes the number 0.")
    right([], False, 0, "No digits at all make 0.")
    first = "The first digit is the one that counts least."
    more = "There is a second digit. How many are there in `data`?"
    right([0, 1], False, 2**30, _BITS, [(2**32, _BITS), (1, first), (0, more)])
    right([3, 2], False, 3 + 2 * 2**30, _BITS, [(3 + 2 * 2**32, _BITS), (3 * 2**30 + 2, first), (3, more)])
    third = "Every digit counts, however many there are."
    right([1, 2, 3], True, -(1 + 2 * 2**30 + 3 * 2**60), third, [(2 * 2**30 + 3 * 2**60 - 1, sign)])
    right([1, 0, 0, 2**30 - 1], False, 1 + (2**30 - 1) * 2**90, _EXACT)
    for text in ("0", "-1", "2**30 - 1", "2**30", "-(2**60) + 1", "10**30", "-(3**500)"):
        number = eval(text)
        shown = f"decode_int(digit_bytes({text}), {number < 0})"
        case(answer, (memory.digits(number), number < 0), number, shown=shown, hint=third)


# ---------------------------------------------------------------------------------------------------- 5.2

_AGAIN = "One object that is referred to twice is there once: remember which you have counted."
_EQUAL = (
    "Equal is not the same: two equal lists are two objects. Whether two names mean one object is told by `is`, or by "
    "`id`; do not use `==`, nor `in` on a list of objects."
)
_EXTRA = (
    "That is more than there is. Is something counted that exists only while you look, such as the pairs of "
    "`items()` or a list of the keys?"
)
_TEXTS = (
    "Only lists, tuples, dicts and sets are opened. A text gives texts when one loops over it, each of which gives "
    "texts, and so on."
)


@exercise(
    "5.2",
    "What a structure weighs",
    hints=[
        "`sys.getsizeof` weighs one object without what it refers to. What does a list refer to, what a dict?",
        "Keep the `id` of every object that was counted in a set, and look there first.",
        "Keep a list of what is still to be counted, instead of calling the function inside itself: "
        "`while waiting: thing = waiting.pop()`, then `waiting.extend(thing)`.",
    ],
    why="A container holds references, and `sys.getsizeof` counts those, not what is at the other end. To count that, "
    "you had to follow the references: each object once, by identity, in circles too. The garbage collector goes "
    "through your containers in this way from time to time, and so does `copy.deepcopy`, with a dictionary of ids. "
    "What you found is still a lower bound: an object may keep memory that `sys.getsizeof` is not told of.",
)
def deep_size(answer):
    one = "An object that is no container weighs what `sys.getsizeof` says."
    _weighs(answer, 7, "7", one)
    _weighs(answer, "abc", "'abc'", _TEXTS)
    _weighs(answer, [], "[]", one)
    _weighs(answer, [1000, 2000], "[1000, 2000]", "The list and both integers: three objects.")
    _weighs(answer, ["abc", "de"], "['abc', 'de']", _TEXTS)
    _weighs(answer, (1.5, [2.5]), "(1.5, [2.5])", "Containers in containers are opened, too.")
    _weighs(answer, {"k": 1000}, "{'k': 1000}", "A dict refers to its keys and to its values.")
    _weighs(answer, {(1, 2): {3.5}}, "{(1, 2): {3.5}}", "Keys and values may be containers themselves.")
    _weighs(answer, {1.5, frozenset({2.5})}, "{1.5, frozenset({2.5})}", "A frozenset is a set, too.")
    text = "one and the same"
    _weighs(answer, [text, text], "[text, text]", _AGAIN)
    inner = [1000]
    _weighs(answer, [inner, inner, [inner]], "[inner, inner, [inner]]", _AGAIN)
    _weighs(answer, [[], []], "[[], []]", _EQUAL)
    _weighs(answer, [1, 1.0, (2,), (2.0,)], "[1, 1.0, (2,), (2.0,)]", _EQUAL)
    kinds = "OrderedDict and its like are dicts: ask `isinstance(thing, dict)`, not for the exact type."
    _weighs(answer, OrderedDict(a=[1.5]), "OrderedDict(a=[1.5])", kinds)
    named = "A named tuple is a tuple: ask `isinstance(thing, tuple)`, not for the exact type."
    Point = namedtuple("Point", "x y")
    _weighs(answer, Point(1.5, [2.5]), "Point(1.5, [2.5])", named)
    _leaves_alone(answer)
    for other in (range(1000, 1003), deque([1000, 2000]), bytearray(b"abc")):
        _weighs(answer, [other], f"[{other!r}]", _TEXTS)
    _follows_circles(answer)
    slow = "Is each object looked for in a list? A set finds an id without going through the others."
    faster_than(memory.size_by_list, answer, _numbers, at_least=3, hint=slow)


def _numbers(rng) -> tuple[list[int]]:
    """3000 integers of one to four digits of 30 bits, some of which are there twice."""
    digits, shifts = rng.integers(1000, 2**29, 3000).tolist(), rng.integers(0, 90, 3000).tolist()
    numbers = list(map(int.__lshift__, digits, shifts))
    for one, other in rng.integers(0, 3000, (rng.integers(5, 50), 2)).tolist():
        numbers[one] = numbers[other]
    return (numbers.copy(),)  # a copy has no room to spare, which would be weighed


def _weighs(answer, thing, text, hint) -> None:
    shown = f"deep_size({text})"
    hashed = "If it is about hashing: a list cannot be put into a set, but its `id` is an integer, and can."
    got = call(answer, (thing,), shown=shown, hint=hint, mistakes=[(RecursionError, _TEXTS), (TypeError, hashed)])
    expected = memory.size_of(thing)
    outer = "`sys.getsizeof` weighs the container alone, with its references. What is at their other ends counts, too."
    kept = "Is what was counted kept from one call to the next? A default value is made once: begin with an empty set."
    mistakes = [
        (0, kept),
        (sys.getsizeof(thing) if type(thing) in (list, tuple, dict, set) else None, outer),
        (memory.size_of(thing, "again"), _AGAIN),
        (memory.size_of(thing, "equal"), _EQUAL),
        (memory.size_of(thing, "keys"), "The keys of a dict are objects, too."),
        (memory.size_of(thing, "values"), "The values of a dict are objects, too."),
    ]
    known = [told for size, told in mistakes if same(got, size)]
    more = [_EXTRA] if isinstance(thing, dict) and isinstance(got, int) and got > expected else []
    if not same(got, expected):
        told = f"{shown} returned {short(got)}, expected {expected}"
        wrong(told, [*known, *more, NO_RETURN if got is None else hint][0])


def _leaves_alone(answer) -> None:
    numbers = iter([1.5, 2.5])
    shown = "deep_size([numbers]), where numbers is an iterator,"
    got = call(answer, ([numbers],), shown=shown, hint=_TEXTS)
    if list(numbers) != [1.5, 2.5]:
        used = "Only lists, tuples, dicts and sets are opened: whoever loops over an iterator uses it up."
        wrong(f"{shown} used the iterator up", used)
    if got != (expected := memory.size_of([numbers])):
        wrong(f"{shown} returned {short(got)}, expected {expected}", _TEXTS)


def _follows_circles(answer) -> None:
    def right(thing, shown, expected, endless):
        got = call(answer, (thing,), shown=shown, mistakes=[(RecursionError, endless)])
        if got != expected:
            wrong(f"{shown} returned {short(got)}, expected {expected}", _AGAIN)

    circle = [1.5]
    circle.append({"back": circle})
    endless = "The structure contains itself. Note that an object is counted before you open it, not after."
    right(
        circle, "deep_size(circle), where circle contains a dict that contains circle,", memory.size_of(circle), endless
    )
    deep = []
    for _ in range(5000):
        deep = [deep]
    levels = "5000 levels are more than Python's stack has. Keep a list of what is still to be counted."
    size = 5000 * sys.getsizeof([deep]) + sys.getsizeof([])
    right(deep, "deep_size(deep), where deep is 5000 lists inside each other,", size, levels)


# ---------------------------------------------------------------------------------------------------- 5.3


@exercise(
    "5.3",
    "Who is freed, and when",
    hints=[
        "Keep three dictionaries: which object a name refers to, how many references an object has, and what it holds.",
        "`new` and `bind` do the same: the object gains a reference, then the one that the name had before loses one.",
        "Losing a reference may free, and freeing loses references: keep a list of objects that are to lose one, and "
        "go on until it is empty.",
    ],
    why="CPython does this all the time: a name, an attribute or a place in a list adds 1 to a number in the object's "
    "header, and takes it away again. What this buys is that memory comes back at once, without a search; the check "
    "ran the same programs with real objects, and Python freed the same ones at the same steps. The price is a write "
    "to an object even where a program only looks at it (newer versions of Python save many of these), and circles: "
    "for those there is a second collector, in the module `gc`.",
)
def freed(answer):
    for text, hint in references.PROGRAMS:
        references.frees(answer, [tuple(operation.split()) for operation in text.split(", ")], hint)
    rng = np.random.default_rng(53)
    for size in (8, 20, 40, 200):
        references.frees(answer, references.random_program(rng, size), references.LETS_GO)
    chain = [("new", "a", "first")]
    for i in range(5000):
        chain += [("new", "b", f"n{i}"), ("hold", "b", "a"), ("bind", "a", "b")]
    deep = (
        "5001 objects hold each other in a row: keep a list of what is to lose a reference, and work it off in a loop."
    )
    shown = "freed(program), where the program builds a chain of 5001 objects and lets go of its end,"
    references.frees(answer, [*chain, ("del", "b"), ("del", "a")], deep, shown)


# ---------------------------------------------------------------------------------------------------- 5.4

_COPY = "When the block is full: allocate a larger one, copy every element that is there, then exchange the blocks."
_GROW = (
    "Each new block has only so many places more than the one before, so everything is moved again and again. Let the "
    "number of new places be a share of those there are: half as many more, say, or as many again."
)
_EARLY = "You allocate although the block has free places. It is full when `array.used == len(array.block)`."
_SHARED = "Two arrays grow in turns here, and share a block: what one stores, the other finds. Allocate one for each."
_SLIM = "That is a lot of empty memory for so few elements. At most twice the places that are needed, and 8 more."


@exercise(
    "5.4",
    "A list that grows",
    hints=[
        "If `array.used` is smaller than `len(array.block)`, there is a free place: the one with the number `used`.",
        "Otherwise allocate a block with, say, `2 * array.used + 1` places, and copy the elements in a loop.",
        "Exchange the blocks only after copying: `array.block = larger`. Then store the value, and add 1 to `used`.",
    ],
    why="An append that finds the block full moves everything, and yet the average append is cheap: when the block "
    "grows by a share of its length, moving n elements pays for a share of n appends without a move. The cost is "
    "amortised. Growing by a fixed number of places is quadratic, however large the number. CPython's list grows by "
    "about an eighth, which wastes less memory and moves more often than doubling; it may also find that its block "
    "can be made longer where it is. The elements it moves are pointers, 8 bytes each: the objects stay.",
)
def append(answer):
    array, values = memory.Array(), []
    for value in ["a", None, "b", None, 0, *range(5, 50)]:
        _appends(answer, array, values, [value])
    for start in range(50, 2000, 50):
        _appends(answer, array, values, list(range(start, start + 50)))
    for start in range(2000, 12_000, 1000):  # some hundred places more each time show only in the long run
        _appends(answer, array, values, list(range(start, start + 1000)))
    one, other = memory.Array(), memory.Array()
    ones, others = [], []
    for value in range(20):
        _appends(answer, one, ones, [value], _SHARED)
        _appends(answer, other, others, [-value], _SHARED)


def _appends(answer, array, values, new, shared="") -> None:
    """The array must hold the new values after they were appended, and may not have moved or reserved too much."""
    shown = f"append(array, {new[-1]!r}) with array.used == {len(values) + len(new) - 1}"
    start = "The first block has no place at all, so it is full from the start; and twice 0 is 0."
    block = "A block can be read and written, one place at a time, and has a length. It cannot do anything else."
    outside = [(IndexError, _COPY if values else start)]
    before = array.block
    call(_append_each, (answer, array, new), shown=shown, hint=block, mistakes=outside)
    values += new
    if not isinstance(array.block, memory.Block):
        only = "All memory comes from `array.allocate(places)`; a Python list would do the growing for you."
        wrong(f"after {shown}, array.block is {short(array.block)}", only)
    if array.used != len(values):
        counted = "`array.used` is the number of elements, None among them: it grows by 1."
        wrong(f"after {shown}, array.used is {short(array.used)}, expected {len(values)}", counted)
    if len(array.block) > 2 * len(values) + 8:
        wrong(f"after {shown}, the block has {len(array.block)} places", _SLIM)
    held = array.block.contents()[: len(values)]
    if held != values:
        last = "The value belongs into the first free place, number `array.used`."
        told = f"after {shown}, the block holds {short(held)}, expected {short(values)}"
        wrong(told, shared or (last if array.block is before or held[:-1] == values[:-1] else _COPY))
    _costs(array, len(values))


def _append_each(answer, array, new) -> None:
    for value in new:
        before, free = array.block, len(array.block) - array.used
        answer(array, value)
        array.counts["early"] += free > 0 and array.block is not before


def _costs(array, number) -> None:
    moved = array.counts["written"] - number
    if moved > 10 * number + 50:
        told = f"{number} appends have moved {moved} elements, expected no more than ten moves for each"
        wrong(told, _EARLY if array.counts["early"] > number / 2 else _GROW)
    if array.counts["read"] > 20 * number + 50:
        told = f"{number} appends have read {array.counts['read']} places, expected few more than were moved"
        wrong(told, "To find the free place, do not search: it has the number `array.used`.")


# ---------------------------------------------------------------------------------------------------- 5.5


@exercise(
    "5.5",
    "A track without boxes",
    hints=[
        "One column for the times, one for the heights. Which container of Python's holds raw numbers of 8 bytes?",
        "`array.array('q', …)` holds integers of 64 bits, `array.array('d', …)` floats of 64 bits. Take the pairs "
        "apart: `[time for time, _ in points]`.",
        "`__getitem__` puts a pair together again when it is asked for: `return self.times[i], self.heights[i]`. An "
        "array raises the IndexError for you.",
    ],
    why="A list of pairs keeps a pointer, a tuple, an int and a float for each point: four things to say two numbers. "
    "Your track keeps the two numbers, 16 bytes, and no object per point. It makes the objects anew whenever "
    "somebody looks at a point, so looking takes longer: you have traded time for memory, one point at a time. To "
    "win both, work on the whole column at once, as NumPy does. That is Part II.",
)
def Track(answer):
    if unwritten(getattr(answer, "__init__", None)):
        raise Unwritten
    tracks.holds_its_points(answer)
    tracks.is_its_own(answer)
    tracks.is_slim(answer)
