"""What a container, a spawner or ``ulimit`` keeps from the course: memory, processes, files, time. Standard library.

Each is tried where that takes a moment, and else read; what is too little is named with the limit that makes it so.
"""

import contextlib
import importlib.util
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

if __package__:
    from . import bootstrap, variables
    from .findings import broken
else:  # run by its path: the environment may be missing
    import bootstrap
    import variables
    from findings import broken

MEMORY = 1.5 * 2**30  # bytes: JupyterLab and a kernel after the hungriest chapter
ADDRESSES = 4 * 2**30  # bytes: what the libraries map, and do not use
THREADS = 100  # that JupyterLab, a kernel and what a chapter starts have at once
FEWEST = 30  # threads without which JupyterLab and one kernel do not start
FILES = 256  # that JupyterLab and its kernels have open
SECONDS = 3600  # of a processor's time that a long evening takes
MORE = "ask for more: docker run --memory=2g, a hub's mem_limit, a job's --mem"

# Started anew: how many threads it can have, and why not more.
STARTS = f"""
import threading
threading.stack_size(2**18)
done, count = threading.Event(), 0
try:
    for count in range({THREADS}):
        threading.Thread(target=done.wait, daemon=True).start()
    count += 1
finally:
    done.set()
    print(count)
"""


def check_ceilings(root: Path = Path("/")) -> list:
    """The limits that are too low for the course; none on most machines."""
    found = [*_check_memory(root), *_check_locks()]
    try:
        import resource
    except ImportError:
        return found
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)  # Jupyter raises its own limit to the highest allowed
    if resource.RLIM_INFINITY != files < FILES:
        found.append(_of_shell("files", f"{files} may be open; JupyterLab and its kernels need {FILES}", "n"))
    seconds, _ = resource.getrlimit(resource.RLIMIT_CPU)
    if resource.RLIM_INFINITY != seconds < SECONDS:
        found.append(_of_shell("time", f"a kernel that has computed for {seconds} s is ended", "t"))
    return found


def _check_memory(root: Path) -> list:
    found, limits = [], []
    allowance = _allowance()
    if allowance.memory_limits(root):
        limits.append(min(allowance.memory_limits(root)))
    with contextlib.suppress(OSError, ValueError):
        limits.append((os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), None))
    size, file = min(limits, key=lambda limit: limit[0], default=(MEMORY, None))
    if size < MEMORY:
        whose = f"this container or session is held to it by {file}" if file else "this machine has no more"
        detail = f"{size / 2**30:.2f} GiB ({whose}); chapters 07 and 10 need {MEMORY / 2**30:.1f}"
        fix = MORE if file else "close other programs, and open one notebook at a time"
        found.append(broken("memory", detail, fix, needed=False))
    for kind, letter, needed in (("RLIMIT_AS", "v", ADDRESSES), ("RLIMIT_DATA", "d", MEMORY)):
        limit = allowance.limit_of(kind)
        if limit < needed:
            detail = f"{limit / 2**30:.2f} GiB may be mapped; the course's libraries ask for {needed / 2**30:.1f}"
            found.append(_of_shell("memory", detail, letter))
    return found


def check_processes(root: Path = Path("/")) -> list:
    """Whether as many threads can be started as the course has at once; without one new process nothing goes on."""
    try:
        command = [sys.executable, "-I", "-S", "-c", STARTS]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
        words = done.stdout.split()
        count = int(words[-1]) if words else 0
    except (OSError, subprocess.SubprocessError):
        count = 0
    if count >= THREADS:
        return []
    detail = f"only {count} more threads or processes can be started, and the course has {THREADS} at once"
    left, file = min(_allowance().processes_left(root), default=(THREADS, None))
    if left < THREADS:
        fix = "ask for more: docker run --pids-limit, or TasksMax= of the unit"
        return [broken("processes", f"{detail} ({file})", fix, needed=count < FEWEST)]
    return [_of_shell("processes", detail, "u", needed=count < FEWEST)]


def _check_locks() -> list:
    """multiprocessing's locks live in /dev/shm, which a container may have not, or not for everybody."""
    try:
        multiprocessing.get_context("spawn").Lock()
    except (OSError, ImportError) as problem:
        detail = f"multiprocessing has no locks ({problem}): /dev/shm is missing, full or not for everybody"
        return [broken("/dev/shm", detail, "docker run --shm-size=64m; or, as root: chmod 1777 /dev/shm", needed=False)]
    if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free < 2**20:
        detail = "/dev/shm is full: multiprocessing's locks and shared arrays have no room"
        return [broken("/dev/shm", detail, "remove what programs left in /dev/shm", needed=False)]
    return []


def _of_shell(subject: str, detail: str, letter: str, needed: bool = False):
    """A finding about a limit of ``ulimit``, with what lifts it."""
    return broken(subject, f"{detail} (ulimit -{letter})", lifting(letter), needed)


def lifting(letter: str) -> str:
    """What lifts the limit of ``ulimit -letter``: a command where this user may, else words."""
    import resource

    kinds = {"v": "AS", "d": "DATA", "u": "NPROC", "n": "NOFILE", "t": "CPU", "f": "FSIZE"}
    soft, hard = resource.getrlimit(getattr(resource, "RLIMIT_" + kinds[letter]))
    if soft == hard:
        return f"a shell in which no `ulimit -{letter}` was said; or whoever runs this machine or job raises it"
    unit = 1024 if letter in "vdf" else 1
    return f"ulimit -{letter} " + ("unlimited" if hard == resource.RLIM_INFINITY else str(hard // unit))


def _allowance():
    """The module that knows the limits; loaded by its path, as the room it is in needs packages."""
    path = bootstrap.REPOSITORY / "unladen" / "host" / "allowance.py"
    spec = importlib.util.spec_from_file_location("allowance", str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_threads(environment) -> list:
    """Variables that hold libraries to fewer threads than this process has cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    few = {}
    for name in variables.THREADS:
        value = environment.get(name, "")
        if re.match(r"\d+$", value) and int(value) < cores:
            few[name] = value
    if not few:
        return []
    said = ", ".join(f"{name}={value}" for name, value in few.items())
    detail = f"{said}: on {cores} cores, claims about several threads may not hold"
    return [broken("threads", detail, "unset " + " ".join(few), needed=False)]
