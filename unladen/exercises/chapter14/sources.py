"""Dask arrays that count how often each of their chunks is loaded, and what can be read off a graph."""

from __future__ import annotations

import itertools
import threading

import dask
import dask.array as da
import numpy as np
from dask.callbacks import Callback
from dask.highlevelgraph import HighLevelGraph

from unladen.exercises.chapter14.blocks import written_is_told
from unladen.exercises.values import short

_names = itertools.count()


class Source:
    """A Dask array over ``values``, in ``array``; ``loads`` has the number of a chunk each time that it is loaded.

    A chunk may not be written to: other tasks may have been given the same one.
    """

    def __init__(self, values: np.ndarray, chunks: object) -> None:
        self.values, self.loads, self._lock = values, [], threading.Lock()
        chunks = da.core.normalize_chunks(chunks, values.shape, dtype=values.dtype)
        self._ends = [np.cumsum((0, *sizes)) for sizes in chunks]
        empty = np.empty((0,) * values.ndim, values.dtype)
        name = f"source-{next(_names)}"
        self.array = da.map_blocks(self._load, chunks=chunks, dtype=values.dtype, meta=empty, name=name)

    def _load(self, block_id: tuple[int, ...]) -> np.ndarray:
        with self._lock:
            self.loads.append(block_id)
        ends = zip(self._ends, block_id, strict=True)
        chunk = self.values[tuple(slice(end[at], end[at + 1]) for end, at in ends)].copy()
        chunk.setflags(write=False)
        return chunk

    def twice(self) -> int:
        """How many loads there were of chunks that had been loaded before."""
        return len(self.loads) - len(set(self.loads))

    def __str__(self) -> str:
        """How a learner would make such an array."""
        return f"da.from_array({short(self.values)}, chunks={self.array.chunks})"


class _Largest(Callback):
    """The largest array, in bytes, that a task gives."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def _posttask(self, key, result, dsk, state, worker_id) -> None:
        self.bytes = max(self.bytes, getattr(result, "nbytes", 0))


def computed(lazy: object) -> tuple[object, int]:
    """The value of a Dask collection, computed as its graph says, and the bytes of the largest array in between.

    Raises `ReadOnly` where a task writes into a chunk, and what else a task raises.
    """
    with _Largest() as largest, written_is_told():
        (value,) = dask.compute(lazy, scheduler="synchronous", optimize_graph=False)
    return value, largest.bytes


def added(lazy: object, *given: object) -> dict:
    """The tasks that a collection has beyond those of what it was made of: for each key, the keys that it needs."""
    known = {key for one in given for key in one.__dask_graph__()}
    graph = lazy.__dask_graph__()
    if not isinstance(graph, HighLevelGraph):
        graph = HighLevelGraph({"all": graph}, {"all": set()})
    return {key: set(needs) for key, needs in graph.get_all_dependencies().items() if key not in known}


def depth(tasks: dict) -> int:
    """How many of some tasks wait for one another, at most: those that no number of workers shares."""
    depths: dict = {}
    waiting = list(tasks)
    while waiting:
        key = waiting[-1]
        if before := [other for other in tasks[key] if other in tasks and other not in depths]:
            waiting += before
            continue
        depths[waiting.pop()] = 1 + max((depths.get(other, 0) for other in tasks[key]), default=0)
    return max(depths.values(), default=0)
