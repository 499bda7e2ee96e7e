"""How busy this machine is with other things while something is measured on it, as far as the system tells."""

from __future__ import annotations

import contextlib
import math
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import psutil

from unladen.host import allowance, effort

_STAT = Path("/proc/stat")
_STOLEN = 0.02  # the share of the time above which another machine on the same hardware is felt
# A fifth of all cores: above what a desktop, a browser and Jupyter's server take while nobody does anything, and below
# what one other process takes that computes, on up to four cores. On more of them one such leaves enough of the others.
_TAKEN = 0.2
_WAITED = 0.05  # alone on a core a thread waits for less than 0.01 of its time, with one other on it for half
_SHORTEST = 0.1  # seconds: the system counts in hundredths, so of less time its shares say nothing


@dataclass
class Busy:
    """What was asked of the ``cores`` besides the measurement.

    ``load`` is the mean number of threads that wanted a core in the minute before (NaN: untold), ``others`` how many
    wanted one just then, ``stolen`` the share of the time that the host of a virtual machine gave to somebody else.
    ``taken`` is the share of the cores that other processes used (NaN: untold), ``waited`` the share of the time in
    which this one could not go on for want of a core, ``throttled`` that in which its container was stopped.
    """

    load: float = math.nan
    others: int = 0
    stolen: float = 0.0
    cores: int = 1
    taken: float = math.nan
    waited: float = 0.0
    throttled: float = 0.0

    @property
    def quiet(self) -> bool:
        """Whether the measurement had a core to itself, and memory nearly so. Its own preparation is a load of one."""
        return self.load <= max(1, 0.75 * self.cores) and self.others < self.cores and self.stolen < _STOLEN

    @property
    def disturbance(self) -> str:
        """What kept a measurement from being one of its subject alone, in words; empty if nothing did that is known.

        Where the system does not tell what others take, a load above the number of cores has to do.
        """
        cores = "this one core" if self.cores == 1 else f"these {counted(self.cores)} cores"
        crowded = math.isnan(self.taken) and self.load > self.cores + 0.5
        if self.taken > _TAKEN or self.waited > _WAITED or crowded:
            if self.others >= self.cores:
                return f"{counted(self.others)} other{'s want' if self.others > 1 else ' wants'} {cores}"
            if self.taken > _TAKEN:
                return f"others use {100 * self.taken:.0f} % of {cores}"
            return f"load {rounded(self.load)} on {cores}" if crowded else f"{cores} were not free when wanted"
        if self.throttled > _STOLEN:
            return f"stopped for {100 * self.throttled:.0f} % of the time by its container's limit"
        if self.stolen > _STOLEN:
            return f"the host of this virtual machine gave {100 * self.stolen:.0f} % of the time to others"
        return ""

    def __str__(self) -> str:
        load = "load untold" if math.isnan(self.load) else f"load {rounded(self.load)} on {self.cores} cores"
        return f"{load}, {self.others} others at work, {100 * self.stolen:.1f} % stolen by the host"

    def with_(self, other: Busy) -> Busy:
        """Return the busier of both, in each respect."""
        pairs = {f.name: (getattr(self, f.name), getattr(other, f.name)) for f in fields(self) if f.name != "cores"}
        told = {name: [value for value in pair if value == value] for name, pair in pairs.items()}
        return Busy(**{name: max(values, default=math.nan) for name, values in told.items()}, cores=self.cores)


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def counted(number: int) -> str:
    return _WORDS[number] if number < len(_WORDS) else str(number)


def rounded(load: float) -> str:
    """A load with as many digits as one reads: 0.2, 31."""
    return "untold" if math.isnan(load) else f"{load:.{load < 9.95:d}f}"


@contextlib.contextmanager
def watched() -> Iterator[Busy]:
    """Watch what else goes on; what is yielded holds it at the end."""
    before = read()
    found = Busy(before.load, cores=effort.cores())
    yield found
    vars(found).update(vars(between(before, read())))
    found.load = before.load  # of the time before the measurement, which is no load of its own


class Reading(NamedTuple):
    """What the system has counted until one moment; in seconds, of those cores that this process may use."""

    when: float
    load: float
    wanting: int
    worked: float
    stolen: float
    passed: float
    own: float
    throttled: float
    tasks: dict


def read() -> Reading:
    """Take a reading; it costs about a millisecond."""
    family = effort.relatives(os.getpid())
    load = math.nan
    with contextlib.suppress(OSError):  # some systems do not tell
        load = os.getloadavg()[0]
    own = time.process_time() + sum(os.times()[2:4]) + sum(map(_used, family[1:]))
    return Reading(time.monotonic(), load, _wanting(), *_cores(), own, allowance.stopped(), effort.tasks(family))


def between(before: Reading, after: Reading) -> Busy:
    """How busy it was between two readings."""
    seconds, passed = after.when - before.when, after.passed - before.passed
    cores = effort.cores()
    found = Busy(after.load, max(0, max(before.wanting, after.wanting) - 1), cores=cores)
    if seconds < _SHORTEST:
        return found
    if passed > 0:
        others = after.worked - before.worked - (after.own - before.own)
        found.taken = min(1.0, max(0.0, others / passed))
        found.stolen = (after.stolen - before.stolen) / passed
    found.waited = effort.waited(seconds, before.tasks, after.tasks) / seconds
    found.throttled = (after.throttled - before.throttled) / seconds
    return found


def _wanting() -> int:
    """How many threads want a core just now, on the whole machine."""
    with contextlib.suppress(OSError):
        running = re.search(r"^procs_running (\d+)", _STAT.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
        return int(running[1]) if running else 0
    return 0


def _cores() -> tuple[float, float, float]:
    """Of the cores that this process may use: seconds of work, seconds that were stolen, seconds in all."""
    each = dict(enumerate(psutil.cpu_times(percpu=True)))
    mine = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else each.keys()
    told = [each[core]._asdict() for core in mine if core in each]
    stolen = sum(times.get("steal", 0.0) for times in told)
    idle = sum(times.get(kind, 0.0) for times in told for kind in ("idle", "iowait"))
    worked = sum(times.get(kind, 0.0) for times in told for kind in ("user", "nice", "system", "irq", "softirq"))
    return worked, stolen, worked + stolen + idle


def _used(pid: int) -> float:
    """The seconds that a process, and those of its children that have ended, have worked."""
    with contextlib.suppress(psutil.Error):
        return sum(psutil.Process(pid).cpu_times()[:4])
    return 0.0
