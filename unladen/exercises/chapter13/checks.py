"""Chapter 13, parallel: does it pay, how large is a message, how fast at most; the other files have the rest."""

from __future__ import annotations

import math

import numpy as np

from unladen.exercises.chapter13 import (
    checks_of_meetings,  # noqa: F401  declares 13.5, 13.6 and 13.8
    checks_of_pools,  # noqa: F401  declares 13.2 and 13.4
    models,
)
from unladen.exercises.registry import exercise
from unladen.exercises.values import same
from unladen.exercises.words import NO_RETURN, case

# --------------------------------------------------------------------------------------------------- 13.1

_WAYS = {
    "neither": "Threads that hold the lock take turns, and processes have a start and a journey to pay for: sometimes "
    "the plain loop is the fastest.",
    "threads": "Where the lock is let go, or for most of the time, threads share the work, and nothing travels.",
    "processes": "They have no lock in common, so the share of the lock does not matter; the bytes do.",
}
_TURNS = "Threads: those parts that hold the lock take turns, and no more cores than there are help with the rest: the "
_LARGER = _TURNS + "larger of `locked * seconds` and `seconds / cores`."
_PAYS = "Processes pay three things: the start, the journey of the bytes, and their share of the work."


@exercise(
    "13.1",
    "Threads, processes or neither",
    hints=[
        "Three numbers first: how long does it take alone, in threads, and in processes? Then which is the least.",
        "Threads take `max(job['locked'] * alone, alone / machine['cores'])`. Processes take their start, the bytes "
        "divided by the rate, and `alone / machine['cores']`.",
        "Put the three into a dict in the order neither, threads, processes: `min(times, key=times.get)` gives the "
        "first of those that are least.",
    ],
    why="Fibonacci by processes sends a number and brings back a number, after much work: it pays. A step of Jacobi "
    "sends eight bytes and brings back eight for four operations, and the journey takes longer than the work. No "
    "number of cores changes that, for the journey is not shared. NumPy's loops let the lock go, so threads do for "
    "them what no process can. What you wrote leaves out the bandwidth of the memory, which is exercise 13.7's.",
)
def way(answer):
    machine = {"cores": 4, "rate": 2.0**30, "start": 0.25}

    def right(seconds, locked, travels, hint="", **other):
        job, here = {"seconds": seconds, "locked": locked, "bytes": travels}, machine | other
        expected, times = models.fastest(job, here), models.ways(job, here)
        mistakes = [
            (lambda got: got is None, NO_RETURN),
            (lambda got: not isinstance(got, tuple), "A tuple is asked for: the way, and the seconds that it takes."),
            (lambda got: got[0] not in times, 'The way is "neither", "threads" or "processes", as a text.'),
            (lambda got: got[0] == "threads" and not same(got[1], times["threads"]), _LARGER),
            (lambda got: got[0] == "processes" and not same(got[1], times["processes"]), _PAYS),
            (lambda got: not same(got[1], times[got[0]]), "The way comes with the seconds that it takes."),
            (lambda got: times[got[0]] == expected[1], "Of ways that take equally long, the earlier one is chosen."),
        ]
        case(answer, (job, here), expected, hint=hint or _WAYS[expected[0]], mistakes=mistakes)

    right(8.0, 0.0, 0)
    right(8.0, 1.0, 0)
    right(0.125, 1.0, 0)
    right(8.0, 1.0, 2**34)
    right(8.0, 0.5, 2**34)
    right(8.0, 0.25, 2**30, _WAYS["threads"])
    right(8.0, 0.5, 2**30)
    one = "With one core nothing is shared, and three ways take at least as long as the plain loop."
    for locked in (0.0, 0.5, 1.0):
        right(8.0, locked, 0, one, cores=1)
    right(8.0, 0.0, 0, one, cores=1, start=0.0)
    right(8.0, 1.0, 0, _WAYS["neither"], start=6.0)
    right(8.0, 0.5, 0, _WAYS["neither"], start=2.0)
    right(0.0, 0.5, 0, "No work takes no time, in all three ways that cost nothing.", start=0.0)
    right(64.0, 1.0, 2**32, cores=64)
    rng = np.random.default_rng(131)
    for _ in range(60):
        seconds, locked = float(rng.uniform(0.01, 20)), float(rng.choice([0, 0.1, 0.3, 0.7, 1.0]))
        travels, other = int(rng.integers(0, 2**34)), {"cores": int(rng.integers(1, 17)), "start": 0.1}
        right(seconds, locked, travels, **other)


