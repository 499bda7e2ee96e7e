"""Chapter 11, the collector: its rule, what is reclaimed when, a ring broken, a leak's keepers, a threshold."""

from __future__ import annotations

import gc
import weakref
from collections import deque
from operator import methodcaller

import numpy as np

from unladen.exercises.chapter11 import branches, collecting
from unladen.exercises.registry import exercise
from unladen.exercises.stub import unwritten
from unladen.exercises.values import same, short
from unladen.exercises.words import NO_RETURN, Unwritten, call, called, case, wrong

# --------------------------------------------------------------------------------------------------- 11.1

_SUBTRACT = "Subtract 1 from an object's count for every reference that another of these objects has to it."
_MARK = "What is above zero stays, and so does all that it refers to, although nothing is left of its own count."
_ON = "What stays leads to others, and these lead on: go on until nothing new is found."
_TWICE = "An object may refer to another one twice. Both references were counted, so both must be subtracted."
_ITSELF = "A reference to itself is in the count like any other, and comes from inside."
_KIND = "Return a set of labels: those of the objects that nobody can reach."


@exercise(
    "11.1",
    "Be the collector",
    hints=[
        "Make a copy of `counts`. For every label in every list of `refers`, take 1 away from that label's copy.",
        "What is above 0 now is referred to from outside. Put these labels into a set `stays` and a list `waiting`.",
        "While `waiting` is not empty: pop one, and put each label in its list that is not in `stays` into both. The "
        "answer is `set(counts) - stays`.",
    ],
    why="You needed no list of variables. That somebody outside refers to an object follows from its count, once the "
    "references from inside are taken away; so the collector works for objects whose owners it cannot see, in C "
    "extensions for example. The price is that every count must be right. In CPython the copies lie in the header "
    "before each object, and the sets are linked lists, so that a collection needs no memory of its own: it may be "
    "called when there is none left.",
)
def garbage(answer):
    def right(counts, refers, hint, mistakes=()):
        kinds = [*mistakes, (lambda got: got is not None and not isinstance(got, set), _KIND)]
        lost = collecting.unreachable(counts, refers)
        known = [(collecting.unreachable(counts, refers, **wrongly), told) for wrongly, told in _WRONGLY]
        known += [(set(counts) - lost, _KIND + " You returned the others.")] * bool(lost)
        kinds += [pair for pair in known if pair[0] and pair[0] != lost]
        case(answer, (counts, refers), lost, hint=hint, mistakes=kinds, unchanged=_CHANGED)

    none = "With no objects there is no garbage: an empty set."
    zero = (set(), "Their counts are not 0, but who refers to them? " + _SUBTRACT)
    alone = "Nobody among them refers to a, so its one reference comes from outside: it stays."
    right({"a": 1, "b": 1, "c": 1}, {"a": [], "b": ["c"], "c": ["b"]}, alone, [zero])
    right({"a": 1, "b": 1}, {"a": ["b"], "b": ["a"]}, _SUBTRACT, [zero])
    right({"a": 1}, {"a": ["a"]}, _ITSELF)
    right({"a": 2, "b": 1}, {"a": ["b"], "b": ["a"]}, _MARK)
    right({"a": 1, "b": 2}, {"a": ["b", "b"], "b": ["a"]}, _TWICE)
    right({"a": 1, "b": 1, "c": 1, "d": 1}, {"a": ["b"], "b": ["c"], "c": ["d"], "d": []}, _ON)
    back = "The labels may come in any order, also the last of a chain first. " + _ON
    chain = {"e": ["d"], "c": ["b"], "a": [], "d": ["c"], "b": ["a"]}
    right(dict.fromkeys("cabde", 1), chain, back)
    right(dict.fromkeys("abcde", 1), {"a": [], "b": ["a"], "c": ["b"], "d": ["c"], "e": ["d"]}, back)
    named = "A count belongs to its label, wherever that stands in the one dict and in the other. " + _SUBTRACT
    right({"c": 2, "a": 1, "b": 1}, {"a": ["b"], "b": ["a", "c"], "c": []}, named)
    to = "Garbage may refer to what stays. It does not stay for that."
    right({"a": 1, "b": 2, "c": 1}, {"a": ["c"], "b": [], "c": ["a", "b"]}, to)
    right({}, {}, none)
    rng = np.random.default_rng(111)
    for size in (3, 6, 12, 12, 40):
        right(*collecting.random_graph(rng, size), _ON)
    chain = [f"o{i}" for i in range(5000)]
    counts, refers = dict.fromkeys(chain, 1), {a: [b] for a, b in zip(chain, [*chain[1:], chain[0]], strict=True)}
    counts["o0"] = 2
    deep = "5000 objects lead to each other in a row: keep a list of what is to be visited, and work it off in a loop."
    shown = "garbage(counts, refers), for a ring of 5000 objects that a name refers to,"
    case(answer, (counts, refers), set(), shown=shown, hint=deep, mistakes=[(RecursionError, deep)])


