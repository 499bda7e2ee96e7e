"""What this process may use of the machine is less where a container, a spawner or ``ulimit`` says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unladen.host import allowance, hardware

INFINITE = float("inf")
NO_LIMIT = "9223372036854771712"  # how version 1 says it
V2 = "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate"


def v1(controllers: str, mounted: str = "/", folder: str = "") -> str:
    """A line of mountinfo for a tree of version 1."""
    return f"32 31 0:29 {mounted} /sys/fs/cgroup/{folder or controllers} rw shared:9 - cgroup cgroup rw,{controllers}"


@pytest.fixture
def machine(tmp_path):
    """Write the files of a made-up machine below its root folder, which is returned."""

    def written(own_groups: str, mounts: str, files: dict[str, str]) -> Path:
        for name, text in ({"proc/self/cgroup": own_groups, "proc/self/mountinfo": mounts} | files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return tmp_path

    return written


def test_without_groups_nothing_is_limited(tmp_path):
    assert allowance.share_of_cores(tmp_path) == INFINITE
    assert allowance.memory_of_groups(tmp_path) == INFINITE


def test_half_a_core_of_version_1_is_found_where_the_controller_is_mounted(machine):
    group = "sys/fs/cgroup/cpu,cpuacct/docker/7aa3"
    root = machine(
        "5:cpu,cpuacct:/docker/7aa3\n4:memory:/docker/7aa3",
        f"{v1('cpu,cpuacct')}\n{v1('memory')}",
        files={
            f"{group}/cpu.cfs_quota_us": "50000",
            f"{group}/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/memory/docker/7aa3/memory.limit_in_bytes": "536870912",
        },
    )
    assert allowance.share_of_cores(root) == 0.5
    assert allowance.memory_of_groups(root) == 512 * 2**20


def test_a_container_that_is_told_the_path_outside_of_it_finds_its_limits(machine):
    """Only the container's own part of the tree is mounted, and there is no namespace that shortens the path."""
    root = machine(
        "5:cpu,cpuacct:/docker/7aa3\n4:memory:/docker/7aa3",
        f"{v1('cpu,cpuacct', '/docker/7aa3')}\n{v1('memory', '/docker/7aa3')}",
        files={
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "150000",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824",
        },
    )
    assert allowance.share_of_cores(root) == 1.5
    assert allowance.memory_of_groups(root) == 2**30


def test_version_1_says_no_limit_with_a_negative_quota_and_a_huge_number(machine):
    root = machine(
        "2:cpu:/\n1:memory:/",
        f"{v1('cpu')}\n{v1('memory')}",
        files={
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT,
        },
    )
    assert allowance.share_of_cores(root) == INFINITE
    assert allowance.memory_of_groups(root) == int(NO_LIMIT)


def test_a_limit_above_what_a_container_can_see_is_in_its_statistics(machine):
    root = machine(
        "1:memory:/",
        v1("memory"),
        files={
            "sys/fs/cgroup/memory/memory.limit_in_bytes": NO_LIMIT,
            "sys/fs/cgroup/memory/memory.stat": "cache 0\nhierarchical_memory_limit 268435456\ntotal_cache 0",
        },
    )
    assert allowance.memory_of_groups(root) == 2**28


def test_the_slice_that_a_spawner_limits_counts_and_so_does_every_group_above(machine):
    """A hub's spawner: the user's slice has two cores and 1 GiB, her unit within it one and a half and no limit."""
    user = "sys/fs/cgroup/user.slice/user-1001.slice"
    unit = f"{user}/jupyter-ada.service"
    files = {
        f"{user}/cpu.max": "200000 100000",
        f"{user}/memory.max": "1073741824",
        f"{unit}/cpu.max": "75000 50000",
        f"{unit}/memory.max": "max",
    }
    root = machine("0::/user.slice/user-1001.slice/jupyter-ada.service", V2, files=files)
    assert allowance.share_of_cores(root) == 1.5
    assert allowance.memory_of_groups(root) == 2**30
    (root / unit / "cpu.max").write_text("max 100000\n")
    assert allowance.share_of_cores(root) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_the_processes_that_are_left_are_those_of_the_tightest_group(machine, version):
    top = "sys/fs/cgroup" + ("/pids" if version == 1 else "")
    files = {f"{top}/a/pids.max": "100", f"{top}/a/pids.current": "97", f"{top}/a/b/pids.max": "max"}
    root = machine("1:pids:/a/b" if version == 1 else "0::/a/b", v1("pids") if version == 1 else V2, files=files)
    assert allowance.processes_left(root) == [(3, root / top / "a" / "pids.max")]


