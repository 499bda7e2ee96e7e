"""What one core of this machine can do at most: bytes a second from memory, floating-point operations a second.

Measured by the kernels ``native/bandwidth.c`` and ``native/peak.c``; without a C compiler, by NumPy.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unladen.folders import NATIVE
from unladen.host import hardware
from unladen.timing.stopwatch import Lane

KINDS = ("read", "copy", "triad", "flops")
ARRAY = 2**26  # bytes of each of the three arrays: 64 MiB, twice a large third-level cache's share of one core
SAMPLES = 7
STEPS = 50_000
# The fastest instructions that this very machine has, in the order in which compilers accept the request.
FLAGS = (("-march=native", "-ffp-contract=fast"), ("-mcpu=native", "-ffp-contract=fast"), ())


@dataclass(frozen=True)
class Bandwidth:
    """Bytes a second between memory and one core: ``read`` (a sum), ``copy``, ``triad`` (a + s·b); measured ``by``.

    Where these are the best that a machine has shown, ``now`` has what it shows in this session.
    """

    read: float
    copy: float
    triad: float
    by: str
    now: Bandwidth | None = None


@dataclass(frozen=True)
class Peak:
    """Floating-point operations (double precision) a second on one core, measured ``by`` what."""

    flops: float
    by: str


def measure_bandwidth(nbytes: int = ARRAY) -> Bandwidth:
    """Measure the bandwidth with three arrays of ``nbytes`` each, or smaller ones where memory is short."""
    import numpy as np

    nbytes = max(2**12, min(nbytes, hardware.free_memory() // 8) // 64 * 64)
    n = nbytes // 8
    a, b, c = np.ones(n), np.ones(n), np.ones(n)
    whole = a.view(np.uint64)
    kernels = for_this_machine("bandwidth.c")
    if kernels:
        read: Callable = lambda: kernels.sum_all(whole, n)  # noqa: E731
        copy: Callable = lambda: kernels.copy_all(a, b, n)  # noqa: E731
        triad: Callable = lambda: kernels.triad(a, b, c, n, 3.0)  # noqa: E731
    else:
        read, copy = whole.sum, lambda: np.copyto(b, a)

        def triad() -> None:
            np.multiply(b, 3.0, out=c)
            np.add(a, c, out=c)

    fastest = _interleaved([read, copy, triad])
    moved = (nbytes, 2 * nbytes, 3 * nbytes)
    return Bandwidth(
        *(m / t for m, t in zip(moved, fastest, strict=True)), "native/bandwidth.c" if kernels else "NumPy"
    )


def measure_peak() -> Peak:
    """Measure the arithmetic peak of one core."""
    kernels = for_this_machine("peak.c")
    if kernels is None:
        return Peak(product_of_numpy(), "NumPy")
    operations = STEPS * kernels.operations_per_step()
    fastest = _interleaved([lambda: kernels.multiply_add(STEPS, 0.999999, 1e-6)])[0]
    return Peak(operations / fastest, "native/peak.c")


def identity() -> tuple[object, ...]:
    """Return what measures: figures of another kernel, another compiler, another way to call them are not the same."""
    import numpy as np

    from unladen.compiling import BuildError, toolchain

    try:
        compiler: object = toolchain("c").identity
    except BuildError:
        compiler = f"NumPy {np.__version__}"
    texts = [path.read_bytes() for path in (Path(__file__), *(NATIVE / name for name in ("bandwidth.c", "peak.c")))]
    return compiler, os.environ.get("UNLADEN_SANITIZE", ""), *texts


def _interleaved(calls: list[Callable[[], object]]) -> list[float]:
    lanes = [Lane("", call) for call in calls]
    for lane in lanes:
        lane.first_call()
        lane.second_call()
        lane.calibrate()
    for _ in range(SAMPLES):
        for lane in lanes:
            lane.sample()
    return [lane.best for lane in lanes]


def for_this_machine(file: str):
    """Build a source of ``native/`` with the instructions that this very machine has; None without a compiler."""
    from unladen.compiling import BuildError, native

    for flags in FLAGS:
        try:
            return native(file, flags)
        except BuildError:
            continue
    return None


def product_of_numpy() -> float:
    """Operations a second of a matrix product, in a process of its own in which NumPy may use one core; else NaN."""
    size = 400
    code = (
        "import numpy as np, time\n"
        f"a = np.ones(({size}, {size})); best = 1e9\n"
        "for _ in range(20):\n"
        "    start = time.perf_counter(); a @ a; best = min(best, time.perf_counter() - start)\n"
        "print(best)"
    )
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | one, capture_output=True, text=True)
    return 2 * size**3 / float(done.stdout) if done.returncode == 0 else float("nan")
