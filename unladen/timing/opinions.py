"""What other people's tools say of this machine, to hold against what the course measured."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unladen.host import hardware
from unladen.host.packages import install_command
from unladen.show import Table, Volatile, size, three_digits

MEMORY = 64  # MiB that a tool reads or writes in one go: as much as an array of `machine().bandwidth`
RUNS = 12  # each of them short, so that one may find a busy machine at rest

# tools that may be slower than memory, and so tell only what it can do at least

# field of lscpu -> what it means for a program
_READING = {
    "Model name": "who made it, and when; a virtual machine may blur it",
    "Thread(s) per core": "2: two threads share the units and the caches of one core",
    "CPU(s)": "as many threads can run at the same moment",
    "L1d cache": "the nearest data cache: divide by its instances",
    "L2 cache": "the next one, mostly one for each core, too",
    "L3 cache": "shared by cores; with strangers, in a virtual machine",
    "NUMA node(s)": "above 1: some memory is nearer than other memory",
    "Hypervisor vendor": "who pretends to be this machine, if somebody does",
    "vector units": "numbers of 64 bits that one instruction computes with",
}


def processor_card() -> Table:
    """Return what ``lscpu`` tells that matters to a program, and what it means; else what Python can find out."""
    told = lscpu() or _without_lscpu()
    rows = [(field, Volatile(told.get(field, "not told")), meaning) for field, meaning in _READING.items()]
    return _Words(["lscpu", "this machine", "what it means"], rows)


class _Words(Table):
    """A table of words, which stand on the left although they may vary."""

    def _aligned_right(self) -> set[int]:
        return set()


def lscpu() -> dict[str, str]:
    """Return the fields of ``lscpu`` by name; empty where there is none (it belongs to Linux)."""
    if not shutil.which("lscpu"):
        return {}
    done = subprocess.run(["lscpu"], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    fields = {name.strip(): text.strip() for name, _, text in (row.partition(":") for row in done.stdout.splitlines())}
    return fields | {"vector units": _vectors(fields.get("Flags") or fields.get("Features", ""))} if fields else {}


def _without_lscpu() -> dict[str, str]:
    caches = {f"{level}d cache" if level == "L1" else f"{level} cache": n for level, n in hardware.caches().items()}
    return {"Model name": hardware.processor(), "CPU(s)": str(hardware.cores()["logical"])} | {
        name: str(size(nbytes)) for name, nbytes in caches.items()
    }


def _vectors(flags: str) -> str:
    widths = {"avx512f": "8 (AVX-512)", "avx2": "4 (AVX2)", "avx": "4 (AVX)", "sse2": "2 (SSE2)", "asimd": "2 (NEON)"}
    return next((width for flag, width in widths.items() if flag in flags.split()), "not told")


@dataclass(frozen=True)
class Opinion:
    """What a ``tool`` says: ``rate`` (bytes a second) of ``kind`` "copy" or "read"; None where the tool is missing."""

    tool: str
    kind: str
    rate: float | None

    def factor(self, ours: float) -> float:
        """By which factor it contradicts ``ours``: at least 1, which it is where there is no opinion.

        A limit is contradicted only by who moves more. Who moves less may have a slower loop (sysbench loads one word
        at a time), or something else: on a virtual machine mbw said 0.8 to 1.2 GB/s, and 10 on another day, and why is
        not known.
        """
        return max(1.0, self.rate / ours) if self.rate else 1.0


class Opinions:
    """What ``tools`` say of this machine's bandwidth, the best of a few short runs (≈ 1 s)."""

    def __init__(self, tools: Sequence[str] = ("mbw", "sysbench")) -> None:
        self.tools = tools
        self.found = self._asked()

    def ask_again(self) -> None:
        """Ask once more, and keep the better of both answers."""
        pairs = zip(self.found, self._asked(), strict=True)
        self.found = [max(both, key=lambda one: one.rate or 0) for both in pairs]

    def _asked(self) -> list[Opinion]:
        return [Opinion(tool, *_ASK[tool]()) for tool in self.tools]

    def contradict(self, ours: Mapping[str, float]) -> Difference:
        """By which factor at most they contradict ``ours`` (bytes a second, by kind); 1 if no tool is here."""
        return Difference(self, ours)

    def beside(self, ours: Mapping[str, float]) -> Table:
        """Return the opinions beside ``ours``, or the command that installs a missing tool."""
        rows = []
        for one in self.found:
            said = f"{three_digits(one.rate / 1e9)} GB/s" if one.rate else f"not here: {install_command(one.tool)}"
            rows.append((one.tool, one.kind, Volatile(said), Volatile(f"{three_digits(ours[one.kind] / 1e9)} GB/s")))
        return Table(["tool", "kind", "it says", "this course"], rows)


class Difference(float):
    """A factor between opinions and our figures; a number like any other, which a claim can have measured again."""

    def __new__(cls, opinions: Opinions, ours: Mapping[str, float]) -> Difference:
        found = super().__new__(cls, max(one.factor(ours[one.kind]) for one in opinions.found))
        found.opinions, found.ours = opinions, ours
        return found

    def again(self) -> Difference:
        """Ask the tools again, and compare the better of their answers."""
        self.opinions.ask_again()
        return Difference(self.opinions, self.ours)


def _mbw() -> tuple[str, float | None]:
    """The best copy of mbw, in bytes read and written a second (it counts an array that is copied once)."""
    found = _said(["mbw", "-q", "-a", "-n", str(2 * RUNS), "-t0", str(MEMORY // 2)], r"([\d.]+) MiB/s")
    return "copy", 2 * max(found) * 2**20 if found else None


def _sysbench() -> tuple[str, float | None]:
    """The best reading of sysbench, in bytes a second."""
    moved = f"--memory-total-size={MEMORY}M"  # one block a run, for it tells only the mean of a run
    read = ["sysbench", "memory", f"--memory-block-size={MEMORY}M", moved, "--memory-oper=read", "run"]
    found = [rate for _ in range(RUNS) for rate in _said(read, r"\(([\d.]+) MiB/sec\)")]
    return "read", max(found) * 2**20 if found else None


def _said(command: list[str], pattern: str) -> list[float]:
    """Run a tool and return the numbers that it printed; none where it is missing or fails."""
    if not shutil.which(command[0]):
        return []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [float(number) for number in re.findall(pattern, done.stdout)]


_ASK = {"mbw": _mbw, "sysbench": _sysbench}
