"""Chapter 13, pools: what travels to a worker, and a thousand files of which some are broken."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np

from unladen.exercises.chapter13 import travelling
from unladen.exercises.chapter13.files import Files
from unladen.exercises.registry import exercise
from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, call, case, refuses, wrong

# --------------------------------------------------------------------------------------------------- 13.2

_RATE = 1000  # bytes that may travel for each piece
_HEAVY = "What lies in a SharedMemory is found by its name: send name and length, and where the piece begins and ends."
_GIVEN_BACK = "`unlink` gives the segment back; in a `finally`, it does so after an error, too."
_NAME = (
    "A function travels by its name: it must stand in the cell itself, not inside of another function, and no lambda."
)
_THERE = "The workers were there before your function was called: what is assigned in it, they do not see."
_CLOSED = (
    "An array over `shm.buf` reads memory that is gone after `shm.close()`. Compute first, close then; and a view that "
    "is still there keeps `close` from working: `del` it."
)


@exercise(
    "13.2",
    "Send the name, not the numbers",
    hints=[
        "Put the numbers into a `SharedMemory` once. What does a worker need to know, to find its piece there?",
        "A function at the top of the cell, `work(task)`: it opens `SharedMemory(name)`, makes `np.ndarray(length, "
        "buffer=shm.buf)` (float64) of it, and calls `function` for its piece.",
        "`pool.map(work, [(function, shm.name, len(numbers), start, stop) for ...])` in a `try`, and in the `finally` "
        "both `shm.close()` and `shm.unlink()`. The borders are those of `np.array_split(np.arange(...), pieces)`.",
    ],
    why="Pickling copies: into a message, through a pipe, out of it again. Here a hundred bytes told a worker where to "
    "look, and the numbers stayed where they were, in pages that both processes see. The price is that you own them: "
    "no collector knows of a segment, and one that nobody unlinks stays in /dev/shm after your program is gone. What "
    "comes back must be small as well; a large result is written into a second segment.",
    findings=[(r"crashed", _CLOSED)],
    seconds=20.0,
)
def over_slices(answer):
    mistakes = [
        (travelling.WorkerDied, _CLOSED),
        (BufferError, _CLOSED),
        (travelling.OnlyInherited, "Only a fork inherits that. A `SharedMemory` has a name that can travel."),
        (travelling.CannotTravel, _NAME),
        (AttributeError, "What this pool has is `map` and `starmap`."),
        (NameError, _THERE),
        (KeyError, _THERE),
    ]

    def right(pool, segments, numbers, pieces, hint, limit=True):
        shown = f"over_slices(pool, spread, {short(numbers)}, {pieces})"
        expected = [travelling.spread(part) for part in np.array_split(numbers, pieces)]
        del pool.sent[:], pool.received[:], travelling.ran_here[:]
        arguments = (travelling.spread, numbers, pieces)
        case(partial(answer, pool), arguments, expected, shown=shown, hint=hint, mistakes=mistakes)
        if travelling.ran_here:
            wrong(f"in {shown} spread ran in this process", "Let the workers call it: `pool.map` is what reaches them.")
        for what, sizes in (("sent", pool.sent), ("brought back", pool.received)):
            if limit and sum(sizes) > _RATE * pieces:
                told = f"in {shown} {sum(sizes):,} bytes were {what}, for {len(numbers) * 8:,} bytes of numbers"
                wrong(told, _HEAVY)
        _given_back(segments, shown)

    with travelling.own_segments() as segments, travelling.Pool() as pool:
        right(pool, segments, np.array([3.0, 1.0, 2.0, 7.0]), 2, "Pieces as `np.array_split` makes them.", limit=False)
        numbers = np.random.default_rng(132).integers(-(10**6), 10**6, 100_000).astype(float)
        right(pool, segments, numbers, 4, "The pieces are those of `np.array_split`.")
        right(pool, segments, numbers, 1, "One piece: all of them.")
        right(pool, segments, numbers[:10], 3, "Ten in three pieces are 4, 3 and 3: the borders of `np.array_split`.")
        right(pool, segments, numbers[:3], 5, "More pieces than numbers: some are empty; `spread` takes these, too.")
        right(
            pool,
            segments,
            numbers[::2],
            4,
            "A view with gaps: the segment has room for the numbers alone.",
        )
        right(pool, segments, numbers[::-1], 4, "A view that runs backwards: `shared[:] = numbers` copies it.")
        right(pool, segments, numbers, 4, "A second call needs a segment, too.")
        shown = "over_slices(pool, spread_of_no_nan, [..., np.nan], 4), where the last piece raises ValueError,"
        bad = np.append(numbers, np.nan)
        through = "An error of `function` reaches the caller, after the segment was given back."
        arguments = (pool, travelling.spread_of_no_nan, bad, 4)
        refuses(answer, arguments, ValueError, saying="missing", hint=through, shown=shown, mistakes=mistakes)
        _given_back(segments, shown)


def _given_back(segments, shown):
    if left := segments():
        wrong(f"after {shown} shared memory is still there: {len(left)} × a segment", _GIVEN_BACK)


# --------------------------------------------------------------------------------------------------- 13.4

_ORDER = "Results come in the order of the names, whichever file was done first."
_PLACE = "In the place of a file that cannot be read stands the exception itself, the object that `read` raised."
_BEGUN = "Begin all of them before you ask for a result: `submit` does not wait."
_NOW = (
    "One slow file holds up the bar, or all that come after it, though others are done: no batches, and `as_completed` "
    "gives whoever is done."
)


@exercise(
    "13.4",
    "A thousand files, and some are broken",
    hints=[
        "A function of your own that calls `read(name)` in a `try`, and returns what was read or the exception: then "
        "nothing is raised in the pool.",
        "`pool.submit` gives a future for each name. `as_completed(futures)` gives them as they are done, for `tick`; "
        "the list of futures has kept the order, for the results.",
        "In the `with` of the pool: `futures = [pool.submit(read, name) for name in names]`, then `for _ in "
        "as_completed(futures): tick()`. Then `future.exception() or future.result()` of each, in order.",
    ],
    why="An exception in a future waits there until somebody asks for the result, so one broken file costs the others "
    "nothing; `pool.map` would have raised it and thrown the rest away. Who is done and where it belongs are two "
    "orders: `as_completed` has the one, your list of futures the other. And the `with` leaves no thread behind, also "
    "when something in it is raised. With processes the same lines work, if what is read and raised can be pickled.",
    seconds=30.0,
)
def read_all(answer):
    def right(files, names, workers, hint=_ORDER):
        given, shown = list(names), f"read_all(read, {short(list(names))}, {workers}, tick)"
        if files.broken:
            shown += f", where {' and '.join(files.broken)} cannot be read,"
        before = set(threading.enumerate())
        got = call(answer, (files.read, given, workers, files.tick), shown=shown, hint=_PLACE)
        _left_no_thread(before, shown)
        if given != names:
            wrong(f"{shown} changed the names", CHANGED)
        if files.most > workers:
            wrong(f"in {shown} {files.most} files were read at a time", f"At most {workers}: say so to the pool.")
        if files.in_vain:
            wrong(f"in {shown} a file waited in vain for {files.in_vain}", _NOW if files.in_vain == "ticks" else _BEGUN)
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        if not isinstance(got, list):
            wrong(f"{shown} returned {short(got)}", "A list is wanted, with one place for each name.")
        _in_place(got, [files.broken.get(name, f"<{name}>") for name in names], shown, hint)
        if sorted(files.asked) != sorted(names):
            wrong(f"{shown} read {short(sorted(files.asked))}", "Each name is read as often as it stands there.")
        if files.ticks != len(names):
            told = f"in {shown} tick was called {files.ticks} times, and the files are {len(names)}"
            wrong(told, "Once for each file, the broken ones included: the bar reaches its end.")
        if files.ahead > 0:
            wrong(f"in {shown} tick was called for a file that was not done", "A bar shows what is done.")

    names = [f"run{n}.csv" for n in range(12)]
    right(Files(), ["a.csv"], 2)
    right(Files(), [], 2, "No names, no results: an empty list.")
    right(Files(together=3), names, 3)
    right(Files(broken={"a.csv": ValueError("column 3")}), ["a.csv", "b.csv"], 2, _PLACE)
    broken = {"run3.csv": OSError("no such file"), "run4.csv": ValueError("column 3"), "run11.csv": StopIteration()}
    right(Files(together=4, broken=broken), names, 4, _PLACE)
    right(Files(broken={"a.csv": KeyError("mass")}), ["a.csv", "b.csv", "a.csv", "b.csv"], 2, _PLACE)
    right(Files(), names[:3], 1)
    right(Files(together=2), names[:2], 8)
    right(Files(together=2, slow="run0.csv", after=11), names, 2)
    right(Files(broken={name: ValueError(name) for name in names}), names, 5, "All of them may be broken. " + _PLACE)
    many = [f"run{n}.csv" for n in range(1000)]
    right(Files(together=8, broken={"run617.csv": ValueError("column 3")}), many, 8)


def _in_place(got, expected, shown, hint):
    """The results, each of them the one that belongs there; an exception is itself and no copy."""
    if len(got) != len(expected):
        wrong(f"{shown} returned {len(got)} results for {len(expected)} names", "One place for each name. " + hint)
    for place, (value, wanted) in enumerate(zip(got, expected, strict=True)):
        if isinstance(wanted, Exception):
            if value is not wanted:
                told = f"{shown} has {value!r} in place {place}, expected the {type(wanted).__name__} that was raised"
                wrong(told, _PLACE if type(value) is not type(wanted) else "It is another object than was raised.")
        elif not same(value, wanted):
            if isinstance(value, Exception):
                told = f"{shown} has {value!r} in place {place}, expected {wanted!r}"
                wrong(told, "That file can be read, by a thread: what does the exception say?")
            found = any(other is value or same(other, value) for other in expected)
            wrong(f"{shown} has {short(value)} in place {place}, expected {wanted!r}", _ORDER if found else hint)


def _left_no_thread(before, shown):
    """Who was told to end is given the time; a pool that is kept waits for more work for ever."""
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(2.0 if thread is left[0] else 0.2)
    if any(thread.is_alive() for thread in left):
        wrong(f"{shown} left threads behind that wait for work", "`with ThreadPoolExecutor(...) as pool:` ends it.")