_CHANGED = "The objects still need both: subtract from a copy, `dict(counts)`, and only read `refers`."
_WRONGLY = [
    ({"mark": False}, _MARK),
    ({"once": True}, _TWICE),
    ({"others": True}, _ITSELF),
]

# --------------------------------------------------------------------------------------------------- 11.2


@exercise(
    "11.2",
    "Reclaimed when?",
    hints=[
        "Only counts decide at `new`, `bind`, `hold` and `del`: `by_counts` does these. Add a case for `collect`.",
        "At `collect`, begin with `list(names.values())`, follow what each holds, and so find all that stays.",
        "Who is not among these is freed. For each reference from the freed to one that stays, take 1 from its count, "
        "and delete the freed from `counts` and `held`, so that nobody frees them again.",
    ],
    why="Two rules, side by side: what counts free goes at once and at a known line, what is in a ring goes when the "
    "collector comes by, and takes along what only the ring held. You found what stays from the names, as Java's "
    "collector would; exercise 11.1 found the same from the counts. The check ran your programs with real objects, and "
    "Python freed the same ones at the same steps. In a real program you do not know when the collector comes; so a "
    "file that a ring holds is closed some time later, or never.",
)
def reclaimed(answer):
    for text, hint in collecting.PROGRAMS:
        collecting.reclaims(answer, collecting.operations(text), hint)
    rng = np.random.default_rng(112)
    for size in (8, 20, 40, 150):
        collecting.reclaims(answer, collecting.random_program(rng, size), collecting.LETS_GO)


# --------------------------------------------------------------------------------------------------- 11.3


@exercise(
    "11.3",
    "Break the ring",
    hints=[
        "Which of the two directions must keep the other alive, and which only has to know it?",
        "In `add`: `child._parent = weakref.ref(self)`. In `__init__`: `self._parent = None`.",
        "`parent` is a property that returns `self._parent()`, and None where there is no reference, for a root.",
    ],
    why="Down the tree references keep alive, up the tree they only know the way. So a tree is freed from its root "
    "down at the line that drops it, without a search, and a branch that is kept finds out that its parent is gone. "
    "The same division serves for observers, caches and widgets: ask who *owns* whom. `xml.etree` has no way to the "
    "parent at all, for this reason; `xml.dom.minidom` has one, and a method `unlink()` for breaking its rings.",
)
def Branch(answer):
    if unwritten(getattr(answer, "__init__", None)):
        raise Unwritten
    gc.collect()
    gc.disable()
    root, leaf, other = (branches.made(answer, name) for name in ("root", "leaf", "other"))
    alive = weakref.ref(root)
    if branches.names([root]) != ["root"]:
        wrong("Branch('root').name is not 'root'", "Keep the name as it was given.")
    branches.has_parent(root, None, "Branch('root').parent", branches.ROOT)
    branches.added(root, leaf, "root.add(leaf)")
    branches.has_parent(leaf, root, "leaf.parent, after root.add(leaf),", "The parent itself, as it was before.")
    if list(leaf.children):
        wrong("leaf.children is not empty after root.add(leaf)", branches.OWN)
    if not isinstance(root.children, list | tuple) or [child is leaf for child in root.children] != [True]:
        wrong("root.children is not [leaf] after root.add(leaf)", "The children themselves, in their order: a list.")
    for name in ("second", "third"):
        branches.added(root, branches.made(answer, name), f"root.add(Branch({name!r}))")
    names = branches.names(root.children)
    if names != ["leaf", "second", "third"]:
        wrong(f"after two more, which only root knows, its children are called {short(names)}", branches.STRONG)
    second, below = root.children[1], weakref.ref(root.children[2])
    branches.added(other, leaf, "other.add(leaf)")  # whether root's list keeps the leaf is not asked
    branches.has_parent(leaf, other, "leaf.parent, after other.add(leaf),", "The last `add` counts.")
    branches.namesakes(answer)
    del other
    branches.has_parent(leaf, None, "leaf.parent, after del other,", branches.RING)
    del root
    if alive() is not None:
        wrong("after del root, with the collector off, the root is still there", branches.RING)
    if below() is not None:
        wrong("after del root, its third child is still there", "Something else than the root's list keeps the child.")
    new = [branches.made(answer, "root") for _ in range(50)]  # where the root was, there is another one now
    branches.has_parent(second, None, f"second.parent, after del root and with {len(new)} new ones,", branches.AGAIN)


