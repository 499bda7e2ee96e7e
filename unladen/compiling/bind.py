"""C functions as Python callables: every argument is checked before a pointer to it is handed over."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from unladen.compiling.convert import converter, returned
from unladen.compiling.declared import Parameter, Signature
from unladen.compiling.defaults import whole
from unladen.compiling.errors import Diagnostic
from unladen.compiling.guard import raised
from unladen.compiling.scalars import Address


@dataclass(frozen=True)
class Build:
    """How a library came to be: what was given, the exact ``command``, and what the compiler warned of.

    ``seconds`` is how long it took from the source to this record, ``cached`` whether it had been built before,
    ``took`` how long the compiler worked when it was, ``functions`` the names that can be called.
    """

    name: str
    source: str
    language: str
    flags: tuple[str, ...]
    origin: Path | None
    sanitize: bool | None
    command: tuple[str, ...]
    compiler: str
    path: Path
    seconds: float
    cached: bool
    warnings: tuple[Diagnostic, ...] = ()
    functions: tuple[str, ...] = ()
    took: float = 0.0

    def again(self) -> tuple:
        """Return the arguments that build the same thing in another process."""
        return self.source, self.language, self.name, self.flags, self.origin, self.sanitize


class Library:
    """A compiled library: its functions are attributes, ``build`` tells how it was built.

    It can be pickled: what is sent is the source, and the other process builds it, or finds it in the cache.
    """

    build: Build

    def __init__(self, name: str, refused: dict[str, str]) -> None:
        self._name = name
        self._refused = refused

    def __getattr__(self, name: str):
        if name.startswith("_") or name == "build":
            raise AttributeError(name)
        if reason := self._refused.get(name):
            raise AttributeError(reason)
        raise AttributeError(f"{self._name} has no function {name!r}; it has {', '.join(self.build.functions)}")

    def __reduce__(self):
        return _rebuilt, self.build.again()

    def __repr__(self) -> str:
        return "\n".join(repr(getattr(self, name)) for name in self.build.functions)


def _rebuilt(source, language, name, flags, origin, sanitize) -> Library:
    from unladen.compiling.compile import build

    return build(source, language, name=name, flags=flags, origin=origin, sanitize=sanitize)


class Function:
    """A C function. Call it with numbers and NumPy arrays; ``signature`` is its declaration in C."""

    def __init__(self, signature: Signature, foreign, library: Library) -> None:
        self.__name__ = self.__qualname__ = signature.name
        self.__doc__ = "\n\n".join(filter(None, (signature.text, signature.doc, _unchecked(signature))))
        self.signature = signature.text
        self.library = library
        self._parameters = signature.parameters
        self._count = len(signature.parameters)
        self._foreign = self._as_parameter_ = foreign
        foreign.restype = returned(signature.returns)
        foreign.argtypes = [_Checked(p, library) for p in signature.parameters]
        if foreign.restype is ctypes.c_void_p:
            of = signature.returns.of
            foreign.errcheck = lambda result, *_: None if result is None else Address(result, library, of)

    def __call__(self, *arguments, **named):
        if named or len(arguments) != self._count:
            arguments = self._whole(arguments, named)
        try:
            return self._foreign(*arguments)
        except ctypes.ArgumentError as hidden:
            # ctypes hides which kind of error it was: convert once more, in the open
            raise (self._problem(arguments) or hidden) from None
        except SystemError as problem:  # a C++ exception
            raise _told(raised(problem, self.__name__)) from None

    def _whole(self, arguments: tuple, named: dict[str, object]) -> list:
        try:
            return whole(arguments, named, self._parameters)
        except TypeError as problem:
            raise _told(TypeError(f"{self.__name__} {problem}: {self.signature}")) from None

    def _problem(self, arguments: tuple) -> Exception | None:
        for parameter, argument in zip(self._parameters, arguments, strict=True):
            try:
                converter(parameter, self.library)(argument)
            except (TypeError, ValueError, OverflowError) as problem:
                message = f"{self.library._name}.{self.__name__}: {parameter.name} is {parameter.text!r}: {problem}"
                kind = next(one for one in (TypeError, OverflowError, ValueError) if isinstance(problem, one))
                return _told(kind(message))
            except Exception as problem:  # the argument's own, such as of its __index__
                return problem
        return None

    def __reduce__(self):
        return getattr, (self.library, self.__name__)

    def __repr__(self) -> str:
        return f"{self.library._name}: {self.signature}"


def _unchecked(signature: Signature) -> str:
    """Say what no check of ours sees."""
    pointers = [p.type.of for p in signature.parameters if p.type.kind == "pointer"]
    lines = []
    if any(of.kind != "function" for of in pointers):
        lines.append("Lengths are not checked: C reads and writes wherever its indices lead.")
    if any(of.kind == "void" for of in pointers):
        lines.append("An array of any dtype goes through void *: which one C expects cannot be checked.")
    return " ".join(lines)


class _Checked:
    """What ctypes asks of an entry in ``argtypes``: a ``from_param`` that converts or raises."""

    def __init__(self, parameter: Parameter, library: Library) -> None:
        self.from_param = converter(parameter, library)


# -- errors that end where the learner's own lines do -----------------------------------------------------------------


def _told(problem: Exception) -> Exception:
    """Let IPython show an error as ever, but without the frames of this file: the mistake is not there."""
    problem._render_traceback_ = _rendered
    return problem


def _rendered() -> list[str]:
    from IPython import get_ipython

    problem = sys.exc_info()[1] or sys.last_value  # IPython asks while it handles the error, or for %tb
    shown = get_ipython().InteractiveTB
    return shown.structured_traceback(type(problem), problem, _above(problem.__traceback__))


def _above(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback before the first frame of this file."""
    if trace is None or trace.tb_frame.f_code.co_filename == __file__:
        return None
    return TracebackType(_above(trace.tb_next), trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
