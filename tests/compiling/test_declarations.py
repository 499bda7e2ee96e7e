"""What is called is what was compiled: declarations come from the compiler, whatever the text before it says."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
import pytest

from tests.helpers.compilers import lend_what_zig_made, needed
from unladen.compiling import BuildError, Library, build, toolchain
from unladen.compiling.debuginfo import exported
from unladen.compiling.declared import Signature
from unladen.compiling.signature import worded
from unladen.timing import claim


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield tmp_path_factory.getbasetemp() / "unladen"


def zig_binary() -> str | None:
    spec = find_spec("ziglang")
    return str(spec.origin).replace("__init__.py", "zig") if spec else None


@pytest.fixture(params=["gcc", "clang"])
def any_compiler(request, monkeypatch) -> str:
    if not shutil.which(request.param):
        pytest.skip(f"there is no {request.param} here")
    monkeypatch.setenv("CC", request.param)
    monkeypatch.setenv("CXX", {"gcc": "g++", "clang": "clang++"}[request.param])
    return request.param


@pytest.fixture
def zig(own_cache, monkeypatch) -> str:
    if not zig_binary():
        pytest.skip('needs the extra "zig": make test WITH=zig')
    lend_what_zig_made(zig_binary(), own_cache)
    monkeypatch.setenv("CC", f"'{zig_binary()}' cc")
    return "zig"


def texts(library: Library) -> list[str]:
    return [getattr(library, name).signature for name in library.build.functions]


SWITCHED = """#ifdef SINGLE
typedef float real;
#else
typedef double real;
#endif
real half(real x) { return x / 2; }
real first(const real *x) { return x[0]; }
"""


@pytest.mark.parametrize(("flags", "dtype"), [([], "float64"), (["-DSINGLE"], "float32")])
def test_the_branch_that_was_compiled_is_the_one_that_is_called(any_compiler, flags, dtype):
    library = build(SWITCHED, flags=flags, name="prec")
    assert library.half(3) == 1.5
    assert library.first(np.full(3, 2.0, dtype)) == 2.0
    with pytest.raises(TypeError, match=f"array of {dtype}"):
        library.first(np.full(3, 2.0, "float64" if dtype == "float32" else "float32"))


def test_zig_is_read_like_the_others(zig):
    library = build(f"{SWITCHED}\nint λ(int (*a)[3]) {{ return a[1][2]; }}", flags=["-DSINGLE", "-g0"], name="zig")
    assert library.half(3) == 1.5 and library.first(np.full(3, 2.0, "float32")) == 2.0
    assert library.λ(np.arange(6, dtype=np.int32).reshape(2, 3)) == 5
    assert texts(library) == ["real half(real x)", "real first(const real *x)", "int λ(int (*a)[3])"]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("c", "#if 0\nint half(int x) { return x; }\n#endif\ndouble half(double x) { return x / 2; }"),
        ("c", "#if X\nfloat half(float x) { return x; }\n#else\ndouble half(double x) { return x / 2; }\n#endif"),
        ("c", "/* typedef int real; */ typedef double real; real half(real x) { return x / 2; }\n"
              "int other(void) { typedef int real; return (real)3.5; }"),
        ("cpp", 'using real = double; struct S { using real = float; real x; };\n'
                'extern "C" real half(real x) { return x / 2; }'),
        ("cpp", 'namespace a { using real = int; } namespace b { typedef double real; }\nusing namespace b;\n'
                'extern "C" real half(real x) { return x / 2; }'),
        ("c", "#define REAL float\nREAL half(REAL x) { return x / 2; }"),
        ("c", "#define double float\ndouble half(double x) { return x / 2; }"),
        ("c", "typedef float real; typedef real coord; coord half(const coord x) { return x / 2; }"),
        ("c", "#define HALF(T) T half(T x) { return x / 2; }\nHALF(double)"),
        ("c", "double (half)(double x) { return x / 2; }"),
        ("c", "double half(x) double x; { return x / 2; }"),
        ("c", "extern inline double half(double x) { return x / 2; }"),
        ("c", '#define API __attribute__((visibility("default")))\nAPI double half(double x) { return x / 2; }'),
        ("cpp", '#define API extern "C"\nAPI double half(double x) { return x / 2; }'),
        ("cpp", 'extern "C" auto half(double x) -> double { return x / 2; }'),
        ("cpp", 'extern "C" double half(double x) try { return x / 2; } catch (...) { return 0; }'),
        ("cpp", 'extern "C" { double half(double); }\ndouble half(double x) { return x / 2; }'),
        ("cpp", 'extern "C" double half(double x) noexcept(true) { return x / 2; }'),
        ("cpp", 'namespace cfg { using T = double; }\nextern "C" cfg::T half(cfg::T x) { return x / 2; }'),
        ("cpp", 'namespace deep { namespace er { extern "C" double half(double x) { return x / 2; } } }'),
        ("cpp", 'template <class T> using id = T;\nextern "C" id<double> half(id<double> x) { return x / 2; }'),
        ("cpp", 'extern "C" decltype(0.5) half(decltype(0.5) x) { return x / 2; }'),
        ("c", "double __attribute__((noinline)) half(double x) { return x / 2; }"),
        ("c", "typedef __typeof__(0.5) real;\nreal half(real x) { return x / 2; }"),
        ("c", "double half(double);\ndouble half(double x) { return x / 2; }\n#define half wrong"),
        ("c", '#line 700 "grammar.y"\ndouble half(double x) { return x / 2; }'),
        ("c", "#define REAL int\nREAL f(REAL x) { return x; }\n#undef REAL\n#define REAL double\n"
              "REAL half(REAL x) { return x / 2; }"),
        ("c", "#define ARGS double x\ndouble half(ARGS) { return x / 2; }"),
        ("c", "dou\\\nble half(dou\\\nble x) { return x / 2; }"),
        ("c", "typedef double fn(double);\nfn half;\ndouble half(double x) { return x / 2; }"),
        ("c", "#if 0\ndon't\n#endif\ndouble half(double x) { return x / 2; }"),
        ("cpp", 'double half(int x) { return -x; }\nextern "C" double half(double x) { return x / 2; }'),
        ("cpp", 'using R = double;\nextern "C" R half(R x) { using R = long; R two = 2; return x / two; }'),
        ("cpp", 'extern "C" auto half(double x) { return x / 2; }'),
        ("c", "double half\n(\n  double x  // halved\n)\n{ return x / 2; }"),
    ],
)  # fmt: skip
def test_a_function_is_called_with_the_types_that_it_was_compiled_with(any_compiler, language, source):
    assert build(source, language, name="kinds").half(2.5) == 1.25


def test_arrays_by_any_name_are_pointers_to_their_elements(any_compiler):
    source = """typedef double vec3[3]; typedef double real, *vec;
