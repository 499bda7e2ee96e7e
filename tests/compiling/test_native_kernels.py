"""The kernels of the chapter on the computer: right answers, clean builds, and machine code that does what is said."""

from __future__ import annotations

import ctypes
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.helpers import compilers
from unladen.compiling import BuildError, disassemble, native
from unladen.sandbox import run_isolated

pytestmark = pytest.mark.chapters(2)

FILES = ("latency.c", "strides.c", "branch.c", "units.c", "horner.c", "denormals.c", "meeting.c")


@pytest.fixture(autouse=True)
def a_compiler():
    compilers.needed("c")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("flags", [("-O0",), ("-O3",), ("-O3", "-march=native")], ids=" ".join)
def test_a_kernel_compiles_without_a_warning(file, flags):
    try:
        native(file, ("-march=native",))
    except BuildError:
        flags = tuple(flag for flag in flags if flag != "-march=native")  # a compiler that calls it otherwise
    assert native(file, (*flags, "-Werror", "-Wall", "-Wextra"))


def visited(next_, start=0):
    """The elements that a chase comes by, until it is back."""
    seen = [start]
    while (at := int(next_[seen[-1]])) != start:
        seen.append(at)
    return seen


@pytest.mark.parametrize("n", [0, 1, 2, 3, 64, 1000])
@pytest.mark.parametrize(("block", "gap"), [(1, 0), (8, 0), (8, 1), (8, 7)])
def test_a_chase_comes_by_every_block_once_and_by_its_second_element(n, block, gap):
    kernels = native("latency.c")
    next_ = np.full(n * block + 1, 99_999, dtype=np.uint64)
    kernels.link_cycle(next_, n, block, gap, 12)
    assert next_[n * block] == 99_999  # nothing is written behind the last block
    if n:
        way = visited(next_)
        assert sorted(way[:: 2 if gap else 1]) == [i * block for i in range(n)]
        assert way[1::2] == [at + gap for at in way[::2]] or not gap
        assert kernels.chase(next_, 0, len(way)) == 0
        assert [kernels.chase(next_, 0, steps) for steps in range(min(len(way), 5))] == way[:5]


def test_the_order_of_a_chase_is_random_and_comes_from_its_seed():
    kernels = native("latency.c")
    orders = []
    for seed in (1, 1, 3):
        next_ = np.zeros(4096, dtype=np.uint64)
        kernels.link_cycle(next_, 4096, 1, 0, seed)
        orders.append(visited(next_))
    assert orders[0] == orders[1] != orders[2]
    hops = np.diff(orders[0])
    assert abs(np.corrcoef(hops[1:], hops[:-1])[0, 1] + 0.5) < 0.1  # as for independent places
    assert np.mean(abs(hops) <= 8) < 0.02


def test_the_sums_are_sums():
    kernels, a = native("strides.c"), np.arange(1000, dtype=np.int64) ** 2
    places = np.array([5, 999, 5, 0], dtype=np.uint32)
    assert kernels.sum_every(a, 3, 200) == a[:600:3].sum()
    assert kernels.sum_at(a, places, 4) == a[places].sum()
    assert kernels.sum_every(a, 1, 0) == kernels.sum_at(a, places, 0) == 0


@pytest.mark.parametrize("numbers", [[], [3], [1, 5, 2, 9, 5, -7], range(-50, 50)], ids=["none", "one", "few", "many"])
def test_both_ways_keep_the_same_numbers(numbers):
    kernels, numbers = native("branch.c"), np.array(numbers, dtype=np.int32)
    for keep in (kernels.keep_branching, kernels.keep_branch_free):
        kept = np.zeros(len(numbers), dtype=np.int32)
        count = keep(numbers, len(numbers), 3, kept)
        assert kept[:count].tolist() == numbers[numbers >= 3].tolist()


@pytest.mark.parametrize("flags", [(), ("-march=native",)], ids=["plain", "native"])
def test_one_way_jumps_and_the_other_computes(flags):
    """The comparison of chapter 02 rests on this: no compiler may turn the jump into arithmetic, or the reverse."""
    kernels = native("branch.c", flags)
    computed = re.compile(r"(set|cmov|adc|sbb)\w*\b|c(s|inc)\w*")
    assert not [i for i in disassemble(kernels.keep_branching).instructions if computed.match(i)]
    assert [i for i in disassemble(kernels.keep_branch_free).instructions if computed.match(i)]


