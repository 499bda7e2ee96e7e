"""Variables that change what the course's Python and compilers find. Standard library only, Python 3.6 and newer.

ROS, the modules of a computing centre and old recipes point every Python at folders that were made for one of them.
"""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
# Without these the course is started: they lead to another Python's files,
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONPLATLIBDIR", "PYTHONEXECUTABLE")
# or make Python, Numba and Matplotlib do something else than what the course shows.
ALTERING = (
    "PYTHONASYNCIODEBUG",
    "PYTHONDEBUG",
    "PYTHONDEVMODE",
    "PYTHONHASHSEED",
    "PYTHONINSPECT",
    "PYTHONINTMAXSTRDIGITS",
    "PYTHONIOENCODING",
    "PYTHONMALLOC",
    "PYTHONMALLOCSTATS",
    "PYTHONNODEBUGRANGES",
    "PYTHONOPTIMIZE",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONTRACEMALLOC",
    "PYTHONVERBOSE",
    "PYTHONWARNINGS",
    "PYTHON_FROZEN_MODULES",
    "PYTHON_GIL",
    "MPLBACKEND",
    "NUMBA_BOUNDSCHECK",
    "NUMBA_DEBUG",
    "NUMBA_DISABLE_JIT",
    "NUMBA_OPT",
)
# With this, which images of containers set, every start compiles all that it imports anew, in twice the time.
SLOWING = ("PYTHONDONTWRITEBYTECODE",)
# These are a machine's own to set, and the course heeds them.
THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# What may be to blame where a program or library does not work: names that begin so.
SUSPECTS = (
    "LD_",
    "DYLD_",
    "GLIBC_",
    "MALLOC_",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "LIBRARY_PATH",
    "COMPILER_PATH",
    "GCC_EXEC_PREFIX",
    "SDKROOT",
    "PYTHON",
    "NUMBA_",
    "MPL",
    "NUMPY_",
    "NPY_",
    "OPENBLAS_",
    "MKL_",
    "OMP_",
    "KMP_",
)


def foreign(environment) -> dict:
    """Those of ``environment`` that the course is started without, as name: value.

    The course's own folder, which a hub has on PYTHONPATH, is none of them, nor is what a notebook's kernel has set.
    """
    found = {name: environment[name] for name in (*FOREIGN, *ALTERING) if environment.get(name)}
    if found.get("MPLBACKEND", "").startswith("module://"):
        del found["MPLBACKEND"]
    others = [f for f in found.pop("PYTHONPATH", "").split(os.pathsep) if f and not _is_ours(f)]
    return dict({"PYTHONPATH": os.pathsep.join(others)} if others else {}, **found)


def own(environment) -> dict:
    """A copy of ``environment`` without what is foreign or slows: in the course, the course's environment wins."""
    kept = {name: value for name, value in environment.items() if name not in FOREIGN + ALTERING + SLOWING}
    ours = [folder for folder in environment.get("PYTHONPATH", "").split(os.pathsep) if folder and _is_ours(folder)]
    return dict(kept, PYTHONPATH=ours[0]) if ours else kept


def culprit(works) -> str:
    """The variables that are set and must not be for ``works(environment)`` to hold, with blanks between them.

    Empty if it does not hold without any of ``SUSPECTS`` either.
    """
    suspects = [name for name in os.environ if name.startswith(SUSPECTS)]
    rest = {name: value for name, value in os.environ.items() if name not in suspects}
    if not suspects or not works(rest):
        return ""
    return " ".join(name for name in suspects if not works(dict(rest, **{name: os.environ[name]})))


def shown(names: str) -> str:
    """Variables, with blanks between them, as they were set."""
    return ", ".join(f"{name}={os.environ.get(name, '')}" for name in names.split())


def _is_ours(folder: str) -> bool:
    return os.path.realpath(folder) == str(REPOSITORY)
