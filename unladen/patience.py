"""What a learner who waits is told: what is going on, or how far it is. Nothing of it stays in stored outputs."""

from __future__ import annotations

import html
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from unladen.show import Message

PATIENCE = 2.0  # seconds before a learner is told what takes so long
_PAUSE = 0.25  # seconds between two updates of a bar: each costs the kernel some work, beside what is being timed


@contextmanager
def patience(doing: str = "compiling") -> Iterator[None]:
    """Say what is going on when it takes over two seconds and somebody is watching; leave no trace in the output."""
    show, wipe = _transient()
    timer = threading.Timer(PATIENCE, show, [f"{doing} …"])
    timer.daemon = True
    timer.start()
    try:
        with briefly_interrupted(doing):
            yield
    finally:
        timer.cancel()
        timer.join()
        wipe()


class Interrupted(Message, KeyboardInterrupt):
    """The learner has interrupted what a word of ours did: told in a line, without a traceback through our code."""


@contextmanager
def briefly_interrupted(doing: str) -> Iterator[None]:
    """Make an interrupt one that shows as a line."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"{doing} was stopped.") from None


def _transient() -> tuple[Callable[[str], None], Callable[[], None]]:
    """A way to show a line for a while, and one to wipe it: in JupyterLab and on a terminal, else neither."""
    shown = []
    if sys.stdout.isatty():

        def write(text: str) -> None:
            shown.append(text)
            print(text, end="\r", flush=True)

        return write, lambda: print(" " * len(shown[0]), end="\r") if shown else None
    if not watched():
        return lambda text: None, lambda: None
    from IPython.display import clear_output

    def show(text: str) -> None:
        shown.append(text)
        print(text, flush=True)

    return show, lambda: clear_output() if shown else None


def watched() -> bool:
    """Whether somebody watches this cell run: JupyterLab and VS Code name the cell they ask for, nbclient does not."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    try:
        return "cellId" in kernel.get_parent("shell").get("metadata", {})
    except (AttributeError, LookupError, TypeError):
        return False


# -- a bar -----------------------------------------------------------------------------------------------------------


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
