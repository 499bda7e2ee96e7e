"""Headers: where a source finds its own, what they contain, and the precompiled ones of C++."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from unladen.build import cache
from unladen.build.errors import BuildError
from unladen.build.order import Order

# The usual headers, and those among them that alone cost more than reading the precompiled one (measured: 0.2 s).
USUAL = (
    *("algorithm", "array", "cmath", "complex", "cstdint", "cstdio", "cstdlib", "functional", "iomanip", "iostream"),
    *("map", "memory", "numeric", "sstream", "stdexcept", "string", "unordered_map", "utility", "vector"),
)
_SLOW = {"functional", "iomanip", "iostream", "memory", "sstream"}
_QUOTED = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)
_ANGLED = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([^>\n]+)>", re.M)
# not warnings, libraries, folders, nor names that the standard headers do not look at
_MATTERS = re.compile(r"-(?![WlLI]|D[A-Za-z])|-D(_|NDEBUG)")
_REPOSITORY = Path(__file__).resolve().parents[2]


def folders(origin: Path | None) -> list[Path]:
    """Return the folders in which ``#include "…"`` is looked up: the source's own, then ``native/``."""
    own = [] if origin is None else [origin.parent if origin.is_file() else origin]
    places = [*own, Path.cwd() / "native", _REPOSITORY / "native"]
    return [p for p in dict.fromkeys(p.absolute() for p in places) if p.is_dir()]


def find(file: str | Path) -> Path:
    """Return the path of a source: as given, or in ``native/``; BuildError names what there is."""
    places = [Path(file), Path.cwd() / "native" / file, _REPOSITORY / "native" / file]
    for path in places:
        if path.is_file():
            return path.absolute()
    there = sorted(p.name for p in places[-1].parent.glob("*.c*"))
    raise BuildError(
        f"There is no file {str(file)!r} here or in native/, which has {', '.join(there) or 'no sources yet'}"
    )


def native_folder(name: str | Path) -> Path:
    """Return a folder: as given, or in ``native/``; BuildError if there is none."""
    for path in (Path(name), Path.cwd() / "native" / name, _REPOSITORY / "native" / name):
        if path.is_dir():
            return path.absolute()
    raise BuildError(f"There is no folder {str(name)!r} here or in native/")


def placed(flags: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return ``flags`` with the paths in them made absolute, and the contents of those that are files."""
    absolute, texts = [], []
    for flag in flags:
        prefix = flag[:2] if flag.startswith(("-I", "-L")) else ""
        path = Path.cwd() / flag[len(prefix) :]
        there = bool(flag[len(prefix) :]) and path.exists()
        absolute.append(f"{prefix}{path}" if there else flag)
        if there and path.is_file():
            texts.append(path.read_bytes().hex())
    return absolute, texts


def contents(source: str, places: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Return the (path, text) of every header that ``source`` includes with quotes, and that those include."""
    found: dict[str, str] = {}
    waiting = [(name, places) for name in _QUOTED.findall(source)]
    while waiting:
        name, here = waiting.pop()
        path = next((p / name for p in here if (p / name).is_file()), None)
        if path and str(path) not in found:
            found[str(path)] = path.read_text(encoding="utf-8", errors="replace")
            waiting += [(other, [path.parent, *places]) for other in _QUOTED.findall(found[str(path)])]
    return tuple(sorted(found.items()))


def flags(order: Order, extra: Sequence[str]) -> list[str]:
    """Return the flags by which a source finds its headers, in precompiled form where that pays."""
    quoted = []
    if _QUOTED.search(order.source):
        quoted = [word for place in folders(order.origin) for word in ("-iquote", str(place))]
    if order.module and order.module[0] == "nanobind":
        pre = _precompiled(order, ("nanobind/nanobind.h", "nanobind/ndarray.h"), extra)
        return [*pre, "-include", "domain.hpp", *quoted]
    angled = set(_ANGLED.findall(order.source))
    if order.language == "c" or order.module or not (angled & _SLOW or len(angled & set(USUAL)) > 2):
        return quoted
    return [*_precompiled(order, USUAL, extra), *quoted]


def _precompiled(order: Order, names: Sequence[str], extra: Sequence[str]) -> list[str]:
    """Return the flags that use ``names`` precompiled, which is done first if these flags are new; [] if it cannot be.

    Only flags that change what the headers mean make another one; it takes seconds and some 60 MB, so the eight that
    were used last are kept.
    """
    compiler = order.compiler
    if compiler.kind == "zig":
        return []  # Zig has no such thing, but keeps what it compiled
    text = "".join(f"#include <{name}>\n" for name in names)
    recipe = [*(flag for flag in order.recipe if _MATTERS.match(flag)), *extra]
    file = "headers.hpp.gch" if compiler.kind == "gcc" else "headers.hpp.pch"

    def make(directory: Path) -> None:
        (directory / "headers.hpp").write_text(text)
        answer = compiler.run([*recipe, "-x", "c++-header", "headers.hpp", "-o", file], directory)
        if answer.returncode:
            raise BuildError(answer.stderr)

    try:
        place, _ = cache.entry("headers-" + cache.key(compiler.identity, recipe, text), make)
    except BuildError:
        return []  # the cell itself will show what is wrong with these flags
    cache.keep_recent(place, "headers-*", 8)
    if compiler.kind == "gcc":
        return ["-include", str(place / "headers.hpp")]
    return ["-include-pch", str(place / file)]
