"""The short quiz of each part of the course: ten questions on what is widely believed, taken before it and after it.

The questions stand in ``exercises/part-N.ipynb``. What is said of each choice is in ``part_N.toml``, by the question's
id: ``belief`` is the misconception that it asks about, for whoever teaches; ``read`` names the chapter and its section
that answer it::

    ["1.6"]
    belief = "Python is slow because it is interpreted."
    read = "03, Is it the language Python is written in?"
    right = "b"
    choices.a = "CPython is compiled, too."
    choices.b = "C decided before the loop what Python decides in each turn."
"""

from __future__ import annotations

import contextlib
import json
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from unladen import state
from unladen.exercises.verdict import WIDTH

_session: dict[str, dict[str, str]] = {}  # what cannot be written is kept until the kernel stops
_here: set[str] = set()  # the ids met in this kernel


@dataclass(frozen=True)
class Asked:
    """One question: what is said of each of its ``choices``, and the letter of the ``right`` one."""

    belief: str
    read: str
    right: str
    choices: Mapping[str, str]

    @property
    def wanted(self) -> str:
        """What stands in place of the three dots, in words."""
        *letters, last = (f'"{letter}"' for letter in self.choices)
        return f"{', '.join(letters)} or {last}"


@cache
def asked() -> dict[str, Asked]:
    """All questions by id, in order. Raises ``ValueError`` for an entry that could not be answered."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("part_[0-9].toml")):
        for id, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            try:
                found[id] = Asked(**entry)
            except TypeError as problem:
                raise ValueError(f"{path.name}, {id}: {problem}") from None
            if found[id].right not in found[id].choices:
                raise ValueError(f"{path.name}, {id}: the right choice is none of the choices")
    return found


def quiz(id: str | None = None, choice: object = ..., /) -> None:
    """Answer a question of a part's quiz: ``quiz("1.3", "b")``; ``...`` is no answer yet.

    Says at once whether that is right, why, and where the course shows it. The first answer is kept with the learner's
    progress, and so is the latest. Without arguments, says how many were right at first, and how many are now. Never
    raises, so that a notebook runs to its end.
    """
    if id is None:
        return _summary()
    question = asked().get(id) if isinstance(id, str) else None
    if question is None:
        shown = repr(id) if isinstance(id, str | int | float) and len(repr(id)) < 40 else f"a {type(id).__name__}"
        return print(f'There is no question {shown}; its number stands above it, and is a text: quiz("1.3", "b").')
    _here.add(id)
    if choice is ...:
        return print(f"{id} waits for your answer: {question.wanted} in place of the three dots.")
    letter = choice.strip().lower() if isinstance(choice, str) else None
    if letter not in question.choices:
        shown = repr(choice) if isinstance(choice, str) and len(choice) < 40 else f"a {type(choice).__name__}"
        return print(f"{id}: {shown} is none of the choices; put {question.wanted} in place of the three dots.")
    _keep(id, {"first": recall(id).get("first", letter), "latest": letter})
    chapter, section = question.read.split(", ", 1)
    verdict = "That is it" if letter == question.right else "Not so"
    told = f'{id}: {verdict}. {question.choices[letter]} (Chapter {chapter}, "{section}")'
    print(textwrap.fill(told, WIDTH, break_long_words=False, break_on_hyphens=False))


def recall(id: str) -> dict[str, str]:
    """What is kept of a question, ``first`` and ``latest``, letters of its choices; empty if it was never answered."""
    if id not in _session:
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            return answers(json.loads((_folder() / f"{id}.json").read_text(encoding="utf-8")), asked()[id])
    return _session.get(id, {})


def answers(kept: object, question: Asked) -> dict[str, str]:
    """The two letters out of what a file holds. Raises ``ValueError`` if it does not hold them."""
    found = {word: kept.get(word) for word in ("first", "latest")} if isinstance(kept, dict) else {}
    if not found or not all(isinstance(letter, str) and letter in question.choices for letter in found.values()):
        raise ValueError("holds no answers to this question")
    return found


def forget() -> None:
    """Forget what this kernel remembers, not what was written."""
    _session.clear()
    _here.clear()


def _folder() -> Path:
    return state.folder() / "quizzes"


def _keep(id: str, what: dict[str, str]) -> None:
    _session[id] = what
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: a user without a home
        state.write(_folder() / f"{id}.json", what)


def _summary() -> None:
    """A line for each part that was met in this kernel, or else for each that was ever answered."""
    parts: dict[str, list[str]] = {}
    for id in asked():
        parts.setdefault(id.split(".")[0], []).append(id)
    met = [part for part, ids in parts.items() if _here & set(ids)]
    if not (shown := met or [part for part, ids in parts.items() if any(map(recall, ids))]):
        return print("No question of a quiz has been answered yet.")
    for part in shown:
        kept = {id: answer for id in parts[part] if (answer := recall(id))}
        if not kept:
            print(f"Part {part}: none of the {len(parts[part])} questions is answered yet.")
            continue
        right = {when: sum(kept[id][when] == asked()[id].right for id in kept) for when in ("first", "latest")}
        missing = len(parts[part]) - len(kept)
        rest = f"; {missing} {'is' if missing == 1 else 'are'} not answered yet" if missing else ""
        print(f"Part {part}: {right['first']} of {len(parts[part])} right at first, now {right['latest']}{rest}.")
