"""Reading ledgers: what `claim` wrote where ``UNLADEN_EVIDENCE`` named a folder, one line of JSON a claim.

A line is used if it says which claim it is of and what became of it. Keys that are not known are passed over, and what
is not there has its usual value, so that ledgers of other versions can be read; what is no line is counted and named.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("ratio", "seconds", "number", "truth", "absent")
VERDICTS = ("holds", "fails", "cannot tell")
# Above these shares of the cores or of the time, somebody else was felt: the bounds by which `claim` says so.
_TAKEN, _WAITED, _STOLEN = 0.2, 0.05, 0.02


class NoLedger(Exception):
    """There is nothing to read; the message says where it was looked for, and how a ledger comes about."""


@dataclass(frozen=True)
class Line:
    """One claim in one run; ``turn`` tells claims apart that have the same sentence, 1 for the first of a run.

    ``first`` is what was measured first, NaN for what is no number; ``quiet`` is None where that was not told.
    """

    chapter: str
    sentence: str
    turn: int
    kind: str
    verdict: str
    first: float = math.nan
    at_least: float | None = None
    at_most: float | None = None
    timed: bool = False
    both_ways: bool = False
    attempts: int = 1
    cell: int = 0
    quiet: bool | None = None
    machine: str = ""
    python: str = ""
    course: str = ""
    when: str = ""
    run: str = ""

    @property
    def version(self) -> str:
        """The version of Python without its last part, 3.11: in one such, the course is the same."""
        return ".".join(self.python.split(".")[:2])


@dataclass
class Ledger:
    """The ``lines`` of some ledgers, and the places of what was no line (``broken``), as FILE:NUMBER."""

    lines: list[Line] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def of(self, course: str | None, python: str | None) -> list[Line]:
        """The lines of one version of the course (all: of each) and one of Python: those of the newest line, if None.

        Raises ``NoLedger`` if there are none.
        """
        found = [line for line in self.lines if course in (None, "all", line.course)]
        found = [line for line in found if python in (None, line.version)]
        if not found:
            there = "; ".join(sorted({_versions(line) for line in self.lines}))
            raise NoLedger(f"no line is of course {course or 'any'}, Python {python or 'any'}; give one of {there}")
        newest = max(found, key=lambda line: line.when)
        found = [line for line in found if line.version == newest.version]
        return [line for line in found if course == "all" or line.course == newest.course]

    def others(self, lines: Iterable[Line]) -> str:
        """What is not among these ``lines``, in words: how many lines of which versions."""
        taken = {id(line) for line in lines}
        counts = Counter(_versions(line) for line in self.lines if id(line) not in taken)
        return "; ".join(f"{count} of {versions}" for versions, count in sorted(counts.items()))


def _versions(line: Line) -> str:
    return f"course {line.course or 'unknown'}, Python {line.version or 'unknown'}"


def read(folders: Iterable[Path]) -> Ledger:
    """Read every ledger in these folders, and in those inside. Raises ``NoLedger`` if no line is found."""
    folders, ledger = list(folders), Ledger()
    for folder in folders:
        if not folder.is_dir():
            raise NoLedger(f"{folder} is no folder; a ledger is a folder that UNLADEN_EVIDENCE named while claims ran")
        for path in sorted(folder.rglob("claims-*.jsonl")):
            _read_file(path, ledger)
    if not ledger.lines:
        unread = f" ({len(ledger.broken)} lines could not be read)" if ledger.broken else ""
        raise NoLedger(
            f"no claim is written down in {', '.join(map(str, folders)) or 'no folder'}{unread}; "
            "`make evidence` writes a ledger, and so does any run with UNLADEN_EVIDENCE=FOLDER"
        )
    return ledger


def _read_file(path: Path, ledger: Ledger) -> None:
    turns: Counter[tuple] = Counter()
    last = {"run": "", "chapter": "", "cell": 0}
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                said = _object(text)
                place = {"run": str(said.get("run") or ""), "chapter": said["chapter"], "cell": _int(said, "cell", 0)}
                again = place["cell"] < last["cell"] and place["chapter"] == last["chapter"]
                if again or place["run"] != last["run"]:
                    turns.clear()  # another process with the same number
                line = _line(said, place, turns[said["chapter"], said["sentence"]] + 1)
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
                ledger.broken.append(f"{path.name}:{number}")
                continue
            turns[line.chapter, line.sentence] += 1
            ledger.lines.append(line)
            last = place


def _object(text: str) -> dict:
    said = json.loads(text)
    said = {key: _printable(value) if isinstance(value, str) else value for key, value in dict(said).items()}
    if not all(isinstance(said[key], str) for key in ("chapter", "sentence")):
        raise ValueError("not a claim")
    if said["kind"] not in KINDS or said["verdict"] not in VERDICTS:
        raise ValueError("not of a known kind")
    return said


def _printable(text: str) -> str:
    """A text in which nothing commands a terminal, breaks a line, turns one round, or cannot be written."""
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else "\ufffd" for c in text)


def _line(said: dict, place: dict, turn: int) -> Line:
    measured = _float(said.get("measured"))
    first = _float(said.get("first"))
    return Line(
        said["chapter"],
        said["sentence"],
        turn,
        said["kind"],
        said["verdict"],
        first=measured if math.isnan(first) else first,
        at_least=_bound(said.get("at_least")),
        at_most=_bound(said.get("at_most")),
        timed=bool(said.get("timed")) or said["kind"] in ("ratio", "seconds"),
        both_ways=bool(said.get("both_ways")),
        attempts=_int(said, "attempts", 1),
        cell=place["cell"],
        quiet=_quiet(said),
        run=place["run"],
        **{name: str(said.get(name) or "") for name in ("machine", "python", "course", "when")},
    )


def _float(value: object) -> float:
    """A number as it was written; beyond all floats it is infinite, and where there is none it is NaN."""
    try:
        return math.nan if value is None else float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _bound(value: object) -> float | None:
    return None if value is None else _float(value)


def _int(said: dict, key: str, usual: int) -> int:
    return int(said[key]) if said.get(key) is not None else usual


def _quiet(said: dict) -> bool | None:
    """Whether the machine had little else to do; None if the line tells neither what others took nor the load."""
    load, taken, waited, stolen = (_float(said.get(key)) for key in ("load", "others", "waited", "stolen"))
    if not math.isnan(taken):
        return taken <= _TAKEN and not waited > _WAITED and not stolen > _STOLEN
    return None if math.isnan(load) else load <= max(1.0, 0.75 * _int(said, "cores", 1))


def quiet_runs(lines: Sequence[Line]) -> tuple[int, int, int]:
    """How many runs were quiet, how many loaded, and of how many it is not told: what most of a run's lines say."""
    votes: dict[str, Counter] = {}
    for line in lines:
        votes.setdefault(line.run, Counter())[line.quiet] += 1
    told = [{word: count for word, count in run.items() if word is not None} for run in votes.values()]
    quiet = sum(1 for run in told if run and run.get(True, 0) >= run.get(False, 0))
    untold = sum(1 for run in told if not run)
    return quiet, len(told) - quiet - untold, untold
