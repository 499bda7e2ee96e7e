"""Run a call in a child process with limits on time and memory, so that a crash or hang is a report, not the end."""

from __future__ import annotations

import contextlib
import importlib.machinery
import inspect
import os
import pickle
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from unladen.build import outcome as words
from unladen.build.outcome import Outcome

PRINTED = 2**16  # characters kept of what the child prints
START = 60.0  # seconds a child may take to start and import, on a busy machine, before the call's own clock runs
_STEP = 0.05
_MARK = "UNLADEN_CHILD"


def run_isolated(
    function: Callable, *args, seconds: float = 10.0, memory: int = 2 * 2**30, sanitize: bool = False, **kwargs
) -> Outcome:
    """Run ``function(*args, **kwargs)`` in a child process and report what became of it.

    The child is a fresh interpreter of the same Python; function and arguments travel by cloudpickle, so functions
    defined in a notebook and libraries compiled from cells work. The call may take ``seconds`` of wall-clock time and
    ``memory`` bytes more than its imports did. ``sanitize`` rebuilds those libraries with the address and
    undefined-behaviour sanitisers. Changes to arguments stay in the child. Never raises for what the call does.
    """
    try:
        call = _packed(function, args, kwargs)
    except _Unsendable as error:
        return Outcome("exception", error=str(error))
    runtime, note = _sanitizer() if sanitize else ("", "")
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "call").write_bytes(call)
        setup = {
            "path": [p if p else os.getcwd() for p in sys.path],
            "memory": 0 if runtime else memory,
            "recursion": sys.getrecursionlimit(),
            "helper": None if runtime else _crash_helper(),
            "at_most": START + seconds + 10,
        }
        (folder / "setup").write_bytes(pickle.dumps(setup))
        child = _Child(folder, runtime)
        try:
            ending = child.watch(seconds, memory)
        finally:
            child.end()
        return _outcome(child, ending, folder, limits=(seconds, memory), note=note)


# -- packing the call ------------------------------------------------------------------------------------------------


class _Unsendable(Exception):
    """Something in the call cannot be pickled; the text names it."""


def _packed(function: Callable, args: tuple, kwargs: dict) -> bytes:
    import cloudpickle

    by_value = _unimportable_module(function)
    if by_value:
        cloudpickle.register_pickle_by_value(by_value)
    try:
        return cloudpickle.dumps((function, args, kwargs))
    except Exception as error:
        raise _Unsendable(_culprit(function, args, kwargs, error)) from None
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(by_value)


def _unimportable_module(function: Callable):
    """The function's module if a fresh interpreter could not import it by name (a test file, a script), else None."""
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    if module is None or module.__name__ in ("__main__", "builtins") or not getattr(module, "__file__", None):
        return None
    with contextlib.suppress(Exception):
        top, _, rest = module.__name__.partition(".")
        spec = importlib.machinery.PathFinder.find_spec(top)
        if spec and (rest or (spec.origin and os.path.samefile(spec.origin, module.__file__))):
            return None
    return module


def _culprit(function: Callable, args: tuple, kwargs: dict, error: Exception) -> str:
    """Name the argument or the variable that cannot be pickled, and say what to do."""
    import cloudpickle

    def travels(thing: object) -> bool:
        try:
            cloudpickle.dumps(thing)
        except Exception:
            return False
        return True

    suspects = {f"argument {i}": a for i, a in enumerate(args, 1)} | {f"argument {k}": v for k, v in kwargs.items()}
    with contextlib.suppress(TypeError):
        names = inspect.getclosurevars(function)
        suspects |= {f"variable {k}": v for k, v in {**names.globals, **names.nonlocals}.items()}
    suspects |= {f"variable {k}": v for k, v in getattr(function, "namespace", {}).items()}
    reason = str(error).strip().rstrip(".") or type(error).__name__
    for name, thing in suspects.items():
        if not travels(thing):
            where = f"{name}, of type {type(thing).__name__},"
            return f"TypeError: {where} cannot be sent to the child process ({reason}): create it in the child instead"
    return f"TypeError: this call cannot be sent to the child process ({reason})"


# -- the child -------------------------------------------------------------------------------------------------------


