"""The word ``peek``: what it says of memory is what Python says of the object."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.peek_core import CHECKS, Hostile, Plain, some_objects
from unladen.course.outputs import sanitised
from unladen.inside import layout
from unladen.inside import peek as peek_word
from unladen.inside.fields import LayoutError
from unladen.inside.memory import UnreadableError, reader
from unladen.inside.peek import peek

pytestmark = pytest.mark.chapters(5)

PROGRAM = """
from unladen import peek
class Point:
    def __init__(self):
        self.x, self.y = 1.5, "y"
things = [[1, 2.5], {"a": 1, "b": 2}, {1, 2, 3}, {"a", "b"}, 10**30, "naïve", 2.5, Point(), (1, "a"), b"ab", Point]
for thing in things:
    print(peek(thing))
    print(peek(thing)._repr_html_())
"""


@pytest.mark.parametrize("name", CHECKS)
def test_on_this_python(name):
    CHECKS[name]()


def test_an_array_of_numpy_is_its_shape_strides_and_values():
    grid = np.arange(12.0).reshape(3, 4).copy()
    seen = peek(grid)
    assert seen.size == sys.getsizeof(grid)
    assert seen["nd"].value == 2
    assert (seen["dimensions[0]"].value, seen["dimensions[1]"].value) == grid.shape
    assert (seen["strides[0]"].value, seen["strides[1]"].value) == grid.strides
    assert seen["data"].value == grid.ctypes.data
    assert seen["base"].value == 0
    assert seen["descr"].value == id(grid.dtype)
    assert seen["flags"].value & 0x4
    data = seen.parts[-1]
    assert b"".join(field.raw for field in data.fields) == grid.tobytes()
    assert data["data[0]"].value == 0.0


@pytest.mark.parametrize("cut", [np.s_[::2], np.s_[:, 1], np.s_[::-1], np.s_[1:, ::2]], ids=str)
def test_a_view_of_numpy_says_who_owns_its_values(cut):
    grid = np.arange(12.0).reshape(3, 4).copy()
    view = grid[cut]
    seen = peek(view)
    assert seen.size == sys.getsizeof(view)
    assert seen["base"].value == id(grid)
    assert [seen[f"strides[{axis}]"].value for axis in range(view.ndim)] == list(view.strides)
    assert seen.parts[-1].counted == 0
    low, _ = np.lib.array_utils.byte_bounds(view)
    assert seen.parts[-1].address == low


ARRAYS = [
    np.zeros(0), np.array(5), np.arange(100_000), np.array(["a", "bc"]), np.array([object(), None]), np.array([True]),
    np.ones((2, 3, 4), order="F"), np.array([(1, 2.0)], dtype="i4,f8"), np.arange(3, dtype=">i4"), np.float32([0.1]),
    np.ma.array([1, 2]), np.broadcast_to(np.arange(3), (4, 3)), np.frombuffer(b"abcdefgh", np.int16),
    np.float64(1.5), np.float32(0.1), np.int8(-1), np.uint64(2**63), np.bool_(True), np.complex128(1j),
    np.longdouble(1), np.float16(1), np.str_("abc"), np.bytes_(b"abc"), np.datetime64("2020-01-01"), np.dtype("f8"), np,
]  # fmt: skip


@pytest.mark.parametrize("thing", ARRAYS, ids=lambda thing: type(thing).__name__)
def test_numpy_objects_are_as_large_as_getsizeof_says(thing):
    seen = peek(thing)
    assert not seen.why_raw
    assert seen.size == sys.getsizeof(thing)
    for block in seen.blocks:
        assert sum(field.size for field in block.fields) == block.size
    assert repr(seen)
    assert seen._repr_html_()


def test_a_number_of_numpy_is_its_value():
    assert peek(np.float32(0.1))["obval"].raw == np.float32(0.1).tobytes()
    assert peek(np.int64(-7))["obval"].value == -7
    assert "0.1" in str(peek(np.float32([0.1])))
    assert "sys.getsizeof says 32" in str(peek(np.float64(1)))


def test_the_word_is_found_at_the_front_door():
    import unladen

    assert unladen.peek is peek_word is peek


def test_two_runs_differ_only_in_what_is_marked():
    """Addresses, counts and hashes are different in each run (the hash seeds differ), and all of them are marked."""
    shown = [_run(PROGRAM, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert shown[0] != shown[1]
    assert sanitised(shown[0]) == sanitised(shown[1])
    assert re.search(r"times 2\*\*30", sanitised(shown[0]))
    assert len(sanitised(shown[0])) > len(shown[0]) / 3, "most of it is compared"


def _run(program: str, **more: str) -> str:
    here = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": here, "PYTHONIOENCODING": "utf-8", **more}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wrong_addresses_cost_an_exception_not_the_process():
    with reader() as read:
        for address in (0, 8, 4096, 2**47, 2**64 - 16, -16):
            with pytest.raises(UnreadableError, match="16 bytes at"):
                read(address, 16)
        assert read(id(1.5), 8) != b""


@pytest.mark.parametrize("wrong", ["HEAD", "VERSION"])
def test_a_wrong_layout_is_noticed_and_said(monkeypatch, wrong):
    """As if the next Python had changed its structures: no crash, the bytes undivided, and a line that says so."""
    from unladen.inside import object_memory
    from unladen.inside.kinds import members, sequences, tables, text, types

    changed = layout.HEAD + 8 if wrong == "HEAD" else ((3, 14) if layout.VERSION == (3, 11) else (3, 11))
    for module in (layout, sequences, tables, text, types, object_memory, members):
        if hasattr(module, wrong):
            monkeypatch.setattr(module, wrong, changed)
    undivided = 0
    for thing in some_objects(5):
        seen = peek(thing)
        undivided += bool(seen.why_raw)
        assert not seen.why_raw or f"not divided into fields: {seen.why_raw}" in str(seen)
    assert undivided > 30


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("VERSION", (3, 15), "3.15 is not one of the versions that peek knows"),
        ("DEBUG", True, "a debug build of Python"),
    ],
)
def test_an_unknown_build_is_answered_with_the_reason(monkeypatch, name, value, words):
    monkeypatch.setattr(layout, name, value)
    assert words in str(peek([1]))
    assert words in peek([1])._repr_html_()


def test_another_thread_may_change_what_is_looked_at():
    import threading

    things: list = []
    table: dict = {}
    stop = threading.Event()

    def change():
        while not stop.is_set():
            for number in range(50):
                things.append(number)
                table[number] = number
            things.clear()
            table.clear()

    worker = threading.Thread(target=change)
    worker.start()
    try:
        for _ in range(100):
            assert repr(peek(things))
            assert repr(peek(table))
    finally:
        stop.set()
        worker.join()


def test_fields_read_well_on_a_slide(tmp_path):
    """The boxes and the list of an ordinary object fit a slide of 1280 × 720 with letters of 14 pixels."""
    from tests.helpers.browser import browser_context

    pages = {
        "list": [1, 2, "a"],
        "dict": {"a": 1, "b": []},
        "set": {1, 2, 3},
        "instance": Plain(),
        "str": "naïve",
        "n": 10**30,
    }
    with browser_context() as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1240, "height": 400})
        for name, thing in pages.items():
            page.set_content(f"<body style='margin:0'>{peek(thing)._repr_html_()}")
            height = page.evaluate("document.querySelector('.peek').getBoundingClientRect().height")
            width = page.evaluate("document.documentElement.scrollWidth")
            sizes = page.evaluate(
                "[...document.querySelectorAll('.peek *')].map(e => parseFloat(getComputedStyle(e).fontSize))"
            )
            assert height < 520, f"{name}: {height}"
            assert width <= 1240, f"{name}: {width}"
            assert min(sizes) >= 14, name


def test_a_layout_error_is_not_shown_for_a_class_that_lies_about_its_size():
    class Liar(list):
        def __sizeof__(self):
            return 10**12

    assert peek(Liar([1])).size < 1000
    assert issubclass(LayoutError, Exception)
    assert not peek(object.__new__(Hostile)).why_raw
