"""C functions as Python callables: every argument is checked before a pointer to it is handed over."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from unladen.build.errors import Diagnostic
from unladen.build.signature import CType, Parameter, Signature

_BITS = 8 * ctypes.sizeof(ctypes.c_void_p)
_LONG = 8 * ctypes.sizeof(ctypes.c_long)
_INTS = {"short": 16, "int": 32, "unsigned": 32, "long": _LONG, "long long": 64, "ssize_t": _BITS, "ptrdiff_t": _BITS}
_INTS |= {
    "intptr_t": _BITS,
    "int short": 16,
    "int long": _LONG,
    "int long long": 64,
    "size_t": _BITS,
    "uintptr_t": _BITS,
}
_INTS |= {f"int{bits}_t": bits for bits in (8, 16, 32, 64)} | {"char signed": 8, "char": 8}
_UNSIGNED = {"size_t", "uintptr_t", "unsigned"} | {f"uint{bits}_t" for bits in (8, 16, 32, 64)}


def _simple() -> dict[str, type]:
    """Name every simple C type as ctypes knows it; the words of a name are in alphabetical order."""
    signed = {8: ctypes.c_int8, 16: ctypes.c_int16, 32: ctypes.c_int32, 64: ctypes.c_int64}
    unsigned = {8: ctypes.c_uint8, 16: ctypes.c_uint16, 32: ctypes.c_uint32, 64: ctypes.c_uint64}
    found: dict[str, type] = {}
    for name, bits in _INTS.items():
        found[name] = (unsigned if name in _UNSIGNED else signed)[bits]
        if not name.endswith("_t"):
            words = [w for w in name.split() if w not in ("signed", "unsigned")]
            found[" ".join(sorted([*words, "signed"]))] = signed[bits]
            found[" ".join(sorted([*words, "unsigned"]))] = unsigned[bits]
        elif name.startswith("int") and name[3].isdigit():
            found["u" + name] = unsigned[bits]
    return found | {"bool": ctypes.c_bool, "_Bool": ctypes.c_bool, "float": ctypes.c_float, "double": ctypes.c_double}


SIMPLE = _simple()
_COMPLEX = {"double complex": np.complex128, "_Complex double": np.complex128, "complex<double>": np.complex128}
_COMPLEX |= {"complex float": np.complex64, "_Complex float": np.complex64, "complex<float>": np.complex64}


@dataclass(frozen=True)
class Build:
    """How a library came to be: what was given, the exact ``command``, and what the compiler warned of."""

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
    functions: tuple[str, ...] = field(default=())

    def again(self) -> tuple:
        """Return the arguments that build the same thing in another process."""
        return self.source, self.language, self.name, self.flags, self.origin, self.sanitize


class Library:
    """A compiled library: its functions are attributes, ``build`` tells how it was built."""

    def __init__(self, build: Build, functions: dict[str, Function], refused: dict[str, str]) -> None:
        self.__dict__.update(functions, build=build)
        self._refused = refused

    def __getattr__(self, name: str):
        if reason := self.__dict__.get("_refused", {}).get(name):
            raise AttributeError(reason)
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"{self.build.name} has no function {name!r}; it has {', '.join(self.build.functions)}")

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

    def __call__(self, *arguments):
        if len(arguments) != self._count:
            raise TypeError(f"{self.__name__} takes {_counted(self._count)}, got {len(arguments)}: {self.signature}")
        try:
            return self._foreign(*arguments)
        except ctypes.ArgumentError:
            # ctypes hides which kind of error it was: convert once more, in the open
            for parameter, argument in zip(self._parameters, arguments, strict=True):
                self._checked(parameter, argument)
            raise

    def _checked(self, parameter: Parameter, argument: object) -> None:
        try:
            converter(parameter)(argument)
        except (TypeError, ValueError, OverflowError) as problem:
            message = f"{self.library.build.name}.{self.__name__}: {parameter.name} is {parameter.text!r}: {problem}"
            raise type(problem)(message) from None

    def __reduce__(self):
        return getattr, (self.library, self.__name__)

    def __repr__(self) -> str:
        return f"{self.library.build.name}: {self.signature}"


def _counted(count: int) -> str:
    return f"{count or 'no'} argument{'s' * (count != 1)}"


class _Checked:
    """What ctypes asks of an entry in ``argtypes``: a ``from_param`` that converts or raises."""

    def __init__(self, parameter: Parameter) -> None:
        self.from_param = converter(parameter)


def returned(kind: CType):
    """Return the ctypes type of a result; pointers to what ctypes does not know come back as addresses."""
    if not kind.stars:
        if kind.name in ("void", "char"):
            return {"void": None, "char": ctypes.c_char}[kind.name]
        return SIMPLE[kind.name]
    if kind.stars == 1 and kind.name == "char":
        return ctypes.c_char_p
    return ctypes.POINTER(SIMPLE[kind.name]) if kind.stars == 1 and kind.name in SIMPLE else ctypes.c_void_p


def refusal(signature: Signature) -> str:
    """Say why a function cannot be called from Python; '' if it can."""
    for what, kind in [("returns", signature.returns), *((p.text, p.type) for p in signature.parameters)]:
        simple = kind.name in SIMPLE or (kind.name == "void" and what == "returns")
        if not (simple or kind.stars) or kind.name == "function" or "&" in kind.name:
            word = (
                f"returns {signature.text.split(signature.name)[0].strip()}" if what == "returns" else f"takes {what!r}"
            )
            return (
                f"{signature.name} {word}, which cannot cross from Python: use numbers and pointers to numbers, "
                "or bind it with pybind11 or nanobind"
            )
    return ""


def converter(parameter: Parameter) -> Callable:
    """Return the function that checks an argument for ``parameter`` and turns it into what ctypes passes.

    It raises TypeError, ValueError or OverflowError with what was given, what is expected and what to do.
    """
    kind = parameter.type
    if kind.stars:
        return _pointer(kind)
    simple = SIMPLE[kind.name]
    if simple in (ctypes.c_double, ctypes.c_float):
        return _real(simple)
    if simple is ctypes.c_bool:
        return lambda value: simple(_boolean(value))
    return _integer(simple, kind.name)


def _boolean(value: object) -> bool:
    if not isinstance(value, (bool, np.bool_)) and value not in (0, 1):
        raise TypeError(f"expected True or False, got {_named(value)}")
    return bool(value)


def _real(simple: type) -> Callable:
    def convert(value):
        try:
            return simple(value)
        except TypeError:
            raise TypeError(f"expected a number, got {_named(value)}") from None

    return convert


def _integer(simple: type, name: str) -> Callable:
    bits = 8 * ctypes.sizeof(simple)
    least = -(1 << bits - 1) if simple(-1).value < 0 else 0
    most = least + (1 << bits) - 1

    def convert(value):
        if value.__class__ is not int:
            value = _whole(value, name)
        if least <= value <= most:
            return simple(value)
        raise OverflowError(f"{value} does not fit: {name} holds {least} to {most}")

    return convert


def _whole(value: object, name: str) -> int:
    if name == "char" and isinstance(value, (str, bytes)) and len(value) == 1:
        code = ord(value)
        return code - 256 if 127 < code < 256 else code
    try:
        return operator.index(value)
    except TypeError:
        advice = "; int(x) drops the fraction" if isinstance(value, (float, np.floating)) else ""
        raise TypeError(f"expected a whole number, got {_named(value)}{advice}") from None


def _pointer(kind: CType) -> Callable:
    """Return the converter for a pointer: fast for a fitting array, careful with everything else."""
    simple = SIMPLE.get(kind.name) if kind.stars == 1 else None
    dtype = np.dtype(_COMPLEX[kind.name]) if kind.name in _COMPLEX and kind.stars == 1 else simple and np.dtype(simple)
    unit = simple or ctypes.c_char
    from_buffer, byref, array = unit.from_buffer, ctypes.byref, np.ndarray

    def convert(value):
        if value.__class__ is array and value.dtype is dtype:
            try:
                return byref(from_buffer(value))  # refuses what is read-only, not contiguous or empty
            except (TypeError, ValueError, BufferError):
                pass
        if value is None:
            return None
        if isinstance(value, (ctypes._SimpleCData, ctypes._Pointer, ctypes.Array, ctypes.Structure, _REFERENCE)):
            return _foreign(value, simple)
        if isinstance(value, str) and kind.const and kind.name == "char":
            return ctypes.c_char_p(value.encode())
        if isinstance(value, int) and simple is None and not isinstance(value, bool):
            return ctypes.c_void_p(value)  # an address that C gave out earlier
        found = _array(value, dtype)
        _check(found, dtype, kind)
        return ctypes.c_void_p(found.ctypes.data) if found.size else ctypes.c_void_p(found.ctypes.data or None)

    return convert


_REFERENCE = type(ctypes.byref(ctypes.c_int()))


def _foreign(value, simple):
    """Let ctypes judge ctypes objects."""
    if simple is None:
        return ctypes.c_void_p.from_param(value)
    try:
        return ctypes.POINTER(simple).from_param(value)
    except (TypeError, ctypes.ArgumentError):
        raise TypeError(f"expected a pointer to {simple.__name__}, got {type(value).__name__}") from None


def _array(value: object, dtype) -> np.ndarray:
    """View anything that holds its numbers in a row of memory as an array, without copying."""
    if isinstance(value, np.ndarray):
        return value
    wanted = f"dtype=np.{dtype.name}" if dtype else "dtype=…"
    try:
        if isinstance(value, np.generic):
            raise TypeError
        view = memoryview(value)
        return (
            np.frombuffer(view, dtype)
            if isinstance(value, (bytes, bytearray)) and dtype and dtype.itemsize == 1
            else np.asarray(view)
        )
    except (TypeError, ValueError):
        advice = f"np.array(x, {wanted})" if isinstance(value, (list, tuple, range)) else f"np.asarray(x, {wanted})"
        raise TypeError(f"expected an array, got {_named(value)}; pass {advice}") from None


def _check(array: np.ndarray, dtype, kind: CType) -> None:
    if array.dtype.hasobject:
        raise TypeError("an array of Python objects holds no numbers, only references; give it a dtype that C knows")
    if dtype and array.dtype != dtype:
        if array.dtype.newbyteorder("=") == dtype:
            raise TypeError(
                f"the array's bytes are in the other order ({array.dtype.str}); pass x.astype(np.{dtype.name})"
            )
        if not (kind.name == "char" and array.dtype in (np.uint8, np.dtype("S1"))):
            raise TypeError(
                f"expected an array of {dtype.name}, got {array.dtype.name}; pass x.astype(np.{dtype.name})"
            )
    if not array.flags.c_contiguous:
        raise ValueError(
            f"the array's elements do not follow each other in memory (strides {array.strides}, shape {array.shape}); "
            "pass np.ascontiguousarray(x), and mind that C then writes into that copy"
        )
    if not kind.const and not array.flags.writeable:
        raise ValueError(
            "the array is read-only, and C may write through this pointer; pass x.copy(), or say const in C"
        )


def _named(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 40 else ''}".strip()
