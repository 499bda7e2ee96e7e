"""What a check of speed relies on, and an answer could replace: clocks, NumPy, builtins, the reference, the check.

All of it is noted before the answer arrives, and looked at again after it was timed. A clock that was replaced changes
nothing by then, for the check bound its own at the start; but whoever does that is told.
"""

from __future__ import annotations

import builtins
import signal
import sys
from types import FunctionType, ModuleType

_MODULES = frozenset(
    ("awkward", "bisect", "builtins", "collections", "copy", "functools", "gc", "heapq", "itertools", "math")
    + ("numbers", "operator", "random", "resource", "statistics", "sys", "time")
)
_PACKAGES = ("numpy", "unladen.exercises", "unladen.host.effort", "unladen.timing.stopwatch")
_OWN_CALLS = {"displayhook", "excepthook", "unraisablehook", "breakpointhook", "__interactivehook__"}
_MISSING = object()

# Bound here, so that a replacement is not asked whether it is one.
_modules, _frames, _vars, _callable = sys.modules, sys._current_frames, vars, callable
_tracing, _profiling, _switching = sys.gettrace, sys.getprofile, sys.getswitchinterval


class Names:
    """The names as they are now, and what else an answer could set: tracing, timers, threads that run."""

    def __init__(self, sealed: bool = False) -> None:
        self.sealed = sealed  # noted in a child that has nothing else to do than to grade
        self._noted = {name: _found(name, module) for name, module in list(_modules.items()) if _watched(name, module)}
        self._settings, self._threads = _settings(), set(_frames())

    def changed(self, below: str = "") -> str:
        """Say which one is no longer as it was, as in ``numpy.sum``; an empty text if all are.

        With ``below``, a package, only its modules are looked at: the rest an answer may well set for itself.
        """
        for module, noted in self._noted.items():
            if not module.startswith(below):
                continue
            there = _vars(_modules.get(module, builtins))
            for name, (thing, inside) in noted.items():
                found = there.get(name, _MISSING)
                if found is not thing:
                    return f"{module}.{name}"
                if inside and (part := _different(inside, _inside(found))):
                    return f"{module}.{name}{part}"
        if below:
            return ""
        settings = _settings()
        return next((name for name, value in self._settings.items() if settings[name] != value), "")

    def threads(self) -> int:
        """How many threads of Python's run that did not run then."""
        return len(set(_frames()) - self._threads)


def _watched(name: str, module: object) -> bool:
    own = name in _MODULES or name in _PACKAGES or name.startswith(tuple(f"{p}." for p in _PACKAGES))
    return own and type(module) is ModuleType


_early: dict[str, tuple[ModuleType, dict]] = {}


def note_early() -> None:
    """Note what is imported now, for all forks of this process, in which no answer has run: that takes 30 ms."""
    _early.update((name, (module, _noted(module))) for name, module in list(_modules.items()) if _watched(name, module))


def _found(name: str, module: ModuleType) -> dict[str, tuple[object, dict]]:
    """What is noted of a module, if need be now."""
    there, noted = _early.get(name, (None, {}))
    return noted if there is module else _noted(module)


def _noted(module: ModuleType) -> dict[str, tuple[object, dict]]:
    """What can be called in a module, the modules in it, and its constants; other numbers and tables may change."""
    names = list(_vars(module).items())
    return {
        name: (thing, _inside(thing))
        for name, thing in names
        if (_callable(thing) or type(thing) is ModuleType or _constant(name, thing)) and name not in _OWN_CALLS
    }


def _constant(name: str, thing: object) -> bool:
    return name.isupper() and type(thing) in (int, float, str)


def _inside(thing: object) -> dict[str, object]:
    """What makes a function do what it does, or the functions of a class."""
    if type(thing) is FunctionType:
        return {".__code__": thing.__code__, ".__defaults__": thing.__defaults__}
    if isinstance(thing, type) and thing.__flags__ & 1 << 9:  # a class that can be changed
        inside = {}
        for name, part in list(_vars(thing).items()):
            if _callable(part) or isinstance(part, property):
                inside[f".{name}"] = part
            if type(part) is FunctionType:
                inside[f".{name}.__code__"] = part.__code__
        return inside
    return {}


def _different(before: dict[str, object], after: dict[str, object]) -> str:
    return next((name for name, part in before.items() if after.get(name, _MISSING) is not part), "")


def _settings() -> dict[str, object]:
    """What slows down the code of others: a function called at every line, a timer that interrupts.

    Nothing of the garbage collector, which is off while anybody is timed; some libraries have it call them.
    """
    found: dict[str, object] = {
        "sys.settrace": _tracing(),
        "sys.setprofile": _profiling(),
        "sys.setswitchinterval": _switching(),
    }
    if monitoring := getattr(sys, "monitoring", None):
        found["sys.monitoring"] = tuple(map(monitoring.get_tool, range(6)))
    if hasattr(signal, "getitimer"):
        timers = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
        found["signal.setitimer"] = tuple(any(signal.getitimer(which)) for which in timers)
    return found


_at_the_start: list[Names] = []


def names() -> Names:
    """The names as they were before the answer arrived; where nobody noted them, as they are now."""
    return _at_the_start[0] if _at_the_start else Names()


def note_now() -> None:
    if not _at_the_start:
        _at_the_start.append(Names(sealed=True))


class Seal:
    """Sent to the child ahead of an answer: when it arrives there, the names are noted."""

    def __reduce__(self):
        return note_now, ()
