"""Run a script that needs a package of an extra, or show the recorded run where the package is not installed.

The records lie in ``results/extras/``, for they belong to scripts of ``native/``, not to cells.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from unladen.elsewhere import pythons
from unladen.elsewhere.interpreters import present
from unladen.elsewhere.pythons import HERE
from unladen.elsewhere.recorded import Job, Results, here_or_recorded
from unladen.elsewhere.records import ROOT
from unladen.folders import NATIVE

# package: the extra that installs it, the script that uses it, and the notebook that shows it
SCRIPTS = {
    "pythran": ("jit", "longest_pythran.py", "notebooks/10-jit.ipynb"),
    "taichi": ("jit", "longest_taichi.py", "notebooks/10-jit.ipynb"),
}


def with_extra(package: str) -> Results:
    """Run the script for ``package`` with this Python, in a process of its own; without the package, the record.

    The result shows itself and is a dictionary: ``["here"]`` holds what the script left in ``result``.
    Raises ``KeyError`` for a package that no script is for, ``Elsewhere`` if the script fails or has no record.
    """
    return here_or_recorded(job(package))


def job(package: str) -> Job:
    """To run the script for ``package``."""
    extra, script, notebook = SCRIPTS[package]
    source = (NATIVE / script).read_text(encoding="utf-8")
    here = importlib.util.find_spec(package)
    return Job(
        key=f"extras/{Path(script).stem}",
        names=(HERE,),
        source=source,
        missing="" if here else f"{package} is not installed; to get it: make lab WITH={extra}",
        made=lambda: [pythons.run(HERE, present(), source)],
        notebook=notebook,
        extra=extra,
        another="version of the script",
    )


def jobs(notebook: Path) -> Iterator[Job]:
    """What is recorded of the packages that a notebook shows."""
    for package, (_, _, shown_in) in SCRIPTS.items():
        if notebook == ROOT / shown_in:
            yield job(package)
