"""A built library is used again only while everything that it was made from is as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.helpers.compilers import needed
from unladen.compiling import BuildError, build, inputs

VALUE = "int f(void) { return V; }"
CALLS = "int g(void); int f(void) { return g(); }"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, tmp_path_factory):
    """An empty folder to work in; the cache is one for all."""
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path_factory.getbasetemp() / "unladen"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def header(path: str, value: int) -> None:
    written(path, f"#define V {value}\n")


def archive(value: int, path: str = "libown.a") -> None:
    """Build an archive with a function g that returns ``value``."""
    written("g.c", f"int g(void) {{ return {value}; }}")
    subprocess.run([*needed().command, "-fPIC", "-c", "g.c", "-o", "g.o"], check=True)
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).unlink(missing_ok=True)
    subprocess.run(["ar", "rc", path, "g.o"], check=True)


def answers(source: str, *changes, flags=(), language: str = "c") -> list[int]:
    """Return what f returns after each change, whereupon the same source is found in the cache."""
    found = []
    for change in changes:
        change()
        found.append(build(source, language, flags=flags, origin=Path.cwd()).f())
        assert build(source, language, flags=flags, origin=Path.cwd()).build.cached
    return found


@pytest.mark.parametrize(
    ("source", "path", "flags"),
    [
        ('#include "own.h"\n', "own.h", []),
        ('#include "own.h"\n', "inc/own.h", ["-Iinc"]),
        ("#include <own.h>\n", "inc/own.h", ["-I", "inc"]),
        ("#include <own.h>\n", "own.h", ["-I."]),
        ("#include <own.h>\n", "sys/own.h", ["-isystem", "sys"]),
        ('#define H "own.h"\n#include H\n', "own.h", []),
        ("", "own.h", ["-include", "own.h"]),
        ("#include <own.h>\n", "a b#c$d (1) é/own.h", ["-Ia b#c$d (1) é"]),
    ],
)
def test_a_changed_header_is_noticed_however_it_was_found(source, path, flags):
    assert answers(source + VALUE, lambda: header(path, 1), lambda: header(path, 2), flags=flags) == [1, 2]


def test_a_header_that_another_header_includes_is_noticed():
    written("own.h", "#include <deep.h>\n")
    changes = (lambda: header("inc/deep.h", 1), lambda: header("inc/deep.h", 2))
    assert answers('#include "own.h"\n' + VALUE, *changes, flags=["-Iinc"]) == [1, 2]


def test_a_header_beside_precompiled_ones_is_noticed():
    needed("cpp")
    source = '#include <iostream>\n#include <vector>\n#include "own.h"\nextern "C" ' + VALUE
    assert answers(source, lambda: header("own.h", 1), lambda: header("own.h", 2), language="cpp") == [1, 2]


@pytest.mark.parametrize(
    ("source", "first", "then", "flags"),
    [
        ("#include <own.h>\n", "late/own.h", "early/own.h", ["-Iearly", "-Ilate"]),
        ('#include "own.h"\n', "late/own.h", "own.h", ["-Ilate"]),
        ("#if __has_include(<own.h>)\n#include <own.h>\n#else\n#define V 1\n#endif\n", "other.h", "own.h", ["-I."]),
        ("#include <stdio.h>\n#ifndef V\n#define V 1\n#endif\n", "early/other.h", "early/stdio.h", ["-Iearly"]),
    ],
)
def test_a_header_that_would_be_found_first_today_is_noticed(source, first, then, flags):
    Path("early").mkdir()
    assert answers(source + VALUE, lambda: header(first, 1), lambda: header(then, 2), flags=flags) == [1, 2]


@pytest.mark.parametrize("flags", [["-L.", "-lown"], ["libown.a"], ["g.o"], ["-L", ".", "-lown"]])
def test_a_library_that_was_built_anew_is_noticed(flags):
    assert answers(CALLS, lambda: archive(1), lambda: archive(2), flags=flags) == [1, 2]


def test_a_library_that_would_be_found_first_today_is_noticed():
    Path("early").mkdir()
    changes = (lambda: archive(1), lambda: archive(2, "early/libown.a"))
    assert answers(CALLS, *changes, flags=["-Learly", "-L.", "-lown"]) == [1, 2]


def test_another_source_and_its_header_are_noticed():
    def second(value: int) -> None:
        written("second.c", '#include "second.h"\nint g(void) { return V + ' + f"{value * 10}; }}")

    second(0)
    changes = (lambda: header("second.h", 1), lambda: header("second.h", 2), lambda: second(1))
    assert answers(CALLS, *changes, flags=["second.c"]) == [1, 2, 12]


def test_flags_in_a_file_are_read():
    def flags(value: int) -> None:
        written("flags", f"-DV={value} '-Iwith blank'")

    assert answers(VALUE, lambda: flags(1), lambda: flags(2), flags=["@flags"]) == [1, 2]


def test_variables_that_steer_the_compiler_are_heeded(folder, monkeypatch):
    def change(place: str, value: int) -> None:
        header(f"{place}/own.h", value)
        monkeypatch.setenv("CPATH", str(folder / place))

    changes = (lambda: change("one", 1), lambda: change("one", 2), lambda: change("two", 3))
    assert answers("#include <own.h>\n" + VALUE, *changes) == [1, 2, 3]


def test_the_same_size_and_date_do_not_hide_a_change():
    def old(value: int) -> None:
        header("own.h", value)
        os.utime("own.h", (10**9, 10**9))

    assert answers('#include "own.h"\n' + VALUE, lambda: old(1), lambda: old(2)) == [1, 2]


def test_a_new_date_alone_builds_nothing_and_an_old_text_is_found_again():
    source = '#include "own.h"\n' + VALUE
    assert answers(source, lambda: header("own.h", 1), lambda: header("own.h", 2)) == [1, 2]
    header("own.h", 1)
    os.utime("own.h", (10**9, 10**9))
    again = build(source, origin=Path.cwd())
    assert again.f() == 1 and again.build.cached


def test_what_an_assembler_reads_is_in_no_list_so_that_it_is_read_each_time(folder):
    if needed().kind == "zig":
        pytest.skip("what is tried here is the system's assembler; install gcc")
    source = f'__asm__(".data\\n.globl own\\nown: .incbin \\"{folder}/own.bin\\"\\n.text\\n");\n'
    source += 'extern const char own[] __attribute__((visibility("hidden")));\nint f(void) { return own[0]; }\n'
    for value in (1, 2):
        (folder / "own.bin").write_bytes(bytes([value]))
        assert build(source).f() == value


def test_a_file_that_changes_while_the_compiler_runs_is_not_trusted(folder):
    header("own.h", 1)
    since = time.time() - 5
    assert inputs.recorded("", [], [str(folder / "own.h")], [], since) is None
    assert inputs.recorded("", [], [str(folder / "own.h")], [], time.time() + 5) is not None


def test_a_header_that_was_precompiled_is_noticed_when_it_changes(folder, monkeypatch):
    if needed("cpp").kind == "zig":
        pytest.skip("Zig precompiles nothing; install gcc or clang")
    source = '#include <iomanip>\n#include <vector>\n#ifndef V\n#define V 0\n#endif\nextern "C" ' + VALUE
    monkeypatch.setenv("CPATH", str(folder / "early"))

    def change(value: int) -> None:
        written("early/iomanip", f"#include_next <iomanip>\n#define V {value}\n")

    assert answers(source, lambda: change(1), lambda: change(2), language="cpp") == [1, 2]


def test_a_list_is_read_as_make_would(folder):
    (folder / "x").mkdir()
    (folder / "x" / "read.d").write_text("x.so: a.c /in\\ c/a\\#b.h \\\n /d$$e.h /f\\:g.h\n")
    assert inputs.headers_in(folder / "x") == ["/in c/a#b.h", "/d$e.h", "/f:g.h"]


def test_what_was_removed_is_asked_for_again():
    header("own.h", 1)
    source = '#include "own.h"\n' + VALUE
    assert build(source, origin=Path.cwd()).f() == 1
    Path("own.h").unlink()
    with pytest.raises(BuildError, match=r"own\.h"):
        build(source, origin=Path.cwd())


def test_an_edition_keeps_what_it_had_when_another_is_built():
    source = '#include "own.h"\n' + VALUE
    header("own.h", 1)
    first = build(source, origin=Path.cwd())
    header("own.h", 2)
    second = build(source, origin=Path.cwd())
    assert (first.f(), second.f()) == (1, 2)
    assert first.build.path != second.build.path
    shutil.rmtree(first.build.path.parent)
    assert first.f() == 1
