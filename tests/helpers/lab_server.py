"""A running ``make lab`` for tests: the real server, on a copy of the course, beside a user's hostile configuration."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.checkout import REPOSITORY

ROOMS = ("unladen", "notebooks", "exercises", "solutions", "native", "results", "img")


@dataclass
class Lab:
    """A running server: its process and address, what it printed, its repository, and where it keeps its state.

    ``root`` is the folder that it shows: the repository, or the learner's copies.
    """

    process: subprocess.Popen
    port: int
    token: str
    printed: str
    repository: Path
    root: Path
    state: Path

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}?token={self.token}"


def copy_course(folder: Path) -> Path:
    """A copy of the course that a browser may save into."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(REPOSITORY / room, folder / room, ignore=ignored)
    return folder


def hostile_home(folder: Path) -> Path:
    """The home of a user whose own Jupyter and IPython do not start."""
    files = {
        ".jupyter/jupyter_server_config.py": "raise SystemExit('the user configuration was read')",
        ".jupyter/jupyter_server_config.json": '{"ServerApp": {"password": "x", "ip": "0.0.0.0"}}',
        ".ipython/profile_default/startup/00.py": "raise SystemExit('the user start-up file was read')",
        ".local/share/jupyter/kernels/python3/kernel.json": '{"argv": ["/nowhere/python"], "display_name": "No"}',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment_of(folder: Path, repository: Path) -> dict[str, str]:
    """The variables of a user whose home, and all that is kept for them, is below ``folder``.

    Where a claim cannot be told, as beside other tests, a user has a line for it and no error.
    """
    home = hostile_home(folder / "home")
    cache = os.environ.get("UNLADEN_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    strangers = ("JUPYTER", "PYTEST_", "MAKE", "UNLADEN_WORK", "UNLADEN_NO_SKIPS")
    return {k: v for k, v in os.environ.items() if not k.startswith(strangers)} | {
        "HOME": str(home),
        "XDG_CACHE_HOME": cache,
        "UNLADEN_STATE": str(folder / "state"),
        "PYTHONPATH": str(repository),
        # short, because the server's sockets and files go below it
        "TMPDIR": tempfile.gettempdir(),
    }


@contextlib.contextmanager
def running_lab(folder: Path, port: int = 0, on: str = "notebooks", ip: str = "", **variables: str) -> Iterator[Lab]:
    """Start the lab on a copy of the course under ``folder``, and stop it at the end; ``on=""``: the learner's door."""
    repository = copy_course(folder / "Kurs ü 100% #1")
    words = ["lab", "--no-browser", "--port", str(port or free_port()), f"--on={on}", f"--ip={ip}"]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "unladen", *words],
        cwd="/",
        env=environment_of(folder, repository) | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        guard = threading.Timer(120, process.kill)
        guard.start()
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        guard.cancel()
        found = re.search(r"http://\S+?:(\d+)/[^\s?]*(?:\?token=(\w+))?", printed)
        assert found, printed
        root = repository if on else repository / "work"
        token = found[2] or variables["JUPYTER_TOKEN"]
        yield Lab(process, int(found[1]), token, printed, repository, root, folder / "state" / "unladen-lab")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()
