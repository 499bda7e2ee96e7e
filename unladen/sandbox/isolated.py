"""Run a call in a child process with limits on time and memory, so that a crash or hang is a report, not the end."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from unladen.host.effort import CEILING, busy
from unladen.sandbox import nursery, pickling, sanitizer
from unladen.sandbox import outcome as words
from unladen.sandbox.interrupts import held
from unladen.sandbox.outcome import Outcome
from unladen.sandbox.process import Child, started

START = 60.0  # seconds a child may take to start and import before the call's own clock runs


def run_isolated(
    function: Callable,
    *args,
    seconds: float = 10.0,
    memory: int = 2 * 2**30,
    sanitize: bool = False,
    warm: Sequence[str] = (),
    **kwargs,
) -> Outcome:
    """Run ``function(*args, **kwargs)`` in a child process and report what became of it.

    The child is a fresh interpreter of the same Python; function and arguments travel by cloudpickle, so functions
    defined in a notebook and libraries compiled from cells work; over there these names live in a real ``__main__``.
    The call may take ``seconds``, not counting those in which it waits for its turn on a busy machine (see
    `unladen.host.effort`), and ``memory`` bytes more than its imports did. ``sanitize`` rebuilds those libraries
    with the address and undefined-behaviour sanitisers. With ``warm``, names of modules, the child is no fresh
    interpreter but a fork of one that has only imported these, which starts ten times as fast (see
    `unladen.sandbox.nursery`).
    Changes to arguments stay in the child, and its temporary files go with it. Never raises for what the call does.
    """
    try:
        call = pickling.packed(function, args, kwargs)
    except pickling.Unsendable as error:
        return Outcome("unsent", error=str(error), unsent=error.unsent)
    runtime, note = sanitizer.runtime() if sanitize else ("", "")
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "call").write_bytes(call)
        setup = {
            "path": sys.path,
            "memory": 0 if runtime else memory,
            "recursion": sys.getrecursionlimit(),
            "helper": None if runtime else sanitizer.crash_helper(),
            "at_most": CEILING * (START + seconds) + 60,
        }
        (folder / "setup").write_bytes(pickle.dumps(setup))
        with held() as interrupts:
            child = _Isolated(folder, runtime, tuple(warm))
            try:
                interrupts.heed()
                ending = child.watch(seconds, memory)
            finally:
                interrupts.hold()
                child.end()
        return _outcome(child, ending, folder, limits=(seconds, memory), note=note)


# -- the child -------------------------------------------------------------------------------------------------------


class _Isolated(Child):
    """The child process that runs the call which is packed in ``folder``."""

    def __init__(self, folder: Path, runtime: str, warm: tuple[str, ...]):
        self.folder = folder
        (folder / "tmp").mkdir()  # what the call leaves in temporary files goes when the folder goes
        environment = dict(os.environ) | {"TMPDIR": str(folder / "tmp")}
        environment |= sanitizer.environment(runtime, folder) if runtime else {}
        super().__init__(
            environment, lambda marked: (warm and self._forked(marked, warm, runtime)) or self._started(marked)
        )

    def _forked(self, environment: dict[str, str], modules: tuple[str, ...], runtime: str) -> nursery.Born | None:
        directory = ""
        with contextlib.suppress(OSError):
            directory = os.getcwd()
        (self.folder / "caller").write_bytes(pickle.dumps((environment, directory)))
        return nursery.born(self.folder, modules, runtime)

    def _started(self, environment: dict[str, str]) -> subprocess.Popen:
        # -P: the script's own folder must not become a place to import from
        return started([sys.executable, "-P", str(Path(__file__).with_name("child.py")), str(self.folder)], environment)

    @property
    def pid(self) -> int:
        """The process that runs the call; what was started may be one that minds it."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / "pid").read_text())
        return self.process.pid

    @property
    def returncode(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / "status").read_text())
        return self.process.returncode

    def watch(self, seconds: float, memory: int) -> str:
        """Wait for the child; return how it ended: "itself", "timeout" or "memory"."""
        ending = self.wait(START, (self.folder / "started").exists)
        if ending == "looked":
            ending = self.wait(seconds, self._memory_watch(memory))
        if ending == "timeout":
            self._ask_where()
        return "memory" if ending == "looked" else ending

    def _memory_watch(self, memory: int) -> Callable[[], bool]:
        """A question to be asked again and again: has the child grown by more than ``memory``?"""
        import psutil

        base = None

        def grown() -> bool:
            nonlocal base
            with contextlib.suppress(psutil.Error):
                used = 0
                for member in self.effort.family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        used += psutil.Process(member).memory_info().rss
                base = used if base is None else min(base, used)
                return used - base > memory
            return False

        return grown

    def _ask_where(self) -> None:
        """Have a child that hangs write down where it is, and wait until it has: on a busy machine that takes a while.

        Python's part comes last, one line at a time; what has not grown since the last look is whole.
        """
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)
        before, spent = "", self.effort

        def told() -> bool:
            nonlocal before
            text = _crash(self.folder)
            if text == before and "(most recent call first)" in text:
                return True
            before = text
            return False

        self.wait(5, told)
        self.effort = spent


