"""Doors that a tool writes: cffi, Cython, SWIG and f2py turn a short source into C, and a compiler does the rest.

What the tool wrote and what was compiled from it are kept in the cache, with the time that each took.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType

from unladen.compiling import cache, extension, headers, python_headers
from unladen.compiling.absent import Absent
from unladen.compiling.compile import build
from unladen.compiling.errors import BuildError, NoHeaders, NoOpenMP, insist_on_headers
from unladen.compiling.toolchains import toolchain

# sqrt need not set errno, so that the loop can use vector instructions; what a tool writes is not held to -Wall
_FLAGS = ("-fno-math-errno", "-w")


@dataclass(frozen=True)
class Made:
    """A module that a tool wrote (into ``folder``) and a compiler built, which took ``seconds`` when it was done.

    Where Python's headers are missing, or OpenMP that it asked for, the module is one that says so.
    """

    module: ModuleType | Absent
    seconds: float
    cached: bool
    folder: Path


def cffi(ffi, source: str, name: str = "_cffi_door", origin: Path | None = None) -> Made:
    """cffi's API mode: write a module around the declarations of ``ffi`` and the C ``source`` that defines them."""
    ffi.set_source(name, source)

    def write(directory: Path) -> None:
        with contextlib.redirect_stdout(io.StringIO()):  # it tells what it writes
            ffi.emit_c_code(str(directory / "code.c"))

    return _compiled("cffi", name, (source, ffi._cdefsources), write, origin)


def cython(file: str | Path, flags: tuple[str, ...] = ("-O1", "-ftree-vectorize")) -> Made:
    """Compile a .pyx file; Cython's annotation stays in ``folder / "code.html"``.

    Thirty thousand lines of C take the optimiser long, so it is asked for no more than the vector instructions.
    """
    path = headers.find(file)

    def write(directory: Path) -> None:
        source = directory / path.name  # Cython writes beside its source
        shutil.copy(path, source)
        _run([sys.executable, "-m", "cython", "-3", "--annotate", source.name, "-o", "code.c"], directory)

    return _compiled("Cython", path.stem, (path.read_text(encoding="utf-8"),), write, path, flags)


def swig(file: str | Path) -> Made:
    """Let SWIG wrap what an interface file declares; the module is the compiled one, ``_NAME``."""
    path = headers.find(file)
    command = shutil.which("swig", path=_path())
    if not command:
        raise BuildError("SWIG is not installed.\n  python -m pip install swig")

    def write(directory: Path) -> None:
        _run([command, "-python", "-o", "code.c", "-outdir", ".", str(path)], directory)

    return _compiled("swig", f"_{path.stem}", (path.read_text(encoding="utf-8"),), write, path)


def f2py(file: str | Path) -> Made:
    """Compile a Fortran source with f2py, which calls meson. Raises ``BuildError`` if there is no gfortran."""
    path = headers.find(file)
    compiler = shutil.which("gfortran")
    if not compiler:
        raise BuildError("gfortran is not installed.")
    insist_on_headers(path.name)
    found = os.stat(compiler)
    address = _key("f2py", path.read_text(encoding="utf-8"), compiler, found.st_size, metadata.version("numpy"))
    flags = "--f90flags=-O3"
    command = [sys.executable, "-m", "numpy.f2py", "-c", path.name, "-m", path.stem, "--backend", "meson", flags]

    def write(directory: Path) -> None:
        shutil.copy(path, directory)
        _run(command, directory)

    folder, seconds, cached = _timed(address, write)
    library = next(folder.glob(f"{path.stem}*{sysconfig.get_config_var('EXT_SUFFIX')}"))
    return Made(extension.imported(path.stem, library, address), seconds, cached, folder)


def _compiled(tool, name, parts, write, origin, flags=()) -> Made:
    """Have the tool write C (``write`` fills a folder with code.c), then compile that; both are cached."""
    folder, seconds, cached = _timed(_key(tool, metadata.version(tool), name, parts), write)
    code = (folder / "code.c").read_text(encoding="utf-8")
    try:
        module = build(code, "c", name=name, flags=(*_FLAGS, *flags), origin=origin, module=name)
    except (NoHeaders, NoOpenMP) as problem:
        print(problem)
        return Made(Absent(str(problem)), seconds, cached, folder)
    return Made(module, seconds + module.build.took, cached and module.build.cached, folder)


def _timed(address: str, write: Callable[[Path], None]) -> tuple[Path, float, bool]:
    """Return the cached folder that ``write`` filled, how long that took, and whether it was there."""

    def make(directory: Path) -> None:
        started = time.perf_counter()
        write(directory)
        (directory / "seconds").write_text(repr(time.perf_counter() - started))

    folder, cached = cache.entry(address, make)
    return folder, float((folder / "seconds").read_text()), cached


def _key(*parts: object) -> str:
    made_for = sys.version, sysconfig.get_config_var("SOABI"), python_headers.identity(), toolchain("c").identity
    return cache.key("generated", 1, *made_for, *parts)


def _path() -> str:
    """PATH with the commands of this environment (meson, ninja, swig) first, whether or not it is activated."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def variables() -> dict[str, str]:
    """Return what tells a tool of this course's compiler, where the system has none that it would find by itself."""
    compiler = toolchain("c")
    return {"CC": shlex.join(compiler.command)} | compiler.variables() if compiler.kind == "zig" else {}


def environment() -> dict[str, str]:
    """Return the variables with which a tool finds this environment's commands, Python's headers and a compiler."""
    return os.environ | python_headers.environment() | {"PATH": _path(), "LC_ALL": "C.UTF-8"} | variables()


def _run(command: list[str], directory: Path) -> None:
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise BuildError(f"{Path(command[0]).name} failed:\n{(done.stdout + done.stderr)[-1500:]}")
