"""Do contenders leave alone what they and others read? A sort in place has nothing left to sort in its second call.

What each contender names is copied before the race, after its first and after its second call (large things in part),
and compared; what nobody had changed then is compared once more when all is over. Three kinds of change are nobody's
fault: what was empty before the race is a log or a memory; what only counts upwards is a counter; and what is
overwritten by each call with the same, whatever it held, is an output.
"""

from __future__ import annotations

import contextlib
import itertools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from unladen.timing.answers import kept
from unladen.timing.difference import difference
from unladen.timing.reach import is_frame, is_keyed, is_sequence, is_used_up, reachable
from unladen.timing.stopwatch import Lane

WHOLE, ALL_OF_THEM = 2**23, 2**25  # bytes of one thing, and of all things, that are copied
SAMPLE = 10_000  # elements that are copied of larger ones
PATIENCE = 1.0  # seconds: a contender that is slower is not called for a third time
_CURE = (
    "Give each call a copy of its own, as in sorted(data) or data.copy(), for every contender alike;\n"
    "or pass same=False if this is meant: then nothing is compared."
)


@dataclass
class Thing:
    """Something that can be changed: its name, itself, what was in it before the race, and who names it."""

    name: str
    it: object
    step: int
    before: object = None
    named_by: list[Lane] = field(default_factory=list)
    changed: bool = False  # by anybody, in a first or second call
    written_by: Lane | None = None
    written: Sequence[int] = ()  # places at which it was changed

    @property
    def whole(self) -> bool:
        """Whether it was copied so that it can be put back."""
        return self.step == 1 and (is_sequence(self.it) or is_keyed(self.it))

    @property
    def cure(self) -> str:
        now = "is again as it was" if self.whole else "has been changed: make it anew"
        return f"{_CURE}\n({self.name or 'It'} {now}.)"

    def __str__(self) -> str:
        kind = type(self.it).__name__
        length = f" of {len(self.it)}" if hasattr(self.it, "__len__") else ""
        return f"{self.name or 'what it reads'} ({kind}{length})"


