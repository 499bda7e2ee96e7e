"""A terminal for tools that a chapter shows as they are: lines run beside copies of sources, and are shown as typed."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.helpers import compilers
from unladen.compiling import python_headers, terminal
from unladen.compiling.absent import Absent
from unladen.compiling.terminal import Terminal
from unladen.folders import NATIVE

SHARED = "cc -shared -fPIC $(python -m pybind11 --includes)"


@pytest.fixture
def here():
    return Terminal("doors/quadratic.c", "doors/build_cffi.py", "doors/swig_door.i")


def test_a_line_is_shown_with_what_it_said_and_which_files_are_new(here, capsys):
    typed = here("echo one; cp quadratic.c other.c")
    assert (typed.said, typed.files) == ("one", ("other.c",)) and typed.seconds > 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[:4] == ["$ echo one; cp quadratic.c other.c", "≈≈≈", "one", "≈≈≈"]
    assert shown[4].startswith("≈ ") and shown[4].endswith("; new here: other.c")


def test_the_sources_are_copies_and_go_with_the_terminal(here):
    folder = here.folder
    assert here.text("quadratic.c") == (NATIVE / "doors" / "quadratic.c").read_text(encoding="utf-8")
    here("rm quadratic.c")
    assert here.text("quadratic.c") == "" and (NATIVE / "doors" / "quadratic.c").exists()
    del here._kept
    assert not folder.exists()


def test_python_is_the_one_that_runs_the_course(here):
    assert here('python -c "import sys; print(sys.prefix)"').said == sys.prefix


def test_a_line_that_fails_is_shown_and_stops_nothing(here, capsys):
    typed = here("cp nothing.c there.c")
    assert not typed and isinstance(typed.seconds, Absent) and not typed.files
    shown = capsys.readouterr().out
    assert "nothing.c" in shown and shown.endswith("≈failed: `cp` failed, see above≈\n")


def test_where_the_headers_are_missing_it_says_how_to_get_them(here, monkeypatch):
    monkeypatch.setattr(python_headers, "folders", list)
    typed = here("echo 'fatal error: Python.h: No such file'; false")
    assert str(typed.seconds) == python_headers.wanting()


def test_long_talk_is_cut_to_its_end(here):
    assert here.typed("seq 100").said.splitlines() == [str(n) for n in range(101 - terminal.MOST_LINES, 101)]


def test_where_the_system_has_no_compiler_cc_is_the_courses(monkeypatch):
    compilers.needed("c")
    found = shutil.which
    monkeypatch.setattr(terminal.shutil, "which", lambda name: None if name == "cc" else found(name))
    here = Terminal("doors/quadratic.c")
    assert here("command -v cc").said == str(here._commands / "cc")
    assert here("cc -c quadratic.c").files == ("quadratic.o",)


@pytest.mark.chapters(9)
def test_the_lines_of_chapter_09_make_modules_that_can_be_imported(here):
    compilers.needed("c")
    if not python_headers.folders():
        pytest.skip(python_headers.wanting())
    assert here("python build_cffi.py")
    assert here('python -c "from _quadratic import lib; lib.quadratic"')
    assert here("swig -python -o swig_door.c swig_door.i").files == ("swig_door.c", "swig_door.py")
    assert here(f"{SHARED} swig_door.c -o _swig_door.so").files == ("_swig_door.so",)
    assert here('python -c "import swig_door; swig_door.quadratic"')
