"""Right answers to the exercises of chapter 06, in other styles than the solution's."""

RIGHT = {
    "6.1": [
        """
def moving_average(values, width):
    ring, total = [0] * width, 0
    for count, value in enumerate(values):
        total += value - ring[count % width]
        ring[count % width] = value
        if count + 1 >= width:
            yield total / width
""",
        """
from collections import deque
from itertools import islice

def moving_average(values, width):
    coming = iter(values)
    window = deque(islice(coming, width), maxlen=width)
    if len(window) < width:
        return
    total = sum(window)
    yield total / width
    for value in coming:
        total += value - window[0]
        window.append(value)
        yield total / width
""",
        """
from collections import deque
from itertools import accumulate

def moving_average(values, width):
    sums = deque([0], maxlen=width + 1)
    for total in accumulate(values):
        sums.append(total)
        if len(sums) == width + 1:
            yield (total - sums[0]) / width
""",
        """
from itertools import chain, islice, repeat, tee

class moving_average:
    def __init__(self, values, width):
        new, old = tee(values)
        self.pairs, self.width = zip(new, chain(repeat(0, width), old)), width
        self.total = sum(value for value, _ in islice(self.pairs, width - 1))

    def __iter__(self):
        for value, gone in self.pairs:
            self.total += value - gone
            yield self.total / self.width
""",
    ],
    "6.2": [
        """
from collections import Counter, defaultdict

def anagrams(words):
    groups = defaultdict(dict)
    for word in words:
        groups[frozenset(Counter(word).items())].setdefault(word)
    return [list(group) for group in groups.values() if len(group) > 1]
""",
        """
def anagrams(words):
    groups, found = {}, []
    for word in dict.fromkeys(words):
        key = tuple(sorted(word))
        if key in groups:
            groups[key].append(word)
        else:
            groups[key] = [word]
            found.append(groups[key])
    return list(filter(lambda group: group[1:], found))
""",
        """
from itertools import groupby

def anagrams(words):
    first = {}
    rows = []
    for place, word in enumerate(dict.fromkeys(words)):
        key = sorted(word)
        rows.append((first.setdefault(str(key), place), place, word))
    groups = [[word for *_, word in group] for _, group in groupby(sorted(rows), key=lambda row: row[0])]
    return [group for group in groups if len(group) >= 2]
""",
        """
from functools import lru_cache

@lru_cache(maxsize=10_000)
def letters(word):
    return "".join(sorted(word))

def anagrams(words):
    groups = {}
    for word in words:
        group = groups.setdefault(letters(word), [])
        if word not in group:
            group.append(word)
    return [group for group in groups.values() if len(group) != 1]
""",
    ],
    "6.3": [
        """
import math

def numbers(lines):
    for line in lines:
        try:
            yield float(line.split("#")[0])
        except ValueError:
            pass

def clean(lines):
    return filter(math.isfinite, numbers(lines))
""",
        """
def number(line):
    text, _, _ = line.partition("#")
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None

def clean(lines):
    return (value for value in map(number, lines) if value is not None)
""",
        """
import math
from contextlib import suppress

class clean:
    def __init__(self, lines):
        self.lines = iter(lines)

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            line = next(self.lines)
            if "#" in line:
                line = line[: line.index("#")]
            with suppress(ValueError):
                value = float(line)
                if not (math.isnan(value) or math.isinf(value)):
                    return value
""",
    ],
    "6.4": [
        """
from collections import OrderedDict

def remember(function, size):
    kept = OrderedDict()

    def remembered(*args):
        try:
            kept.move_to_end(args)
        except KeyError:
            kept[args] = function(*args)
            while len(kept) > size:
                kept.popitem(last=False)
        return kept[args]

    return remembered
""",
        """
import functools
import threading

def remember(function, size):
    lock, used, results, turn = threading.Lock(), {}, {}, 0

    @functools.wraps(function)
    def remembered(*args):
        nonlocal turn
        with lock:
            if args not in results:
                results[args] = function(*args)
            turn += 1
            used[args] = turn
            if len(results) > size:
                oldest = min(used, key=used.get)
                del used[oldest], results[oldest]
            return results[args]

    return remembered
""",
        """
class Remembered:
    def __init__(self, function, size):
        self.function, self.size, self.kept = function, size, []

    def __call__(self, *args):
        for place, (key, result) in enumerate(self.kept):
            if key == args:
                self.kept.append(self.kept.pop(place))
                return result
        result = self.function(*args)
        self.kept.append((args, result))
        self.kept = self.kept[-self.size :]
        return result

def remember(function, size):
    return Remembered(function, size)
""",
    ],
    "6.5": [
        """
def roughness(heights):
    total = 0
    for left, middle, right in zip(heights, heights[1:], heights[2:]):
        bend = left - 2 * middle + right
        total += bend * bend
    return total
""",
        """
from itertools import islice

def roughness(heights):
    if len(heights) < 3:
        return 0
    before, here = heights[:2]
    total = 0
    for after in islice(heights, 2, None):
        bend = before - here - here + after
        before = here
        here = after
        total += bend * bend
    return total
""",
        """
def roughness(heights):
    if len(heights) < 2:
        return 0
    left, total = heights[0], 0
    slope = heights[1] - left
    left = heights[1]
    for right in heights[2:]:
        new = right - left
        bend = new - slope
        total += bend * bend
        left, slope = right, new
    return total
""",
    ],
}
