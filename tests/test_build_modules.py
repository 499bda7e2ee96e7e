"""A cell that defines a Python module is imported as what it is; the usual C++ headers are read once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from unladen.build import BuildError, build, cache, prepared, toolchain

BY_HAND = """#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { (void)self; (void)none; return PyLong_FromLong(VALUE); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, "The answer."}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {.m_base = PyModuleDef_HEAD_INIT, .m_name = "plain", .m_methods = methods};
PyMODINIT_FUNC PyInit_plain(void) { return PyModule_Create(&definition); }
"""

NANOBIND = """#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
namespace nb = nanobind;
struct Point { int x = VALUE; };
NB_MODULE(fast, m) {
    nb::class_<Point>(m, "Point").def(nb::init<>()).def_ro("x", &Point::x);
    m.def("total", [](nb::ndarray<const double, nb::ndim<1>> numbers) {
        double sum = 0;
        for (size_t i = 0; i < numbers.shape(0); i++) sum += numbers(i);
        return sum;
    });
}
"""


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        patch.setattr(prepared, "in_place", True)
        yield


def test_a_module_by_hand_is_imported_and_its_change_noticed():
    modules = [build(BY_HAND, name="plain", flags=[f"-DVALUE={value}"]) for value in (1, 2)]
    assert [module.answer() for module in modules] == [1, 2]
    assert modules[0].build.functions == ("answer",)
    assert build(BY_HAND, name="plain", flags=["-DVALUE=1"]) is modules[0]


def test_a_nanobind_cell_takes_arrays_and_its_classes_may_change():
    first = build(NANOBIND.replace("VALUE", "1"), "cpp", name="fast")
    assert first.total(np.arange(4.0)) == 6.0
    second = build(NANOBIND.replace("VALUE", "2"), "cpp", name="fast")
    assert (first.Point().x, second.Point().x) == (1, 2)
    assert second.build.functions == ("Point", "total")


def test_a_module_named_in_a_comment_is_no_module():
    library = build("// unlike PYBIND11_MODULE(name, m)\nint f(void) { return 1; }")
    assert library.f() == 1


def test_a_module_that_fails_to_import_says_why():
    source = BY_HAND.replace(
        "return PyModule_Create(&definition);", 'PyErr_SetString(PyExc_ImportError, "not today"); return 0;'
    )
    with pytest.raises(BuildError, match="plain was built but cannot be imported: not today"):
        build(source, name="plain", flags=["-DVALUE=1"])


def test_the_usual_cpp_headers_are_compiled_once():
    if toolchain("cpp").kind == "zig":
        pytest.skip("Zig keeps no precompiled headers; install g++ or clang++")
    source = '#include <iostream>\n#include <vector>\nextern "C" int f() { return std::vector<int>(VALUE).size(); }'
    libraries = [build(source, "cpp", flags=["-O0", f"-DVALUE={value}"]) for value in (1, 2)]
    assert [library.f() for library in libraries] == [1, 2]
    (place,) = {Path(word).parent for one in libraries for word in one.build.command if "headers-" in word}
    assert [one.parent for one in Path(os.environ["UNLADEN_CACHE"]).glob("headers-*/headers.hpp.*")].count(place) == 1


def test_headers_used_long_ago_make_room(tmp_path):
    for age, name in enumerate(("headers-new", "headers-middle", "headers-old", "other")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    cache.keep_recent(tmp_path / "headers-old", "headers-*", 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["headers-new", "headers-old", "other"]
