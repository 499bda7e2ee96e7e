"""Wrong answers to the exercises of chapter 06, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

AVERAGE = """
from collections import deque

def moving_average(values, width):
    window, total = deque(), 0
    for value in values:
        window.append(value)
        total += value
        if len(window) > width:
            total -= window.popleft()
        if len(window) == width:
            yield total / width
"""

ANAGRAMS = """
def anagrams(words):
    groups = {}
    for word in words:
        groups.setdefault("".join(sorted(word)), {})[word] = True
    return [list(group) for group in groups.values() if len(group) > 1]
"""

CLEAN = """
import math

def clean(lines):
    for line in lines:
        text = line.partition("#")[0]
        try:
            number = float(text)
        except ValueError:
            continue
        if math.isfinite(number):
            yield number
"""

REMEMBER = """
def remember(function, size):
    kept = {}

    def remembered(*args):
        if args in kept:
            kept[args] = kept.pop(args)
            return kept[args]
        result = kept[args] = function(*args)
        if len(kept) > size:
            del kept[next(iter(kept))]
        return result

    return remembered
"""

ROUGHNESS = """
def roughness(heights):
    total, coming = 0, iter(heights)
    left, middle = next(coming, 0), next(coming, 0)
    for right in coming:
        bend = left - 2 * middle + right
        total += bend * bend
        left, middle = middle, right
    return total
