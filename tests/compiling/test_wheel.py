"""From a folder to a wheel, and into an environment in which nothing else is installed, without network."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.helpers import compilers
from unladen.compiling import BuildError
from unladen.compiling.wheel import fresh_environment, wheel

pytestmark = pytest.mark.chapters(9)

ROOT = Path(__file__).parents[2]


def run(python: Path, script: str) -> str:
    done = subprocess.run([python, "-I", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    compilers.needed("c")
    path, seconds = wheel("package")
    assert seconds > 0
    return path, fresh_environment(tmp_path_factory.mktemp("fresh") / "venv", path)


def test_the_wheel_has_both_modules_and_says_whom_it_fits(built):
    path, _ = built
    names = zipfile.ZipFile(path).namelist()
    assert path.name.startswith("quadratic-1.0-cp")
    assert "quadratic/__init__.py" in names
    assert any(name.startswith("quadratic/_quadratic.") and name.endswith(".so") for name in names)


def test_a_fresh_environment_imports_it_from_there_and_calls_it(built, tmp_path):
    _, python = built
    assert run(python, "import quadratic; print(quadratic.root(1, 5, 6))") == "-2.0"
    place = run(python, "import quadratic, sys; print(quadratic.__file__.startswith(sys.prefix))")
    assert place == "True"


def test_nothing_else_is_installed_there(built):
    _, python = built
    script = "import importlib.util as u; print([u.find_spec(n) is None for n in ('numpy', 'pip', 'unladen')])"
    assert run(python, script) == "[True, True, True]"


def test_it_takes_any_buffer_of_doubles_and_refuses_others(built):
    _, python = built
    script = """
from array import array
import quadratic
root = array("d", [0.0])
quadratic.quadratic(array("d", [1]), array("d", [5]), array("d", [6]), root)
print(root[0])
for wrong in (array("f", [1]), array("d", [1, 2]), [1.0]):
    try:
        quadratic.quadratic(wrong, array("d", [5]), array("d", [6]), root)
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
"""
    assert run(python, script).split() == ["-2.0", "TypeError", "ValueError", "TypeError"]


def test_the_packages_loop_is_the_chapters_loop():
    loop = (ROOT / "native" / "doors" / "quadratic.c").read_text().split("void quadratic", 1)[1].strip()
    assert loop in (ROOT / "native" / "package" / "quadratic" / "_quadratic.c").read_text()


def test_a_package_that_does_not_compile_says_why(tmp_path):
    compilers.needed("c")
    shutil.copytree(ROOT / "native" / "package", tmp_path / "package")
    with open(tmp_path / "package" / "quadratic" / "_quadratic.c", "a") as file:
        file.write("int broken(void) { return nothing; }\n")
    with pytest.raises(BuildError, match="nothing"):
        wheel(tmp_path / "package")
