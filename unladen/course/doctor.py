"""Look at this machine and say what is missing, with the command that adds it: ``make doctor``.

Needs the standard library only, because it is asked when something is not there. Ends with status 1 if the course
cannot run; what only some cells or the maintainers need is named too, and does not count.
"""

import argparse
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

if __package__:
    from . import bootstrap, browser, host, inventory, places, variables
else:  # run by its path: the package's own dependencies may be missing
    import bootstrap
    import browser
    import host
    import inventory
    import places
    import variables

REPOSITORY = bootstrap.REPOSITORY
VENV = REPOSITORY / ".venv"

# state: "ok", "missing" or "broken"; fix: the command that changes it; needed: whether the course cannot run without
Finding = namedtuple("Finding", "state subject detail fix needed")


def ok(subject: str, detail: str) -> Finding:
    return Finding("ok", subject, detail, "", False)


def missing(subject: str, detail: str, fix: str, needed: bool = True) -> Finding:
    return Finding("missing", subject, detail, fix, needed)


def broken(subject: str, detail: str, fix: str, needed: bool = True) -> Finding:
    return Finding("broken", subject, detail, fix, needed)


def check_python() -> list:
    version, place = platform.python_version(), sys.executable
    oldest, newest = bootstrap.name(bootstrap.OLDEST), bootstrap.name(bootstrap.NEWEST)
    supported = bootstrap.OLDEST <= sys.version_info[:2] <= bootstrap.NEWEST
    other = bootstrap.newer_interpreter()
    if supported or other or bootstrap.version_in(VENV):
        return [ok("Python", f"{version} ({place})" if supported else other or "the one in .venv")]
    return [broken("Python", f"{version}; the course needs {oldest} to {newest}", host.install_command("python"))]


def check_variables() -> list:
    """Variables that send every Python to another one's packages: what becomes of the course's Python with them.

    `make` starts the course without them, so they are in the way of other starts only.
    """
    foreign = variables.foreign(os.environ)
    if not foreign:
        return []
    subject, leads_to = " ".join(foreign), ", ".join(foreign.values())
    stamp, reason = bootstrap.state_of(VENV)
    facts = {} if reason else inventory.facts(dict(os.environ))
    problems = facts.get("failing", []) + [f"imported from there: {name}" for name in facts.get("outside", [])]
    if reason or (facts and not problems):
        return [ok(subject, f"{leads_to}: `make` starts the course without it")]
    said = problems[0] if problems else "the course's Python does not start with it"
    detail = f"{leads_to}: {said}; `make` starts the course without it, nothing else does"
    return [broken(subject, detail, "unset " + subject, needed=False)]


def check_temporary() -> list:
    """Whether there is a folder for temporary files: without one nothing can be compiled, nor much be looked at."""
    try:
        tempfile.gettempdir()
    except OSError:
        detail = "no folder for temporary files can be written to: not TMPDIR, /tmp, /var/tmp nor this one"
        return [broken("temporary", detail, "export TMPDIR=/a/folder/of/yours")]
    return []


def check_packages(facts: dict) -> list:
    """The environment, its packages against the lock, whether they import, and the kernel."""
    stamp, reason = bootstrap.state_of(VENV)
    if reason:
        state = missing if reason == "there is none yet" else broken
        return [state("environment", f".venv: {reason}", "make lab")]
    found = [ok("environment", ".venv, made by `make`" if stamp else ".venv, not made by `make`")]
    anew = "rm -rf .venv && make lab"
    if not facts:
        return [*found, broken("packages", "the environment's Python does not answer", anew)]
    extras = [e for e in bootstrap.known_extras() if bootstrap.lock_of(e) in stamp.get("locks", {})]
    if stamp and stamp["locks"] != bootstrap.wanted_locks(extras):
        found.append(broken("packages", "the lock has changed since they were installed", "make lab"))
    elif facts["missing"] or facts["wrong"]:
        state = missing if facts["missing"] else broken
        names = ", ".join([*facts["missing"], *facts["wrong"]][:6])
        count = len(facts["missing"]) + len(facts["wrong"])
        found.append(state("packages", f"{count} not as the lock has them: {names}", anew))
    else:
        found.append(ok("packages", "as the lock has them"))
    return [*found, *check_imports(facts, anew)]


