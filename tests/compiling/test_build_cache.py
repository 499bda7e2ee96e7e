"""The cache is private, never half written, and a learner's cell survives its failure."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unladen.compiling import build, cache

BUILD = """
import os, sys, pathlib
from unladen.compiling import BuildError, build
try:
    library = build("int answer(void) { return 42; }", name="cell")
    inside = library.build.path.is_relative_to(os.environ["UNLADEN_CACHE"])
    print(library.answer(), "kept" if inside else "for now", library.build.path)
    build("int other(void) { return 43; }", name="cell")
except BuildError as problem:
    print("BuildError:", problem)
"""


def run(cache: Path, code: str = BUILD, **more) -> subprocess.CompletedProcess:
    environment = os.environ | {"UNLADEN_CACHE": str(cache)}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, **more
    )
    assert answer.returncode == 0, answer.stderr
    return answer


def obey_permissions() -> None:
    """Take from root the right to write everywhere, as any other user is without it (Linux: capability 1)."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE: in force from the next exec on


def survives(answer: subprocess.CompletedProcess, reason: str) -> None:
    """The cell ran, from a temporary place that is gone now, and one line said why."""
    result, state, path = answer.stdout.strip().replace("for now", "for-now").split(maxsplit=2)
    assert (result, state) == ("42", "for-now")
    assert answer.stderr.count("\n") == 1, answer.stderr
    assert reason in answer.stderr and "Builds are kept only until this kernel stops" in answer.stderr
    assert not Path(path).exists()


def test_the_cache_is_made_for_its_owner_alone(tmp_path):
    cache = tmp_path / "deep" / "unladen"
    assert run(cache).stdout.startswith("42 kept")
    assert cache.stat().st_mode & 0o777 == 0o700
    assert run(cache).stderr == ""


def test_a_process_that_needs_no_place_of_its_own_leaves_none_when_it_is_killed(tmp_path):
    (tmp_path / "temporary").mkdir()
    end = BUILD + "sys.stdout.flush()\nos.kill(os.getpid(), 9)\n"
    environment = os.environ | {"UNLADEN_CACHE": str(tmp_path / "cache"), "TMPDIR": str(tmp_path / "temporary")}
    killed = subprocess.run([sys.executable, "-c", end], env=environment, capture_output=True, text=True, timeout=120)
    assert killed.returncode == -9 and killed.stdout.startswith("42 kept")
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_cache_that_others_can_write_is_refused(tmp_path, mode):
    cache = tmp_path / "shared"
    cache.mkdir()
    cache.chmod(mode)
    survives(run(cache), "can be written by other users")


def test_a_cache_that_belongs_to_somebody_else_is_refused(tmp_path):
    if os.geteuid():
        pytest.skip("only root can give a folder away: sudo make test")
    cache = tmp_path / "theirs"
    cache.mkdir(mode=0o700)
    os.chown(cache, 12345, -1)
    survives(run(cache), "belongs to another user")


