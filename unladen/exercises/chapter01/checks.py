"""Checks for chapter 01, measuring: a stopwatch, a fair race, a profile, and what a profile promises."""

from __future__ import annotations

import inspect
import math
import random
import time

import numpy as np

from unladen.exercises.chapter01.fair_race import raced
from unladen.exercises.chapter01.simulated import Simulated
from unladen.exercises.chapter01.visitors import report_slowly
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import short
from unladen.exercises.words import call, called, case, refuses, wrong

# ---------------------------------------------------------------------------------------------------- 1.1

_WARM = "One call before the first timed one, and its time does not count: it warms up. Then come k calls that do."
_LOST = "What `function` raises is for the caller: a failed call has no time. Let the exception pass."


@exercise(
    "1.1",
    "A stopwatch",
    hints=[
        "Call `function()` once. Then, k times: read the clock, call, read the clock again, keep the difference.",
        "`clock` is itself a function: `start = clock()`. It is read twice for each call, never around the loop.",
        "Keep the k differences in a list; `min` of it is the answer, and raises a ValueError for an empty list.",
    ],
    why="Whatever disturbs a measurement (another program, an interrupt, a cold cache) makes it longer, never shorter. "
    "So the smallest of several times is the closest to what the function itself needs, and it hardly changes when "
    "the machine gets busy; a mean mixes your function with its neighbours. Giving the clock as an argument made "
    "your stopwatch testable: the check's clock stands still except while `function` runs, so the right answer was "
    "known to the last digit.",
)
def best_of(answer):
    def right(seconds, hint, mistakes=()):
        k = len(seconds) - 1
        machine, listed = Simulated(), ", ".join(f"{s:g}" for s in seconds)
        shown = f"best_of(function, {k}, clock), with calls of {listed} seconds (the first is the warm-up),"
        got = call(answer, (machine.contender("function", seconds), k, machine.clock), shown=shown, mistakes=mistakes)
        if "clock" not in machine.log:
            told = "The clock to read is the argument: `clock()`, not `time.perf_counter()`."
            wrong(f"{shown} never read the clock it was given", told)
        case(lambda: got, (), min(seconds[1:]), shown=shown, hint=hint, mistakes=mistakes)
        if len(machine.calls) != k + 1:
            told = f"{shown} called function {len(machine.calls)} times, expected {k + 1}"
            wrong(told, "One call to warm up and k timed calls: k + 1 in all.")

    few = "All k timed calls count, the last one too. How many does your loop make?"
    right([5.0, 3.0], "With k = 1 there is one timed call, after the warm-up.", [
        (5.0, _WARM), (8.0, _WARM), (ValueError, few), (3000.0, "The unit is seconds, as the clock gives it."),
        (lambda got: isinstance(got, list), "One number is asked: the smallest of the times."),
    ])  # fmt: skip
    right([1.0, 4.0, 2.0, 6.0, 5.0], "Time each call on its own, and return the smallest of the times.", [
        (1.0, _WARM),
        (4.25, "That is the mean of the four. One disturbed call spoils a mean; the smallest time it leaves alone."),
        (17.0, "That is the sum of the four calls: read the clock before and after each one of them."),
        (18.0, "That is the sum of all the calls: read the clock before and after each one of them."),
        (4.5, "That is the median. Better than the mean; but which of the four calls was disturbed the least?"),
        (6.0, "That is the largest. Which of the calls was disturbed the least?"),
        (5.0, "That is the last time measured. Keep all of them, or the smallest so far."),
        (4.0, "That is the first time measured. Is the clock read again before each call, or only once before all?"),
    ])  # fmt: skip
    right([1.0, 4.0, 2.0], few, [(4.0, few), (1.0, _WARM)])
    right([0.5, 0.25, 0.25, 0.25], few)
    right([9.0, 0.0, 3.0], "A time of zero is a time: a fast function and a coarse clock can give it.")
    long = (
        "A call may take hours. What is the smallest time so far, before the first call? `float('inf')` is above all."
    )
    right([1.0, 50_000.0, 20_000.0], long)
    right([1.0, 2**-20, 2**-18], "Functions may take microseconds: do not round what the clock says.")
    for number, which in ((1, "warm-up"), (3, "second timed call")):
        machine = Simulated()
        function = machine.contender("function", [1.0], fails_in=number)
        shown = f"best_of(function, 4, clock), where the {which} raises ZeroDivisionError,"
        refuses(answer, (function, 4, machine.clock), ZeroDivisionError, hint=_LOST, shown=shown)
    none = "There is no best of no times: with k below 1, raise a ValueError. (`min` of an empty list does.)"
    for k in (0, -1):
        machine = Simulated()
        given = machine.contender("function", [1.0]), k, machine.clock
        refuses(answer, given, ValueError, hint=none, shown=f"best_of(function, {k}, clock)")
    _default_clock(answer)


