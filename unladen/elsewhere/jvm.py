"""Compile a Java program of ``native/`` and run it, or show the recorded run where there is no ``javac``.

The records lie in ``results/java/``, for they belong to programs, not to cells.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from unladen.elsewhere.recorded import Elsewhere, Job, Results, here_or_recorded
from unladen.elsewhere.records import ROOT, Run
from unladen.folders import NATIVE
from unladen.host.packages import install_command

SECONDS = 60.0  # what the compiler, and each run, may take
# program: the options that its recorded runs have, and the notebook that shows it
PROGRAMS = {"Pauses.java": (("-Xmx512m", "-Xmx64m", "-Xmx16m"), "notebooks/11-garbage-collector.ipynb")}


def with_java(program: str, *options: str) -> Results:
    """Compile ``native/PROGRAM`` and run it once with each of the options of the Java machine, or show the record.

    The program prints a line of JSON, which is then in the result under the option's name. The collector is Java's
    serial one. Raises ``Elsewhere`` if the program fails, or if there is neither a compiler nor a record.
    """
    return here_or_recorded(job(program, options))


def job(program: str, options: tuple[str, ...]) -> Job:
    """To compile a program of ``native/`` and run it with each of the options."""
    source = (NATIVE / program).read_text(encoding="utf-8")
    missing = "" if _version() else f"javac is not here; to get it: {install_command('javac')}"
    return Job(
        key=f"java/{Path(program).stem}",
        names=options,
        source=source,
        missing=missing,
        made=lambda: _runs(program, options),
        notebook=PROGRAMS.get(program, ((), ""))[1],
        another="version of the program",
    )


def jobs(notebook: Path) -> Iterator[Job]:
    """What is recorded of the programs that a notebook shows."""
    for program, (options, shown_in) in PROGRAMS.items():
        if notebook == ROOT / shown_in:
            yield job(program, options)


def _runs(program: str, options: tuple[str, ...]) -> list[Run]:
    """Compile and run on this machine."""
    with tempfile.TemporaryDirectory(prefix="unladen-") as folder:
        _done(["javac", "-d", folder, str(NATIVE / program)])
        java = ["java", "-XX:+UseSerialGC", "-cp", folder]
        lines = [_done([*java, option, Path(program).stem]).strip() for option in options]
    results = [json.loads(line) for line in lines]
    return [Run(o, f"Java {_version()}", _brief(r), r) for o, r in zip(options, results, strict=True)]


def _brief(result: dict) -> str:
    """The result without its lists, as it is printed."""
    return ", ".join(f"{name}: {value}" for name, value in result.items() if not isinstance(value, list))


def _version() -> str:
    """The version of the Java compiler, empty if there is none; a Mac has a program of that name which only asks."""
    if not shutil.which("javac") or not shutil.which("java"):
        return ""
    try:
        return _done(["javac", "-version"]).split()[-1]
    except (Elsewhere, IndexError):
        return ""


def _done(command: list[str]) -> str:
    """What a command prints. Raises ``Elsewhere`` if it fails or takes too long."""
    environment = {name: value for name, value in os.environ.items() if name != "JAVA_TOOL_OPTIONS"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Elsewhere(f"{command[0]} did not come back: {problem}") from None
    if done.returncode:
        raise Elsewhere(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr * (not done.stdout)
