"""What travels in exercise 13.2: a worker that counts bytes, and segments of shared memory that nobody leaves behind.

The worker is a fork made before the answer is called, as a pool's are, so what the answer assigns later is not there.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import resource_tracker, shared_memory
from types import SimpleNamespace

import numpy as np

ran_here: list[int] = []  # the sizes of the parts that were measured in this process; a worker has a list of its own


def spread(part: np.ndarray) -> float:
    """How far the largest of some numbers lies above the smallest; 0.0 for none. Notes that it ran."""
    ran_here.append(len(part))
    return float(part.max() - part.min()) if len(part) else 0.0


def spread_of_no_nan(part: np.ndarray) -> float:
    """As `spread`; raises ``ValueError`` where a number is none."""
    if np.isnan(part).any():
        raise ValueError("a number is missing")
    return spread(part)


class WorkerDied(Exception):
    """The process of a pool has ended in the middle of a task."""


class CannotTravel(Exception):
    """A task cannot be pickled here, or cannot be unpickled there; the message is pickle's."""


class OnlyInherited(CannotTravel):
    """A task holds what multiprocessing gives to processes that it starts, and to none that is there already."""


class Pool:
    """A pool of one process: `map` and `starmap`; ``sent`` and ``received`` are the bytes of each task's messages."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.received: list[int] = []
        (theirs, self._to), (self._from, back) = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            for end in (self._to, self._from):
                os.close(end)
            _serve(theirs, back)
        for end in (theirs, back):
            os.close(end)

    def map(self, function: Callable, tasks: Iterable, chunksize: int = 1) -> list:
        """The results of ``function`` for each of the tasks, in their order. Raises what it raised."""
        return self.starmap(function, ((task,) for task in tasks))

    def starmap(self, function: Callable, tasks: Iterable, chunksize: int = 1) -> list:
        """As `map`, where a task is a tuple of arguments."""
        messages, results = [_packed(function, tuple(task)) for task in tasks], []
        for message in messages:
            self.sent.append(len(message))
            _write(self._to, message)
            answer = _read(self._from)
            if answer is None:
                raise WorkerDied("the process that worked has died")
            self.received.append(len(answer))
            results.append(pickle.loads(answer))
        for raised in (value for good, value in results if not good):
            raise raised
        return [value for _, value in results]

    def close(self) -> None:
        """End the process, and wait until it is gone."""
        os.close(self._to)
        os.close(self._from)
        os.waitpid(self.pid, 0)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def _serve(tasks: int, back: int) -> None:
    """Run tasks until nobody is left who sends any. Does not return."""
    try:
        while (message := _read(tasks)) is not None:
            _write(back, _answer(message))
    finally:
        os._exit(0)


def _packed(function: Callable, task: tuple) -> bytes:
    try:
        return pickle.dumps((function, task))
    except (AttributeError, RuntimeError, TypeError, pickle.PicklingError) as raised:
        # an array of multiprocessing's own is of a class that it makes when it is asked
        own = isinstance(raised, RuntimeError) or "multiprocessing.sharedctypes" in str(raised)
        raise (OnlyInherited if own else CannotTravel)(str(raised)) from raised


def _answer(message: bytes) -> bytes:
    try:
        function, task = pickle.loads(message)
    except AttributeError as raised:
        return pickle.dumps((False, CannotTravel(str(raised))))
    try:
        return pickle.dumps((True, function(*task)))
    except Exception as raised:
        return pickle.dumps((False, raised))


def _write(pipe: int, data: bytes) -> None:
    data = memoryview(struct.pack("q", len(data)) + data)
    with contextlib.suppress(BrokenPipeError):  # who is dead sends no answer, and that is noticed
        while data:
            data = data[os.write(pipe, data) :]


def _read(pipe: int) -> bytes | None:
    head = _exactly(pipe, 8)
    return None if head is None else _exactly(pipe, struct.unpack("q", head)[0])


def _exactly(pipe: int, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        if not (more := os.read(pipe, min(size - len(data), 1 << 20))):
            return None
        data += more
    return bytes(data)


@contextlib.contextmanager
def own_segments() -> Iterator[Callable[[], list[str]]]:
    """Let `SharedMemory` make its segments in a folder of this process, which goes with it even if it is killed.

    Gives a function that lists those that are there. A manager forks, so that its process finds them, too.
    """
    with tempfile.TemporaryDirectory(prefix="segments-") as folder:
        # the system's names begin with a slash
        posix = SimpleNamespace(
            shm_open=lambda name, flags, mode=0o600: os.open(folder + "/" + name.strip("/"), flags, mode),
            shm_unlink=lambda name: os.unlink(folder + "/" + name.strip("/")),
        )
        kept = shared_memory._posixshmem, resource_tracker.register, resource_tracker.unregister
        method = multiprocessing.get_start_method(allow_none=True)
        shared_memory._posixshmem = posix
        resource_tracker.register = resource_tracker.unregister = lambda *_: None
        multiprocessing.set_start_method("fork", force=True)
        try:
            yield lambda: sorted(os.listdir(folder))
        finally:
            shared_memory._posixshmem, resource_tracker.register, resource_tracker.unregister = kept
            multiprocessing.set_start_method(method, force=True)
