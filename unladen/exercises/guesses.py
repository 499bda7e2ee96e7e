"""The learner's predictions: committed before the cell that measures, told how far off they were by its claim.

What can be guessed stands in a chapter's ``guesses.toml``, by id: ``claim`` is the sentence of the claim that settles
it; ``unit`` is that of a number, and ``choices`` has, for each letter, what is said to whoever chose it; ``right``
names one::

    ["03.1"]
    claim = "C wins, even with its optimiser off"
    unit = "×"

    ["03.2"]
    claim = "what the types are is asked in every turn"
    right = "b"
    choices.a = "Additions are as quick in Python: it is the same instruction of the processor."
    choices.b = "Each turn asks for the type again, for nobody promised that it stays the same."
"""

from __future__ import annotations

import contextlib
import datetime
import json
import math
import tomllib
from dataclasses import dataclass, field
from functools import cache
from numbers import Real
from pathlib import Path

from unladen import state

NEAR = 2.0  # a number within this factor of the measured one was guessed well
_PER_SECOND = {"s": 1.0, "ms": 1e3, "µs": 1e6, "ns": 1e9}
_session: dict[str, dict] = {}  # what cannot be written is kept until the kernel stops
_here: dict[str, bool] = {}  # the ids met in this kernel, in order: whether it was told since it was asked


@dataclass(frozen=True)
class Question:
    """What can be guessed under ``id``; a number in ``unit`` (which may be empty), or a letter of ``choices``."""

    id: str
    claim: str
    unit: str | None = None
    right: str = ""
    choices: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> str:
        """What stands in place of the three dots, in words."""
        if not self.choices:
            return f"a number ({self.unit})" if self.unit else "a number"
        *letters, last = (f'"{letter}"' for letter in self.choices)
        return f"{', '.join(letters)} or {last}"


