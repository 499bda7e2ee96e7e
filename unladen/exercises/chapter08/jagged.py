"""What irregular arrays must do in the exercises of chapter 08: hold lists, be compared, be weighed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, Mistakes, call, called, recognised, refuses, wrong
from unladen.short import Writer, cut

# -- 8.1: lists by offsets and content -------------------------------------------------------------------------------

_START = "The offsets begin with 0, and end with the length of the content."
_TYPE = "Offsets and content are arrays of int64, for no elements as well: say `dtype=np.int64`."
_TWICE = "Offsets and content are all that is kept: the lists are read from there, and not from a second copy."
_EMPTY = "An empty list is a list: its two offsets are equal."
SMALL = [
    ([[7]], _START),
    ([[5, 9, 2], [7]], _START),
    ([[5, 9, 2], [], [7], [4, 6]], _EMPTY),
    ([[], [5]], _EMPTY),
    ([[5], []], _EMPTY),
    ([[], []], _TYPE),
    ([], "No lists at all have one offset, 0."),
    ([[2**53 + 1, 2**62], [-1]], "Numbers of 64 bits: a float on the way loses their last digits."),
]


def holds(answer, lists: list[list[int]], hint: str) -> None:
    """An object made of ``lists`` has their offsets and content, and gives them back."""
    shown = f"Jagged({short(lists)})"
    given = [list(inner) for inner in lists]
    made = call(answer, (given,), shown=shown, hint=hint)
    if given != lists:
        wrong(f"{shown} changed the lists it was given", CHANGED)
    offsets = np.cumsum([0, *map(len, lists)]).astype(np.int64)
    content = np.array([value for inner in lists for value in inner], dtype=np.int64)
    _attribute(made, "offsets", offsets, shown, hint)
    _attribute(made, "content", content, shown, hint)
    _told(len, made, len(lists), f"len({shown})", "The length is the number of lists: one less than there are offsets.")
    for i in {*range(min(len(lists), 9)), -1, -len(lists)} if lists else ():
        negative = "A negative index counts from the end, as with a list." if i < 0 else hint
        got = call(lambda i: made[i], (i,), shown=f"{shown}[{i}]", hint=negative)
        if not same(got, np.array(lists[i], dtype=np.int64)):
            expected = short(np.array(lists[i], dtype=np.int64))
            wrong(f"{shown}[{i}] returned {short(got)}, expected {expected}", negative)
    there = "There is no such list: that is an IndexError."
    for i in (len(lists), -len(lists) - 1):
        refuses(lambda i: made[i], (i,), IndexError, shown=f"{shown}[{i}]", hint=there)
    back = "A list of lists of Python's integers, as it was given: `.tolist()` of an array makes such a list."
    _told(lambda made: made.tolist(), made, lists, f"{shown}.tolist()", back)
    numbers = [value for inner in made.tolist() for value in inner]
    if any(type(value) is not int for value in numbers):
        wrong(f"{shown}.tolist() contains {type(numbers[0]).__name__}, expected int", back)


def is_a_view(answer) -> None:
    """A list that is handed out lies in the content, and the content is the object's own."""
    given = [[5, 9, 2], [7]]
    made = call(answer, (given,), shown="Jagged([[5, 9, 2], [7]])")
    if not np.shares_memory(made[0], made.content):
        copied = "List number i is a slice of the content: a slice of an array is a view, and copies nothing."
        wrong("Jagged([[5, 9, 2], [7]])[0] is a copy of its part of the content, expected a view", copied)
    if made.content.flags.writeable:
        made.content[:] = 0
        shown = "Jagged([[5, 9, 2], [7]]), whose content is all 0 now,"
        _told(lambda made: made.tolist(), made, [[0, 0, 0], [0]], f"for {shown} .tolist()", _TWICE)
        _told(lambda made: made[1].tolist(), made, [0], f"for {shown} [1].tolist()", _TWICE)


