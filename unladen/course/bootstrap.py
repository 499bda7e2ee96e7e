"""Make the course's own environment, ``.venv``, from nothing but Python: ``python3 unladen/course/bootstrap.py``.

``--into`` makes it, or another one beside it, under another name in the same folder.

Needs the standard library only, and says what to do when something it needs is missing. A second run finds everything
in place and takes a fraction of a second; a changed lock, a moved repository or an interrupted first run are repaired.
An environment that works is kept until another one is complete: where the lock cannot be followed (no network, a full
disk, a folder that cannot be written to), the course opens with what was there, unless ``--exact`` forbids it.

Written for Python 3.6 and newer, so that an interpreter which is too old can still say so.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

if __package__:
    from . import advice, environment, headers, host, installers, locks
    from .environment import NEWEST, OLDEST, REPOSITORY, STAMP, UNFINISHED, interpreter_of, name, state_of, version_in
    from .locks import SetUpError, known_extras, lock_of, wanted_locks
    from .steps import StepFailed, answers, run
else:  # run by its path, before there is an environment
    import advice
    import environment
    import headers
    import host
    import installers
    import locks
    from environment import NEWEST, OLDEST, REPOSITORY, STAMP, UNFINISHED, interpreter_of, name, state_of, version_in
    from locks import SetUpError, known_extras, lock_of, wanted_locks
    from steps import StepFailed, answers, run

# What others ask set-up for.
__all__ = [
    "REPOSITORY",
    "STAMP",
    "UNFINISHED",
    "interpreter_of",
    "known_extras",
    "lock_of",
    "name",
    "newer_interpreter",
]
__all__ += ["state_of", "version_in", "wanted_locks"]

# `venv` alone is not enough, and the packages of the lock are made for CPython with its global lock.
SUITABLE = (
    f"import sys, sysconfig; assert {OLDEST} <= sys.version_info[:2] <= {NEWEST}; import ensurepip, venv; "
    "assert sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED')"
)


def newer_interpreter() -> str:
    """Path of a Python on PATH that the course supports, the newest first; empty if there is none."""
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [shutil.which(n) for n in (*names, "python3")]
    return next((python for python in found if python and answers([python, "-I", "-c", SUITABLE])), "")


def insist_on_python() -> None:
    """Go on in a Python from which an environment can be made, or raise ``SetUpError`` that says how to get one."""
    if answers([sys.executable, "-I", "-c", SUITABLE]):
        return
    supported, this = f"Python {name(OLDEST)} to {name(NEWEST)}", platform.python_version()
    other, version = newer_interpreter(), name(sys.version_info)
    in_range, free = OLDEST <= sys.version_info[:2] <= NEWEST, not getattr(sys, "_is_gil_enabled", lambda: True)()
    if sys.implementation.name != "cpython" or free:
        kind = "a free-threaded" if free else sys.implementation.name
        lack = f"The course needs {supported}, CPython with its lock. `{sys.executable}` is {kind} {this}"
    elif in_range:
        lack = f"This Python {version} comes without `venv` and `ensurepip`"
    else:
        lack = f"The course needs {supported}. `{sys.executable}` is {this}"
    if other:
        print(f"{lack}: going on with {other}")
        sys.stdout.flush()
        os.execv(other, [other, "-E", *sys.argv])
    if in_range and not free and sys.implementation.name == "cpython":
        raise SetUpError(f"{lack}.\nTo get them:  {host.install_command('venv', version)}")
    raise SetUpError(
        f"{lack}, and there is no other on PATH.\n"
        f"To get one:  {host.install_command('python')}\n"
        "or name one:  make lab PYTHON=/path/to/python3.13"
    )


def has_uv(python: Path) -> bool:
    """Whether the uv beside ``python`` runs, at the version of the lock."""
    return answers([str(python.with_name("uv")), "--version"], f"uv {locks.installer()[0]}")


def install_uv(python: Path, surroundings: dict) -> None:
    """Have uv, the fast installer, at the version and hashes of the lock; where it is, the index is not asked."""
    if has_uv(python):
        return
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "uv.txt"
        alone.write_text(locks.installer()[1], encoding="utf-8")
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        command += ["--force-reinstall", "--require-hashes", "--retries", "2", "-r", str(alone)]
        run("the installer", surroundings, command)


def repair(venv: Path, names: set) -> list:
    """Make what is half installed installable again; the options with which uv does that."""
    options = []
    for info in environment.half_installed(venv):
        package = info.name.split("-")[0].lower().replace(".", "_")
        if package in names and (info / "RECORD").exists():
            options += ["--reinstall-package", package]
        elif package in names or package == "pip":
            # Without its record it cannot be uninstalled, and with its metadata it would be taken for installed.
            shutil.rmtree(str(info))
    return options


def uv_install(python: Path, wanted: dict) -> list:
    """The command that installs the locks ``wanted``."""
    command = [str(python.with_name("uv")), "pip", "install", "--python", str(python), "--require-hashes"]
    # Every version is pinned and every file hashed, so it does not matter which index a file comes from.
    command += ["--index-strategy", "unsafe-best-match"]
    return command + [word for lock in wanted for word in ("-r", str(REPOSITORY / lock))]


def pip_install(python: Path) -> list:
    """The command that installs the pip which this Python brings, with its scripts."""
    command = [str(python.with_name("uv")), "pip", "install", "--python", str(python), "--offline", "--no-index"]
    return [*command, "--no-deps", "--reinstall", installers.brought_pip()]


def install(venv: Path, reason: str, wanted: dict) -> None:
    """Make, complete or refresh the environment; the stamp is written when everything is there, and not before."""
    python = interpreter_of(venv)
    command = uv_install(python, wanted)
    if not reason and has_uv(python):
        # Before anything is touched: without network it ends here. What uv has, it does not ask the index for.
        surroundings = installers.surroundings(python, venv)
        run("what is new", surroundings, [*command, "--dry-run", "--offline"], [*command, "--dry-run"])
    environment.begin(venv, reason)
    if environment.is_made_anew(reason):
        title = f"an environment on Python {platform.python_version()}"
        base = getattr(sys, "_base_executable", "") or sys.executable  # not that of the environment just set aside
        run(title, installers.own_variables(), [base, "-m", "venv", "--without-pip", str(venv)])
    names = locks.names_in(wanted)
    command += repair(venv, names)
    if not installers.answer_of_pip(python)[0]:
        if not installers.unpack_pip(venv):
            run("pip", installers.own_variables(), [str(python), "-m", "ensurepip", "--upgrade", "--default-pip"])
        installers.answer_of_pip.cache_clear()
    surroundings = installers.surroundings(python, venv)
    install_uv(python, surroundings)
    if not python.with_name("pip").exists() and installers.brought_pip():
        run("pip", surroundings, pip_install(python))
    # uv downloads all it needs before it changes anything.
    title = f"about {len(names)} packages (a minute or so the first time)"
    run(title, surroundings, [*command, "--offline"], command)
    shutil.rmtree(str(installers.own_cache(venv)), ignore_errors=True)
    environment.write_stamp(venv, wanted)


def one_at_a_time() -> None:
    """Wait while another set-up works in this repository; the lock ends with this process and what it started."""
    try:
        import fcntl

        folder = os.open(str(REPOSITORY), os.O_RDONLY)
        run.held.append(folder)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is at work in this folder: waiting for it …", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks: two set-ups at once are then the reader's own doing


def judged(venv: Path, extras: list) -> tuple:
    """What was installed, why that does not do (empty if it does), and what is wanted: ``(stamp, reason, wanted)``."""
    stamp, reason = state_of(venv)
    # Extras that were asked for once stay.
    earlier = [e for e in known_extras() if lock_of(e) in stamp.get("locks", {})]
    wanted = wanted_locks(sorted({*extras, *earlier}))
    return stamp, reason, wanted


def set_up(extras: list, folder: str = ".venv", exact: bool = False, again: bool = False) -> None:
    """Bring the environment in ``folder`` to the state the locks describe, with as little work as possible.

    Where that fails and what was there before still works, it stays, and ``exact`` decides whether that will do.
    With ``again``, what is installed is compared with the locks also where it was complete, and mended.
    """
    venv = Path(os.path.realpath(str(REPOSITORY / folder)))
    if "zig" not in extras and not (host.find_compiler("CC") and host.find_compiler("CXX")):
        extras = [*extras, "zig"]
    stamp, reason, wanted = judged(venv, extras)
    if again or reason or stamp.get("locks") != wanted:
        one_at_a_time()
        environment.recover(venv)
        stamp, reason, wanted = judged(venv, extras)  # another set-up may have done it meanwhile
    changed = again or bool(reason) or stamp.get("locks") != wanted
    if changed:
        bring(venv, stamp, reason, wanted, exact)
    environment.write_path(venv)
    wanting = headers.provide(venv, again=changed)
    if wanting:
        print(wanting, flush=True)


def bring(venv: Path, stamp: dict, reason: str, wanted: dict, exact: bool) -> None:
    """Install what is wanted; if that fails, have what was there before, and say so."""
    new = [locks.extra_of(lock) for lock in wanted if lock not in stamp.get("locks", {}) and lock != locks.CORE]
    size = "about 2.0 GB" if lock_of("zig") in wanted else "about 1.6 GB"
    changed = "what is there may not be as it was" if wanted == stamp.get("locks") else "the lock or the extras changed"
    why = reason or (changed if stamp else "what is there is not known to be whole")
    start = time.time()
    try:
        if environment.is_made_anew(reason):
            insist_on_python()
        if "zig" in new and not host.find_compiler("CC"):
            print("No C and C++ compiler found: adding the one that comes as a package (Zig, 400 MB).")
        print(f"Setting up {venv.name} ({why})" + (f": {size}" if not stamp else ""), flush=True)
        if host.windows_drive(str(REPOSITORY)):
            print(host.windows_drive(str(REPOSITORY)))
        install(venv, reason, wanted)
    except (SetUpError, OSError) as problem:
        environment.put_back(venv)
        if not environment.opens(venv):
            raise
        if exact:
            raise SetUpError(f"{problem}\nWhat was installed before is untouched: `make lab` opens with it.") from None
        print(as_before(problem, new), flush=True)
        return
    print(f"Set up in {time.time() - start:.0f} s.", flush=True)


def as_before(problem: Exception, new: list) -> str:
    """What is said when the wish of the lock could not be followed and the course opens as it was."""
    words = problem.words if isinstance(problem, StepFailed) else [str(problem)]
    known = advice.about("\n".join(words))
    lines = ["", "Not everything that the lock asks for could be installed:", "    " + advice.gist(words)]
    lines += [known] if known != advice.NETWORK else []
    lines += [f"The extra {extra!r} is not there." for extra in new]
    later = "on the network brings the new" if known == advice.NETWORK else "tries again"
    return "\n".join([*lines, f"The course opens with what was installed before; the next `make lab` {later}.", ""])


def summary(venv: Path) -> str:
    """One line: what there is, and what next."""
    stamp, _ = state_of(venv)
    extras = [locks.extra_of(lock) for lock in stamp.get("locks", {}) if lock != locks.CORE]
    packages = sum(len(list(site.glob("*.dist-info"))) for site in environment.site_of(venv))
    chosen = f", with {' '.join(extras)}" if extras else ""
    return f"{venv.name} is there: Python {name(version_in(venv))}, {packages} packages{chosen}. Next:  make lab"


def main(arguments: list = None) -> int:
    parser = argparse.ArgumentParser(prog="bootstrap", description="Make the course's environment.")
    parser.add_argument("--with", dest="extras", default="", metavar='"NAME …"', help="extras to install too")
    parser.add_argument("--into", dest="folder", default=".venv", metavar="FOLDER", help="its name (.venv)")
    parser.add_argument("--exact", action="store_true", help="fail where the lock cannot be followed")
    parser.add_argument("--again", action="store_true", help="mend what was changed since it was installed")
    parser.add_argument("--say", action="store_true", help="end with a line that says what is there")
    options = parser.parse_args(arguments)
    try:
        if host.unsupported():
            raise SetUpError(host.unsupported())
        set_up(options.extras.replace(",", " ").split(), options.folder, options.exact, options.again)
    except SetUpError as error:
        print(f"\n{error}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here: what was downloaded is kept.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"\nSet-up stopped: {error}\n{advice.about(str(error))}", file=sys.stderr)
        return 1
    if options.say:
        print(summary(REPOSITORY / options.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