double third(vec3 v) { return v[2]; }
real scaled(vec v, real s) { return v[0] * s; }
double corner(int n, double (*a)[n]) { return a[n - 1][n - 1]; }
double other(int n, double a[n][n]) { return a[n - 1][n - 1]; }
int total(int grid[2][3]) { return grid[1][2]; }
"""
    library = build(source, name="arrays")
    numbers = np.arange(9.0).reshape(3, 3)
    assert library.third(numbers[0]) == 2.0 and library.scaled(numbers, 2.0) == 0.0
    assert library.corner(3, numbers) == library.other(3, numbers) == 8.0
    assert library.total(np.arange(6, dtype=np.int32).reshape(2, 3)) == 5


def test_enums_are_their_integers(any_compiler):
    source = """enum colour { RED = -1, GREEN, BLUE }; typedef enum { OFF, ON } state;
int next(enum colour c) { return c + 1; }
state flip(state s) { return s == ON ? OFF : ON; }
"""
    library = build(source, name="enums")
    assert library.next(-1) == 0 and library.flip(0) == 1


def test_integers_of_whatever_name_are_as_wide_as_the_compiler_made_them(any_compiler):
    source = (
        "#include <stdint.h>\nint_fast32_t f(int_fast32_t x) { return x; }\nintmax_t g(uint_least16_t x) { return x; }"
    )
    library = build(source, name="ints")
    assert library.f(2**40) == 2**40 and library.g(65535) == 65535
    with pytest.raises(OverflowError, match="uint_least16_t holds 0 to 65535"):
        library.g(65536)


def test_names_beyond_ascii_are_names(any_compiler):
    library = build("int été(int λ) { return λ + 1; }\nint λ(int x) { return x + 2; }", name="letters")
    assert library.été(1) == 2 and library.λ(1) == 3
    assert texts(library) == ["int été(int λ)", "int λ(int x)"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("double f(const double * restrict x, int n) { return x[n]; }", "double f(const double * restrict x, int n)"),
        ("#define REAL float\nREAL f(REAL *x) { return *x; }", "float f(float *x)"),
        ("#define EXPORT\nEXPORT double f(double x) { return x; }", "double f(double x)"),
        ("_Noreturn void f(void) { for (;;) ; }", "void f()"),
        ("float f(x) double x; { return x; }", "float f(double x)"),
        ("int f(n) int n; { return n; }", "int f(int n)"),
        ("struct p { int x; }; int f(struct p *q) { return q->x; }", "int f(struct p *q)"),
        ("#define F(n) double n(const double *x, int k[3], char **s, double (*g)[4])\nF(f) { return *x; }",
         "double f(const double *x, int *k, char **s, double (*g)[4])"),
    ],
)  # fmt: skip
def test_a_declaration_is_shown_as_it_is_written_unless_that_is_not_what_was_compiled(source, text):
    assert texts(build(source, name="shown", flags=["-w"])) == [text]


def test_the_comment_above_a_function_stays_its_documentation():
    source = (
        "// Not this.\n\n/* Halves\n * a number. */\n__attribute__((hot))\ndouble\nhalf(double x) { return x / 2; }"
    )
    library = build(source, name="told")
    assert library.half.__doc__.endswith("Halves\na number.")


def test_functions_stand_in_the_order_of_the_source(any_compiler):
    source = """int d(int x) { return x + 1; }
