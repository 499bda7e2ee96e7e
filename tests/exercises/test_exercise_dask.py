"""What watches the exercises of chapter 14 sees what it should: chunks, tasks, blocks, attempts; and opens no door."""

from __future__ import annotations

import gc
import math
import subprocess
import sys
import threading

import dask
import numpy as np
import psutil
import pytest
from dask import delayed

from unladen.exercises.chapter14 import service
from unladen.exercises.chapter14.blocks import Blocks, ReadOnly, moments_of, most_rows, written_is_told
from unladen.exercises.chapter14.sources import Source, added, computed, depth

pytestmark = pytest.mark.chapters(14)


def test_the_list_of_exercises_loads_neither_dask_nor_numba():
    program = """
import sys
from unladen.exercises.registry import exercises
assert exercises(14)
print([name for name in ("dask", "distributed", "numba") if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# -- chunks ----------------------------------------------------------------------------------------------------------


def test_a_source_is_the_array_and_notes_each_chunk_that_is_loaded():
    source = Source(np.arange(12).reshape(3, 4), (2, 3))
    assert source.array.chunks == ((2, 1), (3, 1))
    assert source.loads == []
    assert np.array_equal(source.array.compute(), source.values)
    assert sorted(source.loads) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert source.twice() == 0
    source.array[:2, :3].compute()
    assert source.twice() == 1


def test_what_two_results_share_is_loaded_once_in_one_call():
    source = Source(np.arange(6.0), 2)
    dask.compute(source.array.min(), source.array.max())
    assert len(source.loads) == 3


def test_who_writes_into_a_chunk_is_told_apart_from_other_errors():
    def twice(chunk):
        chunk *= 2
        return chunk

    def refused(chunk):
        raise ValueError("another one")

    source = Source(np.arange(6.0), 2)
    with pytest.raises(ReadOnly, match="read-only"):
        computed(source.array.map_blocks(twice, dtype=float))
    with pytest.raises(ValueError, match="another one") as raised:
        computed(source.array.map_blocks(refused, dtype=float, meta=np.empty(0)))
    assert not isinstance(raised.value, ReadOnly)


def test_the_largest_array_on_the_way_is_found():
    source = Source(np.ones(100), 10)
    assert computed(source.array.sum()) == (100, 80)
    assert computed(source.array.rechunk(100).sum())[1] == 800


# -- tasks -----------------------------------------------------------------------------------------------------------


def test_tasks_are_counted_beyond_those_that_were_given():
    source = Source(np.ones(6), 2)
    assert added(source.array, source.array) == {}
    assert len(added(source.array + 1, source.array)) == 3
    assert len(added((source.array + 1) * 2, source.array)) == 6


def test_a_chain_is_as_deep_as_it_is_long_and_a_tree_as_its_rounds():
    parts = [delayed(str)(n) for n in range(8)]
    chain = parts[0]
    for part in parts[1:]:
        chain = delayed(max)(chain, part)
    tree = parts
    while len(tree) > 1:
        tree = [delayed(max)(*tree[i : i + 2]) for i in range(0, len(tree), 2)]
    assert [depth(added(one, *parts)) for one in (chain, tree[0], parts[0])] == [7, 3, 0]


# -- blocks ----------------------------------------------------------------------------------------------------------


def test_blocks_that_are_kept_are_counted_and_so_are_bytes():
    let_go, kept = Blocks([np.ones(1000)] * 20), Blocks([np.ones(1000)] * 20)
    assert let_go.watch(lambda: sum(block.sum() for block in let_go))[0] == 20_000
    assert let_go.most <= 2
    _, peak = kept.watch(lambda: len(list(kept)))
    assert kept.most == 20
    assert peak >= 160_000


def test_a_block_may_not_be_written_to():
    with pytest.raises(ReadOnly), written_is_told():
        next(Blocks([np.ones(3)])).fill(0)


def test_moments_are_those_of_numpy_and_do_not_cancel():
    arrays = [np.array([1.0, math.nan, 4.0]), np.array([[2.0], [8.0]])]
    numbers = [1.0, 4.0, 2.0, 8.0]
    assert moments_of(arrays) == pytest.approx((4, np.mean(numbers), np.std(numbers)))
    assert moments_of([2.0**40 + np.array([0.0, 1.0])]) == (2, 2.0**40 + 0.5, 0.5)


@pytest.mark.parametrize("rows", [0, 1, 5, 6, 7, 100, 599, 600])
def test_the_most_rows_are_those_that_a_search_finds(rows):
    for workers in (1, 2, 5):
        for memory in (480, 4800, 10**9):
            k = 3 * workers
            good = [r for r in range(1, rows + 1) if k * r * 8 <= memory and math.ceil(rows / r) >= min(k, rows)]
            assert most_rows((rows, 1), 8, workers, memory) == max(good, default=1)


# -- attempts --------------------------------------------------------------------------------------------------------


def test_the_cluster_answers_this_machine_alone_and_leaves_nothing():
    before = set(threading.enumerate())
    with service.client() as client:
        assert client.submit(lambda x: x + 1, 2).result() == 3
        listening = [one for one in psutil.Process().net_connections() if one.status == psutil.CONN_LISTEN]
        assert {one.laddr.ip for one in listening} <= {"127.0.0.1"}
    gc.collect()
    # a thread that packs and unpacks stays with the module distributed, and ends with the interpreter
    assert [one.name for one in set(threading.enumerate()) - before if not one.name.startswith("Dask-Offload")] == []


def test_a_service_notes_attempts_and_who_called_it():
    flaky = service.Service({"a": 2, "b": 9})
    with service.client() as client:
        assert client.submit(flaky, "a", retries=2).result() == "<a>"
        error = client.submit(flaky, "b", retries=1).exception()
    assert (type(error), str(error)) == (OSError, "b, attempt 2")
    assert (flaky.tries("a"), flaky.tries("b"), flaky.tries("c")) == (3, 2, 0)
    assert flaky.elsewhere == 0
    assert flaky("c") == "<c>"
    assert flaky.elsewhere == 1
