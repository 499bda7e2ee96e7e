"""nbval with our repairs: strict about everything but what is marked, and quick to see a crash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from unladen.build import effort
from unladen.course import notebooks, render
from unladen.course.outputs import same, sanitised
from unladen.show import Listing, Table, Volatile, duration, marked, size, times

ROOT = Path(__file__).parents[1]


def nbval(*paths, cwd=None, **environment) -> subprocess.CompletedProcess:
    """Run ``pytest --nbval`` as the Makefile does."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-q", "--color=no", "--nbval"]
    command += ["-p", "no:cacheprovider", *map(str, paths)]
    environment = {k: v for k, v in os.environ.items() if k != "CI"} | environment  # with it, pytest says things twice
    return subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True, timeout=100)


def volatile_outputs(first: Volatile, second: Volatile, words: str, block: str) -> tuple[str, ...]:
    """Everything show.py can mark, with these volatile values in it."""
    table = Table(
        ["who", "best", "beside", "compiler"],
        [["Python", first, "fixed", Volatile(words)], ["C ≈ fast", second, "also fixed", "-"]],
        title="A race",
        note="best of 5",
    )
    listing = Listing("Machine code", block)
    line = f"CLAIM  C wins: measured {marked(times(25))}, at least 10 × with {marked(words)} here"
    return repr(table), table._repr_html_(), repr(listing), listing._repr_html_(), line


def test_everything_volatile_is_erased():
    ones = volatile_outputs(duration(1.2e-9), size(3), "gcc 12", "add eax, 1")
    others = volatile_outputs(duration(98765.4), size(9e12), "Apple clang 17.0", "add w0, w0, #1\nret\n≈ 3")
    for one, other in zip(ones, others, strict=True):
        assert sanitised(one) == sanitised(other)


@pytest.mark.parametrize("seconds", [3e-10, 1e-9, 4.56e-8, 7.8e-6, 1e-3, 0.999, 1, 59, 1e5])
def test_a_time_is_erased_in_every_unit(seconds):
    assert sanitised(f"took {marked(duration(seconds))}, then") == "took<V>, then"


NUMBERS = "12.3 GB/s", "4 GiB", "1.5 GFLOP/s", "2,500 MHz", "7 cycles", "3e-05 s", "-12 %", "25 ×", "8", "3 µs", "3 μs"
WORDS = "12 of 16", "8 threads", "GCC 12.2", "nan", "inf ×", "a\nb", "-", "1.2.3-rc1", "clang 17 (Apple)"


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_erased_with_its_unit(text):
    assert sanitised(f"about {marked(text)} here") == "about<V>here"


@pytest.mark.parametrize("text", WORDS)
def test_words_are_erased_between_their_marks(text):
    assert sanitised(f"with {marked(text)} here, {marked('3 ms')}.") == "with<V>here,<V>."


def test_what_is_fixed_is_compared():
    one = volatile_outputs(duration(1e-3), size(3), "gcc", "code")
    for text in one:
        for fixed in ("Python", "fixed", "A race", "best of 5", "Machine code", "C wins", "10 ×", "here", "who"):
            if fixed in text:
                assert sanitised(text) != sanitised(text.replace(fixed, "other", 1)), (fixed, text)


def test_numbers_without_a_mark_are_compared():
    assert sanitised("took 12.3 ms") == "took 12.3 ms"
    assert sanitised("≈ 3 apples, ≈ 3 second") == "<V>apples,<V>second"
    assert sanitised("0x10 is 16") == "0x10 is 16"


def test_addresses_and_a_cells_temporary_file_are_erased():
    assert sanitised("<object at 0x7f220648f480>") == "<object at 0xADDRESS>"
    assert sanitised("/tmp/ipykernel_12/345.py:2: UserWarning") == "<cell>:2: UserWarning"


