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
from pathlib import Path
from types import ModuleType

from unladen.build import cache, extension, headers, signature
from unladen.build.bind import Build, Function, Library
from unladen.build.convert import refusal
from unladen.build.declarations import declarations, prepare
from unladen.build.declared import unpacked
from unladen.build.errors import BuildError, diagnostics, explain
from unladen.build.order import Order
from unladen.build.toolchains import processor, toolchain

SUFFIXES = {".c": "c", ".cpp": "cpp", ".cc": "cpp", ".cxx": "cpp"}
_FLAGS = ("-O3", "-g", "-Wall", "-Wextra", "-fPIC", "-shared")
_MODULE_FLAGS = ("-O3", "-g1", "-Wall", "-Wextra", "-fPIC", "-shared")  # nothing is read from a module: lines suffice
_STANDARD = {"c": "-std=c17", "cpp": "-std=c++20"}
_SANITIZE = ("-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g", "-O1")
# the rules of this file: to change one is to leave older builds behind
_RULES = 5


def build(
    source: str,
    language: str = "c",
    *,
    name: str = "cell",
    flags: Sequence[str] = (),
    origin: Path | None = None,
    sanitize: bool | None = None,
    module: str = "",
) -> Library | ModuleType:
    """Compile ``source`` ("c" or "cpp") and return what can be called: a ``Library``, or the module if it defines one.

    ``flags`` come after the course's own, so that the last word is theirs. ``name`` is what messages and the compiled
    file are called. ``origin`` is the file or folder that ``#include "…"`` starts from. With ``sanitize`` (None: if
    UNLADEN_SANITIZE=1 in the environment) the address and undefined-behaviour sanitisers are compiled in; a process
    can load that only if it was started for it. ``module`` is the name of the Python module that the source defines,
    where that cannot be seen (a tool wrote it, with macros). Line 1 in messages is the first line of ``source``.

    Raises ``BuildError`` if it does not compile, link or load, in terms of the source's own lines.
    """
    started = time.perf_counter()
    if isinstance(flags, str):
        raise TypeError(f"flags is a sequence of words: {flags.split()!r}, not {flags!r}")
    compiler = toolchain(language)
    sanitized = os.environ.get("UNLADEN_SANITIZE") == "1" if sanitize is None else sanitize
    given, files = headers.placed(flags)
    defines = ("python", module) if module else signature.module(source)
    usual = _MODULE_FLAGS if defines else _FLAGS
    # after a -g0 of the learner's, a second -g brings back what the declarations are read from
    again = ("-g",) if not defines and any(flag.startswith("-g") for flag in given) else ()
    recipe = (*usual, _STANDARD[language], *given, *(_SANITIZE if sanitized else ()), *again)
    order = Order(source, language, name, recipe, origin, compiler, defines)
    texts = headers.contents(source, headers.folders(origin))
    abi = extension.abi(order.module[0]) if order.module else ""
    cpu = processor() if any(flag.endswith("=native") for flag in recipe) else ""
    address = cache.key(_RULES, source, language, name, recipe, origin, compiler.identity, abi, cpu, texts, files)
    try:
        result, place, cached = _deliver(order, address)
        facts = json.loads((place / "build.json").read_text(encoding="utf-8"))
    except OSError as problem:
        raise BuildError(f"{name} could not be built: {problem.strerror or problem}. {_room(problem)}") from None
    record = Build(
        name=name,
        source=source,
        language=language,
        flags=tuple(flags),
        origin=origin,
        sanitize=sanitize,
        command=tuple(facts["command"]),
        compiler=compiler.version,
        path=place / order.library,
        seconds=time.perf_counter() - started,
        cached=cached,
        took=facts["seconds"],
        warnings=tuple(diagnostics(facts["stderr"], source, order.file, order.shown)),
        functions=tuple(word for word in vars(result) if word[0] != "_" and callable(getattr(result, word))),
    )
    if isinstance(getattr(result, "build", record), Build):  # a module may have something of that name itself
        result.build = record
    return result


def native(
    file: str | Path, flags: Sequence[str] = (), *, name: str = "", sanitize: bool | None = None
) -> Library | ModuleType:
    """Compile a source of the course's ``native/`` folder (or any path) and return what can be called, as ``build``."""
    path = headers.find(file)
    if path.suffix not in SUFFIXES:
        raise BuildError(f"{path.name}: expected a file that ends in {', '.join(SUFFIXES)}")
    source = path.read_text(encoding="utf-8")
    return build(source, SUFFIXES[path.suffix], name=name or path.stem, flags=flags, origin=path, sanitize=sanitize)


