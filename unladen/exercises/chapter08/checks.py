"""Chapter 08, irregular arrays: offsets by hand, sums over them, the loudest pulse, pairs, the bytes of a layout."""

from __future__ import annotations

import numpy as np

from unladen.exercises import words
from unladen.exercises.chapter08 import jagged
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.stub import unwritten
from unladen.exercises.values import whole
from unladen.exercises.words import case, fenced

# ---------------------------------------------------------------------------------------------------- 8.1


@exercise(
    "8.1",
    "Offsets by hand, and back",
    hints=[
        "An offset is where a list begins: after all elements of the lists before it. The first is 0, and one more "
        "offset says where the last list ends.",
        "`np.cumsum` of the lengths gives the ends. Put a 0 in front of them: `np.concatenate([[0], np.cumsum(…)])`. "
        "Say `dtype=np.int64` for both arrays, as NumPy takes floats for an empty list.",
        "`self.content[self.offsets[i] : self.offsets[i + 1]]` is list number i. First make a negative i positive, "
        "and refuse what is out of range.",
    ],
    why="Two buffers, whatever the number of lists: that is a ListOffsetArray. A list costs one offset, eight bytes, "
    "instead of an object and a pointer for each of its elements. An empty list needs no case of its own: its two "
    "offsets are equal. And list number i is found at once, as the offsets are sums already; with the lengths alone "
    "you would have to add up all those before it. Its elements were not copied: what you handed out is a view.",
    imports=["awkward"],
)
def Jagged(answer):
    if isinstance(answer, type) and unwritten(getattr(answer, "__init__", None)):
        raise words.Unwritten
    for lists, hint in jagged.SMALL:
        jagged.holds(answer, lists, hint)
    rng = np.random.default_rng(81)
    for n in (7, 40, 300):
        lists = [rng.integers(-(2**40), 2**40, k).tolist() for k in rng.poisson(1.5, n)]
        jagged.holds(answer, lists, "Longer lists of lists, with empty ones at all places.")
    jagged.is_a_view(answer)


# ---------------------------------------------------------------------------------------------------- 8.2

_EMPTY = (
    "An empty list has the sum 0. `np.add.reduceat` gives it the element at which the next list begins: take only the "
    "starts of lists that are not empty, and leave 0 for the others."
)
_LAST = (
    "The last list ends at `offsets[-1]`, and `reduceat` adds up to the end of what it is given. Cut the content there."
)
_NAN = (
    "A NaN in one list got into the sums of others: a running sum never gets rid of it. Add up each list by itself, "
    "with `np.add.reduceat`."
)
_END = "An empty list at the end begins where the content ends, and there is no element to start from."
_SUM_TYPE = "Sums of integers are int64, sums of floats are float64, for empty lists as well."


def sums_by_loop(offsets, content):
    """The sums of all lists, with Python's loop over them: the reference of exercise 8.2."""
    sums = np.zeros(len(offsets) - 1, dtype=np.int64 if content.dtype.kind in "iu" else np.float64)
    for i in range(len(sums)):
        sums[i] = content[offsets[i] : offsets[i + 1]].sum(dtype=sums.dtype)
    return sums


