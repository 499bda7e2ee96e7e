"""What runs beside a call in a child process: the crash helper, or the compiler's sanitisers."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from unladen.folders import NATIVE


@cache
def crash_helper() -> str | None:
    """Path of the library that reports C functions in a crash; None where there is no compiler to build it with."""
    with contextlib.suppress(Exception):
        from unladen.compiling.compile import native

        return str(native(NATIVE / "crash.c", sanitize=False).build.path)
    return None


def runtime() -> tuple[str, str]:
    """The sanitisers' runtime, to be loaded first (paths, joined by colons), or "" and a sentence that says why not."""
    missing = "The sanitisers are not available here, so this ran without them: "
    from unladen.compiling.errors import BuildError
    from unladen.compiling.toolchains import toolchain

    try:
        chosen = toolchain("c")
    except BuildError:
        return "", missing + "there is no compiler."
    if chosen.kind == "zig":
        return "", missing + "the Zig compiler has no address sanitiser; install gcc or clang."
    found = _libraries(chosen.kind, chosen.command)
    if not any("asan" in path for path in found):
        return "", missing + f"{chosen.kind} lacks its runtime; install libasan (gcc) or compiler-rt (clang)."
    libraries = ":".join(found)
    if not _starts(libraries, _limits()):
        return "", missing + CANNOT_START + _guilty() + "."
    return libraries, ""


CANNOT_START = "they cannot start within this machine's limits on memory"
_NAMES = {"RLIMIT_AS": "ulimit -v", "RLIMIT_DATA": "ulimit -d"}


def _limits() -> tuple[int, ...]:
    import resource

    return tuple(resource.getrlimit(getattr(resource, name))[0] for name in _NAMES if hasattr(resource, name))


def _guilty() -> str:
    """Which limit it is, in parentheses; nothing where none is set: then the system itself has too little to give."""
    import resource

    told = [
        f"{command} is {limit // 1024}"
        for name, command in _NAMES.items()
        if (limit := resource.getrlimit(getattr(resource, name))[0]) != resource.RLIM_INFINITY
    ]
    return f" ({', '.join(told)})" if told else ""


@cache
def _starts(libraries: str, limits: tuple[int, ...]) -> bool:
    """Whether a program that does nothing ends well under the sanitisers, within these limits: asked once for each."""
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as folder:
        surroundings = dict(os.environ) | environment(libraries, Path(folder))
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            command = [sys.executable, "-I", "-S", "-c", ""]
            return subprocess.run(command, env=surroundings, capture_output=True, timeout=120).returncode == 0
    return True  # whatever else is wrong, it is not this


@cache
def _libraries(kind: str, command: tuple[str, ...]) -> list[str]:
    machine = os.uname().machine
    clang = [f"libclang_rt.asan-{machine}.so", "libclang_rt.asan.so"]
    if sys.platform == "darwin":
        clang = ["libclang_rt.asan_osx_dynamic.dylib"]
    # libstdc++ too: the sanitiser looks for C++'s throw once, at its start, and Python itself has none
    wanted = ["libasan.so", "libstdc++.so.6"] if kind == "gcc" else clang
    found = []
    for name in wanted:
        with contextlib.suppress(OSError):
            ask = [*command, f"-print-file-name={name}"]
            path = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
            if os.path.isabs(path) and os.path.exists(path):
                found.append(os.path.realpath(path))
    return found


def environment(libraries: str, folder: Path | None = None) -> dict[str, str]:
    """Environment of a child under the sanitisers; their reports go to ``FOLDER/sanitizer…``, without one to stderr."""
    log = f"log_path={folder / 'sanitizer'}:color=never" if folder else "color=never"
    # abort_on_error: Python's own handler then says which Python line it was
    asan = "detect_leaks=0:abort_on_error=1:allow_user_segv_handler=0:handle_sigfpe=1:allocator_may_return_null=1"
    return {
        "UNLADEN_SANITIZE": "1",
        "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD": libraries,
        "ASAN_OPTIONS": f"{log}:{asan}",
        "UBSAN_OPTIONS": f"{log}:print_stacktrace=0",
        "PYTHONMALLOC": "malloc",  # else Python's own pools hide its objects from the sanitiser
    }


# -- in a process that was started under the sanitisers, or not ------------------------------------------------------


def report_to(folder: str) -> None:
    """Have the reports of this process, which did not know it when it started, go to ``FOLDER/sanitizer…``."""
    import ctypes

    if os.environ.get("UNLADEN_SANITIZE") == "1":
        # gcc's second sanitiser is a library of its own; where it is not found, it reports to stderr
        for library in (None, "libubsan.so.1"):
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(library).__sanitizer_set_report_path(os.fsencode(os.path.join(folder, "sanitizer")))


def forget_what_was_freed() -> None:
    """Give back the memory that the sanitisers keep for a while after it was freed: two thirds, after many imports."""
    import ctypes

    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).__sanitizer_purge_allocator()
