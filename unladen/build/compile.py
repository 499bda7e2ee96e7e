"""Source text and flags -> a library that is loaded and can be called, built once and then found in the cache."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from unladen.build import cache, extension, headers, signature
from unladen.build.bind import Build, Function, Library
from unladen.build.convert import refusal
from unladen.build.errors import BuildError, diagnostics, explain
from unladen.build.toolchains import Toolchain, toolchain

SUFFIXES = {".c": "c", ".cpp": "cpp", ".cc": "cpp", ".cxx": "cpp"}
_FLAGS = ("-O3", "-g1", "-Wall", "-Wextra", "-fPIC", "-shared")
_STANDARD = {"c": "-std=c17", "cpp": "-std=c++20"}
_SANITIZE = ("-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g", "-O1")
_LIBRARY = ".dylib" if sys.platform == "darwin" else ".so"
# the rules of this file: to change one is to leave older builds behind
_RULES = 2


def build(
    source: str,
    language: str = "c",
    *,
    name: str = "cell",
    flags: Sequence[str] = (),
    origin: Path | None = None,
    sanitize: bool | None = None,
) -> Library | ModuleType:
    """Compile ``source`` ("c" or "cpp") and return what can be called: a ``Library``, or the module if it defines one.

    ``flags`` come after the course's own, so that the last word is theirs. ``name`` is what messages and the compiled
    file are called. ``origin`` is the file or folder that ``#include "…"`` starts from. With ``sanitize`` (None: if
    UNLADEN_SANITIZE=1 in the environment) the address and undefined-behaviour sanitisers are compiled in; a process
    can load that only if it was started for it. Line 1 in messages is the first line of ``source``.

    Raises ``BuildError`` if it does not compile, link or load, in terms of the source's own lines.
    """
    started = time.perf_counter()
    if isinstance(flags, str):
        raise TypeError(f"flags is a sequence of words: {flags.split()!r}, not {flags!r}")
    compiler = toolchain(language)
    sanitized = os.environ.get("UNLADEN_SANITIZE") == "1" if sanitize is None else sanitize
    folders = headers.folders(origin)
    module = signature.module(source)
    recipe = (*_FLAGS, _STANDARD[language], *flags, *(_SANITIZE if sanitized else ()))
    abi = extension.abi(module[0]) if module else ""
    address = cache.key(
        _RULES, source, language, name, recipe, compiler.identity, abi, headers.contents(source, folders), str(origin)
    )

    def make(directory: Path) -> None:
        _compile(directory, directory.with_name(address), compiler, source, language, name, recipe, folders, module)

    try:
        place, cached = cache.entry(address, make)
    except OSError as problem:
        raise BuildError(f"{name} could not be built: {problem.strerror or problem}. {_room(problem)}") from None
    facts = json.loads((place / "build.json").read_text(encoding="utf-8"))
    file = _stem(name) + _suffix(language)
    shown = origin.name if origin and origin.is_file() else ""
    record = Build(
        name=name,
        source=source,
        language=language,
        flags=tuple(flags),
        origin=origin,
        sanitize=sanitize,
        command=tuple(facts["command"]),
        compiler=compiler.version,
        path=place / facts["library"],
        seconds=time.perf_counter() - started,
        cached=cached,
        warnings=tuple(diagnostics(facts["stderr"], source, file, shown)) if facts["stderr"] else (),
    )
    if module:
        return extension.load(record, module[1], address)
    return _load(record)


def native(
    file: str | Path, flags: Sequence[str] = (), *, name: str = "", sanitize: bool | None = None
) -> Library | ModuleType:
    """Compile a source of the course's ``native/`` folder (or any path) and return what can be called, as ``build``."""
    path = headers.find(file)
    if path.suffix not in SUFFIXES:
        raise BuildError(f"{path.name}: expected a file that ends in {', '.join(SUFFIXES)}")
    source = path.read_text(encoding="utf-8")
    return build(source, SUFFIXES[path.suffix], name=name or path.stem, flags=flags, origin=path, sanitize=sanitize)