def test_chains_add():
    kernels = native("units.c")
    assert kernels.one_chain(100, 7) == 700
    assert kernels.four_chains(100, 7) == 2800


@pytest.mark.parametrize("flags", [(), ("-fno-tree-vectorize", "-fno-tree-slp-vectorize")], ids=["vectors", "none"])
def test_a_blend_is_the_same_with_and_without_vectors(flags):
    kernels = native("units.c", (*flags, "-ffp-contract=off"))
    x, y = np.arange(37, dtype=np.float32), np.ones(37, dtype=np.float32)
    expected = y
    for _ in range(3):
        expected = np.float32(0.5) * expected + x
    kernels.blend(y, x, 37, 3, 0.5)
    assert y.tolist() == expected.tolist()
    assert disassemble(kernels.blend).vectorised == (not flags)


def test_horner_computes_polynomials_in_blocks_of_64():
    kernels = native("horner.c")
    x, c = np.linspace(-2, 2, 200), np.array([3.0, -1.0, 0.5, 7.0])
    y = np.full(200, -1.0)
    kernels.horner(x, y, 200, c, 3)
    np.testing.assert_allclose(y[:192], np.polyval(c, x[:192]))
    assert (y[192:] == -1).all()


def test_denormals_are_flushed_only_where_that_was_asked_for():
    kernels = native("denormals.c")
    tiny = np.full(5, 4e-310)
    kernels.fade(tiny, 5, 2, 0.5)
    assert (tiny == 1e-310).all()
    if not kernels.can_flush():
        pytest.skip("native/denormals.c does not know how to flush on this processor: add it there")
    kernels.fade_flushed(tiny, 5, 1, 0.5)
    assert (tiny == 0).all()
    assert 4e-310 * np.float64(0.5) == 2e-310  # and Python computes as before
    normal = np.full(5, 3.0)
    kernels.fade_flushed(normal, 5, 2, 0.5)
    assert (normal == 0.75).all()


def everything():
    """Call every kernel at the edges of its arrays."""
    latency, strides, branch, units, horner, denormals, meeting = map(native, FILES)
    next_ = np.zeros(8 * 10, dtype=np.uint64)
    for gap in (0, 7):
        latency.link_cycle(next_, 10, 8, gap, 3)
        latency.chase(next_, 0, 50)
    a = np.ones(100, dtype=np.int64)
    strides.sum_every(a, 11, 10)
    strides.sum_at(a, np.array([0, 99], dtype=np.uint32), 2)
    numbers, kept = np.arange(10, dtype=np.int32), np.zeros(10, dtype=np.int32)
    branch.keep_branching(numbers, 10, 0, kept)
    branch.keep_branch_free(numbers, 10, 9, kept)
    units.one_chain(8, 2**63), units.four_chains(8, 2**63)
    units.blend(np.ones(7, dtype=np.float32), np.ones(7, dtype=np.float32), 7, 2, 0.5)
    horner.horner(np.ones(130), np.ones(130), 130, np.ones(4), 3)
    denormals.fade_flushed(np.full(9, 1e-310), 9, 2, 0.5)
    meeting.meet(np.zeros(1, dtype=np.int32), 1, 0)
    return True


def test_the_sanitisers_find_nothing_in_any_kernel():
    outcome = run_isolated(everything, seconds=60, sanitize=True)
    assert outcome.ok and outcome.value is True, outcome
    if outcome.note:
        pytest.skip(outcome.note)


def meetings(meet) -> list[int]:
    """What two threads are told that try to meet, one second each."""
    come = np.zeros(1, np.int32)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda _: meet(come, 2, 1), range(2)))


def test_two_threads_meet_in_c():
    assert meetings(native("meeting.c").meet) == [1, 1]


def test_they_do_not_meet_where_the_call_keeps_the_lock():
    meet = ctypes.PyDLL(str(native("meeting.c").build.path)).meet
    assert sorted(meetings(lambda come, *numbers: meet(come.ctypes.data_as(ctypes.c_void_p), *numbers))) == [0, 1]


def test_who_waits_for_nobody_waits_no_longer():
    assert native("meeting.c").meet(np.zeros(1, np.int32), 1, 60) == 1
