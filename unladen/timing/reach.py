"""What a contender can change without saying so: the lists, arrays, dictionaries, frames, iterators it names."""

from __future__ import annotations

import array
import dis
import functools
import gc
import itertools
import types
from collections import UserDict, deque
from collections.abc import Iterable, Iterator

from unladen.timing.attributes import attribute, attributes

MOST, DEEPEST, LOOKED_AT = 300, 5, 20  # things in all, steps from the contender, elements of one container
_SEQUENCES = list | deque | bytearray | array.array
_ENDLESS = itertools.count | itertools.cycle | itertools.repeat


def reachable(call: object) -> dict[int, tuple[str, object]]:
    """Find what can be changed and is named by a contender, or by the learner's functions that it calls.

    Returns names and things, by ``id``. Names are looked up as Python does: closure, defaults, globals. Nothing is
    looked for in libraries.
    """
    found: dict[int, tuple[str, object]] = {}
    home = _home(call)
    waiting, seen = deque([("", call, 0)]), set()
    while waiting and len(seen) < MOST:
        name, thing, depth = waiting.popleft()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if changeable(thing):
            found[id(thing)] = (name, thing)
        if depth < DEEPEST:
            waiting.extend((part or name, inner, depth + 1) for part, inner in _inside(thing, home))
    return found


def _home(call: object) -> str | None:
    """The module in which the contender was written."""
    while isinstance(call, functools.partial):
        call = call.func
    return getattr(call, "__module__", None)


def changeable(thing: object) -> bool:
    return is_sequence(thing) or is_frame(thing) or is_keyed(thing) or is_used_up(thing) is not None


def is_sequence(thing: object) -> bool:
    """A list or an array, unless it is read-only: something whose elements can be changed one by one."""
    if isinstance(thing, _SEQUENCES):
        return True
    return _numpy(thing) and thing.flags.writeable and thing.ndim > 0


def _numpy(thing: object) -> bool:
    return type(thing).__module__ in ("numpy", "numpy.ma") and hasattr(thing, "flags") and hasattr(thing, "flat")


def is_frame(thing: object) -> bool:
    return hasattr(type(thing), "iloc")


def is_keyed(thing: object) -> bool:
    return isinstance(thing, dict | set | UserDict)


def is_used_up(thing: object) -> bool | None:
    """Tell whether an iterator has nothing left, without asking it for more; ``None`` where nobody can tell."""
    if isinstance(thing, types.GeneratorType):
        return thing.gi_frame is None
    if not isinstance(thing, Iterator) or isinstance(thing, _ENDLESS):
        return None
    if hasattr(type(thing), "__length_hint__"):
        return thing.__length_hint__() == 0
    if isinstance(thing, zip | map | filter | enumerate):
        return any(is_used_up(part) for part in _iterated(thing))
    return None


def _iterated(thing: zip | map | filter | enumerate) -> Iterable[object]:
    for part in gc.get_referents(thing):
        yield from part if isinstance(part, tuple) else (part,)


def _inside(thing: object, home: str | None) -> Iterable[tuple[str, object]]:
    """What a function names, or a container holds, with the names it is known by."""
    if isinstance(thing, types.FunctionType):
        return _named(thing) if thing.__module__ == home else ()
    if isinstance(thing, functools.partial):
        return [("", part) for part in (thing.func, *thing.args)] + list(thing.keywords.items())
    if isinstance(thing, types.MethodType):
        return [("", thing.__func__), ("", thing.__self__)]
    if isinstance(thing, types.BuiltinMethodType):
        return [("", thing.__self__)]
    if isinstance(thing, dict | UserDict):
        return [("", part) for part in itertools.islice(thing.values(), LOOKED_AT)]
    if isinstance(thing, list | tuple | deque):
        return [("", part) for part in itertools.islice(thing, LOOKED_AT)]
    if (wrapped := attribute(thing, "__wrapped__")) is not None:
        return [("", wrapped)]
    if isinstance(thing, types.ModuleType | type) or type(thing).__module__ not in (home, "queue"):
        return ()
    return list(itertools.islice(attributes(thing), LOOKED_AT))


def _named(function: types.FunctionType) -> list[tuple[str, object]]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = [(name, inner) for name, cell in cells for inner in _held(cell)]
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    found += zip(arguments[len(arguments) - len(defaults) :], defaults, strict=True)
    found += (function.__kwdefaults__ or {}).items()
    space = function.__globals__
    return found + [(name, space[name]) for name in _globals_of(function.__code__) if name in space]


def _held(cell: types.CellType) -> list[object]:
    try:
        return [cell.cell_contents]
    except ValueError:  # a name that has no value yet
        return []


def _globals_of(code: types.CodeType) -> list[str]:
    """The global names that code reads, with those in its comprehensions and inner functions, in order."""
    names = [step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            names += _globals_of(inner)
    return list(dict.fromkeys(names))
