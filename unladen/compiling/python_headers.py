"""Where the running Python's headers are: the system's, or those that set-up brought into the environment.

Run as a script, it prints their folders, or with ``--fits FOLDER`` says whether that has this very Python's: so another
Python is asked. The standard library only.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig

NEEDED = ("Python.h", "pyconfig.h", "patchlevel.h")
BROUGHT = os.path.join(sys.prefix, "include")  # setuptools looks here, too, where Python runs in an environment
_VERSION = re.compile(r'^#define\s+PY_VERSION\s+"([^"]+)"', re.M)
# the one that Debian says of its shared library alone, from whose build the headers come
_OF_ANOTHER_BUILD = {"Py_ENABLE_SHARED"}


def folders() -> list[str]:
    """Return the folders to search for ``Python.h``; none if it is not here. Asked anew each time: it may be installed.

    Those in the environment count only while they are of this very version: the system's Python may have been updated.
    """
    installed = list(dict.fromkeys(sysconfig.get_path(name) for name in ("include", "platinclude")))
    if all(any(os.path.isfile(os.path.join(folder, name)) for folder in installed) for name in NEEDED):
        return installed
    return [BROUGHT] if sys.prefix != sys.base_prefix and _is_of_this_version(BROUGHT) else []


def flags() -> list[str]:
    """Return the flags with which a compiler finds them."""
    return [f"-I{folder}" for folder in folders()]


def identity() -> tuple:
    """Return what changes when the headers are others: for what is kept under what it was made from."""
    files = [os.path.join(folder, name) for folder in folders() for name in NEEDED]
    states = [os.stat(path) for path in files if os.path.isfile(path)]
    return (*folders(), *((state.st_size, state.st_mtime_ns) for state in states))


def environment() -> dict[str, str]:
    """Return the variables by which build systems find headers that lie where only setuptools looks; none if all do."""
    if folders() != [BROUGHT] or BROUGHT in os.environ.get("CPPFLAGS", ""):
        return {}
    return {"CPPFLAGS": " ".join(filter(None, [os.environ.get("CPPFLAGS"), f'-I"{BROUGHT}"']))}


def fits(folder: str) -> bool:
    """Tell whether ``folder`` has the headers of this very Python: its version, and all that it says of its making."""
    if not _is_of_this_version(folder):
        return False
    with open(os.path.join(folder, "pyconfig.h"), encoding="utf-8") as file:
        said = sysconfig.parse_config_h(file)
    known = sysconfig.get_config_vars()
    return len(said) > 100 and all(
        known.get(name) == value for name, value in said.items() if name not in _OF_ANOTHER_BUILD
    )


def _is_of_this_version(folder: str) -> bool:
    if not all(os.path.isfile(os.path.join(folder, name)) for name in NEEDED):
        return False
    with open(os.path.join(folder, "patchlevel.h"), encoding="utf-8") as file:
        said = _VERSION.search(file.read())
    return bool(said) and said[1] == sys.version.split()[0]


def wanting() -> str:
    """Say in one line what is missing, and how to get it."""
    from unladen.host.packages import install_command

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return f"Python's headers (Python.h) are not on this machine; to get them: {install_command('headers', version)}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fits"]:
        sys.exit(0 if fits(sys.argv[2]) else 1)
    print("\n".join(folders()))
