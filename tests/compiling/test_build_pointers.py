"""What a pointer takes: arrays whose elements are those declared, what ctypes made, what the library gave out."""

from __future__ import annotations

import array
import ctypes
import decimal
import fractions
import pickle
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tests.helpers import compilers
from tests.helpers.hostile_calls import EVENT, MASKED, PAIR, PARTICLE, SOURCE, Pair, Text
from unladen.compiling import Library, build
from unladen.compiling.declared import CType
from unladen.compiling.layout import dtype, fits, spelt

DOUBLE, CHAR = CType("float", "double", 8), CType("char", "char", 1)


CPP = r"""
#include <complex>
#include <cstdint>
#include <vector>
namespace physics { enum class Kind : uint8_t { A, B }; struct Four { double px, py, pz, e; }; }
struct Base { int id; };
struct Derived : Base { double weight; };
struct Virtual { virtual ~Virtual() {} int x; };
struct Bits { unsigned a : 3, b : 5; int whole; };
#pragma pack(push, 1)
struct Packed { char letter; double number; };
#pragma pack(pop)
struct Nameless { int kind; union { int whole; float real; }; };
struct Holder { int n; const double *numbers; };
struct Mixed { bool on; physics::Kind kind; std::complex<float> z; float cells[2][3]; char names[2][8]; };
template <class T> struct Box { T value; };
extern "C" {
double four(const physics::Four *p) { return p->e; }
double derived(const Derived *d) { return d->weight; }
int virtually(Virtual *v) { return v->x; }
int bits(const Bits *b) { return b->whole; }
double packed(const Packed *p) { return p->number; }
int nameless(const Nameless *n) { return n->whole; }
double held(const Holder *h) { return h->numbers[h->n - 1]; }
double mixed(const Mixed *m) { return m->z.imag() + m->cells[1][2] + m->names[1][0] + (int)m->kind; }
double box(const Box<double> *b) { return b->value; }
double vector(const std::vector<double> *v) { return v->size(); }
double imaginary(const std::complex<double> *z) { return z->imag(); }
int kind(physics::Kind k) { return (int)k; }
double cube(const double (*a)[2][3]) { return a[0][1][2]; }
double pyramid(double ***a) { return a != nullptr; }
wchar_t wide(const wchar_t *text) { return text[0]; }
}
"""


