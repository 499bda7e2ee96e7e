"""A cell's source becomes a library that can be called: compiled, checked at the border, built once."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest

from unladen.compiling import BuildError, Library, build, native

ADDER = """#include <stddef.h>

// Adds up the numbers.
long long run(const int *numbers, size_t n) {
    long long total = 0;
    for (size_t i = 0; i < n; i++) total += numbers[i];
    return total;
}

/* Multiplies in place. */
void scale(double *numbers, int n, double factor) {
    for (int i = 0; i < n; i++) numbers[i] *= factor;
}
"""


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield


@pytest.fixture(scope="module")
def adder(own_cache) -> Library:
    return build(ADDER, name="adder", flags=["-O0"])


def test_a_c_function_reads_a_numpy_array(adder):
    assert adder.run(np.arange(10, dtype=np.int32), 10) == 45


def test_a_c_function_writes_a_numpy_array_in_place(adder):
    numbers = np.array([1.0, 2.0, 3.0])
    assert adder.scale(numbers, 3, 2.5) is None
    assert numbers.tolist() == [2.5, 5.0, 7.5]


def test_a_cpp_function_with_c_linkage_is_called_like_a_c_function():
    source = """#include <algorithm>
#include <vector>
#include <numeric>
namespace hidden { double twice(double x) { return 2 * x; } }
extern "C" double biggest(const double *x, int n) { return hidden::twice(*std::max_element(x, x + n)); }
extern "C" {
    int count(void) { return std::vector<int>{1, 2, 3}.size(); }
}
double not_for_python(double x) { return x; }
"""
    library = build(source, "cpp", name="stats")
    assert library.biggest(np.array([1.0, 5.0, 3.0]), 3) == 10.0
    assert library.count() == 3
    assert library.build.functions == ("biggest", "count")


def test_a_library_shows_its_functions_and_no_path(adder):
    assert repr(adder) == (
        "adder: long long run(const int *numbers, size_t n)\nadder: void scale(double *numbers, int n, double factor)"
    )
    assert adder.run.__name__ == "run"
    assert "Adds up the numbers." in adder.run.__doc__
    assert "Multiplies in place." in adder.scale.__doc__


def test_a_library_tells_how_it_was_built(adder):
    record = adder.build
    assert record.path.is_file() and record.source == ADDER and record.language == "c" and record.flags == ("-O0",)
    assert record.command.index("-O3") < record.command.index("-O0"), "the given flags have the last word"
    assert "adder.c" in record.command and "-march=native" not in record.command
    assert record.seconds > 0


def test_an_unknown_function_is_answered_with_the_known_ones(adder):
    with pytest.raises(AttributeError, match="adder has no function 'rum'; it has run, scale"):
        adder.rum  # noqa: B018


def test_a_function_that_cannot_be_called_from_python_says_why():
    library = build(
        "typedef struct { int x; } P;\nint f(P p) { return p.x; }\nint g(void) { return 1; }", name="points"
    )
    assert library.g() == 1
    with pytest.raises(AttributeError, match="f takes 'P p', which cannot cross from Python"):
        library.f  # noqa: B018


@pytest.mark.parametrize(
    ("language", "source", "words"),
    [
        ("c", "static int x;", "define one that is not static"),
        ("cpp", "int f() { return 1; }", 'write extern "C"'),
        ("c", "int build(void) { return 1; }", "rename it"),
    ],
)
def test_a_source_without_anything_to_call_says_what_to_do(language, source, words):
    with pytest.raises(BuildError, match=words):
        build(source, language, name="empty")


def test_a_library_and_its_functions_can_be_pickled(adder):
    again = pickle.loads(pickle.dumps(adder))
    assert again.build.cached and again.build.path == adder.build.path
    run = pickle.loads(pickle.dumps(adder.run))
    assert run(np.arange(4, dtype=np.int32), 4) == 6


def test_a_function_pickled_here_runs_in_another_process(adder):
    code = "import sys, pickle, numpy; print(pickle.load(sys.stdin.buffer)(numpy.arange(5, dtype=numpy.int32), 5))"
    answer = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(adder.run), capture_output=True)
    assert answer.stdout.strip() == b"10", answer.stderr.decode()


def test_the_second_build_of_the_same_source_is_almost_free():
    source = ADDER + f"/* {time.time_ns()} */"
    times = [build(source, name="adder").build.seconds for _ in range(6)]
    assert min(times[1:]) < times[0] / 10


def test_changed_source_gives_the_new_code():
    answers = [build(f"int answer(void) {{ return {n}; }}", name="changed").answer() for n in (1, 2, 1)]
    assert answers == [1, 2, 1]


def test_flags_change_what_is_built():
    source = "int which(void) { return WHICH; }"
    assert [build(source, flags=[f"-DWHICH={n}"]).which() for n in (3, 4)] == [3, 4]


def test_two_processes_build_the_same_source_at_once(tmp_path):
    code = "import sys; from unladen.compiling import build; print(build(sys.stdin.read()).run(None, 0))"
    environment = os.environ | {"UNLADEN_CACHE": str(tmp_path / "both")}
    start = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([sys.executable, "-c", code], env=environment, **start) for _ in range(2)]
    for process in both:
        process.stdin.write(ADDER)
        process.stdin.close()
    for process in both:
        assert process.wait(60) == 0, process.stderr.read()
        assert process.stdout.read().strip() == "0"
        process.stdout.close()
        process.stderr.close()
    left = [p.name for p in (tmp_path / "both").iterdir()]
    assert not [name for name in left if name.startswith("new-")], "nothing half built is left behind"


def test_spaces_and_letters_beyond_ascii_in_every_path(tmp_path, monkeypatch):
    place = tmp_path / "Käse und Brot = 食"
    place.mkdir()
    monkeypatch.setenv("UNLADEN_CACHE", str(place / "cache dir"))
    (place / "größe.h").write_text("#define SIZE 7\n", encoding="utf-8")
    (place / "mein Kern.c").write_text('#include "größe.h"\nint size(void) { return SIZE; }\n', encoding="utf-8")
    library = native(place / "mein Kern.c")
    assert library.size() == 7
    assert library.build.path.is_relative_to(place)


def test_a_changed_header_is_noticed(tmp_path):
    source = '#include "outer.h"\nint f(void) { return VALUE; }'
    (tmp_path / "outer.h").write_text('#include "inner.h"\n')
    answers = []
    for value in (1, 2):
        (tmp_path / "inner.h").write_text(f"#define VALUE {value}\n")
        answers.append(build(source, origin=tmp_path).f())
    assert answers == [1, 2]


def test_flags_may_name_files_relative_to_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "seven.h").write_text("int seven(void);\n")
    answers = []
    for value in (7, 8):
        (tmp_path / "seven.c").write_text(f"int seven(void) {{ return {value}; }}\n")
        source = "#include <seven.h>\nint f(void) { return seven(); }"
        answers.append(build(source, flags=["-Ihelpers", "seven.c"]).f())
    assert answers == [7, 8]


def test_a_native_source_that_is_not_there_is_answered_with_what_is():
    with pytest.raises(BuildError, match="no file 'nope.c' here or in native/"):
        native("nope.c")


def test_warnings_are_kept_with_their_lines_also_from_the_cache():
    source = "int f(int x) {\n    int unused;\n    return x;\n}\n"
    for _ in range(2):
        library = build(source, name="warned")
        assert [(w.line, w.kind) for w in library.build.warnings] == [(2, "warning")]
        assert "unused" in library.build.warnings[0].text
    assert library.build.cached


def test_flags_must_be_words():
    with pytest.raises(TypeError, match="sequence of words"):
        build(ADDER, flags="-O0 -g")
