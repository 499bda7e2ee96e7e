"""Wrong answers to the exercises of chapter 13, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

WAY = """
def way(job, machine):
    alone, share = job["seconds"], job["seconds"] / machine["cores"]
    times = {
        "neither": alone,
        "threads": max(job["locked"] * alone, share),
        "processes": machine["start"] + job["bytes"] / machine["rate"] + share,
    }
    best = min(times, key=times.get)
    return best, times[best]
"""

SLICES = """
from multiprocessing.shared_memory import SharedMemory

import numpy as np

def work(task):
    function, name, length, start, stop = task
    shm = SharedMemory(name)
    numbers = np.ndarray(length, buffer=shm.buf)
    result = function(numbers[start:stop])
    del numbers
    shm.close()
    return result

def over_slices(pool, function, numbers, pieces):
    shm = SharedMemory(create=True, size=8 * len(numbers))
    try:
        np.ndarray(len(numbers), buffer=shm.buf)[:] = numbers
        ends = np.cumsum([len(part) for part in np.array_split(range(len(numbers)), pieces)]).tolist()
        where = zip([0, *ends], ends)
        return pool.map(work, [(function, shm.name, len(numbers), *place) for place in where])
    finally:
        shm.close()
        shm.unlink()
"""

CHUNK = """
import math

def chunk(one, other, items, workers):
    cost = (other[1] - one[1]) / (other[0] - one[0])
    price = one[1] - one[0] * cost
    most = max(1, math.ceil(items / workers))
    if cost <= 0:
        return most
    return min(most, max(1, math.ceil(8 * price / cost)))
"""

READ = """
from concurrent.futures import ThreadPoolExecutor, as_completed

def read_all(read, names, workers, tick):
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(read, name) for name in names]
        for _ in as_completed(futures):
            tick()
    return [future.exception() or future.result() for future in futures]
"""

HISTOGRAM = """
import numpy as np
from numba import njit, prange

