"""Wrong answers to the exercises of chapter 14, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

RMS = """
import math

import dask
import dask.array as da
import numpy as np

def rms(x):
    return np.sqrt((x.astype(float) ** 2).mean())
"""

EXTREMES = """
import dask

def extremes(x, columns):
    wanted = x[:, columns]
    return dask.compute(wanted.min(axis=0), wanted.max(axis=0))
"""

ROWS = """
import math
import numpy as np

def rows_per_chunk(shape, itemsize, workers, memory):
    rows, each, k = shape[0], math.prod(shape[1:]) * itemsize, 3 * workers
    if k * each > memory:
        raise ValueError("too little memory")
    enough = (rows - 1) // (k - 1)
    fitting = memory // (k * each) if each else enough
    return max(1, min(fitting, enough))
"""

MASSES = """
import dask.array as da
import numpy as np

def mass_of_chunk(*columns):
    pt1, pt2, eta1, eta2, phi1, phi2 = (column.astype(float) for column in columns)
    return np.sqrt(2 * pt1 * pt2 * (np.cosh(eta1 - eta2) - np.cos(phi1 - phi2)))

def masses(pt1, pt2, eta1, eta2, phi1, phi2):
    return da.map_blocks(mass_of_chunk, pt1, pt2, eta1, eta2, phi1, phi2, dtype=float)
"""

MAPPED = "da.map_blocks(mass_of_chunk, pt1, pt2, eta1, eta2, phi1, phi2, dtype=float)"
CONVERTED = "(column.astype(float) for column in columns)"

MOMENTS = """
import math
import numpy as np

def moments(blocks):
    count, mean, squares = 0, 0.0, 0.0
    for block in blocks:
        block = block[~np.isnan(block)]
        if n := block.size:
            delta = block.mean() - mean
            squares += ((block - block.mean()) ** 2).sum() + delta**2 * count * n / (count + n)
            count += n
            mean += delta * n / count
    return (count, mean, math.sqrt(squares / count)) if count else (0, math.nan, math.nan)
"""

MERGED = """
from functools import reduce
from dask import delayed

def merged(parts, merge):
    while len(parts) > 1:
        pairs = range(0, len(parts) - 1, 2)
        left_over = parts[2 * len(pairs) :]
        parts = [delayed(merge)(parts[i], parts[i + 1]) for i in pairs] + left_over
    return parts[0]
"""

OUTCOMES = """
def outcomes(client, function, items, retries):
    futures = {item: client.submit(function, item, retries=retries) for item in items}
    errors = {item: future.exception() for item, future in futures.items()}
    failed = {item: error for item, error in errors.items() if error is not None}
    done = {item: futures[item].result() for item in items if item not in failed}
    return done, failed
"""


def instead(source: str, old: str, new: str) -> str:
    """The answer with one thing in it done otherwise."""
    assert source.count(old) >= 1, old
    return source.replace(old, new)


def body(source: str, lines: str) -> str:
    """The answer with other lines under its last `def`."""
    head, signature = source.rsplit("def ", 1)
    return f"{head}def {signature.splitlines()[0]}\n" + "".join(f"    {line}\n" for line in lines.strip().splitlines())


WRONG = {
    "14.1": [
        (body(RMS, "return np.sqrt((x.astype(float) ** 2).mean()).compute()"), "before anybody asked for a number"),
        (body(RMS, "return math.sqrt((x.astype(float) ** 2).mean())"), "any function of `math`"),
        (body(RMS, "if x.size == 0 or x.max() < 0:\n    return -x\n" + "return np.sqrt((x.astype(float) ** 2).mean())"),
         "`bool` (as in an `if`)"),
        (body(RMS, "x = da.from_array(np.asarray(x))\nreturn np.sqrt((x.astype(float) ** 2).mean())"), "`np.asarray`"),
        (body(RMS, "x = x.persist()\nreturn np.sqrt((x.astype(float) ** 2).mean())"), "before anybody asked"),
        (body(RMS, "return np.sqrt((x**2).mean())"), "do not fit into small integers"),
        (body(RMS, "x = x if x.dtype.kind == 'f' else x.astype(float)\nreturn np.sqrt((x**2).mean())"),
         "returned an array of float32"),
        (body(RMS, "return np.sqrt((x**2).mean()).astype(float)"), "do not fit into small integers"),
        (body(RMS, "return np.sqrt((x**2).mean(dtype=float))"), "do not fit into small integers"),
        (body(RMS, "return np.sqrt(np.multiply(x, x, dtype=float).mean())"), "do not fit into small integers"),
        (body(RMS, "x = x if x.dtype.kind == 'f' else x.astype(float)\nreturn np.sqrt((x**2).mean(dtype=float))"),
         "convert before you square"),
        (body(RMS, "return np.sqrt((x.astype(np.float32) ** 2).mean()).astype(float)"), "seven digits are left"),
        (body(RMS, "return np.sqrt(x.astype(float).mean() ** 2)"), "Square first"),
        (body(RMS, "return np.sqrt(np.nanmean(x.astype(float) ** 2))"), "A NaN stays"),
        (body(RMS, "return np.sqrt((x.astype(float) ** 2).mean(axis=0))"), "One number for all axes"),
        (body(RMS, "return np.sqrt((x.astype(float) ** 2).mean(keepdims=True))"), "a shape of ()"),
        (body(RMS, "return np.sqrt((x.rechunk(x.shape).astype(float) ** 2).mean())"), "do not rechunk"),
        (body(RMS, """
