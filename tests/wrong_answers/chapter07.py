"""Wrong answers to the exercises of chapter 07, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

LAYOUT = """
def slice_layout(shape, strides, slices):
    parts = [cut.indices(n) for n, cut in zip(shape, slices)]
    offset = sum(part[0] * stride for part, stride in zip(parts, strides))
    lengths = tuple(len(range(*part)) for part in parts)
    return offset, lengths, tuple(part[2] * stride for part, stride in zip(parts, strides))
"""

SHARES = """
import numpy as np

def shares(a, b):
    def addresses(array):
        found = set()
        for index in np.ndindex(array.shape):
            first = array.ctypes.data + sum(i * stride for i, stride in zip(index, array.strides))
            found.update(range(first, first + array.itemsize))
        return found
    return not addresses(a).isdisjoint(addresses(b))
"""

BOUNDS = """
def shares(a, b):
    if not a.size or not b.size:
        return False
    def ends(array):
        steps = [(n - 1) * stride for n, stride in zip(array.shape, array.strides)]
        low = array.ctypes.data + sum(step for step in steps if step < 0)
        return low, array.ctypes.data + sum(step for step in steps if step > 0) + array.itemsize
    (low, high), (first, last) = ends(a), ends(b)
    return low < last and first < high
"""

WINDOWS = """
import numpy as np
from numpy.lib.stride_tricks import as_strided

def windows(x, width):
    if not 1 <= width <= len(x):
        raise ValueError(width)
    return as_strided(x, (len(x) - width + 1, width), (x.strides[0], x.strides[0]), writeable=False)
"""

DISTANCES = """
import numpy as np

def distances(a, b):
    a, b = a.astype(float), b.astype(float)
    total = np.zeros((len(a), len(b)))
    for k in range(a.shape[1]):
        difference = a[:, None, k] - b[:, k]
        difference *= difference
        total += difference
    return np.sqrt(total)
"""

LAPLACIAN = """
import numpy as np

def laplacian_into(u, out):
    np.multiply(u[1:-1, 1:-1], -4, out=out)
    for neighbours in (u[:-2, 1:-1], u[2:, 1:-1], u[1:-1, :-2], u[1:-1, 2:]):
        out += neighbours
    return out
"""

ONE_LINE = "u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1]"

BRIGHTER = """
import numpy as np

