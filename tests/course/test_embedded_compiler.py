"""With the system's compilers and measuring tools hidden, the chapters still run, and their stored outputs hold.

The compiler is then the one in a wheel; where a tool is missing, a chapter says so.
"""

from __future__ import annotations

import dis
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import CodeType

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).parents[2]
COMPILER = re.compile(r"^(?:.*-)?(?:cc|c\+\+|c[89]9|gcc|g\+\+|cpp|clang|clang\+\+|tcc|nvcc)(?:-[\d.]+)?$|objdump$")
NOTEBOOKS = [f"notebooks/{name}" for name in ("01-measuring", "02-the-computer", "03-dynamic-features", "04-bytecode")]
NOTEBOOKS += ["solutions/03-dynamic-features"]
TOOL = re.compile(r"^(valgrind|perf|lscpu|mbw|sysbench)")
# What asks for a compiler, a disassembler or a tool, itself or by a word of ours; which file is written or read; what a
# magic gives a name to.
ASKS = re.compile(
    r"^%%c|%native|%asm|%%isolated|\b(toolchain|build|native|check|for_this_machine|machine|processor_card|sweep)\b"
    r"|\b(g?cc|clang|objdump|valgrind|perf|lscpu|mbw|sysbench)\b",
    re.MULTILINE,
)
FILE = re.compile(r"\b\w+\.(?:c|py)\b")
MAGIC = re.compile(r"^%%(?:c|cpp|writefile) +([\w.]+)|^%native +(\w+).*?(?: --as +(\w+))?$", re.MULTILINE)


@pytest.fixture
def hidden(tmp_path) -> dict[str, str]:
    """An environment whose PATH has all commands of this machine but compilers, disassemblers and measuring tools."""
    place = tmp_path / "commands"
    place.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for command in Path(folder).iterdir() if Path(folder).is_dir() else ():
            link = place / command.name
            if not (COMPILER.search(command.name) or TOOL.match(command.name) or link.is_symlink()):
                link.symlink_to(command)
    return {k: v for k, v in os.environ.items() if k not in ("CC", "CXX")} | {"PATH": str(place)}


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell gives to something, and those that it must find there; files count as names."""
    given = {name for found in MAGIC.findall(source) for name in found if name}
    used = set(FILE.findall(source))
    if source.startswith("%%"):  # what is no source of another language is Python below a magic
        return given, used if MAGIC.match(source) else set(re.findall(r"\w+", source))
    for words in re.findall(r"%\w+ (.*)", source):
        used |= set(re.findall(r"\w+", words)) - given
    for one in dis.get_instructions(compile(TransformerManager().transform_cell(source), "cell", "exec")):
        if one.opname == "STORE_NAME":
            given.add(one.argval)
        elif one.opname == "LOAD_NAME":
            used |= {one.argval} - given
        elif isinstance(one.argval, CodeType):  # a function, a class, a comprehension
            used |= looked_up(one.argval) - given
    return given, used


def looked_up(code: CodeType) -> set[str]:
    """What a function's code, and all code inside it, may look up in the notebook."""
    inner = [looked_up(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*inner)


def what_may_differ(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The cells that ask for a compiler or a tool, those that go on from them, and all that these need.

    The other cells have nothing hidden from them: they are held against what is stored when the lecture itself is run.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    each = [names(cell.source) for cell in cells]
    kept, touched, needed = [0], set(), set()
    for number, (given, used) in enumerate(each[1:], 1):
        if ASKS.search(cells[number].source) or used & touched:
            kept.append(number)
            touched |= given
        else:
            touched -= given
    for number in range(len(cells) - 1, 0, -1):
        given, used = each[number]
        if number in kept or given & needed:
            kept.append(number)
            needed = needed - given | used
    return nbformat.v4.new_notebook(metadata=notebook.metadata, cells=[cells[number] for number in sorted(set(kept))])


def test_cells_that_ask_for_no_compiler_are_left_out_unless_others_need_them():
    kept = [
        "%load_ext unladen",
        "k = 3",
        "%%c adder\nint f(int x) { return x + 1; }",
        "def shown(x):\n    return adder.f(x) + k",
        "total = [shown(n) for n in range(3)]",
        "%%timeit -n 1\nsum(total)",
        "total",
    ]
    others = ["m = 4", "[x for x in range(m)]", "total = 5", "total"]
    cells = [nbformat.v4.new_code_cell(source) for source in (kept[0], others[0], *kept[1:], *others[1:])]
    found = what_may_differ(nbformat.v4.new_notebook(cells=cells))
    assert [cell.source for cell in found.cells] == kept


@pytest.mark.long  # the first time: it compiles its C++ library, so that no lecture below has to
def test_nothing_that_compiles_is_left_but_the_one_in_a_wheel(hidden):
    if not find_spec("ziglang"):
        pytest.skip('needs the extra "zig": make test WITH=zig')
    script = """
from unladen.compiling import build
for language, source in (("c", "int twice(int x) { return 2 * x; }"),
                         ("cpp", '#include <vector>\\nextern "C" int one() { return std::vector<int>(1).size(); }')):
    print(build(source, language).build.compiler.split()[0])
"""
    run = subprocess.run([sys.executable, "-c", script], env=hidden, capture_output=True, text=True)
    assert run.stdout.split() == ["zig", "zig"], run.stderr


@pytest.mark.long
@pytest.mark.measures
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_chapter_runs_on_the_embedded_compiler_and_without_tools(name, hidden, tmp_path):
    if not find_spec("ziglang"):
        pytest.skip('needs the extra "zig": make test WITH=zig')
    path = tmp_path / f"{Path(name).name}.ipynb"
    nbformat.write(what_may_differ(nbformat.read(ROOT / f"{name}.ipynb", as_version=4)), path)
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-q", "--color=no", "--nbval"]
    command += ["-p", "no:cacheprovider", "--nbval-cell-timeout=300", str(path)]
    run = subprocess.run(command, env=hidden, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout[-6000:]
