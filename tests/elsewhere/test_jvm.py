"""Java's program runs where there is a compiler for it, and elsewhere the recorded run stands in, and says so."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from unladen.course import notebooks, record
from unladen.elsewhere import jvm, records
from unladen.elsewhere.pythons import Elsewhere
from unladen.host.packages import install_command

pytestmark = pytest.mark.chapters(11)

OPTIONS, NOTEBOOK = jvm.PROGRAMS["Pauses.java"]


@pytest.fixture
def without_java(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)


def test_the_record_is_of_the_present_program_and_of_the_notebooks_call(without_java):
    found = jvm.with_java("Pauses.java", *OPTIONS)
    assert not found.here and found.of_this_cell, "run `make record NB=notebooks/11-garbage-collector.ipynb`"
    assert found.date and found.machine["processor"]
    assert "javac is not here; to get it: " in repr(found)
    call = f"with_java({', '.join(repr(o) for o in ('Pauses.java', *OPTIONS))})".replace("'", '"')
    assert any(call in cell.source for cell in notebooks.read(jvm.NATIVE.parent / NOTEBOOK).cells)


def test_the_record_shows_what_the_chapter_claims(without_java):
    roomy, tight, small = jvm.with_java("Pauses.java", *OPTIONS).values()
    assert tight["collections"] > roomy["collections"] and not small["survived"]
    assert len(roomy["slowest"]) == len(tight["slowest"]) == 250 and roomy["median"] > 0


def test_other_options_than_the_recorded_ones_are_said_to_be_so(without_java):
    found = jvm.with_java("Pauses.java", "-Xmx1g")
    assert not found.of_this_cell and "ANOTHER" in repr(found)


def test_without_compiler_and_record_it_says_how_to_get_one(without_java, monkeypatch, tmp_path):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    with pytest.raises(Elsewhere, match="javac is not here; to get it: .*no recorded run"):
        jvm.with_java("Pauses.java", *OPTIONS)


def test_a_notebooks_programs_are_recorded_with_its_cells(write_notebook, without_java, monkeypatch, tmp_path, capsys):
    path = write_notebook("1 + 1")
    monkeypatch.setattr(records, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(jvm, "PROGRAMS", {"Pauses.java": (OPTIONS, notebooks.shown(path))})
    assert record.main([str(path)]) == 0
    assert "java/Pauses left as it is: javac is not here; to get it: " in capsys.readouterr().out


@pytest.mark.extras
def test_where_there_is_a_compiler_the_program_compiles_cleanly_and_runs(tmp_path):
    if not shutil.which("javac"):
        pytest.skip(f"needs javac: {install_command('javac')}")
    command = ["javac", "-Xlint:all", "-Werror", "-d", str(tmp_path), str(jvm.NATIVE / "Pauses.java")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = jvm.with_java("Pauses.java", "-Xmx256m")
    assert found.here and found["-Xmx256m"]["survived"]
