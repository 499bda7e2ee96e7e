"""Right answers to the exercises of chapter 07 in other styles than the solution's: each must be accepted.

``{id: [source]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

RIGHT = {
    "7.1": [
        """
def slice_layout(shape, strides, slices):
    offset, lengths, steps = 0, [], []
    for n, stride, cut in zip(shape, strides, slices):
        start, stop, step = cut.indices(n)
        lengths.append(max(0, -((start - stop) // step)))
        steps.append(stride * step)
        offset += stride * start
    return offset, tuple(lengths), tuple(steps)
""",
        """
def slice_layout(shape, strides, slices):
    kept = [range(n)[cut] for n, cut in zip(shape, slices)]
    offset = sum(r.start * s for r, s in zip(kept, strides))
    return (offset, tuple(map(len, kept)), tuple(r.step * s for r, s in zip(kept, strides)))
""",
        """
import numpy as np

def slice_layout(shape, strides, slices):
    if not shape:
        return 0, (), ()
    parts = np.array([cut.indices(n) for n, cut in zip(shape, slices)])
    start, stop, step = parts.T
    lengths = np.maximum(0, np.ceil((stop - start) / step)).astype(int)
    return int(start @ np.array(strides)), tuple(lengths.tolist()), tuple((step * strides).tolist())
""",
    ],
    "7.2": [
        """
import itertools

def shares(a, b):
    def taken(x):
        for index in itertools.product(*map(range, x.shape)):
            at = x.ctypes.data + sum(i * s for i, s in zip(index, x.strides))
            yield from range(at, at + x.itemsize)
    mine = set(taken(a))
    return any(byte in mine for byte in taken(b))
""",
        """
import numpy as np

def shares(a, b):
    def addresses(x):
        at = np.array(x.ctypes.data)
        for n, stride in zip(x.shape, x.strides):
            at = at[..., None] + np.arange(n) * stride
        return (at[..., None] + np.arange(x.itemsize)).ravel()
    return len(np.intersect1d(addresses(a), addresses(b))) > 0
""",
        """
def shares(a, b):
    def starts(x):
        found = [x.ctypes.data]
        for n, stride in zip(x.shape, x.strides):
            found = [at + i * stride for at in found for i in range(n)]
        return found
    return any(p < q + b.itemsize and q < p + a.itemsize for p in starts(a) for q in starts(b))
""",
    ],
    "7.3": [
        """
import numpy as np

def windows(x, width):
    if width < 1 or width > x.size:
        raise ValueError(f"there is no window of {width}")
    view = np.lib.stride_tricks.as_strided(x, shape=(x.size - width + 1, width), strides=x.strides * 2)
    view.flags.writeable = False
    return view
""",
        """
from numpy.lib import stride_tricks

def windows(x, width):
    if width not in range(1, len(x) + 1):
        raise ValueError
    step, = x.strides
    return stride_tricks.as_strided(x, (len(x[width - 1:]), width), (step, step), writeable=False)
""",
        """
import numpy as np

def windows(x, width):
    if not 0 < width <= x.shape[0]:
        raise ValueError("width")
    got = np.lib.stride_tricks.as_strided(x, [width, len(x) + 1 - width], [x.strides[0]] * 2).T
    got.setflags(write=False)
    return got
""",
    ],
    "7.4": [
        """
import numpy as np

def distances(a, b):
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    total = np.zeros((len(a), len(b)))
    for p, q in zip(a.T, b.T):
        total += np.subtract.outer(p, q) ** 2
    return np.sqrt(total)
""",
        """
import numpy as np

def distances(a, b):
    total = np.zeros((a.shape[0], b.shape[0]))
    for k in range(a.shape[-1]):
        total = np.hypot(total, a[:, k, np.newaxis].astype(float) - b[np.newaxis, :, k])
    return total
""",
        """
import numpy as np

def distances(a, b):
    a, b = 1.0 * a.astype("f8"), b.astype("f8")
    out = np.empty((len(a), len(b)))
    for i in range(0, len(a), 20):
        apart = a[i : i + 20, None] - b
        np.sqrt(np.einsum("ijk,ijk->ij", apart, apart), out=out[i : i + 20])
    return out
""",
    ],
    "7.5": [
        """
import numpy as np

def laplacian_into(u, out):
    middle = u[1:-1, 1:-1]
    np.add(u[:-2, 1:-1], u[2:, 1:-1], out=out)
    np.add(out, u[1:-1, :-2], out=out)
    np.add(out, u[1:-1, 2:], out=out)
    for _ in range(4):
        np.subtract(out, middle, out=out)
    return out
""",
        """
def laplacian_into(u, out):
    out[...] = u[1:-1, 1:-1]
    out *= -4
    out += u[:-2, 1:-1]
    out += u[2:, 1:-1]
    out += u[1:-1, :-2]
    out += u[1:-1, 2:]
    return out
""",
        """
def laplacian_into(u, out):
    for i, row in enumerate(out):
        row[:] = u[i, 1:-1] + u[i + 2, 1:-1] + u[i + 1, :-2] + u[i + 1, 2:] - 4 * u[i + 1, 1:-1]
    return out
""",
    ],
    "7.6": [
        """
import numpy as np

def brighter(picture, amount):
    return np.where(picture > 255 - amount, np.uint8(255), picture + np.uint8(amount))
""",
        """
import numpy as np

def brighter(picture, amount):
    result = picture + np.uint8(amount)
    result[result < picture] = 255
    return result
""",
        """
import numpy as np

def brighter(picture, amount):
    table = bytes(min(pixel + int(amount), 255) for pixel in range(256))
    return np.frombuffer(bytearray(picture.tobytes().translate(table)), np.uint8).reshape(picture.shape)
""",
        """
import numpy as np

def brighter(picture, amount):
    result = np.empty_like(picture)
    for row, pixels in zip(np.atleast_2d(result), np.atleast_2d(picture)):
        row[...] = np.minimum(pixels.astype(int) + amount, 255)
    return result
""",
        """
import numpy as np

def brighter(picture, amount):
    table = np.minimum(np.arange(256) + amount, 255).astype(np.uint8)
    return table[picture]
""",
    ],
}
