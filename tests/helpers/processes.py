"""Questions to processes that may end while they are asked."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TypeVar

import psutil

Answer = TypeVar("Answer")


def family(pid: int) -> list[psutil.Process]:
    """The process ``pid`` and all that it and its children have started and that still run."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def answers(question: Callable[[psutil.Process], Answer], processes: list[psutil.Process]) -> list[Answer]:
    """What each process answers; those that have ended meanwhile (a server's short helpers, say) are left out."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(question(process))
    return found


def ends(pid: int, zombie: bool = False, seconds: float = 30) -> bool:
    """Whether the process ``pid`` is gone, or goes within ``seconds``; ``zombie``: it need not be waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            status = psutil.Process(pid).status()
        except psutil.NoSuchProcess:
            return True
        if zombie and status == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False
