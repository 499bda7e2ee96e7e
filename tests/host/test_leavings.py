"""What is left behind is found, named and counted; what was there before, or belongs to others, is not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from unladen.host.leavings import SHARED, Leavings, leavings

lists_segments = pytest.mark.skipif(not SHARED.is_dir(), reason="this system does not list segments")


@pytest.fixture
def before():
    return leavings()


def test_nothing_is_nothing(before):
    found = leavings(since=before, seconds=0)
    assert not found and str(found) == "no process, no thread, no segment"


def test_a_process_is_named_until_it_ends(before):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        found = leavings(since=before, seconds=0.1)
        assert list(found.processes) == [child.pid] and str(found).startswith("1 process (python")
        assert not leavings(since=leavings(), seconds=0)
    finally:
        child.kill()
    assert not leavings(since=before, seconds=5), "a child that was killed is waited for, not counted"
    child.communicate()


def test_a_thread_is_named_until_it_ends(before):
    enough = threading.Event()
    thread = threading.Thread(target=enough.wait, name="lingerer")
    thread.start()
    found = leavings(since=before, seconds=0)
    threading.Timer(0.3, enough.set).start()
    assert str(found) == "no process, 1 thread (lingerer), no segment"
    assert not leavings(since=before, seconds=10), "one that is about to end has the time for it"
    thread.join()


def test_a_thread_that_the_kernel_starts_for_itself_is_none_of_ours(before):
    enough = threading.Event()
    thread = type("GarbageCollectorThread", (threading.Thread,), {"__module__": "zmq.utils.garbage"})(
        target=enough.wait
    )
    thread.start()
    assert not leavings(since=before, seconds=0)
    enough.set()
    thread.join()


def test_the_feeder_of_a_queue_is_the_queues(before):
    queue = get_context("spawn").Queue()
    queue.put(1)
    assert any(thread.name == "QueueFeederThread" for thread in threading.enumerate())
    assert not leavings(since=before, seconds=0)
    queue.get()
    queue.close()
    queue.join_thread()


@lists_segments
def test_a_segment_is_named_until_its_name_is_taken_away(before):
    segment = SharedMemory(create=True, size=4096)
    try:
        found = leavings(since=before, seconds=0)
        assert found.segments == {segment.name} and str(found).endswith(f"1 segment ({segment.name})")
    finally:
        segment.close()
        segment.unlink()
    assert not leavings(since=before, seconds=1)


@lists_segments
def test_a_segment_that_a_process_of_others_uses_is_not_ours(before):
    """The other process is none of this one's family: it was started by one that is gone."""
    code = (
        "import mmap, os, time\n"
        "if os.fork(): os._exit(0)\n"
        "os.setsid()\n"
        "with open('/dev/shm/unladen_of_others', 'w+b') as file:\n"
        "    file.truncate(4096)\n"
        "    mapped = mmap.mmap(file.fileno(), 4096)\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as started:
        other = int(started.stdout.readline())
        try:
            assert Path(SHARED, "unladen_of_others").exists()
            assert not leavings(since=before, seconds=0)
        finally:
            os.kill(other, 9)
            Path(SHARED, "unladen_of_others").unlink()


def test_the_helpers_of_multiprocessing_are_not_counted_and_their_pools_are(before):
    with get_context("forkserver").Pool(1) as pool:
        pool.map(abs, [1])
        assert len(leavings(since=before, seconds=0).processes) == 1
    assert not leavings(since=before, seconds=10)


def test_what_is_left_can_be_told_from_what_was_there():
    old, new = {1: "a"}, {1: "a", 2: "b"}
    left = Leavings(new, new, frozenset("xy")) - Leavings(old, old, frozenset("x"))
    assert left == Leavings({2: "b"}, {2: "b"}, frozenset("y"))


def test_of_many_a_few_are_named():
    assert str(Leavings(threads=dict(enumerate("abcdefg")))) == "no process, 7 threads (a, b, c, d, …), no segment"


def test_it_waits_no_longer_than_it_must(before):
    start = time.monotonic()
    leavings(since=before, seconds=30)
    assert time.monotonic() - start < 15
