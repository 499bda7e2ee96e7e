"""What a cluster's scheduler saw of a death, a failure and an array that was held, told by ``mishaps``."""

from __future__ import annotations

import sys

import dask
import dask.array as da
import pytest
from dask import delayed
from distributed import Client, Event, wait

from unladen.elsewhere.cluster import cluster
from unladen.elsewhere.mishaps import NotSeen, Step, keep_diary, kill, most_held, peak, removals, rss, seen

pytestmark = pytest.mark.chapters(14)


@pytest.fixture(scope="module")
def two():
    """A cluster of two workers of its own, in which a task stays where it was put."""
    with cluster(own=True, config={"distributed.scheduler.work-stealing": False}) as client:
        yield client


def chain(name: str, worker: str):
    """Three tasks, one after the other, on one worker; only the last result is kept."""
    with dask.annotate(workers=worker, allow_other_workers=True):
        first = delayed(float)(1, dask_key_name=(name, 0))
        return delayed(abs)(delayed(abs)(first, dask_key_name=(name, 1)), dask_key_name=(name, 2))


def test_what_a_killed_worker_alone_had_is_lost_and_computed_again_with_all_that_led_to_it(two):
    diary = keep_diary(two)
    doomed, safe = chain("doomed", "worker-0"), chain("safe", "worker-1")
    futures = two.compute([doomed, safe])
    wait(futures)
    kill(two, "worker-0")
    assert len(removals(two)) == 1
    assert two.gather(futures) == [1.0, 1.0]
    assert (diary.lost(), diary.kept()) == ({("doomed", 2)}, {("safe", 2)})
    again = {key for key, times in diary.computed().items() if times == 2}
    assert again == {("doomed", n) for n in range(3)}
    seen(lambda: len(two.scheduler_info()["workers"]) == 2, "a new worker")


def test_a_worker_that_is_not_ones_own_or_not_there_is_not_killed(two):
    with pytest.raises(ValueError, match=r"no worker 'worker-9' here; there are worker-0, worker-1\.$"):
        kill(two, "worker-9")
    told = r"^kill\(\) was given a Client, .* cluster\(own=True\)\.$"
    lent = Client(two.scheduler.address, security=two.security, set_as_default=False)
    with lent, pytest.raises(TypeError, match=told):
        kill(lent, "worker-1")
    assert len(two.scheduler_info()["workers"]) == 2


def test_each_attempt_of_a_task_is_counted_and_a_diary_begins_when_it_is_asked_for(two, tmp_path):
    def at_the_third(file):
        with file.open("a") as asked:
            asked.write("?")
        if file.stat().st_size < 3:
            raise ConnectionError("busy")

    diary = keep_diary(two)
    two.submit(at_the_third, tmp_path / "asked", key="third", retries=3).result()
    assert diary.started() == {"third": 3} and diary.computed() == {"third": 1}
    assert keep_diary(two).steps() == []


def test_states_are_those_that_the_tasks_are_in(two):
    diary = keep_diary(two)
    held = two.submit(lambda: Event("go").wait(timeout=60), key="held")
    after = two.submit(bool, held, key="after")
    seen(lambda: diary.states() == {"held": "processing", "after": "waiting"}, "a task that runs")
    Event("go", client=two).set()
    assert after.result()
    assert diary.states() == {"held": "memory", "after": "memory"}


def test_an_array_that_is_used_again_after_its_mean_is_held_whole_and_one_that_is_reduced_is_not(two):
    x = da.arange(1_000_000, chunks=100_000)
    diary = keep_diary(two)
    assert two.compute((x - x.mean()).max()).result() == 499_999.5
    assert diary.most_held() >= x.nbytes
    diary = keep_diary(two)
    assert two.compute((x - 499_999.5).max()).result() == 499_999.5
    assert 0 < diary.most_held() < x.nbytes / 100


def test_most_held_counts_what_is_there_at_once():
    steps = [("a", "memory", 5), ("b", "memory", 7), ("a", "released", 0), ("c", "memory", 6), ("b", "forgotten", 0)]
    assert most_held(Step(key, "processing", finish, nbytes) for key, finish, nbytes in steps) == 13


def test_a_peak_is_what_was_occupied_once_and_given_back(two):
    def take(nbytes):
        return len(bytes([1]) * nbytes)

    before = two.run(peak)
    two.run(take, 80_000_000)
    for place, most in two.run(peak).items():
        assert most > max(before[place], two.run(rss)[place]) + 30_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is the system's own number")
def test_a_peak_on_linux_does_not_count_what_the_process_was_before_exec():
    import subprocess

    hoard = bytes([1]) * 300_000_000
    ask = "from unladen.elsewhere.mishaps import peak; print(peak())"
    child = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, timeout=60)
    assert int(child.stdout) < len(hoard)


def test_what_does_not_come_about_is_named_in_one_line():
    with pytest.raises(NotSeen, match=r"^a white raven: not seen within 0.2 s\. ") as problem:
        seen(lambda: None, "a white raven", seconds=0.2)
    assert "\n" not in str(problem.value)
