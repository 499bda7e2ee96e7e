"""Make the course's own environment, ``.venv``, from nothing but Python: ``python3 unladen/course/bootstrap.py``.

``--into`` makes it, or another one beside it, under another name in the same folder.

Needs the standard library only, and says what to do when something it needs is missing. A second run finds everything
in place and takes a fraction of a second; a changed lock, a moved repository or an interrupted first run are repaired.

Written for Python 3.6 and newer, so that an interpreter which is too old can still say so.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

if __package__:
    from . import host
else:  # run by its path, before there is an environment
    import host

REPOSITORY = Path(__file__).resolve().parent.parent.parent
OLDEST, NEWEST = (3, 11), (3, 14)
STAMP = "unladen-setup.json"  # written last, inside the environment: what was installed, and where
UNFINISHED = "unladen-unfinished"  # exists while an installation is under way

NO_NETWORK = """\
The package index did not answer. Check that this machine is on the network, then run the same command again: what was
downloaded is kept. Behind a proxy, set HTTPS_PROXY; with an index of your own, `pip config set global.index-url …`."""
ADVICE = (
    (
        "no space left|disk quota",
        "The disk is full: the environment takes about 2 GB, and as much again in uv's cache.",
    ),
    (
        "hash mismatch|do not match the hashes",
        "A downloaded file is not the one in the lock: `uv cache clean`, try again.",
    ),
    (
        "permission denied|read-only file system",
        "This folder cannot be written to: clone the repository where you may write.",
    ),
    (
        "connect|dns|resolve|resolution|timed? ?out|unreachable|proxy|certificate|tls|network|could not find a version",
        NO_NETWORK,
    ),
)


class SetUpError(Exception):
    """Set-up cannot go on; the text says what to do."""


def name(version: tuple) -> str:
    """``(3, 11, 7)`` as ``3.11``."""
    return "{}.{}".format(*version)


def newer_interpreter() -> str:
    """Path of a Python on PATH that the course supports, the newest first; empty if there is none."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        asked = f"import sys, ensurepip, venv; assert sys.version_info[:2] == (3, {minor})"
        if (
            found
            and subprocess.call([found, "-I", "-c", asked], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) == 0
        ):
            return found
    return ""


def insist_on_python() -> None:
    """Go on in a suitable interpreter, or raise ``SetUpError`` that says how to get one."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        try:
            import ensurepip  # noqa: F401
            import venv  # noqa: F401
        except ImportError:
            version = name(sys.version_info)
            raise SetUpError(
                f"This Python {version} comes without `venv` and `ensurepip`.\n"
                f"To get them:  {host.install_command('venv', version)}"
            ) from None
        return
    other = newer_interpreter()
    supported, this = f"Python {name(OLDEST)} to {name(NEWEST)}", platform.python_version()
    if not other:
        raise SetUpError(
            f"The course needs {supported}. `{sys.executable}` is {this}, and there is no other on PATH.\n"
            f"To get one:  {host.install_command('python')}\n"
            "or name one:  make lab PYTHON=/path/to/python3.13"
        )
    print(f"The course needs {supported}, this is {this}: going on with {other}")
    sys.stdout.flush()
    os.execv(other, [other, "-E", *sys.argv])


def lock_of(extra: str) -> str:
    return f"requirements-{extra}.txt"


def known_extras() -> list:
    """Names of the extras that have a lock."""
    return sorted(p.name[len("requirements-") : -len(".txt")] for p in REPOSITORY.glob(lock_of("*")))


def wanted_locks(extras: list) -> dict:
    """The lock files to install, each with the hash of its content; ``SetUpError`` for an unknown extra."""
    for extra in extras:
        if extra not in known_extras():
            raise SetUpError(f"There is no extra called {extra!r}; WITH= knows: {' '.join(known_extras())}")
    files = ["requirements.txt", *map(lock_of, extras)]
    return {f: hashlib.sha256((REPOSITORY / f).read_bytes()).hexdigest() for f in files}


def interpreter_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def version_in(venv: Path) -> list:
    """Version ``[major, minor]`` of the environment's Python, ``[]`` when it does not run (its base was removed)."""
    try:
        asked = "import sys; print(*sys.version_info[:2])"
        answer = subprocess.run([str(interpreter_of(venv)), "-I", "-c", asked], stdout=subprocess.PIPE, timeout=60)
        return [int(n) for n in answer.stdout.split()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def state_of(venv: Path) -> tuple:
    """What is installed, and why the environment must be made anew (empty if it need not): ``(stamp, reason)``."""
    if not (venv / "pyvenv.cfg").exists():
        return {}, "there is none yet"
    if (venv / UNFINISHED).exists():
        return {}, "its installation was interrupted"
    version = version_in(venv)
    if not OLDEST <= tuple(version) <= NEWEST:
        return {}, "its Python is gone or not supported"
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}, ""
    if stamp.get("place") != str(venv):
        return {}, "the folder was moved"
    if stamp.get("python") != version:
        return {}, f"its Python changed to {name(version)}"
    return stamp, ""


