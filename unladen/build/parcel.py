"""Pack a call so that a fresh interpreter can run it; and a notebook cell as such a call."""

from __future__ import annotations

import ast
import contextlib
import importlib.machinery
import inspect
import io
import linecache
import os
import sys
from collections.abc import Callable
from types import ModuleType


class Cell:
    """A notebook cell as a call: its source, and the variables that it uses.

    ``filename`` is what the source is called in tracebacks. Calling it runs the source and prints the value of
    a last expression.
    """

    def __init__(self, source: str, namespace: dict, filename: str = "<cell>") -> None:
        self.source, self.filename = source, filename
        # so that a report can look at the source again; None: there is no file that could have changed
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
        self.namespace = {name: namespace[name] for name in used & namespace.keys() if not name.startswith("__")}

    def __call__(self) -> None:
        tree = ast.parse(self.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        names = {"__name__": "__main__"} | self.namespace
        exec(compile(tree, self.filename, "exec"), names)
        if last:
            value = eval(compile(ast.Expression(last.value), self.filename, "eval"), names)
            if value is not None:
                print(repr(value))


class Unsendable(Exception):
    """Something in the call cannot be pickled; the text names it."""


def packed(function: Callable, args: tuple, kwargs: dict) -> bytes:
    """Pickle a call. Raises ``Unsendable``, which names the argument or variable that cannot be pickled."""
    import cloudpickle

    by_value = _unimportable_module(function)
    if by_value:
        cloudpickle.register_pickle_by_value(by_value)
    try:
        return _dumps((function, args, kwargs))
    except Exception as error:
        raise Unsendable(_culprit(function, args, kwargs, error)) from None
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(by_value)


def _dumps(thing: object) -> bytes:
    """Pickle as cloudpickle does; modules that were compiled from cells are built anew on the other side."""
    import cloudpickle

    from unladen.build.bind import Build, _rebuilt

    class Pickler(cloudpickle.Pickler):
        def reducer_override(self, one):
            if isinstance(one, ModuleType) and isinstance(getattr(one, "build", None), Build):
                return _rebuilt, one.build.again()
            return super().reducer_override(one)

    file = io.BytesIO()
    Pickler(file).dump(thing)
    return file.getvalue()


def _unimportable_module(function: Callable):
    """The function's module if a fresh interpreter could not import it by name (a test file, a script), else None."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    if module is None or module.__name__ in ("__main__", "builtins") or not getattr(module, "__file__", None):
        return None
    with contextlib.suppress(Exception):
        top, _, rest = module.__name__.partition(".")
        spec = importlib.machinery.PathFinder.find_spec(top)
        if spec and (rest or (spec.origin and os.path.samefile(spec.origin, module.__file__))):
            return None
    return module


def _culprit(function: Callable, args: tuple, kwargs: dict, error: Exception) -> str:
    """Name the argument or the variable that cannot be pickled, and say what to do."""

    def travels(thing: object) -> bool:
        try:
            _dumps(thing)
        except Exception:
            return False
        return True

    suspects = {f"argument {i}": a for i, a in enumerate(args, 1)} | {f"argument {k}": v for k, v in kwargs.items()}
    with contextlib.suppress(TypeError):
        names = inspect.getclosurevars(function)
        suspects |= {f"variable {k}": v for k, v in {**names.globals, **names.nonlocals}.items()}
    suspects |= {f"variable {k}": v for k, v in getattr(function, "namespace", {}).items()}
    reason = str(error).strip().rstrip(".") or type(error).__name__
    for name, thing in suspects.items():
        if not travels(thing):
            where = f"{name}, of type {type(thing).__name__},"
            return f"TypeError: {where} cannot be sent to the child process ({reason}): create it in the child instead"
    return f"TypeError: this call cannot be sent to the child process ({reason})"
