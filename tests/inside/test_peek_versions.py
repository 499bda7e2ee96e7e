"""The checks of ``peek`` on every Python that is found, beside the one that runs the tests.

Further ones are named in ``UNLADEN_PYTHONS``, separated as in PATH. Nothing is installed into them: what is looked at
needs the standard library alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from unladen.elsewhere.interpreters import other_interpreters

pytestmark = pytest.mark.chapters(5)

REPOSITORY = Path(__file__).parents[2]


def pythons() -> dict[str, str]:
    """The Pythons to ask, by the name of the test: this one, those that are found, those that are named."""
    named = [path for path in os.environ.get("UNLADEN_PYTHONS", "").split(os.pathsep) if path]
    found = {str(other): other.path for other in other_interpreters() if _supported(other.version)}
    return {"this one": sys.executable} | found | {path: path for path in named}


def _supported(version: str) -> bool:
    return (3, 11) <= tuple(int(number) for number in version.split(".")[:2]) <= (3, 14)


@pytest.mark.parametrize("python", pythons().values(), ids=pythons().keys())
def test_on_each_python(python):
    done = _ask(python, "tests/helpers/peek_core.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 failed" in done.stdout


@pytest.mark.parametrize("python", pythons().values(), ids=pythons().keys())
def test_looking_needs_no_package(python):
    program = "import unladen, sys; str(unladen.peek([1])); print('numpy' in sys.modules, 'IPython' in sys.modules)"
    done = _ask(python, "-S", "-c", program)
    assert done.stdout.split() == ["False", "False"], done.stdout + done.stderr


def _ask(python: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [python, *arguments], capture_output=True, text=True, env=environment, cwd=REPOSITORY, timeout=120
    )
