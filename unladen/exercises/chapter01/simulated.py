"""A machine whose time passes only while its contenders work: what a stopwatch must read is then known exactly.

A specification hands the answer its clock and its contenders, and reads afterwards who was called, when, and how long
each call took.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Simulated:
    """One simulated machine; ``slowness`` is by what factor the call with a given number (from 0) is slowed down.

    ``log`` holds "clock" for each reading of the clock and a contender's name for each of its calls, in order;
    ``lasted`` the seconds that each contender's calls took.
    """

    def __init__(self, slowness: Callable[[int], float] = lambda call: 1.0) -> None:
        self.now = 1000.0  # like perf_counter, it does not begin at 0
        self.slowness = slowness
        self.log: list[str] = []
        self.lasted: dict[str, list[float]] = {}

    def clock(self) -> float:
        """Return the time in seconds."""
        self.log.append("clock")
        return self.now

    @property
    def calls(self) -> list[str]:
        """The contenders called, in order."""
        return [entry for entry in self.log if entry != "clock"]

    def contender(self, name: str, seconds: Sequence[float], fails_in: int = 0) -> Callable[[], None]:
        """Return a function whose first call lasts ``seconds[0]`` and so on; the last of them holds from there on.

        Its call number ``fails_in`` (from 1), if there is one, raises ``ZeroDivisionError``.
        """
        lasted = self.lasted[name] = []

        def work() -> None:
            taken = seconds[min(len(lasted), len(seconds) - 1)] * self.slowness(len(self.calls))
            self.log.append(name)
            self.now += taken
            lasted.append(taken)
            if len(lasted) == fails_in:
                raise ZeroDivisionError(f"{name} divided by zero")

        return work
