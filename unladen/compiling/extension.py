"""Cells that define a Python module: pybind11, nanobind, or the C API by hand."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
import sys
import sysconfig
from importlib import metadata
from pathlib import Path
from types import ModuleType

from unladen.compiling import cache, prepared, python_headers
from unladen.compiling.errors import BuildError
from unladen.compiling.request import Order
from unladen.compiling.toolchains import Toolchain

_loaded: dict[str, ModuleType] = {}

# flags that concern warnings, libraries, folders, or names that are not the binders' or the system's
_ELSEWHERE = re.compile(r"-([WlLI]|[DU](?!_|NDEBUG|PYBIND11|NB_|P[Yy]))")
# pybind11 writes the domain into many of its functions, as a literal. In those that are compiled once for all cells, it
# must come from the cell: from a literal's suffix where a call will do, from an array where a constant is wanted. Which
# header has which was looked up in these versions.
_KNOWN = "3.1."
_PYBIND11 = """#include <cstddef>
const char *operator""_unladen(const char *, std::size_t);
extern const char unladen_domain[];
#define PYBIND11_STDLIB ""_unladen
#include <pybind11/detail/internals.h>
#undef PYBIND11_MODULE_LOCAL_ID
#define PYBIND11_MODULE_LOCAL_ID unladen_domain
#include <pybind11/detail/type_caster_base.h>
#undef PYBIND11_STDLIB
#define PYBIND11_STDLIB ""
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
"""
_DOMAIN = """const char unladen_domain[] = "__pybind11_{address}";
const char *operator""_unladen(const char *, std::size_t) {{ return unladen_domain; }}
"""


def abi(kind: str) -> str:
    """Return what such a module depends on besides the compiler: interpreter, headers, and the binder's version.

    Raises ``BuildError`` where the binder is not installed.
    """
    own = f"{sysconfig.get_config_var('SOABI')} {sys.version} {python_headers.identity()}"
    if kind == "python":
        return own
    try:
        return f"{own} {kind} {metadata.version(kind)}"
    except metadata.PackageNotFoundError:
        raise BuildError(
            f"The cell makes its module with {kind}, which is not installed: %pip install {kind}"
        ) from None


def flags(order: Order, directory: Path, address: str) -> tuple[list[str], list[str]]:
    """Return the flags and the object files that turn a source into this interpreter's module, if it is to be one.

    Each build is a world of its own (a domain), so that a class defined in a cell can be defined anew when the cell
    is changed and run again; without it both libraries refuse the second definition, or keep the first.
    """
    if not order.module:
        return [], []
    python = python_headers.flags()
    kind = order.module[0]
    if kind == "python":
        return python, []
    return (_pybind11 if kind == "pybind11" else _nanobind)(order, python, directory, address)


def _pybind11(order: Order, python: list[str], directory: Path, address: str) -> tuple[list[str], list[str]]:
    import pybind11

    include = pybind11.get_include()
    common = ["-fvisibility=hidden", "-isystem", include, *python]  # its warnings are not the learner's
    if metadata.version("pybind11").startswith(_KNOWN):
        headers = _headers(order, common, _PYBIND11, glue=f"{include}/pybind11")
        if place := prepared.ready(headers):
            (directory / "domain.hpp").write_text(_DOMAIN.format(address=address))
            dead = "-Wl,-dead_strip" if sys.platform == "darwin" else "-Wl,--gc-sections"
            return [*headers.use(place), "-include", "domain.hpp", *common, dead], [str(place / "glue.o")]
    return [*common, f'-DPYBIND11_STDLIB="_{address}"'], []


def _nanobind(order: Order, python: list[str], directory: Path, address: str) -> tuple[list[str], list[str]]:
    import nanobind

    # said in a header of its own, because a precompiled one does not suffer a new -D
    (directory / "domain.hpp").write_text(
        f'#include <nanobind/nanobind.h>\n#undef NB_DOMAIN_STR\n#define NB_DOMAIN_STR "{address}"\n'
    )
    common = ["-fvisibility=hidden", "-DNDEBUG", "-DNB_COMPACT_ASSERTIONS", "-fno-stack-protector"]
    common += [f"-I{nanobind.include_dir()}", *python]
    headers = _headers(order, common, "#include <nanobind/nanobind.h>\n#include <nanobind/ndarray.h>\n")
    place = prepared.ready(headers)
    use = headers.use(place) if place else []
    return [*use, "-include", "domain.hpp", *common], [str(_runtime(order.compiler, common))]


def _headers(order: Order, common: list[str], text: str, glue: str = "") -> prepared.Headers:
    """Return the binder's headers, with all flags of the order that may change what they mean."""
    recipe = [flag for flag in order.recipe if not _ELSEWHERE.match(flag)]
    return prepared.Headers(order.compiler, (*recipe, *common), text, abi(order.module[0]), glue)


def _runtime(compiler: Toolchain, common: list[str]) -> Path:
    """Return nanobind's own part, compiled once for this compiler and interpreter."""
    import nanobind

    source = Path(nanobind.source_dir())
    robin = source.parent / "ext" / "robin_map" / "include"
    recipe = ["-O2", "-std=c++17", "-fPIC", "-fno-strict-aliasing", "-ffunction-sections", "-fdata-sections", *common]

    def make(directory: Path) -> None:
        unit = str(source / "nb_combined.cpp")
        arguments = [*recipe, f"-I{robin}", "-c", unit, "-o", "nanobind.o"]
        (directory / "command.txt").write_text("\0".join([*compiler.command, *arguments]))
        answer = compiler.run(arguments, directory)
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
