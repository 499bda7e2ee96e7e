"""What a tool of ours cannot do on a machine is said to be so; it is never the learner's mistake."""

import os
import shlex
import subprocess
import sys

import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.patience import patience
from unladen.sandbox import sanitizer


def fresh(program: str, *, folder=REPOSITORY, limit: str = "", **variables) -> str:
    """What a fresh Python prints, within a limit of the shell's."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)} | variables
    command = f"{limit and f'ulimit {limit};'} exec {shlex.quote(sys.executable)} -c {shlex.quote(program)}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout + done.stderr


RIGHT_IN_C = """
from unladen.compiling import build
from unladen.sandbox import run_isolated
from unladen.exercises.grade import grade
from unladen.exercises.registry import exercises
source = '''#include <stddef.h>
long long sum_of_squares(const int *numbers, size_t n) {
    long long total = 0;
    for (size_t i = 0; i < n; i++) total += (long long) numbers[i] * numbers[i];
    return total;
}'''
[exercise] = [e for e in exercises(3) if e.id == "3.2"]
print(repr(grade(exercise, build(source, "c", name="right").sum_of_squares)))
print(run_isolated(abs, -1, sanitize=True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are kept on Linux")
@pytest.mark.parametrize("limit", ["-v 16000000", "-v 6000000", "-d 6000000"])
def test_where_the_sanitisers_cannot_start_a_right_answer_is_right_and_it_is_said(limit):
    if not sanitizer.runtime()[0]:
        pytest.skip("no sanitisers here")
    told = " ".join(fresh(RIGHT_IN_C, limit=limit).split())
    assert told.startswith("OK 3.2"), told
    assert told.count(f"cannot start within this machine's limits on memory (ulimit {limit[:2]} is {limit[3:]})") == 2


def test_where_they_start_nothing_is_said():
    if not sanitizer.runtime()[0]:
        pytest.skip("no sanitisers here")
    told = fresh(RIGHT_IN_C)
    assert told.startswith("OK 3.2") and "cannot start" not in told


def test_a_file_that_hides_a_package_is_named(tmp_path):
    (tmp_path / "numpy.py").write_text("x = 1\n")
    for program in ("import unladen; unladen.load_ipython_extension(None)", "from unladen import check"):
        last = fresh(program, folder=tmp_path).splitlines()[-1]
        assert last.endswith("imported in place of the package numpy: rename it, and restart the kernel.")


def test_a_file_that_hides_cloudpickle_makes_no_answer_wrong(tmp_path):
    (tmp_path / "cloudpickle.py").write_text("x = 1\n")
    program = "from unladen import check\ndef hours_saved(a, s, years=5): return a * s * 365 * years / 3600\n"
    told = " ".join(fresh(program + "check(hours_saved)", folder=tmp_path, UNLADEN_STATE=str(tmp_path)).split())
    assert told.startswith("NOT CHECKED 0.1") and "the file cloudpickle.py is imported in place" in told
    assert told.endswith("Hint: Rename that file, and restart the kernel.")


def test_an_interrupt_is_told_in_a_line_without_our_own_code():
    with pytest.raises(KeyboardInterrupt) as told, patience("compiling"):
        raise KeyboardInterrupt
    assert told.value._render_traceback_() == ["Interrupted: compiling was stopped."]


def test_check_is_interrupted_in_a_line(monkeypatch):
    from unladen.exercises import check, grade

    def interrupted(exercise, answer):
        raise KeyboardInterrupt

    def hours_saved(): ...

    monkeypatch.setattr(grade, "grade", interrupted)
    with pytest.raises(KeyboardInterrupt) as told:
        check(hours_saved)
    assert told.value._render_traceback_() == ["Interrupted: checking was stopped."]