# -- the report ------------------------------------------------------------------------------------------------------


def _crash(folder: Path) -> str:
    """What the handlers wrote; names of files are bytes, and are read as such."""
    with contextlib.suppress(OSError):
        return os.fsdecode((folder / "crash").read_bytes())
    return ""


def _outcome(child: _Isolated, ending: str, folder: Path, limits: tuple[float, int], note: str) -> Outcome:
    python, c, overflow = words.read_crash(_crash(folder))
    printed = {"stdout": child.text("stdout"), "stderr": child.text("stderr"), "note": note}
    code = child.returncode
    log = "\n".join(p.read_text(errors="replace") for p in sorted(folder.glob("sanitizer*")))
    if "runtime error: " in printed["stderr"] or log:
        log, printed["stderr"] = log + printed["stderr"], words.without_findings(printed["stderr"])
    if finding := words.sanitizer_finding(log):
        where = _joined(words.python_line(python), finding[1])
        return Outcome("sanitizer", error=finding[0], where=where, **printed)
    if ending == "timeout":
        where = _joined(words.loop_line(python), words.c_line(c), line=False)
        limit, spent = f"{limits[0]:g} s", child.effort
        if spent.worked < limits[0]:
            limit = f"{spent.worked + spent.lost:.0f} s, of which it could work for {spent.worked:.1f} s{busy()}"
        return Outcome("timeout", where=where, seconds=spent.worked, limit=limit, starved=spent.starved, **printed)
    amount = f"{limits[1] / 2**30:g} GiB" if limits[1] >= 2**28 else f"{limits[1] / 2**20:g} MiB"
    if ending == "memory" or code == -signal.SIGKILL:
        killed = None if ending == "memory" else "ended by SIGKILL, as a system that runs out of memory does"
        return Outcome("memory", error=killed, limit=amount, **printed)
    if code < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            # which line of a recursion overflows is chance
            where = _joined(words.python_line(python), words.c_line(c), line=not overflow)
            return Outcome("signal", signal=name, where=where, overflowed=overflow, **printed)
    if code == 0 and (folder / "answer").exists():
        try:
            reply = pickle.loads((folder / "answer").read_bytes())
        except Exception as error:
            words_of = f"{type(error).__name__}: {error}"
            return Outcome("exception", error=f"the result arrived, but cannot be unpacked here: {words_of}", **printed)
        return _answered(reply, amount, printed)
    return Outcome("exit", error=f"exit status {code}", **printed)


def _answered(reply: dict, amount: str, printed: dict) -> Outcome:
    if reply["kind"] == "ok":
        return Outcome("ok", value=reply["value"], seconds=reply["seconds"], **printed)
    if reply["kind"] == "unsent":
        why = pickling.Unsent("", reply["error"])
        return Outcome("unsent", error=str(why), unsent=why, **printed)
    where = _joined(words.python_line(list(reversed(reply["frames"]))), None)
    return Outcome(reply["kind"], error=reply["error"], where=where, seconds=reply["seconds"], limit=amount, **printed)


def _joined(python: tuple[str, str] | None, c: str | None, line: bool = True) -> str | None:
    """One phrase of the Python line and the C function: ``line 2 of the cell, in C function run (adder.c line 4)``."""
    if c and not line:
        c = c.partition(" (")[0]  # which line of a loop is caught is chance
    if python and c:
        return f"{python[0]}, in {c}"
    return "".join(python) if python else c
