"""A worker that was told to end with its parent does so, whatever it does; one that was not told is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest

from tests.helpers.processes import ends
from unladen.sandbox.orphans import workers

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


INTERRUPTED = """
import multiprocessing, os, signal, sys, threading, time
from multiprocessing import get_context
from unladen.sandbox.orphans import workers

def soon(seconds, heard):
    time.sleep(seconds)
    while not heard.is_set():  # for an interrupt within a finalizer is ignored by Python
        os.kill(os.getpid(), signal.SIGINT)
        heard.wait(5)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    heeded, left = 0, []
    for after in [0.001 * k for k in range(1, 40, 2)]:
        heard = threading.Event()
        try:
            threading.Thread(target=soon, args=(after, heard)).start()
            with workers(get_context(sys.argv[1]).Pool, 2) as pool:
                time.sleep(after / 2)
            time.sleep(60)
        except KeyboardInterrupt:
            heard.set()
            heeded += 1
        left += [*multiprocessing.active_children(), *(t.name for t in threading.enumerate() if "_handle" in t.name)]
    print(heeded, left)
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_an_interrupted_pool_leaves_no_worker_and_no_thread_and_the_interrupt_is_heeded(method):
    ran = subprocess.run([sys.executable, "-c", INTERRUPTED, method], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout == "20 []\n", ran.stderr


def test_a_pool_in_another_thread_works():
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(_sum_of_squares).result() == 14


def _sum_of_squares() -> int:
    with workers(get_context("spawn").Pool, 2) as pool:
        return sum(pool.starmap(pow, [(k, 2) for k in range(4)]))
