"""Source text and flags -> a library that is loaded and can be called, built once and then found in the cache."""

from __future__ import annotations

import errno
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType

from unladen.compiling import cache, extension, headers, inputs, loading, recipes, signature, text
from unladen.compiling.bind import Build, Library
from unladen.compiling.declarations import declarations, prepare
from unladen.compiling.errors import (
    BuildError,
    NoHeaders,
    NoOpenMP,
    diagnostics,
    explain,
    insist_on_headers,
    lacks_openmp,
    lacks_python,
    wanting_openmp,
)
from unladen.compiling.request import Order
from unladen.compiling.toolchains import processor, toolchain

SUFFIXES = {".c": "c", ".cpp": "cpp", ".cc": "cpp", ".cxx": "cpp"}
# the rules of a build: to change one is to leave older builds behind
_RULES = 6
_locks: dict[str, threading.Lock] = {}  # by address: two threads do not build the same


def build(
    source: str,
    language: str = "c",
    *,
    name: str = "cell",
    flags: Sequence[str] = (),
    origin: Path | None = None,
    sanitize: bool | None = None,
    module: str = "",
    waiting: Callable[[], AbstractContextManager] = nullcontext,
) -> Library | ModuleType:
    """Compile ``source`` ("c" or "cpp") and return what can be called: a ``Library``, or the module if it defines one.

    ``flags`` come after the course's own, so that the last word is theirs. ``name`` is what messages and the compiled
    file are called. ``origin`` is the file or folder that ``#include "…"`` starts from. With ``sanitize`` (None: if
    UNLADEN_SANITIZE=1 in the environment) the address and undefined-behaviour sanitisers are compiled in; a process
    can load that only if it was started for it. ``module`` is the name of the Python module that the source defines,
    where that cannot be seen (a tool wrote it, with macros). ``waiting`` is entered while a compiler works: not for
    what is found in the cache. Line 1 in messages is the first line of ``source``.

    Raises ``BuildError`` if it does not compile, link or load, in terms of the source's own lines; ``NoHeaders`` if it
    is a module, and Python's headers are not here; ``NoOpenMP`` if a flag asks for it, and the compiler has none.
    """
    started = time.perf_counter()
    if isinstance(flags, str):
        raise TypeError(f"flags is a sequence of words: {flags.split()!r}, not {flags!r}")
    compiler = toolchain(language)
    sanitized = os.environ.get("UNLADEN_SANITIZE") == "1" if sanitize is None else sanitize
    source = text.plain(source)
    given = headers.placed(flags)
    if not sanitized:
        recipes.refuse_sanitizers((*compiler.command, *given), name)
    defines = ("python", module) if module else signature.module(source)
    if defines and not inputs.searched(given):
        insist_on_headers(name)
    recipe = recipes.recipe(language, given, module=bool(defines), sanitized=sanitized)
    order = Order(source, language, name, recipe, origin, compiler, defines)
    places = [str(place) for place in headers.searched(source, origin)]
    abi = extension.abi(order.module[0]) if order.module else ""
    cpu = processor() if any(flag.endswith("=native") for flag in recipe) else ""
    steer = inputs.steering()
    address = cache.key(_RULES, source, language, name, recipe, compiler.identity, abi, cpu, places, steer)
    try:
        result, place, facts, cached = _deliver(order, address, waiting)
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
    file: str | Path,
    flags: Sequence[str] = (),
    *,
    name: str = "",
    sanitize: bool | None = None,
    waiting: Callable[[], AbstractContextManager] = nullcontext,
) -> Library | ModuleType:
    """Compile a source of the course's ``native/`` folder (or any path) and return what can be called, as ``build``."""
    path = headers.find(file)
    if path.suffix not in SUFFIXES:
        raise BuildError(f"{path.name}: expected a file that ends in {', '.join(SUFFIXES)}")
    source = text.read(path)
    name = name or path.stem
    language = SUFFIXES[path.suffix]
    return build(source, language, name=name, flags=flags, origin=path, sanitize=sanitize, waiting=waiting)


def _deliver(
    order: Order, address: str, waiting: Callable[[], AbstractContextManager]
) -> tuple[Library | ModuleType, Path, dict, bool]:
    """Return what was built and loaded, where it is, how it was made, and whether it was there.

    At one address there may be several editions, each made from other headers or libraries. Each has a name that never
    was before: from a path that it knows, a system gives a process what was there when it loaded it first.
    """
    with _locks.setdefault(address, threading.Lock()):
        if found := _kept(address):
            place, facts = found
            return _loaded(order, place), place, facts, True
        edition = f"{address}/{secrets.token_hex(4)}"
        with waiting():
            place, _ = cache.entry(edition, lambda directory: _compile(order, directory, edition))
    try:
        result = _loaded(order, place)
    except BuildError:
        cache.drop(place)
        raise
    cache.keep_recent(place, "*", 8, spared=3600)
    return result, place, json.loads((place / "build.json").read_text(encoding="utf-8")), False


