"""What a build read, and where it found nothing: it may be used again only while all of that is as it was.

Compiler and linker list the files themselves. What no list has are the files that were not there: a header of the
same name in an earlier folder would be read today.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import sysconfig
import time
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

# variables that change what a compiler or a linker reads or writes
_VARIABLES = ("CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX")
_VARIABLES += ("LD_RUN_PATH", "SDKROOT", "DEVELOPER_DIR", "MACOSX_DEPLOYMENT_TARGET", "SOURCE_DATE_EPOCH")
_VARIABLES += ("CCC_OVERRIDE_OPTIONS", "ZIG_LIB_DIR", "ZIG_LIBC", "LDEMULATION")
# what these read is in no list, so that such a build is never used again
_UNLISTED = re.compile(r"-(fprofile-use|fauto-profile|fbranch-prob|fplugin|-?specs|B|Wa,|wrapper)")
_ASSEMBLED = re.compile(r"\.inc(?:bin|lude)\b")
_NAMED = re.compile(
    r'(?:#\s*(?:include|include_next|import|embed)|__has_(?:include|include_next|embed)\s*\()\s*[<"]([^>"\n]+)'
)
_FOLDER = re.compile(r"-(?:I|iquote|isystem|idirafter|L|F)(.*)", re.S)
SOURCES = (".c", ".cc", ".cpp", ".cxx", ".s", ".S", ".sx")
_ALWAYS = ("/usr/local/include", "/usr/include")
# headers that nobody edits beside a notebook: what they name in their turn is not looked for in other folders
_SYSTEM = ("/usr/", "/lib", "/opt/", "/Library/", "/Applications/", f"{sys.prefix}/", f"{sys.base_prefix}/")
# where whoever changes a file puts a new one in its place, so that the folder tells: one look for hundreds of headers
_MANAGED = ("/usr/include/", "/usr/lib/gcc/", "/usr/lib/llvm", f"{sysconfig.get_path('include')}/")
LIST = "read.d"


def steering() -> list[tuple[str, str]]:
    """Return the variables of the environment that steer a compiler, with their values."""
    return [(name, os.environ[name]) for name in _VARIABLES if name in os.environ]


def listed(kind: str) -> list[str]:
    """Return the flags with which a compiler of this kind lists what it and its linker read."""
    # Zig's linker has no such flag; on macOS what is linked is found by its name alone
    return ["-MD", "-MF", LIST, *(["-Wl,-t"] if sys.platform == "linux" and kind != "zig" else [])]


def others(recipe: Iterable[str]) -> list[str]:
    """Return the sources among the words of a recipe: one list is all that a compiler writes in a run."""
    return [word for word in recipe if not word.startswith("-") and word.endswith(SOURCES)]


def headers_in(directory: Path) -> list[str]:
    """Return the files in the lists which a compiler left in ``directory``, but for those of the cache itself."""
    lists = (path.read_text(encoding="utf-8", errors="replace") for path in directory.glob("*.d"))
    found = [os.path.join(directory, path) for text in lists for path in _prerequisites(text)]
    return [path for path in found if not os.path.normpath(path).startswith(f"{directory.parent}{os.sep}")]


def _prerequisites(text: str) -> list[str]:
    """Read a rule of make, ``target: file file``, in which blanks, # and $ are escaped."""
    text = re.sub(r"\\\r?\n", " ", text)
    start = re.search(r":(?=\s)", text)
    words = re.findall(r"(?:\\.|[^\s\\])+", text[start.end() :]) if start else []
    return [re.sub(r"\\([ #:\\])", r"\1", word).replace("$$", "$") for word in words]


def linked(trace: str, directory: Path) -> list[str]:
    """Return the files that a linker traced, one a line; members of an archive are ``(FILE)name`` or ``FILE(name)``."""
    files = (re.sub(r"^\(([^()]+)\).*|\([^()]*\)$", r"\1", line.strip()) for line in trace.splitlines())
    mine = f"{directory.parent}{os.sep}"
    return [path for path in files if os.path.isabs(path) and not path.startswith(mine) and os.path.isfile(path)]


