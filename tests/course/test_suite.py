"""What `make test` runs, that it goes on after a failure, and that its last line says yes only where all holds."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.helpers.checkout import REPOSITORY
from tests.helpers.processes import ends
from unladen.course import notebooks, suite, tally
from unladen.course.notebooks import NotebookError

# The suite itself, with small steps in a small folder.
SMALL = """
import sys
from pathlib import Path
from unladen.course import suite

suite.ROOT, suite.PYTHON = Path.cwd(), [sys.executable, "-m"]
suite.STYLE = {"style": ["style"]}
suite.TESTS = {"first": ["pytest", "test_first.py"], "second": ["pytest", "test_second.py"]}
sys.exit(suite.main(sys.argv[1:]))
"""
PASSES = "def test_that_passes(): pass\n"
FAILS = "import os, pytest\n\n@pytest.mark.parametrize('a', ['it is', 'b'])\ndef test_c(a): assert os.path.exists(a)\n"


@pytest.fixture
def small(tmp_path):
    """A function that starts a small suite: its style check, its two files of tests, more arguments and variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "UNLADEN_"))}
    environment |= {
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --color=no -p no:cacheprovider\n")

    def start(*arguments: str, style: str = "", first: str = PASSES, second: str = PASSES, **variables: str):
        for name, text in (("style", style), ("test_first", first), ("test_second", second)):
            (tmp_path / f"{name}.py").write_text(text)
        return subprocess.Popen(
            [sys.executable, "-c", SMALL, *arguments],
            cwd=tmp_path,
            env=environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    start.folder, start.environment = tmp_path, environment
    return start


def said(process) -> tuple[int, list[str]]:
    """Its exit status, and the lines it printed that are not empty."""
    printed, _ = process.communicate(timeout=120)
    return process.returncode, [line.strip() for line in printed.splitlines() if line.strip()]


def test_it_prints_what_pytest_prints_and_says_yes_in_the_last_line_with_the_number_of_checks(small):
    status, lines = said(small(second=PASSES + "def test_another(): pass\n"))
    assert status == 0 and "test_first.py ." in " ".join(lines)
    assert re.fullmatch(r"Everything holds: 4 checks in \d+ s\.", lines[-1])
    assert any(re.match(r"second +2 passed +\d+\.\d s$", line) for line in lines)


def test_every_step_runs_although_the_ones_before_it_failed(small):
    status, lines = said(small(style="raise SystemExit(3)", first=FAILS, second=FAILS + PASSES))
    assert status == 1
    assert re.fullmatch(r"Not whole: 4 tests failed; style: does not hold \(status 3\) \(after \d+ s\)\.", lines[-1])
    assert any(re.match(r"first +0 passed, 2 failed +\d", line) for line in lines)
    assert any(re.match(r"second +1 passed, 2 failed +\d", line) for line in lines)
    assert f"{sys.executable} -m style" in lines[lines.index("To run just that:") + 1]


def test_the_command_that_it_names_runs_just_what_failed(small):
    _, lines = said(small(first=FAILS + PASSES))
    command = lines[lines.index("To run just that:") + 1]

    def run() -> subprocess.CompletedProcess:
        again = command.replace("python -E", "python")  # the package is found by a variable here
        return subprocess.run(
            again, shell=True, cwd=small.folder, env=small.environment, capture_output=True, text=True, timeout=60
        )

    first = run()
    assert (first.returncode, re.findall(r"^=+ (\d.*) in", first.stdout, re.MULTILINE)) == (1, ["2 failed"])
    for name in ("it is", "b"):
        (small.folder / name).touch()
    assert run().returncode == 0


def test_a_failing_cell_names_its_whole_notebook_and_many_tests_their_files():
    book = "notebooks/03-dynamic-features.ipynb"
    cells = {f"{book}::Cell {n}": book for n in (3, 4)}
    assert suite.counted(cells | {"t.py::a": "t.py"}) == "1 test and 1 notebook failed"
    assert suite.only(cells | {"t.py::a": "t.py"}).endswith(f" -m pytest --nbval {book} t.py::a")
    many = {f"t.py::test_{n}": "t.py" for n in range(suite.MOST_NAMED + 1)}
    assert suite.only(many).endswith(" -m pytest t.py")


def test_a_run_without_skips_is_repeated_without_skips(monkeypatch):
    monkeypatch.setenv("UNLADEN_NO_SKIPS", "1")
    assert suite.only({"t.py::a": "t.py"}).startswith("UNLADEN_NO_SKIPS=1 ")


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("os.kill(os.getpid(), 9)", "was killed by SIGKILL in test_first.py::test_x"),
        ("os._exit(0)", "ended without a report (status 0)"),
        ("pytest.exit('no more')", "stopped early (pytest's status 2)"),
    ],
    ids=["killed", "gone", "stopped"],
)
def test_a_step_that_does_not_come_to_its_end_is_a_no(small, does, told):
    status, lines = said(small(first=f"import os, pytest\ndef test_x(): {does}\n"))
    assert status == 1 and lines[-1].startswith("Not whole: first: ") and told in lines[-1]
    assert any(re.match(r"second +1 passed", line) for line in lines)


