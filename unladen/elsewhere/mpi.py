"""Run a cell's source as several ranks of MPI: what ``%%mpi`` does, or the recorded run in its place.

The ranks are processes of this machine (see ``ranks.py``). The records lie in ``results/mpi/``.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from unladen.compiling.absent import Absent
from unladen.elsewhere import ranks
from unladen.elsewhere.ranks import SECONDS, called
from unladen.elsewhere.recorded import Elsewhere, Job, Results, here_or_recorded
from unladen.elsewhere.records import Run
from unladen.line import CellError, identifier, listed, take_option, words_of
from unladen.sandbox.interrupts import held
from unladen.sandbox.process import Child, started

MOST = 16  # ranks: more than that are no lesson on one machine


@dataclass(frozen=True)
class Asked:
    """What a cell's first line asks for: ``counts`` of ranks, what the results are called, limit, expected end."""

    counts: tuple[int, ...]
    key: str
    seconds: float = SECONDS
    dies: bool = False


class ByRanks(Results):
    """Results by the number of ranks: ``heat[4]``."""

    def __init__(self, results: Results) -> None:
        dict.__init__(self, {int(name.split()[0]): result for name, result in results.items()})
        self.__dict__.update(results.__dict__)


def asked(line: str) -> Asked:
    """Read the line of ``%%mpi``. Raises ``CellError`` for one that cannot be read."""
    words = words_of(line)
    limit = take_option(words, "--seconds", "a number: --seconds 10")
    dies = "--dies" in words
    words = [word for word in words if word != "--dies"]
    if len(words) < 2:
        raise CellError(f"%%mpi takes numbers of ranks and a NAME, as in `%%mpi 2,4 heat`; got {listed(words)}.")
    name = identifier("%%mpi", words[-1], "the results")
    counts = tuple(filter(None, re.split(r"[\s,]+", " ".join(words[:-1]))))
    if not counts or len(set(counts)) < len(counts) or not all(_is_count(count) for count in counts):
        raise CellError(f"%%mpi takes numbers of ranks from 1 to {MOST}, each once; got {', '.join(counts) or 'none'}.")
    try:
        seconds = float(limit or SECONDS)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise CellError(f"--seconds is a number above 0 and up to 3600, such as --seconds 10; got {limit}.")
    return Asked(tuple(map(int, counts)), name, seconds, dies)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0" and 1 <= int(text) <= MOST


def mpi(wanted: Asked, source: str) -> ByRanks:
    """Run ``source`` with each of the numbers of ranks in turn, or return the record where there is no ``mpiexec``.

    With ``wanted.dies`` a rank is expected to fail or to wait for ever: the result is then the sentence that says so.
    Raises ``Elsewhere`` where a rank does so unexpectedly, and where MPI is missing and there is no record.
    """
    return ByRanks(here_or_recorded(job(wanted, source)))


def job(wanted: Asked, source: str, notebook: str = "") -> Job:
    """What ``%%mpi`` is to do with a cell."""

    def made() -> list[Run]:
        return [ranks.run(count, source, wanted.seconds, wanted.dies) for count in wanted.counts]

    return Job(f"mpi/{wanted.key}", tuple(map(called, wanted.counts)), source, missing(), made, notebook)


def missing() -> str:
    """What of MPI is not here, and how to get it; empty if nothing is."""
    if sys.platform == "win32":
        return "MPI is not here; to get it: run the course in WSL, where it is a package"
    gone = [] if ranks.mpiexec() else ["mpiexec"]
    gone += [] if importlib.util.find_spec("mpi4py") else ["mpi4py"]
    if not gone:
        return ""
    verb = "is" if len(gone) == 1 else "are"
    return f"{' and '.join(gone)} {verb} not here; to get it: python -m pip install mpich mpi4py"


def launch(count: int, program: str) -> str | Absent:
    """Run a text as ``mpiexec -n COUNT python program.py`` does, with nothing of ours in between.

    Returns what it printed, its lines sorted, and prints the command and these. Where there is no MPI, that is said in
    a line. Raises ``Elsewhere`` if it fails, or has not ended after a minute.
    """
    if gone := missing():
        print(gone)
        return Absent(gone)
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as place:
        Path(place, "program.py").write_text(program, encoding="utf-8")
        command = ranks.command(count, "program.py")
        with held() as interrupts:
            child = Child(ranks.environment(), lambda given: started(command, given, Path(place)))
            try:
                interrupts.heed()
                ending = child.wait(SECONDS)
            finally:
                interrupts.hold()
                segments = ranks.segments(child.pid)
                child.end()
                for path in segments:
                    path.unlink(missing_ok=True)
    said = "\n".join(sorted(child.text("stdout").splitlines()))
    print(f"$ mpiexec -n {count} python program.py\n{said}")
    if ending != "itself" or child.process.returncode:
        raise Elsewhere(f"it did not come to its end:\n{child.text('stderr')}")
    return said
