"""The compiler is the one the learner names, else the system's, else the one in Zig's wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.helpers.compilers import lend_what_zig_made
from unladen.compiling import BuildError, build, toolchain
from unladen.compiling import toolchains as module


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "unladen"))


@pytest.fixture
def hidden(tmp_path, monkeypatch):
    """No system compiler: a PATH without programs."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("CXX", raising=False)


@pytest.mark.parametrize("language", ["c", "cpp"])
def test_the_compiler_is_found_and_described(language):
    found = toolchain(language)
    assert found.kind in ("gcc", "clang", "zig")
    assert found.version.split()[0] == found.kind and found.version.split()[1][0].isdigit()
    answer = subprocess.run([*found.command, "--version"], capture_output=True, text=True)
    assert answer.returncode == 0


def test_the_compiler_named_in_the_environment_wins(tmp_path, monkeypatch):
    real = toolchain("c").command
    mine = tmp_path / "my cc"
    mine.write_text(f'#!/bin/sh\nexec {" ".join(real)} -DMINE=5 "$@"\n')
    mine.chmod(0o755)
    monkeypatch.setenv("CC", f"'{mine}' -DALSO=6")
    assert toolchain("c").command == (str(mine), "-DALSO=6")
    assert build("int f(void) { return MINE + ALSO; }").f() == 11


def test_a_named_compiler_that_is_not_there_is_reported(monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    with pytest.raises(BuildError, match="CC is set to 'no-such-compiler -O2', but there is no program"):
        toolchain("c")


def test_a_compiler_that_was_asked_once_is_not_run_again(tmp_path, monkeypatch):
    log = tmp_path / "log"
    mine = tmp_path / "cc"
    mine.write_text(f'#!/bin/sh\necho asked >> "{log}"\nexec {" ".join(toolchain("c").command)} "$@"\n')
    mine.chmod(0o755)
    monkeypatch.setenv("CC", str(mine))
    for _ in range(3):
        toolchain("c")
    module._described.cache_clear()  # as in another process
    toolchain("c")
    assert log.read_text().count("asked") == 1
    mine.write_text(mine.read_text() + "# newer\n")
    toolchain("c")
    assert log.read_text().count("asked") == 2, "a replaced compiler is asked again"


def test_a_compiler_that_only_offers_to_be_installed_is_passed_over(hidden, tmp_path):
    stub = tmp_path / "bin" / "cc"
    stub.write_text("#!/bin/sh\necho 'xcrun: error: invalid active developer path' >&2\nexit 1\n")
    stub.chmod(0o755)
    if find_spec("ziglang"):
        assert toolchain("c").kind == "zig"
    else:
        with pytest.raises(BuildError, match="no C compiler"):
            toolchain("c")


def test_without_any_compiler_the_message_says_how_to_get_one(hidden, monkeypatch):
    monkeypatch.setattr(module, "_zig", lambda: None)
    with pytest.raises(BuildError) as caught:
        build("int f(void) { return 1; }")
    text = str(caught.value)
    assert "There is no C compiler on this machine" in text
    assert "install" in text and "python -m pip install ziglang" in text
    with pytest.raises(BuildError, match=r"There is no C\+\+ compiler"):
        toolchain("cpp")


def test_zig_steps_in_when_the_system_has_no_compiler(hidden, tmp_path):
    if not find_spec("ziglang"):
        pytest.skip("Zig's wheel is not installed: python -m pip install ziglang")
    kept = tmp_path / "unladen" / "zig"
    lend_what_zig_made(module._zig(), kept.parent)
    lent = set(kept.rglob("*"))
    source = "#include <math.h>\ndouble root(double x) {\n    int unused;\n    return sqrt(x);\n}\n"
    library = build(source, name="roots")
    assert library.build.compiler.startswith("zig ")
    assert library.root(9.0) == 3.0
    assert [w.line for w in library.build.warnings] == [3]
    assert set(kept.rglob("*")) > lent, "what Zig keeps is in our cache"
    with pytest.raises(BuildError, match="line 2: error: use of undeclared identifier 'y'"):
        build("int f(void) {\n    return y;\n}")
    with pytest.raises(BuildError, match="`elsewhere` is used but defined nowhere"):
        build("int elsewhere(int);\nint f(void) {\n    return elsewhere(1);\n}")
    with pytest.raises(BuildError, match="does not know the flag -fopenpm"):
        build("int f(void) { return 1; }", flags=["-fopenpm"])


def test_the_system_compiler_wins_over_zig():
    names = ("cc", "gcc", "clang")
    if not any(map(shutil.which, names)) or os.environ.get("CC"):
        pytest.skip("there is no system compiler: install gcc")
    assert toolchain("c").kind in ("gcc", "clang")


def test_the_package_imports_without_any_compiler(hidden):
    code = "import unladen.compiling; print(len(unladen.compiling.__all__) > 5)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "True", answer.stderr


def test_code_for_this_very_processor_is_kept_apart_from_that_for_another(monkeypatch):
    source = "int answer(void) { return 42; }"
    here = build(source, flags=("-march=native",)).build.path
    monkeypatch.setattr("unladen.compiling.compile.processor", lambda: "another")
    assert build(source, flags=("-march=native",)).build.path != here


@pytest.fixture
def stand_in(tmp_path):
    """A function that writes a program which passes for a compiler, and returns its path."""
    real = " ".join(f"'{word}'" for word in toolchain("c").command)

    def written(name: str, text: str = "") -> str:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text or f'#!/bin/sh\nexec {real} "$@"\n')
        path.chmod(0o755)
        return str(path)

    return written


def test_a_path_with_blanks_is_a_compiler_without_quotes(monkeypatch, stand_in):
    monkeypatch.setenv("CC", stand_in("my tools/gcc"))
    assert build("int f(void) { return 1; }").f() == 1


def test_a_path_from_here_is_a_compiler_everywhere(monkeypatch, stand_in, tmp_path):
    stand_in("mycc")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CC", "./mycc")
    assert build("int f(void) { return 1; }").f() == 1


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ("gcc '", r"CC is set to \"gcc '\", which cannot be read \(no closing quotation\)"),
        ("false", "CC is set to 'false', but that does not answer to --version"),
        ("''", "there is no program ''"),
        ("/no where/gcc", "there is no program '/no'.*a path with blanks stands in quotes"),
    ],
)
def test_what_is_no_compiler_is_reported_by_the_variable_that_names_it(monkeypatch, chosen, words):
    monkeypatch.setenv("CC", chosen)
    with pytest.raises(BuildError, match=words):
        build("int f(void) { return 1; }")


def test_a_compiler_that_hangs_is_given_up(monkeypatch, stand_in):
    monkeypatch.setenv("CC", stand_in("hangs", "#!/bin/sh\nexec sleep 100\n"))
    monkeypatch.setattr(module, "_PATIENCE", 0.5)
    with pytest.raises(BuildError, match="does not answer to --version"):
        toolchain("c")


def test_a_compiler_that_makes_nothing_is_reported(monkeypatch):
    with pytest.raises(BuildError, match="ended well and made no library"):
        build("int f(void) { return 1; }", flags=["-fsyntax-only"])
    with pytest.raises(BuildError, match="has a character that no program can be given"):
        build("int f(void) { return 1; }", flags=["-DX=\ud800"])
