"""Where Scalene, memray or valgrind is not installed, chapter 01 shows the recorded run, and says so."""

from __future__ import annotations

import pytest

from unladen.course import notebooks
from unladen.elsewhere import profilers, records
from unladen.elsewhere.recorded import Elsewhere
from unladen.elsewhere.records import ROOT
from unladen.timing import profiles, recording, tools

pytestmark = pytest.mark.chapters(1)


@pytest.fixture
def without_them(monkeypatch, tmp_path):
    """Neither tool is found, and the chapter's program lies in the working folder."""
    monkeypatch.setattr(profilers, "gone", lambda module: True)
    monkeypatch.chdir(tmp_path)
    for tool in ("scalene", "valgrind"):
        (tmp_path / profilers.RECORDED[tool][0]).write_text(profilers.text_of_program(tool))


@pytest.mark.parametrize("tool", profilers.RECORDED)
def test_no_record_tells_of_a_folder_of_the_machine_it_was_made_on(tool):
    assert "/" not in "".join(run.printed for run in records.load(f"profilers/{tool}").runs)


@pytest.mark.parametrize(
    ("tool", "begins"),
    [
        ("scalene", "scalene is not installed here; to get it: python -m pip install scalene"),
        ("memray", "memray is not installed here; to get it: python -m pip install memray"),
        ("valgrind", "valgrind is not on this machine"),
    ],
)
def test_it_says_in_one_line_what_is_missing_how_to_get_it_and_what_stands_in(tool, begins, without_them):
    told = tools.absent(tool)
    assert told.startswith(begins)
    assert "This is the recorded run: 20" in told and "\n" not in told


def test_scalenes_recorded_file_is_read_like_a_new_one(without_them):
    tools.python("Scalene", "-m", "scalene", "run", "-o", "scalene.json", "lists.py")
    lines = profiles.scalene_lines("scalene.json", "lists.py", containing="append")
    assert [line.number for line in lines] == [7, 13]
    assert lines[0].share > lines[1].share > 0 and lines[0].allocated > lines[1].allocated > 0


def test_memrays_recorded_stacks_and_statistics_are_read_like_new_ones(without_them):
    tools.python("memray", "-m", "memray", "run", "-q", "-f", "-o", "lists.bin", "lists.py")
    held = profiles.memory_stacks("lists.bin", "lists.py", root="main")
    assert {stack[:2] for stack in held} >= {("main", "random_list"), ("main", "add_lists")}
    assert 5e6 < sum(held.values()) < 1e8
    assert "locations (by size)" in tools.python("", "-m", "memray", "stats", "-n", "3", "lists.bin")


@pytest.mark.parametrize("tool", ["Scalene", "memray"])
def test_a_recorded_price_is_marked_as_one(tool, without_them, monkeypatch):
    monkeypatch.setattr(tools, "took", {"no profiler": [1.0]})
    assert tools.price(tool, "no profiler").endswith(" ×, recorded")
    assert tools.cost(tool, "no profiler") > 1.2


def test_another_program_has_no_record(without_them, tmp_path):
    (tmp_path / "mine.py").write_text("print(1)\n")
    with pytest.raises(Elsewhere, match="pip install memray.*none of mine.py"):
        tools.python("memray", "-m", "memray", "run", "-o", "mine.bin", "mine.py")
    assert not (tmp_path / "mine.bin").exists()


def test_cachegrinds_recorded_counts_are_given_in_either_order(without_them):
    rows, again, columns = (tools.cachegrind(["valgrind", "./walk", order]) for order in ("rows", "rows", "columns"))
    assert rows == again and columns["D1 misses"] > 4 * rows["D1 misses"]
    with pytest.raises(Elsewhere, match="valgrind is not on .*those with rows and columns; got diagonal"):
        tools.cachegrind(["valgrind", "./walk", "diagonal"])


@pytest.mark.parametrize("spoil", [lambda walk: walk.write_text("int main() {}\n"), lambda walk: walk.unlink()])
def test_cachegrinds_counts_are_not_those_of_another_walk(spoil, without_them, tmp_path):
    spoil(tmp_path / "walk.c")
    with pytest.raises(Elsewhere, match="run of walk.c as chapter 01 has it, none of walk.c as it is here"):
        tools.cachegrind(["valgrind", "./walk", "rows"])


def test_a_tool_without_a_record_is_missing_and_no_more(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert tools.absent("perf").startswith("perf is not on this machine")


def test_what_is_recorded_is_run_as_the_notebook_runs_it():
    [cell] = [cell.source for cell in notebooks.read(ROOT / profilers.NOTEBOOK).cells if cell.id == "cachegrind-run"]
    assert all(f'"{option}"' in cell for option in ("-O1", *recording.CACHES))


@pytest.mark.parametrize("tool", profilers.RECORDED)
def test_where_a_tool_is_here_its_run_can_be_recorded(tool, tmp_path):
    [job] = [job for job in recording.jobs(ROOT / profilers.NOTEBOOK) if job.key == f"profilers/{tool}"]
    if job.missing:
        pytest.skip(job.missing)
    record = job.record()
    records.save("again", record, tmp_path)
    assert record.is_of(job.names, job.source) and [run.name for run in record.runs] == list(job.names)
    assert all(run.by.startswith(f"{tool} ") for run in record.runs)
    before = records.load(job.key)
    for old, new in zip(before.runs, record.runs, strict=True):  # what was recorded is what is found now, and read
        assert old.result.keys() <= new.result.keys()


def test_without_a_record_it_says_how_to_get_the_tool(without_them, monkeypatch, tmp_path):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    with pytest.raises(Elsewhere, match="pip install scalene.*no recorded run"):
        tools.absent("scalene")
