"""The word ``strided``: where it draws an array's elements is where NumPy says that they are."""

from __future__ import annotations

import gc
import re
import weakref
from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from unladen import strided
from unladen.inside.strided_view import memory_of

pytestmark = pytest.mark.chapters(7)

DTYPES = ("i1", "<i4", ">i4", "f8", "f2", "c16", "?", "M8[D]", "U3", "S2", "O", [("a", "i1"), ("b", ">f4")], "V5")


def where(array, index):
    """The address of an element, worked out from the array interface alone."""
    seen = array.__array_interface__
    strides = seen["strides"]
    if strides is None:
        strides = [array.itemsize * int(np.prod(seen["shape"][k + 1 :])) for k in range(len(seen["shape"]))]
    return seen["data"][0] + sum(i * s for i, s in zip(index, strides, strict=True))


def drawn(seen):
    """Index and offset of each element, read from the text of the drawing, as a learner reads them."""
    titles = [t.text for t in ElementTree.fromstring(seen.svg).iter("{http://www.w3.org/2000/svg}title")]
    found = [re.match(r"\[([\d, ]*)\] at byte (-?\d+): ", title) for title in titles]
    return {tuple(int(i) for i in m[1].split(",") if i.strip()): int(m[2]) for m in found if m}


def random_view(rng, array):
    """Some view of an array: sliced, reversed, turned, given new axes, broadcast, in windows, a field, other bytes."""
    for _ in range(rng.integers(1, 4)):
        kind = rng.integers(7)
        if kind == 0 and array.ndim:
            cut = [slice(*sorted(rng.integers(0, n + 1, 2)), int(rng.integers(1, 4))) for n in array.shape]
            array = array[tuple(cut)]
        elif kind == 1 and array.ndim:
            array = array[tuple(slice(None, None, int(rng.choice([-2, -1, 1]))) for _ in array.shape)]
        elif kind == 2:
            array = array.transpose(rng.permutation(array.ndim))
        elif kind == 3:
            array = np.expand_dims(array, int(rng.integers(0, array.ndim + 1)))
        elif kind == 4:
            array = np.broadcast_to(array, (int(rng.integers(1, 4)), *array.shape))
        elif kind == 5 and array.ndim and array.shape[-1] > 1:
            array = sliding_window_view(array, 2, axis=-1)
        elif kind == 6 and array.dtype.names and "b" in array.dtype.names:
            array = array["b"]
    return array


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_what_is_drawn_is_where_the_array_interface_says(dtype):
    rng = np.random.default_rng(7)
    for _ in range(60):
        shape = tuple(rng.integers(0 if rng.random() < 0.1 else 1, 6, rng.integers(0, 4)))
        array = random_view(rng, np.zeros(shape, dtype=dtype, order=rng.choice(["C", "F"])))
        seen = strided(array)
        expected = {e.index: where(array, e.index) for e in seen.elements}
        assert {e.index: seen.memory_start + e.offset for e in seen.elements} == expected
        assert {index: seen.memory_start + offset for index, offset in drawn(seen).items()} == expected
        if array.ndim <= 3 and all(n <= 3 for n in array.shape):
            assert set(expected) == set(product(*map(range, array.shape)))
        assert all(0 <= e.offset <= seen.memory_bytes - array.itemsize for e in seen.elements)


def test_every_cell_of_memory_says_which_elements_lie_in_it():
    grid = np.arange(24).reshape(4, 6).copy()
    text = strided(grid[1:-1:2, 1:-1:2]).svg
    titles = re.findall(r"<title>byte (\d+): ([^<]*)</title>", text)
    assert len(titles) == 24
    found = {int(at): words for at, words in titles if words != "not in the array"}
    assert found == {7 * 8: "[0, 0]", 9 * 8: "[0, 1]"}


def test_a_stride_of_zero_shows_several_elements_in_one_cell():
    seen = strided(np.broadcast_to(np.arange(4), (3, 4)))
    assert re.findall(r"× 3</text>", seen.svg) == ["× 3</text>"] * 4
    assert "no step along axis 0, the same elements again" in seen.alt
    assert "The 12 elements drawn lie in 4 places." in seen.alt


def test_a_negative_stride_begins_behind():
    seen = strided(np.arange(10)[8:2:-2])
    assert [e.offset for e in seen.elements] == [64, 48, 32]
    assert "16 bytes back along axis 0" in seen.alt and "first element is at byte 64" in seen.alt


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: np.arange(3), "It owns its memory: 24 bytes."),
        (lambda: np.arange(3)[1:], "the memory belongs to another array (3 int64): 24 bytes"),
        (lambda: np.arange(12).reshape(3, 4).T, "the memory belongs to another array (12 int64): 96 bytes"),
        (lambda: np.frombuffer(b"0123456789ab", "<i4", offset=4), "belongs to an object of type bytes: 12 bytes."),
        (lambda: np.frombuffer(bytearray(8), "i1")[2:4], "belongs to an object of type bytearray: 8 bytes."),
        (lambda: as_strided(np.arange(4), (3, 2), (8, 8)), "the memory belongs to another array (4 int64): 32 bytes"),
    ],
)
def test_it_is_said_who_owns_the_memory(make, words):
    assert words in strided(make()).alt