def check_imports(facts: dict, anew: str) -> list:
    """Whether the packages can be imported and make a kernel; which variable is to blame if not, else ``anew``."""
    kernel = ok("kernel", "python3") if facts["kernel"] else missing("kernel", "no kernel called python3", anew)
    if _imports(facts):
        return [ok("imports", "unladen, NumPy, Numba, Matplotlib, JupyterLab"), kernel]
    detail = "; ".join([*facts["failing"], *(f"from outside .venv: {name}" for name in facts["outside"])][:3])
    blamed = variables.culprit(lambda without: _imports(inventory.facts(without)))
    if blamed:
        detail += f" (because of {blamed}={os.environ[blamed]})"
        return [broken("imports", detail, f"unset {blamed}")]  # of the kernel nothing is known before that
    return [broken("imports", detail, anew), kernel]


def _imports(facts: dict) -> bool:
    return bool(facts) and not facts["failing"] and not facts["outside"]


def check_cache() -> list:
    """Whether what is compiled can be kept, and be loaded from where it is kept."""
    folder = places.cache_folder()
    problem, fix = places.problem_of(folder)
    if not problem:
        return [ok("cache", f"{folder} can be written to, and libraries load from there")]
    where = f"{folder}: " if folder else ""
    if not places.loading_place():
        detail = f"{where}{problem}; nor do they load from {tempfile.gettempdir()}, so no cell that compiles can run"
        return [broken("cache", detail, fix)]
    return [broken("cache", f"{where}{problem}; cells compile, and nothing is kept", fix, needed=False)]


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
                words = made.stdout.decode("utf-8", "replace").strip().splitlines()
                return (words or ["it fails without a word"])[0] if made.returncode else ""
            load = [sys.executable, "-E", "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1]).probe()", library]
            loaded = subprocess.run(load, timeout=60, **told)
            return "" if loaded.returncode == 0 else loaded.stdout.decode("utf-8", "replace").strip().splitlines()[-1]
        except (OSError, subprocess.SubprocessError) as problem:
            return str(problem)


def check_compilers(facts: dict) -> list:
    """Compilers for C and C++ that make loadable libraries, or the one in the extra ``zig``; Python's headers."""
    in_c = "#include <stdint.h>\nint probe(void) { return INT32_MAX > 0; }\n"
    in_cpp = '#include <vector>\nextern "C" int probe() { return std::vector<int>(3).size(); }\n'
    probes = (("CC", "C compiler", ".c", in_c), ("CXX", "C++ compiler", ".cpp", in_cpp))
    found = [check_compiler(*probe, bool(facts.get("zig"))) for probe in probes]
    if facts and not (Path(facts["headers"]) / "Python.h").exists():
        version = bootstrap.name(bootstrap.version_in(VENV) or sys.version_info)
        detail = "Python.h is not there: cells with pybind11, nanobind or Cython do not compile"
        found.append(missing("headers", detail, host.install_command("headers", version)))
    return found


def check_compiler(variable: str, subject: str, suffix: str, source: str, zig: bool) -> Finding:
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
            detail = f"{command[0]}: {problem} (because of {blamed}={os.environ[blamed]})"
            return broken(subject, detail, f"unset {blamed}")
        if chosen:
            return broken(subject, f"{variable}={chosen}: {problem}", f"unset {variable}")
    if zig:
        return ok(subject, "Zig, the one in .venv; the first C++ cell takes a minute")
    install = host.install_command("compiler")
    if command:
        return broken(subject, f"{command[0]}: {problem}", install)
    return missing(subject, "none on PATH", f"{install}    or:  make lab WITH=zig")


