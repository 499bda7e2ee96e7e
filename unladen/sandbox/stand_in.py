"""A process that stands in for a kernel: what is to hang, to be killed or to be interrupted is typed into it.

Its ``__main__`` is no file, as in a kernel: a fresh worker cannot import it. It runs on this very Python.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time

from unladen.sandbox.interrupts import Held
from unladen.sandbox.process import Child, _marked

_ERROR = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Pool|Exception|Interrupt)\b.*)$", re.MULTILINE)
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")


# What runs before the source: once nobody holds the other end of its input any more, all its group is ended. Resource
# trackers ignore this signal, and so have time to clear away what the others leave.
_BEGIN = """\
import os, signal, sys, threading
def end_with_kernel():
    os.read(0, 1)
    os.killpg(0, signal.SIGTERM)
threading.Thread(target=end_with_kernel, daemon=True).start()
exec(compile(sys.argv.pop(), "<cell>", "exec"))
"""


class StandIn(Child):
    """A kernel's stand-in in which ``source`` runs, with all that it starts; to be used in a ``with``, which ends all.

    ``seconds`` is how long it may take in all; ``line`` raises ``TimeoutError`` after that. It ends, too, when the
    process that made it is killed.
    """

    def __init__(self, source: str, seconds: float = 60.0) -> None:
        self.seconds, self._read_so_far, self._source = seconds, 0, source
        self._interrupts = Held()
        try:
            super().__init__(dict(os.environ) | {"PYTHONUNBUFFERED": "1"}, self._started)
        except BaseException:
            self._interrupts.let_go()
            raise

    def _started(self, environment: dict[str, str]) -> subprocess.Popen:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", _BEGIN, self._source]
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True)

    def __enter__(self) -> StandIn:
        try:
            self._interrupts.heed()
        except KeyboardInterrupt:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._interrupts.hold()
        try:
            self.end()
        finally:
            self._interrupts.heed()

    def end(self) -> None:
        """End all; Python's resource tracker last, which clears away the shared memory that the others leave."""
        self._end_all_but_trackers()
        super().end()
        self.process.stdin.close()

    def _end_all_but_trackers(self) -> None:
        """Kill all but the trackers, which then have some seconds to end by themselves."""
        for _ in range(100):
            there = _marked(self.mark, self.since)
            for pid in there:
                if not _clears_away(pid):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, signal.SIGKILL)
            if not there:
                break
            time.sleep(0.05)

    def line(self) -> str:
        """The next line that it prints."""
        end = time.monotonic() + self.seconds
        while True:
            lines = self.text("stdout").split("\n")[:-1]
            if len(lines) > self._read_so_far:
                self._read_so_far += 1
                return lines[self._read_so_far - 1]
            if time.monotonic() > end:
                raise TimeoutError(f"no further line in {self.seconds:g} s; it said {self.text('stderr')[-500:]!r}")
            time.sleep(0.01)

    def kill(self, alone: bool = False) -> None:
        """Kill it as ``kill -9`` does, and, unless it is to be ``alone``, all in its group, as a restart in Jupyter.

        One that was killed alone may have had a resource tracker, which is given the time to do its work.
        """
        (os.kill if alone else os.killpg)(self.pid, signal.SIGKILL)
        self.ended.wait(self.seconds)
        if alone:
            self._end_all_but_trackers()

    def interrupt(self) -> None:
        """Interrupt it and its group, as Jupyter's button does."""
        os.killpg(self.pid, signal.SIGINT)

    @property
    def error(self) -> str:
        """The last exception that it, or somebody whom it started, has told of; empty if none has been."""
        found = _ERROR.findall(self.text("stderr"))
        return _ADDRESS.sub("", found[-1]) if found else ""

    @property
    def how(self) -> str:
        """Whether it "ended by itself" or "was stopped"."""
        return "ended by itself" if self.ended.is_set() else "was stopped"

    def printed_or_stopped(self, after: float = 1.0) -> str:
        """What it has printed when it ended; "" if it was stopped: ``after`` seconds from the first error on, or late.

        It has time to start, and to fail, on a busy machine too.
        """
        seen: list[float] = []

        def long_enough() -> bool:
            if self.error and not seen:
                seen.append(time.monotonic())
            return bool(seen) and time.monotonic() - seen[0] > after

        return self.text("stdout").strip() if self._ended_itself(long_enough) else ""

    def _ended_itself(self, long_enough) -> bool:
        ended = self.wait(self.seconds, long_enough) == "itself"
        for reader in self.readers:
            reader.join(2 if ended else 0)
        return ended


def _clears_away(pid: int) -> bool:
    """Whether a process is a resource tracker of ``multiprocessing``, which ends by itself after all who use it."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return any("resource_tracker" in word for word in psutil.Process(pid).cmdline())
    return False