one = lambda chunk: np.full((1,) * chunk.ndim, np.mean(chunk.astype(float) ** 2))
means = x.map_blocks(one, chunks=(1,) * x.ndim, dtype=float)
return np.sqrt(means.mean())
"""), "The mean of the chunks' means"),
        (body(RMS, """
def one(chunk):
    chunk *= chunk
    return chunk
return np.sqrt(x.map_blocks(one, dtype=float).mean())
"""), "make a new array in place of"),
        (body(RMS, "return dask.delayed(np.sqrt)((x.astype(float) ** 2).mean())"), "returned a Delayed"),
        (body(RMS, "np.sqrt((x.astype(float) ** 2).mean())"), "without a `return`"),
    ],
    "14.2": [
        (body(EXTREMES, "wanted = x[:, columns]\nreturn wanted.min(axis=0).compute(), wanted.max(axis=0).compute()"),
         "begins at the files again"),
        (body(EXTREMES, "x = x.compute()\nreturn x[:, columns].min(axis=0), x[:, columns].max(axis=0)"),
         "in which no such column lies"),
        (body(EXTREMES, "x = x.persist()\nreturn dask.compute(x.min(axis=0)[columns], x.max(axis=0)[columns])"),
         "Take the columns first"),
        (body(EXTREMES, "low, high = dask.compute(x.min(axis=0), x.max(axis=0))\nreturn low[columns], high[columns]"),
         "Take the columns first"),
        (instead(EXTREMES, "return dask.compute(", "return ("), "what is still to be computed"),
        (instead(EXTREMES, "x[:, columns]", "x[:, sorted(columns)]"), "in their order"),
        (instead(EXTREMES, "x[:, columns]", "x[:, sorted(set(columns))]"), "in their order"),
        (instead(EXTREMES, "x[:, columns]", "x[:, list(dict.fromkeys(columns))]"), "named twice comes twice"),
        (instead(EXTREMES, "    wanted", "    columns.sort()\n    wanted"), "changed the list of columns"),
        (instead(EXTREMES, "x[:, columns]", "x[:, min(columns) : max(columns) + 1]"), "as the smallest"),
        (instead(EXTREMES, "min(axis=0), wanted.max(axis=0)", "max(axis=0), wanted.min(axis=0)"),
         "The smallest come first"),
        (instead(EXTREMES, "axis=0", "axis=1"), "in their order"),
        (instead(EXTREMES, "axis=0", ""), "a place for each column"),
        (instead(EXTREMES, "x[:, columns]", "x[:, columns].astype(float)"), "keep their dtype"),
        (body(EXTREMES, "low, high = [], []\nfor c in columns:\n    low.append(x[:, c].min().compute())\n"
                        "    high.append(x[:, c].max().compute())\nimport numpy as np\n"
                        "return np.array(low, x.dtype), np.array(high, x.dtype)"), "begins at the files again"),
        (body(EXTREMES, "import dask.array as da\nwanted = x[:, columns]\n"
                        "return dask.compute(da.nanmin(wanted, axis=0), da.nanmax(wanted, axis=0))"), "A NaN stays"),
        (instead(EXTREMES, "return dask.compute(wanted.min(axis=0), wanted.max(axis=0))",
                 "return dask.compute([wanted.min(axis=0), wanted.max(axis=0)])"), "A tuple of two arrays"),
    ],
    "14.3": [
        (instead(ROWS, "fitting = memory // (k * each)", "fitting = memory // (workers * each)"), "three chunks each"),
        (instead(ROWS, "fitting = memory // (k * each)", "fitting = memory // (3 * each)"), "`3 * workers` of them"),
        (instead(ROWS, "math.prod(shape[1:]) * itemsize", "math.prod(shape[1:])"), "`itemsize`"),
        (instead(ROWS, "math.prod(shape[1:]) * itemsize", "shape[-1] * itemsize"), "A row has"),
        (instead(ROWS, "math.prod(shape[1:]) * itemsize", "math.prod(shape[1:]) * 8"), "A row has"),
        (instead(ROWS, "(rows - 1) // (k - 1)", "rows // k"), "there are still enough of them"),
        (instead(ROWS, "(rows - 1) // (k - 1)", "math.ceil(rows / k)"), "there are still enough of them"),
        (instead(ROWS, "(rows - 1) // (k - 1)", "rows // workers"), "No worker is to sit idle"),
        (instead(ROWS, "min(fitting, enough)", "fitting"), "No worker is to sit idle"),
        (instead(ROWS, "min(fitting, enough)", "enough"), "are to fit into `memory` together"),
        (instead(ROWS, "max(1, min(fitting, enough))", "min(fitting, enough)"), "at least one row"),
        (instead(ROWS, "max(1, min(fitting, enough))", "max(1, min(fitting, enough)) if rows else 0"),
         "at least one row"),
        (instead(ROWS, " if each else enough", ""), "have no bytes"),
        (instead(ROWS, "if k * each > memory", "if k * each >= memory"), "Exactly one row"),
        (instead(ROWS, "if k * each > memory", "if each > memory"), "ValueError, not a chunk that is too large"),
        (instead(ROWS, '        raise ValueError("too little memory")', "        return 1"),
         "ValueError, not a chunk"),
        (instead(ROWS, "math.prod(shape[1:])", "int(np.prod(shape[1:]))"), "wraps around"),
        (instead(ROWS, "(rows - 1) // (k - 1)", "(rows - 1) / (k - 1)"), "an int"),
        (instead(ROWS, "max(1, min(fitting, enough))", "100"), "are to fit into `memory` together"),
    ],
    "14.4": [
        (body(MASSES, "return np.sqrt(2 * pt1 * pt2 * (np.cosh(eta1 - eta2) - np.cos(phi1 - phi2)))"), "adds one"),
        (body(MASSES, f"return {MAPPED}.compute()"), "before anybody asked"),
        (body(MASSES, "return mass_of_chunk(pt1, pt2, eta1, eta2, phi1, phi2)"), "adds a task for each chunk"),
        (body(MASSES, f"return np.sqrt({MAPPED} ** 2)"), "adds a task for each chunk"),
        (body(MASSES, "six = [one.astype(float) for one in (pt1, pt2, eta1, eta2, phi1, phi2)]\n"
                      "return da.map_blocks(mass_of_chunk, *six, dtype=float)"), "adds a task for each chunk"),
        (body(MASSES, "six = [one.rechunk(one.shape) for one in (pt1, pt2, eta1, eta2, phi1, phi2)]\n"
                      "return da.map_blocks(mass_of_chunk, *six, dtype=float)"), "The chunks stay what they are"),
        (instead(MASSES, CONVERTED, "columns"), "a promise to Dask, and converts nothing"),
        (instead(instead(MASSES, CONVERTED, "columns"), ", dtype=float)", ")"), "is an array of float32"),
        (instead(instead(MASSES, CONVERTED, "columns"), "cos(phi1 - phi2)))", "cos(phi1 - phi2))).astype(float)"),
         "before anything is computed"),
        (instead(MASSES, "dtype=float", "dtype=np.float32"), "expected float64"),
        (instead(MASSES, "2 * pt1", "pt1"), "compare term by term"),
        (instead(MASSES, "np.cosh(eta1 - eta2) - np.cos", "np.cosh(eta1 - eta2) + np.cos"), "compare term by term"),
        (instead(MASSES, "pt1, pt2, eta1, eta2, phi1, phi2, dtype", "pt1, pt2, phi1, phi2, eta1, eta2, dtype"),
         "compare term by term"),
        (instead(MASSES, "(*columns):\n", "(*columns):\n    for column in columns:\n        column += 0\n"),
         "make a new array in place of"),
        (body(MASSES, "six = [one.compute() for one in (pt1, pt2, eta1, eta2, phi1, phi2)]\n"
                      "return mass_of_chunk(*six)"), "before anybody asked"),
        (body(MASSES, "from dask import delayed\n"
                      "return delayed(mass_of_chunk)(pt1, pt2, eta1, eta2, phi1, phi2)"), "returned a Delayed"),
        (body(MASSES, "axes = '()' + ',()' * 5 + '->()'\n"
                      "return da.apply_gufunc(mass_of_chunk, axes, pt1, pt2, eta1, eta2, phi1, phi2, "
                      "output_dtypes=float)"), "adds a task for each chunk"),
        (body(MASSES, MAPPED), "without a `return`"),
    ],
    "14.5": [
        (body(MOMENTS, """
