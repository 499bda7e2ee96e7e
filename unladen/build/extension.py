"""Cells that define a Python module: pybind11, nanobind, or the C API by hand."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
import sysconfig
from functools import cache as remembered
from importlib import metadata
from pathlib import Path
from types import ModuleType

from unladen.build import cache
from unladen.build.errors import BuildError
from unladen.build.order import Order
from unladen.build.toolchains import Toolchain

_loaded: dict[str, ModuleType] = {}


@remembered
def abi(kind: str) -> str:
    """Return what such a module depends on besides the compiler: the interpreter's ABI and the binder's version."""
    own = f"{sysconfig.get_config_var('SOABI')} {sys.version} {sysconfig.get_path('include')}"
    return own if kind == "python" else f"{own} {kind} {metadata.version(kind)}"


def flags(order: Order, directory: Path, address: str) -> tuple[list[str], list[str]]:
    """Return the flags and the object files that turn a source into this interpreter's module, if it is to be one.

    Each build is a world of its own (a domain), so that a class defined in a cell can be defined anew when the cell
    is changed and run again; without it both libraries refuse the second definition, or keep the first.
    """
    if not order.module:
        return [], []
    python = [f"-I{path}" for path in dict.fromkeys(sysconfig.get_path(p) for p in ("include", "platinclude"))]
    kind = order.module[0]
    if kind == "python":
        return python, []
    if kind == "pybind11":
        import pybind11

        own = ["-fvisibility=hidden", f'-DPYBIND11_STDLIB="_{address}"']
        return [*own, f"-I{pybind11.get_include()}", *python], []
    import nanobind

    # said in a header of its own, because a precompiled one does not suffer a new -D
    (directory / "domain.hpp").write_text(
        f'#include <nanobind/nanobind.h>\n#undef NB_DOMAIN_STR\n#define NB_DOMAIN_STR "{address}"\n'
    )
    common = ["-fvisibility=hidden", "-DNDEBUG", "-DNB_COMPACT_ASSERTIONS", "-fno-stack-protector"]
    common += [f"-I{nanobind.include_dir()}", *python]
    return common, [str(_runtime(order.compiler, common))]


def _runtime(compiler: Toolchain, common: list[str]) -> Path:
    """Return nanobind's own part, compiled once for this compiler and interpreter."""
    import nanobind

    source = Path(nanobind.source_dir())
    robin = source.parent / "ext" / "robin_map" / "include"
    recipe = ["-O2", "-std=c++17", "-fPIC", "-fno-strict-aliasing", "-ffunction-sections", "-fdata-sections", *common]

    def make(directory: Path) -> None:
        unit = str(source / "nb_combined.cpp")
        answer = compiler.run([*recipe, f"-I{robin}", "-c", unit, "-o", "nanobind.o"], directory)
        if answer.returncode:
            raise BuildError(f"nanobind's own library did not compile:\n{answer.stderr[-1500:]}")

    place, _ = cache.entry(cache.key("nanobind", abi("nanobind"), compiler.identity, recipe), make)
    return place / "nanobind.o"


def load(order: Order, path: Path, address: str) -> ModuleType:
    """Import the built module under a name of its own; what was imported before stays as it is."""
    return imported(order.module[1], path, address, order.name)


def imported(module: str, path: Path, address: str, shown: str = "") -> ModuleType:
    """Import the extension ``module`` from ``path``, once for each ``address``; errors call it ``shown``."""
    if address in _loaded:
        return _loaded[address]
    # the initialising function is called PyInit_NAME, and the import system takes NAME from after the last dot
    full = f"unladen.cells.{address}.{module}"
    loader = importlib.machinery.ExtensionFileLoader(full, str(path))
    try:
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader(full, loader))
        loader.exec_module(module)
    except ImportError as problem:
        words = str(problem).replace(f"{path}: ", "")
        raise BuildError(f"{shown or module} was built but cannot be imported: {words}") from None
    _loaded[address] = module
    return module
