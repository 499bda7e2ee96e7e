"""A warm child is a fork that has run nothing of anybody's: it starts fast, and all else is as with a fresh one."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest

from tests.helpers import compilers
from tests.helpers.checkout import REPOSITORY
from tests.helpers.processes import ends
from unladen.compiling import build
from unladen.sandbox import nursery, run_isolated, sanitizer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are forked on Linux only")


WARM = ("numpy",)


def warm(function, *args, **kwargs):
    return run_isolated(function, *args, warm=WARM, **kwargs)


def test_it_is_forked_and_answers_as_a_fresh_child_does():
    outcome = warm(lambda: (os.getppid(), list(sys.argv), __name__))
    parent, argv, _ = outcome.value
    assert parent != os.getpid() and argv == [""]
    assert psutil.Process(nursery._here[WARM, ""].process.pid).is_running()


def test_what_was_imported_is_there_and_what_the_parent_defined_is_not():
    def modules():
        return "numpy" in sys.modules, "numba" in sys.modules, "pytest" in sys.modules

    assert warm(modules).value == (True, False, False)


def test_one_child_sees_nothing_of_another():
    def remember():
        import builtins

        seen = getattr(builtins, "seen_before", False)
        builtins.seen_before = True
        return seen

    assert [warm(remember).value for _ in range(3)] == [False] * 3


def test_environment_and_working_directory_are_those_of_the_call(tmp_path, monkeypatch):
    warm(int)  # it is running already
    monkeypatch.setenv("SPAM", "eggs")
    monkeypatch.chdir(tmp_path)
    spam, here, session = warm(lambda: (os.environ["SPAM"], os.getcwd(), os.getsid(0) == os.getpid())).value
    assert (spam, here, session) == ("eggs", str(tmp_path), True)


def test_what_is_printed_by_python_and_by_c_comes_back():
    def speak():
        import ctypes

        print("from Python")
        print("to the other", file=sys.stderr)
        ctypes.CDLL(None).puts(b"from C")

    outcome = warm(speak)
    assert (outcome.stdout, outcome.stderr) == ("from Python\nfrom C\n", "to the other\n")


def crash():
    import ctypes

    ctypes.string_at(0)


def leave():
    sys.exit(3)


def loop():
    while True:
        pass


def grow():
    return bytes(2**33)


@pytest.mark.parametrize(
    ("call", "kind"),
    [(crash, "signal"), (leave, "exit"), (loop, "timeout"), (grow, "memory")],
    ids=lambda x: getattr(x, "__name__", x),
)
def test_it_ends_in_the_same_reports(call, kind):
    forked, fresh = (run_isolated(call, seconds=1, memory=2**29, warm=how) for how in (WARM, ()))
    assert forked.kind == fresh.kind == kind
    assert (forked.signal, forked.where, forked.limit) == (fresh.signal, fresh.where, fresh.limit)


FAULTS = """
#include <stddef.h>
#include <stdint.h>
void fill(int64_t *numbers, size_t n) {
    for (size_t i = 0; i <= n; i++)
        numbers[i] = 7;
}
int32_t add(int32_t n) {
    return n + 2147483647;
}
int poke(int n) {
    volatile int *nowhere = 0;
    return nowhere[n];
}
"""


@pytest.fixture(scope="module")
def faults():
    compilers.needed("c")
    libraries, why = sanitizer.runtime()
    if not libraries:
        pytest.skip(why)
    return build(FAULTS, "c", name="faults", flags=("-O1", "-w"))


@pytest.mark.parametrize("call", ["fill", "add", "poke", "right"])
def test_under_the_sanitisers_it_ends_in_the_same_reports(faults, call):
    def fill():
        numbers = np.zeros(100, np.int64)
        faults.fill(numbers, len(numbers))

    def add():
        faults.add(5)

    def poke():
        faults.poke(3)

    def right():
        numbers = np.zeros(4, np.int64)
        faults.fill(numbers, 3)
        return numbers.tolist(), [os.environ.get(name) for name in ("UNLADEN_SANITIZE", "PYTHONMALLOC")]

    parent, call = os.getpid(), locals()[call]
    forked, fresh = (run_isolated(call, sanitize=True, warm=how) for how in (WARM, ()))
    assert nursery._here[WARM, sanitizer.runtime()[0]].owner == parent
    assert (forked.kind, forked.error, forked.where) == (fresh.kind, fresh.error, fresh.where)
    assert (forked.value, forked.stdout, forked.stderr) == (fresh.value, fresh.stdout, fresh.stderr)
    assert forked.kind == ("ok" if call is right else "sanitizer")


def test_what_a_fork_of_it_finds_under_the_sanitisers_is_reported_too(faults):
    def fill_in_a_fork():
        pid = os.fork()
        if pid == 0:
            numbers = np.zeros(100, np.int64)
            faults.fill(numbers, len(numbers))
            os._exit(0)
        os.waitpid(pid, 0)

    assert [run_isolated(fill_in_a_fork, sanitize=True, warm=how).kind for how in (WARM, ())] == ["sanitizer"] * 2


def test_a_warm_child_without_sanitisers_is_none_with_them(faults):
    def under_them():
        with open("/proc/self/maps") as maps:
            return "asan" in maps.read()

    told = [run_isolated(under_them, sanitize=which, warm=WARM).value for which in (True, False, True)]
    assert told == [True, False, True]


@pytest.mark.parametrize("own_session", [False, True])
def test_what_it_starts_ends_with_it(own_session):
    def start():
        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=own_session
        ).pid

    pid = warm(start).value
    assert ends(pid)


def test_a_fork_of_it_in_a_session_of_its_own_ends_with_it():
    def fork():
        pid = os.fork()
        if pid == 0:
            os.setsid()
            time.sleep(60)
        return pid

    pid = warm(fork).value
    assert ends(pid)


def test_many_at_once_get_their_own_answers():
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda n: warm(lambda: int(np.arange(n + 1).sum())), range(24)))
    assert [outcome.value for outcome in outcomes] == [n * (n + 1) // 2 for n in range(24)]


def test_a_nursery_that_was_killed_is_replaced():
    warm(int)
    before = nursery._here[WARM, ""]
    before.process.send_signal(signal.SIGKILL)
    before.process.wait()
    assert warm(lambda: 7).value == 7
    assert nursery._here[WARM, ""] is not before and not os.path.exists(os.path.dirname(before.address))


def test_the_nursery_goes_when_its_owner_does_and_leaves_no_folder():
    program = (
        "import os\nfrom unladen.sandbox import nursery, run_isolated\n"
        "assert run_isolated(int, warm=['numpy']).value == 0\n"
        "here = nursery._here[('numpy',), '']\nprint(here.process.pid, os.path.dirname(here.address), flush=True)\n"
        "os.kill(os.getpid(), {})"
    )
    for number in ("0", "9"):
        told = subprocess.run(
            [sys.executable, "-c", program.format(number)], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        pid, folder = told.stdout.split()
        assert ends(int(pid))
        deadline = time.monotonic() + 30
        while os.path.exists(folder) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not os.path.exists(folder)


def test_without_a_nursery_the_child_is_a_fresh_one(monkeypatch):
    monkeypatch.setattr(nursery, "born", lambda *asked: None)
    assert warm(lambda: 7).value == 7
