"""The simulated events are the same everywhere, and so are their counts; the curve that is fitted to them is right."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from unladen.course import notebooks, record
from unladen.elsewhere import events
from unladen.elsewhere.records import ROOT
from unladen.sandbox.orphans import end_with_parent

pytestmark = pytest.mark.chapters(14)


@pytest.fixture(scope="module")
def found() -> np.ndarray:
    """All masses, computed from the momenta."""
    starts = range(0, events.EVENTS, events.CHUNK)
    chunks = [events.decays(events.CHUNK, (events.SEED, start)) for start in starts]
    return np.concatenate([events.mass(*(chunk[name] for name in events.COLUMNS[:6])) for chunk in chunks])


def test_the_reference_made_again_is_the_one_that_is_kept():
    assert np.array_equal(events.counts(), events.reference()), f"see what has changed, then `{events.job().command}`"


def test_the_reference_is_made_anew_with_the_records_of_the_notebook():
    assert "z_counts" in [job.key for job in record.jobs(ROOT / events.NOTEBOOK)]
    assert notebooks.read(ROOT / events.NOTEBOOK)


def test_no_mass_is_so_near_an_edge_that_a_last_digit_could_move_it(found):
    assert min(np.abs(found - edge).min() for edge in events.EDGES) > 1e-9


def test_without_smearing_the_momenta_give_the_mass_that_was_drawn(monkeypatch):
    monkeypatch.setattr(events, "SMEARING", 0.0)
    columns = events.decays(1000, (1, 0))
    rng = np.random.default_rng((1, 0))
    rng.uniform(-1, 1, 1000), rng.uniform(-np.pi, np.pi, 1000)  # the directions are drawn before
    drawn = events.masses(rng, 1000)
    assert events.mass(*(columns[name] for name in events.COLUMNS[:6])) == pytest.approx(drawn, rel=2e-6)


def test_masses_follow_the_relativistic_breit_wigner():
    drawn = np.sort(events.masses(np.random.default_rng(3), 100_000))
    low, high = events.breit_wigner(np.array([60.0, 120.0]))
    share = (events.breit_wigner(drawn) - low) / (high - low)
    assert np.abs(share - np.linspace(0, 1, len(drawn))).max() < 0.01  # Kolmogorov's distance
    step, squares = 1e-4, drawn[::1000] ** 2
    slope = (events.breit_wigner(np.sqrt(squares + step)) - events.breit_wigner(np.sqrt(squares - step))) / (2 * step)
    density = 1 / ((squares - events.MASS**2) ** 2 + (events.MASS * events.WIDTH) ** 2)
    assert slope == pytest.approx(density * events.MASS * events.WIDTH / np.pi, rel=1e-3)


def test_the_expected_counts_are_those_of_smeared_masses_and_a_wrong_width_is_seen(found):
    counted = np.histogram(found, events.EDGES)[0]

    def chi_square(peak: float, width: float) -> float:
        shape = events.expected(events.EDGES, 1.0, peak, width)
        return np.sum((counted - shape * counted.sum() / shape.sum()) ** 2 / counted) / len(counted)

    assert 0.6 < chi_square(events.MASS, events.WIDTH) < 1.4
    assert chi_square(events.MASS, events.WIDTH + 0.1) > 3 and chi_square(events.MASS + 0.05, events.WIDTH) > 3


def test_the_file_has_the_columns_in_several_clusters_and_nothing_else_is_left(tmp_path):
    import uproot

    path = tmp_path / "new" / "z.root"
    size = events.write(path, 2500, 1000)
    with uproot.open(path) as file:
        tree = file["events"]
        assert tree.keys() == list(events.COLUMNS) and tree.common_entry_offsets() == [0, 1000, 2000, 2500]
        read = tree.arrays(library="np")
    for name, column in events.decays(500, (events.SEED, 2000)).items():
        assert np.array_equal(read[name][2000:], column) and column.dtype == np.float32
    assert 0 <= size - 2500 * 4 * len(events.COLUMNS) < 40_000
    assert [file.name for file in path.parent.iterdir()] == ["z.root"]
    events.remove(path)
    assert not path.parent.exists() and tmp_path.exists()
    events.remove(path)  # somebody else was faster


def test_several_processes_may_write_the_file_at_once_and_one_that_is_there_is_kept(tmp_path):
    path = tmp_path / "z.root"
    with ProcessPoolExecutor(2, get_context("spawn"), end_with_parent) as pool:
        sizes = set(pool.map(partial(events.write, events=5000, chunk=100), [path] * 4))
    assert len(sizes) == 1 and [file.name for file in tmp_path.iterdir()] == ["z.root"]
    before = path.stat().st_mtime_ns
    assert {events.write(path, 10)} == sizes and path.stat().st_mtime_ns == before
