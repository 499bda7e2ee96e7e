"""Right answers to the exercises of chapter 12, in other styles than the solution's."""

from __future__ import annotations

RIGHT = {
    "12.1": [
        """
from collections import deque

def timeline(work, interval):
    left = dict(enumerate(work))
    line = deque(thread for thread in left if left[thread] > 0)
    end, spans = 0, []
    while len(line) > 1:
        thread = line[0]
        start, end = end, end + min(left[thread], interval)
        spans.append((thread, start, end))
        left[thread] -= end - start
        line.rotate(-1)
        if not left[thread]:
            line.pop()
    for thread in line:
        spans.append((thread, end, end + left[thread]))
    return spans
""",
        """
def timeline(work, interval):
    def go(line, now):
        if not line:
            return []
        (thread, rest), *others = line
        ran = min(rest, interval) if others else rest
        again = [(thread, rest - ran)] if rest - ran else []
        return [(thread, now, now + ran)] + go(others + again, now + ran)

    return go([(i, w) for i, w in enumerate(work) if w], 0)
""",
        """
def timeline(work, interval):
    left, now, spans = list(work), 0, []
    while any(left):
        for thread in range(len(left)):
            if left[thread] == 0:
                continue
            alone = sum(1 for rest in left if rest) == 1
            ran = left[thread] if alone or left[thread] < interval else interval
            left[thread] -= ran
            spans += [(thread, now, now := now + ran)]
    return spans
""",
    ],
    "12.2": [
        """
def worst(times):
    if not times:
        return []
    if times == 1:
        return [1, 0, 0, 1]
    return [1] + 2 * (times - 1) * [0] + [1, 0] + 2 * (times - 1) * [1] + [0]
""",
        """
import numpy as np

def worst(times):
    runs = [1, 1, 1, 1] if times == 1 else [1, 2 * times - 2, 1, 1, 2 * times - 2, 1]
    return list(np.repeat(np.arange(len(runs)) % 2 if times == 1 else [0, 1, 0, 1, 0, 1], runs)) if times else []
""",
        """
def worst(times):
    if times < 2:
        return [0, 1, 1, 0] if times else []
    schedule = [0]
    schedule.extend(1 for _ in range(times - 1) for step in ("read", "write"))
    schedule += [0, 1]
    for _ in range(times - 1):
        schedule += [0, 0]
    return schedule + [1]
""",
    ],
    "12.3": [
        """
def tally(words, shared, lock):
    own = {}
    for word in words:
        own[word] = own.get(word, 0) + 1
    lock.acquire()
    try:
        for word in own:
            if word in shared:
                shared[word] += own[word]
            else:
                shared[word] = own[word]
    finally:
        lock.release()
""",
        """
from collections import Counter

def tally(words, shared, lock):
    counts = Counter(words)
    with lock:
        counts.update(shared)
        shared.update(counts)
""",
        """
from itertools import groupby

def tally(words, shared, lock):
    own = [(word, len(list(group))) for word, group in groupby(sorted(words))]
    if not own:
        return
    with lock:
        shared |= {word: shared.get(word, 0) + count for word, count in own}
""",
    ],
    "12.4": [
        """
import threading

def fetch_all(fetch, names, most):
    pages, errors, limit = [None] * len(names), [], threading.Semaphore(most)

    def work(place):
        with limit:
            try:
                pages[place] = fetch(names[place])
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return pages
""",
        """
import asyncio

def fetch_all(fetch, names, most):
    async def together():
        limit = asyncio.Semaphore(most)

        async def one(name):
            async with limit:
                return await asyncio.to_thread(fetch, name)

        return list(await asyncio.gather(*map(one, names)))

    return asyncio.run(together())
""",
        """
import queue
from concurrent.futures import ThreadPoolExecutor

def fetch_all(fetch, names, most):
    waiting, pages = queue.SimpleQueue(), {}
    for place, name in enumerate(names):
        waiting.put((place, name))

    def worker(_):
        while True:
            try:
                place, name = waiting.get_nowait()
            except queue.Empty:
                return
            pages[place] = fetch(name)

    with ThreadPoolExecutor(max_workers=most) as pool:
        for done in [pool.submit(worker, k) for k in range(most)]:
            done.result()
    return [pages[place] for place in sorted(pages)]
""",
        """
from concurrent.futures import ThreadPoolExecutor, as_completed

def fetch_all(fetch, names, most):
    with ThreadPoolExecutor(most) as pool:
        begun = {pool.submit(fetch, name): place for place, name in enumerate(names)}
        pages = [""] * len(names)
        for one in as_completed(begun):
            pages[begun[one]] = one.result()
        return pages
""",
    ],
    "12.5": [
        """
def choose(job):
    blocked = job["gil"] and job["work"] == "python"
    light = not job["packages"] and tuple(job["version"][:2]) >= (3, 14)
    return "threads" if not blocked else "one thread" if job["changes"] else "interpreters" if light else "processes"
""",
        """
def choose(job):
    match job:
        case {"work": "waits" | "numbers"} | {"gil": False}:
            return "threads"
        case {"changes": True}:
            return "one thread"
        case {"packages": False, "version": version} if version >= (3, 14):
            return "interpreters"
    return "processes"
""",
        """
RULES = [
    ("threads", lambda work, gil, **_: work in ("waits", "numbers") or not gil),
    ("one thread", lambda changes, **_: changes),
    ("interpreters", lambda version, packages, **_: not (packages or version < (3, 14))),
    ("processes", lambda **_: True),
]

def choose(job):
    return next(way for way, holds in RULES if holds(**job))
""",
    ],
}
