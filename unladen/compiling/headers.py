"""Headers: where a source finds its own, what they contain, and which C++ cells read precompiled ones."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from unladen.compiling import prepared
from unladen.compiling.errors import BuildError
from unladen.compiling.request import Order
from unladen.folders import NATIVE

# The usual headers, and those among them that alone cost more than reading the precompiled one (measured: 0.2 s).
USUAL = (
    *("algorithm", "array", "cmath", "complex", "cstdint", "cstdio", "cstdlib", "functional", "iomanip", "iostream"),
    *("map", "memory", "numeric", "sstream", "stdexcept", "string", "unordered_map", "utility", "vector"),
)
_SLOW = {"functional", "iomanip", "iostream", "memory", "sstream"}
# an #include of a text, or of a macro, which may be one
_QUOTED = re.compile(r"^[ \t]*#[ \t]*(?:include|include_next|import|embed)[ \t]*[^<\s]|__has_(?:include|embed)", re.M)
_ANGLED = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([^>\n]+)>", re.M)
# not warnings, libraries, folders, nor names that the standard headers do not look at
_MATTERS = re.compile(r"-(?![WlLI]|D[A-Za-z])|-D(_|NDEBUG)")
_TAKE_NO_PATH = {"-D", "-U", "-x", "-l"}
_BEFORE_A_PATH = re.compile(r"-[ILF]|-i(?:quote|system|dirafter)|-Wl,(?:[^,]*[,=])?|-f[\w-]+=|-?-sysroot=|")


def folders(origin: Path | None) -> list[Path]:
    """Return the folders in which ``#include "…"`` is looked up: the source's own, then ``native/``."""
    own = [] if origin is None else [origin.parent if origin.is_file() else origin]
    places = [*own, Path.cwd() / "native", NATIVE]
    return [p for p in dict.fromkeys(p.absolute() for p in places) if p.is_dir()]


def find(file: str | Path) -> Path:
    """Return the path of a source: as given, or in ``native/``; BuildError names what there is."""
    places = [Path(file), Path.cwd() / "native" / file, NATIVE / file]
    for path in places:
        if path.is_file():
            return path.absolute()
    there = sorted(p.name for p in places[-1].parent.glob("*.c*"))
    raise BuildError(
        f"There is no file {str(file)!r} here or in native/, which has {', '.join(there) or 'no sources yet'}"
    )


def native_folder(name: str | Path) -> Path:
    """Return a folder: as given, or in ``native/``; BuildError if there is none."""
    for path in (Path(name), Path.cwd() / "native" / name, NATIVE / name):
        if path.is_dir():
            return path.absolute()
    raise BuildError(f"There is no folder {str(name)!r} here or in native/")


def placed(flags: Sequence[str]) -> list[str]:
    """Return ``flags`` with the paths in them made absolute, and the words of ``@FILE`` in its place."""
    absolute = []
    for before, flag in zip(["", *flags], flags, strict=False):
        file = Path.cwd() / flag[1:]
        if flag[:1] == "@" and file.is_file():
            absolute += placed(shlex.split(file.read_text(encoding="utf-8")))
        else:
            absolute.append(flag if before in _TAKE_NO_PATH else _absolute(flag))
    return absolute


def _absolute(flag: str) -> str:
    """Return a flag, or a word between flags, with its path made absolute: the compiler runs in a folder of ours."""
    start = _BEFORE_A_PATH.match(flag)[0]
    path = Path.cwd() / flag[len(start) :]
    return f"{start}{path}" if flag[len(start) :] and path.exists() else flag


def searched(source: str, origin: Path | None) -> list[Path]:
    """Return the folders in which this very source has headers looked up, if it asks for any with quotes."""
    return folders(origin) if _QUOTED.search(source) else []


def flags(order: Order, extra: Sequence[str]) -> list[str]:
    """Return the flags by which a source finds its headers, in precompiled form where that pays and they are there."""
    quoted = [word for place in searched(order.source, order.origin) for word in ("-iquote", str(place))]
    angled = set(_ANGLED.findall(order.source))
    if order.language == "c" or order.module or not (angled & _SLOW or len(angled & set(USUAL)) > 2):
        return quoted
    recipe = (*(flag for flag in order.recipe if _MATTERS.match(flag)), *extra)
    usual = prepared.Headers(order.compiler, recipe, "".join(f"#include <{name}>\n" for name in USUAL))
    place = prepared.ready(usual)
    return [*(usual.use(place) if place else ()), *quoted]
