"""Do contenders return the same answer? A race between different answers means nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from numbers import Real
from typing import TYPE_CHECKING

from unladen.patience import Progress
from unladen.show import Message, marked
from unladen.timing.answers import Incomparable, brief, kept
from unladen.timing.stopwatch import Lane

if TYPE_CHECKING:
    from unladen.timing.untouched import Inputs

Differ = Callable[[object, object], str]  # where and how two answers differ, in words; "" if they are the same

_LAZY = {"compute": "__dask_graph__", "collect": "collect_schema"}  # what makes the answer: what only Dask, Polars has


class Disagreement(Message, ValueError):
    """Contenders of one race gave different answers, or none that can be compared, or change what they read."""


class Witness:
    """Who holds the answers of timed calls against the one that was ``agreed`` on; without one, against the first."""

    def __init__(self, same: Differ, agreed: object = None, inputs: Inputs | None = None) -> None:
        self.same, self.agreed, self.inputs = same, agreed, inputs
        self._first = ""

    def judge(self, lane: Lane, answer: object, number: int) -> Disagreement | None:
        """Return what is wrong with the answer of a lane's call of this ``number``; it is not kept."""
        if self.agreed is None:
            self.agreed, self._first = kept(answer), lane.name
            return None
        try:
            where = self.same(self.agreed, answer)
        except Disagreement as error:
            where = f" {error}"
        if not where:
            return None
        call = f"call {marked(str(number))}" + (f" of about {marked(str(lane.planned))}" if lane.planned else "")
        agreed = f"{self._first!r} had returned" if self._first else "before it was timed, all had agreed on"
        changed = self.inputs.changed_since() if self.inputs else ""
        return Disagreement(
            f"{lane.name!r} changed its answer while it was timed:\n"
            f"  in its {call} it returned {brief(answer)}\n"
            f"  {agreed} {brief(self.agreed)}\n"
            f"{_place(where)}{changed or _LATER}"
        )

    def at_the_end(self) -> None:
        """Raise ``Disagreement`` if anybody has changed what they read since the first calls."""
        if self.inputs and (told := self.inputs.changed_since()):
            raise Disagreement(told)


_LATER = (
    "Every call must do the same work: does it count its calls, keep something for later ones, or run out of something?"
    "\nOr pass same=False if this is meant: then nothing is compared."
)


def agreed_answer(lanes: list[Lane], same: Differ, progress: Progress) -> Witness:
    """Make everyone's first and second call; return who knows the first lane's answer, or raise ``Disagreement``.

    ``same`` says where two answers differ.
    """
    from unladen.timing.untouched import Inputs  # needs NumPy, for which nobody should wait who imports a word

    inputs, reference = Inputs(lanes), None
    for position, lane in enumerate(lanes):
        progress.at(position / len(lanes), f"first call of {lane.name}")
        answer = kept(lane.first_call())
        refuse_empty_answer(lane.name, answer)
        inputs.after_first_call(lane)
        reference = answer if position == 0 else reference
        _refuse_different(lanes[0].name, reference, lane.name, answer, same, inputs)
        again = lane.second_call()
        inputs.after_second_call(lane)
        _refuse_changed(lane.name, answer, again, same, inputs.told)
        if inputs.told:
            raise Disagreement(inputs.told)
    if told := inputs.fault(same):
        raise Disagreement(told)
    inputs.settle()
    return Witness(same, reference, inputs)


def any_answer(lanes: list[Lane], progress: Progress) -> object:
    """Make everyone's first and second call; return the first lane's answer, and compare nothing."""
    answers = []
    for position, lane in enumerate(lanes):
        progress.at(position / len(lanes), f"first call of {lane.name}")
        answers[1:] = [lane.first_call()]
        lane.second_call()
    return answers[0]


def _refuse_different(first: str, reference: object, name: str, answer: object, same: Differ, inputs: Inputs) -> None:
    if where := same(reference, answer):
        raise Disagreement(
            "the contenders do not agree, so their times cannot be compared:\n"
            f"  {first!r} returned {brief(reference)}\n"
            f"  {name!r} returned {brief(answer)}\n"
            f"{_place(where)}{inputs.suspicion()}Make them do the same work; "
            "or say what counts as the same: same=1e-5 (relative), or a function."
            f"{_NEAR_ZERO if _near_zero(reference, answer) else ''}"
        )