numbers = np.concatenate([block.ravel() for block in blocks] or [np.empty(0)])
numbers = numbers[~np.isnan(numbers)]
return (numbers.size, numbers.mean(), numbers.std()) if numbers.size else (0, math.nan, math.nan)
"""), "let it go before the next one comes"),
        (body(MOMENTS, """
count = total = squares = 0
for block in blocks:
    block = block[~np.isnan(block)]
    count, total, squares = count + block.size, total + block.sum(), squares + (block**2).sum()
if count == 0:
    return 0, math.nan, math.nan
return count, total / count, math.sqrt(max(squares / count - (total / count) ** 2, 0))
"""), "two large numbers that are nearly equal"),
        (body(MOMENTS, """
blocks = [block[~np.isnan(block)].copy() for block in blocks]
numbers = np.concatenate(blocks or [np.empty(0)])
return (numbers.size, numbers.mean(), numbers.std()) if numbers.size else (0, math.nan, math.nan)
"""), "let it go before the next one comes"),
        (body(MOMENTS, """
from itertools import tee
one, other = tee(blocks)
count = total = squares = 0
for block in one:
    count, total = count + np.sum(~np.isnan(block)), total + np.nansum(block)
if not count:
    return 0, math.nan, math.nan
for block in other:
    squares += np.nansum((block - total / count) ** 2)
