"""The other side of ``%%on``: runs one cell as a plain script, on whichever Python was asked for.

Started as ``PYTHON … guest.py FOLDER``. Reads ``setup.json`` and ``work/cell.py`` in FOLDER, writes ``answer.json``.
Standard library only, and nothing that Python 3.8 or PyPy would not understand.
"""

import faulthandler
import json
import os
import platform
import signal
import sys
import sysconfig
import traceback
import types


def identity() -> dict:
    """What this Python says it is."""
    own = getattr(sys, "pypy_version_info", None)
    return {
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "jit": jit(),
        "own_version": ".".join(map(str, own[:3])) if own else "",
    }


def gil() -> bool:
    """Whether threads take turns here: true on every Python that cannot say."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def jit() -> bool:
    """Whether CPython's own just-in-time compiler is on."""
    own = getattr(sys, "_jit", None)
    return bool(own and own.is_enabled())


def pretence(wanted: dict) -> str:
    """In what way this Python is not the one that was asked for; empty if it is."""
    found = identity()
    for what in ("implementation", "version", "free_threaded"):
        if found[what] != wanted[what]:
            return f"it said {described(wanted)}, and is {described(found)}"
    if found["free_threaded"] and gil():
        return "it is built to run without the GIL, and runs with it"
    if wanted["jit"] and not found["jit"]:
        return "its JIT is off"
    return ""


def described(found: dict) -> str:
    return "{} {}{}".format(found["implementation"], found["version"], "t" * found["free_threaded"])


def end_with_parent() -> None:
    """Ask Linux to end this process when the kernel that started it goes away."""
    if sys.platform == "linux":
        try:
            import ctypes

            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        except (ImportError, OSError, AttributeError):
            pass  # a Python without ctypes: the time limit ends it, too


def show_prints_at_once() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def run(path: str, namespace: dict) -> dict:
    """Run the script; return what it raised, with its lines, or nothing."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    try:
        exec(compile(source, path, "exec"), namespace)
    except SystemExit as end:
        return {} if end.code in (None, 0) else {"error": f"SystemExit: {end.code}", "trace": ""}
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next  # without this file's own line
        trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        return {"error": traceback.format_exception_only(type(error), error)[-1].strip(), "trace": trace}
    return {}


def unfit(value, where: str) -> str:
    """Why ``value`` cannot be kept as JSON and come back as it was; empty if it can."""
    if isinstance(value, dict):
        wrong = [key for key in value if not isinstance(key, str)]
        if wrong:
            return f"{where} has the key {wrong[0]!r}; JSON knows texts only: use str(…)"
        parts = [(f"{where}[{key!r}]", part) for key, part in value.items()]
    elif isinstance(value, (list, tuple)):
        parts = [(f"{where}[{at}]", part) for at, part in enumerate(value)]
    elif value is None or isinstance(value, (str, int, float)):
        return ""
    else:
        kind = type(value).__name__
        return f"{where} is of type {kind}; make it of numbers, texts, lists and dictionaries"
    return next(filter(None, (unfit(part, name) for name, part in parts)), "")


def main(folder: str) -> dict:
    with open(os.path.join(folder, "setup.json"), encoding="utf-8") as file:
        wanted = json.load(file)
    answer = {"who": identity(), "pretence": pretence(wanted)}
    if answer["pretence"]:
        return answer
    script = types.ModuleType("__main__")
    path = os.path.join(folder, "work", "cell.py")
    script.__file__ = path
    sys.modules["__main__"] = script
    sys.argv[:] = [path]
    sys.path.insert(0, os.path.dirname(path))
    answer.update(run(path, script.__dict__))
    if wanted["free_threaded"] and gil():
        answer["pretence"] = "the GIL came back while the cell ran: a module that it imports needs it"
    result = script.__dict__.get("result")
    if "error" not in answer:
        problem = unfit(result, "result")
        answer.update({"error": "TypeError: " + problem, "trace": ""} if problem else {"result": result})
    return answer


if __name__ == "__main__":
    FOLDER = sys.argv[1]
    # a script that starts processes has them import the script, and not this file
    end_with_parent()
    show_prints_at_once()
    faulthandler.enable()
    ANSWER = json.dumps(main(FOLDER))
    with open(os.path.join(FOLDER, "answer.json"), "w", encoding="utf-8") as file:
        file.write(ANSWER)
