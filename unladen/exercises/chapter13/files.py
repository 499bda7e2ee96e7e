"""A thousand files for exercise 13.4, none of which is on a disk: reads that meet, break, and wait for a bar."""

from __future__ import annotations

import threading
from collections.abc import Callable

WAITS = 20  # so often a read waits for a tenth of a second for what should happen meanwhile


class Files:
    """``read(name)`` and ``tick()``: the one pretends to read, the other is to be called when a file is done.

    A read waits until ``together`` were under way at a time; that of ``slow`` until there were ``after`` ticks.
    ``broken`` has the names that cannot be read, with what each raises; ``most`` is how many were under way at a time.
    """

    def __init__(
        self, together: int = 1, broken: dict[str, Exception] | None = None, slow: str = "", after: int = 1
    ) -> None:
        self.together, self.broken, self.slow, self.after = together, broken or {}, slow, after
        self.asked: list[str] = []
        self.now = self.most = self.ticks = self.done = self.ahead = 0
        self.in_vain = ""
        self._changed = threading.Condition()

    def read(self, name: str) -> str:
        with self._changed:
            self.asked.append(name)
            self.now += 1
            self.most = max(self.most, self.now)
            self._changed.notify_all()
            if name == self.slow and not self._came(lambda: self.ticks >= self.after):
                self.in_vain = self.in_vain or "ticks"
            if not self.in_vain and not self._came(lambda: self.most >= self.together):
                self.in_vain = "others"
        # those that began together end in another order than they began
        threading.Event().wait(0.002 * (len(self.asked) % 3))
        with self._changed:
            self.now -= 1
            self.done += 1
        if name in self.broken:
            raise self.broken[name]
        return f"<{name}>"

    def _came(self, happened: Callable[[], bool]) -> bool:
        """Wait until it has; waits are counted and not seconds, for a machine may stand still for some of these."""
        return any(self._changed.wait_for(happened, 0.1) for _ in range(WAITS))

    def tick(self) -> None:
        with self._changed:
            self.ticks += 1
            self.ahead = max(self.ahead, self.ticks - self.done)
            self._changed.notify_all()
