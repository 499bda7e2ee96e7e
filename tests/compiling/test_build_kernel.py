"""What a cell compiles stays apart: from the kernel's own state, from the system's functions, from its earlier self."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.helpers.compilers import needed
from unladen.compiling import BuildError, build


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield


@pytest.mark.parametrize(
    "source",
    [
        'inline int n = %d; extern "C" int f() { return n++; }',
        'inline int &n() { static int one = %d; return one; } extern "C" int f() { return n()++; }',
        'template <class T> struct S { static int n; }; template <class T> int S<T>::n = %d; extern "C" int f() { '
        "return S<int>::n++; }",
        'template <class T> T n = %d; extern "C" int f() { return n<int>++; }',
        'inline __attribute__((noinline)) int g(int x) { return x + %d; } extern "C" int f() { return g(0); }',
        "struct A { virtual int g(); virtual ~A() {} }; int A::g() { return %d; } struct B : A {};\n"
        'extern "C" int f() { A *a = new B; int got = a->g(); delete a; return got; }',
        'inline thread_local int n = %d; extern "C" int f() { return n++; }',
    ],
)
def test_a_changed_cell_keeps_no_data_and_no_code_of_what_it_was(source):
    needed("cpp")
    assert [build(source % n, "cpp", name="same").f() for n in (10, 20)] == [10, 20]


def test_types_and_exceptions_work_inside_such_a_library():
    needed("cpp")
    source = "#include <stdexcept>\nstruct A { virtual ~A() {} }; struct B : A { int n = %d; };\n"
    source += (
        'extern "C" int f() { A *a = new B; try { if (!dynamic_cast<B *>(a)) return -1; throw std::logic_error("x");'
    )
    source += "} catch (const std::exception &) { return static_cast<B *>(a)->n; } }"
    assert [build(source % n, "cpp").f() for n in (1, 2)] == [1, 2]


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("double gamma(double x) { return 2 * x; }\ndouble f(void) { return gamma(5) + 1; }", 11),
        ("double cbrt(double); double f(void) { return cbrt(8.0); }\ndouble cbrt(double x) { return -x; }", -8),
        ("int index(int a) { return a + 1; }\nint error(int a) { return a + 2; }\n"
         "int select(int a) { return a + 3; }\nint f(void) { return index(0) + error(0) + select(0); }", 6),
        ("double y0(double x) { return x + 1; }\ntypedef double (*one)(double);\nstatic one all[] = {y0};\n"
         "double f(void) { return all[0](1); }", 2),
        ("int optind = 77;\nint f(void) { return optind; }", 77),
        ("double timezone = 3.5;\ndouble f(void) { return timezone; }", 3.5),
        ("unsigned seed;\nvoid srand(unsigned s) { seed = s; }\n"
         "int rand(void) { return seed = (seed * 1103515245u + 12345) & 2147483647; }\n"
         "int f(void) { srand(0); rand(); rand(); return rand(); }", 654583775),
    ],
)  # fmt: skip
def test_a_library_calls_its_own_function_where_the_system_has_one_of_that_name(source, answer):
    assert build(source).f() == answer


@pytest.mark.parametrize(
    "source",
    [
        "void *memset(void *a, int c, size_t n) { char *to = a; for (size_t i = 0; i < n; i++) to[i] = c; return a; }\n"
        "int f(void) { char a[99]; memset(a, 7, sizeof a); return a[98]; }",
        "void *memcpy(void *restrict a, const void *restrict b, size_t n) {\n"
        "    char *to = a; const char *from = b; for (size_t i = 0; i < n; i++) to[i] = from[i]; return a; }\n"
        "int f(void) { char a[99], b[99]; for (int i = 0; i < 99; i++) a[i] = 7; memcpy(b, a, 99); return b[98]; }",
        "size_t strlen(const char *s) { size_t n = 0; while (s[n]) n++; return n; }\n"
        'int f(void) { volatile char s[] = "sevenst"; return strlen((const char *)s); }',
    ],
)
def test_a_loop_that_is_memset_is_not_compiled_to_a_call_of_itself(source):
    needed()
    code = f"from unladen.compiling import build; print(build({'#include <stddef.h>' + chr(10) + source!r}).f())"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert answer.stdout.strip() == "7", answer.returncode


@pytest.mark.parametrize("flags", [["-ffast-math"], ["-Ofast"]])
def test_a_library_with_fast_arithmetic_leaves_that_of_the_kernel_alone(flags):
    needed()
    code = (
        "import threading, numpy; from unladen.compiling import build\n"
        f"build('double f(double x) {{ return x * 2; }}', flags={flags})\n"
        "found = []\none = threading.Thread(target=lambda: found.append(1e-310 * 0.5)); one.start(); one.join()\n"
        "print(found[0], 1e-310 * 0.5, numpy.full(9, 1e-310)[3] * 0.5)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert answer.stdout.split() == ["5e-311"] * 3, answer.stderr


def test_a_library_that_sets_the_rounding_when_it_is_loaded_sets_it_for_nobody():
    source = "#include <fenv.h>\n__attribute__((constructor)) static void up(void) { fesetround(FE_UPWARD); }\n"
    assert build(source + "double f(double x) { return x; }").f(0.0) == 0 and 1 / 3 == 0.3333333333333333
    assert np.float64(1) / 3 == 1 / 3


@pytest.mark.parametrize("kind", ["address", "thread", "leak", "memory", "hwaddress", "undefined,address"])
@pytest.mark.parametrize("language", ["c", "cpp"])
def test_a_sanitizer_that_would_end_the_kernel_is_refused_with_the_way_that_works(kind, language):
    with pytest.raises(BuildError, match=r"leave it out.\n.*%%isolated --sanitize"):
        build("int f(void) { return 1; }", language, flags=[f"-fsanitize={kind}"])


def test_a_sanitizer_in_the_compilers_own_words_is_refused_too(monkeypatch):
    monkeypatch.setenv("CC", f"{needed().command[0]} -fsanitize=address")
    if needed().kind == "zig":
        pytest.skip("Zig is called with a word of its own; install gcc")
    with pytest.raises(BuildError, match="%%isolated --sanitize"):
        build("int f(void) { return 1; }")


def test_a_sanitizer_that_a_compilers_wrapper_adds_is_refused_before_it_is_loaded(tmp_path, monkeypatch):
    if needed().kind != "gcc":
        pytest.skip("clang links its sanitiser's runtime into programs only; install gcc")
    wrapper = tmp_path / "mycc"
    wrapper.write_text(f'#!/bin/sh\nexec {needed().command[0]} -fsanitize=address "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("CC", str(wrapper))
    with pytest.raises(BuildError, match="(?s)mycc adds .*%%isolated --sanitize"):
        build("int f(void) { return 1; }")


THROWS = """#include <stdexcept>
#include <vector>
extern "C" int f(int x) { if (x < 0) throw std::runtime_error("negative"); return x; }
extern "C" double at(const double *a, int n, int i) { return std::vector<double>(a, a + n).at(i); }
extern "C" float half(float x) { if (x < 0) throw 5; return x / 2; }
extern "C" bool above(int n) { return n > 2; }
extern "C" void put(double *a, int n) { if (n < 0) throw std::bad_alloc(); a[0] = n; }
extern "C" const char *text(int n) { if (n) throw std::out_of_range("far"); return "near"; }
extern "C" unsigned char byte(signed char x) { return x; }
extern "C" int six(int a, int b, int c, int d, int e, int f, double x, float y) { return a+b+c+d+e+f + x * y; }
extern "C" int seven(int a, int b, int c, int d, int e, int f, int g) { return a + b + c + d + e + f + g; }
"""
CODE = f"""
import sys, numpy as np
from unladen.compiling import build
a = np.arange(3.0)
lib = build({THROWS!r}, "cpp", name="lib")
def tried(call):
    try:
        return call()
    except RuntimeError as problem:
        return f"RuntimeError: {{problem}}"
