"""Chapter 07, numpy: strides of a slice, shared memory, windows, distances, a Laplacian in place, saturation."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from unladen.exercises.chapter07 import arrays, slices
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import same, short, whole
from unladen.exercises.words import NO_RETURN, call, case, refuses, wrong

# ---------------------------------------------------------------------------------------------------- 7.1

_INDICES = "`slice.indices(n)` gives start, stop and step as integers, with negative ones and None worked out."
_LENGTH = "How many elements are there? `len(range(start, stop, step))` knows, for negative steps as well."
_OFFSET = "The first element of the view: for each axis, its start times the stride that the array had."
_STEP = "The next element is `step` old strides away."


@exercise(
    "7.1",
    "The strides of a slice, by hand",
    hints=[
        "Each axis is worked out on its own. " + _INDICES,
        _OFFSET + " Add these up over the axes.",
        "The new length is `len(range(start, stop, step))`, the new stride `step * stride`.",
    ],
    why="This is what NumPy does when you write `a[2:9:3, ::-1]`, and it is all that it does: a few multiplications, "
    "whatever the size of the array. A view is an offset, lengths and strides; a negative step begins at the far end "
    "and has a negative stride. Since the result is of the same kind as what you began with, a slice of a slice of a "
    "transposed array is no more expensive to use than a slice.",
)
def slice_layout(answer):
    def right(shape, strides, cuts, hint, mistakes=(), own=False):
        expected = slices.sliced(shape, strides, cuts)
        if 0 in expected[1]:  # nothing is left, so it does not matter where
            got = call(answer, (shape, strides, cuts), hint=hint)
            if not isinstance(got, tuple) or len(got) != 3 or got[1] != expected[1]:
                told = f"slice_layout({short(shape)}, {short(strides)}, {short(cuts)}) returned {short(got)}"
                wrong(f"{told}, expected the lengths {expected[1]}", NO_RETURN if got is None else hint)
            return
        known = [*mistakes, *slices.mistakes(expected, _LENGTH, _STEP, _OFFSET)[: 2 if own else None]]
        case(answer, (shape, strides, cuts), expected, hint=hint, mistakes=known)

    right((10,), (8,), (slice(None),), "The whole axis: nothing changes, and the offset is 0.")
    right((10,), (8,), (slice(3, 7),), _OFFSET, [((3, (4,), (8,)), "The offset counts bytes, not elements.")])
    given = "The strides are what they are: take those that you are given, not those of C order, or of eight bytes."
    right((10,), (4,), (slice(3, 7),), given, own=True)
    right((10,), (8,), (slice(1, 9, 3),), _STEP, [((8, (8,), (24,)), _LENGTH)])
    up = "3, 5, 7 and 9, if the step is 2: a step that does not fit in a whole number of times counts, too. " + _LENGTH
    right((10,), (8,), (slice(3, 10, 2),), up)
    right((10,), (8,), (slice(-4, None),), "-4 is the fourth from the end. " + _INDICES, own=True)
    right((10,), (8,), (slice(2, 100),), "An end beyond the end is the end. " + _INDICES, own=True)
    back = "Backwards: it begins at the last element, and steps back. " + _INDICES
    right((10,), (4,), (slice(None, None, -1),), back, own=True)
    right((10,), (4,), (slice(8, 2, -2),), "8, 6, 4. " + _LENGTH)
    right((3, 4), (32, 8), (slice(1, None), slice(None, None, 2)), "Two axes: each has its own length and stride.")
    right((4, 3), (8, 32), (slice(1, 3), slice(1, 3)), given, own=True)
    right((6, 6), (48, 8), (slice(1, -1, 2), slice(1, -1, 2)), "This is the slice that the chapter draws.")
    right((5, 4), (0, 8), (slice(2, 4), slice(1, 2)), "A stride of 0 stays one, and moves the offset by nothing.")
    right((3,), (-8,), (slice(None, None, -1),), "Back from back is forward: the start times a negative stride.")
    right((5,), (8,), (slice(4, 2),), "Nothing is left: a length is never negative. " + _LENGTH)
    right((), (), (), "No axes: one element, at offset 0, with no lengths and no strides.")
    rng = np.random.default_rng(71)
    for _ in range(200):
        shape = tuple(int(n) for n in rng.integers(0, 7, rng.integers(1, 4)))
        strides = tuple(int(8 * s) for s in rng.integers(-9, 10, len(shape)))
        right(shape, strides, tuple(slices.some_slice(rng) for _ in shape), "All of it together.")


# ---------------------------------------------------------------------------------------------------- 7.2

_BOUNDS = (
    "Their address ranges overlap, and still no byte belongs to both: they are woven into each other. Compare the "
    "addresses of the elements, not only the first and the last."
)
_BYTES = "An element has `itemsize` bytes, and any of them may be shared: two elements can overlap in part."
_BACK = "With a negative stride the first element is not the one with the lowest address."
_BASE = "Having the same base is not enough: two slices of one array may have nothing in common."
_NO_ASKING = (
    "Work it out from `a.ctypes.data`, `a.shape`, `a.strides` and `a.itemsize`; NumPy's own answer is the check."
)


@exercise(
    "7.2",
    "Who shares memory?",
    hints=[
        "The address of an element: `a.ctypes.data`, and for each axis index times stride.",
        "`np.ndindex(a.shape)` goes through all indices. Each element has the bytes from its address to itemsize "
        "further.",
        "Put the addresses of all bytes into a set, for each array, and see whether the sets meet.",
    ],
    why="An array's memory is a set of addresses, and you have just computed it from five attributes. `shares_memory` "
    "answers the same question without listing them: it looks for whole numbers that solve an equation in all indices, "
    "which can take very long for contrived strides. That is why NumPy's own functions mostly use "
    "`may_share_memory`, which compares only the ends, and copy to be safe when the answer is yes.",
)
def shares(answer):
    def right(a, b, shown, hint, mistakes=()):
        expected = arrays.really_shares(a, b)
        with arrays.not_asked(_NO_ASKING):
            case(answer, (a, b), expected, shown=f"shares({shown})", hint=hint, mistakes=[*mistakes, *kinds])
            case(answer, (b, a), expected, shown=f"shares({shown}), turned round,", hint=hint, mistakes=kinds)

    kinds = [(lambda got: got is not None and not isinstance(got, bool | np.bool_), "Answer True or False.")]
    x = np.arange(12)
    grid = np.arange(24).reshape(4, 6).copy()
    right(x, x, "x, x", "An array shares memory with itself.")
    right(x, x.copy(), "x, x.copy()", "Equal is not the same: compare places, not values.")
    right(x, x[3:], "x, x[3:]", "A slice is a view: its elements are those of x.")
    locked = x[2:5]
    locked.flags.writeable = False
    right(locked, x, "x[2:5], read-only, and x", "Reading addresses needs no permission to write.")
    right(x[:6], x[6:], "x[:6], x[6:]", _BASE + " Is the end of one counted as the beginning of the other?")
    right(x[:7], x[6:], "x[:7], x[6:]", "x[6] belongs to both.")
    right(x[::2], x[1::2], "x[::2], x[1::2]", _BOUNDS)
    right(x[::2], x[2::4], "x[::2], x[2::4]", "x[2] belongs to both.")
    right(x[:4], x[7:2:-1], "x[:4], x[7:2:-1]", _BACK)
    right(x[:3], x[7:2:-1], "x[:3], x[7:2:-1]", _BACK)
    right(grid[:, 0], grid[:, 1], "grid[:, 0], grid[:, 1]", _BOUNDS)
    right(grid.T[2], grid[1], "grid.T[2], grid[1]", "A column and a row meet in one element. All axes count.")
    raw = np.arange(16, dtype=np.uint8)
    right(raw[3:4], raw.view(np.int64), "raw[3:4], raw.view(np.int64)", _BYTES)
    right(raw[8:9], raw.view(np.int64)[:1], "raw[8:9], raw.view(np.int64)[:1]", _BYTES)
    points = np.zeros(4, dtype=[("x", "f4"), ("y", "f8")])
    right(points["x"], points["y"], 'points["x"], points["y"]', "They lie side by side in each record. " + _BYTES)
    right(points["y"], points, 'points["y"], points', _BYTES)
    right(x[:0], x, "x[:0], x", "An array without elements shares nothing.")
    right(np.broadcast_to(x[2:3], (5,)), x, "np.broadcast_to(x[2:3], (5,)), x", "A stride of 0 is a stride, too.")
    right(x[3:4].reshape(()), x, "x[3:4].reshape(()), x", "An array without axes has one element.")
    with arrays.watched(np.shares_memory, np.may_share_memory, hint=_NO_ASKING) as seen:
        case(answer, (seen(x[::2]), seen(x[3:6])), True, shown="shares(x[::2], x[3:6])", hint="x[4] is in both.")
    rng = np.random.default_rng(72)
    for _ in range(60):
        cuts = [tuple(slices.some_slice(rng) for _ in grid.shape) for _ in (1, 2)]
        right(
            grid[cuts[0]], grid[cuts[1]], f"grid[{slices.written(cuts[0])}], grid[{slices.written(cuts[1])}]", _BOUNDS
        )


# ---------------------------------------------------------------------------------------------------- 7.3

_COPIED = "These are copies. Describe the windows with strides instead: `np.lib.stride_tricks.as_strided`."
_FIXED = "The elements of this input are not side by side: use the stride that it has, `x.strides[0]`."
_READY = "It is there, and does what is asked; but here you say yourself where the windows lie, with `as_strided`."
_LAST = "Of n elements, `len(x) - width + 1` windows of that width begin inside and end inside."


@exercise(
    "7.3",
    "Windows that slide",
    hints=[
        "The shape is (number of windows, width). How far is it from one element to the next, and from one window?",
        "Both strides are `x.strides[0]`: the next window begins where the second element of this one is.",
        "`as_strided(x, shape, strides, writeable=False)`, after you made sure that the width is between 1 and len(x).",
    ],
    why="A view may describe more elements than there are: the windows overlap, so they take no memory, whatever their "
    "number. `as_strided` believes whatever it is told, and reads where you send it, which is why the length had to be "
    "checked first, and why `sliding_window_view`, which does what you did, is the better friend. A mean over windows "
    "still costs width additions for each; a difference of cumulative sums, `np.cumsum`, costs one, with other "
    "rounding.",
)
def windows(answer):
    def right(x, width, shown, hint):
        expected = sliding_window_view(x, width)
        mistakes = [(lambda got: isinstance(got, np.ndarray) and got.shape == expected.shape[::-1], _SIDEWAYS),
                    (lambda got: isinstance(got, np.ndarray) and got.shape != expected.shape, _LAST),
                    (ValueError, hint)]  # fmt: skip
        got = case(answer, (x, width), expected, shown=shown, hint=hint, mistakes=mistakes)
        if not np.shares_memory(got, x):
            wrong(f"{shown} returned the right numbers, in memory of their own", _COPIED)
        if got.flags.writeable:
            told = "One write into it would change several windows, and the caller's data. Make the view read-only."
            wrong(f"{shown} returned windows that can be written to", told)

    _SIDEWAYS = "One row for each window: the shape is (number of windows, width)."
    x = np.arange(6)
    right(x, 2, "windows(x, 2), where x is np.arange(6),", "The first row holds x[0] and x[1], the next x[1] and x[2].")
    right(x, 4, "windows(x, 4), where x is np.arange(6),", _LAST)
    right(x, 1, "windows(x, 1), where x is np.arange(6),", "Windows of one: six of them.")
    right(x, 6, "windows(x, 6), where x is np.arange(6),", "One window, all of it. " + _LAST)
    right(x.astype(np.float32), 3, "windows(x.astype(np.float32), 3)", "Elements of four bytes. " + _FIXED)
    right(np.arange(12)[::2], 3, "windows(x[::2], 3)", _FIXED)
    right(np.arange(12)[::-1], 3, "windows(x[::-1], 3)", "A stride can be negative. " + _FIXED)
    right(np.arange(12).reshape(4, 3)[:, 1], 2, "windows(grid[:, 1], 2)", _FIXED)
    locked = np.array([0.5, np.nan, 2.5])
    locked.flags.writeable = False
    right(locked, 2, "windows(x, 2), where x is read-only,", "A view of a read-only array is read-only.")
    large = "Wider than the array, there is no window. Refuse it: otherwise the view reads memory that is not x's."
    for width in (7, 0, -1):
        shown = f"windows(x, {width}), where x is np.arange(6),"
        refuses(
            answer,
            (x, width),
            ValueError,
            hint=large if width > 6 else "A window has one element at least.",
            shown=shown,
        )
    refuses(answer, (x[:0], 1), ValueError, hint=large, shown="windows(x, 1), where x is empty,")
    with arrays.watched(sliding_window_view, hint=_READY) as seen:
        call(answer, (seen(x), 2), shown="windows(x, 2)")
    many = np.zeros(200_000)
    got, most = arrays.peak_bytes(answer, (many, 5000), "windows(np.zeros(200_000), 5000)")
    if got.shape != (195_001, 5000) or most > 100_000:
        wrong(f"windows(np.zeros(200_000), 5000) took {most:,} bytes", _COPIED)


# ---------------------------------------------------------------------------------------------------- 7.4

_FLOAT = "Convert to float first: `a - b` in uint8 wraps around."
_SQUARE = "The distance fits into 64 bits, its square does not: it wraps around. Convert to float first."
_EXACT = "Close points far from the origin lose their distance in that formula: subtract first, then square."
_BIG = (
    "An array of shape (n, m, d) holds d numbers for each distance. Go through the d coordinates in a loop (they are "
    "few), and add each one's squares to the (n, m) result."
)


@exercise(
    "7.4",
    "All distances",
    seconds=20,
    hints=[
        "For one coordinate: `a[:, None, k] - b[:, k]` has the shape (n, m), all differences at once.",
        "Begin with zeros of shape (n, m), and add the square of these differences for each coordinate k.",
        "Square in place (`difference *= difference`), add in place, and end with `np.sqrt(total, out=total)`.",
    ],
    why="Broadcasting made all pairs without a loop over points and without copying one point: the new axes have the "
    "stride 0. The short version, `np.sqrt(((a[:, None] - b) ** 2).sum(axis=2))`, is as right, and needs several times "
    "the memory for numbers that are added up at once. A loop in Python is cheap when each turn does the work of an "
    "array. There is a third formula, |a|² + |b|² - 2 a·b, which is faster still, and loses the digits that matter "
    "when points are near each other.",
)
def distances(answer):
    def right(a, b, shown, hint, mistakes=()):
        expected = arrays.distances_slowly(a, b)

        def coarse(got):
            same_shape = isinstance(got, np.ndarray) and got.shape == expected.shape
            return same_shape and expected.size and np.allclose(got, expected, rtol=1e-4, atol=0)

        kinds = [
            (lambda got: isinstance(got, np.ndarray) and got.dtype != float, "Distances are float64."),
            (coarse, "Right to a few digits only: a float32 has seven. Compute in float64."),
        ]
        case(answer, (a, b), expected, shown=shown, hint=hint, mistakes=[*mistakes, *kinds])

    origin, corner = np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])
    squared = [(np.array([[25.0]]), "That is the square of it.")]
    right(origin, corner, "distances([[0., 0.]], [[3., 4.]])", "From (0, 0) to (3, 4) it is 5.", squared)
    rng = np.random.default_rng(74)
    a, b = rng.random((4, 2)), rng.random((3, 2))
    turned = "Row i, column j: the distance of a[i] and b[j]. There are as many rows as points in a."
    right(a, b, "distances(a, b), with shapes (4, 2) and (3, 2),", turned, [(arrays.distances_slowly(b, a), turned)])
    right(a[:1], b, "distances(a, b), with shapes (1, 2) and (3, 2),", turned)
    right(rng.random((3, 5)), rng.random((3, 5)), "distances(a, b), with 5 coordinates,", "Any number of coordinates.")
    right(a[:0], b, "distances(a, b), with no points in a,", "No rows then, and three columns.")
    right(np.array([[200], [3]], np.uint8), np.array([[1], [250]], np.uint8), "distances(a, b), both uint8,", _FLOAT)
    right(np.array([[1, 2]]), np.array([[4, 6]]), "distances(a, b), both int64,", "Integers are welcome.", [
        (TypeError, _FLOAT)])  # fmt: skip
    narrow = np.array([[-100], [100]], np.int8)
    right(narrow, narrow, "distances(a, a), where a is [[-100], [100]] in int8,", "200 is too much for int8. " + _FLOAT)
    huge = np.array([[0], [4_000_000_000]])
    right(huge, huge, "distances(a, a), where a is [[0], [4_000_000_000]],", _SQUARE)
    single = rng.random((4, 3), np.float32)
    right(single, single[1:], "distances(a, b), both float32,", "The result is float64, and so is the way to it.")
    right(a[::-2, ::-1], b[:, ::-1], "distances(a[::-2, ::-1], b[:, ::-1])", "Views are welcome.")
    gap = np.array([[np.nan, 0.0], [1.0, 1.0]])
    right(gap, b, "distances(a, b), with a NaN in a,", "What has a NaN in it has no distance: NaN.")
    far = 1e8 + np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.25]])
    right(far, far, "distances(a, a), with points near (1e8, 1e8),", _EXACT)
    locked = a.copy()
    locked.flags.writeable = False
    right(locked, locked, "distances(a, a), where a is read-only,", "There is no need to write into a.")
    a, b = rng.random((60, 3)), rng.random((50, 3))
    right(a, b, "distances(a, b), with shapes (60, 3) and (50, 3),", turned)
    a, b = rng.random((300, 16)), rng.random((300, 16))
    _, most = arrays.peak_bytes(answer, (a, b), "distances(a, b)")
    if most > 6 * 8 * 300 * 300:
        times = most / (8 * 300 * 300)
        wrong(f"distances(a, b), with 300 points of 16 coordinates each, needs {times:.0f} times its result", _BIG)
    slow = "Is there a loop over the points? Let one operation do all pairs: `a[:, None, k] - b[:, k]`."
    faster_than(arrays.distances_slowly, answer, _on_a_line, at_least=150, hint=slow)


def _on_a_line(rng) -> tuple[np.ndarray, np.ndarray]:
    """Points of one coordinate: a loop over 60 of them is far behind, however its turns are written."""
    return rng.random((60, 1)), rng.random((60, 1))


# ---------------------------------------------------------------------------------------------------- 7.5

_TEMPORARY = (
    "Somewhere an array as large as the grid is made for a moment: each `+`, `-` or `*` between arrays makes one. "
    "Let the operations write into `out`: `np.add(…, …, out=out)`, or `out += …`."
)
_INTO = "Fill the array that you were given, `out[...] = …` or `out=out`; the name alone (`out = …`) is only yours."


@exercise(
    "7.5",
    "A Laplacian without temporaries",
    seconds=20,
    hints=[
        "The inner points are `u[1:-1, 1:-1]`, their upper neighbours `u[:-2, 1:-1]`. All five are views of one shape.",
        "Begin with the one that needs a product: `np.multiply(u[1:-1, 1:-1], -4, out=out)`.",
        "Then add the neighbours one by one: `out += u[:-2, 1:-1]`, and so on. At the end, return out.",
    ],
    why="Nothing was allocated: five views, which are a few numbers each, and five passes over memory that was there. "
    "The order made it possible, for the product came first, when `out` was still free. In a simulation with thousands "
    "of steps one keeps two grids and exchanges them. What is left, five passes, can become one if it is done in "
    "blocks of rows, or by a compiler.",
)
def laplacian_into(answer):
    def right(u, out, shown, hint, mistakes=()):
        expected = arrays.laplacian_slowly(u)
        got = call(answer, (u, out), shown=shown, hint=hint, mistakes=[(ValueError, hint)])
        if not same(out, expected):
            known = [told for wrong_one, told in mistakes if same(np.asarray(got), wrong_one)]
            hint = known[0] if known else _INTO if same(got, expected) else hint
            wrong(f"{shown} left {short(out)} in out, expected {short(expected)}", hint)
        if got is not out:
            told = f"{shown} returned {'nothing' if got is None else 'another array'}, after filling out"
            wrong(told, NO_RETURN if got is None else "Return `out` itself.")

    def tried(u, shown, hint, filler=np.nan):
        before = u.copy()
        right(u, np.full((u.shape[0] - 2, u.shape[1] - 2), filler), shown, hint)
        if not same(u, before):
            wrong(f"{shown} changed u", "u is the state of the caller's simulation: only read it.")

    peak = np.zeros((3, 3))
    peak[1, 1] = 1.0
    tried(peak, "laplacian_into(u, out), where u is 1 in the middle of 3 × 3 zeros,", "-4 times the middle.")
    up = np.arange(12.0).reshape(3, 4) ** 2
    tried(
        up,
        "laplacian_into(u, out), where u is a 3 × 4 grid,",
        "Above, below, left and right: four neighbours, each once.",
    )
    rng = np.random.default_rng(75)
    stale = "What was in `out` before must not count: the first operation overwrites it."
    tried(rng.random((6, 5)), "laplacian_into(u, out), with old numbers in out,", stale, filler=7.0)
    tried(rng.random((5, 2)), "laplacian_into(u, out), where u has two columns,", "No inner points: out is empty.")
    tried(rng.random((7, 6)).T, "laplacian_into(u.T, out)", "A view is an array like any other.")
    tried(rng.random((12, 14))[::2, ::-2], "laplacian_into(u[::2, ::-2], out)", "A view is an array like any other.")
    gap = rng.random((6, 6))
    gap[2, 3], gap[4, 1] = np.nan, np.inf
    tried(
        gap,
        "laplacian_into(u, out), with a NaN and an infinity in u,",
        "They pass on to their neighbours, and to nobody else.",
    )
    locked = rng.random((5, 5))
    locked.flags.writeable = False
    tried(locked, "laplacian_into(u, out), where u is read-only,", "u is only to be read.")
    u = rng.random((5, 6))
    wide = np.zeros((6, 8))
    right(
        u,
        wide[::2, ::2],
        "laplacian_into(u, out), where out is a view itself,",
        "Write into the view, not into a copy of it.",
    )
    u, out = whole(rng, (400, 400)), np.empty((398, 398))  # NumPy has buffers of 64 KiB for each view that it is given
    shown = "laplacian_into(u, out), with 400 × 400 points,"
    _, most = arrays.peak_bytes(answer, (u, out), shown)
    if most > out.nbytes // 4:
        wrong(f"{shown} allocated {most:,} bytes, and the result has {out.nbytes:,}", _TEMPORARY)
    right(u, out, shown, "All of it.")
    slow = "Let one operation do all the inner points."
    faster_than(arrays.laplacian_by_rows, answer, _grid, at_least=3, hint=slow, filled=(1,))


def _grid(rng) -> tuple[np.ndarray, np.ndarray]:
    return whole(rng, (200, 200)), np.full((198, 198), np.nan)


# ---------------------------------------------------------------------------------------------------- 7.6

_WRAPPED = "200 + 100 is 300, and 300 in eight bits is 44: it wrapped around. Do not let it get so far."
_WIDE = "That is right, and in the wrong dtype: the result is a picture again, uint8."
_MEMORY = (
    "A wider dtype for the whole picture takes eight times its memory on the way (or two with int16, and a second "
    "array to clip). Which pixels would overflow is known before adding: those above 255 - amount."
)


@exercise(
    "7.6",
    "Brighter, without going dark",
    hints=[
        "A pixel above `255 - amount` becomes 255, every other one `pixel + amount`.",
        "`np.minimum(picture, 255 - amount)` brings down what would overflow, and stays uint8.",
        "Return `np.minimum(picture, limit) + np.uint8(amount)`, with the limit as a uint8 too.",
    ],
    why="NumPy's integers wrap around because the processor's do, and a test for each addition would cost more than "
    "the addition. You made the overflow impossible beforehand, in the narrow dtype: an eighth of the bytes of int64, "
    "and eight times as many pixels in each vector instruction. Since NumPy 2 a Python integer takes on the dtype of "
    "the array (`picture + 100` stays uint8), whatever its value; before, it depended on the value.",
)
def brighter(answer):
    def right(picture, amount, shown, hint, mistakes=()):
        expected = np.minimum(picture.astype(int) + amount, 255).astype(np.uint8)
        wrapped = (picture + np.uint8(amount)).astype(np.uint8)
        known = [(wrapped, _WRAPPED), (lambda got: isinstance(got, np.ndarray) and got.dtype != np.uint8, _WIDE)]
        got = case(answer, (picture, amount), expected, shown=shown, hint=hint, mistakes=[*mistakes, *known])
        if np.shares_memory(got, picture) and picture.size:
            wrong(f"{shown} returned the picture itself", "Return a new picture: the caller still needs the old one.")

    dots = np.array([0, 100, 154, 155, 156, 200, 255], dtype=np.uint8)
    right(dots[:3], 50, "brighter([0, 100, 154], 50), in uint8,", "Add the amount to each pixel.")
    right(dots, 100, "brighter([0, 100, 154, 155, 156, 200, 255], 100), in uint8,", "The largest pixel is 255.")
    right(dots, 0, "brighter(picture, 0)", "Nothing added, nothing changed; but a new picture.")
    right(dots, 255, "brighter(picture, 255)", "All are 255 then.")
    right(dots[:0], 10, "brighter(picture, 10), without pixels,", "No pixels, no result.")
    right(
        dots.reshape(7, 1).repeat(3, 1)[::-2, ::2],
        120,
        "brighter(picture[::-2, ::2], 120)",
        "A view is a picture, too.",
    )
    colours = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10
    right(colours, 60, "brighter(picture, 60), in three colours,", "Any shape will do: work on the array as a whole.")
    everything = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for amount in (1, 77, 254, np.uint8(90)):
        right(
            everything, amount, f"brighter(picture, {amount}), with all 256 values,", "Every value, and every amount."
        )
    locked = everything.copy()
    locked.flags.writeable = False
    right(locked, 60, "brighter(picture, 60), where the picture is read-only,", "The picture is only to be read.")
    photo = np.random.default_rng(76).integers(0, 256, (500, 600), dtype=np.uint8)
    _, most = arrays.peak_bytes(answer, (photo, 90), "brighter(photo, 90)")
    if most > 3.3 * photo.nbytes:
        wrong(f"brighter(photo, 90) took {most / photo.nbytes:.1f} times the memory of the photo", _MEMORY)
    slow = "Is there a loop over pixels, or a function called for each? Let one operation do all of them."
    faster_than(arrays.brighter_slowly, answer, _photo, at_least=2.2, hint=slow)


def _photo(rng) -> tuple[np.ndarray, int]:
    return rng.integers(0, 256, (100, 100), dtype=np.uint8), int(rng.integers(60, 120))