int b(int x) { return x + 1; } int c(int x) { return d(x); }
int a(void);
int a(void) { return 0; }
"""
    assert build(source, name="order").build.functions == ("d", "b", "c", "a")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("float f(x) float x; { return x; }", r"old style.*'float x' is not passed as .*f\(float x\)"),
        ("int f(c, n) char c; int n; { return c + n; }", "old style.*'char c'"),
        ("int f(int n, ...) { return n; }", "variable number of arguments.*array and its length"),
        ("long double f(long double x) { return x; }", "takes 'long double x'"),
        ("typedef float v4 __attribute__((vector_size(16)));\nv4 f(v4 x) { return x; }", "takes 'v4 x'"),
        ("typedef struct { double x; } P;\ntypedef P Q;\ndouble f(Q p) { return p.x; }", "takes 'Q p'"),
        ("union u { int i; float f; }; float f(union u x) { return x.f; }", "takes 'union u x'"),
    ],
)
def test_a_function_that_python_cannot_call_says_what_it_is(any_compiler, source, words):
    library = build(f"{source}\nint k(void) {{ return 1; }}", name="refused", flags=["-w"])
    assert library.k() == 1
    with pytest.raises(AttributeError, match=words):
        library.f  # noqa: B018


def test_old_style_functions_of_wide_types_are_called(any_compiler):
    library = build(
        "double f(x, n) double x; int n; { return x * n; }\nint g() { return 7; }", name="old", flags=["-w"]
    )
    assert library.f(1.5, 2) == 3.0 and library.g() == 7


@pytest.mark.parametrize(
    "flags",
    [["-g0"], ["-g1"], ["-s"], ["-Wl,-s"], ["-gsplit-dwarf"], ["-gdwarf-4"], ["-gdwarf-5"], ["-g3"], ["-gz"],
     ["-gdwarf-5", "-fdebug-types-section"], ["-O0"], ["-Os"], ["-ffunction-sections", "-Wl,--gc-sections"]],
)  # fmt: skip
@pytest.mark.skipif(sys.platform != "linux", reason="flags of the linker there")
def test_no_flag_takes_the_types_away(any_compiler, flags):
    library = build("// Halves.\nfloat half(float x) { return x / 2; }", name="flagged", flags=flags)
    assert library.half(3) == 1.5
    assert library.half.__doc__ == "float half(float x)\n\nHalves."


def test_functions_optimised_together_with_other_files_are_read(tmp_path):
    if toolchain().kind != "gcc":
        pytest.skip("clang needs a linker of its own for -flto")
    (tmp_path / "seven.c").write_text("float seven(float x) { return x + 7; }\n")
    source = "float seven(float);\nfloat eight(float x) { return seven(x) + 1; }"
    library = build(source, name="both", flags=["-flto", str(tmp_path / "seven.c")])
    assert library.eight(1) == 9.0 and library.seven(1) == 8.0
    assert library.build.functions == ("eight", "seven")


@pytest.mark.parametrize("level", ["-g0", "-g1"])
def test_what_was_compiled_elsewhere_without_types_is_not_guessed(tmp_path, level):
    (tmp_path / "other.c").write_text("float other(float x) { return x; }\n")
    subprocess.run([*needed().command, level, "-fPIC", "-c", "other.c", "-o", "other.o"], cwd=tmp_path, check=True)
    source = "float other(float);\nfloat own(float x) { return other(x) + 1; }"
    library = build(source, name="joined", flags=[str(tmp_path / "other.o")])
    assert library.own(1) == 2.0
    with pytest.raises(AttributeError, match="nothing says what it takes.*compile that with -g"):
        library.other  # noqa: B018


def test_functions_that_headers_bring_are_called_as_well(tmp_path):
    (tmp_path / "kernels.h").write_text(
        "float twice(float x) { return 2 * x; }\nstatic int hidden(void) { return 1; }\n"
    )
    library = build('#include "kernels.h"\nint own(void) { return hidden(); }', origin=tmp_path, name="with")
    assert library.twice(1.5) == 3.0 and library.build.functions == ("own", "twice")


DEFAULTS = """extern "C" double line(double x, double a = 2, int n = -0x10, bool up = true,
                       const char *s = "a,b", char c = ')') {
    return up * a * x + n + s[1] + c;
}
int three() { return 3; }
extern "C" int more(int x, int y = three()) { return x + y; }
"""


def test_arguments_may_be_named_and_defaults_left_out(any_compiler):
    library = build(DEFAULTS, "cpp", name="defaults")
    rest = ord(",") + ord(")")
    assert library.line(1) == 2 - 16 + rest
    assert library.line(x=1, n=0) == library.line(1.0, n=0) == 2 + rest
    assert library.line(1, 3, 0, c="a", s=b"zz") == 3 + ord("z") + ord("a")
    assert library.more(1, y=4) == 5


def test_defaults_of_an_earlier_declaration_count(any_compiler):
    source = """extern "C" int f(int x, int = 4);
