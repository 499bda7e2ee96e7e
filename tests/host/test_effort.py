"""A limit of time is a limit of work: what waits for its turn on a busy machine is not stopped, what hangs is."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unladen.exercises import speed, words
from unladen.host import effort
from unladen.host.effort import Effort
from unladen.sandbox import run_isolated
from unladen.sandbox.outcome import Outcome

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the waiting")
CORE = min(os.sched_getaffinity(0)) if sys.platform == "linux" else 0


@pytest.fixture
def crowd():
    """Five others that want the same core; so each gets a sixth of it."""
    spin = f"import os\nos.sched_setaffinity(0, [{CORE}])\nprint(flush=True)\nwhile True: pass"
    others = [subprocess.Popen([sys.executable, "-S", "-c", spin], stdout=subprocess.PIPE) for _ in range(5)]
    for other in others:
        other.stdout.readline()
    yield
    for other in others:
        other.kill()
        other.communicate()


def work(seconds: float) -> float:
    """Use so many seconds of one core, the crowded one; return how long that took."""
    os.sched_setaffinity(0, [CORE])
    start, before = time.monotonic(), time.process_time()
    while time.process_time() < before + seconds:
        pass
    return time.monotonic() - start


def loop():
    os.sched_setaffinity(0, [CORE])
    while True:
        pass


@linux
def test_a_call_that_waits_for_its_turn_has_its_limit_of_work(crowd):
    outcome = run_isolated(work, 0.8, seconds=1)
    assert outcome.ok and outcome.value > 1


@linux
def test_an_endless_loop_on_a_busy_machine_is_still_stopped_and_its_line_named(crowd):
    outcome = run_isolated(loop, seconds=1)  # half a second may pass before the others come to their turn
    assert outcome.kind == "timeout" and outcome.starved
    assert outcome.where == f"line {loop.__code__.co_firstlineno + 2} of test_effort.py, in loop"


@linux
def test_what_only_waits_for_a_clock_is_stopped_by_the_clock(crowd):
    start = time.monotonic()
    assert run_isolated(time.sleep, 60, seconds=1).kind == "timeout"
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("passed", "ran", "waited", "lost"),
    [
        (1, 1, 0, 0),  # it had a core to itself
        (1, 0, 0, 0),  # it slept
        (1, 0.25, 0.75, 0.75),  # it wanted to run all the time, and was let for a quarter of it
        (1, 0.1, 0.1, 0.1),  # it slept for most of it
        (1, 0, 1, 1),
        (1, 2, 14, 0),  # sixteen threads of its own on both of two cores
        (1, 1, 3, 0.5),  # four threads that got one core of two
    ],
)
def test_what_is_lost(monkeypatch, passed, ran, waited, lost):
    monkeypatch.setattr(effort, "cores", lambda: 2)
    assert effort._lost(passed, ran, waited) == pytest.approx(lost)


def test_there_is_an_end_however_busy_the_machine_is():
    clock = Effort(os.getpid())
    clock.worked, clock.lost = 0.1, 8
    assert not clock.over(1) and clock.starved
    clock.lost = 10
    assert clock.over(1)


def test_an_answer_for_which_a_machine_had_no_time_is_not_called_wrong(monkeypatch):
    from unladen.exercises import grade as grading
    from unladen.exercises.grade import grade
    from unladen.exercises.registry import find

    def verdict(running: str, **became):
        outcome = Outcome("timeout", limit="10 s", **became)
        monkeypatch.setattr(grading, "run_isolated", lambda *given, **options: _noted(given[5], running, outcome))
        graded = grade(find("hours_saved"), work)
        return graded.state if "takes too long" not in graded.hint else "WRONG, for it is slow"

    measuring = "hours_saved, while its speed was measured,"
    assert verdict("hours_saved(1)", seconds=3.0, starved=True) == "TOO NOISY"
    assert verdict(measuring, seconds=20.0, starved=True) == "TOO NOISY"
    assert verdict("hours_saved(1)", seconds=20.0, starved=True) == "WRONG"
    assert verdict(measuring, seconds=10.0, starved=False) == "WRONG, for it is slow"


def _noted(notes: str, running: str, outcome: Outcome) -> Outcome:
    Path(notes).write_text(running, encoding="utf-8")
    return outcome


@pytest.mark.parametrize(
    ("ratio", "lost", "ending"),
    [(1.0, 9.0, words.Wrong), (2.5, 9.0, words.TooNoisy), (2.5, 0.0, words.Wrong), (3.5, 9.0, None)],
    ids=["far below on a busy machine", "just below on a busy machine", "just below on a quiet one", "above"],
)
def test_on_a_busy_machine_what_is_near_the_bar_is_not_judged(monkeypatch, ratio, lost, ending):
    monkeypatch.setattr(words, "now", words.Grading())
    monkeypatch.setattr(speed.Pair, "ratio", lambda *given: ratio)
    monkeypatch.setattr(Effort, "look", lambda self: setattr(self, "worked", 1.0) or setattr(self, "lost", lost))
    with pytest.raises(ending) if ending else contextlib.nullcontext():
        speed.faster_than(sum, sum, lambda rng: (rng.random(3).tolist(),), at_least=3, hint="")
