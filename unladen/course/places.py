"""Where built things are kept, and whether they can be loaded from there. Standard library only, Python 3.6.

The rules are those of ``unladen.compiling``, which cannot be asked where a package is missing.
"""

import contextlib
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from functools import lru_cache
from pathlib import Path

if __package__:
    from . import host
else:  # run by its path: the package's own dependencies may be missing
    import host

REPOSITORY = Path(__file__).resolve().parent.parent.parent
# `unladen.compiling` cannot be imported where a package is missing; this file of it needs none.
_SHARED = REPOSITORY / "unladen" / "compiling" / "shared.py"
_found = importlib.util.spec_from_file_location("unladen_shared", str(_SHARED))
shared = importlib.util.module_from_spec(_found)
_found.loader.exec_module(shared)
ELSEWHERE = "export UNLADEN_CACHE=/a/folder/of/yours"
INSIDE = ELSEWHERE + "    (inside Linux's own file system, not below /mnt)"


def cache_folder() -> Path:
    """Where compiled cells are kept; ``None`` if no place is known."""
    if os.environ.get("UNLADEN_CACHE") and not shared_cache():
        return Path(os.environ["UNLADEN_CACHE"]).absolute()
    home = host.home()
    if platform.system() == "Darwin":
        return Path(home, "Library", "Caches", "unladen") if home else None
    caches = os.environ.get("XDG_CACHE_HOME") or (home and os.path.join(home, ".cache"))
    return Path(caches, "unladen").absolute() if caches else None


def shared_cache() -> str:
    """The cache that root keeps for all users, if ``UNLADEN_CACHE`` names one and this user is another; else empty."""
    chosen = os.environ.get("UNLADEN_CACHE", "")
    return chosen if chosen and shared.is_of_root(chosen) else ""


def state_folder() -> Path:
    """Where the learner's progress is kept; ``None`` if no place is known."""
    if os.environ.get("UNLADEN_STATE"):
        return Path(os.environ["UNLADEN_STATE"]).absolute()
    if os.environ.get("XDG_STATE_HOME"):
        return Path(os.environ["XDG_STATE_HOME"], "unladen").absolute()
    home, mac = host.home(), platform.system() == "Darwin"
    return (
        Path(home, *(("Library", "Application Support") if mac else (".local", "state")), "unladen") if home else None
    )


def work_folders() -> list:
    """Where the learner's own copies may go: the first that can be written to is taken."""
    if os.environ.get("UNLADEN_WORK"):
        return [Path(os.environ["UNLADEN_WORK"]).absolute()]
    return [REPOSITORY / "work", *([Path(host.home(), "unladen-work")] if host.home() else [])]


def unwritable(folder: Path) -> str:
    """Empty if ``folder``, or the first above it that is there, can be written to; else why not."""
    while not os.path.lexists(str(folder)) and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            return ""
    except OSError as problem:
        return problem.strerror


def runs_nothing(folder: Path) -> bool:
    """Whether the file system of ``folder`` is mounted noexec."""
    return bool(os.statvfs(str(folder)).f_flag & getattr(os, "ST_NOEXEC", 0))


def mount_of(folder: Path) -> str:
    """Where the file system of ``folder`` is mounted, also where it is a part of one that is mounted elsewhere, too."""
    place, mounts = os.path.realpath(str(folder)), set()
    with contextlib.suppress(OSError):
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        mounts = {re.sub(r"\\(\d{3})", lambda octal: chr(int(octal.group(1), 8)), line.split()[4]) for line in lines}
    while not (place in mounts or os.path.ismount(place)):
        place = os.path.dirname(place)
    return place


def problem_of(folder: Path) -> tuple:
    """Why nothing is kept in the cache ``folder``, and the command that changes it; two empty texts if it is fine."""
    if folder is None:
        return "no home folder is known: HOME is not set, and this user is not in passwd", ELSEWHERE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=str(folder)):
            pass
        found = folder.stat()
    except FileExistsError:
        return "it is there, and is no folder", ELSEWHERE
    except OSError as problem:
        return problem.strerror, ELSEWHERE
    if found.st_uid != os.geteuid():
        return "it belongs to another user, who could replace what you run", ELSEWHERE
    if found.st_mode & 0o022:
        if heeds_modes(folder):
            return "other users can write to it", "chmod 700 " + shlex.quote(str(folder))
        return "other users can write to it, and chmod changes nothing there (a drive of Windows?)", INSIDE
    said = loads_from(folder)
    if said:
        return f"libraries cannot be loaded from there ({said})", ELSEWHERE
    return "", ""


def heeds_modes(folder: Path) -> bool:
    """Whether ``folder`` is in a file system that keeps what chmod says: the drives of Windows do not in WSL."""
    with tempfile.TemporaryDirectory(dir=str(folder)) as private:
        return not os.stat(private).st_mode & 0o022


@lru_cache(maxsize=8)
def loads_from(folder: Path) -> str:
    """Empty if a library can be loaded from ``folder``, else why not; one of this Python's own is tried."""
    libraries = list(Path(sysconfig.get_config_var("DESTSHARED") or sys.prefix).glob("*.so"))
    if not libraries:
        return ""
    try:
        with tempfile.TemporaryDirectory(dir=str(folder)) as inside:
            library = shutil.copy(str(min(libraries, key=lambda path: path.stat().st_size)), inside)
            load = [sys.executable, "-I", "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", library]
            done = subprocess.run(load, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    except (OSError, subprocess.SubprocessError) as problem:
        return str(problem)
    if done.returncode == 0:
        return ""
    words = (done.stdout.decode("utf-8", "replace").strip().splitlines() or ["it fails"])[-1].rpartition(": ")[2]
    return f"{mount_of(folder)} is mounted noexec: {words}" if runs_nothing(folder) else words


def loading_place() -> str:
    """A folder from which libraries can be loaded: the cache, else that of temporary files; empty if there is none."""
    folder = cache_folder()
    if not problem_of(folder)[0]:
        return str(folder)
    temporary = tempfile.gettempdir()
    return "" if loads_from(Path(temporary)) else temporary
