"""The room of the exercises: what a learner may do to it, and what it then says."""

from __future__ import annotations

import linecache
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from unladen.compiling import build
from unladen.exercises import check, front, hint, progress, store, words
from unladen.exercises.chapter03 import checks as chapter03
from unladen.exercises.grade import grade
from unladen.exercises.registry import Exercise, exercises
from unladen.exercises.stub import unwritten

pytestmark = pytest.mark.measures

ROOT = Path(__file__).resolve().parents[2]
STATES = ("TODO", "WRONG", "OK", "TOO NOISY", "NOT CHECKED")


@pytest.fixture(autouse=True)
def fresh_learner(tmp_path, monkeypatch):
    """Each test has a learner who has done nothing yet."""
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(store, "_session", {})
    monkeypatch.setattr(front, "_hints_given", {})
    monkeypatch.setattr(words, "now", words.Grading("twice"))


def twice_is_right(answer):
    words.case(answer, [0], 0, hint="What is twice 0?")
    words.case(answer, [21], 42, mistakes=[(23, "That is 2 more.")], hint="Add it to itself.")
    words.case(answer, [[1]], [1, 1], hint="Lists too.")


# The child process cannot import a test file: let the specification travel by value, as a learner's function does.
twice_is_right.__module__ = "__main__"
TWICE = Exercise(
    "99.1", "twice", "Twice", ["Half of the answer is the question."], "It is.", twice_is_right, "python", (), 2
)


def written(source: str, name: str = "twice"):
    """What a cell with this source defines."""
    namespace = {"__name__": "__main__"}
    exec(compile(source, "<ipython-input-7>", "exec"), namespace)
    return namespace[name]


def lines(captured: str) -> list[str]:
    return [line for line in captured.splitlines() if line.startswith(STATES)]


# ------------------------------------------------------------------------------------------ verdicts


def test_a_right_answer_is_ok_and_explained():
    verdict = grade(TWICE, written("def twice(x): return x + x"))
    assert repr(verdict) == "OK 99.1 Twice\nWhy it works: It is."


def test_a_wrong_answer_is_told_the_case_that_failed_and_the_hint_for_it():
    verdict = grade(TWICE, written("def twice(x): return x + 2 if x else 0"))
    assert repr(verdict) == "WRONG 99.1 Twice\ntwice(21) returned 23, expected 42\nHint: That is 2 more."


def test_a_failure_without_a_hint_of_its_own_is_given_the_first_of_the_ladder():
    verdict = grade(Exercise(**TWICE.__dict__ | {"specification": _no_hints}), written("def twice(x): return 5"))
    assert verdict.hint == TWICE.hints[0]


def _no_hints(answer):
    words.case(answer, [0], 0)


_no_hints.__module__ = "__main__"


@pytest.mark.parametrize(
    "stub",
    [
        "def twice(x): ...",
        "def twice(x): pass",
        "def twice(x):\n    'A docstring.'",
        "def twice(x):\n    'A docstring.'\n    ...",
        "def twice(x): return ...",
        "def twice(x): raise NotImplementedError",
        "def twice(x):\n    y = x\n    raise NotImplementedError('TODO')",
        "twice = ...",
        "twice = None",
        "twice = {'a': True, 'b': ...}",
    ],
)
def test_a_stub_is_todo(stub):
    assert grade(TWICE, written(stub)).state == "TODO"


@pytest.mark.parametrize(
    "body", ["return 0", "return x", "global y; y = x", "print()", "return {}", "return None or x"]
)
def test_a_short_answer_is_no_stub(body):
    assert not unwritten(written(f"def twice(x): {body}"))


