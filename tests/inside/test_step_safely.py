"""Stepping through a function leaves no trace, and nothing that it meets breaks it: no value, no wrong offset."""

from __future__ import annotations

import dis
import gc
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import weakref
from pathlib import Path

import pytest

from tests.helpers.stepped import REAL, Point, add, countdown, raises, square, sum_of_squares, uses_generator
from unladen import step_through
from unladen.elsewhere.interpreters import other_interpreters
from unladen.inside import frames
from unladen.inside.values import WIDTH, shown

pytestmark = pytest.mark.chapters(4)

REPOSITORY = Path(__file__).parents[2]


def test_a_tracer_that_was_there_is_there_again():
    seen = []

    def tracer(frame, event, argument):
        seen.append((frame.f_code.co_name, event))
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        assert step_through(sum_of_squares, [1]).value == 1
        assert sys.gettrace() is tracer
        add(1, 2)
    finally:
        sys.settrace(before)
    assert ("add", "return") in seen and ("square", "call") not in seen


def test_a_function_that_sets_a_tracer_is_seen_up_to_there():
    def meddles():
        sys.settrace(None)
        return 5

    before = sys.gettrace()
    steps = step_through(meddles)
    assert steps.value == 5 and "tracer of its own" in steps.note and sys.gettrace() is before


def test_it_can_step_through_itself():
    outer = step_through(lambda: step_through(add, 1, 2).value, limit=400)
    assert outer.value == 3 and not outer.note


def test_other_threads_run_unseen():
    found = []

    def starts():
        thread = threading.Thread(target=lambda: found.append(square(3)))
        thread.start()
        thread.join()

    assert "square" not in {step.function for step in step_through(starts).steps}
    assert found == [9]


class Plain:
    pass


def test_no_reference_is_kept_or_lost():
    thing, number = Plain(), 10**30
    data = [thing, number]
    counts = [sys.getrefcount(one) for one in (thing, number, data, None)]
    for _ in range(20):
        step_through(lambda rows: [row for row in rows if row], data)
        step_through(raises, data)
    gc.collect()
    assert [sys.getrefcount(one) for one in (thing, number, data)] == counts[:3]


@pytest.mark.parametrize("ending", ["returns", "raises", "stopped"])
def test_what_the_function_made_is_gone_when_it_is(ending):
    made = []

    def makes(ending):
        local = Plain()
        made.append(weakref.ref(local))
        if ending == "raises":
            raise ValueError
        while ending == "stopped":
            pass

    steps = step_through(makes, ending)
    assert made[0]() is None and len(steps) > 5


def test_a_function_is_as_fast_as_before():
    """The instructions specialise again: the tracer has left nothing in them."""

    def grows(n):
        total = 0
        for k in range(n):
            total += k
        return total

    step_through(grows, 3)
    for _ in range(100):
        grows(100)
    now = {one.opname for one in dis.get_instructions(grows, adaptive=True)}
    assert not any("INSTRUMENTED" in name for name in now)
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert "BINARY_OP_ADD_INT" in now


# -- values ----------------------------------------------------------------------------------------------------------


class Rude:
    def __repr__(self):
        raise RuntimeError("no")


class Changing:
    def __init__(self):
        self.count = 0

    def __repr__(self):
        self.count += 1
        return f"Changing {self.count}\n" + "x" * 10_000


def test_values_that_cannot_be_shown_do_no_harm():
    endless = []
    endless.append(endless)
    given = [Rude(), Changing(), endless, "y" * 10**6, 7**10_000, {Rude(): Rude()}, list(range(10**6))]
    for value in given:
        steps = step_through(lambda x: (x, [x]), value)
        assert steps.error is None and steps.value[0] is value
        assert all(len(text) <= WIDTH for step in steps.steps for text in [*step.stack, *step.locals.values()])
    assert shown(Rude()) == "<Rude: repr raised RuntimeError>"
    assert shown(7**10_000) == "<int of 28074 bits>"


