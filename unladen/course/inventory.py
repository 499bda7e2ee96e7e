"""What is installed in the course's environment, as its own Python sees it. The standard library only."""

import json
import os
import subprocess

if __package__:
    from . import bootstrap, variables
else:  # run by its path: the environment may be missing
    import bootstrap
    import variables

# Run by the course's Python: what is installed, what of it can be imported, which kernel notebooks would get.
PROBE = """
import importlib, importlib.metadata, json, re, sys, sysconfig
try:
    from packaging.markers import Marker
except ImportError:
    Marker = None  # itself in the lock, without a condition: enough will be missing
known = {re.sub("[-_.]+", "-", d.metadata["Name"] or "").lower(): d.version for d in importlib.metadata.distributions()}
missing, wrong, failing = [], [], []
for path in sys.argv[1:]:
    for line in open(path, encoding="utf-8"):
        pin = re.match(r"([^\\s=]+)==([^\\s;]+)(?: ; ([^\\\\]+))?", line)
        if pin and (not pin[3] or Marker and Marker(pin[3].strip()).evaluate()):
            if pin[1] not in known:
                missing.append(pin[1])
            elif known[pin[1]] != pin[2]:
                wrong.append(f"{pin[1]} {known[pin[1]]} instead of {pin[2]}")
outside = []
for name in ("unladen", "IPython", "ipykernel", "jupyterlab", "matplotlib", "numpy", "numba"):
    try:
        module = importlib.import_module(name)
        if name != "unladen" and not module.__file__.startswith(sys.prefix):
            outside.append(f"{name} from {module.__file__}")
    except BaseException as problem:
        words = " ".join(str(problem).split())[:120]
        failing.append(f"{name} ({type(problem).__name__}: {words})")
try:
    from jupyter_client.kernelspec import KernelSpecManager
    kernel = KernelSpecManager().get_kernel_spec("python3").argv[0]
except BaseException as problem:
    kernel = ""
print(json.dumps({"missing": missing, "wrong": wrong, "failing": failing, "outside": outside, "kernel": kernel,
    "zig": "ziglang" in known, "playwright": "playwright" in known,
    "headers": sysconfig.get_paths()["include"]}))
"""


def facts(environment: dict = None) -> dict:
    """What ``PROBE`` finds in ``.venv``; ``{}`` when there is none, or its Python does not run in ``environment``.

    Without one, it runs as `make` has it: with no variable that leads to another Python.

    ``missing``, ``wrong``: names of packages that are not as the locks have them; ``failing``, ``outside``: what cannot
    be imported, or comes from elsewhere; ``kernel``: its command; ``zig``, ``playwright``: whether these are installed;
    ``headers``: the folder of ``Python.h``.
    """
    venv = bootstrap.REPOSITORY / ".venv"
    python = str(bootstrap.interpreter_of(venv))
    stamp, _ = bootstrap.state_of(venv)
    files = [bootstrap.REPOSITORY / name for name in stamp.get("locks", ["requirements.txt"])]
    locks = [str(path) for path in files if path.exists()]
    try:
        answer = subprocess.run(
            [python, "-c", PROBE, *locks],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=variables.own(os.environ) if environment is None else environment,
            timeout=120,
        )
        return json.loads(answer.stdout.decode("utf-8").splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return {}
