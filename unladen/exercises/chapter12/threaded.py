"""What watches threads for chapter 12: a lock that counts, a dict that knows who touches it, downloads that meet."""

from __future__ import annotations

import threading
from collections.abc import Iterator

WAIT = 3.0  # seconds that a download waits for the others that should be under way


class CountingLock:
    """A lock that counts how often it was taken, and knows whether the thread that asks has it."""

    def __init__(self) -> None:
        self._lock, self._holder, self.taken = threading.Lock(), None, 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock, as `threading.Lock.acquire` does."""
        if not self._lock.acquire(blocking, timeout):
            return False
        self._holder = threading.get_ident()
        self.taken += 1
        return True

    def release(self) -> None:
        """Give the lock back. Raises ``RuntimeError`` if nobody has it."""
        self._holder = None
        self._lock.release()

    def locked(self) -> bool:
        """Tell whether anybody has it."""
        return self._lock.locked()

    def mine(self) -> bool:
        """Tell whether the thread that asks has it."""
        return self._holder == threading.get_ident()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_) -> None:
        self.release()


class WatchedDict(dict):
    """A dict that counts its readings and writings, and those among them that were made without its lock."""

    def __init__(self, content: dict, lock: CountingLock) -> None:
        super().__init__(content)
        self.lock, self.touched, self.unlocked = lock, 0, []

    def _touch(self, how: str) -> None:
        self.touched += 1
        if not self.lock.mine():
            self.unlocked.append(how)

    def __getitem__(self, key):
        self._touch("read")
        return super().__getitem__(key)

    def get(self, key, default=None):
        self._touch("read")
        return super().get(key, default)

    def setdefault(self, key, default=None):
        self._touch("written")
        return super().setdefault(key, default)

    def pop(self, *args):
        self._touch("written")
        return super().pop(*args)

    def __contains__(self, key) -> bool:
        self._touch("read")
        return super().__contains__(key)

    def __iter__(self) -> Iterator:
        self._touch("read")
        return super().__iter__()

    def items(self):
        self._touch("read")
        return super().items()

    def __setitem__(self, key, value) -> None:
        self._touch("written")
        super().__setitem__(key, value)

    def update(self, *args, **kwargs) -> None:
        self._touch("written")
        super().update(*args, **kwargs)

    def __ior__(self, other):
        self._touch("written")
        return super().__ior__(other)

    def __delitem__(self, key) -> None:
        self._touch("written")
        super().__delitem__(key)

    def __or__(self, other):
        self._touch("read")
        return super().__or__(other)

    def keys(self):
        self._touch("read")
        return super().keys()

    def values(self):
        self._touch("read")
        return super().values()

    def copy(self):
        self._touch("read")
        return super().copy()


class Word(str):
    """A word that notes how often it is looked up or compared by a thread that has the lock."""

    lock: CountingLock
    looked_up: list[str]

    def _note(self) -> None:
        if self.lock.mine():
            self.looked_up.append(str(self))

    def __hash__(self) -> int:
        self._note()
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        self._note()
        return super().__eq__(other)

    def __lt__(self, other: str) -> bool:
        self._note()
        return super().__lt__(other)


def watched_words(words: list[str], lock: CountingLock) -> tuple[list[str], list[str]]:
    """The words, and a list of those of them that are looked up or compared while ``lock`` is held."""
    looked_up: list[str] = []
    kind = type("Word", (Word,), {"lock": lock, "looked_up": looked_up})
    return list(map(kind, words)), looked_up


class Downloads:
    """A function that pretends to download: it counts how many are under way, and waits until ``expected`` were.

    ``most`` is the largest number that were under way at a time, ``asked`` the names in the order in which they began.
    ``slow`` is a name whose download lasts until all ``names`` have begun.
    """

    def __init__(self, expected: int, slow: str = "", names: int = 0, broken: str = "") -> None:
        self.expected, self.slow, self.names, self.broken = expected, slow, names, broken
        self.asked: list[str] = []
        self.now = self.most = 0
        self.in_vain = False
        self._changed = threading.Condition()

    def __call__(self, name: str) -> str:
        with self._changed:
            self.asked.append(name)
            self.now += 1
            self.most = max(self.most, self.now)
            self._changed.notify_all()
            if name == self.slow:
                came = self._changed.wait_for(lambda: len(self.asked) >= self.names, WAIT)
            else:
                came = self.in_vain or self._changed.wait_for(lambda: self.most >= self.expected, WAIT)
            self.in_vain |= not came
        # those that began together end in another order than they began
        threading.Event().wait(0.002 * (len(self.asked) % 3))
        with self._changed:
            self.now -= 1
        if name == self.broken:
            raise ConnectionError(f"{name} is not there")
        return f"<{name}>"


def adder(box: dict, times: int) -> Iterator[str]:
    """A thread that adds one to ``box["n"]`` so many times, and may be interrupted at each yield."""
    for _ in range(times):
        seen = box["n"]
        yield "read"
        box["n"] = seen + 1
        yield "written"


def left_by(schedule: list[int], times: int) -> int:
    """What is left in the box when two adders make their steps in this order."""
    box = {"n": 0}
    threads = [adder(box, times), adder(box, times)]
    for who in schedule:
        next(threads[who])
    return box["n"]
