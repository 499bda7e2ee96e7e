"""How things travel to another process: as cloudpickle sends them, and some that it cannot send, or sends badly.

What a notebook defines arrives in the ``__main__`` of the other process. What holds no data (a lock, thread-local
storage) is made afresh there; what belongs to IPython becomes what a script has under that name.
"""

from __future__ import annotations

import builtins
import contextlib
import contextvars
import ctypes
import functools
import gc
import inspect
import io
import operator
import queue
import struct
import sys
import threading
import typing
import weakref
from collections.abc import Callable
from types import FunctionType, MethodType, ModuleType

_ARRAY_TYPE = type(ctypes.c_char * 1)
_STRUCTURE_TYPE = type(ctypes.Structure)
_FRESH = {
    type(threading.Lock()): threading.Lock,
    type(threading.RLock()): threading.RLock,
    threading.local: threading.local,
}


def dumps(call: tuple) -> bytes:
    """Pickle a call, and after it a dictionary of the functions and classes of ``__main__`` that it brings along."""
    file = io.BytesIO()
    pickler = _pickler()(file)
    pickler.dump((*call, _Later(pickler)))
    return file.getvalue()


def definitions(names: dict) -> bytes:
    """Pickle names for the ``__main__`` of a process that is only starting, and has none yet."""
    file = io.BytesIO()
    pickler = _pickler()(file)
    pickler.main = {}
    pickler.dump(names)
    return file.getvalue()


class _Later:
    """A dictionary that is made when the pickler comes to it: by then it is known what it has met."""

    def __init__(self, pickler) -> None:
        self.pickler = pickler

    def __reduce__(self):
        main = self.pickler.main or vars(sys.modules["__main__"])
        return dict, ([(name, one) for name, one in self.pickler.met.items() if main.get(name) is one],)


class _Names:
    """Stands for the names of ``__main__``: those of the process that unpacks it."""

    def __reduce__(self):
        return vars, (sys.modules["__main__"],)


@functools.cache
def _pickler() -> type:
    import cloudpickle

    class Pickler(cloudpickle.Pickler):
        def __init__(self, file) -> None:
            super().__init__(file)
            self.main: dict | None = None  # the names of the notebook: the first that call themselves __main__
            self.met: dict[str, object] = {}  # functions and classes that say they are of __main__

        def reducer_override(self, one):
            kind = type(one)
            if kind is FunctionType:
                self._meet(one)
            if kind is FunctionType or isinstance(one, type):
                self._note(one)
            reduced = _reduced(one, kind)
            return super().reducer_override(one) if reduced is None else reduced

        def _meet(self, function: FunctionType) -> None:
            names = function.__globals__
            if self.main is None and names.get("__name__") == "__main__":
                self.main = names
                self.globals_ref[id(names)] = _Names()

        def _note(self, one) -> None:
            with contextlib.suppress(Exception):  # a class may answer anything
                if one.__module__ == "__main__":
                    self.met[one.__name__] = one

    return Pickler


def _reduced(one: object, kind: type) -> tuple | None:
    """How to make ``one`` again on the other side; None for what cloudpickle does well."""
    if maker := _FRESH.get(kind):
        return maker, ()
    if reducer := _REDUCERS.get(kind):
        return reducer(one)
    if issubclass(kind, ModuleType):
        return _compiled(one)
    if kind is _STRUCTURE_TYPE:
        return _structure(one)
    if kind.__name__ == "ufunc":
        return _from_python(one)
    if kind is _ARRAY_TYPE:
        return (operator.mul, (one._type_, one._length_)) if one._type_ * one._length_ is one else None
    return _plain(one, kind)


def _compiled(module: ModuleType) -> tuple | None:
    """A module that was compiled from a cell is built anew, or found in the cache."""
    if not hasattr(module, "build"):
        return None
    from unladen.compiling.bind import Build, _rebuilt

    return (_rebuilt, module.build.again()) if isinstance(module.build, Build) else None


def _plain(one: object, kind: type) -> tuple | None:
    """What IPython puts under a name of Python's: a script has Python's own."""
    if kind is MethodType:
        ours = one.__name__ == "get_ipython" and one.__func__.__module__.startswith(("IPython", "ipykernel"))
        return (_python_own, ("get_ipython",)) if ours else None
    if kind is FunctionType:
        # it says of itself that it is io's: only its code tells
        ours = one.__code__.co_name == "_modified_open" and one.__globals__.get("__name__", "").startswith("IPython")
        return (_python_own, ("open",)) if ours else None
    if kind.__name__ in ("ExitAutocall", "ZMQExitAutocall") and kind.__module__.startswith(("IPython", "ipykernel")):
        return _python_own, ("exit",)
    return None


