"""Work that is done behind the learner's back: at the lowest priority, one piece at a time, never while a cell runs.

`start` gives a function to a process of its own, which this module, run as a script, then is. It ends with the process
that started it, and with it all that it runs; what was half made is removed. A file in the cache lets one such process
work at a time, whoever started it; another tells it that a cell runs somewhere, and it stands still.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

_BLINK = 0.1  # seconds between two looks at whether somebody works
_workings: list[Working] = []
_here: list[tuple[int, subprocess.Popen]] = []  # with who started it: a fork of that is another


# -- the side of whoever wants something done ------------------------------------------------------------------------


def start(function: Callable[..., object], *arguments: object, stands: bool = True) -> None:
    """Have ``function(*arguments)`` called, some time, by a process that ends when this one does.

    It stands still while a cell runs, unless ``stands`` says that it must not. With UNLADEN_BEHIND=0 in the environment
    nothing is done (on a machine that many share, or where something is measured).
    """
    if os.environ.get("UNLADEN_BEHIND") == "0":
        return
    from unladen.compiling import cache

    root = cache.usable()
    environment = os.environ | {"UNLADEN_CACHE": str(root)}
    with contextlib.suppress(OSError):  # what cannot be started is not done: nobody waits for it
        (root / "behind").mkdir(mode=0o700, exist_ok=True)
        for working in _workings:
            working.say()
        process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__)), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        process.stdin.write(pickle.dumps(sys.path) + pickle.dumps((function, arguments, stands)))
        process.stdin.flush()
        _here.append((os.getpid(), process))
        threading.Thread(target=process.wait, daemon=True).start()  # so that none stays as a zombie


def end(seconds: float = 3) -> None:
    """End what this process has had done, and wait until it is gone."""
    while _here:
        owner, process = _here.pop()
        if owner != os.getpid():
            continue
        with contextlib.suppress(OSError):
            process.stdin.close()  # it sees that, and goes
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


atexit.register(end)


class Working:
    """Says that a cell runs, from ``begin`` to ``end``, one within the other or not."""

    def __init__(self) -> None:
        self.depth, self.flag = 0, None
        _workings.append(self)

    def begin(self, *_: object) -> None:
        self.depth += 1
        self.say()

    def say(self) -> None:
        """Raise the flag, if a cell runs and there has ever been anything that would look at it."""
        if self.depth and self.flag is None:
            with contextlib.suppress(OSError):
                flag = _flag("cells")
                if _shared(flag):
                    self.flag = flag
                else:
                    os.close(flag)

    def end(self, *_: object) -> None:
        self.depth = max(0, self.depth - 1)
        if self.flag is not None and not self.depth:
            fcntl.flock(self.flag, fcntl.LOCK_UN)  # closing is not enough: what the cell forked may have it too
            os.close(self.flag)
            self.flag = None


def _flag(name: str) -> int:
    """Open a file of the cache that is there to be locked; OSError if nothing was ever done behind."""
    from unladen.compiling import cache

    return os.open(f"{cache.place()}/behind/{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _shared(flag: int) -> bool:
    """Lock ``flag`` together with others; whoever looks whether it is free has it for itself for a moment."""
    for _ in range(50):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(flag, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
        time.sleep(0.002)
    return False


def _free(flag: int) -> bool:
    """Whether nobody holds the lock on ``flag``."""
    try:
        fcntl.flock(flag, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(flag, fcntl.LOCK_UN)
    return True


# -- the process that does it ----------------------------------------------------------------------------------------


def _main() -> None:
    owner, door = int(sys.argv[1]), sys.stdin.buffer
    sys.path[:] = pickle.load(door)
    function, arguments, stands = pickle.load(door)

    def alone() -> bool:
        """Wait a little; whether the owner is gone."""
        return bool(select.select([door], [], [], _BLINK)[0]) or os.getppid() != owner

    turn, cells = _flag("turn"), _flag("cells")
    while True:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if alone():
                return
    worker = os.fork()
    if worker == 0:
        _work(function, arguments)
    _watch(worker, cells if stands else None, alone)


def _work(function: Callable[..., object], arguments: tuple) -> None:
    """Call the function in a process group of its own, which can be stopped and ended as one. Does not return."""
    try:
        os.setpgid(0, 0)
        _step_back()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what is half made is removed
        function(*arguments)
    finally:
        os._exit(0)


def _step_back() -> None:
    """Leave the processors to whoever wants them."""
    os.nice(19)
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _watch(worker: int, cells: int | None, alone: Callable[[], bool]) -> None:
    """Until the worker has finished: let it stand while a cell runs, and end it when nobody waits for it any more."""
    with contextlib.suppress(OSError):
        os.setpgid(worker, worker)  # whichever of the two is first
    stands = False
    while os.waitpid(worker, os.WNOHANG) == (0, 0):
        if alone():
            return _end(worker)
        if cells is not None and _free(cells) == stands:
            stands = not stands
            os.killpg(worker, signal.SIGSTOP if stands else signal.SIGCONT)


def _end(worker: int) -> None:
    """End the worker and all it runs: politely first, so that it can clear up."""
    for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 20)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker, number)
            os.killpg(worker, signal.SIGCONT)
        for _ in range(patience):
            if os.waitpid(worker, os.WNOHANG) != (0, 0):
                return
            select.select([], [], [], _BLINK)


if __name__ == "__main__":
    _main()