int y;
int g() { int f(int, int); return f(y = 3, y = 5); }
int f(int x, int n) { return x + n; }
extern "C" int h(int z) { return z; }
int k() { int z; h(z = 7); return z; }
"""
    library = build(source, "cpp", name="earlier", flags=["-w"])
    assert library.f(1) == 5 and library.f(x=1, n=2) == 3
    with pytest.raises(TypeError, match="h takes 1 argument, got 0"):
        library.h()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda lib: lib.line(), "line takes 1 to 6 arguments, got 0: double line"),
        (lambda lib: lib.line(1, z=1), "line has no parameter 'z': double line"),
        (lambda lib: lib.line(1, x=1), "line got two values for x"),
        (lambda lib: lib.line(a=1), "line got no value for x"),
        (lambda lib: lib.line(1, 2, 3, True, "", "c", 7), "line takes 1 to 6 arguments, got 7"),
        (lambda lib: lib.more(1), r"more needs a value for y: its default \(three\(\)\) is more than a number"),
        (lambda lib: lib.line(1, a="x"), "defaults.line: a is 'double a = 2': expected a number, got str 'x'"),
    ],
)
def test_a_call_that_does_not_come_out_even_says_how(call, words):
    with pytest.raises(TypeError, match=words):
        call(build(DEFAULTS, "cpp", name="defaults"))


@pytest.mark.parametrize(
    ("language", "source", "words"),
    [
        ("c", "static int f(void) { return 1; }\nint (*p)(void) = f;", "not static"),
        ("c", '__attribute__((visibility("hidden"))) int f(void) { return 1; }', "nor hidden"),
        ("c", "inline int f(void) { return 1; }", "nor only inline"),
        ("cpp", "int f() { return 1; }", 'write extern "C"'),
    ],
)
def test_a_library_that_exports_nothing_says_why(any_compiler, language, source, words):
    with pytest.raises(BuildError, match=words):
        build(source, language)


def test_a_module_behind_a_macro_of_its_own_is_a_module():
    source = """#include <pybind11/pybind11.h>
#define MODULE(n) PYBIND11_MODULE(n, m)
MODULE(fast) { m.def("two", [] { return 2; }); }
"""
    from unladen.compiling.signature import module

    assert module(source) == ("pybind11", "fast")
    assert module(source.replace("MODULE(fast)", "// MODULE(fast)")) is None


def test_types_are_described_down_to_their_fields(any_compiler):
    source = """#include <complex.h>