@exercise(
    "8.2",
    "A sum for each list",
    hints=[
        "`np.add.reduceat(content, starts)` adds from each start up to the next one. Which starts does it need, if no "
        "list is empty?",
        "Make an array of zeros, `sums`, and a mask of the lists that are not empty: `full = np.diff(offsets) > 0`. "
        "Fill `sums[full]` only.",
        "`sums[full] = np.add.reduceat(content[: offsets[-1]], offsets[:-1][full])`, if there is any full list at all.",
    ],
    why="One call over flat buffers, with no loop over the lists and no type asked: that is how a reducer of an "
    "irregular array works. `reduceat` is not made for it, though. For two equal starts it returns an element where a "
    "sum of nothing is wanted, and says nothing. The other trick, differences of a running sum, is right for empty "
    "lists, and wrong as soon as a NaN or an infinity comes along; with floats it loses digits, too. Awkward's "
    "kernels have a loop in C that knows where each list begins and ends.",
    imports=["awkward"],
)
def row_sums(answer):
    def right(offsets, content, hint, mistakes=(), shown=""):
        content = np.asarray(content)
        offsets = np.array(offsets, dtype=np.int64)
        expected = sums_by_loop(offsets, content)
        kind = (lambda got: isinstance(got, np.ndarray) and got.tolist() == expected.tolist(), _SUM_TYPE)
        more = (lambda got: isinstance(got, list), "Return an array of NumPy, with a sum for each list.")
        case(answer, (offsets, content), expected, hint=hint, mistakes=[*mistakes, kind, more], shown=shown)

    numbers = np.array([5, 9, 2, 7, 4, 6])
    start = "List i is made of `content[offsets[i] : offsets[i + 1]]`."
    right([0, 3, 4, 6], numbers, start)
    right([0, 6], numbers, start)
    right([0, 1, 2], [5, 9], start)
    trap = (lambda got: np.array_equal(got, [16, 7, 7, 10]), _EMPTY)
    right([0, 3, 3, 4, 6], numbers, _EMPTY, [trap])
    right([0, 0, 0, 3, 6], numbers, _EMPTY)
    end = [(IndexError, _END), (ValueError, _END)]
    right([0, 3, 6, 6], numbers, _END, end)
    right([0, 6, 6, 6], numbers, _END, end)
    none = "There is no element at all; every sum is 0."
    right([0, 0, 0], np.zeros(0, dtype=np.int64), none, end)
    right([0], np.zeros(0), "No lists have no sums: an empty array.", end)
    right([0, 0], np.zeros(0), _SUM_TYPE, end)
    right([0, 2, 4], numbers, _LAST)
    right([2, 4, 4, 5], numbers, "The first list need not begin at 0: these may be the offsets of a slice.")
    right([6, 6], numbers, none, end)
    narrow = np.array([2**31 - 1, 1, 2**31 - 1], dtype=np.int32)
    right([0, 2, 2, 3], narrow, "A sum of 32-bit integers may need more than 32 bits.")
    right([0, 2, 2, 3], np.array([200, 100, 7], dtype=np.uint8), _SUM_TYPE)
    right([0, 2, 2, 3], np.array([-100, -100, 7], dtype=np.int8), _SUM_TYPE)
    right([0, 2, 2, 3], np.array([2**60, 1, 7]), "Integers are added up as int64: a float on the way loses digits.")
    right([0, 1, 3], [1.5, np.nan, 2.0], "The sum of a list with a NaN is NaN.")
    right([0, 1, 2, 2, 4], [1.0, np.nan, 2.0, 3.0], _NAN)
    right([0, 1, 2], [np.inf, 2.0], _NAN)
    right([0, 1, 2], [1e20, 1.5], "A running sum of 1e20 has no room for 1.5. Add up each list by itself.")
    right([0, 2, 2, 3], np.array([2**24, 1, 7], dtype=np.float32), "Floats are added up as float64, float32 as well.")
    backwards = np.arange(12)[::-2]
    right([0, 2, 2, 6], backwards, start, shown=f"{words.now.name}(np.array([0, 2, 2, 6]), np.arange(12)[::-2])")
    locked = fenced(numbers, 1000)
    locked.flags.writeable = False
    right([0, 3, 3, 4, 6], locked, "The content may be read-only: only read it.")
    rng = np.random.default_rng(82)
    for n in (50, 400):
        counts = rng.poisson(0.8, n)
        right(np.concatenate([[0], np.cumsum(counts)]), rng.integers(-99, 99, counts.sum()), _EMPTY)
    loop = "Is there still a loop over the lists? One call of `np.add.reduceat` has all of the sums."
    faster_than(sums_by_loop, answer, _lists, at_least=12, hint=loop)


def _lists(rng) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and content of 20 000 lists, one in seven of which is empty."""
    counts = rng.poisson(2, 20_000)
    return np.concatenate([[0], np.cumsum(counts)]), whole(rng, counts.sum()) - whole(rng, counts.sum())


# ---------------------------------------------------------------------------------------------------- 8.3

_MIXED = (
    "That time and that energy belong to two different pulses. Find *where* the largest energy is, and take the pulse "
    "from there."
)
_KEEP = (
    "A flat array of places selects whole events. With `keepdims=True` the places stay in lists, one for each event, "
    "and select within them."
)
_ABSENT = "An event without pulses has no loudest one: that place is None, so that the events stay in step."
_FIRSTS = (
    "Each event still is a list with one pulse. `ak.firsts` takes the pulse out of it, and gives None for no pulse."
)


def loudest_by_loop(events):
    """The loudest pulse of each event, with Python's loops: the reference of exercise 8.3."""
    import awkward as ak

    found = [max(event, key=lambda pulse: pulse["energy"], default=None) for event in events.tolist()]
    return ak.Array(found)