@pytest.fixture(scope="module")
def cpp(tmp_path_factory) -> Library:
    compilers.needed("cpp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield build(CPP, "cpp", name="cpp")


@pytest.fixture(scope="module")
def c(tmp_path_factory) -> Library:
    compilers.needed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield build(SOURCE, name="c")


def test_an_array_of_pointers_is_made_with_ctypes(c):
    rows = (ctypes.POINTER(ctypes.c_double) * 2)((ctypes.c_double * 2)(1, 2), (ctypes.c_double * 2)(3, 4))
    assert c.at(rows, 1, 1) == 4 and c.row(rows, 1) == 2
    assert c.words((ctypes.c_char_p * 2)(b"ab", b"cd"), 1) == ord("c")


def test_c_fills_in_a_pointer_that_it_is_passed_by_reference(c):
    made = ctypes.c_void_p(1)
    assert c.make(ctypes.byref(made)) == 0 and made.value is None


def test_rows_of_a_declared_length_come_from_arrays_of_that_width_or_in_one_row(c):
    numbers = np.arange(6.0)
    for same in (numbers.reshape(2, 3), numbers, (ctypes.c_double * 6)(*numbers), array.array("d", numbers)):
        assert c.three(same, 2) == 5
        assert c.fixed(np.asarray(same)) == 5
    assert c.square(2, np.arange(4.0).reshape(2, 2)) == c.square(2, np.arange(4.0)) == 3
    assert c.norm(np.ones(3)) == c.norm(np.ones((2, 2))) == 3
    assert c.promised(np.arange(4.0)) == 3


def test_records_of_the_same_layout_are_a_struct(c):
    particles = np.zeros(3, PARTICLE)
    particles["mass"] = [1, 2, 3]
    assert [c.mass(particles, n) for n in range(3)] == [1, 2, 3]
    assert c.mass(particles.view(np.recarray), 1) == 2
    events = np.zeros(1, EVENT)
    events["lead"]["mass"] = 5
    assert c.lead(events) == 5
    assert c.second(np.array([(1, 2)], PAIR)) == c.second(np.rec.array([(1, 2)], dtype=PAIR)) == 2
    assert c.second(Pair(1, 2)) == c.second(ctypes.byref(Pair(1, 2))) == c.second((Pair * 2)((1, 2))) == 2


def test_the_dtype_in_the_message_is_the_one_that_fits(c):
    for function, field, n in (
        (c.mass, "mass", (0,)),
        (c.second, "b", ()),
        (c.lead, "lead", ()),
        (c.whole, "whole", ()),
    ):
        with pytest.raises(TypeError) as refusal:
            function(np.zeros(64, "f4"), *n)
        code = str(refusal.value).split("dtype=", 1)[1]
        records = np.zeros(1, eval(code))
        value = 7 if field != "lead" else (1, 7, (1, 2, 3))
        records[field] = value
        assert function(records, *n) == 7


def test_what_the_library_gave_out_may_be_handed_back(c):
    first = c.first()
    assert c.value(first) == 7 and c.any(first) == first
    assert c.hidden(c.opened()) == 1 and c.hidden(None) == c.hidden(0) == 0
    assert c.hidden(ctypes.c_void_p(16)) == 1
    assert type(pickle.loads(pickle.dumps(first))) is int


def test_an_address_belongs_to_its_library_also_when_the_cell_is_run_again(c):
    again, other = build(SOURCE, name="c"), build(SOURCE + "\n", name="other")
    assert again.value(c.first()) == 7
    with pytest.raises(TypeError, match="expected an address of other, got one that c returned; pass it to c"):
        other.value(c.first())


def test_a_function_pointer_takes_a_callback_or_a_function_of_a_library(c):
    assert c.applied(ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(lambda x: 3 * x), 2) == 6
    assert c.applied(c.half, 2) == 1


def test_any_memory_goes_through_a_void_pointer(c):
    for memory in (np.ones(2), np.zeros(1, PARTICLE), np.zeros(2, "M8[s]"), np.ones(3, ">f4")):
        assert c.any(memory) == memory.ctypes.data
    assert c.any(b"abc") and c.any(ctypes.create_string_buffer(3)) and c.any(ctypes.c_char_p(b"abc"))


def test_text_to_read_and_memory_to_write_it_in(c):
    for text in ("abc", Text("abc"), b"abc", bytearray(b"abc"), ctypes.create_string_buffer(b"abc"),
                 ctypes.c_char_p(b"abc"), np.array([b"a", b"b", b"c", b""]),
                 np.frombuffer(b"abc\0", np.int8)):  # fmt: skip
        assert c.length(text) == 3
    letters, buffer = bytearray(b"abc\0"), ctypes.create_string_buffer(b"abc")
    c.shout(letters)
    c.shout(buffer)
    assert letters == b"Abc\0" and buffer.value == b"Abc"


def test_arrays_that_add_nothing_to_their_numbers_are_passed_as_they_are(c, tmp_path):
    for numbers in (np.ones(2).view(np.recarray), memoryview(np.array([1.0, 2.0])),
                    np.memmap(tmp_path / "x", "f8", "w+", shape=2), MASKED.filled(0)[:2],
                    np.frombuffer(b"\0" * 17, np.uint8)[1:].view(float)):  # fmt: skip
        assert c.total(numbers, 2) == np.sum(np.asarray(numbers))
    assert c.total(np.zeros((0, 3)), 0) == 0


def test_a_dtype_is_compared_by_what_it_is_not_by_its_name(c):
    assert c.longs(np.ones(1, "q")) == c.longs(np.ones(1, "l")) == 1
    assert c.longer(np.ones(1, np.longdouble)) == 1
    assert c.colours(np.array([2], np.uintc)) == c.colour(2) == 2
    assert c.imaginary(np.array([1 + 2j])) == 2


def test_numbers_of_any_exact_type_are_numbers(c):
    for three in (3, 3.0, np.float16(3), np.longdouble(3), np.array(3.0), decimal.Decimal(3), fractions.Fraction(3)):
        assert c.half(three) == 1.5
    assert c.half(True) == 0.5 and c.half(2**70) == 2.0**69
    assert c.quarter(float("inf")) == float("inf")
    assert c.i32(True) == c.i32(np.int8(1)) == c.i32(np.array(1)) == 1 and c.i32(-(2**31)) == -(2**31)


def test_that_lengths_are_not_checked_is_said_where_callers_look(c):
    assert "Lengths are not checked" in c.total.__doc__ and "Lengths" not in c.half.__doc__
    assert "An array of any dtype goes through void *" in c.any.__doc__


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("#include <complex.h>\ndouble f(double complex z) { return creal(z); }", "pass a pointer to it"),
        ("typedef struct { int x; } P;\nint f(P p) { return p.x; }", "pass a pointer to it"),
        (
            "typedef struct { int x; } P;\nP f(void) { P p = {1}; return p; }",
            "through a pointer that the caller passes",
        ),
        ("int f(__int128 x) { return (int)x; }", "declare a long long"),
        ("int f(long double x) { return (int)x; }", "declare a double"),
    ],
)
def test_what_cannot_cross_by_value_is_told_with_what_can(fresh_cache, source, words):
    compilers.needed()
    with pytest.raises(AttributeError, match=words):
        build(f"int g(void) {{ return 1; }}\n{source}", name="value").f  # noqa: B018


