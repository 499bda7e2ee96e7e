"""f2py makes a module of chapter 09's Fortran as its manual has it; without ``gfortran``, the recorded run is shown."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from unladen.compiling import python_headers
from unladen.compiling.terminal import Terminal
from unladen.elsewhere.recorded import Elsewhere, Job, Results, here_or_recorded
from unladen.elsewhere.records import ROOT, Run
from unladen.folders import NATIVE
from unladen.host.packages import install_command
from unladen.show import duration

SOURCE = "doors/fortran_door.f90"
NOTEBOOK = "notebooks/09-native.ipynb"
NAME = "f2py"
LINES = (
    "python -m numpy.f2py -c fortran_door.f90 -m fortran_door --backend meson > f2py.log 2>&1",
    'python -c "import fortran_door; print(fortran_door.quadratic.__doc__.splitlines()[0])"',
    'python -m timeit -s "import numpy, fortran_door; a, b, c, root = numpy.ones((4, 1))" '
    '"fortran_door.quadratic(a, b, c, root)"',
)


def with_f2py() -> Results:
    """Type the lines that make the module, show what it offers and time a call; the record where there is no Fortran.

    Raises ``Elsewhere`` if a line fails, or where there is neither a compiler nor a record.
    """
    return here_or_recorded(job())


def job() -> Job:
    """To type these lines."""
    return Job(
        key="fortran/f2py",
        names=(NAME,),
        source="\n".join([*LINES, (NATIVE / SOURCE).read_text(encoding="utf-8")]),
        missing=_missing(),
        made=lambda: [_run()],
        notebook=NOTEBOOK,
        another="version of these lines",
    )


def jobs(notebook: Path) -> Iterator[Job]:
    """What is recorded of Fortran in a notebook."""
    if notebook == ROOT / NOTEBOOK:
        yield job()


def _missing() -> str:
    """Say what is not here and how to get it; empty if f2py has all that it needs."""
    if not _version():
        return f"gfortran is not here; to get it: {install_command('gfortran')}"
    return "" if python_headers.folders() else python_headers.wanting()


def _run() -> Run:
    terminal = Terminal(SOURCE)
    typed = [terminal.typed(line) for line in LINES]
    for one in typed:
        if not one:
            raise Elsewhere(f"{one}\n{terminal.text('f2py.log')[-1500:]}")
    built, *asked = typed
    printed = f"$ {built.line}\n{duration(built.seconds)}; new here: {', '.join(built.files)}\n"
    printed += "\n".join(f"$ {one.line}\n{one.said}" for one in asked)
    return Run(NAME, f"gfortran {_version()}", printed, {"seconds": built.seconds, "files": list(built.files)})


def _version() -> str:
    """The version of gfortran, empty if there is none."""
    try:
        done = subprocess.run(["gfortran", "-dumpfullversion"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.strip()
