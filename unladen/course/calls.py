"""What one call from Python into compiled code costs, by the way it was bound: part of the benchmark."""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from unladen.compiling import build, generated
from unladen.show import Table, duration

C = """#include <stddef.h>
int add(int a, int b) { return a + b; }
int first(const int *numbers, size_t n) { return n ? numbers[0] : 0; }
"""
DECLARED = "int add(int a, int b); int first(const int *numbers, size_t n);"
PYBIND11 = """#include <pybind11/numpy.h>
namespace py = pybind11;
PYBIND11_MODULE(called, m) {
    m.def("add", [](int a, int b) { return a + b; });
    m.def("first", [](py::array_t<int, py::array::c_style> a, size_t n) { return n ? a.data()[0] : 0; });
}
"""
NANOBIND = """#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
namespace nb = nanobind;
NB_MODULE(called, m) {
    m.def("add", [](int a, int b) { return a + b; });
    m.def("first", [](nb::ndarray<const int, nb::ndim<1>, nb::c_contig> a, size_t n) { return n ? a.data()[0] : 0; });
}
"""

Calls = dict[str, tuple[Callable[[], int], Callable[[], int]]]


def ways(quick: bool = False) -> Calls:
    """Each way of binding, as two calls: of a function of two ints, and of one that takes an array and its length.

    ``quick`` leaves out pybind11, which takes seconds to compile.
    """
    numbers = np.arange(7, 1007, dtype=np.int32)
    library = build(C, "c", name="called")
    add, first = library.add, library.first
    found: Calls = {"%%c": (lambda: add(2, 5), lambda: first(numbers, 1000))}

    # by hand: no check of dtype, length or contiguity, unless asked for
    plain = ctypes.CDLL(str(library.build.path))
    plain.add.argtypes = (ctypes.c_int, ctypes.c_int)
    plain.first.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    by_hand, take = plain.add, plain.first
    found["ctypes, unchecked pointer"] = (lambda: by_hand(2, 5), lambda: take(numbers.ctypes.data, 1000))
    checked = ctypes.CDLL(str(library.build.path))
    checked.first.argtypes = (np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS"), ctypes.c_size_t)
    careful = checked.first
    found["ctypes, NumPy's ndpointer"] = (lambda: by_hand(2, 5), lambda: careful(numbers, 1000))

    for name, source in (("nanobind", NANOBIND), ("pybind11", PYBIND11))[: 1 if quick else 2]:
        found[f"%%cpp, {name}"] = _bound(build(source, "cpp", name="called"), numbers)
    with contextlib.suppress(ImportError):
        found |= _cffi(library.build.path, numbers)
    return found


def _bound(module, numbers: np.ndarray) -> tuple[Callable[[], int], Callable[[], int]]:
    add, first = module.add, module.first
    return lambda: add(2, 5), lambda: first(numbers, 1000)


def _cffi(path: Path, numbers: np.ndarray) -> Calls:
    """cffi twice: opening the library at run time (ABI mode), and compiled into a module (API mode)."""
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(DECLARED)
    compiler = cffi.FFI()
    compiler.cdef(DECLARED)
    module = generated.cffi(compiler, C, "_called").module
    found = {}
    for name, one, library in (("ABI", ffi, ffi.dlopen(str(path))), ("API", module.ffi, module.lib)):
        found[f"cffi, {name} mode"] = _cffi_calls(one, library, numbers)
    return found


def _cffi_calls(ffi, library, numbers: np.ndarray) -> tuple[Callable[[], int], Callable[[], int]]:
    add, first, view = library.add, library.first, ffi.from_buffer
    return lambda: add(2, 5), lambda: first(view("int[]", numbers), 1000)


def overhead(found: Calls, count: int, rounds: int = 5) -> dict[str, tuple[float, float]]:
    """Seconds of one call, by way of binding: (two ints, an array and its length); best of interleaved rounds."""
    best = dict.fromkeys(found, (float("inf"), float("inf")))
    for name, calls in found.items():
        if [call() for call in calls] != [7, 7]:
            raise RuntimeError(f"{name} gives a wrong answer: both calls return 7")
    for _ in range(rounds):
        for name, calls in found.items():
            best[name] = tuple(min(b, _per_call(c, count)) for b, c in zip(best[name], calls, strict=True))
    return best


def _per_call(call: Callable[[], int], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def table(found: dict[str, tuple[float, float]]) -> Table:
    """The costs of a call, fastest array call first."""
    order = sorted(found, key=lambda name: found[name][1])
    rows = [[name, *(duration(seconds) for seconds in found[name])] for name in order]
    note = "Each includes the Python function around it, some 50 ns. %%c checks dtype, contiguity and direction."
    return Table(["one call", "two ints", "an array, its length"], rows, title="The cost of a call", note=note)
