"""A call in a child process ends in a report, whatever it does, and leaves nothing behind."""

import gc
import os
import re
import signal
import sys
import threading
import time

import numpy as np
import psutil
import pytest

from tests.helpers import compilers
from tests.helpers.processes import ends
from unladen.compiling import BuildError, build, toolchain
from unladen.sandbox import run_isolated
from unladen.sandbox.pickling import Cell
from unladen.sandbox.process import PRINTED

CRASHES = """
#include <stddef.h>
#include <stdint.h>
void fill(int64_t *numbers, size_t n) {
    for (size_t i = 0; i <= n; i++)
        numbers[i] = 7;
}
int64_t poke(int64_t n) {
    volatile int64_t *nowhere = 0;
    nowhere[n] = 1;
    return n;
}
int deep(int n) {
    volatile int here[100];
    here[0] = n;
    return deep(n + 1) + here[0];
}
void spin(void) {
    volatile int i = 0;
    while (1) i++;
}
int32_t add(int32_t n) {
    return n + 2147483647;
}
"""


@pytest.fixture(scope="module")
def crashes():
    compilers.needed("c")
    return build(CRASHES, "c", name="crashes", flags=("-O1", "-w"))


def divide(n):
    return 1 // n


def loop():
    i = 0
    while True:
        i += 1


def test_a_result_comes_back_with_what_was_printed():
    def f(numbers, *, times):
        print("adding")
        print("carefully", file=sys.stderr)
        return int(numbers.sum()) * times

    outcome = run_isolated(f, np.arange(4), times=2)
    assert outcome.ok and outcome.value == 12 and type(outcome.value) is int
    assert (outcome.stdout, outcome.stderr) == ("adding\n", "carefully\n")
    assert 0 <= outcome.seconds < 10


def test_a_closure_over_an_array_works_and_its_changes_stay_in_the_child():
    numbers = np.zeros(3)

    def f():
        numbers[0] = 5
        return numbers

    assert run_isolated(f).value.tolist() == [5, 0, 0]
    assert numbers.tolist() == [0, 0, 0]


def test_an_exception_is_reported_with_its_line():
    outcome = run_isolated(divide, 0)
    line = divide.__code__.co_firstlineno + 1
    assert (outcome.kind, outcome.ok) == ("exception", False)
    assert re.fullmatch("ZeroDivisionError: (integer )?division (or modulo )?by zero", outcome.error)
    assert outcome.where == f"line {line} of test_isolated.py, in divide"


def test_deep_recursion_is_an_exception_and_names_the_function():
    def deep(n):
        return deep(n + 1)

    outcome = run_isolated(deep, 0)
    assert outcome.kind == "exception" and outcome.error.startswith("RecursionError")
    assert outcome.where.endswith("in deep")


@pytest.mark.parametrize(
    ("leave", "words"),
    [(lambda: sys.exit(3), "SystemExit: 3"), (lambda: os._exit(4), "exit status 4")],
    ids=["sys.exit", "os._exit"],
)
def test_leaving_the_program_is_reported(leave, words):
    outcome = run_isolated(leave)
    assert outcome.kind == "exit" and outcome.error == words


def test_an_endless_loop_is_stopped_and_its_line_named():
    started = time.monotonic()
    outcome = run_isolated(loop, seconds=2)
    assert outcome.kind == "timeout" and time.monotonic() - started < 30
    line = loop.__code__.co_firstlineno + 2
    assert str(outcome).startswith(f"Still running after 2 s at line {line} of test_isolated.py, in loop:")


def test_a_child_that_is_slow_to_answer_is_still_told_where_it_hangs():
    def hang():
        busy = os.getpid()
        if os.fork() == 0:
            time.sleep(0.3)
            os.kill(busy, signal.SIGSTOP)  # as a busy machine does, for longer
            time.sleep(2.5)
            os.kill(busy, signal.SIGCONT)
            os._exit(0)
        while True:
            pass

    assert run_isolated(hang, seconds=1).where.endswith(" of test_isolated.py, in hang")


