"""Scalene's and memray's runs of chapter 01's program, for machines without them: ``results/profilers/``.

Not every machine has a package of each. ``python -m unladen.timing.replayed`` makes the records anew, where both are
installed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import tempfile
from pathlib import Path

from unladen.timing import records
from unladen.timing.elsewhere import HERE
from unladen.timing.records import Record, Run

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


def _scalene() -> tuple[str, object]:
    """Run Scalene; return what it printed that is shown (nothing), and the part of its file that is read."""
    from unladen.timing import tools

    with tools.spared("jax", "torch", "tensorflow"):
        options = ("--cpu-sampling-rate", "0.001", "-o", "scalene.json")
        tools.python("scalene", "-m", "scalene", "run", *options, PROGRAM)
    files = json.loads(Path("scalene.json").read_text(encoding="utf-8"))["files"]
    lines = next(found["lines"] for name, found in files.items() if Path(name).name == PROGRAM)
    wanted = ("lineno", "line", "n_cpu_percent_python", "n_cpu_percent_c", "n_sys_percent", "n_malloc_mb")
    return "", {"files": {PROGRAM: {"lines": [{name: line[name] for name in wanted} for line in lines]}}}


def _memray() -> tuple[str, object]:
    """Run memray; return its statistics as printed, and the stacks at the peak, each frame a function and its file."""
    from memray import FileReader

    from unladen.timing import tools

    tools.python("memray", "-m", "memray", "run", "-q", "-f", "-o", "lists.bin", PROGRAM)
    printed = tools.python("", "-m", "memray", "stats", "-n", "3", "lists.bin")
    found = []
    for record in FileReader("lists.bin").get_high_watermark_allocation_records(merge_threads=True):
        found.append([[[name, Path(file).name] for name, file, _ in record.stack_trace()[::-1]], record.size])
    return printed, sorted((item for item in found if [frame for frame in item[0] if frame[1] == PROGRAM]), key=str)


def main() -> None:
    from unladen.timing import profiles, tools

    for module, made in (("scalene", _scalene), ("memray", _memray)):
        with tempfile.TemporaryDirectory() as folder:
            before = os.getcwd()
            os.chdir(folder)
            try:
                Path(PROGRAM).write_text(text_of_program(), encoding="utf-8")
                for _ in range(3):
                    tools.python("no profiler", PROGRAM)
                printed, found = made()
            finally:
                os.chdir(before)
        result = {"slower": tools.cost(module, "no profiler"), "found": found}
        version = f"{module} {importlib.metadata.version(module)}, CPython {platform.python_version()}"
        run = Run(HERE, version, profiles.printed("", printed).text, result)
        record = records.made_now((HERE,), text_of_program(), [run], NOTEBOOK)
        records.save(key(module), record, remake="python -m unladen.timing.replayed")
        print(f"{module}: recorded")


if __name__ == "__main__":
    main()
