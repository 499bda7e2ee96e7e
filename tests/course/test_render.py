"""Rendering: what is stored does not depend on who renders, when, or with which editor."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_output

from unladen.__main__ import main as unladen
from unladen.course import notebooks, render
from unladen.course.notebooks import NotebookError

CELLS = (
    "# Lesson\n\nOne minute.",
    "import time\nfrom unladen.show import Table, duration\nTable(['t'], [[duration(time.perf_counter())]])",
    "import matplotlib.pyplot as plt\nfrom unladen.show import figure\nfig, ax = plt.subplots(figsize=(1, 1))\n"
    "ax.set_title(str(time.time_ns()))\nfigure(fig, 'a rising line')",
    "print('one', end=' ', flush=True)\nprint('two', flush=True)\nprint('half\\rwhole')",
    new_code_cell("len(5)", id="raises", metadata={"tags": ["raises-exception"]}),
    "x = 41\nx + 1",
)


_rendered: list[bytes] = []


@pytest.fixture
def lesson(write_notebook):
    """A rendered notebook whose numbers and picture differ in every run."""
    path = write_notebook(*CELLS)
    if not _rendered:
        assert render.render(path)
        _rendered.append(path.read_bytes())
    path.write_bytes(_rendered[0])
    return path


def changed(before: bytes, after: bytes) -> list[str]:
    """The ids of the cells that differ between two versions of a file."""
    old = {cell["id"]: cell for cell in json.loads(before)["cells"]}
    return [cell["id"] for cell in json.loads(after)["cells"] if cell != old.get(cell["id"])]


def test_rendering_again_changes_no_byte_but_of_an_edited_cell_and_fresh_renews_the_numbers(lesson):
    edited = lesson.read_bytes().replace(b'"x + 1"', b'"x + 2"')
    lesson.write_bytes(edited)
    assert render.render(lesson)
    again = lesson.read_bytes()
    assert again == edited.replace(b'"42"', b'"43"') != edited
    assert render.render(lesson, fresh=True)
    assert changed(again, lesson.read_bytes()) == ["cell-2", "cell-3"]


def test_what_an_editor_adds_is_dropped_and_what_the_course_uses_is_kept(lesson):
    before = lesson.read_bytes()
    notebook = notebooks.read(lesson)
    notebook.metadata["widgets"] = {"state": {}}
    notebook.metadata["language_info"] = {"name": "python", "version": "3.13.1", "pygments_lexer": "ipython3"}
    for number, cell in enumerate(notebook.cells):
        cell.metadata |= {"editable": True, "trusted": True, "execution": {"iopub.status.busy": "2024-01-01T00:00:00"}}
        cell.metadata["slideshow"] = {"slide_type": ""}
        if cell.cell_type == "code":
            cell.execution_count = 100 + number
    nbformat.write(notebook, lesson)
    assert notebooks.write(notebooks.canonical(notebooks.read(lesson)), lesson)
    assert not notebooks.write(notebooks.canonical(notebooks.read(lesson)), lesson)
    assert lesson.read_bytes() == before
    assert notebooks.read(lesson).cells[4].metadata == {"tags": ["raises-exception"]}


def test_the_stored_form(lesson):
    text = lesson.read_text(encoding="utf-8")
    notebook = notebooks.read(lesson)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5]
    assert code[2].outputs == [new_output("stream", name="stdout", text="one two\nwhole\n")]
    assert code[1].outputs[0].metadata["image/png"]["alt"] == "a rising line"
    assert "\\u001b" not in text and "ipykernel_" not in text and str(lesson.parent) not in text
    assert text.endswith("}\n") and notebook.metadata.language_info == {"name": "python"}


def test_missing_and_repeated_ids_become_the_same_ones_each_time(tmp_path, write_notebook):
    path = write_notebook("1", "1", "2")
    raw = json.loads(path.read_text())
    del raw["cells"][0]["id"]
    raw["cells"][1]["id"] = raw["cells"][2]["id"] = "twice"
    path.write_text(json.dumps(raw | {"nbformat_minor": 4}))
    ids = [cell.id for cell in notebooks.read(path).cells]
    assert ids == [cell.id for cell in notebooks.read(path).cells]
    assert len(set(ids)) == 3 and ids[1] == "twice"


@pytest.mark.parametrize(
    "cell, said",
    [
        ("import os\nos._exit(1)", "killed the kernel"),
        ("while True:\n    pass", "took longer than 2 seconds"),
    ],
)
def test_a_cell_that_does_not_end_well_is_named_and_the_file_left_alone(write_notebook, monkeypatch, cell, said):
    monkeypatch.setattr(notebooks.execute, "__defaults__", (2,))
    path = write_notebook("# Lesson", "1", cell, "2")
    before = path.read_bytes()
    with pytest.raises(NotebookError) as failure:
        render.render(path)
    assert "lesson.ipynb cell 3 (cell-3): " in str(failure.value) and said in str(failure.value)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["lesson.ipynb"]


def test_several_notebooks_are_rendered_though_one_fails_and_is_left_alone(write_notebook, tmp_path, capfd):
    bad = write_notebook("# A", "1 +", name="all/a.ipynb")
    before = bad.read_bytes()
    good = write_notebook("# B", "1 + 1", name="all/b.ipynb")
    assert unladen(["render", str(tmp_path / "all")]) == 1
    out, err = capfd.readouterr()
    assert "a.ipynb: FAILED" in out and "b.ipynb: changed" in out
    assert "a.ipynb cell 2 (cell-2): SyntaxError" in err
    assert bad.read_bytes() == before and sorted(path.name for path in bad.parent.iterdir()) == ["a.ipynb", "b.ipynb"]
    assert notebooks.read(good).cells[1].outputs[0].data["text/plain"] == "2"


@pytest.mark.parametrize("word", [["render"], ["evidence", "--runs=2"]], ids=" ".join)
def test_an_interrupt_ends_it_with_its_kernel_and_leaves_the_file_alone(word, write_notebook, tmp_path):
    cell = "import os, pathlib, time\nplace = pathlib.Path('pid.new')\nplace.write_text(str(os.getpid()))\n"
    path = write_notebook("# Lesson", cell + "place.rename('pid')\ntime.sleep(600)")
    before = path.read_bytes()
    command = [sys.executable, "-m", "unladen", *word, str(path)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "pid").exists():
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    kernel = psutil.Process(int((tmp_path / "pid").read_text()))
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=60) == ("", "")
    assert running.returncode == 130
    assert psutil.wait_procs([kernel], timeout=10)[1] == []
    assert path.read_bytes() == before


def test_what_is_no_notebook_is_said_to_be_none(tmp_path, capsys):
    broken = tmp_path / "broken.ipynb"
    broken.write_text("<<<<<<< HEAD")
    assert unladen(["render", str(broken)]) == 1
    assert "broken.ipynb: not a notebook of format 4" in capsys.readouterr().err
    assert unladen(["render", str(tmp_path / "missing.ipynb")]) == 2
    assert "there is no such notebook" in capsys.readouterr().err


def test_an_unknown_word_is_answered_with_the_known_ones(capsys):
    assert unladen(["rendr"]) == 2
    assert "there is no word 'rendr'" in (said := capsys.readouterr().err)
    assert "render" in said and "doctor" in said
    assert unladen([]) == 0
