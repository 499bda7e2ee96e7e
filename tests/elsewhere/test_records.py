"""Whatever the course shows as a recorded run has a record of its present source, and ``make record`` makes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from unladen.course import notebooks, record
from unladen.course.notebooks import NotebookError
from unladen.elsewhere import records
from unladen.elsewhere.recorded import Elsewhere, Job, replayed
from unladen.elsewhere.records import Run

NOTEBOOKS = notebooks.find([], record.FOLDERS)


@pytest.fixture(scope="module")
def jobs() -> list[Job]:
    return [job for path in NOTEBOOKS for job in record.jobs(path)]


def test_every_job_has_a_record_of_its_present_source(jobs):
    for job in jobs:
        advice = f"{job.key}: run `{job.command}` where nothing for it is missing"
        kept = records.load(job.key)
        assert kept, advice
        assert kept.is_of(job.names, job.source), advice
        assert kept.notebook == job.notebook and kept.command == job.command
        assert kept.date and all(kept.machine.get(part) for part in ("processor", "system"))
        assert all(run.by for run in kept.runs)


def test_names_are_given_once_and_no_record_is_without_its_job(jobs):
    assert not record.repeated(list(record.on_cells(NOTEBOOKS)))
    files = {path.relative_to(records.FOLDER).with_suffix("").as_posix() for path in records.FOLDER.rglob("*.json")}
    lonely = {key for key in files if not key.startswith("evidence/")} - {job.key for job in jobs}
    assert not lonely, "nothing shows them any more; delete the records"


def test_a_record_that_is_read_and_written_is_the_same_file(jobs, tmp_path):
    for job in jobs:
        records.save(job.key, records.load(job.key), tmp_path)
        assert (tmp_path / f"{job.key}.json").read_bytes() == (records.FOLDER / f"{job.key}.json").read_bytes()


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
    assert [file.name for file in results.iterdir()] == ["fails.json"]
    assert "FAILED, left as it is: the cell failed on here: ZeroDivisionError" in capsys.readouterr().out


def test_one_name_for_two_cells_is_refused(write_notebook, results, capsys):
    path = write_notebook("%%on here same\n1", "%%on here same\n2")
    assert record.main([str(path)]) == 2
    assert "more than one %%on cell is called same" in capsys.readouterr().err


def test_a_line_that_cannot_be_read_is_named_with_its_cell(write_notebook):
    with pytest.raises(NotebookError, match="cell 1 .*write %%on"):
        list(record.on_cells([write_notebook("%%on here\nprint()")]))


def test_a_cell_that_names_no_python_is_named_before_anything_is_run(write_notebook, results, capsys):
    path = write_notebook("%%on here first\n1", "%%on jython second\n1")
    assert record.main([str(path)]) == 2
    assert "cell 2 (cell-2): the Pythons are here, pypy3," in capsys.readouterr().err
    assert not results.exists()


def test_records_may_go_into_another_folder(write_notebook, results, tmp_path):
    path = write_notebook("%%on here one\nresult = 1")
    assert record.main([str(path), "--into", str(tmp_path / "new" / "folder")]) == 0
    assert (tmp_path / "new" / "folder" / "one.json").exists() and not results.exists()


def test_a_folder_that_is_none_is_named_before_anything_is_run(write_notebook, results, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    path = write_notebook("%%on here one\n1")
    assert record.main([str(path), "--into", str(tmp_path / "file")]) == 2
    assert "file cannot be a folder of records (File exists); name another" in capsys.readouterr().err


def test_an_interrupted_recording_leaves_the_record_that_was_there(results, monkeypatch):
    records.save("kept", records.made_now(["a"], "1", [Run("a", "CPython", "", 1)]))

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        records.save("kept", records.made_now(["a"], "1", [Run("a", "CPython", "", 2)]))
    assert records.load("kept").runs[0].result == 1
    assert [file.name for file in results.iterdir()] == ["kept.json"]


# -- a record that cannot be read

WHOLE = {
    "notebook": "n.ipynb",
    "command": "make record",
    "date": "2026-01-02",
    "machine": {"processor": "Z80"},
    "names": ["a"],
    "source": ["1"],
    "runs": {"a": {"by": "CPython", "printed": [""], "result": 1}},
}
JOB = Job("kept", ("a",), "1", "CP/M is not here; to get it: buy one", list)


def told(results: Path, content: bytes) -> str:
    """What is said of a record of that content, whose run cannot be made here."""
    results.mkdir(exist_ok=True)
    (results / "kept.json").write_bytes(content)
    with pytest.raises(Elsewhere) as problem:
        replayed(JOB)
    return str(problem.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expecting value: line 1 column 1"),
        (json.dumps(WHOLE).encode()[:99], "Unterminated string"),
        (b"\xff\xfe\x00", "can't decode"),
        (b"<<<<<<< HEAD\n{}", "Expecting value"),
        (b"[1]", "the file is no object"),
        (b"null", "the file is no object"),
        (
            json.dumps({name: WHOLE[name] for name in WHOLE if name != "runs"}).encode(),
            "has no 'runs' that is an object",
        ),
        (json.dumps(WHOLE | {"date": 2026}).encode(), "has no 'date' that is a text"),
        (json.dumps(WHOLE | {"source": "1"}).encode(), "has no 'source' that is a list"),
        (json.dumps(WHOLE | {"source": [1]}).encode(), "expected str instance, int found"),
        (json.dumps(WHOLE | {"machine": {"processor": 80}}).encode(), "no 'processor' that is a text"),
        (json.dumps(WHOLE | {"gpu": ["H200"]}).encode(), "no 'gpu' that is a text"),
        (json.dumps(WHOLE | {"runs": {"a": {"python": "3"}}}).encode(), "the run a has no 'by' that is a text"),
        (json.dumps(WHOLE | {"runs": {"a": 1}}).encode(), "the run a is no object"),
        (json.dumps(WHOLE | {"names": [], "runs": {}}).encode(), "it has no runs"),
        (json.dumps(WHOLE | {"names": ["a", "b"]}).encode(), "its names are ['a', 'b'], its runs ['a']"),
    ],
)
def test_a_damaged_record_is_named_with_what_is_wrong_and_what_restores_it(content, why, results):
    line = told(results, content)
    assert line.startswith(
        "CP/M is not here; to get it: buy one. And its recorded run, results/kept.json, cannot be read"
    )
    assert why in line and line.endswith("restore it with: git checkout results/kept.json") and "\n" not in line


def test_a_folder_in_the_place_of_a_record_is_named_without_the_path_of_this_machine(results):
    (results / "kept.json").mkdir(parents=True)
    with pytest.raises(Elsewhere, match=r"results/kept.json, cannot be read \(Is a directory\); restore it"):
        replayed(JOB)


def test_a_whole_record_is_read_whatever_else_it_has(results):
    results.mkdir()
    (results / "kept.json").write_text(json.dumps(WHOLE | {"new": 1}))
    assert replayed(JOB) == {"a": 1}


def test_a_missing_record_says_how_it_is_made_and_how_restored(results):
    job = Job("kept", ("a",), "1", "CP/M is not here", list, "notebooks/13.ipynb", "jit")
    with pytest.raises(Elsewhere) as problem:
        replayed(job)
    assert str(problem.value) == (
        "CP/M is not here. There is no recorded run called kept (results/kept.json): `make record "
        "NB=notebooks/13.ipynb WITH=jit` makes it where nothing is missing; if it was deleted: "
        "git checkout results/kept.json"
    )
