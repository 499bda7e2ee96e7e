"""From a folder of sources to a wheel, and into a fresh environment: what pip does, without network."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path
from shutil import copytree

from unladen.compiling import cache, python_headers
from unladen.compiling.absent import Absent
from unladen.compiling.errors import BuildError, NoHeaders, insist_on_headers
from unladen.compiling.headers import native_folder
from unladen.compiling.toolchains import toolchain

# what a front end such as pip runs: the function of PEP 517, in the package's folder, with the backend it names
_BUILD = "import mesonpy; mesonpy.build_wheel('dist')"


def wheel(package: str | Path) -> tuple[Path | Absent, float]:
    """Build the wheel of ``native/PACKAGE`` (or of any folder) with meson-python; return it, and the seconds it took.

    It is kept in the cache, under what it is made from. Raises ``BuildError`` with the backend's last words.
    Where Python's headers are missing, the wheel is one that says so.
    """
    folder = native_folder(package)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    contents = [(str(path.relative_to(folder)), path.read_bytes()) for path in files]
    try:
        insist_on_headers(str(package))
    except NoHeaders as problem:
        print(problem)
        return Absent(str(problem)), 0.0
    compiler = toolchain("c")

    def make(directory: Path) -> None:
        started = time.perf_counter()
        copytree(folder, directory / "package", ignore=lambda *_: ["__pycache__"])
        (directory / "package" / "dist").mkdir()
        # a front end activates the environment in which the backend is: there are meson and ninja
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        own = {"PATH": path, "CC": shlex.join(compiler.command)} | compiler.variables()
        environment = os.environ | python_headers.environment() | own
        command = [sys.executable, "-c", _BUILD]
        done = subprocess.run(
            command, cwd=directory / "package", env=environment, capture_output=True, text=True, errors="replace"
        )
        if done.returncode:
            raise BuildError(f"the wheel was not built:\n{(done.stdout + done.stderr)[-1500:]}")
        (directory / "seconds").write_text(repr(time.perf_counter() - started))

    made_for = sys.version, sysconfig.get_config_var("SOABI"), python_headers.identity(), compiler.identity
    address = cache.key("wheel", 1, *made_for, contents)
    place, _ = cache.entry(address, make)
    return next((place / "package" / "dist").glob("*.whl")), float((place / "seconds").read_text())


def fresh_environment(folder: str | Path, *wheels: Path | Absent) -> Path:
    """Make an empty virtual environment in ``folder``, install ``wheels`` and nothing else; return its Python.

    No network is used, so a wheel that needs other packages can be installed, but not imported.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    python = Path(folder, "bin", "python")
    if not (built := [str(path) for path in wheels if path]):
        return python
    install = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--no-cache", "--quiet"]
    done = subprocess.run([*install, "--python", str(python), *built], capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"the wheel was not installed:\n{done.stderr[-1500:]}")
    return python
