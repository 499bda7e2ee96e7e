"""Who touches what in a parallel loop of Numba's: an answer runs as Python, turn by turn, and its arrays take notes.

So a race is seen wherever two turns *could* meet, on one core as on many; no luck is needed. Numba takes a second to
import, so it is imported where it is needed.
"""

from __future__ import annotations

import contextlib
import types
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np

_full, _arange = np.full, np.arange  # as they are while others stand in their places

THREADS = 4  # that the model pretends to have
_MAKERS = "zeros empty ones full zeros_like empty_like ones_like full_like array arange asarray copy bincount"


class Notes:
    """What was touched: for each element that was touched in a turn, the turns that read it and that wrote it."""

    def __init__(self) -> None:
        self.turn: int | None = None  # None outside of a parallel loop
        self.turns = self.loops = 0
        self.parallel = [False]  # whether the function that runs is compiled as parallel
        self.by_thread = False  # whether the answer asks which thread it is in
        self.read: dict[tuple, set] = defaultdict(set)
        self.written: dict[tuple, set] = defaultdict(set)
        self.looked: dict[int, set] = defaultdict(set)  # by turn, the addresses of what it could see of the input
        self.kept: list[np.ndarray] = []  # so that no address is used again

    def thread(self) -> int:
        """The number of the thread that has this turn, if each has its share in one piece."""
        return 0 if self.turn is None else self.turn * THREADS // max(self.turns, 1)

    def who(self) -> tuple:
        return self.loops, self.thread() if self.by_thread else self.turn

    def touched(self, addresses: np.ndarray, *, write: bool) -> None:
        if self.turn is not None:
            for address in np.ravel(addresses).tolist():
                (self.written if write else self.read)[self.loops, address].add(self.who())

    def racing(self) -> tuple | None:
        """Two turns of one loop of which one writes what the other touches, and whether both write; None if none do."""
        for place, writers in self.written.items():
            if others := (writers | self.read[place]) - {(writer := min(writers))}:
                return writer[1], min(others)[1], len(writers) > 1
        return None


notes = Notes()


class Watched(np.ndarray):
    """An array that notes which of its elements are touched in a parallel turn; ``whole`` if it is no view."""

    whole = False
    given = False

    def __array_finalize__(self, made_of: object) -> None:
        self.given = getattr(made_of, "given", False)

    def __getitem__(self, key: object) -> object:
        key = plain(key)
        got = super().__getitem__(key)
        where = addresses(self)[key]
        view = isinstance(got, np.ndarray) and np.may_share_memory(plain(got), plain(self))
        if not view:
            notes.touched(where, write=False)
        if self.given and notes.turn is not None:
            notes.looked[notes.turn].update(np.ravel(where).tolist())
        if isinstance(got, Watched) and not view:
            got.given = False
        return got

    def __setitem__(self, key: object, value: object) -> None:
        key = plain(key)
        notes.touched(addresses(self)[key], write=True)
        plain(self)[key] = plain(value)

    def fill(self, value: object) -> None:
        self[...] = value

    def __array_ufunc__(self, ufunc: Callable, method: str, *inputs, out: tuple = (), **how) -> object:
        for array in inputs:
            _looked_at(array)
        for array in out:
            if isinstance(array, Watched):
                notes.touched(addresses(array), write=True)
        if method == "at":
            notes.touched(addresses(inputs[0])[plain(inputs[1])], write=True)
        if out:
            how["out"] = tuple(map(plain, out))
        got = getattr(ufunc, method)(*map(plain, inputs), **how)
        return out[0] if out else watched(got)

    def __array_function__(self, function: Callable, _types: object, args: tuple, how: dict) -> object:
        for array in args:
            _looked_at(array)
        if function is np.copyto:
            notes.touched(addresses(args[0]), write=True)
        if isinstance(how.get("out"), Watched):
            notes.touched(addresses(how["out"]), write=True)
        return watched(function(*map(plain, args), **{name: plain(value) for name, value in how.items()}))


def _in_place(name: str) -> Callable:
    """An operator such as ``+=``: on a whole array, Numba makes a reduction of it; on a part of one it does not."""

    def operator(self: Watched, other: object) -> Watched:
        if not self.whole:
            notes.touched(addresses(self), write=True)
        _looked_at(other)
        getattr(plain(self), name)(plain(other))
        return self

    return operator