def test_c_code_is_a_stub_as_long_as_it_says_todo():
    stub = build("int twice(int x) { return x; /* TODO */ }", "c", name="stub").twice
    assert unwritten(stub)
    solution = "int twice(int x) {\n    // ### STUB: return 0;  // TODO\n    return x + x;\n}"
    assert not unwritten(build(solution, "c", name="solution").twice)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("while True: pass", "twice(0) had not come back after 2 seconds"),
        ("return twice(x)", "twice(0) called itself until Python's stack was full"),
        ("import sys; sys.exit()", "twice(0) ended the program instead of returning"),
        ("import os; os._exit(0)", "twice(0) ended the program instead of returning"),
        ("return bytearray(10**12)", "twice(0) asked for more memory"),
        ("import ctypes; ctypes.string_at(0)", "twice(0) crashed: SIGSEGV"),
        ("import os; os.abort()", "twice(0) crashed: SIGABRT"),
        ("return 1 / x", "twice(0) raised ZeroDivisionError: division by zero (line 2 of its cell)"),
        ("raise KeyboardInterrupt", "twice(0) raised KeyboardInterrupt"),
        ("x.append(1)", "twice(0) raised AttributeError"),
        ("x = 2 * x", "twice(0) returned None, expected 0"),
        ("return x.__class__", "twice(0) returned <class 'int'>, expected 0"),
        ("return lambda: x", "twice(0) returned an object of type function, expected 0"),
    ],
)
def test_whatever_an_answer_does_it_is_reported(body, told):
    verdict = grade(TWICE, written(f"def twice(x):\n    {body}"))
    assert verdict.state == "WRONG"
    assert verdict.lines[0].startswith(told)
    assert verdict.hint


def test_an_answer_that_never_ends_is_told_the_loop_it_was_in(monkeypatch):
    source, cell = "def twice(x):\n    while x < 2 * x + 1:\n        x += 1\n        x -= 1\n", "<ipython-input-7>"
    monkeypatch.setitem(linecache.cache, cell, (len(source), None, source.splitlines(keepends=True), cell))
    (line,) = grade(TWICE, written(source)).lines
    assert line == "twice(0) had not come back after 2 seconds, and was at line 2 of the cell, in twice"


def mistaken():
    """A specification that fails by itself, as if it stood among those of the course."""
    names = {"__name__": "__main__", "case": words.case}
    source = "def mistaken(answer):\n    case(answer, [0], 0)\n    {}[answer(1)]"
    exec(compile(source, str(ROOT / "unladen" / "exercises" / "chapter99" / "checks.py"), "exec"), names)
    return Exercise(**TWICE.__dict__ | {"specification": names["mistaken"]})


def test_a_mistake_of_the_check_is_not_told_as_one_of_the_learners():
    verdict = grade(mistaken(), written("def twice(x): return 2 * x"))
    assert verdict.state == "NOT CHECKED"
    assert verdict.lines == (
        "The check itself failed, after twice(0): KeyError: 2. That is no mistake of yours that it has found.",
    )


def test_a_mistake_of_the_answer_is_its_own_wherever_the_check_meets_it():
    source = "def twice(x):\n    return 0 if x == 0 else {}[x]"
    verdict = grade(mistaken(), written(source))
    assert (verdict.state, verdict.lines) == ("WRONG", ("twice(0) raised KeyError: 1",))


def test_a_returned_object_may_be_as_nasty_as_it_likes():
    source = """
class Nasty:
    def __repr__(self): raise RuntimeError
    def __eq__(self, other): raise RuntimeError
    def __getattr__(self, name): raise RuntimeError
def twice(x): return Nasty()
"""
    assert "twice(0) returned an object of type Nasty" in grade(TWICE, written(source)).lines[0]


def test_an_answer_whose_class_answers_to_no_name_is_checked_like_any_other():
    source = """
class Evil:
    def __getattr__(self, name): raise RuntimeError("evil library")
    def __call__(self, x): return 2 * x
twice = Evil()
"""
    assert grade(TWICE, written(source)).state == "OK"


def test_an_array_without_dimensions_is_shown():
    source = "import numpy as np\ndef twice(x): return np.array(1.5)"
    assert grade(TWICE, written(source)).lines[0] == "twice(0) returned np.array(1.5), expected 0"


def test_a_truth_value_of_numpys_is_shown_where_pythons_is_asked_for():
    source = "import numpy as np\ndef has_duplicates(v): return np.bool_(len(set(v)) < len(v))"
    [exercise] = [e for e in exercises(0) if e.id == "0.2"]
    told = grade(exercise, written(source, "has_duplicates")).lines[0]
    assert told.startswith("has_duplicates([1, 2]) returned np.bool") and told.endswith("neither True nor False")


