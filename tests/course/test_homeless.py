"""A container's user may have no home at all: no HOME, no entry in passwd. The course then does without one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STRANGER = 54321  # an id that no passwd has


@pytest.fixture
def homeless(tmp_path):
    """Run a line of Python as a user without a home, and return what it printed."""
    if os.geteuid():
        pytest.skip("only root can become a user that is not in passwd")

    def run(program: str, **environment: str) -> str:
        # still able to read this copy of the course, which may be in root's own folder
        become = f"import os; os.setreuid({STRANGER}, 0); "
        kept = {k: v for k, v in os.environ.items() if k not in ("HOME", "UNLADEN_CACHE", "XDG_CACHE_HOME")}
        done = subprocess.run(
            [sys.executable, "-c", become + program],
            cwd=tmp_path,
            env=kept | {"TMPDIR": str(tmp_path), **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_there_really_is_no_home(homeless):
    program = "import pathlib\ntry: print(pathlib.Path.home())\nexcept RuntimeError as e: print(e)"
    assert "Could not determine" in homeless(f"exec({program!r})")


def test_other_pythons_are_looked_for_where_there_can_be_some(homeless):
    program = "from unladen.elsewhere.interpreters import find, other_interpreters as others\n"
    program += "print(find('3.0'), others() is not None)"
    assert homeless(program) == "(None, '') True\n"


def test_jupyterlab_keeps_its_settings_in_the_folder_of_the_course(homeless, tmp_path):
    program = f"from unladen.course import lab; e = lab.server_environment(lab.Path({str(tmp_path)!r}));"
    assert homeless(program + "print(e['JUPYTERLAB_SETTINGS_DIR'])").startswith(str(tmp_path))


def test_progress_is_remembered_until_the_kernel_stops(homeless):
    program = "from unladen.exercises import store; store.record('0.1', 'OK', None); print(store.recall('0.1'))"
    assert homeless(program) == "('OK', None)\n"


def test_a_traceback_is_stored_without_the_folders_of_a_home(homeless):
    program = "from unladen.course import outputs; print(outputs._without_paths('File /etc/x, line 1'))"
    assert homeless(program) == "File /etc/x, line 1\n"


def test_set_up_asks_pip_for_its_settings(homeless):
    program = "import sys; from unladen.course import installers as i; print(type(i.settings_of_pip(sys.executable)))"
    assert "dict" in homeless(program)


def test_doctor_says_where_things_could_be_kept(homeless):
    program = "from unladen.course import storage; f, = storage.check_cache(); print(f.detail, '->', f.fix, f.needed)"
    said = homeless(program)
    assert "HOME is not set" in said and "export UNLADEN_CACHE=" in said and said.endswith("False\n")


@pytest.mark.parametrize("named", ["~nobody-of-that-name/bin", "~"])
def test_a_home_that_is_not_known_is_no_place_for_pythons(named):
    program = "from unladen.elsewhere import interpreters; print(interpreters.find('3.0')[0])"
    environment = os.environ | {"UNLADEN_PYTHONS": named}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout == "None\n", done.stderr
