"""How much of the machine this process may use: the limits of its control groups (both versions) and of ``ulimit``.

A container, a unit of systemd or a hub's spawner limits the group that a process is in, or any group above that one:
the smallest limit counts. ``root`` is the folder in which ``proc`` and ``sys`` are.

Standard library only, and Python 3.6, for `make doctor` asks, too, before anything is installed.
"""

import re
import resource
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/")


def share_of_cores(root: Path = _ROOT) -> float:
    """How many cores' worth of time the groups allow, as a fraction; infinite where none sets a limit."""
    found = [float("inf")]
    for group in _groups(root):
        quotas = [
            _read(group / "cpu.max").split(),
            [_read(group / "cpu.cfs_quota_us").strip(), _read(group / "cpu.cfs_period_us").strip()],
        ]
        for quota in quotas:  # "max", "-1" and nothing stand for no limit
            if len(quota) == 2 and all(word.isdigit() and int(word) for word in quota):
                found.append(int(quota[0]) / int(quota[1]))
        bounds = [_members(_read(group / name)) for name in ("cpuset.cpus.effective", "cpuset.effective_cpus")]
        found += [bound for bound in bounds if bound]
    return min(found)


def stopped(root: Path = _ROOT) -> float:
    """Seconds for which a group was stopped so far, as it had used its share of the cores; 0 where none is counted."""
    found = [0.0]
    for group in _groups(root):
        told = dict(re.findall(r"^(throttled_usec|throttled_time) (\d+)$", _read(group / "cpu.stat"), re.MULTILINE))
        found += [int(told.get("throttled_usec", 0)) / 1e6, int(told.get("throttled_time", 0)) / 1e9]
    return max(found)


def memory_of_groups(root: Path = _ROOT) -> float:
    """How many bytes of memory the groups allow; infinite where none sets a limit."""
    return min([limit for limit, _ in memory_limits(root)] or [float("inf")])


def memory_limits(root: Path = _ROOT) -> list:
    """What each group allows, in bytes, and the file that says so."""
    found = []
    for group in _groups(root):
        above = re.search(r"^hierarchical_memory_limit (\d+)$", _read(group / "memory.stat"), re.MULTILINE)
        words = {name: _read(group / name).strip() for name in ("memory.max", "memory.limit_in_bytes")}
        words["memory.stat"] = above.group(1) if above else ""
        found += [(int(word), group / name) for name, word in words.items() if word.isdigit()]
    return found


def processes_left(root: Path = _ROOT) -> list:
    """How many more processes and threads each group allows, and the file that limits them."""
    found = []
    for group in _groups(root):
        most, now = (_read(group / name).strip() for name in ("pids.max", "pids.current"))
        found += [(int(most) - int(now), group / "pids.max")] if most.isdigit() and now.isdigit() else []
    return found


def addresses() -> float:
    """How many bytes this process may map, by ``ulimit -v`` and ``-d``; infinite without these."""
    return min(limit_of("RLIMIT_AS"), limit_of("RLIMIT_DATA"))


def limit_of(kind: str) -> float:
    """The limit ``kind`` of this process, as module ``resource`` calls it; infinite where it sets none."""
    limit = resource.getrlimit(getattr(resource, kind))[0]
    return float("inf") if limit == resource.RLIM_INFINITY else limit


def _groups(root: Path) -> Iterator:
    """Yield the folders of the groups that this process is in, each followed by those above it as far as they show."""
    mounts = list(_mounts(root))
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for mounted, kinds, folder in mounts:
            # Version 2 has one tree without names; in version 1 each tree is known by its controllers.
            if not (kinds & set(controllers.split(",")) if controllers else kinds == {""}):
                continue
            # A container sees a part of the tree, and may be told the path in the whole of it.
            below = path[len(mounted) :] if f"{path}/".startswith(f"{mounted.rstrip('/')}/") else ""
            steps = [step for step in below.split("/") if step]
            if ".." in steps:
                steps = []
            yield from (folder.joinpath(*steps[:count]) for count in range(len(steps), -1, -1))
    yield root / "sys/fs/cgroup"  # where neither file can be read


def _mounts(root: Path) -> Iterator:
    """Yield of each mounted tree: which of its folders is mounted, its controllers ({""}: version 2), and where."""
    for line in _read(root / "proc/self/mountinfo").splitlines():
        where, _, kind = line.partition(" - ")
        fields, (kind, *_, options) = where.split(), kind.split() or [""]
        if kind in ("cgroup", "cgroup2"):
            mounted, folder = (re.sub(r"\\(\d{3})", lambda octal: chr(int(octal.group(1), 8)), f) for f in fields[3:5])
            controllers = set(options.split(",")) - {"rw", "ro"} if kind == "cgroup" else {""}
            yield mounted, controllers, root / folder.lstrip("/")


def _members(text: str) -> int:
    """Count what a list of ranges ("0-3,8") names."""
    ranges = [part.split("-") for part in text.strip().split(",") if part]
    return sum(int(part[-1]) - int(part[0]) + 1 for part in ranges)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