# --------------------------------------------------------------------------------------------------- 11.4

_THROUGH = "It is kept through another object. Ask `gc.get_referents` again for each object that you come to."
_SAME = "Equal is not the same. Whether it is this very object is told by `is`."
_ANY = "Not only containers hold objects: methods, instances, deques do. `gc.get_referents` takes them all."
_SEEN = "Objects that refer to each other make the search run in circles: remember the `id` of those you have seen."
_EACH = "Two suspects may share what they hold. Each is asked anew: what one has led to, another may lead to as well."
_PASS = (
    "From a class, a module or a function one comes to everything. Do not follow what is an *instance* of one of "
    "`PASS_OVER`: a class may have a metaclass of its own."
)
_ROW = "3000 lists are in each other: keep a list of what is still to be looked at, in place of a call inside a call."


class _Held:
    """An object that is looked for; equal to all of its kind."""

    def __init__(self, label: str = "held") -> None:
        self.label = label

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    __hash__ = None

    def __repr__(self) -> str:
        return self.label

    def method(self) -> None: ...


@exercise(
    "11.4",
    "Who keeps it?",
    hints=[
        "From one suspect: a list `waiting` with the suspect in it, and a set `seen` of ids. While one waits, pop "
        "it, and look at its `gc.get_referents`.",
        "If one of these `is` the object: found. Else it is put into `waiting`, if its id is not in `seen`.",
        "Pass over classes, modules and functions: from these one comes to everything. The answer is "
        "`sorted(name for name, suspect in suspects.items() if leads(suspect))`.",
    ],
    why="What the collector uses, `tp_traverse`, answers your question as well: to whom does this object refer? You "
    "went down from the suspects. `gc.get_referrers` goes up from the object, which needs no suspects, but looks "
    "through the whole heap for each step, and finds your own variables, too. Tools like objgraph draw these chains. "
    "Once you know who keeps an object, the rest is a decision: clear it, limit it, or make the reference weak.",
    findings=[("circle.* had not come back", _SEEN)],
    seconds=3,  # without a set of those seen, a circle has no end
)
def keepers(answer):
    def right(thing, suspects, expected, hint, text, mistakes=()):
        shown = f"keepers(thing, {text})"
        before = {name: gc.get_referents(suspect) for name, suspect in suspects.items()}
        kinds = [*mistakes, (RecursionError, _ROW)]
        got = call(answer, (thing, suspects), shown=shown, hint=hint, mistakes=kinds)
        after = {name: gc.get_referents(suspect) for name, suspect in suspects.items()}
        if list(map(len, before.values())) != list(map(len, after.values())) or before.keys() != after.keys():
            wrong(f"{shown} changed the suspects", "They are evidence: look, and leave them as they are.")
        if not same(got, expected):
            known = [told for value, told in mistakes if same(got, value)]
            kind = "Return the names of the suspects, in a sorted list."
            named = isinstance(got, list) and all(isinstance(name, str) for name in got)
            unsorted = named and sorted(got) == expected
            told = known[0] if known else hint if named and not unsorted else NO_RETURN if got is None else kind
            wrong(f"{shown} returned {short(got)}, expected {expected}", told)

    thing, twin = _Held("thing"), _Held("twin")
    right(thing, {}, [], "Without suspects the answer is an empty list.", "{}")
    direct = "A list refers to its elements: `gc.get_referents(suspect)`."
    right(thing, {"cache": [thing], "log": ["text"]}, ["cache"], direct, "{'cache': [thing], 'log': ['text']}")
    text = "{'twins': [twin], 'cache': [thing]}, where twin == thing,"
    right(thing, {"twins": [twin], "cache": [thing]}, ["cache"], _SAME, text, [(["cache", "twins"], _SAME)])
    table = {"z": {"key": thing}, "a": (thing,)}
    right(thing, table, ["a", "z"], "A dict refers to its values, too.", "{'z': {'key': thing}, 'a': (thing,)}")
    deep = {"orders": {"open": [("first", [thing])]}, "old": {"open": []}}
    right(thing, deep, ["orders"], _THROUGH, "{'orders': {'open': [('first', [thing])]}, 'old': {'open': []}}")
    holder = _Held("holder")
    holder.inside = thing
    kinds = {"callbacks": [thing.method], "queue": deque([thing]), "holder": holder, "caller": methodcaller("x", thing)}
    text = "{'callbacks': [thing.method], 'queue': deque([thing]), 'holder': an object with the attribute, 'caller': …}"
    right(thing, kinds, ["callbacks", "caller", "holder", "queue"], _ANY, text)
    circle: list = []
    circle.append([circle])
    right(thing, {"circle": circle}, [], _SEEN, "{'circle': two lists in each other}")
    row = [thing]
    for _ in range(3000):
        row = [row]
    right(thing, {"row": row}, ["row"], _ROW, "{'row': 3000 lists in each other}")
    shared = [[thing]]
    text = "{'a': [shared], 'b': [shared]}, where shared is [[thing]],"
    right(thing, {"a": [shared], "b": [shared]}, ["a", "b"], _EACH, text)
    for suspect, text in collecting.decoys(thing):
        right(
            thing, {"decoy": suspect}, [], _PASS, "{'decoy': [" + text + "]}, which refers to thing only by its code,"
        )


