"""A worker that was told to end with its parent does so, whatever it does; one that was not told is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.helpers.processes import ends

ROOT = Path(__file__).parents[2]
POOLS = {
    "Pool": "pool = get_context(method).Pool(2, *told)\nidle = pool.map(abs, [1] * 4)",
    "Pool at work": "pool = get_context(method).Pool(2, *told)\nworks = pool.map_async(time.sleep, [600] * 2)",
    "executor": "pool = ProcessPoolExecutor(2, get_context(method), *told)\nidle = list(pool.map(abs, [1] * 4))",
}


def workers_of_a_killed_process(pool: str, method: str, told: str) -> list[int]:
    code = (
        "import os, time\nfrom concurrent.futures import ProcessPoolExecutor\n"
        "from multiprocessing import get_context\nfrom unladen.sandbox.orphans import end_with_parent\n"
        f"method, told = {method!r}, {told}\n{POOLS[pool]}\nprint('there', flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True) as it:
        it.stdout.readline()
        found = [child.pid for child in psutil.Process(it.pid).children(recursive=True)]
        it.stdout.close()
        os.kill(it.pid, signal.SIGKILL)
    return found


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
@pytest.mark.parametrize("pool", POOLS)
def test_workers_end_with_their_parent(pool, method):
    workers = workers_of_a_killed_process(pool, method, "(end_with_parent,)")
    assert len(workers) >= 2 - (pool == "Pool at work" and method != "fork")
    assert all(ends(worker, zombie=True) for worker in workers)


def test_without_it_they_stay():
    workers = workers_of_a_killed_process("executor", "spawn", "()")
    stay = [worker for worker in workers if not ends(worker, zombie=True, seconds=1)]
    for worker in stay:
        os.kill(worker, signal.SIGKILL)
    assert len(stay) >= 2, "if they end by themselves now, chapter 13 need not tell them to"