@njit(parallel=True)
def histogram(values, bins):
    pieces, n = 8, len(values)
    own = np.zeros((pieces, bins), np.int64)
    for t in prange(pieces):
        for i in range(t * n // pieces, (t + 1) * n // pieces):
            own[t, values[i]] += 1
    return own.sum(axis=0)
"""

RACING = """
import numpy as np
from numba import njit, prange

@njit(parallel=True)
def histogram(values, bins):
    counts = np.zeros(bins, np.int64)
    for i in prange(len(values)):
        counts[values[i]] += 1
    return counts
"""

NOTE = """
#include <stddef.h>

struct tally { double events, sum, largest; };

double note(unsigned char *memory, size_t me, double energy) {
    size_t skip = (128 - (size_t) memory % 128) % 128;
    struct tally *mine = (struct tally *) (memory + skip + 128 * me);
    mine->events += 1;
    mine->sum += energy;
    if (energy > mine->largest) mine->largest = energy;
    return mine->largest / (mine->sum / mine->events);
}
"""

PLACED = "(struct tally *) (memory + skip + 128 * me)"

SPEEDUP = """
import math

def speedup(profile, limits, workers):
    before = sum(profile.values())
    after = sum(seconds / min(workers, limits.get(part, 1)) for part, seconds in profile.items())
    if before == 0:
        return 1.0
    return before / after if after else math.inf
"""

EXCHANGE = """
def exchange(rank, size, left, right):
    before, after = (rank - 1) % size, (rank + 1) % size
    if size == 1:
        return right, left
    if rank % 2 == 0:
        yield "send", after, right
        from_left = yield "receive", before
        yield "send", before, left
        from_right = yield "receive", after
    else:
        from_left = yield "receive", before
        yield "send", after, right
        from_right = yield "receive", after
        yield "send", before, left
    return from_left, from_right
"""

ALL_SEND = """
def exchange(rank, size, left, right):
    yield "send", (rank + 1) % size, right
    from_left = yield "receive", (rank - 1) % size
    yield "send", (rank - 1) % size, left
    from_right = yield "receive", (rank + 1) % size
    return from_left, from_right
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "13.1": [
        (instead(WAY, "return best, times[best]", "return best"), "A tuple is asked for"),
        (instead(WAY, "max(job[\"locked\"] * alone, share)", "share"), "parts that hold the lock take turns"),
        (instead(WAY, "max(job[\"locked\"] * alone, share)", "job[\"locked\"] * alone + (1 - job[\"locked\"]) * share"),
         "the larger of `locked * seconds`"),
        (instead(WAY, "max(job[\"locked\"] * alone, share)", "job[\"locked\"] * alone"), "the larger of"),
        (instead(WAY, 'machine["start"] + ', ""), "Processes pay three things"),
        (instead(WAY, ' + job["bytes"] / machine["rate"]', ""), "Processes pay three things"),
        (instead(WAY, "min(times, key=times.get)", "min(list(times)[1:], key=times.get)"),
         "the earlier one is chosen"),
        (instead(WAY, "best, times[best]", "best, times[best] + (best == 'neither')"), "comes with the seconds"),
        (instead(WAY, "    best = min", "    if job['seconds'] > 1:\n        times.pop('threads')\n    best = min"),
         "the lock is let go"),
        (instead(WAY, ' + share,', ","), "Processes pay three things"),
        (instead(WAY, "min(times, key=times.get)", "min(sorted(times, reverse=True), key=times.get)"),
         "the earlier one is chosen"),
        (instead(WAY, "return best, times[best]", "return best, alone / times[best]"), "the larger of"),
        (instead(WAY, "return best, times[best]", "print(best, times[best])"), "without a `return`"),
        (instead(WAY, '"neither": alone,', '"none": alone,'), 'The way is "neither"'),
        (instead(WAY, "    best = min", "    if job['locked'] == 1:\n        times.pop('threads')\n"
                 "    elif machine['cores'] > 1:\n        times.pop('processes')\n    best = min"),
         "They have no lock in common"),
    ],
    "13.2": [
        ("""
import numpy as np

def over_slices(pool, function, numbers, pieces):
    return pool.map(function, np.array_split(numbers, pieces))
""", "send name and length"),
        ("""
import numpy as np

def over_slices(pool, function, numbers, pieces):
    return [function(part) for part in np.array_split(numbers, pieces)]
""", "Let the workers call it"),
        ("""
import numpy as np

SHARED = {}

def work(place):
    return SHARED["function"](SHARED["numbers"][place])

def over_slices(pool, function, numbers, pieces):
    SHARED.update(function=function, numbers=numbers)
    ends = np.cumsum([len(part) for part in np.array_split(numbers, pieces)]).tolist()
    return pool.map(work, [slice(*place) for place in zip([0, *ends], ends)])
""", "The workers were there before"),
        ("""
import numpy as np

def work(place):
    return FUNCTION(NUMBERS[place])

def over_slices(pool, function, numbers, pieces):
    global FUNCTION, NUMBERS
    FUNCTION, NUMBERS = function, numbers
    ends = np.cumsum([len(part) for part in np.array_split(numbers, pieces)]).tolist()
    return pool.map(work, [slice(*place) for place in zip([0, *ends], ends)])
""", "The workers were there before"),
        (instead(SLICES, "        shm.unlink()\n", ""), "in a `finally`, it does so after an error"),
        (instead(instead(SLICES, "    finally:\n        shm", "    if True:\n        shm"), "    try:", "    if True:")
         .replace("return pool.map", "result = pool.map") + "        return result\n", "it does so after an error"),
        (instead(SLICES, "return pool.map(work,", "return pool.map(lambda task: work(task),"), "travels by its name"),
        ("""
from multiprocessing import RawArray

import numpy as np

def work(task):
    function, shared, start, stop = task
    return function(np.frombuffer(shared)[start:stop])

def over_slices(pool, function, numbers, pieces):
    shared = RawArray("d", numbers)
    ends = np.cumsum([len(part) for part in np.array_split(numbers, pieces)]).tolist()
    return pool.map(work, [(function, shared, *place) for place in zip([0, *ends], ends)])
""", "Only a fork inherits that"),
        (instead(SLICES, "np.cumsum([len(part) for part in np.array_split(range(len(numbers)), pieces)]).tolist()",
                 "[(piece + 1) * len(numbers) // pieces for piece in range(pieces)]"), "4, 3 and 3"),
        (instead(SLICES, "    try:\n",
                 "    try:\n        numbers = np.lib.stride_tricks.as_strided(numbers, strides=(8,))\n"),
         "has room for the numbers alone"),
        (instead(SLICES, "    result = function(numbers[start:stop])\n    del numbers\n    shm.close()\n",
                 "    shm.close()\n    result = function(numbers[start:stop])\n"), "memory that is gone"),
        (instead(SLICES, "    result = function(numbers[start:stop])\n    del numbers\n",
                 "    view = memoryview(shm.buf)\n    result = function(numbers[start:stop])\n"),
         "keeps `close` from working"),
        (instead(SLICES, "    return result\n", "    return [result] * 1000\n")
         .replace("return pool.map(", "return [many[0] for many in pool.map(").replace("in where])", "in where])]"),
         "send name and length"),
        (instead(SLICES, "        return pool", "        numbers[:] = 0\n        return pool"),
         "still needs that data"),
        (instead(SLICES, "    finally:", "    except ValueError:\n        return []\n    finally:"),
         "reaches the caller"),
    ],
    "13.3": [
        (instead(CHUNK, "price = one[1] - one[0] * cost", "price = one[1]"), "less k times the cost"),
        (instead(CHUNK, "math.ceil(8 * price / cost)", "int(8 * price / cost)"), "with one item less"),
        (instead(CHUNK, "math.ceil(8 * price / cost)", "int(8 * price / cost) + 1"), "smallest k with"),
        (instead(CHUNK, "math.ceil(8 * price / cost)", "math.ceil(price / cost)"), "may be an eighth"),
        (instead(CHUNK, "min(most, max(1, math.ceil(8 * price / cost)))", "max(1, math.ceil(8 * price / cost))"),
         "No worker is to sit idle"),
        (instead(CHUNK, "math.ceil(items / workers)", "items // workers"), "No worker is to sit idle"),
        (instead(CHUNK, "min(most, max(1, math.ceil(8 * price / cost)))", "min(most, math.ceil(8 * price / cost))"),
         "one item in each is best"),
        (instead(CHUNK, "    if cost <= 0:\n        return most\n", ""), "as few as there are workers"),
        (instead(CHUNK, "    if cost <= 0:\n        return most\n", "    if cost == 0:\n        return most\n"),
         "a cost below 0 is none"),
        (instead(CHUNK, "max(1, math.ceil(items / workers))", "math.ceil(items / workers)"), "a chunk of 0 is refused"),
        (instead(CHUNK, "cost = (other[1] - one[1]) / (other[0] - one[0])",
                 "cost = (other[1] - one[1]) // (other[0] - one[0])"), "need not be whole"),
        (instead(CHUNK, "cost = (other[1] - one[1]) / (other[0] - one[0])",
                 "cost = max(0, other[1] - one[1]) // max(1, other[0] - one[0])"), "Either of the two"),
        (instead(CHUNK, "    return min(most, max(1, math.ceil(8 * price / cost)))",
                 "    return min(most, max(1.0, np.ceil(8 * price / cost)))")
         .replace("import math", "import math\nimport numpy as np"),
         "A number of items is an int"),
    ],
    "13.4": [
        ("""
def read_all(read, names, workers, tick):
    results = []
    for name in names:
        try:
            results.append(read(name))
        except Exception as error:
            results.append(error)
        tick()
    return results
""", "`submit` does not wait"),
        ("""
from concurrent.futures import ThreadPoolExecutor

def read_all(read, names, workers, tick):
    results = []
    with ThreadPoolExecutor(workers) as pool:
        for result in pool.map(read, names):
            results.append(result)
            tick()
    return results
""", "stands the exception itself"),
        ("""
from concurrent.futures import ThreadPoolExecutor

def read_all(read, names, workers, tick):
    def safely(name):
        try:
            return read(name)
        except Exception as error:
            return error

    results = []
    with ThreadPoolExecutor(workers) as pool:
        for result in pool.map(safely, names):
            results.append(result)
            tick()
    return results
""", "`as_completed` gives whoever is done"),
        ("""
from concurrent.futures import ThreadPoolExecutor, as_completed

def read_all(read, names, workers, tick):
    results = []
    with ThreadPoolExecutor(workers) as pool:
        for future in as_completed([pool.submit(read, name) for name in names]):
            results.append(future.exception() or future.result())
            tick()
    return results
""", "in the order of the names"),
        ("""
from concurrent.futures import ThreadPoolExecutor, as_completed

def read_all(read, names, workers, tick):
    results = {}
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(read, name): name for name in names}
        for future in as_completed(futures):
            results[futures[future]] = future.exception() or future.result()
            tick()
    return list(results.values())
""", "in the order of the names"),
        ("""
from concurrent.futures import ThreadPoolExecutor, as_completed

def read_all(read, names, workers, tick):
    with ThreadPoolExecutor(workers) as pool:
        futures = {name: pool.submit(read, name) for name in names}
        for _ in as_completed(futures.values()):
            tick()
    return [futures[name].exception() or futures[name].result() for name in names]
""", "reaches its end"),
        (instead(READ, "for name in names]", "for name in dict.fromkeys(names)]"), "One place for each name"),
        (instead(READ, "    return [", "    read(names[0]) if names else None\n    return ["),
         "as often as it stands there"),
        ("""
from concurrent.futures import ThreadPoolExecutor, as_completed

def read_all(read, names, workers, tick):
    results = []
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(names), workers):
            futures = [pool.submit(read, name) for name in names[start : start + workers]]
            for _ in as_completed(futures):
                tick()
            results += [future.exception() or future.result() for future in futures]
    return results
""", "no batches"),
        (instead(READ, "ThreadPoolExecutor", "ProcessPoolExecutor"), "by a thread: what does the exception say"),
        (instead(READ, "ThreadPoolExecutor(workers)", "ThreadPoolExecutor(2 * workers)"), "say so to the pool"),
        (instead(READ, "ThreadPoolExecutor(workers)", "ThreadPoolExecutor(max(1, workers // 2))"),
         "`submit` does not wait"),
        (instead(READ, "future.exception() or future.result()", "str(future.exception() or future.result())"),
         "stands the exception itself"),
        (instead(READ, "future.exception() or future.result() for future in futures",
                 "future.result() for future in futures if not future.exception()"), "One place for each name"),
        (instead(READ, "        for _ in as_completed(futures):\n            tick()\n",
                 "        for future in as_completed(futures):\n            future.exception() or tick()\n"),
         "the broken ones included"),
        (instead(READ, "        for _ in as_completed(futures):\n            tick()\n", ""), "reaches its end"),
        (instead(READ, "        for _ in as_completed(futures):\n            tick()\n",
                 "        for _ in futures:\n            tick()\n"), "shows what is done"),
        ("""
from concurrent.futures import ThreadPoolExecutor, as_completed

def read_all(read, names, workers, tick):
    global pool
    pool = ThreadPoolExecutor(workers)
    futures = [pool.submit(read, name) for name in names]
    for _ in as_completed(futures):
        tick()
    return [future.exception() or future.result() for future in futures]
""", "ends it"),
        (instead(READ, "[pool.submit(read, name) for name in names]",
                 "[pool.submit(read, names.pop(0)) for _ in range(len(names))]"), "still needs that data"),
        (instead(READ, "future.exception() or future.result()",
                 "type(e)(*e.args) if (e := future.exception()) else future.result()"),
         "another object than was raised"),
        ("""
from concurrent.futures import ThreadPoolExecutor

def read_all(read, names, workers, tick):
    def safely(name):
        try:
            return read(name)
        except (OSError, ValueError, KeyError) as error:
            return error
        finally:
            tick()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(safely, names))
""", "stands the exception itself"),
    ],
    "13.5": [
        (RACING, "one of two additions"),
        (instead(HISTOGRAM, "own[t, values[i]] += 1", "own[t // 2, values[i]] += 1"), "one of two additions"),
        (instead(HISTOGRAM, "own[t, values[i]] += 1\n", "own[t, values[i]] += 1\n        own[0] += 0 * own[t]\n"),
         "one of two additions"),
        (instead(HISTOGRAM, "(parallel=True)", ""), "`@njit(parallel=True)` stands above"),
        (instead(HISTOGRAM, "in prange(pieces)", "in range(pieces)"), "Share the loop that counts"),
        ("""
import numpy as np
from numba import njit, prange

@njit(parallel=True)
def histogram(values, bins):
    counts = np.zeros(bins, np.int64)
    for b in prange(bins):
        for i in range(len(values)):
            if values[i] == b:
                counts[b] += 1
    return counts
""", "each turn reads (nearly) all"),
        (instead(HISTOGRAM, "n = 8, len(values)", "n = 8, len(values) // 8 * 8"), "does the last piece reach"),
        (instead(HISTOGRAM, "np.int64", "np.float64"), "an array of int64"),
        (instead(HISTOGRAM, "return own.sum(axis=0)", "own.sum(axis=0)"), "without a `return`"),
        (instead(HISTOGRAM, "return own.sum(axis=0)", "return own"), "as long as there are bins"),
        (instead(RACING, "        counts[values[i]] += 1",
                 "        seen = counts[values[i]]\n        counts[values[i]] = seen + 1"),
         "Give each thread counts of its own"),
        (instead(HISTOGRAM, "return own.sum(axis=0)",
                 "for t in prange(1, pieces):\n        own[0] += own[t]\n    return own[0]"), "one of two additions"),
        (instead(HISTOGRAM, "    return own", "    names = {'t': pieces, 1: own}\n    return own"),
         "Numba has to find a type"),
        ("""
import numpy as np
from numba import njit, prange

@njit
def bump(counts, value):
    counts[value] += 1

@njit(parallel=True)
def histogram(values, bins):
    counts = np.zeros(bins, np.int64)
    for i in prange(len(values)):
        bump(counts, values[i])
    return counts
""", "one of two additions"),
    ],
    "13.6": [
        (instead(NOTE, PLACED, "(struct tally *) memory + me").replace("    size_t skip", "    // size_t skip"),
         "what is in between is padding"),
        (instead(NOTE, "+ skip + 128", "+ 128").replace("    size_t skip", "    // size_t skip"),
         "round the address up"),
        (instead(NOTE, "memory + skip + 128 * me", "memory + skip + 64 * me"), "what is in between is padding"),
        (instead(NOTE, "128 * me", "512 * me"), "room for 256 bytes"),
        (instead(NOTE, "128 * me", "0 * me"), "depends on `me` alone"),
        ("#include <stdalign.h>\n"
         + instead(instead(NOTE, "{ double events,", "{ alignas(128) double events; double"), PLACED,
                   "(struct tally *) memory + me").replace("    size_t skip", "    // size_t skip"),
         "round the address up"),
        ("""
#include <stddef.h>

static struct tally { double events, sum, largest; char padding[104]; } all[64];

double note(unsigned char *memory, size_t me, double energy) {
    struct tally *mine = all + me;
    (void) memory;
    mine->events += 1;
    mine->sum += energy;
    if (energy > mine->largest) mine->largest = energy;
    return mine->largest / (mine->sum / mine->events);
}
""", "lives in `memory`"),
        (instead(NOTE, "    mine->events += 1;", "    static double events;\n    mine->events = events += 1;"),
         "depends on `me` alone"),
        (instead(NOTE, "128 * me", "128 * (me - 1)"), "room for 256 bytes"),
    ],
    "13.7": [
        (instead(SPEEDUP, "limits.get(part, 1)", "limits.get(part, math.inf)"), "is not shared"),
        (instead(SPEEDUP, "limits.get(part, 1)", "(math.inf if part in limits else 1)"), "has its own limit"),
        (instead(SPEEDUP, "min(workers, limits.get(part, 1))", "limits.get(part, 1)"), "as fast"),
        (instead(SPEEDUP, "before / after if after else math.inf", "after / before"), "Before divided by after"),
        (instead(SPEEDUP, " if after else math.inf", ""), "not an error"),
        (instead(SPEEDUP, "    if before == 0:\n        return 1.0\n", ""), "gets no faster"),
        (instead(SPEEDUP, "if before == 0:", "if not profile:"), "gets no faster"),
        (instead(SPEEDUP, "limits.get(part, 1)", "limits.get(part, workers)"), "is not shared"),
        ("""
def speedup(profile, limits, workers):
    total = sum(profile.values())
    return sum(seconds / total * min(workers, limits.get(part, 1)) for part, seconds in profile.items())
""", "add the times"),
        ("""
import math

def speedup(profile, limits, workers):
    total = sum(profile.values())
    if total == 0:
        return 1.0
    serial = sum(seconds for part, seconds in profile.items() if part not in limits) / total
    most = min([workers, *limits.values()])
    left = serial + (1 - serial) / most
    return 1 / left if left else math.inf
""", "has its own limit"),
        ("""
import math

def speedup(profile, limits, workers):
    before = sum(profile.values())
    after = sum(profile[part] / min(workers, limits.get(part, 1)) for part in {**profile, **limits})
    return 1.0 if before == 0 else before / after if after else math.inf
""", "raised KeyError"),
    ],
    "13.8": [
        (ALL_SEND, "nobody receives: let some receive first"),
        (instead(EXCHANGE, "rank % 2 == 0", "rank == 0"), "let every second rank receive first"),
        (instead(EXCHANGE, "rank % 2 == 0", "rank != 0"), "let every second rank receive first"),
        (instead(EXCHANGE, "rank % 2 == 0", "rank < size - 1"), "let every second rank receive first"),
        (instead(EXCHANGE, "before, left", "after, left"), "let some receive first"),
        (instead(EXCHANGE, "return from_left, from_right", "return from_right, from_left"),
         "From the left neighbour comes"),
        (instead(EXCHANGE, "    if size == 1:\n        return right, left\n", ""), "cannot send to itself"),
        (instead(EXCHANGE, "return right, left", "return left, right"), "its own neighbour, on both sides"),
        (instead(EXCHANGE, "(rank + 1) % size", "rank + 1"), "the ring closes"),
        (instead(EXCHANGE, "(rank - 1) % size", "rank - 1"), "the ring closes"),
        (instead(EXCHANGE, "    return from_left, from_right", "    pass"), "without a `return`"),
        ("""
def exchange(rank, size, left, right):
    before, after = (rank - 1) % size, (rank + 1) % size
    if size == 1:
        return right, left
    if rank % 2 == 0:
        yield "send", before, left
        yield "send", after, right
        return (yield "receive", before), (yield "receive", after)
    got = (yield "receive", before), (yield "receive", after)
    yield "send", before, left
    yield "send", after, right
    return got
""", "let some receive first"),
        ("""
def exchange(rank, size, left, right):
    return right, left
""", "is no generator"),
        ("""
def exchange(rank, size, left, right):
    from_left = yield "receive", (rank - 1) % size
    yield "send", (rank + 1) % size, right
    from_right = yield "receive", (rank + 1) % size
    yield "send", (rank - 1) % size, left
    return from_left, from_right
""", "Nobody sends"),
        (instead(EXCHANGE, 'yield "send", after, right', 'yield after, right'), 'value = yield "receive"'),
    ],
}  # fmt: skip
