"""A cell that defines a Python module is imported as what it is; of precompiled headers, those used last are kept."""

from __future__ import annotations

import os

import pytest

from unladen.compiling import BuildError, build, cache

BY_HAND = """#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { (void)self; (void)none; return PyLong_FromLong(VALUE); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, "The answer."}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {.m_base = PyModuleDef_HEAD_INIT, .m_name = "plain", .m_methods = methods};
PyMODINIT_FUNC PyInit_plain(void) { return PyModule_Create(&definition); }
"""


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield


def test_a_module_by_hand_is_imported_and_its_change_noticed():
    modules = [build(BY_HAND, name="plain", flags=[f"-DVALUE={value}"]) for value in (1, 2)]
    assert [module.answer() for module in modules] == [1, 2]
    assert modules[0].build.functions == ("answer",)
    assert build(BY_HAND, name="plain", flags=["-DVALUE=1"]) is modules[0]


def test_a_module_named_in_a_comment_is_no_module():
    library = build("// unlike PYBIND11_MODULE(name, m)\nint f(void) { return 1; }")
    assert library.f() == 1


def test_a_module_that_fails_to_import_says_why():
    source = BY_HAND.replace(
        "return PyModule_Create(&definition);", 'PyErr_SetString(PyExc_ImportError, "not today"); return 0;'
    )
    with pytest.raises(BuildError, match="plain was built but cannot be imported: not today"):
        build(source, name="plain", flags=["-DVALUE=1"])


def test_headers_used_long_ago_make_room(tmp_path):
    for age, name in enumerate(("headers-new", "headers-middle", "headers-old", "other")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    cache.keep_recent(tmp_path / "headers-old", "headers-*", 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["headers-new", "headers-old", "other"]
