"""Run code where it cannot hurt the kernel: in a child process with limits, and say what became of it."""

from __future__ import annotations

from unladen.lazy import at_first_use

# word -> the file it comes from
_WORDS = {
    "run_isolated": "isolated",
    "Outcome": "outcome",
}
__all__ = list(_WORDS)
__getattr__, __dir__ = at_first_use(__name__, _WORDS)
