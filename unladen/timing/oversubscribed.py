"""Processes times threads of a linear-algebra library: how much all of them get done together, as a map.

The library reads how many threads it may start when it is loaded. So each process is given the variables first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress

import numpy as np

from unladen.compiling.absent import Absent
from unladen.show import chart_style, figure, marked

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
PATIENCE = 60.0  # seconds
_PROGRAM = """
import sys, time
import numpy as np
a = np.full((200, 200), 1 / 200)
a @ a
print("ready", flush=True)
sys.stdin.readline()
end, products = time.perf_counter() + float(sys.argv[1]), 0
while time.perf_counter() < end:
    a @ a
    products += 1
print(products, flush=True)
"""


def products(processes: int, threads: int, seconds: float = 0.12) -> float:
    """Products of matrices (200²) a second, of so many processes together, each with so many threads of BLAS.

    All of them are started and ready before the first begins. Nothing of them is left, whatever happens. Raises
    ``RuntimeError`` if one of them does not come so far.
    """
    environment = os.environ | dict.fromkeys(VARIABLES, str(threads))
    with ExitStack() as stack:
        crew = [stack.enter_context(_process(seconds, environment)) for _ in range(processes)]
        for one in crew:
            if one.stdout.readline().strip() != "ready":
                raise RuntimeError(f"a process with {threads} threads of BLAS ended before it began")
        start = time.perf_counter()
        for one in crew:
            one.stdin.write("go\n")
            one.stdin.flush()
        done = sum(int(one.stdout.readline()) for one in crew)
        return done / (time.perf_counter() - start)


class _process:
    """A child that multiplies matrices for some seconds, once it is told to; it ends with the ``with``."""

    def __init__(self, seconds: float, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-c", _PROGRAM, str(seconds)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.child = subprocess.Popen(command, env=environment, text=True, **pipes)

    def __enter__(self) -> subprocess.Popen:
        return self.child

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self.child.kill()
        self.child.wait(PATIENCE)
        for pipe in (self.child.stdin, self.child.stdout):
            with suppress(OSError):
                pipe.close()


def heat_map(rates: Mapping[tuple[int, int], float], x: str, y: str, alt: str) -> None:
    """Display numbers by (y, x) as a map with each number in its cell, as a share of the greatest, under ``alt``."""
    best = max(rates.values())
    told = ", ".join(
        f"{row} and {column}: {marked(f'{100 * rate / best:.0f} %')}" for (row, column), rate in rates.items()
    )
    percent = {at: 100 * rate / best for at, rate in rates.items()}
    figure(_map(percent, x, y, f"{alt.rstrip('.')} (of the best)"), f"{alt} {y} and {x}, of the best: {told}.")


@chart_style()
def _map(percent: Mapping[tuple[int, int], float], x: str, y: str, title: str):
    from matplotlib.figure import Figure

    rows, columns = (sorted({at[which] for at in percent}) for which in (0, 1))
    numbers = np.array([[percent[row, column] for column in columns] for row in rows])
    fig = Figure(figsize=(6.5, 3.6), layout="constrained")
    axes = fig.subplots()
    axes.imshow(numbers, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), number in np.ndenumerate(numbers):
        axes.text(column, row, f"{number:.0f} %", ha="center", va="center", color="black" if number > 55 else "white")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel=x, ylabel=y, title=title)
    return fig


def threads_of_blas(when: str, threads: int = 1) -> int | Absent:
    """How many threads a fresh process has after a product of matrices, where ``threads`` are asked for.

    ``when`` is "before the import" of NumPy, "after the import", or "never". Linux and macOS count alike. ``Absent``
    where NumPy's library is not OpenBLAS, and starts its threads in other ways.
    """
    import psutil  # noqa: F401  which the child needs

    name = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    if "openblas" not in name:
        return Absent(f"NumPy's products of matrices are made by {name} here, and not by OpenBLAS")
    ask = f"os.environ.update(dict.fromkeys({VARIABLES}, '{threads}'))\n"
    program = "import os, psutil\n"
    program += ask * (when == "before the import") + "import numpy as np\n" + ask * (when == "after the import")
    program += "a = np.ones((200, 200))\na @ a\nprint(psutil.Process().num_threads())\n"
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return int(done.stdout)
