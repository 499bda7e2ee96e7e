"""In a child process a cell is an ordinary script: what looks for names in ``__main__`` finds them there."""

import functools
import os
import queue
import subprocess
import sys
import threading
import weakref
from shutil import copytree

import pytest

from tests.helpers.checkout import REPOSITORY
from tests.helpers.processes import ends
from unladen.sandbox import run_isolated
from unladen.sandbox.pickling import Cell

METHODS = ["fork", "spawn", "forkserver"]


def ran(source: str, namespace: dict | None = None, **limits):
    return run_isolated(Cell("\n" + source, namespace or {}), **limits)


def defined(source: str) -> dict:
    """What a notebook's cell with this source defines."""
    namespace = {"__name__": "__main__"}
    exec(compile(source, "<ipython-input-7>", "exec"), namespace)
    return namespace


# -- processes


@pytest.mark.parametrize("guard", [False, True], ids=["no guard", "guarded"])
@pytest.mark.parametrize("method", METHODS)
def test_a_pool_runs_a_function_of_the_cell(method, guard):
    pool = f"with mp.get_context('{method}').Pool(2) as pool:\n    print(pool.map(scaled, [1, 2, 3]))"
    if guard:
        pool = "if __name__ == '__main__':\n    " + pool.replace("\n", "\n    ")
    outcome = ran(
        f"import multiprocessing as mp\nFACTOR = 3\ndef scaled(x):\n    return x * FACTOR\n{pool}", seconds=50
    )
    assert outcome.stdout == "[3, 6, 9]\n", outcome


@pytest.mark.parametrize("method", METHODS)
def test_an_executor_passes_objects_of_a_class_of_the_cell(method):
    source = f"""
import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
@dataclass
class Point:
    x: int
def moved(point):
    return Point(point.x + 1)
with ProcessPoolExecutor(2, mp_context=mp.get_context('{method}')) as pool:
    points = list(pool.map(moved, [Point(1), Point(2)]))
print(points, {{type(point) is Point for point in points}})
"""
    assert ran(source, seconds=50).stdout == "[Point(x=2), Point(x=3)] {True}\n"


@pytest.mark.parametrize("method", METHODS)
def test_a_process_runs_a_function_of_the_notebook(method):
    names = defined("def put(queue, word): queue.put(word * 2)")
    source = f"""
import multiprocessing as mp
context = mp.get_context('{method}')
queue = context.Queue()
process = context.Process(target=put, args=(queue, 'so '))
process.start()
print(queue.get())
process.join()
"""
    assert ran(source, names, seconds=50).stdout == "so so \n"


def test_a_worker_that_starts_later_knows_what_was_defined_later():
    source = """
import multiprocessing as mp
context = mp.get_context('forkserver')
def one(x): return x
with context.Pool(1) as pool: print(pool.map(one, [1]))
def other(x): return -x
with context.Pool(1) as pool: print(pool.map(other, [1]))
"""
    assert ran(source, seconds=50).stdout == "[1]\n[-1]\n"


def test_a_workers_initial_values_reach_its_functions():
    source = """
import multiprocessing as mp
def start(n):
    global base
    base = n
def add(x): return x + base
with mp.get_context('spawn').Pool(1, start, (10,)) as pool: print(pool.map(add, [1, 2]))
"""
    assert ran(source, seconds=50).stdout == "[11, 12]\n"


def test_what_cannot_go_to_a_worker_stays_without_keeping_the_rest():
    source = """
import multiprocessing as mp
log = open('/dev/null', 'w')
def write(x): return log.write(x)
def double(x): return 2 * x
with mp.get_context('spawn').Pool(1) as pool: print(pool.map(double, [1, 2]))
"""
    assert ran(source, seconds=50).stdout == "[2, 4]\n"


def test_a_process_that_is_not_joined_is_waited_for_as_at_the_end_of_a_script():
    source = "import multiprocessing as mp\ndef f(): print('said')\nmp.get_context('fork').Process(target=f).start()"
    assert ran(source).stdout == "said\n"


