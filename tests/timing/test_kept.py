"""The best that a machine has shown is kept: for this very machine, as long as it is true, and whole or not at all."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from unladen.show import Volatile
from unladen.timing import best, busy, kept, limits, machine, race
from unladen.timing.roofline import Roofline, Work

pytestmark = pytest.mark.measures
TODAY = datetime.date.today()


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A learner who has never been here, and a kernel that has measured nothing; returns where state is kept."""
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "state"))
    for name in ("_now", "_best", "_by", "_busy"):
        monkeypatch.setattr(best, name, {})
    return tmp_path / "state"


def figure(rate: float, days: int = 0, load: float = 0.2) -> kept.Figure:
    return kept.Figure(rate, (TODAY - datetime.timedelta(days)).isoformat(), load)


def keep(rate: float, days: int = 0, counts: bool = True) -> float:
    return kept.keep({"read": figure(rate, days)}, counts)["read"].rate


def the_file():
    return kept.path_of(kept.facts())


def new_session() -> None:
    """What a kernel forgets when it is started anew."""
    for known in (best._now, best._best, best._by, best._busy):
        known.clear()


# -- the rule


def test_the_best_of_now_and_before_is_returned_and_says_when_it_was():
    assert keep(20e9, days=3) == 20e9
    assert kept.keep({"read": figure(13e9, load=31)}, False)["read"] == figure(20e9, days=3)
    assert keep(21e9) == 21e9
    assert keep(19e9) == 21e9


def test_three_quiet_sessions_in_a_row_end_what_a_machine_does_not_reach_any_more():
    keep(20e9)
    assert [keep(rate) for rate in (10e9, 12e9, 11e9)] == [20e9, 20e9, 12e9]
    assert keep(11.5e9) == 12e9


def test_one_that_comes_near_between_begins_the_row_anew():
    keep(20e9)
    assert [keep(rate) for rate in (10e9, 12e9, 16.5e9, 10e9, 12e9)] == 5 * [20e9]


def test_busy_sessions_say_nothing_against_it_and_break_no_row():
    keep(20e9)
    assert [keep(10e9, counts=False) for _ in range(10)] == 10 * [20e9]
    assert [keep(10e9), keep(10e9, counts=False), keep(12e9), keep(10e9)] == [20e9, 20e9, 20e9, 12e9]


def test_what_was_not_seen_for_a_month_is_dropped_and_what_was_nearly_seen_lives_on():
    keep(20e9, days=50)
    assert keep(17e9, days=25) == 20e9
    assert keep(10e9, days=5, counts=False) == 20e9
    keep(30e9, days=kept.DAYS + 1)
    assert keep(10e9, counts=False) == 10e9


def test_what_is_absurd_beside_today_is_not_shown_whatever_the_load():
    keep(200e9)
    assert keep(20e9, counts=False) == 20e9
    assert keep(26e9, counts=False) == 200e9


# -- what is believed


@pytest.mark.parametrize("fact", list(kept.facts()))
def test_another_machines_figures_are_not_used(monkeypatch, fact):
    keep(20e9)
    here = kept.facts()
    monkeypatch.setattr(kept, "facts", lambda: here | {fact: "another"})
    assert keep(10e9) == 10e9
    monkeypatch.setattr(kept, "facts", lambda: here)
    assert keep(10e9) == 20e9


def test_a_file_that_was_copied_from_another_machine_is_not_used():
    keep(20e9)
    text = json.loads(the_file().read_text())
    text["machine"]["processor"] = "a faster one"
    the_file().write_text(json.dumps(text))
    assert keep(10e9) == 10e9


def test_half_a_core_is_another_machine(monkeypatch):
    keep(20e9)
    monkeypatch.setattr("unladen.host.allowance.share_of_cores", lambda: 0.5)
    assert keep(10e9) == 10e9


def in_place_of_the_rate(value: str):
    return lambda text: text.replace("20000000000.0", value)


@pytest.mark.parametrize(
    "spoil",
    [
        *map(in_place_of_the_rate, ("NaN", "Infinity", "-2e10", "2e30", "true", '"2e10"', "[]", "1" + 5000 * "0")),
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "null",
        lambda text: "[" * 60_000,
        lambda text: text + " " * 70_000,
        lambda text: text.replace('"form": 1', '"form": 0'),
        lambda text: text.replace(TODAY.isoformat(), "yesterday"),
        lambda text: text.replace(TODAY.isoformat(), (TODAY + datetime.timedelta(400)).isoformat()),
        lambda text: text.replace('"below": []', '"below": null'),
        lambda text: text.replace('"below": []', '"below": [1]'),
        lambda text: text.replace('"seen"', '"scene"'),
        lambda text: text.replace('"load": 0.2', '"load": "calm"'),
        lambda text: text.replace('"kept": {', '"kept": [{').replace("}}}", "}}]}"),
    ],
)
def test_what_is_no_such_file_was_never_kept_and_is_written_anew(spoil):
    keep(20e9)
    the_file().write_text(spoil(the_file().read_text()))
    assert keep(10e9) == 10e9
    assert keep(9e9) == 10e9


