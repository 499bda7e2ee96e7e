"""The whole of chapter 14 on a cluster that somebody else started, by its address alone, with the outputs as stored."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.helpers.foreign_cluster import certificates, foreign_cluster, other_network

pytestmark = [pytest.mark.chapters(14), pytest.mark.measures, pytest.mark.long]

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "14-dask.ipynb"


def compared(notebook: Path, variables: dict[str, str]) -> subprocess.CompletedProcess:
    """What nbval, strict as ever, says of a notebook that runs with these variables."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-q", "--color=no", "--nbval"]
    command += ["-p", "no:cacheprovider", str(notebook)]
    kept = {name: value for name, value in os.environ.items() if name != "CI"}  # with it, pytest says things twice
    return subprocess.run(command, env=kept | variables, text=True, capture_output=True, timeout=900)


def network(pid: int) -> str:
    """The network that a process is in."""
    return os.readlink(f"/proc/{pid}/ns/net")


def test_the_chapter_runs_on_a_cluster_that_it_did_not_start(tmp_path):
    with (
        other_network() as (within, host),
        foreign_cluster(tls=certificates(tmp_path / "keys"), within=within, host=host) as theirs,
    ):
        if within:
            assert {network(pid) for pid in theirs.pids}.isdisjoint({network(os.getpid())})
        run = compared(NOTEBOOK, theirs.variables)
        assert run.returncode == 0, f"{run.stdout[-4000:]}\n{theirs.printed()[-4000:]}"
        # it was there that the work was done, and it has been left running
        assert "Receive client connection" in theirs.printed()
        assert all(psutil.pid_exists(pid) for pid in theirs.pids)