def test_a_layout_that_is_not_known_fits_nothing():
    assert dtype(CType("struct", "hidden")) is None and dtype(CType("other", "what", 8)) is None
    assert not fits(np.dtype("f8"), CType("other", "what", 8))
    assert dtype(CType("other", "__float128", 16)) is None  # as many bytes as NumPy's longdouble, and another format


def test_members_of_a_nameless_union_are_the_structs_own():
    inside = CType("union", "", 8, fields=(("whole", 0, CType("int", "long", 8)), ("real", 0, DOUBLE)))
    outside = CType("struct", "value", 16, fields=(("kind", 0, CHAR), ("", 8, inside)))
    assert dtype(outside).names == ("kind", "whole", "real")
    assert eval(spelt(outside)) == dtype(outside)


def test_letters_in_a_struct_are_a_text_of_that_length():
    name = CType("array", "", 8, CHAR, extent=8)
    person = CType("struct", "person", 8, fields=(("name", 0, name),))
    assert fits(np.dtype([("name", "S8")]), person) and fits(np.dtype([("name", "i1", 8)]), person)
    assert not fits(np.dtype([("name", "S7"), ("x", "S1")]), person)


def test_in_a_notebook_the_traceback_ends_at_the_cells_own_line(tmp_path):
    compilers.needed()
    cells = [
        "%load_ext unladen\nimport numpy as np",
        "%%c rows\ndouble total(double **a, int n) {\n    return a[n - 1][n - 1];\n}",
        "def wrong(a):\n    return rows.total(a, 3)\nwrong(np.ones((3, 3)))",
        "rows.total(None)",
        "print('alive')",
    ]
    book = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(
        book, allow_errors=True, kernel_name="python3", timeout=120, resources={"metadata": {"path": tmp_path}}
    ).execute()
    nbformat.validate(book)
    for cell, line in ((book.cells[2], "return rows.total(a, 3)"), (book.cells[3], "rows.total(None)")):
        (error,) = cell.outputs
        shown = "\n".join(error.traceback)
        assert error.ename == "TypeError" and "bind.py" not in shown and "ctypes" not in shown
        assert line in re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "expected an array of pointers" in book.cells[2].outputs[0].evalue
    assert book.cells[4].outputs[0].text == "alive\n"


def record(*fields, **how) -> np.ndarray:
    return np.zeros(1, np.dtype([*fields], **{"align": True, **how}))


