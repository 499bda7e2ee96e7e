"""nbval with our repairs: strict about everything but what is marked, and quick to see a crash."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from unladen.course import notebooks, render
from unladen.course.outputs import same, sanitised
from unladen.host import effort
from unladen.show import Listing, Table, Volatile, duration, marked, size, times

ROOT = Path(__file__).parents[2]


def nbval(*paths, cwd=None, **environment) -> subprocess.CompletedProcess:
    """Run ``pytest --nbval`` as the Makefile does."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-q", "--color=no", "--nbval"]
    command += ["-p", "no:cacheprovider", *map(str, paths)]
    environment = {k: v for k, v in os.environ.items() if k != "CI"} | environment  # with it, pytest says things twice
    return subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True, timeout=600)


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


def moving(number: int) -> list[str]:
    """Cells whose bars and displays change while they run; ``number`` keeps the names of their displays apart."""
    return [
        "from tqdm import tqdm\nimport time\n"
        "for _ in tqdm(range(5), desc='reading'): time.sleep(0.05 + time.time() % 0.1)",
        "for _ in tqdm(range(3)): print('between')",
        "for n in tqdm(range(3)):\n    if n == 2: break",
        "for _ in tqdm(iter('abc')): pass",
        "bar = tqdm(total=2_000, unit='B', unit_scale=True)\nbar.update(1_500)\nbar.close()",
        "handle = display('first', display_id=True)\nfor n in range(3): handle.update(n)",
        f"one = display(1, display_id='{number}')\ndisplay(2)\none = display(3, display_id='{number}', update=True)",
    ]


# Cells, and what their stored output is made once they are rendered
ALTERED = {
    "print('right')": "wrong\n",
    "{'a': 1}": "{'a': 2}",
    "for _ in tqdm(range(5), desc='reading'): time.sleep(0.05)": "reading: 100%|" + 20 * "█" + "| 4/5\n",
    "handle = display('last', display_id=True)\nfor n in range(3): handle.update(n)": "1",
    "'any version'": "'another'",
    "'this version'": "'another'",  # tagged: compared only where it was stored
    "'two cores'": "'another'",  # tagged: compared only where there are two
}
ANOTHER_MACHINE = """import os
from unladen.course import strict

strict.on_reference_python = lambda: False
if hasattr(os, "sched_setaffinity"):  # else no process is bound to a core, and what is tagged is left out of ALTERED
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
"""
if not hasattr(os, "sched_setaffinity"):
    del ALTERED["'two cores'"]
