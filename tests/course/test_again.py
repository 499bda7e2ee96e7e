"""What failed by a measurement alone is measured again, once and in the open; nothing else is saved by that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from nbformat.v4 import new_code_cell, new_output

from unladen.course import again

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments, **environment) -> subprocess.CompletedProcess:
    """Run pytest in a folder with the options of pyproject.toml; what it measures again is recorded in again.jsonl."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    command += ["-q", "--color=no", "-p", "no:cacheprovider", *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST_")}
    environment = kept | {"UNLADEN_AGAIN": str(folder / "again.jsonl"), "UNLADEN_NO_SKIPS": "1"} | environment
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, timeout=500)


def run_tests(folder: Path, *arguments) -> subprocess.CompletedProcess:
    """The same for tests alone, with no plugin but ours and the two it works with: a start takes half the time."""
    plugins = ["-p", "xdist.plugin", "-p", "pytest_rerunfailures"]
    ours = "addopts=-p unladen.course.again --import-mode=importlib"
    return run(folder, *plugins, "-o", ours, *arguments, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


def recorded(folder: Path) -> dict[str, dict]:
    path = folder / "again.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {entry["what"]: entry for entry in map(json.loads, lines)}


def outcomes(report: Path) -> dict[str, list[str]]:
    """How each case of a JUnit report ended, by its class and name."""
    found: dict[str, list[str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        found.setdefault(f"{case.get('classname')}.{case.get('name')}", []).append(bad[0] if bad else "passed")
    return found


# -- notebooks. A cell is its source and what is stored of its output. SEEN is true from the notebook's second run on,
# so that nothing that fails in the first would fail in the second: whatever is run again is saved, unless it says so.

START = (
    "from pathlib import Path\nimport os\nfrom unladen.timing.claim import claim, TimeClaimFailed\n"
    "SEEN = Path('runs').exists()\nopen('runs', 'a').write('.');",
    "",
)
HELD = "✓ C wins: measured ≈ 3.00, claimed at least 2\n"
CHANCE = ("claim('C wins', 3 if SEEN else 1.7, at_least=2, timed=True)", HELD)
ALWAYS = ("claim('C wins', 1.8 if SEEN else 1.7, at_least=2, timed=True)", HELD)
TEXT = ("print('right' if SEEN else 'wrong')", "right\n")

SAVED = {
    "a claim about time": [CHANCE, ("print('right')", "right\n")],
    "two of them": [("print('a ≈ 1 ms')\n" + CHANCE[0], "a ≈ 2 ms\n" + HELD), CHANCE],
}
FAILED_AGAIN = {
    "a claim about time that fails both times": [ALWAYS],
    "another output the second time": [CHANCE, ("print('wrong' if SEEN else 'right')", "right\n")],
    "a kernel that dies the second time": [CHANCE, ("if SEEN: os._exit(3)", "")],
}
NEVER_AGAIN = {
    "a wrong output": [TEXT],
    "a wrong result": [("assert SEEN", "")],
    "a claim that is false": [("claim('one is two', SEEN)", "✓ one is two\n")],
    "beside a wrong output": [TEXT, CHANCE],
    "before a wrong output": [CHANCE, TEXT],
    "behind a wrong output of its own": [(f"{TEXT[0]}\n{CHANCE[0]}", f"right\n{HELD}")],
    "what a consequence is": [(f"{CHANCE[0]}\nx = 1", HELD), ("x;", "")],
    "an error that prints the name": [
        ("if not SEEN:\n    print('TimeClaimFailed: C wins')\n    raise ValueError('TimeClaimFailed: C wins')", "")
    ],
    "an error of the same name": [
        ("if not SEEN:\n    class TimeClaimFailed(Exception): pass\n    raise TimeClaimFailed('C wins')", "")
    ],
    "an error of that kind": [
        (
            "if not SEEN:\n    raise type('TimeClaimFailed', (TimeClaimFailed,), {})('C wins')",
            "",
        )
    ],
    "a kernel that dies": [CHANCE, ("if not SEEN: os._exit(3)", "")],
}
CASES = SAVED | FAILED_AGAIN | NEVER_AGAIN


def write_cases(write_notebook, *names: str, cases: dict = CASES) -> list[str]:
    """Write a notebook for each case into a folder of its own."""

    def stored(source: str, text: str, number: int):
        outputs = [new_output("stream", name="stdout", text=text)] if text else []
        return new_code_cell(source, id=f"cell-{number}", execution_count=number, outputs=outputs)

    for name in names:
        cells = [stored(*cell, number) for number, cell in enumerate([START, *cases[name]], 1)]
        write_notebook(*cells, name=f"{name}/lesson.ipynb")
    return [f"{name}/lesson.ipynb" for name in names]


@pytest.fixture(scope="module")
def notebooks_run(tmp_path_factory):
    """All cases, run by two processes that share one record."""
    import nbformat

    folder = tmp_path_factory.mktemp("cases")

    def write(*cells, name):
        path = folder / name
        path.parent.mkdir()
        nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)

    paths = write_cases(write, *CASES)
    done = run(folder, "--nbval", "-n", "2", "--dist", "loadfile", "--junit-xml", "junit.xml", *paths)
    return folder, done, outcomes(folder / "junit.xml")


def ended(notebooks_run, name: str) -> list[list[str]]:
    return [found for case, found in notebooks_run[2].items() if case.startswith(f"{name}.lesson.")]


@pytest.mark.long
@pytest.mark.parametrize("name", SAVED)
def test_a_notebook_in_which_only_claims_about_time_failed_is_run_once_more(notebooks_run, name):
    folder, done, _ = notebooks_run
    assert (folder / name / "runs").read_text() == "..", done.stdout
    assert ended(notebooks_run, name) == [["passed"]] * (1 + len(SAVED[name]))
    entry = recorded(folder)[f"{name}/lesson.ipynb"]
    assert entry["kind"] == "notebook" and entry["saved"] is True
    assert len(entry["claims"]) == sum("claim(" in source for source, _ in SAVED[name])
    assert all("C wins" in claim and "≈ 1.70, claimed at least 2" in claim for claim in entry["claims"])
    assert f"{name}/lesson.ipynb: it held the second time; the first, {entry['claims'][0]}" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize("name", FAILED_AGAIN)
def test_what_fails_the_second_time_has_failed(notebooks_run, name):
    folder, done, _ = notebooks_run
    assert (folder / name / "runs").read_text() == "..", done.stdout
    assert sorted(ended(notebooks_run, name)) == [["failure"]] + [["passed"]] * len(FAILED_AGAIN[name])
    assert recorded(folder)[f"{name}/lesson.ipynb"]["saved"] is False
    assert f"{name}/lesson.ipynb: it failed the second time; the first, C wins" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize("name", NEVER_AGAIN)
def test_nothing_else_is_run_again(notebooks_run, name):
    folder, done, _ = notebooks_run
    assert (folder / name / "runs").read_text() == ".", done.stdout
    failed = 1 + (CHANCE in NEVER_AGAIN[name]) + (name == "what a consequence is")
    assert sorted(ended(notebooks_run, name)).count(["failure"]) == failed
    assert f"{name}/lesson.ipynb" not in recorded(folder)


@pytest.mark.long
def test_both_failures_of_a_notebook_are_shown_and_each_cell_is_counted_once(notebooks_run):
    _, done, found = notebooks_run
    assert done.returncode == 1
    assert all(len(ends) == 1 for ends in found.values())
    assert len(found) == sum(1 + len(cells) for cells in CASES.values())
    both = done.stdout[done.stdout.index("The notebook was executed once more, and failed again.") :]
    assert "≈ 1.80" in both and "the kernel died while it ran this cell" in both


@pytest.mark.parametrize(("number", "code"), [(2, 0), (3, 1)])
def test_two_saved_notebooks_in_a_run_are_chance_and_three_are_not(write_notebook, tmp_path, number, code):
    cases = {f"n{n}": [CHANCE] for n in range(number)}
    done = run(tmp_path, "--nbval", *write_cases(write_notebook, *cases, cases=cases), UNLADEN_AGAIN="")
    assert done.returncode == code, done.stdout
    assert done.stdout.count("it held the second time; the first, C wins") == number
    assert ("3 notebooks were measured again in this run" in done.stdout) == bool(code)
    assert f"{2 * number} passed" in done.stdout and "failed," not in done.stdout
    assert not (tmp_path / "again.jsonl").exists()


def test_what_stops_at_the_first_failure_stops_after_the_second_run(write_notebook, tmp_path):
    cases = {"one": [CHANCE], "two": [ALWAYS, ("1;", "")], "three": [("1;", "")]}
    done = run(tmp_path, "--nbval", "-x", *write_cases(write_notebook, *cases, cases=cases))
    assert done.returncode == 1
    assert "1 failed, 4 passed" in done.stdout, done.stdout
    assert (tmp_path / "two" / "runs").read_text() == ".." and not (tmp_path / "three" / "runs").exists()


def test_an_interrupted_second_run_leaves_the_failure_of_the_first(write_notebook, tmp_path):
    interrupt = "import signal, time\nif SEEN:\n    os.kill(os.getppid(), signal.SIGINT)\n    time.sleep(300)"
    cases = {"one": [CHANCE, (interrupt, "")], "two": [("1;", "")]}
    done = run(tmp_path, "--nbval", *write_cases(write_notebook, *cases, cases=cases))
    assert done.returncode == 2, done.stdout
    assert "1 failed, 2 passed" in done.stdout and "KeyboardInterrupt" in done.stdout
    assert "one/lesson.ipynb: it failed the second time; the first, C wins" in done.stdout
    assert not (tmp_path / "two" / "runs").exists()


# -- tests

TESTS = """
import os
from pathlib import Path

import pytest

from unladen.timing.claim import ClaimFailed, TimeClaimFailed, claim


def seen():
    "Whether this test ran before."
    name = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0]
    path = Path(__file__).with_name(f"runs of {name}")
    before = path.exists()
    with open(path, "a") as file:
        file.write(".")
    return before


def by_chance():
    claim("C wins", 3 if seen() else 1.7, at_least=2, timed=True)


pytestmark = pytest.mark.measures
"""
SAVED_TEST = "def test_{}():\n    by_chance()\n"
OTHER_TESTS = """
def test_always():
    seen()
    claim("C wins", 1.8, at_least=2, timed=True)

def test_wrong_result():
    assert seen()

def test_false_claim():
    claim("one is two", seen())

def test_error_that_says_so():
    if not seen():
        raise ValueError("TimeClaimFailed: C wins")

def test_wrong_result_behind_it():
    try:
        by_chance()
    except ClaimFailed:
        assert False

def test_error_of_the_same_name():
    if not seen():
        raise type("TimeClaimFailed", (Exception,), {})

@pytest.fixture
def left_behind():
    yield
    assert seen()

def test_wrong_at_its_end(left_behind):
    claim("C wins", 1.7, at_least=2, timed=True)

def test_that_kills_its_process():
    if not seen():
        os._exit(3)
"""
UNMARKED = TESTS.replace("pytestmark = pytest.mark.measures", "") + SAVED_TEST.format("unmarked")


def test_only_a_test_that_measures_is_run_again_and_only_where_its_claim_about_time_failed(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS + SAVED_TEST.format("chance") + OTHER_TESTS)
    (tmp_path / "test_unmarked.py").write_text(UNMARKED)
    done = run(tmp_path, "-n", "2", "--dist", "load", "--junit-xml", "junit.xml")
    runs = {path.name.removeprefix("runs of test_"): path.read_text() for path in tmp_path.glob("runs of *")}
    assert {name for name, times in runs.items() if times == ".."} == {"chance", "always"}, done.stdout
    assert set(recorded(tmp_path)) == {"test_it.py::test_chance", "test_it.py::test_always"}
    found = {name.rpartition(".")[2]: ends[-1] for name, ends in outcomes(tmp_path / "junit.xml").items()}
    assert [name for name, end in found.items() if end == "passed"] == ["test_chance"]
    assert done.returncode == 1


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize(("number", "code"), [(2, 0), (3, 1)])
def test_two_saved_tests_in_a_run_are_chance_and_three_are_not(tmp_path, number, code, processes):
    (tmp_path / "test_it.py").write_text(TESTS + "\n".join(SAVED_TEST.format(n) for n in range(number)))
    done = run_tests(tmp_path, "-n", processes, "--junit-xml", "junit.xml")
    assert done.returncode == code, done.stdout
    assert f"{number} passed" in done.stdout and f"{number} rerun" in done.stdout
    for n in range(number):
        assert f"test_it.py::test_{n}: it held the second time; the first, C wins" in done.stdout
    suite = ElementTree.parse(tmp_path / "junit.xml").find(".//testsuite")
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == [str(number), "0", "0"]
    assert again.summary(tmp_path / "again.jsonl")[1] is not bool(code)


def test_an_interrupted_second_run_of_a_test_has_not_saved_it(tmp_path):
    stop = "def test_it():\n    by_chance()\n    raise KeyboardInterrupt\n"
    (tmp_path / "test_it.py").write_text(TESTS + stop)
    done = run_tests(tmp_path)
    assert done.returncode == 2, done.stdout
    assert recorded(tmp_path)["test_it.py::test_it"]["saved"] is False


# -- the record


def test_all_runs_of_a_suite_are_judged_together_and_what_was_said_before_is_not_said_again(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS + "\n".join(SAVED_TEST.format(n) for n in range(2)))
    again.record(tmp_path / "again.jsonl", "test_before.py::test", "test", ["C wins: measured 1, claimed 2"], True)
    done = run_tests(tmp_path)
    assert done.returncode == 1 and "3 tests were measured again" in done.stdout and "test_before" not in done.stdout
    (tmp_path / "test_it.py").write_text("def test(): pass")
    assert run_tests(tmp_path).returncode == 0, "a run that added nothing"


def test_two_of_each_kind_are_within_the_limit(tmp_path):
    path = tmp_path / "again.jsonl"
    assert again.summary(path) == ([], True)
    for kind in ("notebook", "test"):
        for name in ("one", "two"):
            assert again.summary(path)[1]
            again.record(path, f"{kind} {name}", kind, ["C wins: 1", "Rust wins: 2"], name == "one")
    lines, ok = again.summary(path)
    assert ok and lines[0] == "notebook one: it held the second time; the first, C wins: 1; Rust wins: 2"
    assert lines[3].startswith("test two: it failed the second time") and len(lines) == 4
    again.record(path, "test three", "test", [], saved=True)
    lines, ok = again.summary(path)
    assert not ok and lines[-1].startswith("3 tests were measured again in this run.")
