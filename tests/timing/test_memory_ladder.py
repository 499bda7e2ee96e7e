"""The waits for memory: steps are found where they are, and agree with what the system and other tools say."""

from __future__ import annotations

import re
import shutil
import time

import numpy as np
import pytest

from tests.helpers import compilers
from unladen.compiling import native
from unladen.host.packages import install_command
from unladen.show import FENCE, Volatile
from unladen.timing import claim, machine, waiting
from unladen.timing.curve import chart
from unladen.timing.memory import Waits, aligned, flat_stretches, lowered, sweep
from unladen.timing.opinions import Opinion, Opinions, lscpu, processor_card

pytestmark = [pytest.mark.measures, pytest.mark.chapters(2)]

SIZES = [2 ** (12 + k / 2) for k in range(33)]


def stairs(*levels_and_ends, noise=0.0, seed=1):
    """Waits on SIZES: each level (nanoseconds) up to a working set of so many bytes, with noise that only adds."""
    dice = np.random.default_rng(seed)
    levels = [next(level for level, end in levels_and_ends if size <= end * 1.01) for size in SIZES]
    return [1e-9 * level * (1 + noise * abs(dice.normal())) for level in levels]


THREE_CACHES = ((1.5, 2**15), (4.0, 2**20), (15.0, 2**24), (100.0, 2**30))


@pytest.fixture(scope="module")
def curves():
    """The curves of this machine, as often as it was measured."""
    compilers.needed("c")
    return []


@pytest.fixture
def measured(curves, request):
    """The curve of this machine, measured anew where a test is run once more."""
    if not curves or getattr(request.node, "execution_count", 1) > 1:
        curves.append(sweep())
    return curves[-1]


# -- finding steps


def test_flat_stretches_are_found_in_order_and_slopes_are_left_out():
    curve = [1, 1.1, 1, 2, 3, 5, 5, 5.5, 5.2, 20, 40, 41, 40, 45]
    assert flat_stretches(curve) == [range(0, 3), range(5, 9), range(10, 14)]
    assert flat_stretches([1, 2, 4, 8, 16, 32]) == []
    assert flat_stretches([]) == []
    assert flat_stretches([3, 3], fewest=2) == [range(0, 2)]


def test_noise_that_adds_is_lowered_to_what_more_memory_takes():
    assert lowered([1, 5, 2, 3]) == [1, 2, 2, 3]


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("seed", range(5))
def test_steps_are_found_where_they_are(noise, seed):
    waits = Waits(SIZES, stairs(*THREE_CACHES, noise=noise, seed=seed))
    assert len(waits.steps) == 4
    assert [round(step.seconds * 1e9 / level) for step, (level, _) in zip(waits.steps, THREE_CACHES, strict=True)] == [
        1
    ] * 4
    for end in (2**15, 2**20, 2**24):
        assert waits.off(end) <= 1.5
    assert waits.off(2**28) > 10


def test_a_step_that_is_hidden_is_not_invented():
    waits = Waits(SIZES, stairs((1.5, 2**15), (4.0, 2**20), (100.0, 2**30)))
    assert len(waits.steps) == 3
    assert waits.off(2**25) == 32
    rows = [list(map(str, row)) for row in waits.beside({"L1": 2**15, "L3": 2**25}).rows]
    assert [row[-1] for row in rows] == ["seen", "-", "hidden, or shared with others"]


def test_a_bend_within_a_step_does_not_make_two_of_it():
    waits = Waits(SIZES, stairs((1.5, 2**15), (4.0, 2**18), (5.8, 2**21), (90.0, 2**30)))
    assert [round(step.seconds * 1e9, 1) for step in waits.steps] == [1.5, 4.0, 90.0]


def test_measuring_again_never_makes_a_wait_longer():
    compilers.needed("c")
    waits = Waits([2**12, 2**13, 2**14, 2**26], [1.0, 1e-12, 1.0, 1.0])
    off = waits.off(2**13).again()
    assert off.waits is waits and waits.measured[1] == 1e-12 and waits.measured[3] == 1.0
    assert max(waits.measured[0], waits.measured[2]) < 1e-6


def test_a_curve_without_steps_is_shown_all_the_same():
    waits = Waits(SIZES, [1e-9 * 2**k for k in range(len(SIZES))])
    assert waits.steps == [] and "nowhere flat" in repr(waits)
    assert waits.chart()


def test_what_is_shown_is_marked():
    waits = Waits(SIZES, stairs(*THREE_CACHES))
    assert repr(waits).count(FENCE) == 2 and "step 4: 100 ns an access, from 22.6 MiB on" in repr(waits)
    for row in waits.beside({"L1": 2**15}).rows:
        assert all(isinstance(cell, Volatile) for cell in row[1:])


# -- measuring


def test_memory_is_aligned_and_zero():
    array = aligned(2**16)
    assert array.ctypes.data % 2**14 == 0
    assert (array.dtype, array.nbytes, array.any()) == (np.uint64, 2**16, False)


