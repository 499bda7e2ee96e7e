"""The word ``tree``: what it draws of an Awkward Array is what the array's own buffers say."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import awkward as ak
import numpy as np
import pytest

import unladen
from unladen.inside import tree
from unladen.inside.tree_drawn import WIDTH

pytestmark = pytest.mark.chapters(8)

Index8, IndexU8, Index32, Index64 = ak.index.Index8, ak.index.IndexU8, ak.index.Index32, ak.index.Index64
SVG = "{http://www.w3.org/2000/svg}"
KINDS = {
    "NumpyArray", "RegularArray", "ListOffsetArray", "ListArray", "IndexedArray", "IndexedOptionArray",
    "ByteMaskedArray", "BitMaskedArray", "UnmaskedArray", "RecordArray", "UnionArray", "EmptyArray",
}  # fmt: skip
NAMES = {"data", "offsets", "starts", "stops", "index", "mask", "tags"}

# ------------------------------------------------------------------------------------------ any valid layout


def some_layout(rng, length: int, depth: int):
    """A random valid layout with ``length`` entries, of any kind of node, at most ``depth`` levels deep."""
    leaves, nodes = [numbers, text, dates], [offsets, starts, regular, index, option, bytemask, bitmask, record, union]
    kinds = leaves if depth == 0 else leaves + 3 * nodes
    return kinds[rng.integers(len(kinds))](rng, length, depth)


def numbers(rng, length, depth):
    dtype = rng.choice(["i1", "u2", "i4", "i8", "u8", "f4", "f8", "c16", "?"])
    shape = (length, *rng.integers(1, 3, rng.integers(0, 2)))
    data = (rng.normal(size=shape) * 100).astype(dtype)
    return ak.contents.NumpyArray(data[::-1] if rng.integers(2) else data)


def dates(rng, length, depth):
    return ak.contents.NumpyArray(rng.integers(0, 10**9, length).astype("M8[s]"))


def text(rng, length, depth):
    words = ["".join(rng.choice(list("ab <&é\n"), rng.integers(0, 4))) for _ in range(length)]
    if not words:
        return ak.contents.EmptyArray()
    return ak.to_layout(ak.Array(words))


def offsets(rng, length, depth):
    ends = np.cumsum(rng.integers(0, 4, length + 1))
    kind = [Index32, Index64][rng.integers(2)]
    return ak.contents.ListOffsetArray(kind(ends), some_layout(rng, int(ends[-1]) + 1, depth - 1))


def starts(rng, length, depth):
    inner = some_layout(rng, 7, depth - 1)
    first = rng.integers(0, 8, length)
    last = np.minimum(first + rng.integers(0, 4, length), 7)
    return ak.contents.ListArray(Index64(first), Index64(np.append(last, 3)), inner)


def regular(rng, length, depth):
    size = int(rng.integers(1, 4))
    return ak.contents.RegularArray(some_layout(rng, size * length, depth - 1), size)


def index(rng, length, depth):
    inner = some_layout(rng, 5, depth - 1)
    return ak.contents.IndexedArray.simplified(Index64(rng.integers(0, 5, length)), inner)


def option(rng, length, depth):
    inner = some_layout(rng, 5, depth - 1)
    return ak.contents.IndexedOptionArray.simplified(Index64(rng.integers(-1, 5, length)), inner)


def bytemask(rng, length, depth):
    inner, mask = some_layout(rng, length, depth - 1), Index8(rng.integers(0, 2, length).astype(np.int8))
    return ak.contents.ByteMaskedArray.simplified(mask, inner, valid_when=bool(rng.integers(2)))


def bitmask(rng, length, depth):
    inner, bits = some_layout(rng, length, depth - 1), rng.integers(0, 256, length // 8 + 1)
    valid, order = map(bool, rng.integers(0, 2, 2))
    return ak.contents.BitMaskedArray.simplified(IndexU8(bits.astype(np.uint8)), inner, valid, length, order)


def record(rng, length, depth):
    many = int(rng.integers(0, 4))
    fields = None if rng.integers(2) else [f"field {i} <&>" for i in range(many)]
    contents = [some_layout(rng, length + int(rng.integers(0, 2)), depth - 1) for _ in range(many)]
    return ak.contents.RecordArray(contents, fields, length)


def union(rng, length, depth):
    contents = [numbers(rng, 4, 0), record(rng, 4, depth)]
    tags = rng.integers(0, 2, length).astype(np.int8)
    return ak.contents.UnionArray.simplified(Index8(tags), Index64(rng.integers(0, 4, length)), contents)


def layouts() -> list:
    found = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        layout = some_layout(rng, int(rng.integers(0, 12)), int(rng.integers(0, 4)))
        if ak.is_valid(ak.Array(layout)):
            found.append(layout)
    return found


LAYOUTS = layouts()


def test_the_random_layouts_have_nodes_of_all_kinds():
    rare = [ak.contents.UnmaskedArray(ak.contents.NumpyArray(np.arange(3))), ak.contents.EmptyArray()]
    kinds = {node.kind for layout in [*LAYOUTS, *rare] for node in tree(layout).nodes}
    assert kinds == KINDS
    assert len(LAYOUTS) > 100


def test_it_shows_the_buffers_that_the_array_is_made_of():
    for layout in LAYOUTS:
        _, _, container = ak.to_buffers(layout)
        shown = [(f"node{at}-{b.name}", b.nbytes) for at, node in enumerate(tree(layout).nodes) for b in node.buffers]
        # an array that starts with more starts than stops keeps them all, while to_buffers cuts them off
        assert [name for name, _ in shown] == list(container)
        for (name, nbytes), array in zip(shown, container.values(), strict=True):
            assert nbytes >= array.nbytes, name
            assert nbytes == array.nbytes or name.endswith(("starts", "stops", "tags", "index", "mask", "data"))


def test_it_takes_as_many_bytes_as_the_array_says():
    for layout in LAYOUTS:
        assert tree(layout).nbytes == layout.nbytes == ak.Array(layout).nbytes


def test_an_array_made_of_the_same_buffers_has_the_same_tree():
    for layout in LAYOUTS:
        # the first way through the buffers leaves out what no index reaches
        array = ak.from_buffers(*ak.to_buffers(ak.to_packed(ak.Array(layout))))
        again = ak.from_buffers(*ak.to_buffers(array))
        assert repr(tree(again)) == repr(tree(array))
        assert tree(again)._repr_mimebundle_() == tree(array)._repr_mimebundle_()


def test_the_first_values_are_those_of_the_buffers():
    for layout in LAYOUTS:
        values = ak.to_buffers(layout)[2]
        for at, node in enumerate(tree(layout).nodes):
            for buffer in node.buffers:
                if buffer.values and node.kind != "BitMaskedArray":
                    assert list(buffer.values) == values[f"node{at}-{buffer.name}"].tolist()[: len(buffer.values)] or (
                        len(values[f"node{at}-{buffer.name}"]) < len(buffer.values)
                    )


def test_each_arrow_leads_to_an_entry_that_is_there():
    for layout in LAYOUTS:
        for node in tree(layout).nodes:
            for arrow in node.arrows:
                child = node.children[arrow.child]
                borders = arrow.edge or arrow.stop is not None
                assert 0 <= arrow.start < child.length + borders
                assert arrow.stop is None or arrow.start <= arrow.stop <= child.length


def test_an_index_points_at_the_entry_that_the_array_has_there():
    values = ak.Array(["b", None, "a", "b"])
    layout = ak.to_layout(values)
    arrows = tree(layout).root.arrows
    words = ak.Array(layout.content)
    assert {arrow.cell: words[arrow.start] for arrow in arrows} == {0: "b", 2: "a", 3: "b"}


@pytest.mark.parametrize("lsb", [True, False])
@pytest.mark.parametrize("valid", [True, False])
def test_the_bits_of_a_mask_are_shown_in_the_order_of_the_entries(lsb, valid):
    layout = ak.contents.BitMaskedArray(
        IndexU8(np.array([0b10110001, 0b1], np.uint8)), ak.contents.NumpyArray(np.arange(9)), valid, 9, lsb
    )
    there = [value is not None for value in ak.Array(layout).tolist()]
    node = tree(layout).root
    assert [bool(bit) == valid for bit in node.buffers[0].values] == there
    assert [arrow.cell for arrow in node.arrows] == np.flatnonzero(there).tolist()


# ------------------------------------------------------------------------------------------ the drawing


def test_the_drawing_is_well_formed_and_stays_inside_its_frame():
    for layout in LAYOUTS:
        svg = tree(layout)._repr_mimebundle_()[0]["image/svg+xml"]
        root = ElementTree.fromstring(svg)
        _, _, width, height = map(float, root.get("viewBox").split())
        assert width == WIDTH
        for box in root.iter(f"{SVG}rect"):
            assert float(box.get("x")) >= 0 and float(box.get("x")) + float(box.get("width")) <= width
            assert float(box.get("y")) >= 0 and float(box.get("y")) + float(box.get("height")) <= height
        for words in root.iter(f"{SVG}text"):
            # 0.62 of the size is a generous mean for the widest of the fonts that a machine may have
            length = 0.62 * float(words.get("font-size")) * len(words.text)
            start = float(words.get("x")) - (length / 2 if words.get("text-anchor") else 0)
            assert start >= 0 and start + length <= width, words.text
            assert 0 < float(words.get("y")) <= height
        for path in root.iter(f"{SVG}path"):
            assert all(0 <= float(n) <= max(width, height) for n in re.findall(r"[\d.]+", path.get("d")))


def test_labels_do_not_run_into_the_cells():
    for layout in LAYOUTS:
        root = ElementTree.fromstring(tree(layout)._repr_mimebundle_()[0]["image/svg+xml"])
        boxes = [(float(b.get("x")), float(b.get("y"))) for b in root.iter(f"{SVG}rect")]
        for words in root.iter(f"{SVG}text"):
            x, y = float(words.get("x")), float(words.get("y"))
            end = x + 0.62 * float(words.get("font-size")) * len(words.text)
            row = [left for left, top in boxes if top < y < top + 28 and left > x]
            assert words.get("text-anchor") or not row or end <= min(row), words.text


def test_the_same_array_has_the_same_drawing_in_another_process():
    program = (
        "import awkward as ak; from unladen import tree; "
        "print(tree(ak.Array([[{'x': 1.5, 'y': ['a']}], [], [{'x': 2.5, 'y': []}]]))._repr_mimebundle_())"
    )
    runs = [subprocess.run([sys.executable, "-c", program], capture_output=True, text=True) for _ in range(2)]
    assert runs[0].returncode == 0, runs[0].stderr
    assert runs[0].stdout == runs[1].stdout
    assert "0x" not in runs[0].stdout


def test_it_has_alternative_text_of_a_length_that_can_be_listened_to():
    for layout in LAYOUTS:
        data, metadata = tree(layout)._repr_mimebundle_()
        alt = metadata["image/svg+xml"]["alt"]
        assert 40 < len(alt) < 1400
        root = ElementTree.fromstring(data["image/svg+xml"])
        assert root.get("role") == "img"
        # an attribute has no line breaks of its own
        assert " ".join(root.get("aria-label").split()) == " ".join(alt.split())


def test_what_is_cut_is_said():
    long = ak.Array([list(range(1000)), []])
    drawn = tree(long)
    assert "… 988 more" in repr(drawn)
    assert re.search(r"… 9\d\d more", drawn._repr_mimebundle_()[0]["image/svg+xml"])
    wide = ak.Array([{f"f{i}": i for i in range(100)}])
    assert "… 93 more children: 93 nodes, 744 bytes" in repr(tree(wide))
    assert len(tree(wide).nodes) == 101
    deep = ak.contents.NumpyArray(np.arange(1))
    for _ in range(30):
        deep = ak.contents.ListOffsetArray(Index64(np.array([0, 1])), deep)
    assert "19 nodes, 296 bytes below" in repr(tree(deep))
    assert tree(deep).nbytes == deep.nbytes


def test_a_record_shows_the_array_that_it_is_from():
    array = ak.Array([{"x": 1}, {"x": 2}])
    assert repr(tree(array[1])) == repr(tree(array))


def test_text_is_shown_as_its_letters():
    shown = repr(tree(ak.Array(["spam", "é"])))
    assert "data: uint8, 6 bytes: s p a m c3 a9" in shown
    assert "2 strings" in shown


# ------------------------------------------------------------------------------------------ what has no values


def test_an_array_of_types_alone_is_drawn_without_values():
    array = ak.to_backend(ak.Array([[1, 2], [], [3]]), "typetracer")
    drawn = tree(array)
    assert "only the type is known" in repr(drawn)
    assert drawn.nbytes == 0
    unknown = ak.typetracer.typetracer_from_form(ak.Array([{"x": [1, None]}, {"x": []}]).layout.form)
    assert [node.kind for node in tree(unknown).nodes][0] == "RecordArray"
    ElementTree.fromstring(tree(unknown)._repr_mimebundle_()[0]["image/svg+xml"])


def test_a_buffer_that_is_read_on_demand_is_not_read():
    form, length, container = ak.to_buffers(ak.Array([[1, 2], [], [3]]))
    asked = []

    def late(name):
        def read():
            asked.append(name)
            return container[name]

        return read

    array = ak.from_buffers(form, length, {name: late(name) for name in container})
    assert "not read yet" in repr(tree(array))
    assert "node1-data" not in asked  # the offsets were: they alone tell how long the data is
    _ = array[0, 1]
    assert "not read yet" not in repr(tree(array))


@pytest.mark.parametrize("thing", [[1, 2], (1,), "text", 5, None, np.arange(3), ak, ak.Array, {"x": 1}], ids=repr)
def test_anything_else_is_refused_in_words(thing):
    with pytest.raises(TypeError, match="tree\\(\\) draws an Awkward Array, and was given a .+ak.Array\\(x\\) makes"):
        tree(thing)


def test_a_builder_is_told_to_take_its_snapshot():
    with pytest.raises(TypeError, match="snapshot"):
        tree(ak.ArrayBuilder())


def test_it_changes_nothing_and_keeps_nothing():
    import gc
    import weakref

    array = ak.Array([[1, 2], []])
    before = ak.to_buffers(array)[2]["node1-data"].copy()
    drawn, alive = tree(array), weakref.ref(array.layout.content.data)
    assert np.array_equal(ak.to_buffers(array)[2]["node1-data"], before)
    del array
    gc.collect()
    assert alive() is None
    assert "ListOffsetArray, 2 lists" in repr(drawn)


def test_importing_the_word_imports_no_awkward():
    program = "import sys; from unladen import tree; assert 'awkward' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
    assert unladen.tree is tree
