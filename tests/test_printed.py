"""What C prints stands between what Python printed before it and what Python prints after it, run after run."""

from __future__ import annotations

import fcntl
import multiprocessing
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from tests.helpers import compilers
from unladen.course import notebooks, render
from unladen.course.kernel import environment
from unladen.course.strict import SANITIZER

SAYS = r"""%%c says
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
void lines(int n) { for (int i = 0; i < n; i++) printf("C %d\n", i); }
void begun(void) { printf("begun, "); }
void by_puts(void) { puts("puts"); }
void by_write(void) { (void)!write(1, "write\n", 6); }
void to_stderr(void) { fprintf(stderr, "error\n"); }
void half(void) { putchar(0xc3); }
void wrong(void) { putchar(0xff); putchar('!'); }
void umlauts(int n) { for (int i = 0; i < n; i++) fputs("xä", stdout); }
void both(void) { printf("first\n"); (void)!write(1, "second\n", 7); }
void until(const char *file) { puts("working"); while (access(file, F_OK)) poll(0, 0, 1); puts("done"); }
void slowly(void) { poll(0, 0, 300); puts("late"); }
"""
CPP = r"""%%cpp streams
#include <iostream>
extern "C" void say(int n) { std::cout << "C++ " << n << ", "; }
extern "C" void with_a_buffer_of_its_own() { std::ios::sync_with_stdio(false); }
"""


class Notebook:
    """A kernel as the course starts it."""

    def __init__(self, home: Path) -> None:
        compilers.needed("c")
        variables = {k: v for k, v in environment(home).items() if k != "PYTHONUNBUFFERED"}  # it would hide C's buffer
        self.manager, self.client = start_new_kernel(env=variables, stdout=subprocess.DEVNULL)

    def messages(self, source: str, seconds: float = 60):
        """Run a cell; the messages it sends, as they come."""
        sent = self.client.execute(source)
        deadline = time.monotonic() + seconds
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") != sent:
                continue
            if message["content"].get("execution_state") == "idle":
                return
            yield message["msg_type"], message["content"]

    def shows(self, source: str, name: str = "stdout") -> str:
        """Run a cell; what it shows on one stream, and displays in angle brackets."""
        shown = ""
        for kind, content in self.messages(source):
            if kind == "stream" and content["name"] == name:
                shown += content["text"]
            elif kind in ("display_data", "execute_result"):
                shown += f"<{content['data']['text/plain']}>"
            assert kind != "error", content
        return shown


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    notebook = Notebook(tmp_path_factory.mktemp("home"))
    notebook.shows("%load_ext unladen")
    notebook.shows(SAYS)
    yield notebook
    notebook.client.stop_channels()
    notebook.manager.shutdown_kernel(now=True)


CELLS = {
    "says.lines(2)": "C 0\nC 1\n",
    "says.begun()": "begun, ",
    "says.by_puts()": "puts\n",
    "says.by_write()": "write\n",
    "says.both()": "first\nsecond\n",
    "import os; os.write(1, b'descriptor\\n')": "descriptor\n",
    "os.system('echo shell') and None": "shell\n",
    "import subprocess; _ = subprocess.run(['echo', 'child'])": "child\n",
    "import ctypes; ctypes.PyDLL(str(says.build.path)).lines(1)": "C 0\n",
    "says.wrong()": "\ufffd!",
}


@pytest.mark.parametrize("call", CELLS)
def test_it_stands_between_what_python_prints_before_and_after(notebook, call):
    assert notebook.shows(f"print('before')\n{call}\nprint('after')") == f"before\n{CELLS[call]}after\n"


def test_it_shows_in_the_cell_that_printed_it(notebook):
    assert notebook.shows("says.begun()") == "begun, "
    assert notebook.shows("1") == "<1>"


@contextmanager
def busy(processes: int):
    burners = [multiprocessing.Process(target=_burn, daemon=True) for _ in range(processes)]
    for burner in burners:
        burner.start()
    yield
    for burner in burners:
        burner.kill()


def _burn() -> None:
    while True:
        pass


def test_the_order_is_the_same_each_time_on_a_busy_machine(notebook):
    cell = "for i in range(3):\n    print('Python', i)\n    says.lines(1)\n    says.begun()\nprint('end')"
    expected = "".join(f"Python {i}\nC 0\nbegun, " for i in range(3)) + "end\n"
    with busy(4):
        assert {notebook.shows(cell) for _ in range(20)} == {expected}


def test_a_display_comes_after_what_was_printed_before_it(notebook):
    assert notebook.shows("says.begun()\ndisplay(1)\nsays.by_puts()\n2") == "begun, <1>puts\n<2>"


def test_standard_error_keeps_its_order_too(notebook):
    cell = "import sys\nsays.to_stderr()\nprint('Python', file=sys.stderr)\nsays.to_stderr()"
    assert notebook.shows(cell, "stderr") == "error\nPython\nerror\n"


