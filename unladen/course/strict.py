"""A pytest plugin that repairs nbval 0.11.0: strict, reproducible, and quick to see a crash.

It is named in pyproject.toml and does nothing unless nbval is asked for. It relies on private names of nbval; therefore
the version is pinned, and ``tests/course/test_strict.py`` proves each repair:

* ``tests/sanitize.cfg`` is used from any working directory, unless another file is named;
* each kernel gets the environment of ``course/kernel.py`` and a fresh state of its own;
* the death of a kernel is noticed within a second, not after the cell's whole time limit;
* cells tagged ``reference-python`` are compared only on the Python version whose outputs are stored, and cells tagged
  ``python-headers`` only where modules can be compiled, ``two-cores`` only where there are two: elsewhere they say what
  is missing;
* where Zig is the compiler, which makes its C++ library in the first cell that needs it, a cell has ten minutes;
* a display that was updated within its cell is compared as it was last, which is what is stored;
* cells run with history, as in JupyterLab, so that ``;`` silences a last line and ``Out`` and ``_`` work.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from queue import Empty

import pytest
from nbformat import from_dict

from unladen.compiling import BuildError, python_headers, toolchain
from unladen.host import effort

SANITIZER = Path(__file__).parents[2] / "tests" / "sanitize.cfg"


def pytest_configure(config) -> None:
    """Apply the repairs if this run validates notebooks."""
    if not hasattr(config.option, "nbval_sanitize_with"):
        return  # nbval is not there, or was disabled
    if config.option.nbval_sanitize_with is None and SANITIZER.exists():
        config.option.nbval_sanitize_with = str(SANITIZER)
    if config.option.nbval or config.option.nbval_lax:
        config.option.nbval_cell_timeout = max(float(config.option.nbval_cell_timeout), _patience())
        homes = tempfile.TemporaryDirectory(prefix="unladen-nbval-", ignore_cleanup_errors=True)
        config.add_cleanup(homes.cleanup)
        config.add_cleanup(_repair(Path(homes.name)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item) -> None:
    """Have the kernel that is started for a notebook know whose it is: claims note that in their ledger."""
    if type(item).__name__ == "IPyNbCell":
        os.environ["UNLADEN_NOTEBOOK"] = item.path.stem


def pytest_itemcollected(item) -> None:
    """Give a loaded machine time, and compare cells whose tag says that it depends only where they can be as stored."""
    if type(item).__name__ == "IPyNbCell":
        item.output_timeout = 20  # nbval waits 5 seconds for each piece of output once a cell has replied
        tags = item.cell.metadata.get("tags", [])
        elsewhere = "reference-python" in tags and not on_reference_python()
        elsewhere = elsewhere or "two-cores" in tags and effort.usable() < 2
        if elsewhere or "python-headers" in tags and not python_headers.folders():
            item.options["check"] = False


def _patience() -> float:
    """Seconds that a cell may take by its compiler; a kernel that died is noticed at once all the same."""
    with contextlib.suppress(BuildError):
        return 600 if toolchain("cpp").kind == "zig" else 0
    return 0


def on_reference_python() -> bool:
    """Whether this Python is the version that stored outputs come from, as pyproject.toml names it."""
    with open(SANITIZER.parents[1] / "pyproject.toml", "rb") as file:
        reference = tomllib.load(file).get("tool", {}).get("unladen", {}).get("reference-python")
    return reference in (None, f"{sys.version_info[0]}.{sys.version_info[1]}")


def _repair(homes: Path):
    """Replace parts of nbval until the returned function is called; kernels keep their state under ``homes``."""
    from nbval import kernel as nbval_kernel

    from unladen.course.kernel import environment

    running = nbval_kernel.RunningKernel
    start = nbval_kernel.start_new_kernel
    get_message = running.get_message
    before = start, running.await_reply, running.execute_cell_input, get_message

    def start_clean(*args, **kwargs):
        home = Path(tempfile.mkdtemp(dir=homes))
        return start(*args, **kwargs, stdout=subprocess.DEVNULL, env=environment(home))

    def undo() -> None:
        nbval_kernel.start_new_kernel, running.await_reply, running.execute_cell_input, running.get_message = before

    nbval_kernel.start_new_kernel = start_clean
    running.await_reply = _await_reply
    running.execute_cell_input = _execute_cell_input
    running.get_message = lambda kernel, stream, timeout=None: _followed(kernel, get_message(kernel, stream, timeout))
    return undo


def _followed(kernel, message: dict) -> dict:
    """A message as it came; if it updates a display, that one's data, which nbval holds by now, are replaced."""
    content = message["content"]
    if name := content.get("transient", {}).get("display_id"):
        shown = vars(kernel).setdefault("shown", {}).setdefault(name, [])
        if message["msg_type"] == "update_display_data":
            for data in shown:
                data.clear()
                data.update(content["data"])
        else:
            content["data"] = from_dict(content["data"])  # nbval keeps this very object
            shown.append(content["data"])
    return message


def _await_reply(kernel, msg_id: str, timeout: float | None = None) -> None:
    """Wait for the reply to one request, looking each second whether the kernel is still alive.

    Raises ``queue.Empty`` when ``timeout`` seconds have passed, ``RuntimeError`` when the kernel died.
    """
    deadline = float("inf") if timeout is None else time.monotonic() + timeout
    while True:
        alive = kernel.is_alive()  # asked before reading, so that a last reply of a dying kernel still counts
        try:
            message = kernel.get_message("shell", timeout=max(0.0, min(1.0, deadline - time.monotonic())))
        except Empty:
            if not alive:
                raise RuntimeError("the kernel died while it ran this cell") from None
            if time.monotonic() >= deadline:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            if message["content"]["status"] == "aborted":
                raise RuntimeError("the kernel refused to run this cell")
            return


def _execute_cell_input(kernel, source: str, allow_stdin: bool | None = None) -> str:
    return kernel.kc.execute(source, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)