def test_memory_and_offset_are_those_of_the_owner():
    owner = np.zeros((4, 5))
    memory = memory_of(owner[2:, ::-1].T[1:])
    assert (memory.start, memory.nbytes) == (owner.ctypes.data, owner.nbytes)


def test_a_mapped_file_is_drawn(tmp_path):
    np.arange(6, dtype="<i4").tofile(tmp_path / "numbers")
    mapped = np.memmap(tmp_path / "numbers", dtype="<i4", mode="r", offset=4)
    seen = strided(mapped)
    assert "object of type mmap" in seen.alt and "read-only" in seen.alt
    assert [e.text for e in seen.elements] == list("12345")
    assert [seen.memory_start + e.offset for e in seen.elements] == [where(mapped, (i,)) for i in range(5)]


@pytest.mark.parametrize(
    "array",
    [
        np.array(3.5),
        np.zeros((0, 3)),
        np.zeros((3, 0, 2)),
        np.zeros(0, "S0"),
        np.zeros(3, "V0"),
        np.zeros(2, []),
        np.array([None, [], {}, "text", 10**400, 1.5], object),
        np.array(["a\n<b>&", "\x01"], "U9"),
        np.array([np.nan, np.inf, -1.25e-300, 1e300]),
        np.array(["NaT", "2026-11-25"], "M8[ns]"),
        np.zeros((2,) * 6, "f4"),
        np.zeros((300, 200, 100), "i1"),
        np.char.asarray(["a", "bc"]),
        np.ma.masked_array([1, 2, 3], [0, 1, 0]),
        np.rec.array([(1, 2.0)], names="a,b"),
        np.zeros((2, 3), dtype=[("at", "f8", (2,)), ("what", "O")]),
        as_strided(np.arange(20, dtype="i1"), (5,), (3,)).view(),
        np.zeros(9, "i1")[1:].view("<i4"),
        np.zeros(20, "i1")[3:11].view("<f8"),
        np.broadcast_to(np.float64(2), (2, 2)),
        np.longdouble([1, 2]),
        np.zeros(4, "c16").imag,
    ],
    ids=lambda a: f"{a.dtype.kind}{a.itemsize}-{a.shape}",
)
def test_any_array_is_drawn(array):
    seen = strided(array)
    root = ElementTree.fromstring(seen.svg)
    assert root.get("role") == "img" and len(root.get("aria-label")) > 40
    assert seen.svg == strided(array).svg
    data, metadata = seen._repr_mimebundle_()
    assert data["text/plain"].startswith("[drawing] ") and metadata["image/svg+xml"]["alt"] == seen.alt
    assert repr(seen)
    width, height = (float(n) for n in root.get("viewBox").split()[2:])
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert float(text.get("y")) <= height and float(text.get("font-size")) >= width / 100


def test_what_reaches_outside_of_its_owner_is_drawn_but_not_read():
    small = np.arange(3)
    seen = strided(as_strided(small, (5,), (8,)))
    assert "16 bytes of it lie outside of that memory, and are not read." in seen.alt
    assert [e.text for e in seen.elements] == ["?"] * 5


def test_large_arrays_are_cut_in_the_open():
    seen = strided(np.zeros((500, 400)))
    assert "Of 200,000 elements 54 are drawn." in seen.alt
    assert len(drawn(seen)) == len(seen.elements) == 54
    assert max(e.index for e in seen.elements) == (499, 399)
    assert len(seen.svg) < 60_000
    assert "Three of 5 dimensions are drawn: those of array[0, 0]." in strided(np.zeros((2, 2, 3, 3, 4))).alt


def test_addresses_are_relative_so_that_two_runs_draw_the_same():
    assert strided(np.arange(12.0).reshape(3, 4)).svg == strided(np.arange(12.0).reshape(3, 4)).svg


def test_the_drawing_keeps_no_reference_to_the_array():
    array = np.arange(5).view(type("Mine", (np.ndarray,), {}))
    gone = weakref.ref(array)
    seen = strided(array)
    del array
    gc.collect()
    assert gone() is None and seen.alt


def test_objects_in_an_array_run_no_code():
    class Loud:
        def __repr__(self):
            raise RuntimeError("looked at")

        __str__ = __format__ = __repr__

    assert "Loud" in strided(np.array([Loud()], object)).elements[0].text


@pytest.mark.parametrize("thing", [[1, 2], np.float64(1), "text", None, memoryview(b"ab")], ids=lambda x: str(type(x)))
def test_anything_else_is_refused_in_words(thing):
    with pytest.raises(TypeError, match=r"strided\(\) draws NumPy arrays, and this is a \w+"):
        strided(thing)


@pytest.mark.filterwarnings("error")
def test_what_broadcast_arrays_returns_is_called_read_only_without_a_warning():
    seen, _ = np.broadcast_arrays(np.arange(3), np.zeros((2, 3)))
    assert "It is read-only." in strided(seen).alt
