"""The kernels of the chapter on compilers at run time: the streamed loops are right at every length and alignment."""

from __future__ import annotations

import numpy as np
import pytest

from tests import compilers
from unladen.build import native, run_isolated


@pytest.fixture
def kernels():
    compilers.needed("c")
    return native("traffic.c")


@pytest.mark.parametrize("flags", [("-O0",), ("-O3",), ("-march=native", "-fno-math-errno")], ids=" ".join)
def test_it_compiles_without_a_warning(flags):
    compilers.needed("c")
    assert native("traffic.c", (*flags, "-Werror", "-Wall", "-Wextra"))


def numbers(n, seed=10):
    rng = np.random.default_rng(seed)
    return rng.uniform(1, 2, n), rng.uniform(10, 20, n), rng.uniform(-1, 1, n)


@pytest.mark.parametrize("name", ["root", "root_streamed"])
@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 16, 100])
def test_a_root_solves_its_equation_and_nothing_beside_it_is_written(kernels, name, n):
    a, b, c = numbers(n)
    for start in range(8):
        around = np.full(n + 16, 7.0)
        getattr(kernels, name)(a, b, c, around[start : start + n], n)
        x = around[start : start + n]
        assert np.allclose(a * x**2 + b * x + c, 0, atol=1e-12)
        assert (around[:start] == 7).all() and (around[start + n :] == 7).all()


@pytest.mark.parametrize("name", ["sum3", "sum3_streamed"])
def test_the_loop_with_the_same_traffic_reads_all_and_writes_all(kernels, name):
    a, b, c = numbers(1003)
    out = np.zeros(1003)
    getattr(kernels, name)(a, b, c, out, 1003)
    assert np.array_equal(out, a + b + c)


def test_the_loop_without_traffic_stays_in_its_first_block(kernels):
    a, b, c = numbers(2000)
    out = np.zeros(2000)
    kernels.root_in_cache(a, b, c, out, 2000)
    assert (out[:512] != 0).all() and not out[512:].any()


@pytest.mark.parametrize("n", [0, 5, 8, 41])
def test_nothing_is_read_or_written_outside(kernels, n):
    def run():
        a, b, c = numbers(n)
        out = np.empty(n)
        for name in ("root", "sum3", "root_streamed", "sum3_streamed", "root_in_cache"):
            getattr(kernels, name)(a, b, c, out, n)

    outcome = run_isolated(run, sanitize=True)
    assert outcome.ok, str(outcome)
