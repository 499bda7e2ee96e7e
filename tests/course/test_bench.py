"""The benchmark runs and tells what it measured; what it measures is no test's business on a busy machine."""

import os
import subprocess
import sys

import pytest

from tests.helpers import compilers
from unladen.course import first_cells
from unladen.course.bench import bound_table, bounds


@pytest.mark.parametrize(("c", "holds"), [(0.05, True), (0.08, False)])
def test_a_promise_that_does_not_hold_is_said_to_fail(c, holds):
    names = ["%%c", "%%cpp with the usual headers", "%%cpp, nanobind", "%%cython"]
    bare = {"compiler alone, C": [0.05] * 3, "compiler alone, C++ with the usual headers": [0.5]}
    cold = bare | {
        "%%c": [9.0, c, c],
        "%%cpp with the usual headers": [0.2],
        "%%cpp, nanobind": [0.3],
        "%%cython": [1.0],
    }
    found = bounds(cold, {name: [0.001] for name in names[:-1]} | {"%%cython": [0.02]})
    assert [ok for *_, ok in found] == [holds, True, True, True, True, True]
    assert ("FAILS" in repr(bound_table(found))) is not holds


def test_the_benchmark_prints_its_tables(tmp_path):
    compilers.needed("c"), compilers.needed("cpp")
    command = [sys.executable, "-m", "unladen", "bench", "--rounds", "1", "--again", "1", "--calls", "10", "--quick"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, env=os.environ)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    for text in (
        "From cell to callable",
        "%%cython",
        "The cost of a call",
        "cffi, API mode",
        "What the course promises",
    ):
        assert text in done.stdout
    assert (done.returncode == 1) is ("FAILS" in done.stdout)


def test_the_bare_command_of_a_first_cell_has_what_that_had_to_compile_before(tmp_path):
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "command.txt").write_text("touch\0its own part")  # as nanobind's is kept
    first_cells._again(("touch", "cell"), tmp_path, tmp_path)
    assert (tmp_path / "part" / "its own part").exists() and (tmp_path / "cell").exists()
    with pytest.raises(AssertionError, match="waited for a precompiled header"):
        first_cells._again(("touch", "headers-1/headers.hpp"), tmp_path, tmp_path)


def test_without_a_compiler_the_benchmark_says_what_it_needs(tmp_path):
    environment = os.environ | {"CC": "no-such-compiler"}
    command = [sys.executable, "-m", "unladen", "bench"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("the benchmark needs a C and a C++ compiler:\nCC is set to 'no-such-compiler'")
