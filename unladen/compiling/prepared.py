"""What many C++ cells profit from and none has to wait for: headers that were read before, code compiled before.

A cell that finds nothing prepared is compiled as it is, and has it made behind it, for the next one (``behind``).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unladen.compiling import behind, cache, inputs
from unladen.compiling.errors import BuildError
from unladen.compiling.toolchains import Toolchain, processor

_KEPT = 8  # each takes 50 to 200 MB
_asked: set[str] = set()
in_place = False  # set where nobody waits: what is missing is then made at once


@dataclass(frozen=True)
class Headers:
    """The header ``text``, precompiled with the flags ``recipe`` for ``compiler``; ``parts`` names what it contains.

    With ``glue``, the functions that are defined in the headers below this folder are compiled once, into ``glue.o``:
    the cells still see them, and may inline them, but do not compile them again.
    """

    compiler: Toolchain
    recipe: tuple[str, ...]
    text: str
    parts: str = ""
    glue: str = ""

    @property
    def address(self) -> str:
        """Its name in the cache."""
        cpu = processor() if any(flag.endswith("=native") for flag in self.recipe) else ""
        steer = inputs.steering()
        return "headers-" + cache.key(self.compiler.identity, self.recipe, self.text, self.parts, self.glue, cpu, steer)

    @property
    def file(self) -> str:
        return "headers.hpp.gch" if self.compiler.kind == "gcc" else "headers.hpp.pch"

    def use(self, place: Path) -> list[str]:
        """Return the flags with which a cell reads it."""
        if self.compiler.kind == "gcc":
            return ["-include", str(place / "headers.hpp")]
        return ["-include-pch", str(place / self.file)]


def ready(headers: Headers) -> Path | None:
    """Return where ``headers`` are, or None if they have yet to be made, which is then done behind."""
    if headers.compiler.kind == "zig":
        return None  # it has no such thing, but keeps what it compiled
    place = cache.found(headers.address, _holds)
    if not place:
        if not in_place:
            if headers.address not in _asked:
                _asked.add(headers.address)
                behind.start(make, headers)
            return None
        try:
            place = make(headers)
        except BuildError:
            return None  # the cell itself will show what is wrong with these flags
    cache.keep_recent(place, "headers-*", _KEPT)
    return place


def make(headers: Headers) -> Path:
    """Make ``headers`` now and return where they are; BuildError if the compiler refuses."""
    place, _ = cache.entry(headers.address, lambda directory: _fill(headers, directory), _holds)
    cache.keep_recent(place, "headers-*", _KEPT)
    return place


def _fill(headers: Headers, directory: Path) -> None:
    """Make a precompiled header, and with glue an object file, in ``directory``; note which files were read."""

    def run(*arguments: str) -> str:
        answer = headers.compiler.run([*headers.recipe, *arguments], directory)
        if answer.returncode:
            raise BuildError(answer.stderr)
        return answer.stdout

    text, since = headers.text, time.time()
    if headers.glue and headers.compiler.kind == "gcc":
        text = _interface(text, headers.glue, directory, run)
    # clang insists on the header in the very place where it was read, and this directory will be renamed
    there, _ = cache.entry(f"text-{cache.key(text)}", lambda other: (other / "headers.hpp").write_text(text) and None)
    header = str(there / "headers.hpp")
    once = _ONCE if headers.glue and headers.compiler.kind == "clang" else []
    run(*once, "-MD", "-MF", inputs.LIST, "-x", "c++-header", header, "-o", headers.file)
    if headers.compiler.kind == "gcc":
        (directory / "headers.hpp").write_text(text)
    if once:
        run("-g0", "-c", headers.file, "-o", "glue.o")
    elif headers.glue:
        (directory / "glue.cpp").write_text(_implementation(text) + text)
        run("-g0", "-ffunction-sections", "-fdata-sections", "-c", "glue.cpp", "-o", "glue.o")
    read = inputs.recorded(text, headers.recipe, inputs.headers_in(directory), [], since)
    (directory / "inputs.json").write_text(json.dumps(read))


# Of what a header defines, each compiler can make the code once. Clang has a flag for it. GCC has `#pragma interface`:
# an inline function of a file with it is not compiled where the file is included, unless `#pragma implementation` asks
# for that. It can be said from outside, under the file's name.
_ONCE = ["-Xclang", "-fmodules-codegen", "-fpch-instantiate-templates"]


def _interface(text: str, folder: str, directory: Path, run: Callable[..., str]) -> str:
    (directory / "plain.hpp").write_text(text)
    read = run("-E", "-x", "c++", "plain.hpp")
    names = dict.fromkeys(re.findall(rf'^# \d+ ("{re.escape(folder)}/[^"\n]*")', read, re.M))
    return "".join(f"# 1 {name}\n#pragma interface\n" for name in names) + '# 1 "headers.hpp"\n' + text


def _implementation(text: str) -> str:
    names = re.findall(r'^# 1 "(.*)"\n#pragma interface$', text, re.M)
    return "".join(f'#pragma implementation "{Path(name).name}"\n' for name in names)


def _holds(place: Path) -> bool:
    """Whether what was prepared is there, and made from the files of now: no compiler makes sure of that well."""
    try:
        return inputs.unchanged(json.loads((place / "inputs.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False
