"""Record Scalene's and memray's runs of chapter 01's program: ``python -m unladen.course.profiled``.

Where both are installed. ``unladen/elsewhere/profilers.py`` shows them where one is not.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import tempfile
from pathlib import Path

from unladen.elsewhere import profilers, records
from unladen.elsewhere.pythons import HERE
from unladen.elsewhere.records import Run
from unladen.timing import profiles, tools


def _scalene() -> tuple[str, object]:
    """Run Scalene; return what it printed that is shown (nothing), and the part of its file that is read."""
    with tools.spared("jax", "torch", "tensorflow"):
        options = ("--cpu-sampling-rate", "0.001", "-o", "scalene.json")
        tools.python("scalene", "-m", "scalene", "run", *options, profilers.PROGRAM)
    files = json.loads(Path("scalene.json").read_text(encoding="utf-8"))["files"]
    lines = next(found["lines"] for name, found in files.items() if Path(name).name == profilers.PROGRAM)
    wanted = ("lineno", "line", "n_cpu_percent_python", "n_cpu_percent_c", "n_sys_percent", "n_malloc_mb")
    return "", {"files": {profilers.PROGRAM: {"lines": [{name: line[name] for name in wanted} for line in lines]}}}


def _memray() -> tuple[str, object]:
    """Run memray; return its statistics as printed, and the stacks at the peak, each frame a function and its file."""
    from memray import FileReader

    tools.python("memray", "-m", "memray", "run", "-q", "-f", "-o", "lists.bin", profilers.PROGRAM)
    printed = tools.python("", "-m", "memray", "stats", "-n", "3", "lists.bin")
    found = []
    for record in FileReader("lists.bin").get_high_watermark_allocation_records(merge_threads=True):
        found.append([[[name, Path(file).name] for name, file, _ in record.stack_trace()[::-1]], record.size])
    return printed, sorted(
        (item for item in found if [frame for frame in item[0] if frame[1] == profilers.PROGRAM]), key=str
    )


def main() -> None:
    for module, made in (("scalene", _scalene), ("memray", _memray)):
        with tempfile.TemporaryDirectory() as folder:
            before = os.getcwd()
            os.chdir(folder)
            try:
                Path(profilers.PROGRAM).write_text(profilers.text_of_program(), encoding="utf-8")
                for _ in range(3):
                    tools.python("no profiler", profilers.PROGRAM)
                printed, found = made()
            finally:
                os.chdir(before)
        result = {"slower": tools.cost(module, "no profiler"), "found": found}
        version = f"{module} {importlib.metadata.version(module)}, CPython {platform.python_version()}"
        run = Run(HERE, version, profiles.printed("", printed).text, result)
        record = records.made_now((HERE,), profilers.text_of_program(), [run], profilers.NOTEBOOK)
        records.save(profilers.key(module), record, remake="python -m unladen.course.profiled")
        print(f"{module}: recorded")


if __name__ == "__main__":
    main()
