"""What a room guessed, and what it answered in the quizzes: ``python -m unladen guesses FOLDER …``.

A ``FOLDER`` is a learner's state (``~/.local/state/unladen``, or a copy of it), or holds one for each learner. Nothing
in it is trusted: a file that is no answer of this course's is named, and left out; a link is not followed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import stat
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from unladen.exercises import guesses, quizzes

KINDS = ("guesses", "quizzes")
MOST_BYTES = 10_000  # an answer has less than a hundred
Room = dict[str, list[dict]]  # what all learners answered, by the question's id


def learners(folder: Path) -> tuple[list[Path], list[str]]:
    """The states of learners in ``folder``, itself or those directly in it; and a line for each thing left out."""
    if any(os.path.lexists(folder / kind) for kind in KINDS):
        return [folder], []
    found, wrong = [], []
    try:
        for place in sorted(folder.iterdir()):
            if place.is_symlink():
                wrong.append(f"{_name(place)}: is a link, which is not followed")
            elif place.is_dir() and not os.access(place, os.R_OK | os.X_OK):
                wrong.append(f"{_name(place)}: may not be read")
            elif any(os.path.lexists(place / kind) for kind in KINDS):
                found.append(place)
    except OSError as problem:
        wrong.append(f"{_name(folder)}: {problem.strerror}")
    return found, wrong


def read(states: Iterable[Path]) -> tuple[dict[str, Room], list[str]]:
    """What stands in the ``states``, for ``guesses`` and for ``quizzes``; and a line for each thing left out."""
    found: dict[str, Room] = {kind: {} for kind in KINDS}
    wrong = []
    for shelf, kind in ((state / kind, kind) for state in states for kind in KINDS):
        if not os.path.lexists(shelf):
            continue
        try:
            if shelf.is_symlink():
                raise ValueError("is a link, which is not followed")
            there = sorted(shelf.iterdir())
        except (OSError, ValueError) as problem:
            wrong.append(f"{_name(shelf)}: {_said(problem)}")
            continue
        for path in there:
            if path.suffix == ".tmp":  # an answer that was being written when the machine stopped
                continue
            try:
                answer = _answer(kind, path)
            except (OSError, ValueError, OverflowError) as problem:
                wrong.append(f"{_name(path)}: {_said(problem)}")
            else:
                found[kind].setdefault(path.stem, []).append(answer)
    return found, wrong


def _answer(kind: str, path: Path) -> dict:
    """What one file holds. Raises ``ValueError`` or ``OSError`` if that is no answer to a question of the course."""
    known = guesses.questions() if kind == "guesses" else quizzes.asked()
    if path.suffix != ".json" or path.stem not in known:
        raise ValueError("is no answer to a question of this course")
    question = known[path.stem]
    try:
        kept = json.loads(_text(path))
    except (ValueError, RecursionError):
        raise ValueError("is damaged") from None
    if kind == "quizzes":
        return quizzes.answers(kept, question)
    if not isinstance(kept, dict) or not _fits(question, kept.get("guess")):
        raise ValueError("holds no guess that fits the question")
    if "measured" in kept and not _fits(question, kept["measured"]):
        raise ValueError("holds no measurement that fits the question")
    return kept


def _fits(question: guesses.Question, value: object) -> bool:
    if question.choices:
        return isinstance(value, str) and value in question.choices
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(float(value))


def _text(path: Path) -> str:
    """The text of a small file; neither a link is followed, nor a pipe waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "is no file")
        if len(content := file.read(MOST_BYTES + 1)) > MOST_BYTES:
            raise OSError(0, "is larger than any answer")
    return content.decode("utf-8")


def report(found: Mapping[str, Room]) -> Iterator[str]:
    """A line for each guess, then for each part's quiz and its questions."""
    for id, question in guesses.questions().items():
        if made := found["guesses"].get(id):
            yield f"{id}  {_guessed(question, made)}"
    for id, question in quizzes.asked().items():
        if made := found["quizzes"].get(id):
            first, latest = (_chosen(question, [kept[when] for kept in made]) for when in ("first", "latest"))
            yield f"{id}  {len(made)} answered. At first: {first}. Now: {latest}. ({question.belief})"


def _guessed(question: guesses.Question, made: list[dict]) -> str:
    """What was guessed, and how well, in a line."""
    if question.choices:
        return f"{len(made)} guessed: {_chosen(question, [kept['guess'] for kept in made])}. ({question.claim})"
    median = statistics.median(float(kept["guess"]) for kept in made)
    settled = [guesses.factor(kept["guess"], kept["measured"]) for kept in made if "measured" in kept]
    near = sum(0 < off <= guesses.NEAR for off in settled)
    told = f", {near} of {len(settled)} ({near / len(settled):.0%}) within a factor of two" if settled else ""
    return f"{len(made)} guessed: median {median:.3g} {question.unit}".rstrip() + f"{told}. ({question.claim})"


def _chosen(question: guesses.Question | quizzes.Asked, letters: list[str]) -> str:
    """How many chose each letter, the right one marked."""
    count = Counter(letters)
    return ", ".join(f"{letter}{'*' * (letter == question.right)} {count[letter]}" for letter in question.choices)


def _said(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)


def _name(path: Path) -> str:
    """A path that somebody else may have named, without anything that a terminal would obey."""
    return ascii("/".join(path.parts[-3:]))[1:-1]


def main(argv: list[str]) -> int:
    about = "What a room guessed and answered: for each question how many, and what. A star marks what is right."
    parser = argparse.ArgumentParser("python -m unladen guesses", description=about)
    about = "a learner's state (~/.local/state/unladen, or a copy), or a folder of such"
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help=about)
    states, wrong = {}, []
    for folder in parser.parse_args(argv).folders:
        there, left_out = learners(folder)
        wrong += left_out
        states |= {state.resolve(): state for state in there}  # whoever is named twice counts once
        if not there and not left_out:
            wrong.append(f"{_name(folder)}: neither there nor directly in it are guesses or answers kept")
    found, more = read(states.values())
    print(*(f"left out: {line}" for line in wrong + more), sep="\n", end="\n" * bool(wrong + more), file=sys.stderr)
    if not states:
        return 2
    print(f"{len(states)} learner{'s' * (len(states) != 1)}; a star marks what is right.", *report(found), sep="\n")
    return 0
