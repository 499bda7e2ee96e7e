"""Wrong answers to the exercises of chapter 05, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

DECODE = """
def decode_int(data, negative):
    number = 0
    for k in range(0, len(data), 4):
        number |= int.from_bytes(data[k : k + 4], "little") << 30 * (k // 4)
    return -number if negative else number
"""

WEIGH = """
import sys

def deep_size(thing):
    waiting, counted, total = [thing], set(), 0
    while waiting:
        thing = waiting.pop()
        if id(thing) in counted:
            continue
        counted.add(id(thing))
        total += sys.getsizeof(thing)
        if isinstance(thing, dict):
            waiting.extend(thing.keys())
            waiting.extend(thing.values())
        elif isinstance(thing, (list, tuple, set, frozenset)):
            waiting.extend(thing)
    return total
"""

DIVE = """
import sys

def deep_size(thing, counted=None):
    counted = set() if counted is None else counted
    if id(thing) in counted:
        return 0
    counted.add(id(thing))
    total = sys.getsizeof(thing)
    if isinstance(thing, dict):
        total += sum(deep_size(x, counted) for pair in thing.items() for x in pair)
    elif isinstance(thing, (list, tuple, set, frozenset)):
        total += sum(deep_size(x, counted) for x in thing)
    return total
"""

FREED = """
def freed(program):
    names, counts, held, result = {}, {}, {}, []
    for operation, name, *other in program:
        gone, losing = set(), []
        if operation == "new":
            counts[other[0]], held[other[0]] = 0, []
        if operation in ("new", "bind"):
            target = other[0] if operation == "new" else names[other[0]]
            counts[target] += 1
            losing += [names[name]] if name in names else []
            names[name] = target
        elif operation == "hold":
            held[names[name]].append(names[other[0]])
            counts[names[other[0]]] += 1
        else:
            losing.append(names.pop(name))
        while losing:
            label = losing.pop()
            counts[label] -= 1
            if counts[label] == 0:
                gone.add(label)
                losing += held[label]
        result.append(gone)
    return result
"""

REACHED = """
def freed(program):
    names, held, alive, result = {}, {}, set(), []
    for operation, name, *other in program:
        if operation == "new":
            names[name], held[other[0]] = other[0], []
            alive.add(other[0])
        elif operation == "bind":
            names[name] = names[other[0]]
        elif operation == "hold":
            held[names[name]].append(names[other[0]])
        else:
            del names[name]
        reached, waiting = set(), list(names.values())
        while waiting:
            label = waiting.pop()
            if label not in reached:
                reached.add(label)
                waiting += held[label]
        result.append(alive - reached)
        alive = reached
    return result
"""

APPEND = """
def append(array, value):
    if array.used == len(array.block):
        larger = array.allocate(2 * array.used + 1)
        for i in range(array.used):
            larger[i] = array.block[i]
        array.block = larger
    array.block[array.used] = value
    array.used += 1
"""

TRACK = """
from array import array

class Track:
    def __init__(self, points):
        self.times = array("q", [time for time, _ in points])
        self.heights = array("d", [height for _, height in points])

    def __len__(self):
        return len(self.times)

    def __getitem__(self, index):
        return self.times[index], self.heights[index]
"""

ARRAYS = """
import numpy as np

class Track:
    def __init__(self, points):
        self.times = np.array([time for time, _ in points], dtype=np.int64)
        self.heights = np.array([height for _, height in points])

    def __len__(self):
        return len(self.times)

    def __getitem__(self, index):
        return self.times[index], self.heights[index]
"""

PACKED = """
import struct

class Track:
    def __init__(self, points):
        self.data = b"".join(struct.pack("qd", time, height) for time, height in points)

    def __len__(self):
        return len(self.data) // 16

    def __getitem__(self, index):
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return struct.unpack_from("qd", self.data, 16 * index)
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "5.1": [
        ("def decode_int(data, negative):\n    return int.from_bytes(data, 'little') * (-1 if negative else 1)",
         "uses 30 of their 32 bits"),
        (instead(DECODE, '"little"', '"big"'), "The first of the four bytes counts least"),
        (instead(DECODE, "-number if negative else number", "number"), "The digits do not know the sign"),
        (instead(DECODE, "range(0, len(data), 4)", "range(0, 4, 4)"), "There is a second digit"),
        (instead(DECODE, "range(0, len(data), 4)", "range(0, min(len(data), 8), 4)"), "however many there are"),
        (instead(DECODE, "<< 30 * (k // 4)", "<< 30 * (len(data) // 4 - 1 - k // 4)"),
         "The first digit is the one that counts least"),
        (instead(DECODE, "<< 30 *", "<< 32 *"), "uses 30 of their 32 bits"),
        (instead(DECODE, "|= int.from_bytes(data[k : k + 4], \"little\") << 30 * (k // 4)",
                 "+= int.from_bytes(data[k : k + 4], \"little\") * 2.0 ** (30 * (k // 4))"), "A float keeps 53 bits"),
        (instead(DECODE, "<< 30 * (k // 4)", "* int(1e9 ** (k // 4) * 1.073741824 ** (k // 4))"), "keeps 53 bits"),
        ("import struct\n\ndef decode_int(data, negative):\n    number = struct.unpack_from('<I', data)[0]\n"
         "    return -number if negative else number", "No digits at all"),
        ('import numpy as np\n\ndef decode_int(data, negative):\n'
         '    digits = np.frombuffer(data, dtype="<u4").astype(np.int64)\n'
         '    number = sum(digit << 30 * k for k, digit in enumerate(digits))\n'
         '    return -number if negative else number', "a number of NumPy's 64 at most"),
    ],
    "5.2": [
        ("import sys\n\ndef deep_size(thing):\n    return sys.getsizeof(thing)", "weighs the container alone"),
        (instead(WEIGH, "        counted.add(id(thing))\n", ""), "One object that is referred to twice"),
        (instead(WEIGH, "set(), 0", "[], 0").replace("id(thing) in", "thing in")
         .replace("add(id(thing))", "append(thing)"), "Equal is not the same"),
        (instead(WEIGH, "id(thing) in", "thing in").replace("add(id(thing))", "add(thing)"), "its `id` is an integer"),
        (instead(WEIGH, "            waiting.extend(thing.values())\n", ""), "The values of a dict are objects"),
        (instead(WEIGH, "            waiting.extend(thing.keys())\n", ""), "The keys of a dict are objects"),
        (instead(WEIGH, "            waiting.extend(thing.keys())\n            waiting.extend(thing.values())\n",
                 "            pairs = list(thing.items())\n            waiting.extend(pairs)\n"), "while you look"),
        (instead(WEIGH, "isinstance(thing, dict)", "type(thing) is dict"), "not for the exact type"),
        (instead(WEIGH, "set, frozenset", "set"), "A frozenset is a set, too"),
        (instead(WEIGH, "isinstance(thing, (list, tuple, set, frozenset))",
                 'hasattr(thing, "__iter__") and not isinstance(thing, str)'), "uses it up"),
        (instead(DIVE, "isinstance(thing, (list, tuple, set, frozenset))", 'hasattr(thing, "__iter__")'),
         "gives texts"),
        (instead(WEIGH, "(thing):\n    waiting, counted, total = [thing], set(), 0",
                 "(thing, counted=set()):\n    waiting, total = [thing], 0"), "kept from one call to the next"),
        (DIVE, "more than Python's stack has"),
        (instead(DIVE, "    counted.add(id(thing))\n", "")
         .replace("    return total", "    counted.add(id(thing))\n    return total"), "counted before you open it"),
        (instead(WEIGH, "set(), 0", "[], 0").replace("counted.add", "counted.append"), "A set finds an id"),
        (instead(WEIGH, "isinstance(thing, (list, tuple, set, frozenset))",
                 "type(thing) in (list, tuple, set, frozenset)"),
         "A named tuple is a tuple"),
        ("from collections.abc import Collection\n"
         + instead(WEIGH, "isinstance(thing, (list, tuple, set, frozenset))",
                   "isinstance(thing, Collection) and not isinstance(thing, (str, bytes))"),
         "Only lists, tuples, dicts and sets are opened"),
    ],
    "5.3": [
        (instead(FREED, "losing += [names[name]] if name in names else []", "pass"),
         "An assignment takes the name away"),
        (instead(FREED, "            counts[target] += 1\n", "").replace("            names[name] = target\n", """
            for label in losing:
                counts[label] -= 1
                if counts[label] == 0:
                    gone.add(label)
            losing = []
            counts[target] += 1
            names[name] = target
"""), "Count the gain first"),
        (instead(FREED, "                losing += held[label]\n", ""), "lets go of all that it holds"),
        (instead(FREED, "                losing += held[label]\n", """
                for inner in held[label]:
                    counts[inner] -= 1
                    if counts[inner] == 0:
                        gone.add(inner)
"""), "and so on down the line"),
        (instead(FREED, "            counts[names[other[0]]] += 1\n", "            pass\n"),
         "still held by another one"),
        (instead(FREED, "            held[names[name]].append(names[other[0]])\n",
                 "            if names[other[0]] not in held[names[name]]:\n"
                 "                held[names[name]].append(names[other[0]])\n"), "It was held twice"),
        (REACHED, "neither count is 0"),
        (instead(FREED, "return result", "return [sorted(gone) for gone in result]"), "one set of labels"),
        (instead(FREED, "return result", "return [gone for gone in result if gone]"), "one set of labels"),
        ("""
def freed(program):
    result, names = [], {}
    for operation, name, *other in program:
        result.append({names.pop(name)} if operation == "del" else set())
        if operation == "new":
            names[name] = other[0]
        elif operation == "bind":
            names[name] = names[other[0]]
    return result
""", "A second name refers to it still"),
        (instead(FREED, "        while losing:\n            label = losing.pop()\n", """
        def lose(label):
            counts[label] -= 1
            if counts[label] == 0:
                gone.add(label)
                for inner in held[label]:
                    lose(inner)
        for label in losing:
            lose(label)
        while False:
"""), "5001 objects hold each other"),
        (instead(FREED, "for operation, name, *other in program:\n",
                 "while program:\n        operation, name, *other = program.pop(0)\n"), "only read it"),
    ],
    "5.4": [
        (instead(APPEND, "2 * array.used + 1", "array.used + 1"), "moved again and again"),
        (instead(APPEND, "2 * array.used + 1", "array.used + 8"), "moved again and again"),
        (instead(APPEND, "2 * array.used + 1", "2 * array.used"), "twice 0 is 0"),
        (instead(APPEND, "2 * array.used + 1", "array.used + 1000"), "a lot of empty memory"),
        (instead(APPEND, "2 * array.used + 1", "4 * array.used + 1"), "a lot of empty memory"),
        (instead(APPEND, "for i in range(array.used)", "for i in range(1, array.used)"), "copy every element"),
        (instead(APPEND, "for i in range(array.used)", "for i in range(array.used - 1)"), "copy every element"),
        (instead(APPEND, "        array.block = larger\n", "")
         .replace("        for i", "        array.block = larger\n        for i"),
         "then exchange the blocks"),
        (instead(APPEND, "    if array.used == len(array.block):\n", "    if True:\n"),
         "although the block has free places"),
        (instead(APPEND, "array.used == len(array.block)", "array.used > len(array.block)"), "has no place at all"),
        (instead(APPEND, "    array.used += 1\n", ""), "it grows by 1"),
        (instead(APPEND, "array.allocate(2 * array.used + 1)", "[None] * (2 * array.used + 1)"),
         "All memory comes from"),
        ("def append(array, value):\n    array.block.append(value)\n    array.used += 1", "It cannot do anything else"),
        ("""
def append(array, value):
    free = [i for i in range(len(array.block)) if array.block[i] is None]
    if not free:
        larger = array.allocate(2 * len(array.block) + 1)
        for i in range(len(array.block)):
            larger[i] = array.block[i]
        free, array.block = [len(array.block)], larger
    array.block[free[0]] = value
    array.used += 1
""", "belongs into the first free place"),
        (instead(APPEND, "    array.block[array.used] = value\n",
                 "    place = max([i + 1 for i in range(array.used) if array.block[i] is not value], default=0)\n"
                 "    array.block[max(place, array.used)] = value\n"), "do not search"),
        (instead(APPEND, "def append(array, value)", "kept = {}\n\ndef append(array, value)")
         .replace("array.allocate(2 * array.used + 1)",
                  "kept.setdefault(array.used, array.allocate(2 * array.used + 1))"), "share a block"),
        (instead(APPEND, "2 * array.used + 1", "array.used + min(array.used + 1, 100)"), "moved again and again"),
        (instead(APPEND, "2 * array.used + 1", "array.used + min(array.used + 1, 500)"), "moved again and again"),
    ],
    "5.5": [
        ("class Track(list):\n    def __init__(self, points):\n        super().__init__(points)",
         "an object for each number"),
        (instead(TRACK, 'array("q", [time for time, _ in points])', "[time for time, _ in points]")
         .replace('array("d", [height for _, height in points])', "[height for _, height in points]"),
         "an object for each number"),
        (instead(TRACK, 'array("d", [height for _, height in points])', "[height for _, height in points]"),
         "an object for each number"),
        (instead(TRACK, 'array("d"', 'array("f"'), "a float of 32 bits is too narrow"),
        (instead(TRACK, 'array("q"', 'array("d"'), "The time lost its last digits"),
        (instead(TRACK, 'array("q"', 'array("i"'), "A time needs 64 bits"),
        (ARRAYS, "To the outside, nothing has changed"),
        (instead(ARRAYS, "self.times[index], self.heights[index]", "int(self.times[index]), float(self.heights[index])")
         .replace("dtype=np.int64", "dtype=float"), "The time lost its last digits"),
        (instead(PACKED, "        if index < 0:\n            index += len(self)\n", ""), "counts from the end"),
        (instead(PACKED, "        if not 0 <= index < len(self):\n            raise IndexError(index)\n", ""),
         "that is an IndexError"),
        (instead(PACKED, "        if not 0 <= index < len(self):\n            raise IndexError(index)\n",
                 "        index %= max(1, len(self))\n"), "that is an IndexError"),
        (instead(TRACK, "self.times[index], self.heights[index]", "[self.times[index], self.heights[index]]"),
         "is a tuple of its time and its height"),
        (instead(TRACK, "return len(self.times)", "return 2 * len(self.times)"), "The length is the number of points"),
        ("class Track:\n    def __init__(self, points):\n        self.points = points\n    def __len__(self):\n"
         "        return len(self.points)\n    def __getitem__(self, i):\n        return self.points[i]",
         "has kept the caller's list"),
        (instead(TRACK, "        self.times = ", "        points.sort()\n        self.times = "), "only read them"),
        ("""
import ctypes

class Point(ctypes.Structure):
    _fields_ = [("time", ctypes.c_int64), ("height", ctypes.c_double)]

class Track:
    def __init__(self, points):
        self.raw = (Point * len(points))(*points)  # keeps the tuples, too

    def __len__(self):
        return len(self.raw)

    def __getitem__(self, index):
        return self.raw[index].time, self.raw[index].height
""", "an object for each number"),
    ],
}  # fmt: skip
