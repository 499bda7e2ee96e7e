"""Wrong answers to the exercises of chapter 01, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

import inspect

from unladen.exercises.chapter01.visitors import busiest_first, is_robot, report_slowly

BEST = """
import time

def best_of(function, k, clock=time.perf_counter):
    function()
    times = []
    for _ in range(k):
        start = clock()
        function()
        times.append(clock() - start)
    return min(times)
"""

TURNS = """
def best_in_turns(contenders, rounds, clock):
    names = list(contenders)
    best = dict.fromkeys(names, float("inf"))
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            start = clock()
            contenders[name]()
            taken = clock() - start
            best[name] = min(best[name], taken)
    return best
"""

IN_A_ROW = """
def best_in_turns(contenders, rounds, clock):
    result = {}
    for name, function in contenders.items():
        start = clock()
        for _ in range(rounds):
            function()
        result[name] = (clock() - start) / rounds
    return result
"""

PROFILE = """
def profile_of(samples):
    profile = {}
    for stack in samples:
        for name in set(stack):
            own, total = profile.get(name, (0, 0))
            profile[name] = (own + (name == stack[-1]), total + 1)
    return profile
"""

GIVEN = "\n\n".join(map(inspect.getsource, (is_robot, busiest_first, report_slowly)))
SLOW = GIVEN.replace("report_slowly", "quick_report")

REPORT = """
def quick_report(lines, robots):
    robots = set(robots)
    visits = {}
    for line in lines:
        visitor = line.split()[0]
        if visitor not in robots:
            visits[visitor] = visits.get(visitor, 0) + 1
    return sorted(visits.items(), key=lambda row: row[1], reverse=True)
"""

TOTAL = """
import math

def total_speedup(profile, speedups):
    if unknown := set(speedups) - set(profile):
        raise KeyError(f"not in the profile: {sorted(unknown)}")
    before = sum(profile.values())
    after = sum(t / speedups.get(name, 1) for name, t in profile.items())
    return before / after if after else math.inf
"""


def instead(source: str, *pairs: str) -> str:
    """The right answer with one mistake put in, as (old, new) one after the other; each place must be there."""
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in source, old
        source = source.replace(old, new)
    return source


def returning(expression: str) -> str:
    """A profile of 1.3 from which something else is returned."""
    return PROFILE.replace("return profile", f"return {expression}")


WRONG = {
    "1.1": [
        (instead(BEST, "min(times)", "sum(times) / k"), "That is the mean of the four"),
        ("""
import time

def best_of(function, k, clock=time.perf_counter):
    function()
    start = clock()
    for _ in range(k):
        function()
    return (clock() - start) / k