def _attribute(made: object, name: str, expected: np.ndarray, shown: str, hint: str) -> None:
    got = getattr(made, name, None)
    if same(got, expected):
        return
    if isinstance(got, np.ndarray) and got.tolist() == expected.tolist():
        wrong(f"{shown}.{name} is {short(got)} of dtype {got.dtype}, expected dtype int64", _TYPE)
    counts = np.diff(expected).tolist() if name == "offsets" and len(expected) > 1 else None
    ends = expected.tolist()[1:] if name == "offsets" else None
    told = f"{shown}.{name} is {short(got)}, expected {short(expected)}"
    if got is None:
        wrong(told, f"Set `self.{name}` in `__init__`.")
    values = got.tolist() if isinstance(got, np.ndarray) else got
    if counts is not None and values in (counts, [0, *counts]) and counts != ends:
        wrong(told, "These are lengths. An offset is the sum of the lengths of all lists before.")
    if values == ends:
        wrong(told, "These are the ends. The first list needs a start, too: put a 0 in front.")
    if ends is not None and values == expected.tolist()[:-1]:
        wrong(told, "These are the starts. The last list needs an end, too: one offset more than there are lists.")
    wrong(told, _TYPE if isinstance(got, list) else hint)


def _told(function, made, expected, shown, hint) -> None:
    got = call(function, (made,), shown=shown, hint=hint)
    if not same(got, expected):
        wrong(f"{shown} returned {short(got)}, expected {short(expected)}", NO_RETURN if got is None else hint)


# -- 8.3 and 8.4: Awkward Arrays in, Awkward Arrays out --------------------------------------------------------------


def awkward(lists: list, **dtypes: str):
    """Make an array of lists of numbers, or of records, with types that do not depend on which lists are empty.

    ``dtypes`` are the fields of a record, or one without a field: ``awkward([[1], []], numbers="uint8")``.
    """
    import awkward as ak

    counts, flat = np.array([len(inner) for inner in lists]), [value for inner in lists for value in inner]
    if "numbers" in dtypes:
        return ak.unflatten(np.array(flat, dtype=dtypes["numbers"]), counts)
    columns = {name: np.array([record[name] for record in flat], dtype=dtype) for name, dtype in dtypes.items()}
    return ak.unflatten(ak.Array(columns), counts)


def random_events(rng, n: int, event) -> list:
    """Events with none to six pulses each, whose energies differ within an event."""
    lists = []
    for k in rng.poisson(2, n):
        energies = rng.permutation(60)[:k]
        lists.append(event(*zip(rng.random(k).cumsum().tolist(), energies.tolist(), strict=True)))
    return lists


def many_pulses(rng) -> tuple:
    """6000 events with pulses: the argument of a timed call, made without a loop over them."""
    import awkward as ak

    counts = rng.poisson(2, 6000)
    total = int(counts.sum())
    return (ak.unflatten(ak.Array({"time": rng.random(total), "energy": rng.permutation(total)}), counts),)


def many_hits(rng) -> tuple:
    """1500 events with about twelve hits each, and how close two have to be: most pairs are, and have to be made."""
    import awkward as ak

    counts = rng.poisson(12, 1500)
    return ak.unflatten(rng.integers(0, 1000, counts.sum()), counts), 700


def as_lists(got, expected) -> bool:
    """Tell whether two arrays hold equal lists; those of the same type are compared without making lists of them."""
    import awkward as ak

    return type(got) is ak.Array and (ak.array_equal(got, expected) or got.tolist() == expected.tolist())


def equal(got: object, expected: list) -> bool:
    import awkward as ak

    return isinstance(got, ak.Array) and got.tolist() == expected


def gives(answer, args: tuple, expected, *, hint: str, mistakes: Mistakes = ()) -> None:
    """The answer must return an Awkward Array with the values of ``expected``, and leave its arguments alone."""
    import awkward as ak

    shown = called_with(args)
    before = args[0].tolist()
    got = call(answer, args, shown=shown, hint=hint, mistakes=mistakes)
    if args[0].tolist() != before:
        wrong(f"{shown} changed what it was given", CHANGED)
    if isinstance(got, ak.Array) and got.tolist() == expected.tolist():
        return
    told = f"{shown} returned {brief(got)}, expected {brief(expected)}"
    if not isinstance(got, ak.Array):
        wrong(told, NO_RETURN if got is None else "Return an Awkward Array: what slicing and reducing one gives.")
    wrong(told, recognised(got, mistakes) or hint)


def called_with(args: tuple) -> str:
    return called(args).partition("(")[0] + f"({', '.join(map(brief, args))})"


def brief(value: object) -> str:
    """Write an array, or pulses, as a learner would type them, cut where that is too long."""
    pulses = type(value) is list and value and type(value[0]) is dict
    return _PULSES(value) if pulses or type(value).__module__.startswith("awkward.") else cut(short(value), _LONGEST)