# -- names


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("import __main__\nx = 3\nprint(__main__.x, __name__)", "3 __main__"),
        ("import timeit\ndef f(): pass\nprint(timeit.timeit('f()', 'from __main__ import f', number=3) > 0)", "True"),
        ("import cProfile\ndef f(): print('in f')\ncProfile.run('f()')", "in f"),
        (
            "import doctest\ndef f():\n    '''\n    >>> f()\n    1\n    '''\n    return 1\nprint(doctest.testmod())",
            "TestResults(",
        ),
        ("import pickle, enum\nclass C(enum.Enum):\n    A = 1\nprint(pickle.loads(pickle.dumps(C.A)))", "C.A"),
        ("import inspect\ndef f(): pass\nprint(inspect.getsource(f))", "def f(): pass"),
        ("import pickle\ndef f(): pass\nprint(pickle.loads(pickle.dumps(f)) is f)", "True"),
        ("n = 0\ndef f():\n    global n\n    n += 1\nf()\nprint(n)", "1"),
        ("display([1], 'a')", "[1] a"),
        ("import atexit\natexit.register(print, 'bye') and None", "bye"),
    ],
)
def test_the_cells_names_are_in_main(source, printed):
    assert ran(source).stdout.startswith(printed), ran(source)


def test_unittest_finds_the_cells_tests_and_ends_with_their_status():
    source = (
        "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(1, {})\nunittest.main()"
    )
    right, wrong = ran(source.format(1)), ran(source.format(2))
    assert (right.kind, right.error) == ("exit", "exit status 0") and "Ran 1 test" in right.stderr
    assert (wrong.kind, wrong.error) == ("exit", "exit status 1") and "self.assertEqual(1, 2)" in wrong.stderr


def test_an_object_of_a_class_that_the_cell_does_not_name_can_be_pickled():
    names = defined("class Point:\n    def __init__(self): self.x = 7\npoint = Point()")
    source = "import pickle\nprint(pickle.loads(pickle.dumps(point)).x)"
    assert ran(source, {"point": names["point"]}).stdout == "7\n"


def test_functions_and_cell_share_their_globals():
    names = defined("count = 0\ndef bump():\n    global count\n    count += 1")
    assert ran("bump(); bump()\nprint(count)", names).stdout == "2\n"


@pytest.mark.parametrize(("leave", "status"), [("exit()", "exit status 0"), ("quit(3)", "SystemExit: 3")])
def test_the_cell_ends_where_it_says_so(leave, status):
    outcome = ran(f"print('before')\n{leave}\nprint('after')")
    assert (outcome.kind, outcome.stdout, outcome.error) == ("exit", "before\n", status)
    assert outcome.where == "line 3 of the cell"


def test_input_is_told_that_nobody_can_answer():
    assert "no keyboard" in ran("input()").error


