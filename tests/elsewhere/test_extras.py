"""What the core run does without works where it is: other compilers for Python, Fortran, PyPy, a free-threaded Python.

``make test-extras`` runs these in an environment that has the extras. What a system lacks skips its test and says so.
"""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import sys

import pytest

from unladen.elsewhere import interpreters
from unladen.elsewhere.pythons import Elsewhere, on, run
from unladen.host.missing import install_python
from unladen.host.packages import install_command

pytestmark = pytest.mark.extras


def needs(package: str, extra: str) -> None:
    if not importlib.util.find_spec(package):
        pytest.skip(f"needs {package}: make test-extras, or make lab WITH={extra}")


def result_of(source: str) -> object:
    """What a script leaves in ``result``, in a process of its own: two of these compilers in one are one too many."""
    return run("here", interpreters.present(), source).result


def test_a_cell_runs_here_and_on_pypy():
    if not interpreters.find("pypy3")[0]:
        pytest.skip(f"needs PyPy: {install_command('PyPy')}")
    source = """import sys, time
def loop(n):
    total = 0
    for x in range(n):
        total += x * x % 7
    return total
loop(1_000_000)
start = time.perf_counter()
loop(1_000_000)
result = [sys.implementation.name, time.perf_counter() - start]
"""
    found = on(["here", "pypy3"], "both", source)
    assert found.here
    assert [found[name][0] for name in ("here", "pypy3")] == [sys.implementation.name, "pypy"]
    assert found["here"][1] > 3 * found["pypy3"][1]  # 10 to 30 times where this was written


@pytest.mark.parametrize("name", ["3.14t", "3.13t"])
def test_a_free_threaded_python_runs_without_the_gil(name):
    if not interpreters.find(name)[0]:
        pytest.skip(f"needs a free-threaded Python: {install_python(name)}")
    found = on([name], "free", "import sys; result = sys._is_gil_enabled()")
    assert found.here and found[name] is False and found.by[name].endswith(", free-threaded")


def test_a_module_that_needs_the_gil_spoils_the_experiment_and_is_found_out():
    name = next((name for name in ("3.14t", "3.13t") if interpreters.find(name)[0]), None)
    if not name or not shutil.which("cc"):
        pytest.skip(f"needs a C compiler and a free-threaded Python: {install_python('3.14t')}")
    source = r"""import pathlib, subprocess, sysconfig
code = "#include <Python.h>\nstatic struct PyModuleDef old = {PyModuleDef_HEAD_INIT, \"old\", 0, -1};\n"
pathlib.Path("old.c").write_text(code + "PyMODINIT_FUNC PyInit_old(void) { return PyModule_Create(&old); }\n")
headers = "-I" + sysconfig.get_paths()["include"]
subprocess.run(["cc", "-shared", "-fPIC", headers, "old.c", "-o", "old.so"], check=True)
import old
"""
    with pytest.raises(Elsewhere, match="the GIL came back while the cell ran"):
        on([name], "spoilt", source)


def test_root_compiles_cpp_while_it_runs():
    needs("ROOT", "root")
    source = (
        "import ROOT\nROOT.gInterpreter.Declare('int twice(int n) { return 2 * n; }')\nresult = int(ROOT.twice(21))\n"
    )
    assert result_of(source) == 42


def test_pythran_compiles_a_function(tmp_path):
    needs("pythran", "jit")
    source = "# pythran export squares(float64[])\ndef squares(a):\n    return (a * a).sum()\n"
    (tmp_path / "quick.py").write_text(source)
    command = [sys.executable, "-m", "pythran.run", "quick.py", "-o", "quick.so"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    use = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport numpy, quick\n"
    assert result_of(use + "result = [quick.squares(numpy.arange(4.0)), quick.__file__]") == [
        14.0,
        str(tmp_path / "quick.so"),
    ]


def test_taichi_runs_a_kernel():
    needs("taichi", "jit")
    source = """import taichi as ti
ti.init(arch=ti.cpu, offline_cache=False, log_level=ti.ERROR)
@ti.kernel
def total(n: int) -> int:
    out = 0
    for i in range(n):
        out += i
    return out
result = total(10)
"""
    assert result_of(source) == 45


def test_gfortran_makes_a_library_that_python_calls(tmp_path):
    if not shutil.which("gfortran"):
        pytest.skip(f"needs gfortran: {install_command('gfortran')}")
    (tmp_path / "twice.f90").write_text(
        "function twice(x) bind(c)\n  use iso_c_binding\n  real(c_double), value :: x\n"
        "  real(c_double) :: twice\n  twice = 2 * x\nend function\n"
    )
    command = ["gfortran", "-O2", "-fPIC", "-shared", "twice.f90", "-o", "twice.so"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    twice = ctypes.CDLL(str(tmp_path / "twice.so")).twice
    twice.argtypes, twice.restype = [ctypes.c_double], ctypes.c_double
    assert twice(21.0) == 42.0
