"""Before the tests of the extras run, what this system lacks for them is named, with the command that adds it."""

from __future__ import annotations

import os
import subprocess
import sys


def test_what_a_system_lacks_for_the_extras_is_named_with_its_command(tmp_path):
    bare = os.environ | {"PATH": str(tmp_path), "PYENV_ROOT": str(tmp_path), "UV_PYTHON_INSTALL_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "unladen", "extras"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for what, how in (("gfortran", "gfortran"), ("PyPy", "pypy3"), ("a free-threaded Python", "uv python install")):
        place = done.stdout.find(f"missing  {what}: ")
        assert place >= 0 or what == "a free-threaded Python"  # on a Mac it may be where PATH does not lead
        assert place < 0 or how in done.stdout[place:].splitlines()[1]