def brighter(picture, amount):
    return np.minimum(picture, np.uint8(255 - amount)) + np.uint8(amount)
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "7.1": [
        (instead(LAYOUT, "part[0] * stride for", "part[0] for"), "The offset counts bytes"),
        (instead(LAYOUT, "return offset,", "return 0,"), "its start times the stride"),
        (instead(LAYOUT, "part[2] * stride", "stride"), "The next element is `step` old strides away"),
        (instead(LAYOUT, "len(range(*part))", "part[1] - part[0]"), "How many elements are there"),
        (instead(LAYOUT, "len(range(*part))", "(part[1] - part[0]) // part[2]"), "How many elements are there"),
        (instead(LAYOUT, "len(range(*part))", "-((part[0] - part[1]) // part[2])"), "a length is never negative"),
        (instead(LAYOUT, "cut.indices(n)", "(cut.start or 0, n if cut.stop is None else cut.stop, cut.step or 1)"),
         "with negative ones and None worked out"),
        (instead(LAYOUT, "cut.indices(n)",
                 "(cut.start or 0, n if cut.stop is None else min(cut.stop, n), cut.step or 1)"),
         "with negative ones and None worked out"),
        (instead(LAYOUT, "tuple(part[2] * stride for part, stride in zip(parts, strides))",
                 "tuple(8 * part[2] * int(np.prod(lengths[k + 1:])) for k, part in enumerate(parts))")
         .replace("\ndef", "\nimport numpy as np\n\ndef"), "or of eight bytes"),
        (instead(LAYOUT, "tuple(part[2] * stride for part, stride in zip(parts, strides))",
                 "tuple(p[2] * s * (n // max(1, n)) for p, s, n in zip(parts, sorted(strides)[::-1], shape))"),
         "take those that you are given"),
        (instead(LAYOUT, "part[2] * stride", "abs(part[2]) * stride"), "and steps back"),
        (instead(LAYOUT, "return offset, lengths,", "return offset, list(lengths),"), "Return a tuple of three"),
        (instead(LAYOUT, "    return offset,", "    offset,"), "without a `return`"),
        (instead(LAYOUT, "part[0] * stride for", "part[0] * abs(stride) for"), "its start times the stride"),
        (instead(LAYOUT, "return offset,", "return offset % 8,").replace("sum(part[0]", "sum(8 * part[0]"),
         "its start times the stride"),
    ],
    "7.2": [
        ("import numpy as np\n\ndef shares(a, b):\n    return np.shares_memory(a, b)", "Work it out from"),
        ("import numpy as np\n\ndef shares(a, b):\n    return np.may_share_memory(a, b)", "Work it out from"),
        (BOUNDS, "woven into each other"),
        ("def shares(a, b):\n    mine, yours = a if a.base is None else a.base, b if b.base is None else b.base\n"
         "    return mine is yours", "Having the same base is not enough"),
        ("import numpy as np\n\ndef shares(a, b):\n    return bool(np.isin(a, b).any())", "compare places, not values"),
        (instead(SHARES, "found.update(range(first, first + array.itemsize))", "found.add(first)"),
         "two elements can overlap in part"),
        (instead(SHARES, "array.itemsize", "8"), "any of them may be shared"),
        (instead(BOUNDS, "low < last and first < high", "low <= last and first <= high"),
         "counted as the beginning of the other"),
        (instead(BOUNDS, "if step < 0", "if False"), "woven into each other"),
        (instead(SHARES, "sum(i * stride for i, stride in zip(index, array.strides))",
                 "(index[-1] * array.strides[-1] if index else 0)"), "woven into each other"),
        (instead(SHARES, "zip(index, array.strides)", "zip(index, map(abs, array.strides))"),
         "the one with the lowest address"),
        (instead(SHARES, "return not", "return len(a) and not"), "Answer True or False"),
        (instead(SHARES, "return not", "a[...] = a\n    return not"), "needs no permission to write"),
        ("from numpy import shares_memory\n\ndef shares(a, b):\n    return shares_memory(a, b)", "Work it out from"),
        ("from numpy.lib.array_utils import byte_bounds\n\ndef shares(a, b):\n"
         "    (low, high), (first, last) = byte_bounds(a), byte_bounds(b)\n"
         "    return bool(a.size and b.size and low < last and first < high)", "woven into each other"),
        ("def shares(a, b):\n    mine = {a[i:].ctypes.data for i in range(len(a))} if a.ndim else {a.ctypes.data}\n"
         "    yours = {b[i:].ctypes.data for i in range(len(b))} if b.ndim else {b.ctypes.data}\n"
         "    return bool(mine & yours)", "two elements can overlap in part"),
    ],
    "7.3": [
        ("import numpy as np\n\ndef windows(x, width):\n    if not 1 <= width <= len(x):\n        raise ValueError\n"
         "    return np.array([x[i : i + width] for i in range(len(x) - width + 1)])", "These are copies"),
        (instead(WINDOWS, "len(x) - width + 1", "len(x) - width"), "begin inside and end inside"),
        (instead(WINDOWS, "(x.strides[0], x.strides[0])", "(8, 8)"), "use the stride that it has"),
        (instead(WINDOWS, "(x.strides[0], x.strides[0])", "(x.itemsize, x.itemsize)"), "use the stride that it has"),
        (instead(WINDOWS, ", writeable=False", ""), "Make the view read-only"),
        (instead(WINDOWS, "(len(x) - width + 1, width)", "(width, len(x) - width + 1)"), "One row for each window"),
        (instead(WINDOWS, "not 1 <= width <= len(x)", "False"), "otherwise the view reads memory that is not x's"),
        (instead(WINDOWS, "not 1 <= width <= len(x)", "width > len(x)"), "A window has one element at least"),
        (instead(WINDOWS, "width <= len(x)", "width < len(x)"), "One window, all of it"),
        (instead(WINDOWS, "as_strided(x,", "as_strided(np.ascontiguousarray(x),"), "use the stride that it has"),
        (instead(WINDOWS, "raise ValueError(width)", "raise IndexError(width)"), "Refuse it"),
        (instead(WINDOWS, "(x.strides[0], x.strides[0])", "(width * x.strides[0], x.strides[0])")
         .replace("len(x) - width + 1", "len(x) // width"), "begin inside and end inside"),
        ("from numpy.lib.stride_tricks import sliding_window_view\n\ndef windows(x, width):\n"
         "    if not 1 <= width <= len(x):\n        raise ValueError(width)\n"
         "    return sliding_window_view(x, width)", "you say yourself where the windows lie"),
        (instead(WINDOWS, "not 1 <= width <= len(x)", "len(x) and not 1 <= width <= len(x)"),
         "otherwise the view reads memory that is not x's"),
    ],
    "7.4": [
        ("import numpy as np\n\ndef distances(a, b):\n    return np.array([[np.sqrt(np.sum((p - q) ** 2)) for q in b]"
         " for p in a.astype(float)]).reshape(len(a), len(b))", "Is there a loop over the points"),
        ("import numpy as np\n\ndef distances(a, b):\n    a, b = a.astype(float), b.astype(float)\n"
         "    return np.sqrt(((a[:, None] - b) ** 2).sum(axis=2))", "holds d numbers for each distance"),
        (instead(DISTANCES, "return np.sqrt(total)", "return total"), "the square of it"),
        (instead(DISTANCES, "a, b = a.astype(float), b.astype(float)", "a, b = b.astype(float), a.astype(float)"),
         "as many rows as points in a"),
        (instead(DISTANCES, "    a, b = a.astype(float), b.astype(float)\n", ""), "wraps around"),
        (instead(DISTANCES, "range(a.shape[1])", "range(2)"), "Any number of coordinates"),
        (instead(DISTANCES, "float", "np.float32"), "Compute in float64"),
        ("import numpy as np\n\ndef distances(a, b):\n    a, b = a.astype(float), b.astype(float)\n"
         "    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T\n"
         "    return np.sqrt(np.maximum(squares, 0))", "subtract first, then square"),
        (instead(DISTANCES, "return np.sqrt(total)", "return np.nan_to_num(np.sqrt(total))"), "has no distance: NaN"),
        (instead(DISTANCES, "np.sqrt(total)", "np.sqrt(total).astype(np.float32)"), "float64"),
        (instead(DISTANCES, "    total = np", "    a -= 0\n    total = np").replace("a.astype(float)", "a"),
         "no need to write into a"),
        ("import numpy as np\n\ndef distances(a, b):\n    a, b = a.astype(float), b.astype(float)\n"
         "    return np.array([np.sqrt(((p - b) ** 2).sum(1)) for p in a]).reshape(len(a), len(b))",
         "Is there a loop over the points"),
        ("import numpy as np\n\ndef distances(a, b):\n    a, b = a.astype(float), b.T.astype(float)\n"
         "    out = np.empty((len(a), b.shape[1]))\n    for i, p in enumerate(a):\n        apart = b - p[:, None]\n"
         "        apart *= apart\n        apart.sum(0, out=out[i])\n    return np.sqrt(out, out=out)",
         "Is there a loop over the points"),
        (instead(DISTANCES, "return np.sqrt(total)", "return np.sqrt(total).astype(kind)").replace(
            "    a, b =", "    kind = np.result_type(a, b, np.float32) if a.dtype.kind == 'f' else float\n    a, b ="),
         "Distances are float64"),
        (instead(DISTANCES, "a, b = a.astype(float), b.astype(float)",
                 "a, b = (x.astype(int) if x.dtype.kind == 'u' else x for x in (a, b))"), "too much for int8"),
        (instead(DISTANCES, "a, b = a.astype(float), b.astype(float)",
                 "a, b = (x.astype(int) if x.dtype.kind in 'ui' else x for x in (a, b))"), "its square does not"),
    ],
    "7.5": [
        (f"def laplacian_into(u, out):\n    out[...] = {ONE_LINE}\n    return out", "makes one"),
        (f"def laplacian_into(u, out):\n    out = {ONE_LINE}\n    return out", "the name alone"),
        (instead(LAPLACIAN, "    return out", "    return None"), "without a `return`"),
        (instead(LAPLACIAN, "    return out", "    return out.copy()"), "Return `out` itself"),
        (instead(LAPLACIAN, "-4, out", "4, out"), "-4 times the middle"),
        (instead(LAPLACIAN, ", u[1:-1, 2:])", ")"), "four neighbours, each once"),
        (instead(LAPLACIAN, "    np.multiply(u[1:-1, 1:-1], -4, out=out)\n", "    out -= 4 * u[1:-1, 1:-1]\n"),
         "-4 times the middle"),
        (instead(LAPLACIAN, "    return out", "    out[np.isnan(out)] = 0\n    return out"), "They pass on"),
        (instead(LAPLACIAN, "    np.multiply", "    u *= 1.0\n    np.multiply"), "only to be read"),
        ("import numpy as np\n\ndef laplacian_into(u, out):\n    np.multiply(u[1:-1, 1:-1], 4, out=out)\n"
         "    np.subtract(u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:], out, out=out)\n    return out",
         "makes one"),
        ("def laplacian_into(u, out):\n    for i in range(out.shape[0]):\n        for j in range(out.shape[1]):\n"
         "            out[i, j] = u[i, j + 1] + u[i + 2, j + 1] + u[i + 1, j] + u[i + 1, j + 2] - 4 * u[i + 1, j + 1]\n"
         "    return out", "Let one operation do all"),
        ("import numpy as np\n\nROOM = {}\n\ndef laplacian_into(u, out):\n"
         "    room = ROOM.setdefault(out.shape, np.empty(out.shape))\n"
         "    np.multiply(u[1:-1, 1:-1], 4, out=room)\n    np.add(u[:-2, 1:-1], u[2:, 1:-1], out=out)\n"
         "    out += u[1:-1, :-2]\n    out += u[1:-1, 2:]\n    out -= room\n    return out", "makes one"),
        ("import numpy as np\n\ndef laplacian_into(u, out):\n    flat = out.reshape(-1)\n"
         "    np.multiply(u[1:-1, 1:-1].reshape(-1), -4, out=flat)\n"
         "    for part in (u[:-2, 1:-1], u[2:, 1:-1], u[1:-1, :-2], u[1:-1, 2:]):\n        flat += part.reshape(-1)\n"
         "    return out", "not into a copy of it"),
    ],
    "7.6": [
        ("import numpy as np\n\ndef brighter(picture, amount):\n    return picture + np.uint8(amount)",
         "it wrapped around"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n    return np.clip(picture + np.uint8(amount), 0, 255)",
         "it wrapped around"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n"
         "    return np.minimum(picture.astype(int) + amount, 255)", "in the wrong dtype"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n"
         "    return np.minimum(picture.astype(int) + amount, 255).astype(np.uint8)", "eight times its memory"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n"
         "    return np.minimum(picture.astype(np.int16) + amount, 255).astype(np.uint8)", "eight times its memory"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n"
         "    np.minimum(picture, np.uint8(255 - amount), out=picture)\n    picture += np.uint8(amount)\n"
         "    return picture", "work on a copy"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n    if amount == 0:\n        return picture\n"
         "    return np.minimum(picture, np.uint8(255 - amount)) + np.uint8(amount)", "Return a new picture"),
        (instead(BRIGHTER, "255 - amount", "254 - min(amount, 254)"), "The largest pixel is 255"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n    pixels = [min(int(p) + int(amount), 255)"
         " for p in picture.ravel()]\n    return np.array(pixels, np.uint8).reshape(picture.shape)",
         "times the memory of the photo"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n    result = picture.copy()\n"
         "    for index in np.ndindex(picture.shape):\n"
         "        result[index] = min(int(picture[index]) + int(amount), 255)\n    return result",
         "a loop over pixels"),
        ("import numpy as np\n\ndef brighter(picture, amount):\n"
         "    return np.array([np.minimum(row, np.uint8(255 - amount)) + np.uint8(amount) for row in picture.T]).T",
         "in the wrong dtype"),
        (instead(BRIGHTER, "np.minimum(picture, np.uint8(255 - amount)) + np.uint8(amount)",
                 "np.where(picture + np.uint8(amount) > 255, np.uint8(255), picture + np.uint8(amount))"),
         "it wrapped around"),
    ],
}  # fmt: skip
