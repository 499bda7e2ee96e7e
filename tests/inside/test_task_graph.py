"""The word ``graph``: what it draws of a Dask collection is what the collection's own graph says."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import dask
import dask.array as da
import dask.bag
import numpy as np
import pytest
from dask.core import get_dependencies

from unladen.inside.task_graph import CannotDraw, graph
from unladen.inside.task_graph_drawn import WIDTH

pytestmark = pytest.mark.chapters(14)
SVG = "{http://www.w3.org/2000/svg}"


def summed():
    return ((da.ones((4, 4), chunks=2) + 1) * 2).sum()


def rechunked():
    return da.ones((4, 4), chunks=(1, 4)).rechunk((4, 1))


def collections() -> dict:
    return {
        "sum": summed(),
        "fused": dask.optimize(summed())[0],
        "rechunked": rechunked(),
        "stacked": da.stack([da.ones(4, chunks=2), da.arange(4, chunks=2)]),
        "from memory": da.from_array(np.arange(8), chunks=4) + 1,
        "delayed": dask.delayed(sum)([dask.delayed(abs)(k) for k in range(3)]),
        "bag": dask.bag.from_sequence(range(6), npartitions=3).map(abs).sum(),
    }


def svg(drawn) -> str:
    return drawn._repr_mimebundle_()[0]["image/svg+xml"]


def rectangles(drawn) -> list:
    return ElementTree.fromstring(svg(drawn)).findall(f"{SVG}rect")


@pytest.mark.parametrize("name", collections())
def test_there_is_a_box_for_each_task_and_a_line_for_each_of_its_needs(name):
    collection = collections()[name]
    own = dict(collection.__dask_graph__())
    needs = sum(len(get_dependencies(own, key)) for key in own)
    drawn = graph(collection)
    assert {box.key for row in drawn.rows for box in row} == set(own)
    assert (len(rectangles(drawn)), drawn.edges) == (len(own), needs)
    assert svg(drawn).count("<path") == 2 * needs  # a line and its head


@pytest.mark.parametrize("name", collections())
def test_what_a_task_needs_stands_above_it(name):
    drawn = graph(collections()[name])
    height = {box.key: at for at, row in enumerate(drawn.rows) for box in row}
    assert all(height[need] < height[box.key] for row in drawn.rows for box in row for need in box.needs)


def test_names_come_without_tokens_and_blocks_in_the_order_of_their_numbers():
    drawn = graph(da.ones(12, chunks=1).map_blocks(np.sqrt))
    assert drawn.layers == ("ones_like", "sqrt")
    assert [box.index for box in drawn.rows[1]] == [(k,) for k in range(12)]
    assert not re.search(r"[0-9a-f]{16}", svg(drawn))


def test_a_fused_task_tells_what_it_runs_and_in_which_order():
    before, after = graph(summed()), graph(dask.optimize(summed())[0])
    assert (before.tasks, after.tasks) == (17, 5)
    assert after.rows[0][0].fused == ("ones_like", "add", "mul", "sum")
    assert "ones_like → add → mul → sum" in svg(after)


def test_data_that_is_there_already_is_no_task():
    drawn = graph(da.from_array(np.arange(8), chunks=4) + 1)
    assert (drawn.tasks, drawn.edges) == (2, 2)
    assert "2 tasks and 2 blocks of data in 2 layers, 2 edges" in drawn.alt
    assert [bool(one.get("stroke-dasharray")) for one in rectangles(drawn)] == [True, True, False, False]


def test_the_alternative_text_counts_and_is_what_a_reader_of_the_screen_is_told():
    drawn = graph(rechunked())
    assert drawn.alt == (
        "Task graph: 24 tasks in 3 layers, 32 edges. "
        "ones_like, 4 tasks; rechunk-split, 16 tasks; rechunk-merge, 4 tasks."
    )
    data, metadata = drawn._repr_mimebundle_()
    assert metadata["image/svg+xml"]["alt"] == drawn.alt
    assert ElementTree.fromstring(svg(drawn)).get("aria-label") == drawn.alt
    assert data["text/plain"] == f"[drawing] {drawn.alt}"


def test_a_state_is_told_by_a_word_or_a_letter_never_by_colour_alone():
    for collection, written in ((summed(), "processing"), (rechunked(), "P")):
        keys = list(dict(collection.__dask_graph__()))
        drawn = graph(collection, states={keys[4]: "processing", keys[-1]: "lost"})
        texts = [one.text for one in ElementTree.fromstring(svg(drawn)).iter(f"{SVG}text")]
        assert texts.count(written) >= 1
        assert {"processing: 1", "lost: 1"} <= set(texts)
        assert "1 processing" in drawn.alt and "1 lost" in drawn.alt


def test_nothing_is_computed_for_a_drawing():
    ran = []

    def noting(block):
        ran.append(block.shape)
        return block

    svg(graph(da.ones(4, chunks=2).map_blocks(noting, meta=np.ones(0))))
    assert not ran


def test_the_same_graph_gives_the_same_bytes_in_another_process():
    program = "from tests.inside.test_task_graph import *\nprint([svg(graph(one)) for one in collections().values()])"
    drawn = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=True).stdout
        for _ in range(2)
    }
    assert drawn == {f"{[svg(graph(one)) for one in collections().values()]}\n"}


@pytest.mark.parametrize("shape", [(40,), (6, 6), (3, 3, 3)])
def test_boxes_of_a_wide_layer_stay_apart_and_on_the_page(shape):
    drawn = graph(da.ones(shape, chunks=1))
    spans = sorted((float(one.get("x")), float(one.get("width"))) for one in rectangles(drawn))
    assert all(x + wide < after for (x, wide), (after, _) in zip(spans, spans[1:], strict=False))
    assert spans[0][0] > 200 and sum(spans[-1]) < WIDTH


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (lambda: graph(da.ones(41, chunks=1)), "41 tasks, and more than 40 cannot be told apart"),
        (lambda: graph(np.ones(4)), r"graph\(ndarray\): this has no graph"),
        (lambda: graph(None), r"graph\(NoneType\): this has no graph"),
        (lambda: graph(summed(), states={"sum-0": "memory"}), "1 of the keys in states= are of no task here"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_to_do(what, words):
    with pytest.raises(CannotDraw, match=words) as refused:
        what()
    assert len(str(refused.value).splitlines()) == 2
