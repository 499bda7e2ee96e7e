"""A small copy of the repository for the tests of set-up: the files that run before there is an environment."""

from __future__ import annotations

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BEFORE = (  # standard library only
    "advice.py",
    "bootstrap.py",
    "browser.py",
    "ceilings.py",
    "doctor.py",
    "environment.py",
    "findings.py",
    "headers.py",
    "host.py",
    "installers.py",
    "inventory.py",
    "locks.py",
    "network.py",
    "places.py",
    "steps.py",
    "storage.py",
    "toolchain.py",
    "variables.py",
)
OLD = ("host/allowance.py", "host/packages.py", "compiling/shared.py")  # which those load, by Python 3.6 as well


def small_copy(folder: Path) -> Path:
    """Copy what set-up and doctor need, with the locks, into ``folder`` and return it."""
    course = folder / "unladen" / "course"
    course.mkdir(parents=True)
    for name in BEFORE:
        shutil.copy(REPOSITORY / "unladen" / "course" / name, course)
    (folder / "unladen" / "host").mkdir()
    for name in ("allowance.py", "packages.py"):
        shutil.copy(REPOSITORY / "unladen" / "host" / name, folder / "unladen" / "host")
    (folder / "unladen" / "compiling").mkdir()
    for name in ("python_headers.py", "shared.py"):
        shutil.copy(REPOSITORY / "unladen" / "compiling" / name, folder / "unladen" / "compiling")
    (course / "__init__.py").touch()
    (course.parent / "__init__.py").touch()
    for lock in REPOSITORY.glob("requirements*.txt"):
        shutil.copy(lock, folder)
    return folder