def test_a_huge_allocation_is_reported_as_memory():
    outcome = run_isolated(lambda: bytearray(2**40))
    assert outcome.kind == "memory" and "2 GiB" in str(outcome)


def test_memory_that_grows_is_stopped_at_the_limit():
    def grow():
        held = []
        while True:
            held.append(np.ones(2**20))

    outcome = run_isolated(grow, memory=200 * 2**20)
    assert outcome.kind == "memory" and "200 MiB" in str(outcome)


@pytest.mark.parametrize("size", [10, 500, 1000])
def test_memory_full_of_small_objects_leaves_room_for_the_report(size):
    def fill():
        gc.disable()
        sys.held = None  # lives on after the error
        while True:
            sys.held = (sys.held, bytes(size))

    outcome = run_isolated(fill, memory=30 * 2**20)
    assert outcome.kind == "memory" and "30 MiB" in str(outcome)


def test_more_printed_than_anyone_reads_is_cut_and_says_so():
    def talk():
        print("é" * 10)
        for _ in range(50):
            os.write(1, b"x" * 100_000)
        return "said"

    outcome = run_isolated(talk)
    assert outcome.value == "said"
    assert outcome.stdout.startswith("é" * 10 + "\n")
    assert PRINTED < len(outcome.stdout) < PRINTED + 200 and "cut here" in outcome.stdout


def test_what_was_printed_before_a_crash_is_kept():
    def f():
        print("before")
        os.abort()

    outcome = run_isolated(f)
    assert (outcome.kind, outcome.signal, outcome.stdout) == ("signal", "SIGABRT", "before\n")


def test_what_cannot_be_sent_is_named(tmp_path):
    with open(tmp_path / "log", "w") as log:
        assert "argument 1, of type TextIOWrapper," in run_isolated(divide, log).error
        outcome = run_isolated(lambda: log)
    assert outcome.kind == "unsent" and "variable log, of type TextIOWrapper," in outcome.error


DECORATED = """
import contextlib, ctypes, functools, struct
import numpy as np

@functools.lru_cache
def kept(x): return x
@functools.singledispatch
def by_type(x): return x
@functools.partial(np.frompyfunc, nin=1, nout=1)
def each(x): return x
@functools.cmp_to_key
def sorting(x, y): return y - x
@contextlib.contextmanager
def quietly(): yield
@quietly()
def quiet(x): return x
class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int)]
    pair = struct.Struct("i")
    def packed(self): return self.pair.pack(self.x)
"""


@pytest.mark.parametrize(
    "use",
    [
        "kept(7)",
        "by_type(7)",
        "each(np.array([7]))[0]",
        "sorted([1, 7], key=sorting)[0]",
        "quiet(7)",
        "Point(7).packed()[0]",
    ],
)
def test_what_a_cell_decorates_or_declares_travels(use):
    cell = {"__name__": "__main__"}
    exec(compile(f"{DECORATED}\ndef answer(): return {use}", "<cell>", "exec"), cell)
    outcome = run_isolated(cell["answer"])
    assert outcome.ok, str(outcome)
    assert outcome.value == 7


def test_a_result_that_cannot_come_back_is_reported():
    outcome = run_isolated(lambda: (i for i in range(3)))
    assert outcome.kind == "exception" and "of type generator, cannot be sent back" in outcome.error


def test_a_call_that_forks_answers_once():
    assert run_isolated(lambda: (os.fork(), 5)[1]).value == 5


def test_a_thread_that_never_ends_does_not_hold_up_a_finished_call():
    def f():
        threading.Thread(target=lambda: time.sleep(60)).start()
        return "done"

    started = time.monotonic()
    assert run_isolated(f, seconds=50).value == "done"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("new_session", [False, True], ids=["in its group", "in a group of its own"])
def test_a_process_that_the_call_started_is_ended_with_it(new_session):
    def f():
        import subprocess

        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=new_session
        ).pid

    pid = run_isolated(f).value
    assert ends(pid, zombie=True)


def test_temporary_files_go_with_the_child():
    def f():
        import tempfile

        return tempfile.mkdtemp()

    assert not os.path.exists(run_isolated(f).value)


