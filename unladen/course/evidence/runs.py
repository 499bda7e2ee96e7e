"""Executing lectures for the ledger: each in a fresh kernel, to its last cell, alone or beside neighbours at work."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from unladen.course import notebooks
from unladen.course.notebooks import NotebookError, shown
from unladen.course.outputs import ROOT

# Spins and rests for times between 0.1 and 3 seconds, drawn anew each time, until the process that started it is gone.
_NEIGHBOUR = """
import os, random, sys, time
random.seed(int(sys.argv[1]))
parent = int(sys.argv[2])  # asked of itself, it would be whoever takes in orphans, if that one is gone already
while os.getppid() == parent:
    until = time.monotonic() + random.uniform(0.1, 3)
    while time.monotonic() < until and os.getppid() == parent:
        sum(range(10_000))
    time.sleep(random.uniform(0.1, 3))
"""


def find(words: Sequence[str]) -> list[Path]:
    """The lectures that ``words`` name, all if there are none: paths, folders, or numbers of chapters (03 or 03,07).

    Raises ``NotebookError`` for what is none of these.
    """
    paths = []
    for word in words:
        numbers = word.split(",") if word.replace(",", "").isdecimal() else []
        named = [sorted((ROOT / "notebooks").glob(f"{number}-*.ipynb")) or [number] for number in numbers]
        paths += [str(path) for found in named for path in found] or [word]
    return notebooks.find(paths, ["notebooks"])


def chapter(path: Path) -> str:
    """The number of a lecture's chapter, as its lines have it; empty if it has none."""
    return re.match(r"\d*", path.name)[0]


@contextlib.contextmanager
def neighbours(count: int) -> Iterator[None]:
    """Have ``count`` processes beside this one that come and go: each computes, then rests, for up to 3 seconds."""
    command = [sys.executable, "-I", "-c", _NEIGHBOUR]
    started, streams = [], {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    try:
        started += [subprocess.Popen([*command, str(seed), str(os.getpid())], **streams) for seed in range(count)]
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def execute(path: Path, folder: Path, run: str) -> list[str]:
    """Execute a lecture to its last cell, with the ledger in ``folder``; return a line for each cell that raised."""
    variables = {"UNLADEN_EVIDENCE": str(folder), "UNLADEN_RUN": run, "UNLADEN_NOTEBOOK": path.stem}
    # what cannot be told is no failure here, and the notebook goes on
    variables["UNLADEN_NO_SKIPS"] = ""
    try:
        done = notebooks.execute(notebooks.read(path), path, variables=variables, to_the_end=True)
    except (NotebookError, RuntimeError) as problem:  # the latter: a kernel that died before it ran a cell
        return [(str(problem).splitlines() or [type(problem).__name__])[0]]
    raised = []
    for number, cell in enumerate(done.cells, 1):
        if "raises-exception" in cell.metadata.get("tags", []):
            continue
        errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        said = [(error.evalue.strip().splitlines() or [""])[0] for error in errors]
        raised += [
            f"{notebooks.place(path, number, cell)}: {error.ename}: {text}"
            for error, text in zip(errors, said, strict=True)
        ]
    return raised


def execute_all(paths: Sequence[Path], runs: int, load: int, folder: Path, tell: Callable[[str], None]) -> None:
    """Execute every lecture ``runs`` times, beside ``load`` neighbours; each run writes a folder inside ``folder``."""
    start = datetime.datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    beside = f"-beside-{load}" if load else ""
    with neighbours(load):
        for number in range(1, runs + 1):
            name = f"{start}-{os.getpid()}{beside}-{number}"
            (folder / name).mkdir(parents=True)
            for path in paths:
                begun = time.monotonic()
                raised = execute(path, folder / name, name)
                tell(f"run {number} of {runs}: {shown(path)} ({time.monotonic() - begun:.0f} s)")
                for line in raised:
                    tell(f"  {line}")
