"""Whether a directory of the cache is as it was made: every file there, of the right owner, and unchanged."""

from __future__ import annotations

import errno
import json
import os
import stat
import zlib
from pathlib import Path

from unladen.compiling import shared

_LIST = "whole.json"  # in each entry: the size and checksum of each of its files
_SMALL = 2**22  # bytes up to which a file's content is checked, not only its size


def seal(directory: Path) -> None:
    """Note what belongs to an entry."""
    files = {str(path.relative_to(directory)): path for path in directory.rglob("*") if path.is_file()}
    state = {name: _measure(path) for name, path in files.items() if not path.is_symlink()}
    (directory / _LIST).write_text(json.dumps(state), encoding="utf-8")


def is_whole(directory: Path, root: Path | None = None) -> bool:
    """Tell whether an entry is there and as it was made: by this user, or in the cache for all, ``root``, by root."""
    noted = os.path.join(directory, _LIST)
    try:
        if root:
            _measure(noted, root)
        with open(noted, "rb") as file:
            state = json.load(file)
        return bool(state) and all(_measure(os.path.join(directory, name), root) == f for name, f in state.items())
    except (OSError, ValueError, AttributeError):
        return False


def _measure(path: str | Path, root: Path | None = None) -> list:
    """Return a file's size and checksum; raises ``OSError`` if it is none, or if another could have written it."""
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != (0 if root else os.geteuid()):
        raise OSError(errno.EINVAL, "not a file of this user")
    if root and not _is_roots_alone(str(path), str(root)):
        raise OSError(errno.EINVAL, "others than root can write it")
    if found.st_size > _SMALL:
        return [found.st_size, None]
    with open(path, "rb", buffering=0) as file:
        return [found.st_size, zlib.crc32(file.readall())]


def _is_roots_alone(path: str, root: str) -> bool:
    """Tell whether only root can write a file, and each folder that it is in, up to ``root``."""
    safe, folder = shared.is_roots_alone(path), os.path.dirname(path)
    while safe and folder != root and folder != os.path.dirname(folder):
        safe, folder = shared.is_roots_alone(folder, folder=True), os.path.dirname(folder)
    return safe and folder == root and shared.is_roots_alone(folder, folder=True)