def test_a_file_that_cannot_be_read_is_a_failure_with_its_name(small):
    status, lines = said(small(first="def"))
    assert status == 1 and "Not whole: 1 test failed" in lines[-1]
    assert "test_first.py" in lines[lines.index("Failed:") + 1]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_with_all_that_it_started(small, ending):
    deaf = "import signal, time; signal.signal(2, signal.SIG_IGN); print('deaf', flush=True); time.sleep(300)"
    waits = f"""
import os, subprocess, sys
from pathlib import Path
def test_x():
    child = subprocess.Popen([sys.executable, "-c", {deaf!r}], stdout=subprocess.PIPE, start_new_session=True)
    child.stdout.readline()
    Path("pids.part").write_text(f"{{os.getpid()}} {{child.pid}}")
    os.rename("pids.part", "pids")
    child.wait()
"""
    process = small(first=waits)
    while not (small.folder / "pids").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(ending)
    status, lines = said(process)
    assert status == 130 and lines[-1].startswith("Interrupted") and not any("test_second" in line for line in lines)
    assert all(ends(int(pid), zombie=True) for pid in (small.folder / "pids").read_text().split())


@pytest.mark.parametrize(("times", "verdict"), [(2, 0), (3, 1)])
def test_two_notebooks_may_be_run_once_more_and_three_may_not(small, tmp_path, times, verdict):
    record = tmp_path / "again.jsonl"
    entries = [
        {
            "what": f"notebooks/0{n}-x.ipynb",
            "kind": "notebook",
            "claims": ["C wins: measured 1.9, claimed 2"],
            "saved": True,
        }
        for n in range(times)
    ]
    record.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    status, lines = said(small(UNLADEN_AGAIN=str(record)))
    assert status == verdict and lines[-1].startswith(
        ("Everything holds", "Not whole: too much was run once more")[verdict]
    )
    assert sum("measured 1.9" in line for line in lines) == times


def test_what_is_skipped_is_not_counted_as_held(small):
    status, lines = said(small(first="import pytest\ndef test_x(): pytest.skip('no')\n"))
    assert status == 0 and lines[-1].startswith("Everything holds: 2 checks, 1 skipped, in")


def test_a_step_without_tests_holds_only_where_some_were_chosen(small):
    assert said(small(first=""))[0] == 1
    assert said(small("-k", "another or second", first="", second="def test_another(): pass\n"))[0] == 0
    status, lines = said(small("-k", "no_such"))
    assert status == 1 and "no test was chosen" in lines[-1]


def test_tests_that_share_the_cores_are_counted_alike(small):
    crash = FAILS + PASSES + "def test_crash(): os._exit(1)\ndef test_skip(): pytest.skip('no')\n"
    status, lines = said(small("-p", "xdist", "-n", "2", first=crash))
    assert status == 1 and any(re.match(r"first +1 passed, 3 failed, 1 skipped ", line) for line in lines)


def test_a_test_that_is_run_again_is_judged_by_its_last_run(tmp_path):
    report = tmp_path / "tally"
    phases = [("setup", "passed"), ("call", "rerun"), ("teardown", "passed")]
    phases += [("setup", "passed"), ("call", "passed"), ("teardown", "passed")]
    told = [{"test": "a", "file": "a.py", "seconds": 1, "phase": p, "outcome": o} for p, o in phases]
    report.write_text("".join(json.dumps(line) + "\n" for line in told) + '{"ended": 0}\n{"te')
    found = tally.read(report)
    assert found.those("passed") == ["a"] and found.ended and found.seconds["a"] == 6


