"""Children that start warm: forked from a process that has imported what they need.

A fresh interpreter takes most of a second to import what grading an answer needs, two under the sanitisers, and a
check is made often. So the first call starts one process that imports it and then only waits; each call gets a fork of
it, which has run nothing of anybody else's. Linux only: elsewhere a process that has started threads cannot be relied
on to fork.

It is not the forkserver of ``multiprocessing``, which serves the one pool of the one program that it belongs to: there
may be several here, by what is imported and under which sanitisers; a child has a session, pipes, an environment and a
working directory of its own, and is told apart from the process that minds it, which ends what the child left behind.

`born` is called by `unladen.sandbox.isolated`; the other side is `serve`, run by ``child.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

from unladen.sandbox import sanitizer

_PATIENCE = 120.0  # seconds for the first import, on a busy machine
_here: dict[tuple[tuple[str, ...], str], _Nursery] = {}  # by what has been imported, and under which sanitisers
_lock = threading.Lock()


class Born:
    """A forked child, with as much of ``subprocess.Popen`` as is used: its pid, its pipes, how it ended."""

    def __init__(self, address: str, folder: Path) -> None:
        self._asked = socket.socket(socket.AF_UNIX)
        self.returncode: int | None = None
        reading, writing = zip(os.pipe(), os.pipe(), strict=True)
        try:
            self._asked.connect(address)
            socket.send_fds(self._asked, [os.fsencode(folder)], writing)
            self.pid = struct.unpack("q", self._told())[0]
        except BaseException:
            self._asked.close()
            for pipe in reading:
                os.close(pipe)
            raise
        finally:
            for pipe in writing:
                os.close(pipe)
        self.stdout, self.stderr = (os.fdopen(pipe, "rb") for pipe in reading)

    def wait(self) -> None:
        """Wait for the end, and set ``returncode``."""
        with self._asked, contextlib.suppress(OSError):
            told = self._told()
        self.returncode = os.waitstatus_to_exitcode(struct.unpack("q", told)[0]) if told else -signal.SIGKILL

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def _told(self) -> bytes:
        data = b""
        while len(data) < 8 and (more := self._asked.recv(8 - len(data))):
            data += more
        if len(data) not in (0, 8):
            raise ConnectionError("the nursery broke off in the middle of a word")
        return data


class _Nursery:
    """The waiting process, which has imported ``modules``, and its socket. It ends when this process does."""

    def __init__(self, modules: tuple[str, ...], runtime: str) -> None:
        self.owner = os.getpid()
        # in a folder that nobody else may enter
        self.address = os.path.join(tempfile.mkdtemp(prefix="unladen-nursery-"), "door")
        self.process = subprocess.Popen(
            # -P: the script's own folder must not become a place to import from
            [sys.executable, "-P", str(Path(__file__).with_name("child.py")), "--serve", self.address],
            env=dict(os.environ) | (sanitizer.environment(runtime) if runtime else {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.process.stdin.write(pickle.dumps((sys.path, modules)))
        self.process.stdin.flush()
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            if not ready.select(_PATIENCE) or self.process.stdout.read(1) != b"+":
                self.close()
                raise OSError("the process that forks children did not start")

    def alive(self) -> bool:
        return self.owner == os.getpid() and self.process.poll() is None

    def close(self) -> None:
        if self.owner == os.getpid():
            self.process.stdin.close()  # it is told so, and goes
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            self.process.kill()
            self.process.wait()
            shutil.rmtree(os.path.dirname(self.address), ignore_errors=True)  # one that was killed has left it


def born(folder: Path, modules: tuple[str, ...], runtime: str = "") -> Born | None:
    """Fork a child that has imported ``modules`` and runs the call in ``folder``; None where that is not possible.

    ``runtime`` is that of the sanitisers, if it is to run under them (see `unladen.sandbox.sanitizer`).
    """
    if sys.platform != "linux":
        return None
    wanted = modules, runtime
    with contextlib.suppress(OSError, struct.error):
        with _lock:
            if wanted not in _here or not _here[wanted].alive():
                if wanted in _here:
                    _here[wanted].close()
                _here[wanted] = _Nursery(*wanted)
                atexit.register(_here[wanted].close)
        return Born(_here[wanted].address, folder)
    return None


# -- the other side --------------------------------------------------------------------------------------------------


def serve(address: str, modules: tuple[str, ...], run) -> None:
    """Import ``modules``, then fork a child for each folder that is asked for, until who started this is gone."""
    import gc
    from importlib import import_module

    for module in ("cloudpickle", "unladen.sandbox.child", "unladen.sandbox.script", *modules):
        import_module(module)
    gc.collect()
    gc.freeze()  # what is here stays: no collection of a child needs to look at it, or to copy its pages
    sanitizer.forget_what_was_freed()
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as waiting:
        door.bind(address)
        door.listen(64)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the minders
        os.write(1, b"+")
        waiting.register(door, selectors.EVENT_READ)
        waiting.register(0, selectors.EVENT_READ)
        while all(key.fileobj != 0 for key, _ in waiting.select()):
            asked, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _mind(asked, run)
            asked.close()
    os.unlink(address)
    os.rmdir(os.path.dirname(address))


def _mind(asked: socket.socket, run) -> None:
    """Fork the child, say who it is, wait for it, end what it left behind, and say how it ended. Does not return."""
    from unladen.sandbox.child import adopt_orphans, end_orphans

    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        adopt_orphans()
        folder, pipes, *_ = socket.recv_fds(asked, 4096, 2)
        pid = os.fork()
        if pid == 0:
            asked.close()
            try:
                _become(os.fsdecode(folder), pipes)
                run(os.fsdecode(folder))
            except BaseException:
                traceback.print_exc()
            os._exit(1)
        for pipe in pipes:
            os.close(pipe)
        asked.sendall(struct.pack("q", pid))
        _, status = os.waitpid(pid, 0)
        end_orphans()
        asked.sendall(struct.pack("q", status))
    finally:
        os._exit(0)


def _become(folder: str, pipes: list[int]) -> None:
    """Be the child: a session of its own, its pipes, and the environment and working directory of the caller."""
    os.setsid()
    with open(os.devnull, "rb") as nothing:
        for source, target in ((nothing.fileno(), 0), (pipes[0], 1), (pipes[1], 2)):
            os.dup2(source, target)
    for pipe in pipes:
        os.close(pipe)
    with open(os.path.join(folder, "caller"), "rb") as file:
        environment, directory = pickle.load(file)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sanitizer.report_to(folder)
    with contextlib.suppress(OSError):
        os.chdir(directory)
