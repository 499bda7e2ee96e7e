"""The turns of a loop: what is read from the clocks, and what is shown of it."""

from __future__ import annotations

import numpy as np
import pytest

from unladen.timing.latencies import Latencies, chart, overview, zoom

pytestmark = pytest.mark.chapters(11)

ALT = "Dots of many turns."


@pytest.fixture
def run():
    """A million turns of 300 ns, of which turn 600,000 has a pause of 2 ms in it; an empty turn takes 200 ns."""
    stamps = np.arange(1_000_001) * 300
    stamps[600_001:] += 2_000_000
    start = 600_000 * 300 + 10
    return Latencies(stamps, np.arange(1_000_001) * 200, [start - 5000, start - 4000, start, start + 2_000_000])


def test_times_come_in_seconds_and_pauses_from_pairs_of_stamps(run):
    assert run.collections == 2 and run.pauses.tolist() == [1e-6, 2e-3]
    assert run.median == pytest.approx(300e-9) and run.making == pytest.approx(100e-9)
    assert run.each.argmax() == 600_000


def test_a_run_without_collections_has_a_longest_pause_of_nothing():
    run = Latencies(range(0, 3000, 300), range(0, 2000, 200), [])
    assert run.collections == 0 and run.pauses.max() == 0


def test_a_table_has_a_row_for_each_run_and_all_its_numbers_are_volatile(run):
    shown = repr(overview({"on": run, "again": run}))
    assert [line.split()[0] for line in shown.splitlines()[3:]] == ["on", "again"]
    assert shown.splitlines()[3].count("≈") == 5 and "≈ 2.00 ms" in shown


def test_pictures_say_their_numbers_in_words_and_take_recorded_runs_too(run, capsys):
    chart({"measured": run, "recorded": {"slowest": [1000] * 249 + [3_000_000]}}, ALT)
    zoom(run, ALT)
    panels, near = capsys.readouterr().out.splitlines()
    assert panels == (
        f"[figure] {ALT} measured: a typical dot is at ≈ 300 ns, the highest at ≈ 2.00 ms. "
        "recorded: a typical dot is at ≈ 1.00 µs, the highest at ≈ 3.00 ms."
    )
    assert near == (
        f"[figure] {ALT} The tower: ≈ 2.00 ms; the middle one of all collections: ≈ 1.00 ms; a typical turn: ≈ 300 ns."
    )


def test_a_run_without_collections_is_told_in_words_too(capsys):
    zoom(Latencies(range(0, 3000, 300), range(0, 2000, 200), [5, 5]), ALT)
    assert "The tower: ≈ 0 ns" in capsys.readouterr().out
