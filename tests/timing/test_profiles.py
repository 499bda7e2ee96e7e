"""What profilers wrote, made readable; and the tools that chapter 01 runs beside the kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from unladen.course.outputs import sanitised
from unladen.timing import claim, profiles, tools
from unladen.timing.profiles import Line

pytestmark = pytest.mark.chapters(1)

PROGRAM = """\
import time

def helper(n):
    return sum(i * i for i in range(n))

def main():
    total = 0
    for _ in range(3):
        total += helper(40_000)
    return total

if __name__ == "__main__":
    print(time.process_time(), main() and time.process_time())
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A small program in the working directory, and no times noted of others."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tools, "took", {})
    (tmp_path / "program.py").write_text(PROGRAM)
    return "program.py"


# ---------------------------------------------------------------------------------------------- showing


def test_what_a_tool_printed_is_shown_without_colours_emoji_and_folders():
    text = "banner\n\x1b[1mTotal\x1b[0m: 12\n\U0001f4c2 in /somewhere/lib/python3.11/random.py:344(randint)\nlast"
    shown = profiles.printed("a tool", text, begin="Total", lines=2)
    assert shown.text == "Total: 12\nin random.py:344(randint)"
    assert sanitised(repr(shown)) == "a tool\n<V-BLOCK>"


def test_ratios_options_and_frozen_modules_are_no_paths():
    text = "3/1 calls  <frozen importlib._bootstrap>:491 12 MB/s -I/usr/include/x.h"
    assert profiles.printed("", text).text == text


def test_lines_are_shown_with_what_the_tool_knows_and_only_times_may_vary():
    lines = [Line(7, "def f():", 0.0), Line(8, "    return 1", 0.987, hits=40_256)]
    table = profiles.line_table(lines, "f, line by line")
    assert table.columns == ["line", "runs", "time", "source"]
    assert "40,256" in repr(table) and "\u00a0\u00a0\u00a0\u00a0return 1" in repr(table)
    faster = profiles.line_table([lines[0], Line(8, "    return 1", 0.5, hits=40_256)], "f, line by line")
    fewer = profiles.line_table([lines[0], Line(8, "    return 1", 0.5, hits=40_255)], "f, line by line")
    assert sanitised(repr(table)) == sanitised(repr(faster)) != sanitised(repr(fewer))


STACKS = {("main", "a"): 3.0, ("main", "b", "c"): 5.0, ("main", "b"): 1.0, ("main",): 0.5}


def test_a_box_of_a_flame_graph_is_as_wide_as_all_that_stands_on_it():
    boxes = {path: (left, width) for path, left, width in profiles.flame_boxes(STACKS)}
    assert boxes[("main",)] == (0.0, 9.5)
    assert boxes[("main", "b")][1] == 6.0 and boxes[("main", "b", "c")][1] == 5.0
    for path, (left, width) in boxes.items():
        if len(path) > 1:
            below_left, below_width = boxes[path[:-1]]
            assert below_left <= left and left + width <= below_left + below_width


def test_boxes_of_the_same_depth_do_not_overlap():
    spans = sorted((left, left + width) for path, left, width in profiles.flame_boxes(STACKS) if len(path) == 2)
    assert all(end <= begin for (_, end), (begin, _) in zip(spans, spans[1:], strict=False))


@pytest.mark.parametrize("empty", [{}, {("main",): 0.0}, {(): 1.0}])
def test_an_empty_flame_graph_says_what_to_do(empty):
    with pytest.raises(ValueError, match="profile a longer run, or name another root"):
        profiles.flame(empty, "Which is wide?", alt="nothing")


def test_pictures_say_in_words_what_they_show(capsys):
    profiles.flame({("main", "a"): 2e6}, "Who holds it?", alt="All of it is a's.", unit="B")
    profiles.distribution({"one": [1e-3, 2e-3], "two": [1e-3, 3e-3]}, "Which?", alt="Two histograms.")
    assert capsys.readouterr().out == "[figure] All of it is a's.\n[figure] Two histograms.\n"


def test_a_count_is_volatile_and_readable():
    assert profiles.count(46_753) == "46,753" and profiles.count(3_741_424) == "3.74 million"


# ---------------------------------------------------------------------------------------- reading real files


def test_cprofile_is_shown_as_pstats_prints_it(program):
    tools.python("cProfile", "-m", "cProfile", "-o", "program.prof", program)
    shown = profiles.functions("program.prof", "cumulative", lines=5)
    assert shown.text.split()[:2] == ["ncalls", "tottime"] and "program.py:6(main)" in shown.text


def test_line_profiler_counts_every_line(program):
    import line_profiler

    tools.python("line_profiler", "-m", "kernprof", "-l", "-p", program, "-o", "program.lprof", program)
    lines = profiles.line_times(line_profiler.load_stats("program.lprof"))
    hits = {line.source.strip(): line.hits for line in lines}
    assert hits["total += helper(40_000)"] == 3 and hits["def main():"] == 0 and hits["return total"] == 1
    assert sum(line.share for line in lines) == pytest.approx(2)  # two functions, the whole of each


@pytest.mark.measures
def test_pyinstruments_stacks_begin_at_the_programs_own_main(program):
    session = ["-i", "0.0005", "-r", "pyisession", "-o", "program.pyisession"]
    tools.python("pyinstrument", "-m", "pyinstrument", *session, program)
    stacks = profiles.session_stacks("program.pyisession", program, root="main")
    assert {stack[0] for stack in stacks} == {"main"}
    assert {stack[1] for stack in stacks if len(stack) > 1} == {"helper"}
    assert sum(stacks.values()) > 0.001


