"""What Scalene, memray and valgrind found in chapter 01's programs, for machines without them: ``results/profilers/``.

Not every machine has a package of each. Where they are, the chapter runs them itself; how ``make record`` does it is in
``unladen/timing/recording.py``.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from unladen.elsewhere.pythons import HERE
from unladen.elsewhere.recorded import Elsewhere, Job, Results, replayed
from unladen.elsewhere.records import ROOT, Run
from unladen.host.packages import install_command

# those that are modules of Python, and the command that installs them
HOW = {
    "scalene": "python -m pip install scalene (compiled where it has no wheel: that takes g++, make and curl)",
    "memray": "python -m pip install memray (it does not run on Windows)",
}
NOTEBOOK = "notebooks/01-measuring.ipynb"
# tool: the program that it was run on, the cell that writes it, and the words that the program was given
RECORDED = {
    "scalene": ("lists.py", "write-program", (HERE,)),
    "memray": ("lists.py", "write-program", (HERE,)),
    "valgrind": ("walk.c", "write-walk", ("rows", "columns")),
}


def gone(tool: str) -> bool:
    """Whether a module of ``HOW``, or a command, is not installed here."""
    return (importlib.util.find_spec(tool) if tool in HOW else shutil.which(tool)) is None


def missing(tool: str) -> str:
    """Say how to get a tool that is not installed here; empty if it is."""
    if not gone(tool):
        return ""
    if tool in HOW:
        return f"{tool} is not installed here; to get it: {HOW[tool]}"
    if sys.platform != "linux":
        return f"{tool} is not on this machine: it needs Linux"
    return f"{tool} is not on this machine; install it with: {install_command(tool)}"


def stands_in(tool: str) -> str:
    """Say how to get a tool that is not installed here, and whose record stands in; empty if it is installed."""
    return replayed(job(tool)).status if gone(tool) else ""


def replay(module: str, verb: str, *arguments: str) -> str:
    """Do as ``python -m MODULE VERB ARGUMENTS`` did when it was recorded, and return what it printed.

    To ``run`` is to leave what was found where ``-o`` says. Raises ``Elsewhere`` for a program without a record.
    """
    if verb != "run":
        return replayed(job(module)).printed[HERE]
    found = replayed_on(module, Path(arguments[-1]))[HERE]["found"]
    Path(arguments[arguments.index("-o") + 1]).write_text(json.dumps(found), encoding="utf-8")
    return ""


def replayed_on(tool: str, program: Path) -> Results:
    """The record of a tool's run on a program. Raises ``Elsewhere`` for a program of another text than the recorded."""
    found = replayed(job(tool, program.read_text(encoding="utf-8") if program.is_file() else ""))
    if not found.of_this_cell:
        recorded = f"There is a recorded run of {RECORDED[tool][0]} as chapter 01 has it"
        raise Elsewhere(f"{missing(tool)}. {recorded}, none of {program} as it is here.")
    return found


def slower(module: str) -> float:
    """How many times longer the program's work took under the tool when that was recorded."""
    return replayed(job(module))[HERE]["slower"]


def job(tool: str, source: str | None = None, made: Callable[[], Sequence[Run]] = list) -> Job:
    """The job whose record stands in for a tool, be the program what it was, or of this ``source``."""
    return Job(f"profilers/{tool}", RECORDED[tool][2], source, missing(tool), made, NOTEBOOK)


def text_of_program(tool: str) -> str:
    """The text of the program that a tool is run on, as it stands in the notebook. Raises ``Elsewhere`` without one."""
    _, wanted, _ = RECORDED[tool]
    cells = json.loads((ROOT / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell.get("id") == wanted:
            return "".join(cell["source"]).partition("\n")[2]
    raise Elsewhere(f"{NOTEBOOK} has no cell {wanted} with the program for {tool}; name the cell in profilers.py")
