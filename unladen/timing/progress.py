"""A bar for what takes over two seconds, which leaves nothing behind."""

from __future__ import annotations

import html
import os
import sys
import time

from unladen.patience import watched

PATIENCE = 2.0  # seconds
_PAUSE = 0.25  # seconds between two updates: each costs the kernel some work, beside what is being timed


class Progress:
    """Shows how far something is once it is expected to take over two seconds; removes itself at the end.

    In a terminal it is a line on standard error, in a notebook a bar in the cell's output. Where outputs are stored or
    compared (``UNLADEN_STATE`` is set by everything that does) nothing is shown.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.began = self.shown = time.monotonic()
        self.bar = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_) -> None:
        if self.bar:
            self.bar.close()

    def at(self, share: float, now: str, left: float = 0.0) -> None:
        """Say that ``share`` (0 to 1) is done, what is being worked on now, and the seconds ``left`` where known."""
        moment = time.monotonic()
        if moment - self.shown < _PAUSE or (self.bar is None and moment - self.began + left < PATIENCE):
            return
        self.bar = self.bar or _bar()
        self.bar.draw(min(1.0, share), f"{self.what}: {now}")
        self.shown = moment


class _Nothing:
    def draw(self, share: float, text: str) -> None:
        pass

    def close(self) -> None:
        pass


class _Line:
    """In a terminal: one line, overwritten."""

    def draw(self, share: float, text: str) -> None:
        filled = round(20 * share)
        print(f"\r\033[K[{'#' * filled}{'.' * (20 - filled)}] {text[:55]}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


class _Cell:
    """In a notebook: a bar in the output of the running cell, emptied at the end."""

    def __init__(self) -> None:
        self.handle = None

    def draw(self, share: float, text: str) -> None:
        from IPython.display import display

        bar = f'<progress value="{share:.3f}"></progress> <small>{html.escape(text)}</small>'
        data = {"text/plain": text, "text/html": bar}
        if self.handle is None:
            self.handle = display(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)

    def close(self) -> None:
        if self.handle is not None:
            self.handle.update({"text/plain": "", "text/html": ""}, raw=True)


def _bar() -> _Nothing | _Line | _Cell:
    if "UNLADEN_STATE" in os.environ:
        return _Nothing()
    if "ipykernel" in sys.modules:
        return _Cell() if watched() else _Nothing()
    return _Line() if sys.stderr.isatty() else _Nothing()
