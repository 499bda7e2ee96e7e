"""What this system has, and the command that installs what it has not. Standard library only, Python 3.6 and newer."""

import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

# Set-up runs this file by its path, where no package can be imported; that one needs none either.
_PACKAGES = Path(__file__).resolve().parent.parent / "host" / "packages.py"
_found = importlib.util.spec_from_file_location("unladen_packages", str(_PACKAGES))
_packages = importlib.util.module_from_spec(_found)
_found.loader.exec_module(_packages)
install_command = _packages.install_command
WINDOWS = """\
The course needs Linux or macOS. On Windows it runs in WSL 2: `wsl --install -d Ubuntu` in PowerShell, then in Ubuntu
    sudo apt-get install git make python3-venv python3-dev build-essential
and get the course and run `make lab` there, in Linux's own home folder (not below /mnt/c)."""
OF_WINDOWS = ("9p", "drvfs", "v9fs", "virtiofs")  # file systems by which WSL shows the drives of Windows


def find_compiler(language: str) -> list:
    """The system's command for ``language``, ``"CC"`` or ``"CXX"`` as the variables of that name; ``[]`` for none."""
    chosen = os.environ.get(language, "").strip()
    if chosen:
        return _chosen(chosen)
    if platform.system() == "Darwin" and shutil.which("xcode-select"):
        # Without the command line tools macOS has a `cc` that only opens a window offering them.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if subprocess.call(["xcode-select", "-p"], **quiet) != 0:
            return []
    names = {"CC": ("cc", "gcc", "clang"), "CXX": ("c++", "g++", "clang++")}[language]
    return [n for n in names if shutil.which(n)][:1]


def _chosen(command: str) -> list:
    """The words of ``command`` if there is such a program, else ``[]``; its path may have blanks in it."""
    if shutil.which(command):
        return [command]
    try:
        words = shlex.split(command)
    except ValueError:  # a quotation mark without its fellow
        return []
    return words if words and shutil.which(words[0]) else []


def home() -> str:
    """This user's home folder; empty if none is known (a container's user without HOME and without a name)."""
    found = os.path.expanduser("~")
    return "" if found == "~" else found


def windows_words() -> str:
    """What to do on Windows, where nothing of the course runs; empty elsewhere."""
    return WINDOWS if os.name == "nt" or sys.platform in ("cygwin", "msys") else ""


def unsupported() -> str:
    """Why there can be no environment on this system, and what to do; empty if there can."""
    if windows_words():
        return windows_words()
    system, machine = platform.system(), platform.machine()
    if system == "Darwin" and machine == "x86_64":
        return of_intel(is_translated())
    if sys.maxsize < 2**32:
        return f"This Python has 32 bits ({machine}); JAX and Numba are made for 64 only: use a system with 64 bits."
    if is_musl(str(sysconfig.get_config_var("SOABI")), str(sysconfig.get_config_var("HOST_GNU_TYPE"))):
        return (
            "This Linux has musl as its C library (Alpine?), for which JAX and Numba are not made: use one with\n"
            "glibc, as Debian, Ubuntu or Fedora; for a container:  FROM python:3.13"
        )
    return ""


def of_intel(translated: bool) -> str:
    """What to do on a Mac whose Python is made for Intel; ``translated``: by Rosetta, on Apple silicon."""
    if translated:
        return (
            f"This Mac has Apple silicon, and `{sys.executable}` is a Python for Intel, in Rosetta:\n"
            "use one for arm64, for example Homebrew's of /opt/homebrew:  make lab PYTHON=/opt/homebrew/bin/python3.13"
        )
    return "Macs with an Intel processor are not supported: JAX and Numba are no longer made for them."


def is_translated() -> bool:
    """Whether this process runs in Rosetta, which translates programs for Intel on Apple silicon."""
    try:
        asked = subprocess.run(["sysctl", "-in", "sysctl.proc_translated"], stdout=subprocess.PIPE)
    except OSError:
        return False
    return asked.stdout.strip() == b"1"


def is_musl(*names: str) -> bool:
    """Whether one of a Python's own ``names`` for its platform (as ``x86_64-alpine-linux-musl``) is one of musl."""
    return any("musl" in name for name in names)


def windows_drive(folder: str, mounts: str = "") -> str:
    """Advice if ``folder`` is on a drive of Windows seen from WSL, else empty; ``mounts``: the text of /proc/mounts."""
    if "microsoft" not in platform.release().lower() and not mounts:
        return ""
    try:
        lines = (mounts or Path("/proc/mounts").read_text(encoding="utf-8", errors="replace")).splitlines()
    except OSError:
        return ""
    best = ("", "")
    for line in lines:
        _, place, kind = line.split()[:3]
        place = place.replace("\\040", " ")
        if len(place) >= len(best[0]) and (folder + "/").startswith(place.rstrip("/") + "/"):
            best = (place, kind)
    if best[1] not in OF_WINDOWS:
        return ""
    return f"{folder} is on a drive of Windows, where all is slower: better clone into Linux's own home folder."