def _default_clock(answer) -> None:
    """Who gives no clock must get one that only goes forward, and finely."""
    default = list(inspect.signature(answer).parameters.values())[-1].default
    asleep = "`time.process_time` stands still while the function sleeps or waits for a file."
    if default is time.time:
        told = "best_of(function, 5), without a clock, uses time.time, expected time.perf_counter"
        wrong(told, "`time.time` is the time of day, and may be set back while you measure.")
    if default not in (time.perf_counter, time.monotonic):
        keep = "Who gives no clock gets `time.perf_counter`: keep the default that the stub had."
        shown = "best_of(function, 2), without a clock, where function sleeps for 10 ms,"
        got = call(answer, (lambda: time.sleep(0.01), 2), shown=shown, hint=keep)
        if not isinstance(got, float) or not 0.005 < got < 10:
            wrong(f"{shown} returned {short(got)}", asleep if isinstance(got, float) and got < 0.005 else keep)


# ---------------------------------------------------------------------------------------------------- 1.2


@exercise(
    "1.2",
    "A fair race",
    hints=[
        "Swap the two loops: the outer one counts the rounds, the inner one goes through the contenders.",
        "`best[name] = min(best[name], taken)` needs a first value: `float('inf')` is larger than any time.",
        "With `names = list(contenders)`, round r goes through `names[r % n:] + names[:r % n]`, where n is how many "
        "there are.",
    ],
    why="In a row, one contender ran while the machine was quiet and the other during the backup: the race found out "
    "when the backup began. In turns, all run in the same weather, and the best of several rounds finds the quiet "
    "moments for each. The changing order is for disturbances that come regularly, which would otherwise always meet "
    "the same contender. `race` does these three things; what it cannot do is make a machine quiet that never is.",
)
def best_in_turns(answer):
    quiet = ("on a quiet machine", lambda n: 1.0)
    backup = (
        "on a machine that a backup slows down from its 4th call on",
        lambda n: (1.0, 1.0, 1.0, 3.0, 2.0)[min(n, 4)],
    )
    boot = ("on a machine three times as slow in its first 4 calls", lambda n: 3.0 if n < 4 else 1.0)
    ticking = ("on a machine where calls 2, 5, 8 … take twice as long", lambda n: 2.0 if n % 3 == 1 else 1.0)
    two, three = {"sorted": 4.0, "heap": 3.0}, {"a": 5.0, "b": 4.0, "c": 7.0}
    raced(answer, {"heap": 3.0}, 1, *quiet)
    raced(answer, two, 1, *quiet)
    raced(answer, two, 3, *backup)
    raced(answer, two, 4, *boot)
    raced(answer, three, 6, *ticking)
    raced(answer, three, 2, *quiet)
    raced(answer, {"night": 50_000.0, "day": 20_000.0}, 1, *quiet)


# ---------------------------------------------------------------------------------------------------- 1.3


def profiled(samples, *, running=-1, once=True, others=True):
    """What the answer must return; the keywords turn it into the common mistakes."""
    own, total = {}, {}
    for stack in samples:
        if not stack:
            continue
        for name in set(stack) if once else stack:
            total[name] = total.get(name, 0) + 1
        own[stack[running]] = own.get(stack[running], 0) + 1
    return {name: (own.get(name, 0), count) for name, count in total.items() if others or name in own}


