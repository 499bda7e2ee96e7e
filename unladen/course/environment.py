"""The environment on disk: its state, the copy kept while it is changed, and what an interruption left half installed.

While anything is changed in an environment, ``UNFINISHED`` is in it, and what was there before stands beside it, whole,
under the name that ``before`` gives. It is thrown away when the change is complete, and put back when it fails.
Standard library only, Python 3.6 and newer.
"""

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

if __package__:
    from .locks import REPOSITORY
else:  # run by its path, before there is an environment
    from locks import REPOSITORY

OLDEST, NEWEST = (3, 11), (3, 14)
STAMP = "unladen-setup.json"  # written last, inside the environment: what was installed, where, on which Python
UNFINISHED = "unladen-unfinished"  # exists while an installation is under way: where, on which Python
NONE, INTERRUPTED, MOVED = "there is none yet", "its installation was interrupted", "the folder was moved"


def name(version: tuple) -> str:
    """``(3, 11, 7)`` as ``3.11``."""
    return "{}.{}".format(*version)


def interpreter_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def site_of(venv: Path) -> list:
    """The folders of the environment's packages: one, or none."""
    return list(venv.glob("lib/python3*/site-packages"))


def version_in(venv: Path) -> list:
    """Version ``[major, minor]`` of the environment's Python, ``[]`` when it does not run (its base was removed)."""
    try:
        asked = "import sys; print(*sys.version_info[:2])"
        answer = subprocess.run([str(interpreter_of(venv)), "-I", "-c", asked], stdout=subprocess.PIPE, timeout=60)
        return [int(n) for n in answer.stdout.split()]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def state_of(venv: Path) -> tuple:
    """What was installed, and why that is not to be relied upon (empty if it is): ``(stamp, reason)``."""
    if not (venv / "pyvenv.cfg").exists():
        return {}, NONE
    stamp = _read(venv / STAMP)
    made = _read(venv / UNFINISHED) or stamp
    version = version_in(venv)
    if not OLDEST <= tuple(version) <= NEWEST:
        return stamp, "its Python is gone or not supported"
    if made.get("python", version) != version:
        return stamp, f"its Python changed to {name(version)}"
    if made and not _same(made.get("place", ""), venv):
        return stamp, MOVED
    return stamp, INTERRUPTED if (venv / UNFINISHED).exists() else ""


def is_made_anew(reason: str) -> bool:
    """Whether an environment in this state is made from nothing; one that was interrupted is gone on with."""
    return reason not in ("", INTERRUPTED)


def opens(venv: Path) -> bool:
    """Whether the course opens with what is there: it was complete, and its Python runs."""
    stamp, reason = state_of(venv)
    return bool(stamp) and reason in ("", MOVED) and not (venv / UNFINISHED).exists()


def _same(place: str, venv: Path) -> bool:
    """Whether ``place`` is this folder, perhaps by another path: that of a link, or of what is mounted here."""
    try:
        return place == str(venv) or os.path.samefile(place, str(venv))
    except OSError:
        return False


