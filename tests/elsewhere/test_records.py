"""Every ``%%on`` cell of the course has a record of its present source, and ``make record`` makes it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from unladen.course import notebooks, record
from unladen.course.notebooks import NotebookError
from unladen.elsewhere import records

CELLS = list(record.on_cells(notebooks.find([], record.FOLDERS)))


def test_every_cell_has_a_record_of_its_present_source():
    for cell in CELLS:
        advice = f"run `make record NB={notebooks.shown(cell.path)}` where the Pythons of {cell.key} are"
        kept = records.load(cell.key)
        assert kept, advice
        assert kept.is_of(cell.names, cell.source), advice
        assert kept.cell == notebooks.shown(cell.path)
        assert kept.date and all(kept.machine.get(part) for part in ("processor", "cores", "system"))
        assert [run.name for run in kept.runs] == list(cell.names) and all(run.python for run in kept.runs)


def test_names_are_given_once_and_no_record_is_without_its_cell():
    assert not record.repeated(CELLS)
    lonely = {path.stem for path in records.FOLDER.glob("*.json")} - {cell.key for cell in CELLS}
    assert not lonely, "no %%on cell is called so any more; delete the record"


@pytest.fixture
def results(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(records, "FOLDER", tmp_path / "results")
    return tmp_path / "results"


def test_cells_whose_pythons_are_here_are_recorded_and_the_others_named(write_notebook, results, capsys):
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    first = f"%%on here, {version} both\nprint('hello')\nresult = [1]"
    path = write_notebook("1 + 1", first, "%%on here,3.99 neither\nprint()", name="notebooks/06.ipynb")
    assert record.main([str(path)]) == 0
    kept = records.load("both")
    assert kept.names == ("here", version) and kept.source == "print('hello')\nresult = [1]"
    assert [(run.printed, run.result) for run in kept.runs] == [("hello", [1])] * 2
    assert records.load("neither") is None
    said = capsys.readouterr().out
    assert "both recorded (" in said
    assert "neither left as it is: 3.99 is not here; to get it: " in said


def test_a_cell_that_fails_keeps_its_record(write_notebook, results, capsys):
    path = write_notebook("%%on here fails\nresult = 1")
    record.main([str(path)])
    path = write_notebook("%%on here fails\n1 / 0")
    assert record.main([str(path)]) == 1
    assert records.load("fails").runs[0].result == 1
    assert "FAILED, left as it is: the cell failed on here: ZeroDivisionError" in capsys.readouterr().out


def test_one_name_for_two_cells_is_refused(write_notebook, results, capsys):
    path = write_notebook("%%on here same\n1", "%%on here same\n2")
    assert record.main([str(path)]) == 2
    assert "more than one %%on cell is called same" in capsys.readouterr().err


def test_a_line_that_cannot_be_read_is_named_with_its_cell(write_notebook):
    with pytest.raises(NotebookError, match="cell 1 .*write %%on"):
        list(record.on_cells([write_notebook("%%on here\nprint()")]))
