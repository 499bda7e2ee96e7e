"""The three verdicts on a claim about time: it holds, it fails, or this machine was too busy to tell."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from unladen.host import allowance, effort
from unladen.timing import CannotTell, ClaimFailed, TimeClaimFailed, busy, claim, race
from unladen.timing.busy import Busy
from unladen.timing.race import Seconds

pytestmark = pytest.mark.long  # what is measured here is measured beside others, or made up
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to a core, and tells who waits")

CALM = Busy(load=0.4, others=0, stolen=0.001, cores=2, taken=0.06, waited=0.004)
BOUND = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
BEGIN = (
    BOUND
    + """
from unladen.timing import ClaimFailed, busy, claim, race
print('ready', flush=True)
input()
"""
)
END = "\nimport sys\nsys.stdout.flush()\nos._exit(0)\n"  # to clear up takes as long as all else, beside eight
EQUALS = "times = race({'a': lambda: sum(range(9999)), 'b': lambda: sum(range(9999))}, seconds=0.03, show=False)\n"
FALSE = "claim('one of two equals wins', times.ratio('a', 'b'), at_least=5)\n"


# for as long as who started it lives
SPIN = BOUND + "began = os.getppid()\nwhile os.getppid() == began: pass"


@contextlib.contextmanager
def neighbours(count: int):
    """Let other processes compute on the first core, as long as the block runs."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def run(code: str, beside: int = 0, no_skips: str = "0") -> tuple[int, str, str]:
    """Run claims on the first core, in a process that is no relative of its neighbours; they come when it is ready."""
    environment = os.environ | {"UNLADEN_NO_SKIPS": no_skips}
    command, pipe = [sys.executable, "-c", BEGIN + code + END], subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        with neighbours(beside):
            out, told = child.communicate("\n", timeout=300)
    return child.returncode, out, told


@pytest.fixture
def alone(monkeypatch):
    """Whatever else runs on this machine, let the claims of a test think that nothing does."""
    monkeypatch.setattr(busy.Busy, "disturbance", "")


@pytest.fixture
def crowded(monkeypatch):
    monkeypatch.setattr(busy.Busy, "disturbance", "six others want these two cores")


# -- with real neighbours


@linux
@pytest.mark.parametrize("count", [2, 4, 8])
def test_beside_others_a_claim_that_does_not_hold_is_one_calm_line_and_the_program_goes_on(count):
    status, out, told = run(EQUALS + FALSE + FALSE + "print('on it goes')", count)
    lines = out.splitlines()
    words = r"cannot be told here just now \(measured ≈ \S+ ×, claimed at least 5 ×; .*one core.*\)"
    calm = f"– one of two equals wins: {words}"
    assert status == 0, told
    assert re.fullmatch(calm, lines[0]) and re.fullmatch(calm, lines[2]) and lines[3] == "on it goes"
    assert "run the cell again" in lines[1]


@linux
def test_beside_others_a_claim_that_holds_holds():
    code = EQUALS + "claim('neither wins', times.ratio('a', 'b'), at_least=0.2, at_most=5, both_ways=True)"
    _, out, told = run(code, 4)
    assert out.startswith("✓ neither wins"), told


@linux
def test_where_skips_are_failures_it_is_an_exception():
    status, _, told = run(EQUALS + FALSE, 4, no_skips="1")
    assert status == 1 and "CannotTell: one of two equals wins: cannot be told" in told


@linux
def test_beside_others_what_is_exact_fails_as_ever():
    code = """
try:
    claim('three', sum([1] * 3 * 10**6) // 10**6, at_least=4)
except ClaimFailed as failure:
    print(type(failure).__name__)
"""
    assert run(code, 4)[1] == "ClaimFailed\n"


@linux
def test_ones_own_children_are_no_neighbours():
    code = """
import subprocess, sys, time
before, began = busy.read(), time.process_time()
child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
while time.process_time() < began + 0.4: pass
after = busy.read()
child.kill()
print(busy.between(before, after).taken, (after.own - before.own) / (time.process_time() - began))
"""
    taken, own = map(float, run(code, 2)[1].split())
    assert taken > 0.3 and own > 1.4  # two neighbours are others; its child, which works as much as it does, is not


# -- what counts as a disturbance


def test_a_quiet_machine_disturbs_nothing():
    assert not CALM.disturbance
    assert not replace(CALM, cores=64, load=12, others=11, taken=0.17).disturbance


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"taken": 0.6, "others": 6}, "six others want these two cores"),
        ({"taken": 0.6, "others": 1, "cores": 1}, "one other wants this one core"),
        ({"taken": 0.6}, "others use 60 % of these two cores"),
        ({"waited": 0.3}, "these two cores were not free when wanted"),
        ({"taken": float("nan"), "load": 7.0}, "load 7.0 on these two cores"),
        ({"stolen": 0.1}, "the host of this virtual machine gave 10 % of the time to others"),
        ({"throttled": 0.4}, "stopped for 40 % of the time by its container's limit"),
    ],
)
def test_what_disturbs_is_said(change, words):
    assert replace(CALM, **change).disturbance == words


def test_the_busier_of_two_counts_and_what_is_not_told_does_not():
    both = replace(CALM, taken=float("nan"), stolen=0.3).with_(replace(CALM, taken=0.5))
    assert (both.taken, both.stolen) == (0.5, 0.3)


