"""Right answers to the exercises of chapter 05, in other styles than the solution's."""

RIGHT = {
    "5.1": [
        """
import struct

def decode_int(data, negative):
    number = 0
    for digit in reversed(struct.unpack(f"<{len(data) // 4}I", data)):
        number = number * 2**30 + digit
    return -number if negative else number
""",
        """
import numpy as np

def decode_int(data, negative):
    digits = np.frombuffer(data, dtype="<u4").tolist()
    return (-1 if negative else 1) * sum(digit << 30 * k for k, digit in enumerate(digits))
""",
        """
def decode_int(data, negative):
    if not data:
        return 0
    first, rest = data[:4], data[4:]
    number = first[0] + 256 * (first[1] + 256 * (first[2] + 256 * first[3])) + decode_int(rest, False) * 2**30
    return -number if negative else number
""",
        """
def decode_int(data, negative):
    bits = ""
    for start in range(0, len(data), 4):
        bits = format(int.from_bytes(data[start : start + 4], "little"), "030b") + bits
    return int(("-" if negative else "") + (bits or "0"), 2)
""",
    ],
    "5.2": [
        """
import sys
from collections import deque

def deep_size(thing):
    seen, waiting = {id(thing): thing}, deque([thing])
    while waiting:
        thing = waiting.popleft()
        inner = []
        if isinstance(thing, dict):
            inner = [*thing.keys(), *thing.values()]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            inner = list(thing)
        for one in inner:
            if id(one) not in seen:
                seen[id(one)] = one
                waiting.append(one)
    return sum(map(sys.getsizeof, seen.values()))
""",
        """
import sys

def inside(thing):
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield key
            yield value
    elif isinstance(thing, (list, tuple, set, frozenset)):
        yield from thing

def deep_size(thing):
    counted, total, open_ones = {id(thing)}, sys.getsizeof(thing), [inside(thing)]
    while open_ones:
        for one in open_ones[-1]:
            if id(one) not in counted:
                counted.add(id(one))
                total += sys.getsizeof(one)
                open_ones.append(inside(one))
                break
        else:
            open_ones.pop()
    return total
""",
        """
import sys
from itertools import chain

def deep_size(thing):
    level, found = [thing], {}
    while level:
        new = {id(one): one for one in level if id(one) not in found}
        found |= new
        dicts = [one for one in new.values() if isinstance(one, dict)]
        others = [one for one in new.values() if isinstance(one, list | tuple | set | frozenset)]
        level = [*chain(*dicts, *others, *(one.values() for one in dicts))]
    return sum(sys.getsizeof(one) for one in found.values())
""",
    ],
    "5.3": [
        """
def freed(program):
    class Thing:
        def __init__(self, label):
            self.label, self.held = label, []

        def __del__(self):
            gone.add(self.label)

    names, result = {}, []
    for operation, name, *other in program:
        gone = set()
        if operation == "new":
            names[name] = Thing(*other)
        elif operation == "bind":
            names[name] = names[other[0]]
        elif operation == "hold":
            names[name].held.append(names[other[0]])
        elif operation == "del":
            del names[name]
        result.append(gone)
    gone = set()
    return result
""",
        """
class Book:
    def __init__(self):
        self.name_of, self.count, self.holds = {}, {}, {}

    def gain(self, label):
        self.count[label] = self.count.get(label, 0) + 1

    def lose(self, label):
        waiting, gone = [label], set()
        for one in waiting:
            self.count[one] -= 1
            if not self.count[one]:
                gone.add(one)
                waiting.extend(self.holds.pop(one, ()))
        return gone

def freed(program):
    book, result = Book(), []
    for step in program:
        gone = set()
        match step:
            case ("hold", holder, held):
                book.holds.setdefault(book.name_of[holder], []).append(book.name_of[held])
                book.gain(book.name_of[held])
            case ("del", name):
                gone = book.lose(book.name_of.pop(name))
            case (kind, name, other):
                label = other if kind == "new" else book.name_of[other]
                book.gain(label)
                if name in book.name_of:
                    gone = book.lose(book.name_of[name])
                book.name_of[name] = label
        result.append(gone)
    return result
""",
        """
from weakref import finalize

class Thing:
    pass

def freed(program):
    gone, result, names = set(), [], {}
    for operation in program:
        match operation:
            case ("new", name, label):
                thing = Thing()
                thing.held = []
                finalize(thing, lambda label=label: gone.add(label))
                names[name] = thing
                del thing
            case ("bind", name, other):
                names[name] = names[other]
            case ("hold", name, other):
                names[name].held += [names[other]]
            case ("del", name):
                names.pop(name)
        result.append(set(gone))
        gone.clear()
    return result
""",
    ],
    "5.4": [
        """
def append(array, value):
    places = len(array.block)
    if array.used >= places:
        larger = array.allocate(array.used + array.used // 8 + 6)
        place = 0
        while place < array.used:
            larger[place] = array.block[place]
            place += 1
        array.block = larger
    array.block[array.used] = value
    array.used = array.used + 1
""",
        """
def append(array, value):
    try:
        array.block[array.used] = value
    except IndexError:
        old = array.block
        array.block = array.allocate(max(8, array.used * 3 // 2))
        for place, element in enumerate(old):
            array.block[place] = element
        array.block[array.used] = value
    array.used += 1
""",
        """
def grown(array):
    block = array.allocate(max(1, len(array.block)) << 1)
    for place in reversed(range(array.used)):
        block[place] = array.block[place]
    return block

def append(array, value):
    if not array.used < len(array.block):
        array.block = grown(array)
    array.used += 1
    array.block[array.used - 1] = value
""",
    ],
    "5.5": [
        """
import numpy as np

class Track:
    def __init__(self, points):
        self.points = np.array(points, dtype=[("time", "i8"), ("height", "f8")])

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        return self.points[index].item()
""",
        """
import struct

class Track:
    PAIR = struct.Struct("<qd")

    def __init__(self, points):
        self.data = bytearray()
        for point in points:
            self.data += self.PAIR.pack(*point)

    def __len__(self):
        return len(self.data) // self.PAIR.size

    def __getitem__(self, index):
        return self.PAIR.unpack_from(self.data, self.PAIR.size * range(len(self))[index])

    def __iter__(self):
        return self.PAIR.iter_unpack(self.data)
""",
        """
from array import array
from collections.abc import Sequence

class Track(Sequence):
    __slots__ = ("_times", "_heights")

    def __init__(self, points):
        self._times, self._heights = array("q"), array("d")
        for time, height in points:
            self._times.append(time)
            self._heights.append(height)

    def __len__(self):
        return len(self._times)

    def __getitem__(self, index):
        return self._times[index], self._heights[index]
""",
        """
import ctypes

class Point(ctypes.Structure):
    _fields_ = [("time", ctypes.c_int64), ("height", ctypes.c_double)]

class Track:
    def __init__(self, points):
        self.raw = (Point * len(points))()
        for point, (time, height) in zip(self.raw, points):
            point.time, point.height = time, height

    def __len__(self):
        return len(self.raw)

    def __getitem__(self, index):
        point = self.raw[index]
        return point.time, point.height
""",
    ],
}
