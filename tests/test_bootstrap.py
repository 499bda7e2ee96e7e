"""Set-up makes the environment from nothing but Python, keeps it in step with the lock, and repairs what went wrong.

A small lock stands for the real one: the real uv, packed again from where it is installed, and a package made here. So
the whole way is gone, and no network is needed.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.checkout import BEFORE, REPOSITORY, small_copy
from unladen.course import bootstrap


def digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def make_wheel(folder: Path, package: str, version: str) -> Path:
    """A wheel with one module that knows its version."""
    info = f"{package}-{version}.dist-info"
    files = {
        f"{package}.py": f"version = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},{digest(text.encode())},{len(text)}\n" for name, text in files.items())
    path = folder / f"{package}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in (files | {f"{info}/RECORD": record + f"{info}/RECORD,,\n"}).items():
            wheel.writestr(name, text)
    return path


def pack_uv(folder: Path) -> Path:
    """The installed uv as the wheel it once was."""
    package = importlib.metadata.distribution("uv")
    tag = package.read_text("WHEEL").split("Tag: ")[1].split()[0]
    info = f"uv-{package.version}.dist-info"
    record = []
    path = folder / f"uv-{package.version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file in package.files:
            content = file.locate().read_bytes() if file.locate().exists() else None
            name = str(file)
            if content is None or name.endswith((".pyc", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json")):
                continue
            if "/bin/" in name:
                name = f"uv-{package.version}.data/scripts/{file.name}"
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            wheel.writestr(entry, content)
            record.append(f"{name},{digest(content)},{len(content)}\n")
        wheel.writestr(f"{info}/RECORD", "".join(record) + f"{info}/RECORD,,\n")
    return path


def pin(wheel: Path) -> str:
    package, version = wheel.name.split("-")[:2]
    return f"{package}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    pack_uv(folder)
    for package, version in (("swallow", "1.0"), ("swallow", "1.1"), ("coconut", "1.0")):
        make_wheel(folder, package, version)
    return folder


@pytest.fixture(scope="module")
def environment(wheels, tmp_path_factory) -> dict[str, str]:
    """Only the wheels made here can be found; uv's cache is a new one."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
    return own | {
        "CC": "sh",  # as good as a compiler for set-up, which only looks whether there is one
        "CXX": "sh",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "UV_NO_INDEX": "1",
        "UV_CACHE_DIR": str(tmp_path_factory.mktemp("uv")),
        "XDG_CONFIG_HOME": str(tmp_path_factory.mktemp("config")),
    }


def lock(repository: Path, *wheels: Path) -> None:
    (repository / "requirements.txt").write_text("".join(map(pin, wheels)))


def set_up(repository: Path, environment: dict[str, str], *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(repository / "unladen" / "course" / "bootstrap.py"), *options]
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=300)


