"""Run Scalene, memray and valgrind on chapter 01's programs as the chapter does, to be recorded by ``make record``.

``unladen/elsewhere/profilers.py`` shows the records where one of them is not installed.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import platform
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from unladen.compiling import toolchain
from unladen.elsewhere import profilers
from unladen.elsewhere.pythons import HERE
from unladen.elsewhere.recorded import Elsewhere, Job
from unladen.elsewhere.records import ROOT, Run
from unladen.timing import profiles, tools

# the caches that the chapter names
CACHES = ("--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64")


def jobs(notebook: Path) -> Iterator[Job]:
    """What is recorded of the tools of chapter 01, if that is the notebook."""
    if notebook != ROOT / profilers.NOTEBOOK:
        return
    for tool, runs in (("scalene", _scalene), ("memray", _memray), ("valgrind", _valgrind)):
        text = profilers.text_of_program(tool)
        yield profilers.job(tool, text, partial(_beside_the_program, profilers.RECORDED[tool][0], text, runs))


def _beside_the_program(program: str, text: str, runs: Callable[[str], list[Run]]) -> list[Run]:
    """What a tool finds in a program that lies in the working folder, as it does in the chapter."""
    with tempfile.TemporaryDirectory(prefix="unladen-") as folder, contextlib.chdir(folder):
        Path(program).write_text(text, encoding="utf-8")
        return runs(program)


def _scalene(program: str) -> list[Run]:
    """Run Scalene; keep the part of its file that is read."""
    with tools.spared("jax", "torch", "tensorflow"):
        slower = _slower("scalene", program, "run", "--cpu-sampling-rate", "0.001", "-o", "scalene.json")
    files = json.loads(Path("scalene.json").read_text(encoding="utf-8"))["files"]
    lines = next(found["lines"] for name, found in files.items() if Path(name).name == program)
    wanted = ("lineno", "line", "n_cpu_percent_python", "n_cpu_percent_c", "n_sys_percent", "n_malloc_mb")
    found = {"files": {program: {"lines": [{name: line[name] for name in wanted} for line in lines]}}}
    return [Run(HERE, _version("scalene"), "", {"slower": slower, "found": found})]


def _memray(program: str) -> list[Run]:
    """Run memray; keep its statistics as printed, and the stacks at the peak, each frame a function and its file."""
    from memray import FileReader

    slower = _slower("memray", program, "run", "-q", "-f", "-o", "lists.bin")
    statistics = tools.python("", "-m", "memray", "stats", "-n", "3", "lists.bin")
    found = []
    for record in FileReader("lists.bin").get_high_watermark_allocation_records(merge_threads=True):
        stack = [[name, Path(file).name] for name, file, _ in record.stack_trace()[::-1]]
        if any(file == program for _, file in stack):
            found.append([stack, record.size])
    printed = profiles.printed("", statistics).text
    return [Run(HERE, _version("memray"), printed, {"slower": slower, "found": sorted(found, key=str)})]


def _slower(module: str, program: str, *options: str) -> float:
    """Run the program without and with a profiler; return how many times longer its work took."""
    for _ in range(3):
        tools.python("no profiler", program)
    tools.python(module, "-m", module, *options, program)
    return tools.cost(module, "no profiler")


def _version(module: str) -> str:
    return f"{module} {importlib.metadata.version(module)}, CPython {platform.python_version()}"


def _valgrind(program: str) -> list[Run]:
    """Compile the program, and count what it does with either order. Raises ``Elsewhere`` if it does not compile."""
    compiler = toolchain("c")
    done = compiler.run(["-O1", program, "-o", "walk"], Path.cwd())
    if done.returncode:
        raise Elsewhere(f"{compiler.version} does not compile {program}:\n{done.stderr}")
    valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=yes", "--cachegrind-out-file=walk.out", *CACHES, "./walk"]
    number = subprocess.run(["valgrind", "--version"], capture_output=True, text=True).stdout.strip()
    by = f"{number.replace('-', ' ')}, {compiler.version} -O1"
    counts = {order: tools.cachegrind([*valgrind, order]) for order in profilers.RECORDED["valgrind"][2]}
    return [Run(o, by, ", ".join(f"{name}: {n:,}" for name, n in found.items()), found) for o, found in counts.items()]