def test_a_figure_that_is_shown_is_said_not_to_be_seen(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    outcome = ran("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()", seconds=60)
    assert outcome.ok and outcome.stdout.startswith("plt.show() shows no figure here")


# -- what travels


@functools.cache
def ways(n):
    return 1 if n < 2 else ways(n - 1) + ways(n - 2)


@functools.lru_cache(maxsize=7, typed=True)
def kept(n):
    return n


@functools.singledispatch
def kind(thing):
    return "any"


@kind.register
def _(thing: int):
    return "int"


_lock, _rlock, _event, _queue = threading.Lock(), threading.RLock(), threading.Event(), queue.Queue()
_condition, _local, _simple = threading.Condition(), threading.local(), queue.SimpleQueue()
_weak, _values, _set = weakref.WeakKeyDictionary(), weakref.WeakValueDictionary(), weakref.WeakSet()
_weak[METHODS.__class__] = _values["it"] = Cell
_reference = weakref.ref(Cell)


def test_a_cached_function_travels_with_its_settings():
    assert run_isolated(lambda: (ways(30), ways.cache_info().misses)).value == (1346269, 31)
    assert run_isolated(lambda: (kept(1), kept(1.0), kept.cache_parameters())).value == (
        1,
        1.0,
        {"maxsize": 7, "typed": True},
    )
    assert run_isolated(ways, 5).value == 8


def test_a_function_of_many_kinds_travels():
    assert run_isolated(lambda: (kind(1), kind("a"))).value == ("int", "any")


def test_locks_and_queues_beside_the_function_are_made_afresh():
    def use():
        with _lock, _rlock, _rlock, _condition:
            _event.set()
            _queue.put(3)
            _simple.put(4)
            _local.x = 5
        return _event.is_set(), _queue.get(), _simple.get(), _local.x

    with _lock:  # the child's own is free
        assert run_isolated(use).value == (True, 3, 4, 5)


@pytest.mark.parametrize(
    ("setup", "use", "printed"),
    [
        ("import ctypes\nnumbers = (ctypes.c_int * 3)(1, 2, 3)", "print(list(numbers))", "[1, 2, 3]"),
        ("import typing\nMetres = typing.NewType('Metres', int)", "print(Metres(3), Metres.__name__)", "3 Metres"),
        ("import contextvars\nlevel = contextvars.ContextVar('level', default=3)", "print(level.get())", "3"),
        ("import functools, math\nroot = functools.cache(math.sqrt)", "print(root(4))", "2.0"),
        ("import asyncio\nlock = asyncio.Lock()", "print(lock.locked())", "False"),
        (
            "import threading\nclass Account:\n    def __init__(self): self.lock = threading.Lock()\none = Account()",
            "with one.lock: print('held')",
            "held",
        ),
    ],
)
def test_what_a_notebook_made_is_there(setup, use, printed):
    assert ran(use, defined(setup)).stdout == printed + "\n"


def test_two_functions_share_one_lock():
    lock = threading.Lock()

    def held():
        return lock.locked()

    def both():
        with lock:
            return held()

    assert run_isolated(both).value is True


def test_weak_containers_travel():
    def look():
        return _weak[list].__name__, _values["it"].__name__, len(_set), _reference().__name__

    assert run_isolated(look).value == ("Cell", "Cell", 0, "Cell")


def test_no_message_depends_on_an_address():
    names = defined("def f(): pass")
    for source in ("raise ValueError(f)", "import pickle\npickle.dumps(lambda: 1)"):
        assert " at 0x" not in str(ran(source, names))
    with open(os.devnull, "w") as log:
        assert " at 0x" not in str(run_isolated(lambda: log, print))


# -- what it leaves behind


LEAVES = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        with open({note!r}, 'w') as note: note.write(str(os.getpid()))
        os.execve('/bin/sleep', ['sleep', '322'], {{}})
    os._exit(0)
while not (os.path.exists({note!r}) and open({note!r}).read()): time.sleep(0.01)
{end}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has left whom")
@pytest.mark.parametrize("end", ["", "import ctypes; ctypes.string_at(0)", "while True: pass", "os._exit(3)"])
def test_a_process_that_leaves_session_and_environment_ends_with_the_child(tmp_path, end):
    note = tmp_path / "pid"
    ran(LEAVES.format(note=str(note), end=end), seconds=1)
    assert ends(int(note.read_text()), zombie=True, seconds=5)


# -- paths that are not ASCII


REPORTS = """
from unladen.compiling import build, toolchain
from unladen.sandbox import run_isolated
from unladen.sandbox.pickling import Cell
bad = build("int bad(void) { return *(volatile int *)0; }", "c", name="bad", flags=("-O0", "-w"))
print(run_isolated(Cell("\\n\\nbad.bad()\\n", {"bad": bad})).where)
print(run_isolated(Cell("\\nx = 1\\nbad.bad()\\n", {"bad": bad}), sanitize=True).where)
import été
print(run_isolated(été.läuft, seconds=1).where)
"""


def test_reports_name_the_right_line_below_a_folder_of_any_name(tmp_path):
    place = tmp_path / "cours-été" / "курс" / "講座 🐍"
    copytree(REPOSITORY / "unladen", place / "unladen")
    copytree(REPOSITORY / "native", place / "native")
    (place / "été.py").write_text("def läuft():\n    while True:\n        pass\n", encoding="utf-8")
    (place / "script.py").write_text(REPORTS, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(place), "PYTHONUTF8": "1"}
    told = subprocess.run(
        [sys.executable, "script.py"], cwd=place, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    crash, sanitised, hang = told.stdout.splitlines()
    assert crash.startswith("line 3 of the cell, in C function bad"), told.stderr
    assert sanitised.startswith("line 3 of the cell")
    assert hang == "line 2 of été.py, in läuft"