@exercise(
    "8.3",
    "The loudest pulse of each event",
    hints=[
        "`ak.argmax(events.energy, axis=-1)` says at which place of each event the energy is largest, and None where "
        "there is no place.",
        "With `keepdims=True` it is a list with one place for each event, and `events[…]` takes such lists.",
        "`ak.firsts(events[ak.argmax(events.energy, axis=-1, keepdims=True)])`",
    ],
    why="Two steps, and both are general: a reducer that finds places, and a slice by an array with the same "
    "structure. In `argmax` each event is searched by itself; with `keepdims` the places stay in lists of length one, "
    "so that the slice selects *within* the events. An event without pulses went through it as None, and the events "
    "are still in step with everything else you know about them. The pulse came out whole: a record is chosen, and "
    "then each field's buffer is read at that place.",
    imports=["awkward"],
)
def loudest(answer):
    import awkward as ak

    def event(*pairs):
        return [{"time": time, "energy": energy} for time, energy in pairs]

    def right(events, hint, mistakes=()):
        array = jagged.awkward(events, time="f8", energy="i8")
        jagged.gives(answer, (array,), loudest_by_loop(array), hint=hint, mistakes=mistakes)

    largest = "The loudest pulse has the largest energy, wherever in the event it is."
    listed = (lambda got: isinstance(got, ak.Array) and got.ndim == 2, _FIRSTS)
    kept = (lambda got: isinstance(got, ak.Array) and got.ndim == 2 and len(ak.flatten(got)) > len(got), _KEEP)
    within = "Search within each event: that is the last axis, `axis=-1`."
    common = [kept, listed, (IndexError, within)]
    right([event((0.5, 3), (0.7, 9), (0.9, 4)), event((1.5, 8), (1.6, 2))], largest, [
        *common, (lambda got: jagged.equal(got, [*event((0.9, 9)), *event((1.6, 8))]), _MIXED)])  # fmt: skip
    last = "The time of the last pulse is the largest time of its event, and need not be that of the loudest."
    right([event((0.5, 9), (0.7, 3)), event((1.5, 1), (1.6, 2), (1.7, 0))], last, [
        *common, (lambda got: jagged.equal(got, [*event((0.7, 9)), *event((1.7, 2))]), _MIXED)])  # fmt: skip
    right([event((0.5, 7))], largest, common)
    few = (lambda got: isinstance(got, ak.Array) and len(got) < 3, _ABSENT)
    zero = (lambda got: isinstance(got, ak.Array) and not ak.any(ak.is_none(got)), _ABSENT)
    with_empty = [event((0.5, 7), (0.6, 8)), [], event((2.5, 1))]
    right(with_empty, _ABSENT, [*common, few, zero])
    right([[], event((2.5, 1)), []], _ABSENT, [*common, few, zero])
    right([[], []], _ABSENT, common)
    below = "Energies may all be negative, after a baseline was subtracted."
    right([event((0.5, -7), (0.6, -2)), event((1.0, -1))], below, common)
    right([event((0.1, 5), (0.2, 5)), event((0.3, 4))], "Of two equally loud pulses, take the first.", common)
    rng = np.random.default_rng(83)
    for n in (30, 200):
        right(jagged.random_events(rng, n, event), _ABSENT, common)
    loop = "Is there a loop over the events? Each step of it costs as much as thousands of elements in a call."
    faster_than(loudest_by_loop, answer, jagged.many_pulses, at_least=3, hint=loop, agree=jagged.as_lists)


# ---------------------------------------------------------------------------------------------------- 8.4

_ONCE = "Each pair once, and no hit with itself: `ak.combinations` makes these, `ak.cartesian` makes all."
_WITHIN = "Pairs are made within each event: that is axis 1, the one that `ak.combinations` takes by default."
_STRUCTURE = "The result has a list of pairs for each event, an empty one if no pair is close."
_WRAP = "Unsigned integers cannot be negative, and wrap around instead. Convert them before you subtract."
_NARROW = "100 - (-100) does not fit into eight bits, and wraps around. Convert to int64 before you subtract."
_SHORT = "The difference needs 17 bits. Convert to int64 before you subtract."
_TUPLES = "A pair is a tuple, as in `ak.combinations`: `ak.zip((first, second))` makes tuples, a dict makes records."
_BOUND = "Two hits that are exactly `within` apart are close enough."


def pairs_by_loop(hits, within):
    """The close pairs of each event, with Python's loops: the reference of exercise 8.4."""
    import awkward as ak

    found = []
    for event in hits.tolist():
        inner = []
        for i in range(len(event)):
            for j in range(i + 1, len(event)):
                if abs(event[i] - event[j]) <= within:
                    inner.append((event[i], event[j]))
        found.append(inner)
    return ak.Array(found)


