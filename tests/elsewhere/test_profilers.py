"""Where Scalene or memray is not installed, chapter 01 shows the recorded run, and says so."""

from __future__ import annotations

import pytest

from unladen.elsewhere import profilers, records
from unladen.timing import profiles, tools

pytestmark = pytest.mark.chapters(1)


@pytest.fixture
def without_them(monkeypatch, tmp_path):
    """Neither tool is found, and the chapter's program lies in the working folder."""
    monkeypatch.setattr(profilers, "gone", lambda module: True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists.py").write_text(profilers.text_of_program())


@pytest.mark.parametrize("module", profilers.HOW)
def test_every_record_is_of_the_program_as_it_stands_in_the_notebook(module):
    record = records.load(profilers.key(module))
    assert record.is_of(("here",), profilers.text_of_program())
    assert "/" not in "".join(run.printed for run in record.runs)  # no folder of the machine it was made on


def test_no_record_is_without_its_tool():
    assert {path.stem for path in (records.FOLDER / "profilers").glob("*.json")} == set(profilers.HOW)


@pytest.mark.parametrize("module", profilers.HOW)
def test_it_says_in_one_line_what_is_missing_how_to_get_it_and_what_stands_in(module, without_them):
    told = tools.absent(module)
    assert told.startswith(f"{module} is not installed here; to get it: python -m pip install {module}")
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
    with pytest.raises(RuntimeError, match="pip install memray.*none of mine.py"):
        tools.python("memray", "-m", "memray", "run", "-o", "mine.bin", "mine.py")
    assert not (tmp_path / "mine.bin").exists()


def test_without_a_record_it_says_how_to_get_the_tool(without_them, monkeypatch, tmp_path):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    with pytest.raises(RuntimeError, match="pip install scalene.*no recorded run"):
        tools.absent("scalene")
