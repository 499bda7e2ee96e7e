"""What this machine lacks for parts of the course, what each is good for, and the command that installs it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from unladen.host.packages import install_command as install


@dataclass(frozen=True)
class Missing:
    """Something that is not here: ``what``, ``why`` the course wants it, and ``how`` to get it (a command)."""

    what: str
    why: str
    how: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}\n    {self.how}"


def missing(compilers: Mapping[str, str], pythons: list, gpu: str, counters: str) -> list[Missing]:
    """List what is not here, most useful first. Nothing of it is needed to follow the course."""
    gone = []
    if not {"gcc", "clang"} & compilers.keys():
        why = "compiles C and C++ cells faster than the embedded one"
        gone.append(Missing("a system C compiler", why, install("compiler")))
    if not any(python.free_threaded for python in pythons):
        how = install_python("3.14t")
        gone.append(Missing("a free-threaded Python", "threads that run Python at the same time", how))
    if not any(python.implementation == "PyPy" for python in pythons):
        gone.append(Missing("PyPy", "a Python with a just-in-time compiler throughout", install("PyPy")))
    if counters == "no perf":
        gone.append(Missing("perf", "counts cycles, cache misses and mispredicted branches", install("perf")))
    elif counters.startswith("perf"):
        how = "sudo sysctl kernel.perf_event_paranoid=1   (no use in most virtual machines: they hide the counters)"
        gone.append(Missing("the processor's counters", "cycles, cache misses and mispredicted branches", how))
    for name, why in (
        ("gfortran", "Fortran called from Python"),
        ("rustc", "Rust called from Python"),
        ("javac", "Java's garbage collector beside Python's"),
        ("mpiexec", "several processes that send messages"),
    ):
        if name not in compilers and not shutil.which(name):
            gone.append(Missing(name, why, install(name)))
    if not gpu:
        how = "(no command gives one: these cells show recorded results)"
        gone.append(Missing("an NVIDIA GPU", "the same work on thousands of small cores", how))
    return gone


def install_python(name: str) -> str:
    """Return the command that installs the Python that a name such as 3.14t or pypy3 stands for."""
    return install("PyPy") if name.startswith("pypy") else f"python -m uv python install {name.removesuffix('jit')}"