@pytest.mark.parametrize("inside", [b"\xff\xfe", b"\0" * 100])
def test_bytes_that_are_no_text_were_never_kept(inside):
    keep(20e9)
    the_file().write_bytes(inside)
    assert keep(10e9) == 10e9


def test_a_pipe_in_the_place_of_the_file_does_not_stop_anybody():
    keep(20e9)
    the_file().unlink()
    os.mkfifo(the_file())
    assert keep(10e9) == 10e9


def test_another_users_file_is_not_used():
    if os.geteuid():
        pytest.skip("only root can give a file away: sudo make test")
    keep(20e9)
    os.chown(the_file(), 12345, -1)
    assert keep(10e9) == 10e9


def test_where_nothing_can_be_kept_the_session_goes_on(state):
    state.write_text("a file in the place of the folder")
    assert keep(20e9) == 20e9
    assert keep(10e9) == 10e9


def test_a_file_that_cannot_be_written_leaves_the_one_before_and_no_rest(state, monkeypatch):
    keep(20e9)
    before = the_file().read_text()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no room")))
    keep(30e9)
    assert the_file().read_text() == before
    assert not list(state.rglob("*.tmp"))


def test_of_many_kernels_at_once_the_best_is_kept(state):
    code = "import sys; from unladen.timing import kept; r = float(sys.argv[1])\n"
    code += "for k in range(20): kept.keep({'read': kept.figure(r + k, 0.1)})"
    many = [subprocess.Popen([sys.executable, "-c", code, str(rate)]) for rate in (2e10, 2.1e10, 1.9e10)]
    assert [one.wait(120) for one in many] == [0, 0, 0]
    assert keep(18e9) == 2.1e10 + 19


def test_old_machines_are_forgotten(state, monkeypatch):
    here = kept.facts()
    for number in range(30):
        monkeypatch.setattr(kept, "facts", lambda number=number: here | {"name": f"container {number}"})
        keep(20e9)
    assert len(list((state / "machines").glob("*.json"))) == 20


# -- how busy it was


def test_a_machine_with_a_core_to_spare_is_quiet_and_others_are_not():
    calm = busy.Busy(load=0.9, others=1, stolen=0.001, cores=2)
    assert calm.quiet
    for change in ({"load": 1.6}, {"others": 2}, {"stolen": 0.05}, {"load": float("nan")}):
        assert not replace(calm, **change).quiet


def test_who_works_beside_is_seen():
    if sys.platform != "linux":
        pytest.skip("this system does not tell how many threads want a core (Linux does)")
    workers = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        with busy.watched() as found:
            sum(range(10**7))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert found.others >= 2
    assert "others at work" in str(found)


# -- what is shown


def test_the_next_session_shows_the_best_and_both_dates_and_loads():
    first = machine().bandwidth
    assert first.by == "native/bandwidth.c" and first.read == first.now.read
    yesterday = figure(3 * first.read, days=1)
    kept.keep({"read": yesterday})
    new_session()
    later, row = machine().bandwidth, dict(machine()._card().rows)
    assert later.read == 3 * first.read and later.now.read < 2 * first.read
    assert f"read of {yesterday.date}" in later.by and f"read of {yesterday.date}" in row["measured by"]
    assert f"(measured {yesterday.date} at load 0.2, now " in row["read, one core"]
    assert all(isinstance(value, Volatile) for value in row.values())


def test_a_share_above_all_has_the_limit_measured_again_and_is_then_believed():
    low = kept.figure(1e9, 31.0)
    best._now |= dict.fromkeys(("read", "copy", "triad"), low)
    best._best |= best._now
    best._by["bandwidth"], best._busy["bandwidth"] = "native/bandwidth.c", busy.Busy()
    import numpy as np

    a = np.ones(2**23)
    times = race({"sum": a.sum}, seconds=0.2, show=False)
    share = times.table(limit=("read", a.nbytes)).rows[0][-1]
    assert best.best("read").rate > 1e9
    assert float(share.split()[0]) < 300


def test_what_is_faster_than_its_limit_is_said_to_be():
    import numpy as np

    a = np.ones(2**10)  # in the nearest cache
    times = race({"sum": a.sum}, seconds=0.05, show=False)
    share = times.table(limit=("read", 30 * a.nbytes)).rows[0][-1]
    assert share.endswith(": faster than this limit") and isinstance(share, Volatile)
    assert "faster" not in times.table(limit=("read", a.nbytes // 1000)).rows[0][-1]


def test_a_limit_is_measured_again_once_for_a_race(monkeypatch):
    asked = []
    monkeypatch.setattr(best, "measure_again", asked.append)
    times = race({"one": lambda: 1}, seconds=0.05, show=False)
    for _ in range(3):
        times.table(limit=("read", 3000))
    assert asked == ["read"]


def test_the_roofline_has_what_passes_it_measured_again_and_says_so():
    roof = Roofline({"impossible": Work(1e9, 1e6, 1e-6), "slow": Work(1e3, 1e6, 1.0)})
    shares = {row[0]: row[-1] for row in roof.table().rows}
    assert shares["impossible"].endswith("%: faster than its roof") and shares["slow"].endswith("%")
    assert roof.peak == best.now("flops").rate


def test_limits_have_names_for_all_that_is_kept():
    assert set(limits.KINDS) == set(best._GROUP)