def test_no_verdict_depends_on_an_address():
    verdict = grade(TWICE, written("def twice(x): raise ValueError(twice)"))
    assert verdict.lines[0] == "twice(0) raised ValueError: <function twice> (line 1 of its cell)"


def test_an_answer_may_use_cached_functions_and_locks_beside_it():
    source = """
import threading
from functools import cache
lock = threading.Lock()
@cache
def double(x): return 2 * x
def twice(x):
    with lock: return double(x) if type(x) is int else 2 * x
"""
    assert grade(TWICE, written(source)).state == "OK"


def test_what_an_answer_prints_is_shown_when_it_is_wrong():
    verdict = grade(TWICE, written("def twice(x):\n    print('x is', x)\n    return 1"))
    assert verdict.lines[1] == "Your code printed: x is 0"


def test_changed_input_is_wrong():
    source = "def twice(x):\n    if type(x) is list:\n        x *= 2\n        return x\n    return 2 * x"
    assert grade(TWICE, written(source)).lines[0] == "twice([1]) changed what it was given: [1] became [1, 1]"


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("log = open(__import__('os').devnull, 'w')", "TextIOWrapper"),
        ("log = __import__('socket').socket()", "socket"),
        ("log = __import__('sqlite3').connect(':memory:')", "Connection"),
        ("log = (i for i in [])", "generator"),
    ],
)
def test_an_answer_that_needs_what_cannot_travel_is_not_called_wrong(made, kind):
    verdict = grade(TWICE, written(f"{made}\ndef twice(x): return log and x"))
    assert verdict.state == "NOT CHECKED"
    assert verdict.lines[0].startswith(
        f"twice cannot be checked like this: the variable log, of type {kind}, cannot be copied"
    )
    assert "0x" not in verdict.lines[0]


def test_a_python_function_is_no_answer_to_an_exercise_in_c():
    in_c = Exercise(**TWICE.__dict__ | {"language": "c"})
    assert "to be answered in C" in grade(in_c, written("def twice(x): return x + x")).lines[0]


def test_a_read_past_the_end_is_found_even_where_the_result_is_right():
    source = """
#include <stddef.h>
long long sum_of_squares(const int *numbers, size_t n) {
    long long total = 0;
    int next = 0;
    for (size_t i = 0; i < n; i++) { total += (long long) numbers[i] * numbers[i]; next = numbers[i + 1]; }
    return next == 123456789 ? total + 1 : total;
}
"""
    [exercise] = [e for e in exercises(3) if e.id == "3.2"]
    verdict = grade(exercise, build(source, "c", name="reader").sum_of_squares)
    if "sanitiser" not in " ".join(verdict.lines):
        pytest.skip("this compiler has no sanitisers: install gcc with libasan, or clang with compiler-rt")
    assert "heap-buffer-overflow" in verdict.lines[0]
    assert "line 6" in verdict.lines[0]


INSIDE_IN_C = """
#include <stddef.h>
long long inside(const double *x, const double *y, size_t n) {
    long long count = 0;
    for (size_t i = 0; i < n; i++) count += x[i] * x[i] + y[i] * y[i] <= 1;
    return count;
}
"""


def test_a_compiled_answer_is_tried_under_sanitisers_and_its_speed_measured_without():
    namespace = {"__name__": "__main__", "np": np, "c": build(INSIDE_IN_C, "c", name="c")}
    source = "def count_inside(x, y):\n    return c.inside(*(np.ascontiguousarray(v, float) for v in (x, y)), len(x))"
    exec(compile(source, "<ipython-input-7>", "exec"), namespace)
    [exercise] = [e for e in exercises(3) if e.id == "3.5"]
    verdict = grade(exercise, namespace["count_inside"])
    assert verdict.state == "OK"
    assert verdict.earned > 10


# ------------------------------------------------------------------------------------------ the three words


def test_check_prints_one_line_with_the_verdict(capsys):
    def checked_sum(values): ...

    check(checked_sum)
    assert lines(capsys.readouterr().out) == ["TODO 3.4 The type error before the loop"]


