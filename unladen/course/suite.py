"""Prove the course, and say yes or no: ``python -m unladen suite [--nb 03] [pytest's options]``, or ``make test``.

Every step is run, whatever the ones before it found. What measures has a core to itself, two at a time at most; what
measures nothing shares the cores, and is kept apart from it. What each step found is read from what pytest reports
(``tally.py``), never from what it prints.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from unladen.course import again, tally
from unladen.host import effort

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable, "-E", "-m"]
BY_FILE = ["--dist", "loadfile", "--no-loadscope-reorder"]
# Beside one other, claims have the margin that they need; what does not hold is measured again, and at last run again
# (again.py).
MEASURING = ["-n", str(min(2, effort.cores())), *BY_FILE]
SHARED = ["-m", "not measures and not extras", "-n", "auto", *BY_FILE]
STYLE = {
    "ruff check": ["ruff", "check"],
    "ruff format": ["ruff", "format", "--check", "unladen", "tests", "img"],
    "unladen lint": ["unladen", "lint"],
}
TESTS = {
    "lectures and solutions, a core each": ["pytest", "--nbval", "notebooks", "solutions", *MEASURING],
    "exercises and tests, sharing the cores": ["pytest", "--nbval", "exercises", "tests", *SHARED],
    "tests that measure, a core each": ["pytest", "tests", "-m", "measures and not extras", *MEASURING],
}
SECONDS_TO_END = 5.0  # pytest ends its kernels meanwhile
MOST_NAMED, SLOWEST, NOTHING_CHOSEN = 12, 10, 5


@dataclass(frozen=True)
class Step:
    """What one step of the suite found; ``tally`` is None where it was no run of pytest."""

    name: str
    command: list[str]
    status: int
    seconds: float
    tally: tally.Tally | None

    @property
    def failed(self) -> dict[str, str]:
        """The tests and cells that failed, each with its file."""
        return {test: self.tally.file[test] for test in self.tally.those("failed")} if self.tally else {}

    @property
    def broke(self) -> str:
        """What kept the step from coming to its end, or nothing."""
        if self.status < 0:
            at = sorted(self.tally.running) if self.tally else []
            return f"was killed by {signal.Signals(-self.status).name}" + f" in {', '.join(at)}" * bool(at)
        if self.tally and not self.tally.ended:
            return f"ended without a report (status {self.status})"
        if self.tally and self.status not in (0, 1, NOTHING_CHOSEN):
            return f"stopped early (pytest's status {self.status})"
        if self.tally and self.status == 1 and not self.failed:
            return "failed as a whole (pytest's status 1)"
        return ""

    @property
    def found(self) -> str:
        """What it found, in a few words."""
        if not self.tally:
            return self.broke or ("holds" if self.status == 0 else f"does not hold (status {self.status})")
        counts = {outcome: len(self.tally.those(outcome)) for outcome in ("passed", "failed", "skipped")}
        told = [f"{count} {outcome}" for outcome, count in counts.items() if count or outcome == "passed"]
        return ", ".join(told + [self.broke] * bool(self.broke))

    def holds(self, part: bool) -> bool:
        """Whether it found nothing wrong; of a ``part`` of the course, it may have had nothing to look at."""
        return not self.broke and (self.status == 0 or part and self.status == NOTHING_CHOSEN)


def steps(chosen: str, options: list[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Name, command, and whether it is a run of pytest, of each step for the ``chosen`` chapters (none: all)."""
    for name, command in STYLE.items():
        yield name, [*PYTHON, *command, *([chosen] if chosen and name == "unladen lint" else [])], False
    for name, command in TESTS.items():
        yield name, [*PYTHON, *command, *(["--chapter", chosen] if chosen else []), *options], True