for _name in ("__iadd__", "__isub__", "__imul__"):
    setattr(Watched, _name, _in_place(_name))


def _looked_at(array: object) -> None:
    if isinstance(array, Watched):
        notes.touched(addresses(array), write=False)
        if array.given and notes.turn is not None:
            notes.looked[notes.turn].update(np.ravel(addresses(array)).tolist())


def plain(value: object) -> object:
    """The same array without notes; anything else as it is, and containers with what is in them made plain."""
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def watched(value: object, given: bool = False) -> object:
    """An array that takes notes, of an array; anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    array = value.view(Watched)
    array.whole, array.given = True, given
    notes.kept.append(array)
    return array


def addresses(array: np.ndarray) -> np.ndarray:
    """For each element of an array, where it lies in memory."""
    where = _full(array.shape, array.__array_interface__["data"][0], dtype=np.int64)
    for axis, (length, stride) in enumerate(zip(array.shape, array.strides, strict=True)):
        shape = [1] * array.ndim
        shape[axis] = length
        where += (_arange(length, dtype=np.int64) * stride).reshape(shape)
    return where


@contextlib.contextmanager
def turn_by_turn(names: dict) -> Iterator[Notes]:
    """Let what Numba would compile run as Python; ``names`` are the globals of the answer. Gives what is noted."""
    import numba
    from numba.core.registry import CPUDispatcher

    notes.__init__()
    swapped = {id(old): new for old, new in [
        *((getattr(np, name), _making(getattr(np, name))) for name in _MAKERS.split()),
        (numba.get_num_threads, lambda: THREADS),
        (numba.get_thread_id, _thread_id),
    ]}  # fmt: skip
    with contextlib.ExitStack() as changes:
        for space in (vars(np), vars(numba), names):
            for name in [name for name, value in space.items() if id(value) in swapped]:
                changes.callback(space.__setitem__, name, space[name])
                space[name] = swapped[id(space[name])]
        for kind, name, new in (
            (CPUDispatcher, "__call__", _as_python),
            (numba.prange, "__new__", staticmethod(_turns)),
        ):
            kept = vars(kind).get(name)
            changes.callback(setattr if kept else delattr, kind, name, *([kept] if kept else []))
            setattr(kind, name, new)
        yield notes


def _making(maker: Callable) -> Callable:
    def made(*args, **how):
        for array in args:
            _looked_at(array)
        return watched(maker(*map(plain, args), **how))

    return made


def _thread_id() -> int:
    notes.by_thread = True
    return notes.thread()


def _as_python(dispatcher, *args, **how) -> object:
    parallel = bool(dispatcher.targetoptions.get("parallel"))
    notes.parallel.append(parallel)
    try:
        return dispatcher.py_func(*args, **how)
    finally:
        notes.parallel.pop()


def _turns(_kind: type, *args) -> object:
    """What `prange` stands for: turns, of which each is noted; a plain range inside of one, or where none is asked."""
    turns = range(*args)
    return turns if notes.turn is not None or not notes.parallel[-1] else _noted(turns)


def _noted(turns: range) -> Iterator[int]:
    notes.loops += 1
    notes.turns = len(turns)
    try:
        for count, turn in enumerate(turns):
            notes.turn = count
            yield turn
    finally:
        notes.turn = None


@contextlib.contextmanager
def on_one_thread(answer: object) -> Iterator[None]:
    """Let Numba compile what is parallel as if it were not: a tenth of the time, and the same errors found."""
    own = [one for one in (answer, *globals_of(answer).values()) if hasattr(one, "targetoptions")]
    parallel = [one.targetoptions for one in own if one.targetoptions.get("parallel")]
    for options in parallel:
        options["parallel"] = False
    try:
        yield
    finally:
        for options in parallel:
            options["parallel"] = True


def globals_of(answer: object) -> dict:
    """The names among which an answer was defined."""
    function = getattr(answer, "py_func", answer)
    return function.__globals__ if isinstance(function, types.FunctionType) else {}
