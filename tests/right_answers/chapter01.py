"""Right answers to the exercises of chapter 01, in other styles than the solution's."""

RIGHT = {
    "1.1": [
        """
import time
import timeit

def best_of(function, k, clock=time.perf_counter):
    function()
    return min(timeit.repeat(function, number=1, repeat=k, timer=clock))
""",
        """
import time

def best_of(function, k, clock=None):
    clock = clock or time.perf_counter
    if k < 1:
        raise ValueError("at least one timed call")
    function()
    best = float("inf")
    while k:
        start = clock()
        function()
        stop = clock()
        best, k = min(best, stop - start), k - 1
    return best
""",
        """
from time import perf_counter

def best_of(function, k, clock=lambda: perf_counter()):
    def once():
        start = clock()
        function()
        return clock() - start

    function()
    return min(once() for _ in range(k))
""",
    ],
    "1.2": [
        """
from collections import defaultdict, deque

def best_in_turns(contenders, rounds, clock):
    order, best = deque(contenders), defaultdict(lambda: float("inf"))
    for _ in range(rounds):
        for name in order:
            start = clock()
            contenders[name]()
            best[name] = min(best[name], clock() - start)
        order.rotate(-1)
    return best
""",
        """
from collections import OrderedDict

def best_in_turns(contenders, rounds, clock):
    names, times = list(contenders), OrderedDict((name, []) for name in contenders)
    for turn in range(rounds):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            before = clock()
            contenders[name]()
            after = clock()
            times[name].append(after - before)
    return OrderedDict((name, min(taken)) for name, taken in times.items())
""",
        """
from itertools import cycle, islice

def best_in_turns(contenders, rounds, clock):
    def timed(function):
        start = clock()
        function()
        return clock() - start

    result = {}
    for turn in range(rounds):
        for name in islice(cycle(contenders), turn, turn + len(contenders)):
            taken = timed(contenders[name])
            if name not in result or taken < result[name]:
                result[name] = taken
    return result
""",
    ],
    "1.3": [
        """
from collections import Counter

def profile_of(samples):
    own = Counter(stack[-1] for stack in samples if stack)
    total = Counter(name for stack in samples for name in set(stack))
    return {name: (own[name], total[name]) for name in total}
""",
        """
from collections import defaultdict

def profile_of(samples):
    profile = defaultdict(lambda: [0, 0])
    for stack in filter(None, samples):
        profile[stack[-1]][0] += 1
        for name in dict.fromkeys(stack):
            profile[name][1] += 1
    return {name: tuple(counts) for name, counts in profile.items()}
""",
        """
def profile_of(samples):
    names = {name for stack in samples for name in stack}
    return {
        name: (sum(stack[-1:] == [name] for stack in samples), sum(name in stack for stack in samples))
        for name in names
    }
""",
    ],
    "1.4": [
        """
from collections import Counter

def quick_report(lines, robots):
    robots = frozenset(robots)
    visitors = (line.partition(" ")[0] for line in lines)
    return Counter(visitor for visitor in visitors if visitor not in robots).most_common()
""",
        """
from collections import defaultdict
from operator import itemgetter

def quick_report(lines, robots):
    left_out, visits = dict.fromkeys(robots), defaultdict(int)
    for line in lines:
        visits[line.split(maxsplit=1)[0]] += 1
    rows = [row for row in visits.items() if row[0] not in left_out]
    rows.sort(key=itemgetter(1), reverse=True)
    return rows
""",
        """
def is_robot(visitor, robots):
    return visitor in robots

def busiest_first(rows):
    rows = list(rows)
    for i in range(1, len(rows)):
        row, j = rows[i], i
        while j > 0 and rows[j - 1][1] < row[1]:
            rows[j] = rows[j - 1]
            j -= 1
        rows[j] = row
    return rows

def quick_report(lines, robots):
    robots, visits = set(robots), {}
    for line in lines:
        visitor = line.split()[0]
        if not is_robot(visitor, robots):
            visits[visitor] = visits.get(visitor, 0) + 1
    return busiest_first(visits.items())
""",
    ],
    "1.5": [
        """
import math

def total_speedup(profile, speedups):
    after = dict(profile)
    for name, factor in speedups.items():
        after[name] = after[name] / factor
    left = math.fsum(after.values())
    return math.inf if left == 0 else math.fsum(profile.values()) / left
""",
        """
def total_speedup(profile, speedups):
    whole = sum(profile.values())
    rest = 1.0
    for name in speedups:
        rest -= profile[name] / whole * (1 - 1 / speedups[name])
    return 1 / rest if rest > 1e-12 else float("inf")
""",
        """
def total_speedup(profile, speedups):
    for name in speedups:
        if name not in profile:
            raise KeyError(name)
    try:
        return sum(profile.values()) / sum(profile[name] / speedups.get(name, 1.0) for name in profile)
    except ZeroDivisionError:
        return float("inf")
""",
    ],
}
