"""The ledger: one JSON line for each claim, whole whoever else writes; where none can be, the notebook goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = {"chapter", "cell", "sentence", "kind", "timed", "both_ways", "measured", "first", "attempts", "at_least"}
KEYS |= {
    "at_most",
    "verdict",
    "load",
    "others",
    "waited",
    "stolen",
    "cores",
    "machine",
    "python",
    "course",
    "when",
    "run",
}
BEGIN = """
from unladen.compiling.absent import Absent
from unladen.timing import ClaimFailed, claim
from unladen.timing.race import Seconds
"""


def start(code: str, folder: Path | str, **variables: str) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if name != "UNLADEN_NO_SKIPS"}
    environment |= {"UNLADEN_EVIDENCE": str(folder)} | variables
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", BEGIN + code], env=environment, stdout=pipe, stderr=pipe, text=True)


def written(folder: Path) -> list[dict]:
    return [json.loads(line) for file in folder.glob("claims-*.jsonl") for line in file.read_text("utf-8").splitlines()]


def test_each_claim_is_a_line_with_all_that_is_known_of_it(tmp_path):
    code = """
claim("three", 3, at_least=2)
claim("so it is", True)
claim("soon", Seconds(0.01), at_most=1)
claim("who knows", Absent("it is not here"), at_least=2)
try:
    claim("four", 3, at_least=4)
except ClaimFailed:
    pass
claim("measured here", lambda: 3.0, at_least=2)
"""
    child = start(code, tmp_path / "new", UNLADEN_NOTEBOOK="07-numpy", UNLADEN_RUN="a run")
    assert child.communicate(timeout=120)[1] == ""
    lines = written(tmp_path / "new")
    assert all(line.keys() == KEYS for line in lines)
    assert [line["kind"] for line in lines] == ["number", "truth", "seconds", "absent", "number", "number"]
    assert [line["verdict"] for line in lines] == ["holds", "holds", "holds", "cannot tell", "fails", "holds"]
    assert [line["timed"] for line in lines] == [False, False, True, False, False, True]
    first = lines[0]
    assert (first["sentence"], first["measured"], first["at_least"], first["at_most"]) == ("three", 3, 2, None)
    assert (first["chapter"], first["run"], first["cell"], first["attempts"]) == ("07", "a run", 0, 1)
    assert first["python"] == ".".join(map(str, sys.version_info[:3])) and first["cores"] >= 1
    assert first["course"] and first["machine"]


def test_processes_that_write_at_once_lose_no_line(tmp_path):
    code = "[claim(f'claim {n} ' + 'x' * 500, n, at_least=0) for n in range(25)]"
    children = [start(code, tmp_path) for _ in range(3)]
    assert [child.wait(timeout=300) for child in children] == [0] * 3
    assert len(written(tmp_path)) == 75


@pytest.mark.parametrize(("number", "kept"), [("float('inf')", "inf"), ("10**400", "inf"), ("np.float32(3)", 3.0)])
def test_any_number_can_be_kept(tmp_path, number, kept):
    assert start(f"import numpy as np; claim('many', {number}, at_least=2)", tmp_path).wait(timeout=120) == 0
    assert written(tmp_path)[0]["measured"] == kept


def test_a_bound_may_be_of_any_type_and_a_number_below_all_floats(tmp_path):
    code = "import warnings, numpy; warnings.simplefilter('error'); claim('few', -(10**400), at_most=numpy.float32(2))"
    assert start(code, tmp_path).wait(timeout=120) == 0
    assert (written(tmp_path)[0]["measured"], written(tmp_path)[0]["at_most"]) == ("-inf", 2.0)


def test_where_it_cannot_be_written_one_warning_says_so_and_the_claims_go_on(tmp_path):
    (tmp_path / "file").write_text("no folder")
    child = start("claim('two', 2, at_least=1)\nclaim('three', 3, at_least=1)", tmp_path / "file" / "evidence")
    out, told = child.communicate(timeout=120)
    assert child.returncode == 0 and out.count("✓") == 2
    assert told.count("claims are not recorded") == 1 and "UNLADEN_EVIDENCE=" in told


def test_without_the_variable_nothing_is_written(tmp_path):
    child = start("import os; os.chdir(os.environ['HOME']); claim('two', 2, at_least=1)", "", HOME=str(tmp_path))
    assert child.wait(timeout=120) == 0 and not list(tmp_path.rglob("claims-*"))
