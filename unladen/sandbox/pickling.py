"""Pack a call so that a fresh interpreter can run it; and a notebook cell as such a call."""

from __future__ import annotations

import ast
import contextlib
import importlib.machinery
import inspect
import linecache
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, ModuleType

from unladen.short import without_addresses


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
        import atexit

        lines = self.source.splitlines(keepends=True)
        linecache.cache[self.filename] = (len(self.source), None, lines, self.filename)  # for tracebacks over there
        tree = ast.parse(self.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        names = vars(sys.modules["__main__"])
        names.update(self.namespace)
        exec(compile(tree, self.filename, "exec"), names)
        if last:
            value = eval(compile(ast.Expression(last.value), self.filename, "eval"), names)
            if value is not None:
                print(repr(value))
        atexit._run_exitfuncs()  # as at the end of a script: processes that were started are waited for


@dataclass(frozen=True)
class Unsent:
    """Why a call could not be copied to the child: ``what`` of it (nothing: all of it), ``why``, and the ``cure``."""

    what: str
    why: str
    cure: str = ""

    def __str__(self) -> str:
        what = f"{self.what}," if self.what else "this call"
        return f"TypeError: {what} cannot be sent to the child process ({self.why}){f': {self.cure}' * bool(self.cure)}"


class Unsendable(Exception):
    """Something in the call cannot be pickled; ``unsent`` says what, why, and what to do."""

    def __init__(self, what: str, why: str, cure: str = "") -> None:
        self.unsent = Unsent(what, why, cure)
        super().__init__(str(self.unsent))


def packed(function: Callable, args: tuple, kwargs: dict) -> bytes:
    """Pickle a call. Raises ``Unsendable``, which names the argument or variable that cannot be pickled."""
    import cloudpickle

    from unladen.sandbox import travelling

    if not hasattr(cloudpickle, "register_pickle_by_value"):
        told = f"the file {_named(cloudpickle)} is imported in place of the package cloudpickle"
        raise Unsendable("", told, "rename that file, and restart the kernel")
    by_value = _unimportable_module(function)
    if by_value:
        cloudpickle.register_pickle_by_value(by_value)
    try:
        return travelling.dumps((function, args, kwargs))
    except Exception as error:
        raise _culprit(function, args, kwargs, error) from None
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(by_value)


def _named(module: ModuleType) -> str:
    return os.path.basename(getattr(module, "__file__", None) or f"{module.__name__}.py")


def definitions(names: dict) -> bytes:
    """Pickle what a ``__main__`` defines, for a process that will have one of its own; what cannot go stays."""
    from unladen.sandbox import travelling

    try:
        return travelling.definitions(names)
    except Exception:
        return travelling.definitions({name: thing for name, thing in names.items() if _travels(thing)})


def _travels(thing: object) -> bool:
    from unladen.sandbox import travelling

    try:
        travelling.definitions({"it": thing})
    except Exception:
        return False
    return True


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


def _culprit(function: Callable, args: tuple, kwargs: dict, error: Exception) -> Unsendable:
    """What names the argument or the variable that cannot be pickled, and says what to do."""
    given = {f"argument {i}": a for i, a in enumerate(args, 1)} | {f"argument {k}": v for k, v in kwargs.items()}
    # a variable says more than the argument that uses it
    suspects = {k: v for thing in (function, *given.values()) for k, v in _variables(thing, set()).items()} | given
    reason = without_addresses(str(error).strip().rstrip(".")) or type(error).__name__
    for name, thing in suspects.items():
        if not _travels(thing):
            return Unsendable(f"{name}, of type {type(thing).__name__}", reason, "create it in the child instead")
    return Unsendable("", reason)


def _variables(thing: object, seen: set) -> dict[str, object]:
    """The variables that a call uses, those of the functions among them first."""
    found = {}
    with contextlib.suppress(Exception):
        thing = inspect.unwrap(thing) if callable(thing) else thing
    if isinstance(thing, FunctionType) and id(thing) not in seen:
        seen.add(id(thing))
        with contextlib.suppress(Exception):
            names = inspect.getclosurevars(thing)
            found = {**names.globals, **names.nonlocals}
    elif isinstance(thing, Cell):
        found = thing.namespace
    inner = {k: v for one in found.values() if isinstance(one, FunctionType) for k, v in _variables(one, seen).items()}
    return inner | {f"variable {k}": v for k, v in found.items()}
