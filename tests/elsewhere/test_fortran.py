"""f2py's own lines run where there is a Fortran compiler, and elsewhere the recorded run stands in, and says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from unladen.compiling import python_headers
from unladen.course import notebooks, record
from unladen.elsewhere import fortran
from unladen.elsewhere.recorded import Elsewhere
from unladen.elsewhere.records import ROOT

pytestmark = pytest.mark.chapters(9)


@pytest.fixture
def without_fortran(monkeypatch):
    monkeypatch.setattr(fortran, "_version", lambda: "")


def test_the_record_is_of_the_present_lines_and_the_notebook_shows_it(without_fortran):
    found = fortran.with_f2py()
    assert not found.here and found.of_this_cell, f"run `make record NB={fortran.NOTEBOOK}`"
    assert "gfortran is not here; to get it: " in repr(found) and found.machine["processor"]
    assert any("with_f2py()" in cell.source for cell in notebooks.read(ROOT / fortran.NOTEBOOK).cells)


def test_the_record_shows_the_command_and_what_it_made(without_fortran):
    found = fortran.with_f2py()
    assert found.printed["f2py"].startswith(f"$ {fortran.LINES[0]}\n")
    assert any(name.startswith("fortran_door.") for name in found["f2py"]["files"]) and found["f2py"]["seconds"] > 0


def test_where_pythons_headers_are_missing_the_record_stands_in(monkeypatch):
    monkeypatch.setattr(fortran, "_version", lambda: "12.2.0")
    monkeypatch.setattr(python_headers, "folders", list)
    assert not fortran.with_f2py().here


def test_a_line_that_fails_is_told_with_what_was_said(monkeypatch):
    monkeypatch.setattr(fortran, "_missing", lambda: "")
    monkeypatch.setattr(fortran, "LINES", ("echo meson $((40 + 2)) > f2py.log; false",))
    with pytest.raises(Elsewhere, match="meson 42"):
        fortran.with_f2py()


def test_it_is_recorded_with_its_notebook():
    assert [job.key for job in record.jobs(Path(ROOT / fortran.NOTEBOOK))] == ["fortran/f2py"]


@pytest.mark.extras
def test_where_there_is_a_fortran_compiler_the_lines_run():
    if not shutil.which("gfortran"):
        pytest.skip("needs gfortran")
    assert fortran.with_f2py().here
