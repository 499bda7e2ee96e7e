"""A kind of recorded runs is a module with ``jobs`` and a line in ``KINDS``: here one whose work a GPU does."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from unladen.course import record
from unladen.course.outputs import sanitised
from unladen.elsewhere import records
from unladen.elsewhere.recorded import Elsewhere, Job, Results, here_or_recorded
from unladen.elsewhere.records import Run
from unladen.host import hardware

KERNEL = "add one to each"


def run_on_gpu() -> list[Run]:
    return [Run("float32", "CUDA 13.0", "12.5 GB/s", {"rate": 12.5e9})]


def job(notebook: str = "", source: str = KERNEL) -> Job:
    here = hardware.graphics()
    missing = "" if here else "an NVIDIA GPU is not here; none can be installed"
    return Job("gpu/plus_one", ("float32",), source, missing, run_on_gpu, notebook, graphics=hardware.graphics)


def on_gpu(source: str = KERNEL) -> Results:
    """What the notebook would call."""
    return here_or_recorded(job(source=source))


@pytest.fixture
def gpu(tmp_path, monkeypatch):
    """A card that can be taken out again, as far as ``nvidia-smi`` tells."""
    smi = tmp_path / "bin" / "nvidia-smi"
    smi.parent.mkdir()
    smi.write_text('#!/bin/sh\ncase "$1" in *driver*) echo 580.65.06;; *) echo NVIDIA H200;; esac\n')
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{smi.parent}{os.pathsep}/bin{os.pathsep}/usr/bin")
    return smi


@pytest.fixture
def notebook(write_notebook, tmp_path, monkeypatch) -> Path:
    """The one notebook that shows the kind, whose records go into an empty folder."""
    monkeypatch.setattr(records, "FOLDER", tmp_path / "results")
    path = write_notebook("on_gpu()", name="17-gpu.ipynb")
    monkeypatch.setattr(record, "KINDS", [*record.KINDS, lambda shown: [job("17-gpu.ipynb")] if shown == path else []])
    return path


def test_it_is_recorded_with_its_gpu_and_driver_and_replayed_with_both_in_its_label(gpu, notebook, capsys):
    assert record.main([str(notebook)]) == 0
    assert "gpu/plus_one recorded (" in capsys.readouterr().out
    kept = json.loads((records.FOLDER / "gpu" / "plus_one.json").read_text())
    assert (kept["gpu"], kept["driver"], kept["command"]) == ("NVIDIA H200", "580.65.06", "make record NB=17-gpu.ipynb")

    ran = on_gpu()
    assert ran.here and ran.status.endswith(", NVIDIA H200, driver 580.65.06")
    gpu.unlink()
    shown = on_gpu()
    assert not shown.here and shown == {"float32": {"rate": 12.5e9}}
    assert (shown.gpu, shown.driver) == ("NVIDIA H200", "580.65.06")
    machine = ", ".join(kept["machine"].values())
    label = f"This is the recorded run: {kept['date']}, {machine}, NVIDIA H200, driver 580.65.06"
    assert shown.status == f"an NVIDIA GPU is not here; none can be installed. {label}"
    assert repr(shown).splitlines()[:2] == [f"≈{shown.status}≈", "float32 ≈is CUDA 13.0≈"]
    assert sanitised(repr(ran)) == sanitised(repr(shown))  # to nbval they are the same


def test_where_there_is_no_gpu_that_is_said_and_the_record_stays(gpu, notebook, capsys):
    record.main([str(notebook)])
    before = (records.FOLDER / "gpu" / "plus_one.json").read_bytes()
    gpu.unlink()
    assert record.main([str(notebook)]) == 0
    assert "gpu/plus_one left as it is: an NVIDIA GPU is not here" in capsys.readouterr().out
    assert (records.FOLDER / "gpu" / "plus_one.json").read_bytes() == before


def test_other_notebooks_do_not_record_it(gpu, notebook, write_notebook):
    assert record.main([str(write_notebook("1", name="18-other.ipynb"))]) == 0
    assert not records.FOLDER.exists()


def test_a_record_of_another_kernel_says_so_and_none_at_all_is_an_error(gpu, notebook):
    record.main([str(notebook)])
    gpu.unlink()
    assert "This is a recorded run of ANOTHER text" in on_gpu("add two").status
    (records.FOLDER / "gpu" / "plus_one.json").unlink()
    with pytest.raises(Elsewhere, match="an NVIDIA GPU is not here.*no recorded run called gpu/plus_one"):
        on_gpu()


def test_a_kind_that_fails_leaves_its_record_and_lets_the_others_be_made(gpu, notebook, monkeypatch, capsys):
    record.main([str(notebook)])
    before = (records.FOLDER / "gpu" / "plus_one.json").read_bytes()
    monkeypatch.setitem(globals(), "run_on_gpu", lambda: 1 / 0)
    fails, other = record.KINDS[-1], Job("gpu/other", ("a",), "1", "", lambda: [Run("a", "CUDA", "", None)])
    monkeypatch.setattr(record, "KINDS", [fails, lambda shown: [other]])
    assert record.main([str(notebook)]) == 1
    said = capsys.readouterr().out
    assert "gpu/plus_one FAILED, left as it is: ZeroDivisionError: division by zero" in said
    assert "gpu/other recorded (" in said
    assert (records.FOLDER / "gpu" / "plus_one.json").read_bytes() == before
