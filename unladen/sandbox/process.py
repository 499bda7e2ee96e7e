"""A child process, what it prints, and all that it starts: ended together, whatever happens."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from unladen.host.effort import Effort

PRINTED = 2**16  # characters kept of what the child prints
_MARK = "UNLADEN_CHILD"
_STEP = 0.05


class Child:
    """A running child process, what it has printed, and everything it started.

    ``start`` is given an environment, which is ``environment`` with a mark in it, and starts the process with that.
    Whoever makes a ``Child`` calls its ``end``.
    """

    def __init__(self, environment: Mapping[str, str], start: Callable[[dict[str, str]], subprocess.Popen]):
        self.mark, self.since = secrets.token_hex(8), time.time()
        self.process = start(dict(environment) | {_MARK: self.mark})
        self.printed: dict[str, list] = {"stdout": [b"", 0], "stderr": [b"", 0]}
        self.readers = [threading.Thread(target=self._read, args=(n,), daemon=True) for n in self.printed]
        self.ended = threading.Event()
        self.waiter = threading.Thread(target=self._wait, daemon=True)
        for thread in [*self.readers, self.waiter]:
            thread.start()

    def _read(self, name: str) -> None:
        pipe = getattr(self.process, name)
        with contextlib.suppress(OSError, ValueError):
            while chunk := pipe.read1(2**16):
                kept, total = self.printed[name]
                # four bytes at most are one character
                self.printed[name] = [kept + chunk[: 4 * PRINTED - len(kept)], total + len(chunk)]

    @property
    def pid(self) -> int:
        """The process that does the work."""
        return self.process.pid

    def wait(self, seconds: float, look: Callable[[], bool] | None = None) -> str:
        """Wait until it ends, has worked for ``seconds``, or ``look`` says so: return "itself", "timeout" or "looked".

        The time in which it waits for a core on a busy machine does not count (see `unladen.host.effort`).
        """
        self.effort = Effort(self.process.pid)
        while not self.ended.wait(_STEP):
            self.effort.look()
            if self.effort.over(seconds):
                return "timeout"
            if look and look():
                return "looked"
        return "itself"

    def _wait(self) -> None:
        self.process.wait()
        self.ended.set()

    def end(self) -> None:
        """Kill the child and all it started; collect the last it printed."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.ended.wait(20)  # what minds it may have much to end, and little time on a busy machine
        if not self.ended.is_set():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        for pid in _marked(self.mark, self.since):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for reader in self.readers:
            reader.join(2)
        for pipe in (self.process.stdout, self.process.stderr):
            if not any(r.is_alive() for r in self.readers):
                pipe.close()

    def text(self, name: str) -> str:
        kept, total = self.printed[name]
        text = kept.decode("utf-8", errors="replace")[:PRINTED]
        if total <= len(text.encode("utf-8", errors="replace")):
            return text
        return f"{text}\n… cut here: it printed more than {PRINTED} characters\n"


def started(command: Sequence[str], environment: Mapping[str, str], directory: Path | None = None) -> subprocess.Popen:
    """Start a program that reads nothing, prints to us, and leads a process group of its own."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=directory,
        env=environment,
        start_new_session=True,
    )


def _marked(mark: str, since: float) -> list[int]:
    """Ids of the processes that carry our mark in their environment: grandchildren that left the process group.

    One that was just being started ("since" the child was) has no environment for a moment: it is asked again.
    """
    import psutil

    wanted = f"{_MARK}={mark}".encode()
    found = []
    for pid in psutil.pids():
        for _ in range(40):
            environment = _environment(pid)
            if environment is None or environment or not _newborn(pid, since):
                break
            time.sleep(0.005)
        if environment and wanted in environment:
            found.append(pid)
    return found


def _environment(pid: int) -> bytes | None:
    """The environment of a process, empty while it is being started; None if it is not ours to read, or gone."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb", buffering=0) as file:
            return file.read()
        return None
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        return "\0".join(f"{k}={v}" for k, v in psutil.Process(pid).environ().items()).encode()
    return None


def _newborn(pid: int, since: float) -> bool:
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        return process.create_time() >= since - 1 and process.status() != psutil.STATUS_ZOMBIE
    return False