""", "That is the mean of the four"),
        (instead(BEST, "min(times)", "max(times)"), "That is the largest"),
        (instead(BEST, "min(times)", "times[-1]"), "That is the last time measured"),
        (instead(BEST, "min(times)", "sorted(times)[k // 2] / 2 + sorted(times)[(k - 1) // 2] / 2"),
         "That is the median"),
        (instead(BEST, "min(times)", "sum(times)"), "That is the sum of the four calls"),
        (instead(BEST, "min(times)", "times"), "One number is asked"),
        (instead(BEST, "min(times)", "min(times) * 1000"), "The unit is seconds"),
        (instead(BEST, "min(times)", "min(filter(None, times))"), "A time of zero is a time"),
        (instead(BEST, "    function()\n    times", "    times"), "it warms up"),
        (instead(BEST, "    function()\n    times", "    times", "range(k)", "range(k + 1)"), "it warms up"),
        (instead(BEST, "range(k)", "range(k - 1)"), "How many does your loop make"),
        (instead(BEST, "range(k)", "range(k + 1)"), "One call to warm up and k timed calls"),
        (instead(BEST, "        start = clock()\n", "", "    times = []", "    times, start = [], clock()"),
         "Is the clock read again before each call"),
        (instead(BEST, "start = clock()", "start = time.perf_counter()", "clock() - start",
                 "time.perf_counter() - start"), "The clock to read is the argument"),
        (instead(BEST, "=time.perf_counter", "=time.time"), "may be set back while you measure"),
        (instead(BEST, "=time.perf_counter", "=time.process_time"), "stands still while the function sleeps"),
        (instead(BEST, "        function()\n        times", "        try:\n            function()\n"
                 "        except Exception:\n            continue\n        times"), "Let the exception pass"),
        (instead(BEST, "    function()\n    times", "    try:\n        function()\n    except Exception:\n"
                 "        pass\n    times"), "Let the exception pass"),
        (instead(BEST, "min(times)", 'min(times, default=float("inf"))'), "There is no best of no times"),
        (instead(BEST, "    return min(times)", "    print(min(times))"), "without a `return`"),
        (instead(BEST, "    times = []", '    best = float("inf")\n    if k == 0:\n        raise ValueError(k)',
                 "times.append(clock() - start)", "best = min(best, clock() - start)", "min(times)", "best"),
         "with k below 1, raise a ValueError"),
        (instead(BEST, "times.append(clock() - start)", "times.append(round(clock() - start, 3))"), "do not round"),
        (instead(BEST, "=time.perf_counter", "=time.perf_counter_ns"), "keep the default that the stub had"),
        (instead(BEST, "clock=time.perf_counter):", "clock=None):\n    clock = clock or time.process_time"),
         "stands still while the function sleeps"),
        (instead(BEST, "    times = []", "    times = [1000.0]\n    if k < 1:\n        raise ValueError(k)"),
         "A call may take hours"),
    ],
    "1.2": [
        (IN_A_ROW, "swap the loops"),
        (instead(IN_A_ROW, "        start = clock()\n", "        times = []\n",
                 "            function()\n",
                 "            start = clock()\n            function()\n            times.append(clock() - start)\n",
                 "(clock() - start) / rounds", "min(times)"), "swap the loops"),
        (instead(TURNS, "names[first:] + names[:first]", "names"), "Round 0 begins with the first contender"),
        (instead(TURNS, "names[first:] + names[:first]", "names if turn % 2 == 0 else names[::-1]"),
         "Round 0 begins with the first contender"),
        (instead(TURNS, "return best", "return {name: sum(t) / rounds for name, t in best.items()}",
                 'dict.fromkeys(names, float("inf"))', "{name: [] for name in names}",
                 "best[name] = min(best[name], taken)", "best[name].append(taken)"),
         "That is the mean of each contender's times"),
        (instead(TURNS, 'dict.fromkeys(names, float("inf"))', "{name: [] for name in names}",
                 "best[name] = min(best[name], taken)", "best[name].append(taken)"), "Of each list of times"),
        (instead(TURNS, "min(best", "max(best", '"inf"', '"-inf"'), "That is the largest of each contender's times"),
        (instead(TURNS, "min(best[name], taken)", "taken"), "That is each contender's last time"),
        (instead(TURNS, "min(best[name], taken)", "best[name] + taken", '"inf"', "0"),
         "That is the sum of each contender's times"),
        (instead(TURNS, '"inf"', "0"), "Nothing takes no time"),
        (instead(TURNS, "return best", "return min(best, key=best.get)"), "Return a dictionary"),
        (instead(TURNS, "    for turn", "    for name in names:\n        contenders[name]()\n    for turn"),
         "no warm-up is asked"),
        (instead(TURNS, "range(rounds)", "range(1, rounds)"), "no warm-up is asked"),
        (instead(TURNS, "(contenders, rounds, clock):", "(contenders, rounds, clock):\n    import time",
                 "start = clock()", "start = time.perf_counter()", "clock() - start", "time.perf_counter() - start"),
         "not `time.perf_counter()`"),
        (instead(TURNS, "            start = clock()\n", "",
                 "        first =", "        start = clock()\n        first ="), "another number than the smallest"),
        (instead(TURNS, "return best", "while contenders:\n        contenders.popitem()\n    return best"),
         "Whoever races them next"),
        (instead(TURNS, "return best", "return dict(enumerate(best.values()))"), "all of them, and no other"),
        (instead(TURNS, 'float("inf")', "10_000"), "before the first round"),
        (instead(TURNS, "best[name] = min(best[name], taken)",
                 "best[name] = min(best[name], taken) if turn else taken if name == names[0] else min(best.values())"),
         "another number than the smallest"),
    ],
    "1.3": [
        (instead(PROFILE, "stack[-1]", "stack[0]"), "not the first"),
        (instead(PROFILE, "set(stack)", "stack", "(name == stack[-1])", "0",
                 "    return", "        for name in stack[-1:]:\n            own, total = profile[name]\n"
                 "            profile[name] = (own + 1, total)\n    return"), "One sample counts once for a function"),
        (returning("{n: (own, total - own) for n, (own, total) in profile.items()}"), "in its own total, too"),
        (returning("{n: pair for n, pair in profile.items() if pair[0]}"), "an own time of 0"),
        (returning("{n: (total, own) for n, (own, total) in profile.items()}"), "The two numbers are swapped"),
        (returning("{n: (a / len(samples), b / len(samples)) for n, (a, b) in profile.items()}"), "Those are shares"),
        (instead(PROFILE, "for name in set(stack)", "running = stack.pop() if stack else None\n"
                 "        for name in {running, *stack} - {None}", "stack[-1]", "running"),
         "Look at the stacks without taking anything out"),
        (instead(PROFILE, "        for name in set", "        running = stack[-1]\n        for name in set"),
         "a moment in which nothing of yours ran"),
        (instead(PROFILE, "for name in set(stack)", "for name in set(stack or ['idle'])", "stack[-1]",
                 "(stack or ['idle'])[-1]"), "a moment in which nothing of yours ran"),
        (instead(PROFILE, "for stack in samples", "for stack in {tuple(stack) for stack in samples}"),
         "Count over all samples"),
        ("def profile_of(samples):\n    return {'main': (0, 1), 'read': (1, 1)}", "an empty dictionary"),
        (instead(PROFILE, "    return profile", ""), "without a `return`"),
        (instead(PROFILE, "name == stack[-1]", "name is stack[-1]"), "not with `is`"),
    ],
    "1.4": [
        (SLOW, "Is that where the time goes"),
        (instead(SLOW, "return busiest_first(visits.items())",
                 "return sorted(visits.items(), key=lambda row: row[1], reverse=True)"), "Is that where the time goes"),
        (instead(REPORT, "    robots = set(robots)\n", "", "visitor not in robots", "visitor not in set(robots)"),
         "Is that where the time goes"),
        (instead(REPORT, "key=lambda row: row[1], reverse=True", "key=lambda row: (-row[1], row[0])"),
         "keeps the order of the first visit"),
        (instead(REPORT, "sorted(visits.items(), key=lambda row: row[1], reverse=True)",
                 "sorted(visits.items(), key=lambda row: row[1])[::-1]"), "keeps the order of the first visit"),
        (instead(REPORT, ", reverse=True", ""), "The busiest comes first"),
        (instead(REPORT, "sorted(visits.items(), key=lambda row: row[1], reverse=True)", "visits"), "A list of pairs"),
        (instead(REPORT, "if visitor not in robots", 'if not line.startswith(tuple(robots) or "?")'),
         "compare names, do not look for one inside another"),
        (instead(REPORT, "if visitor not in robots", "if not robots & set(line.replace('/', ' ').split())"),
         "Only the first word of a line"),
        (instead(REPORT, "if visitor not in robots", "if True"), "Robots are left out"),
        ("_robots = set()\n" + instead(REPORT, "    robots = set(robots)\n", "    if not _robots:\n"
                                       "        _robots.update(robots)\n", "not in robots", "not in _robots"),
         "Between two calls the list of robots changed"),
        (instead(REPORT, "    robots = set(robots)\n", "    robots.sort()\n", "    visits = {}",
                 "    from bisect import bisect_left\n    visits, robots[:] = {}, sorted(set(robots))", "not in robots",
                 'not in robots[bisect_left(robots, visitor):][:1]'), "work on a copy"),
        (instead(REPORT, "return sorted(", "return list(map(list, sorted(", "reverse=True)", "reverse=True)))"),
         "Each pair is a tuple"),
    ],
    "1.5": [
        ("""