def test_far_memory_is_far_here(measured):
    assert measured.sizes[0] == 4096 and measured.sizes[-1] >= min(2**28, machine().memory // 8)
    near, far = measured.steps[0].seconds, measured.steps[-1].seconds
    claim("far memory is another step than near memory", len(measured.steps), at_least=2, timed=True)
    claim("far memory is far", far / near, at_least=5, timed=True)
    claim("near memory is near, in nanoseconds", 1e9 * near, at_least=0.2, at_most=20, timed=True)


@pytest.mark.parametrize("level", ["L1", "L2"])
def test_steps_end_where_the_system_says_that_caches_do(measured, level):
    told = machine().caches.get(level)
    if not told:
        pytest.skip(f"this system does not tell the size of {level}: believe the curve")
    claim(f"a step ends where {level} does, within a factor", measured.off(told), at_most=3, timed=True)


def test_a_second_visit_to_the_same_cache_line_is_nearly_free():
    compilers.needed("c")
    kernels, buffer = native("latency.c"), aligned(512 * 256)

    def some_hops(gap):
        kernels.link_cycle(buffer, 512, 256 // 8, gap // 8, 512)
        kernels.chase(buffer, 0, 1024)
        start = time.perf_counter()
        kernels.chase(buffer, 0, 4096)
        return time.perf_counter() - start

    def beside_the_same(gap):
        rounds = np.array([[some_hops(8), some_hops(gap)] for _ in range(200)])
        return float(np.median(rounds[:, 1] / rounds[:, 0]))

    claim("the same line is free", lambda: beside_the_same(32), at_least=0.85, at_most=1.15)
    claim("another line is not", lambda: beside_the_same(192), at_least=1.2)


# -- waits in human time


def test_a_nanosecond_becomes_a_second():
    told = {
        3e-10: "0.300 s",
        1e-9: "1.00 s",
        1.5e-7: "2.50 min",
        1e-5: "2.78 hours",
        1e-3: "11.6 days",
        1.0: "31.7 years",
    }
    assert {seconds: str(waiting.in_human_time(seconds)) for seconds in told} == told


def test_waits_show_themselves_marked_and_without_numbers_in_words(capsys):
    ladder = waiting.Waiting({"addition": 3e-10, "start": 0.02})
    rows = [re.split(r"\s{2,}", line) for line in repr(ladder).splitlines()[2:]]
    assert rows == [["addition", "≈ 0.300 ns", "≈ 0.300 s"], ["start", "≈ 20.0 ms", "≈231 days≈"]]
    ladder._ipython_display_()
    assert "addition, start." in capsys.readouterr().out


def test_pages_come_from_disk_or_from_memory():
    pages = waiting.read_pages(2**20, 20)
    assert 0 < pages.from_memory < 0.1 and 0 < pages.from_disk < 1
    assert pages.from_memory < 2 * pages.from_disk


# -- other people's tools


def test_the_card_of_the_processor_has_fixed_rows_with_and_without_lscpu(monkeypatch, tmp_path):
    rows = processor_card().rows
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lscpu() == {}
    others = processor_card().rows
    assert [(row[0], row[2]) for row in rows] == [(row[0], row[2]) for row in others]
    assert all(isinstance(row[1], Volatile) and row[1] for row in [*rows, *others])


@pytest.mark.skipif(not shutil.which("lscpu"), reason="no lscpu here: it belongs to Linux (util-linux)")
def test_lscpu_is_read():
    told = lscpu()
    assert int(told["CPU(s)"]) >= 1 and told["vector units"]


@pytest.mark.parametrize("tool", ["mbw", "sysbench"])
def test_an_independent_tool_does_not_contradict_by_a_factor_of_four(tool):
    if not shutil.which(tool):
        pytest.skip(f"no {tool} here: {install_command(tool)}")
    opinions = Opinions([tool])
    assert opinions.found[0].rate, f"{tool} printed something else than expected: see unladen/timing/opinions.py"
    ours = {"copy": machine().bandwidth.copy, "read": machine().bandwidth.read}
    claim(f"{tool} contradicts machine() by a factor", opinions.contradict(ours), at_most=4)


def test_a_missing_tool_has_no_opinion_and_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    opinions = Opinions()
    ours = {"copy": 1e10, "read": 2e10}
    assert opinions.contradict(ours) == opinions.contradict(ours).again() == 1
    rows = opinions.beside(ours).rows
    assert [row[:2] for row in rows] == [("mbw", "copy"), ("sysbench", "read")]
    assert rows[0][2] == f"not here: {install_command('mbw')}" and isinstance(rows[0][2], Volatile)


@pytest.mark.parametrize("tool, kind", [("mbw", "copy"), ("sysbench", "read")])
def test_a_tool_contradicts_a_limit_only_by_moving_more(tool, kind):
    assert Opinion(tool, kind, 0.6e9).factor(13e9) == 1
    assert Opinion(tool, kind, 2e10).factor(1e10) == 2


def test_a_curve_has_its_ideal_and_its_mark():
    fig = chart({1: 10.0, 2: 19.0, 4: 20.0}, "threads", "GB/s", ideal=[10, 20], mark=2, log=False)
    assert fig.axes[0].get_xlabel() == "threads"
    assert [text.get_text() for text in fig.axes[0].get_xticklabels()] == ["1", "2", "4"]