def test_a_file_in_the_place_of_the_cache_is_no_disaster(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    survives(run(tmp_path / "file"), "cannot be used")
    survives(run(tmp_path / "file" / "below"), "cannot be used")


def test_a_cache_that_may_not_be_written_is_no_disaster(tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    survives(run(tmp_path / "locked", preexec_fn=obey_permissions), "cannot be written")


@pytest.fixture
def tiny(tmp_path):
    """A file system of a few kilobytes, in which a library does not fit."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12k,mode=700", "tmpfs", str(place)]
    if os.geteuid() != 0 or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a tiny file system needs root, in a container that is allowed to mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_cache_is_no_disaster(tiny):
    survives(run(tiny), "No space left on device")
    assert not list(tiny.glob("new-*")), "nothing half made is left behind on the full disk"


def test_a_read_only_file_system_is_no_disaster(tiny):
    subprocess.run(["mount", "-o", "remount,ro", str(tiny)], check=True)
    survives(run(tiny), "Read-only file system")


def test_no_room_anywhere_is_a_clear_error(tmp_path):
    if sys.platform == "darwin":
        pytest.skip("the limit on file sizes acts differently there; run this on Linux")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    answer = run(tmp_path / "cache", preexec_fn=limit)
    assert answer.stdout.startswith("BuildError: cell could not be built: ")
    assert "Make room on the disk, or set UNLADEN_CACHE" in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


def test_a_damaged_library_is_built_anew(tmp_path):
    first = run(tmp_path / "cache").stdout.split(maxsplit=2)[2].strip()
    Path(first).write_bytes(b"damaged")
    assert run(tmp_path / "cache").stdout.startswith("42 kept")


ONE = """
from unladen.compiling import build
library = build("int answer(void) { return 42; }", name="cell")
print(library.answer(), "cached" if library.build.cached else "built", library.build.path)
"""


def mark_as_another_users(path: Path) -> None:
    os.chown(path, 12345, -1)


def replace_by_a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


DAMAGES = [
    *(lambda path, size=size: os.truncate(path, size) for size in (0, 100, 1000, 4096, 12288)),
    lambda path: path.write_bytes(path.read_bytes().replace(b"answer", b"anyone")),
    lambda path: path.unlink(),
    lambda path: (path.unlink(), path.mkdir()),
    lambda path: (path.unlink(), os.mkfifo(path)),
    replace_by_a_link,
    *([] if os.geteuid() else [mark_as_another_users]),  # only root can give a file away
    lambda path: path.with_name("build.json").write_text(""),
    lambda path: path.with_name("build.json").write_text("[]"),
    lambda path: path.with_name("build.json").unlink(),
    lambda path: path.with_name("whole.json").unlink(),
    lambda path: path.with_name("whole.json").write_bytes(b"\xff"),
    lambda path: path.with_name("whole.json").write_text("[]"),
    lambda path: (shutil.rmtree(path.parent), path.parent.write_text("a file")),
    lambda path: (shutil.rmtree(path.parent.parent), path.parent.parent.write_text("a file")),
]


def test_an_entry_that_is_not_whole_is_made_anew_once_and_nothing_else_happens(tmp_path):
    cells = "".join(ONE.replace("42", str(number)) for number, _ in enumerate(DAMAGES))
    for damage, line in zip(DAMAGES, run(tmp_path / "cache", cells).stdout.splitlines(), strict=True):
        damage(Path(line.split(maxsplit=2)[2]))
    for state in ("built", "cached"):
        answer = run(tmp_path / "cache", cells)
        assert answer.stderr == ""
        told = [tuple(line.split()[:2]) for line in answer.stdout.splitlines()]
        assert told == [(str(number), state) for number, _ in enumerate(DAMAGES)]


def test_another_library_in_the_place_of_a_built_one_is_not_loaded_also_by_who_knows_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "cache"))
    source = "int answer(void) { return 42; }"
    first, other = build(source), build("int answer(void) { return 7; }")
    first.build.path.unlink()
    shutil.copy(other.build.path, first.build.path)
    again = build(source)
    assert (first.answer(), again.answer()) == (42, 42)
    assert again.build.path != first.build.path, "what was once loaded from a path is all that a process gets from it"


def test_a_damaged_answer_of_a_compiler_is_asked_for_again(tmp_path, monkeypatch):
    from unladen.compiling import toolchains

    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "cache"))
    toolchains._described.cache_clear()
    found = toolchains.toolchain("c").version
    for path in (tmp_path / "cache").glob("*/answer"):
        path.write_text("")
    toolchains._described.cache_clear()
    assert toolchains.toolchain("c").version == found


def test_a_link_of_another_user_is_refused(tmp_path):
    if os.geteuid():
        pytest.skip("only root can give a link away")
    (tmp_path / "mine").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    os.lchown(tmp_path / "link", 12345, -1)
    survives(run(tmp_path / "link"), "is a link of another user")


def test_a_link_is_followed_once(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "one")
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "link"))
    assert build("int f(void) { return 1; }").build.path.is_relative_to(tmp_path / "one")
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(tmp_path / "two")
    assert build("int f(void) { return 2; }").build.path.is_relative_to(tmp_path / "one")
    assert not list((tmp_path / "two").iterdir())


def test_a_user_without_a_home_has_no_lasting_cache(tmp_path, monkeypatch, capsys):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    for name in ("UNLADEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    cache._warn.cache_clear()
    assert build("int f(void) { return 3; }").f() == 3
    assert "HOME is not set" in capsys.readouterr().err


def test_a_file_system_that_runs_nothing_keeps_no_builds(tmp_path):
    place = tmp_path / "inert"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "noexec,mode=700", "tmpfs", str(place)]
    if os.geteuid() != 0 or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a file system needs root, in a container that is allowed to mount")
    try:
        survives(run(place / "cache"), "noexec")
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_what_an_interrupted_build_left_is_swept_away_a_day_later(tmp_path):
    run(tmp_path / "cache")
    for name, age in (("new-old", 2 * 86400), ("new-fresh", 60)):
        (tmp_path / "cache" / name).mkdir()
        then = (tmp_path / "cache").stat().st_mtime - age
        os.utime(tmp_path / "cache" / name, (then, then))
    run(tmp_path / "cache")
    assert not (tmp_path / "cache" / "new-old").exists()
    assert (tmp_path / "cache" / "new-fresh").exists()


def test_who_comes_second_with_the_same_entry_takes_the_first_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "cache"))

    def make(directory):
        (directory / "made").write_text("second")
        if not (tmp_path / "cache" / "entry").exists():
            cache.entry("entry", lambda other: (other / "made").write_text("first"))

    place, was_there = cache.entry("entry", make)
    assert (place / "made").read_text() == "first" and not was_there
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["entry"]


def test_a_cache_that_is_cleared_while_in_use_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "cache"))
    for value in (1, 2):
        assert build(f"int f(void) {{ return {value}; }}").f() == value
        shutil.rmtree(tmp_path / "cache")
