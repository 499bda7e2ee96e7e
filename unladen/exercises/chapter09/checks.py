"""Chapter 09, native code: what stands between Python's objects and bare addresses, and what if nothing does."""

from __future__ import annotations

import numpy as np

from unladen.exercises.chapter09 import heap
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import same, short, whole
from unladen.exercises.words import call, case, fenced, refuses, sanitised, wrong

# ---------------------------------------------------------------------------------------------------- 9.1

_BYTES = "Eight bytes, but not a float64: compare the dtype itself, `array.dtype != np.float64`."
_ORDER = "float64 with its bytes the other way round: its *name* is the same, its dtype is not equal to np.float64."
_GAPS = "C reads the neighbours of the first number. Which flag of an array says that its numbers lie side by side?"
_FLAT = "C sees one length and no shape: refuse what does not have exactly one dimension."
_NAMES = "Say which one: the message begins with the name of the argument that is refused, a, b, c or root."
_READS = "C only reads a, b and c. Who asks that they be writable?"
_ONE = "One number has no neighbour, so its stride says nothing. Ask the flag, not the stride."


def _arrays(n: int) -> dict[str, np.ndarray]:
    return {name: np.arange(1.0, n + 1) for name in ("a", "b", "c", "root")}


@exercise(
    "9.1",
    "A porter for ctypes",
    hints=[
        "Go through the four with their names: `for name, array in zip(('a', 'b', 'c', 'root'), (a, b, c, root)):`.",
        "In that order: is it an np.ndarray, is its dtype np.float64, does it have one dimension, is "
        "`array.flags.c_contiguous` true, is it as long as root?",
        "`if array.dtype != np.float64: raise TypeError(f'{name} has dtype {array.dtype}, expected float64')`. After "
        "the loop: `root.flags.writeable`.",
    ],
    why="These are the questions of every good door, asked in Python: type, dtype, dimensions, layout, length, "
    "permission. After them a bare address is safe for as long as the call lasts. They cost about as much as the call "
    "through ctypes itself, once for each call; the C API asks the same in a fraction of the time, and a loop over a "
    "hundred thousand numbers does not notice either. `%%c` does it for you, from the declaration.",
)
def porter(answer):
    good = _arrays(3)
    told = "Arrays that are as they should be pass without a word: return nothing, raise nothing."
    case(answer, list(good.values()), None, hint=told, mistakes=[(lambda got: got is not None, told)])
    kinds = [
        ([1.0, 2.0, 3.0], "[1.0, 2.0, 3.0]", "A list has no dtype to ask for: first ask whether it is an np.ndarray."),
        (
            np.arange(3, dtype=np.float32),
            "of float32",
            "float32 is half as wide: C would read past its end.",
        ),
        (np.arange(3), "of int64", _BYTES),
        (np.arange(3.0).astype(">f8"), "of float64 in the other byte order", _ORDER),
    ]
    for place, name in enumerate(good):
        for value, words, hint in kinds[place % 4 :] + kinds[: place % 4]:
            _refused(answer, good | {name: value}, name, words, TypeError, hint)
    for name in good:
        _refused(answer, good | {name: np.arange(6.0)[::2]}, name, "every second of six numbers", ValueError, _GAPS)
    _refused(answer, good | {"b": np.arange(3.0)[::-1]}, "b", "three numbers backwards", ValueError, _GAPS)
    _refused(answer, good | {"c": np.zeros((3, 1))}, "c", "of shape (3, 1)", ValueError, _FLAT)
    _refused(answer, good | {"a": np.array(1.0)}, "a", "of shape (), a single number,", ValueError, _FLAT)
    long = "All four have to be equally long: C writes as many roots as root is long, and reads as many numbers."
    for name in ("a", "b", "c"):
        _refused(answer, good | {name: np.zeros(2)}, name, "one number shorter than root", ValueError, long)
        _refused(answer, good | {name: np.zeros(4)}, name, "one number longer than root", ValueError, long)
    for length in (2, 4):
        shown = f"{length} numbers, and three in each of the others"
        _refused(answer, good | {"root": np.zeros(length)}, "(a|b|c|root)", shown, ValueError, long, called="root")
    locked = np.zeros(3)
    locked.flags.writeable = False
    told = "C writes into root. Which flag says whether it may?"
    _refused(answer, good | {"root": locked}, "root", "read-only", ValueError, told)
    for name in ("a", "b", "c"):
        shown, given = f"porter(…) with a read-only {name}", list((good | {name: locked}).values())
        case(answer, given, None, shown=shown, hint=_READS, mistakes=[(ValueError, _READS)])
    shown, given = "porter(…) with one number each", list((_arrays(1) | {"a": np.arange(2.0)[::2]}).values())
    case(answer, given, None, shown=shown, hint=_ONE, mistakes=[(Exception, _ONE)])
    empty = "No equations, no roots, and nothing to refuse."
    case(answer, list(_arrays(0).values()), None, hint=empty, mistakes=[(Exception, empty)])


