"""How many cores' worth of work two threads get: measured on this machine, and on what is made to look like others."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from unladen.compiling import BuildError
from unladen.host import allowance
from unladen.timing import cores
from unladen.timing.cores import at_once

linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cannot bind a process to one core here")


def on_one_core(code: str) -> str:
    one = {min(os.sched_getaffinity(0))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, one)
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@linux
def test_on_one_core_two_threads_get_the_work_of_one_done():
    code = "from unladen.timing.cores import at_once; print(min(at_once(2) for _ in range(3)))"
    assert 0.2 < float(on_one_core(code)) < 1.3


def test_one_thread_is_one_core_and_none_is_refused():
    assert 0.5 < at_once(1) < 2
    with pytest.raises(ValueError, match="at_once.0.: give the number of threads, 1 or more"):
        at_once(0)


def test_threads_that_do_not_wait_for_each_other_count_in_full_and_those_that_do_as_one(monkeypatch):
    """Sleeps need no core, so they overlap on any machine; with a lock around them they cannot."""
    lock = threading.Lock()
    monkeypatch.setattr(cores, "_work", lambda seconds: lambda: time.sleep(0.05))
    assert at_once(4) > 3

    def one_after_the_other():
        with lock:
            time.sleep(0.02)

    monkeypatch.setattr(cores, "_work", lambda seconds: one_after_the_other)
    assert at_once(2) < 1.3


def test_where_there_is_no_compiler_the_work_is_one_of_pythons_own_that_lets_the_lock_go(monkeypatch):
    def none(*_, **__):
        raise BuildError("no compiler")

    monkeypatch.setattr(cores, "native", none)
    begun, seen = threading.Event(), []
    work = cores._work(0.2)

    def look():
        begun.wait()
        before = time.perf_counter()
        time.sleep(0.001)
        seen.append(time.perf_counter() - before)

    other = threading.Thread(target=look)
    other.start()
    begun.set()
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    other.join()
    assert took > 0.05 and seen[0] < took
    assert at_once(2) > 0.2


def test_a_quota_is_given_the_time_to_be_felt(monkeypatch):
    asked = []
    monkeypatch.setattr(cores, "_work", lambda seconds: asked.append(seconds) or (lambda: None))
    for share in (float("inf"), 2.0, 1.5):
        monkeypatch.setattr(allowance, "share_of_cores", lambda share=share: share)
        at_once(2)
    assert asked == [cores.ROUND, cores.ROUND, cores.ROUND_OF_QUOTA]
    assert cores.ROUND_OF_QUOTA > 2 * 0.1  # a period of the kernel's, unless somebody changed it


def test_nothing_is_left_behind():
    before = threading.active_count()
    at_once(2)
    assert threading.active_count() == before
