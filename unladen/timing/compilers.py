"""Which compilers are on this machine, for C and for the other languages of the course."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec

_QUESTIONS = {
    "gcc": "--version",
    "clang": "--version",
    "gfortran": "--version",
    "nvcc": "--version",
    "rustc": "--version",
    "javac": "-version",
}


@cache
def other_compilers() -> dict[str, str]:
    """Return the names and versions of the compilers found on PATH, and of Zig's wheel if it is installed."""
    present = [name for name in _QUESTIONS if shutil.which(name) and not _placeholder(shutil.which(name))]
    with ThreadPoolExecutor(4) as several:
        found = dict(zip(present, several.map(_version, present), strict=True))
    if find_spec("ziglang"):
        from importlib.metadata import version

        found["zig"] = version("ziglang")
    return {name: number for name, number in found.items() if number}


def course_compiler() -> str:
    """Name the compiler that ``%%c`` uses, with its version; empty if there is none."""
    from unladen.compiling import BuildError, toolchain

    try:
        return toolchain("c").version
    except BuildError:
        return ""


def _placeholder(path: str) -> bool:
    """Tell whether a program of macOS only offers, in a window, to install what it is named after."""
    if sys.platform != "darwin" or not path.startswith("/usr/bin/"):
        return False
    asked = ["/usr/libexec/java_home"] if path.endswith("javac") else ["xcode-select", "-p"]
    return subprocess.run(asked, capture_output=True).returncode != 0


def _version(name: str) -> str:
    try:
        done = subprocess.run(
            [name, _QUESTIONS[name]], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=3
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    text = re.sub(r"\([^)]*\)", "", done.stdout + done.stderr)  # a distribution's own numbers stand in brackets
    number = re.search(r"\d+\.\d+(\.\d+)*", text.partition("release")[2] or text)
    return number[0] if number and done.returncode == 0 else ""
