"""The other side of ``run_isolated``: a script that runs one pickled call in a process of its own.

Started as ``python child.py FOLDER``, or forked (see ``nursery.py``). Reads ``setup`` and ``call`` from FOLDER and
writes there ``pid`` (who runs the call), ``started`` (when it begins), ``answer`` (a pickled dict), ``crash`` (what the
handlers saw, if it died) and ``status`` (how it ended). It imports next to nothing of the course before the call needs
it, so that it starts fast.
"""

import contextlib
import faulthandler
import os
import pickle
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial

ANSWER_LIMIT = 2**29  # bytes of a pickled result; more is a mistake rather than an answer
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>)")
_NO_KEYBOARD = "EOFError: EOF when reading a line"


def die_with_parent() -> None:
    """Ask Linux to end this process when the kernel that started it goes away."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def adopt_orphans() -> None:
    """Become the parent of whatever a child leaves behind, in whatever session; and go when who started this goes."""
    import ctypes

    die_with_parent()
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def end_orphans() -> None:
    """End all children of this process, and theirs, which become its own as their parents end."""
    with contextlib.suppress(ChildProcessError):  # none is left
        while True:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):  # mostly it raises at once, and nobody need be looked for
                for pid in _children():
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.002)  # not a wait for one of them: another may have come since


def _children() -> list[int]:
    """The processes whose parent this one is. Linux only, and without psutil, which takes longer to import."""
    found, me = [], os.getpid()
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", "rb") as stat:
            # after the name, which is in parentheses and may hold any byte: the state, the parent
            if int(stat.read().rpartition(b")")[2].split()[1]) == me:
                found.append(int(entry))
    return found


def mind(folder: str) -> None:
    """Let a fork of this process run the call, and end what it leaves behind, in whatever session and environment.

    Returns in the fork, or where there can be none. Its status goes to ``FOLDER/status``, as this process cannot die of
    what that died of.
    """
    adopt_orphans()
    try:
        pid = os.fork()
    except OSError:  # no more processes are allowed: then without
        return
    if pid == 0:
        os.setsid()  # so that its group can be ended without this process
        return
    with contextlib.suppress(BaseException):
        with open(os.path.join(folder, "pid"), "w") as file:
            file.write(str(pid))
        for number in (1, 2):
            os.close(number)  # whoever reads what the call prints is to see its end
        _, status = os.waitpid(pid, 0)
        end_orphans()
        with open(os.path.join(folder, "status"), "w") as file:
            file.write(str(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def show_prints_at_once() -> None:
    """Write out every finished line, from Python and from C: what waits in a buffer is lost in a crash."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    import ctypes

    with contextlib.suppress(OSError, ValueError, AttributeError):
        libc = ctypes.CDLL(None)
        stdout = ctypes.c_void_p.in_dll(libc, "__stdoutp" if sys.platform == "darwin" else "stdout")
        libc.setvbuf(stdout, None, 1, 0)  # 1 is _IOLBF, line by line


def watch_for_crashes(folder: str, helper: str | None) -> None:
    """Have a crash leave its Python lines, and with the compiled helper its C functions, in ``FOLDER/crash``."""
    crash = open(os.path.join(folder, "crash"), "w")  # noqa: SIM115  stays open for the handlers
    globals()["_crash"] = crash
    faulthandler.enable(crash, all_threads=False)
    faulthandler.register(signal.SIGUSR1, crash, all_threads=False)
    if helper:
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(helper).install(crash.fileno())


def limit_resources(memory: int | None) -> Callable[[], None]:
    """Let the process grow by ``memory`` bytes beyond what it has already; write no core file.

    Returns a function that takes the limit on memory away again, and needs hardly any to do so.
    """
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory and sys.platform == "linux":
        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (used + memory, before[1]))
    return partial(resource.setrlimit, resource.RLIMIT_AS, before)


def described(error: BaseException, kind: str = "exception") -> dict:
    """What the parent needs to know about an exception: its words, and its frames as (file, line, function)."""
    try:
        words = _ADDRESS.sub("", traceback.format_exception_only(error)[-1].strip())  # differs in every run
    except Exception:
        words = type(error).__name__
    if words == _NO_KEYBOARD:
        words += " (a child process has no keyboard: write the value into the code)"
    frames = [(f.filename, f.lineno, f.name) for f in traceback.extract_tb(error.__traceback__, limit=-400)]
    frames = [(f.filename, f.lineno, f.name) for f in traceback.extract_tb(error.__traceback__, limit=20)] + frames
    return {"kind": kind, "error": words, "frames": frames}


