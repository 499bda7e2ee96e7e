"""Run a call in a child process with limits on time and memory, so that a crash or hang is a report, not the end."""

from __future__ import annotations

import contextlib
import os
import pickle
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from unladen.build import nursery, parcel, sanitizer
from unladen.build import outcome as words
from unladen.build.outcome import Outcome

PRINTED = 2**16  # characters kept of what the child prints
START = 60.0  # seconds a child may take to start and import, on a busy machine, before the call's own clock runs
_STEP = 0.05
_MARK = "UNLADEN_CHILD"


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
    defined in a notebook and libraries compiled from cells work. The call may take ``seconds`` of wall-clock time and
    ``memory`` bytes more than its imports did. ``sanitize`` rebuilds those libraries with the address and
    undefined-behaviour sanitisers. With ``warm``, names of modules, the child is no fresh interpreter but a fork of one
    that has only imported these, which starts ten times as fast (see `unladen.build.nursery`). Changes to arguments
    stay in the child, and its temporary files go with it. Never raises for what the call does.
    """
    try:
        call = parcel.packed(function, args, kwargs)
    except parcel.Unsendable as error:
        return Outcome("exception", error=str(error))
    runtime, note = sanitizer.runtime() if sanitize else ("", "")
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "call").write_bytes(call)
        setup = {
            "path": sys.path,
            "memory": 0 if runtime else memory,
            "recursion": sys.getrecursionlimit(),
            "helper": None if runtime else sanitizer.crash_helper(),
            "at_most": START + seconds + 10,
        }
        (folder / "setup").write_bytes(pickle.dumps(setup))
        child = _Child(folder, runtime, () if runtime else tuple(warm))
        try:
            ending = child.watch(seconds, memory)
        finally:
            child.end()
        return _outcome(child, ending, folder, limits=(seconds, memory), note=note)


# -- the child -------------------------------------------------------------------------------------------------------


class _Child:
    """A running child process, what it has printed, and everything it started."""

    def __init__(self, folder: Path, runtime: str, warm: tuple[str, ...]):
        self.folder = folder
        self.mark, self.since = secrets.token_hex(8), time.time()
        (folder / "tmp").mkdir()  # what the call leaves in temporary files goes when the folder goes
        environment = dict(os.environ) | {_MARK: self.mark, "TMPDIR": str(folder / "tmp")}
        environment |= sanitizer.environment(runtime, folder) if runtime else {}
        self.process = (warm and self._forked(environment, warm)) or self._started(environment)
        self.printed: dict[str, list] = {"stdout": [b"", 0], "stderr": [b"", 0]}
        self.readers = [threading.Thread(target=self._read, args=(n,), daemon=True) for n in self.printed]
        self.ended = threading.Event()
        self.waiter = threading.Thread(target=self._wait, daemon=True)
        for thread in [*self.readers, self.waiter]:
            thread.start()

    def _forked(self, environment: dict[str, str], modules: tuple[str, ...]) -> nursery.Born | None:
        directory = ""
        with contextlib.suppress(OSError):
            directory = os.getcwd()
        (self.folder / "caller").write_bytes(pickle.dumps((environment, directory)))
        return nursery.born(self.folder, modules)

    def _started(self, environment: dict[str, str]) -> subprocess.Popen:
        return subprocess.Popen(
            # -P: the script's own folder must not become a place to import from
            [sys.executable, "-P", str(Path(__file__).with_name("child.py")), str(self.folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )

    def _read(self, name: str) -> None:
        pipe = getattr(self.process, name)
        with contextlib.suppress(OSError, ValueError):
            while chunk := pipe.read1(2**16):
                kept, total = self.printed[name]
                # four bytes at most are one character
                self.printed[name] = [kept + chunk[: 4 * PRINTED - len(kept)], total + len(chunk)]

    def _wait(self) -> None:
        self.process.wait()
        self.ended.set()

    def watch(self, seconds: float, memory: int) -> str:
        """Wait for the child; return how it ended: "itself", "timeout" or "memory"."""
        import psutil

        started, deadline, looked = False, time.monotonic() + START, 0.0
        base = None
        while not self.ended.wait(_STEP):
            now = time.monotonic()
            if not started and (self.folder / "started").exists():
                started, deadline = True, now + seconds
            if now > deadline:
                self._ask_where()
                return "timeout"
            if now - looked > 2 * _STEP and started:
                looked = now
                with contextlib.suppress(psutil.Error):
                    process = psutil.Process(self.process.pid)
                    family = [process, *process.children(recursive=True)]
                    used = sum(p.memory_info().rss for p in family)
                    base = used if base is None else min(base, used)
                    if used - base > memory:
                        return "memory"
        return "itself"

    def _ask_where(self) -> None:
        """Have a child that hangs write down where it is."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGUSR1)
            self.ended.wait(0.2)

    def end(self) -> None:
        """Kill the child and all it started; collect the last it printed."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.ended.wait(5)
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
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/environ").read_bytes()
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


# -- the report ------------------------------------------------------------------------------------------------------


def _outcome(child: _Child, ending: str, folder: Path, limits: tuple[float, int], note: str) -> Outcome:
    crash = folder / "crash"
    text = crash.read_text(errors="replace") if crash.exists() else ""
    python, c, overflow = words.read_crash(text)
    printed = {"stdout": child.text("stdout"), "stderr": child.text("stderr"), "note": note}
    code = child.process.returncode
    log = "\n".join(p.read_text(errors="replace") for p in sorted(folder.glob("sanitizer*")))
    if "runtime error: " in printed["stderr"] or log:
        log, printed["stderr"] = log + printed["stderr"], words.without_findings(printed["stderr"])
    if finding := words.sanitizer_finding(log):
        where = _joined(words.python_line(python), finding[1])
        return Outcome("sanitizer", error=finding[0], where=where, **printed)
    if ending == "timeout":
        where = _joined(words.loop_line(python), words.c_line(c), line=False)
        return Outcome("timeout", where=where, seconds=limits[0], limit=f"{limits[0]:g} s", **printed)
    amount = f"{limits[1] / 2**30:g} GiB" if limits[1] >= 2**28 else f"{limits[1] / 2**20:g} MiB"
    if ending == "memory" or code == -signal.SIGKILL:
        killed = None if ending == "memory" else "ended by SIGKILL, as a system that runs out of memory does"
        return Outcome("memory", error=killed, limit=amount, **printed)
    if code < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            # which line of a recursion overflows is chance
            where = _joined(words.python_line(python), words.c_line(c), line=not overflow)
            note = "stack overflow: functions called each other too deep" if overflow else note
            return Outcome("signal", signal=name, where=where, **printed | {"note": note})
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
    where = _joined(words.python_line(list(reversed(reply["frames"]))), None)
    return Outcome(reply["kind"], error=reply["error"], where=where, seconds=reply["seconds"], limit=amount, **printed)


def _joined(python: tuple[str, str] | None, c: str | None, line: bool = True) -> str | None:
    """One phrase of the Python line and the C function: ``line 2 of the cell, in C function run (adder.c line 4)``."""
    if c and not line:
        c = c.partition(" (")[0]  # which line of a loop is caught is chance
    if python and c:
        return f"{python[0]}, in {c}"
    return "".join(python) if python else c
