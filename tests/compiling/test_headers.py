"""Python's headers: found where they are, brought along where they are not, this very Python's or none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.helpers import compilers
from unladen.compiling import BuildError, python_headers
from unladen.compiling.errors import NoHeaders
from unladen.course import headers

HERE = python_headers.folders()
MODULE = """#include <Python.h>
static struct PyModuleDef here = {PyModuleDef_HEAD_INIT, "one", NULL, -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_one(void) { return PyModule_Create(&here); }
"""
BUILD = f"""
from unladen.compiling import build
module = build({MODULE!r}, "c", name="one")
print(module.__name__.rpartition(".")[2], "cached" if module.build.cached else "made")
"""
# an installation whose own headers are somewhere else, which is to say, nowhere
ELSEWHERE = "import sysconfig\nsysconfig.get_path = lambda *_, **__: '/nowhere'\n"


@pytest.fixture
def environment(tmp_path):
    """An environment without headers, neither the system's nor its own; returns its folder."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    (site / "elsewhere.pth").write_text(f"import sys; exec({ELSEWHERE!r})\n")
    packages = [path for path in sys.path if path.endswith("site-packages")]
    (site / "course.pth").write_text("\n".join([str(Path(headers.__file__).parents[2]), *packages]))
    return folder


@pytest.fixture
def copied(environment):
    """That environment, with a copy of this Python's headers where set-up puts them."""
    if not HERE:
        pytest.skip(python_headers.wanting())
    for folder in HERE:
        shutil.copytree(folder, environment / "include", dirs_exist_ok=True, ignore=shutil.ignore_patterns("numpy"))
    return environment


def asked(environment: Path, program: str, **variables: str) -> str:
    command = [environment / "bin" / "python", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | variables)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_an_environment_without_headers_has_no_place_for_them(environment):
    assert headers.place(environment) is None


def test_headers_in_the_environment_are_found(copied):
    assert headers.place(copied) == str(copied / "include")


def test_headers_of_another_version_are_not(copied):
    file = copied / "include" / "patchlevel.h"
    file.write_text(file.read_text().replace("#define PY_VERSION ", '#define PY_VERSION "3.99.0"\n//'))
    assert headers.place(copied) is None


@pytest.mark.parametrize("name", python_headers.NEEDED)
def test_headers_that_are_not_whole_are_not(copied, name):
    (copied / "include" / name).unlink()
    assert headers.place(copied) is None


def test_the_headers_of_this_python_fit_it_and_those_of_another_build_do_not(copied):
    folder = copied / "include"
    assert python_headers.fits(str(folder))
    config = folder / "pyconfig.h"
    config.write_text(config.read_text().replace("#define SIZEOF_LONG 8", "#define SIZEOF_LONG 4"))
    assert not python_headers.fits(str(folder))


def test_a_module_is_compiled_with_them_and_anew_when_they_change(copied, tmp_path):
    compilers.needed()
    cache = {"UNLADEN_CACHE": str(tmp_path / "cache")}
    assert asked(copied, BUILD, **cache) == "one made"
    assert asked(copied, BUILD, **cache) == "one cached"
    file = copied / "include" / "object.h"
    file.write_text(file.read_text() + "\n#define ANOTHER 1\n")
    assert asked(copied, BUILD, **cache) == "one made"
    file = copied / "include" / "pyconfig.h"
    file.write_text(file.read_text() + "\n#define ANOTHER 2\n")
    assert asked(copied, BUILD, **cache) == "one made"


def test_build_systems_that_look_elsewhere_are_told_by_a_variable(copied):
    program = "from unladen.compiling.python_headers import environment; print(environment())"
    told = asked(copied, program, CPPFLAGS="-DMINE")
    assert told == str({"CPPFLAGS": f'-DMINE -I"{copied}/include"'})
    assert asked(copied, program, CPPFLAGS=f'-I"{copied}/include"') == "{}", "it is not said twice"


def test_where_the_system_has_them_no_variable_is_set():
    if HERE and HERE != [python_headers.BROUGHT]:
        assert python_headers.environment() == {}


SETUPTOOLS = """
from setuptools import Extension
from setuptools.dist import Distribution
build = Distribution({"ext_modules": [Extension("one", ["one.c"])]}).get_command_obj("build_ext")
build.inplace = True
build.ensure_finalized()
build.run()
import one
print(one.__name__)
"""


def test_setuptools_finds_them_by_itself_as_cython_and_cffi_use_it(copied, tmp_path, monkeypatch):
    compilers.needed()
    if compilers.needed().kind == "zig":
        pytest.skip("setuptools asks for the compiler that Python was made with")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.c").write_text(MODULE)
    assert asked(copied, SETUPTOOLS).splitlines()[-1] == "one"


def test_without_headers_an_error_says_in_one_line_what_to_install(environment):
    program = f"""
from unladen.compiling import build
for flags in ([], ["-I/usr/share"]):  # the second way has the compiler find out
    try:
        build({MODULE!r}, "c", name="one", flags=flags)
    except Exception as problem:
        print(type(problem).__name__, problem)
"""
    compilers.needed()
    lines = asked(environment, program).splitlines()
    assert len(lines) == 2
    version = f"python{sys.version_info[0]}"
    assert all(line.startswith("NoHeaders one: Python's headers (Python.h)") and version in line for line in lines)


def test_headers_that_a_learner_names_are_enough(environment, tmp_path):
    compilers.needed()
    if not HERE:
        pytest.skip(python_headers.wanting())
    flags = [f"-I{folder}" for folder in HERE]
    program = (
        f"from unladen.compiling import build; print(build({MODULE!r}, 'c', name='one', flags={flags!r}).__name__)"
    )
    assert asked(environment, program, UNLADEN_CACHE=str(tmp_path)).endswith(".one")


def test_what_cannot_be_had_is_said_once_and_looked_for_once(environment, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")  # no apt
    said = headers.provide(environment)
    assert "Python's headers are not here" in said and "python" in said.splitlines()[1]
    assert headers.provide(environment) == ""
    assert headers.provide(environment, again=True) == said
    (environment / headers.NOTE).write_text(json.dumps({"python": "of before an update"}))
    assert headers.provide(environment) == said


def test_where_they_are_nothing_is_said_or_written(copied):
    before = sorted(copied.rglob("*"))
    assert headers.provide(copied) == "" and sorted(copied.rglob("*")) == before


def test_an_environment_that_cannot_be_written_to_is_left_alone(environment, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # as it is for all but root where root owns it
    before = sorted(environment.rglob("*"))
    assert headers.provide(environment, again=True) == "" and sorted(environment.rglob("*")) == before


def debians() -> tuple[str, str]:
    """Debian's or Ubuntu's own Python on this machine and its version; two empty texts if there is none."""
    for python in filter(os.path.exists, ("/usr/bin/python3",)):
        owner = subprocess.run(["dpkg-query", "-S", os.path.realpath(python)], capture_output=True)
        version = subprocess.run(
            [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True
        )
        if owner.returncode == 0:
            return os.path.realpath(python), version.stdout.decode().strip()
    return "", ""


@pytest.mark.skipif(not shutil.which("dpkg-query") or not debians()[0], reason="needs a Python of Debian's or Ubuntu's")
def test_debians_own_headers_are_brought_into_the_environment(tmp_path):
    python, version = debians()
    subprocess.run([python, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    if not headers._bring(tmp_path / "venv", python, version):
        pytest.skip("the package could not be had: is there a network?")
    include = tmp_path / "venv" / "include"
    fits = [tmp_path / "venv/bin/python", "-I", headers.ASK, "--fits", include]
    assert (include / "Python.h").exists() and subprocess.run(fits).returncode == 0
    assert not list((tmp_path / "venv").glob("headers-*"))  # nothing else of the package is kept


def test_an_error_of_a_build_is_one_class_with_the_others():
    assert issubclass(NoHeaders, BuildError)
