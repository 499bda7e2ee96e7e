"""Recorded runs of ``%%on`` cells, for machines that lack one of the Pythons: ``results/NAME.json``, one for each cell.

``make record`` writes them. Keys have a fixed order and texts are lists of lines, so that a new record is a small diff.
"""

from __future__ import annotations

import datetime
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unladen.host import hardware

FOLDER = Path(__file__).resolve().parents[2] / "results"


@dataclass(frozen=True)
class Run:
    """What one Python printed, and its ``result``; ``name`` is what a cell calls it, ``python`` its full name."""

    name: str
    python: str
    printed: str
    result: object


@dataclass(frozen=True)
class Record:
    """A run of one cell on several Pythons of one machine, and when and where that was."""

    names: tuple[str, ...]
    source: str
    date: str
    machine: dict[str, str]
    runs: tuple[Run, ...]
    cell: str = ""  # the notebook it stands in

    def is_of(self, names: Sequence[str], source: str) -> bool:
        """Whether this is a run of this source, on these Pythons."""
        return self.names == tuple(names) and self.source == _stripped(source)

    def where(self) -> str:
        """The machine, in a phrase."""
        return ", ".join(self.machine.values())


def made_now(names: Sequence[str], source: str, runs: Sequence[Run], cell: str = "") -> Record:
    """A record of what was just run on this machine."""
    cores = hardware.cores()["usable"]
    machine = {
        "processor": hardware.processor(),
        "cores": f"{cores:g} core{'s' * (cores != 1)}",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}, {platform.machine()}",
    }
    return Record(tuple(names), _stripped(source), datetime.date.today().isoformat(), machine, tuple(runs), cell)


def _stripped(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip("\n").splitlines()).rstrip()


def path_of(key: str) -> Path:
    return FOLDER / f"{key}.json"


def load(key: str) -> Record | None:
    """The record called ``key``; None if there is none."""
    try:
        kept = json.loads(path_of(key).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    runs = [Run(name, r["python"], "\n".join(r["printed"]), r["result"]) for name, r in kept["runs"].items()]
    source = "\n".join(kept["source"])
    return Record(tuple(kept["names"]), source, kept["date"], kept["machine"], tuple(runs), kept["cell"])


def save(key: str, record: Record, remake: str = "") -> None:
    """Write the record as ``results/KEY.json``, with the command that makes it anew (that of the cell's notebook)."""
    kept = {
        "cell": record.cell,
        "remake": remake or f"make record NB={record.cell}",
        "date": record.date,
        "machine": record.machine,
        "names": list(record.names),
        "source": record.source.split("\n"),
        "runs": {
            run.name: {"python": run.python, "printed": run.printed.split("\n"), "result": run.result}
            for run in record.runs
        },
    }
    path_of(key).parent.mkdir(parents=True, exist_ok=True)
    path_of(key).write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
