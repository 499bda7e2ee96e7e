"""What a notebook has left behind: processes and threads that still run, segments of shared memory with a name.

before = leavings()
…
print(leavings(since=before))
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from unladen.host.effort import relatives

SHARED = Path("/dev/shm")  # where Linux shows the segments; other systems do not list them
PATIENCE = 10.0  # seconds that what is about to end has for it
_KERNELS = ("IPython", "ipykernel", "tornado", "zmq")
_FEEDER = "QueueFeederThread"  # as multiprocessing calls it
_HELPERS = (
    "from multiprocessing.resource_tracker import main", "from multiprocessing.forkserver import main",
    "sandbox/child.py --serve",
)  # fmt: skip
_FEW = 4  # so many of a kind are named


@dataclass(frozen=True)
class Leavings:
    """What is there: ``processes`` by id, ``threads`` by id, and names of ``segments``; false if there is nothing."""

    processes: dict[int, str] = field(default_factory=dict)
    threads: dict[int, str] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.processes or self.threads or self.segments)

    def __sub__(self, before: Leavings) -> Leavings:
        processes = {pid: name for pid, name in self.processes.items() if pid not in before.processes}
        threads = {ident: name for ident, name in self.threads.items() if ident not in before.threads}
        return Leavings(processes, threads, self.segments - before.segments)

    def __str__(self) -> str:
        kinds = {"process": self.processes.values(), "thread": self.threads.values(), "segment": self.segments}
        return ", ".join(_told(kind, sorted(names)) for kind, names in kinds.items())


def leavings(since: Leavings | None = None, seconds: float = PATIENCE) -> Leavings:
    """Return the children of this process, its threads, and the segments of shared memory that nobody else uses.

    With ``since``, an earlier answer, only what has come since then and does not go within ``seconds``. Helpers that
    stay for the next time, and end with this process, are not counted: ``multiprocessing``'s resource tracker and fork
    server, and the process that starts the course's children. Nor are named semaphores (files ``sem.…``), nor the
    thread that feeds a queue: an executor that was interrupted has them for as long as it is somebody's variable, and
    of other semaphores nobody can tell whose they are.
    """
    if since is None:
        return Leavings(_children(), _threads(), _segments())
    end = time.monotonic() + seconds
    while (found := leavings() - since) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def _told(kind: str, names: list[str]) -> str:
    if not names:
        return f"no {kind}"
    plural = {"process": "processes"}.get(kind, f"{kind}s")
    named = ", ".join(names[:_FEW]) + (", …" if len(names) > _FEW else "")
    return f"{len(names)} {kind if len(names) == 1 else plural} ({named})"


def _children() -> dict[int, str]:
    own = {os.getpid(), *_helpers()}
    return {pid: _name(pid) for pid in relatives(os.getpid()) if pid not in own and _alive(pid)}


def _helpers() -> set[int]:
    """The ids of ``multiprocessing``'s own two, and of what starts the course's children: all end with this process."""
    import psutil

    found = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            words = " ".join(child.cmdline())
            if any(helper in words for helper in _HELPERS):
                found.add(child.pid)
    return found


def _alive(pid: int) -> bool:
    """Whether it is no zombie, which has ended and waits to be asked how; nor gone."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def _name(pid: int) -> str:
    import psutil

    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).name()
    return "gone"


def _threads() -> dict[int, str]:
    """All but feeders, and those that the kernel itself starts, some of them when something large is first shown."""
    found = [thread for thread in threading.enumerate() if not type(thread).__module__.startswith(_KERNELS)]
    return {thread.ident: thread.name for thread in found if thread.ident and thread.name != _FEEDER}


def _segments() -> frozenset[str]:
    """Names of this user's segments that no living process outside of this one's family has mapped."""
    if not SHARED.is_dir():
        return frozenset()
    mine = set()
    for path in SHARED.iterdir():
        with contextlib.suppress(OSError):
            if not path.name.startswith("sem.") and path.stat().st_uid == os.getuid():
                mine.add(path.name)
    return frozenset(mine - _mapped_by_others() if mine else mine)


def _mapped_by_others() -> set[str]:
    family, found = set(relatives(os.getpid())), set()
    for entry in filter(str.isdigit, os.listdir("/proc")):
        if int(entry) not in family:
            with contextlib.suppress(OSError):
                lines = Path("/proc", entry, "maps").read_text(errors="replace").splitlines()
                found |= {line.partition(f"{SHARED}/")[2] for line in lines if f"{SHARED}/" in line}
    return found
