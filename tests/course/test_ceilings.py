"""doctor names what a container, a spawner or ``ulimit`` keeps from the course."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unladen.course import ceilings


def limited(kind: str, value: int, question: str) -> str:
    """What doctor's module says in a process that is held to ``value`` of ``kind``."""
    limit = f"import resource; resource.setrlimit(resource.{kind}, ({value}, {value})); "
    code = f"{limit}from unladen.course import ceilings, storage; print(*{question}, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to these limits")
@pytest.mark.parametrize(
    "kind, value, letter",
    [
        ("RLIMIT_AS", 2**31, "v"),
        ("RLIMIT_DATA", 2**30, "d"),
        ("RLIMIT_NOFILE", 60, "n"),
        ("RLIMIT_CPU", 100, "t"),
    ],
)
def test_a_limit_of_the_shell_is_named(kind, value, letter):
    assert f"ulimit -{letter}" in limited(kind, value, "ceilings.check_ceilings()")


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this system reserves no room")
def test_a_limit_on_the_size_of_files_is_no_full_disk():
    said = limited("RLIMIT_FSIZE", 2**20, "storage.check_temporary()")
    assert "ulimit -f" in said and "full" not in said


def test_a_container_with_little_memory_is_named_with_the_file_that_says_so(tmp_path):
    files = {
        "proc/self/cgroup": "0::/",
        "proc/self/mountinfo": "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw",
        "sys/fs/cgroup/memory.max": "536870912",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    found = [f for f in ceilings.check_ceilings(tmp_path) if f.subject == "memory"]
    assert "0.50 GiB" in found[0].detail and "memory.max" in found[0].detail and "--memory" in found[0].fix
    (tmp_path / "sys/fs/cgroup/memory.max").write_text(f"{2**33}\n")
    assert not any("memory.max" in f.detail for f in ceilings.check_ceilings(tmp_path))


def test_where_processes_are_few_the_group_that_limits_them_is_named():
    """Tried in a group of processes of this system's, if this user may make one."""
    group = next((Path(p) for p in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup") if Path(p, "pids.max").exists()), None)
    group = group or Path("/sys/fs/cgroup/pids")
    own = group / f"unladen-{os.getpid()}"
    try:
        own.mkdir()
        (own / "pids.max").write_text("12")
    except OSError as problem:
        pytest.skip(f"this user can make no group of processes: {problem}")
    try:
        code = "from unladen.course import ceilings; print(*ceilings.check_processes())"
        enter = f"open({str(own / 'cgroup.procs')!r}, 'w').write('0'); "
        done = subprocess.run([sys.executable, "-c", enter + code], capture_output=True, text=True, check=True)
    finally:
        own.rmdir()
    assert "pids.max" in done.stdout and "needed=True" in done.stdout


def test_a_variable_that_holds_threads_back_is_named(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1}, raising=False)
    (finding,) = ceilings.check_threads({"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "64"})
    assert finding.fix == "unset NUMBA_NUM_THREADS" and not finding.needed
