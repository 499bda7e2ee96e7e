"""An environment that works is not lost: not to a lock that cannot be followed, not to an end at any moment."""

# ruff: noqa: F401, F811 (fixtures are used by their names)
from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.small_lock import environment, lock, offline, pin, ready, set_up, version_of, wheels
from unladen.course import environment as kept
from unladen.course import installers

ALBATROSS = "albatross==1.0 --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def whole(ready, environment, wheels):
    """The repository with swallow 1.0, complete."""
    repository, _ = ready
    lock(repository, next(wheels.glob("uv-*")), wheels / "swallow-1.0-py3-none-any.whl")
    assert set_up(repository, environment).returncode == 0
    return repository


def beside(repository: Path) -> list[str]:
    return sorted(path.name for path in repository.glob(".venv?*"))


def test_a_lock_that_cannot_be_followed_leaves_the_environment_and_says_so_calmly(whole, offline, environment):
    before = (whole / ".venv" / kept.STAMP).read_bytes()
    with (whole / "requirements.txt").open("a") as more:
        more.write(ALBATROSS)
    done = set_up(whole, offline)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The course opens with what was installed before" in done.stdout
    assert "Failed to fetch" in done.stdout and "HTTPS_PROXY" not in done.stdout
    assert (whole / ".venv" / kept.STAMP).read_bytes() == before
    assert (version_of(whole, "swallow"), beside(whole)) == ("1.0", [])
    exact = set_up(whole, offline, "--exact")
    assert exact.returncode == 1
    assert "The package index did not answer" in exact.stderr and "HTTPS_PROXY" in exact.stderr
    assert "untouched" in exact.stderr and "Traceback" not in exact.stderr
    assert (version_of(whole, "swallow"), beside(whole)) == ("1.0", [])


def test_what_was_changed_since_is_mended_when_asked_and_not_before(whole, offline, environment):
    module = next(site(whole).glob("swallow*.py"))
    before = module.read_bytes()
    module.unlink()
    assert [info.name for info in kept.half_installed(whole / ".venv")] == ["swallow-1.0.dist-info"]
    assert set_up(whole, offline).stdout == ""
    mended = set_up(whole, environment, "--again", "--say")
    assert mended.returncode == 0 and "what is there may not be as it was" in mended.stdout, mended
    assert module.read_bytes() == before and kept.half_installed(whole / ".venv") == []


def test_an_extra_that_cannot_be_fetched_is_named(whole, offline):
    (whole / "requirements-gpu.txt").write_text(ALBATROSS)
    done = set_up(whole, offline, "--with", "gpu")
    (whole / "requirements-gpu.txt").unlink()
    assert done.returncode == 0
    assert "The extra 'gpu' is not there." in done.stdout


def test_the_lock_is_followed_without_network_where_all_was_downloaded(whole, offline, environment, wheels):
    lock(whole, next(wheels.glob("uv-*")), wheels / "swallow-1.1-py3-none-any.whl")
    assert set_up(whole, environment).returncode == 0
    shutil.rmtree(site(whole) / "swallow-1.1.dist-info")
    (whole / ".venv" / kept.UNFINISHED).touch()
    done = set_up(whole, environment | {"UV_OFFLINE": "1"})
    assert done.returncode == 0, done.stderr
    assert version_of(whole, "swallow") == "1.1"


def site(repository: Path) -> Path:
    return next((repository / ".venv").glob("lib/python3*/site-packages"))


@pytest.mark.parametrize("lost", ["swallow.py", "swallow-1.0.dist-info/RECORD", "swallow-1.0.dist-info/METADATA"])
def test_what_is_half_installed_is_installed_again(whole, environment, lost):
    (site(whole) / lost).unlink()
    assert [info.name for info in kept.half_installed(whole / ".venv")] == ["swallow-1.0.dist-info"]
    (whole / ".venv" / kept.UNFINISHED).touch()
    done = set_up(whole, environment)
    assert done.returncode == 0, done.stderr
    assert "interrupted" in done.stdout
    assert version_of(whole, "swallow") == "1.0" and kept.half_installed(whole / ".venv") == []


def test_a_file_that_was_cut_short_is_installed_again(whole, environment):
    path = site(whole) / "swallow.py"
    path.unlink()  # it shares its content with uv's cache
    path.write_text("vers")
    (whole / ".venv" / kept.UNFINISHED).touch()
    assert set_up(whole, environment).returncode == 0
    assert version_of(whole, "swallow") == "1.0"


def test_pip_itself_may_be_half_installed(whole, environment):
    shutil.rmtree(site(whole) / "pip" / "_internal")
    (whole / ".venv" / kept.UNFINISHED).touch()
    done = set_up(whole, environment)
    assert done.returncode == 0, done.stderr
    asked = [str(kept.interpreter_of(whole / ".venv")), "-m", "pip", "--version"]
    assert subprocess.run(asked, capture_output=True).returncode == 0


@pytest.mark.parametrize("brought", ["", "pip-1-py3-none-any.whl"])
def test_where_python_brings_no_wheel_of_pip_that_can_be_read_nothing_is_touched(brought, tmp_path, monkeypatch):
    packages = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"
    (packages / "pip").mkdir(parents=True)
    (tmp_path / "pip-1-py3-none-any.whl").write_bytes(b"PK cut short")
    monkeypatch.setattr(installers, "brought_pip", lambda: brought and str(tmp_path / brought))
    assert not installers.unpack_pip(tmp_path / ".venv")
    assert (packages / "pip").exists()


