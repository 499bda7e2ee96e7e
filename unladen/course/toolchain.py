"""Whether the compilers that the cells would use make libraries that load. Standard library only, Python 3.6."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

if __package__:
    from . import bootstrap, headers, host, inventory, places, variables
    from .findings import Finding, broken, missing, ok
else:  # run by its path: the environment may be missing
    import bootstrap
    import headers
    import host
    import inventory
    import places
    import variables
    from findings import Finding, broken, missing, ok

IN_C = "#include <stdint.h>\nint probe(void) { return INT32_MAX > 0; }\n"
IN_CPP = '#include <vector>\nextern "C" int probe() { return std::vector<int>(3).size(); }\n'


def compiles(command: list, suffix: str, source: str, environment: dict = None) -> str:
    """Empty if ``command`` makes a library that loads, else what went wrong.

    Where libraries load from no folder (which the cache's finding tells), it is enough that one is made.
    """
    place = places.loading_place()
    with tempfile.TemporaryDirectory(dir=place or None) as folder:
        (Path(folder) / ("probe" + suffix)).write_text(source)
        library = str(Path(folder) / "probe.so")
        told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "env": environment or dict(os.environ)}
        try:
            make = [*command, "-fPIC", "-shared", "-o", library, "probe" + suffix]
            made = subprocess.run(make, cwd=folder, timeout=120, **told)
            if made.returncode or not place:
                return _first(made.stdout) if made.returncode else ""
            load = [sys.executable, "-E", "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1]).probe()", library]
            loaded = subprocess.run(load, timeout=60, **told)
            return "" if loaded.returncode == 0 else (_lines(loaded.stdout) or ["it does not load"])[-1]
        except (OSError, subprocess.SubprocessError) as problem:
            return str(problem)


def _lines(output: bytes) -> list:
    return output.decode("utf-8", "replace").strip().splitlines()


def _first(output: bytes) -> str:
    """The first line that is the compiler's own: the loader grumbles of LD_PRELOAD before it."""
    lines = _lines(output)
    return next((line for line in lines if "ld.so" not in line), (lines or ["it fails without a word"])[0])


def check_compilers(facts: dict) -> list:
    """Compilers for C and C++ that make loadable libraries, or the one in the extra ``zig``; Python's headers."""
    probes = (("CC", "C compiler", ".c", IN_C), ("CXX", "C++ compiler", ".cpp", IN_CPP))
    found = [check_compiler(*probe, facts) for probe in probes]
    return [*found, *check_headers(facts)]


def check_headers(facts: dict) -> list:
    """``Python.h``, which some cells of two chapters need: nothing is said of it while it is there."""
    if not facts or headers.place(inventory.course().folder):
        return []
    version = bootstrap.name(facts.get("version") or sys.version_info)
    detail = "Python.h is not there: cells with pybind11, nanobind, Cython or cffi say so, and the notebook goes on"
    return [missing("headers", detail, host.install_command("headers", version), needed=False)]


def check_compiler(variable: str, subject: str, suffix: str, source: str, facts: dict) -> Finding:
    """The compiler that ``variable`` or PATH names, tried; and if it fails, which variable is to blame."""
    command, chosen = host.find_compiler(variable), os.environ.get(variable, "").strip()
    problem = compiles(command, suffix, source) if command else ""
    if command and not problem:
        return ok(subject, " ".join(command))
    if chosen and not command:
        # the cells heed the variable even where Zig is there
        return missing(subject, f"{variable}={chosen}, and there is no such program", f"unset {variable}")
    if command:
        blamed = variables.culprit(lambda without: not compiles(command, suffix, source, without))
        if blamed:
            detail = f"{command[0]}: {problem} (because of {variables.shown(blamed)})"
            return broken(subject, detail, f"unset {blamed}")
        if chosen:
            return broken(subject, f"{variable}={chosen}: {problem}", f"unset {variable}")
    if facts.get("zig"):
        return ok(subject, "Zig, the packaged one; the first C++ cell takes a minute")
    install = host.install_command("compiler")
    if command:
        return broken(subject, f"{command[0]}: {problem}", install)
    return _none(subject, install, bool(facts))


def _none(subject: str, install: str, installed: bool) -> Finding:
    """Of a system without a compiler: set-up brings one, and where it is not to run, the cells do without."""
    here = inventory.course()
    if here.ours and not installed:
        return ok(subject, "none on PATH; set-up brings one (Zig, 400 MB)")
    other = "make lab" if here.ours else inventory.install_into(here, "ziglang")
    return missing(subject, "none on PATH: cells in C and C++ do not compile", f"{install}    or:  {other}", False)
