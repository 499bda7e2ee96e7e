"""Every argument is checked before a pointer to it is handed to C, and a wrong one is told what to do."""

from __future__ import annotations

import array
import ctypes

import numpy as np
import pytest

from unladen.compiling import Library, build

SOURCE = """#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef double real;
int total(const int *numbers, size_t n) { int t = 0; for (size_t i = 0; i < n; i++) t += numbers[i]; return t; }
void clear(int *numbers, size_t n) { for (size_t i = 0; i < n; i++) numbers[i] = 0; }
real half(real x) { return x / 2; }
float quarter(float x) { return x / 4; }
int8_t small(int8_t x) { return x; }
unsigned long int big(long unsigned x) { return x; }
bool opposite(bool x) { return !x; }
char next(char letter) { return letter + 1; }
size_t length(const char *text) { return strlen(text); }
const char *name(void) { return "swallow"; }
double first(const double grid[2][3]) { return grid[0][0]; }
double _Complex *same(double _Complex *z) { z[0] *= 2; return z; }
int is_null(const float *p) { return p == NULL; }
void *keep(void *anything) { return anything; }
int *here(int *p) { return p; }
uint8_t mask(const bool *flags, int n) { uint8_t m = 0; for (int i = 0; i < n; i++) m = m << 1 | flags[i]; return m; }
int none(void) { return 42; }
"""


@pytest.fixture(scope="module")
def c(tmp_path_factory) -> Library:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield build(SOURCE, name="c")


INTS = np.arange(6, dtype=np.int32)


def readonly(numbers: np.ndarray) -> np.ndarray:
    copy = numbers.copy()
    copy.flags.writeable = False
    return copy


@pytest.mark.parametrize(
    ("numbers", "error", "words"),
    [
        (INTS.astype(float), TypeError, r"array of int32, got float64; pass x.astype\(np.int32\)"),
        (INTS.astype(np.int64), TypeError, "array of int32, got int64"),
        (INTS.astype(np.uint32), TypeError, "array of int32, got uint32"),
        (INTS.astype(">i4"), TypeError, "bytes in the other order"),
        (
            INTS[::2],
            ValueError,
            r"do not follow each other in memory \(shape \(3,\), strides \(8,\)\).*ascontiguousarray",
        ),
        (np.ones((3, 2), np.int32).T, ValueError, "do not follow each other"),
        ([1, 2, 3], TypeError, r"got list \[1, 2, 3\]; pass np.asarray\(x, dtype=np.int32\)"),
        (np.int32(3), TypeError, "expected an array, got int32"),
        (3, TypeError, "expected an array, got int 3"),
        ("text", TypeError, "expected an array, got str"),
        (np.array([1, None]), TypeError, "references, not numbers"),
        (ctypes.pointer(ctypes.c_double(1)), TypeError, "expected a pointer to c_int"),
    ],
)
def test_what_is_not_the_array_that_c_expects_is_refused(c, numbers, error, words):
    with pytest.raises(error, match=r"c\.total: numbers is 'const int \*numbers': .*" + words):
        c.total(numbers, 1)


def test_a_read_only_array_is_read_but_not_written(c):
    assert c.total(readonly(INTS), 6) == 15
    with pytest.raises(ValueError, match=r"c\.clear: numbers.*read-only.*x\.copy\(\), or say const in C"):
        c.clear(readonly(INTS), 6)


def test_bytes_are_read_only_too(c):
    assert c.length(b"swallow") == 7
    with pytest.raises(ValueError, match="read-only"):
        c.clear(memoryview(bytes(8)).cast("i"), 2)


@pytest.mark.parametrize("arguments", [(), (INTS,), (INTS, 6, 6)])
def test_a_wrong_number_of_arguments_names_the_signature(c, arguments):
    words = rf"total takes 2 arguments, got {len(arguments)}: int total\(const int \*numbers, size_t n\)"
    with pytest.raises(TypeError, match=words):
        c.total(*arguments)
    with pytest.raises(TypeError, match="none takes no arguments, got 1"):
        c.none(1)


@pytest.mark.parametrize(
    ("function", "value", "words"),
    [
        ("small", 128, "128 does not fit: int8_t holds -128 to 127"),
        ("small", -129, "-129 does not fit"),
        ("big", -1, "-1 does not fit: unsigned long holds 0 to "),
        ("big", 2**64, "does not fit"),
    ],
)
def test_a_number_that_does_not_fit_is_refused(c, function, value, words):
    with pytest.raises(OverflowError, match=words):
        getattr(c, function)(value)


@pytest.mark.parametrize(
    ("function", "value", "words"),
    [
        ("small", 1.0, r"c\.small: x is 'int8_t x': expected a whole number, got float 1.0; int\(x\) drops"),
        ("small", "1", "expected a whole number, got str '1'"),
        ("half", "1", "expected a number, got str '1'"),
        ("half", 1j, "expected a number, got complex"),
        ("opposite", 2, "expected True or False, got int 2"),
        ("opposite", INTS, "expected True or False, got ndarray"),
    ],
)
def test_a_number_of_another_kind_is_refused(c, function, value, words):
    with pytest.raises(TypeError, match=words):
        getattr(c, function)(value)


def test_numbers_of_every_kind_cross_both_ways(c):
    assert c.half(3) == c.half(3.0) == c.half(np.float64(3)) == c.half(np.int64(3)) == 1.5
    assert c.quarter(np.float32(1)) == 0.25
    assert c.small(np.int64(-128)) == -128
    assert c.big(2**64 - 1 if c.big.signature and ctypes.sizeof(ctypes.c_long) == 8 else 2**32 - 1) > 2**31
    assert c.opposite(False) is True and c.opposite(np.True_) is False
    assert c.next("a") == b"b" and c.next(97) == b"b"
    assert c.none() == 42


def test_text_crosses_as_bytes(c):
    assert c.length("swällow") == 8  # UTF-8
    assert c.length(np.frombuffer(b"abc\0", dtype=np.uint8)) == 3
    assert c.name() == b"swallow"


def test_an_empty_array_is_fine(c):
    assert c.total(np.zeros(0, np.int32), 0) == 0
    assert c.total(readonly(np.zeros(0, np.int32)), 0) == 0


def test_anything_with_its_numbers_in_a_row_will_do(c):
    numbers = array.array("i", [1, 2, 3])
    assert c.total(numbers, 3) == 6
    c.clear(numbers, 2)
    assert numbers.tolist() == [0, 0, 3]
    assert c.total((ctypes.c_int * 2)(4, 5), 2) == 9
    assert c.total(ctypes.byref(ctypes.c_int(8)), 1) == 8
    assert c.mask(np.array([True, False, True]), 3) == 5


def test_arrays_of_two_dimensions_and_complex_numbers(c):
    assert c.first(np.full((2, 3), 7.0)) == 7.0
    z = np.array([1 + 2j])
    c.same(z)
    assert z[0] == 2 + 4j
    with pytest.raises(TypeError, match="array of complex128, got float64"):
        c.same(np.ones(1))


def test_pointers_cross_both_ways(c):
    assert c.is_null(None) == 1 and c.is_null(np.zeros(1, np.float32)) == 0
    address = c.keep(INTS)
    assert address == INTS.ctypes.data and c.keep(address) == address and c.keep(None) is None
    pointer = c.here(INTS.copy())
    assert isinstance(pointer, ctypes.POINTER(ctypes.c_int))