# -- one chapter


BOOK = "notebooks/03-dynamic-features.ipynb"


@pytest.mark.parametrize("word", ["3", "03", BOOK, f"./{BOOK}", "solutions/03-dynamic-features.ipynb"])
def test_a_chapter_is_named_by_its_number_or_a_notebook(word):
    assert notebooks.chapters([word]) == {3}


@pytest.mark.parametrize("words", [["03,07"], ["3", "7"], ["3 07"], [f"{BOOK},7"]])
def test_several_are_named_with_commas_or_spaces(words):
    assert notebooks.chapters(words) == {3, 7}


@pytest.mark.parametrize("word", ["77", "-1", "3.5", "notebooks", "03-dynamic-features", "03,x", "٣", "003"])
def test_a_word_that_names_none_is_told_which_there_are(word, capsys):
    with pytest.raises(NotebookError, match=r"no such chapter; there are 00, 01, .*12"):
        notebooks.chapters([word])
    assert suite.main([f"--nb={word}"]) == 2
    assert "there are 00, 01, " in capsys.readouterr().err


def test_a_number_means_the_same_to_lint_render_derive_and_slides():
    folders = ["notebooks", "solutions", "exercises"]
    found = notebooks.find(["3,12", BOOK], folders)
    assert [notebooks.shown(path)[:12] for path in found[:3]] == ["notebooks/03", "notebooks/12", "solutions/03"]
    assert len(found) == 7
    with pytest.raises(NotebookError, match="no such chapter"):
        notebooks.find(["77"], folders)


MODULES = {path.stem: path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py")}


def test_every_chapter_has_tests_of_its_own():
    marked = {
        int(n)
        for text in MODULES.values()
        for found in re.findall(r"mark\.chapters\(([\d, ]+)\)", text)
        for n in found.split(",")
    }
    there = notebooks.chapters(path.name for path in (REPOSITORY / "notebooks").glob("*.ipynb"))
    for chapter in sorted(there - marked):
        pytest.fail(
            f"chapter {chapter:02} has no tests; write a file that says `pytestmark = pytest.mark.chapters({chapter})`"
        )
    assert marked == there


def test_tests_of_each_exercise_and_each_lecture_are_found_by_its_chapter():
    """Left out are those that execute a lecture in another way."""
    each = {
        name for name, text in MODULES.items() if re.search(r"parametrize\(\(?\"(exercise|lecture|picture)\b", text)
    }
    assert each >= {"test_both_ways", "test_slides", "test_pictures"}
    assert [name for name in sorted(each) if "pytest.mark.chapters" not in MODULES[name]] == []


def test_a_chapter_is_what_belongs_to_it_and_nothing_else():
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "exercises",
        "tests",
        "--chapter",
        "3",
        "--collect-only",
        "-q",
    ]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300)
    found = [line for line in done.stdout.splitlines() if "::" in line]
    for wanted in (
        "exercises/03-dynamic-features.ipynb::Cell 0",
        "tests/course/test_slides.py::test_every_lecture_fits_its_slides_and_asks_nobody[03-dynamic-features]",
        "tests/exercises/test_both_ways.py::test_a_wrong_answer_is_wrong_and_is_given_its_hint[3.1-1]",
        "tests/course/test_pictures.py::test_a_picture_is_what_its_script_draws[toy-objects]",
        "tests/course/test_notebooks.py::test_a_notebook_is_in_order[notebooks/03-dynamic-features.ipynb]",
    ):
        assert wanted in found
    assert any("test_toy_interpreter.py" in line for line in found)
    others = (
        r"::.*\[(?!03|3\.)(\d\d-|\d+\.\d)|test_machine|test_build|\[arenas\]|(exercises|notebooks|solutions)/(?!03)\d\d"
    )
    assert [line for line in found if re.search(others, line)] == []


def test_every_notebook_and_every_test_is_in_one_step():
    """What is marked as an extra is in none: `make test-extras` runs it."""
    names = [word for command in suite.TESTS.values() for word in command if (REPOSITORY / word).is_dir()]
    assert sorted(names) == ["exercises", "notebooks", "solutions", "tests", "tests"]
    chosen = [c[c.index("-m") + 1] for c in suite.TESTS.values() if "tests" in c]
    assert chosen == ["not measures and not extras", "measures and not extras"]