def total_speedup(profile, speedups):
    total = sum(profile.values())
    return sum(t / total * speedups.get(name, 1) for name, t in profile.items())
""", "Speed-ups do not average"),
        ("""
import math

def total_speedup(profile, speedups):
    return math.prod(speedups.values(), start=1.0)
""", "the other functions take as long as before"),
        ("""
def total_speedup(profile, speedups):
    result, total = 1.0, sum(profile.values())
    for name, factor in speedups.items():
        share = profile[name] / total
        result *= 1 / (1 - share + share / factor)
    return result
""", "The second change meets another profile"),
        (instead(TOTAL, "before / after if after else math.inf", "after / before"), "its inverse"),
        (instead(TOTAL, "before / after if after else math.inf", "after if speedups else 1.0"),
         "That is the time after the change"),
        (instead(TOTAL, "before / after if after else math.inf", "before - after if speedups else 1.0"),
         "That is the time saved"),
        (instead(TOTAL, "t / speedups.get(name, 1)", "t * (name not in speedups)"), "That is the limit"),
        (instead(TOTAL, "before / after if after else math.inf", "before / after"), "If nothing is left"),
        (instead(TOTAL, "before = sum(profile.values())", "before = 10"), "need not add up to 1, or to 10"),
        (instead(TOTAL, "speedups.get(name, 1)", "max(1, speedups.get(name, 1))"), "A factor below 1 is a slow-down"),
        (instead(TOTAL, "    if unknown := set(speedups) - set(profile):\n"
                 '        raise KeyError(f"not in the profile: {sorted(unknown)}")\n', ""), "is a misspelling"),
        (instead(TOTAL, "KeyError", "ValueError"), "is a misspelling"),
        (instead(TOTAL, "for name, t in profile.items())",
                 "for name, t in profile.items() if list(speedups)[:1] == [name] or name not in speedups)\n"
                 "    after += sum(profile[name] for name in list(speedups)[1:])"), "faster, too"),
        (instead(TOTAL, "    after = sum(t / speedups.get(name, 1) for name, t in profile.items())",
                 "    for name in speedups:\n        profile[name] /= speedups[name]\n"
                 "    after = sum(profile.values())"), "work on a copy"),
        (instead(TOTAL, "if unknown := set(speedups) - set(profile):\n"
                 '        raise KeyError(f"not in the profile: {sorted(unknown)}")',
                 "if speedups and not set(speedups) & set(profile):\n        raise KeyError"), "One of the two names"),
    ],
}  # fmt: skip