def test_an_interrupt_ends_the_child_and_reaches_the_caller(tmp_path):
    note = tmp_path / "pid"

    def f():
        note.write_text(str(os.getpid()))
        time.sleep(60)

    def interrupt():
        deadline = time.monotonic() + 30
        while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    try:
        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            run_isolated(f, seconds=50)
        thread.join()
    finally:
        signal.signal(signal.SIGINT, handler)
    assert not psutil.pid_exists(int(note.read_text()))


def test_a_report_is_the_same_in_every_run(crashes):
    def f():
        return crashes.poke(3)

    first, second = (str(run_isolated(f)) for _ in range(2))
    line = f.__code__.co_firstlineno + 1
    assert first == second
    assert first.startswith(f"The child process ended with SIGSEGV (invalid memory access) at line {line} of ")
    assert first.endswith("The kernel lives.") and "0x" not in first and "/" not in first


def test_a_crash_in_c_names_the_line_of_the_cell_and_of_the_c_source(crashes):
    outcome = run_isolated(Cell("\nn = 3\ncrashes.poke(n)\n", {"crashes": crashes}))
    assert outcome.where.startswith("line 3 of the cell, in C function poke")
    if toolchain("c").kind != "zig" and sys.platform == "linux":
        assert outcome.where.endswith("(crashes.c line 10)")


def test_a_stack_overflow_in_c_is_called_one(crashes):
    outcome = run_isolated(crashes.deep, 1)
    assert outcome.kind == "signal" and "stack overflow" in str(outcome) and "deep" in outcome.where


def test_an_endless_loop_in_c_is_stopped_and_its_function_named(crashes):
    outcome = run_isolated(crashes.spin, seconds=2)
    assert outcome.kind == "timeout" and outcome.where == "C function spin"


@pytest.fixture
def sanitised():
    from unladen.sandbox import sanitizer

    libraries, why = sanitizer.runtime()
    if not libraries:
        pytest.skip(why)


@pytest.mark.parametrize("length", [3, 100, 100_000])
def test_a_write_one_past_the_end_of_an_array_is_caught(crashes, sanitised, length):
    numbers = np.zeros(length, np.int64)

    def f():
        crashes.fill(numbers, len(numbers))

    outcome = run_isolated(f, sanitize=True)
    assert outcome.kind == "sanitizer", outcome
    assert outcome.error == "heap-buffer-overflow, a write of 8 bytes past the end of a block of memory"
    assert outcome.where.endswith("in C function fill (crashes.c line 6)")


def test_a_signed_overflow_is_caught_and_kept_out_of_what_was_printed(crashes, sanitised):
    outcome = run_isolated(crashes.add, 5, sanitize=True)
    assert outcome.kind == "sanitizer" and outcome.error.startswith("signed integer overflow: 5 + 2147483647")
    assert outcome.where == "crashes.c line 23" and outcome.stderr == ""


def test_correct_code_passes_the_sanitisers(crashes, sanitised):
    numbers = np.zeros(4, np.int64)

    def f():
        crashes.fill(numbers, 3)
        return numbers.tolist()

    assert run_isolated(f, sanitize=True).value == [7, 7, 7, 7]


def test_without_a_compiler_the_sanitised_run_says_that_it_was_not_one(monkeypatch):
    def none(language="c"):
        raise BuildError("no compiler")

    monkeypatch.setattr("unladen.compiling.toolchains.toolchain", none)
    outcome = run_isolated(divide, 1, sanitize=True)
    assert outcome.value == 1 and "without them: there is no compiler" in str(outcome)


def test_a_removed_working_directory_is_no_obstacle(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run_isolated(divide, 1).value == 1


def test_the_child_starts_fast():
    best = min(_seconds(lambda: run_isolated(divide, 1)) for _ in range(3))
    assert best < 3  # 0.05 s on an idle machine; a loaded one is no reason to fail


def _seconds(f):
    started = time.perf_counter()
    f()
    return time.perf_counter() - started
