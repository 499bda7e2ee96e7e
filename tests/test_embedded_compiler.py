"""With the system's compilers and measuring tools hidden, the chapters still run, and their stored outputs hold.

The compiler is then the one in a wheel; where a tool is missing, a chapter says so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPILER = re.compile(r"^(?:.*-)?(?:cc|c\+\+|c[89]9|gcc|g\+\+|cpp|clang|clang\+\+|tcc|nvcc)(?:-[\d.]+)?$|objdump$")
NOTEBOOKS = [f"notebooks/{name}" for name in ("01-measuring", "02-the-computer", "03-dynamic-features", "04-bytecode")]
NOTEBOOKS += ["solutions/03-dynamic-features"]
TOOL = re.compile(r"^(valgrind|perf|lscpu|mbw|sysbench)")


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


@pytest.mark.long  # the first time: it compiles its C++ library, so that no lecture below has to
def test_nothing_that_compiles_is_left_but_the_one_in_a_wheel(hidden):
    if not find_spec("ziglang"):
        pytest.skip('needs the extra "zig": make test WITH=zig')
    script = """
from unladen.build import build
for language, source in (("c", "int twice(int x) { return 2 * x; }"),
                         ("cpp", '#include <vector>\\nextern "C" int one() { return std::vector<int>(1).size(); }')):
    print(build(source, language).build.compiler.split()[0])
"""
    run = subprocess.run([sys.executable, "-c", script], env=hidden, capture_output=True, text=True)
    assert run.stdout.split() == ["zig", "zig"], run.stderr


@pytest.mark.measures
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_chapter_runs_on_the_embedded_compiler_and_without_tools(name, hidden):
    if not find_spec("ziglang"):
        pytest.skip('needs the extra "zig": make test WITH=zig')
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-q", "--color=no", "--nbval"]
    command += ["-p", "no:cacheprovider", "--nbval-cell-timeout=300", str(ROOT / f"{name}.ipynb")]
    run = subprocess.run(command, env=hidden, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout[-6000:]