def check_tools(facts: dict) -> list:
    """What some cells and the maintainers' tests use: each optional."""
    found = []
    dumper = next((t for t in ("objdump", "llvm-objdump") if shutil.which(t)), "")
    if dumper:
        found.append(ok("machine code", dumper))
    else:
        found.append(
            missing("machine code", "no objdump: %asm has nothing to show", host.install_command("objdump"), False)
        )
    if not browser.find_chromium():
        detail = "no Chromium: the tests of slides and lab are skipped"
        return [*found, missing("browser", detail, host.install_command("browser"), False)]
    if not facts.get("playwright"):
        return [*found, missing("browser", "nothing to drive it with", "make lab WITH=browser", False)]
    found.append(ok("browser", browser.find_chromium()))
    if shutil.which("fc-list") and not subprocess.run(["fc-list", ":"], stdout=subprocess.PIPE).stdout.strip():
        found.append(missing("fonts", "none: the browser's text stays empty", host.install_command("fonts"), False))
    return found


def check_space(installed: bool) -> list:
    free = shutil.disk_usage(str(REPOSITORY)).free / 2**30
    wanted = 0.5 if installed else 4.0
    if free < wanted:
        fix = "make room, for example:  .venv/bin/uv cache clean"
        return [broken("disk", f"{free:.1f} GiB free where the course is; it needs {wanted:g}", fix)]
    return [ok("disk", f"{free:.0f} GiB free")]


def check_network(needed: bool) -> list:
    """Whether pip's index answers, asked only when something has to be installed."""
    if not needed:
        return [ok("network", "not needed: everything is installed")]
    options = ["--timeout", "3", "--retries", "0", "--disable-pip-version-check", "--no-input"]
    ask_index = [sys.executable, "-E", "-m", "pip", *options]
    with tempfile.TemporaryDirectory() as folder:
        command = [*ask_index, "download", "--quiet", "--no-deps", "--no-cache-dir", "--dest", folder, "six"]
        try:
            answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
        except subprocess.SubprocessError:
            answer = None
    if answer and answer.returncode == 0:
        return [ok("network", "the package index answers")]
    if answer and b"No module named pip" in answer.stdout:
        return [ok("network", "not asked: this Python has no pip")]
    fix = "connect this machine, or set HTTPS_PROXY, or `pip config set global.index-url …`; then  make lab"
    return [missing("network", "the package index does not answer, and packages are missing", fix)]


def check_port(port: int) -> list:
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return [ok("port", f"{port} is in use; `make lab` takes the next free one")]
    return [ok("port", f"{port} is free")]


def examine() -> list:
    """All findings about this machine, in the order in which they should be repaired."""
    if check_temporary():
        return [*check_python(), *check_variables(), *check_temporary()]
    facts = inventory.facts()
    packages = check_packages(facts)
    incomplete = any(f.state != "ok" for f in packages)
    return [
        *check_python(),
        *check_variables(),
        *check_space(installed=not incomplete),
        *check_network(needed=incomplete),
        *packages,
        *check_compilers(facts),
        *check_cache(),
        *check_tools(facts),
        *check_port(8888),
    ]


def report(findings: list) -> str:
    """The findings as text, one a line, each problem with the command that fixes it."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:8} {finding.subject:13} {finding.detail}")
        if finding.fix:
            lines.append(f"{'':8} {'':13} -> {finding.fix}")
    stopped = any(f.needed for f in findings)
    verdict = "The course cannot run yet: follow the arrows, from the top." if stopped else "The course can run."
    return "\n".join([*lines, "", verdict])


def main(arguments: list = None) -> int:
    parser = argparse.ArgumentParser(
        prog="unladen doctor", description="Say what this machine is missing for the course."
    )
    parser.parse_args(arguments)
    findings = examine()
    print(report(findings))
    return int(any(f.needed for f in findings))


if __name__ == "__main__":
    sys.exit(main())
