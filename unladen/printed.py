"""What C prints in a notebook: shown between what Python printed before it and what Python prints after it.

ipykernel puts a pipe in the place of C's standard output and standard error, and a thread of its own passes on what
comes through: whenever its turn comes, so that the order is left to chance. C for its part keeps what it prints until
4 KiB are full, since a pipe is no terminal. Here C is made to print by lines, as in a terminal, and Python's streams
first take up what waits in the pipe, then what Python writes. A call of a C function costs nothing more.

It relies on private names of ipykernel's ``OutStream``; ``tests/test_printed.py`` proves what is relied on.
"""

from __future__ import annotations

import codecs
import ctypes
import fcntl
import os
import select
import sys
import threading
from contextlib import suppress
from contextvars import Context
from types import SimpleNamespace

from ipykernel.iostream import OutStream

# What a pipe may hold on Linux. C that prints while it holds the GIL has nobody to empty the pipe meanwhile.
_ROOM = 1 << 20
_BY_LINES = 1  # _IOLBF, of glibc, musl and macOS alike
_LINE = 1 << 13

_c = ctypes.CDLL(None)
_c.malloc.restype = ctypes.c_void_p
_asked = ctypes.PyDLL(None)  # for questions that never block: the GIL is not given away for them
_stdout = ctypes.c_void_p.in_dll(_c, "__stdoutp" if sys.platform == "darwin" else "stdout")
_poll = _asked.poll
_poll.argtypes = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int
_pending = getattr(_asked, "__fpending", None)  # not on macOS
if _pending:
    _pending.restype = ctypes.c_size_t
_cpp: SimpleNamespace | None = None


class _Asked(ctypes.Structure):
    """C's ``struct pollfd``."""

    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("came", ctypes.c_short)]


class InOrder(OutStream):
    """ipykernel's stream, which takes up what C printed before it goes on."""

    @property
    def write(self):
        return self._way

    @write.setter
    def write(self, way) -> None:
        # IPython sets a way of its own for each cell, and afterwards the one it found: for the first cell, the old one
        self._way = self._write_in_order if getattr(way, "__func__", None) is OutStream.write else way

    def _write_in_order(self, string: str) -> int | None:
        if not self._is_master_process():
            return self._hand_up(string)
        self.take()
        return OutStream.write(self, string)

    def flush(self) -> None:
        if not self._is_master_process():
            return _flush()
        _look_for_cpp()
        self.take()
        super().flush()

    def _hand_up(self, string: str) -> int:
        """Write from a forked child: into the pipe, where its C writes as well, and from which its parent takes up."""
        _flush()
        left = string.encode(errors="replace")
        while left:
            left = left[os.write(self._original_stdstream_fd, left) :]
        return len(string)

    def take(self, last: bool = False) -> None:
        """Show all that C has printed; with ``last`` a character that is not whole, too."""
        _flush()
        self._read(last)

    def _read(self, last: bool = False) -> None:
        with self._reading:  # or the other thread has read something, and not yet shown it
            waits = _poll(self._asked, 1, 0) == 1
            if not waits and not last:
                return
            if text := self._decoder.decode(os.read(self._pipe, _ROOM) if waits else b"", last):
                # where no context says otherwise, a stream writes to the cell that began last: C knows no other
                Context().run(OutStream.write, self, text)

    def _follow(self) -> None:
        """Show what is printed while Python is silent: by C that runs long, by threads and by other processes."""
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        while poll.poll() and self._should_watch:
            self._read()


def in_order(shell) -> None:
    """Let C's prints keep their place in this notebook; a terminal has that already, and is left alone."""
    streams = [s for s in (sys.stdout, sys.stderr) if type(s) is OutStream and s._should_watch]
    for stream in streams:
        _take_over(stream)
    if streams:
        _print_by_lines()
        shell.events.register("post_run_cell", lambda _: [stream.take(last=True) for stream in streams])


def _take_over(stream: OutStream) -> None:
    """Give C a new pipe. The old one stays, with its thread, for processes that were started with it."""
    stream._pipe, end = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # who has many of them may have no larger ones
            fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _ROOM)
    stream._asked = ctypes.pointer(_Asked(stream._pipe, select.POLLIN))
    stream._reading = threading.RLock()
    stream._decoder = codecs.getincrementaldecoder("utf-8")("replace")
    stream.__dict__.pop("write", None)
    stream.__class__ = InOrder
    stream.write = stream._write_in_order
    # ``end`` stays open: while somebody else borrows the descriptor, the pipe would seem to be at its end
    os.dup2(end, stream._original_stdstream_fd)
    stream.watch_fd_thread = threading.Thread(target=stream._follow, daemon=True)  # ``close`` waits for this one
    stream.watch_fd_thread.start()


def _print_by_lines() -> None:
    """Set what C and Fortran ask when they print for the first time."""
    _flush()
    # never freed: C uses it to its very end, when Python is no more
    buffer = _c.malloc(_LINE)
    _c.setvbuf(_stdout, ctypes.c_void_p(buffer), _BY_LINES, ctypes.c_size_t(_LINE))
    os.environ.setdefault("GFORTRAN_UNBUFFERED_PRECONNECTED", "y")


def _flush() -> None:
    """Have C and C++ hand over the line that they have begun."""
    if _cpp and not _cpp.synchronised(True):
        _cpp.flush(ctypes.byref(_cpp.cout))
    if _pending is None or _pending(_stdout):
        _c.fflush(_stdout)


def _look_for_cpp() -> None:
    """Find std::cout, once something has loaded it: after ``sync_with_stdio(false)`` it has a buffer of its own.

    libc++, of macOS and Zig, never has one.
    """
    global _cpp
    if _cpp or sys.platform == "darwin":
        return
    with suppress(OSError, ValueError, AttributeError):
        library = {"name": "libstdc++.so.6", "mode": os.RTLD_NOLOAD | os.RTLD_LAZY}
        synchronised = ctypes.PyDLL(**library)["_ZNSt8ios_base15sync_with_stdioEb"]  # called with true, it only tells
        synchronised.restype = ctypes.c_bool
        foreign = ctypes.CDLL(**library)
        cout = ctypes.c_char.in_dll(foreign, "_ZSt4cout")
        _cpp = SimpleNamespace(synchronised=synchronised, flush=foreign["_ZNSo5flushEv"], cout=cout)
