"""Calls of C functions with what does not fit: each is a row of what is called, the error, and words of its message.

Run as a program it makes all calls, one after the other, in one process, and prints what became of each as JSON: a
call that goes through, or ends the process, is seen.
"""

from __future__ import annotations

import array  # noqa: F401 -- used by the calls, as those below
import ctypes
import decimal  # noqa: F401
import fractions  # noqa: F401
import json
import mmap
import sys  # noqa: F401

import numpy as np

SOURCE = r"""
#include <complex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct { char kind; double mass; int hits[3]; } particle;
struct pair { int a; int b; };
struct event { particle lead; struct pair where[2]; char name[8]; };
union word { int whole; unsigned char bytes[4]; };
struct hidden;
struct node { int value; struct node *next; };
enum colour { RED, GREEN, BLUE };
typedef double (*function)(double);
typedef float real;
typedef real coordinate;

double total(const double *x, size_t n) { double t = 0; for (size_t i = 0; i < n; i++) t += x[i]; return t; }
void clear(double *x, size_t n) { for (size_t i = 0; i < n; i++) x[i] = 0; }
int ints(const int *x) { return x[0]; }
long longs(const long *x) { return (long)x[0]; }
int unsigneds(const unsigned *x) { return (int)x[0]; }
int shorts(const short *x) { return x[0]; }
int bytes(uint8_t *x) { return x[0]; }
int flags(const bool *x) { return x[0]; }
double floats(const coordinate *x) { return x[0]; }
double imaginary(const double complex *z) { return cimag(z[0]); }
double longer(const long double *x) { return (double)x[0]; }
int colours(const enum colour *x) { return x[0]; }
double at(double **a, int i, int j) { return a[i][j]; }
double row(double *a[], int n) { return a[0][n]; }
int words(char **texts, int n) { return texts[n][0]; }
int make(struct node **made) { *made = NULL; return 0; }
double three(const double (*a)[3], int n) { return a[n - 1][2]; }
double square(int n, double a[n][n]) { return a[n - 1][n - 1]; }
double fixed(double a[2][3]) { return a[1][2]; }
double norm(const double a[3]) { return a[0] + a[1] + a[2]; }
double promised(const double a[static 4]) { return a[3]; }
double mass(const particle *p, int n) { return p[n].mass; }
int second(struct pair *p) { return p->b; }
double lead(const struct event *e) { return e->lead.mass; }
int whole(const union word *w) { return w->whole; }
void *any(const void *memory) { return (void *)memory; }
void *mine(void *memory) { return memory; }
int hidden(struct hidden *h) { return h != NULL; }
struct hidden *opened(void) { static int here; return (struct hidden *)&here; }
int spoken(FILE *file) { return fputs("", file); }
struct node *first(void) { static struct node one = {7, NULL}; return &one; }
int value(const struct node *n) { return n->value; }
double applied(function f, double x) { return f(x); }
size_t length(const char *text) { return strlen(text); }
void shout(char *text) { text[0] -= 32; }
int8_t i8(int8_t x) { return x; }
uint8_t u8(uint8_t x) { return x; }
short i16(short x) { return x; }
unsigned short u16(unsigned short x) { return x; }
int i32(int x) { return x; }
unsigned u32(unsigned x) { return x; }
int64_t i64(int64_t x) { return x; }
uint64_t u64(uint64_t x) { return x; }
bool opposite(bool x) { return !x; }
char letter(char x) { return x; }
double half(double x) { return x / 2; }
float quarter(float x) { return x / 4; }
int colour(enum colour x) { return x; }
"""


class Metres(np.ndarray):
    """An array with a unit, as several packages have it."""

    unit = "m"

    def __array_finalize__(self, made_from):
        self.unit = getattr(made_from, "unit", "m")


class Liar:
    """Says that it is an array, and where."""

    __array_interface__ = {"shape": (3,), "typestr": "<f8", "data": (8, False), "version": 3}


class Disguised:
    __class__ = np.ndarray


class Speechless:
    def __repr__(self):
        raise RuntimeError("no")


class Endless:
    def __repr__(self):
        return repr(self)


class Quantity:
    """A number with a unit that is no array."""

    magnitude = 3.0


class Sparse:
    def toarray(self):
        return np.eye(2)


class Pair(ctypes.Structure):
    _fields_ = (("a", ctypes.c_int), ("b", ctypes.c_int))