GOOD = (
    "import os, sys, time\nfrom unladen.show import Listing, Table, duration\nprint(os.getppid() > 0)",
    "Table(['who', 'time'], [['we', duration(time.perf_counter())]])",
    "Listing('now', str(time.time()))",
    "41 + 1;",
    "status = os.system('echo printed by a child')\ntime.sleep(0.5)  # a thread of the kernel passes it on\nstatus",
    "print(hash('Unladen'), os.environ.get('PYTEST_CURRENT_TEST'), sorted(os.listdir(os.environ['IPYTHONDIR']))[:0])",
    "print(os.path.exists(os.environ['UNLADEN_STATE']))\nOut[5]",
    "import warnings\nwarnings.warn('careful')",
    new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
)


def test_a_rendered_notebook_passes_from_anywhere_in_any_environment(write_notebook, tmp_path):
    path = write_notebook("# Notebook\n\nOne minute.", *GOOD, name="Übung mit Leerzeichen/lesson.ipynb")
    render.render(path)
    stored = notebooks.read(path)
    assert stored.cells[4].outputs == []
    assert "printed by a child" in stored.cells[5].outputs[0].text
    run = nbval(path, cwd=tmp_path, LANG="C", LC_ALL="C", PYTHONHASHSEED="7", MPLBACKEND="Agg", NO_COLOR="1")
    assert run.returncode == 0, run.stdout
    assert f"{len(GOOD)} passed" in run.stdout


MOVING = (
    "from tqdm import tqdm\nimport time\nfor _ in tqdm(range(5), desc='reading'): time.sleep(0.05 + time.time() % 0.1)",
    "for _ in tqdm(range(3)): print('between')",
    "for n in tqdm(range(3)):\n    if n == 2: break",
    "for _ in tqdm(iter('abc')): pass",
    "bar = tqdm(total=2_000, unit='B', unit_scale=True)\nbar.update(1_500)\nbar.close()",
    "handle = display('first', display_id=True)\nfor n in range(3): handle.update(n)",
    "one = display(1, display_id='a')\ndisplay(2)\none = display(3, display_id='a', update=True)",
)


def test_bars_and_updated_displays_are_compared_as_they_were_last(write_notebook):
    path = write_notebook(*MOVING)
    render.render(path)
    cells = notebooks.read(path).cells
    assert cells[0].outputs[0].text == "reading: 100%|" + 20 * "█" + "| 5/5\n"
    assert [output.data["text/plain"] for output in cells[5].outputs + cells[6].outputs] == ["2", "3", "2"]
    copies = [path.with_name(f"{n}.ipynb") for n in range(3)]
    for copy in copies:
        copy.write_bytes(path.read_bytes())
    notebook = notebooks.read(path)
    notebook.cells[0].outputs[0].text = notebook.cells[0].outputs[0].text.replace("5/5", "4/5")
    notebook.cells[5].outputs[0].data["text/plain"] = "1"
    nbformat.write(notebook, path)
    run = nbval(*copies, path)
    assert f"2 failed, {4 * len(MOVING) - 2} passed" in run.stdout, run.stdout


def test_a_wrong_output_and_a_false_claim_are_reported(write_notebook):
    path = write_notebook("print('right')", "{'a': 1}", "'same'")
    render.render(path)
    notebook = notebooks.read(path)
    notebook.cells[0].outputs[0].text = "wrong\n"
    notebook.cells[1].outputs[0].data["text/plain"] = "{'a': 2}"
    notebook.cells[2].source = "assert 1 > 2, 'C wins'\n'same'"
    nbformat.write(notebook, path)
    run = nbval(path)
    assert run.returncode == 1
    assert "3 failed" in run.stdout
    assert "mismatch 'stdout'" in run.stdout and "mismatch 'text/plain'" in run.stdout and "C wins" in run.stdout


ELSEWHERE = {
    "reference-python": "from unladen.course import strict\nstrict.on_reference_python = lambda: False\n",
    "two-cores": "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n",
}
if not hasattr(os, "sched_setaffinity"):
    del ELSEWHERE["two-cores"]  # this system binds no process to a core