@exercise(
    "1.3",
    "A profile from samples",
    hints=[
        "In each sample one function is running: the last of the stack. All the others wait for it.",
        "Own time: count the samples in which a name is last. Total: count the samples in which it occurs at all.",
        "A function that calls itself occurs several times in one stack, and still was there for one sample: "
        "`for name in set(stack)`.",
    ],
    why="A sampling profiler (pyinstrument, Scalene, py-spy) does this: look many times a second where the program is, "
    "and count. It cannot say how often a function was called, and what happens between two looks it does not see; in "
    "return it takes no note at every call. Own time says where the machine works, total time through whom it got "
    "there. A flame graph is the same table drawn: a bar is as wide as the total, and what no bar above it covers is "
    "its own.",
)
def profile_of(answer):
    running = "Own time goes to the function that runs: the last of each stack, not the first."
    waits = "A function that runs is in its own total, too: the total counts all samples it occurs in."
    recursive = "One sample counts once for a function, however often it occurs in the stack: it calls itself there."
    missing = "A function that only waits for others has an own time of 0, and belongs into the profile."
    idle = "An empty stack is a moment in which nothing of yours ran: it counts for nobody."

    def right(samples, hint):
        expected = profiled(samples)
        swapped = {name: pair[::-1] for name, pair in expected.items()}
        inner = {name: (own, total - own) for name, (own, total) in expected.items()}
        share = {name: tuple(n / max(1, len(samples)) for n in pair) for name, pair in expected.items()}
        got = call(answer, (samples,), hint=hint, mistakes=[(IndexError, idle)])
        if isinstance(got, dict):  # a Counter or a defaultdict will do, and so will lists for pairs
            got = {name: tuple(pair) if isinstance(pair, list) else pair for name, pair in got.items()}
        case(lambda _: got, (samples,), expected, hint=hint, shown=called([samples]), mistakes=[
            (swapped, "The two numbers are swapped: own time first, then the total."),
            (profiled(samples, running=0), running),
            (inner, waits),
            (profiled(samples, once=False), recursive),
            (profiled(samples, others=False), missing),
            (share, "Those are shares. Return the numbers of samples: they can be added up."),
        ])  # fmt: skip

    right([], "No samples, nothing to report: an empty dictionary.")
    right([["main"]], waits)
    right([["main", "read"]], "`read` runs, `main` waits for it: (1, 1) and (0, 1).")
    right([["main", "read"], ["main", "read"], ["main"]], "Count over all samples.")
    right([["main", "walk", "walk", "walk"]], recursive)
    right([["main"], [], ["main", "read"]], idle)
    right([["a", "b", "a"], ["b", "a", "b"], ["c"]], recursive)
    equal = "Names are the same if they are equal: compare with `==`, not with `is`."
    right([["".join(letters) for letters in (["ma", "in"], ["wa", "lk"], ["wa", "lk"])]], equal)
    kept = [["main", "load"], ["main", "load", "parse"], ["main", "save"]]
    before = [list(stack) for stack in kept]
    call(answer, (kept,))
    if kept != before:
        popped = "Look at the stacks without taking anything out: `stack[-1]`, not `stack.pop()`."
        wrong(f"{called([before])} changed the samples it was given: they became {short(kept)}", popped)
    dice = random.Random(13)
    right([dice.choices("abcdef", k=dice.randrange(6)) for _ in range(300)], "All samples count, each once.")


# ---------------------------------------------------------------------------------------------------- 1.4


@exercise(
    "1.4",
    "The profile and the guess",
    hints=[
        "Which of the three functions has the largest own time? It is called once per line: what does one call cost?",
        "`visitor in robots` compares the visitor with one robot after the other. Which container needs no search?",
        "Make a set of the robots once, before the loop over the lines. The sort may stay as it is.",
    ],
    why="The insertion sort looks slow, and for ten thousand visitors it would be; this log has twenty. The search "
    "through a list hides in one innocent word, `in`, and happens for every line. Nobody sees that in the text of a "
    "program, because the cost depends on the data: that is why one measures. It also says when to measure again: "
    "with another log the profile is another one.",
)
def quick_report(answer):
    empty = "No lines, or only robots: an empty list."
    ties = "Who saw equally many pages keeps the order of the first visit: sort by the number alone; sorted is stable."
    whole = "A robot's name is the whole first word of a line: compare names, do not look for one inside another."
    pairs = [
        (lambda got: isinstance(got, dict), "A list of pairs is asked, the busiest first; not a dictionary."),
        (lambda got: isinstance(got[0], list), "Each pair is a tuple: the visitor and the number of pages."),
    ]

    def right(lines, robots, hint, mistakes=(), shown=""):
        expected = report_slowly(lines, robots)
        case(answer, (lines, robots), expected, hint=hint, mistakes=[*mistakes, *pairs], shown=shown)

    right([], ["bot"], empty)
    right(["ann /a"], [], "One page seen by ann, and there are no robots.")
    right(["bot /a", "bot /b"], ["bot"], empty, [([("bot", 2)], "Robots are left out.")])
    order = "The busiest comes first: is the list sorted at all, and from the largest number to the smallest?"
    up = [([("ann", 1), ("bob", 2)], order)]
    right(["ann /a", "bob /a", "bob /b"], ["bot"], "bob saw two pages, ann one.", up)
    right(["zoe /a", "bob /a", "ann /a", "ann /b", "ian /a"], ["spider", "bot"], ties)
    right(["anna /a", "bo /a", "an /a", "bot /a"], ["ann", "bot"], whole)
    right(["ann /bot", "eve /a bot"], ["bot"], "Only the first word of a line is the visitor.")
    lines, robots = ["ann /a", "bob /a", "bob /b"], ["bob"]
    call(answer, (lines, robots))
    robots[:] = ["ann"]
    stale = "Between two calls the list of robots changed: make the set anew in each call. It costs one look at each."
    right(lines, robots, stale)
    lines, robots = _log(np.random.default_rng(14))
    everything = "All lines, those of robots left out, the busiest first."
    right(lines, robots, everything, shown="quick_report(500 lines, 1000 robots)")
    slow = (
        "Is that where the time goes? Profile your `quick_report` as the cell above does, and look at the own "
        "times: most of it is spent with the robots. What is done for every line that could be done once?"
    )
    faster_than(report_slowly, answer, _log, at_least=5, hint=slow)


