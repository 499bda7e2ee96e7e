"""Run a cell's source on other Pythons of this machine: what ``%%on`` does, or the recorded run in its place."""

from __future__ import annotations

import json
import os
import re
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from unladen.elsewhere.interpreters import Interpreter, Silence, find, is_name, present
from unladen.elsewhere.recorded import Elsewhere, Job, Results, here_or_recorded
from unladen.elsewhere.records import Run
from unladen.host.effort import busy
from unladen.host.missing import install_python
from unladen.sandbox.interrupts import held
from unladen.sandbox.process import Child, started

SECONDS = 60.0  # what a cell may take on each Python
HERE = "here"  # the name of the Python that asks


@dataclass
class _Missing:
    """A Python that is not here, and whether another one bears its name."""

    name: str
    impostors: str

    def __str__(self) -> str:
        if isinstance(self.impostors, Silence):
            return f"whether {self.name} is here is not known: {self.impostors}; run the cell again"
        but = f" ({self.impostors})" if self.impostors else ""
        return f"{self.name} is not here{but}; to get it: {install_python(self.name)}"


def on(names: Sequence[str], key: str, source: str, seconds: float = SECONDS) -> Results:
    """Run ``source`` as a plain script on each of the named Pythons in turn, or return the record ``key`` instead.

    The record is returned when one of ``names`` is not on this machine, and then for all of them, so that what is
    compared comes from one machine. Raises ``Elsewhere`` for names that mean nothing, for a Python that is not what
    it says, when the source fails, and when a Python is missing and there is no record.
    """
    return here_or_recorded(job(names, key, source, seconds))


def job(names: Sequence[str], key: str, source: str, seconds: float = SECONDS, notebook: str = "") -> Job:
    """What ``%%on`` is to do with a cell. Raises ``Elsewhere`` for names that mean nothing."""
    found, gone = located(names)

    def made() -> list[Run]:
        return [run(name, python, source, seconds) for name, python in found.items()]

    return Job(key, tuple(names), source, ". ".join(map(str, gone)), made, notebook)


def names_in(text: str) -> tuple[str, ...]:
    """The names of Pythons in a text: "here, pypy3"."""
    return tuple(filter(None, re.split(r"[\s,]+", text)))


def check(names: Sequence[str]) -> None:
    """Raise ``Elsewhere`` for names that mean no Python, or one twice."""
    wrong = [name for name in names if name != HERE and not is_name(name)]
    if wrong or not names or len(set(names)) < len(names):
        given = ", ".join(wrong or names) or "none"
        raise Elsewhere(f"the Pythons are here, pypy3, 3.14, 3.14t, 3.14jit and so on, each once; got {given}.")


def located(names: Sequence[str]) -> tuple[dict[str, Interpreter], list[_Missing]]:
    """The Pythons that ``names`` stand for, and those that are not here. Raises ``Elsewhere`` as ``check`` does."""
    check(names)
    found, gone = {}, []
    for name in names:
        python, impostors = (present(), "") if name == HERE else find(name)
        if python:
            found[name] = python
        else:
            gone.append(_Missing(name, impostors))
    return found, gone


# -- one run ---------------------------------------------------------------------------------------------------------


def run(name: str, python: Interpreter, source: str, seconds: float = SECONDS) -> Run:
    """Run ``source`` on one Python, in a folder of its own; what it starts ends with it. Raises ``Elsewhere``."""
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        for part in ("work", "tmp"):
            (folder / part).mkdir()
        # the magic's own line is line 1
        (folder / "work" / "cell.py").write_text("\n" + source, encoding="utf-8")
        (folder / "setup.json").write_text(json.dumps(asdict(python)), encoding="utf-8")
        options, environment = _isolation(python)
        command = [python.path, *options, str(Path(__file__).with_name("guest.py")), str(folder)]
        environment |= {"TMPDIR": str(folder / "tmp")}
        with held() as interrupts:
            child = Child(environment, lambda given: started(command, given, folder / "work"))
            try:
                interrupts.heed()
                in_time = child.wait(seconds) == "itself"
            finally:
                interrupts.hold()
                child.end()
        answer = folder / "answer.json"
        reply = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {}
        printed = _readable(child.text("stdout") + child.text("stderr"), folder)
        problem = "" if in_time else _unfinished(name, seconds, child.effort.worked)
        problem = problem or _problem(name, reply, child.process.returncode)
        if problem:
            trace = _readable(reply.get("trace", ""), folder)
            raise Elsewhere("\n".join(filter(None, (problem, trace, printed))))
    return Run(name, _full_name(reply["who"]), printed, reply["result"])


def _isolation(python: Interpreter) -> tuple[list[str], dict[str, str]]:
    """Options and variables that keep everything of ours away from a Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # -I would ignore the one variable that turns the JIT on; -s and -P are the rest of it
    return (["-s", "-P"], kept | {"PYTHON_JIT": "1"}) if python.jit else (["-I"], kept)


def _readable(text: str, folder: Path) -> str:
    """What was printed, without our own lines and the name of a folder that is gone."""
    kept = [line for line in text.splitlines() if "guest.py" not in line and "app_main.py" not in line]
    for place in (str(folder / "work" / "cell.py"), os.path.realpath(folder / "work" / "cell.py")):
        kept = [line.replace(place, "the cell") for line in kept]
    return "\n".join(kept).rstrip()


def _unfinished(name: str, seconds: float, worked: float) -> str:
    """What is to be said of a cell that did not end: it has had its time, or this machine had none for it."""
    if worked >= seconds:
        return f"the cell was still running on {name} after {seconds:g} s, and was ended: give it less to do."
    told = f"the cell could work on {name} for {worked:.0f} s only{busy()}, and was ended"
    return f"{told}: close what else is running, and run it again."


def _problem(name: str, reply: dict, code: int) -> str:
    """What went wrong, in a sentence that does not depend on the machine; empty if nothing did."""
    if reply.get("pretence"):
        return f"{name} is not what it should be: {reply['pretence']}."
    if "error" in reply:
        lines = re.findall(r'File ".*[/\\]cell\.py", line (\d+)', reply["trace"])
        return f"the cell failed on {name}: {reply['error']}{f' (line {lines[-1]} of the cell)' if lines else ''}"
    if not reply and code < 0:
        return f"the cell was ended on {name} by {signal.Signals(-code).name}."
    return "" if reply else f"the cell ended on {name} with exit status {code}, before it was done."


def _full_name(who: dict) -> str:
    if who["own_version"]:
        return f"{who['implementation']} {who['own_version']} (Python {who['version']})"
    kind = ", free-threaded" * who["free_threaded"] + ", JIT on" * who["jit"]
    return f"{who['implementation']} {who['version']}{kind}"