class Hostile:
    def __getattr__(self, name):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    __eq__ = __bool__ = __hash__ = __call__ = None


@pytest.mark.parametrize("thing", [..., None, 3, "x", print, [1], Hostile, np.zeros(3), (i for i in ()), sys])
def test_check_and_hint_never_raise(thing, capsys):
    thing = Hostile() if thing is Hostile else thing  # pytest itself would fall over it
    check(thing)
    hint(thing)
    assert len(lines(capsys.readouterr().out)) == 1


@pytest.mark.parametrize("thing", ["...", "None", "3", "'text'", "[]", "int", "object()"])
def test_check_knows_by_the_name_what_is_not_yet_a_function(thing, tmp_path, capsys):
    script = tmp_path / "cell ü.py"
    script.write_text(
        f"from unladen import check\nchecked_sum = {thing}\nä = 'é'; check(checked_sum)\n", encoding="utf-8"
    )
    runpy.run_path(str(script))
    state = "TODO" if thing in ("...", "None") else "WRONG"
    assert lines(capsys.readouterr().out) == [f"{state} 3.4 The type error before the loop"]


def test_a_name_that_is_no_exercise_is_told_which_are_at_hand(capsys):
    def checked_sums(values): ...

    store.record("3.5", "OK", None)
    check(checked_sums)
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("WRONG No exercise is called checked_sums. Did you mean checked_sum?")
    assert [e for e in exercises() if f"{e.name} ({e.id})" in told] == exercises(3)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("check(None)", "None is no answer: there is no telling which exercise this is for."),
        ("check(checked_sum([1]))", "That is what checked_sum returned, not checked_sum itself"),
        ("check(3 + 4)", "There is no telling which exercise this is for."),
        ("check(cheked_sum)", "No exercise is called cheked_sum. Did you mean checked_sum?"),
    ],
)
def test_a_call_that_names_no_exercise_is_told_so_in_few_lines(call, told, tmp_path, capsys):
    script = tmp_path / "cell.py"
    script.write_text(f"from unladen import check\ncheked_sum = checked_sum = len\n{call}\n", encoding="utf-8")
    runpy.run_path(str(script))
    said = capsys.readouterr().out
    assert said.startswith(f"WRONG {told}") and len(said.splitlines()) <= 3


def test_hints_come_one_at_a_time_and_the_last_is_repeated(capsys):
    for _ in range(5):
        hint(chapter03.checked_sum)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Hint")]
    assert [line[:20] for line in told[:3]] == [f"Hint {n} of 3 for 3.4:" for n in (1, 2, 3)]
    assert len(set(told[:3])) == 3
    assert told[3] == told[4]
    assert told[3].startswith("Hint 3 of 3 for 3.4 (that was the last one): ")


def test_progress_shows_every_exercise_of_the_chapter_at_hand(capsys):
    store.record("3.4", "OK", None)
    store.record("3.5", "OK", 31.24)
    progress()
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines()[2:-1]] == [e.id for e in exercises(3)]
    assert "≈ 31.2 ×" in shown
    assert "not tried" in shown
    assert shown.splitlines()[-1] == "2 of 5 done"


def test_progress_of_a_chapter_without_exercises_says_which_have_some(capsys):
    progress(77)
    assert capsys.readouterr().out.startswith("Chapter 77 has no exercises; these have: ")


def test_progress_outlives_the_kernel(monkeypatch):
    code = "from unladen.exercises import store; store.record('3.4', 'OK', 2.5)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert store.recall("3.4") == ("OK", 2.5)


@pytest.mark.parametrize("text", ["", "{", "[]", '"OK"', '{"state": 3, "earned": "much"}', "\x00\xff"])
def test_a_damaged_record_counts_as_never_tried(text):
    store.folder().mkdir(parents=True)
    (store.folder() / "3.4.json").write_text(text, encoding="utf-8")
    assert store.recall("3.4") == ("", None)


def test_where_nothing_can_be_written_progress_is_remembered_in_the_kernel(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "file"))
    check(written("def checked_sum(values): ...", "checked_sum"))
    assert store.recall("3.4") == ("TODO", None)
    assert not capsys.readouterr().err
