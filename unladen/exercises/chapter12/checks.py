"""Chapter 12, one lock for all threads: a timeline, a schedule, a tally, downloads, and the choice of a way."""

from __future__ import annotations

import itertools
import sys
import threading
from collections import Counter
from numbers import Integral

import numpy as np

from unladen.exercises.chapter12.threaded import CountingLock, Downloads, WatchedDict, left_by, watched_words
from unladen.exercises.registry import exercise
from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, call, called, case, refuses, wrong

# --------------------------------------------------------------------------------------------------- 12.1

_LINE = "The lock goes to who waits longest: a queue. Who hands over goes to its end."
_ALONE = "Nobody waits any more, so nobody asks: the last thread goes on until it is done, in one stretch."
_DONE = "A thread that is done gives the lock back at once, and is not put into the line again."


@exercise(
    "12.1",
    "Draw the timeline",
    hints=[
        "Keep a line of pairs (thread, work left), and the time. Take the first of the line: how long does it run?",
        "It runs `min(left, interval)` if others wait, else all that is left. Note (thread, start, end).",
        "With `line = deque(...)`: `who, rest = line.popleft()`, then `ran = min(rest, interval) if line else rest`, "
        "and `line.append((who, rest - ran))` if something is left.",
    ],
    why="You have written the scheduler of CPython's lock, but for one thing: there is no queue in it. Who is woken "
    "first is decided by the operating system, which is fair most of the time. The rest is as you have it: a hand-over "
    "only where somebody waits, and after an interval. It explains why threads that compute get no faster by being "
    "many, and why the total is the sum of the work, whatever the interval.",
)
def timeline(answer):
    def right(work, interval, expected, hint, mistakes=()):
        case(answer, (work, interval), expected, hint=hint, mistakes=mistakes)

    cut = (lambda got: isinstance(got, list) and len(got) > 1, _ALONE)
    right([12], 5, [(0, 0, 12)], "One thread alone: a single stretch, (thread, start, end).", [cut])
    lengths = ([(0, 0, 3), (1, 3, 4)], "The third number is when the stretch ends, not how long it is.")
    right([3, 4], 5, [(0, 0, 3), (1, 3, 7)], _DONE, [lengths])
    whole = ([(0, 0, 8), (1, 8, 11)], "Thread 1 waits, so it asks after the interval, and thread 0 hands over.")
    right([8, 3], 5, [(0, 0, 5), (1, 5, 8), (0, 8, 11)], _LINE, [whole])
    right([5, 5], 5, [(0, 0, 5), (1, 5, 10)], "Work of exactly one interval is done in it. " + _DONE)
    right([4, 0, 2], 3, [(0, 0, 3), (2, 3, 5), (0, 5, 6)], "A thread without work never wants the lock: no stretch.")
    turns = [(0, 0, 2), (1, 2, 4), (2, 4, 6), (0, 6, 8), (1, 8, 10), (2, 10, 11)]
    right([4, 4, 3], 2, turns, _LINE)
    right([11, 2], 4, [(0, 0, 4), (1, 4, 6), (0, 6, 13)], _ALONE, [(lambda got: len(got or ()) > 3, _ALONE)])
    right([], 5, [], "No threads, no stretches.")
    right([0, 0], 5, [], "A thread without work never wants the lock: no stretch.")
    right([6, 12], 5, [(0, 0, 5), (1, 5, 10), (0, 10, 11), (1, 11, 18)], _ALONE)
    work = [7, 31, 0, 12, 5, 26, 9]
    right(work, 6, _timeline(work, 6), _LINE)
    rng = np.random.default_rng(121)
    for _ in range(30):
        work, interval = rng.integers(0, 25, rng.integers(2, 6)).tolist(), int(rng.integers(1, 9))
        right(work, interval, _timeline(work, interval), _ALONE if max(work) > sum(work) / 2 else _LINE)


