"""Where built things are kept: addressed by what they are made from, private to one user, never half written."""

from __future__ import annotations

import atexit
import contextlib
import errno
import hashlib
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNUSABLE = _FULL | {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EIO}


def place() -> Path:
    """Return where this user's cache belongs: ``$UNLADEN_CACHE``, else the platform's place for caches."""
    if chosen := os.environ.get("UNLADEN_CACHE"):
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "unladen"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unladen"


def key(*parts: object) -> str:
    """Return the address of what is made from ``parts``: 32 hexadecimal digits."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def entry(address: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """Return the directory at ``address`` and whether it was there; else ``make(directory)`` fills it first.

    It is made under a temporary name and renamed when whole, so two processes may make the same entry at once, and
    one that is interrupted leaves nothing that looks finished. A cache that cannot be written (read-only, full,
    somebody else's) is replaced by a temporary directory of this process, with one line of warning.
    """
    for root in _roots(made=True):
        if (found := root / address).is_dir():
            return found, True
    for root in _roots():
        work = None
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)  # somebody may have cleared it meanwhile
            work = Path(tempfile.mkdtemp(prefix="new-", dir=root))
            make(work)
            _settle(work, root / address)
            return root / address, False
        except OSError as problem:
            if problem.errno not in _UNUSABLE or root == _temporary():
                raise
            _warn(f"{root} cannot be written ({os.strerror(problem.errno)})")
        finally:
            if work:
                shutil.rmtree(work, ignore_errors=True)
    raise AssertionError("there is always a temporary directory")


def _settle(work: Path, final: Path) -> None:
    """Give what is made its name, unless somebody else was first with the same."""
    try:
        work.rename(final)
    except OSError:
        if not final.is_dir():
            raise


def drop(directory: Path) -> None:
    """Remove a damaged entry."""
    shutil.rmtree(directory, ignore_errors=True)


def keep_recent(used: Path, pattern: str, count: int) -> None:
    """Note that the entry ``used`` was used, and remove all but the ``count`` of its kind that were used last."""
    with contextlib.suppress(OSError):
        os.utime(used)
        for old in sorted(used.parent.glob(pattern), key=lambda path: -path.stat().st_mtime)[count:]:
            drop(old)


def is_full(text: str) -> bool:
    """Tell whether a compiler's words mean that the disk is full."""
    return any(
        words in text
        for words in ("No space left on device", "Disk quota exceeded", "File too large", "File size limit")
    )


def usable() -> Path:
    """Return the directory that things kept between builds go to: the user's cache, else this process's own."""
    return next(_roots())


def _roots(made: bool = False) -> Iterator[Path]:
    """Yield the user's cache, if it is fine, and this process's own; with ``made``, the latter only if it is there."""
    mine = place()
    if problem := _refusal(mine):
        _warn(problem)
    else:
        yield mine
    if not made or _temporary.cache_info().currsize:
        yield _temporary()


@cache
def _refusal(directory: Path) -> str:
    """Say why ``directory`` is not to be trusted or used; '' if it is fine. It is made if it is not there."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
    except OSError as problem:
        return f"{directory} cannot be used ({problem.strerror})"
    if not stat.S_ISDIR(found.st_mode):
        return f"{directory} is not a directory"
    if found.st_uid != os.geteuid():
        return f"{directory} belongs to another user, who could replace what you run"
    if found.st_mode & 0o022:
        return f"{directory} can be written by other users; make it yours alone: chmod 700"
    _sweep(directory)
    return ""


def _sweep(directory: Path) -> None:
    """Remove what interrupted builds left behind a day ago or earlier."""
    for left in directory.glob("new-*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - 86400:
                shutil.rmtree(left, ignore_errors=True)


@cache
def _temporary() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="unladen-"))
    owner = os.getpid()
    # a forked child must not remove its parent's directory
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(directory, ignore_errors=True))
    return directory


@cache
def _warn(problem: str) -> None:
    """Say once why the cache is not used."""
    print(f"Builds are kept only until this kernel stops: the cache {problem}.", file=sys.stderr)
