"""Run something here, or show the run that was recorded: the one way in which Pythons, Java and extras do it."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from unladen.elsewhere import records
from unladen.elsewhere.records import Record
from unladen.show import FENCE, Volatile, in_html, marked


class Elsewhere(Exception):
    """It cannot be run as asked, or failed; the text says where, why, and what to do."""


class Results(dict):
    """What was left in ``result`` by each run (on one Python, with one option), by its name; shows what was printed.

    ``here`` tells whether it was run on this machine, now; else it is the recorded run, with its ``date`` and
    ``machine``, and ``of_this_cell`` tells whether the record was made of this very source.
    """

    def __init__(self, record: Record, here: bool, status: str, of_this_cell: bool = True) -> None:
        super().__init__({run.name: run.result for run in record.runs})
        self.here, self.of_this_cell = here, of_this_cell
        self.date, self.machine = record.date, record.machine
        self.pythons = {run.name: run.python for run in record.runs}
        self._runs, self._status = record.runs, status

    def __repr__(self) -> str:
        blocks = [f"{run.name} {marked(f'is {run.python}')}\n{FENCE}\n{run.printed}\n{FENCE}" for run in self._runs]
        return "\n".join([marked(self._status), *blocks])

    def _repr_html_(self) -> str:
        blocks = [
            f"<details open><summary>{html.escape(run.name)} {in_html(Volatile(f'is {run.python}'))}</summary>"
            f'<pre class="v">{html.escape(run.printed)}</pre></details>'
            for run in self._runs
        ]
        return f"<p>{in_html(Volatile(self._status))}</p>{''.join(blocks)}"


def here_or_recorded(
    key: str, names: Sequence[str], source: str, missing: str, made: Callable[[], Record], another: str
) -> Results:
    """What ``made`` runs on this machine; where something is ``missing`` (in words), the record called ``key``.

    ``names`` and ``source`` say what was to be run: a record of anything else is said to be of ``another`` one, such as
    "version of the program". Raises ``Elsewhere`` where there is no record either, and whatever ``made`` raises.
    """
    if not missing:
        record = made()
        return Results(record, True, f"Run on this machine: {record.where()}")
    record = records.load(key)
    if record is None:
        raise Elsewhere(f"{missing}. There is no recorded run called {key}.")
    same = record.is_of(names, source)
    what = "This is the recorded run" if same else f"This is a recorded run of ANOTHER {another}"
    return Results(record, False, f"{missing}. {what}: {record.date}, {record.where()}", same)
