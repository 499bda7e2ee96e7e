"""Run something here, or show the run that was recorded: the one way in which all that not every machine has does it.

A kind of such runs (Java, MPI, a GPU) is a module with three functions, the third for the first two:

    def with_mpi(program: str) -> Results:      # what a notebook calls
        return here_or_recorded(job(program))

    def jobs(notebook: Path) -> Iterator[Job]:  # what `make record` is to run anew for a notebook
        if notebook == ROOT / NOTEBOOK:
            yield job("ring.py")

    def job(program: str) -> Job:
        source = (NATIVE / program).read_text(encoding="utf-8")
        missing = "" if shutil.which("mpiexec") else f"mpiexec is not here; to get it: {install_command('mpiexec')}"
        return Job(f"mpi/{program}", ("2", "4"), source, missing, lambda: [run(program, n) for n in "24"], NOTEBOOK)

where ``run`` returns a ``Run``; and ``jobs`` is named in ``KINDS`` of ``course/record.py``. Where a GPU does the work,
``graphics=hardware.graphics`` notes an NVIDIA card and its driver; any function will do that returns {"gpu": …,
"driver": …}. Both are then shown with machine and date. ``tests/elsewhere/test_kinds.py`` adds such a kind.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from unladen.elsewhere import records
from unladen.elsewhere.records import Record, Run
from unladen.show import FENCE, Message, Volatile, in_html, marked


class Elsewhere(Message, RuntimeError):
    """It cannot be run as asked, or failed; the text says where, why, and what to do."""


@dataclass(frozen=True)
class Job:
    """Something to be run here, or shown as it was recorded.

    ``key`` says where its record is (``results/KEY.json``), ``names`` what its runs are called, ``source`` of what text
    they are (None: of whatever was recorded). ``missing`` says what is not here and how to get it, and is empty if
    nothing is; ``made`` runs it all. ``extra`` is what installs a package of the course for it. A record of other
    names or another source is said to be one of ``another``.
    """

    key: str
    names: tuple[str, ...]
    source: str | None
    missing: str
    made: Callable[[], Sequence[Run]]
    notebook: str = ""
    extra: str = ""
    another: str = "text than this cell's"
    graphics: Callable[[], Mapping[str, str]] = dict

    @property
    def command(self) -> str:
        """What makes the record anew."""
        return "make record" + f" NB={self.notebook}" * bool(self.notebook) + f" WITH={self.extra}" * bool(self.extra)

    def record(self) -> Record:
        """Run it on this machine, now. Raises whatever ``made`` raises."""
        runs = self.made()
        return records.made_now(self.names, self.source, runs, self.notebook, self.command, **self.graphics())


class Results(dict):
    """What was left in ``result`` by each run (on one Python, with one option), by its name; shows what was printed.

    ``here`` tells whether it was run on this machine, now; else it is the recorded run, with its ``date`` and
    ``machine``, and ``of_this_cell`` tells whether the record was made of this very source. ``status`` says all that.
    """

    def __init__(self, record: Record, here: bool, status: str, of_this_cell: bool = True) -> None:
        super().__init__({run.name: run.result for run in record.runs})
        self.here, self.of_this_cell, self.status = here, of_this_cell, status
        self.date, self.machine, self.gpu, self.driver = record.date, record.machine, record.gpu, record.driver
        self.by = {run.name: run.by for run in record.runs}
        self.printed = {run.name: run.printed for run in record.runs}

    def __repr__(self) -> str:
        blocks = [
            f"{name} {marked(f'is {self.by[name]}')}\n{FENCE}\n{text}\n{FENCE}" for name, text in self.printed.items()
        ]
        return "\n".join([marked(self.status), *blocks])

    def _repr_html_(self) -> str:
        blocks = [
            f"<details open><summary>{html.escape(name)} {in_html(Volatile(f'is {self.by[name]}'))}</summary>"
            f'<pre class="v">{html.escape(text)}</pre></details>'
            for name, text in self.printed.items()
        ]
        return f"<p>{in_html(Volatile(self.status))}</p>{''.join(blocks)}"


def here_or_recorded(job: Job) -> Results:
    """What the job gives on this machine; where something is missing, its record.

    Raises ``Elsewhere`` where there is no record either, and whatever the job raises.
    """
    if job.missing:
        return replayed(job)
    record = job.record()
    return Results(record, True, f"Run on this machine: {record.where()}")


def replayed(job: Job) -> Results:
    """The job's record. Raises ``Elsewhere`` where there is none, or none that can be read."""
    try:
        record = records.load(job.key)
    except records.Damaged as problem:
        raise Elsewhere(f"{job.missing}. And {problem}") from None
    if record is None:
        file = records.name_of(job.key)
        how = f"`{job.command}` makes it where nothing is missing; if it was deleted: git checkout {file}"
        raise Elsewhere(f"{job.missing}. There is no recorded run called {job.key} ({file}): {how}")
    same = job.source is None or record.is_of(job.names, job.source)
    what = "This is the recorded run" if same else f"This is a recorded run of ANOTHER {job.another}"
    return Results(record, False, f"{job.missing}. {what}: {record.date}, {record.where()}", same)
