"""Vector instructions are found in the assembly of any compiler, on every processor the course runs on."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from unladen.compiling import packed

pytestmark = pytest.mark.chapters(10)


@pytest.mark.parametrize(
    "line",
    [
        "\tvmulpd\t(%rdx,%r9,8), %ymm1, %ymm2",  # LLVM, as Numba prints it
        "\tvfmadd231ps\t%zmm4, %zmm4, %zmm0",
        "  addpd xmm0, xmm1",
        "  vsqrtpd ymm3, ymm3",
        "\tvpaddq\t%ymm0, %ymm1, %ymm0",
        "\tfadd\tv0.2d, v0.2d, v1.2d",  # ARM under Linux
        "\tfmul.2d\tv0, v1, v2",  # ARM, as Apple writes it
    ],
)
def test_arithmetic_on_several_numbers_is_packed(line):
    assert packed(f"loop:\n{line}\n\tret") == [" ".join(line.split())]


@pytest.mark.parametrize(
    "line",
    [
        "\tvmulsd\t%xmm4, %xmm4, %xmm4",
        "\taddq\t$8, %rax",
        "\tvmovupd\t(%rdi), %ymm0",
        "\tfadd\td0, d0, d1",
    ],
)
def test_scalar_arithmetic_moves_and_labels_are_not(line):
    assert packed(line) == []


def test_numba_s_own_listing_is_read():
    @numba.njit
    def scale(a, x, y):
        for i in range(len(x)):
            y[i] += a * x[i]

    scale(2.0, np.ones(10), np.ones(10))
    assert packed(scale.inspect_asm(scale.signatures[0]))
