"""C functions as Python callables: every argument is checked before a pointer to it is handed over."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

from unladen.build.convert import converter, returned
from unladen.build.declared import Parameter, Signature
from unladen.build.defaults import whole
from unladen.build.errors import Diagnostic


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
    from unladen.build.compile import build

    return build(source, language, name=name, flags=flags, origin=origin, sanitize=sanitize)


class Function:
    """A C function. Call it with numbers and NumPy arrays; ``signature`` is its declaration in C."""

    def __init__(self, signature: Signature, foreign, library: Library) -> None:
        self.__name__ = self.__qualname__ = signature.name
        self.__doc__ = f"{signature.text}\n\n{signature.doc}".strip()
        self.signature = signature.text
        self.library = library
        self._parameters = signature.parameters
        self._count = len(signature.parameters)
        self._foreign = foreign
        foreign.restype = returned(signature.returns)
        foreign.argtypes = [_Checked(p) for p in signature.parameters]

    def __call__(self, *arguments, **named):
        if named or len(arguments) != self._count:
            arguments = self._whole(arguments, named)
        try:
            return self._foreign(*arguments)
        except ctypes.ArgumentError:
            # ctypes hides which kind of error it was: convert once more, in the open
            for parameter, argument in zip(self._parameters, arguments, strict=True):
                self._checked(parameter, argument)
            raise

    def _whole(self, arguments: tuple, named: dict[str, object]) -> list:
        try:
            return whole(arguments, named, self._parameters)
        except TypeError as problem:
            raise TypeError(f"{self.__name__} {problem}: {self.signature}") from None

    def _checked(self, parameter: Parameter, argument: object) -> None:
        try:
            converter(parameter)(argument)
        except (TypeError, ValueError, OverflowError) as problem:
            message = f"{self.library._name}.{self.__name__}: {parameter.name} is {parameter.text!r}: {problem}"
            raise type(problem)(message) from None

    def __reduce__(self):
        return getattr, (self.library, self.__name__)

    def __repr__(self) -> str:
        return f"{self.library._name}: {self.signature}"


class _Checked:
    """What ctypes asks of an entry in ``argtypes``: a ``from_param`` that converts or raises."""

    def __init__(self, parameter: Parameter) -> None:
        self.from_param = converter(parameter)
