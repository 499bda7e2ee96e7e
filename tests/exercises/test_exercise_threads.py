"""What watches the threads of chapter 12's exercises sees what it should."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import pytest

from unladen.exercises.chapter12 import threaded
from unladen.exercises.chapter12.threaded import CountingLock, Downloads, WatchedDict, left_by

pytestmark = pytest.mark.chapters(12)


@pytest.mark.parametrize(("times", "least"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 2)])
def test_no_schedule_leaves_less_than_the_exercise_says(times, least):
    steps = 4 * times
    schedules = [[int(at in ones) for at in range(steps)] for ones in combinations(range(steps), 2 * times)]
    assert min(left_by(schedule, times) for schedule in schedules) == least


def test_a_lock_counts_how_often_it_was_taken_and_knows_by_whom():
    lock = CountingLock()
    with lock:
        assert lock.mine() and lock.locked()
        with ThreadPoolExecutor(1) as pool:
            assert not pool.submit(lock.mine).result()
            assert not pool.submit(lock.acquire, False).result()
    assert lock.acquire()
    lock.release()
    assert lock.taken == 2 and not lock.locked() and not lock.mine()


@pytest.mark.parametrize(
    ("touch", "how"),
    [
        (lambda d: d["a"], "read"),
        (lambda d: d.get("b"), "read"),
        (lambda d: "a" in d, "read"),
        (list, "read"),
        (lambda d: d.items(), "read"),
        (lambda d: d.__setitem__("a", 2), "written"),
        (lambda d: d.update(a=2), "written"),
        (lambda d: d.setdefault("b", 2), "written"),
        (lambda d: d.pop("a"), "written"),
    ],
    ids=["item", "get", "in", "iteration", "items", "assignment", "update", "setdefault", "pop"],
)
def test_a_watched_dict_notes_what_happens_without_its_lock(touch, how):
    lock = CountingLock()
    watched = WatchedDict({"a": 1}, lock)
    with lock:
        touch(WatchedDict({"a": 1}, lock))
        assert not watched.unlocked
    touch(watched)
    assert watched.unlocked[0] == how and watched.touched >= 1


def test_downloads_that_overlap_do_not_wait_in_vain():
    fetch = Downloads(3)
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(fetch, "abcdef")) == [f"<{name}>" for name in "abcdef"]
    assert fetch.most == 3 and not fetch.in_vain and sorted(fetch.asked) == list("abcdef")


def test_downloads_one_by_one_wait_in_vain_once(monkeypatch):
    monkeypatch.setattr(threaded, "WAIT", 0.05)
    fetch = Downloads(2)
    assert [fetch(name) for name in "abc"] == ["<a>", "<b>", "<c>"]
    assert fetch.in_vain and fetch.most == 1


def test_a_slow_download_waits_for_all_others_to_begin():
    fetch = Downloads(1, slow="a", names=3)
    slow = threading.Thread(target=fetch, args=("a",))
    slow.start()
    fetch("b")
    assert slow.is_alive()
    fetch("c")
    slow.join(5)
    assert not slow.is_alive() and not fetch.in_vain


def test_a_broken_download_raises():
    with pytest.raises(ConnectionError, match="b is not there"):
        Downloads(1, broken="b")("b")
