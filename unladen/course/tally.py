"""What a run of pytest found, as data: a plugin that writes it (``--tally FILE``), and ``read``, which reads it.

One line of JSON for each phase of each test, at once, so that what was found before a run was killed is there; and a
last one when the run has ended by itself.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

_FROM_BEST = ("passed", "skipped", "failed")


@dataclass
class Tally:
    """Of each test, by its id, its outcome, its seconds and its file; which of them still ran; whether pytest ended."""

    outcome: dict[str, str] = field(default_factory=dict)
    seconds: Counter[str] = field(default_factory=Counter)
    file: dict[str, str] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    ended: bool = False

    def those(self, outcome: str) -> list[str]:
        """The tests that have ended so; one that was stopped in its middle has not passed."""
        found = [test for test, became in self.outcome.items() if became == outcome]
        return [test for test in found if outcome != "passed" or test not in self.running]


def read(path: Path) -> Tally:
    """Read what the plugin wrote; of a run that was killed, or never began, what there is."""
    tally = Tally()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            told = json.loads(line)
        except ValueError:
            break  # it was killed while it wrote
        if "ended" in told:
            tally.ended = True
            continue
        test, became = told["test"], told["outcome"] if told["outcome"] in _FROM_BEST else "passed"
        tally.outcome[test] = max(became, tally.outcome.get(test, "passed"), key=_FROM_BEST.index)
        tally.seconds[test] += told["seconds"]
        tally.file[test] = told["file"]
        (tally.running.add if told["phase"] in ("setup", "call") else tally.running.discard)(test)
    return tally


def pytest_addoption(parser) -> None:
    parser.addoption("--tally", metavar="FILE", help="write what became of each test to FILE, as lines of JSON")


def pytest_configure(config) -> None:
    if (name := config.getoption("tally")) and not hasattr(config, "workerinput"):  # xdist's workers report to us
        config.pluginmanager.register(_Writer(Path(name)))


class _Writer:
    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **told) -> None:
        with open(self.path, "a", encoding="utf-8") as file:
            print(json.dumps(told), file=file)

    def pytest_runtest_logreport(self, report) -> None:
        outcome = "passed" if hasattr(report, "wasxfail") and report.skipped else report.outcome
        self.write(
            test=report.nodeid, file=report.location[0], outcome=outcome, phase=report.when, seconds=report.duration
        )

    def pytest_collectreport(self, report) -> None:
        if not report.passed:
            self.write(test=report.nodeid, file=report.nodeid, outcome=report.outcome, phase="collect", seconds=0)

    def pytest_sessionfinish(self, exitstatus) -> None:
        self.write(ended=int(exitstatus))