# --------------------------------------------------------------------------------------------------- 13.3

_COST = "Two messages, two equations: what the larger one takes more is the cost of the items that it has more."
_PRICE = "What a message of k items takes, less k times the cost of an item, is the price of the message itself."
_EIGHTH = "The price may be an eighth of the work in it, `k * cost`: the smallest k with `8 * price <= k * cost`."
_MOST = "No worker is to sit idle: of 10 items for 4 workers, no message has more than 3."


@exercise(
    "13.3",
    "A chunk size from two measurements",
    hints=[
        "`one` and `other` are two points on a line. Its slope is the cost of an item; where it meets 0 items, it is "
        "the price of a message.",
        "The smallest k for which `8 * price <= k * cost`: round `8 * price / cost` up. At least 1, and at most what "
        "is each worker's share of the items, rounded up.",
        "`math.ceil(8 * price / cost)`, between 1 and `-(-items // workers)`. If the cost comes out as 0 or less, "
        "nothing but messages costs anything: as large as may be.",
    ],
    why="The curve of chunk sizes falls while the price of a message is spread over more items, and rises where "
    "workers run out of work. Between them it is flat, and you chose its left end: small messages are better where "
    "items take unequal times, for who is done early takes one more. Two measurements gave you both numbers of the "
    "line; measured in practice they scatter, which is why 0 and less had to be thought of.",
)
def chunk(answer):
    def right(one, other, items, workers, hint, mistakes=()):
        case(answer, (one, other, items, workers), models.best_chunk(one, other, items, workers), hint=hint,
             mistakes=[(lambda got: isinstance(got, float), "A number of items is an int."), *mistakes])  # fmt: skip

    right((2, 120), (8, 180), 1000, 2, _EIGHTH, [(96, _PRICE), (1, _EIGHTH), (10, _EIGHTH)])
    right((8, 180), (2, 120), 1000, 2, "Either of the two may be the larger.")
    right((2, 120), (8, 180), 100, 2, _MOST, [(80, _MOST)])
    right((2, 104), (8, 116), 10**6, 4, _EIGHTH)
    up = "Rounded up: with one item less, the price is more than an eighth."
    right((1, 17), (2, 20), 10**6, 4, up, [(37, up)])
    right((1, 10), (2, 18), 1000, 4, "Here the eighth is reached exactly with 2 items.", [(3, up), (1, _EIGHTH)])
    none = "Messages without a price: one item in each is best, and 0 items are no message."
    right((1, 10), (2, 20), 1000, 4, none)
    right((1, 10), (3, 33), 1000, 4, "Measurements scatter: a price below 0 is none. " + none)
    free = "Items that cost nothing that can be measured: only messages cost, so as few as there are workers."
    right((1, 50), (9, 50), 1000, 4, free, [(ZeroDivisionError, free)])
    right((9, 49), (1, 50), 1000, 4, "Measurements scatter: a cost below 0 is none. " + free)
    right((2, 120), (8, 180), 10, 4, _MOST, [(2, _MOST)])
    right((2, 120), (8, 180), 3, 8, "More workers than items: one item in each message.")
    right((2, 120), (8, 180), 0, 4, "Without items no message is sent, but a chunk of 0 is refused: 1.")
    right((1, 50), (9, 50), 0, 4, "Without items no message is sent, but a chunk of 0 is refused: 1.")
    right((1, 1.5), (4, 3.0), 1000, 2, "The times need not be whole: here an item takes 0.5.")
    rng = np.random.default_rng(133)
    for _ in range(60):
        cost, price = int(rng.integers(1, 30)), int(rng.integers(0, 400))
        small, more, workers = int(rng.integers(1, 20)), int(rng.integers(1, 50)), int(rng.integers(1, 9))
        if 8 * price % cost == 0:  # whoever solves the two equations in another order may be a bit above: no matter
            continue
        one, other = (small, price + small * cost), (small + more, price + (small + more) * cost)
        right(one, other, int(rng.integers(1, 3000)), workers, f"{_COST} {_EIGHTH} {_MOST}")