@exercise(
    "8.4",
    "Pairs that are close together",
    hints=[
        "`ak.combinations(hits, 2)` has all the pairs of each event, as tuples. `ak.unzip` gives two arrays: the first "
        "and the second hits of all pairs.",
        "`abs(first - second) <= within` has the structure of the pairs, and so it selects within each event: "
        "`pairs[…]`.",
        "Subtract in a type with a sign: `ak.values_astype(first, np.int64) - ak.values_astype(second, np.int64)`, "
        "unless they are floats.",
    ],
    why="A loop in a loop in a loop became three calls. `combinations` works out how many pairs each event has, "
    "n(n - 1)/2, makes offsets from these counts, and then two buffers with the places of first and second hits; the "
    "hits themselves are fetched from there. What it costs is memory: all pairs exist before the condition throws most "
    "of them away. Where events are long, a compiled loop that keeps only close pairs is the better tool.",
    imports=["awkward"],
)
def close_pairs(answer):
    import awkward as ak

    def right(hits, within, hint, dtype="int64", mistakes=()):
        array = jagged.awkward(hits, numbers=dtype)
        flat = (lambda got: not isinstance(got, ak.Array) or got.ndim < 2 or len(got) != len(array), _STRUCTURE)
        named = (lambda got: not ak.is_tuple(got), _TUPLES)
        expected = pairs_by_loop(array, within)
        jagged.gives(answer, (array, within), expected, hint=hint, mistakes=[flat, *mistakes, named])

    close = "Keep a pair if its two hits are at most `within` apart."
    right([[1, 2]], 5, close, mistakes=[(lambda got: len(ak.flatten(got, axis=None)) > 2, _ONCE)])
    right([[9, 1]], 5, _STRUCTURE)
    right([[5, 9, 2], [7, 8]], 5, close)
    right([[5, 9, 2], [7, 8], [30, 20]], 5, close)
    right([[5, 9, 2]], 7, _BOUND)
    right([[9, 5], [2, 9, 4]], 5, "A difference may be negative: it is its size that counts.")
    right([[3, 3, 3]], 0, "Equal hits at different places are a pair, too.")
    right([[5, 9], [], [7], [4, 6, 5]], 2, _STRUCTURE)
    right([[1, 100], [100, 1], [2, 101]], 3, _WITHIN)
    right([[3, 5], [250, 4, 1]], 2, _WRAP, dtype="uint8")
    right([[-100, 100], [90, -90, 95]], 60, _NARROW, dtype="int8")
    right([[2**40, 2**40 + 3, 1]], 5, "Hits may need 64 bits.")
    right([[2**60, 2**60 + 6, 2**60 + 9]], 5, "Hits may need 64 bits, and a float64 has 53 for them.")
    right([[30_000, -30_000], [5, 9]], 6000, _SHORT, dtype="int16")
    right([[], [7]], 5, "No pairs at all: an empty list for each event.")
    right([[0.5, 0.75, 3.25], [], [1.0, 1.9]], 0.25, "Hits may be floats, and so may `within`.", dtype="float64")
    rng = np.random.default_rng(84)
    for n in (20, 100):
        lists = [rng.integers(0, 60, k).tolist() for k in rng.poisson(3, n)]
        right(lists, 7, close)
    loop = "Is there a loop over the events, or over pairs? Three calls make all pairs, compare them, and select."
    faster_than(pairs_by_loop, answer, jagged.many_hits, at_least=1.75, hint=loop, agree=jagged.as_lists)


# ---------------------------------------------------------------------------------------------------- 8.5


@exercise(
    "8.5",
    "The bytes of a layout",
    hints=[
        "Draw it: a record with three fields. `samples` is a node of offsets over integers; `label` is a node with an "
        "index, which can say None, over a node of offsets, over characters.",
        "n lists have n + 1 offsets of 8 bytes. The index has a number of 8 bytes for each record; what is None is "
        "not below it.",
        "Characters are stored as UTF-8: `len(text.encode())` bytes. And the texts that are there, n of them, have "
        "n + 1 offsets.",
    ],
    why="Six buffers, and their sizes follow from a few counts: how many records, how many samples, how many texts, "
    "how many bytes of text. None costs an index and nothing below it. You can weigh an array before you make it, for "
    "any number of records; `tree` would have drawn the same six. A list of dicts has no such formula: each box adds "
    "its head, and the allocator rounds up.",
    imports=["awkward"],
)
def buffer_bytes(answer):
    for pulses, hint in jagged.PULSES:
        jagged.weighs(answer, pulses, hint)
