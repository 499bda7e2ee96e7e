"""Variables that change what the course's Python and compilers find. Standard library only, Python 3.6 and newer.

ROS, the modules of a computing centre and old recipes point every Python at folders that were made for one of them.
"""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")
SUSPECTS = (
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "LIBRARY_PATH",
    "COMPILER_PATH",
    "GCC_EXEC_PREFIX",
)


def foreign(environment) -> dict:
    """Those of ``environment`` that lead to another Python's files, as name: value.

    The course's own folder, which a hub has on PYTHONPATH, is none of them.
    """
    found = {name: environment[name] for name in FOREIGN if environment.get(name)}
    others = [f for f in found.pop("PYTHONPATH", "").split(os.pathsep) if f and not _is_ours(f)]
    return dict({"PYTHONPATH": os.pathsep.join(others)} if others else {}, **found)


def own(environment) -> dict:
    """A copy of ``environment`` without what is foreign: in the course, the course's environment wins."""
    kept = {name: value for name, value in environment.items() if name not in FOREIGN}
    ours = [folder for folder in environment.get("PYTHONPATH", "").split(os.pathsep) if folder and _is_ours(folder)]
    return dict(kept, PYTHONPATH=ours[0]) if ours else kept


def culprit(works) -> str:
    """The variable that is set and without which ``works(environment)`` holds; empty if it is none of ``SUSPECTS``."""
    for name in SUSPECTS:
        if name in os.environ and works({k: v for k, v in os.environ.items() if k != name}):
            return name
    return ""


def _is_ours(folder: str) -> bool:
    return os.path.realpath(folder) == str(REPOSITORY)
