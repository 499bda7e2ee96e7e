"""Chapter 13 leaves no process, no thread and no shared memory: at its end, after an interrupt, in a killed kernel."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from queue import Empty

import psutil
import pytest
from jupyter_client.manager import KernelManager

from tests.helpers.processes import ends
from unladen.course.kernel import environment
from unladen.host.leavings import leavings

pytestmark = [pytest.mark.chapters(13), pytest.mark.long]
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "13-parallel.ipynb"
# cells that start processes, each with what it needs from others before
POOLS = {
    "shared-array": (),
    "shared-kill": (),
    "pools-chunks": (),
    "methods": (),
    "fork-lock": (),
    "files-ways": ("cures",),
    "files-broken": ("cures", "files-ways"),
    "files-trouble": (),
    "heat": (),
    "pays-race": ("pays-works",),
}
COUNTED = "from unladen.host.leavings import leavings as _leavings; _before = _leavings()"


class Kernel:
    """A real kernel, and the cells of the chapter by their ids."""

    def __init__(self, client, manager) -> None:
        self.client, self.manager = client, manager
        self.pid = manager.provisioner.pid
        cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        self.sources = {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"}
        self.setup = [name for name in self.sources if name.startswith("setup")]

    def begin(self, source: str) -> str:
        return self.client.execute(source)

    def end(self, request: str, seconds: float = 120) -> tuple[str, str]:
        """What the cell printed, and the name of its exception."""
        printed, deadline = "", time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "stream":
                printed += message["content"]["text"]
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return printed, self.client.get_shell_msg(timeout=30)["content"].get("ename", "")
        raise TimeoutError(f"the cell still runs after {seconds} s; it printed {printed!r}")

    def run(self, source: str) -> tuple[str, str]:
        return self.end(self.begin(source))

    def left(self) -> str:
        """What is left, but for segments that are not Python's: those of a test of MPI beside this one, say."""
        self.run("_left = _leavings(since=_before)")
        python = "frozenset(name for name in _left.segments if name.startswith('psm_'))"
        return self.run(f"print(type(_left)(_left.processes, _left.threads, {python}))")[0].strip()


@contextmanager
def kernel(tmp_path):
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=environment(tmp_path), cwd=str(NOTEBOOK.parent))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        started = Kernel(client, manager)
        for name in started.setup:
            started.run(started.sources[name])
        started.run(COUNTED)
        yield started
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture
def running(tmp_path):
    with kernel(tmp_path) as started:
        yield started


def test_at_the_end_of_its_cells(running):
    for name in [name for cell, before in POOLS.items() for name in (*before, cell)]:
        running.run(running.sources[name])
    assert running.left() == "no process, no thread, no segment"


@pytest.fixture(scope="module")
def going_on(tmp_path_factory):
    """One kernel for all cells that are interrupted: it survives that."""
    with kernel(tmp_path_factory.mktemp("kernel")) as started:
        yield started


@pytest.mark.parametrize("cell", POOLS)
def test_after_an_interrupt(going_on, cell):
    for name in POOLS[cell]:
        going_on.run(going_on.sources[name])
    for after in (0.05, 0.4, 1.0):
        request = going_on.begin(going_on.sources[cell])
        time.sleep(after)
        going_on.manager.interrupt_kernel()
        going_on.end(request)
        time.sleep(0.2)
        assert going_on.left() == "no process, no thread, no segment", f"interrupted after {after} s"


def children(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


@pytest.mark.parametrize("after", [0.1, 0.5])
@pytest.mark.parametrize("cell", POOLS)
def test_after_the_kernel_was_killed(running, cell, after):
    before = leavings()
    for name in POOLS[cell]:
        running.run(running.sources[name])
    there = set(children(running.pid))
    running.begin(running.sources[cell])
    deadline = time.monotonic() + 30
    while not set(children(running.pid)) - there and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after)
    family = children(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    assert all(ends(child.pid, zombie=True, seconds=20) for child in family)
    assert not [name for name in leavings(since=before, seconds=10).segments if name.startswith("psm_")]
