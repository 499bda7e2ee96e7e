"""Ctrl-C held back while something starts or ends that an interrupt would leave in halves: processes, a pool."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Held:
    """Whether interrupts are held back: from its making and from each ``hold`` on, until ``heed``."""

    def __init__(self) -> None:
        self._came = False
        # in other threads nobody is interrupted, and what handles interrupts cannot be changed
        self._main = threading.current_thread() is threading.main_thread()
        self._before = signal.getsignal(signal.SIGINT) or signal.default_int_handler
        self.hold()

    def hold(self) -> None:
        if self._main:
            signal.signal(signal.SIGINT, self._note)

    def let_go(self) -> None:
        if self._main:
            signal.signal(signal.SIGINT, self._before)

    def heed(self) -> None:
        """Hold none back from now on; raises ``KeyboardInterrupt`` if one has come."""
        self.let_go()
        if self._came:
            self._came = False
            raise KeyboardInterrupt

    def _note(self, number: int, frame: object) -> None:
        self._came = True


@contextmanager
def held() -> Iterator[Held]:
    """Hold interrupts back in this block, until its ``heed()``; one that has come is heeded by its end."""
    interrupts = Held()
    try:
        yield interrupts
    finally:
        interrupts.let_go()
    interrupts.heed()