def test_memrays_stacks_hold_what_the_program_held(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hold.py").write_text("def main():\n    held = b'1' * (16 << 20)\n    return held\n\nmain()\n")
    tools.python("memray", "-m", "memray", "run", "-q", "-o", "hold.bin", "hold.py")
    held = sum(profiles.memory_stacks("hold.bin", "hold.py", root="main").values())
    assert 16 << 20 <= held <= 17 << 20


def test_scalenes_json_is_read_by_the_programs_own_lines(tmp_path):
    line = {"n_cpu_percent_python": 10.0, "n_cpu_percent_c": 60.0, "n_sys_percent": 5.0, "n_malloc_mb": 2.0}
    quiet = dict.fromkeys(line, 0.0)
    rows = [line | {"lineno": 4, "line": "    x.append(1)\n"}, quiet | {"lineno": 5, "line": "    return x\n"}]
    (tmp_path / "s.json").write_text(json.dumps({"files": {"/somewhere/program.py": {"lines": rows}}}))
    assert profiles.scalene_lines(tmp_path / "s.json", "program.py") == [Line(4, "    x.append(1)", 0.75, 0, 2**21)]
    assert profiles.scalene_lines(tmp_path / "s.json", "program.py", containing="return") == []
    assert profiles.scalene_lines(tmp_path / "s.json", "other.py") == []


# ------------------------------------------------------------------------------------------------ running


@pytest.mark.measures
def test_the_price_of_a_tool_is_what_the_program_says_of_itself(program):
    tools.python("none", program)
    tools.python("cProfile", "-m", "cProfile", "-o", "program.prof", program)
    assert set(tools.took) == {"none", "cProfile"} and all(seconds[0] > 0 for seconds in tools.took.values())
    assert tools.cost("cProfile", "none") == tools.took["cProfile"][0] / tools.took["none"][0]


def test_a_tool_that_fails_says_its_last_words():
    with pytest.raises(RuntimeError, match="(?s)status 1.*ZeroDivisionError"):
        tools.python("", "-c", "1 / 0")


def test_spared_modules_are_not_found_and_the_environment_is_left_as_it_was(monkeypatch):
    look = [sys.executable, "-c", "import json"]
    for before in (None, os.getcwd()):
        monkeypatch.delenv("PYTHONPATH", raising=False)
        if before:
            monkeypatch.setenv("PYTHONPATH", before)
        with tools.spared("json"):
            assert subprocess.run(look, capture_output=True, text=True).stderr.endswith("ImportError: spared\n")
        assert os.environ.get("PYTHONPATH") == before
        assert subprocess.run(look).returncode == 0


@pytest.mark.measures
def test_background_jobs_take_the_core_and_end_with_the_block():
    import psutil

    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    before = set(psutil.Process().children())
    with pytest.raises(KeyError), tools.background(3):
        children = set(psutil.Process().children()) - before
        wall, own = time.perf_counter(), time.process_time()
        while time.process_time() - own < 0.1:
            pass
        share = (time.process_time() - own) / (time.perf_counter() - wall)
        raise KeyError
    assert len(children) >= 3 and not any(child.is_running() for child in children)
    claim("three jobs leave a quarter of the core, if the system is fair", share, at_most=0.6, timed=True)
    assert cores is None or os.sched_getaffinity(0) == cores


@pytest.mark.measures
def test_the_shells_clock_tells_waiting_from_working():
    seconds = tools.shell_time("import time; time.sleep(0.3)")
    assert set(seconds) == {"real", "user", "sys"}
    assert seconds["real"] >= 0.3
    claim("to start Python takes", seconds["user"] + seconds["sys"], at_most=0.3, timed=True)


def test_cachegrinds_summary_is_read(tmp_path, monkeypatch):
    fake = tmp_path / "valgrind"
    fake.write_text("#!/bin/sh\necho '==7== I   refs:      3,741,424' >&2\n[ $1 = cache ] &&"
                    " echo '==7== D1  misses:       46,753  (   46,333 rd   +     420 wr)' >&2\n")  # fmt: skip
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert tools.cachegrind(["valgrind", "cache"]) == {"I refs": 3_741_424, "D1 misses": 46_753}
    fake.write_text("#!/bin/sh\necho nothing >&2\n")
    with pytest.raises(ValueError, match="(?s)--cache-sim=yes.*nothing"):
        tools.cachegrind(["valgrind", "cache"])


def test_hygiene_shows_every_rule_with_its_gain_or_that_it_was_not_tried():
    table = tools.hygiene({"stop background jobs": 3.2, "warm up": 100.0})
    rules = [row[0] for row in table.rows]
    assert rules[:2] == ["stop background jobs", "warm up"] and "reboot" in rules and "turbo off" in rules
    assert [row[2] for row in table.rows][:3] == ["3.20 ×", "100 ×", "not tried"]


def test_hygiene_says_where_the_system_does_not_tell_of_its_plug(monkeypatch):
    def in_a_container_without_sys():
        raise FileNotFoundError("/sys/class/power_supply")

    monkeypatch.setattr("psutil.sensors_battery", in_a_container_without_sys)
    row = next(row for row in tools.hygiene({"take turns": 1.0}).rows if row[0] == "plug in the mains")
    assert row[1] == "not told by this system"