def test_it_keeps_its_place_in_a_thread(notebook):
    cell = "import threading\ndef work():\n    print('one')\n    says.lines(1)\n    print('two')\n"
    assert notebook.shows(cell + "t = threading.Thread(target=work)\nt.start()\nt.join()") == "one\nC 0\ntwo\n"


def test_what_a_forked_child_prints_is_shown_once_and_in_order(notebook):
    cell = "from multiprocessing import get_context\n"
    cell += "def work():\n    for i in range(3):\n        print('child', i)\n        says.lines(1)\n"
    cell += "says.begun()\nprint()\np = get_context('fork').Process(target=work)\np.start()\np.join()\nprint('after')"
    expected = "begun, \n" + "".join(f"child {i}\nC 0\n" for i in range(3)) + "after\n"
    assert {notebook.shows(cell) for _ in range(5)} == {expected}


def test_a_line_shows_while_c_is_still_working(notebook, tmp_path):
    file = tmp_path / "go"
    shown = ""
    for kind, content in notebook.messages(f"says.until(bytearray({str(file)!r}.encode() + b'\\0'))"):
        shown += content.get("text", "") if kind == "stream" else ""
        if "working" in shown:
            file.touch()  # C waits for it
    assert shown == "working\ndone\n"


def test_what_a_thread_prints_later_is_not_lost(notebook):
    assert notebook.shows("t = threading.Thread(target=says.slowly)\nt.start()") == ""
    assert notebook.shows("t.join()\nprint('joined')") == "late\njoined\n"


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="here a pipe holds 64 KiB, and no more")
def test_a_megabyte_printed_with_the_gil_held_does_not_hang_the_kernel(notebook):
    cell = "import ctypes\nctypes.PyDLL(str(says.build.path)).lines(100_000)\nprint('end')"
    assert notebook.shows(cell) == "".join(f"C {i}\n" for i in range(100_000)) + "end\n"


def test_ten_megabytes_arrive_whole(notebook):
    shown = notebook.shows("says.lines(1_000_000)\nprint('end')")
    assert shown.count("\n") == 1_000_001 and shown.endswith("C 999999\nend\n")


def test_a_character_is_not_cut_where_a_buffer_ends(notebook):
    assert notebook.shows("says.umlauts(40_001)\nprint()") == "xä" * 40_001 + "\n"


def test_half_a_character_shows_as_wrong_in_its_own_cell(notebook):
    assert notebook.shows("says.half()") == "\ufffd"
    assert notebook.shows("says.by_puts()") == "puts\n"


def test_an_exception_comes_after_what_was_printed_before_it(notebook):
    kinds = [kind for kind, _ in notebook.messages("says.begun()\n1 / 0") if kind in ("stream", "error")]
    assert kinds == ["stream", "error"]


def test_python_can_still_be_redirected(notebook):
    cell = "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as text:\n    print('kept')\n"
    assert notebook.shows(cell + "    says.begun()\nprint(text.getvalue())") == "begun, kept\n\n"


def test_a_second_load_changes_nothing(notebook):
    notebook.shows("%reload_ext unladen")
    assert notebook.shows("print('a')\nsays.lines(1)\nprint('b')") == "a\nC 0\nb\n"


def test_cpp_keeps_its_place_with_a_buffer_of_its_own_too(notebook):
    compilers.needed("cpp")
    notebook.shows(CPP)
    cell = "print('before')\nstreams.say(1)\nprint('between')\nstreams.say(2)\nprint()"
    expected = "before\nC++ 1, between\nC++ 2, \n"
    assert notebook.shows(cell) == expected
    notebook.shows("streams.with_a_buffer_of_its_own()")
    assert notebook.shows(cell) == expected
    assert notebook.shows("streams.say(3)") == "C++ 3, "


def test_a_rendered_notebook_passes_strictly(write_notebook, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    cell = "for i in range(20):\n    print('Python', i)\n    says.lines(2)\n    says.begun()"
    path = write_notebook("%load_ext unladen", SAYS, *3 * [cell, "print('a')\nsays.by_write()\nprint('b')"])
    assert render.render(path)
    for stored in notebooks.read(path).cells[2::2]:
        assert [o.text for o in stored.outputs] == ["".join(f"Python {i}\nC 0\nC 1\nbegun, " for i in range(20))]
    options = ["-c", str(SANITIZER.parents[1] / "pyproject.toml"), "-q", "-p", "no:cacheprovider", "--nbval"]
    run = subprocess.run([sys.executable, "-m", "pytest", *options, path], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_outside_a_notebook_nothing_is_touched():
    program = "import sys\nbefore = sys.stdout\nfrom IPython.testing.globalipapp import start_ipython\n"
    program += "shell = start_ipython()\nshell.run_line_magic('load_ext', 'unladen')\n"
    program += "from unladen import printed\nprinted.in_order(shell)\n"
    program += "assert sys.stdout is before and type(before) is not printed.InOrder\n"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
