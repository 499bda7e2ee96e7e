"""How busy this machine is with other things while something is measured on it, as far as the system tells."""

from __future__ import annotations

import contextlib
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_STAT = Path("/proc/stat")
_STOLEN = 0.02  # the share of the time above which another machine on the same hardware is felt


@dataclass
class Busy:
    """What was asked of the ``cores`` besides the measurement.

    ``load`` is the mean number of threads that wanted a core in the minute before (NaN: untold), ``others`` how many
    wanted one just then, ``stolen`` the share of the time that the host of a virtual machine gave to somebody else.
    """

    load: float = math.nan
    others: int = 0
    stolen: float = 0.0
    cores: int = 1

    @property
    def quiet(self) -> bool:
        """Whether the measurement had a core to itself, and memory nearly so. Its own preparation is a load of one."""
        return self.load <= max(1, 0.75 * self.cores) and self.others < self.cores and self.stolen < _STOLEN

    def __str__(self) -> str:
        load = "load untold" if math.isnan(self.load) else f"load {rounded(self.load)} on {self.cores} cores"
        return f"{load}, {self.others} others at work, {100 * self.stolen:.1f} % stolen by the host"

    def with_(self, other: Busy) -> Busy:
        """Return the busier of both, in each respect."""
        pairs = ((self.load, other.load), (self.others, other.others), (self.stolen, other.stolen))
        return Busy(*(max(pair) for pair in pairs), self.cores)


def rounded(load: float) -> str:
    """A load with as many digits as one reads: 0.2, 31."""
    return "untold" if math.isnan(load) else f"{load:.{load < 9.95:d}f}"


@contextlib.contextmanager
def watched() -> Iterator[Busy]:
    """Watch what else goes on; what is yielded holds it at the end."""
    found = Busy(cores=os.cpu_count() or 1)
    with contextlib.suppress(OSError):  # some systems do not tell
        found.load = os.getloadavg()[0]
    before, stolen, passed = _stat()
    yield found
    after, stolen_now, passed_now = _stat()
    found.others = max(0, max(before, after) - 1)
    found.stolen = (stolen_now - stolen) / max(1, passed_now - passed)


def _stat() -> tuple[int, int, int]:
    """Return how many threads want a core now, and the ticks of all cores that were stolen, and that passed, so far."""
    try:
        text = _STAT.read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0, 0, 0
    running = re.search(r"^procs_running (\d+)", text, re.MULTILINE)
    ticks = [int(word) for word in (text.splitlines() or [""])[0].split()[1:9] if word.isdigit()]
    return int(running[1]) if running else 0, ticks[7] if len(ticks) > 7 else 0, sum(ticks)
