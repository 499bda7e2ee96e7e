"""Stamps of threads become turns: who ran when, how often the lock changed hands, and who kept it."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from functools import partial

import pytest

from unladen.inside.turns import PAUSE, Turns, chart, crew, lateness, take_turns, timeline, written_during
from unladen.timing import claim

pytestmark = pytest.mark.chapters(12)

MS = 1e-3


def test_a_hand_over_is_a_stamp_after_one_of_another_thread():
    assert Turns([[1, 2, 3], [4, 5]]).hand_overs == 1
    assert Turns([[1, 3, 5], [2, 4]]).hand_overs == 4
    assert Turns([[1, 2]]).hand_overs == 0


def test_stamps_that_follow_each_other_closely_are_one_span():
    close, apart = PAUSE / 2, PAUSE * 5
    turns = Turns([[10, 10 + close, 10 + 2 * close, 10 + apart], [10 + close]])
    assert turns.spans(0) == [pytest.approx((0, 2 * close)), pytest.approx((apart, apart))]
    assert turns.spans(1) == [pytest.approx((close, close))]
    assert turns.seconds == pytest.approx(apart)


def test_every_thread_leaves_a_stamp_for_each_step():
    turns = take_turns(lambda: None, steps=300, threads=3)
    assert [len(own) for own in turns.stamps] == [300] * 3
    assert all(own == sorted(own) for own in turns.stamps)


def test_the_switch_interval_is_put_back_also_after_an_error():
    before = sys.getswitchinterval()
    take_turns(lambda: None, steps=2, interval=0.02)
    lateness(partial(sum, range(100)), 0.002, naps=1)
    assert sys.getswitchinterval() == before


def test_a_timeline_has_a_row_for_each_thread_of_each_trace():
    figure = chart({"one_trace": Turns([[0, 1 * MS], [2 * MS]]), "another": Turns([[0], [1], [2]])})
    assert [len(axes.get_yticks()) for axes in figure.axes] == [2, 3]
    assert figure.axes[0].get_title(loc="left") == "one trace: 1 hand-over"


ALTERNATING = Turns([[i * MS for i in range(100)], [(i + 0.5) * MS for i in range(100)]])
ONE_AFTER_THE_OTHER = Turns([[i * MS for i in range(100)], [(100 + i) * MS for i in range(100)]])


def test_threads_that_run_at_once_have_no_hand_overs_in_their_title():
    assert ALTERNATING.together > 0.95 and ONE_AFTER_THE_OTHER.together == 0
    figure = chart({"without": ALTERNATING, "with_it": ONE_AFTER_THE_OTHER})
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["without: at the same time for 99%", "with it: 1 hand-over"]


def test_three_threads_of_which_two_run_together_are_together_for_that_time_only():
    turns = Turns([[i * MS for i in range(10)], [i * MS for i in range(10)], [(i + 20) * MS for i in range(10)]])
    assert turns.together == pytest.approx(9 / 29)
    assert Turns([[1.0], [1.0]]).together == 0


def test_a_timeline_says_its_numbers_in_words_marked_as_volatile(capsys):
    timeline("Two bars.", with_lock=ONE_AFTER_THE_OTHER)
    assert capsys.readouterr().out == (
        "[figure] Two bars. With lock: ≈ 199 ms in all, ≈ 0 % of it at once, changes from one to another: ≈ 1, "
        "the longest bar: ≈ 99.0 ms.\n"
    )


@pytest.mark.measures
def test_nobody_is_interrupted_within_an_interval_that_is_longer_than_the_work():
    turns = take_turns(partial(sum, range(200)), 20_000, interval=10)
    assert turns.hand_overs == 1


def test_nothing_is_written_during_a_call_that_keeps_the_lock_however_soon_it_begins():
    sleep = ctypes.PyDLL(None).usleep
    assert written_during(lambda: sleep(20_000), tries=20) == 0
    assert written_during(lambda: sum(i * i for i in range(300_000))) == 0, "nobody asks for the lock"


def test_the_other_thread_writes_during_a_call_that_lets_the_lock_go():
    assert written_during(lambda: ctypes.CDLL(None).usleep(300_000)) > 0


def test_the_switch_interval_is_put_back_also_after_a_call_that_fails():
    before, threads = sys.getswitchinterval(), threading.active_count()
    with pytest.raises(ZeroDivisionError):
        written_during(lambda: 1 / 0)
    assert (sys.getswitchinterval(), threading.active_count()) == (before, threads)


@pytest.mark.measures
def test_who_comes_back_from_a_nap_waits_for_an_interval():
    late = partial(lateness, partial(sum, range(200)), interval=0.05)
    claim("who comes back waits for half an interval or more, in seconds", late, at_least=0.025)


@pytest.mark.measures
def test_a_crew_that_waits_waits_together():
    taken = crew(lambda: time.sleep(0.3), 4)
    assert taken.wall >= 0.3
    claim("four naps of 0.3 s are slept together, in seconds", taken.wall, at_most=0.9, timed=True)
    claim("who sleeps works for less than this, in seconds", taken.cpu, at_most=0.2, timed=True)


@pytest.mark.extras
def test_threads_of_a_free_threaded_python_sleep_together_though_no_lock_is_let_go():
    from unladen.elsewhere.interpreters import find
    from unladen.elsewhere.pythons import on

    if not find("3.13t")[0]:
        pytest.skip("needs a free-threaded 3.13: name it in UNLADEN_PYTHONS")
    source = (
        "import ctypes, time\nfrom concurrent.futures import ThreadPoolExecutor\nstart = time.perf_counter()\n"
        "with ThreadPoolExecutor(2) as pool:\n    list(pool.map(ctypes.PyDLL(None).usleep, [300_000] * 2))\n"
        "result = time.perf_counter() - start\n"
    )
    assert on(["3.13t"], "sleeps", source)["3.13t"] < 0.5
