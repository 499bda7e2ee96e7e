"""What does not compile is explained on the source's own lines, on one screen, without a path of ours."""

from __future__ import annotations

import pickle

import pytest

from unladen.compiling import BuildError, build, native, toolchain


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
        yield


def refused(source: str, language: str = "c", **given) -> BuildError:
    with pytest.raises(BuildError) as caught:
        build(source, language, name="cell", **given)
    text = str(caught.value)
    assert "/" not in text.replace("//", ""), "no path is shown"
    assert text.count("\n") < 25, "it fits on a screen"
    return caught.value


def test_a_syntax_error_shows_its_line_and_a_caret():
    error = refused("int f(int x) {\n    int y = 1;\n\n\treturn x +* y z;\n}\n")
    first = error.diagnostics[0]
    assert (first.line, first.kind) == (4, "error")
    lines = str(error).splitlines()
    assert lines[0] == "cell did not compile"
    assert lines[1].startswith("line 4: error: ")
    assert lines[2] == "            return x +* y z;"
    assert lines[3].strip() == "^"


def test_the_caret_points_at_the_mistake():
    lines = str(refused("int f(void) {\n    return missing;\n}\n")).splitlines()
    assert lines[2].index("missing") == lines[3].index("^")


def test_a_cpp_error_shows_its_own_lines_only():
    source = '#include <map>\n#include <string>\n#include <iostream>\nextern "C" int f() {\n'
    source += '    std::map<int, int> ages;\n    ages.insert("x");\n    return 0;\n}\n'
    error = refused(source, "cpp")
    text = str(error)
    assert "line 6: error:" in text and 'ages.insert("x");' in text
    assert "stl_map" not in text


def test_a_name_that_nothing_defines_is_found_at_build_time():
    text = str(refused("int elsewhere(int);\nint f(int x) {\n    return elsewhere(x);\n}\n"))
    assert "`elsewhere` is used but defined nowhere" in text
    assert "line 3" in text and "return elsewhere(x);" in text


def test_a_missing_header_is_named():
    error = refused("#include <no_such_header.h>\nint f(void) { return 1; }\n")
    assert error.diagnostics[0].line == 1
    assert "no_such_header.h" in str(error)


def test_a_missing_library_is_named():
    assert "no library nosuchthing (-lnosuchthing)" in str(
        refused("int f(void) { return 1; }", flags=["-lnosuchthing"])
    )


@pytest.mark.parametrize("flag", ["-fopenpm", "--frobnicate", "-std=c42", "-march=bogus"])
def test_an_unknown_flag_is_named_with_what_to_try(flag):
    text = str(refused("int f(void) { return 1; }", flags=[flag]))
    assert f"the compiler does not know the flag {flag}" in text
    assert "Check its spelling" in text


def test_a_flag_without_its_dash_is_explained():
    assert "if it is meant as a flag, write -O3" in str(refused("int f(void) { return 1; }", flags=["O3"]))


def test_an_unknown_language_is_refused():
    with pytest.raises(BuildError, match="must be 'c' or 'cpp', not 'fortran'"):
        build("end", "fortran")


def test_a_file_is_called_by_its_name(tmp_path):
    (tmp_path / "broken.c").write_text("int f(void) { return y; }\n")
    with pytest.raises(BuildError, match=r"broken\.c, line 1: error: "):
        native(tmp_path / "broken.c")


def test_an_error_can_be_sent_to_another_process():
    error = refused("int f(void) { return y; }")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and again.diagnostics == error.diagnostics


def test_messages_are_in_english_whatever_the_locale(monkeypatch):
    if toolchain("c").kind != "gcc":
        pytest.skip("only gcc translates its messages; install gcc")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    assert "undeclared" in str(refused("int f(void) { return y; }"))