def version_of(repository: Path, package: str) -> str:
    """Version of ``package`` in the environment, asked from another folder; empty if it is not there."""
    asked = [str(repository / ".venv" / "bin" / "python"), "-c", f"import {package}, unladen; print({package}.version)"]
    return subprocess.run(asked, cwd="/", capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def ready(wheels, environment, tmp_path_factory):
    """A repository whose path has a blank and a letter that is not ASCII, set up once: itself, and what was printed."""
    repository = small_copy(tmp_path_factory.mktemp("ein Ordner ü") / "unladen")
    for extra in repository.glob("requirements-*.txt"):
        extra.unlink()
    (repository / "requirements-zig.txt").write_text(pin(wheels / "coconut-1.0-py3-none-any.whl"))
    lock(repository, next(wheels.glob("uv-*")), wheels / "swallow-1.0-py3-none-any.whl")
    return repository, set_up(repository, environment)


def test_it_makes_an_environment_and_shows_each_step_with_its_seconds(ready):
    repository, done = ready
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(steps) == 3
    assert all(line.rstrip().endswith(" s") and "…" in line for line in steps), done.stdout
    assert version_of(repository, "swallow") == "1.0"
    assert json.loads((repository / ".venv" / bootstrap.STAMP).read_text())["place"] == str(repository / ".venv")


def test_a_second_run_finds_everything_in_place_and_is_quick(ready, environment):
    repository, _ = ready
    start = time.perf_counter()
    done = set_up(repository, environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.perf_counter() - start < 3


def test_a_changed_lock_is_followed(ready, environment, wheels):
    repository, _ = ready
    lock(repository, next(wheels.glob("uv-*")), wheels / "swallow-1.1-py3-none-any.whl")
    done = set_up(repository, environment)
    assert done.returncode == 0, done.stderr
    assert "lock" in done.stdout
    assert version_of(repository, "swallow") == "1.1"


def test_a_machine_without_compilers_gets_the_one_in_a_package_and_keeps_it(ready, environment, tmp_path):
    repository, _ = ready
    hidden = {k: v for k, v in environment.items() if k not in ("CC", "CXX")} | {"PATH": str(tmp_path)}
    done = set_up(repository, hidden)
    assert "No C and C++ compiler found" in done.stdout
    assert version_of(repository, "coconut") == "1.0"
    assert set_up(repository, environment).stdout == ""
    assert bootstrap.lock_of("zig") in json.loads((repository / ".venv" / bootstrap.STAMP).read_text())["locks"]


def test_another_environment_with_its_own_extras_stands_beside_the_first(ready, environment):
    repository, _ = ready
    before = (repository / ".venv" / bootstrap.STAMP).read_bytes()
    done = set_up(repository, environment, "--with", "zig", "--into", ".venv-extras")
    assert done.returncode == 0, done.stderr
    assert "Setting up .venv-extras (there is none yet)" in done.stdout
    stamp = json.loads((repository / ".venv-extras" / bootstrap.STAMP).read_text())
    assert stamp["place"] == str(repository / ".venv-extras") and bootstrap.lock_of("zig") in stamp["locks"]
    assert (repository / ".venv" / bootstrap.STAMP).read_bytes() == before


def test_a_moved_repository_is_set_up_anew(ready, environment):
    repository, _ = ready
    moved = repository.with_name("moved")
    shutil.copytree(repository, moved, symlinks=True)
    done = set_up(moved, environment)
    assert done.returncode == 0, done.stderr
    assert "moved" in done.stdout
    assert str(moved) in (moved / ".venv" / "bin" / "pip").read_text()


def test_without_network_it_says_what_to_do_and_leaves_no_valid_stamp(ready, environment, wheels):
    repository, _ = ready
    kept = (repository / "requirements.txt").read_text()
    with (repository / "requirements.txt").open("a") as more:
        more.write("albatross==1.0 --hash=sha256:" + "0" * 64 + "\n")
    online = {k: v for k, v in environment.items() if k != "UV_NO_INDEX"}
    done = set_up(repository, online | {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/", "UV_HTTP_RETRIES": "0"})
    (repository / "requirements.txt").write_text(kept)
    assert done.returncode == 1
    assert "The package index did not answer" in done.stderr and "HTTPS_PROXY" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (repository / ".venv" / bootstrap.STAMP).exists()


def test_an_interrupted_set_up_begins_again(ready, environment, tmp_path):
    repository, _ = ready
    other = tmp_path / "other"
    shutil.copytree(repository, other, symlinks=True, ignore=shutil.ignore_patterns(".venv"))
    command = [sys.executable, "-u", str(other / "unladen" / "course" / "bootstrap.py")]
    first = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )
    while not (other / ".venv" / bootstrap.UNFINISHED).exists():
        assert first.poll() is None, first.stderr.read()
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    _, words = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "Stopped" in words and "Traceback" not in words
    assert not (other / ".venv" / bootstrap.STAMP).exists()
    done = set_up(other, environment)
    assert done.returncode == 0, done.stderr
    assert "interrupted" in done.stdout
    assert version_of(other, "swallow")


def test_an_unknown_extra_is_named_with_the_known_ones(ready, environment):
    done = set_up(ready[0], environment, "--with", "gpu")
    assert done.returncode == 1
    assert "'gpu'" in done.stderr and "zig" in done.stderr


def test_a_python_out_of_range_says_how_to_get_another(tmp_path):
    program = (
        "from unladen.course import bootstrap\n"
        "bootstrap.OLDEST, bootstrap.NEWEST = (3, 90), (3, 91)\n"
        "raise SystemExit(bootstrap.main([]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "The course needs Python 3.90 to 3.91" in done.stderr
    assert "PYTHON=" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("name", BEFORE)
def test_what_runs_first_can_be_read_by_an_old_python(name):
    ast.parse((REPOSITORY / "unladen" / "course" / name).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_real_lock_names_uv_and_no_address():
    text = (REPOSITORY / "requirements.txt").read_text()
    assert "\nuv==" in text
    assert "://" not in text