struct node {
    int key; struct node *next; double at[3]; unsigned bits : 3; struct { char c; float d; } in; const char *s;
};
int f(struct node *n, float complex *z, const volatile unsigned char *s, int (*g)[4]) { return n->key; }
"""
    build(source, name="fields", flags=["-w"])
    library = build(source, name="fields", flags=["-w"])
    assert library.build.cached, "and they are kept"
    node, z, s, g = (p.type.of for p in library.f._parameters)
    assert (node.kind, node.name) == ("struct", "struct node")
    assert [(name, at, kind.kind) for name, at, kind in node.fields] == [
        ("key", 0, "int"), ("next", 8, "pointer"), ("at", 16, "array"), ("bits", 40, "other"), ("in", 44, "struct"),
        ("s", 56, "pointer"),
    ]  # fmt: skip
    assert node.size == 64 and node.fields[2][2].extent == 3 and node.fields[5][2].of.const
    assert node.fields[1][2].of.fields == (), "what it points to is named, not opened again"
    assert (z.kind, z.size, z.of.name) == ("complex", 8, "float")
    assert (s.kind, s.size, s.const) == ("unsigned", 1, True)
    assert (g.kind, g.extent, g.of.kind) == ("array", 4, "int")


def test_first_extents_are_kept():
    source = "int f(int a[3], int b[static 0x10], int c[2][5], int *d, int n, int e[n], int g[]) { return a[0]; }"
    library = build(source, name="extents", flags=["-w"])
    assert [p.least for p in library.f._parameters] == [3, 16, 2, 0, 0, 0, 0]


def test_first_extents_that_are_macros_are_looked_up(any_compiler):
    source = """#define N 4
#define M (N)
#define TWICE 2
#undef TWICE
#define TWICE 3
enum { K = 5 };
int f(int a[N], int b[static M], int c[TWICE], int d[K], int e[GIVEN], int n, int g[n], int h[N][2]) { return a[0]; }
"""
    library = build(source, name="extents", flags=["-w", "-DGIVEN=6u"])
    assert [p.least for p in library.f._parameters] == [4, 4, 0, 0, 6, 0, 0, 4]


@pytest.mark.parametrize("target", ["aarch64-macos", "x86_64-macos"])
def test_a_mac_library_can_be_read(tmp_path, target):
    if not zig_binary():
        pytest.skip('needs the extra "zig": make test WITH=zig')
    source = """typedef float real;
real half(real x) { return x / 2; }
static int q(int x) { return x; }
int f(int *p) { return q(*p); }
"""
    (tmp_path / "cell.c").write_text(source)
    command = [zig_binary(), "cc", "-target", target, "-g", "-c", "cell.c", "-o", "cell.o"]
    environment = {"ZIG_GLOBAL_CACHE_DIR": str(tmp_path), "ZIG_LOCAL_CACHE_DIR": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    found = exported(tmp_path / "cell.o", "cell.c")
    assert [one.text for one in worded(source, found.functions)] == ["real half(real x)", "int f(int *p)"]
    assert found.functions[0].returns.size == 4 and found.unread == ()


@pytest.mark.measures
def test_wording_a_source_takes_time_in_proportion_to_its_length():
    one = build("// 0\ndouble f0(double x) { return x + 0; }\n", name="one").f0

    def seconds(count: int) -> float:
        source = "".join(f"// {n}\ndouble f{n}(double x) {{ return x + {n}; }}\n" for n in range(count))
        many = [Signature(f"f{n}", one._parameters[0].type, one._parameters, "", line=2 * n + 2) for n in range(count)]
        started = time.process_time()
        found = worded(source, many)
        passed = time.process_time() - started
        assert found[-1].doc == str(count - 1) and found[-1].text == f"double f{count - 1}(double x)"
        return passed

    gc.disable()  # what other tests have left is no part of it
    try:
        rounds = [(seconds(1000), seconds(8000)) for _ in range(5)]
    finally:
        gc.enable()
    # 8 times as long; were each declaration looked for in all of the text, 64 times
    factor = min(long for _, long in rounds) / min(short for short, _ in rounds)
    claim("8 times the source takes about 8 times as long", factor, at_most=20, timed=True)
