"""Which Pythons are on this machine: other versions, free-threaded builds, PyPy; and the one that a name means.

They are looked for on PATH, where pyenv, uv and macOS keep them, and before all in ``UNLADEN_PYTHONS``: folders or
programs, separated like those of PATH. What a program is, it says itself; its file name proves nothing.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from unladen.host.effort import Effort, busy

PATIENCE = 20.0  # seconds in which a Python says who it is
VARIABLE = "UNLADEN_PYTHONS"
_NAME = re.compile(r"(python3\.\d+t?|pypy3(\.\d+)?)")
_ASKED_FOR = re.compile(r"(?P<pypy>pypy)?3(\.(?P<minor>\d+)(?P<free>t)?(?P<jit>jit)?)?")
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
    """A Python that can be started: ``path``, ``implementation`` ("CPython"), ``version``, whether free-threaded.

    ``jit`` tells whether CPython's own just-in-time compiler, which is off by itself, is to be on.
    """

    path: str
    implementation: str
    version: str
    free_threaded: bool
    jit: bool = False

    def __str__(self) -> str:
        return f"{self.implementation} {self.version}{'t' * self.free_threaded}"

    def answers_to(self, name: str) -> bool:
        """Whether this is what ``name`` ("3.14", "3.14t", "pypy3", "pypy3.11") stands for, with or without JIT."""
        asked = _ASKED_FOR.fullmatch(name)
        if not asked or self.implementation != ("PyPy" if asked["pypy"] else "CPython"):
            return False
        minor = asked["minor"] in (None, str(_order(self.version)[1]))
        return minor and self.free_threaded is bool(asked["free"])


class Silence(str):
    """Why there is no telling whether an interpreter is here: the one that could be it did not answer in time."""


def is_name(name: str) -> bool:
    """Whether ``name`` can stand for an interpreter: "3.14", "3.14t", "3.14jit", "pypy3", "pypy3.11"."""
    asked = _ASKED_FOR.fullmatch(name)
    if not asked:
        return False
    return not (asked["free"] or asked["jit"]) if asked["pypy"] else bool(asked["minor"])


@cache
def present() -> Interpreter:
    """The Python that runs this."""
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return Interpreter(sys.executable, platform.python_implementation(), platform.python_version(), free)


def find(name: str) -> tuple[Interpreter | None, str]:
    """Find the interpreter that ``name`` ("3.14t", "pypy3") stands for, and say of what it is not: ``(None, why)``.

    Where one that could be it does not answer, twice, that is what is said: a ``Silence``.
    Asked anew each time, so that one that was just installed is found. Of several the first counts: ``UNLADEN_PYTHONS``
    before the present one, then PATH, then the places of version managers, newest first.
    """
    impostors, silent = [], []
    chosen = list(_chosen())
    for path in dict.fromkeys([*chosen, sys.executable, *_candidates()]):
        called = re.fullmatch(r"(?:python)?(.*)", Path(path).name)[1]
        if path not in chosen and path != sys.executable and not _could_be(called, name):
            continue
        try:
            python = present() if path == sys.executable else _ask_again(path)
        except TimeoutError:
            silent.append(f"{Path(path).name} did not answer in {PATIENCE:g} s{busy()}")
            continue
        if python and python.answers_to(name):
            if not name.endswith("jit"):
                return python, ""
            if _has_jit(path):
                return replace(python, jit=True), ""
            impostors.append(f"{python} is built without it")
        elif path in chosen and not python:
            impostors.append(f"{Path(path).name}, named in {VARIABLE}, does not start")
        elif called == name:
            impostors.append(f"{Path(path).name} {f'is {python}' if python else 'does not start'}")
    if silent:
        return None, Silence("; ".join(dict.fromkeys(silent)))
    return None, "; ".join(dict.fromkeys(impostors))


def _could_be(called: str, name: str) -> bool:
    """Whether a program's name allows that it is asked: a free-threaded Python is called both 3.14 and 3.14t."""
    if name.startswith("pypy"):
        return called.startswith("pypy")
    return called.rstrip("t") == name.removesuffix("jit").rstrip("t")


def _has_jit(path: str) -> bool:
    question = "import sys; print(sys._jit.is_available())"
    return _said(path, question, PATIENCE) == "True"


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


def _chosen() -> Iterator[str]:
    """Yield the programs that ``UNLADEN_PYTHONS`` names, and those called like a Python 3 in the folders it names."""
    for place in map(Path, filter(None, os.environ.get(VARIABLE, "").split(os.pathsep))):
        place = Path(os.path.expanduser(place))  # as it is, where no such home is known
        yield from _within([place, place / "bin"]) if place.is_dir() else [str(place)]


def _candidates() -> Iterator[str]:
    """Yield paths of programs that are called like a Python 3."""
    yield from _chosen()
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for variable, home, inside in _HOMES:
        home = Path(os.path.expanduser(os.environ.get(variable) or home))
        there = home.glob(inside) if home.is_absolute() and home.is_dir() else []
        folders += sorted(there, key=lambda found: _order(str(found)[len(str(home)) :]), reverse=True)
    yield from _within(folders)


def _within(folders: list[Path]) -> Iterator[str]:
    for folder in dict.fromkeys(folders):
        if folder.name == "shims":
            continue  # version managers' stand-ins: they start whatever is chosen at the time, or fail
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if _NAME.fullmatch(entry.name))
        except OSError:
            continue
        yield from (str(folder / name) for name in names)


def _ask_again(path: str) -> Interpreter | None:
    """Who a program says it is, asked once more if it does not answer. Raises ``TimeoutError`` if it still does not."""
    with contextlib.suppress(TimeoutError):
        return _identified(path, PATIENCE)
    return _identified(path, PATIENCE)


def _ask(path: str, seconds: float = 3) -> Interpreter | None:
    """Who a program says it is; None if it does not say."""
    with contextlib.suppress(TimeoutError):
        return _identified(path, seconds)
    return None


def _identified(path: str, seconds: float) -> Interpreter | None:
    try:
        implementation, version, free = _said(path, _QUESTION, seconds).split()
    except ValueError:
        return None  # broken, or no Python at all
    return Interpreter(path, implementation, version, free == "1")


def _said(path: str, question: str, seconds: float) -> str:
    """What a program answers to a line of Python; empty if it does not start, or fails.

    Raises ``TimeoutError`` if it has not ended after ``seconds``, without those that it waited for its turn.
    """
    try:
        asked = subprocess.Popen(
            [path, "-I", "-c", question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except (OSError, ValueError):
        return ""
    effort = Effort(asked.pid)
    with asked:
        while not effort.over(seconds):
            with contextlib.suppress(subprocess.TimeoutExpired):
                return asked.communicate(timeout=0.1)[0].strip()
            effort.look()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(asked.pid, signal.SIGKILL)
    raise TimeoutError(f"{path} did not answer")


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
