"""What the exercises of chapter 08 hold answers against is what Awkward Array itself does."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from unladen.exercises.chapter08 import jagged
from unladen.exercises.chapter08.checks import sums_by_loop

pytestmark = pytest.mark.chapters(8)


@pytest.mark.parametrize("seed", range(20))
def test_the_bytes_of_a_layout_are_those_of_its_buffers(seed):
    rng = np.random.default_rng(seed)
    labels = [None, "", "muon", "µ", "π → e"]
    pulses = [
        {"time": float(rng.random()), "samples": list(range(rng.integers(0, 5))), "label": labels[rng.integers(5)]}
        for _ in range(rng.integers(1, 40))
    ]
    # the exercise promises a label that is None, one that is a text, and a list that is not empty
    pulses += [{"time": 0.5, "samples": [1], "label": label} for label in (None, "e")]
    container = ak.to_buffers(ak.Array(pulses))[2]
    assert list(jagged.bytes_of(pulses).values()) == [buffer.nbytes for buffer in container.values()]


def test_every_case_of_the_bytes_keeps_what_the_exercise_promises():
    for pulses, _ in jagged.PULSES:
        texts = [pulse["label"] for pulse in pulses]
        assert None in texts and any(isinstance(text, str) for text in texts)
        assert any(pulse["samples"] for pulse in pulses)
        container = ak.to_buffers(ak.Array(pulses))[2]
        assert list(jagged.bytes_of(pulses).values()) == [buffer.nbytes for buffer in container.values()]


@pytest.mark.parametrize("dtype", ["i1", "i8", "u2", "f8"])
def test_the_sums_of_lists_are_those_of_awkward(dtype):
    counts = np.random.default_rng(8).poisson(1, 50)
    content = np.arange(counts.sum()).astype(dtype)
    sums = sums_by_loop(np.concatenate([[0], np.cumsum(counts)]), content)
    assert sums.tolist() == ak.sum(ak.unflatten(content, counts), axis=-1).tolist()


def test_lists_get_the_type_that_is_asked_for_wherever_they_are_empty():
    assert str(jagged.awkward([[], []], numbers="u1").type) == "2 * var * uint8"
    assert jagged.awkward([[250], []], numbers="u1").tolist() == [[250], []]
    events = [[], [{"time": 0.5, "energy": 3}], []]
    array = jagged.awkward(events, time="f8", energy="i8")
    assert array.tolist() == events
    assert str(array.type) == str(jagged.awkward([[], [], []], time="f8", energy="i8").type)
