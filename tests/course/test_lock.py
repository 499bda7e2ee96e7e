"""The locks install with pip and with uv, from any folder, on every supported platform, and need nothing compiled.

What is asked of the package index are dry runs: nothing is downloaded but the packages' descriptions.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.helpers.checkout import REPOSITORY
from unladen.course import installers

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
CORE, ROOT = "requirements.txt", "requirements-root.txt"
LOCKS = sorted(path.name for path in REPOSITORY.glob("requirements*.txt"))
# What is supported, as uv calls it; and the extras that are not for it.
SUPPORTED = {
    "x86_64-unknown-linux-gnu": [],
    "aarch64-unknown-linux-gnu": [ROOT],
    "aarch64-apple-darwin": [ROOT],
    "x86_64-pc-windows-msvc": [ROOT],
}
# Not supported: some package of the core has no wheel for it.
UNSUPPORTED = ("x86_64-apple-darwin", "x86_64-unknown-linux-musl", "aarch64-pc-windows-msvc")
NO_INDEX = "dns error|error sending request|failed to fetch|failed to connect|timed out|certificate"


def surroundings() -> dict[str, str]:
    """This process's variables, with pip's settings told to uv as set-up tells it."""
    return os.environ | installers.index_settings(installers.settings_of_pip(Path(sys.executable)))


def dry_run(platform: str, python: str, locks: list[str], folder: Path) -> subprocess.CompletedProcess:
    """Ask how the locks would be installed from an empty folder; skip where no index answers."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--require-hashes", "--only-binary", ":all:"]
    command += ["--index-strategy", "unsafe-best-match", "--target", str(folder / "none")]
    command += ["--python-platform", platform, "--python-version", python]
    for lock in locks:
        command += ["-r", str(REPOSITORY / lock)]
    environment = surroundings() | {"MACOSX_DEPLOYMENT_TARGET": "13.0"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    skip_without_index(done)
    return done


def skip_without_index(done: subprocess.CompletedProcess) -> None:
    if done.returncode and re.search(NO_INDEX, done.stderr.lower()):
        pytest.skip(f"the package index does not answer: {done.stderr.strip().splitlines()[-1]}")


def pins(lock: str) -> dict[str, Requirement]:
    """What a lock pins for the Python that runs, by name."""
    lines = re.findall(r"^\S+==[^\\\n]+", (REPOSITORY / lock).read_text(encoding="utf-8"), re.MULTILINE)
    found = map(Requirement, lines)
    return {canonicalize_name(pin.name): pin for pin in found if not pin.marker or pin.marker.evaluate()}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", SUPPORTED)
def test_every_package_comes_built_for_every_supported_platform(platform, python, tmp_path):
    locks = [lock for lock in LOCKS if lock not in SUPPORTED[platform]]
    done = dry_run(platform, python, locks, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("platform", [name for name, without in SUPPORTED.items() if ROOT in without])
def test_root_is_for_linux_on_x86_64_alone(platform, tmp_path):
    assert "root==" in dry_run(platform, PYTHONS[-1], [ROOT], tmp_path).stderr


@pytest.mark.parametrize("platform", UNSUPPORTED)
def test_what_is_named_as_unsupported_cannot_be_installed(platform, tmp_path):
    assert re.search("has no (usable )?wheels|no wheels? ", dry_run(platform, PYTHONS[-1], [CORE], tmp_path).stderr)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_hashes_and_no_address(lock):
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert blocks and all(re.match(r"\S+==[^\n]+\\\n    --hash=sha256:", block) for block in blocks)


def test_no_installer_is_told_what_the_others_do_not_know():
    assert "uv" not in tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


def test_whatever_a_pinned_package_asks_for_is_pinned_with_the_extras_it_asks_for():
    """Older pips, such as Debian 12's, take a hash for ``a[b]`` only from a line that says ``a[b]``."""
    core, wrong = pins(CORE), []
    for name, pin in core.items():
        assert importlib.metadata.version(name) in pin.specifier
        for asked in map(Requirement, importlib.metadata.requires(name) or []):
            extras = pin.extras or {""}
            if asked.marker and not any(asked.marker.evaluate({"extra": extra}) for extra in extras):
                continue
            kept = core.get(canonicalize_name(asked.name))
            if kept is None:
                wrong.append(f"{name} asks for {asked}, which is not in the lock")
            elif not asked.specifier.contains(str(kept.specifier)[2:], prereleases=True) or asked.extras - kept.extras:
                wrong.append(f"{name} asks for {asked}, and the lock has {kept}")
    assert not wrong


def test_the_locks_are_what_the_project_asks_for(tmp_path):
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(REPOSITORY / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    command = ["make", "--silent", "lock", "SETUP=:", "FLAGS=--index-strategy unsafe-best-match"]
    done = subprocess.run(command, cwd=tmp_path, env=surroundings(), capture_output=True, text=True, timeout=300)
    skip_without_index(done)
    assert done.returncode == 0, done.stderr
    for lock in LOCKS:
        made, kept = (re.findall(r"^\S+==.*", (at / lock).read_text(), re.M) for at in (tmp_path, REPOSITORY))
        assert made == kept, f"{lock} is not what pyproject.toml asks for: make lock"