def _timeline(work, interval):
    line, now, spans = [(who, rest) for who, rest in enumerate(work) if rest], 0, []
    while line:
        who, rest = line.pop(0)
        ran = min(rest, interval) if line else rest
        spans.append((who, now, now + ran))
        now += ran
        line += [(who, rest - ran)] * (rest > ran)
    return spans


# --------------------------------------------------------------------------------------------------- 12.2

_HALF = (
    "Half of the updates are lost. More go if one thread holds on to an old number *longer*: it reads, the other "
    "makes many additions, and then the old number plus one is written over all of them. And the other can do the same."
)


@exercise(
    "12.2",
    "The worst schedule",
    hints=[
        "In alternation, each pair of additions leaves one. How many additions of thread 1 can a single write of "
        "thread 0 undo, if thread 0 has read before them?",
        "Thread 0 reads 0. Thread 1 makes all its additions but one. Thread 0 writes 1. What must thread 1 have read "
        "before thread 0 makes the rest of *its* additions?",
        "`[0] + [1] * (2 * times - 2) + [0, 1] + [0] * (2 * times - 2) + [1]`, for two times and more. Once is a case "
        "of its own: both read, both write.",
    ],
    why="Two threads add one a thousand times each, and 2 can be left: less than each of them has added on its own. "
    "Most people bet on a thousand. It needs two reads of old values, one by each thread, at the right time; no test "
    "will ever meet that by chance, and no law forbids it. This is why a program with a race is not nearly right. "
    "You have also seen how such things are hunted: with threads that are stepped by hand.",
)
def worst(answer):
    for times in (2, 3, 1, 0, 5, 100):
        schedule = call(answer, (times,))
        _is_schedule(schedule, times)
        left, least = left_by(schedule, times), min(times, 2 if times > 1 else 1)
        if left != least:
            hint = "It can be less. Thread 1 may read an old number, too, and keep it until the very end."
            if times == 1:
                hint = "With one addition each, both have to read before either of them writes."
            elif left == 2 * times:
                hint = "Nothing was lost. A thread must read, and another one write, before the first one writes."
            elif left == times:
                hint = _HALF
            wrong(f"after worst({times}) there is {left} left; it can be {least}", hint)


def _is_schedule(schedule, times):
    shown = f"worst({times}) returned {short(schedule)}"
    if schedule is None:
        wrong(shown, NO_RETURN)
    integers = isinstance(schedule, list) and all(isinstance(who, Integral) for who in schedule)
    if not integers or any(isinstance(who, bool) for who in schedule):
        wrong(shown, "A schedule is a list of integers: which thread makes the next step.")
    if set(schedule) - {0, 1}:
        wrong(shown, "The threads are called 0 and 1.")
    steps = schedule.count(0), schedule.count(1)
    if steps != (2 * times, 2 * times):
        told = f"{shown}: {steps[0]} steps of thread 0, {steps[1]} of thread 1"
        wrong(told, f"Each addition is two steps, a read and a write: both threads make {2 * times}.")


# --------------------------------------------------------------------------------------------------- 12.3

_OUTSIDE = "Between reading the old count and writing the new one, nobody else may write: both belong inside the lock."


