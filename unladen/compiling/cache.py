"""Where built things are kept: addressed by what they are made from, private to one user, and used only when whole.

Besides their own, users may have a cache to read from that root has filled for all (``shared``): what they build
themselves never goes there.

Nothing is forced to the disk when it is made, which would cost more than most builds: what a power cut left in pieces
is noticed when it is asked for, and made anew.
"""

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

from unladen.compiling import shared, whole

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNUSABLE = _FULL | {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EIO}


def place() -> Path:
    """Return where this user's cache belongs: ``$UNLADEN_CACHE``, unless that is root's; else the platform's place.

    Raises ``RuntimeError`` if that is below the home of a user who has none.
    """
    if (chosen := os.environ.get("UNLADEN_CACHE")) and not shared.is_of_root(chosen):
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "unladen"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unladen"


def key(*parts: object) -> str:
    """Return the address of what is made from ``parts``: 32 hexadecimal digits."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _always(_: Path) -> bool:
    return True


def found(address: str, holds: Callable[[Path], bool] = _always) -> Path | None:
    """Return the directory at ``address`` if it is whole and ``holds(directory)``; None if there is none.

    One of this user's own that is whole and does not hold is removed.
    """
    for root in _roots(made=True):
        if _sound(root / address):
            if holds(root / address):
                return root / address
            drop(root / address)
    if (root := _for_all()) and whole.is_whole(root / address, root) and holds(root / address):
        return root / address
    return None


def entry(address: str, make: Callable[[Path], None], holds: Callable[[Path], bool] = _always) -> tuple[Path, bool]:
    """Return the directory at ``address`` and whether it was there; else ``make(directory)`` fills it first.

    It is made under a temporary name and renamed when whole, so two processes may make the same entry at once, and
    one that is interrupted leaves nothing that looks finished; what was damaged later is made anew, as is that of
    which ``holds(directory)`` is false. A cache that cannot be written (read-only, full, somebody else's) is
    replaced by a temporary directory of this process, with one line of warning.
    """
    if there := found(address, holds):
        return there, True
    for root in _roots():
        work = None
        try:
            (root / address).parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # it may have been cleared
            work = Path(tempfile.mkdtemp(prefix="new-", dir=root))
            make(work)
            whole.seal(work)
            _open(work, root)
            _open((root / address).parent, root, within=False)
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


def entries(group: str) -> list[Path]:
    """Return the directories whose address is ``group/…`` and that are whole."""
    there = []
    for root in _roots(made=True):
        try:
            names = os.listdir(root / group)
        except NotADirectoryError:
            drop(root / group)
        except OSError:
            pass
        else:
            there += [root / group / name for name in names if _sound(root / group / name)]
    if root := _for_all():
        with contextlib.suppress(OSError):
            names = os.listdir(root / group)
            there += [root / group / name for name in names if whole.is_whole(root / group / name, root)]
    return there


def _open(directory: Path, root: Path, within: bool = True) -> None:
    """Let those read what root makes who may read the cache it goes to: so a cache is filled for all."""
    given = 0 if os.geteuid() or directory == root else stat.S_IMODE(root.stat().st_mode) & 0o055
    for path in (directory, *(directory.rglob("*") if within else ())) if given else ():
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod((mode | (given if path.is_dir() else given & 0o044)) & ~0o022)


def _sound(directory: Path) -> bool:
    """Tell whether an entry is there and as it was made; one that is not is removed."""
    if not os.path.lexists(directory):
        return False  # and nothing to remove: another process may just be giving it its name
    if not (as_made := whole.is_whole(directory)):
        drop(directory)
    return as_made


def _settle(work: Path, final: Path) -> None:
    """Give what is made its name, unless somebody else was first with the same."""
    try:
        work.rename(final)
    except OSError:
        if not final.is_dir():
            raise


def drop(directory: Path) -> None:
    """Remove an entry of this user's, or whatever stands in its place."""
    if _is_for_all(directory):
        return
    shutil.rmtree(directory, ignore_errors=True)
    with contextlib.suppress(OSError):
        directory.unlink()


def keep_recent(used: Path, pattern: str, count: int, spared: float = 0) -> None:
    """Note that the entry ``used`` was used, and remove all but the ``count`` of its kind that were used last.

    Those used in the last ``spared`` seconds stay: another process may just be about to load one. In a cache for all
    users nothing is noted or removed.
    """
    if _is_for_all(used):
        return
    with contextlib.suppress(OSError):
        os.utime(used)
        for old in sorted(used.parent.glob(pattern), key=lambda path: -path.stat().st_mtime)[count:]:
            if old.stat().st_mtime <= time.time() - spared:
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


def _for_all() -> Path | None:
    """Return the cache that root has filled for all users, if this user is another and may read it."""
    chosen = os.environ.get("UNLADEN_CACHE")
    return _trusted(chosen) if chosen and shared.is_of_root(chosen) else None


@cache
def _trusted(chosen: str) -> Path | None:
    if problem := shared.problem_of(chosen)[0]:
        print(f"The cache for all users, {chosen}, is not read: {problem}.", file=sys.stderr)
        return None
    return Path(chosen).resolve()


def _is_for_all(directory: Path) -> bool:
    return _for_all() in directory.parents


def _roots(made: bool = False) -> Iterator[Path]:
    """Yield the user's cache, if it is fine, and this process's own; with ``made``, the latter only if it is there."""
    try:
        mine, problem = _resolved(place())
    except RuntimeError:  # a user without an entry in the system's list, and without HOME
        mine, problem = None, "has no place, as HOME is not set; set HOME, or UNLADEN_CACHE to a directory of yours"
    if problem := problem or _refusal(mine):
        _warn(problem)
    else:
        yield mine
    if not made or _temporary.cache_info().currsize:
        yield _temporary()


@cache
def _resolved(directory: Path) -> tuple[Path, str]:
    """Return what ``directory`` really is, and why it is not to be trusted ('' if it is).

    A link is followed once: whoever points it elsewhere later does not choose what this process loads.
    """
    if directory.is_symlink() and directory.lstat().st_uid not in (0, os.geteuid()):
        return directory, f"{directory} is a link of another user, who could point it elsewhere"
    with contextlib.suppress(OSError, RuntimeError):  # the latter is how a link to itself is reported
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = directory.resolve(strict=True)
    return directory, ""


def _refusal(directory: Path) -> str:
    """Say why ``directory`` is not to be trusted or used; '' if it is fine. It is made if it is not there."""
    try:
        if not directory.is_dir():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found, inert = directory.lstat(), runs_nothing(directory)
    except OSError as problem:
        return f"{directory} cannot be used ({problem.strerror})"
    if not stat.S_ISDIR(found.st_mode):
        return f"{directory} is not a directory"
    if found.st_uid != os.geteuid():
        return f"{directory} belongs to another user, who could replace what you run"
    if found.st_mode & 0o022:
        return (
            f"{directory} can be written by other users; make it yours alone: chmod 700 (on a Windows drive, where "
            "that has no effect, set UNLADEN_CACHE to a directory of the Linux system)"
        )
    if inert:
        return f"{directory} is on a file system from which nothing may be run (noexec); set UNLADEN_CACHE to another"
    _sweep(directory)
    return ""


def runs_nothing(directory: Path) -> bool:
    """Tell whether a library in ``directory`` could not be loaded, because its file system is mounted noexec."""
    return bool(os.statvfs(directory).f_flag & getattr(os, "ST_NOEXEC", 0))


@cache
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