class Other(ctypes.Structure):
    _fields_ = (("a", ctypes.c_float), ("b", ctypes.c_float))


class Text(str):
    pass


def locked(numbers: np.ndarray) -> np.ndarray:
    numbers.flags.writeable = False
    return numbers


def mapped() -> mmap.mmap:
    return mmap.mmap(-1, 64)


def frame():
    import pandas

    return pandas


def sparse():
    import scipy.sparse

    return scipy.sparse


def awkward():
    import awkward

    return awkward


def arrow():
    import pyarrow

    return pyarrow


X = np.ones(4)
PARTICLE = np.dtype([("kind", "i1"), ("mass", "f8"), ("hits", "i4", 3)], align=True)
UNALIGNED = np.dtype([("kind", "i1"), ("mass", "f8"), ("hits", "i4", 3)])
TURNED = np.dtype([("mass", "f8"), ("kind", "i1"), ("hits", "i4", 3)], align=True)
PAIR = np.dtype([("a", "i4"), ("b", "i4")])
EVENT = np.dtype([("lead", PARTICLE), ("where", PAIR, 2), ("name", "S8")], align=True)
MASKED = np.ma.masked_array([1, 2, 1e9], mask=[0, 0, 1])

POINTER, TYPE, VALUE, OVERFLOW = "an array of pointers", "TypeError", "ValueError", "OverflowError"
REFUSED = [
    # another element
    ("c.total(X.astype(int), 4)", TYPE, "expected an array of float64, got int64; pass x.astype(np.float64)"),
    ("c.total(X.astype('f4'), 4)", TYPE, "got float32"),
    ("c.total(X.astype('f2'), 4)", TYPE, "got float16"),
    ("c.total(X.astype(np.longdouble), 4)", TYPE, "expected an array of float64, got"),
    ("c.total(X.astype('>f8'), 4)", TYPE, "bytes in the other order"),
    ("c.total(X.astype(complex), 4)", TYPE, "got complex128; pass x.real.astype(np.float64)"),
    ("c.total(X > 0, 4)", TYPE, "got bool"),
    ("c.total(np.array([1, None]), 2)", TYPE, "references, not numbers"),
    ("c.total(np.array(['2026-01-01'], 'M8[s]'), 1)", TYPE, "x.astype(np.int64).astype(np.float64)"),
    ("c.total(np.zeros(2, 'm8[ns]'), 2)", TYPE, "got timedelta64"),
    ("c.total(np.zeros(2, 'V8'), 2)", TYPE, "got void64"),
    ("c.total(np.array(['abc']), 1)", TYPE, "got str96"),
    ("c.total(np.zeros(2, PAIR), 2)", TYPE, "got records of 2 fields and 8 bytes"),
    ("c.total(np.array(['a'], np.dtypes.StringDType()), 1)", TYPE, "references, not numbers"),
    ("c.ints(np.ones(3))", TYPE, "expected an array of int32, got float64"),
    ("c.ints(np.ones(3, 'u4'))", TYPE, "got uint32"),
    ("c.ints(np.ones(3, 'i8'))", TYPE, "got int64"),
    ("c.longs(np.ones(3, 'i4'))", TYPE, "got int32"),
    ("c.unsigneds(np.ones(3, 'i4'))", TYPE, "expected an array of uint32, got int32"),
    ("c.shorts(np.ones(3, 'i4'))", TYPE, "expected an array of int16"),
    ("c.bytes(np.ones(3, 'i1'))", TYPE, "expected an array of uint8, got int8"),
    ("c.flags(np.ones(3, 'u1'))", TYPE, "expected an array of bool, got uint8"),
    ("c.floats(np.full(3, 2.0))", TYPE, "expected an array of float32, got float64"),
    ("c.imaginary(np.ones(2))", TYPE, "expected an array of complex128, got float64; pass x.astype(np.complex128)"),
    ("c.imaginary(np.ones(2, 'c8'))", TYPE, "got complex64"),
    ("c.longer(np.ones(2))", TYPE, "expected an array of"),
    ("c.colours(np.ones(2))", TYPE, "expected an array of uint32, got float64"),
    # not in a row, not to be written
    ("c.total(X[::2], 2)", VALUE, "pass np.ascontiguousarray(x)"),
    ("c.clear(X[::2], 2)", VALUE, "np.ascontiguousarray(x), and mind that C then writes into that copy"),
    ("c.total(X[::-1], 4)", VALUE, "strides (-8,)"),
    ("c.total(np.broadcast_to(1.0, 4), 4)", VALUE, "strides (0,)"),
    ("c.total(np.ones((3, 2)).T, 6)", VALUE, "do not follow each other"),
    ("c.total(np.asfortranarray(np.ones((3, 2))), 6)", VALUE, "do not follow each other"),
    ("c.total(np.lib.stride_tricks.sliding_window_view(X, 2), 6)", VALUE, "strides (8, 8)"),
    ("c.total(np.ones(4, complex).real, 4)", VALUE, "strides (16,)"),
    ("c.clear(locked(np.ones(4)), 4)", VALUE, "read-only, but C may write through this pointer; pass x.copy()"),
    ("c.clear(np.frombuffer(bytes(32)), 4)", VALUE, "read-only"),
    ("c.bytes(b'abc')", VALUE, 'pass bytearray(b"abc\\0"), or say const in C'),
    ("c.bytes(memoryview(b'abc'))", VALUE, "read-only"),
    # not an array
    ("c.total([1.0, 2.0], 2)", TYPE, "got list [1.0, 2.0]; pass np.asarray(x, dtype=np.float64)"),
    ("c.total((1.0,), 1)", TYPE, "expected an array, got tuple"),
    ("c.total({1.0}, 1)", TYPE, "expected an array, got set"),
    ("c.total({'x': 1.0}, 1)", TYPE, "expected an array, got dict"),
    ("c.total(range(3), 3)", TYPE, "expected an array, got range"),
    ("c.total(3.0, 1)", TYPE, "expected an array, got float 3.0"),
    ("c.total(3, 1)", TYPE, "expected an array, got int 3"),
    ("c.total(X.ctypes.data, 1)", TYPE, "expected an array, got int"),
    ("c.total(True, 1)", TYPE, "expected an array, got bool True"),
    ("c.total(np.float64(3), 1)", TYPE, "expected an array, got float64"),
    ("c.total('abc', 3)", TYPE, "expected an array, got str 'abc'"),
    ("c.total(b'12345678', 1)", TYPE, "np.frombuffer(x, dtype=np.float64)"),
    ("c.total(bytearray(8), 1)", TYPE, "np.frombuffer(x, dtype=np.float64)"),
    ("c.total(mapped(), 1)", TYPE, "np.frombuffer(x, dtype=np.float64)"),
    ("c.total(array.array('f', [1]), 1)", TYPE, "got float32; pass np.asarray(x, dtype=np.float64)"),
    ("c.total(array.array('q', [1]), 1)", TYPE, "got int64; pass np.asarray(x, dtype=np.float64)"),
    ("c.total(memoryview(X).cast('B'), 1)", TYPE, "got uint8; pass np.frombuffer(x, dtype=np.float64)"),
    ("c.total(memoryview(X)[::2], 2)", VALUE, "do not follow each other"),
    ("c.total(object(), 1)", TYPE, "expected an array, got object"),
    ("c.total(Liar(), 1)", TYPE, "expected an array, got Liar"),
    ("c.total(Disguised(), 1)", TYPE, "expected an array, got Disguised"),
    ("c.total(Speechless(), 1)", TYPE, "expected an array, got Speechless; pass"),
    ("c.total(Endless(), 1)", TYPE, "expected an array, got Endless; pass"),
    ("c.total(X.flat, 4)", TYPE, "expected an array, got flatiter of length 4"),
    ("c.total(X.ctypes, 4)", TYPE, "expected an array, got _ctypes"),
    ("c.total(iter(X), 4)", TYPE, "expected an array, got iterator"),
    ("c.total(np.float64, 4)", TYPE, "expected an array, got type <class 'numpy.float64'>"),
    ("c.total(lambda: 1, 1)", TYPE, "expected an array, got function"),
    ("c.total(X.__array_interface__, 1)", TYPE, "expected an array, got dict of length"),
    # what the numbers mean would be lost
    ("c.total(MASKED, 3)", TYPE, "has a mask that C does not see; pass x.filled("),
    ("c.any(MASKED)", TYPE, "has a mask that C does not see"),
    ("c.total(np.ma.array(np.ones(3)), 3)", TYPE, "has a mask that C does not see"),
    ("c.total(np.ma.masked, 3)", TYPE, "has a mask that C does not see"),
    ("c.total(X.view(Metres), 4)", TYPE, "may mean more than its numbers (a unit, labels)"),
    ("c.any(X.view(Metres))", TYPE, "pass x.view(np.ndarray)"),
    ("c.total(Quantity(), 1)", TYPE, "pass x.magnitude, without its unit"),
    ("c.total(Sparse(), 1)", TYPE, "pass x.toarray()"),
    ("c.total(sparse().eye(2), 1)", TYPE, "pass x.toarray()"),
    ("c.total(frame().Series([1.0, 2.0, 3.0]), 3)", TYPE, "expected an array, got Series of length 3; pass np.asarray"),
    ("c.total(frame().DataFrame({'x': [1.0]}), 1)", TYPE, "got DataFrame of length 1; pass"),
    ("c.total(frame().array([1, None], dtype='Float64'), 2)", TYPE, "got FloatingArray of length 2; pass"),
    ("c.total(frame().Index([1.0]), 1)", TYPE, "expected an array, got Index"),
    ("c.total(awkward().Array([1.0, 2.0]), 2)", TYPE, "expected an array, got Array"),
    ("c.total(arrow().array([1.0, None]), 2)", TYPE, "expected an array, got DoubleArray"),
    # pointers to pointers
    ("c.at(np.ones((3, 3)), 1, 1)", TYPE, "expected an array of pointers, got ndarray of float64, shape (3, 3)"),
    ("c.at(np.ones((9, 9)), 1, 1)", TYPE, "which holds none; declare `double *a` in C and use `a[i*n + j]`"),
    ("c.at([[1.0]], 0, 0)", TYPE, POINTER),
    ("c.at(np.array([8, 16]), 0, 0)", TYPE, POINTER),
    ("c.at(np.array([8, 16], np.uintp), 0, 0)", TYPE, POINTER),
    ("c.at(5, 0, 0)", TYPE, "expected an address that a function of c returned, got int 5"),
    ("c.at(np.zeros(0), 0, 0)", TYPE, POINTER),
    ("c.at(bytearray(64), 0, 0)", TYPE, POINTER),
    ("c.at((ctypes.c_double * 4)(), 0, 0)", TYPE, "expected a pointer to"),
    ("c.at((ctypes.POINTER(ctypes.c_float) * 2)(), 0, 0)", TYPE, "expected a pointer to"),
    ("c.row(np.ones((3, 3)), 1)", TYPE, "declare `double *a`"),
    ("c.words(np.array([b'ab', b'cd']), 1)", TYPE, '(ctypes.c_char_p * 2)(b"one", b"two")'),
    ("c.words(['ab', 'cd'], 1)", TYPE, POINTER),
    ("c.words('ab', 1)", TYPE, POINTER),
    ("c.make(np.zeros(1, np.uintp))", TYPE, "ctypes.byref(p), with p = ctypes.c_void_p()"),
    # extents
    ("c.three(np.ones((2, 2)), 2)", VALUE, "expected rows of 3 elements, as declared, got an array of shape (2, 2)"),
    ("c.three(np.ones((3, 2)), 2)", VALUE, "pass x.reshape(-1, 3) if its numbers are in that order"),
    ("c.three(np.ones(4), 1)", VALUE, "expected rows of 3 elements"),
    ("c.three(np.ones((2, 3)).T, 2)", VALUE, "do not follow each other"),
    ("c.three(np.ones((2, 3), 'f4'), 2)", TYPE, "got float32"),
    ("c.square(2, np.ones((2, 2), int))", TYPE, "got int64"),
    ("c.fixed(np.ones((1, 3)))", VALUE, "expected at least 6 elements, as declared, got 3"),
    ("c.fixed(np.ones((3, 2)))", VALUE, "expected rows of 3 elements"),
    ("c.norm(np.ones(2))", VALUE, "expected at least 3 elements, as declared, got 2; pass a longer array"),
    ("c.norm(np.ones(0))", VALUE, "got 0"),
    ("c.norm(None)", VALUE, "expected at least 3 elements"),
    ("c.norm((ctypes.c_double * 2)())", VALUE, "got 2"),
    ("c.norm(array.array('d', [1]))", VALUE, "got 1"),
    ("c.promised(np.ones(3))", VALUE, "expected at least 4 elements"),
    # structs
    ("c.mass(np.zeros(2, UNALIGNED), 0)", TYPE, "got records of 3 fields and 21"),
    ("c.mass(np.zeros(2), 0)", TYPE, "array of struct particle, got float64, which is laid out in another way"),
    ("c.mass(X, 0)", TYPE, 'np.dtype([("kind", "i1"), ("mass", "f8"), ("hits", ("i4", (3,)))], align=True)'),
    ("c.mass(np.zeros(2, TURNED), 0)", TYPE, "another"),
    ("c.mass(np.zeros(32, 'u1'), 0)", TYPE, "expected an array of struct particle, got uint8"),
    ("c.mass(np.zeros(1, 'V32'), 0)", TYPE, "laid out in another way"),
    ("c.mass([(1, 2.0, (1, 2, 3))], 0)", TYPE, "pass np.array(x, dtype=np.dtype("),
    ("c.mass(5, 0)", TYPE, "expected an address that a function of c returned, got int 5"),
    ("c.mass(PARTICLE.type, 0)", TYPE, "expected an array, got type"),
    ("c.mass(np.zeros(3, PARTICLE)[::2], 0)", VALUE, "do not follow each other"),
    ("c.mass(np.zeros(2, PARTICLE).astype(PARTICLE.newbyteorder()), 0)", TYPE, "laid out in another way"),
    ("c.second(np.zeros(2, 'f4,f4'))", TYPE, 'make it with dtype=np.dtype([("a", "i4"), ("b", "i4")], align=True)'),
    ("c.second(np.zeros(2, [('b', 'i4'), ('a', 'i4')]))", TYPE, "laid out in another way"),
    ("c.second(np.zeros(2, 'i4'))", TYPE, "got int32"),
    ("c.second(np.zeros(2, 'i8'))", TYPE, "got int64"),
    ("c.second(locked(np.zeros(2, PAIR)))", VALUE, "read-only"),
    ("c.second(ctypes.byref(Other()))", TYPE, "expected a pointer to struct pair, got"),
    ("c.second(ctypes.pointer(Other()))", TYPE, "expected a pointer to struct pair"),
    ("c.second(Other())", TYPE, "expected a pointer to struct pair"),
    ("c.second(ctypes.byref(ctypes.c_int()))", TYPE, "expected a pointer to struct pair"),
    ("c.lead(np.zeros(1, PARTICLE))", TYPE, "struct event"),
    ("c.whole(np.zeros(1, 'i4'))", TYPE, "union word"),
    # what nobody can check
    ("c.any([1, 2])", TYPE, "expected an array, got list"),
    ("c.any(X.astype(object))", TYPE, "references, not numbers"),
    ("c.any(X[::2])", VALUE, "do not follow each other"),
    ("c.mine(locked(np.ones(3)))", VALUE, "read-only"),
    ("c.any(12345)", TYPE, "if it is the address of such a thing, pass ctypes.c_void_p(x)"),
    ("c.any('abc')", TYPE, "expected an array, got str"),
    ("c.any(ctypes.py_object(1))", TYPE, "expected a pointer to"),
    ("c.hidden(X)", TYPE, "what cannot be compared is not passed; pass what a function of c returned, or None"),
    ("c.hidden(5)", TYPE, "expected an address that a function of c returned, got int 5"),
    ("c.hidden(X.ctypes.data)", TYPE, "expected an address"),
    ("c.hidden(np.zeros(1, PAIR))", TYPE, "expected a pointer to struct hidden"),
    ("c.hidden(True)", TYPE, "got bool True"),
    ("c.hidden(ctypes.byref(ctypes.c_double()))", TYPE, "expected a pointer to struct hidden"),
    ("c.spoken(X)", TYPE, "expected"),
    ("c.spoken(sys.stdout)", TYPE, "expected"),
    ("c.spoken(1)", TYPE, "expected"),
    ("c.value(c.opened() + 8)", TYPE, "expected an address that a function of c returned, got int"),
    ("c.value(np.int64(16))", TYPE, "expected an array, got int64"),
    ("c.second(c.first())", TYPE, "expected a pointer to struct pair, got one to struct node"),
    # functions
    ("c.applied(lambda x: x, 1.0)", TYPE, "f = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(x)"),
    ("c.applied(abs, 1.0)", TYPE, "expected a function that C can call, got builtin_function_or_method"),
    ("c.applied(np.sin, 1.0)", TYPE, "expected a function that C can call"),
    ("c.applied(3, 1.0)", TYPE, "expected an address"),
    ("c.applied(X, 1.0)", TYPE, "expected a function that C can call"),
    # text
    ("c.shout('abc')", TYPE, 'pass bytearray(b"abc\\0")'),
    ('c.shout("it\'s")', TYPE, 'pass bytearray(b"it\'s\\0")'),
    ("c.shout('a\\n')", TYPE, 'pass bytearray(x.encode() + b"\\0")'),
    ("c.shout(b'\\xff')", VALUE, 'pass bytearray(x + b"\\0")'),
    ("c.shout('größe')", TYPE, 'pass bytearray(x.encode() + b"\\0")'),
    ("c.shout(Text('abc'))", TYPE, 'pass bytearray(b"abc\\0")'),
    ("c.shout(b'abc')", VALUE, 'pass bytearray(b"abc\\0")'),
    ("c.shout(ctypes.c_char_p(b'abc'))", TYPE, 'pass bytearray(b"abc\\0")'),
    ("c.length('a\\0b')", VALUE, "has a zero inside, where C's text ends"),
    ("c.length('\\ud800')", VALUE, "half a character"),
    ("c.length(np.array(['abc']))", TYPE, 'pass np.char.encode(x).view("S1")'),
    ("c.length(np.array([b'abc', b'de']))", TYPE, 'pass x.view("S1")'),
    ("c.length(3)", TYPE, "expected an array, got int 3"),
    ("c.length(array.array('u', 'abc'))", TYPE, "array"),
    ("c.length(ctypes.create_unicode_buffer('abc'))", TYPE, "expected a pointer to"),
    ("c.bytes('abc')", TYPE, 'pass bytearray(x.encode() + b"\\0")'),
    # pointers of ctypes
    ("c.total((ctypes.c_float * 4)(), 4)", TYPE, "expected a pointer to c_double, got c_float_Array_4"),
    ("c.total((ctypes.c_int * 4)(), 4)", TYPE, "expected a pointer to c_double"),
    ("c.total(ctypes.byref(ctypes.c_float()), 1)", TYPE, "expected a pointer to c_double"),
    ("c.total(ctypes.pointer(ctypes.c_int()), 1)", TYPE, "expected a pointer to c_double"),
    ("c.total(ctypes.c_int(3), 1)", TYPE, "expected a pointer to c_double"),
    ("c.total(ctypes.pointer(ctypes.pointer(ctypes.c_double())), 1)", TYPE, "expected a pointer to c_double"),
    ("c.total(ctypes.byref(Pair()), 1)", TYPE, "expected a pointer to c_double"),
    ("c.total(ctypes.create_string_buffer(8), 1)", TYPE, "expected a pointer to c_double, got c_char_Array_8"),
    ("c.total(ctypes.c_void_p(X.ctypes.data), 1)", TYPE, "ctypes.cast(x, ctypes.POINTER(ctypes.c_double))"),
    ("c.total(ctypes.byref((ctypes.c_float * 4)()), 1)", TYPE, "got a reference to c_float_Array_4"),
    ("c.total(ctypes.CFUNCTYPE(None)(lambda: None), 1)", TYPE, "expected a pointer to c_double"),
    # numbers
    ("c.i8(128)", OVERFLOW, "128 does not fit: int8_t holds -128 to 127"),
    ("c.i8(-129)", OVERFLOW, "-129 does not fit"),
    ("c.u8(256)", OVERFLOW, "uint8_t holds 0 to 255"),
    ("c.u8(-1)", OVERFLOW, "-1 does not fit"),
    ("c.i16(2**15)", OVERFLOW, "short holds -32768 to 32767"),
    ("c.u16(-1)", OVERFLOW, "unsigned short holds 0 to 65535"),
    ("c.i32(2**31)", OVERFLOW, "int holds -2147483648 to 2147483647"),
    ("c.i32(np.int64(2**31))", OVERFLOW, "2147483648 does not fit"),
    ("c.u32(2**32)", OVERFLOW, "unsigned"),
    ("c.i64(2**63)", OVERFLOW, "int64_t holds"),
    ("c.u64(2**64)", OVERFLOW, "uint64_t holds 0 to 18446744073709551615"),
    ("c.i32(10**5000)", OVERFLOW, "an int of 16610 bits does not fit"),
    ("c.total(X, -1)", OVERFLOW, "-1 does not fit: size_t holds 0 to"),
    ("c.i32(1.0)", TYPE, "expected a whole number, got float 1.0; int(x) drops the fraction"),
    ("c.i32(np.float64(1.5))", TYPE, "int(x) drops the fraction"),
    ("c.i32(float('nan'))", TYPE, "expected a whole number, got float nan"),
    ("c.i32(float('inf'))", TYPE, "expected a whole number, got float inf"),
    ("c.i32('1')", TYPE, "expected a whole number, got str '1'"),
    ("c.i32(None)", TYPE, "expected a whole number, got NoneType None"),
    ("c.i32(fractions.Fraction(3))", TYPE, "expected a whole number, got Fraction"),
    ("c.i32(decimal.Decimal(3))", TYPE, "expected a whole number, got Decimal"),
    ("c.i32(np.array([3]))", TYPE, "expected a whole number, got ndarray of int64, shape (1,)"),
    ("c.i32(np.ma.masked)", TYPE, "expected a whole number"),
    ("c.i32(np.timedelta64(3, 's'))", TYPE, "expected a whole number"),
    ("c.i32([3])", TYPE, "expected a whole number, got list [3]"),
    ("c.i32(3j)", TYPE, "expected a whole number, got complex 3j"),
    ("c.half('1')", TYPE, "expected a number, got str '1'"),
    ("c.half(np.str_('1'))", TYPE, "expected a number"),
    ("c.half(np.array('1'))", TYPE, "expected a number"),
    ("c.half(np.void(b'3'))", TYPE, "expected a number"),
    ("c.half(b'1')", TYPE, "expected a number, got bytes"),
    ("c.half(1j)", TYPE, "expected a number, got complex 1j"),
    ("c.half(np.complex128(1))", TYPE, "expected a number"),
    ("c.half(np.complex64(1))", TYPE, "expected a number"),
    ("c.half(None)", TYPE, "expected a number, got NoneType None"),
    ("c.half(X)", TYPE, "expected a number, got ndarray of float64, shape (4,)"),
    ("c.half(np.ma.masked)", TYPE, "expected a number"),
    ("c.half(10**400)", OVERFLOW, "an int of 1329 bits does not fit: double holds up to 1.8e308"),
    ("c.half([1.0])", TYPE, "expected a number, got list [1.0]"),
    ("c.quarter(1e300)", OVERFLOW, "1e+300 does not fit: float holds up to 3.4e38"),
    ("c.opposite(2)", TYPE, "expected True or False, got int 2"),
    ("c.opposite('yes')", TYPE, "expected True or False"),
    ("c.opposite(None)", TYPE, "expected True or False"),
    ("c.opposite(1.0)", TYPE, "expected True or False"),
    ("c.letter('ab')", TYPE, "expected a whole number, got str 'ab'"),
    ("c.letter('€')", OVERFLOW, "8364 does not fit: char holds -128 to 127"),
    ("c.colour(-1)", OVERFLOW, "-1 does not fit: "),
    ("c.colour(2**32)", OVERFLOW, "does not fit"),
    ("c.colour('RED')", TYPE, "expected a whole number, got str 'RED'"),
    # how it is called
    ("c.half()", TYPE, "half takes 1 argument, got 0: double half(double x)"),
    ("c.half(1, 2)", TYPE, "half takes 1 argument, got 2"),
    ("c.half(y=1)", TYPE, "half"),
    ("c.half(1, x=1)", TYPE, "half"),
    ("c.total(X, m=4)", TYPE, "total"),
    ("c.total(n=4)", TYPE, "total"),
]  # fmt: skip


def outcome(call: str, names: dict) -> tuple[str, str]:
    """Make a call; return the type of its error and the message, or "passed" and what came back."""
    try:
        return "passed", repr(eval(call, names))
    except Exception as error:
        return type(error).__name__, str(error)


if __name__ == "__main__":
    from unladen.compiling import build

    names = globals() | {"c": build(SOURCE, name="c")}
    for call, _, _ in REFUSED:
        print(json.dumps((call, *outcome(call, names))), flush=True)
    print("alive")