TAGS = {"'this version'": "reference-python", "'two cores'": "two-cores"}
FALSE = "assert 1 > 2, 'C wins'\n'same'"
CRASHES = ["import ctypes; ctypes.string_at(0)", "import os; os._exit(3)"]
ELSEWHERE = {"LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "7", "MPLBACKEND": "Agg", "NO_COLOR": "1"}


@dataclass
class Cell:
    """A cell as it was rendered, and what nbval said of it: nothing where it passed."""

    source: str
    stored: list
    said: str
    seconds: float


def alter(cell) -> None:
    """Make the stored output of a cell wrong, or its claim false."""
    if cell.source == "'same'":
        cell.source = FALSE
    if cell.source in ALTERED:
        [output] = cell.outputs
        holder, key = (output, "text") if output.output_type == "stream" else (output.data, "text/plain")
        assert holder[key] != ALTERED[cell.source]
        holder[key] = ALTERED[cell.source]


@pytest.fixture(scope="module")
def examined(tmp_path_factory) -> list[Cell]:
    """Cells of every kind, rendered, then validated from elsewhere, in another environment, on another machine.

    One notebook holds all but those that crash, and nbval is run once: each of either costs a start of some seconds.
    """
    folder = tmp_path_factory.mktemp("strict") / "Übung mit Leerzeichen"
    folder.mkdir()
    cells = [*GOOD, *moving(0), *moving(1), *moving(2), "'same'", *ALTERED]
    cells = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    for cell in cells:
        if cell.source in TAGS:
            cell.metadata["tags"] = [TAGS[cell.source]]
    lesson = folder / "2.ipynb"
    title = new_markdown_cell("# Notebook\n\nOne minute.")
    nbformat.write(new_notebook(cells=[title, *copy.deepcopy(cells)]), lesson)
    render.render(lesson)
    rendered = notebooks.read(lesson)
    stored = [cell.outputs for cell in copy.deepcopy(rendered.cells[1:])]
    for cell in rendered.cells[1:]:
        alter(cell)
    nbformat.write(rendered, lesson)
    for number, crash in enumerate(CRASHES):
        crashing = [new_code_cell(source) for source in ("'before'", crash, "'after'")]
        nbformat.write(new_notebook(cells=crashing), folder / f"{number}.ipynb")
    (folder / "other.py").write_text(ANOTHER_MACHINE)
    paths = [folder / f"{number}.ipynb" for number in range(3)]
    options = ["-p", "other", "--junit-xml", folder / "report.xml"]
    run = nbval(*paths, *options, cwd=folder.parent, PYTHONPATH=str(folder), **ELSEWHERE)
    assert run.returncode == 1, run.stdout + run.stderr
    code = [cell for path in paths for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    found = ElementTree.parse(folder / "report.xml").iter("testcase")
    said = [("".join(test.itertext()).strip(), float(test.get("time"))) for test in found]
    return [Cell(c.source, out, *of) for c, out, of in zip(code, 6 * [[]] + stored, said, strict=True)]


def of(cells: list[Cell], *sources) -> list[Cell]:
    """Those with one of these sources, in order."""
    wanted = {source if isinstance(source, str) else source.source for source in sources}
    return [cell for cell in cells if cell.source in wanted]


def test_a_rendered_notebook_passes_from_anywhere_in_any_environment(examined):
    good = of(examined, *GOOD)
    assert len(good) == len(GOOD)
    assert good[3].stored == []
    assert "printed by a child" in good[4].stored[0].text
    assert not [cell for cell in good if cell.said]


def test_bars_and_updated_displays_are_compared_as_they_were_last(examined):
    moved = of(examined, *moving(0), *moving(1), *moving(2))
    assert len(moved) == 3 * len(moving(0))
    assert moved[0].stored[0].text == "reading: 100%|" + 20 * "█" + "| 5/5\n"
    assert [output.data["text/plain"] for output in moved[5].stored + moved[6].stored] == ["2", "3", "2"]
    assert not [cell for cell in moved if cell.said]
    _, _, bar, display, *_ = of(examined, *ALTERED)
    assert "mismatch 'stderr'" in bar.said and "mismatch 'text/plain'" in display.said


def test_a_wrong_output_and_a_false_claim_are_reported(examined):
    [false], [stream, result, *_] = of(examined, FALSE), of(examined, *ALTERED)
    assert "mismatch 'stdout'" in stream.said and "mismatch 'text/plain'" in result.said
    assert "C wins" in false.said


def test_on_another_python_version_and_on_one_core_tagged_cells_are_not_compared(examined):
    assert not [cell for cell in of(examined, *TAGS) if cell.said]
    [untagged] = of(examined, "'any version'")
    assert "mismatch 'text/plain'" in untagged.said


def test_where_they_were_stored_tagged_cells_are_compared(write_notebook):
    tags = {"reference-python": True, "two-cores": effort.cores() > 1}
    cells = [new_code_cell("'this'", metadata={"tags": [tag]}, execution_count=1) for tag in tags]
    for cell in cells:
        cell.outputs = [new_output("execute_result", {"text/plain": "'another'"}, execution_count=1)]
    path = write_notebook(*cells)
    (path.parent / "home.py").write_text(
        "from unladen.course import strict\nstrict.on_reference_python = lambda: True\n"
    )
    run = nbval(path, "-p", "home", PYTHONPATH=str(path.parent))
    assert run.stdout.count("mismatch 'text/plain'") == sum(tags.values()), run.stdout


def test_a_crash_of_the_kernel_is_reported_within_10_seconds(examined):
    before, crashed, after = of(examined, "'before'"), of(examined, *CRASHES), of(examined, "'after'")
    assert not [cell for cell in before if cell.said]
    assert len(crashed) == len(after) == 2 and all(cell.said for cell in after)
    assert all("the kernel died while it ran this cell" in cell.said and cell.seconds < 10 for cell in crashed)


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
