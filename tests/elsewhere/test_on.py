"""``%%on`` runs a cell on the Python that was asked for, or shows the recorded run and says so; never anything else."""

from __future__ import annotations

import importlib.util
import json
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.processes import ends
from unladen.course import render
from unladen.course.outputs import sanitised
from unladen.elsewhere import interpreters, pythons, records
from unladen.elsewhere.pythons import Elsewhere, on, run
from unladen.elsewhere.records import Run
from unladen.magics import CellError

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
NOWHERE = "3.99"  # a Python that no machine has


pytestmark = pytest.mark.usefixtures("results")


def link(folder: Path, name: str) -> Path:
    """The present Python under another name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(os.path.realpath(sys.executable))
    return folder / name


def liar(path: Path, says: str) -> Path:
    """A program that says it is another Python, and is the present one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\ncase "$2" in -c) echo "{says}";; *) exec "{sys.executable}" "$@";; esac\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def here(source: str, **options) -> Run:
    return run("here", interpreters.present(), source, **options)


def fails(source: str, **options) -> str:
    with pytest.raises(Elsewhere) as failure:
        here(source, **options)
    return str(failure.value)


# -- one run


def test_the_source_runs_as_a_plain_script_in_a_fresh_folder():
    source = "import os, sys\nprint(__name__, os.path.basename(sys.argv[0]), os.listdir('.'))\nresult = sys.version\n"
    done = here(source)
    assert done.printed == "__main__ cell.py ['cell.py']"
    assert done.result == sys.version
    assert done.by.startswith(f"CPython {VERSION}.")


def test_it_sees_neither_the_notebook_nor_the_variables_that_steer_python(tmp_path, monkeypatch):
    (tmp_path / "swallow.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "No module named 'swallow'" in fails("import swallow")
    assert here("import os; result = [v for v in os.environ if v.startswith('PYTHON')]").result == []


def test_what_is_left_in_result_comes_back_as_json_knows_it():
    assert here("result = {'seconds': [1.5, 2], 'pair': (1, 'ä'), 'none': None, 'yes': True}").result == {
        "seconds": [1.5, 2],
        "pair": [1, "ä"],
        "none": None,
        "yes": True,
    }
    assert here("pass").result is None


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("{1: 2}", "result has the key 1; JSON knows texts only: use str(…)"),
        ("{'a': [set()]}", "result['a'][0] is of type set; make it of numbers, texts, lists and dictionaries"),
    ],
)
def test_a_result_that_would_come_back_changed_is_refused(value, complaint):
    assert fails(f"result = {value}") == f"the cell failed on here: TypeError: {complaint}"


def test_a_failure_names_the_cells_line_and_shows_the_traceback():
    first, *rest = fails("print('before')\ndef f():\n    assert 1 > 2, 'no'\nf()\n").splitlines()
    assert first == "the cell failed on here: AssertionError: no (line 4 of the cell)"  # the magic's line is line 1
    assert rest[:3] == ["Traceback (most recent call last):", '  File "the cell", line 5, in <module>', "    f()"]
    assert rest[-1] == "before"
    assert "guest.py" not in " ".join(rest)


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("x = = 1", "the cell failed on here: SyntaxError: invalid syntax (line 2 of the cell)"),
        ("raise SystemExit(3)", "the cell failed on here: SystemExit: 3"),
        ("import os; os._exit(4)", "the cell ended on here with exit status 4, before it was done."),
        ("import os; os.kill(os.getpid(), 11)", "the cell was ended on here by SIGSEGV."),
    ],
)
def test_every_other_end_is_told_in_a_sentence(source, first):
    assert fails(source).splitlines()[0] == first


def test_leaving_with_status_zero_is_no_failure():
    assert here("result = 1\nraise SystemExit").result == 1


def test_a_cell_that_does_not_end_is_ended_and_says_what_it_printed():
    start = time.monotonic()
    words = fails("print('going round')\nwhile True: pass", seconds=2)
    assert words == "the cell was still running on here after 2 s, and was ended: give it less to do.\ngoing round"
    assert time.monotonic() - start < 30


def test_what_a_cell_starts_ends_with_it():
    source = "import subprocess\nresult = subprocess.Popen(['sleep', '300'], start_new_session=True).pid"
    sleeper = here(source).result
    assert ends(sleeper, zombie=True)


def test_a_cell_may_start_processes_as_a_script_may():
    source = """
import multiprocessing
def double(n):
    return 2 * n
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        result = pool.map(double, [1, 2])
"""
    assert here(source).result == [2, 4]


# -- which Python


def test_the_present_python_answers_to_its_version_and_to_here():
    python, why = interpreters.find(VERSION)
    assert python.answers_to(VERSION) and not why
    found = on(["here", VERSION], "pair", "import sys; result = sys.version_info[:2]")
    assert found == {"here": [*sys.version_info[:2]], VERSION: [*sys.version_info[:2]]}
    assert found.here and found.of_this_cell


