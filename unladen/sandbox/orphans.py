"""For a pool's workers: end with the process that started them, however that ends.

A worker of ``multiprocessing`` waits for its next task, for ever if need be: of a kernel that was killed, alone, it
hears nothing. ``Pool(2, end_with_parent)`` and ``ProcessPoolExecutor(2, context, end_with_parent)`` have it hear.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.connection import wait


def end_with_parent() -> None:
    """From now on, end this process as soon as the one that started it is gone. To be called in a worker."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True, name="end with parent").start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