_NEAR_ZERO = (
    "\nIf zero is meant, there is nothing that it could be relative to: same=(1e-9, 1e-12) has an absolute one, too."
)


def _near_zero(a: object, b: object) -> bool:
    return isinstance(a, float) and isinstance(b, float) and max(abs(a), abs(b)) < 1e-6


def _refuse_changed(name: str, answer: object, again: object, same: Differ, told: str) -> None:
    if where := same(answer, again):
        told = told or "Does it change its own input? Give each call a fresh copy, or pass same=False."
        raise Disagreement(
            f"{name!r} changed its answer: first {brief(answer)}, then {brief(again)}.\n{_place(where)}{told}"
        )


def _place(where: str) -> str:
    """The first difference as a line of its own, unless it is the two answers themselves."""
    return "" if where.startswith(": ") else f"  first difference: {where.strip()}\n"


def refuse_empty_answer(name: str, answer: object) -> None:
    """Raise ``Disagreement`` for an answer that proves no work was done: ``None``, a generator, a coroutine."""
    if answer is None:
        raise Disagreement(
            f"{name!r} returned None, so nobody can tell whether it did the work.\n"
            "Let every contender return its answer, or pass same=False if they have none to return."
        )
    if isinstance(answer, Iterator) or inspect.isawaitable(answer):
        raise Disagreement(
            f"{name!r} returned a {type(answer).__name__}, which has computed nothing yet.\n"
            f"Let it return the finished answer, for example list(…) around it."
        )
    for word, mark in _LAZY.items():
        if hasattr(type(answer), word) and hasattr(type(answer), mark) and type(answer).__name__ != "DataFrame":
            raise Disagreement(
                f"{name!r} returned a {type(answer).__name__}, which has computed nothing yet.\n"
                f"Let it return the finished answer: put .{word}() behind it."
            )


def comparer(same: Callable | float | tuple | bool | None) -> Differ | None:
    """Turn the ``same=`` of a race into a function of two answers that says where they differ; ``None``: do not."""
    from unladen.timing.difference import difference

    if same is False:
        return None
    if same is None or same is True:
        return _guarded(difference)
    if callable(same):
        return _guarded(lambda a, b: _judged(same, a, b))
    if isinstance(same, float) and 0 <= same < 1:
        return _guarded(lambda a, b: difference(a, b, same))
    if isinstance(same, tuple) and len(same) == 2 and all(map(_tolerance, same)) and same[0] < 1:
        return _guarded(lambda a, b: difference(a, b, *same))
    raise TypeError(
        f"same={same!r}: give a function of two answers, a relative tolerance such as 1e-5,\n"
        "a relative and an absolute one such as (1e-9, 1e-12), or False"
    )


def _tolerance(number: object) -> bool:
    return isinstance(number, Real) and 0 <= number < float("inf")


def _judged(same: Callable, a: object, b: object) -> str:
    """What the learner's own function says; it must say something."""
    try:
        verdict = same(a, b)
        agreed = bool(verdict)
    except Exception as error:
        raise Incomparable(f"same= raised {type(error).__name__}: {error}") from error
    if verdict is None:
        raise Incomparable("same= returned None where it must return True or False")
    return "" if agreed else ": same= says so"


def _guarded(differ: Differ) -> Differ:
    """The same, but where it fails, it fails in words."""

    def compare(a: object, b: object) -> str:
        try:
            return differ(a, b)
        except Exception as error:
            reason = error if isinstance(error, Incomparable) else f"{type(error).__name__}: {error}"
            raise Disagreement(
                "the answers could not be compared:\n"
                f"  {brief(a)} and {brief(b)}\n"
                f"  {reason}\n"
                "Pass same= a function of two answers that tells whether they are the same, or same=False."
            ) from error

    return compare
