"""What tests of magics that run cells elsewhere share: a shell that knows them, and an empty folder of records."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.testing.globalipapp import start_ipython

from unladen.elsewhere import records
from unladen.magics import register


@pytest.fixture
def results(tmp_path, monkeypatch) -> Path:
    """An empty folder of records for one test."""
    monkeypatch.setattr(records, "FOLDER", tmp_path / "results")
    return tmp_path / "results"


@pytest.fixture(scope="module")
def ipython():
    shell = start_ipython() or get_ipython()  # noqa: F821  IPython has only one shell, and puts get_ipython there
    register(shell)
    return shell
