"""A process that stands in for a kernel: it is killed, interrupted and stopped, and nothing of it stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import psutil
import pytest

from tests.helpers.processes import ends
from unladen.host.leavings import leavings
from unladen.sandbox.stand_in import StandIn

SEGMENT = """
import time
from multiprocessing.shared_memory import SharedMemory
segment = SharedMemory(create=True, size=4096)
print(segment.name)
time.sleep(600)
"""
POOL = """
import time
from multiprocessing import get_context
def square(x):
    return x * x
with get_context("{method}").Pool(2) as pool:
    print(pool.map({function}, [0.0] * 4))
"""


@pytest.fixture(autouse=True)
def nothing_is_left():
    before = leavings()
    yield
    left = leavings(since=before)
    assert not left, str(left)


def test_what_it_prints_comes_line_by_line():
    with StandIn("print('one')\nprint('two')\nimport time; time.sleep(60)") as kernel:
        assert [kernel.line(), kernel.line()] == ["one", "two"]
        kernel.seconds = 0.2
        with pytest.raises(TimeoutError, match="no further line in 0.2 s"):
            kernel.line()


def test_its_names_are_in_a_main_that_is_no_file():
    with StandIn("x = 13\nimport __main__\nprint(__main__.x, hasattr(__main__, '__file__'))") as kernel:
        assert kernel.printed_or_stopped() == "13 False" and kernel.how == "ended by itself" and kernel.error == ""


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_a_pool_that_waits_for_ever_is_stopped_and_its_error_told(method):
    with StandIn(POOL.format(method=method, function="square")) as kernel:
        assert kernel.printed_or_stopped(0.3) == "" and kernel.how == "was stopped"
        assert kernel.error.startswith("AttributeError: ") and "'square'" in kernel.error


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system does not tell what is mapped")
def test_a_pool_that_is_stopped_leaves_no_semaphores():
    with StandIn(POOL.format(method="spawn", function="time.sleep").replace("[0.0]", "[60.0]")) as kernel:
        deadline = time.monotonic() + 30
        while not (names := semaphores(kernel.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert names and not [name for name in names if Path("/dev/shm", name).exists()]


def semaphores(pid: int) -> set[str]:
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {line.partition("/dev/shm/")[2] for line in maps.splitlines() if "/dev/shm/sem." in line}


def test_the_same_pool_by_fork_ends_by_itself():
    with StandIn(POOL.format(method="fork", function="square")) as kernel:
        assert kernel.printed_or_stopped(0.3) == "[0.0, 0.0, 0.0, 0.0]" and kernel.how == "ended by itself"


def test_an_error_is_told_without_its_module():
    with StandIn("from json import loads\nloads('{')") as kernel:
        assert kernel.printed_or_stopped(20) == "" and kernel.how == "ended by itself"
        assert kernel.error.startswith("JSONDecodeError: ")


@pytest.mark.parametrize(("alone", "stays"), [(True, False), (False, True)])
def test_a_segment_stays_where_the_tracker_was_killed_too(alone, stays):
    found = None
    with StandIn(SEGMENT) as kernel:
        name = kernel.line()
        kernel.kill(alone=alone)
        with suppress(FileNotFoundError):
            found = SharedMemory(name)
            found.close()
            found.unlink()
    assert bool(found) == stays


def test_an_interrupt_reaches_it_and_its_workers():
    code = POOL.format(method="spawn", function="time.sleep").replace("[0.0]", "[60.0]") + ""
    with StandIn("print('begun', flush=True)\n" + code) as kernel:
        kernel.line()
        time.sleep(1)
        kernel.interrupt()
        assert kernel.printed_or_stopped(20) == "begun" and kernel.error == "KeyboardInterrupt"


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_it_ends_with_all_it_started_when_its_maker_is_killed(method):
    maker = (
        "from unladen.sandbox.stand_in import StandIn\n"
        f"with StandIn({POOL.format(method=method, function='time.sleep').replace('[0.0]', '[60.0]')!r}) as kernel:\n"
        "    print(kernel.pid, flush=True)\n"
        "    kernel.line()\n"
    )
    with subprocess.Popen([sys.executable, "-c", maker], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as made:
        pid = int(made.stdout.readline())
        deadline = time.monotonic() + 30
        while len(family := psutil.Process(pid).children(recursive=True)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        made.kill()
    assert len(family) >= 2
    assert all(ends(process, zombie=True) for process in [pid, *(child.pid for child in family)])


def test_leaving_its_block_by_an_interrupt_ends_it():
    with pytest.raises(KeyboardInterrupt), StandIn("import time; time.sleep(600)") as kernel:
        raise KeyboardInterrupt
    assert ends(kernel.pid) and os.getpid() != kernel.pid