# --------------------------------------------------------------------------------------------------- 13.7

_SERIAL = "What is not in `limits` is not shared: it takes as long as before."
_EACH = "Each part has its own limit: no more of the workers help it than `limits` says."


@exercise(
    "13.7",
    "Amdahl's law, from a profile",
    hints=[
        "The time before is the sum of the profile. The time after is a sum as well: what does each part take then?",
        "A part takes `seconds / min(workers, limits.get(part, 1))`.",
        "Divide the sums. If the program takes no time, nothing gets faster: 1. If only the time *after* is 0, as with "
        "`math.inf` workers and nothing serial, the speed-up is `math.inf`.",
    ],
    why="Amdahl has two kinds of parts, with limits 1 and infinity. Real programs have those in between as well: what "
    "is bound by the memory's bandwidth stops at two or four cores, and more workers only wait. The parts that do not "
    "shrink are soon all that is left: that is why a tenth of serial work allows a speed-up of ten, and not of the "
    "number of cores. A profile of one run on one core tells you so before you have parallelised anything.",
)
def speedup(answer):
    def right(profile, limits, workers, hint, mistakes=()):
        expected = models.predicted(profile, limits, workers)
        upside_down = (
            lambda got: expected != 1 and same(got, 1 / expected),
            "Before divided by after: above 1 is faster.",
        )
        case(answer, (profile, limits, workers), expected, hint=hint, mistakes=[*mistakes, upside_down])

    right({"step": 6.0}, {"step": math.inf}, 2, "One part that all workers share: twice as fast.")
    right({"read": 2.0}, {}, 4, _SERIAL)
    parts = {"read": 2.0, "step": 6.0}
    right(parts, {"step": math.inf}, 3, _SERIAL, [(3.0, _SERIAL), (2.5, "Speed-ups are no times: add the times.")])
    right(parts, {"step": 2}, 6, _EACH, [(8.0 / 3, _EACH)])
    right(parts, {"step": 8}, 3, "No more workers help than there are.", [(8.0 / 2.75, "Three workers are there.")])
    three = {"read": 1.0, "filter": 3.0, "fit": 6.0}
    right(three, {"filter": 2, "fit": math.inf}, 3, _EACH)
    right(parts, {"step": math.inf}, 1, "One worker: as fast as before.")
    limit = "With `math.inf` workers the shared part takes no time, and the serial part is what is left."
    right(parts, {"step": math.inf}, math.inf, limit, [(ZeroDivisionError, limit)])
    right(parts, {"step": 4}, math.inf, _EACH)
    endless = "Nothing serial and no end of workers: `math.inf`, not an error."
    right({"step": 6.0}, {"step": math.inf}, math.inf, endless, [(ZeroDivisionError, endless)])
    nothing = "A program that takes no time gets no faster: 1."
    right({}, {}, 4, nothing, [(ZeroDivisionError, nothing)])
    right({"step": 0.0}, {"step": math.inf}, math.inf, nothing, [(ZeroDivisionError, nothing), (math.inf, nothing)])
    right({"read": 0.0, "step": 4.0}, {"step": math.inf}, 4, "A part that takes no time changes nothing.")
    right({"step": 4.0}, {"step": 4, "plot": 2}, 4, "`limits` may name parts that this profile does not have.")
    right({"read": 1, "step": 9}, {"step": math.inf}, 10**9, "Amdahl's limit: a tenth serial is ten at most.")
    rng = np.random.default_rng(136)
    for _ in range(40):
        names = [f"part{n}" for n in range(int(rng.integers(1, 7)))]
        profile = {name: float(rng.integers(0, 40)) / 4 for name in names}
        limits = {name: [2, 3, 8, math.inf][rng.integers(4)] for name in names if rng.random() < 0.7}
        right(profile, limits, int(rng.integers(1, 20)), f"{_SERIAL} {_EACH}")