return count, total / count, math.sqrt(squares / count)
"""), "let it go before the next one comes"),
        (body(MOMENTS, """
count = total = squares = 0
for block in blocks:
    count, total = count + np.sum(~np.isnan(block)), total + np.nansum(block)
if not count:
    return 0, math.nan, math.nan
for block in blocks:
    squares += np.nansum((block - total / count) ** 2)
return count, total / count, math.sqrt(squares / count)
"""), "does not begin again"),
        (instead(MOMENTS, "+ delta**2 * count * n / (count + n)", ""), "the deviation of the two means belongs in it"),
        (instead(MOMENTS, "math.sqrt(squares / count)", "math.sqrt(squares / (count - 1))"),
         "divided by n and not by n - 1"),
        (instead(MOMENTS, "math.sqrt(squares / count)", "squares / count"), "That is the variance"),
        (instead(MOMENTS, "block = block[~np.isnan(block)]", "pass"), "leave it out"),
        (instead(MOMENTS, "block = block[~np.isnan(block)]", "block = np.nan_to_num(block)"), "leave it out"),
        (instead(MOMENTS, " if count else (0, math.nan, math.nan)", ""), "No numbers: (0, nan, nan)"),
        (instead(MOMENTS, "(0, math.nan, math.nan)", "(0, 0.0, 0.0)"), "No numbers: (0, nan, nan)"),
        (instead(MOMENTS, "if n := block.size:", "if n := len(blocks):"), "it has no length"),
        (instead(instead(MOMENTS, "block = block[~np.isnan(block)]", "good = ~np.isnan(block)"), "if n := block.size:",
                 "if n := len(block):"), "leave it out"),
        (body(MOMENTS, """
