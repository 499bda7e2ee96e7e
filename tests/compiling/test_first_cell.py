"""The first C++ cell is compiled as it is; what later ones profit from is made behind it, and nothing of that stays."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.helpers import compilers, processes
from unladen.compiling import behind, build, elf, prepared, toolchain

pytestmark = pytest.mark.long

PLAIN = '#include <iostream>\n#include <vector>\nextern "C" int f() { return VALUE; }\n'
NANOBIND = """#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
namespace nb = nanobind;
struct Point { int x = VALUE; };
NB_MODULE(one, m) {
    nb::class_<Point>(m, "Point").def(nb::init<>()).def_ro("x", &Point::x);
    m.def("f", [] { return VALUE; });
    m.def("total", [](nb::ndarray<const double, nb::ndim<1>> numbers) {
        double sum = 0;
        for (size_t i = 0; i < numbers.shape(0); i++) sum += numbers(i);
        return sum;
    });
}
"""
PYBIND11 = """#include <pybind11/numpy.h>
#include <pybind11/stl.h>
namespace py = pybind11;
struct Point { int x = VALUE; };
struct Local { int x = VALUE; };
PYBIND11_MODULE(one, m) {
    py::class_<Point>(m, "Point").def(py::init<>()).def_readonly("x", &Point::x);
    py::class_<Local>(m, "Local", py::module_local()).def(py::init<>());
    m.def("f", [] { return VALUE; });
    m.def("twice", [](double x) { return 2 * x; });
    m.def("x_of", [](const Point &point) { return point.x; });
    m.def("local_x_of", [](const Local &local) { return local.x; });
    m.def("doubled", [](const std::vector<double> &all) { py::array_t<double> out(all.size());
        for (size_t i = 0; i < all.size(); i++) out.mutable_at(i) = 2 * all[i];
        return out; });
}
"""


@pytest.fixture(scope="module", autouse=True)
def a_compiler():
    if compilers.needed("cpp").kind == "zig":
        pytest.skip("Zig keeps no precompiled headers; install g++ or clang++")


@pytest.fixture(autouse=True)
def new_machine(fresh_cache, monkeypatch):
    """An empty cache, and nobody who has asked for anything yet."""
    monkeypatch.delenv("UNLADEN_BEHIND")
    monkeypatch.setattr(prepared, "_asked", set())
    yield fresh_cache
    behind.end(30)


def cell(source: str, value: int, *flags: str):
    return build(source.replace("VALUE", str(value)), "cpp", name="one", flags=flags)


def reads_prepared(library) -> bool:
    return any("headers-" in word for word in library.build.command)


def compiled(monkeypatch) -> list[list[str]]:
    """The arguments of each run of the compiler that this process waits for, from here on."""
    runs, run = [], type(toolchain("cpp")).run
    monkeypatch.setattr(
        type(toolchain("cpp")),
        "run",
        lambda self, arguments, directory: runs.append(arguments) or run(self, arguments, directory),
    )
    return runs


def asked_for(monkeypatch) -> list:
    """What this process would have made behind it, from here on."""
    asked = []
    monkeypatch.setattr(behind, "start", lambda function, *arguments: asked.append(function))
    return asked


@pytest.fixture(scope="module")
def first_cell(tmp_path_factory):
    """A function that builds a source where nothing is there yet, once.

    It returns the library, the runs of the compiler, what was asked for, and the cache.
    """

    @cache
    def built(source: str) -> tuple:
        with pytest.MonkeyPatch.context() as patch:
            place = tmp_path_factory.mktemp("first") / "cache"
            patch.setenv("UNLADEN_CACHE", str(place))
            patch.setattr(prepared, "_asked", set())
            asked, runs = asked_for(patch), compiled(patch)
            return cell(source, 1, "-O0"), runs, asked, place

    return built


@pytest.fixture(scope="module")
def warmed(tmp_path_factory, first_cell):
    """The cache of a machine on which the course was opened, and nanobind used before: its own part is there."""
    place = tmp_path_factory.mktemp("warmed") / "cache"
    shutil.copytree(first_cell(NANOBIND)[-1], place, copy_function=os.link)
    code = "from unladen.compiling import warm; warm.cells()"
    environment = os.environ | {"UNLADEN_CACHE": str(place)}
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], env=environment, check=True)
    return place


@pytest.fixture(scope="module")
def two_cells(tmp_path_factory):
    """Two cells of pybind11, with what was made for the first at once, and the compiler's runs for the second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.mktemp("two") / "cache"))
        patch.setattr(prepared, "in_place", True)
        first, runs = cell(PYBIND11, 1, "-O0"), compiled(patch)
        return first, cell(PYBIND11, 2, "-O0"), runs