print(lib.f(3), lib.at(a, 3, 2), lib.half(5.0), lib.above(3), lib.above(2), lib.text(0), lib.byte(-1))
print(lib.put(a, 9), a[0], lib.six(1, 2, 3, 4, 5, 6, 2.0, 3.5), lib.seven(1, 2, 3, 4, 5, 6, 7))
for call in (lambda: lib.f(-1), lambda: lib.half(-1.0), lambda: lib.put(a, -1), lambda: lib.text(1)):
    print(tried(call))
print(tried(lambda: lib.at(a, 3, 7)).startswith("RuntimeError: "))
many = build("".join(f'extern "C" int f{{n}}() {{{{ throw {{n}}; }}}}' for n in range(40)), "cpp", name="many")
for n in (0, 39):
    print(tried(getattr(many, f"f{{n}}")))
"""


@pytest.mark.long
def test_an_exception_that_leaves_a_cpp_function_is_raised_in_python():
    needed("cpp")
    answer = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=300)
    assert answer.returncode == 0, answer.stderr
    left = "(an exception that left the C++ function {})"
    assert answer.stdout.splitlines() == [
        "3 2.0 2.5 True False b'near' 255",
        "None 9.0 28 28",
        f"RuntimeError: negative {left.format('f')}",
        f"RuntimeError: not one of the standard library's kind {left.format('half')}",
        f"RuntimeError: std::bad_alloc {left.format('put')}",
        f"RuntimeError: far {left.format('text')}",
        "True",
        *(f"RuntimeError: not one of the standard library's kind {left.format(f)}" for f in ("f0", "f39")),
    ]


def test_what_may_end_the_kernel_is_said_where_one_looks():
    from unladen.magics import Unladen

    text = " ".join(Unladen.c.__doc__.split())
    assert "An interrupt does not reach it" in text and "%%isolated" in text and "exit()" in text
    assert "raised in Python, as RuntimeError" in " ".join(Unladen.cpp.__doc__.split())


def test_a_library_that_takes_numbers_alone_is_called_without_numpy():
    needed()
    code = (
        "import sys; from unladen.compiling import build\n"
        "half = build('double half(double x, int n, _Bool b) { return b ? x / n : 0; }').half\n"
        "print(half(3, 2, True), 'numpy' in sys.modules)\n"
        "import numpy as np; print(half(np.float32(3), np.int64(2), np.True_))\n"
        "for bad in (np.ma.masked, np.zeros(3), np.complex128(1)):\n"
        "    try: half(bad, 1, True)\n"
        "    except TypeError as problem: print(str(problem).split(': ')[2])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    first, second, *refused = answer.stdout.splitlines()
    assert (first, second) == ("1.5 False", "1.5"), answer.stderr
    kinds = ["MaskedConstant", "ndarray", "complex128"]
    assert [line.split()[:5] for line in refused] == [["expected", "a", "number,", "got", kind] for kind in kinds]


def test_the_variable_environ_of_a_cell_is_its_own():
    assert build("char **environ = 0;\nint f(void) { return environ == 0; }").f() == 1
    assert os.environ["PATH"]