def _refused(answer, arrays, name, words, error, hint, called=""):
    kinds = "a TypeError for what an array is, a ValueError for its layout, length or permission"
    flat = [(TypeError, hint)] if hint is _FLAT else []  # a single number has no len
    other = [*flat, (AttributeError, hint), (Exception, f"You are right to refuse it, but let it be {kinds}.")]
    shown = f"porter(…) with {called or name} {words}"
    given = list(arrays.values())
    named = rf"(?i)\A(the |argument |array |parameter |\W)*{name}\b"
    refuses(answer, given, error, saying=named, hint=hint, silent=_NAMES, shown=shown, mistakes=other)


# ---------------------------------------------------------------------------------------------------- 9.2

_MOVED = (
    "realloc may move the numbers to another place, and frees the old one. Who still points there? An index stays true "
    "when the memory moves, an address does not."
)
_FREED = "free takes the address that malloc or realloc returned, once."
_LEAK = (
    "Whatever malloc or realloc has given is given back once, by free or by realloc. Which address is never? An index "
    "stays true although realloc frees the old place."
)
_FLOAT = "A float keeps seven digits, a double sixteen: every number on the way is a double."
_ROOM = "How many numbers are there room for when the next is stored?"
_NOTHING = "With no positive number there is no last one: kept[count - 1] is not there."


def _fall(numbers: np.ndarray) -> float:
    positive = [x for x in numbers.tolist() if x > 0]
    return max(positive) - positive[-1] if positive else 0.0


@exercise(
    "9.2",
    "The address that was true yesterday",
    language="c",
    hints=[
        "Take the TODO out and check the function as it is: the sanitiser names the line that reads, and what.",
        "`largest` is an address inside of `kept`. What happens to it when realloc moves `kept`?",
        "Make it an index, `size_t largest = 0;`, and write `kept[largest]` where `*largest` stands.",
    ],
    why="An address is true for as long as the memory behind it stays. realloc, like push_back of a vector, ends that. "
    "Without a sanitiser the function often gave the right result: the old place had been given back, but nobody had "
    "written over it yet. So it is with a NumPy view onto memory that somebody else owns. An index, or a value that "
    "was copied, needs no owner.",
    findings=[
        (r"heap-use-after-free", _MOVED),
        (r"attempting", _FREED),
        (r"\[\].*|before a block", _NOTHING),
        (r"heap-buffer-overflow", _ROOM),
    ],
)
def fall(answer):
    def right(numbers, hint, mistakes=()):
        numbers = np.array(numbers, dtype=np.float64)
        shown = f"fall({short(numbers)}, {len(numbers)})"
        expected = _fall(numbers)
        coarse = (lambda got: got != 0 and abs(got - expected) < 1e-5, _FLOAT)
        case(answer, (numbers, len(numbers)), expected, shown=shown, hint=hint, mistakes=[*mistakes, coarse])

    lower = [(3.0, "That is the largest; asked is how far the last lies below it.")]
    right([3.0], "The largest is the last: the level has not fallen.", lower)
    right([3.0, 1.0], "From 3 to 1 it is 2.", [(-2.0, "The largest less the last, not the other way round.")])
    right([], "No number, no fall: 0.")
    right([-1.0, 0.0], _NOTHING)
    right([2.0, 5.0, -9.0, 4.0, -1.0], "Only the positive numbers count; the last of them is 4.")
    right([2.0, 1.0, np.nan], "NaN is not positive: `!(x > 0)` leaves it out, `x <= 0` does not.")
    rng = np.random.default_rng(92)
    for size in (5, 17, 100, 1000):
        right(rng.uniform(-1, 10, size), _MOVED)
    right(np.arange(1.0, 200.0), "A level that only rises has not fallen.")
    right(np.arange(200.0, 0.0, -1.0), "A level that only falls: from the first to the last.")
    many = np.arange(1.0, 1001.0)
    if (left := heap.left_behind(lambda: answer(many, len(many)))) > 256:  # what Python keeps is less
        wrong(f"each call with 1000 numbers leaves {left:,} bytes behind that nobody frees", _LEAK)


