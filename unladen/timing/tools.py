"""Run measuring tools beside the kernel: profilers on a program, the shell's clock, a busy machine made on purpose."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from unladen.elsewhere import profilers
from unladen.elsewhere.recorded import Elsewhere
from unladen.host.packages import install_command
from unladen.show import Table, Volatile, times

SPIN = "import os; parent = os.getppid(); print(flush=True)\nwhile os.getppid() == parent: pass"

took: dict[str, list[float]] = {}


def python(tool: str, *command: str) -> str:
    """Run ``python COMMAND`` and return what it printed.

    If it printed the processor's seconds before and after its work on a line of their own, their difference is noted
    in ``took[tool]``. Raises ``RuntimeError`` with the last lines if the command failed. Where Scalene or memray is not
    installed, its recorded run takes the place of ``-m scalene`` or ``-m memray``.
    """
    if command[0] == "-m" and command[1] in profilers.HOW and profilers.gone(command[1]):
        return profilers.replay(*command[1:])
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, errors="replace")
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise RuntimeError(f"python {' '.join(command)} ended with status {done.returncode}; its last words:\n{last}")
    if found := re.search(r"^(\d+\.\d+) (\d+\.\d+)$", done.stdout, re.MULTILINE):
        took.setdefault(tool, []).append(float(found[2]) - float(found[1]))
    return done.stdout


def cost(tool: str, without: str) -> float:
    """How many times longer the program's work took under ``tool`` than under ``without``, the best runs of both.

    The recorded ratio where the tool is not installed.
    """
    return profilers.slower(tool.lower()) if _is_replayed(tool) else min(took[tool]) / min(took[without])


def price(tool: str, without: str) -> Volatile:
    """Format the cost of a tool, as volatile text, which tells whether it was recorded."""
    return Volatile(times(cost(tool, without)) + ", recorded" * _is_replayed(tool))


def _is_replayed(tool: str) -> bool:
    return tool.lower() in profilers.HOW and profilers.gone(tool.lower())


@contextmanager
def spared(*modules: str) -> Iterator[None]:
    """Let Python processes that are started meanwhile find no ``modules``: a tool would import them all to watch them.

    Scalene does so with JAX, PyTorch and TensorFlow wherever they are installed, whether or not the program uses them.
    """
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory(prefix="unladen-") as folder:
        for module in modules:
            Path(folder, f"{module}.py").write_text("raise ImportError('spared')\n", encoding="utf-8")
        os.environ["PYTHONPATH"] = os.pathsep.join([folder] + [before] * bool(before))
        try:
            yield
        finally:
            del os.environ["PYTHONPATH"]
            os.environ |= {"PYTHONPATH": before} if before else {}


@contextmanager
def background(jobs: int) -> Iterator[None]:
    """Meanwhile let ``jobs`` processes compute on the core that this thread runs on, and keep this thread there.

    Where a thread cannot be bound to a core (macOS), that many compute on every core. They end with this process, too.
    """
    bound = hasattr(os, "sched_setaffinity")
    cores = os.sched_getaffinity(0) if bound else set(range(os.cpu_count() or 1))
    if bound:
        os.sched_setaffinity(0, {random.SystemRandom().choice(sorted(cores))})
    command = [sys.executable, "-I", "-S", "-c", SPIN]
    count = jobs if bound else jobs * len(cores)
    children = []
    try:
        children += [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]
        for child in children:
            child.stdout.readline()  # it has begun to compute
        yield
    finally:
        for child in children:
            child.kill()
            child.communicate()
        if bound:
            os.sched_setaffinity(0, cores)


def shell_time(program: str) -> dict[str, float]:
    """Run ``time python -c PROGRAM`` in bash and return the seconds it reports as ``real``, ``user`` and ``sys``."""
    if not shutil.which("bash"):
        raise RuntimeError(f"bash is not on this machine; install it with: {install_command('bash')}")
    command = ["bash", "-c", 'time "$0" -c "$1"', sys.executable, program]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    found = re.findall(r"^(real|user|sys)\s+(\d+)m([\d.]+)s$", done.stderr, re.MULTILINE)
    return {kind: 60 * int(minutes) + float(seconds) for kind, minutes, seconds in found}


def absent(tool: str) -> str:
    """Say how to install a command or profiler that is not on this machine, and what recorded run of it stands in.

    Empty if it is there. Raises ``Elsewhere`` if the recorded run is missing or damaged.
    """
    return profilers.stands_in(tool) if tool in profilers.RECORDED else profilers.missing(tool)


def cachegrind(command: Sequence[str]) -> dict[str, int]:
    """Run a valgrind command and return its counts: {"I refs": …, "D1 misses": …, …}.

    Without valgrind, return those that were recorded for the command's last word. Raises ``Elsewhere`` if there are
    none, or of another program than the one whose source stands beside the compiled one; ``ValueError`` if valgrind
    printed none.
    """
    if profilers.gone("valgrind"):
        found = profilers.replayed_on("valgrind", Path(command[-2]).with_suffix(".c"))
        if command[-1] not in found:
            missing = profilers.missing("valgrind")
            raise Elsewhere(f"{missing}. The recorded runs are those with {' and '.join(found)}; got {command[-1]}.")
        return found[command[-1]]
    text = subprocess.run(command, capture_output=True, text=True).stderr
    found = re.findall(r"^==\d+==\s+(\w[\w ]*?(?:refs|misses)):\s+([\d,]+)", text, re.MULTILINE)
    if not found:
        raise ValueError(f"no counts; is --cache-sim=yes in the command? valgrind printed:\n{text[:500]}")
    return {" ".join(name.split()): int(count.replace(",", "")) for name, count in found}


def hygiene(gains: Mapping[str, float]) -> Table:
    """Show the rules of careful measuring with this machine's state; ``gains`` are those that were measured.

    What the system tells about load, governor, turbo and uptime is collected by pyperf; the plug's state by psutil.
    """
    printed = python("", "-m", "pyperf", "collect_metadata")
    told = dict(line[2:].split(": ", 1) for line in printed.splitlines() if line.startswith("- "))
    unknown = "not told by this system"
    uptime = re.sub(" min .*", " min", told.get("uptime", "")).replace("hour", "h")
    governor = re.search(r"governor:(\w+)", told.get("cpu_config", ""))
    turbo = re.search(r":((?:no )?turbo)", told.get("cpu_config", ""))
    rows: list[list[object]] = [[rule, "yours to do", times(gain)] for rule, gain in gains.items()]
    rows[0][1] = Volatile(f"load {told['load_avg_1min']}" if "load_avg_1min" in told else unknown)
    states = {
        "plug in the mains": _plugged() or unknown,
        "governor: performance": governor[1] if governor else unknown,
        "turbo off": turbo[1] if turbo else unknown,
        "reboot": f"up for {uptime}" if uptime else unknown,
    }
    rows += [[rule, Volatile(state), "not tried"] for rule, state in states.items()]
    return Table(["rule", "this machine", "gain here"], rows)


def _plugged() -> str:
    """Whether this machine is on the mains or on its battery; empty where the system does not tell."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError):  # a system without the question; a container without /sys
        return ""
    return "" if battery is None else "mains" if battery.power_plugged else "battery"