class Inputs:
    """What the contenders of a race name. ``told`` says what is wrong, as soon as something is."""

    def __init__(self, lanes: list[Lane]) -> None:
        self.things: dict[int, Thing] = {}
        self.told = ""
        room = ALL_OF_THEM
        for lane in lanes:
            for number, (name, it) in reachable(lane.call).items():
                if number not in self.things:
                    step = 1 if _nbytes(it) <= min(room, WHOLE) else max(1, _length(it) // SAMPLE)
                    room -= _nbytes(it) if step == 1 else 0
                    self.things[number] = Thing(name, it, step)
                self.things[number].named_by.append(lane)
        for thing in self.things.values():
            thing.before = _content(thing)
        self._now = {number: thing.before for number, thing in self.things.items()}

    def after_first_call(self, lane: Lane) -> None:
        """Note what this contender found (which is what there was until now), and what it left."""
        self._earlier = self._now
        self._now = self._seen_by(lane)
        self._mark(self._earlier)

    def after_second_call(self, lane: Lane) -> None:
        """Compare what this contender found with what it left, in its first call and in its second."""
        first, self._now = self._now, self._seen_by(lane)
        self._mark(first)
        for number, thing in self.things.items():
            if lane in thing.named_by and not self.told:
                self.told = _judged(thing, lane, self._earlier[number], first[number], self._now[number])
        if self.told:
            self._restore()

    def suspicion(self) -> str:
        """Who changed what, where two answers differ for that reason, perhaps."""
        changed = [thing for thing in self.things.values() if thing.written_by]
        self._restore()
        return "".join(f"{thing.written_by.name!r} has changed {thing}, which others read.\n" for thing in changed[:1])

    def fault(self, same: Callable[[object, object], str]) -> str:
        """Try those who write into something: is it an output, or do they, or do others, read it?"""
        for thing in self.things.values():
            if thing.written_by is None:
                continue
            writer = thing.written_by
            for lane in [writer, *(other for other in thing.named_by if other is not writer)]:
                if lane.best < PATIENCE and _reads(lane, thing, writer, same):
                    self._restore()
                    return _said(thing, writer, lane)
        return ""

    def settle(self) -> None:
        """Forget all but what was there before the race, and what nobody has changed so far."""
        self.things = {number: thing for number, thing in self.things.items() if not thing.changed}
        self._earlier = self._now = {}

    def changed_since(self) -> str:
        """Say what has been changed since, by a later call than the first two; give it back as it was."""
        for thing in self.things.values():
            if told := _judged_later(thing, _content(thing)):
                self._restore()
                return told
        return ""

    def _mark(self, earlier: dict[int, object]) -> None:
        for number, thing in self.things.items():
            now = self._now[number]
            thing.changed = thing.changed or now is not earlier[number] and bool(_differ(earlier[number], now))

    def _seen_by(self, lane: Lane) -> dict[int, object]:
        things = self.things.items()
        return {k: _content(thing) if lane in thing.named_by else self._now[k] for k, thing in things}

    def _restore(self) -> None:
        """Give the learner back what there was; else the corrected race would sort what is sorted already."""
        for thing in self.things.values():
            if thing.whole:
                with contextlib.suppress(Exception):
                    _fill(thing.it, thing.before)


def _judged(thing: Thing, lane: Lane, found: object, first: object, second: object) -> str:
    """Say what is wrong with a change of a thing; note one that may be right."""
    if is_used_up(thing.it) is not None:
        kind = type(thing.it).__name__
        gone = f"{lane.name!r} uses up {thing.name}, a {kind}: from its second call on there is nothing left.\n"
        return f"{gone}Make the {kind} inside the call, or read it into a list first." if second and not found else ""
    if _length(thing.before) == 0:  # it was empty: a log, or a memory
        return ""
    if _taken_out(thing, found, first, second):
        return f"{lane.name!r} takes something out of {thing}, so later calls have less to do.\n{thing.cure}"
    if _differ(first, second) and not _remembers(first, second) and not _counts(first, second):
        return f"{lane.name!r} changes {thing} with every call, so no two calls do the same work.\n{thing.cure}"
    if is_frame(thing.it) and _differ(found.index, first.index):
        return f"{lane.name!r} changes the rows of {thing}, and finds them so in its second call.\n{thing.cure}"
    places = _places(found, first) if is_sequence(thing.it) else []
    # Where there was one value all over, as in a new array, it was no input.
    if any(_differ([found[at]], [found[places[0]]]) for at in places):
        thing.written, thing.written_by = places, lane
    return ""


def _judged_later(thing: Thing, now: object) -> str:
    """The same of a thing that nobody had changed when the race began."""
    before = thing.before
    who = " or ".join(repr(lane.name) for lane in thing.named_by)
    if is_used_up(thing.it) is not None:
        kind = type(thing.it).__name__
        gone = f"{who} uses up {thing.name}, a {kind}, in the middle of the race: then there is nothing left.\n"
        return f"{gone}Make the {kind} inside the call, or read it into a list first." if now and not before else ""
    if _length(before) == 0 or not _differ(before, now) or _remembers(before, now) or _counts(before, now):
        return ""
    told = f"{who} changes {thing} in the middle of the race, so not all calls do the same work."
    return f"{told}\n{thing.cure}"


def _taken_out(thing: Thing, found: object, first: object, second: object) -> bool:
    if _length(second) < _length(first) or _length(second) == 0 < _length(found):
        return True
    if is_keyed(thing.it) and _length(first) < _length(found):
        return _remembers(first, found)
    return is_frame(thing.it) and _length(first) < _length(found)


def _remembers(old: object, new: object) -> bool:
    """Whether something was added to a dictionary or a set, and nothing else was changed: a cache does that."""
    if isinstance(old, set):
        return old <= new
    return isinstance(old, dict) and all(key in new and not _differ([old[key]], [new[key]]) for key in old)


def _counts(old: object, new: object) -> bool:
    """Whether they are counters: whole numbers in a dictionary, or very few in a list, and none became smaller."""
    if isinstance(old, dict):
        return old.keys() == new.keys() and _counts_up(list(old.values()), list(new.values()))
    few = _length(old) == _length(new) <= 8
    return few and isinstance(old, list | np.ndarray) and _counts_up(list(old), list(new))


def _counts_up(old: list, new: list) -> bool:
    return all(hasattr(x, "__index__") and hasattr(y, "__index__") and x <= y for x, y in zip(old, new, strict=True))


def _places(old: Sequence, new: Sequence) -> list[int]:
    """Where a sequence was changed, or all of it, if it is shorter than it was; a thousand places are enough."""
    if len(old) != len(new):
        return list(range(min(len(new), 1000))) if len(new) < len(old) else []
    if not _differ(old, new):
        return []
    pairs = enumerate(zip(old, new, strict=True))
    return list(itertools.islice((at for at, (x, y) in pairs if x is not y and _differ([x], [y])), 1000))


def _reads(lane: Lane, thing: Thing, writer: Lane, same: Callable[[object, object], str]) -> bool:
    """Change one element between two calls: if they only write there, what comes out of both is the same."""
    place = value = None
    try:
        answer = kept(lane.call_once_more())
        left = _content(thing)
        place = next((at for at in thing.written if at < len(left)), None)
        if place is None or all(not _differ([other], [left[place]]) for other in left[:1000]):
            return False
        value = left[place]
        _put(thing, place, next(other for other in left if _differ([other], [value])))
        again = lane.call_once_more()
        return bool(_differ(left, _content(thing)) if lane is writer else same(answer, again))
    except Exception:  # what it does depends on what it finds
        return True
    finally:
        if value is not None and lane is not writer:
            with contextlib.suppress(Exception):
                _put(thing, place, value)


def _said(thing: Thing, writer: Lane, reader: Lane) -> str:
    if reader is writer:
        said = f"{writer.name!r} changes {thing} in place: from its second call on, it finds its work done."
    else:
        said = f"{writer.name!r} changes {thing}, which {reader.name!r} reads."
    return f"{said}\n{thing.cure}"


# -- contents


class Rows(NamedTuple):
    """What is in a frame or a series."""

    index: np.ndarray
    values: object


def _content(thing: Thing) -> object:
    """Copy what is in a thing, or a part of it, if it is large."""
    it, step = thing.it, thing.step
    used_up = is_used_up(it)
    if used_up is not None:
        return used_up
    if is_frame(it):
        return Rows(np.array(it.index[::step]), it.iloc[::step].copy())
    if is_keyed(it):
        return None if step > 1 else set(it) if isinstance(it, set) else dict(it)
    if isinstance(it, np.ndarray):
        flat = it.reshape(-1) if it.flags.c_contiguous else it.flat
        return flat[::step].copy()
    return list(it)[::step]


def _put(thing: Thing, place: int, value: object) -> None:
    where = thing.it.flat if isinstance(thing.it, np.ndarray) else thing.it
    where[place * thing.step] = value


def _fill(it: object, content: object) -> None:
    """Put back what was in it."""
    if isinstance(it, np.ndarray):
        it[...] = content.reshape(it.shape)
    elif is_keyed(it):
        it.clear()
        it.update(content)
    elif isinstance(it, list | bytearray):
        it[:] = content
    else:  # a deque, an array of the standard library: neither takes a list for a slice
        for _ in range(len(it)):
            it.pop()
        it.extend(content)


def _length(content: object) -> int:
    if isinstance(content, Rows):
        return content.values.size
    if isinstance(content, np.ndarray):
        return content.size
    return len(content) if hasattr(content, "__len__") else 0


def _nbytes(it: object) -> int:
    if is_used_up(it) is not None:
        return 0
    return int(np.sum(it.memory_usage())) if is_frame(it) else getattr(it, "nbytes", 8 * _length(it))


def _differ(a: object, b: object) -> str:
    """Say where two contents differ; objects of which nobody can say whether they are equal do, if they were moved."""
    if isinstance(a, list) and len(a) == len(b) and all(map(operator.is_, a, b)):
        return ""
    if isinstance(a, np.ndarray) and a.dtype.kind != "O" and np.array_equal(a, b):
        return ""
    try:
        return difference(a, b)
    except Exception:
        moved = isinstance(a, list) and set(map(id, a)) & set(map(id, b))
        return " objects" if moved else ""