def _log(rng) -> tuple[list[str], list[str]]:
    """500 lines by 20 visitors and some of 1000 robots, which no name gives away."""
    numbers = rng.permutation(10**5)[:1020].tolist()
    names = [f"visitor-{n:06}" for n in numbers]
    who = [*rng.integers(0, 20, 450).tolist(), *rng.integers(20, 1020, 50).tolist()]
    pages = rng.integers(0, 100, 500).tolist()
    seen = [names[who[place]] for place in rng.permutation(500).tolist()]
    return [f"{visitor} /page/{page}" for visitor, page in zip(seen, pages, strict=True)], names[20:]


# ---------------------------------------------------------------------------------------------------- 1.5


@exercise(
    "1.5",
    "What it will be worth",
    hints=[
        "Compute two times: all of it before the change, and all of it after. Their ratio is the answer.",
        "A function with own time t that becomes s times as fast takes t / s; one that is not named takes t as before.",
        "`after = sum(t / speedups.get(name, 1) for name, t in profile.items())`. Can it be 0?",
    ],
    why="This is Amdahl's law, without the formula: what you do not change still takes as long as before, and soon it "
    "is all that is left. A function with 60 % of the time, made infinitely fast, gains a factor of 2.5; one with "
    "5 %, not even 1.06. So a profile, and one division, tell you what the work is worth before you begin it. And "
    "after each success the profile is another one: what was small is now large.",
)
def total_speedup(answer):
    profile = {"parse": 6.0, "sort": 3.0, "write": 1.0}
    ratio = "The whole time before, divided by the whole time after: 10 s by 4 s + 0.6 s."
    case(answer, (profile, {}), 1.0, hint="Nothing changed: as fast as before, 1.0.")
    case(answer, (profile, {"parse": 10}), 10 / 4.6, hint=ratio, mistakes=[
        (10, "So much faster is `parse`, but the other functions take as long as before."),
        (6.4, "Speed-ups do not average: add up times, then divide."),
        (4.6, "That is the time after the change. How does it compare to the time before?"),
        (0.46, "That is the part of the time that is left; so many times faster is its inverse."),
        (5.4, "That is the time saved. How does what is left compare to the time before?"),
        (2.5, "That is the limit for an infinitely fast `parse`; this one still takes 0.6 s."),
        (6 / 0.6, "So much faster is `parse`, but the other functions take as long as before."),
    ])  # fmt: skip
    both = "Two changes at once: each function's own time is divided by its own factor, then all are added up."
    case(answer, (profile, {"parse": 2, "sort": 3}), 2.0, hint=both, mistakes=[
        (6.0, "Speed-ups of different functions do not multiply: each of them only shortens its own part."),
        (5.0, "Speed-ups do not add up; times do."),
        (10 / 7 * 10 / 8, "The second change meets another profile than the first: put both into one sum of times."),
        (10 / 7, "That is `parse` alone: `sort` is faster, too."),
        (10 / 8, "That is `sort` alone: `parse` is faster, too."),
    ])  # fmt: skip
    case(answer, ({"a": 30, "b": 10}, {"b": 4}), 40 / 32.5, hint="The times need not add up to 1, or to 10.")
    case(answer, (profile, {"write": 0.5}), 10 / 11, hint="A factor below 1 is a slow-down: `write` takes 2 s now.")
    limit = "An infinite factor means that the function takes no time at all: t / inf is 0.0."
    case(answer, (profile, {"parse": math.inf}), 2.5, hint=limit)
    nothing = "If nothing is left, the speed-up is infinite: return `math.inf` instead of dividing by 0."
    everything = {"parse": math.inf, "sort": math.inf, "write": math.inf}
    case(answer, (profile, everything), math.inf, hint=nothing, mistakes=[(ZeroDivisionError, nothing)])
    known = "A name that the profile does not have is a misspelling, or an old profile: raise a KeyError."
    refuses(answer, (profile, {"prase": 10}), KeyError, hint=known)
    refuses(answer, (profile, {"parse": 2, "prase": 1}), KeyError, hint=f"{known} One of the two names is one.")
    dice = random.Random(15)
    times = {name: dice.uniform(0.1, 9) for name in "abcdefgh"}
    factors = {name: dice.uniform(0.5, 20) for name in "bdfh"}
    after = sum(t / factors.get(name, 1) for name, t in times.items())
    case(answer, (times, factors), sum(times.values()) / after, hint=both)