def test_a_struct_of_cpp_is_its_fields_wherever_they_come_from(cpp):
    numbers = np.array([1.0, 2.0])
    four = record(*((name, "f8") for name in ("px", "py", "pz", "e")))
    four["e"] = 4
    derived, packed = record(("id", "i4"), ("weight", "f8")), record(("letter", "i1"), ("number", "f8"), align=False)
    derived["weight"], packed["number"] = 5, 6
    held = np.array([(2, numbers.ctypes.data)], np.dtype([("n", "i4"), ("numbers", np.uintp)], align=True))
    mixed = record(("on", "?"), ("kind", "u1"), ("z", "c8"), ("cells", "f4", (2, 3)), ("names", "S8", 2))
    mixed["kind"], mixed["z"], mixed["cells"], mixed["names"] = 1, 2j, 4, b"A"
    box = record(("value", "f8"))
    box["value"] = 7
    assert (cpp.four(four), cpp.derived(derived), cpp.packed(packed), cpp.held(held)) == (4, 5, 6, 2)
    assert (cpp.mixed(mixed), cpp.box(box), cpp.imaginary(np.array([1 + 2j]))) == (1 + 2 + 4 + ord("A"), 7, 2)
    nameless = np.zeros(1, {"names": ["kind", "whole", "real"], "formats": ["i4", "i4", "f4"], "offsets": [0, 4, 4]})
    nameless["whole"] = 8
    assert cpp.nameless(nameless) == 8


@pytest.mark.parametrize(
    ("function", "value", "words"),
    [
        (
            "four",
            np.zeros((1, 4)),
            'dtype=np.dtype([("px", "f8"), ("py", "f8"), ("pz", "f8"), ("e", "f8")], align=True)',
        ),
        ("packed", record(("letter", "i1"), ("number", "f8")), 'dtype=np.dtype([("letter", "i1"), ("number", "f8")])'),
        ("packed", np.zeros(9, "u1"), "got uint8"),
        ("derived", record(("weight", "f8")), '("id", "i4"), ("weight", "f8")'),
        ("virtually", np.zeros(16, "u1"), "what cannot be compared is not passed"),
        ("bits", record(("a", "u4"), ("whole", "i4")), "what cannot be compared is not passed"),
        ("nameless", np.zeros(2, "i4"), '"names": ["kind", "whole", "real"]'),
        ("vector", np.ones(3), "what cannot be compared is not passed"),
        ("mixed", np.ones(3), '("cells", ("f4", (2, 3))), ("names", ("S8", (2,)))'),
        ("imaginary", np.ones(3), "expected an array of complex128, got float64"),
        ("kind", 256, "256 does not fit: Kind holds 0 to 255"),
        ("cube", np.ones(4), "expected rows of 2 × 3"),
        ("cube", np.ones((1, 3, 2)), "pass x.reshape(-1, 2, 3)"),
        ("pyramid", np.ones((2, 2, 2)), "declare `double *a` in C and use `a[i*n + j]`"),
        ("wide", "abc", "pass ctypes.create_unicode_buffer(x)"),
    ],
)
def test_what_is_not_that_struct_of_cpp_is_refused_with_the_one_that_is(cpp, function, value, words):
    with pytest.raises((TypeError, ValueError, OverflowError)) as refusal:
        getattr(cpp, function)(value)
    assert words in str(refusal.value) and "\n" not in str(refusal.value)


def test_structures_of_ctypes_are_compared_as_records_are(cpp):
    bits = (("a", ctypes.c_uint, 3), ("b", ctypes.c_uint, 5), ("whole", ctypes.c_int))
    made = type("Bits", (ctypes.Structure,), {"_fields_": bits})(1, 2, 9)
    assert cpp.bits(made) == 9 and cpp.wide(ctypes.create_unicode_buffer("a")) == ord("a")
    padded = type("Packed", (ctypes.Structure,), {"_fields_": (("letter", ctypes.c_char), ("number", ctypes.c_double))})
    with pytest.raises(TypeError, match="expected a pointer to struct Packed, got Packed"):
        cpp.packed(padded())