"""

SLOW_ROUGHNESS = """
def roughness(heights):
    bends = []
    for i in range(1, len(heights) - 1):
        bends.append(heights[i - 1] - 2 * heights[i] + heights[i + 1])
    total = 0
    for i in range(len(bends)):
        total += bends[i] ** 2
    return total
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "6.1": [
        ("def moving_average(values, width):\n    return [sum(values[i : i + width]) / width "
         "for i in range(len(values) - width + 1)]", "can only be walked, once"),
        ("def moving_average(values, width):\n    values = list(values)\n"
         "    for i in range(len(values) - width + 1):\n        yield sum(values[i : i + width]) / width",
         "before you take the next"),
        (instead(AVERAGE, "        if len(window) == width:\n            yield total / width",
                 "        yield total / len(window)"), "only full windows count"),
        (instead(AVERAGE, "total -= window.popleft()", "window.popleft()"), "The mean of one value"),
        (instead(AVERAGE, "len(window) > width", "len(window) >= width"), "The mean of one value"),
        (instead(AVERAGE, "total / width", "total // width"), "only full windows count"),
        (instead(AVERAGE, "total / width", "total"), "only full windows count"),
        (instead(AVERAGE, "yield total / width", "return total / width"), "is a generator"),
        (instead(AVERAGE, "window, total = deque(), 0", "window, total = deque(), 0.0"), "Integers of any size"),
        (instead(AVERAGE, "    for value in values:\n", "    ahead = iter(values)\n    coming = next(ahead, None)\n"
                 "    while coming is not None:\n        value, coming = coming, next(ahead, None)\n"),
         "before you take the next"),
        (instead(AVERAGE, "def moving_average(values, width):\n    window, total = deque(), 0\n",
                 "shared = deque()\n\ndef moving_average(values, width):\n    window, total = shared, 0\n"
                 "    window.clear()\n"), "a window of its own"),
        ("from collections import deque\n\ndef moving_average(values, width):\n    window = deque(maxlen=width)\n"
         "    for value in values:\n        window.append(value)\n        if len(window) == width:\n"
         "            yield sum(window) / width", "one value enters and one leaves"),
        ("def moving_average(values, width):\n    window = []\n    for value in values:\n"
         "        window = (window + [value])[-width:]\n        if len(window) == width:\n"
         "            yield sum(window) / width", "one value enters and one leaves"),
        ("def moving_average(values, width):\n    seen, total = [], 0\n    for value in values:\n"
         "        seen.append(value)\n        total += value\n        if len(seen) > width:\n"
         "            total -= seen[-width - 1]\n        if len(seen) >= width:\n            yield total / width",
         "drop the value that leaves it"),
        (instead(AVERAGE, "total += value", "total += value / width").replace("yield total / width", "yield total")
         .replace("window.popleft()", "window.popleft() / width"), "Integers of any size"),
    ],
    "6.2": [
        (instead(ANAGRAMS, '"".join(sorted(word))', "frozenset(word)"), "How often a letter comes"),
        (instead(ANAGRAMS, '"".join(sorted(word))', "sum(map(ord, word))"), "have the same key"),
        (instead(ANAGRAMS, '"".join(sorted(word))', "len(word)"), "All anagrams of a word are in one group"),
        (instead(ANAGRAMS, " if len(group) > 1", ""), "without an anagram is no group"),
        (instead(ANAGRAMS, "return [list(group) for group in groups.values() if len(group) > 1]",
                 "return {key: list(group) for key, group in groups.items() if len(group) > 1}"),
         "Return the groups as a list"),
        (instead(ANAGRAMS, "list(group) for", "tuple(group) for"), "Each group is a list of words"),
        (instead(ANAGRAMS, "[list(group) for", "[sorted(group) for"), "Two words are anagrams if"),
        (instead(ANAGRAMS, ", {})[word] = True", ", []).append(word)"), "keep each word once"),
        (instead(ANAGRAMS, '"".join(sorted(word))', '"".join(sorted(word.lower()))'), "Upper and lower case differ"),
        (instead(ANAGRAMS, "for word in words:", "for word in sorted(words):"), "Two words are anagrams if"),
        (instead(ANAGRAMS, "groups.values()", "[groups[key] for key in sorted(groups)]"), "the order of their first"),
        ("def anagrams(words):\n    groups = []\n    for word in words:\n        for group in groups:\n"
         "            if sorted(word) == sorted(group[0]):\n                if word not in group:\n"
         "                    group.append(word)\n                break\n        else:\n"
         "            groups.append([word])\n    return [group for group in groups if len(group) > 1]",
         "still compared with others"),
        ("def anagrams(words):\n    keys, groups = [], []\n    for word in words:\n"
         "        key = sorted(word)\n        if key not in keys:\n            keys.append(key)\n"
         "            groups.append([])\n        group = groups[keys.index(key)]\n"
         "        if word not in group:\n            group.append(word)\n"
         "    return [group for group in groups if len(group) > 1]", "searched for in a list"),
        ("import math\n" + instead(ANAGRAMS, '"".join(sorted(word))', "math.prod(map(ord, word))"),
         "have the same key"),
    ],
    "6.3": [
        (instead(CLEAN, "def clean(lines):\n    for line in lines:", "def clean(lines):\n    for line in list(lines):"),
         "Yield each number before you take the next line"),
        (instead(CLEAN, "    for line in lines:", "    for line in lines if isinstance(lines, list) else "
                 "(x for x in [next(lines) for _ in range(5000)]):"), "Yield each number before"),
        (instead(CLEAN, '.partition("#")[0]', ""), "A comment may follow a number"),
        (instead(CLEAN, '        text = line.partition("#")[0]\n',
                 '        if line.startswith("#"):\n            continue\n        text = line\n'),
         "A comment may follow a number"),
        (instead(CLEAN, "        if math.isfinite(number):\n            yield number", "        yield number"),
         "Leave out what is not finite"),
        (instead(CLEAN, "math.isfinite(number)", "number == number"),
         "Leave out what is not finite"),
        (instead(CLEAN, "if math.isfinite(number):", "if number and math.isfinite(number):"), "Zero is a number"),
        (instead(CLEAN, "            continue\n", "            return\n"), "Lines without anything are left out"),
        (instead(CLEAN, "        try:\n            number = float(text)\n"
                 "        except ValueError:\n            continue\n",
                 "        if not text.strip():\n            continue\n        number = float(text)\n"),
         "catch the ValueError"),
        (instead(CLEAN, "yield number", "yield str(number)"), "ignores the blanks"),
        (instead(CLEAN, "yield number", "yield int(number)"), "ignores the blanks"),
        (instead(CLEAN, "            yield number", "            return number"), "with `yield` in it"),
        ("import math\n\ndef clean(lines):\n    seen = []\n    for line in lines:\n"
         '        text = line.partition("#")[0]\n        try:\n            number = float(text)\n'
         "        except ValueError:\n            continue\n        if math.isfinite(number):\n"
         "            seen.append(number)\n            yield number", "all lines, or all numbers, are collected"),
        ("import re\n\ndef clean(lines):\n    for line in lines:\n"
         '        found = re.search(r"[-+]?[.\\d]+(e\\d+)?", line.partition("#")[0])\n'
         "        if found:\n            yield float(found[0])", "not one found somewhere in it"),
        (instead(CLEAN, '        text = line.partition("#")[0]\n',
                 '        text = line.split("#")[0] or line.strip("# ")\n'),
         "A number in a comment"),
    ],
    "6.4": [
        (instead(REMEMBER, "        if args in kept:\n            kept[args] = kept.pop(args)\n"
                 "            return kept[args]\n", ""), "look into the dict first"),
        (instead(REMEMBER, "            kept[args] = kept.pop(args)\n", ""), "You drop what came first"),
        (instead(REMEMBER, "        if len(kept) > size:\n            del kept[next(iter(kept))]\n", ""),
         "one must go"),
        (instead(REMEMBER, "del kept[next(iter(kept))]", "kept.clear()"), "Only one has to go"),
        (instead(REMEMBER, "del kept[next(iter(kept))]", "kept.popitem()"), "not the newest"),
        (instead(REMEMBER, "len(kept) > size", "len(kept) >= size"), "There is room for three results"),
        (instead(REMEMBER, "        if args in kept:\n            kept[args] = kept.pop(args)\n"
                 "            return kept[args]\n",
                 "        if kept.get(args) is not None:\n            kept[args] = kept.pop(args)\n"
                 "            return kept[args]\n"), "None is a result"),
        (instead(REMEMBER, "def remembered(*args):\n", "def remembered(n):\n        args = (n,)\n"),
         "any number of arguments"),
        (instead(REMEMBER, "        if args in kept:", "        given, args = args, tuple(sorted(args))\n"
                 "        if args in kept:").replace("function(*args)", "function(*given)"),
         "in their order"),
        (instead(REMEMBER, "def remember(function, size):\n    kept = {}\n",
                 "kept = {}\n\ndef remember(function, size):\n").replace("    kept = {}\n", ""), "share their results"),
        (instead(REMEMBER, "function(*args)\n", "None\n        try:\n"
                 "            result = kept[args] = function(*args)\n"
                 "        except OSError:\n            pass\n"), "An exception is not a result"),
        (instead(REMEMBER, "return remembered", "return remembered()"),
         "Return a function"),
        (instead(REMEMBER, "    kept = {}\n", "    kept, everything = {}, []\n")
         .replace("        return result\n", "        everything.append(result)\n        return result\n"),
         "The result itself must go"),
        (instead(REMEMBER, "(*args):\n", "(*args):\n        given, args = args, hash(args)\n")
         .replace("function(*args)", "function(*given)"), "the same `hash`"),
        (instead(REMEMBER, "(*args):\n", '(*args):\n        given, args = args, "".join(map(str, args))\n')
         .replace("function(*args)", "function(*given)"), "the same digits"),
        (instead(REMEMBER, "        result = kept[args] = function(*args)\n        if len(kept) > size:\n"
                 "            del kept[next(iter(kept))]\n", "        if len(kept) >= size:\n"
                 "            del kept[next(iter(kept))]\n        result = kept[args] = function(*args)\n"),
         "call first, then make room"),
        ("import functools as ft\n\ndef remember(function, size):\n    return ft.lru_cache(maxsize=size)(function)",
         "the one to be written here"),
        ("from functools import lru_cache\n\ndef remember(function, size):\n    quick = lru_cache(size)(function)\n\n"
         "    def remembered(*args):\n        return quick(*args)\n\n    return remembered",
         "the one to be written here"),
    ],
    "6.5": [
        (instead(ROUGHNESS, "bend * bend", "bend"), "Asked is its square"),
        (instead(ROUGHNESS, "bend * bend", "abs(bend)"), "its square 9"),
        (instead(ROUGHNESS, "left, middle = middle, right", "left = middle"), "Each bend counts"),
        (instead(ROUGHNESS, "left, middle = middle, right", "middle, left = right, right"), "Each bend counts"),
        (instead(ROUGHNESS, "next(coming, 0), next(coming, 0)", "next(coming), next(coming)"),
         "the sum of nothing is 0"),
        (instead(ROUGHNESS, "2 * middle", "2.0 * middle"), "Integers of any size stay exact"),
        (instead(ROUGHNESS, "total, coming = 0, iter(heights)", "total, coming = 0, iter(heights[:-1])"),
         "its square 9"),
        (instead(ROUGHNESS, "        total += bend * bend\n", "        if bend == bend:\n"
                 "            total += bend * bend\n"), "NaN in, NaN out"),
        (instead(ROUGHNESS, "    return total", "    print(total)"), "without a `return`"),
        (instead(ROUGHNESS, "    total, coming = 0, iter(heights)\n",
                 "    total, coming = 0, iter(heights)\n    if type(heights) is list:\n        heights.append(0)\n"),
         "The caller still needs that data"),
        ("import numpy as np\n\ndef roughness(heights):\n    bends = np.diff(np.array(heights), 2)\n"
         "    return int(bends @ bends)", "chapter 07's way out"),
        (SLOW_ROUGHNESS, "an index, a list in between"),
        (instead(SLOW_ROUGHNESS, "        bends.append(heights[i - 1] - 2 * heights[i] + heights[i + 1])",
                 "        bend = (heights[i - 1] - 2 * heights[i] + heights[i + 1]) ** 1\n        bends.append(bend)"),
         "Carry two heights along"),
        ("from numpy import array, diff\n\ndef roughness(heights):\n"
         "    bends = diff(array(heights, dtype=object), 2)\n    return (bends * bends).sum() if len(bends) else 0",
         "chapter 07's way out"),
        ("import numpy as np\n\ndef squared(heights):\n    bends = np.diff(np.array(heights, dtype=object), 2)\n"
         "    return (bends @ bends) if len(bends) else 0\n\ndef roughness(heights):\n    return squared(heights)",
         "chapter 07's way out"),
    ],
}  # fmt: skip
