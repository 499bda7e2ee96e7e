"""What is missing comes with the one command that installs it here, whichever package manager this system has."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

from unladen.course import host
from unladen.host import packages
from unladen.host.packages import MANAGERS, PACKAGES, install_command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Pretend a system that has these package managers and no others, and a user who is no administrator."""

    def pretend(*managers: str, name: str = "Linux", user: int = 1000) -> None:
        for manager in managers:
            (tmp_path / manager).write_text("#!/bin/sh\n")
            (tmp_path / manager).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(packages, "USUAL_PLACES", ())
        monkeypatch.setattr("platform.system", lambda: name)
        monkeypatch.setattr(os, "getuid", lambda: user)

    return pretend


@pytest.mark.parametrize(
    ("manager", "thing", "command"),
    [
        ("apt-get", "mpiexec", "sudo apt-get install openmpi-bin libopenmpi-dev"),
        ("apt-get", "compiler", "sudo apt-get install build-essential"),
        ("apt-get", "headers", "sudo apt-get install python3.12-dev"),
        ("dnf", "mpiexec", "sudo dnf install openmpi-devel"),
        ("dnf", "compiler", "sudo dnf install gcc gcc-c++"),
        ("zypper", "headers", "sudo zypper install python312-devel"),
        ("pacman", "mpiexec", "sudo pacman -S openmpi"),
        ("pacman", "compiler", "sudo pacman -S gcc"),
        ("apk", "compiler", "sudo apk add build-base"),
        ("apk", "valgrind", "sudo apk add valgrind"),
        ("brew", "mpiexec", "brew install open-mpi"),
        ("brew", "browser", "brew install --cask chromium"),
    ],
)
def test_the_command_is_that_of_the_machine_s_package_manager(manager, thing, command, system):
    system(manager)
    assert install_command(thing, "3.12") == command


def test_the_system_s_own_goes_before_one_that_a_user_has_added(system):
    system("brew", "conda", "dnf")
    assert install_command("gfortran") == "sudo dnf install gcc-gfortran"


def test_root_needs_no_sudo(system):
    system("apt-get", user=0)
    assert install_command("valgrind") == "apt-get install valgrind"


def test_macos_is_told_of_its_own_tools_and_else_of_homebrew(system):
    system(name="Darwin")
    assert install_command("compiler") == install_command("objdump") == "xcode-select --install"
    assert install_command("gfortran") == "brew install gcc"


def test_a_system_without_any_of_them_is_told_what_to_look_for(system):
    system("conda")  # which is no system's own
    assert install_command("venv", "3.12") == "install python3.12-venv with your system's package manager"
    assert install_command("mbw") == "install mbw with your system's package manager"
    assert install_command("gfortran") == "install gfortran with your system's package manager"


def test_a_manager_without_a_name_for_a_thing_names_it_as_debian_does(system):
    system("apk")
    assert install_command("venv", "3.12") == "install python3.12-venv with your system's package manager"


def test_a_manager_that_is_meant_is_taken_wherever_it_is(system):
    system("apt-get")
    assert install_command("compiler", manager="conda") == "conda install -c conda-forge cxx-compiler"


def test_every_thing_has_a_name_on_every_reader_s_system():
    for thing, names in PACKAGES.items():
        assert set(names) - {""} <= set(MANAGERS), thing
        assert "" in names or {"apt-get", "dnf", "brew"} <= set(names), thing


def test_what_readme_and_windows_say_is_what_the_table_says():
    table = {name for names in PACKAGES.values() for text in names.values() for name in text.split()}
    texts = (ROOT / "README.md").read_text(encoding="utf-8"), host.WINDOWS
    told = [names for text in texts for names in re.findall(r"(?:apt-get|dnf|brew) install ([^`\n]+)", text)]
    assert len(told) >= 5
    assert {name for names in told for name in names.split()} - {"git", "make"} <= table


def test_no_other_file_knows_a_package_manager():
    """But for ``course/headers.py``, which has apt-get download what needs no installing."""
    systems = "|".join(name for name in MANAGERS if name != "conda")  # which may be asked for by its name
    named = re.compile(rf"({systems})|({systems}|apt|conda) (install|add|-S) .*", re.DOTALL)
    found = set()
    for path in (ROOT / "unladen").rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        found |= {path.name for text in texts if named.fullmatch(text.strip().removeprefix("sudo "))}
    assert found == {"packages.py", "headers.py"}
