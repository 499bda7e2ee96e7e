"""What this machine is made of, as far as the system tells: processor, cores, caches, memory, GPU, counters."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from unladen.host import allowance, effort

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


def processor() -> str:
    """The processor's name as it calls itself."""
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.machine()
    text = _read("/proc/cpuinfo")
    name = re.search(r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", text, re.MULTILINE)
    return " ".join(name[1].split()) if name else platform.processor() or platform.machine()


def cores() -> dict[str, float]:
    """Count the cores: ``physical`` and ``logical`` (0: the system does not tell), and how many are ``usable`` here.

    ``usable`` heeds the cores this process is bound to and the share of them its container may use (a fraction).
    """
    import psutil

    logical = os.cpu_count() or 0
    return {"physical": psutil.cpu_count(logical=False) or 0, "logical": logical, "usable": effort.usable()}


def memory() -> int:
    """The bytes of memory that this process may use."""
    import psutil

    return int(min(psutil.virtual_memory().total, allowance.memory_of_groups(), allowance.addresses()))


def free_memory() -> int:
    """The bytes of memory that this process may still take: less where a container or ``ulimit`` allows less."""
    import psutil

    mine = psutil.Process().memory_info()
    left = min(allowance.memory_of_groups() - mine.rss, allowance.addresses() - mine.vms)
    return int(max(0, min(psutil.virtual_memory().available, left)))


def caches() -> dict[str, int]:
    """The sizes in bytes of the data caches that the first core sees, as {"L1": …, "L2": …}; empty if untold."""
    if sys.platform == "darwin":
        names = {"L1": "l1dcachesize", "L2": "l2cachesize", "L3": "l3cachesize"}
        found = {k: _sysctl(f"hw.perflevel0.{name}") or _sysctl(f"hw.{name}") for k, name in names.items()}
        return {level: int(text) for level, text in found.items() if text.isdigit() and int(text)}
    sizes = {}
    for index in sorted(_CACHES.glob("index*")):
        level, kind, text = (_read(index / name).strip() for name in ("level", "type", "size"))
        if kind in ("Data", "Unified") and (size := re.fullmatch(r"(\d+)([KMG]?)", text)):
            sizes[f"L{level}"] = int(size[1]) * _UNITS.get(size[2], 1)
    return sizes


def gpu() -> str:
    """The names of the NVIDIA GPUs and their memory; empty if there is none."""
    return "; ".join(_nvidia("name,memory.total", 3))


def graphics() -> dict[str, str]:
    """The NVIDIA GPUs and their driver's version, as {"gpu": "2 × …", "driver": …}; empty if there is none."""
    names, drivers = (_nvidia(question, 20) for question in ("name", "driver_version"))
    if not names:
        return {}
    each = [f"{names.count(name)} × {name}" if names.count(name) > 1 else name for name in dict.fromkeys(names)]
    return {"gpu": "; ".join(each), "driver": "; ".join(dict.fromkeys(drivers))}


def _nvidia(question: str, seconds: float) -> list[str]:
    """What ``nvidia-smi`` answers in time, a line for each GPU; empty if there is none, or it does not answer."""
    if not shutil.which("nvidia-smi"):
        return []
    try:
        command = ["nvidia-smi", f"--query-gpu={question}", "--format=csv,noheader"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()] if done.returncode == 0 else []


def counters() -> str:
    """Whether ``perf`` can read the processor's counters: "readable", or why not."""
    if sys.platform != "linux":
        return "none that perf could read (not Linux)"
    if not shutil.which("perf"):
        return "no perf"
    try:
        question = ["perf", "stat", "-x,", "-e", "cycles:u", "true"]
        done = subprocess.run(question, capture_output=True, text=True, timeout=3)
    except (OSError, subprocess.TimeoutExpired):
        return "perf does not answer"
    counted = done.returncode == 0 and "<not" not in done.stderr
    return "readable with perf" if counted else "perf is there, but this system does not let it count"


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _sysctl(name: str) -> str:
    try:
        return subprocess.run(["sysctl", "-n", name], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""
