"""Right answers to the exercises of chapter 11, in other styles than the solution's."""

from __future__ import annotations

BRANCH = """
import weakref

class Branch:
    def __init__(self, name):
        self.name = name
        self.children = []
        self.above = None

    def add(self, child):
        old = child.parent
        if old is not None:
            old.children.remove(child)
        self.children.append(child)
        child.above = weakref.ref(self)

    @property
    def parent(self):
        return self.above and self.above()
"""

RIGHT = {
    "11.1": [
        """
from collections import Counter
from itertools import chain

def garbage(counts, refers):
    inside = Counter(chain.from_iterable(refers.values()))
    fresh = {label for label in counts if counts[label] > inside[label]}
    stays = set()
    while fresh:
        stays |= fresh
        fresh = {other for label in fresh for other in refers[label]} - stays
    return counts.keys() - stays
""",
        """
def garbage(counts, refers):
    outside = {**counts}
    for label in refers:
        for other in refers[label]:
            outside[other] = outside[other] - 1
    lost = set(counts)
    stack = [label for label in counts if outside[label]]
    while stack:
        label = stack.pop()
        if label in lost:
            lost.discard(label)
            stack.extend(refers[label])
    return lost
""",
        """
def garbage(counts, refers):
    left = counts.copy()
    for other in sum(refers.values(), []):
        left[other] -= 1
    stays, size = {label for label in left if left[label]}, -1
    while size != len(stays):
        size = len(stays)
        for label in [*refers, *reversed(refers)]:
            if label in stays:
                stays.update(refers[label])
    return set(counts).difference(stays)
""",
    ],
    "11.2": [
        """
import gc

def reclaimed(program):
    class Thing:
        def __init__(self, label):
            self.label, self.held = label, []

        def __del__(self):
            gone.add(self.label)

    names, result = {}, []
    gc.disable()
    for operation, *words in program:
        gone = set()
        match operation, words:
            case "new", [name, label]:
                names[name] = Thing(label)
            case "bind", [name, other]:
                names[name] = names[other]
            case "hold", [name, other]:
                names[name].held.append(names[other])
            case "del", [name]:
                del names[name]
            case "collect", []:
                gc.collect()
        result.append(gone)
    gone = set()
    names.clear()
    return result
""",
        """
def reclaimed(program):
    names, held, result = {}, {}, []

    def count(label):
        return list(names.values()).count(label) + sum(inner.count(label) for inner in held.values())

    for step in program:
        freed = set()
        if step[0] == "new":
            names[step[1]] = step[2]
            held[step[2]] = []
        elif step[0] == "bind":
            names[step[1]] = names[step[2]]
        elif step[0] == "hold":
            held[names[step[1]]].append(names[step[2]])
        elif step[0] == "del":
            del names[step[1]]
        else:
            stays = set(names.values())
            for _ in held:
                stays |= {other for label in stays for other in held[label]}
            freed = held.keys() - stays
            for label in freed:
                del held[label]
        while zero := [label for label in held if count(label) == 0]:
            freed |= set(zero)
            for label in zero:
                del held[label]
        result.append(set(freed))
    return result
""",
        """
from collections import Counter

def reclaimed(program):
    names, counts, held = {}, Counter(), {}

    def drop(label, gone):
        counts[label] -= 1
        if counts[label] == 0 and label in held:
            gone.add(label)
            for other in held.pop(label):
                drop(other, gone)

    def reach(label, seen):
        if label not in seen:
            seen.add(label)
            for other in held[label]:
                reach(other, seen)

    def steps():
        for operation, *words in program:
            gone = set()
            if operation == "collect":
                seen = set()
                for label in names.values():
                    reach(label, seen)
                gone = set(held) - seen
                lost = [other for label in gone for other in held.pop(label)]
                for other in lost:
                    counts[other] -= 1
            elif operation == "hold":
                held[names[words[0]]].append(names[words[1]])
                counts[names[words[1]]] += 1
            else:
                old = names.get(words[0])
                if operation == "new":
                    held[words[1]] = []
                    names[words[0]] = words[1]
                    counts[words[1]] += 1
                elif operation == "bind":
                    counts[names[words[1]]] += 1
                    names[words[0]] = names[words[1]]
                else:
                    names.pop(words[0])
                if old is not None:
                    drop(old, gone)
            yield gone

    return list(steps())
""",
    ],
    "11.3": [
        BRANCH,
        """
import weakref

PARENTS = weakref.WeakKeyDictionary()

class Branch:
    def __init__(self, name):
        self.name, self.children = name, []

    def add(self, child):
        PARENTS[child] = weakref.ref(self)
        self.children.append(child)

    @property
    def parent(self):
        return PARENTS.get(self, lambda: None)()
""",
        """
import weakref
from dataclasses import dataclass, field

@dataclass(eq=False)
class Branch:
    name: str
    children: list = field(default_factory=list, init=False)
    _known: weakref.WeakSet = field(default_factory=weakref.WeakSet, init=False, repr=False)

    def add(self, child):
        self.children += [child]
        child._known.clear()
        child._known.add(self)

    @property
    def parent(self):
        return next(iter(self._known), None)
""",
        """
import weakref

class Branch:
    __slots__ = ("__weakref__", "_children", "_up", "name")

    def __init__(self, name):
        self.name, self._children, self._up = name, (), lambda: None

    def add(self, child):
        self._children = (*self._children, child)
        child._up = weakref.ref(self)

    children = property(lambda self: list(self._children))
    parent = property(lambda self: self._up())
""",
    ],
    "11.4": [
        """
import gc
from collections import deque
from types import FunctionType, ModuleType

PASS_OVER = (type, ModuleType, FunctionType)

def keepers(thing, suspects):
    found = []
    for name in sorted(suspects):
        line, seen = deque(gc.get_referents(suspects[name])), {id(suspects)}
        while line:
            one = line.popleft()
            if one is thing:
                found += [name]
                break
            if id(one) in seen or isinstance(one, PASS_OVER):
                continue
            seen.add(id(one))
            line.extend(gc.get_referents(one))
    return found
""",
        """
import gc
from types import FunctionType, ModuleType

def reached(suspect):
    seen = {id(suspect): suspect}
    level = [suspect]
    while level:
        after = {id(o): o for o in gc.get_referents(*level)}
        level = [o for i, o in after.items() if i not in seen and not isinstance(o, (type, ModuleType, FunctionType))]
        seen.update(after)
    del seen[id(suspect)]
    return seen.keys()

def keepers(thing, suspects):
    return sorted(name for name in suspects if id(thing) in reached(suspects[name]))
""",
        """
import gc
import types

def keepers(thing, suspects):
    def follow(start):
        stack, seen = [iter(gc.get_referents(start))], set()
        while stack:
            for other in stack[-1]:
                yield other
                if id(other) not in seen:
                    seen.add(id(other))
                    if not isinstance(other, type | types.ModuleType | types.FunctionType):
                        stack.append(iter(gc.get_referents(other)))
                        break
            else:
                stack.pop()

    names = [name for name, suspect in suspects.items() if any(other is thing for other in follow(suspect))]
    names.sort()
    return names
""",
    ],
    "11.5": [
        "def threshold(survivors, most):\n    return -(-survivors // (most + 1)) + 100\n",
        "import math\n\ndef threshold(survivors, most):\n    return math.ceil((survivors + 100) / (most + 1))\n",
        "def threshold(survivors, most):\n    pieces = most + 1\n    return round(survivors / pieces) + 120\n",
    ],
}
