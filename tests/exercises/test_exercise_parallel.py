"""What watches the exercises of chapter 13 sees what it should: bytes, segments, files, races, ranks, and models."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.shared_memory import SharedMemory

import numba
import numpy as np
import pytest
from numba import njit, prange

from unladen.exercises.chapter13 import files, models, raced, ranks
from unladen.exercises.chapter13.files import Files
from unladen.exercises.chapter13.travelling import CannotTravel, OnlyInherited, Pool, WorkerDied, own_segments, spread

pytestmark = pytest.mark.chapters(13)

# -- what travels ----------------------------------------------------------------------------------------------------

LATER = {}


def looked_up(name):
    return LATER[name]


def died(_):
    os._exit(3)


def test_a_pool_works_in_another_process_and_counts_what_travels():
    with Pool() as pool:
        assert pool.map(abs, [-3, 4]) == [3, 4]
        assert pool.starmap(pow, [(2, 3), (3, 2)]) == [8, 9]
        assert set(pool.map(eval, ["__import__('os').getpid()"] * 2)) == {pool.pid} != {os.getpid()}
        assert len(pool.sent) == len(pool.received) == 6
        pool.map(spread, [np.zeros(1000)])
        assert 8000 < pool.sent[-1] < 8500 and pool.received[-1] < 100


def test_what_is_assigned_after_a_pool_was_made_does_not_reach_it():
    with Pool() as pool:
        LATER["n"] = 1
        try:
            with pytest.raises(KeyError):
                pool.map(looked_up, ["n"])
        finally:
            del LATER["n"]


def test_what_cannot_travel_is_said_and_the_pool_lives_on():
    from multiprocessing import RawArray

    with Pool() as pool:
        with pytest.raises(CannotTravel):
            pool.map(lambda x: x, [1])
        with pytest.raises(OnlyInherited):
            pool.map(len, [RawArray("d", 3)])
        with pytest.raises(ZeroDivisionError):
            pool.starmap(divmod, [(1, 0)])
        assert pool.map(abs, [-1]) == [1]


def test_a_worker_that_dies_is_noticed_and_none_is_left():
    with Pool() as pool, pytest.raises(WorkerDied):
        pool.map(died, [1])
    with pytest.raises(ChildProcessError):
        os.waitpid(pool.pid, 0)


def test_segments_of_shared_memory_are_files_that_are_listed_and_go():
    with own_segments() as there:
        one = SharedMemory(create=True, size=16)
        one.buf[:3] = b"abc"
        assert len(there()) == 1 and not os.path.exists("/dev/shm/" + one.name)
        other = SharedMemory(one.name)
        assert bytes(other.buf[:3]) == b"abc"
        other.close()
        one.close()
        one.unlink()
        assert there() == []
        left = SharedMemory(create=True, size=16)
        left.close()
        assert len(there()) == 1
    real = SharedMemory(create=True, size=16)
    real.close()
    real.unlink()


# -- files -----------------------------------------------------------------------------------------------------------


def test_files_that_are_read_together_do_not_wait_in_vain():
    some = Files(together=3, broken={"c": ValueError("c")})
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(some.read, name) for name in "abcdef"]
    assert [str(future.exception() or future.result()) for future in futures] == [
        *["<a>", "<b>", "c", "<d>", "<e>", "<f>"]
    ]
    assert some.most == 3 and not some.in_vain and sorted(some.asked) == list("abcdef")


def test_files_that_are_read_one_by_one_wait_in_vain(monkeypatch):
    monkeypatch.setattr(files, "WAITS", 1)
    some = Files(together=2)
    assert [some.read(name) for name in "ab"] == ["<a>", "<b>"]
    assert some.in_vain == "others"


def test_a_slow_file_waits_for_a_tick(monkeypatch):
    some = Files(slow="a")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(some.read, "a")
        some.read("b")
        some.tick()
        assert reading.result(10) == "<a>" and not some.in_vain and some.ahead == 0
    monkeypatch.setattr(files, "WAITS", 1)
    alone = Files(slow="a")
    alone.read("a")
    assert alone.in_vain == "ticks"


def test_a_tick_that_comes_before_its_file_is_done_is_noticed():
    some = Files()
    some.tick()
    some.read("a")
    assert some.ahead == 1


# -- races -----------------------------------------------------------------------------------------------------------


@njit
def add_to(array, place):
    array[place] += 1


@njit(parallel=True)
def shared_element(x):
    out = np.zeros(4)
    for i in prange(8):
        out[x[i]] += 1
    return out


@njit(parallel=True)
def shared_in_a_helper(x):
    out = np.zeros(4)
    for i in prange(8):
        add_to(out, x[i])
    return out


@njit(parallel=True)
def shared_slice(x):
    out = np.zeros(4)
    for i in prange(8):
        out[:] += x[i]
    return out


@njit(parallel=True)
def reads_a_neighbour(x):
    out = np.zeros(9)
    for i in prange(8):
        out[i] = out[i + 1] + x[i]
    return out


@njit(parallel=True)
def own_elements(x):
    out = np.zeros(8)
    for i in prange(8):
        out[i] += x[i]
    return out


@njit(parallel=True)
def reduction(x):
    out = np.zeros(4)
    for i in prange(8):
        row = np.zeros(4)
        row[x[i]] = 1
        out += row
    return out


@njit(parallel=True)
def by_thread(x):
    out = np.zeros((numba.get_num_threads(), 4))
    for i in prange(8):
        out[numba.get_thread_id(), x[i]] += 1
    return out.sum(axis=0)


@njit(parallel=True)
def rows(x):
    out = np.zeros((8, 4))
    for i in prange(8):
        row = out[i]
        row[x[i]] += 1
        out[i] += row
    return out.sum(axis=0)


@njit(parallel=True)
def one_after_the_other(x):
    out = np.zeros(4)
    for i in prange(4):
        out[i] = 1
    for i in prange(4):
        out[3 - i] += x[i]
    return out


@njit
def not_parallel(x):
    out = np.zeros(4)
    for i in prange(8):
        out[x[i]] += 1
    return out


RACING = [shared_element, shared_in_a_helper, shared_slice, reads_a_neighbour]
INNOCENT = [own_elements, reduction, by_thread, rows, one_after_the_other, not_parallel]


def noted(function):
    x = raced.watched(np.array([0, 1, 2, 3, 0, 1, 2, 3]), given=True)
    with raced.turn_by_turn(globals()) as notes:
        function(x)
    return notes


@pytest.mark.parametrize("function", RACING, ids=lambda f: f.__name__)
def test_turns_that_touch_what_another_one_writes_are_seen(function):
    assert noted(function).racing() is not None


@pytest.mark.parametrize("function", INNOCENT, ids=lambda f: f.__name__)
def test_turns_that_keep_to_their_own_are_not_said_to_race(function):
    assert noted(function).racing() is None


def test_what_a_turn_looks_at_is_counted_and_a_loop_that_is_not_parallel_has_no_turns():
    assert [len(places) for places in noted(own_elements).looked.values()] == [1] * 8
    assert not noted(not_parallel).loops


def test_numba_and_numpy_are_afterwards_as_they_were():
    before = np.zeros, numba.get_thread_id, numba.prange.__new__, type(own_elements).__call__, np.zeros(3).__class__
    noted(reduction)
    assert before == (np.zeros, numba.get_thread_id, numba.prange.__new__, type(own_elements).__call__, np.ndarray)
    assert list(prange(3)) == [0, 1, 2]


def test_a_model_that_is_left_by_an_error_leaves_nothing_in_its_place():
    before = np.zeros
    with pytest.raises(ZeroDivisionError), raced.turn_by_turn({}):
        raise ZeroDivisionError
    assert np.zeros is before


# -- ranks -----------------------------------------------------------------------------------------------------------


def ring(rank, size):
    yield "send", (rank + 1) % size, rank
    return (yield "receive", (rank - 1) % size)


def chain(rank, size):
    got = (yield "receive", rank - 1) if rank else 0
    if rank + 1 < size:
        yield "send", rank + 1, got + 1
    return got


def test_messages_pass_where_two_ranks_are_ready():
    assert ranks.run(chain, [()] * 4) == ([0, 1, 2, 3], 3)


def test_a_deadlock_is_found_and_says_who_waits_for_whom():
    with pytest.raises(ranks.Deadlock, match="rank 0 waits to send to 1; rank 1 waits to send to 0"):
        ranks.run(ring, [()] * 2)


def test_who_waits_for_a_rank_that_is_done_waits_for_ever():
    def early(rank, size):
        if rank:
            yield "receive", 0

    with pytest.raises(ranks.Deadlock, match="rank 1 waits to receive from 0, which is done"):
        ranks.run(early, [()] * 2)


def test_messages_without_an_end_are_ended():
    def chatter(rank, size):
        while True:
            if rank:
                yield "send", 0, None
            else:
                yield "receive", 1

    with pytest.raises(ranks.Deadlock, match="still sent"):
        ranks.run(chatter, [()] * 2)


@pytest.mark.parametrize("wrong", [None, (), ("send", 1), ("receive", 1, 2), ("recv", 1), ("receive", 5), ([], 1)])
def test_what_is_no_message_is_refused(wrong):
    def says(rank, size):
        yield wrong

    with pytest.raises(ranks.NoMessage):
        ranks.run(says, [()] * 2)


# -- models ----------------------------------------------------------------------------------------------------------


def test_the_best_chunk_is_the_smallest_that_a_search_finds():
    for price, cost, items, workers in [(100, 10, 1000, 2), (7, 3, 50, 4), (0, 5, 9, 2), (40, 1, 12, 5)]:
        most = max(1, math.ceil(items / workers))
        found = next((k for k in range(1, most) if 8 * price <= k * cost), most)
        assert models.best_chunk((2, price + 2 * cost), (5, price + 5 * cost), items, workers) == found


def test_a_speed_up_is_amdahls_where_parts_are_serial_or_shared():
    profile, limits = {"serial": 1.0, "shared": 9.0}, {"shared": math.inf}
    for workers in (1, 2, 10, 1000):
        assert models.predicted(profile, limits, workers) == pytest.approx(1 / (0.1 + 0.9 / workers))
    assert models.predicted(profile, limits, math.inf) == 10