@exercise(
    "12.3",
    "Count with few locks",
    hints=[
        "What does counting the words of *this* thread have to do with the other threads? Nothing, until the end.",
        "Count into a dict of your own first, without a lock. Then take the lock once, and add your counts.",
        "`own = Counter(words)`, then `with lock:` and in it, for each word, `shared[word] = shared.get(word, 0) + n`.",
    ],
    why="The lock was taken once instead of once for each word, and held for as long as it takes to add a few numbers: "
    "the threads hardly ever meet. That is the rule for everything that is shared, with the GIL and without: work on "
    "your own, and meet seldom. Each thread on its own memory is also what keeps free threads fast, for the reason "
    "that you saw with the one list.",
)
def tally(answer):
    def right(words, before, hint):
        lock = CountingLock()
        shared = WatchedDict(before, lock)
        expected = dict(Counter(before) + Counter(words))
        kept = list(words)
        shown = called((words, before)).removesuffix(")") + ", lock)"
        call(answer, (words, shared, lock), shown=shown)
        if lock.locked():
            wrong(f"after {shown} the lock is still taken", "Use `with lock:`, which gives it back in any case.")
        if words != kept:
            wrong(f"{shown} changed the words", "The caller still needs them: count, and leave them as they are.")
        if dict.__eq__(shared, expected) is not True:
            wrong(f"after {shown} shared is {short(dict(dict.items(shared)))}, expected {short(expected)}", hint)
        if shared.unlocked and words:
            told = f"in {shown} shared was {shared.unlocked[0]} by a thread that did not have the lock"
            wrong(told, _OUTSIDE if lock.taken else "Other threads change shared at the same time: take the lock.")
        return lock.taken, shared.touched, shown

    added = "Your counts are added to those that are there; they do not replace them."
    right(["a", "b", "a"], {}, "Each word as often as it comes.")
    right(["a", "b", "a"], {"a": 5, "c": 1}, added)
    right(["B", "b", "it's"], {"b": 1}, "The words are counted as they are.")
    right([], {"a": 1}, "No words, nothing changes.")
    words = [f"word{n % 7}" for n in range(700)]
    taken, touched, shown = right(words, {}, added)
    if taken > 1:
        told = f"{shown} took the lock {taken} times for 700 words"
        wrong(told, "Correct, and slow: each time, the other threads may have to wait. Once is enough.")
    wait = "The others wait while you count. Count into a dict of your own before you take the lock."
    if touched > 30:
        wrong(f"{shown} touched shared {touched} times for 7 different words", wait)
    lock = CountingLock()
    noting, looked_up = watched_words(words, lock)
    call(answer, (noting, WatchedDict({}, lock), lock), shown=shown)
    if len(looked_up) > 100:
        wrong(f"{shown} looked {len(looked_up)} times at a word while it had the lock", wait)
    _together(answer, words)


