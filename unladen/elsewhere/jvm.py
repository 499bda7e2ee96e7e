"""Compile a Java program of ``native/`` and run it, or show the recorded run where there is no ``javac``.

``make record`` makes the records anew; they lie in ``results/java/``, for they belong to programs, not to cells.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from unladen.elsewhere import records
from unladen.elsewhere.recorded import Elsewhere, Results, here_or_recorded
from unladen.elsewhere.records import Record, Run
from unladen.host.packages import install_command

NATIVE = Path(__file__).resolve().parents[2] / "native"
SECONDS = 60.0  # what the compiler, and each run, may take
# program: the options that its recorded runs have, and the notebook that shows it
PROGRAMS = {"Pauses.java": (("-Xmx512m", "-Xmx64m", "-Xmx16m"), "notebooks/11-garbage-collector.ipynb")}


def with_java(program: str, *options: str) -> Results:
    """Compile ``native/PROGRAM`` and run it once with each of the options of the Java machine, or show the record.

    The program prints a line of JSON, which is then in the result under the option's name. The collector is Java's
    serial one. Raises ``Elsewhere`` if the program fails, or if there is neither a compiler nor a record.
    """
    source = (NATIVE / program).read_text(encoding="utf-8")
    missing = "" if _version() else f"javac is not here; to get it: {install_command('javac')}"
    made = partial(made_now, program, options)
    return here_or_recorded(key(program), options, source, missing, made, "version of the program")


def made_now(program: str, options: tuple[str, ...], notebook: str = "") -> Record:
    """Compile and run on this machine, and return the record of it."""
    with tempfile.TemporaryDirectory(prefix="unladen-") as folder:
        _done(["javac", "-d", folder, str(NATIVE / program)])
        java = ["java", "-XX:+UseSerialGC", "-cp", folder]
        lines = [_done([*java, option, Path(program).stem]).strip() for option in options]
    results = [json.loads(line) for line in lines]
    runs = [Run(o, f"Java {_version()}", _brief(r), r) for o, r in zip(options, results, strict=True)]
    return records.made_now(options, (NATIVE / program).read_text(encoding="utf-8"), runs, notebook)


def key(program: str) -> str:
    """What the record of a program is called."""
    return f"java/{Path(program).stem}"


def record_of(notebook: str) -> list[str]:
    """Run the programs that a notebook shows and store their records; say what became of each."""
    said = []
    for program, (options, shown_in) in PROGRAMS.items():
        if shown_in == notebook and _version():
            records.path_of(key(program)).parent.mkdir(parents=True, exist_ok=True)
            records.save(key(program), made_now(program, options, notebook))
            said.append(f"{program} recorded")
        elif shown_in == notebook:
            said.append(f"{program} left as it is: javac is not here; to get it: {install_command('javac')}")
    return said


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