def _deliver(order: Order, address: str) -> tuple[Library | ModuleType, Path, bool]:
    """Return what was built and loaded, where it is, and whether it was there; what was damaged is built anew."""
    while True:
        place, cached = cache.entry(address, lambda directory: _compile(order, directory, address))
        try:
            path = place / order.library
            return (extension.load(order, path, address) if order.module else _load(order, path)), place, cached
        except BuildError:
            cache.drop(place)
            if not cached:
                raise


def _compile(order: Order, directory: Path, address: str) -> None:
    """Fill ``directory``, which will then be called ``address``, with source, library and how it was made."""
    (directory / order.file).write_text(order.source, encoding="utf-8")
    extra, objects = extension.flags(order, directory, address)
    link = [flag for flag in order.recipe if flag.startswith("-l")]
    arguments = [
        *(flag for flag in order.recipe if flag not in link),
        *extra,
        *headers.flags(order, extra),
        *_platform(order),
        f"-ffile-prefix-map={directory}={directory.with_name(address)}",
        *(order.file, *objects, "-o", order.library, *link, "-lm"),
    ]
    if not order.module:
        prepare()
    started = time.perf_counter()
    answer = order.compiler.run(arguments, directory)
    seconds = time.perf_counter() - started
    if cache.is_full(answer.stderr):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if answer.returncode:
        found = diagnostics(answer.stderr, order.source, order.file, order.shown)
        raise BuildError(explain(answer.stderr.replace(f"{directory}/", ""), found, order.name), found)
    facts = {"command": [*order.compiler.command, *arguments], "stderr": answer.stderr, "seconds": seconds}
    if not order.module:
        facts |= declarations(order, directory, arguments)
    (directory / "build.json").write_text(json.dumps(facts), encoding="utf-8")


def _platform(order: Order) -> list[str]:
    """Return what this compiler and system need to do the same as the others."""
    flags = []
    sanitized = any(flag.startswith("-fsanitize") for flag in order.recipe)
    if order.compiler.kind == "zig":
        # Zig's habits: this very processor's instructions, and traps for undefined behaviour
        chosen = any(flag.startswith(("-march", "-mcpu")) for flag in order.recipe)
        flags += [] if chosen else ["-mcpu=baseline"]
        flags += [] if sanitized else ["-fno-sanitize=undefined"]
    if sys.platform == "darwin":
        return flags + (["-undefined", "dynamic_lookup"] if order.module else [])
    # a name that nothing defines is an error now, not a crash at the first call
    return flags + ([] if order.module or sanitized else ["-Wl,-z,defs"])


def _load(order: Order, path: Path) -> Library:
    """Load the library and bind every function of the source that Python can call."""
    try:
        foreign = ctypes.CDLL(str(path))
    except OSError as problem:
        raise BuildError(f"{order.name} was built but cannot be loaded: {_words(problem)}") from None
    facts = json.loads(path.with_name("build.json").read_text(encoding="utf-8"))
    found = [unpacked(row) for row in facts["functions"]]
    refused = {one.name: why for one in found if (why := one.refused or refusal(one))}
    refused |= {name: _unread(order, name) for name in facts["unread"]}
    bound = [one for one in found if one.name not in refused and hasattr(foreign, one.name)]
    if not bound:
        raise BuildError(_nothing(order, refused))
    library = Library(order.name, refused)
    for one in bound:
        setattr(library, one.name, Function(one, foreign[one.name], library))
    return library


def _nothing(order: Order, refused: dict[str, str]) -> str:
    """Say why there is nothing to call."""
    if refused:
        why = next(iter(refused.values()))
    elif order.language == "c":
        why = "define one that is not static, nor hidden, nor only inline (of which C keeps no copy)"
    else:
        why = (
            "C++ adds the types of its parameters to a function's name;\n"
            'write extern "C" before the functions to be called, or bind them with PYBIND11_MODULE or NB_MODULE'
        )
    return f"{order.name} has no function that Python can call: {why}"


def _unread(order: Order, name: str) -> str:
    return (
        f"{name} is in {order.name}, but nothing says what it takes: it is an alias, or comes from an archive or an "
        f"object that was compiled without -g; compile that with -g, or write a function here that calls {name}"
    )


def _words(problem: OSError) -> str:
    """Return what the loader said, without the path of the library."""
    return re.sub(r"^\S*/", "", str(problem))


def _room(problem: OSError) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on the disk, or set UNLADEN_CACHE to a directory on another one."
    return "Set UNLADEN_CACHE to a directory that you can write to."
