"""What is installed in the course's environment, as its own Python sees it. The standard library only."""

import importlib.util
import json
import os
import platform
import shlex
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

if __package__:
    from . import bootstrap, environment, host, variables
    from .findings import NOT_YET, broken, missing, ok
else:  # run by its path: the environment may be missing
    import bootstrap
    import environment
    import host
    import variables
    from findings import NOT_YET, broken, missing, ok

REPOSITORY = bootstrap.REPOSITORY
VENV = REPOSITORY / ".venv"
# folder: of the environment; python: its interpreter; ours: whether it is the one that `make` makes
Course = namedtuple("Course", "folder python ours")

NEEDED = ("unladen", "IPython", "ipykernel", "jupyterlab", "matplotlib", "numpy", "numba")
# Run by the course's Python: which of the modules that are named (with blanks between) cannot be imported, or are
# another Python's; in haste, the first that cannot is enough.
IMPORTS = """
import importlib, json, sys
failing, outside = [], []
names, haste = sys.argv[1].split(), sys.argv[2]
for name in names:
    try:
        module = importlib.import_module(name)
        if name != "unladen" and not module.__file__.startswith(sys.prefix):
            outside.append(f"{name} from {module.__file__}")
    except BaseException as problem:
        words = " ".join(str(problem).split())[:120]
        failing.append(f"{name} ({type(problem).__name__}: {words})")
    if haste and failing:
        break
answer = {"failing": failing, "outside": outside}
print()
print(json.dumps(answer))
"""
# Run after it: what is installed, and which kernel notebooks would get.
PROBE = """
import importlib.metadata, os, re, sysconfig
try:
    from packaging.markers import Marker
except ImportError:
    Marker = None  # itself in the lock, without a condition: enough will be missing
known = {re.sub("[-_.]+", "-", d.metadata["Name"] or "").lower(): d.version for d in importlib.metadata.distributions()}
missing, wrong = [], []
for path in sys.argv[3:]:
    for line in open(path, encoding="utf-8"):
        pin = re.match(r"([^\\s=\\[]+)(?:\\[.*?\\])?==([^\\s;]+)(?: ; ([^\\\\]+))?", line)
        if pin and (not pin[3] or Marker and Marker(pin[3].strip()).evaluate()):
            if pin[1] not in known:
                missing.append(pin[1])
            elif known[pin[1]] != pin[2]:
                wrong.append(f"{pin[1]} {known[pin[1]]} instead of {pin[2]}")
try:
    from jupyter_client.kernelspec import KernelSpecManager
    spec = KernelSpecManager().get_kernel_spec("python3")
    kernel, described = spec.argv[0], spec.resource_dir
except BaseException as problem:
    kernel, described = "", f"{type(problem).__name__}: {problem}"
print(json.dumps(dict(answer, missing=missing, wrong=wrong, kernel=kernel, described=described, prefix=sys.prefix,
    version=sys.version_info[:2], zig="ziglang" in known, playwright="playwright" in known, pip="pip" in known,
    headers=sysconfig.get_paths()["include"])))
"""


def course() -> Course:
    """The environment that is judged: ``.venv``, or the one in which ``python -m unladen`` was asked, if another.

    A hub and a conda user have the course's packages elsewhere. A bare Python, which has none, is what ``.venv`` is
    made from.
    """
    if __package__ and os.path.realpath(sys.prefix) != os.path.realpath(str(VENV)) and _has_course():
        return Course(Path(sys.prefix), sys.executable, False)
    return Course(VENV, str(bootstrap.interpreter_of(VENV)), True)


def _has_course() -> bool:
    alone = sys.prefix != sys.base_prefix or os.path.isdir(os.path.join(sys.prefix, "conda-meta"))
    return alone or any(importlib.util.find_spec(name) for name in ("IPython", "numpy", "jupyterlab"))