# --------------------------------------------------------------------------------------------------- 11.5

_OFF = "A threshold of 0 turns the collector off: no ring would ever be freed."
_FEW = "With this threshold it comes too often. How many new lists may there be between two collections?"
_MANY = "It need not be so large: rings wait longer than they have to. `most` collections are permitted."
_WHOLE = "The threshold of the young generation alone, as a whole number: `gc.set_threshold(answer, 10, 10)`."
_TELL = "Only tell the number; whoever asks will set it."


@exercise(
    "11.5",
    "Choose a threshold",
    hints=[
        "A collection begins whenever more than the threshold were made since the last one. How often in `survivors`?",
        "`most` collections cut the work into `most + 1` pieces, and each piece must fit below the threshold.",
        "`survivors // (most + 1) + 100`: the 100 are for the other containers that a program makes.",
    ],
    why="The check ran a program that keeps its lists, and counted collections in `gc.callbacks`; times would tell "
    "about the machine. A higher threshold has a price that this program does not show: rings wait longer, and with "
    "large objects in them that is memory. So raise it where much is built that stays, by what you have counted; many "
    "servers set tens of thousands. The second and third threshold decide how many of these collections take the older "
    "generations along.",
    seconds=30.0,
)
def threshold(answer):
    for survivors, most in ((5000, 0), (100_000, 9), (100_000, 1), (240_000, 40), (20_000, 3)):
        before = gc.get_threshold(), gc.isenabled()
        got = call(answer, (survivors, most), mistakes=[(ZeroDivisionError, "`most` may be 0: then none may begin.")])
        shown = f"{called((survivors, most))} returned {short(got)}"
        if (gc.get_threshold(), gc.isenabled()) != before:
            wrong(f"{called((survivors, most))} changed the collector", _TELL)
        if not isinstance(got, int) or isinstance(got, bool):
            wrong(shown, NO_RETURN if got is None else _WHOLE)
        if got <= 0:
            wrong(shown, _OFF)
        if got > survivors // (most + 1) + 200:
            wrong(f"{shown}; {survivors // (most + 1) + 100} would do", _MANY)
        begun = collecting.counted(got, lambda many=survivors: [[] for _ in range(many)])
        if begun > most:
            wrong(f"{shown}; with that, {begun} collections began", _FEW)
