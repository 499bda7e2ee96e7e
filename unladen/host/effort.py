"""How long a process could have worked: the time that passed, without what it spent waiting for a core.

A limit of time is a limit of work. On a busy machine a process that wants to compute waits for its turn, and that is
not its fault; one that sleeps, or hangs without computing, waits for nobody, and its time runs like any clock.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time

from unladen.host import allowance

CEILING = 10  # so many times its limit a process may take by the clock on the wall, however busy the machine is


class Effort:
    """The clock of a process and all that it has started; it runs while somebody calls ``look``, ten times a second.

    ``worked`` are the seconds in which it could have worked, ``lost`` those in which it waited for a core.
    """

    def __init__(self, pid: int) -> None:
        self.pid, self.worked, self.lost = pid, 0.0, 0.0
        self.family, self._tasks, self._at = [pid], {}, time.monotonic()

    def look(self) -> None:
        """Add what has happened since the last look."""
        passed = time.monotonic() - self._at
        self._at += passed
        self.family = relatives(self.pid)
        before, self._tasks = self._tasks, tasks(self.family)
        lost = waited(passed, before, self._tasks)
        self.worked, self.lost = self.worked + passed - lost, self.lost + lost

    @property
    def starved(self) -> bool:
        """Whether it waited for others for more than a fifth of the time."""
        return self.lost > 0.25 * self.worked

    def over(self, seconds: float) -> bool:
        """Whether ``seconds`` of work are over, or so much time that there is no waiting for them.

        Work on a core that others share is slower as well, for its caches are shared: it has twice as long.
        """
        return self.worked > seconds * (2 if self.starved else 1) or self.worked + self.lost > CEILING * seconds


def waited(passed: float, before: dict, after: dict) -> float:
    """Of the seconds that passed between two looks at ``tasks``, how many were lost by waiting for a core."""
    # a thread that is new has done all of its work since
    grown = {task: [now - then for now, then in zip(told, before.get(task, (0, 0)), strict=True)]
             for task, told in after.items()} if before else {}  # fmt: skip
    return _lost(passed, *(sum(part[which] for part in grown.values()) for which in (0, 1)))


def _lost(passed: float, ran: float, waited: float) -> float:
    """Of the time that passed, how much was lost by waiting; many threads that wait for each other lose none."""
    if waited <= 0 or passed <= 0:
        return 0.0
    wanting = min(1.0, (ran + waited) / passed)
    lost = passed * wanting * waited / (ran + waited)
    got_all = min(1.0, ran / passed / cores())
    return max(0.0, min(lost, passed * (1 - got_all)))


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def usable() -> float:
    """How many cores' worth of time this process may use: those that it is bound to, or a container's quota if less."""
    return min(cores(), allowance.share_of_cores())


def load() -> float:
    """How many processes want a core just now, on average over a minute."""
    with contextlib.suppress(OSError):
        return os.getloadavg()[0]
    return 0.0


def busy() -> str:
    """What to say of a machine that keeps processes waiting: `` (this machine is busy: load 40)``, or nothing."""
    return f" (this machine is busy: load {load():.0f})" if load() > 2 * cores() else ""


# -- what the system knows -------------------------------------------------------------------------------------------


def relatives(pid: int) -> list[int]:
    """The process and all that it and its children have started; psutil would take ten times as long to say."""
    if sys.platform != "linux":
        import psutil

        with contextlib.suppress(psutil.Error):
            return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        return [pid]
    offspring: dict[int, list[int]] = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{entry}/stat", "rb") as stat:
            # after the name, which is in parentheses and may hold any byte: the state, the parent
            offspring.setdefault(int(stat.read().rpartition(b")")[2].split()[1]), []).append(int(entry))
    found = [pid]
    for one in found:  # which grows meanwhile
        found += offspring.get(one, [])
    return found


def tasks(family: list[int]) -> dict[object, tuple[float, float]]:
    """Of each thread of these processes: seconds on a core, and seconds of waiting for one."""
    return _scheduled(family) if sys.platform == "linux" else _sampled(family)


def _scheduled(family: list[int]) -> dict[object, tuple[float, float]]:
    found = {}
    for member in family:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{member}/task"):
                with contextlib.suppress(OSError, ValueError), open(f"/proc/{member}/task/{task}/schedstat") as told:
                    ran, waited, _ = told.read().split()
                    found[task] = int(ran) / 1e9, int(waited) / 1e9
    return found


def _sampled(family: list[int]) -> dict[object, tuple[float, float]]:
    """Where the system does not count the waiting: with more wishes than cores, all wait alike."""
    import psutil

    found = {}
    for member in family:
        with contextlib.suppress(psutil.Error):
            used = sum(psutil.Process(member).cpu_times()[:2])
            found[member] = used, used * max(0.0, load() / cores() - 1)
    return found
