"""doctor names what a machine is missing, with the command that adds it, whatever is missing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import REPOSITORY, small_copy
from unladen.course import bootstrap, doctor


@pytest.fixture
def nowhere(tmp_path) -> Path:
    """A folder with no command in it, to be the whole of PATH."""
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


@pytest.fixture
def offline() -> dict[str, str]:
    """Variables that point every index and proxy at a port of this machine where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_")) and "proxy" not in k.lower()}
    return own | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": address,
        "UV_DEFAULT_INDEX": address,
        "HTTP_PROXY": address,
        "HTTPS_PROXY": address,
    }


def ask(repository: Path, environment: dict[str, str]) -> tuple[int, str]:
    command = [sys.executable, str(repository / "unladen" / "course" / "doctor.py")]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=120)
    assert not done.stderr
    return done.returncode, done.stdout


def line_of(report: str, subject: str) -> str:
    """The finding about ``subject``, with its arrow."""
    lines = report.splitlines()
    at = next(n for n, line in enumerate(lines) if subject in line)
    return "\n".join(lines[at : at + 2])


def test_a_machine_that_can_run_the_course_is_told_so_even_without_network(offline):
    status, report = ask(REPOSITORY, offline)
    assert status == 0, report
    assert "not needed" in line_of(report, "network")
    assert report.rstrip().endswith("The course can run.")
    for subject in ("Python", "disk", "packages", "imports", "kernel", "C compiler", "C++ compiler", "cache", "port"):
        assert line_of(report, subject).startswith("ok"), report


def test_it_needs_no_package_at_all(tmp_path):
    copy = small_copy(tmp_path / "here")
    folder = str(copy / "unladen" / "course")
    program = f"import sys; sys.path.insert(0, {folder!r}); import doctor; doctor.main(['--help'])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "missing" in done.stdout


def test_without_a_compiler_it_says_which_command_installs_one(tmp_path, nowhere):
    copy = small_copy(tmp_path / "ohne Compiler ü")
    environment = {k: v for k, v in os.environ.items() if k not in ("CC", "CXX")} | {"PATH": str(nowhere)}
    status, report = ask(copy, environment)
    assert status == 1
    for language in ("C compiler", "C++ compiler"):
        finding = line_of(report, language)
        assert finding.startswith("missing")
        assert "-> " in finding and "make lab WITH=zig" in finding


def test_a_compiler_that_fails_is_broken_not_missing(tmp_path):
    copy = small_copy(tmp_path / "here")
    wrong = tmp_path / "cc-without-headers"
    wrong.write_text("#!/bin/sh\necho 'fatal error: stdint.h: No such file' >&2\nexit 1\n")
    wrong.chmod(0o755)
    _, report = ask(copy, os.environ | {"CC": str(wrong)})
    assert "broken   C compiler" in report
    assert "stdint.h" in line_of(report, "C compiler")


def test_without_network_it_says_so_where_something_is_to_be_installed(tmp_path, offline):
    status, report = ask(small_copy(tmp_path / "here"), offline)
    assert status == 1
    assert line_of(report, "network").startswith("missing")
    assert "HTTPS_PROXY" in line_of(report, "network")


def test_missing_packages_are_named(tmp_path):
    copy = small_copy(tmp_path / "here")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(copy / ".venv")], check=True)
    status, report = ask(copy, dict(os.environ))
    assert status == 1
    assert "missing  packages" in report
    assert "anyio" in report
    assert "make lab" in line_of(report, "packages")


def test_an_interrupted_installation_is_broken(tmp_path):
    copy = small_copy(tmp_path / "here")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(copy / ".venv")], check=True)
    (copy / ".venv" / bootstrap.UNFINISHED).touch()
    status, report = ask(copy, dict(os.environ))
    assert status == 1
    assert "interrupted" in line_of(report, "environment")


def test_packages_that_come_from_elsewhere_are_found_out(tmp_path):
    (tmp_path / "numpy.py").write_text("")
    status, report = ask(REPOSITORY, os.environ | {"PYTHONPATH": str(tmp_path)})
    assert status == 1
    assert "unset PYTHONPATH" in line_of(report, "imports")


def test_a_cache_that_cannot_be_written_does_not_stop_the_course(tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "a file" / "cache"))
    (finding,) = doctor.check_cache()
    assert finding.state == "broken" and "UNLADEN_CACHE" in finding.fix
    assert not finding.needed


def test_a_port_in_use_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "in use" in doctor.check_port(taken.getsockname()[1])[0].detail


def test_every_problem_comes_with_a_command(tmp_path, nowhere, offline):
    _, report = ask(small_copy(tmp_path / "here"), offline | {"PATH": str(nowhere)})
    lines = report.splitlines()
    problems = [n for n, line in enumerate(lines) if line.startswith(("missing", "broken"))]
    assert len(problems) >= 5
    assert all(lines[n + 1].strip().startswith("->") for n in problems), report
