"""Which compiler to use: the one named in CC or CXX, else the system's, else Zig's out of its wheel."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from unladen.compiling import cache
from unladen.compiling.errors import BuildError
from unladen.host.packages import install_command

_NAMES = {"c": ("cc", "gcc", "clang"), "cpp": ("c++", "g++", "clang++")}
_VARIABLE = {"c": "CC", "cpp": "CXX"}
_PATIENCE = 30  # seconds in which a compiler says who it is, also on a busy machine
_WORDS = {"c": "C", "cpp": "C++"}


@dataclass(frozen=True)
class Toolchain:
    """A compiler: its ``kind`` (gcc, clang or zig), ``command`` words, ``version`` ("gcc 12.2.0") and ``identity``.

    ``identity`` changes when the compiler is replaced: it is part of the address of everything built with it.
    """

    kind: str
    command: tuple[str, ...]
    version: str
    identity: tuple = field(repr=False, default=())

    def variables(self) -> dict[str, str]:
        """Return what Zig needs: where to keep what it makes for itself; and for a build system, its ``ar``."""
        if self.kind != "zig":
            return {}
        kept = str(cache.usable() / "zig")
        return {"ZIG_GLOBAL_CACHE_DIR": kept, "ZIG_LOCAL_CACHE_DIR": kept, "AR": shlex.join([self.command[0], "ar"])}

    def run(self, arguments: list[str], directory: Path) -> subprocess.CompletedProcess:
        """Run the compiler in ``directory``, which also takes its temporary files, with messages in English."""
        environment = os.environ | {"LC_ALL": "C.UTF-8", "LANGUAGE": "C", "TMPDIR": str(directory), "GCC_COLORS": ""}
        environment |= self.variables()
        try:
            return subprocess.run(
                [*self.command, *arguments],
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                close_fds=False,  # with this, Python starts the compiler by vfork, whatever the kernel's own size
            )
        except OSError as problem:
            if not directory.is_dir():
                raise
            raise BuildError(f"the compiler {self.command[0]} cannot be run: {problem.strerror}") from None
        except ValueError:  # half a character, or the character 0
            odd = next(word for word in arguments if not word.isprintable())
            raise BuildError(f"the flag {odd!a} has a character that no program can be given; type it anew") from None


def toolchain(language: str = "c") -> Toolchain:
    """Return the compiler for ``language`` ("c" or "cpp").

    Raises ``BuildError`` if there is none, saying how to get one. Asked anew at each call (environment and PATH may
    change), which takes some ten microseconds: a compiler that was seen before is not run again.
    """
    if language not in _NAMES:
        raise BuildError(f"language must be 'c' or 'cpp', not {language!r}")
    for command in _candidates(language):
        if found := _described(command, _identity(command)):
            return found
    variable = _VARIABLE[language]
    if chosen := os.environ.get(variable, "").strip():
        raise BuildError(
            f"{variable} is set to {chosen!r}, but that does not answer to --version as a compiler does: correct or "
            f"unset {variable}"
        )
    raise BuildError(f"There is no {_WORDS[language]} compiler on this machine. {_advice()}")


def _candidates(language: str) -> Iterator[tuple[str, ...]]:
    variable = _VARIABLE[language]
    if chosen := os.environ.get(variable, "").strip():
        yield _named(variable, chosen)
        return
    for name in _NAMES[language]:
        if path := shutil.which(name):
            yield (path,)
    if zig := _zig():
        yield (zig, "cc" if language == "c" else "c++")


def _named(variable: str, chosen: str) -> tuple[str, ...]:
    """Return the command that a variable names: a path, which may have blanks in it, or a program and its options."""
    try:
        words = [chosen] if os.path.isfile(chosen) else shlex.split(chosen)
    except ValueError as problem:
        raise BuildError(
            f"{variable} is set to {chosen!r}, which cannot be read ({str(problem).lower()}): correct it, or unset it"
        ) from None
    if not words or not (path := shutil.which(words[0])):
        blank = "; a path with blanks stands in quotes" if " " in chosen and "/" in chosen else ""
        raise BuildError(
            f"{variable} is set to {chosen!r}, but there is no program {words[0] if words else ''!r}: "
            f"correct or unset {variable}{blank}"
        )
    return os.path.abspath(path), *words[1:]


@lru_cache
def _zig() -> str | None:
    spec = find_spec("ziglang")
    binary = Path(spec.origin).with_name("zig") if spec and spec.origin else None
    return str(binary) if binary and binary.exists() else None


def _identity(command: tuple[str, ...]) -> tuple:
    path = os.path.realpath(command[0])
    found = os.stat(path)
    return (*command, path, found.st_size, found.st_mtime_ns)


@lru_cache
def _described(command: tuple[str, ...], identity: tuple) -> Toolchain | None:
    """Ask a compiler who it is; None if it does not answer (macOS has a `cc` that only offers to install one)."""

    def ask(directory: Path) -> None:
        question = [command[0], "version"] if _is_zig(command) else [*command, "--version"]
        found = ""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            answer = subprocess.run(
                question, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=_PATIENCE
            )
            found = "" if answer.returncode else answer.stdout
        (directory / "answer").write_text(found, encoding="utf-8")

    def answered(directory: Path) -> bool:
        return bool((directory / "answer").stat().st_size)

    directory, _ = cache.entry(cache.key("compiler", identity), ask, answered)
    answer = (directory / "answer").read_text(encoding="utf-8")
    if not answer:
        cache.drop(directory)  # it may be able to answer later
        return None
    kind = "zig" if _is_zig(command) else "clang" if "clang" in answer else "gcc"
    number = re.search(r"\d+\.\d+(\.\d+)?", re.sub(r"\([^)]*\)", "", answer.splitlines()[0]))
    return Toolchain(kind, command, f"{kind} {number[0] if number else 'of unknown version'}", identity)


def _is_zig(command: tuple[str, ...]) -> bool:
    return Path(command[0]).name.startswith("zig")


def _advice() -> str:
    """Say how to get a compiler on this kind of machine."""
    wheel = "without administrator's rights, put one into the course's environment:\n  python -m pip install ziglang"
    return f"Install one:\n  {install_command('compiler')}\nor, {wheel}"


def processor() -> str:
    """Tell processors with different instructions apart: code for one is not to be run on another (-march=native)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n")[0].splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return "\n".join(line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part")))