def _together(answer, words):
    lock, before = CountingLock(), sys.getswitchinterval()
    shared = WatchedDict({}, lock)
    sys.setswitchinterval(1e-5)
    crew = [threading.Thread(target=answer, args=(words, shared, lock)) for _ in range(4)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    sys.setswitchinterval(before)
    total = sum(dict.values(shared))
    if total != 4 * len(words):
        wrong(f"four threads counted {4 * len(words)} words together, and {total} are in shared", _OUTSIDE)


# --------------------------------------------------------------------------------------------------- 12.4

_TOGETHER = "While one download waits, the next should wait already: begin several before you ask for a result."
_EACH = "Each name is fetched as often as it stands there: the same name twice is fetched twice, and none once more."
_NAMES = [f"page{n}" for n in range(8)]


@exercise(
    "12.4",
    "Overlap the waits",
    hints=[
        "A `ThreadPoolExecutor` has as many threads as you say, and hands the next name to whichever is free.",
        "`pool.map(fetch, names)` begins them all at once and gives the results in the order of the names.",
        "`with ThreadPoolExecutor(most) as pool: return list(pool.map(fetch, names))`.",
    ],
    why="A thread that waits has let the lock go, so many can wait at a time: this is what threads were good for all "
    "along. The limit is a courtesy to the server. `map` keeps the order of the names though the pages come in any "
    "order, and it raises what `fetch` raised, when its turn comes. With thousands of waits, `asyncio` does the same "
    "with one thread, and a coroutine for each.",
    seconds=25.0,
)
def fetch_all(answer):
    def right(fetch, names, most, hint):
        shown, given = f"fetch_all(fetch, {short(names)}, {most})", list(names)
        got = call(answer, (fetch, given, most), shown=shown, hint=hint)
        if given != names:
            wrong(f"{shown} changed the names", CHANGED)
        if fetch.most > most:
            wrong(f"in {shown} there were {fetch.most} downloads at a time", f"At most {most}: say so to the pool.")
        if fetch.in_vain:
            wrong(f"in {shown} a download waited in vain for others", hint)
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        if not isinstance(got, list):
            wrong(f"{shown} returned {short(got)}", "A list is wanted: `pool.map` gives its results one by one.")
        expected = [f"<{name}>" for name in names]
        if not same(got, expected):
            order = "The results are to be in the order of the names, whichever came first."
            other = "One result for each name: what `fetch(name)` returned."
            hint = order if sorted(map(str, got)) == sorted(expected) else other
            wrong(f"{shown} returned {short(got)}, expected {short(expected)}", hint)
        if sorted(fetch.asked) != sorted(names):
            wrong(f"{shown} fetched {short(sorted(fetch.asked))}", _EACH)

    right(Downloads(1), ["page0"], 2, "One name, one result.")
    right(Downloads(4), _NAMES, 4, _TOGETHER)
    right(Downloads(2), _NAMES, 2, _TOGETHER)
    right(Downloads(1), [], 3, "No names, no results.")
    right(Downloads(1), ["page0", "page1"], 1, "One at a time may be asked for, too.")
    right(Downloads(2), ["page0", "page0", "page1"], 2, _EACH)
    rest = "One slow download held up the others: as soon as *any* of them is done, the next begins. No batches."
    right(Downloads(1, slow="page0", names=8), _NAMES, 3, rest)
    shown = f"fetch_all(fetch, {short(_NAMES[:3])}, 2), where page1 is not there,"
    swallowed = "An error is not to be swallowed: let it through to the caller."
    broken = (Downloads(1, broken="page1"), _NAMES[:3].copy(), 2)
    refuses(answer, broken, ConnectionError, saying="page1", hint=swallowed, shown=shown)


# --------------------------------------------------------------------------------------------------- 12.5

_WHY = {
    "threads": "Who waits, or computes on plain numbers, has let the lock go; and where there is none, nobody waits "
    "for it. Threads share everything and cost least.",
    "one thread": "It is Python, there is a lock, and everybody changes the same objects, which only threads share: "
    "they would take turns.",
    "interpreters": "From (3, 14) on, a tuple that compares like a version, an interpreter is lighter than a process, "
    "if it can import all that the job needs.",
    "processes": "Python code under a lock, nothing shared: what is left, before (3, 14) or with packages that refuse "
    "to be imported by a second interpreter, is processes.",
}


@exercise(
    "12.5",
    "Choose the way",
    hints=[
        "Ask first whether the lock stands in the way at all: what does the work do, and is there a lock?",
        "If it does: do the workers have to change the same objects? Only threads can, and they take turns.",
        'What is left is interpreters, if `job["version"] >= (3, 14)` and not `job["packages"]`, and else processes.',
    ],
    why="Four questions, in this order: does the lock stand in the way; must the objects be shared; is there something "
    "lighter than a process; can it import what is needed? The order matters more than the answers, which change with "
    "each version. When most packages can be imported without the GIL, the first question will have one answer.",
)
def choose(answer):
    works = ("waits", "numbers", "python")
    versions = ((3, 9), (3, 13), (3, 13, 11), (3, 14), (3, 14, 0), (3, 15, 2), (4, 0))
    jobs = [
        {"work": work, "changes": changes, "gil": gil, "version": version, "packages": packages}
        for gil, changes, packages, version, work in itertools.product(
            (True, False), (False, True), (False, True), versions, works
        )
        if gil or version >= (3, 13)
    ]
    for job in jobs:
        expected = _choice(job)
        shown = f"choose({job})"
        got = call(answer, (given := dict(job),), shown=shown)
        if given != job:
            wrong(f"{shown} changed the job", CHANGED)
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        if not isinstance(got, str) or got not in _WHY:
            wrong(f"{shown} returned {short(got)}", f"One of {', '.join(map(repr, _WHY))}, as a text.")
        if got != expected:
            wrong(f"{shown} returned {got!r}, expected {expected!r}", _WHY[expected])


def _choice(job):
    if job["work"] != "python" or not job["gil"]:
        return "threads"
    if job["changes"]:
        return "one thread"
    return "interpreters" if job["version"] >= (3, 14) and not job["packages"] else "processes"
