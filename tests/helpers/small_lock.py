"""A small lock in place of the real one: the real uv, packed again from where it is installed, and packages made here.

So set-up goes the whole way, and needs no network.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.helpers.checkout import small_copy


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


@pytest.fixture(scope="module")
def offline(environment) -> dict[str, str]:
    """An index that does not answer, and none of the wheels made here."""
    own = {k: v for k, v in environment.items() if k not in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "UV_NO_INDEX")}
    return own | {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "UV_HTTP_RETRIES": "0"}


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
