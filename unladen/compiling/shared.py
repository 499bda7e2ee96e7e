"""A cache that root has filled for all users of a machine: who may load what is in it. Standard library, Python 3.6.

Who can write to a library, or to a folder above it, decides what whoever loads it runs. Root does so anyway, and nobody
else may: neither a folder's group, nor a user to whom one of the folders above belongs.
"""

import os
import shlex
import stat

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_UNMAPPED = "/proc/sys/kernel/overflowuid"


def is_of_root(folder: str) -> bool:
    """Whether ``folder`` is there and root's, and this user another: what is in it may be read at most.

    So is one that belongs to nobody, which is how root's folders look where root is somebody else (see `problem_of`).
    """
    try:
        owner = os.stat(folder).st_uid
    except OSError:
        return False
    return os.geteuid() != owner and owner in (0, _nobody())


def problem_of(folder: str) -> tuple:
    """Why nothing that is in root's ``folder`` is loaded, and the command that changes it; two empty texts if it is.

    Links are followed to where they lead now. That place counts, and each folder above it: they too must be root's, and
    writable by root alone, or be such that nobody can rename what is another's (as in /tmp).
    """
    place = os.path.realpath(folder)
    mend = "sudo chmod -R go-w,a+rX " + shlex.quote(place)
    above = place
    while True:
        found = os.lstat(above)
        name = "it" if above == place else above
        if found.st_uid == _nobody():
            why = f"{name} belongs to nobody (user {found.st_uid}), as root's folders do where root is another: "
            return why + "in a container, or on a network's file system with root_squash", ""
        if found.st_uid:
            return name + " belongs to another user, who could replace what you run", ""
        safe = above != place and found.st_mode & stat.S_ISVTX
        if found.st_mode & _OTHERS_WRITE and not safe:
            return name + " can be written by others than root", mend if name == "it" else "sudo chmod go-w " + name
        if os.path.dirname(above) == above:
            break
        above = os.path.dirname(above)
    if not stat.S_ISDIR(os.lstat(place).st_mode):
        return "it is no folder", ""
    try:
        os.close(os.open(os.path.join(place, "."), os.O_RDONLY))
    except OSError:
        return "it may be read by root alone", mend
    if os.statvfs(place).f_flag & getattr(os, "ST_NOEXEC", 0):
        return "it is on a file system from which nothing may be run (noexec)", ""
    return "", ""


def is_roots_alone(path: str, folder: bool = False) -> bool:
    """Whether ``path`` is a file (or a ``folder``; no link) that root alone can write; raises ``OSError``."""
    found = os.lstat(path)
    kind = stat.S_ISDIR(found.st_mode) if folder else stat.S_ISREG(found.st_mode)
    return kind and found.st_uid == 0 and not found.st_mode & _OTHERS_WRITE


def _nobody() -> int:
    """The number of the user as whom those appear who have none here."""
    try:
        with open(_UNMAPPED) as file:
            return int(file.read())
    except (OSError, ValueError):
        return 65534
