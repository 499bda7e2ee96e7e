"""The step-through viewer: what it sees is what the running function has; and nothing that it is given breaks it."""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import weakref
from dataclasses import dataclass

import pytest

from tests.browser import browser_context, save_picture
from tests.checkout import REPOSITORY
from unladen import step_through
from unladen.inside import frames
from unladen.inside.steps import NoBytecodeError, Steps
from unladen.inside.values import WIDTH, shown
from unladen.timing.interpreters import other_interpreters

KNOWN = (3, 11) <= sys.version_info[:2] <= (3, 14) and sys.implementation.name == "cpython"
REAL = pytest.mark.skipif(not KNOWN, reason="the frames of this interpreter are not known: their stack is not read")


# -- functions to step through ---------------------------------------------------------------------------------------


def add(a, b):
    total = a + b
    return total


def square(x):
    return x * x


def sum_of_squares(numbers):
    total = 0
    for number in numbers:
        total += square(number)
    return total


def sign(x):
    if x < 0:
        return "negative"
    return "positive"


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def comprehension(n):
    factor = 3
    return [factor * k for k in range(n)]


def counter():
    count = 10

    def increase():
        nonlocal count
        count += 1
        return count

    return increase() + increase()


def countdown(n):
    while n:
        got = yield n
        assert got is None
        n -= 1


def uses_generator(n):
    return sum(k for k in countdown(n))


def delegates(n):
    yield from countdown(n)
    yield 0


def rescued(x):
    try:
        result = 1 / x
    except ZeroDivisionError as error:
        result = str(error)
    finally:
        x = None
    return result


def raises(x):
    with contextlib.nullcontext(x) as y:
        kept = [y]
        return kept[1]


def everything(first, /, *rest, key=0, **named):
    return first, rest, key, named


def forever():
    count = 0
    while True:
        count += 1


def catches_everything():
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            continue
        finally:
            count = 1
            del count


class Point:
    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return Point(self.x + other.x)

    @property
    def double(self):
        return 2 * self.x

    def __repr__(self):
        return f"Point({self.x})"

    def __call__(self, y):
        return self.x + y

    @classmethod
    def origin(cls):
        return cls(0)

    @staticmethod
    def same(x):
        return x


def adds_points(n):
    return (Point(n) + Point(1)).double


@dataclass
class Pair:
    a: int
    b: int = 2


def matches(command):
    match command:
        case {"go": str(where), **rest}:
            return where, rest
        case [Pair(a=1, b=b), *_]:
            return b
    return None


def groups():
    try:
        raise ExceptionGroup("several", [ValueError(1), TypeError(2)])
    except* ValueError as group:
        return_value = len(group.exceptions)
    except* TypeError:
        pass
    return return_value


def makes_class():
    class Inner:
        size = 3
        area = size * size

    return Inner.area


def formats(x, y=2):
    return f"{x!r:>4}{y}" if x else lambda: y


# so far to jump that the argument needs an EXTENDED_ARG
exec("def jumps_far(x):\n    if x < 0:\n" + "        print(x)\n" * 300 + "    return x")

CALLS = [
    (add, (2, 3)),
    (add, ("a", "b")),
    (sum_of_squares, ([1, 2, 3],)),
    (sign, (-1,)),
    (sign, (1,)),
    (factorial, (4,)),
    (comprehension, (3,)),
    (counter, ()),
    (uses_generator, (3,)),
    (rescued, (0,)),
    (rescued, (2,)),
    (adds_points, (4,)),
    (matches, ({"go": "on", "x": 1},)),
    (matches, ([Pair(1), 3],)),
    (groups, ()),
    (makes_class, ()),
    (formats, (3,)),
    (functools.partial(add, 1), (2,)),
    (functools.partial(everything, 1, key=5), (2, 3)),
    (lambda a, *b: (a, b), (1, 2)),
    (Point(3), (4,)),
    (Point.same, (4,)),
]


def after(steps: Steps, opname: str):
    """The first step of that name."""
    return next(step for step in steps.steps if step.opname.startswith(opname))


# -- what is seen ----------------------------------------------------------------------------------------------------


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
    inside = [step for step in steps.steps[at + 1 :] if step.depth][: steps.opnames.count("RESUME") and 5]
    assert {step.function for step in inside} == {"square"} and inside[0].locals == {"x": "3"}
    assert any(step.note == "returns 9" and step.depth == 1 for step in steps.steps)


def test_without_into_a_call_is_one_step():
    steps = step_through(sum_of_squares, [3, 4], into=False)
    assert steps.value == 25 and {step.function for step in steps.steps} == {"sum_of_squares"}
    assert {step.depth for step in step_through(factorial, 5, into=False).steps} == {0}


@REAL
@pytest.mark.parametrize("into", [True, False])
@pytest.mark.parametrize("f, given", CALLS, ids=lambda v: str(v)[:40])
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
    with pytest.raises(StopIteration):
        next(iter(step_through(countdown, 0).value))


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
    steps = step_through(globals()["jumps_far"], 1)
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


