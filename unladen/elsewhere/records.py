"""Recorded runs, for machines that lack what a run needs: ``results/KEY.json``, all of one format.

``make record`` writes them. Fields have a fixed order, texts are lists of lines: a new record is a small diff.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unladen.folders import PACKAGE
from unladen.host import hardware

ROOT = PACKAGE.parent
FOLDER = ROOT / "results"
# what every record has; `gpu` and `driver` are there where a GPU did the work
_FIELDS = {
    "notebook": str,
    "command": str,
    "date": str,
    "machine": dict,
    "names": list,
    "source": list,
    "runs": dict,
}
_KINDS = {str: "a text", list: "a list", dict: "an object"}


class Damaged(Exception):
    """The file of a record cannot be read; the text says which, why, and how to restore it."""


@dataclass(frozen=True)
class Run:
    """One run: its ``name`` (a Python, an option), ``by`` what it was run, what was ``printed``, and its ``result``."""

    name: str
    by: str
    printed: str
    result: object


@dataclass(frozen=True)
class Record:
    """The runs of one source on one machine, when and where that was, and the ``command`` that makes them anew."""

    names: tuple[str, ...]
    source: str
    date: str
    machine: dict[str, str]
    runs: tuple[Run, ...]
    notebook: str = ""
    command: str = ""
    gpu: str = ""
    driver: str = ""

    def is_of(self, names: Sequence[str], source: str) -> bool:
        """Whether these are the runs of that name, of this source."""
        return self.names == tuple(names) and self.source == _stripped(source)

    def where(self) -> str:
        """The machine, with the GPU and its driver if one did the work, in a phrase."""
        return ", ".join(filter(None, [*self.machine.values(), self.gpu, self.driver and f"driver {self.driver}"]))


def made_now(
    names: Sequence[str], source: str, runs: Sequence[Run], notebook: str = "", command: str = "", **graphics: str
) -> Record:
    """A record of what was just run on this machine; ``graphics`` are its ``gpu`` and ``driver``, if one did it."""
    cores = hardware.cores()["usable"]
    machine = {
        "processor": hardware.processor(),
        "cores": f"{cores:g} core{'s' * (cores != 1)}",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}, {platform.machine()}",
    }
    today = datetime.date.today().isoformat()
    return Record(tuple(names), _stripped(source), today, machine, tuple(runs), notebook, command, **graphics)


def _stripped(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip("\n").splitlines()).rstrip()


# -- the files


def name_of(key: str) -> str:
    """How messages name the file of a record."""
    return f"{FOLDER.name}/{key}.json"


def load(key: str) -> Record | None:
    """The record called ``key``; None if there is none. Raises ``Damaged`` if it cannot be read."""
    try:
        return _record(json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as problem:
        why = getattr(problem, "strerror", None) or problem
        restore = f"restore it with: git checkout {name_of(key)}"
        raise Damaged(f"its recorded run, {name_of(key)}, cannot be read ({why}); {restore}") from None


def _record(kept: object) -> Record:
    """The record that a file holds. Raises ``ValueError`` or ``TypeError``, which say what is wrong with it."""
    _check(kept, _FIELDS, "the file")
    for name, run in kept["runs"].items():
        _check(run, {"by": str, "printed": list}, f"the run {name}")
    runs = [Run(name, run["by"], "\n".join(run["printed"]), run.get("result")) for name, run in kept["runs"].items()]
    if not runs:
        raise ValueError("it has no runs")
    if kept["names"] != [run.name for run in runs]:
        raise ValueError(f"its names are {kept['names']}, its runs {[run.name for run in runs]}")
    optional = {name: kept[name] for name in ("gpu", "driver") if name in kept}
    _check(kept["machine"] | optional, dict.fromkeys([*kept["machine"], *optional], str), "the machine")
    place = kept["date"], kept["machine"]
    names, source = tuple(kept["names"]), "\n".join(kept["source"])
    return Record(names, source, *place, tuple(runs), kept["notebook"], kept["command"], **optional)


def _check(given: object, fields: dict[str, type], what: str) -> None:
    if not isinstance(given, dict):
        raise TypeError(f"{what} is no object")
    for name, kind in fields.items():
        if not isinstance(given.get(name), kind):
            raise TypeError(f"{what} has no {name!r} that is {_KINDS[kind]}")


def save(key: str, record: Record, folder: Path | None = None) -> None:
    """Write the record as ``KEY.json`` into ``folder`` (``results/``), whole or not at all."""
    kept = {
        "notebook": record.notebook,
        "command": record.command,
        "date": record.date,
        "machine": record.machine,
        **{name: text for name in ("gpu", "driver") if (text := getattr(record, name))},
        "names": list(record.names),
        "source": record.source.split("\n"),
        "runs": {
            run.name: {"by": run.by, "printed": run.printed.split("\n"), "result": run.result} for run in record.runs
        },
    }
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    path = (folder or FOLDER) / f"{key}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