@pytest.mark.parametrize("source", [PLAIN, NANOBIND, PYBIND11], ids=["plain", "nanobind", "pybind11"])
def test_the_first_cell_waits_for_no_header_to_be_precompiled(source, first_cell):
    first, runs, asked, _ = first_cell(source)
    assert first.f() == 1 and not reads_prepared(first)
    own = [run for run in runs if "guard.cpp" not in run]  # a few lines that all C++ functions share, made once
    assert len(own) == (2 if source is NANOBIND else 1)  # nanobind's own part has to be linked
    assert not any("c++-header" in run for run in runs)
    assert asked == [prepared.make]


def test_what_is_missing_is_asked_for_once(monkeypatch):
    asked = asked_for(monkeypatch)
    assert [cell(PLAIN, value, "-O0").f() for value in (1, 2)] == [1, 2]
    assert asked == [prepared.make]


@pytest.mark.parametrize("source", [PLAIN, NANOBIND], ids=["plain", "nanobind"])
def test_what_is_warmed_when_the_course_opens_spares_a_cell_all_but_its_own(source, warmed, monkeypatch):
    monkeypatch.setenv("UNLADEN_CACHE", str(warmed))
    runs = compiled(monkeypatch)
    later = cell(source, 3)
    assert later.f() == 3 and reads_prepared(later) and len(runs) == 1
    assert not later.build.warnings


def test_a_nanobind_cell_takes_arrays_and_its_classes_may_change(first_cell, warmed, monkeypatch):
    monkeypatch.setenv("UNLADEN_CACHE", str(warmed))
    for value, module in ((1, first_cell(NANOBIND)[0]), (3, cell(NANOBIND, 3))):
        assert module.total(np.arange(4.0)) == 6.0 and module.Point().x == value
        assert module.build.functions == ("Point", "f", "total")


def test_what_was_prepared_for_a_pybind11_cell_is_used_from_then_on(two_cells):
    _, second, runs = two_cells
    assert second.f() == 2 and reads_prepared(second) and len(runs) == 1
    assert not second.build.warnings


@pytest.mark.skipif(sys.platform != "linux", reason="the lines are read out of an ELF file")
def test_a_pybind11_cell_compiles_its_own_functions_and_links_the_rest(two_cells, first_cell):
    with_glue, alone = two_cells[0], first_cell(PYBIND11)[0]
    # which lines of a source each instruction is of: only for what was compiled with the cell
    own, all_of_it = (len(elf.sections(one.build.path.read_bytes())["line"]) for one in (with_glue, alone))
    assert own < all_of_it / 2
    assert list(with_glue.doubled([1.0, 2.0])) == [2.0, 4.0] == list(alone.doubled([1.0, 2.0]))


def test_a_class_of_pybind11_is_defined_anew_and_the_old_one_refused(two_cells):
    old, new, _ = two_cells
    assert (old.x_of(old.Point()), new.x_of(new.Point())) == (1, 2) == (old.Point().x, new.Point().x)
    assert new.twice(2.5) == 5.0
    assert (old.local_x_of(old.Local()), new.local_x_of(new.Local())) == (1, 2)
    for function, stranger in ((new.x_of, old.Point()), (new.local_x_of, old.Local())):
        with pytest.raises(TypeError, match="incompatible function arguments"):
            function(stranger)


def test_a_header_that_has_changed_is_precompiled_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(prepared, "in_place", True)
    (tmp_path / "mine.h").write_text("#define MINE 1\n")
    for text, value in (("#define MINE 1\n", 1), ("#define  MINE  22\n", 22)):
        (tmp_path / "mine.h").write_text(text)
        headers = prepared.Headers(toolchain("cpp"), (f"-I{tmp_path}", "-std=c++20"), "#include <mine.h>\n")
        place = prepared.ready(headers)
        source = tmp_path / "uses.cpp"
        source.write_text(f"static_assert(MINE == {value});\n")
        words = [f"-I{tmp_path}", "-std=c++20", *headers.use(place), "-fsyntax-only", str(source)]
        assert headers.compiler.run(words, tmp_path).returncode == 0


