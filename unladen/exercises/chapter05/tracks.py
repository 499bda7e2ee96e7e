"""What a track must do, for exercise 5.5: give back its points like a list of pairs, and take little memory."""

from __future__ import annotations

from unladen.exercises.chapter05 import memory
from unladen.exercises.values import same, short
from unladen.exercises.words import call, refuses, wrong

_START = 1_700_000_000_123_456_789
_BOXES = (
    "Somewhere there still is an object for each number. In an `array.array` or a NumPy array the numbers lie side by "
    "side, 8 bytes each."
)


def holds_its_points(answer) -> None:
    """Small tracks: length, each index from both ends, those out of range, a loop."""
    points = [(_START, 0.1), (_START + 1, -2.5), (-5, 1e300)]
    empty = _made(answer, [])
    _told(len, (empty,), 0, "len(Track([]))", "A track without points has length 0.")
    _not_there(empty, 0, "Track([])[0]")
    for n in (1, 3):
        text = f"Track({short(points[:n])})"
        track = _made(answer, points[:n])
        _told(len, (track,), n, f"len({text})", "The length is the number of points.")
        for i in (*range(n), -1, -n):
            _point(track, i, points[:n][i], f"{text}[{i}]")
        _not_there(track, n, f"{text}[{n}]")
        if n == 3:
            _not_there(track, -4, f"{text}[-4]")
        listed = "Does a loop over the track end? It asks for one index after the other until it sees an IndexError."
        _told(list, (track,), points[:n], f"list({text})", listed)


def _made(answer, points) -> object:
    shown = f"Track({short(points)})"
    wide = "A time needs 64 bits: array's 'q', NumPy's int64."
    given = list(points)
    track = call(answer, (given,), shown=shown, hint="Points are pairs of an int and a float.", mistakes=[
        (OverflowError, wide)])  # fmt: skip
    if given != points:
        wrong(f"{shown} changed the list it was given", "The caller still needs those points: only read them.")
    return track


def _told(function, args, expected, shown, hint) -> None:
    got = call(function, args, shown=shown, hint=hint)
    if not same(got, expected):
        wrong(f"{shown} returned {short(got)}, expected {short(expected)}", hint)


def _point(track, index, expected, shown) -> None:
    negative = "A negative index counts from the end, as with a list."
    got = call(lambda i: track[i], (index,), shown=shown, hint=negative if index < 0 else "Point number i is track[i].")
    hint = negative if index < 0 else "Point number i is a tuple of its time and its height."
    if isinstance(got, tuple) and len(got) == 2:
        if not same(got[0], expected[0]):
            hint = negative if index < 0 else (
                "The time lost its last digits, or its type: a float keeps 53 bits and an int32 32. A time needs an "
                "integer of 64 bits: array's 'q', NumPy's int64."
            )  # fmt: skip
        elif not same(got[1], expected[1]):
            hint = "The height lost digits: a float of 32 bits is too narrow. Array's 'd' and NumPy's float64 have 64."
    if not same(got, expected):
        wrong(f"{shown} returned {short(got)}, expected {short(expected)}", hint)
    if (type(got[0]), type(got[1])) != (int, float):
        kinds = f"({type(got[0]).__name__}, {type(got[1]).__name__})"
        told = f"{shown} returned a pair of types {kinds}, expected (int, float)"
        wrong(told, "To the outside, nothing has changed: convert NumPy's numbers with `int`, `float` or `.item()`.")


def _not_there(track, index, shown) -> None:
    there = "There is no such point: that is an IndexError. A loop over the track ends with one."
    refuses(lambda i: track[i], (index,), IndexError, shown=shown, hint=there)


def is_its_own(answer) -> None:
    """What the caller does to the list afterwards is nothing to the track."""
    points = [(1, 0.5), (2, 1.5)]
    track = call(answer, (points,), shown="Track([(1, 0.5), (2, 1.5)])")
    points.append((3, 2.5))
    points[0] = (7, 7.5)
    if len(track) != 2 or not same(track[0], (1, 0.5)):
        kept = "The track has kept the caller's list. Copy the numbers out of it."
        wrong("A track changed when, later, the list it was made of did", kept)


def is_slim(answer) -> None:
    """A track may keep a fifth of the bytes that a list of pairs keeps, as `tracemalloc` counts them."""

    def points():
        return [(_START + i * 10**9, i / 10) for i in range(5000)]

    pairs, by_list = memory.bytes_kept(points)
    track, by_track = memory.bytes_kept(lambda: call(answer, (points(),), shown="Track(5000 points)"))
    _told(list, (track,), pairs, "list(Track(5000 points))", "All of them, in their order.")
    if by_track > by_list / 5:
        told = (
            f"Track(5000 points) keeps {by_track / 5000:.0f} bytes for each point, a list of pairs {by_list / 5000:.0f}"
        )
        wrong(f"{told}; expected at most a fifth of that", _BOXES)
