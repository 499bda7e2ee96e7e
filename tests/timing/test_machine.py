"""The machine card tells what is there, measures what it can do, and works where things are missing."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unladen.compiling import build, native
from unladen.elsewhere import interpreters
from unladen.host import hardware
from unladen.host.missing import missing
from unladen.show import FENCE, Volatile
from unladen.timing import claim, compilers, limits, machine, race

pytestmark = [pytest.mark.measures, pytest.mark.chapters(0)]

# A word of a card that no sanitiser may have to guess: everything between two marks, or a marked number.
MARKED = re.compile(r"≈[^\s≈][^≈\n]*≈|≈ \S+ \S+")


@pytest.fixture
def no_compiler(monkeypatch):
    """No compiler on PATH and no Zig wheel: what `toolchain` finds then is nothing."""
    from unladen.compiling import toolchains

    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(toolchains, "_zig", lambda: None)


@pytest.fixture
def asked_anew():
    """Forget which programs were found, before and after."""
    for found in (interpreters.other_interpreters, compilers.other_compilers):
        found.cache_clear()
    yield
    for found in (interpreters.other_interpreters, compilers.other_compilers):
        found.cache_clear()


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


# -- the card


def test_the_rows_are_fixed_and_every_value_is_marked():
    card, _, wanted = repr(machine()).partition("Missing here")
    lines = card.splitlines()[2:]
    names = [re.split(r"\s{2,}", line)[0] for line in lines]
    assert names == [
        "system", "processor", "cores", "caches of one core", "memory", "Python", "other Pythons", "course",
        "C and C++ cells", "compilers", "GPU", "processor's counters", "read, one core", "copy, one core",
        "triad, one core", "arithmetic, one core", "measured by",
    ]  # fmt: skip
    for line, name in zip(lines, names, strict=True):
        assert MARKED.fullmatch(line[len(name) :].strip()), line
    assert wanted.count(FENCE) == 2


def test_in_html_every_value_is_marked_too():
    html = machine()._repr_html_()
    assert html.count('<span class="v">') == 17
    assert html.count('<pre class="v">') == 1


def test_the_machine_is_measured_once_a_session():
    repr(machine())
    start = time.perf_counter()
    repr(machine())
    assert machine() is machine()
    claim("measuring takes above a second; this", time.perf_counter() - start, at_most=0.2, timed=True)


# -- limits


def test_the_kernels_do_what_they_say():
    import numpy as np

    bandwidth, peak = native("bandwidth.c"), native("peak.c")
    a, b, c = np.arange(5.0), np.arange(5.0) * 2, np.zeros(5)
    assert bandwidth.sum_all(np.arange(5, dtype=np.uint64), 5) == 10
    bandwidth.triad(a, b, c, 5, 3.0)
    assert c.tolist() == (a + 3 * b).tolist()
    bandwidth.copy_all(a, b, 5)
    assert b.tolist() == a.tolist()
    # after one step of x -> 2 x + 1, chain k holds 2 k + 1 in each of its lanes
    lanes_and_chains = peak.operations_per_step() / 2
    start, after = peak.multiply_add(0, 2.0, 1.0), peak.multiply_add(1, 2.0, 1.0)
    assert after == 2 * start + lanes_and_chains


@pytest.mark.parametrize("file", ["bandwidth.c", "peak.c"])
@pytest.mark.parametrize("flags", [("-O0",), ("-O3", "-march=native")])
def test_the_kernels_compile_without_a_warning(file, flags):
    assert native(file, (*flags, "-Werror", "-Wall", "-Wextra"))


def test_the_kernel_copies_as_fast_as_numpy_does():
    import numpy as np

    kernels, a = native("bandwidth.c", limits.FLAGS[0]), np.ones(2**23)
    b = np.empty_like(a)
    times = race(
        {"NumPy": lambda: np.copyto(b, a), "kernel": lambda: kernels.copy_all(a, b, a.size)},
        same=False,
        seconds=0.4,
        show=False,
    )
    claim("a limit is no lower than what NumPy reaches", times.ratio("NumPy", "kernel"), at_least=0.8, both_ways=True)


def test_the_peak_needs_many_chains():
    """One chain of dependent steps waits for each result: far from the peak, on every processor."""
    chain = build(
        "#include <stddef.h>\ndouble chain(size_t n, double x) { while (n--) x = x * 0.999 + 1e-3; return x; }",
        name="one",
    )
    times = race({"chain": lambda: chain.chain(50_000, 1.0)}, seconds=0.1, show=False)
    alone = 2 * 50_000 / times.best("chain")
    claim("the peak is far above one chain", machine().peak / alone, at_least=3, timed=True)


def test_without_a_compiler_numpy_measures(no_compiler):
    bandwidth, peak = limits.measure_bandwidth(2**24), limits.measure_peak()
    assert bandwidth.by == peak.by == "NumPy"
    assert min(bandwidth.read, bandwidth.copy, bandwidth.triad) > 1e8
    assert peak.flops > 1e8


def test_a_limit_gives_its_share_in_a_race():
    import numpy as np

    a = np.ones(2**23)
    times = race({"NumPy": a.sum}, limit=("read", a.nbytes), seconds=0.3, show=False)
    table = times.table(limit=("read", a.nbytes))
    assert table.columns[-1] == "of read bandwidth"
    share = float(table.rows[0][-1].split()[0]) / 100
    assert share == pytest.approx(a.nbytes / times.best("NumPy") / machine().bandwidth.read, rel=0.1)


# -- what is there


def test_other_pythons_are_found_by_name_and_asked_who_they_are(tmp_path, monkeypatch, asked_anew):
    here = tmp_path / "ein Ordner äöü"
    program(here / "python3.14t", 'echo "CPython 3.14.2 1"')
    program(here / "pypy3", 'echo "PyPy 3.11.13 0"')
    program(here / "python3.9", "echo broken; exit 1")
    program(here / "python3.12-config", 'echo "CPython 3.12.0 0"')
    program(here / "shims" / "python3.13", 'echo "CPython 3.13.0 0"')
    monkeypatch.setenv("PATH", os.pathsep.join([str(here), str(here / "shims"), str(tmp_path / "nowhere"), "/bin"]))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    program(tmp_path / "uv" / "cpython-3.13" / "bin" / "python3.13", 'echo "CPython 3.13.5 0"')
    found = [str(python) for python in interpreters.other_interpreters() if str(tmp_path) in python.path]
    assert found == ["CPython 3.14.2t", "CPython 3.13.5", "PyPy 3.11.13"]


def test_a_program_that_hangs_is_given_up(tmp_path):
    start = time.monotonic()
    assert interpreters._ask(str(program(tmp_path / "python3.14", "exec sleep 60"))) is None
    assert time.monotonic() - start < 20


def test_the_running_python_is_not_among_the_others(asked_anew):
    paths = [os.path.realpath(python.path) for python in interpreters.other_interpreters()]
    assert os.path.realpath(sys.executable) not in paths


def test_compilers_are_told_with_their_version(tmp_path, monkeypatch, asked_anew):
    program(tmp_path / "gcc", "echo 'gcc (Debian 12.2.0-14+deb12u1) 13.3.0'")
    program(tmp_path / "nvcc", "echo 'Copyright (c) 2005-2025'; echo 'Cuda tools, release 13.0, V13.0.88'")
    program(tmp_path / "javac", "echo 'javac 17.0.15' >&2")
    program(tmp_path / "rustc", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    found = compilers.other_compilers()
    assert {name: found.get(name) for name in ("gcc", "nvcc", "javac", "rustc")} == {
        "gcc": "13.3.0",
        "nvcc": "13.0",
        "javac": "17.0.15",
        "rustc": None,
    }


def test_the_compiler_of_the_cells_is_named_or_said_to_be_missing(no_compiler):
    assert compilers.course_compiler() == ""


def test_cores_in_use_are_those_this_process_may_use():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system cannot bind a process to a core (Linux can)")
    code = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
    code += "from unladen.host import hardware; print(hardware.cores()['usable'])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert float(said) <= 1
    assert machine().cores["usable"] <= machine().cores["logical"]


def test_caches_grow_with_their_level():
    sizes = list(hardware.caches().values())
    assert sizes == sorted(sizes)
    assert machine().memory > 2**28


def test_a_gpu_is_told_by_nvidia_smi(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    assert hardware.gpu() == ""
    smi = program(tmp_path / "nvidia-smi", "echo 'NVIDIA H200, 143771 MiB'")
    assert hardware.gpu() == "NVIDIA H200, 143771 MiB"
    program(smi, "echo 'cannot talk to the driver'; exit 9")
    assert hardware.gpu() == "" and hardware.graphics() == {}


def test_a_record_learns_from_nvidia_smi_how_many_gpus_there_are_and_which_driver(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    assert hardware.graphics() == {}
    name, driver = (
        "echo NVIDIA H200; echo NVIDIA H200; echo NVIDIA T4",
        "echo 580.65.06; echo 580.65.06; echo 580.65.06",
    )
    program(tmp_path / "nvidia-smi", f"case $1 in *driver*) {driver};; *) {name};; esac")
    assert hardware.graphics() == {"gpu": "2 × NVIDIA H200; NVIDIA T4", "driver": "580.65.06"}


# -- what is missing


def test_what_is_missing_comes_with_a_reason_and_a_command(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    gone = missing({}, [], "", "no perf")
    assert [item.what for item in gone] == [
        "a system C compiler", "a free-threaded Python", "PyPy", "perf", "gfortran", "rustc", "javac", "mpiexec",
        "an NVIDIA GPU",
    ]  # fmt: skip
    assert all(item.why and item.how for item in gone)


def test_what_is_there_is_not_missing():
    python = interpreters.Interpreter("python3.14t", "CPython", "3.14.2", True)
    pypy = interpreters.Interpreter("pypy3", "PyPy", "3.11.13", False)
    there = dict.fromkeys(("gcc", "gfortran", "rustc", "javac", "mpiexec"), "1.0")
    assert missing(there, [python, pypy], "H200", "readable with perf") == []


def test_numbers_of_the_card_are_volatile():
    assert all(isinstance(value, Volatile) for _, value in machine()._card().rows)
