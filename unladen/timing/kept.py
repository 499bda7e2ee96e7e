"""The best that this machine has shown, from one session to the next: a small file for each machine.

It lies with the learner's progress (``unladen.state``), not in the cache: a cache may be cleared at any time, and what
a machine once showed at a quiet moment cannot be made anew at a busy one; and whatever runs a notebook to compare its
outputs has a state of its own. A home may be shared by many machines, so a figure counts only where all of `facts` are
as they were. What cannot be read, or is not in this form, was never kept; what cannot be written is not kept.

A figure that this machine does not reach any more is dropped: when no measurement has come near it (within a factor
of ``NEAR``) for ``DAYS`` days, or when ``IN_A_ROW`` measurements at quiet moments, one a session, have not. Until then
one that is above ``ABSURD`` times what is measured now is not shown.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import platform
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from unladen import state
from unladen.host import hardware
from unladen.timing import limits

NEAR, DAYS, IN_A_ROW, ABSURD = 1.25, 30, 3, 8
_FORM = 1
_MACHINES = 20  # whose files are kept
_LONGEST = 2**16  # bytes of a file


@dataclass(frozen=True)
class Figure:
    """A ``rate`` (bytes or operations a second), and the ``date`` and ``load`` at which it was measured."""

    rate: float
    date: str
    load: float


@dataclass(frozen=True)
class Kept:
    """The best ``figure`` of a kind, the date when it was last ``seen`` nearly, and the quiet ones ``below`` since."""

    figure: Figure
    seen: str
    below: tuple[Figure, ...] = ()


def keep(measured: Mapping[str, Figure], counts: bool = True) -> dict[str, Figure]:
    """Keep what was ``measured`` now, by kind, and return the best of that and of what was kept.

    ``counts`` tells whether it speaks against what was kept: it was measured at a quiet moment.
    """
    best = dict(measured)
    with contextlib.suppress(OSError, RuntimeError):  # the latter: a user without a home
        known = facts()
        path = path_of(known)
        with _alone(path.parent):
            before = _read(path, known)
            after = before | {kind: _better(before.get(kind), now, counts) for kind, now in measured.items()}
            for kind, now in measured.items():
                if after[kind].figure.rate <= ABSURD * now.rate:
                    best[kind] = after[kind].figure
            state.write(path, {"form": _FORM, "machine": known, "kept": {k: asdict(v) for k, v in after.items()}})
            _forget_others(path.parent)
    return best


def _better(kept: Kept | None, now: Figure, counts: bool) -> Kept:
    if not kept or now.rate >= kept.figure.rate or _days(kept.seen, now.date) > DAYS:
        return Kept(now, now.date)
    if now.rate * NEAR >= kept.figure.rate:
        return Kept(kept.figure, now.date)
    below = (*kept.below, now) if counts else kept.below
    if len(below) < IN_A_ROW:
        return replace(kept, below=below)
    return Kept(max(below, key=lambda figure: figure.rate), now.date)


def facts() -> dict[str, str]:
    """Return what makes this machine this one, to those who measure as this course does today."""
    from unladen.compiling.toolchains import processor

    cores = hardware.cores()
    caches = ", ".join(f"{level} {nbytes}" for level, nbytes in hardware.caches().items())
    return {
        "name": platform.node(),
        "system": f"{platform.system()}, {platform.machine()}",
        "processor": hardware.processor(),
        "instructions": _digest(processor()),
        "cores": ", ".join(f"{count:g} {kind}" for kind, count in cores.items()),
        "caches": caches,
        "memory": f"{hardware.memory() / 2**30:.0f} GiB",
        "measured by": _digest(*limits.identity()),
    }


def path_of(known: Mapping[str, str]) -> Path:
    """Return the file of the machine of which these are the `facts`."""
    return state.folder() / "machines" / f"{_digest(*known.values())}.json"


def _read(path: Path, known: Mapping[str, str]) -> dict[str, Kept]:
    """Return what a file says of this machine; nothing if it is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # in the place of a file may be a pipe
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_size > _LONGEST:
                return {}
            said = json.load(file)
        if said["form"] != _FORM or said["machine"] != known:
            return {}
        return {kind: _kept(said["kept"][kind]) for kind in limits.KINDS if kind in said["kept"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _kept(said: Mapping) -> Kept:
    figure, below = _figure(said["figure"]), tuple(_figure(one) for one in said["below"][:IN_A_ROW])
    _days(said["seen"], figure.date)
    return Kept(figure, said["seen"], below)


def _figure(said: Mapping) -> Figure:
    """Check a figure; ``ValueError`` or ``TypeError`` if it is none."""
    rate, load = said["rate"], said["load"]
    possible = type(rate) in (int, float) and 1e6 < rate < 1e15 and type(load) in (int, float)
    if not possible or _days(said["date"], _today()) < -1:
        raise ValueError("no machine does that")
    return Figure(float(rate), said["date"], float(load))


def _days(date: str, later: str) -> int:
    return (datetime.date.fromisoformat(later) - datetime.date.fromisoformat(date)).days


def _today() -> str:
    return datetime.date.today().isoformat()


def figure(rate: float, load: float) -> Figure:
    """Return what was measured today."""
    return Figure(rate, _today(), load)


def _digest(*words: object) -> str:
    return hashlib.sha256("\n".join(map(str, words)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one kernel at a time read and write; where that cannot be had within a second, a figure may be lost."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "ab") as lock:
        for _ in range(20):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                break  # a file system without locks
        yield


def _forget_others(folder: Path) -> None:
    """Remove all but the files that were written last: a container may be another machine each time."""
    with contextlib.suppress(OSError):
        for old in sorted(folder.glob("*.json"), key=lambda path: -path.stat().st_mtime)[_MACHINES:]:
            old.unlink()
