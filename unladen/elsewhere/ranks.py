"""The ranks of MPI: processes that ``mpiexec`` starts on this machine, and how they ended, in one sentence.

``mpiexec`` is the one that came with the package mpich. It and the ranks end with whoever started them, whatever
happens to that, and so does the memory that they share. What runs inside of each rank is ``rank.py``.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from unladen.elsewhere.recorded import Elsewhere
from unladen.elsewhere.records import Run
from unladen.host.effort import CEILING, busy, relatives
from unladen.sandbox.interrupts import held
from unladen.sandbox.process import PRINTED, Child, started

SECONDS = 60.0  # what a cell may take with each number of ranks
RANK = str(Path(__file__).with_name("rank.py"))
_GRACE = 0.5  # seconds in which further ranks may fail as the first did
_ALL_GONE = (signal.SIGKILL, signal.SIGTERM)  # how mpiexec ends the others


def called(count: int) -> str:
    return f"{count} rank{'s' * (count != 1)}"


def mpiexec() -> str:
    """The path of the ``mpiexec`` that belongs to this Python; of another one, if there is none; else empty."""
    own = Path(sys.executable).with_name("mpiexec")
    return str(own) if own.exists() else shutil.which("mpiexec") or ""


def run(count: int, source: str, seconds: float = SECONDS, dies: bool = False) -> Run:
    """Run ``source`` as ``count`` ranks, in a folder of their own; all that they start ends with them.

    What they print comes in the order of their numbers. ``Elsewhere`` says who raised what in which line, who ended
    how, or where each was when the time was over; or, if they were to fail (``dies``), that none did.
    """
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        for part in ("work", "tmp"):
            (folder / part).mkdir()
        # the magic's own line is line 1
        (folder / "work" / "cell.py").write_text("\n" + source, encoding="utf-8")
        with held() as interrupts:
            ranks = _Ranks(count, folder, seconds)
            try:
                interrupts.heed()
                ending = ranks.watch(seconds)
            finally:
                interrupts.hold()
                ranks.end()
        problem = ranks.problem(ending, seconds)
        printed = "\n".join(filter(None, (ranks.printed_by(rank) for rank in range(count))))
        library = next(filter(None, (ranks.file("library", rank) for rank in range(count))), "MPI")
        answer = ranks.answer(0) or {}
    if dies and not problem:
        raise Elsewhere(f"{called(count)} came to the end, and --dies says that one would not: leave it out.")
    if problem and not dies:
        raise Elsewhere("\n".join(filter(None, (problem, ranks.trace, printed))))
    by = f"{library}, Python {platform.python_version()}"
    return Run(called(count), by, "\n".join(filter(None, (printed, problem))), problem or answer["result"])


class _Ranks(Child):
    """The ranks, and ``mpiexec``, which started them."""

    def __init__(self, count: int, folder: Path, seconds: float) -> None:
        self.count, self.folder, self.trace = count, folder, ""
        self._failed = 0.0
        words = command(count, "-I", RANK, str(folder), str(count), str(CEILING * seconds + 120), told=True)
        variables = environment() | {"TMPDIR": str(folder / "tmp")}
        super().__init__(variables, lambda given: started(words, given, folder / "work"))

    def watch(self, seconds: float) -> str:
        """Wait for the ranks; return how they ended: "itself", "timeout" or "failed"."""
        ending = self.wait(seconds, self._somebody_failed)
        if ending == "timeout":
            self._ask_where()
        return "failed" if ending == "looked" else ending

    def end(self) -> None:
        """Kill mpiexec and the ranks, and remove what they share if they have not come to do that themselves."""
        shared = segments(self.process.pid)
        super().end()
        for path in shared:
            path.unlink(missing_ok=True)

    def _somebody_failed(self) -> bool:
        """Whether a rank has failed, and the others have had the time to do so as well."""
        answers = [self.answer(rank) for rank in range(self.count)]
        if not any(answer and _failed(answer) for answer in answers):
            return False
        self._failed = self._failed or self.effort.worked
        return all(answers) or self.effort.worked > self._failed + _GRACE

    def _ask_where(self) -> None:
        """Have each rank write down where it is."""
        waiting = [rank for rank in range(self.count) if not self.answer(rank)]
        for rank in waiting:
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(self.file("pid", rank)), signal.SIGUSR1)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and not all(self._line(rank) for rank in waiting):
            time.sleep(0.05)

    def file(self, name: str, rank: int) -> str:
        """What a rank has written under that name so far."""
        with contextlib.suppress(OSError):
            return (self.folder / f"{name}.{rank}").read_text(encoding="utf-8", errors="replace")
        return ""

    def answer(self, rank: int) -> dict | None:
        """What a rank has answered so far."""
        text = self.file("answer", rank)
        return json.loads(text) if text else None

    def _line(self, rank: int) -> str:
        """The line of the cell in which a rank said it is; empty if it did not say."""
        found = re.search(r'File ".*[/\\]cell\.py", line (\d+)', self.file("where", rank))
        return found[1] if found else ""

    def printed_by(self, rank: int) -> str:
        """What a rank printed, each line with its number."""
        lines = self._readable(self.file("printed", rank)[:PRINTED]).rstrip().splitlines()
        return "\n".join(f"[{rank}] {line}" for line in lines)

    def _readable(self, text: str) -> str:
        """A text without our own lines, nor the name of a folder that is gone."""
        cell = self.folder / "work" / "cell.py"
        for place in (str(cell), os.path.realpath(cell)):
            text = text.replace(place, "the cell")
        ours = ("guest.py", "rank.py", "node 0 (rank", "Abort(")
        return "\n".join(line for line in text.splitlines() if not any(part in line for part in ours))

    def problem(self, ending: str, seconds: float) -> str:
        """What went wrong, in one sentence that does not depend on the machine; empty if nothing did."""
        answers = {rank: self.answer(rank) for rank in range(self.count)}
        failed = {rank: answer for rank, answer in answers.items() if answer and _failed(answer)}
        if failed:
            return self._raised(failed)
        lost = [rank for rank, answer in answers.items() if not answer]
        if ending == "timeout":
            return self._waiting(lost, seconds)
        for rank in range(self.count):  # it goes on for a moment, and may have come to the end of the cell
            if called_abort := re.search(r"^Abort\((\d+)\) on node", self.file("printed", rank), re.M):
                return f"{self._name(rank)} called Abort({called_abort[1]}){self._others()}."
        if not lost:
            code = self.process.returncode
            return f"the cell was done, and mpiexec ended with status {code}: {self._mpiexec_said()}" if code else ""
        statuses = self._statuses()
        if not statuses:
            return f"mpiexec ended before the ranks did: {self._mpiexec_said()}"
        # how mpiexec ends the others cannot be told from what ended the first, if that was the same
        first = [rank for rank in lost if statuses[rank] and -statuses[rank] not in _ALL_GONE]
        rank = (first or [rank for rank in lost if statuses[rank]] or lost)[0]
        who = self._name(rank) if first or self.count == 1 else f"one of {called(self.count)}"
        how = (
            f"was ended by {signal.Signals(-code).name}"
            if (code := statuses[rank]) < 0
            else f"ended with status {code}"
        )
        return f"{who} {how} before it was done{self._others()}."

    def _raised(self, failed: dict[int, dict]) -> str:
        rank, answer = min(failed.items())
        if answer["problem"]:
            return f"{answer['problem']}."
        self.trace = self._readable(answer["trace"])
        lines = re.findall(r'File ".*[/\\]cell\.py", line (\d+)', answer["trace"])
        alike = [r for r, other in failed.items() if other.get("error") == answer["error"]]
        who = self._name(rank) if len(alike) == 1 else f"ranks {_and(alike)} of {self.count}"
        others = self._others() if len(alike) == 1 else ""
        return f"{who} raised {answer['error']}{f' (line {lines[-1]} of the cell)' if lines else ''}{others}."

    def _waiting(self, lost: list[int], seconds: float) -> str:
        """Who was not done when the time was over, and where each of them was."""
        if self.effort.worked < seconds:
            told = f"{called(self.count)} could work for {self.effort.worked:.0f} s only{busy()}, and were ended"
            return f"{told}: close what else is running, and run it again."
        where = [
            f"rank {r} {f'in line {self._line(r)} of the cell' if self._line(r) else 'outside of it'}" for r in lost
        ]
        done = "" if len(lost) == self.count else "; the others were done"
        return f"after {seconds:g} s the cell had not ended, and was ended: {', '.join(where)}{done}."

    def _name(self, rank: int) -> str:
        return f"rank {rank} of {self.count}"

    def _others(self) -> str:
        return {1: "", 2: ", and the other was ended"}.get(self.count, ", and the others were ended")

    def _statuses(self) -> list[int]:
        """How each rank ended: an exit status, or a signal below 0; none, if mpiexec did not come to say."""
        said = re.search(r"Exit codes: \[[^\]]*\] ([\d,]+)", self.text("stdout") + self.text("stderr"))
        statuses = [os.waitstatus_to_exitcode(int(code)) for code in said[1].split(",")] if said else []
        return statuses if len(statuses) == self.count else []

    def _mpiexec_said(self) -> str:
        return " ".join((self.text("stderr") + self.text("stdout")).split())[:500] or "it said nothing"


def command(count: int, *words: str, told: bool = False) -> list[str]:
    """What starts this Python with these words as ``count`` ranks, all of which end with this process.

    With ``told`` it says at the end how each rank ended.
    """
    if Path(mpiexec()).with_name("hydra_pmi_proxy").exists():
        options = ["-launcher", "fork", "-localhost", "localhost"]  # MPICH: this machine alone, whatever its name
        options += ["-print-all-exitcodes"] * told
    else:
        options = ["--oversubscribe"]
    start = [sys.executable, "-I", "-S", RANK, "--start", str(os.getpid()), mpiexec(), *options]
    return [*start, "-n", str(count), sys.executable, *words]


def environment() -> dict[str, str]:
    """The variables without those that steer Python, or come from an MPI around us."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PMI_", "HYD"))}


def segments(pid: int) -> set[Path]:
    """What the process and all that it has started hold of MPICH's shared memory: who is killed leaves it behind."""
    found = set()
    for member in relatives(pid) if sys.platform == "linux" else []:
        with contextlib.suppress(OSError), open(f"/proc/{member}/maps", encoding="utf-8", errors="replace") as maps:
            found |= set(re.findall(r" (/dev/shm/mpich\S+)$", maps.read(), re.M))
    return set(map(Path, found))


def _failed(answer: dict) -> bool:
    return bool(answer["problem"]) or "error" in answer


def _and(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last
