"""The ``__main__`` of a child process: a real module, in which the names of a call live as those of a script do.

So ``pickle``, ``timeit``, ``doctest`` and their kind find them by name; and so do the processes that the call starts.
"""

from __future__ import annotations

import builtins
import itertools
import os
import sys
from types import ModuleType

_SPAWNS = "multiprocessing.spawn"
_MAIN = """\
import pickle
with open({!r}, "rb") as file:
    globals().update(pickle.load(file))
"""
_before: list[ModuleType] = []  # what was __main__ is still running
_numbers = itertools.count()


def begin() -> dict:
    """Put a fresh ``__main__`` in place, and return its names."""
    _before.append(sys.modules["__main__"])
    main = ModuleType("__main__")
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    builtins.display = display  # which IPython puts there, too
    if os.environ.get("MPLBACKEND", "").startswith("module:"):  # a notebook's: it would show nothing, and say nothing
        os.environ["MPLBACKEND"] = "module://unladen.compiling.undrawn"
    if _SPAWNS in sys.modules:
        _prepare(sys.modules[_SPAWNS])
    else:
        sys.meta_path.insert(0, _Watch())
    return main.__dict__


def display(*things: object, **_options: object) -> None:
    """Print the things, as IPython's display does in a script."""
    print(*things)


# -- processes that the call starts ----------------------------------------------------------------------------------


class _Watch:
    """A finder of modules that notices when ``multiprocessing`` is about to start processes; it finds nothing else."""

    def find_spec(self, name, path=None, target=None):
        if name != _SPAWNS:
            return None
        from importlib.util import find_spec

        sys.meta_path.remove(self)
        spec = find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_prepare(module: ModuleType) -> None:
            execute(module)
            _prepare(module)

        spec.loader.exec_module = execute_and_prepare
        return spec


def _prepare(spawn: ModuleType) -> None:
    """Give processes that are not forked what ``__main__`` defines: they look for its file, and a cell has none."""
    usual = spawn.get_preparation_data

    def get_preparation_data(name):
        return usual(name) | {"init_main_from_path": _written()}

    spawn.get_preparation_data = get_preparation_data


def _written() -> str:
    """A file that defines what ``__main__`` does now: its functions, classes and modules, and what these refer to.

    Each has a name of its own, for a process that was given an earlier one keeps that if the name is the same.
    """
    import tempfile

    from unladen.sandbox import pickling

    folder = tempfile.mkdtemp(prefix="main-")
    data, file = os.path.join(folder, "names"), os.path.join(folder, f"cell_{next(_numbers)}.py")
    names = vars(sys.modules["__main__"])
    defined = {
        name: thing
        for name, thing in names.items()
        if not name.startswith("__") and (callable(thing) or isinstance(thing, ModuleType))
    }
    with open(data, "wb") as out:
        out.write(pickling.definitions(defined))
    with open(file, "w", encoding="utf-8") as out:
        out.write(_MAIN.format(data))
    return file
