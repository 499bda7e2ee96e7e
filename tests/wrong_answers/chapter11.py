"""Wrong answers to the exercises of chapter 11, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

GARBAGE = """
def garbage(counts, refers):
    left = dict(counts)
    for held in refers.values():
        for other in held:
            left[other] -= 1
    waiting = [label for label, count in left.items() if count > 0]
    stays = set(waiting)
    while waiting:
        for other in refers[waiting.pop()]:
            if other not in stays:
                stays.add(other)
                waiting.append(other)
    return set(counts) - stays
"""

DEEP = """
def garbage(counts, refers):
    left, stays = dict(counts), set()
    for held in refers.values():
        for other in held:
            left[other] -= 1

    def mark(label):
        if label not in stays:
            stays.add(label)
            for other in refers[label]:
                mark(other)

    for label, count in left.items():
        if count > 0:
            mark(label)
    return set(counts) - stays
"""

BY_COUNTS = """
def by_counts(names, counts, held, operation, name, other=""):
    gone, losing = set(), []
    if operation == "hold":
        held[names[name]].append(names[other])
        counts[names[other]] += 1
        return gone
    label = other if operation == "new" else names.get(other)
    losing += [names.pop(name)] if name in names else []
    if label:
        names[name] = label
        held.setdefault(label, [])
        counts[label] = counts.get(label, 0) + 1
    while losing:
        counts[label := losing.pop()] -= 1
        if counts[label] == 0:
            gone.add(label)
            losing += held.pop(label)
            del counts[label]
    return gone

"""

RECLAIMED = (
    BY_COUNTS
    + """
def reclaimed(program):
    names, counts, held, result = {}, {}, {}, []
    for operation, *words in program:
        if operation != "collect":
            result.append(by_counts(names, counts, held, operation, *words))
            continue
        waiting, stays = list(names.values()), set()
        while waiting:
            if (label := waiting.pop()) not in stays:
                stays.add(label)
                waiting += held[label]
        result.append(set(counts) - stays)
        for label in result[-1]:
            for other in held.pop(label):
                counts[other] -= 1
        counts = {label: count for label, count in counts.items() if label in stays}
    return result
"""
)

BRANCH = """
import weakref

class Branch:
    def __init__(self, name):
        self.name, self.children, self._parent = name, [], None

    def add(self, child):
        self.children.append(child)
        child._parent = weakref.ref(self)

    @property
    def parent(self):
        return None if self._parent is None else self._parent()
"""

KEEPERS = """
import gc
from types import FunctionType, ModuleType

def keepers(thing, suspects):
    def leads(suspect):
        waiting, seen = [suspect], set()
        while waiting:
            for other in gc.get_referents(waiting.pop()):
                if other is thing:
                    return True
                if id(other) not in seen and not isinstance(other, (type, ModuleType, FunctionType)):
                    seen.add(id(other))
                    waiting.append(other)
        return False

    return sorted(name for name, suspect in suspects.items() if leads(suspect))
"""


DIVE = """
import gc
from types import FunctionType

def keepers(thing, suspects):
    def leads(start, seen):
        for other in gc.get_referents(start):
            if other is thing:
                return True
            if id(other) not in seen and not isinstance(other, (type, FunctionType)):
                seen.add(id(other))
                if leads(other, seen):
                    return True
        return False

    return [name for name in sorted(suspects) if leads(suspects[name], set())]
"""

THRESHOLD = """
import gc

def threshold(survivors, most):
    return survivors // (most + 1) + 100
