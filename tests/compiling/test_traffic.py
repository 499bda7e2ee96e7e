"""The kernels of the chapter on compilers at run time: right at every length and alignment, in both precisions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import compilers
from unladen.compiling import native
from unladen.sandbox import run_isolated

pytestmark = pytest.mark.chapters(10)

ROOTS = {"root": np.float64, "root_streamed": np.float64, "root_streamed_single": np.float32}
SUMS = {"sum3": np.float64, "sum3_streamed": np.float64, "sum3_streamed_single": np.float32}
IN_CACHE = {"root_in_cache": np.float64, "root_in_cache_single": np.float32}


@pytest.fixture(scope="module")
def kernels():
    compilers.needed("cpp")
    return native("traffic.cpp")


@pytest.mark.parametrize("flags", [("-O0",), ("-O3",), ("-march=native", "-fno-math-errno")], ids=" ".join)
def test_it_compiles_without_a_warning(flags):
    compilers.needed("cpp")
    assert native("traffic.cpp", (*flags, "-Werror", "-Wall", "-Wextra"))


def numbers(n, dtype=np.float64):
    rng = np.random.default_rng(10)
    return [rng.uniform(*limits, n).astype(dtype) for limits in ((1, 2), (10, 20), (-1, 1))]


@pytest.mark.parametrize("name", ROOTS)
@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 16, 33, 100])
def test_a_root_solves_its_equation_and_nothing_beside_it_is_written(kernels, name, n):
    dtype = ROOTS[name]
    a, b, c = numbers(n, dtype)
    expected = (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)
    for start in range(0, 64 // dtype().itemsize):
        around = np.full(n + 32, 7, dtype=dtype)
        getattr(kernels, name)(a, b, c, around[start : start + n], n)
        # the subtraction loses digits, and a compiler may fuse it with the product
        assert np.allclose(around[start : start + n], expected, rtol=0, atol=40 * np.finfo(dtype).eps)
        assert (around[:start] == 7).all() and (around[start + n :] == 7).all()


@pytest.mark.parametrize("name", SUMS)
def test_the_loop_with_the_same_traffic_reads_all_and_writes_all(kernels, name):
    a, b, c = numbers(1003, SUMS[name])
    out = np.zeros_like(a)
    getattr(kernels, name)(a, b, c, out, len(a))
    assert np.array_equal(out, a + b + c)


@pytest.mark.parametrize("name", IN_CACHE)
def test_the_loop_without_traffic_stays_in_its_first_block(kernels, name):
    a, b, c = numbers(5000, IN_CACHE[name])
    out, block = np.zeros_like(a), 4096 // a.itemsize
    getattr(kernels, name)(a, b, c, out, len(a))
    assert (out[:block] != 0).all() and not out[block:].any()


def test_nothing_is_read_or_written_outside():
    compilers.needed("cpp")

    def run():
        kernels = native("traffic.cpp")
        for n in (0, 5, 8, 41):
            for name, dtype in {**ROOTS, **SUMS, **IN_CACHE}.items():
                a, b, c = numbers(n, dtype)
                getattr(kernels, name)(a, b, c, np.empty_like(a), n)

    outcome = run_isolated(run, seconds=60, sanitize=True)
    assert outcome.ok, str(outcome)
    if outcome.note:
        pytest.skip(outcome.note)