def _compile(
    directory: Path,
    final: Path,
    compiler: Toolchain,
    source: str,
    language: str,
    name: str,
    recipe: tuple[str, ...],
    folders: list[Path],
    module: tuple[str, str] | None,
) -> None:
    """Fill ``directory``, which will be called ``final``, with the source, the library and how it was made."""
    file, library = _stem(name) + _suffix(language), _stem(name) + _LIBRARY
    (directory / file).write_text(source, encoding="utf-8")
    extra, objects = extension.flags(compiler, module, directory, final.name) if module else ((), ())
    link = [flag for flag in recipe if flag.startswith("-l")]
    command = [
        *(flag for flag in recipe if flag not in link),
        *extra,
        *headers.flags(compiler, source, language, (*recipe, *extra), folders, module),
        *_platform(compiler, recipe, bool(module)),
        f"-ffile-prefix-map={directory}={final}",
        *(file, *objects, "-o", library, *link, "-lm"),
    ]
    answer = compiler.run(command, directory)
    if cache.is_full(answer.stderr):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if answer.returncode:
        found = diagnostics(answer.stderr, source, file, "")
        raise BuildError(explain(answer.stderr.replace(f"{directory}/", ""), found, name), found)
    facts = {"command": [*compiler.command, *command], "library": library, "stderr": answer.stderr}
    (directory / "build.json").write_text(json.dumps(facts), encoding="utf-8")


def _platform(compiler: Toolchain, recipe: tuple[str, ...], module: bool) -> list[str]:
    """Return what this compiler and system need to do the same as the others."""
    flags = []
    sanitized = any(flag.startswith("-fsanitize") for flag in recipe)
    if compiler.kind == "zig":
        # Zig's habits: this very processor's instructions, and traps for undefined behaviour
        chosen = any(flag.startswith(("-march", "-mcpu")) for flag in recipe)
        flags += [] if chosen else ["-mcpu=baseline"]
        flags += [] if sanitized else ["-fno-sanitize=undefined"]
    if sys.platform == "darwin":
        return flags + (["-undefined", "dynamic_lookup"] if module else [])
    # a name that nothing defines is an error now, not a crash at the first call
    return flags + ([] if module or sanitized else ["-Wl,-z,defs"])


def _load(record: Build) -> Library:
    found = signature.signatures(record.source, record.language)
    try:
        foreign = ctypes.CDLL(str(record.path))
    except OSError as problem:
        cache.drop(record.path.parent)
        raise BuildError(f"{record.name} was built but cannot be loaded: {_words(problem)}") from None
    refused = {s.name: why for s in found if (why := refusal(s))}
    bound = [s for s in found if s.name not in refused and hasattr(foreign, s.name)]
    if not bound:
        raise BuildError(_nothing(record, refused))
    library = Library(replace(record, functions=tuple(s.name for s in bound)), refused)
    for one in bound:
        setattr(library, one.name, Function(one, foreign[one.name], library))
    return library


def _nothing(record: Build, refused: dict[str, str]) -> str:
    if refused:
        why = next(iter(refused.values()))
    elif record.language == "c":
        why = "define one that is not static"
    else:
        why = (
            "C++ adds the types of its parameters to a function's name;\n"
            'write extern "C" before the functions to be called, or bind them with PYBIND11_MODULE or NB_MODULE'
        )
    return f"{record.name} has no function that Python can call: {why}"


def _words(problem: OSError) -> str:
    """Return what the loader said, without the path of the library."""
    return re.sub(r"^\S*/", "", str(problem))


def _room(problem: OSError) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on the disk, or set UNLADEN_CACHE to a directory on another one."
    return "Set UNLADEN_CACHE to a directory that you can write to."


def _stem(name: str) -> str:
    """Return ``name`` as the stem of a file name."""
    return re.sub(r"\W+", "_", name)[:60] or "cell"


def _suffix(language: str) -> str:
    return {"c": ".c", "cpp": ".cpp"}[language]
