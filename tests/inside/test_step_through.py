"""The step-through viewer: what it sees is what the running function has."""

from __future__ import annotations

import functools
import re
import sys

import pytest

from tests.helpers.stepped import (
    CALLS,
    REAL,
    Point,
    add,
    adds_points,
    after,
    catches_everything,
    comprehension,
    countdown,
    counter,
    delegates,
    everything,
    factorial,
    forever,
    jumps_far,
    raises,
    rescued,
    square,
    sum_of_squares,
)
from unladen import step_through
from unladen.inside.step_through import NoBytecodeError

pytestmark = pytest.mark.chapters(4)


@REAL
def test_the_stack_and_the_locals_are_the_real_ones():
    steps = step_through(add, 20, 22)
    assert steps.value == 42 and steps.error is None and not steps.note
    adding = after(steps, "BINARY_OP")
    before = steps.steps[steps.steps.index(adding) - 1]
    assert before.stack == ["20", "22"] and adding.stack == ["42"]
    assert adding.locals == {"a": "20", "b": "22"}
    stored = steps.steps[steps.steps.index(adding) + 1]
    assert stored.locals == {"a": "20", "b": "22", "total": "42"}
    assert (steps.steps[-1].stack, steps.steps[-1].note) == ([], "returns 42")
    assert steps.opnames[0] == "RESUME" and [step.depth for step in steps.steps] == [0] * len(steps)


@REAL
def test_a_called_function_is_followed_and_its_value_arrives_on_the_callers_stack():
    steps = step_through(sum_of_squares, [3, 4])
    assert steps.value == 25
    call = next(step for step in steps.steps if step.note == "calls square")
    at = steps.steps.index(call)
    assert (call.meanwhile[-1], call.stack[-1]) == ("0", "9")  # while it runs the arguments are gone, then it is back
    assert call.stack[:-1] == call.meanwhile
    assert (steps.steps[at + 1].function, steps.steps[at + 1].depth) == ("square", 1)
    assert steps.steps[at + 1].locals == {"x": "3"}
    assert any(step.note == "returns 9" and step.depth == 1 for step in steps.steps)


def test_without_into_a_call_is_one_step():
    steps = step_through(sum_of_squares, [3, 4], into=False)
    assert steps.value == 25 and {step.function for step in steps.steps} == {"sum_of_squares"}
    assert {step.depth for step in step_through(factorial, 5, into=False).steps} == {0}


@REAL
@pytest.mark.parametrize("into", [True, False])
@pytest.mark.parametrize("f, given", CALLS, ids=lambda v: re.sub(" at 0x[0-9a-f]+", "", str(v))[:40])
def test_the_result_is_that_of_a_plain_call_and_every_stack_could_be_read(f, given, into):
    steps = step_through(f, *given, into=into)
    assert steps.value == f(*given) and steps.error is None and not steps.cut and not steps.note
    assert not any("?" in step.stack for step in steps.steps)
    assert steps.steps[-1].stack == [] and steps.steps[-1].depth == 0


def test_a_comprehension_is_seen_whether_it_has_a_frame_of_its_own_or_not():
    steps = step_through(comprehension, 2, into=False)
    assert "LIST_APPEND" in steps.opnames
    appended = after(steps, "LIST_APPEND")
    assert appended.depth == (1 if sys.version_info < (3, 12) else 0)
    assert appended.locals["factor"] == "3"


@REAL
def test_a_null_on_the_stack_is_shown_as_such():
    assert any("NULL" in step.stack for step in step_through(sum_of_squares, [1]).steps)


@REAL
def test_closures_show_what_is_in_their_cells():
    steps = step_through(counter)
    inside = [step for step in steps.steps if step.function == "increase"]
    assert inside[0].locals == {"count": "10"} and steps.value == 23
    assert steps.steps[-1].locals["count"] == "12"


def test_a_generator_is_taken_to_its_end():
    steps = step_through(countdown, 2)
    assert steps.value == [2, 1]
    assert [step.note for step in steps.steps if step.note] == ["yields 2", "yields 1", "returns None"]
    assert step_through(delegates, 2).value == [2, 1, 0]
    assert step_through(countdown, 0).value == []


