"""What all tests share: a state of their own, and skips that count as failures where everything must run."""

from __future__ import annotations

import os
import signal

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from unladen.host import effort


def _refuse_skip(report, reason: str) -> None:
    report.outcome = "failed"
    report.longrepr = f"skipped, and UNLADEN_NO_SKIPS=1 allows no skips: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("UNLADEN_NO_SKIPS") == "1":
        _refuse_skip(report, str(call.excinfo.value if call.excinfo else report.longrepr))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    if report.skipped and os.environ.get("UNLADEN_NO_SKIPS") == "1":
        _refuse_skip(report, str(report.longrepr))
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, up to four: a third of the time, tests wait for browsers, kernels, set-ups."""
    return min(4, effort.cores() + 1)


def pytest_configure():
    """Heed an interrupt: what a shell starts in its background ignores it, and so would all that tests start."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path, config):
    """Where only what measures is wanted, files in which nothing does are not imported: that takes three seconds."""
    if config.option.markexpr in ("measures", "measures and not extras") and collection_path.name.startswith("test_"):
        return "measures" not in collection_path.read_text(encoding="utf-8") or None


def pytest_collection_modifyitems(items):
    """The long ones start, so that at the end no core waits for another."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory):
    """Tests neither read nor change the progress of whoever runs them, and have nothing made behind them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_STATE", str(tmp_path_factory.mktemp("state")))
        patch.delenv("UNLADEN_AGAIN", raising=False)  # what a test's own pytest runs once more is not this run's
        patch.setenv("UNLADEN_BEHIND", "0")  # where many things are timed, nothing is compiled behind them
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # as `make` has it: what is imported is compiled once
        yield


@pytest.fixture
def fresh_cache(tmp_path, monkeypatch):
    """An empty cache of builds for one test; returns its folder."""
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def write_notebook(tmp_path):
    """A function that writes a small notebook and returns its path.

    Its cells are sources: text cells begin with ``#``, code cells with anything else; or finished cells.
    """

    def cell(source, number: int):
        if isinstance(source, str):
            source = new_markdown_cell(source) if source.startswith("# ") else new_code_cell(source)
            source.id = f"cell-{number}"
        return source

    def write(*sources, name: str = "lesson.ipynb"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=[cell(source, number) for number, source in enumerate(sources, 1)]), path)
        return path

    return write
