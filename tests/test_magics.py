"""The magics, as a notebook meets them: what they show, what they refuse, and that errors are sentences."""

import shutil
import sys

import nbformat
import numpy as np
import pytest
from IPython.testing.globalipapp import start_ipython
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tests.helpers import compilers
from unladen.magics import CellError, _command, register

ADDER = """#include <stddef.h>
// The sum of the numbers.
long long run(const int *numbers, size_t n) {
    long long sum = 0;
    for (size_t i = 0; i < n; i++) sum += numbers[i];
    return sum;
}
"""


@pytest.fixture(autouse=True, scope="module")
def compiler():
    compilers.needed("c")


@pytest.fixture(scope="module")
def ipython():
    shell = start_ipython() or get_ipython()  # noqa: F821  IPython has only one shell, and puts get_ipython there
    register(shell)
    return shell


@pytest.fixture
def shell(ipython):
    before = set(ipython.user_ns)
    yield ipython
    for name in set(ipython.user_ns) - before:
        del ipython.user_ns[name]


def refused(shell, magic, line, cell="int f(void) { return 1; }\n"):
    with pytest.raises(CellError) as error:
        shell.run_cell_magic(magic, line, cell) if magic in ("c", "cpp", "isolated") else shell.run_line_magic(
            magic, line
        )
    return error.value


def test_a_c_cell_binds_its_functions_and_shows_them_with_the_command(shell, capsys):
    shell.run_cell_magic("c", "adder -O0", ADDER)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "adder: long long run(const int *numbers, size_t n)"
    assert shown[1].startswith("≈") and shown[1].endswith("s)≈") and "-O0" in shown[1] and "adder.c" in shown[1]
    assert shell.user_ns["adder"].run(np.arange(5, dtype=np.int32), 5) == 10


def test_a_changed_cell_gives_the_new_code(shell, capsys):
    shell.run_cell_magic("c", "one", "int f(void) { return 1; }\n")
    shell.run_cell_magic("c", "one", "int f(void) { return 2; }\n")
    assert shell.user_ns["one"].f() == 2


def test_a_cpp_cell_may_use_the_standard_library(shell, capsys):
    cell = '#include <numeric>\n#include <vector>\nextern "C" int f(int n) {\n  std::vector<int> v(n, 2);\n'
    shell.run_cell_magic("cpp", "two", cell + "  return std::accumulate(v.begin(), v.end(), 0);\n}\n")
    assert shell.user_ns["two"].f(4) == 8


def test_a_cell_that_defines_a_module_is_imported_as_one(shell, capsys):
    cell = '#include <nanobind/nanobind.h>\nNB_MODULE(quick, m) { m.def("add", [](int a, int b) { return a + b; }); }\n'
    shell.run_cell_magic("cpp", "quick", cell)
    assert shell.user_ns["quick"].add(2, 3) == 5
    assert capsys.readouterr().out.startswith("quick: Python module with add\n")


def test_a_compile_error_is_shown_on_the_cells_own_line(shell):
    error = refused(shell, "c", "broken", "int f(int n) {\n    return m;\n}\n")
    (shown,) = error._render_traceback_()
    assert "line 3: error" in shown and "    return m;" in shown and "Traceback" not in shown
    # the words are the compiler's, so that all but the first line is marked
    assert str(error).splitlines()[:2] == ["broken did not compile", "≈≈≈"]


def test_a_failed_cell_leaves_what_the_name_was_bound_to(shell, capsys):
    shell.run_cell_magic("c", "kept", "int f(void) { return 1; }\n")
    refused(shell, "c", "kept", "int f(void) { return }\n")
    assert shell.user_ns["kept"].f() == 1