def test_values_are_the_same_in_every_run():
    assert shown(object()) == "<object>"
    assert shown(add) == "<function add>" and shown(Point.same) == "<function Point.same>"
    assert shown(countdown(1)) == "<generator countdown>"
    assert shown({"b", "a"}) == "{'a', 'b'}" and shown(set()) == "set()" and shown((1,)) == "(1,)"
    assert shown(add.__code__) == "<code add>" and shown(json) == "<module json>"
    assert shown({1: [2, {3: 4}]}) == "{1: [2, {3: 4}]}"
    assert shown(list(range(100))) == "[0, 1, 2, 3, 4, 5, 6, 7, …]"
    once, again = step_through(uses_generator, 2), step_through(uses_generator, 2)
    assert repr(once) == repr(again) and once._repr_html_() == again._repr_html_() and "0x" not in once._repr_html_()


# -- where the memory cannot be read ---------------------------------------------------------------------------------


@REAL
def test_the_layout_is_tested_in_a_child_process():
    assert frames.trouble() == ""


def stepped_elsewhere(folder, python=sys.executable, code="") -> subprocess.CompletedProcess:
    code = code or "from tests_stepped import add; print(repr(__import__('unladen').step_through(add, 2, 3)))"
    (folder / "tests_stepped.py").write_text("def add(a, b):\n    return a + b\n")
    command = [python, "-X", "faulthandler", "-c", code]
    environment = dict(os.environ) | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, timeout=60)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package, of which one file is changed; the others are compiled once."""
    place = tmp_path_factory.mktemp("copy")
    shutil.copytree(REPOSITORY / "unladen", place / "unladen", ignore=shutil.ignore_patterns("__pycache__"))
    return place


@REAL
@pytest.mark.parametrize(
    "right, wrong",
    [
        ("localsplus=", "localsplus=-8 + "),
        ("localsplus=", "localsplus=16 + "),
        ("frame_obj=", "frame_obj=8 + "),
        ("code=", "code=8 + "),
        ("top=", "top=8 + "),
        ("object.__basicsize__ + _WORD", "object.__basicsize__ + 2 * _WORD"),
        ("match sys.version_info[:2]", "match (4, 0)"),
    ],
)
def test_a_wrong_layout_leads_to_depths_instead_of_values_and_to_no_crash(copy, right, wrong):
    text = (REPOSITORY / "unladen" / "inside" / "frames.py").read_text()
    assert right in text
    source = copy / "unladen" / "inside" / "frames.py"
    source.write_text(text.replace(right, wrong))
    for compiled in source.parent.glob("__pycache__/frames.*"):  # of one second and one size, it would be believed
        compiled.unlink()
    done = stepped_elsewhere(copy)
    assert done.returncode == 0, done.stderr
    assert "gives 5" in done.stdout and "a=2, b=3" in done.stdout
    assert "? │ ?" in done.stdout and "Each value on the stack is shown as ?" in done.stdout


@REAL
def test_a_stack_deeper_than_the_bytecode_says_is_not_read(monkeypatch):
    monkeypatch.setattr(frames, "slots", lambda frame, where, known: ([0xDEAD0] * 9, known + 1))
    steps = step_through(add, 2, 3)
    assert steps.value == 5 and "its bytecode says" in steps.note and ["?", "?"] in [s.stack for s in steps.steps]


# -- many functions, on every Python there is ------------------------------------------------------------------------


def pythons() -> dict[str, str]:
    """This interpreter, one of each other version and kind that is found, and those named in UNLADEN_PYTHONS."""
    known = [o for o in other_interpreters() if o.implementation == "CPython" and "3.11" <= o.version[:4] <= "3.14"]
    others = {f"{o.version[:4]}{'t' * o.free_threaded}": o.path for o in reversed(known)}
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    others.pop(f"{sys.version_info[0]}.{sys.version_info[1]}{'t' * free}", None)
    named = [path for path in os.environ.get("UNLADEN_PYTHONS", "").split(os.pathsep) if path]
    return {"this one": sys.executable} | others | {path: path for path in named}


@REAL
@pytest.mark.parametrize("python", pythons().values(), ids=pythons().keys())
def test_functions_of_the_standard_library_come_to_the_same_result(python):
    command = [python, "-X", "faulthandler", "-m", "tests.helpers.many_steps"]
    environment = dict(os.environ) | {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=REPOSITORY, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1, done.stdout