# -- which claims are about time


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("measured", [Seconds(0.3), lambda: 0.3])
def test_on_a_quiet_machine_a_claim_about_time_that_does_not_hold_fails(measured):
    with pytest.raises(TimeClaimFailed, match="measured"):
        claim("fast", measured, at_most=0.1)
    with pytest.raises(TimeClaimFailed):
        claim("fast", 0.3, at_most=0.1, timed=True)
    with pytest.raises(TimeClaimFailed, match="not so on this machine"):
        claim("they met", False, timed=True)


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("bounds", [{"at_least": 4}, {"at_most": 2}])
@pytest.mark.parametrize("no_skips", ["0", "1"])
def test_what_is_exact_is_never_too_busy_to_tell(bounds, no_skips, monkeypatch):
    monkeypatch.setenv("UNLADEN_NO_SKIPS", no_skips)
    with pytest.raises(ClaimFailed) as failure:
        claim("three", 3, **bounds)
    assert type(failure.value) is ClaimFailed
    with pytest.raises(ClaimFailed) as failure:
        claim("so it is", False)
    assert type(failure.value) is ClaimFailed
    with pytest.raises(ClaimFailed, match="NaN") as failure:
        claim("a number", float("nan"), at_least=1, timed=True)
    assert type(failure.value) is not CannotTell


@pytest.mark.usefixtures("crowded")
def test_what_is_said_of_two_threads_can_be_untold_too(capsys, monkeypatch):
    monkeypatch.setenv("UNLADEN_NO_SKIPS", "0")
    claim("they met", False, timed=True)
    line = capsys.readouterr().out.splitlines()[0]
    assert line == "– they met: cannot be told here just now (six others want these two cores)"


@pytest.mark.usefixtures("alone")
def test_a_function_measures_again_before_it_fails(capsys):
    left = [3.0, 4.0, 12.0]
    claim("C wins", lambda: left.pop(0), at_least=10)
    assert "≈ 12.0" in capsys.readouterr().out and not left


def test_one_quiet_measurement_among_busy_ones_is_enough_to_tell(monkeypatch):
    told = iter(["busy", "", "busy", "busy", "busy"])
    monkeypatch.setattr(busy.Busy, "disturbance", property(lambda self: vars(self).setdefault("_told", next(told))))
    with pytest.raises(TimeClaimFailed):
        claim("C wins", lambda: 3.0, at_least=10)


# -- cores that are not there


@linux
def test_what_needs_two_cores_cannot_be_told_on_one_and_holds_where_it_holds():
    code = "[claim('threads help', gain, at_least=1.5, timed=True, cores=2) for gain in (1.0, 2.0)]"
    first, second = run(code, no_skips="1")[1].splitlines()
    assert first == "– threads help: cannot be told here (it takes two cores, and here is one)"
    assert second.startswith("✓ threads help")


@pytest.mark.parametrize(("quota", "there"), [(1.0, "is one"), (1.5, "are 1.50"), (0.5, "are 0.500")])
def test_a_quota_of_less_than_two_cores_counts_as_too_few_whatever_the_affinity(monkeypatch, capsys, quota, there):
    monkeypatch.setattr(effort, "cores", lambda: 8)
    monkeypatch.setattr(allowance, "share_of_cores", lambda: quota)
    claim("threads help", 1.0, at_least=1.5, timed=True, cores=2)
    assert capsys.readouterr().out == f"– threads help: cannot be told here (it takes two cores, and here {there})\n"
    claim("one thread helps", 2.0, at_least=1.5, timed=True)
    assert capsys.readouterr().out.startswith("✓ one thread helps")


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("quota", [2.0, float("inf")])
def test_a_quota_of_two_cores_is_enough(monkeypatch, quota):
    monkeypatch.setattr(effort, "cores", lambda: 8)
    monkeypatch.setattr(allowance, "share_of_cores", lambda: quota)
    with pytest.raises(TimeClaimFailed):
        claim("threads help", 1.0, at_least=1.5, timed=True, cores=2)


# -- a control for a comparison


@pytest.fixture(scope="module")
def equals():
    return race({"a": lambda: 1, "b": lambda: 1}, rounds=1, show=False).ratio("a", "b")


@pytest.mark.parametrize(
    "bounds", [{"at_most": 1.5}, {"at_least": 0.5}, {"at_least": 1}, {"at_least": 0.1, "at_most": 10}]
)
def test_a_ratio_whose_bounds_admit_1_must_say_that_it_may_hold_both_ways(bounds, equals):
    with pytest.raises(ValueError, match=r"(?s)admit 1.*'a' and 'b' exchanged.*both_ways=True"):
        claim("no gain", equals, **bounds)


@pytest.mark.parametrize("bounds", [{"at_most": 0.5}, {"at_least": 1.5}, {"at_least": 2, "at_most": 3}])
def test_one_whose_bounds_do_not_must_not_say_it(bounds, equals):
    with pytest.raises(ValueError, match="do not admit 1"):
        claim("a gain", equals, **bounds, both_ways=True)


def test_it_is_nothing_for_what_is_exact():
    with pytest.raises(ValueError, match="about time"):
        claim("three", 3, at_least=1, both_ways=True)
