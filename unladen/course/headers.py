"""Bring the headers of this environment's Python along, where the system has them in a package that is not installed.

Debian and Ubuntu put them into libpython3.X-dev. Anybody may download that, apt checks its signature, and the headers
alone are unpacked, into the environment. They are this very Python's, by all that it says of itself, or not taken.

Standard library only, Python 3.6 and newer.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

if __package__:
    from . import host
else:  # run by its path, before there is an environment
    import host

ASK = Path(__file__).resolve().parent.parent / "compiling" / "python_headers.py"
QUICK = ["-q", "-oAcquire::Retries=0", "-oAcquire::http::Timeout=15", "-oAcquire::https::Timeout=15"]
NOTE = "unladen-headers.json"  # in the environment: for which Python they were looked for, in vain
_VERSION = (
    "import os, sys; print(os.path.realpath(sys.executable)); print(sys.version); print('%d.%d' % sys.version_info[:2])"
)


def place(venv: Path) -> str:
    """The folder in which the environment's Python has ``Python.h``; None if there is none."""
    found = [folder for folder in _asked(venv, str(ASK)) if os.path.exists(os.path.join(folder, "Python.h"))]
    return found[0] if found else None


def provide(venv: Path, again: bool = False) -> str:
    """Have the headers there, and return ""; or one line that says what is missing, and the command.

    What could not be had for a version of Python is not looked for a second time, and the line not said again, unless
    ``again`` asks for it.
    """
    if place(venv) or not os.access(str(venv), os.W_OK):
        return ""
    answer = _asked(venv, "-c", _VERSION)
    if len(answer) < 3:
        return ""  # there is no Python in it that could lack them
    executable, version, minor = answer[0], "\n".join(answer[1:-1]), answer[-1]
    note = venv / NOTE
    if not again and _noted(note) == version:
        return ""
    if _bring(venv, executable, minor):
        return ""
    note.write_text(json.dumps({"python": version}), encoding="utf-8")
    command = host.install_command("headers", minor)
    return f"Python's headers are not here, so some cells of chapters 09 and 10 show what is missing.\n  {command}"


def _asked(venv: Path, *words: str) -> list:
    """The lines that the environment's Python answers; [] if it does not run."""
    command = [str(venv / "bin" / "python"), "-I", *words]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.decode("utf-8", "replace").splitlines() if done.returncode == 0 else []


def _noted(note: Path) -> str:
    try:
        return json.loads(note.read_text(encoding="utf-8"))["python"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _bring(venv: Path, executable: str, minor: str) -> bool:
    """Put the headers of the system's package into the environment's ``include``; whether that could be done."""
    if not all(map(shutil.which, ("apt-get", "dpkg-query", "dpkg-deb"))):
        return False
    owner = _told(["dpkg-query", "-S", executable]).partition(":")[0]
    if not owner.startswith("python" + minor):
        return False  # a Python of the user's own, which has its headers or never had them
    package = "libpython" + minor + "-dev"
    exact = package + "=" + _told(["dpkg-query", "-W", "-f", "${Version}", owner])
    with tempfile.TemporaryDirectory(dir=str(venv), prefix="headers-") as work:
        for lists in _lists(Path(work)):
            for wanted in (exact, package):
                _told(["apt-get", *QUICK, *lists, "download", wanted], Path(work))
                found = _unpacked(Path(work))
                if found and _fits(venv, found):
                    _settle(found, venv / "include")
                    return True
    return False


def _lists(work: Path) -> Iterator:
    """Options by which apt reads the lists of packages that are here; and, where these are old or gone, new ones.

    The new ones are in ``work`` alone, for which no administrator is needed; apt trusts them by the same keys.
    """
    yield []
    own = work / "apt"
    for folder in ("lists/partial", "archives/partial"):
        (own / folder).mkdir(parents=True)
    private = ["-o", f"Dir::State::lists={own}/lists", "-o", f"Dir::Cache={own}", "-o", "Dir::Cache::archives=archives"]
    if _told(["apt-get", *QUICK, *private, "update"], work):
        yield private


def _unpacked(work: Path) -> Path:
    """The folder with the headers of the package in ``work``, each of them where ``#include`` says; None if none."""
    archive = next(work.glob("*.deb"), None)
    if not archive:
        return None
    tree = work / "tree"
    shutil.rmtree(str(tree), ignore_errors=True)
    _told(["dpkg-deb", "-x", str(archive), str(tree)])
    archive.unlink()
    found = list(tree.glob("usr/include/python3*/Python.h"))
    if not found:
        return None
    # Debian's own pyconfig.h leads to the one of this kind of processor, under /usr/include
    for real in tree.glob("usr/include/*/" + found[0].parent.name + "/pyconfig.h"):
        shutil.copy(str(real), str(found[0].parent / "pyconfig.h"))
    return found[0].parent


def _fits(venv: Path, folder: Path) -> bool:
    command = [str(venv / "bin" / "python"), "-I", str(ASK), "--fits", str(folder)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call(command, **quiet) == 0


def _settle(found: Path, include: Path) -> None:
    """Move the headers into the environment's ``include``, ``Python.h`` last: what is cut off does not look whole."""
    include.mkdir(exist_ok=True)
    for path in sorted(found.iterdir(), key=lambda path: path.name == "Python.h"):
        target = include / path.name
        if target.is_dir():
            shutil.rmtree(str(target))
        os.replace(str(path), str(target))


def _told(command: list, folder: Path = None) -> str:
    """What a command says, in English; "" if it fails."""
    environment = dict(os.environ, LC_ALL="C")
    try:
        done = subprocess.run(
            command,
            cwd=str(folder) if folder else None,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=300,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
