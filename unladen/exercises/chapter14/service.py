"""For exercise 14.7: a cluster in this process, and a function that fails as often as it is told to."""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
from collections.abc import Iterator

import dask
import distributed

_all: dict[int, Service] = {}
_numbers = itertools.count()
_PATIENCE = 5.0  # seconds that those who wait for one another are given to begin
_KINDS = (ValueError, OSError, KeyError)


@contextlib.contextmanager
def client() -> Iterator[distributed.Client]:
    """A client with two workers of two threads each, all of them in this process.

    A scheduler and a worker open a port for their pages whatever they are told; here it is one of this machine alone,
    any that is free, and there are no pages. ``LocalCluster`` would open port 8787 to everybody, or warn.
    """
    here = {"dashboard_address": "127.0.0.1:0", "dashboard": False}
    worker = {"cls": distributed.Worker, "options": {"nthreads": 2, **here}}
    scheduler = {"cls": distributed.Scheduler, "options": {"protocol": "inproc://", **here}}
    pages = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    with (
        dask.config.set(pages),
        distributed.SpecCluster(workers={0: worker, 1: worker}, scheduler=scheduler, silence_logs=False) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


class Service:
    """Called with an item, it gives ``<item>``, or what ``results`` has for it, after so many ``failures`` of it.

    The first ``together`` calls wait until as many have begun. Workers here are threads of this process, and a service
    that is pickled for them comes out as itself.
    """

    def __init__(self, failures: dict | None = None, together: int = 0, results: dict | None = None) -> None:
        self.failures, self.results, self.kinds = failures or {}, results or {}, _KINDS
        self.elsewhere = self.in_vain = 0
        self._tries: dict[object, int] = {}
        self._lock, self._number = threading.Lock(), next(_numbers)
        self._meeting = threading.Barrier(together) if together else None
        _all[self._number] = self

    def __reduce__(self) -> tuple:
        return _found, (self._number,)

    def __call__(self, item: object) -> object:
        with self._lock:
            tries = self._tries[item] = self._tries.get(item, 0) + 1
            self.elsewhere += not _on_a_worker()
        if self._meeting:
            try:
                self._meeting.wait(_PATIENCE)
            except threading.BrokenBarrierError:
                with self._lock:
                    self.in_vain += 1
        if tries <= self.failures.get(item, 0):
            raise self._error(item, tries)
        return self.result(item)

    def tries(self, item: object) -> int:
        """How often it was called with this item."""
        return self._tries.get(item, 0)

    def result(self, item: object) -> object:
        """What it gives for an item, in the end."""
        return self.results.get(item, f"<{item}>")

    def error(self, item: object, retries: int) -> Exception:
        """What an item that never comes through raises the last time."""
        return self._error(item, 1 + retries)

    def _error(self, item: object, tries: int) -> Exception:
        return self.kinds[list(self.failures).index(item) % len(self.kinds)](f"{item}, attempt {tries}")

    def __str__(self) -> str:
        told = [f"{item!r} fails {'always' if n > 8 else f'{n} ×'}" for item, n in self.failures.items()]
        return ", ".join(told[:4]) + ", ..." * (len(told) > 4)


def _found(number: int) -> Service:
    return _all[number]


def _on_a_worker() -> bool:
    try:
        distributed.get_worker()
    except ValueError:
        return False
    return True
