"""What the exercises on arrays are held against: it is what NumPy does, and memory is counted in full."""

from __future__ import annotations

import numpy as np
import pytest

from unladen.exercises import words
from unladen.exercises.chapter07 import arrays, slices
from unladen.exercises.chapter07 import checks as chapter07
from unladen.exercises.words import Wrong

pytestmark = pytest.mark.chapters(7)


def test_the_buffers_of_numpy_are_no_temporaries_of_an_answer(monkeypatch):
    def into(u, out):
        np.add(u[:-2, 1:-1], u[2:, 1:-1], out=out)
        for neighbours in (u[1:-1, :-2], u[1:-1, 2:]):
            out += neighbours
        for _ in range(4):
            out -= u[1:-1, 1:-1]
        return out

    monkeypatch.setattr(words, "now", words.Grading("laplacian_into", correctness_only=True))
    chapter07.laplacian_into(into)


def test_the_layout_of_a_slice_is_that_of_numpy():
    rng = np.random.default_rng(1)
    for _ in range(500):
        array = np.zeros(rng.integers(0, 7, rng.integers(0, 4)), order=rng.choice(["C", "F"]))
        cuts = tuple(slices.some_slice(rng) for _ in array.shape)
        view = array[(*cuts, ...)]
        offset, shape, strides = slices.sliced(array.shape, array.strides, cuts)
        assert shape == view.shape
        if view.size:
            assert offset == view.ctypes.data - array.ctypes.data
            assert strides == view.strides


def test_numpy_cannot_be_asked_inside_and_can_again_outside():
    x = np.arange(3)
    for ask in ("shares_memory", "may_share_memory"):
        with pytest.raises(Wrong, match="was called"), arrays.not_asked("work it out"):
            getattr(np, ask)(x, x)
    assert np.shares_memory(x, x) and arrays.really_shares(x, x[1:])


@pytest.mark.parametrize(("make", "arrays_made"), [(lambda: None, 0), (np.zeros(10_000).copy, 1)])
def test_the_peak_counts_numpys_memory(make, arrays_made):
    _, most = arrays.peak_bytes(make, (), "it")
    assert arrays_made * 80_000 <= most < arrays_made * 80_000 + 5000


def test_the_slow_versions_compute_the_same():
    rng = np.random.default_rng(2)
    u, out = rng.random((6, 7)), np.empty((4, 5))
    assert np.allclose(arrays.laplacian_by_rows(u, out), arrays.laplacian_slowly(u))
    points = rng.random((4, 3))
    assert np.allclose(arrays.distances_slowly(points, points)[0], np.linalg.norm(points - points[0], axis=1))
    picture = np.array([[0, 200]], np.uint8)
    assert arrays.brighter_slowly(picture, 100).tolist() == [[100, 255]]