n, means, deviations = 0, [], []
for block in blocks:
    block = block[~np.isnan(block)]
    if block.size:
        n += block.size
        means.append(block.mean())
        deviations.append(block.std())
return (n, np.mean(means), np.mean(deviations)) if n else (0, math.nan, math.nan)
"""), "the deviation of the two means belongs in it"),
        (body(MOMENTS, """
n, means, variances = 0, [], []
for block in blocks:
    block = block[~np.isnan(block)]
    if block.size:
        n += block.size
        means.append(block.mean())
        variances.append(block.var())
return (n, np.mean(means), np.sqrt(np.mean(variances) + np.var(means))) if n else (0, math.nan, math.nan)
"""), "Blocks are of unequal size"),
        (instead(MOMENTS, "        block = block[", "        block -= 0\n        block = block["), "work on a copy"),
        (instead(MOMENTS, "(count, mean, math", "[count, mean, math").replace("count)) if", "count)] if"),
         "A tuple of three"),
    ],
    "14.6": [
        (body(MERGED, "return reduce(delayed(merge), parts)"), "Merge neighbours in pairs"),
        (body(MERGED, "return delayed(lambda all: reduce(merge, all))(parts)"), "Merge neighbours in pairs"),
        (body(MERGED, "while len(parts) > 1:\n    parts = [merge(*parts[i : i + 2]) for i in range(0, len(parts), 2)]\n"
                      "return parts[0]"), "makes a task of it"),
        (instead(MERGED, "return parts[0]", "return parts[0].compute()"), "before anybody asked for the result"),
        (instead(MERGED, " + left_over", ""), "goes on to the next round"),
        (instead(MERGED, "[delayed(merge)(parts[i], parts[i + 1]) for i in pairs] + left_over",
                 "left_over + [delayed(merge)(parts[i], parts[i + 1]) for i in pairs]"), "Only neighbours are merged"),
        (instead(MERGED, "(parts[i], parts[i + 1])", "(parts[i + 1], parts[i])"), "the left one comes first"),
        (body(MERGED, """
half = (len(parts) + 1) // 2
while len(parts) > 1:
    half = (len(parts) + 1) // 2
    pairs = list(zip(parts[:half], parts[half:]))
    parts = [delayed(merge)(a, b) for a, b in pairs] + parts[len(pairs) : half]
return parts[0]
"""), "Only neighbours are merged"),
        (body(MERGED, """
from collections import deque
waiting = deque(parts)
while len(waiting) > 1:
    waiting.append(delayed(merge)(waiting.popleft(), waiting.popleft()))
return waiting[0]
"""), "Only neighbours are merged"),
        (body(MERGED, """
while len(parts) > 1:
    left = parts.pop(0)
    parts[0] = delayed(merge)(left, parts[0])
return parts[0]
"""), "changed the list of parts"),
        (instead(MERGED, "range(0, len(parts) - 1, 2)", "range(0, len(parts), 2)"), "raised IndexError"),
        (instead(instead(MERGED, "len(parts) - 1, 2)", "len(parts) - 1)"), "2 * len(pairs)", "len(parts)"),
         "each part is used once"),
        (instead(MERGED, "    return parts[0]", "    return delayed(lambda x: x)(parts[0])"), "and no other tasks"),
        (instead(MERGED, "    while", "    parts = [delayed(lambda x: x)(part) for part in parts]\n    while"),
         "and no other tasks"),
        (body(MERGED, """
if len(parts) < 3:
    return delayed(merge)(*parts) if len(parts) == 2 else parts[0]
return delayed(merge)(parts[0], merged(parts[1:], merge))
"""), "wait for one another"),
        (body(MERGED, """
