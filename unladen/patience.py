"""Say what is going on when something takes long, to those who watch, and leave nothing in stored outputs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from unladen.show import Message

PATIENCE = 2.0  # seconds before a learner is told what takes so long


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