def _python_own(name: str) -> object:
    return getattr(builtins, name, _no_shell)


def _no_shell() -> None:
    """What get_ipython is in a script."""


# -- what cloudpickle sends by name, or not at all -------------------------------------------------------------------


def _remembering(one) -> tuple | None:
    """A cached function of a notebook: cloudpickle would look for it in a module."""
    wrapped = getattr(one, "__wrapped__", None)
    module = sys.modules.get(getattr(one, "__module__", None) or "")
    if wrapped is None or (module and module.__name__ != "__main__" and _known(module, one)):
        return None
    given = one.cache_parameters()
    return _remembered, (wrapped, given["maxsize"], given["typed"])


def _known(module: ModuleType, one) -> bool:
    found = module
    for part in getattr(one, "__qualname__", "").split("."):
        found = getattr(found, part, None)
    import cloudpickle.cloudpickle as by_value

    return found is one and not by_value._is_registered_pickle_by_value(module)


def _remembered(function: Callable, maxsize: int | None, typed: bool) -> Callable:
    return functools.lru_cache(maxsize, typed)(function)


def _structure(one: type) -> tuple | None:
    """A structure of ctypes that a notebook declares; its fields are made anew from what was declared."""
    if one.__module__ != "__main__":
        return None
    fields = {name for name, *_ in vars(one).get("_fields_", ())}
    own = {k: v for k, v in vars(one).items() if k not in fields | {"__dict__", "__weakref__"}}
    return _structured, (one.__name__, one.__bases__, own)


def _structured(name: str, bases: tuple, own: dict) -> type:
    return _STRUCTURE_TYPE(name, bases, own)


def _from_python(one) -> tuple | None:
    """A function of a notebook that NumPy applies to each element."""
    made = _wrapped(one)
    if len(made) != 1 or not one.__name__.endswith(" (vectorized)"):
        return None
    return _vectorized, (made[0], one.nin, one.nout)


def _vectorized(function: Callable, nin: int, nout: int) -> Callable:
    import numpy as np

    return np.frompyfunc(function, nin, nout)


def _wrapped(one) -> list:
    """The functions that an object made in C refers to."""
    return [inner for inner in gc.get_referents(one) if callable(inner) and inner is not type(one)]


def _sorting(one) -> tuple | None:
    """What ``functools.cmp_to_key`` makes of a function; it does not tell which."""
    compares = _wrapped(one)
    return (functools.cmp_to_key, (compares[0],)) if len(compares) == 1 else None


def _context(one) -> tuple | None:
    """A context that nobody has entered, as one that decorates a function."""
    untouched = inspect.getgeneratorstate(one.gen) == inspect.GEN_CREATED
    return (type(one), (one.func, one.args, one.kwds)) if untouched else None


def _new_type(one: typing.NewType) -> tuple | None:
    return (typing.NewType, (one.__name__, one.__supertype__)) if one.__module__ == "__main__" else None


def _reference(one: weakref.ref) -> tuple:
    return (_dead, ()) if one() is None else (weakref.ref, (one(),))


def _dead() -> weakref.ref:
    return weakref.ref(type("Gone", (), {})())


def _variable(one: contextvars.ContextVar) -> tuple:
    try:
        return _made_variable, (one.name, one.get())
    except LookupError:
        return contextvars.ContextVar, (one.name,)


def _made_variable(name: str, value: object) -> contextvars.ContextVar:
    return contextvars.ContextVar(name, default=value)


def _waiting(one: queue.SimpleQueue) -> tuple | None:
    return (queue.SimpleQueue, ()) if one.empty() else None


_REDUCERS = {
    type(functools.lru_cache(len)): _remembering,
    weakref.WeakKeyDictionary: lambda one: (weakref.WeakKeyDictionary, (dict(one),)),
    weakref.WeakValueDictionary: lambda one: (weakref.WeakValueDictionary, (dict(one),)),
    weakref.ref: _reference,
    typing.NewType: _new_type,
    contextvars.ContextVar: _variable,
    type(contextlib.contextmanager(iter)(())): _context,  # what a decorated generator returns
    struct.Struct: lambda one: (struct.Struct, (one.format,)),
    type(functools.cmp_to_key(len)): _sorting,
    queue.SimpleQueue: _waiting,
}