groups = [delayed(lambda all: reduce(merge, all))(parts[i : i + 10]) for i in range(0, len(parts), 10)]
return delayed(lambda all: reduce(merge, all))(groups)
"""), "and no other tasks"),
        (instead(MERGED, "    return parts[0]", ""), "without a `return`"),
        (instead(MERGED, "return parts[0]", "return parts"), "the one Delayed that is left"),
    ],
    "14.7": [
        (body(OUTCOMES, "return dict(zip(items, client.gather(client.map(function, items, retries=retries)))), {}"),
         "no reason to lose the others"),
        (body(OUTCOMES, """
results = client.gather(client.map(function, items, retries=retries), errors="skip")
return dict(zip(items, results)), {}
"""), "no reason to lose the others"),
        (instead(OUTCOMES, ", retries=retries", ""), "leaves it to the scheduler"),
        (instead(OUTCOMES, "retries=retries", "retries=retries + 1"), "`1 + retries` in all"),
        (instead(OUTCOMES, "retries=retries", "retries=max(retries - 1, 0)"), "leaves it to the scheduler"),
        (instead(OUTCOMES, "retries=retries", "retries=3"), "`1 + retries` in all"),
        (body(OUTCOMES, """
done, failed = {}, {}
for item in items:
    future = client.submit(function, item, retries=retries)
    error = future.exception()
    if error is None:
        done[item] = future.result()
    else:
        failed[item] = error
return done, failed
"""), "Submit all of them before you wait"),
        (body(OUTCOMES, """
futures = {item: client.submit(function, item) for item in items}
done, failed = {}, {}
for item in items:
    for attempt in range(1 + retries):
        future = futures[item] if attempt == 0 else client.submit(function, item)
        error = future.exception()
        if error is None:
            done[item] = future.result()
            break
    else:
        failed[item] = error
return done, failed
"""), "is given the same future"),
        (body(OUTCOMES, """
done, failed = {}, {}
for item in items:
    for attempt in range(1 + retries):
        try:
            done[item] = function(item)
            break
        except Exception as error:
            failed[item] = error
return done, {item: error for item, error in failed.items() if item not in done}
"""), "called function itself"),
        (body(OUTCOMES, """
futures = {item: client.submit(function, item, retries=retries) for item in items}
values = {item: future.exception() or future.result() for item, future in futures.items()}
failed = {item: value for item, value in values.items() if isinstance(value, Exception)}
return {item: value for item, value in values.items() if item not in failed}, failed
"""), "an exception that was returned"),
        (body(OUTCOMES, """
futures = {item: client.submit(function, item, retries=retries) for item in items}
done = {item: future.result() for item, future in futures.items() if not future.exception() and future.result()}
return done, {item: future.exception() for item, future in futures.items() if item not in done}
"""), "also None, 0"),
        (instead(OUTCOMES, "return done, failed", "return failed, done"), "belong to the first dictionary"),
        (instead(OUTCOMES, "return done, failed", "return done, {item: str(error) for item, error in failed.items()}"),
         "The exception itself"),
        (instead(OUTCOMES, "return done, failed", "return done, list(failed)"), "A tuple of two dictionaries"),
        (instead(OUTCOMES, "return done, failed", "return done"), "A tuple of two dictionaries"),
        (instead(OUTCOMES, "return done, failed", "return futures, failed"), "is a result"),
        (body(OUTCOMES, """
futures = client.map(function, items, retries=retries)
done = {i: futures[i].result() for i in range(len(items)) if futures[i].exception() is None}
return done, {i: futures[i].exception() for i in range(len(items)) if i not in done}
"""), "by their item"),
        (body(OUTCOMES, """
futures = {item: client.submit(function, item, retries=retries) for item in items}
done = {}
for item, future in futures.items():
    try:
        done[item] = future.result()
    except Exception as error:
        return done, {item: error}
return done, {}
"""), "no reason to lose the others"),
        (instead(OUTCOMES, "    futures", "    items.reverse()\n    futures"), "changed the list of items"),
        (instead(OUTCOMES, "    return done, failed", ""), "without a `return`"),
    ],
}  # fmt: skip