@cache
def questions() -> dict[str, Question]:
    """All that can be guessed, by id. Raises ``ValueError`` for an entry that could not be settled."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("chapter[0-9][0-9]/guesses.toml")):
        for id, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            try:
                found[id] = question = Question(id, **entry)
            except TypeError as problem:
                raise ValueError(f"{path.parent.name}/guesses.toml, {id}: {problem}") from None
            if id[:2] != path.parent.name[-2:]:
                raise ValueError(f"{path.parent.name}/guesses.toml has {id}, which is another chapter's")
            if bool(question.choices) == (question.unit is not None) or question.right not in (
                question.choices or [""]
            ):
                raise ValueError(f"{id}: give a unit, or choices with the letter of the right one among them")
    return found


def guess(id: str | None = None, value: object = ..., /) -> None:
    """Commit a prediction before it is measured: ``guess("03.1", 40)``, ``guess("03.2", "b")``; ``...`` is none yet.

    The claim that settles it says how far off it was; until then a guess can be changed, and no more after that. It is
    kept with the learner's progress. Without arguments, the guesses of this notebook are held against what was
    measured. Never raises, so that a notebook runs to its end.
    """
    if id is None:
        return _calibration(list(_here))
    question = questions().get(id)
    if question is None:
        return print(f"There is nothing to guess under {id!r}; the number stands beside the question, as in 03.1.")
    from unladen.timing import claims_heard  # not before somebody guesses: whoever only checks need not wait for it

    _here[id] = False
    claims_heard.call(_settle)
    kept = recall(id)
    if "measured" in kept:
        return print(f"{id}: you guessed {_said(question, kept['guess'])}, and it has been measured.")
    if value is ...:
        kept_too = f" ({_said(question, kept['guess'])} is kept)" if kept else ""
        return print(f"{id} waits for your guess: {question.wanted} in place of the three dots{kept_too}.")
    if problem := _unfit(question, value):
        return print(f"{id}: {problem}; put {question.wanted} in place of the three dots.")
    _keep(id, {"guess": value.strip().lower() if isinstance(value, str) else float(value)})
    print(f"{id}: {_said(question, recall(id)['guess'])} is kept. Now see.")


def recall(id: str) -> dict:
    """What is kept of a guess: ``guess``; once it was settled ``measured`` (the letter of a choice) and ``when``."""
    if id not in _session:
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            kept = json.loads((_folder() / f"{id}.json").read_text(encoding="utf-8"))
            if isinstance(kept, dict) and isinstance(kept.get("guess"), str | int | float):
                return kept
    return _session.get(id, {})


def forget() -> None:
    """Forget what this kernel remembers, not what was written."""
    _session.clear()
    _here.clear()


def _folder() -> Path:
    return state.folder() / "guesses"


def _keep(id: str, what: dict) -> None:
    _session[id] = what
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: a user without a home
        state.write(_folder() / f"{id}.json", what)


def _unfit(question: Question, value: object) -> str:
    """Why a value is no guess; empty if it is one."""
    if question.choices:
        known = isinstance(value, str) and value.strip().lower() in question.choices
        return "" if known else f"{_brief(value)} is none of the choices"
    number = isinstance(value, Real) and not isinstance(value, bool)
    return "" if number and math.isfinite(value) else f"{_brief(value)} is no number"


def _brief(value: object) -> str:
    return (
        repr(value) if isinstance(value, str | int | float) and len(repr(value)) < 40 else f"a {type(value).__name__}"
    )


def _said(question: Question, kept: object) -> str:
    return str(kept) if question.choices else f"{kept:g} {question.unit}".strip()


def _settle(sentence: str, measured: object) -> None:
    """Tell whoever guessed what the claim ``sentence`` is about how far off that was; the first time is kept."""
    for id in [id for id, told in _here.items() if not told]:
        question, kept = questions()[id], recall(id)
        if question.claim != sentence or not kept:
            continue
        _here[id] = True
        found = question.right or _in_unit(measured, question.unit)
        if "measured" not in kept:
            _keep(id, kept | {"measured": found, "when": datetime.date.today().isoformat()})
        print(f"  Your guess {id}: {_said(question, kept['guess'])}. {_told(question, kept['guess'], found)}")


def _in_unit(measured: object, unit: str) -> float:
    return float(measured) * (100 if unit == "%" else _PER_SECOND.get(unit, 1.0))


def _told(question: Question, guessed: object, found: object) -> str:
    if question.choices:
        return f"{'That is it' if guessed == question.right else 'Not so'}: {question.choices[guessed]}"
    if not (off := factor(guessed, found)):
        return f"It is {found:.3g} {question.unit}".strip() + "."
    if off < 1.1:
        return "That is it, within a tenth."
    where = "high" if abs(guessed) > abs(found) else "low"
    return f"{'The right size' if off < NEAR else 'Off'}: a factor of {off:.2g} too {where}."


def factor(guessed: float, found: float) -> float:
    """How far apart two numbers are, at least 1; 0 where there is no telling (one is 0, or they differ in sign)."""
    return max(guessed / found, found / guessed) if guessed * found > 0 else 0.0


def _calibration(ids: list[str]) -> None:
    """Hold the guesses ``ids`` against what was measured: a line, and a picture of the numbers."""
    made = {id: kept for id in ids if (kept := recall(id))}
    if not made:
        return print(
            f"None of the {len(ids)} guesses of this notebook is made yet."
            if ids
            else "No cell with a guess has been run yet."
        )
    told = {id: (kept["guess"], kept["measured"]) for id, kept in made.items() if "measured" in kept}
    numbers = {id: pair for id, pair in told.items() if not questions()[id].choices}
    chosen = [guessed == found for id, (guessed, found) in told.items() if id not in numbers]
    near = sum(0 < factor(*pair) <= NEAR for pair in numbers.values())
    parts = [f"{near} of {len(numbers)} numbers within a factor of two"] * bool(numbers)
    parts += [f"{sum(chosen)} of {len(chosen)} choices right"] * bool(chosen)
    parts += [f"{len(made) - len(told)} not measured yet"] * (len(told) < len(made))
    print(f"Of {len(ids)} guesses {len(made)} made: {', '.join(parts)}.")
    if shown := {id: pair for id, pair in numbers.items() if factor(*pair)}:
        from unladen.exercises.calibration import picture

        picture(shown, {id: questions()[id].unit for id in shown})


def calibration_of_all() -> None:
    """The same for every guess that was made, in whichever notebook; nothing where there is none."""
    if ids := [id for id in questions() if recall(id)]:
        _calibration(ids)
