"""What `pip install unladen` gives: the words and the magics, without the course around them."""

import inspect
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import unladen
from unladen.course import words
from unladen.course.outputs import ROOT

UV = Path(sys.executable).with_name("uv")
SESSION = """
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()


def cell(source):
    assert shell.run_cell(source).success, source


cell("%load_ext unladen")
cell("from unladen import claim, machine, peek, race")
cell("import numpy as np; ints = np.arange(1_000_000)")
cell("%%c adder\\nlong add(const long *x, long n) { long s = 0; for (long i = 0; i < n; i++) s += x[i]; return s; }")
cell("found = race({'Python': lambda: int(sum(ints)), 'C': lambda: adder.add(ints, len(ints))}, seconds=0.5)")
cell("claim('C wins', found.ratio('Python', 'C'), at_least=2)")
cell("assert peek(10**20)['ob_size'].value == 3")
cell("%native bandwidth.c")
cell("assert bandwidth.sum_all(ints.view(np.uint64), len(ints)) == ints.sum()")
cell("print(machine())")
cell("%%isolated --as fate\\nimport ctypes; ctypes.string_at(0)")
cell("assert fate.signal == 'SIGSEGV'")
refused = shell.run_cell("%%cpp absent\\n#include <pybind11/pybind11.h>\\nPYBIND11_MODULE(absent, m) {}")
assert "%pip install pybind11" in str(refused.error_in_exec), refused.error_in_exec
"""


def uv(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([UV, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The package as it is built from a copy of what it is made of."""
    folder = tmp_path_factory.mktemp("package")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("unladen", "native"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    made = uv("build", "--no-build-isolation", "--python", sys.executable, "--offline", "-o", folder / "dist", folder)
    assert made.returncode == 0, made.stderr
    return next((folder / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """The Python of an environment that holds the package and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    assert uv("venv", "--offline", "--python", sys.executable, folder).returncode == 0
    asked = ["pip", "install", "--python", folder / "bin" / "python", "-c", ROOT / "requirements.txt", wheel]
    if uv(*asked, "--offline").returncode and (online := uv(*asked)).returncode:
        pytest.skip(f"its dependencies are neither in uv's cache nor to be had: {online.stderr[-200:]}")
    return folder / "bin" / "python"


def test_the_wheel_has_the_kernels_and_what_the_words_read_but_not_the_maintainers_side(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    kept = {str(path.relative_to(ROOT)) for path in (ROOT / "unladen").rglob("*.py")}
    kept = {name for name in kept if not name.startswith("unladen/course/")}
    kept |= {f"unladen/native/{path.name}" for path in (ROOT / "native").iterdir() if path.is_file()}
    kept |= {"unladen/timing/published.csv", "unladen/timing/sources.csv"}
    kept |= {"unladen/inside/stepper.js", "unladen/charts.mplstyle"}
    assert kept <= set(names)
    assert not [name for name in names if not name.startswith(("unladen/", "unladen-")) or "/course/" in name]


def test_in_an_empty_environment_the_words_do_what_they_do_in_the_course(python, tmp_path):
    (tmp_path / "session.py").write_text(SESSION, encoding="utf-8")
    done = subprocess.run([python, "-P", "session.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"Unladen {unladen.__version__}" in done.stdout and "✓ C wins" in done.stdout
    assert re.search(r"read, one core +≈ *[\d.]+ GB/s", done.stdout)


def test_the_environment_is_light(python):
    files = [path for path in (python.parents[1] / "lib").rglob("*") if path.suffix != ".pyc" and path.is_file()]
    assert sum(path.stat().st_size for path in files) < 200e6


def test_a_word_of_the_course_says_where_it_works(python, tmp_path):
    done = subprocess.run([python, "-m", "unladen", "lab"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "clone the course" in done.stderr and "Traceback" not in done.stderr


def test_the_lock_holds_the_course_and_the_package_asks_for_little():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    light = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}
    assert light == {"ipython", "numpy", "matplotlib", "cloudpickle", "psutil", "pyelftools"}
    assert not light & {re.match(r"[\w-]+", line)[0] for line in project["optional-dependencies"]["course"]}
    assert re.fullmatch(r"20\d\d\.(0?[1-9]|1[0-2])(\.\d+)?", unladen.__version__)


def test_the_page_of_words_says_what_the_docstrings_say():
    assert words.PAGE.read_text(encoding="utf-8") == words.page(), (
        "docs/words.md is not what the docstrings say: make derive"
    )
    assert all(f"## {word}\n" in words.page() and inspect.getdoc(getattr(unladen, word)) for word in unladen.__all__)