def _kept(address: str) -> tuple[Path, dict] | None:
    """Return an edition whose every input is as it was, and how it was made."""
    for place in cache.entries(address):
        facts = json.loads((place / "build.json").read_text(encoding="utf-8"))
        if inputs.unchanged(facts["inputs"]):
            return place, facts
    return None


def _loaded(order: Order, place: Path) -> Library | ModuleType:
    with loading.unchanged_arithmetic():
        if order.module:
            return extension.load(order, place / order.library, _world(place))
        return loading.library(order, place / order.library)


def _world(place: Path) -> str:
    """Return a name that this edition alone has, for what must not be shared with any other."""
    return f"{place.parent.name}_{place.name}"


def _compile(order: Order, directory: Path, edition: str) -> None:
    """Fill ``directory``, which will then be called ``edition``, with source, library and how it was made."""
    final = directory.parent / edition
    (directory / order.file).write_text(order.source, encoding="utf-8")
    extra, objects = extension.flags(order, directory, _world(final))
    # a linker takes from a library what those before it asked for
    link = [flag for flag in order.recipe if flag.startswith("-l") or flag.endswith((".a", ".so", ".dylib"))]
    arguments = [
        *(flag for flag in order.recipe if flag not in link),
        *extra,
        *headers.flags(order, extra),
        *recipes.platform(order),
        *inputs.listed(order.compiler.kind),
        f"-ffile-prefix-map={directory}={final}",
        *(order.file, *objects, "-o", order.library, *link, "-lm"),
    ]
    if not order.module:
        prepare()
    since, started = time.time(), time.perf_counter()
    answer = order.compiler.run(arguments, directory)
    seconds = time.perf_counter() - started
    if cache.is_full(answer.stderr):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if answer.returncode:
        raise _failure(order, answer.stderr.replace(f"{directory}/", ""))
    if not (directory / order.library).exists():
        raise BuildError(
            f"{order.name}: the compiler ended well and made no library; leave out what makes it do something else "
            "(such as -fsyntax-only or --version)"
        )
    recipes.refuse_runtime(order, answer.stdout)
    facts = {"command": [*order.compiler.command, *arguments], "stderr": answer.stderr, "seconds": seconds}
    facts["inputs"] = _inputs(order, arguments, directory, answer.stdout, since)
    if not order.module:
        facts |= declarations(order, directory, arguments)
    (directory / "build.json").write_text(json.dumps(facts), encoding="utf-8")


def _failure(order: Order, stderr: str) -> BuildError:
    """Return the error that says why a source did not compile; characters that only look like C are named first."""
    if lacks_openmp(stderr, order.recipe):
        return NoOpenMP(f"{order.name}: {wanting_openmp(order.compiler.version)}")
    found = text.strange(order.source, order.shown)
    found += [one for one in diagnostics(stderr, order.source, order.file, order.shown) if "stray ‘\\" not in one.text]
    return (NoHeaders if lacks_python(stderr) else BuildError)(explain(stderr, found, order.name), found)


def _inputs(order: Order, arguments: Sequence[str], directory: Path, trace: str, since: float) -> dict | None:
    """Return the state of all that was read for a library; None if it cannot be known."""
    others = inputs.others(order.recipe)
    for number, source in enumerate([order.file, *others] if others else ()):
        flags = [word for word in arguments if word.startswith("-") or not word.endswith(inputs.SOURCES)]
        asked = [word for word in flags if word not in ("-shared", "-MD", "-MF", inputs.LIST, "-o", order.library)]
        order.compiler.run([*asked, "-M", "-MF", f"{number}.d", source], directory)
    files = inputs.headers_in(directory) + inputs.linked(trace, directory)
    for before, word in zip(arguments, arguments[1:], strict=False):
        if before == "-include" and Path(word).parent.name.startswith("headers-"):
            files += inputs.headers_in(Path(word).parent)  # gcc does not list what is in a precompiled header
    return inputs.recorded(order.source, order.recipe, files, headers.searched(order.source, order.origin), since)


def _room(problem: OSError) -> str:
    if problem.errno in (errno.ENOENT, errno.ESTALE):
        return "It was removed from the cache meanwhile: run this again."
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on the disk, or set UNLADEN_CACHE to a directory on another one."
    return "Set UNLADEN_CACHE to a directory that you can write to."