def _read(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(venv: Path, locks: dict) -> None:
    """Say that the environment is whole, and drop what was kept of the one before."""
    finished = venv / (STAMP + ".new")
    stamp = {"place": str(venv), "python": version_in(venv), "locks": locks}
    finished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(str(finished), str(venv / STAMP))
    (venv / UNFINISHED).unlink()
    drop_before(venv)


def write_path(venv: Path) -> None:
    """Make ``import unladen`` work from every folder and every notebook; where it does, nothing is written."""
    for site in site_of(venv):
        inside = REPOSITORY in site.parents  # then relative, which is right under every name this folder has
        line = os.fsencode(os.path.relpath(str(REPOSITORY), str(site)) if inside else str(REPOSITORY)) + b"\n"
        path = site / "unladen-course.pth"
        if not path.exists() or path.read_bytes() != line:
            path.write_bytes(line)


def before(venv: Path) -> Path:
    """Where the environment that is being changed stands as it was."""
    return venv.with_name(venv.name + "-before")


def begin(venv: Path, reason: str) -> None:
    """Keep what is there, unless something better is kept already, and mark the environment as unfinished."""
    anew, old = is_made_anew(reason), before(venv)
    if old.exists() or reason == INTERRUPTED or not _holds_something(venv):
        if anew and venv.exists():
            _remove(venv)
    elif anew:
        _move(venv, old)
    else:
        _copy(venv, old)
    if anew:
        venv.mkdir(parents=True, exist_ok=True)
    version = list(sys.version_info[:2]) if anew else version_in(venv)
    (venv / UNFINISHED).write_text(json.dumps({"place": str(venv), "python": version}), encoding="utf-8")


def recover(venv: Path) -> None:
    """After an end at any moment: have the environment where it belongs, and nothing that is of no more use."""
    if before(venv).exists() and not venv.exists():
        _move(before(venv), venv)
    elif before(venv).exists() and not (venv / UNFINISHED).exists() and opens(venv):
        drop_before(venv)
    for leftover in (_unused(venv), _unused(before(venv)), before(venv).with_suffix(".new")):
        shutil.rmtree(str(leftover), ignore_errors=True)


def put_back(venv: Path) -> None:
    """Have the environment that was kept in place of the one that could not be completed."""
    if before(venv).exists():
        if venv.exists():
            _move(venv, _unused(venv))
        _move(before(venv), venv)
        shutil.rmtree(str(_unused(venv)), ignore_errors=True)


def drop_before(venv: Path) -> None:
    """Remove what was kept; an environment that set-up did not make stays, under a name that says whose it is."""
    old = before(venv)
    if not old.exists():
        return
    ours = (old / STAMP).exists() or (old / UNFINISHED).exists()
    if ours or _same(str(old / "pyvenv.cfg"), venv / "pyvenv.cfg"):  # the same: a copy in hard links
        _remove(old)
        return
    yours, number = venv.with_name(venv.name + "-yours"), 1
    while yours.exists():
        number += 1
        yours = venv.with_name(f"{venv.name}-yours-{number}")
    _move(old, yours)
    print(f"The {venv.name} that was there is kept as {yours.name}.")


def half_installed(venv: Path) -> list:
    """The packages' folders of metadata that are not whole: no record of their files, or not all files as recorded."""
    return [info for site in site_of(venv) for info in sorted(site.glob("*.dist-info")) if not _is_whole(info)]


def _is_whole(info: Path) -> bool:
    site = str(info.parent)
    try:
        with (info / "RECORD").open(newline="", encoding="utf-8") as record:
            rows = [row for row in csv.reader(record) if row]
        for path, _, size in rows:
            if path.endswith(".pyc"):
                continue  # made again when it is missing
            found = os.stat(os.path.join(site, path)).st_size
            if size and found != int(size):
                return False
    except (OSError, ValueError, csv.Error):
        return False
    return any(row[0] == info.name + "/RECORD" for row in rows)


def _unused(venv: Path) -> Path:
    return venv.with_name(venv.name + "-unused")


def _holds_something(venv: Path) -> bool:
    return venv.is_file() or (venv.is_dir() and any(venv.iterdir()))


def _remove(venv: Path) -> None:
    """Remove ``venv`` so that half of it is never seen under its name; an empty folder, perhaps a mount, stays."""
    if not _holds_something(venv):
        return
    unused = _unused(venv)
    shutil.rmtree(str(unused), ignore_errors=True)
    _move(venv, unused)
    shutil.rmtree(str(unused), ignore_errors=True)


def _move(venv: Path, place: Path) -> None:
    """Rename ``venv``; where a container's layers do not allow that, have a copy in ``place`` when it is complete."""
    try:
        os.rename(str(venv), str(place))
    except OSError as problem:
        if problem.errno != errno.EXDEV:
            raise
        growing = place.with_suffix(".new")
        shutil.rmtree(str(growing), ignore_errors=True)
        shutil.copytree(str(venv), str(growing), symlinks=True)
        os.rename(str(growing), str(place))
        (venv / UNFINISHED).touch()  # lest it be taken for whole, should its removal be interrupted
        shutil.rmtree(str(venv))


def _copy(venv: Path, copy: Path) -> None:
    """A copy in hard links, which takes a second and no room; none where the file system has no such links.

    Installers replace files, they do not write into them, so the copy stays as it is.
    """
    growing = copy.with_suffix(".new")
    shutil.rmtree(str(growing), ignore_errors=True)
    try:
        shutil.copytree(str(venv), str(growing), symlinks=True, copy_function=os.link)
        os.rename(str(growing), str(copy))
    except OSError:  # shutil.Error is one
        shutil.rmtree(str(growing), ignore_errors=True)
