"""The kernels of `make lab` and of the tests import the course's packages, whatever another Python's variables say."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.course import kernel, lab, variables


def of_the_lab(folder):
    return lab.server_environment(folder)


@pytest.fixture
def another_python(tmp_path, monkeypatch):
    """A folder with a NumPy and a start-up file that end whoever imports them."""
    (tmp_path / "numpy.py").write_text("raise SystemExit('old numpy')")
    (tmp_path / "start.py").write_text("raise SystemExit('old start-up file')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(REPOSITORY)]))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "start.py"))
    return tmp_path


@pytest.mark.parametrize("environment", [of_the_lab, kernel.environment])
def test_a_kernel_imports_the_packages_of_the_course(another_python, environment):
    program = "import os, numpy; print(numpy.ones(2).sum(), os.environ.get('PYTHONSTARTUP'))"
    command = [sys.executable, "-c", program]
    assert b"old numpy" in subprocess.run(command, capture_output=True).stderr
    done = subprocess.run(command, env=environment(another_python), capture_output=True, text=True)
    assert done.stdout == "2.0 None\n", done.stderr


def test_the_folder_of_the_course_stays_on_the_path_where_a_hub_put_it(another_python):
    assert variables.own(os.environ)["PYTHONPATH"] == str(REPOSITORY)
    assert variables.foreign(os.environ)["PYTHONPATH"] == str(another_python)
    assert "PYTHONPATH" not in variables.own({"PYTHONPATH": str(another_python), "HOME": "/"})
    assert variables.foreign({"PYTHONPATH": f"{REPOSITORY}/", "PYTHONHOME": ""}) == {}


def test_a_variable_is_to_blame_only_if_all_is_well_without_it(monkeypatch):
    monkeypatch.setenv("CPATH", "/wrong")
    monkeypatch.setenv("LIBRARY_PATH", "/right")
    assert variables.culprit(lambda without: "CPATH" not in without) == "CPATH"
    assert variables.culprit(lambda without: False) == ""


def test_of_several_variables_all_that_are_to_blame_are_named(monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setenv("NUMBA_OPT", "0")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    guilty = {"NUMBA_OPT", "MPLBACKEND"}
    assert set(variables.culprit(lambda without: not guilty & set(without)).split()) == guilty


@pytest.mark.parametrize(
    "name, value",
    [("PYTHONOPTIMIZE", "2"), ("PYTHONHASHSEED", "nonsense"), ("MPLBACKEND", "nonsense"), ("NUMBA_DISABLE_JIT", "1")],
)
def test_what_would_make_python_and_its_libraries_behave_otherwise_does_not_reach_a_kernel(name, value, tmp_path):
    assert name not in variables.own({name: value}) and variables.foreign({name: value}) == {name: value}
    assert variables.foreign({"MPLBACKEND": "module://matplotlib_inline.backend_inline"}) == {}


def test_what_an_image_calls_its_python_is_no_variable_of_pythons():
    named = {"PYTHON_VERSION": "3.13", "PYTHON": "python3"}
    assert variables.foreign(named) == {} and variables.own(named) == named


def test_an_image_that_forbids_bytecode_is_not_at_fault_and_slows_no_kernel():
    forbidding = {"PYTHONDONTWRITEBYTECODE": "1"}
    assert variables.foreign(forbidding) == {} and variables.own(forbidding) == {}