class _Child:
    """A running child process, what it has printed, and everything it started."""

    def __init__(self, folder: Path, runtime: str):
        self.folder = folder
        self.mark = secrets.token_hex(8)
        environment = dict(os.environ) | {_MARK: self.mark} | (_sanitized(runtime, folder) if runtime else {})
        self.process = subprocess.Popen(
            # -P: the script's own folder must not become a place to import from
            [sys.executable, "-P", str(Path(__file__).with_name("child.py")), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
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
        for pid in _marked(self.mark):
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


def _marked(mark: str) -> list[int]:
    """Ids of the processes that carry our mark in their environment: grandchildren that left the process group."""
    wanted = f"{_MARK}={mark}".encode()
    found = []
    if Path("/proc/self/environ").exists():
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                with contextlib.suppress(OSError), open(f"/proc/{entry.name}/environ", "rb") as environ:
                    if wanted in environ.read():
                        found.append(int(entry.name))
        return found
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(_MARK) == mark:
                found.append(process.pid)
    return found


# -- the report ------------------------------------------------------------------------------------------------------


def _outcome(child: _Child, ending: str, folder: Path, limits: tuple[float, int], note: str) -> Outcome:
    crash = folder / "crash"
    text = crash.read_text(errors="replace") if crash.exists() else ""
    python, c, overflow = words.read_crash(text)
    printed = {"stdout": child.text("stdout"), "stderr": child.text("stderr"), "note": note}
    code = child.process.returncode
    log = "\n".join(p.read_text(errors="replace") for p in sorted(folder.glob("sanitizer*")))
    finding = words.sanitizer_finding(log)
    if finding:
        where = _joined(words.python_line(python), finding[1])
        return Outcome("sanitizer", error=finding[0], where=where, **printed)
    if ending == "timeout":
        where = _joined(words.loop_line(python), words.c_line(c), line=False)
        return Outcome("timeout", where=where, seconds=limits[0], limit=f"{limits[0]:g} s", **printed)
    amount = f"{limits[1] / 2**30:g} GiB" if limits[1] >= 2**28 else f"{limits[1] / 2**20:g} MiB"
    if ending == "memory" or code == -signal.SIGKILL:
        return Outcome("memory", limit=amount, **printed)
    if code < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            where = _joined(words.python_line(python), words.c_line(c))
            note = "stack overflow: functions called each other too deep" if overflow else note
            return Outcome("signal", signal=name, where=where, **printed | {"note": note})
    if code == 0 and (folder / "answer").exists():
        return _answered(pickle.loads((folder / "answer").read_bytes()), amount, printed)
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


# -- helpers that need a compiler ------------------------------------------------------------------------------------


@cache
def _crash_helper() -> str | None:
    """Path of the library that reports C functions in a crash; None where there is no compiler to build it with."""
    with contextlib.suppress(Exception):
        from unladen import build

        source = Path(__file__).resolve().parents[2] / "native" / "crash.c"
        library = build.build(source.read_text(encoding="utf-8"), "c", name="crash", origin=source)
        return str(library.build.path if hasattr(library, "build") else library.path)
    return None


@cache
def _sanitizer() -> tuple[str, str]:
    """The sanitiser's runtime to load first (paths, joined by colons), or "" and a sentence that says why not."""
    missing = "The sanitisers are not available here, so the run was made without them: "
    try:
        from unladen import build

        chosen = build.toolchain("c")
    except Exception:
        return "", missing + "there is no compiler"
    if chosen.kind == "zig":
        return "", missing + "the Zig compiler has no address sanitiser; install gcc or clang"
    names = {"gcc": ["libasan.so", "libstdc++.so.6"]}
    arch = os.uname().machine
    clang = (
        ["libclang_rt.asan_osx_dynamic.dylib"]
        if sys.platform == "darwin"
        else [
            f"libclang_rt.asan-{arch}.so",
            "libclang_rt.asan.so",
        ]
    )
    found = []
    for name in names.get(chosen.kind, clang):
        command = [*chosen.command, f"-print-file-name={name}"]
        path = subprocess.run(command, capture_output=True, text=True).stdout.strip()
        if os.path.isabs(path) and os.path.exists(path):
            found.append(os.path.realpath(path))
    if not found or not any("asan" in f for f in found):
        return "", missing + f"{chosen.version} comes without its runtime; install libasan (gcc) or compiler-rt (clang)"
    return ":".join(found), ""


def _sanitized(runtime: str, folder: Path) -> dict[str, str]:
    """Environment of a child under the sanitisers; the reports go to ``FOLDER/sanitizer…``."""
    log = folder / "sanitizer"
    options = f"log_path={log}:detect_leaks=0:abort_on_error=1:allow_user_segv_handler=0:handle_sigfpe=1:color=never"
    return {
        "UNLADEN_SANITIZE": "1",
        "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD": runtime,
        "ASAN_OPTIONS": options + ":allocator_may_return_null=1",
        "UBSAN_OPTIONS": f"log_path={log}:print_stacktrace=1:color=never",
        "PYTHONMALLOC": "malloc",  # else Python's own pools hide its objects from the sanitiser
    }
