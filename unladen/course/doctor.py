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
    from . import bootstrap, browser, host, inventory
else:  # run by its path: the package's own dependencies may be missing
    import bootstrap
    import browser
    import host
    import inventory

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
    """Variables that send the course's Python looking for packages elsewhere."""
    found = []
    if os.environ.get("PYTHONHOME"):
        found.append(broken("PYTHONHOME", "is set: Python looks for its library elsewhere", "unset PYTHONHOME"))
    return found


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
    if facts["outside"]:
        detail = f"imported from outside .venv: {facts['outside'][0]}"
        found.append(broken("imports", detail, "unset PYTHONPATH"))
    elif facts["failing"]:
        found.append(broken("imports", "; ".join(facts["failing"][:3]), anew))
    else:
        found.append(ok("imports", "unladen, NumPy, Numba, Matplotlib, JupyterLab"))
    if facts["kernel"]:
        found.append(ok("kernel", "python3"))
    else:
        found.append(missing("kernel", "no kernel called python3", anew))
    return found


def cache_folder() -> Path:
    """Where compiled cells are kept, by the rule of ``unladen.build``."""
    if os.environ.get("UNLADEN_CACHE"):
        return Path(os.environ["UNLADEN_CACHE"])
    if platform.system() == "Darwin":
        return Path.home() / "Library" / "Caches" / "unladen"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unladen"


def check_cache() -> list:
    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=str(folder)):
            pass
    except OSError as problem:
        fix = "export UNLADEN_CACHE=/a/folder/of/yours"
        return [broken("cache", f"{folder}: {problem.strerror}; cells compile, and nothing is kept", fix, needed=False)]
    return [ok("cache", f"{folder} can be written to")]


def compiles(command: list, suffix: str, source: str) -> str:
    """Empty if ``command`` makes a library that loads, else what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ("probe" + suffix)).write_text(source)
        library = str(Path(folder) / "probe.so")
        try:
            made = subprocess.run(
                [*command, "-fPIC", "-shared", "-o", library, "probe" + suffix],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=120,
            )
            if made.returncode:
                return (made.stdout.decode("utf-8", "replace").strip().splitlines() or ["it fails"])[0]
            load = [sys.executable, "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1]).probe()", library]
            loaded = subprocess.run(load, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            return "" if loaded.returncode == 0 else loaded.stdout.decode("utf-8", "replace").strip().splitlines()[-1]
        except (OSError, subprocess.SubprocessError) as problem:
            return str(problem)


def check_compilers(facts: dict) -> list:
    """Compilers for C and C++ that make loadable libraries, or the one in the extra ``zig``; Python's headers."""
    in_c = "#include <stdint.h>\nint probe(void) { return INT32_MAX > 0; }\n"
    in_cpp = '#include <vector>\nextern "C" int probe() { return std::vector<int>(3).size(); }\n'
    probes = (("CC", "C compiler", ".c", in_c), ("CXX", "C++ compiler", ".cpp", in_cpp))
    found = []
    for variable, subject, suffix, source in probes:
        command = host.find_compiler(variable)
        problem = compiles(command, suffix, source) if command else ""
        install = host.install_command("compiler")
        if command and not problem:
            found.append(ok(subject, " ".join(command)))
        elif facts.get("zig"):
            found.append(ok(subject, "Zig, the one in .venv; the first C++ cell takes a minute"))
        elif command:
            found.append(broken(subject, f"{command[0]}: {problem}", install))
        else:
            chosen = os.environ.get(variable)
            detail = f"{variable}={chosen}, and there is no such command" if chosen else "none on PATH"
            found.append(missing(subject, detail, f"{install}    or:  make lab WITH=zig"))
    if facts and not (Path(facts["headers"]) / "Python.h").exists():
        version = bootstrap.name(bootstrap.version_in(VENV) or sys.version_info)
        detail = "Python.h is not there: cells with pybind11, nanobind or Cython do not compile"
        found.append(missing("headers", detail, host.install_command("headers", version)))
    return found


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
    ask_index = [
        sys.executable,
        "-m",
        "pip",
        "--timeout",
        "3",
        "--retries",
        "0",
        "--disable-pip-version-check",
        "--no-input",
    ]
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
