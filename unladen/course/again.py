"""A pytest plugin: what failed by a measurement, and by nothing else, is measured again: once, and in the open.

What a process drew at its start (where its memory lies, which core it has) cannot be measured away inside it. Therefore
a notebook in which claims about time failed, and nothing else, is executed once more, whole, in a fresh kernel; so is a
test that is marked ``measures``, by pytest-rerunfailures. A second failure is a failure. An output that differs, a
wrong result, an exception of another kind or a dead kernel is never tried again, nor is what fails beside one.

The plugin is named in pyproject.toml. What was run again is recorded, a line of JSON each, in the file that
``UNLADEN_AGAIN`` names, or in one of this run alone, and pytest ends by naming it with its numbers. More than ``LIMIT``
notebooks, or tests, are no matter of chance: the run fails. Tests: ``tests/course/test_again.py``.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest

from unladen.course import again_notebook
from unladen.timing.claim import CannotTell, TimeClaimFailed

LIMIT = 2  # in a run, of notebooks and of tests
ONLY = TimeClaimFailed, CannotTell


def record(path: Path, what: str, kind: str, claims: list[str], saved: bool) -> None:
    """Append to the file ``path``, in one piece, that ``what`` (a ``kind``: notebook, test) was run once more."""
    line = json.dumps({"what": what, "kind": kind, "claims": claims, "saved": saved}, ensure_ascii=False)
    with open(path, "ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


def summary(path: str | os.PathLike, *, since: int = 0) -> tuple[list[str], bool]:
    """Say what was run once more, and whether that is little enough to be chance.

    Returns the last lines of a run (none if nothing was run again; ``since`` leaves out as many that were recorded
    first) and whether at most ``LIMIT`` notebooks and at most ``LIMIT`` tests are recorded in the file ``path``.
    """
    entries = _read(Path(path))
    lines = [
        f"{entry['what']}: {'it held' if entry['saved'] else 'it failed'} the second time; the first, "
        + "; ".join(entry["claims"])
        for entry in entries[since:]
    ]
    numbers = {kind: sum(entry["kind"] == kind for entry in entries) for kind in ("notebook", "test")}
    many = [f"{number} {kind}s" for kind, number in numbers.items() if number > LIMIT]
    if many:
        lines.append(
            f"{' and '.join(many)} were measured again in this run. More than {LIMIT} of a kind are no matter of "
            "chance: the run failed. Is this machine busy? If not, these claims are too tight."
        )
    return lines, not many


def _read(path: Path) -> list[dict]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def pytest_configure(config) -> None:
    """Know the file of records, and name it to whatever runs below: pytest-xdist's workers, a test's own pytest."""
    if not (named := os.environ.get("UNLADEN_AGAIN")):
        folder = tempfile.TemporaryDirectory(prefix="unladen-again-", ignore_cleanup_errors=True)
        config.add_cleanup(folder.cleanup)
        config.add_cleanup(lambda: os.environ.pop("UNLADEN_AGAIN", None))
        named = os.path.join(folder.name, "again.jsonl")
    os.environ["UNLADEN_AGAIN"] = os.path.abspath(named)
    config.pluginmanager.register(_Reports(config, Path(named).absolute()), "unladen-again-reports")


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_handlecrashitem(crashitem, report, sched) -> None:
    """Leave a test dead that killed its process: pytest-rerunfailures would try it again like any other."""
    sched.config.failures_db.set_test_reruns(crashitem, 0)


def pytest_itemcollected(item) -> None:
    """Let a test that measures be run again where nothing but this very measurement failed.

    pytest-rerunfailures follows an exception to the one that was being handled; the pattern is for what was raised.
    """
    if item.get_closest_marker("measures") and not item.config.option.usepdb:
        names = "|".join(error.__name__ for error in ONLY)
        item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=list(ONLY), rerun_except=f"^(?!({names}): )"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, ONLY):
        report.claim = first_line(str(call.excinfo.value))
    return report


def first_line(message: str) -> str:
    """What a failed claim says, with its numbers and without its advice."""
    return message.split("\n", 1)[0].rstrip(".")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Ask the kernel what a cell raised while it is there to be asked."""
    try:
        return (yield)
    except Exception:
        again_notebook.note(item, [error.__name__ for error in ONLY])
        raise


class _Reports:
    """Runs notebooks, hears of the tests that pytest-rerunfailures runs again, and records both."""

    def __init__(self, config, path: Path):
        self.config, self.path, self.before = config, path, len(_read(path))
        self.waiting: dict[str, list[str]] = {}  # what the claims of tests that are run again said
        self.failed: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem) -> bool | None:
        """Run a notebook's cell, and after the last one, where it may help, the whole notebook once more."""
        if type(item).__name__ != "IPyNbCell":
            return None
        root = self.config.rootpath
        what = item.path.relative_to(root).as_posix() if item.path.is_relative_to(root) else str(item.path)

        def recorded(claims: list[str], saved: bool) -> None:
            record(self.path, what, "notebook", [first_line(claim) for claim in claims], saved)

        again_notebook.run(item, nextitem, recorded)
        return True

    def pytest_runtest_logreport(self, report) -> None:
        name = report.nodeid
        if hasattr(report, "node"):
            return  # one of pytest-xdist's workers ran it, and has recorded it
        if report.outcome == "rerun" and hasattr(report, "claim"):
            self.waiting.setdefault(name, []).append(report.claim)
        elif name in self.waiting and report.rerun:
            if report.failed:
                self.failed.add(name)
            if report.when == "teardown":
                record(self.path, name, "test", self.waiting.pop(name), name not in self.failed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session) -> None:
        """Let out and record what an interrupt left; fail the run where too much was run again."""
        for item in getattr(session, "items", []):  # where pytest-xdist's workers run them there are none
            again_notebook.let_out(item.parent)
        for name, claims in self.waiting.items():
            record(self.path, name, "test", claims, saved=False)
        if session.exitstatus == 0 and not self.summary()[1] and not hasattr(self.config, "workerinput"):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter) -> None:
        lines, ok = self.summary()
        if lines:
            terminalreporter.write_sep("=", "measured again", yellow=ok, red=not ok, bold=True)
        for line in lines:
            terminalreporter.write_line(line, red=not ok)

    def summary(self) -> tuple[list[str], bool]:
        """What this run of pytest has added, and whether all is well with it."""
        return summary(self.path, since=self.before) if len(_read(self.path)) > self.before else ([], True)
