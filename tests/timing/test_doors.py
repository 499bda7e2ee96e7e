"""The doors of chapter 09: each is built, leads to the same roots, treats wrong arrays as said, and is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import compilers
from unladen.compiling import BuildError, generated, native
from unladen.compiling.annotation import annotation, definition, loop
from unladen.compiling.excerpt import source
from unladen.show import Volatile
from unladen.timing import race
from unladen.timing.doors import Door, door_table, here, optional

pytestmark = pytest.mark.chapters(9)

DOORS = Path(__file__).parents[2] / "native" / "doors"
FAST = ("-fno-math-errno",)


@pytest.fixture(autouse=True)
def a_compiler():
    compilers.needed("c")


def cython():
    return generated.cython("doors/cython_doors.pyx")


def cffi():
    import cffi

    ffi = cffi.FFI()
    ffi.cdef("void quadratic(const double *, const double *, const double *, double *, size_t);")
    made = generated.cffi(ffi, '#include "doors/quadratic.c"')
    view = made.module.ffi.from_buffer
    return lambda *arrays: made.module.lib.quadratic(*(view("double[]", x) for x in arrays), len(arrays[-1]))


def f2py():
    if not shutil.which("gfortran"):
        pytest.skip("needs gfortran")
    return generated.f2py("doors/fortran_door.f90").module.quadratic


WAYS = {
    "C API": lambda: native("doors/capi.c", FAST).quadratic,
    "nanobind": lambda: native("doors/nanobind_door.cpp", FAST).quadratic,
    "pybind11": lambda: native("doors/pybind11_door.cpp", FAST).quadratic,
    "untyped": lambda: cython().module.untyped,
    "typed": lambda: cython().module.typed,
    "memoryview": lambda: cython().module.memoryview,
    "cffi": cffi,
    "SWIG": lambda: generated.swig("doors/swig_door.i").module.quadratic,
    "f2py": f2py,
}
REFUSING = ("C API", "memoryview")
COPYING = ("nanobind", "pybind11", "f2py")


def each(ways):
    """The ways as cases of a test; the one that needs Fortran, which many machines lack, is proven with the extras."""
    return [pytest.param(way, marks=pytest.mark.extras) if way == "f2py" else way for way in ways]


def arrays(n: int = 1000):
    rng = np.random.default_rng(9)
    return rng.uniform(1, 2, n), rng.uniform(5, 9, n), rng.uniform(1, 2, n), np.zeros(n)


def roots(a, b, c):
    return (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)


@pytest.mark.parametrize("way", each(WAYS))
def test_a_door_leads_to_the_roots(way):
    door = WAYS[way]()
    for n in (1, 2, 1000):
        *given, root = arrays(n)
        door(*given, root)
        np.testing.assert_allclose(root, roots(*given), rtol=1e-12)


@pytest.mark.parametrize("way", REFUSING)
def test_a_careful_door_refuses_what_is_not_as_declared(way):
    door, (a, b, c, root) = WAYS[way](), arrays(4)
    locked = root.copy()
    locked.flags.writeable = False
    for wrong in ((a.astype(int), b, c, root), (a.astype("f4"), b, c, root), (a[::2], b[:2], c[:2], root[:2]),
                  (a[:3], b, c, root), (a, b, c, root[:3]), (a, b, c, locked), (a.astype(">f8"), b, c, root),
                  (a.reshape(2, 2), b, c, root), ([1.0], b, c, root)):  # fmt: skip
        with pytest.raises((TypeError, ValueError, BufferError)):
            door(*wrong)
    assert not root.any()


@pytest.mark.parametrize("way", each(COPYING))
def test_a_helpful_door_copies_what_it_reads_and_never_what_it_writes(way):
    door, (a, b, c, root) = WAYS[way](), arrays(4)
    a = np.round(a)
    door(a.astype(int), b, c, root)
    np.testing.assert_allclose(root, roots(a, b, c), rtol=1e-12)
    door(np.repeat(a, 2)[::2], b, c, root)
    np.testing.assert_allclose(root, roots(a, b, c), rtol=1e-12)
    with pytest.raises((TypeError, ValueError)):
        door(a, b, c, root.astype(int))


def test_the_c_api_gives_back_every_buffer_also_after_a_mistake():
    door, (a, b, c, root) = WAYS["C API"](), arrays(4)
    memory = bytearray(32)
    for given in ((memory, b, c, root), (a, b, c, root[:3])):
        with pytest.raises((TypeError, ValueError)):
            door(*given)
    memory.append(0)  # BufferError if somebody still held it
    with pytest.raises(TypeError, match="four arrays"):
        door(a, b, c)


def test_what_a_tool_wrote_is_kept_with_the_time_it_took():
    first, again = cython(), cython()
    assert again.cached and again.module is first.module
    assert again.seconds == first.seconds > 0
    assert (first.folder / "code.c").exists()


def test_cythons_annotation_tells_the_declared_line_from_the_others():
    lines = annotation(cython().folder)
    scores = {name: definition(lines, name)[-1].score for name in ("untyped", "typed", "memoryview")}
    assert scores["untyped"] > scores["typed"] > scores["memoryview"] == 0
    assert [len(loop(lines, name)) for name in scores] == [1, 2, 1]
    assert definition(lines, "untyped")[0].text.startswith("def untyped(")
    assert all(line.c_lines > 0 for line in (definition(lines, name)[-1] for name in scores))


def test_without_a_fortran_compiler_the_row_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(generated.shutil, "which", lambda *_, **__: None)

    def make():
        return generated.f2py("doors/fortran_door.f90").module.quadratic, 1.0

    doors = {"here": Door(lambda: 7, 3, 0.5), "f2py": optional(make, 6, "sudo apt install gfortran")}
    assert list(here(doors)) == ["here"]
    found = race(here(doors), seconds=0.01, show=False)
    table = door_table(doors, found, found, 10, {"here": ("TypeError", "ValueError")})
    assert "sudo apt install gfortran" in repr(table)
    assert all(isinstance(cell, Volatile) for cell in table.rows[1][2:])


def test_a_door_counts_its_lines_of_glue_without_comments():
    assert Door(len, source("doors/quadratic.c")).lines == 6
    assert source("doors/cython_doors.pyx", "def typed").lines == 6
    assert source("doors/fortran_door.f90").lines == 6
    with pytest.raises(BuildError, match="nothing in"):
        source("doors/cython_doors.pyx", "def missing")


@pytest.mark.parametrize("file", ["doors/quadratic.c", "doors/capi.c", "leaky.c", "growing.cpp"])
def test_the_sources_compile_without_a_warning(file):
    compilers.needed("cpp")
    assert native(file, ("-Werror",))


def test_an_error_in_a_pyx_file_is_told(tmp_path):
    (tmp_path / "broken.pyx").write_text("cdef double = \n")
    with pytest.raises(BuildError, match="failed"):
        generated.cython(tmp_path / "broken.pyx")
