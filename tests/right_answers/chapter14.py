"""Right answers to the exercises of chapter 14, in other styles than the solution's."""

from __future__ import annotations

RIGHT = {
    "14.1": [
        """
import dask.array as da

def rms(x):
    return da.sqrt(da.mean(da.square(x.astype("float64"))))
""",
        """
import numpy as np

def rms(x):
    x = x.astype(np.float64)
    return ((x * x).sum() / x.size) ** 0.5
""",
        """
import dask.array as da
import numpy as np

def squares(chunk, axis, keepdims):
    return np.sum(np.square(chunk, dtype=float), axis=axis, keepdims=keepdims)

def total(chunk, axis, keepdims):
    return np.sum(chunk, axis=axis, keepdims=keepdims)

def rms(x):
    return np.sqrt(da.reduction(x, chunk=squares, aggregate=total, dtype=float) / x.size)
""",
        """
import dask.array as da
import numpy as np
from dask import delayed

@delayed
def of_chunk(chunk):
    return np.vdot(chunk.astype(float), chunk.astype(float))

@delayed
def root(sums, n):
    return np.sqrt(sum(sums) / n)

def rms(x):
    sums = [of_chunk(chunk) for chunk in x.to_delayed().ravel()]
    return da.from_delayed(root(sums, x.size), shape=(), dtype=float)
""",
        """
def rms(x):
    x = x.astype(float)
    for axis in reversed(range(x.ndim)):
        x = (x**2).mean(axis=axis) ** 0.5
    return x
""",
    ],
    "14.2": [
        """
import dask
import numpy as np

def extremes(x, columns):
    ends = [(x[:, column].min(), x[:, column].max()) for column in columns]
    (ends,) = dask.compute(ends)
    return np.array([low for low, _ in ends], x.dtype), np.array([high for _, high in ends], x.dtype)
""",
        """
import dask

def extremes(x, columns):
    low, high = dask.compute(x.min(axis=0)[columns], x.max(axis=0)[columns])
    return low, high
""",
        """
import dask.array as da

def extremes(x, columns):
    wanted = da.take(x, columns, axis=1)
    both = da.stack([wanted.min(axis=0), wanted.max(axis=0)]).compute(scheduler="threads")
    return both[0], both[1]
""",
        """
import dask
from dask import delayed
import numpy as np

@delayed
def ends(chunk, inside):
    return chunk[:, inside].min(axis=0), chunk[:, inside].max(axis=0)

def extremes(x, columns):
    starts = np.cumsum((0, *x.chunks[1]))
    blocks, found = x.to_delayed(), {}
    for j in range(blocks.shape[1]):
        inside = [c for c in dict.fromkeys(columns) if starts[j] <= c < starts[j + 1]]
        if inside:
            found[j] = inside, [ends(block, [c - starts[j] for c in inside]) for block in blocks[:, j]]
    (found,) = dask.compute(found)
    low, high = {}, {}
    for inside, parts in found.values():
        low.update(zip(inside, np.min([part[0] for part in parts], axis=0)))
        high.update(zip(inside, np.max([part[1] for part in parts], axis=0)))
    return np.array([low[c] for c in columns], x.dtype), np.array([high[c] for c in columns], x.dtype)
""",
        """
def extremes(x, columns):
    wanted = x[:, columns].persist()
    return wanted.min(axis=0).compute(), wanted.max(axis=0).compute()
""",
    ],
    "14.3": [
        """
def rows_per_chunk(shape, itemsize, workers, memory):
    each = itemsize
    for n in shape[1:]:
        each *= n
    wanted = 3 * workers
    if wanted * each > memory:
        raise ValueError("too little memory")
    def good(rows):
        chunks = (shape[0] + rows - 1) // rows
        return wanted * rows * each <= memory and chunks >= min(wanted, shape[0])
    rows = 1
    while rows < shape[0] and good(rows + 1):
        rows += 1
    return rows
""",
        """
import math
from fractions import Fraction

def rows_per_chunk(shape, itemsize, workers, memory):
    rows, *rest = shape
    bytes_of_row = itemsize * math.prod(rest)
    if memory < 3 * workers * bytes_of_row:
        raise ValueError
    best = math.ceil(Fraction(rows, 3 * workers - 1)) - 1
    if bytes_of_row:
        best = min(best, memory // (3 * workers) // bytes_of_row)
    return max(best, 1)
""",
        """
import bisect
import math

def rows_per_chunk(shape, itemsize, workers, memory):
    held, rows = 3 * workers, shape[0]
    each = math.prod(shape[1:], start=itemsize)
    if held * each > memory:
        raise ValueError(f"{held * each} bytes are needed, {memory} are there")
    too_many = lambda r: held * r * each > memory or -(-rows // r) < min(held, rows)
    return max(1, bisect.bisect_left(range(1, rows + 1), True, key=too_many))
""",
        """
import math

def rows_per_chunk(shape, itemsize, workers, memory):
    n, each, chunks = shape[0], math.prod(shape[1:]) * itemsize, 3 * workers
    if memory < chunks * each:
        raise ValueError("one row each is too much")
    if n <= chunks:
        return 1
    r = min(n, memory // (chunks * each)) if each else n
    while math.ceil(n / r) < chunks:
        r -= 1
    return r
""",
    ],
    "14.4": [
        """
import dask.array as da
import numpy as np
from numba import float64, vectorize

@vectorize([float64(float64, float64, float64, float64, float64, float64)])
def mass(pt1, pt2, eta1, eta2, phi1, phi2):
    return np.sqrt(2 * pt1 * pt2 * (np.cosh(eta1 - eta2) - np.cos(phi1 - phi2)))

def masses(pt1, pt2, eta1, eta2, phi1, phi2):
    return da.map_blocks(mass, pt1, pt2, eta1, eta2, phi1, phi2, dtype=np.float64)
""",
        """
import dask.array as da
import numpy as np

def masses(*columns):
    def mass(*chunks):
        pt1, pt2, eta1, eta2, phi1, phi2 = (np.asarray(chunk, dtype=np.float64) for chunk in chunks)
        mass = np.cosh(eta1 - eta2)
        mass -= np.cos(phi1 - phi2)
        mass *= 2 * pt1 * pt2
        return np.sqrt(mass, out=mass)

    axes = tuple(range(columns[0].ndim))
    pairs = [one for column in columns for one in (column, axes)]
    return da.blockwise(mass, axes, *pairs, dtype=float)
""",
        """
import math
import numpy as np
from numba import njit

@njit
def fill(pt1, pt2, eta1, eta2, phi1, phi2, result):
    for i in range(result.size):
        angles = math.cosh(eta1[i] - eta2[i]) - math.cos(phi1[i] - phi2[i])
        result[i] = math.sqrt(2 * pt1[i] * pt2[i] * angles)

def of_chunk(pt1, *others):
    result = np.empty(pt1.shape)
    fill(*[one.astype(np.float64).ravel() for one in (pt1, *others)], result.reshape(-1))
    return result

def masses(pt1, pt2, eta1, eta2, phi1, phi2):
    return pt1.map_blocks(of_chunk, pt2, eta1, eta2, phi1, phi2, dtype="f8", meta=np.empty((0,) * pt1.ndim))
""",
        """
import math
from numba import vectorize

@vectorize(["float64(float64, float64, float64, float64, float64, float64)"])
def mass(pt1, pt2, eta1, eta2, phi1, phi2):
    return math.sqrt(2 * pt1 * pt2 * (math.cosh(eta1 - eta2) - math.cos(phi1 - phi2)))

def masses(*six):
    return mass(*six)
""",
        """
import dask.array as da
import numpy as np

def masses(pt1, pt2, eta1, eta2, phi1, phi2):
    def of_chunk(p, q, a, b, f, g):
        d, e = a.astype(float) - b, f.astype(float) - g
        return np.sqrt(4 * (p.astype(float) * q) * (np.sinh(d / 2) ** 2 + np.sin(e / 2) ** 2))

    return da.map_blocks(of_chunk, pt1, pt2, eta1, eta2, phi1, phi2)
""",
    ],
    "14.5": [
        """
import math

def moments(blocks):
    n, mean, squares = 0, 0.0, 0.0
    for block in blocks:
        for x in block.ravel().tolist():
            if x == x:
                n += 1
                delta = x - mean
                mean += delta / n
                squares += delta * (x - mean)
    return (n, mean, (squares / n) ** 0.5) if n else (0, math.nan, math.nan)
""",
        """
import math
from functools import reduce
import numpy as np

def of_block(block):
    numbers = block[~np.isnan(block)]
    return (numbers.size, numbers.mean(), numbers.var() * numbers.size) if numbers.size else (0, 0.0, 0.0)

def merge(one, other):
    (n1, m1, s1), (n2, m2, s2) = one, other
    n = n1 + n2
    if n == 0:
        return one
    return n, (n1 * m1 + n2 * m2) / n, s1 + s2 + (m1 - m2) ** 2 * n1 * n2 / n

def moments(blocks):
    n, mean, squares = reduce(merge, map(of_block, blocks), (0, 0.0, 0.0))
    return (n, float(mean), math.sqrt(squares / n)) if n else (0, math.nan, math.nan)
""",
        """
import numpy as np

def moments(blocks):
    shift, n, s1, s2 = None, 0, 0.0, 0.0
    for i, block in enumerate(blocks):
        good = np.isfinite(block)
        numbers = block[good]
        if not len(numbers):
            continue
        if shift is None:
            shift = numbers[0]
        numbers = numbers - shift
        n += len(numbers)
        s1 += numbers.sum()
        s2 += numbers @ numbers
    if n == 0:
        return 0, np.nan, np.nan
    return n, shift + s1 / n, np.sqrt(max(s2 / n - (s1 / n) ** 2, 0))
""",
        """
import math
import numpy as np
import warnings

class Moments:
    def __init__(self):
        self.n, self.mean, self.squares = 0, 0.0, 0.0

    def fill(self, block):
        n = int(np.sum(~np.isnan(block)))
        if n == 0:
            return
        mean = np.nansum(block) / n
        delta = mean - self.mean
        self.squares += np.nansum((block - mean) ** 2) + delta * delta * self.n * n / (self.n + n)
        self.mean += delta * n / (self.n + n)
        self.n += n

def moments(blocks):
    all = Moments()
    while True:
        try:
            all.fill(next(blocks))
        except StopIteration:
            break
    if not all.n:
        return 0, math.nan, math.nan
    return all.n, all.mean, math.sqrt(all.squares / all.n)
""",
        """
import math
from fractions import Fraction

def moments(blocks):
    n, total, squares = 0, 0, 0
    for block in blocks:
        for x in block.flat:
            if not math.isnan(x):
                x = Fraction(float(x))
                n, total, squares = n + 1, total + x, squares + x * x
    if not n:
        return 0, math.nan, math.nan
    return n, float(total / n), math.sqrt(squares / n - (total / n) ** 2)
""",
    ],
    "14.6": [
        """
from dask import delayed

def merged(parts, merge):
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return delayed(merge)(merged(parts[:half], merge), merged(parts[half:], merge))
""",
        """
import dask

def merged(parts, merge):
    later = dask.delayed(merge, pure=False)
    level = list(parts)
    while len(level) != 1:
        level = [later(*level[i : i + 2]) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    (result,) = level
    return result
""",
        """
from itertools import zip_longest
from dask.delayed import delayed

def merged(parts, merge):
    merge = delayed(merge)
    while len(parts) > 1:
        pairs = zip_longest(parts[::2], parts[1::2])
        parts = [left if right is None else merge(left, right) for left, right in pairs]
    return parts[0]
""",
        """
from dask import delayed

def merged(parts, merge):
    stack = []
    for part in parts:
        size = 1
        while stack and stack[-1][0] == size:
            _, left = stack.pop()
            size, part = 2 * size, delayed(merge)(left, part)
        stack.append((size, part))
    _, result = stack.pop()
    while stack:
        result = delayed(merge)(stack.pop()[1], result)
    return result
""",
    ],
    "14.7": [
        """
from dask.distributed import as_completed

def outcomes(client, function, items, retries):
    futures = client.map(function, items, retries=retries)
    item_of = {future.key: item for future, item in zip(futures, items)}
    done, failed = {}, {}
    for future in as_completed(futures):
        if future.status == "error":
            failed[item_of[future.key]] = future.exception()
        else:
            done[item_of[future.key]] = future.result()
    return done, failed
""",
        """
def outcomes(client, function, items, retries):
    waiting = [(item, client.submit(function, item, retries=retries)) for item in items]
    done, failed = {}, {}
    for item, future in waiting:
        try:
            done[item] = future.result()
        except Exception as error:
            failed[item] = error
    return done, failed
""",
        """
def outcomes(client, function, items, retries):
    done, failed, left = {}, {}, list(items)
    for attempt in range(1 + retries):
        futures = {item: client.submit(function, item, pure=False) for item in left}
        failed = {}
        for item, future in futures.items():
            error = future.exception()
            if error is None:
                done[item] = future.result()
            else:
                failed[item] = error
        left = list(failed)
    return done, failed
""",
        """
from dask.distributed import wait

def outcomes(client, function, items, retries):
    futures = dict(zip(items, client.map(function, items, retries=retries, pure=False)))
    if futures:
        wait(list(futures.values()))
    good = {item: future for item, future in futures.items() if future.status == "finished"}
    return client.gather(good), {item: f.exception() for item, f in futures.items() if item not in good}
""",
        """
def guarded(function, item, retries):
    for attempt in range(retries + 1):
        try:
            return True, function(item)
        except Exception as raised:
            error = raised
    return False, error

def outcomes(client, function, items, retries):
    results = client.gather(client.map(guarded, [function] * len(items), items, [retries] * len(items)))
    together = list(zip(items, results))
    return {i: value for i, (good, value) in together if good}, {i: e for i, (good, e) in together if not good}
""",
    ],
}
