"""Right answers to the exercises of chapter 13, in other styles than the solution's."""

from __future__ import annotations

RIGHT = {
    "13.1": [
        """
def way(job, machine):
    alone = job["seconds"]
    share = alone / machine["cores"]
    best = ("neither", alone)
    threads = share if share > job["locked"] * alone else job["locked"] * alone
    if threads < best[1]:
        best = ("threads", threads)
    processes = machine["start"] + job["bytes"] / machine["rate"] + share
    if processes < best[1]:
        best = ("processes", processes)
    return best
""",
        """
def way(job, machine):
    s, c = job["seconds"], machine["cores"]
    times = [s, s * max(job["locked"], 1 / c), s / c + job["bytes"] / machine["rate"] + machine["start"]]
    at = times.index(min(times))
    return ["neither", "threads", "processes"][at], times[at]
""",
        """
import numpy as np

WAYS = ("neither", "threads", "processes")

def way(job, machine):
    share = job["seconds"] / machine["cores"]
    journey = job["bytes"] / machine["rate"]
    times = np.array([job["seconds"], max(share, job["locked"] * job["seconds"]), machine["start"] + journey + share])
    return WAYS[int(times.argmin())], times.min()
""",
        """
from typing import NamedTuple

class Way(NamedTuple):
    name: str
    seconds: float

def way(job, machine):
    n = machine["cores"]
    ways = [
        Way("processes", machine["start"] + job["bytes"] / machine["rate"] + job["seconds"] / n),
        Way("threads", max(job["locked"] * job["seconds"], job["seconds"] / n)),
        Way("neither", job["seconds"]),
    ]
    return sorted(reversed(ways), key=lambda way: way.seconds)[0]
""",
    ],
    "13.2": [
        """
from functools import partial
from multiprocessing import shared_memory

import numpy as np

def work(function, name, n, start, stop):
    shm = shared_memory.SharedMemory(name=name)
    try:
        part = np.frombuffer(shm.buf, np.float64, n)[start:stop].copy()
    finally:
        shm.close()
    return function(part)

def over_slices(pool, function, numbers, pieces):
    shm = shared_memory.SharedMemory(create=True, size=numbers.nbytes)
    try:
        shared = np.ndarray(numbers.shape, numbers.dtype, buffer=shm.buf)
        np.copyto(shared, numbers)
        del shared
        size, more = divmod(len(numbers), pieces)
        tasks, start = [], 0
        for piece in range(pieces):
            stop = start + size + (piece < more)
            tasks.append((start, stop))
            start = stop
        return pool.starmap(partial(work, function, shm.name, len(numbers)), tasks)
    finally:
        shm.unlink()
        shm.close()
""",
        """
import contextlib
from multiprocessing.shared_memory import SharedMemory

import numpy as np

@contextlib.contextmanager
def shared(numbers):
    shm = SharedMemory(create=True, size=numbers.nbytes)
    shm.buf[: numbers.nbytes] = numbers.tobytes()
    try:
        yield shm.name
    finally:
        shm.close()
        shm.unlink()

class Piece:
    def __init__(self, function, name, length, pieces):
        self.function, self.name, self.length, self.pieces = function, name, length, pieces

    def __call__(self, index):
        shm = SharedMemory(self.name)
        numbers = np.ndarray((self.length,), dtype=float, buffer=shm.buf)
        return self.function(np.array_split(numbers, self.pieces)[index])

def over_slices(pool, function, numbers, pieces):
    with shared(numbers) as name:
        return list(pool.map(Piece(function, name, len(numbers), pieces), range(pieces)))
""",
        """
from multiprocessing.managers import SharedMemoryManager
from multiprocessing.shared_memory import SharedMemory

import numpy as np

def one(function, name, length, pieces, index):
    shm = SharedMemory(name)
    result = function(np.array_split(np.ndarray(length, buffer=shm.buf), pieces)[index])
    shm.close()
    return result

def over_slices(pool, function, numbers, pieces):
    with SharedMemoryManager() as manager:
        shm = manager.SharedMemory(8 * len(numbers))
        np.ndarray(len(numbers), buffer=shm.buf)[:] = numbers
        return pool.starmap(one, [(function, shm.name, len(numbers), pieces, index) for index in range(pieces)])
""",
    ],
    "13.3": [
        """
def chunk(one, other, items, workers):
    (k1, t1), (k2, t2) = sorted([one, other])
    cost = (t2 - t1) / (k2 - k1)
    price = t1 - k1 * cost
    k, most = 1, (items + workers - 1) // workers
    if cost <= 0:
        return max(most, 1)
    while k < most and price > k * cost / 8:
        k += 1
    return k
""",
        """
import numpy as np

def chunk(one, other, items, workers):
    cost, price = np.polyfit([one[0], other[0]], [one[1], other[1]], 1)
    most = max(int(np.ceil(items / workers)), 1)
    if cost < 1e-9:
        return most
    return int(np.clip(np.ceil(8 * price / cost - 1e-6), 1, most))
""",
        """
from fractions import Fraction
import math

def chunk(one, other, items, workers):
    cost = Fraction(other[1] - one[1]) / (other[0] - one[0])
    price = one[1] - cost * one[0]
    wanted = math.ceil(8 * price / cost) if cost > 0 else items
    return max(1, min(wanted, math.ceil(Fraction(items, workers))))
""",
        """
import math
import numpy as np

def chunk(one, other, items, workers):
    cost, price = np.linalg.solve([[one[0], 1], [other[0], 1]], [one[1], other[1]])
    wanted = math.ceil(8 * price / cost) if cost > 0 else items
    return min(max(wanted, 1), max(math.ceil(items / workers), 1))
""",
        """
def chunk(one, other, items, workers):
    cost = (one[1] - other[1]) / (one[0] - other[0])
    price = other[1] - other[0] * cost
    share = -(-items // workers)
    if cost > 0:
        share = min(share, -int(-8 * price // cost))
    return max(share, 1)
""",
    ],
    "13.4": [
        """
import queue
import threading

def read_all(read, names, workers, tick):
    waiting, done = queue.SimpleQueue(), queue.SimpleQueue()
    for item in enumerate(names):
        waiting.put(item)

    def worker():
        while True:
            try:
                place, name = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((place, read(name)))
            except Exception as error:
                done.put((place, error))

    threads = [threading.Thread(target=worker) for _ in range(workers)]
    for thread in threads:
        thread.start()
    results = [None] * len(names)
    for _ in names:
        place, result = done.get()
        results[place] = result
        tick()
    for thread in threads:
        thread.join()
    return results
""",
        """
from concurrent.futures import ThreadPoolExecutor

def read_all(read, names, workers, tick):
    def safely(name):
        try:
            return read(name)
        except Exception as error:
            return error
        finally:
            tick()

    with ThreadPoolExecutor(max_workers=workers) as pool:
        return list(pool.map(safely, names))
""",
        """
import asyncio
from concurrent.futures import ThreadPoolExecutor

def read_all(read, names, workers, tick):
    def guarded(name):
        try:
            return read(name)
        except Exception as error:
            return error

    async def together():
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(workers) as pool:
            async def one(name):
                try:
                    return await loop.run_in_executor(pool, guarded, name)
                finally:
                    tick()

            return list(await asyncio.gather(*map(one, names), return_exceptions=True))

    return asyncio.run(together())
""",
        """
from multiprocessing.pool import ThreadPool

def read_all(read, names, workers, tick):
    def safely(pair):
        place, name = pair
        try:
            return place, read(name)
        except Exception as error:
            return place, error

    results = {}
    pool = ThreadPool(workers)
    try:
        for place, result in pool.imap_unordered(safely, enumerate(names)):
            results[place] = result
            tick()
    finally:
        pool.terminate()
        pool.join()
    return [results[place] for place in range(len(names))]
""",
        """
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

def read_all(read, names, workers, tick):
    results = list(names)
    pool = ThreadPoolExecutor(workers)
    waiting = {pool.submit(read, name): place for place, name in enumerate(names)}
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            error = future.exception()
            results[waiting.pop(future)] = future.result() if error is None else error
            tick()
    pool.shutdown()
    return results
""",
    ],
    "13.5": [
        """
import numba
import numpy as np
from numba import njit, prange

@njit
def count(values, bins):
    own = np.zeros(bins, np.int64)
    for value in values:
        own[value] += 1
    return own

@njit(parallel=True)
def histogram(values, bins):
    pieces = numba.get_num_threads()
    width = (len(values) + pieces - 1) // pieces
    own = np.empty((pieces, bins), np.int64)
    for t in prange(pieces):
        own[t] = count(values[t * width : (t + 1) * width], bins)
    counts = np.zeros(bins, np.int64)
    for t in range(pieces):
        counts += own[t]
    return counts
""",
        """
import numpy as np
from numba import njit, prange

@njit(parallel=True)
def histogram(values, bins):
    counts = np.zeros(bins, np.int64)
    for t in prange(4):
        own = np.zeros(bins, np.int64)
        for i in range(t, len(values), 4):
            own[values[i]] += 1
        counts += own
    return counts
""",
        """
import numpy as np
from numba import get_num_threads, get_thread_id, njit, prange

@njit(parallel=True)
def histogram(values, bins):
    own = np.zeros((get_num_threads(), bins + 8), dtype=np.int64)
    for i in prange(values.size):
        own[get_thread_id(), values[i]] += 1
    return own[:, :bins].sum(axis=0)
""",
        """
import numpy as np
from numba import njit, prange

@njit(parallel=True)
def histogram(values, bins):
    counts, parts = np.zeros(bins, np.int64), []
    for _ in range(5):
        parts.append(np.zeros(bins, np.int64))
    for t in prange(5):
        for i in range(t, len(values), 5):
            parts[t][values[i]] += 1
    for b in prange(bins):
        for t in range(5):
            counts[b] += parts[t][b]
    return counts
""",
        """
import numpy as np
import numba as nb

@nb.njit(parallel=True)
def kernel(values, own):
    pieces = own.shape[0]
    for t in nb.prange(pieces):
        row = own[t]
        start, stop = len(values) * t // pieces, len(values) * (t + 1) // pieces
        for value in values[start:stop]:
            row[value] += 1

def histogram(values, bins):
    own = np.zeros((6, bins), np.int64)
    kernel(values, own)
    return own.sum(0)
""",
        """
import numpy as np
from numba import njit, prange

@njit(parallel=True)
def histogram(values, bins):
    half = len(values) // 2
    parts = np.zeros((bins, 2), np.int64)
    for t in prange(2):
        part = values[half:] if t else values[:half]
        for i in range(len(part)):
            parts[part[i], t] += 1
    return parts[:, 0] + parts[:, 1]
""",
    ],
    "13.6": [
        """
#include <stdint.h>
#include <stddef.h>
#include <stdalign.h>

struct tally { alignas(128) double events; double sum, largest; };

double note(unsigned char *memory, size_t me, double energy) {
    struct tally *all = (struct tally *) (((uintptr_t) memory + 127) / 128 * 128);
    struct tally *mine = &all[me];
    mine->events++;
    mine->sum += energy;
    mine->largest = energy > mine->largest ? energy : mine->largest;
    return mine->largest * mine->events / mine->sum;
}
""",
        """
#include <stddef.h>

struct tally { double events, sum, largest; char padding[152 - 24]; };

double note(unsigned char *memory, size_t me, double energy) {
    struct tally *mine = (struct tally *) memory + me;
    double events = mine->events + 1, sum = mine->sum + energy, largest = mine->largest;
    if (energy > largest) largest = energy;
    mine->events = events, mine->sum = sum, mine->largest = largest;
    return largest / (sum / events);
}
""",
        """
#include <stddef.h>

double note(unsigned char *memory, size_t me, double energy) {
    double *mine = (double *) memory;
    while ((size_t) mine % 128) mine++;
    mine += 16 * me;
    mine[0] += 1;
    mine[1] += energy;
    if (!(mine[2] > energy)) mine[2] = energy;
    return mine[2] / (mine[1] / mine[0]);
}
""",
        """
#include <stddef.h>
#include <string.h>

typedef struct { long long events; double sum, largest; } tally;

double note(unsigned char *memory, size_t me, double energy) {
    unsigned char *at = memory + 256 * me;
    at += 128 - (size_t) at % 128;
    tally mine;
    memcpy(&mine, at, sizeof mine);
    mine.events += 1;
    mine.sum += energy;
    if (mine.largest < energy) mine.largest = energy;
    memcpy(at, &mine, sizeof mine);
    return mine.largest / (mine.sum / (double) mine.events);
}
""",
    ],
    "13.7": [
        """
def speedup(profile, limits, workers):
    before = after = 0
    for part in profile:
        before += profile[part]
        helpers = limits[part] if part in limits else 1
        if helpers > workers:
            helpers = workers
        after += profile[part] / helpers
    if after == 0:
        return float("inf") if before else 1
    return before / after
""",
        """
import numpy as np

def speedup(profile, limits, workers):
    seconds = np.array(list(profile.values()), dtype=float)
    help = np.minimum([limits.get(part, 1) for part in profile], workers)
    if not seconds.any():
        return 1.0
    with np.errstate(divide="ignore"):
        return seconds.sum() / (seconds / help).sum()
""",
        """
from fractions import Fraction
import math

def speedup(profile, limits, workers):
    left = Fraction(0)
    for part, seconds in profile.items():
        if (n := min(limits.get(part, 1), workers)) < math.inf:
            left += Fraction(seconds) / Fraction(n)
    total = sum(map(Fraction, profile.values()))
    return 1 if total == 0 else math.inf if left == 0 else float(total / left)
""",
    ],
    "13.8": [
        """
def exchange(rank, size, left, right):
    if size == 1:
        return right, left
    got = {}
    steps = [("send", 1, right), ("receive", -1), ("send", -1, left), ("receive", 1)]
    order = [0, 1, 2, 3] if rank % 2 else [1, 0, 3, 2]
    for what, side, *value in (steps[step] for step in order):
        answer = yield what, (rank + side) % size, *value
        if what == "receive":
            got[side] = answer
    return got[-1], got[1]
""",
        """
def shift(rank, to, source, value):
    if rank % 2:
        got = yield "receive", source
        yield "send", to, value
    else:
        yield "send", to, value
        got = yield "receive", source
    return got

def exchange(rank, size, left, right):
    before, after = (rank + size - 1) % size, (rank + 1) % size
    if size < 2:
        return right, left
    from_right = yield from shift(rank, before, after, left)
    from_left = yield from shift(rank, after, before, right)
    return from_left, from_right
""",
        """
def exchange(rank, size, left, right):
    before, after = (rank - 1) % size, (rank + 1) % size
    from_left, from_right = right, left
    # the edges between ranks have colours: 0, 1, and 2 for the last one of an odd ring
    for colour in range(3):
        for one in (before, rank):
            if size == 1 or (2 if one == size - 1 and size % 2 else one % 2) != colour:
                continue
            if one == rank:
                yield "send", after, right
                from_right = yield "receive", after
            else:
                from_left = yield "receive", before
                yield "send", before, left
    return from_left, from_right
""",
    ],
}