def test_an_exception_that_leaves_is_the_last_step_and_is_kept():
    steps = step_through(raises, 1)
    assert isinstance(steps.error, IndexError) and steps.value is None and not steps.cut
    assert steps.steps[-1].note.startswith("raises IndexError") and steps.steps[-1].note.endswith("leaves raises")
    assert "raises IndexError" in steps.title
    wrong = step_through(add, 1)
    assert isinstance(wrong.error, TypeError) and len(wrong) == 0 and "missing 1" in repr(wrong)
    assert isinstance(step_through(lambda: sys.exit(3)).error, SystemExit)


@REAL
def test_a_handler_finds_the_exception_on_the_stack():
    steps = step_through(rescued, 0)
    division = after(steps, "BINARY_OP")
    assert division.note.startswith("raises ZeroDivisionError") and division.stack[-1].startswith("ZeroDivisionError")


def test_methods_classes_and_properties_are_followed():
    assert [s.function for s in step_through(adds_points, 4).steps if s.opname == "RESUME"] == [
        "adds_points",
        "Point.__init__",
        "Point.__init__",
        "Point.__add__",
        "Point.__init__",
        "Point.double",
    ]
    assert step_through(Point, 3).value.x == 3
    assert step_through(Point.origin).value.x == 0
    assert step_through(Point(1).__add__, Point(2)).value.x == 3


def test_arguments_of_every_kind_arrive():
    steps = step_through(everything, 1, 2, 3, key=4, other=5)
    assert steps.value == (1, (2, 3), 4, {"other": 5})
    assert steps.call == "everything(1, 2, 3, key=4, other=5)"


def test_an_instruction_with_a_long_argument_is_one_step():
    steps = step_through(jumps_far, 1)
    assert steps.value == 1 and not steps.note and "EXTENDED_ARG" not in steps.opnames
    assert any(name.startswith("POP_JUMP") for name in steps.opnames) and len(steps) < 12


# -- ends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [forever, catches_everything])
def test_an_endless_function_is_stopped(f):
    steps = step_through(f, limit=60)
    assert steps.cut and len(steps) == 60 and steps.value is None and steps.error is None
    assert "stopped after 60 instructions" in repr(steps)
    assert sys.gettrace() is None or "unladen" not in str(sys.gettrace())


def test_a_function_that_ends_at_the_limit_was_not_cut():
    needed = len(step_through(add, 1, 2))
    assert not step_through(add, 1, 2, limit=needed).cut
    assert step_through(add, 1, 2, limit=needed - 1).cut
    with pytest.raises(ValueError, match="at least 1"):
        step_through(add, 1, 2, limit=0)


def test_an_endless_generator_and_an_endless_recursion_are_stopped():
    def naturals():
        n = 0
        while True:
            yield n
            n += 1

    def deeper():
        return deeper()

    assert step_through(naturals, limit=50).cut
    assert step_through(deeper, limit=50).cut


def test_an_interrupt_ends_it_and_leaves_no_tracer():
    before = sys.gettrace()

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step_through(interrupted)
    assert sys.gettrace() is before


async def waits():
    return 1


async def produces():
    yield 1


@pytest.mark.parametrize(
    "f, words",
    [
        (len, "len is not written in Python"),
        ([].append, "append is not written in Python"),
        (int, "int is not written in Python"),
        (3, r"expected a function and its arguments, as in step_through\(f, 3\), and got 3"),
        (waits, "waits is an async function"),
        (produces, "produces is an async function"),
    ],
)
def test_what_cannot_be_stepped_through_is_refused_with_the_reason(f, words):
    with pytest.raises(NoBytecodeError, match=words):
        step_through(f)


def test_a_cached_function_is_followed_once():
    cached = functools.cache(square)
    assert step_through(cached, 3).value == 9
    again = step_through(cached, 3)
    assert again.value == 9 and not again.steps and "came out of a cache" in again.note
