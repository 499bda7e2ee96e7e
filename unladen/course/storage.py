"""The folders that the course writes to, each tried by writing to it. Standard library only, Python 3.6 and newer."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

if __package__:
    from . import bootstrap, ceilings, host, inventory, places
    from .findings import broken, ok
else:  # run by its path: the environment may be missing
    import bootstrap
    import ceilings
    import host
    import inventory
    import places
    from findings import broken, ok

REPOSITORY = bootstrap.REPOSITORY
ROOM = 64 * 2**20  # bytes: what the prepared headers and a chapter's libraries take
LITTLE = 4 * 2**20  # bytes without which nothing at all is compiled
TMPDIR = "export TMPDIR=/a/folder/of/yours"


def room_in(folder: Path, nbytes: int) -> str:
    """Empty if a file of ``nbytes`` can be written in ``folder``, else what is in the way: the disk, a quota, a limit.

    The room is asked for, as free blocks say nothing of a quota; on systems that cannot be asked, none is missing.
    """
    try:
        with tempfile.TemporaryFile(dir=str(folder)) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, nbytes)
        return ""
    except OSError as problem:
        free = f"{shutil.disk_usage(str(folder)).free / 2**20:.0f} MiB free"
        limits = {
            errno.ENOSPC: f"its disk is full ({free})",
            getattr(errno, "EDQUOT", -1): "this user's disk quota is used up (`quota -s` shows it)",
            errno.EFBIG: "this shell limits how large a file may be (ulimit -f)",
        }
        # a file system that cannot reserve is no full one
        unable = (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS)
        return "" if problem.errno in unable else limits.get(problem.errno, problem.strerror)


def check_temporary() -> list:
    """Whether there is a folder for temporary files: without one nothing can be compiled, nor much be looked at."""
    try:
        folder = Path(tempfile.gettempdir())
    except OSError:
        detail = "no folder for temporary files can be written to: not TMPDIR, /tmp, /var/tmp nor this one"
        return [broken("temporary", detail, TMPDIR)]
    if room_in(folder, LITTLE):
        return [broken("temporary", f"{folder}: {room_in(folder, LITTLE)}", _way_out(folder))]
    if room_in(folder, ROOM):
        detail = f"{folder}: {room_in(folder, ROOM)}; larger cells do not compile"
        return [broken("temporary", detail, _way_out(folder), needed=False)]
    said = places.loads_from(folder)
    if said:
        detail = f"libraries cannot be loaded from {folder} ({said}); cells that build whole packages do so there"
        return [broken("temporary", detail, TMPDIR, needed=False)]
    return []


def _way_out(folder: Path) -> str:
    return ceilings.lifting("f") if "ulimit" in room_in(folder, ROOM) else f"make room there, or  {TMPDIR}"


def check_cache() -> list:
    """Whether what is compiled can be kept, and be loaded from where it is kept."""
    folder, found = places.cache_folder(), check_shared_cache()
    problem, fix = places.problem_of(folder)
    if not problem:
        problem, fix = room_in(folder, ROOM), _way_out(folder).replace(TMPDIR, places.ELSEWHERE)
    if not problem:
        return [*found, ok("cache", f"{folder} can be written to, and libraries load from there")]
    where = f"{folder}: " if folder else ""
    if not places.loading_place():
        detail = f"{where}{problem}; nor do they load from {tempfile.gettempdir()}, so no cell that compiles can run"
        return [*found, broken("cache", detail, fix)]
    return [*found, broken("cache", f"{where}{problem}; cells compile, and nothing is kept", fix, needed=False)]


def check_shared_cache() -> list:
    """Whether a cache that root has filled for all, if ``UNLADEN_CACHE`` names one, is read."""
    folder = places.shared_cache()
    if not folder:
        return []
    problem, fix = places.shared.problem_of(folder)
    if not problem:
        return [ok("cache for all", f"{folder} is read; what you compile is kept in your own")]
    detail = f"{folder} is not read: {problem}"
    return [broken("cache for all", detail, fix or "ask whoever set it up here", needed=False)]


def check_work() -> list:
    """Whether the learner's own copies have a place, and whether what was solved is remembered."""
    found, chosen = [], os.environ.get("UNLADEN_WORK")
    tried = places.work_folders()
    usable = [folder for folder in tried if not places.unwritable(folder)]
    if not usable:
        said = "; ".join(f"{folder}: {places.unwritable(folder)}" for folder in tried)
        fix = "export UNLADEN_WORK=/a/folder/of/yours"
        needed = inventory.course().ours or bool(chosen)  # a hub may open notebooks that its users have copied
        found.append(broken("work", f"your own copies have no place ({said})", fix, needed))
    else:
        found.append(ok("work", f"your own copies go to {usable[0]}"))
    state = places.state_folder()
    problem = places.unwritable(state) if state else "no home folder is known"
    if problem:
        where = f"{state}: " if state else ""
        detail = f"{where}{problem}; progress is remembered until the kernel stops"
        found.append(broken("progress", detail, "export UNLADEN_STATE=/a/folder/of/yours", needed=False))
    return found


def check_space(installed: bool) -> list:
    """Whether the disk on which the course is has room for what is to be installed; and what it is mounted as."""
    found, here = [], inventory.course()
    free = shutil.disk_usage(str(REPOSITORY)).free / 2**30
    wanted = 0.0 if not here.ours else 0.5 if installed else 4.0
    if free < wanted:
        fix = "make room, for example:  .venv/bin/uv cache clean"
        found.append(
            broken("disk", f"{free:.1f} GiB free where the course is; it needs {wanted:g}", fix, not installed)
        )
    else:
        found.append(ok("disk", f"{free:.0f} GiB free"))
    if here.ours and places.runs_nothing(REPOSITORY):
        where = f"{places.mount_of(REPOSITORY)} is mounted noexec: no library in .venv can be loaded"
        found.append(broken("mount", where, "clone the course into a folder on another file system"))
    if host.windows_drive(str(REPOSITORY)):
        detail = f"{REPOSITORY} is on a drive of Windows: set-up and every start take minutes there"
        found.append(broken("drive", detail, "clone the course into your home in Linux: cd && git clone …", False))
    return found
