"""Where tests share the cores, what belongs together stays together."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.helpers.checkout import REPOSITORY

TEST = "import time\nimport pytest\n@pytest.mark.parametrize('n', range(9))\ndef test_one(n): time.sleep(0.05)\n"


def test_each_file_stays_on_one_core_and_the_cells_of_its_notebook_find_their_names(write_notebook, tmp_path):
    (tmp_path / "test_many.py").write_text(TEST)
    for name in ("one.ipynb", "other.ipynb"):
        write_notebook("n = 1", *["n += 1"] * 9, "assert n == 10", name=name)
    files = ["one.ipynb", "other.ipynb", "test_many.py"]
    command = [sys.executable, "-m", "pytest", "-c", str(REPOSITORY / "pyproject.toml"), "--rootdir", ".", "--nbval"]
    command += ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--color=no", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    run = subprocess.run(
        [*command, "-v", *files], cwd=tmp_path, env=environment, text=True, capture_output=True, timeout=300
    )
    assert run.returncode == 0, run.stdout[-6000:]
    seen = re.findall(r"^\[(gw\d)\] .* PASSED (\S+?)::", run.stdout, re.MULTILINE)
    workers = {file: {worker for worker, where in seen if where == file} for _, file in seen}
    assert sorted(workers) == sorted(file.removesuffix(".ipynb") for file in files)  # nbval writes one::ipynb
    assert all(len(on) == 1 for on in workers.values()), workers
    assert len(set.union(*workers.values())) == 2, "and both cores are used"
