"""The other side of ``run_isolated``: a script that runs one pickled call in a process of its own.

Started as ``python child.py FOLDER``, or forked (see ``nursery.py``). Reads ``setup`` and ``call`` from FOLDER and
writes there ``started`` (when the call begins), ``answer`` (a pickled dict) and ``crash`` (what the handlers saw, if it
died). It imports nothing of the course before the call needs it, so that it starts fast.
"""

import contextlib
import faulthandler
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial

ANSWER_LIMIT = 2**29  # bytes of a pickled result; more is a mistake rather than an answer


def die_with_parent() -> None:
    """Ask Linux to end this process when the kernel that started it goes away."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


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
        words = traceback.format_exception_only(error)[-1].strip()
    except Exception:
        words = type(error).__name__
    frames = [(f.filename, f.lineno, f.name) for f in traceback.extract_tb(error.__traceback__, limit=-400)]
    frames = [(f.filename, f.lineno, f.name) for f in traceback.extract_tb(error.__traceback__, limit=20)] + frames
    return {"kind": kind, "error": words, "frames": frames}


def answer(folder: str, memory: int | None) -> dict:
    """Run the call; return its answer, or what it raised."""
    start, lift = time.perf_counter(), None
    try:
        with open(os.path.join(folder, "call"), "rb") as file:
            function, args, kwargs = pickle.load(file)
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
        problem = str(error).strip() or type(error).__name__
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
        from unladen.build.nursery import serve

        serve(sys.argv[2], MODULES, run)
    else:
        run(sys.argv[1])
