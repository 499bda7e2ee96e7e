"""What claims measured, one JSON line each, in the folder that the variable UNLADEN_EVIDENCE names, if it names one.

From many runs it is read which claims are too tight. A line has

* ``chapter`` (the number with which UNLADEN_NOTEBOOK begins), ``cell`` (its execution count, 0 outside), ``sentence``;
* ``kind`` (ratio, seconds, number, truth or absent), ``timed``, ``both_ways``;
* ``measured`` as judged, ``first`` as measured first, ``attempts``, ``at_least``, ``at_most``;
* ``verdict``: holds, fails, or cannot tell;
* ``load``, the share of this process's cores that ``others`` used (0 to 1), the shares of the time in which it
  ``waited`` for a core, and that were ``stolen`` by the host of a virtual machine; how many ``cores`` it may use;
* ``machine``, ``python``, ``course``, ``when``, and ``run`` (the variable UNLADEN_RUN).

What is not told is null.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import math
import os
import platform
import re
import subprocess
import sys
import warnings
from pathlib import Path

from unladen import __version__
from unladen.folders import PACKAGE
from unladen.host import hardware
from unladen.timing.busy import Busy


def note(facts: dict[str, object], busy: Busy) -> None:
    """Append a claim to this process's own file; where that cannot be written, one warning says so."""
    if not (folder := os.environ.get("UNLADEN_EVIDENCE")):
        return
    around = {"load": busy.load, "others": busy.taken, "waited": busy.waited, "stolen": busy.stolen}
    line = _where() | facts | around | {"cores": busy.cores} | _who()
    text = json.dumps({name: _plain(value) for name, value in line.items()}, ensure_ascii=False) + "\n"
    path = Path(folder) / f"claims-{os.getpid()}.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "ab", buffering=0) as file:
            file.write(text.encode())  # at once, so that no line is ever half there
    except OSError as problem:
        _warn_once(str(path.parent), str(problem))


@functools.cache
def _warn_once(folder: str, problem: str) -> None:
    how = f"UNLADEN_EVIDENCE={folder} must be a folder that you can write"
    warnings.warn(f"claims are not recorded: {problem}. {how}.", stacklevel=4)


def _where() -> dict[str, object]:
    """The notebook's number and the cell's, as far as they are known."""
    chapter = re.match(r"\d*", Path(os.environ.get("UNLADEN_NOTEBOOK", "")).name)[0]
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return {"chapter": chapter, "cell": shell.execution_count if shell else 0}


@functools.cache
def _fixed() -> dict[str, str]:
    return {"machine": hardware.processor(), "python": platform.python_version(), "course": _course()}


def _who() -> dict[str, str]:
    when = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    return _fixed() | {"when": when, "run": os.environ.get("UNLADEN_RUN", "")}


def _course() -> str:
    """The course's version, and its commit where git tells."""
    command = ["git", "-C", str(PACKAGE.parent), "rev-parse", "--short", "HEAD"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
        return f"{__version__} {told}"
    return __version__


def _plain(value: object) -> object:
    """A value that JSON has: what is no number of its own becomes text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) < 10**300:
        return int(value)
    if value != value:
        return None
    try:
        number = float(value)
    except OverflowError:  # a whole number, or a fraction, beyond all floats
        number = math.inf if value > 0 else -math.inf
    return number if math.isfinite(number) else str(number)
