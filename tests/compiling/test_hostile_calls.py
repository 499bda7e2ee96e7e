"""Whatever is passed to C, the process lives: what does not fit is refused in one sentence, with its cure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import compilers
from tests.helpers.hostile_calls import REFUSED


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory) -> list:
    """What became of all calls, made one after the other in one process."""
    compilers.needed()
    environment = os.environ | {"UNLADEN_CACHE": str(tmp_path_factory.getbasetemp() / "unladen")}
    run = subprocess.run(
        [sys.executable, "-m", "tests.helpers.hostile_calls"],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
    )
    lines = run.stdout.splitlines()
    made = [json.loads(line) for line in lines if line.startswith("[")]
    assert run.returncode == 0 and lines[-1] == "alive", (made[-1:], run.stderr)
    return made


def test_the_process_lives_after_every_call(outcomes):
    assert [call for call, _, _ in outcomes] == [call for call, _, _ in REFUSED]
    assert len(outcomes) > 200


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=[call for call, _, _ in REFUSED])
def test_it_is_refused_in_one_sentence(outcomes, number):
    _, kind, words = REFUSED[number]
    _, error, message = outcomes[number]
    assert (error, words in message) == (kind, True), message
    assert "\n" not in message and not re.search(r"0x[0-9a-f]{6}", message)


def test_every_sentence_names_the_parameter_as_it_was_declared(outcomes):
    for call, _, message in outcomes:
        function = re.match(r"c\.(\w+)", call)[1]
        assert re.match(rf"c\.{function}: \w+ is '.+': |{function} (takes|has no parameter|got) ", message), message
