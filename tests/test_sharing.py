"""Where tests share the cores, what belongs together stays together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = "exercises/00-start-here.ipynb", "exercises/05-objects.ipynb", "tests/test_claim.py"


def test_each_file_stays_on_one_core_and_the_cells_of_its_notebook_find_their_names():
    command = [sys.executable, "-m", "pytest", "--nbval", *FILES, "-v"]
    command += ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--color=no", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    run = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True, timeout=300)
    assert run.returncode == 0, run.stdout[-6000:]
    seen = re.findall(r"^\[(gw\d)\] .* PASSED (\S+?)::", run.stdout, re.MULTILINE)
    workers = {file: {worker for worker, where in seen if where == file} for _, file in seen}
    assert sorted(workers) == sorted(file.removesuffix(".ipynb") for file in FILES)  # nbval writes 05-objects::ipynb
    assert all(len(on) == 1 for on in workers.values()), workers
    assert len(set.union(*workers.values())) == 2, "and both cores are used"