# ---------------------------------------------------------------------------------------------------- 9.3

_ELEMENTS = "NumPy's strides count bytes: the next number begins `stride` bytes after this one."
_SIGNED = "A stride may be negative. `i * stride` with an unsigned i is not: let i be a `ptrdiff_t`, as stride is."
_ALIGNED = (
    "In a packed record a double may begin at any byte, and reading it through a `double *` is undefined there. "
    "`memcpy(&value, memory + at, sizeof value)` reads it anywhere, and costs nothing: it becomes one instruction."
)


@exercise(
    "9.3",
    "A sum with strides",
    language="c",
    hints=[
        "Number i begins `offset + i * stride` bytes after `memory`.",
        "Let `ptrdiff_t at = (ptrdiff_t) offset;` be the place of the next number, and add `stride` in each turn.",
        "`double value; memcpy(&value, memory + at, sizeof value);` reads a double anywhere; include <string.h>.",
    ],
    why="An array in NumPy is an address, a dtype, and for each dimension a length and a stride in bytes. With that, "
    "one loop walks over slices, columns, reversed and broadcast arrays, fields of records, and no copy is made. It is "
    "what `Py_buffer` hands to the C API, and what Cython's `double[:]` (without `::1`) compiles to. The price: the "
    "compiler no longer knows that the numbers lie side by side, and rarely uses vector instructions.",
    findings=[
        (r"misaligned", _ALIGNED),
        (r"unsigned offset|pointer index|overflow.*offset|backwards", _SIGNED),
        (r"memory, \d+, -\d+.*heap", _SIGNED),
        (r"heap|SEGV|stack|global", f"The first number begins at `offset`. {_ELEMENTS}"),
    ],
)
def strided_sum(answer):
    def right(view, base, words, hint, mistakes=()):
        memory = np.frombuffer(base.tobytes(), np.uint8).copy()
        offset = view.ctypes.data - base.ctypes.data if view.size else 0
        args = memory, offset, view.strides[0], len(view)
        shown = f"strided_sum(memory, {offset}, {view.strides[0]}, {len(view)}) for {words}"
        expected = float(sum(np.asarray(view).tolist()))
        case(answer, args, expected, shown=shown, hint=hint, mistakes=mistakes)

    numbers = np.arange(1.0, 13.0)
    right(numbers[:1], numbers, "the first of twelve numbers", "One number: its own value.")
    right(numbers[:0], numbers, "none of them", "No number: 0.")
    right(numbers[:3], numbers, "the first three", _ELEMENTS)
    right(numbers[3:6], numbers, "[3:6]", "The first number begins `offset` bytes after `memory`.")
    right(numbers[::2], numbers, "[::2]", _ELEMENTS)
    grid = numbers.reshape(3, 4)
    right(grid[:, 1], grid, "a column", _ELEMENTS)
    right(
        np.broadcast_to(numbers[2:3], 5),
        numbers,
        "one number five times (stride 0)",
        "A stride of 0 stays where it is.",
    )
    right(numbers[::-1], numbers, "[::-1]", _SIGNED)
    right(numbers[10:2:-3], numbers, "[10:2:-3]", _SIGNED)
    records = np.zeros(6, dtype=[("id", "<i4"), ("x", np.float64)])
    records["x"] = numbers[:6]
    right(records["x"], records, "a field of packed records of twelve bytes", _ALIGNED)
    right(records["x"][::-1], records, "that field, backwards", _ALIGNED)
    fine = np.array([2.0**30, 0.125, 1.0])
    right(fine, fine, "[2**30, 0.125, 1.0]", _FLOAT)
    nan = np.array([1.0, np.nan, 2.0])
    right(nan, nan, "numbers with a NaN", "A NaN in the sum makes the sum NaN.")
    right(nan[::2], nan, "[::2], which leaves the NaN out", "What the stride leaves out is not read.")


