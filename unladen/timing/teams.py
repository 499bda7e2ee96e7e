"""Teams of threads: how many a library makes of them when two threads of Dask call it at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from unladen.compiling.absent import Absent
from unladen.sandbox.stand_in import StandIn
from unladen.timing.oversubscribed import VARIABLES

_PROGRAM = """
import os, sys, threading
for name in [name for name in os.environ if name in {own!r} or name.startswith(("OMP_", "NUMBA_", "GOMP_", "KMP_"))]:
    del os.environ[name]
os.environ.update({settings!r})
import dask.array as da, numba, numpy as np, psutil
numba.config.THREADING_LAYER = "omp"

@numba.njit(parallel=True, nogil=True)
def loop(numbers):
    total = 0.0
    for i in numba.prange(len(numbers)):
        total += numbers[i]
    return total

def threads_after(work):
    gate = threading.Barrier(2, timeout=60)  # both threads of Dask are in it, at the same time
    def both(block):
        gate.wait()
        work(block)
        return block
    da.ones((800, 400), chunks=400).map_blocks(both, meta=np.ones((0, 0))).compute(scheduler="threads", num_workers=2)
    return psutil.Process().num_threads()

{before}
own = threads_after(abs)
blas = threads_after(lambda block: block @ block)
try:
    loop(np.ones(9))  # compiled, and the team of this thread is there
except ValueError:
    print(2 + blas - own, 0, flush=True)  # no OpenMP for Numba here
else:
    start = psutil.Process().num_threads()
    print(2 + blas - own, 2 + threads_after(lambda block: loop(block[0])) - start, flush=True)
"""


@dataclass(frozen=True)
class Teams:
    """Dask's two threads and those that their calls have added: by products of matrices, and by a ``prange``."""

    blas: int | Absent
    numba: int | Absent


def teams(settings: Mapping[str, str], before: str = "") -> Teams:
    """Count the threads in a fresh process with these environment variables, after two threads of Dask have called.

    ``before`` is Python that runs there first, with ``numba`` and ``np`` imported. Linux and macOS count alike.
    ``Absent`` for NumPy's products where its library is not OpenBLAS, for Numba where it has no OpenMP. Raises
    ``RuntimeError`` with the child's error if it did not come so far.
    """
    source = _PROGRAM.format(settings=dict(settings), before=before, own=VARIABLES)
    with StandIn(source, seconds=120.0) as child:
        said = child.printed_or_stopped()
        if not said:
            raise RuntimeError(f"the process that counts {child.how}: {child.error or 'no error told'}")
    blas, team = map(int, said.split())
    library = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    return Teams(
        blas if "openblas" in library else Absent(f"NumPy's products of matrices are made by {library} here"),
        team or Absent("Numba has no OpenMP here"),
    )


@contextmanager
def two_threads() -> Iterator[None]:
    """Dask's tasks run in two threads, which end with the ``with``; those that Dask starts by itself stay."""
    import dask

    with ThreadPoolExecutor(2) as pool, dask.config.set(scheduler="threads", pool=pool):
        yield