def unpacked(folder: str) -> tuple:
    """The call, whose names are put into a new ``__main__``, as those of a script are in its own."""
    from unladen.sandbox.script import begin

    names = begin()
    with open(os.path.join(folder, "call"), "rb") as file:
        *call, defined = pickle.load(file)
    for name in defined.keys() - names.keys():
        names[name] = defined[name]
    return call


def answer(folder: str, memory: int | None) -> dict:
    """Run the call; return its answer, or what it raised."""
    start, lift = time.perf_counter(), None
    try:
        function, args, kwargs = unpacked(folder)
    except Exception as error:
        words = described(error)["error"]
        words = f"it arrives, but not whole: {words}"
        return {"kind": "unsent", "error": words, "frames": [], "seconds": 0.0}
    try:
        lift = limit_resources(memory)
        open(os.path.join(folder, "started"), "w").close()
        start = time.perf_counter()
        value = function(*args, **kwargs)
        return {"kind": "ok", "value": value, "seconds": time.perf_counter() - start}
    except MemoryError as error:
        if lift:
            lift()  # small objects leave no room for the report
        reply = described(error, "memory")
    except SystemExit as error:
        reply = described(error, "exit")
        if error.code in (None, False, True):  # 0 and 1, which unittest calls so
            reply["error"] = f"exit status {int(error.code or 0)}"
    except BaseException as error:
        reply = described(error)
    return reply | {"seconds": time.perf_counter() - start}


def packed(reply: dict) -> bytes:
    """Pickle the reply; a value that cannot travel becomes a reply that says so."""
    import cloudpickle

    try:
        data = cloudpickle.dumps(reply)
        if len(data) <= ANSWER_LIMIT:
            return data
        problem = f"it takes {len(data) >> 20} MiB, and {ANSWER_LIMIT >> 20} MiB is the limit"
    except MemoryError:
        problem = "there is not enough memory to copy it"
    except Exception as error:
        problem = _ADDRESS.sub("", str(error).strip()) or type(error).__name__
    kind = type(reply.get("value")).__name__
    words = f"TypeError: the result, of type {kind}, cannot be sent back from the child process: {problem}"
    return cloudpickle.dumps({"kind": "exception", "error": words, "frames": [], "seconds": reply["seconds"]})


def main(folder: str, memory: int | None) -> None:
    myself = os.getpid()
    reply = answer(folder, memory)
    if os.getpid() != myself:  # the call forked, and this is the copy: only the original answers
        os._exit(0)
    data = packed(reply)
    with open(os.path.join(folder, "answer"), "wb") as file:
        file.write(data)
    del reply  # frees the call's objects: memory that C code damaged often shows only now
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    import ctypes

    with contextlib.suppress(Exception):
        ctypes.CDLL(None).fflush(None)
    os._exit(0)  # not sys.exit: threads that never end must not keep a finished call waiting


def run(folder: str) -> None:
    """Set this process up as the call in FOLDER wants it, and run the call. Does not return."""
    with open(os.path.join(folder, "setup"), "rb") as file:
        setup = pickle.load(file)
    sys.path[:] = setup["path"]
    sys.argv[:] = [""]
    die_with_parent()
    if setup["recursion"]:
        sys.setrecursionlimit(setup["recursion"])
    # however deep in C the call hangs, and should the parent be gone: the end
    faulthandler.dump_traceback_later(setup["at_most"], exit=True, file=open(os.devnull, "w"))  # noqa: SIM115
    show_prints_at_once()
    watch_for_crashes(folder, setup["helper"])
    main(folder, setup["memory"])


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        sys.path[:], MODULES = pickle.load(sys.stdin.buffer)
        from unladen.sandbox.nursery import serve

        serve(sys.argv[2], MODULES, run)
    else:
        if sys.platform == "linux":
            mind(sys.argv[1])
        run(sys.argv[1])
