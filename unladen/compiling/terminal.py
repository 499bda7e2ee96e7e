"""A terminal beside a notebook: a tool's own command, typed as its manual has it, where copies of the sources lie.

So a chapter shows how a tool is used without this course, before ``generated`` does the same in a word.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from unladen.compiling import generated, headers, python_headers
from unladen.compiling.absent import Absent
from unladen.compiling.errors import BuildError
from unladen.compiling.toolchains import toolchain
from unladen.show import FENCE, duration, marked

MOST_LINES = 12  # of what a command says, the last ones


@dataclass(frozen=True)
class Typed:
    """A line that was typed: what it ``said``, which ``files`` are new, and how many ``seconds`` it took.

    If it failed, ``seconds`` is an ``Absent`` that says why, and the whole is false.
    """

    line: str
    said: str
    files: tuple[str, ...]
    seconds: float | Absent

    def __bool__(self) -> bool:
        return not isinstance(self.seconds, Absent)

    def _last(self) -> str:
        names = [marked(name) if sysconfig.get_config_var("EXT_SUFFIX") in name else name for name in self.files]
        if not self:
            return marked(f"failed: {self.seconds}")
        return f"{marked(duration(self.seconds))}; new here: {', '.join(names) or 'nothing'}"

    def __repr__(self) -> str:
        block = [FENCE, self.said, FENCE] if self.said else []
        return "\n".join([f"$ {self.line}", *block, self._last()])


class Terminal:
    """A folder with copies of some sources of ``native/``, in which lines are typed: ``terminal("cc -c quadratic.c")``.

    Commands are found as in an environment that is activated, ``python`` is this one. Where the system has no ``cc``,
    it is the course's compiler; on a Mac, ``cc`` and ``c++`` leave Python's own names to be found at run time, as
    modules there need. The folder is deleted with the terminal.
    """

    def __init__(self, *sources: str) -> None:
        self._kept = tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True)
        self.folder = Path(self._kept.name, "here")
        self._commands = Path(self._kept.name, "commands")
        for folder in (self.folder, self._commands):
            folder.mkdir()
        for source in sources:
            shutil.copy(headers.find(source), self.folder)
        _command(self._commands / "python", [sys.executable])
        _lend("cc", "c", self._commands)
        _lend("c++", "cpp", self._commands)

    def __call__(self, line: str) -> Typed:
        """Type a line, show what became of it, and return that. Raises nothing if the command fails: it is shown."""
        print(done := self.typed(line))
        return done

    def typed(self, line: str) -> Typed:
        """Type a line, and return what became of it."""
        before = set(self._files())
        started = time.perf_counter()
        done = subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        seconds = time.perf_counter() - started
        said = done.stdout.replace(f"{self.folder}{os.sep}", "").strip().splitlines()
        new = tuple(name for name in self._files() if name not in before)
        took = seconds if not done.returncode else Absent(self._why(line, done.stdout))
        return Typed(line, "\n".join(said[-MOST_LINES:]), new, took)

    def text(self, file: str) -> str:
        """What a file in the folder holds; nothing if it is not there."""
        path = self.folder / file
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def _files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    def _environment(self) -> dict[str, str]:
        found = generated.environment()
        found["PATH"] = os.pathsep.join([str(self._commands), found["PATH"]])
        if python_headers.folders() == [python_headers.BROUGHT]:  # where a line that names Python's own folder looks
            found["CPATH"] = os.pathsep.join(filter(None, [python_headers.BROUGHT, os.environ.get("CPATH")]))
        return found

    def _why(self, line: str, said: str) -> str:
        if "Python.h" in said and not python_headers.folders():
            return python_headers.wanting()
        return f"`{shlex.split(line)[0]}` failed, see above"


def _lend(name: str, language: str, folder: Path) -> None:
    """Put a command ``name`` into a folder that starts the course's compiler, where the system's would not do."""
    more = ["-Wl,-undefined,dynamic_lookup"] if sys.platform == "darwin" else []
    if more or not shutil.which(name):
        with contextlib.suppress(BuildError):
            _command(folder / name, [*toolchain(language).command, *more])


def _command(path: Path, words: list[str]) -> None:
    """Write a command that runs other words, followed by its own."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    path.chmod(0o755)