def recorded(
    source: str, recipe: Sequence[str], files: Iterable[str], places: Iterable[Path], since: float
) -> dict | None:
    """Return the state of what a build read; None if that cannot be known, so that it is to be made anew each time.

    ``files`` are those listed, ``places`` the folders of ``#include "…"`` besides those of the ``recipe``, ``since``
    the time at which the compiler began: what changed later may have been read before or after.
    """
    words = [word for flag in recipe for word in re.split("[=,]", flag)]  # -Wl,--version-script=FILE
    paths = {os.path.abspath(path) for path in files}
    paths |= {word for word in words if os.path.isabs(word) and os.path.isfile(word)}
    states: dict[str, list] = {}
    for path in sorted({os.path.dirname(path) if path.startswith(_MANAGED) else path for path in paths}):
        try:
            states[path] = _state(path)
        except OSError:
            return None
        if since * 1e9 <= states[path][2] <= time.time_ns() + 10**9:
            return None
    texts = [source, *(_text(path) for path in states if not path.startswith(_SYSTEM) and not _is_binary(path))]
    if any(map(_UNLISTED.match, recipe)) or any(map(_ASSEMBLED.search, texts)):
        return None
    return {"files": states, "absent": _absent(texts, recipe, paths, [str(place) for place in places])}


def unchanged(inputs: dict | None) -> bool:
    """Tell whether everything is as it was ``recorded``: by size and times, and by content where the times differ."""
    if not inputs:
        return False
    for path, (size, written, changed, checksum) in inputs["files"].items():
        try:
            now = os.stat(path)
            if (now.st_size, now.st_mtime_ns, now.st_ctime_ns) != (size, written, changed) and (
                now.st_size != size or _checksum(path, size, now.st_mtime_ns, now.st_ctime_ns) != checksum
            ):
                return False
        except OSError:
            return False
    return not any(map(os.path.lexists, inputs["absent"]))


def _state(path: str) -> list:
    now = os.stat(path)
    times = now.st_mtime_ns, now.st_ctime_ns
    return [now.st_size, *times, None if stat.S_ISDIR(now.st_mode) else _checksum(path, now.st_size, *times)]


@lru_cache(maxsize=4096)
def _checksum(path: str, *state: int) -> int:
    """Read a file's content into one number; ``state`` has it read again when it changed."""
    return zlib.crc32(Path(path).read_bytes())


def _absent(texts: Sequence[str], recipe: Sequence[str], files: Iterable[str], places: list[str]) -> list[str]:
    """Return the paths at which a header or library would be found today if it were there, and is not."""
    own = [*places, *searched(recipe)]
    folders = [*own, *_ALWAYS]
    names = {name for text in texts for name in _NAMED.findall(text)}
    for folder in folders if own else ():  # how a header that was read may have been asked for
        names |= {path[len(folder) + 1 :] for path in files if path.startswith(folder + "/")}
    wanted = [name for name in names if not os.path.isabs(name) and not name.startswith("c++/")]
    for flag in recipe:
        if flag.startswith("-l"):
            name = flag[2:]
            wanted += [name[1:]] if name[:1] == ":" else [f"lib{name}{end}" for end in (".so", ".a", ".dylib", ".tbd")]
    paths = (os.path.join(folder, name) for folder in dict.fromkeys(folders) for name in sorted(wanted))
    return [path for path in dict.fromkeys(paths) if not os.path.lexists(path)]


def searched(recipe: Sequence[str]) -> list[str]:
    """Return the folders in which a recipe, or the environment, has headers and libraries looked up."""
    found = []
    for word, following in zip(recipe, [*recipe, ""][1:], strict=True):
        if flag := _FOLDER.fullmatch(word):
            found.append(flag[1] or following)
    found += [place for _, value in steering() for place in value.split(os.pathsep)]
    return [os.path.normpath(place) for place in found if os.path.isabs(place)]


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


def _is_binary(path: str) -> bool:
    return path.endswith((".so", ".a", ".o", ".dylib", ".gch", ".pch")) or ".so." in path
