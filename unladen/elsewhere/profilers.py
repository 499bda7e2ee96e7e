"""Scalene's and memray's runs of chapter 01's program, for machines without them: ``results/profilers/``.

Not every machine has a package of each. ``python -m unladen.course.profiled`` makes the records anew.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from unladen.elsewhere import records
from unladen.elsewhere.pythons import HERE
from unladen.elsewhere.records import Record

# module: the command that installs it
HOW = {
    "scalene": "python -m pip install scalene (compiled where it has no wheel: that takes g++, make and curl)",
    "memray": "python -m pip install memray (it does not run on Windows)",
}
NOTEBOOK, CELL, PROGRAM = "notebooks/01-measuring.ipynb", "write-program", "lists.py"


def gone(module: str) -> bool:
    """Whether a module of ``HOW`` is not installed here."""
    return importlib.util.find_spec(module) is None


def stands_in(module: str) -> str:
    """Say how to get a tool that is not installed here, and whose record stands in; empty if it is installed."""
    if not gone(module):
        return ""
    record = _record(module)
    return f"{_missing(module)}. This is the recorded run: {record.date}, {record.where()}"


def replay(module: str, verb: str, *arguments: str) -> str:
    """Do as ``python -m MODULE VERB ARGUMENTS`` did when it was recorded, and return what it printed.

    To ``run`` is to leave what was found where ``-o`` says. Raises ``RuntimeError`` for a program without a record.
    """
    [run] = _record(module).runs
    if verb != "run":
        return run.printed
    program = Path(arguments[-1])
    if not _record(module).is_of((HERE,), program.read_text(encoding="utf-8")):
        raise RuntimeError(f"{_missing(module)}. There is a recorded run of chapter 01's {PROGRAM}, none of {program}.")
    out = Path(arguments[arguments.index("-o") + 1])
    out.write_text(json.dumps(run.result["found"]), encoding="utf-8")
    return ""


def slower(module: str) -> float:
    """How many times longer the program's work took under the tool when that was recorded."""
    return _record(module).runs[0].result["slower"]


def text_of_program() -> str:
    """The program's text, as it stands in the notebook."""
    notebook = records.FOLDER.parent / NOTEBOOK
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    [source] = ["".join(cell["source"]) for cell in cells if cell.get("id") == CELL]
    return source.partition("\n")[2]


def key(module: str) -> str:
    """What the record of a tool is called."""
    return f"profilers/{module}"


def _missing(module: str) -> str:
    return f"{module} is not installed here; to get it: {HOW[module]}"


def _record(module: str) -> Record:
    record = records.load(key(module))
    if record is None:
        raise RuntimeError(f"{_missing(module)}. There is no recorded run.")
    return record