def test_a_container_of_version_2_sees_its_own_group_as_the_root(machine):
    files = {"sys/fs/cgroup/cpu.max": "50000 100000", "sys/fs/cgroup/memory.max": "536870912"}
    root = machine("0::/", V2, files=files)
    assert (allowance.share_of_cores(root), allowance.memory_of_groups(root)) == (0.5, 512 * 2**20)


def test_a_group_outside_of_the_namespace_is_no_path_to_climb(machine):
    files = {"sys/fs/cgroup/cpu.max": "50000 100000", "secret/cpu.max": "1 100000"}
    root = machine("0::/../../../secret", V2, files=files)
    assert allowance.share_of_cores(root) == 0.5


def test_both_versions_side_by_side_are_read_and_a_blank_in_a_path_too(machine):
    files = {
        "sys/fs/cgroup/my cpu/a b/cpu.cfs_quota_us": "25000",
        "sys/fs/cgroup/my cpu/a b/cpu.cfs_period_us": "100000",
        "sys/fs/cgroup/unified/a b/memory.max": "268435456",
    }
    unified = V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
    mounts = v1("cpu", folder=r"my\040cpu") + "\n" + unified
    root = machine("1:cpu:/a b\n0::/a b", mounts, files=files)
    assert (allowance.share_of_cores(root), allowance.memory_of_groups(root)) == (0.25, 2**28)


@pytest.mark.parametrize("name, controller", [("cpuset.cpus.effective", ""), ("cpuset.effective_cpus", "cpuset")])
def test_a_set_of_cores_counts_as_many_as_it_names(machine, name, controller):
    mounts = v1("cpuset", folder="cpuset") if controller else V2
    folder = "sys/fs/cgroup/cpuset" if controller else "sys/fs/cgroup"
    root = machine(f"{int(bool(controller))}:{controller}:/one", mounts, files={f"{folder}/one/{name}": "0-3,7"})
    assert allowance.share_of_cores(root) == 5


def asked(question: str, *before: str, **limits: int) -> str:
    """What a new process says that is started with ``limits`` (kind of ``resource``: bytes), after ``before``."""
    code = f"import resource; from unladen.host import hardware; print({question})"
    for kind, nbytes in limits.items():
        code = f"import resource; resource.setrlimit(resource.{kind}, ({nbytes}, {nbytes})); {code}"
    done = subprocess.run([*before, sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to these limits")
@pytest.mark.parametrize("kind", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_a_limit_of_the_shell_is_the_memory_there_is(kind):
    """``ulimit -v`` and ``ulimit -d``."""
    assert int(asked("hardware.memory()", **{kind: 2**31})) == 2**31
    assert 0 < int(asked("hardware.free_memory()", **{kind: 2**31})) < 2**31


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to a core")
def test_a_process_bound_to_one_core_has_no_more_than_that():
    first = min(os.sched_getaffinity(0))
    question = f"__import__('os').sched_setaffinity(0, {{{first}}}) or hardware.cores()['usable']"
    assert 0 < float(asked(question)) <= 1


def test_this_machine_has_something_left():
    assert 0 < hardware.cores()["usable"] <= (os.cpu_count() or 1)
    assert 0 < hardware.free_memory() <= hardware.memory()
