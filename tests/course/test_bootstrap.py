"""Set-up makes the environment from nothing but Python, and keeps it in step with the lock."""

# ruff: noqa: F401, F811 (fixtures are used by their names)
from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.helpers.checkout import BEFORE, OLD, REPOSITORY
from tests.helpers.small_lock import environment, lock, offline, ready, set_up, version_of, wheels
from unladen.course import bootstrap


def test_it_makes_an_environment_and_shows_each_step_with_its_seconds(ready):
    repository, done = ready
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(steps) == 4
    assert all(line.rstrip().endswith(" s") and "…" in line for line in steps), done.stdout
    assert version_of(repository, "swallow") == "1.0"
    assert json.loads((repository / ".venv" / bootstrap.STAMP).read_text())["place"] == str(repository / ".venv")


STARTED = """
import sys
sys.path.insert(0, sys.argv[1])
import bootstrap
started = []
sys.addaudithook(lambda event, told: started.append(told[1][1:3]) if event == "subprocess.Popen" else None)
status = bootstrap.main([])
print(*started, sep="\\n")
sys.exit(status)
"""


def test_a_second_run_finds_everything_in_place_and_starts_no_installer(ready, environment):
    repository, _ = ready
    command = [sys.executable, "-c", STARTED, str(repository / "unladen" / "course")]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    started = done.stdout.splitlines()
    # Python, for its version and its headers, each in a few hundredths of a second
    assert len(started) == 2 and all("'-I'" in words for words in started), started


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


def test_with_say_it_ends_with_what_is_there_and_what_is_next(ready, environment):
    done = set_up(ready[0], environment, "--say")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert re.fullmatch(rf"\.venv is there: Python {version}, \d packages, with zig\. Next:  make lab\n", done.stdout)


def test_an_installer_that_is_there_is_not_fetched_again(ready, environment, offline):
    repository, _ = ready
    with (repository / "requirements.txt").open("a") as more:
        more.write("# the same packages\n")
    done = set_up(repository, offline, "--exact")
    assert done.returncode == 0, done.stderr
    assert "installer" not in done.stdout and "Set up in" in done.stdout


def test_an_unknown_extra_is_named_with_the_known_ones(ready, environment):
    done = set_up(ready[0], environment, "--with", "gpu")
    assert done.returncode == 1
    assert "'gpu'" in done.stderr and "zig" in done.stderr


def test_a_python_out_of_range_says_how_to_get_another(tmp_path):
    program = (
        "from unladen.course import bootstrap\n"
        "bootstrap.OLDEST, bootstrap.NEWEST, bootstrap.SUITABLE = (3, 90), (3, 91), 'assert 0'\n"
        "raise SystemExit(bootstrap.main(['--into', '.venv-none']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "The course needs Python 3.90 to 3.91" in done.stderr
    assert "PYTHON=" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("name", [*(f"course/{name}" for name in BEFORE), *OLD])
def test_what_runs_first_can_be_read_by_an_old_python(name):
    tree = ast.parse((REPOSITORY / "unladen" / name).read_text(encoding="utf-8"), feature_version=(3, 6))
    kinds = [node.returns for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    kinds += [node.annotation for node in ast.walk(tree) if isinstance(node, ast.arg | ast.AnnAssign)]
    said = [ast.unparse(kind) for kind in kinds if kind]
    assert [kind for kind in said if "[" in kind or "|" in kind] == [], "which it would try to compute"


def test_the_real_lock_names_uv_and_no_address():
    text = (REPOSITORY / "requirements.txt").read_text()
    assert "\nuv==" in text
    assert "://" not in text