def run(title: str, command: list, environment: dict) -> None:
    """Run one step, showing its title and how long it has taken; ``SetUpError`` with its last words and advice."""
    start, live = time.time(), sys.stdout.isatty()
    finished = threading.Event()

    def tick() -> None:
        while not finished.wait(1.0):
            print(f"\r  {title} … {time.time() - start:.0f} s", end="", flush=True)

    clock = threading.Thread(target=tick, daemon=True)
    if live:
        clock.start()
    else:
        print(f"  {title} …", end="", flush=True)
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, cwd=str(REPOSITORY)
        )
    except OSError as error:
        raise SetUpError(f"{title} failed: {error}") from None
    finally:
        finished.set()
        if live:
            clock.join()
    print(f"\r  {title} …" * live + f" {time.time() - start:.1f} s  ", flush=True)
    if done.returncode:
        words = done.stdout.decode("utf-8", "replace").strip()
        advice = next((a for pattern, a in ADVICE if re.search(pattern, words.lower())), "Run the same command again.")
        last = "\n".join("    " + line for line in words.splitlines()[-12:])
        raise SetUpError(f"This step failed:\n{last}\n{advice}")


def index_settings(python: Path) -> dict:
    """pip's index settings as uv's environment variables, so that one configuration serves both.

    Where uv is configured by itself, nothing is added.
    """
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or os.path.join(host.home(), ".config"))
    own = [folder / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    if any(map(Path.exists, own)) or any(n in os.environ for n in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX")):
        return {}
    answer = subprocess.run(
        [str(python), "-E", "-m", "pip", "config", "list"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    settings = {}
    for line in answer.stdout.decode("utf-8", "replace").splitlines():
        key, _, value = line.partition("=")
        variable = names.get(key.split(".")[-1].replace("_", "-"))
        if variable and variable not in os.environ:
            words = value.strip("'\"").replace("\\n", " ").split()
            settings[variable] = ("," if variable == "UV_FIND_LINKS" else " ").join(words)
    return settings


def install_uv(python: Path, environment: dict) -> None:
    """Install uv, the fast installer, at the version and hashes of the lock."""
    lock = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    block = re.search(r"^uv==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "uv.txt"
        alone.write_text(block.group(), encoding="utf-8")
        options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes", "--retries", "2"]
        run("the installer", [str(python), "-m", "pip", "install", *options, "-r", str(alone)], environment)


def write_path(venv: Path) -> None:
    """Make ``import unladen`` work from every folder and every notebook."""
    for site in venv.glob("lib/python3*/site-packages"):
        (site / "unladen-course.pth").write_bytes(os.fsencode(str(REPOSITORY)) + b"\n")


def install(venv: Path, reason: str, locks: dict) -> None:
    """Make or refresh the environment; the stamp is written when everything is there, and not before."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1", PYTHONUTF8="1")
    for variable in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER"):
        environment.pop(variable, None)
    if reason:
        command = [sys.executable, "-m", "venv", "--clear", str(venv)]
        run(f"an environment on Python {platform.python_version()}", command, environment)
    (venv / UNFINISHED).touch()
    if (venv / STAMP).exists():
        (venv / STAMP).unlink()
    python = interpreter_of(venv)
    environment.update(index_settings(python))
    install_uv(python, environment)
    command = [str(venv / "bin" / "uv"), "pip", "install", "--python", str(python), "--require-hashes"]
    # Every version is pinned and every file hashed, so it does not matter which index a file comes from.
    command += ["--index-strategy", "unsafe-best-match"]
    for lock in locks:
        command += ["-r", str(REPOSITORY / lock)]
    packages = sum(
        len(re.findall(r"^\S+==", (REPOSITORY / f).read_text(encoding="utf-8"), re.MULTILINE)) for f in locks
    )
    run(f"about {packages} packages (a minute or so the first time)", command, environment)
    stamp = {"place": str(venv), "python": version_in(venv), "locks": locks}
    finished = venv / (STAMP + ".new")
    finished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(str(finished), str(venv / STAMP))
    (venv / UNFINISHED).unlink()


def one_at_a_time() -> None:
    """Wait while another set-up works in this repository; the lock ends with the process."""
    try:
        import fcntl

        folder = os.open(str(REPOSITORY), os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is at work in this folder: waiting for it …", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks: two set-ups at once are then the reader's own doing


def set_up(extras: list, folder: str = ".venv") -> None:
    """Bring the environment in ``folder`` to the state the locks describe, with as little work as possible."""
    venv = REPOSITORY / folder
    one_at_a_time()
    stamp, reason = state_of(venv)
    if "zig" not in extras and not (host.find_compiler("CC") and host.find_compiler("CXX")):
        extras = [*extras, "zig"]
        if lock_of("zig") not in stamp.get("locks", {}):
            print("No C and C++ compiler found: adding the one that comes as a package (Zig, 400 MB).")
    # Extras that were asked for once stay.
    earlier = [e for e in known_extras() if lock_of(e) in stamp.get("locks", {})]
    locks = wanted_locks(sorted({*extras, *earlier}))
    if stamp.get("locks") != locks:
        start = time.time()
        refresh = "the lock or the choice of extras changed" if stamp else "what is there is not known to be whole"
        print(f"Setting up {folder} ({reason or refresh})", flush=True)
        install(venv, reason, locks)
        print(f"Set up in {time.time() - start:.0f} s.", flush=True)
    write_path(venv)


def main(arguments: list = None) -> int:
    parser = argparse.ArgumentParser(prog="bootstrap", description="Make the course's environment.")
    parser.add_argument("--with", dest="extras", default="", metavar='"NAME …"', help="extras to install too")
    parser.add_argument("--into", dest="folder", default=".venv", metavar="FOLDER", help="its name (.venv)")
    options = parser.parse_args(arguments)
    try:
        insist_on_python()
        set_up(options.extras.replace(",", " ").split(), options.folder)
    except SetUpError as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here: what was downloaded is kept.", file=sys.stderr)
        return 130
    except OSError as error:
        advice = next((a for pattern, a in ADVICE if re.search(pattern, str(error).lower())), "")
        print(f"\nSet-up stopped: {error}\n{advice}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