@pytest.mark.parametrize(
    ("magic", "line", "words"),
    [
        ("c", "", "%%c takes one NAME and compiler flags, as in `%%c adder -O0`; got none."),
        ("c", "-O0", "%%c takes one NAME"),
        ("cpp", "one two", "got one two."),
        ("c", "3x", "a NAME that Python can use, such as adder; got 3x."),
        ("c", "class", "a NAME that Python can use, such as adder; got class."),
        ("c", 'a "b', "Cannot read the line"),
        ("native", "", "%native takes one FILE"),
        ("native", "crash.c --as", "--as needs a name"),
        ("native", "crash.c --as 3x", "got 3x."),
        ("native", "nowhere.c", "crash.c"),
        ("asm", "nothing.f", "nothing is not a compiled library"),
        ("asm", "", "%asm takes NAME.function"),
        ("isolated", "--seconds", "--seconds needs a number"),
        ("isolated", "--seconds ten", "got ten."),
        ("isolated", "--seconds -1", "got -1."),
        ("isolated", "--memory lots", "--memory is a size"),
        ("isolated", "--memory 2", "--memory is a size"),
        ("isolated", "--quickly", "got --quickly."),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_in_a_sentence(shell, magic, line, words):
    message = refused(shell, magic, line).args[0]
    assert words in message and "\n" not in message


def test_a_flag_may_be_followed_by_its_own_word(shell, capsys):
    shell.run_cell_magic("c", "defined -D ANSWER=42", "int f(void) { return ANSWER; }\n")
    assert shell.user_ns["defined"].f() == 42


def test_a_native_source_is_bound_to_its_own_name_or_another(shell, capsys, tmp_path, monkeypatch):
    folder = tmp_path / "ein Ordner mit Ä" / "native"
    folder.mkdir(parents=True)
    (folder / "my-adder.c").write_text(ADDER)
    monkeypatch.chdir(folder.parent)
    shell.run_line_magic("native", "my-adder.c -O1")
    shell.run_line_magic("native", "my-adder.c --as other")
    assert "my_adder" in shell.user_ns and "other" in shell.user_ns
    assert capsys.readouterr().out.startswith("my_adder: long long run(")


def test_an_isolated_cell_prints_and_changes_nothing_here(shell, capsys):
    shell.user_ns["numbers"] = [1, 2]
    shell.run_cell_magic("isolated", "", "numbers.append(3)\nprint('inside')\nsum(numbers)\n")
    assert capsys.readouterr().out == "inside\n6\n"
    assert shell.user_ns["numbers"] == [1, 2]


def test_an_isolated_cell_knows_the_functions_and_libraries_of_the_notebook(shell, capsys):
    shell.run_cell_magic("c", "adder", ADDER)
    shell.run_cell(
        "import numpy as np\nints = np.arange(4, dtype=np.int32)\ndef total(x):\n    return adder.run(x, len(x))\n"
    )
    capsys.readouterr()
    shell.run_cell_magic("isolated", "", "total(ints)\n")
    assert capsys.readouterr().out == "6\n"


@pytest.mark.parametrize(
    ("cell", "report"),
    [
        ("x = 1\nx / 0\n", "ZeroDivisionError: division by zero (line 3 of the cell)\n"),
        (
            "def f():\n    return undefined\nf()\n",
            "NameError: name 'undefined' is not defined (line 3 of the cell, in f)\n",
        ),
        (
            "while True:\n    x = 1\n    x += 1\n",
            "Still running after 2 s at line 2 of the cell: the child process was stopped. The kernel lives.\n",
        ),
        (
            "import ctypes\nctypes.string_at(0)\n",
            "The child process ended with SIGSEGV (invalid memory access) at line 3 of the cell. The kernel lives.\n",
        ),
    ],
    ids=["exception", "in a function", "endless", "crash"],
)
def test_an_isolated_cell_reports_its_end_on_its_own_line(shell, capsys, cell, report):
    shell.run_cell_magic("isolated", "--seconds 2" if "while" in cell else "", cell)
    assert capsys.readouterr().out == report


def test_the_report_of_an_isolated_cell_can_be_kept_and_is_then_marked(shell, capsys):
    shell.run_cell_magic("isolated", "--as found", "print('before')\n1 / 0\n")
    assert shell.user_ns["found"].kind == "exception"
    printed = capsys.readouterr().out
    assert printed.startswith("before\n≈≈≈\nZeroDivisionError") and printed.endswith("≈≈≈\n")
    assert "--as needs a name" in str(refused(shell, "isolated", "--as", "pass\n"))
    assert "got 1x." in str(refused(shell, "isolated", "--as 1x", "print('never run')\n"))
    assert "never run" not in capsys.readouterr().out


def test_an_isolated_cell_is_plain_python(shell):
    error = refused(shell, "isolated", "", "x = 1\n%timeit x\n")
    assert (
        str(error)
        == "SyntaxError: invalid syntax (line 3 of the cell) (a %%isolated cell is plain Python, without magics)"
    )


def test_asm_returns_what_a_notebook_can_assert_on(shell, capsys):
    if not shutil.which("objdump"):
        pytest.skip("needs objdump: sudo apt install binutils")
    shell.run_cell_magic("c", "adder -O0", ADDER)
    shell.run_cell("code = %asm adder.run --versus -O2")
    code = shell.user_ns["code"]
    assert code.versus.instructions != code.instructions and len(code) > 5
    message = refused(shell, "asm", "adder.walk").args[0]
    assert message == "%asm takes one of adder's functions, run; got walk."


def test_the_command_is_shown_without_this_machines_paths():
    command = ("/usr/bin/cc", "-O3", "-I/home/me/include", "-ffile-prefix-map=/a=/b", "-iquote", "/x/native", "a.c")
    assert _command(command) == "cc -O3 -Iinclude -iquote native a.c"


def test_each_magic_explains_itself(shell):
    for kind, name in [("cell", "c"), ("cell", "cpp"), ("line", "native"), ("line", "asm"), ("cell", "isolated")]:
        assert f"%{name} " in shell.find_magic(name, kind).__doc__


def test_in_a_real_kernel_outputs_are_stored_and_errors_have_no_traceback(tmp_path):
    cells = [
        "%load_ext unladen",
        "%%c crashes\nlong poke(long n) {\n    return *(volatile long *)n;\n}",
        "%%isolated\nprint('before')\ncrashes.poke(0)",
        "%%c broken\nint f(int n) {\n    return m;\n}",
        "from unladen.sandbox import run_isolated\ndef f():\n    while True: pass\nprint(run_isolated(f, seconds=2))",
        "crashes.poke",
    ]
    book = new_notebook(cells=[new_code_cell(c) for c in cells])
    NotebookClient(
        book, allow_errors=True, kernel_name="python3", timeout=120, resources={"metadata": {"path": tmp_path}}
    ).execute()
    nbformat.validate(book)
    stream = ["".join(o.get("text", "") for o in cell.outputs) for cell in book.cells]
    where = ", in C function poke (crashes.c line 3)" if sys.platform == "linux" and shutil.which("addr2line") else ""
    assert stream[2].startswith(
        "before\nThe child process ended with SIGSEGV (invalid memory access) at line 3 of the cell"
    )
    assert where in stream[2] and stream[2].endswith("The kernel lives.\n")
    (error,) = book.cells[3].outputs
    assert error.ename == "CellError" and "magics.py" not in "".join(error.traceback)
    assert "line 3: error" in error.traceback[0]
    assert stream[4].startswith("Still running after 2 s at line 3 of the cell, in f:")
    assert book.cells[5].outputs[0].data["text/plain"] == "crashes: long poke(long n)"


@pytest.mark.parametrize("watched", [True, False])
def test_long_work_is_announced_to_who_watches_and_leaves_no_trace(watched):
    """JupyterLab names the cell that it asks for; nbclient and nbval, which store outputs, do not."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive(
            "%load_ext unladen\nimport unladen.patience\nunladen.patience.PATIENCE = 0.2", timeout=60
        )
        code = "%%isolated\nimport time\ntime.sleep(1)\nprint('done')"
        request = client.session.msg(
            "execute_request", {"code": code, "silent": False}, metadata={"cellId": "a"} if watched else {}
        )
        client.shell_channel.send(request)
        client.get_shell_msg(timeout=60)
        seen = []
        while not seen or seen[-1] != ("status", "idle"):
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                content = message["content"]
                seen.append((message["msg_type"], content.get("text") or content.get("execution_state")))
        told = ("stream", "running in a child process …\n") in seen
        assert told is watched and ("clear_output" in dict(seen)) is watched
        assert ("stream", "done\n") in seen
        if watched:
            assert [kind for kind, _ in seen].index("clear_output") < seen.index(("stream", "done\n"))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_an_isolated_cell_can_use_a_module_that_a_cell_defined(shell, capsys):
    cell = '#include <nanobind/nanobind.h>\nNB_MODULE(quick, m) { m.def("add", [](int a, int b) { return a + b; }); }\n'
    shell.run_cell_magic("cpp", "quick", cell)
    capsys.readouterr()
    shell.run_cell_magic("isolated", "", "quick.add(2, 3)\n")
    assert capsys.readouterr().out == "5\n"


def test_an_isolated_cell_opens_files_as_a_script_does(shell, capsys):
    assert shell.user_ns["open"] is not open, "IPython has its own, which refuses 0, 1 and 2"
    shell.run_cell_magic("isolated", "", "import builtins\nprint(open is builtins.open, open(0).read())\n")
    assert capsys.readouterr().out == "True \n"