def run(name: str, command: list[str], counted: bool, place: Path) -> Step:
    """Run one step; what it prints goes to the terminal as it comes. An interrupt ends it, with all that it started."""
    report = place / f"{name}.jsonl"
    told = ["-p", "unladen.course.tally", "--tally", str(report)] if counted else []
    print(f"\n== {name}: {shlex.join(command[len(PYTHON) :])}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen([*command, *told], cwd=ROOT, start_new_session=True)
    try:
        status = process.wait()
    except KeyboardInterrupt:
        end(process.pid)
        raise
    return Step(name, command, status, time.monotonic() - start, tally.read(report) if counted else None)


def end(pid: int) -> None:
    """Interrupt a process as a terminal would, and kill what of it and its children is there five seconds later."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        try:
            process.send_signal(signal.SIGINT)
            psutil.wait_procs(family, SECONDS_TO_END)
        finally:  # also where somebody interrupts again
            for one in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()


def summed_up(done: list[Step], seconds: float, repeated: Path, part: bool) -> bool:
    """Print what was found, last of all yes or no, and return that; ``part``: only some of the course was chosen."""
    print("\n== what was found")
    for step in done:
        print(f"{step.name:40} {step.found:30} {step.seconds:7.1f} s")
    tallies = [step.tally for step in done if step.tally]
    if slow := sum((t.seconds for t in tallies), start=Counter()).most_common(SLOWEST):
        print("\nThe slowest:", *(f"{took:6.1f} s  {test}" for test, took in slow), sep="\n  ")
    again_lines, few = again.summary(repeated)
    if again_lines:
        print("", *again_lines, sep="\n")

    failed = {test: file for step in done for test, file in step.failed.items()}
    wrong = [step for step in done if not step.holds(part) and (step.broke or not step.failed)]
    reasons = [counted(failed)] * bool(failed) + [f"{step.name}: {step.found}" for step in wrong]
    reasons += [] if few else ["too much was run once more"]
    if part and not any(t.outcome for t in tallies):
        reasons.append("no test was chosen")
    if reasons:
        commands = [shlex.join(step.command) for step in wrong] + [only(failed)] * bool(failed)
        if failed:
            print("\nFailed:", *list(failed)[:MOST_NAMED], *["…"] * (len(failed) > MOST_NAMED), sep="\n  ")
        if commands:
            print("\nTo run just that:", *commands, sep="\n  ")
        print(f"\nNot whole: {'; '.join(reasons)} (after {clock(seconds)}).", flush=True)
        return False
    checks = sum(len(step.tally.those("passed")) if step.tally else 1 for step in done)
    skipped = sum(len(t.those("skipped")) for t in tallies)
    print(
        f"\nEverything holds: {checks} checks{f', {skipped} skipped,' * bool(skipped)} in {clock(seconds)}.", flush=True
    )
    return True


def counted(failed: dict[str, str]) -> str:
    """How many tests and notebooks failed, of tests and cells with the files they are in."""
    books = {file for file in failed.values() if file.endswith(".ipynb")}
    tests = [test for test, file in failed.items() if file not in books]
    amounts = [f"{n} {what}{'s' * (n > 1)}" for n, what in ((len(tests), "test"), (len(books), "notebook")) if n]
    return f"{' and '.join(amounts)} failed"


def only(failed: dict[str, str]) -> str:
    """The command that runs just the tests that failed, or their files if they are many; of a notebook, all cells."""
    wanted = dict.fromkeys(file if file.endswith(".ipynb") else test for test, file in failed.items())
    wanted = wanted if len(wanted) <= MOST_NAMED else dict.fromkeys(failed.values())
    nbval = ["--nbval"] * any(name.endswith(".ipynb") for name in wanted)
    strictly = "UNLADEN_NO_SKIPS=1 " * (os.environ.get("UNLADEN_NO_SKIPS") == "1")
    folder = shlex.quote(str(Path(sys.executable).parent))
    return f'{strictly}PATH={folder}:"$PATH" python -E -m pytest {shlex.join([*nbval, *wanted])}'


def clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _interrupt(*_) -> None:
    raise KeyboardInterrupt


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        "python -m unladen suite", description="Prove the course: yes or no.", allow_abbrev=False
    )
    parser.add_argument(
        "--nb", default="", metavar="NN", help="only these chapters: 03, or 03,07, or a notebook's path"
    )
    arguments, options = parser.parse_known_args(argv)  # what is not ours is pytest's
    chosen = ""
    if arguments.nb:
        from unladen.course import notebooks

        try:
            chosen = ",".join(f"{number:02}" for number in sorted(notebooks.chapters([arguments.nb])))
        except notebooks.NotebookError as problem:
            print(problem, file=sys.stderr)
            return 2
    for ending in (signal.SIGTERM, signal.SIGHUP):  # make passes on the one, a terminal that closes sends the other
        signal.signal(ending, _interrupt)
    done, start = [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="unladen-suite-") as place:
        repeated = os.path.abspath(os.environ.get("UNLADEN_AGAIN") or Path(place) / "again.jsonl")
        os.environ["UNLADEN_AGAIN"] = repeated  # the steps run in another folder
        try:
            for step in steps(chosen, options):
                done.append(run(*step, Path(place)))
        except KeyboardInterrupt:
            print(f"\nInterrupted after {clock(time.monotonic() - start)}: neither yes nor no.", flush=True)
            return 130
        return 0 if summed_up(done, time.monotonic() - start, Path(repeated), bool(chosen or options)) else 1
