"""Reading memory by its address, without the danger of it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from contextlib import contextmanager

LONGEST = 64 * 1024  # of a longer run only the beginning is kept
_STEP = 4096  # fits into every system's pipe


class UnreadableError(Exception):
    """These addresses are not memory of this process."""


@contextmanager
def reader():
    """Give a function ``read(address, size) -> bytes`` that raises ``UnreadableError`` instead of crashing.

    The bytes go through a pipe: it is the kernel that copies them, and where a load instruction would die of a
    segmentation fault the kernel answers EFAULT. So a wrong address costs an exception, whatever it points to.
    """
    outlet, inlet = os.pipe()

    def read(address: int, size: int) -> bytes:
        pieces = []
        for start in range(0, min(size, LONGEST), _STEP):
            pieces.append(_piece(outlet, inlet, address + start, min(_STEP, size - start)))
        return b"".join(pieces)

    try:
        yield read
    finally:
        os.close(outlet)
        os.close(inlet)


Read = Callable[[int, int], bytes]


def _piece(outlet: int, inlet: int, address: int, size: int) -> bytes:
    if address < _STEP or size < 0:
        raise UnreadableError(f"{size} bytes at {address:#x}: no object lives there")
    try:
        written = os.write(inlet, (ctypes.c_char * size).from_address(address)) if size else 0
    except OSError as error:
        raise UnreadableError(f"{size} bytes at {address:#x}: {error.strerror}") from None
    got = os.read(outlet, size) if written else b""
    if len(got) < size:
        raise UnreadableError(f"{size} bytes at {address:#x}: only {len(got)} of them are ours")
    return got
