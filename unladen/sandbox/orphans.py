"""For a pool's workers: end with the process that started them, however that ends.

A worker of ``multiprocessing`` waits for its next task, for ever if need be: of a kernel that was killed, alone, it
hears nothing. ``Pool(2, end_with_parent)`` and ``ProcessPoolExecutor(2, context, end_with_parent)`` have it hear. And a
``Pool`` that is interrupted while it starts, or ends, leaves the workers and threads that it has by then: ``workers``
lets it do so undisturbed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.pool import Pool

from unladen.sandbox.interrupts import held


@contextmanager
def workers(make: Callable[..., Pool], processes: int) -> Iterator[Pool]:
    """A pool whose workers end with this process, and none is left afterwards; ``make`` is a context's ``Pool``.

    An interrupt while it starts or ends is heeded as soon as it has: ``KeyboardInterrupt``. The workers heed none: one
    that dies while it holds the lock of a queue has the others, and the end of the pool, wait for ever.
    """
    with held() as interrupts:
        pool = make(processes, _begin)
        try:
            interrupts.heed()
            yield pool
        finally:
            interrupts.hold()
            pool.terminate()
            pool.join()


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def end_with_parent() -> None:
    """From now on, end this process as soon as the one that started it is gone. To be called in a worker."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True, name="end with parent").start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