"""


def changed(source: str, *pairs: tuple[str, str]) -> str:
    """The source with pieces of it exchanged, each of which must be there."""
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


def threshold(result: str) -> str:
    return f"def threshold(survivors, most):\n    return {result}\n"


WRONG = {
    "11.1": [
        (
            "def garbage(counts, refers):\n    return {label for label in counts if counts[label] == 0}",
            "who refers to them?",
        ),
        (changed(GARBAGE, ("    while waiting:", "    while False:")), "and so does all that it refers to"),
        (changed(GARBAGE, ("                waiting.append(other)\n", "")), "go on until nothing new is found"),
        (
            changed(GARBAGE, ("        for other in held:", "        for other in set(held):")),
            "may refer to another one twice",
        ),
        (
            changed(GARBAGE, ("in refers.values():", "in [[o for o in h if o != l] for l, h in refers.items()]:")),
            "A reference to itself",
        ),
        (changed(GARBAGE, ("left = dict(counts)", "left = counts")), "subtract from a copy"),
        (changed(GARBAGE, ("return set(counts) - stays", "return stays")), "You returned the others"),
        (changed(GARBAGE, ("set(counts) - stays", "sorted(set(counts) - stays)")), "Return a set of labels"),
        (changed(GARBAGE, ("    return set(counts) - stays\n", "")), "Is there one, and is it reached?"),
        (DEEP, "work it off in a loop"),
        (changed(GARBAGE, ("count > 0", "count > 1")), "it stays"),
        (
            changed(
                GARBAGE,
                (
                    "    while waiting:\n        for other in refers[waiting.pop()]:\n"
                    "            if other not in stays:\n                stays.add(other)\n"
                    "                waiting.append(other)\n",
                    "    for label in counts:\n        if label in stays:\n            stays.update(refers[label])\n",
                ),
            ),
            "the last of a chain first",
        ),
        (
            changed(
                GARBAGE,
                (
                    "    while waiting:\n        for other in refers[waiting.pop()]:\n"
                    "            if other not in stays:\n                stays.add(other)\n"
                    "                waiting.append(other)\n",
                    "    for _ in 'ab':\n        stays.update(*[refers[label] for label in stays])\n",
                ),
            ),
            "go on until nothing new is found",
        ),
        (
            changed(GARBAGE, ("left = dict(counts)", "left = dict(zip(refers, counts.values()))")),
            "belongs to its label",
        ),
        (
            changed(
                GARBAGE,
                (
                    "        for other in refers[waiting.pop()]:\n",
                    "        held = refers[waiting.pop()]\n        while held:\n            other = held.pop()\n",
                ),
            ),
            "only read `refers`",
        ),
    ],
    "11.2": [
        (
            BY_COUNTS + "def reclaimed(program):\n    names, counts, held = {}, {}, {}\n"
            "    return [by_counts(names, counts, held, *o) if o[0] != 'collect' else set() for o in program]\n",
            "At `collect`, all goes that no name leads to",
        ),
        (
            BY_COUNTS + "def reclaimed(program):\n    names, counts, held = {}, {}, {}\n"
            "    return [by_counts(names, counts, held, *o) for o in program]\n",
            "it has no name behind it",
        ),
        (
            changed(
                RECLAIMED,
                ("        counts = {label: count for label, count in counts.items() if label in stays}\n", ""),
            ),
            "forget it when it is freed",
        ),
        (
            changed(RECLAIMED, ("                counts[other] -= 1", "                pass")),
            "The count of what stays must fall",
        ),
        (
            changed(
                RECLAIMED,
                ("            for other in held.pop(label):\n", "            for other in set(held.pop(label)):\n"),
            ),
            "The count of what stays must fall",
        ),
        (
            changed(RECLAIMED, ("                waiting += held[label]\n", "                pass\n")),
            "A name leads to it, through another object",
        ),
        (changed(RECLAIMED, ("set(counts) - stays", "set()")), "At `collect`, all goes"),
        (
            changed(
                RECLAIMED,
                (
                    "result.append(by_counts(names, counts, held, operation, *words))",
                    "result.append(by_counts(names, counts, held, operation, *words) and set())",
                ),
            ),
            "nobody waits for the collector",
        ),
        (changed(RECLAIMED, ("    return result", "    return result[-1]")), "one set of labels for each operation"),
        (changed(RECLAIMED, ("    return result", "    program.clear()\n    return result")), "only read it"),
        (changed(RECLAIMED, ("    return result\n", "")), "Is there one, and is it reached?"),
        (
            changed(
                RECLAIMED,
                (
                    "        result.append(set(counts) - stays)\n",
                    "        result.append(set(counts) - stays - {k for k in held if k not in held[k]})\n",
                ),
            ),
            "At `collect`, all goes",
        ),
    ],
    "11.3": [
        (changed(BRANCH, ("weakref.ref(self)", "lambda: self")), "`weakref.ref(self)` in the child instead"),
        (
            changed(BRANCH, ("weakref.ref(self)", "self"), ("self._parent()", "self._parent")),
            "`weakref.ref(self)` in the child instead",
        ),
        (
            changed(
                BRANCH,
                (
                    "        child._parent = weakref.ref(self)",
                    "        import gc\n        child._parent = lambda: self\n        gc.collect()",
                ),
            ),
            "`weakref.ref(self)` in the child instead",
        ),
        (changed(BRANCH, ("self._parent()", "self._parent")), "is called to get its target"),
        (
            changed(BRANCH, ("None if self._parent is None else self._parent()", "self._parent()")),
            "A root has no parent",
        ),
        (
            changed(BRANCH, ("weakref.ref(self)", "weakref.proxy(self)"), ("self._parent()", "self._parent")),
            "A proxy is not the parent",
        ),
        (
            changed(BRANCH, ("name, [], None", "name, weakref.WeakSet(), None"), ("children.append", "children.add")),
            "in their order: a list",
        ),
        (
            changed(BRANCH, ("self.children.append(child)", "self.children.append(weakref.proxy(child))")),
            "The children themselves",
        ),
        (
            changed(
                BRANCH,
                ("class Branch:\n", "class Branch:\n    children = []\n\n"),
                ("self.name, self.children, self._parent = name, [], None", "self.name, self._parent = name, None"),
            ),
            "one for each branch",
        ),
        (
            changed(
                BRANCH, ("child._parent = weakref.ref(self)", "child._parent = child._parent or weakref.ref(self)")
            ),
            "The last `add` counts",
        ),
        (
            changed(
                BRANCH,
                ("class Branch:\n", "ALL = []\n\nclass Branch:\n"),
                (
                    "        self.children.append(child)",
                    "        self.children.append(child)\n        ALL.append(child)",
                ),
            ),
            "Something else than the root's list",
        ),
        (changed(BRANCH, ("self.name, self.children", "self.title, self.children")), "name"),
        (
            "import weakref\n\nKNOWN = weakref.WeakValueDictionary()\n\n"
            + changed(
                BRANCH,
                ("import weakref\n", ""),
                ("name, [], None\n", "name, [], None\n        KNOWN[name] = self\n"),
                ("weakref.ref(self)", "self.name"),
                ("self._parent()", "KNOWN.get(self._parent)"),
            ),
            "not by what it is called",
        ),
        (
            changed(
                BRANCH,
                (
                    "        self.children.append",
                    "        if child not in self.children:\n            self.children.append",
                ),
                ("    def add", "    def __eq__(self, other):\n        return self.name == other.name\n\n    def add"),
            ),
            "not by what it is called",
        ),
        (
            changed(
                BRANCH,
                ("import weakref", "import gc"),
                ("weakref.ref(self)", "id(self)"),
                ("self._parent()", "next((o for o in gc.get_objects() if id(o) == self._parent), None)"),
            ),
            "a weak reference knows",
        ),
        (
            changed(BRANCH, ("        child._parent", "        child.siblings = self.children\n        child._parent")),
            "Something else than the root's list",
        ),
        (changed(BRANCH, ("self.children.append(child)", "self.children.insert(0, child)")), "which only root knows"),
    ],
    "11.4": [
        (
            "def keepers(thing, suspects):\n    return sorted(n for n, s in suspects.items() if thing in s)",
            "Whether it is this very object",
        ),
        (
            "def keepers(thing, suspects):\n"
            "    return sorted(n for n, s in suspects.items() if any(x is thing for x in s))",
            "A dict refers to its values",
        ),
        (changed(KEEPERS, ("other is thing", "other == thing")), "Whether it is this very object"),
        (changed(KEEPERS, ("                    waiting.append(other)\n", "")), "It is kept through another object"),
        (changed(KEEPERS, ("id(other) not in seen and not", "not")), "remember the `id` of those you have seen"),
        (
            changed(
                KEEPERS,
                (
                    "not isinstance(other, (type, ModuleType, FunctionType))",
                    "isinstance(other, (list, tuple, dict, set))",
                ),
            ),
            "Not only containers hold objects",
        ),
        (changed(KEEPERS, ("return sorted(name for", "return list(name for")), "in a sorted list"),
        (changed(KEEPERS, ("return sorted(name for", "return set(name for")), "in a sorted list"),
        (changed(KEEPERS, ("sorted(name for name", "list(suspect for name")), "Return the names"),
        (
            changed(
                KEEPERS,
                ("    return sorted(name for name", "    found = sorted(name for name"),
                ("if leads(suspect))\n", "if leads(suspect))\n    suspects.clear()\n    return found\n"),
            ),
            "leave them as they are",
        ),
        (
            DIVE,
            "a call inside a call",
        ),
        (
            changed(
                KEEPERS,
                (
                    "    def leads(suspect):\n        waiting, seen = [suspect], set()",
                    "    seen = set()\n\n    def leads(suspect):\n        waiting = [suspect]",
                ),
            ),
            "Each is asked anew",
        ),
        (changed(KEEPERS, (" and not isinstance(other, (type, ModuleType, FunctionType))", "")), "Do not follow"),
        (changed(KEEPERS, ("(type, ModuleType, FunctionType)", "(type, ModuleType)")), "Do not follow"),
        (changed(KEEPERS, ("(type, ModuleType, FunctionType)", "(type, FunctionType)")), "Do not follow"),
        (
            changed(
                KEEPERS,
                (
                    "not isinstance(other, (type, ModuleType, FunctionType))",
                    "type(other) not in (type, ModuleType, FunctionType)",
                ),
            ),
            "a class may have a metaclass",
        ),
        (
            "import gc\n\ndef keepers(thing, suspects):\n    who = gc.get_referrers(thing)\n"
            "    return sorted(n for n, s in suspects.items() if any(s is w for w in who))",
            "It is kept through another object",
        ),
    ],
    "11.5": [
        (threshold("700"), "it comes too often"),
        (threshold("0"), "turns the collector off"),
        (threshold("survivors + 100"), "It need not be so large"),
        (threshold("survivors // most + 100"), "`most` may be 0"),
        (threshold("survivors // (most + 2)"), "it comes too often"),
        (threshold("survivors / (most + 1) + 100"), "as a whole number"),
        (threshold("(survivors // (most + 1) + 100, 10, 10)"), "as a whole number"),
        (threshold("2**31 - 1"), "It need not be so large"),
        (
            THRESHOLD.replace("    return", "    gc.set_threshold(10_000)\n    return"),
            "whoever asks will set it",
        ),
        (
            THRESHOLD.replace("    return", "    gc.disable()\n    return"),
            "whoever asks will set it",
        ),
        (
            THRESHOLD.replace("return ", ""),
            "Is there one, and is it reached?",
        ),
        (threshold("survivors // max(most, 1) // 2"), "it comes too often"),
        (threshold("2 * survivors // (most + 1)"), "It need not be so large"),
        (threshold("survivors // max(most, 1) + 100"), "It need not be so large"),
        (threshold("max(700, survivors // (most + 1)) + 1000"), "It need not be so large"),
        (threshold("11_111"), "It need not be so large"),
    ],
}