def facts() -> dict:
    """What ``PROBE`` finds in the course's environment; ``{}`` without one, or if its Python does not run.

    ``.venv`` is asked as `make` has it: with no variable that leads to another Python.

    ``missing``, ``wrong``: names of packages that are not as the locks have them; ``failing``, ``outside``: what cannot
    be imported, or comes from elsewhere; ``kernel``: its command; ``zig``, ``playwright``: whether these are installed;
    ``headers``: the folder of ``Python.h``.
    """
    here = course()
    stamp, _ = bootstrap.state_of(VENV) if here.ours else ({}, "")
    files = [REPOSITORY / name for name in stamp.get("locks", ["requirements.txt"])]
    locks = [str(path) for path in files if path.exists()]
    environment = _as_made(os.environ) if here.ours else dict(os.environ)
    return _asked(IMPORTS + PROBE, environment, " ".join(NEEDED), "", *locks)


def imports(environment: dict, names: tuple = NEEDED, haste: bool = False) -> dict:
    """``failing`` and ``outside`` of ``facts``, in this ``environment``; in ``haste``, up to the first that fails."""
    return _asked(IMPORTS, environment, " ".join(names), "haste" if haste else "")


def _asked(program: str, environment: dict, *words: str) -> dict:
    here = course()
    try:
        answer = subprocess.run(
            [here.python, "-c", program, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",  # a notebook finds `unladen` from wherever it lies
            timeout=120,
        )
        found = json.loads(answer.stdout.decode("utf-8").splitlines()[-1])
        # in an environment of somebody else's, where packages come from is his to say
        return found if here.ours else dict(found, outside=[])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return {}


def _as_made(environment) -> dict:
    """The ``environment`` as `make lab` has it: no variable leads to another Python, nor to Jupyter's other folders."""
    kept = {name: value for name, value in variables.own(environment).items() if not name.startswith("JUPYTER")}
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return dict(kept, JUPYTER_PREFER_ENV_PATH="1", **dict.fromkeys(folders, str(VENV / "unladen-lab")))


def install_into(here: Course, what: str) -> str:
    """The command that installs ``what`` (pip's words) into an environment that is not `make`'s."""
    command = f"{here.python} -m pip install {what}"
    return command if os.access(str(here.folder), os.W_OK) else f"ask whoever looks after {here.folder} for:  {command}"


def check_python() -> list:
    """Whether there is a Python that the course supports, and whether it can make an environment, if one is wanted."""
    version, place = platform.python_version(), sys.executable
    oldest, newest = bootstrap.name(bootstrap.OLDEST), bootstrap.name(bootstrap.NEWEST)
    supported = bootstrap.OLDEST <= sys.version_info[:2] <= bootstrap.NEWEST
    working = not course().ours or not bootstrap.state_of(VENV)[1]
    other = "" if supported or working else bootstrap.newer_interpreter()
    if not (supported or other or working):
        return [broken("Python", f"{version}; the course needs {oldest} to {newest}", host.install_command("python"))]
    found = [ok("Python", f"{version} ({place})" if supported else other or "the one in .venv")]
    if supported and not working and not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        named = bootstrap.name(sys.version_info)
        detail = f"Python {named} comes without `venv` and `ensurepip`, from which set-up makes .venv"
        found.append(missing("venv", detail, host.install_command("venv", named)))
    return found


def check_packages(facts: dict) -> list:
    """The environment, its packages against the lock, whether they import, and the kernel."""
    here = course()
    if here.ours:
        return _check_ours(facts)
    found = [ok("environment", f"{here.folder}, the one that was asked")]
    lock = "--require-hashes -r " + str(REPOSITORY / "requirements.txt")
    anew = install_into(here, lock)
    if not facts:
        return [*found, broken("packages", "this environment's Python does not answer", anew)]
    number = len(facts["missing"]) + len(facts["wrong"])
    if number:  # somebody else's choice: whether it serves is seen by importing
        names = ", ".join([*facts["missing"], *facts["wrong"]][:6])
        detail = f"{number} not as the lock has them: {names}; the course is proven with the lock's"
        found.append((missing if facts["missing"] else broken)("packages", detail, anew, needed=False))
    else:
        found.append(ok("packages", "as the lock has them"))
    return [*found, *check_imports(facts, anew)]


def _check_ours(facts: dict) -> list:
    stamp, reason = bootstrap.state_of(VENV)
    anew, lab = "rm -rf .venv && make lab", "make lab"
    if not os.access(str(REPOSITORY), os.W_OK):
        anew = lab = "clone the course into a folder of yours; or ask whoever set it up here for:  make lab"
    if reason:
        state = missing if reason == "there is none yet" else broken
        return [state(NOT_YET, f".venv: {reason}", lab)]
    found = [ok("environment", ".venv, made by `make`" if stamp else ".venv, not made by `make`")]
    if not facts:
        return [*found, broken("packages", "the environment's Python does not answer", anew)]
    extras = [e for e in bootstrap.known_extras() if bootstrap.lock_of(e) in stamp.get("locks", {})]
    halves = [info.name.partition("-")[0] for info in environment.half_installed(VENV)]
    if stamp and stamp["locks"] != bootstrap.wanted_locks(extras):
        found.append(broken("packages", "the lock has changed since they were installed", lab))
    elif facts["missing"] or facts["wrong"] or halves:
        state = missing if facts["missing"] else broken
        wrong = [*facts["missing"], *facts["wrong"], *(f"{half}: files are missing or changed" for half in halves)]
        names, count = ", ".join(wrong[:6]), len(wrong)
        mend = "make setup" if anew.startswith("rm") else anew
        found.append(state("packages", f"{count} not as the lock has them: {names}", mend))
        anew = mend
    else:
        found.append(ok("packages", "as the lock has them"))
    return [*found, *check_imports(facts, anew)]


def check_imports(facts: dict, anew: str) -> list:
    """Whether the packages can be imported and make a kernel; which variable is to blame if not, else ``anew``."""
    if importable(facts):
        return [ok("imports", "unladen, NumPy, Numba, Matplotlib, JupyterLab"), _check_kernel(facts, anew)]
    folder = ".venv" if course().ours else str(course().folder)
    detail = "; ".join([*facts["failing"], *(f"from outside {folder}: {name}" for name in facts["outside"])][:3])
    first = [found.partition(" ")[0] for found in [*facts["failing"], *facts["outside"]]]
    names = (*first, *(name for name in NEEDED if name not in first))  # where these still fail, no other is tried
    blamed = variables.culprit(lambda environment: importable(imports(environment, names, haste=True)))
    if blamed:
        detail += f" (because of {variables.shown(blamed)})"
        return [broken("imports", detail, f"unset {blamed}")]  # of the kernel nothing is known before that
    if all("No module named 'unladen'" in failing for failing in [*facts["failing"], *facts["outside"]]):
        anew = "make lab" if course().ours else "export PYTHONPATH=" + shlex.quote(str(REPOSITORY))
    return [broken("imports", detail, anew), _check_kernel(facts, anew)]


def _check_kernel(facts: dict, anew: str):
    command = facts["kernel"]
    if not command:
        return missing("kernel", f"no kernel called python3 ({facts['described']})", anew)
    prefixes = tuple(os.path.join(p, "") for p in {facts["prefix"], os.path.realpath(facts["prefix"])})
    if os.path.isabs(command) and not command.startswith(prefixes):
        detail = f"python3 starts {command}, which is another environment's ({facts['described']})"
        fix = f"{course().python} -m ipykernel install --prefix {facts['prefix']}, or remove that folder"
        return broken("kernel", detail, fix)
    return ok("kernel", "python3")


def importable(facts: dict) -> bool:
    return bool(facts) and not facts["failing"] and not facts["outside"]