# -- it leaves no trace ----------------------------------------------------------------------------------------------


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
    import dis

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
def test_a_wrong_layout_leads_to_depths_instead_of_values_and_to_no_crash(tmp_path, right, wrong):
    shutil.copytree(REPOSITORY / "unladen", tmp_path / "unladen", ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "unladen" / "inside" / "frames.py"
    text = source.read_text()
    assert right in text
    source.write_text(text.replace(right, wrong))
    done = stepped_elsewhere(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "gives 5" in done.stdout and "a=2, b=3" in done.stdout
    assert "? │ ?" in done.stdout and "Each value on the stack is shown as ?" in done.stdout


@REAL
def test_a_stack_deeper_than_the_bytecode_says_is_not_read(monkeypatch):
    monkeypatch.setattr(frames, "slots", lambda frame, where, known: ([0xDEAD0] * 9, known + 1))
    steps = step_through(add, 2, 3)
    assert steps.value == 5 and "its bytecode says" in steps.note and ["?", "?"] in [s.stack for s in steps.steps]


# -- many functions, on every Python there is ------------------------------------------------------------------------


def pythons() -> list[str]:
    """This interpreter, and one of each other kind and version that is here and known."""
    others = [o for o in other_interpreters() if o.implementation == "CPython" and "3.11" <= o.version[:4] <= "3.14"]
    one_each = {(o.version[:4], o.free_threaded): o.path for o in others}
    mine = f"{sys.version_info[0]}.{sys.version_info[1]}", bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    one_each.pop(mine, None)
    return [sys.executable, *one_each.values()]


@REAL
@pytest.mark.parametrize("python", pythons())
def test_functions_of_the_standard_library_come_to_the_same_result(python):
    command = [python, "-X", "faulthandler", "-m", "tests.many_steps"]
    environment = dict(os.environ) | {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=REPOSITORY, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1, done.stdout


# -- how it looks ----------------------------------------------------------------------------------------------------


def test_the_text_is_a_table_that_says_how_much_is_left_out():
    lines = repr(step_through(sum_of_squares, [1, 2, 3])).splitlines()
    assert lines[0].startswith("sum_of_squares([1, 2, 3]): ") and lines[0].endswith("gives 14")
    assert lines[-1].startswith("… and ") and lines[-1].endswith(" more instructions")
    assert max(map(len, lines)) < 260


def test_only_shows_a_part_with_its_own_numbers():
    steps = step_through(sum_of_squares, [1, 2])
    part = steps.only(4, 6)
    assert [s.opname for s in part.steps] == steps.opnames[3:6] and part.title == steps.title
    assert repr(part).splitlines()[3].split()[0] == "4"
    assert len(part.only(5).steps) == 2 and len(steps.only(len(steps) - 1)) == 2
    with pytest.raises(ValueError, match="1 <= first <= last"):
        steps.only(3, 2)


def test_html_that_needs_nothing_and_hides_nothing_from_those_without_scripts():
    page = step_through(lambda x: "</script><b>" + x, "<i>")._repr_html_()
    table = page[: page.index("<script")]
    assert page.count("</script>") == 2 and "<b>'" not in table and "&lt;i&gt;" in table
    assert "http" not in page and "id=" not in page
    assert "value stack" in table and "BINARY_OP" in table


@pytest.fixture(scope="module")
def context():
    with browser_context(width=1280, height=720) as context:
        yield context


def opened(context, tmp_path, steps: Steps, scripts: bool = True):
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    html = steps._repr_html_()
    if not scripts:
        html = html[: html.index("<script")]
    (tmp_path / "steps.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{html}", encoding="utf-8")
    page.goto((tmp_path / "steps.html").as_uri())
    return page, errors


def boxes(page) -> list[str]:
    """The value stack as it is seen, from the bottom to the top."""
    seen = page.locator(".stack > div:not(.empty)").all_inner_texts()
    return seen[::-1]


@REAL
def test_in_a_browser_the_stack_is_followed_by_buttons_slider_and_keys(context, tmp_path):
    steps = step_through(sum_of_squares, [3, 4])
    page, errors = opened(context, tmp_path, steps)
    assert page.get_by_text(f"step 1 of {len(steps)}").is_visible() and boxes(page) == []
    forward = page.get_by_role("button", name="Forward")
    for step in steps.steps[1:14]:
        forward.click()
        assert boxes(page) == (step.stack if step.meanwhile is None else step.meanwhile)
        assert step.opname in page.locator(".listing .now").inner_text()
    save_picture(page, "stepper")
    assert page.get_by_text("waiting in sum_of_squares").is_visible()
    page.get_by_role("button", name="Last").click()
    assert page.locator(".note").get_by_text("returns 25").is_visible()
    page.get_by_role("button", name="First").click()
    page.locator(".stepper").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.get_by_text(f"step 3 of {len(steps)}").is_visible()
    page.get_by_role("slider").fill("3")
    assert boxes(page) == ["[3, 4]"]
    assert page.locator(".locals").inner_text().split("\n") == ["numbers\t[3, 4]", "total\t0"]
    page.get_by_text("all steps in a table").click()
    assert page.locator("tr[data-at]").last.is_visible()
    assert not errors
    page.close()


def test_in_a_browser_without_scripts_the_table_is_there(context, tmp_path):
    steps = step_through(sum_of_squares, [3, 4, 5])
    page, _ = opened(context, tmp_path, steps, scripts=False)
    save_picture(page, "steps-without-script")
    rows = page.locator("tr[data-at]")
    assert rows.first.is_visible() and not rows.last.is_visible()
    assert page.get_by_text("more instructions").is_visible()
    page.close()