# ---------------------------------------------------------------------------------------------------- 9.4


def mass_in_numpy(e, px, py, pz, mass):
    """The squared mass of particles, as NumPy computes it: eight passes over memory."""
    mass[:] = e * e - px * px - py * py - pz * pz
    return mass


_ONE_PASS = (
    "One pass reads the four numbers of a particle before it writes its mass, so the result may even take the place of "
    "one of them. What has been written to mass is not there to be read again."
)


@exercise(
    "9.4",
    "Eight passes into one",
    language="c",
    hints=[
        "One loop over i from 0 to n - 1, and in it one line that computes mass[i].",
        "All in double: `e[i] * e[i] - px[i] * px[i] - …`. Keep what is between in registers, not in arrays.",
        "There is nothing to allocate, and nothing to convert.",
    ],
    why="NumPy makes seven arrays that nobody wants, one for each operation, and copies the last. Your loop reads four "
    "numbers, keeps what lies between in registers and writes one. The compiler also does several elements at once, as "
    "NumPy does; what you saved is traffic, and with large arrays traffic is the price. numexpr, Numba and JAX "
    "(chapter 10) fuse loops for you.",
    findings=[(r"overflow|SEGV|SIGSEGV", "Of n particles the last is number n - 1.")],
)
def mass_squared(answer):
    def right(e, px, py, pz, hint):
        inputs = [np.array(x, dtype=np.float64) for x in (e, px, py, pz)]
        out = np.full(len(inputs[0]), -5.0) if sanitised() else fenced(np.full(len(inputs[0]), -5.0), 7.0)
        kept = [x.copy() for x in inputs]
        expected = np.empty_like(out)
        mass_in_numpy(*inputs, expected)
        shown = f"mass_squared({', '.join(map(short, inputs))}, mass, {len(out)})"
        call(answer, (*inputs, out, len(out)), shown=shown)
        for name, before, after in zip(("e", "px", "py", "pz"), kept, inputs, strict=True):
            if not same(after, before):
                wrong(f"{shown} changed {name}", "The inputs are const: declare them so, and the compiler will watch.")
        if not same(out, expected):
            wrong(f"{shown} left {short(out)} in mass, expected {short(expected)}", hint)

    right([5.0], [0.0], [0.0], [0.0], "At rest the squared mass is e².")
    right([5.0], [1.0], [2.0], [3.0], "25 - 1 - 4 - 9 is 11: are all three components squared and subtracted?")
    right([1.0], [2.0], [0.0], [0.0], "It may be negative: 1 - 4 is -3.")
    right([], [], [], [], "No particles: nothing is read or written.")
    right([1.0, np.nan, 3.0], [0.5] * 3, [0.5] * 3, [0.5] * 3, "A NaN stays in its own particle.")
    right([1e150, 3e8], [0.0, 2.0], [0.0, 1.0], [0.0, 1.0], "The numbers do not fit into a float: compute in double.")
    right([1.1, 2.2], [0.1, 0.2], [0.3, 0.1], [0.2, 0.7], "A float keeps seven digits, a double sixteen.")
    inputs = [np.array([5.0, 7.0, 9.0]) for _ in range(3)]
    mass, expected = np.array([1.0, 2.0, 3.0]), np.array([-26.0, -53.0, -90.0])
    shown = "mass_squared(e, px, py, mass, mass, 3), where pz is the memory of mass,"
    call(answer, (*inputs, mass, mass, 3), shown=shown)
    if not same(mass, expected):
        wrong(f"{shown} left {short(mass)} in mass, expected {short(expected)}", _ONE_PASS)
    if asked := heap.asked_for(answer):
        wrong(f"mass_squared asks for memory, by {asked}", "What lies between fits into registers: no array is needed.")
    rng = np.random.default_rng(94)
    right(*rng.uniform(-10, 10, (4, 1001)), "All of them, whatever n is.")

    def in_c(e, px, py, pz, mass):
        answer(e, px, py, pz, mass, len(mass))
        return mass

    slow = "One pass, in plain doubles, with no array and no wider type in between."
    faster_than(mass_in_numpy, in_c, _particles, at_least=1.5, hint=slow, filled=(4,))