def test_a_moved_repository_without_network_opens_with_the_environment_it_has(whole, offline, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(whole, moved, symlinks=True)
    done = set_up(moved, offline | {"UV_CACHE_DIR": str(tmp_path / "empty")})
    assert done.returncode == 0, done.stderr
    assert "moved" in done.stdout and "The course opens with what was installed before" in done.stdout
    assert (version_of(moved, "swallow"), beside(moved)) == ("1.0", [])


def test_a_repository_seen_under_another_name_was_not_moved(whole, environment, tmp_path):
    stamp = whole / ".venv" / kept.STAMP
    (tmp_path / "link").symlink_to(whole)
    text = stamp.read_text()
    stamp.write_text(json.dumps(json.loads(text) | {"place": str(tmp_path / "link" / ".venv")}))
    assert kept.state_of(whole / ".venv")[1] == ""
    stamp.write_text(json.dumps(json.loads(text) | {"place": str(tmp_path)}))
    assert kept.state_of(whole / ".venv")[1] == kept.MOVED
    stamp.write_text(text)


def test_an_environment_that_set_up_did_not_make_is_kept_under_another_name(whole, environment, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(whole, other, symlinks=True, ignore=shutil.ignore_patterns(".venv*"))
    (other / ".venv").mkdir()
    (other / ".venv" / "mine").write_text("by hand")
    done = set_up(other, environment)
    assert done.returncode == 0, done.stderr
    assert "kept as .venv-yours" in done.stdout
    assert (other / ".venv-yours" / "mine").read_text() == "by hand"
    assert (version_of(other, "swallow"), beside(other)) == ("1.0", [".venv-yours"])


def test_packages_are_added_to_an_environment_that_set_up_did_not_make(whole, environment, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(whole, other, symlinks=True, ignore=shutil.ignore_patterns(".venv*"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(other / ".venv")], check=True)
    (other / ".venv" / "mine").write_text("by hand")
    done = set_up(other, environment)
    assert done.returncode == 0, done.stderr
    assert (version_of(other, "swallow"), beside(other)) == ("1.0", [])
    assert (other / ".venv" / "mine").exists()


def test_an_installation_that_is_whole_is_not_written_to(whole, environment):
    files = [path for path in (whole / ".venv").rglob("*") if "__pycache__" not in path.parts]
    times = {path: path.lstat().st_mtime_ns for path in [whole, *files]}
    assert set_up(whole, environment).stdout == ""
    assert {path: path.lstat().st_mtime_ns for path in times} == times


# Set-up is killed when it is about to do this, as Python's audit hooks tell of it; what the disk holds then.
ENDS = {
    ("os.link", "swallow"): "half of the copy",
    ("open", kept.UNFINISHED): "the whole copy, and no mark",
    ("subprocess.Popen", "--offline"): "the mark, and nothing new",
    ("os.rename", kept.STAMP): "all that is new, and not its stamp",
    ("os.remove", kept.UNFINISHED): "the new stamp, and the mark",
    ("os.rename", ".venv-before-unused"): "all of both",
    ("shutil.rmtree", ".venv-before-unused"): "all, and the copy under the name of what is to go",
}
KILLED = """
import os, sys
folder, event, word = sys.argv[1:]
sys.path.insert(0, folder)
import bootstrap

def about_to(happens, told):
    if happens == event and word in repr(told) and any(bootstrap.REPOSITORY.glob(".venv-*")):
        if event != "shutil.rmtree" or os.path.exists(told[0]):
            os.kill(os.getpid(), 9)

sys.addaudithook(about_to)
bootstrap.main([])
"""


@pytest.mark.long
def test_an_end_at_any_step_leaves_an_environment_that_works_and_is_completed(whole, environment, offline, wheels):
    versions = [wheels / f"swallow-1.{n}-py3-none-any.whl" for n in (0, 1)]
    for attempt, (event, word) in enumerate(ENDS):
        wanted = versions[attempt % 2 - 1]
        lock(whole, next(wheels.glob("uv-*")), wanted)
        command = [sys.executable, "-c", KILLED, str(whole / "unladen" / "course"), event, word]
        assert subprocess.run(command, env=environment, capture_output=True).returncode == -signal.SIGKILL, event
        with (whole / "requirements.txt").open("a") as more:
            more.write(ALBATROSS)
        alone = set_up(whole, offline)
        assert alone.returncode == 0, alone.stdout + alone.stderr
        assert version_of(whole, "swallow") in ("1.0", "1.1")
        lock(whole, next(wheels.glob("uv-*")), wanted)
        assert set_up(whole, environment, "--exact").returncode == 0
        assert version_of(whole, "swallow") == wanted.name.split("-")[1]
        assert (beside(whole), kept.half_installed(whole / ".venv")) == ([], [])


def test_a_first_installation_that_was_interrupted_opens_nothing_and_is_gone_on_with(
    whole, environment, offline, tmp_path
):
    other = tmp_path / "other"
    shutil.copytree(whole, other, symlinks=True, ignore=shutil.ignore_patterns(".venv*"))
    command = [sys.executable, "-u", str(other / "unladen" / "course" / "bootstrap.py")]
    first = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not any(other.glob(".venv/lib/*/site-packages/pip/__main__.py")):
        assert first.poll() is None, first.stderr.read()
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    _, words = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "Stopped" in words and "Traceback" not in words
    assert not (other / ".venv" / kept.STAMP).exists()
    alone = set_up(other, offline)  # there is nothing to open
    assert alone.returncode == 1
    assert "The package index did not answer" in alone.stderr and "Traceback" not in alone.stderr
    done = set_up(other, environment)
    assert done.returncode == 0, done.stderr
    assert "interrupted" in done.stdout and "an environment on" not in done.stdout
    assert version_of(other, "swallow") == "1.0"
