"""Chapter 11's exercises are held against what Python really does."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from unladen.exercises import references
from unladen.exercises.chapter11 import collecting

pytestmark = pytest.mark.chapters(11)


class Thing:
    def __init__(self):
        self.held = []


@pytest.mark.parametrize("seed", range(20))
def test_the_rule_of_11_1_finds_what_the_collector_frees(seed):
    counts, refers = collecting.random_graph(np.random.default_rng(seed), 12)
    with references.by_hand():
        things = {label: Thing() for label in counts}
        for label, held in refers.items():
            things[label].held += [things[other] for other in held]
        arriving = [other for held in refers.values() for other in held]
        outside = [things[label] for label in counts if counts[label] > arriving.count(label)]
        watch = {label: weakref.ref(thing) for label, thing in things.items()}
        things.clear()
        gc.collect()
        assert {label for label, alive in watch.items() if alive() is None} == collecting.unreachable(counts, refers)
        del outside
        gc.collect()


def test_programs_free_what_their_hints_say():
    def last(text):
        return references.really_freed(collecting.operations(text))[-1]

    assert last("new a spam, del a") == {"spam"}
    assert last("new a spam, hold a a, del a") == set()
    assert last("new a spam, hold a a, del a, collect") == {"spam"}
    assert last("new a ring, hold a a, new b keep, hold a b, del a, collect") == {"ring"}
    assert last("new a ring, hold a a, new b keep, hold a b, del a, collect, del b") == {"keep"}


def test_the_collector_is_left_as_it_was():
    before = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), len(gc.callbacks)
    references.really_freed(collecting.operations("new a spam, collect"))
    collecting.counted(5000, lambda: [[] for _ in range(1000)])
    assert (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), len(gc.callbacks)) == before


def test_collections_are_counted_and_a_higher_threshold_has_fewer():
    few, many = (collecting.counted(t, lambda: [[] for _ in range(50_000)]) for t in (20_000, 1000))
    assert few <= 3 and many > few
