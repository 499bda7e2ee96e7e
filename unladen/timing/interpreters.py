"""Which other Pythons are on this machine: other versions, free-threaded builds, PyPy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAME = re.compile(r"(python3\.\d+t?|pypy3(\.\d+)?)")
_QUESTION = (
    "import sys, platform, sysconfig; print(platform.python_implementation(), platform.python_version(),"
    " int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))))"
)
# where version managers keep interpreters that are not on PATH
_HOMES = (
    ("PYENV_ROOT", "~/.pyenv", "versions/*/bin"),
    ("UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python", "*/bin"),
    ("", "/Library/Frameworks/Python.framework", "Versions/*/bin"),
    ("", "/Library/Frameworks/PythonT.framework", "Versions/*/bin"),
)


@dataclass(frozen=True)
class Interpreter:
    """A Python that can be started: ``path``, ``implementation`` ("CPython"), ``version``, whether free-threaded."""

    path: str
    implementation: str
    version: str
    free_threaded: bool

    def __str__(self) -> str:
        return f"{self.implementation} {self.version}{'t' * self.free_threaded}"


@cache
def other_interpreters() -> tuple[Interpreter, ...]:
    """Find the other Python 3 interpreters, newest first; one of each kind and version. Each is started to be asked."""
    mine = os.path.realpath(sys.executable)
    found = {os.path.realpath(path): path for path in _candidates()}
    found.pop(mine, None)
    with ThreadPoolExecutor(4) as several:
        answers = [answer for answer in several.map(_ask, found.values()) if answer]
    one_each = {str(answer): answer for answer in reversed(answers)}
    return tuple(sorted(one_each.values(), key=lambda found: _order(found.version), reverse=True))


def _candidates() -> Iterator[str]:
    """Yield paths of programs that are called like a Python 3."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for variable, home, inside in _HOMES:
        home = Path(os.environ.get(variable) or home).expanduser()
        folders += sorted(home.glob(inside)) if home.is_dir() else []
    for folder in dict.fromkeys(folders):
        if folder.name == "shims":
            continue  # version managers' stand-ins: they start whatever is chosen at the time, or fail
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if _NAME.fullmatch(entry.name))
        except OSError:
            continue
        yield from (str(folder / name) for name in names)


def _ask(path: str) -> Interpreter | None:
    try:
        done = subprocess.run(
            [path, "-I", "-c", _QUESTION], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=3
        )
        implementation, version, free = done.stdout.split()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None  # broken, or no Python at all
    return Interpreter(path, implementation, version, free == "1")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