def _particles(rng) -> list[np.ndarray]:
    """Numbers whose squares are exact, and room for the results: few enough to stay near a core, so passes count."""
    return [*whole(rng, (4, 40_000), bits=25), np.full(40_000, np.nan)]


# ---------------------------------------------------------------------------------------------------- 9.5

_LAST = "n numbers have n - width + 1 windows, so the last i is n - width. Where does the loop end?"
_WRAP = "n - width is computed without a sign: if width is larger, it is enormous. Ask `width > n` before you subtract."
_ZERO = "A window of no numbers has no mean: do nothing when width is 0."


@exercise(
    "9.5",
    "What the sanitiser says",
    language="c",
    hints=[
        "Take the TODO out and check the function as it is. Read the report: read or write, and past which end?",
        "Write down the largest i + j that is used, for n = 3 and width = 2.",
        "`if (width == 0 || width > n) return;`, then `i <= n - width`.",
    ],
    why="Off by one, the most frequent mistake in C, and the quietest: one number beyond the end there usually is "
    "*something*, and it even changes nothing if you are lucky. The sanitiser put a guarded zone behind each block, so "
    "the first step into it was reported with the line. And sizes without a sign make a second trap: 2 - 3 is not -1, "
    "but the largest number there is.",
    findings=[
        (r"width 0", _ZERO),
        (r"wider than", _WRAP),
        (r"heap-buffer-overflow|SEGV|SIGSEGV", _LAST),
    ],
)
def moving_mean(answer):
    def right(x, width, words, hint, mistakes=()):
        x = np.array(x, dtype=np.float64)
        count = len(x) - width + 1 if 0 < width <= len(x) else 0
        out = np.full(count, -5.0) if sanitised() else fenced(np.full(count, -5.0), 7.0)
        around = None if sanitised() else out.base.copy()
        expected = np.array([x[i : i + width].sum() / width for i in range(count)])
        shown = f"moving_mean({short(x)}, {len(x)}, {width}, means){words}"
        kept = x.copy()
        call(answer, (x, len(x), width, out), shown=shown)
        if around is not None and not same(out.base[8 + count :], around[8 + count :]):
            wrong(f"{shown} wrote past the end of means", hint)
        if around is not None and not same(out.base[:8], around[:8]):
            wrong(f"{shown} wrote before the beginning of means", hint)
        if not same(x, kept):
            wrong(f"{shown} changed the numbers it was given", "Only read x: it is const.")
        if not same(out, expected):
            told = next((told for test, told in mistakes if test(out)), hint)
            wrong(f"{shown} left {short(out)} in means, expected {short(expected)}", told)

    sums = "A mean is the sum divided by width."
    right([4.0], 1, "", "One number, one window: the number itself.", [(lambda got: got[0] == -5, _LAST)])
    right([1.0, 3.0], 2, "", sums, [(lambda got: got[0] == 4, sums), (lambda got: got[0] == -5, _LAST)])
    last = [(lambda got: got[-1] == -5, _LAST)]
    right([1.0, 3.0, 5.0], 2, "", "Window i begins at x[i] and has `width` numbers.", last)
    right([1.0, 3.0, 5.0], 1, "", "With width 1 each number is its own mean.", last)
    right([2.0, 4.0, 9.0], 3, "", sums, last)
    right([1.0, 2.0], 3, ", wider than there are numbers", _WRAP)
    right([], 1, ", wider than there are numbers", _WRAP)
    right([1.0, 2.0], 0, ", width 0", _ZERO)
    nan = "A NaN is in two windows, and in no other. A running sum never gets rid of it: add up each window by itself."
    right([1.0, np.nan, 3.0, 4.0], 2, "", nan)
    right(np.random.default_rng(95).uniform(0, 1, 200), 7, "", "All windows, whatever n is.", last)