@pytest.mark.parametrize("tag", ELSEWHERE)
def test_on_another_python_version_and_on_one_core_tagged_cells_are_not_compared(tag, write_notebook, tmp_path):
    path = write_notebook(new_code_cell("'as here'", metadata={"tags": [tag]}), "'as anywhere'")
    render.render(path)
    notebook = notebooks.read(path)
    for cell in notebook.cells:
        cell.outputs[0].data["text/plain"] = "'another'"
    notebooks.write(notebook, path)
    (tmp_path / "other.py").write_text(ELSEWHERE[tag])
    run = nbval(path, "-p", "other", PYTHONPATH=str(tmp_path))
    assert "1 failed, 1 passed" in run.stdout and "as anywhere" in run.stdout
    if tag != "two-cores" or effort.cores() > 1:
        assert "2 failed" in nbval(path).stdout


def test_a_crash_of_the_kernel_is_reported_within_10_seconds(write_notebook, tmp_path):
    crashes = ["import ctypes; ctypes.string_at(0)", "import os; os._exit(3)"]
    paths = [write_notebook("1", crash, "2", name=f"{n}.ipynb") for n, crash in enumerate(crashes)]
    run = nbval(*paths, "--junit-xml", tmp_path / "report.xml")
    assert run.stdout.count("the kernel died while it ran this cell") == 2
    assert "4 failed, 2 passed" in run.stdout
    cells = ElementTree.parse(tmp_path / "report.xml").iter("testcase")
    assert all(float(cell.get("time")) < 10 for cell in cells if cell.get("name") == "Cell 1")


def test_without_nbval_the_plugin_does_nothing(tmp_path):
    untouched = "def test_untouched():\n    assert kernel.start_new_kernel.__module__ == 'nbval.kernel'\n"
    (tmp_path / "test_one.py").write_text(f"from nbval import kernel\n{untouched}")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-q", "-p", "no:cacheprovider"]
    for extra in ([], ["-p", "no:nbval", "-o", "addopts=-p unladen.course.strict"]):
        run = subprocess.run([*command, *extra, "test_one.py"], cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("skips", ["0", "1"])
def test_skips_are_failures_where_everything_must_run(tmp_path, skips):
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    skip = "    pytest.skip('install a browser')\n"
    marked_skip = "@pytest.mark.skipif(True, reason='install a browser')\ndef test_b():\n    pass\n"
    xfail = "@pytest.mark.xfail(reason='known')\ndef test_c():\n    assert False\n"
    (tmp_path / "test_it.py").write_text(f"import pytest\ndef test_a():\n{skip}{marked_skip}{xfail}")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", "test_it.py"]
    run = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"UNLADEN_NO_SKIPS": skips}, capture_output=True, text=True
    )
    counts = "2 skipped, 1 xfailed" if skips == "0" else "1 failed, 1 xfailed, 1 error"
    assert counts in run.stdout
    assert run.returncode == int(skips)
    assert "install a browser" in run.stdout


def test_outputs_are_the_same_only_if_nbval_would_say_so():
    stream = [nbformat.v4.new_output("stream", name="stdout", text="a ≈ 1 ms\n")]
    assert same(stream, [nbformat.v4.new_output("stream", name="stdout", text="a ≈ 2.5 s\n")])
    assert not same(stream, [nbformat.v4.new_output("stream", name="stderr", text="a ≈ 1 ms\n")])
    assert not same(stream, [])
    picture = nbformat.v4.new_output("display_data", {"image/png": "AAAA", "text/plain": "[figure] one"})
    assert same(
        [picture], [nbformat.v4.new_output("display_data", {"image/png": "BBBB", "text/plain": "[figure] one"})]
    )
    assert not same(
        [picture], [nbformat.v4.new_output("display_data", {"image/png": "AAAA", "text/plain": "[figure] two"})]
    )