def _array(value: object, write: Callable[[object], str]) -> str | None:
    ak = sys.modules.get("awkward")
    return f"ak.Array({value.tolist()})" if ak and issubclass(type(value), ak.Array) else None


_LONGEST = 150
_PULSES = Writer(_LONGEST, dict.fromkeys((list, dict), _LONGEST), special=_array)


# -- 8.5: what an array weighs ---------------------------------------------------------------------------------------

BUFFERS = ("time", "samples offsets", "samples", "label index", "label offsets", "label text")


def _pulse(time: float, samples: list[int], label: str | None) -> dict:
    return {"time": time, "samples": samples, "label": label}


_OFFSETS = "n lists have n + 1 offsets, of 8 bytes each. An empty list has its offset like any other."
_UTF8 = "The text is stored as UTF-8: a character beyond ASCII takes two bytes and more. `len(text.encode())` counts."
_INDEX = "The index has a number of 8 bytes for each record, for those without a label as well."
_MISSING = "A label that is None has a negative index, and nothing below: no offset, no text."
PULSES = [
    ([_pulse(0.5, [7], "a"), _pulse(0.5, [7], None)], _OFFSETS),
    ([_pulse(0.5, [7, 8, 9], "muon"), _pulse(0.7, [], None)], _OFFSETS),
    ([_pulse(0.5, [7], None), _pulse(0.7, [3, 4], "e"), _pulse(0.9, [], None)], _MISSING),
    ([_pulse(0.5, [1], "µ"), _pulse(0.7, [2], None), _pulse(0.9, [3], "π → e")], _UTF8),
    ([_pulse(i / 2, [5] * (i % 4), [None, "pion", ""][i % 3]) for i in range(50)], _INDEX),
]


def bytes_of(pulses: list[dict]) -> dict[str, int]:
    """The bytes of each buffer of ``ak.Array(pulses)``; a test holds this against the buffers themselves."""
    texts = [pulse["label"] for pulse in pulses if pulse["label"] is not None]
    sizes = (
        8 * len(pulses),
        8 * (len(pulses) + 1),
        8 * sum(len(pulse["samples"]) for pulse in pulses),
        8 * len(pulses),
        8 * (len(texts) + 1),
        sum(len(text.encode()) for text in texts),
    )
    return dict(zip(BUFFERS, sizes, strict=True))


@contextmanager
def _no_array(shown: str) -> Iterator[None]:
    """Inside, no Awkward Array is to be made, whatever the function that makes it."""
    import awkward as ak

    made, kept = [], ak.Array.__init__

    def noted(self, *args, **kwargs):
        made.append(self)
        kept(self, *args, **kwargs)

    ak.Array.__init__ = noted
    try:
        yield
    finally:
        ak.Array.__init__ = kept
    if made:
        wrong(f"{shown} made an Awkward Array", "Work it out from counts: how many records, samples, texts, bytes?")


def weighs(answer, pulses: list[dict], hint: str) -> None:
    """Each buffer has the bytes that it should; the first that has not decides what the learner is told."""
    given = [dict(pulse, samples=list(pulse["samples"])) for pulse in pulses]
    shown = called_with((pulses,))
    with _no_array(shown):
        got = call(answer, (given,), shown=shown, hint=hint)
    if given != pulses:
        wrong(f"{shown} changed what it was given", CHANGED)
    if not isinstance(got, dict) or sorted(map(str, got)) != sorted(BUFFERS):
        told = f"{shown} returned {brief(got)}, expected a dict with the keys {', '.join(BUFFERS)}"
        wrong(told, NO_RETURN if got is None else "Return a dict with these six keys, each with a number of bytes.")
    for name, size in bytes_of(pulses).items():
        if not same(got[name], size):
            told = f"{shown}: for {name!r} the answer has {short(got[name])} bytes, expected {size}"
            narrow = name == "time" and same(got[name], size // 2)
            wrong(told, _NARROW if narrow else _SIZES[name])


_NARROW = "Numbers of 64 bits: offsets, index, integers and floats take 8 bytes each."
_SIZES = {
    "time": "A time is a float64: 8 bytes for each record.",
    "samples offsets": _OFFSETS,
    "samples": "Python's integers become int64: 8 bytes for each sample.",
    "label index": _INDEX,
    "label offsets": _MISSING,
    "label text": _UTF8,
}