def test_a_folder_or_a_program_can_be_named_in_a_variable(tmp_path, monkeypatch):
    folder, program = link(tmp_path / "ein Ordner ä", f"python{VERSION}").parent, link(tmp_path, "any-name")
    for place in (folder, program):
        monkeypatch.setenv(interpreters.VARIABLE, os.pathsep.join([str(tmp_path / "none"), str(place)]))
        assert interpreters.find(VERSION)[0].path.startswith(str(place))


def test_a_place_in_the_variable_that_leads_nowhere_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(interpreters.VARIABLE, str(tmp_path / "none"))
    assert interpreters.find(NOWHERE) == (None, "none, named in UNLADEN_PYTHONS, does not start")


def test_a_program_is_what_it_says_and_not_what_it_is_called(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    link(tmp_path, f"python{NOWHERE}")
    assert interpreters.find(NOWHERE) == (None, f"python{NOWHERE} is {interpreters.present()}")


@pytest.mark.parametrize("says", ["CPython 3.99.1 0", f"CPython {sys.version.split()[0]} 1", "PyPy 3.11.13 0"])
def test_a_program_that_does_not_tell_the_truth_is_found_out_when_it_runs(says, tmp_path, monkeypatch):
    name = {"1": f"{VERSION}t"}.get(says[-1], "pypy3" if "PyPy" in says else NOWHERE)
    liar(tmp_path / "liar", says)
    monkeypatch.setenv(interpreters.VARIABLE, str(tmp_path / "liar"))
    with pytest.raises(Elsewhere, match=f"{name} is not what it should be: it said .*, and is CPython {VERSION}"):
        on([name], "lie", "print('never run')")


def test_a_jit_that_is_not_built_in_is_missing_and_one_that_is_runs():
    python, why = interpreters.find(f"{VERSION}jit")
    if not getattr(sys, "_jit", None) or not sys._jit.is_available():
        assert python is None and f"{interpreters.present()} is built without it" in why
    else:
        done = run("jit", python, "import sys; result = sys._jit.is_enabled()")
        assert done.result is True and done.by.endswith(", JIT on")


@pytest.mark.parametrize(
    ("name", "found", "answers"),
    [
        ("3.14", ("CPython", "3.14.2", False), True),
        ("3.14", ("CPython", "3.14.2", True), False),
        ("3.14t", ("CPython", "3.14.2", True), True),
        ("3.14t", ("CPython", "3.14.2", False), False),
        ("3.1", ("CPython", "3.14.2", False), False),
        ("3.11", ("PyPy", "3.11.13", False), False),
        ("3.11", ("GraalVM", "3.11.7", False), False),
        ("pypy3", ("PyPy", "3.11.13", False), True),
        ("pypy3", ("CPython", "3.11.13", False), False),
        ("pypy3.10", ("PyPy", "3.11.13", False), False),
        ("pypy3.11", ("PyPy", "3.11.13", False), True),
    ],
)
def test_which_python_answers_to_which_name(name, found, answers):
    assert interpreters.Interpreter("x", *found).answers_to(name) is answers


# -- missing, and recorded


def record(names=("here", NOWHERE), source="print(1)", **results) -> None:
    runs = [Run(name, f"CPython {name}.0", f"printed by {name}", results.get("result", 7)) for name in names]
    kept = records.made_now(names, source, runs, "notebooks/06.ipynb", "make record NB=notebooks/06.ipynb")
    records.save("kept", records.Record(**kept.__dict__ | {"date": "2026-01-02"}))


def test_if_one_is_missing_the_recorded_run_of_all_is_shown_with_machine_and_date():
    record()
    found = on(["here", NOWHERE], "kept", "print(1)\n")
    assert found == {"here": 7, NOWHERE: 7} and not found.here and found.of_this_cell
    text = repr(found)
    assert f"{NOWHERE} is not here; to get it: python -m uv python install {NOWHERE}. " in text
    assert f"This is the recorded run: 2026-01-02, {', '.join(found.machine.values())}" in text
    assert "printed by here" in text and f"CPython {NOWHERE}.0" in text
    assert found.date == "2026-01-02" and set(found.machine) == {"processor", "cores", "system"}


@pytest.mark.parametrize(("names", "source"), [(["here", NOWHERE], "print(2)"), ([NOWHERE, "here"], "print(1)")])
def test_a_record_of_another_cell_says_so(names, source):
    record()
    found = on(names, "kept", source)
    assert not found.of_this_cell
    assert "This is a recorded run of ANOTHER text than this cell's" in repr(found)


def test_without_a_record_the_error_says_how_to_get_the_python():
    with pytest.raises(Elsewhere, match="no recorded run called kept") as failure:
        on(["here", NOWHERE], "kept", "print(1)")
    assert f"python -m uv python install {NOWHERE}" in str(failure.value)


def test_an_impostor_is_named_where_the_python_is_missing(tmp_path, monkeypatch):
    record()
    link(tmp_path, f"python{NOWHERE}")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert f"{NOWHERE} is not here (python{NOWHERE} is CPython {VERSION}" in repr(on(["here", NOWHERE], "kept", ""))


def test_only_what_is_fixed_is_left_for_comparison():
    """A fresh run and a record of other Pythons on another machine: the same to nbval."""
    source = "print(1)\n"
    record([VERSION], source)
    ran = on([VERSION], "kept", source)
    kept = pythons.Results(records.load("kept"), False, "3.99 is not here; to get it: buy one. Recorded once.")
    assert sanitised(repr(ran)) == sanitised(repr(kept)) == f"<V>\n{VERSION}<V>\n<V-BLOCK>"
    assert sanitised(ran._repr_html_()) == sanitised(kept._repr_html_())
    assert f"<summary>{VERSION} <V></summary>" in sanitised(ran._repr_html_())


def test_a_record_says_how_it_is_made_again_and_a_new_one_is_a_small_diff(results):
    record(result={"b": 1.25, "a": 2})
    before = (results / "kept.json").read_text().splitlines()
    kept = json.loads("\n".join(before))
    assert kept["command"] == "make record NB=notebooks/06.ipynb" and kept["source"] == ["print(1)"]
    assert list(kept) == ["notebook", "command", "date", "machine", "names", "source", "runs"]
    record(result={"b": 1.5, "a": 2})
    after = (results / "kept.json").read_text().splitlines()
    assert [a for a, b in zip(before, after, strict=True) if a != b] == ['    "b": 1.25,'] * 2
    assert records.load("kept").runs[0].result == {"b": 1.5, "a": 2}


# -- the magic


def test_the_magic_shows_the_runs_and_binds_the_results(ipython, capsys):
    ipython.run_cell_magic("on", f"here, {VERSION} answer", "print('so be it')\nresult = 42\n")
    assert ipython.user_ns.pop("answer") == {"here": 42, VERSION: 42}
    assert capsys.readouterr().out.count("so be it") == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "%%on takes Pythons and a NAME, as in `%%on here,pypy3 answer`; got none."),
        ("here", "got here."),
        ("here,pypy3 3x", "binds the results to a NAME that Python can use, such as adder; got 3x."),
        ("here,jython answer", "the Pythons are here, pypy3, 3.14, 3.14t, 3.14jit and so on, each once; got jython."),
        ("here,here answer", "each once; got here, here."),
        ("3 answer", "got 3."),
        ("pypy3.11t answer", "got pypy3.11t."),
        ("pypy3.11jit answer", "got pypy3.11jit."),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_in_a_sentence(ipython, line, words):
    with pytest.raises(CellError) as refused:
        ipython.run_cell_magic("on", line, "print(1)\n")
    assert words in refused.value.args[0] and "\n" not in refused.value.args[0]