# -- behind ----------------------------------------------------------------------------------------------------------


def sleeper(place: str) -> None:
    """Half make an entry of the cache, and take for ever, in a process of its own as a compiler is."""
    from unladen.compiling import cache

    def make(directory: Path) -> None:
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]):
            Path(place).write_text(str(os.getpid()))  # not before: who starts another cannot be stopped meanwhile

    cache.entry("never", make)


def started(place: Path, seconds: float = 60) -> int:
    deadline = time.monotonic() + seconds
    while not (place.exists() and place.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return int(place.read_text())


def status(pid: int, wanted: str, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while psutil.Process(pid).status() != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    return psutil.Process(pid).status() == wanted


def test_what_is_made_behind_has_the_lowest_priority_and_ends_with_who_asked_for_it(tmp_path, fresh_cache):
    behind.start(sleeper, str(tmp_path / "pid"))
    family = processes.family(started(tmp_path / "pid"))
    assert family[0].nice() == 19
    if sys.platform == "linux":
        assert os.sched_getscheduler(family[0].pid) == os.SCHED_IDLE
    behind.end()
    assert all(processes.ends(process.pid, zombie=True) for process in family)
    assert not list(fresh_cache.glob("new-*")) and not (fresh_cache / "never").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_stays_when_the_kernel_is_killed_even_while_it_stands_still(tmp_path, fresh_cache, number):
    code = (
        "import sys, time\nfrom unladen.compiling import behind\nfrom tests.compiling.test_first_cell import sleeper\n"
        "behind.start(sleeper, sys.argv[1])\ntime.sleep(600)\n"
    )
    kernel = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "pid")], cwd=Path(__file__).parents[2])
    worker = started(tmp_path / "pid")
    family = processes.family(worker)
    working = behind.Working()
    working.begin()
    assert status(worker, psutil.STATUS_STOPPED)
    kernel.send_signal(number)
    kernel.wait()
    assert all(processes.ends(process.pid, zombie=True) for process in family)
    working.end()
    assert not list(fresh_cache.glob("new-*"))


def test_it_stands_still_while_a_cell_runs(tmp_path):
    behind.start(sleeper, str(tmp_path / "pid"))
    worker = started(tmp_path / "pid")
    working = behind.Working()
    working.begin(), working.begin(), working.end()
    assert status(worker, psutil.STATUS_STOPPED)
    working.end()
    assert status(worker, psutil.STATUS_SLEEPING)


def test_a_cell_that_begins_just_when_somebody_looks_is_noticed(fresh_cache):
    (fresh_cache / "behind").mkdir(parents=True)
    looks, asks = behind._flag("cells"), behind._flag("cells")
    fcntl.flock(looks, fcntl.LOCK_EX)
    threading.Timer(0.02, fcntl.flock, (looks, fcntl.LOCK_UN)).start()
    working = behind.Working()
    working.begin()
    assert not behind._free(asks)
    working.end()
    assert behind._free(asks)


def test_one_piece_is_done_at_a_time(tmp_path):
    for name in ("one", "two"):
        behind.start(sleeper, str(tmp_path / name))
        time.sleep(0.5)
    both, deadline = (tmp_path / "one", tmp_path / "two"), time.monotonic() + 60
    while not any(path.exists() for path in both) and time.monotonic() < deadline:
        time.sleep(0.02)  # on a busy machine neither has come to begin: which of them will is not said
    first, second = sorted(both, key=lambda path: not path.exists())
    worker = started(first)
    assert not second.exists()
    os.killpg(worker, signal.SIGKILL)
    assert started(second)


def test_who_compiles_nothing_pays_nothing(fresh_cache):
    working = behind.Working()
    working.begin()
    working.end()
    assert not fresh_cache.exists() and working.flag is None


def test_a_piece_that_a_cell_asks_for_waits_for_the_end_of_that_cell(tmp_path):
    working = behind.Working()
    working.begin()
    behind.start(sleeper, str(tmp_path / "pid"))
    assert working.flag is not None
    working.end()
    assert started(tmp_path / "pid")