def test_a_failure_is_an_error_whose_first_line_is_fixed(ipython):
    with pytest.raises(CellError) as failure:
        ipython.run_cell_magic("on", "here answer", "assert False, 'no'\n")
    assert str(failure.value).startswith(
        "%%on: the cell failed on here: AssertionError: no (line 2 of the cell)\n≈≈≈\nTraceback"
    )
    assert "answer" not in ipython.user_ns


def test_the_magic_explains_itself(ipython):
    manual = ipython.find_magic("on", "cell").__doc__
    assert "%%on here,pypy3 NAME" in manual and interpreters.VARIABLE in manual


def test_in_a_notebook_the_record_stands_in_and_nothing_else_is_different(write_notebook, results):
    """Rendered twice, with two records of two machines: not a byte changes, so nbval accepts either."""
    setup = "%load_ext unladen\nfrom pathlib import Path\nfrom unladen.elsewhere import records\n"
    setup += f"records.FOLDER = Path({str(results)!r})"
    cell = f"%%on here,{NOWHERE} kept\nprint(1)"
    path = write_notebook(setup, cell, "kept.here, kept['here'] == kept['3.99']")
    record(result=1)
    render.render(path)
    assert "(False, True)" in path.read_text()
    record(result=2)
    assert not render.render(path)


def test_the_script_that_runs_elsewhere_is_read_by_an_old_python():
    import ast

    source = Path(importlib.util.find_spec("unladen.elsewhere.guest").origin).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))


def test_a_python_that_does_not_answer_is_not_said_to_be_missing(tmp_path, monkeypatch):
    record()
    slow = tmp_path / f"python{NOWHERE}"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(interpreters, "PATIENCE", 0.3)
    told = repr(on([NOWHERE, "here"], "kept", "print(1)"))
    assert f"whether {NOWHERE} is here is not known: python{NOWHERE} did not answer in 0.3 s" in told
    assert "to get it" not in told


def test_a_python_that_was_slow_once_is_asked_again(tmp_path, monkeypatch):
    slow = tmp_path / "python3"
    flag = tmp_path / "asked"
    slow.write_text(f'#!/bin/sh\n[ -e "{flag}" ] || {{ touch "{flag}"; sleep 60; }}\nexec "{sys.executable}" "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setenv(interpreters.VARIABLE, str(slow))
    monkeypatch.setattr(interpreters, "PATIENCE", 2)
    assert interpreters.find(VERSION)[0].path == str(slow)
