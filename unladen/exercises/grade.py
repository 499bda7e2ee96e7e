"""Grading: the answer goes to a child process, which goes through the specification; what comes back is a verdict.

The child is where an endless loop, a crash or a huge allocation ends without harm. Compiled answers go there with
sanitisers, so that a read past the end of an array is an error even where it happens to give the right result; their
speed is measured by a second child, without.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from unladen.exercises import words
from unladen.exercises.registry import Exercise
from unladen.exercises.speed import untouched
from unladen.exercises.speed_names import Seal
from unladen.exercises.stub import attribute, libraries, unwritten
from unladen.exercises.values import short
from unladen.exercises.verdict import Verdict
from unladen.host.effort import load
from unladen.sandbox import run_isolated
from unladen.sandbox.pickling import Unsent
from unladen.sandbox.sanitizer import CANNOT_START

_ENDINGS = {
    "timeout": "Which loop, or which call of itself, never ends? Follow the smallest input through it by hand.",
    "memory": words.TOO_BIG,
    "exit": "An answer returns; it does not end the program: no exit() or quit().",
    "signal": "Compiled code touched memory that is not its own, or gave up. Which index is the largest it uses?",
    "sanitizer": "Which is the first index the loop uses, which the last, and which are there?",
}
_SLOW = (
    "The cases before were right, so it does come back; on these inputs it takes too long. How does the number of its "
    "steps grow with theirs?"
)
_IMPORTED = ("numpy", "unladen.exercises.grade", "unladen.exercises.speed")  # what every answer's child needs


def grade(exercise: Exercise, answer: object) -> Verdict:
    """Grade one answer. Returns a verdict whatever the answer is and does; it records nothing."""
    if unwritten(answer):
        return _todo(exercise)
    compiled = libraries(answer)
    if not callable(answer):
        return _wrong(
            exercise, f"{exercise.name} is {short(answer)}, which cannot be called", "Define it as a function."
        )
    if exercise.language == "c" and attribute(answer, "library") is None:
        told = f"{exercise.name} is a Python function, and this exercise is to be answered in C"
        return _wrong(exercise, told, "Write it in the `%%c` cell, and check the function of that library.")
    verdict = _in_child(exercise, answer, sanitize=bool(compiled))
    if verdict.state == "OK" and verdict.against and verdict.earned is None:
        timed = _in_child(exercise, answer, sanitize=False)
        verdict = replace(timed, lines=verdict.lines + timed.lines)  # what was said of the sanitisers holds
    return verdict


def _in_child(exercise: Exercise, answer: object, *, sanitize: bool) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="unladen-", ignore_cleanup_errors=True) as folder:
        notes = Path(folder) / "case"
        outcome = run_isolated(
            graded_here,
            exercise.specification,
            exercise.name,
            Seal(),
            answer,
            str(notes),
            sanitize,
            seconds=exercise.seconds,
            sanitize=sanitize,
            warm=_warm(exercise),
        )
        running = notes.read_text(encoding="utf-8") if notes.exists() else exercise.name
    if outcome.kind == "unsent":
        return _unsent(exercise, outcome.unsent)
    measured = words.MEASURING in running and outcome.starved
    if outcome.kind == "timeout" and (measured or outcome.seconds < exercise.seconds):
        return _too_busy(exercise, running)
    if outcome.kind == "exception" and not outcome.where:
        return _our_fault(exercise, outcome, running)
    if not outcome.ok:
        return _ended(exercise, outcome, running)
    state, failing, hint, earned, against = outcome.value
    if state == "TODO":
        return _todo(exercise)
    if state == "OK":
        limited = (outcome.note,) if CANNOT_START in outcome.note else ()
        return Verdict("OK", exercise.id, exercise.title, limited, why=exercise.why, earned=earned, against=against)
    if state == "TOO NOISY":
        return replace(_too_busy(exercise, words.MEASURING), earned=earned, against=against)
    return replace(_wrong(exercise, failing, hint, outcome.stdout), earned=earned, against=against)


def _warm(exercise: Exercise) -> tuple[str, ...]:
    """What the child has imported before it is asked: what every one needs, this one's answers, and its chapter."""
    chapter = exercise.specification.__module__
    own = [chapter] if chapter.startswith("unladen.exercises.") else []
    return (*_IMPORTED, *exercise.imports, *own, "unladen.exercises.noted")


def graded_here(
    specification: Callable, name: str, _sealed: object, answer: object, notes: str, correctness_only: bool
) -> tuple:
    """Go through a specification in this process, the child; return state, failing case, hint, and speed earned.

    The arguments arrive in this order: what the check relies on is noted between the specification and the answer.
    """
    now = words.now = words.Grading(name, notes, correctness_only)
    state, failing, hint = "OK", "", ""
    try:
        specification(answer)
        untouched(now, correctness_only)
    except words.Wrong as found:
        state, failing, hint = "WRONG", found.failing, found.hint
    except words.Unwritten:
        state = "TODO"
    except words.TooNoisy:
        state = "TOO NOISY"
    return state, failing, hint, now.earned, now.against


def _ended(exercise: Exercise, outcome, running: str) -> Verdict:
    """The verdict on an answer that did not come back from its child."""
    what = {
        "timeout": f"{running} had not come back after {exercise.seconds:g} seconds",
        "memory": f"{running} asked for more memory than this exercise may have",
        "exit": f"{running} ended the program instead of returning",
        "signal": f"{running} crashed: {outcome.signal}",
        "sanitizer": f"{running} was stopped by a sanitiser: {outcome.error}",
    }.get(outcome.kind, f"{running} raised {outcome.error}")
    if outcome.kind in ("signal", "sanitizer") and outcome.where:
        what += f" at {outcome.where}"
    elif outcome.kind == "timeout" and outcome.where:
        what += f", and was at {outcome.where}"
    written = next((hint for pattern, hint in exercise.findings if re.search(pattern, what)), "")
    if outcome.kind == "timeout" and words.MEASURING in running:
        written = _SLOW
    return _wrong(exercise, what, written or _ENDINGS.get(outcome.kind, ""), outcome.stdout)


def _our_fault(exercise: Exercise, outcome, running: str) -> Verdict:
    """The verdict where the check itself failed: no line of the learner's is among those that raised."""
    told = f"The check itself failed, after {running}: {outcome.error}. That is no mistake of yours that it has found."
    again = "Look at what that call returns. If it is what was asked, please tell whoever gave you this course."
    return Verdict("NOT CHECKED", exercise.id, exercise.title, (told,), again)


def _unsent(exercise: Exercise, unsent: Unsent) -> Verdict:
    """The verdict on an answer that could not be tried: that is no mistake in it."""
    what = f"the {unsent.what}," if unsent.what.startswith("variable") else "it"
    why = f"{what} cannot be copied to the process that tests it ({unsent.why})"
    told = f"{exercise.name} cannot be checked like this: {why}."
    hint = "Make what it needs inside of the function: open files, sockets, generators and connections do not travel."
    if unsent.cure and not unsent.what:
        hint = f"{unsent.cure[0].upper()}{unsent.cure[1:]}."
    return Verdict("NOT CHECKED", exercise.id, exercise.title, (told,), hint)


def _too_busy(exercise: Exercise, running: str) -> Verdict:
    """The verdict where the machine gave an answer too little of its time."""
    if words.MEASURING in running:
        told = "The results are right. Whether they come fast enough, this machine is too busy to tell just now."
    else:
        told = f"This machine is too busy to tell (load {load():.0f}): {running} mostly waited for its turn."
    again = "Close what else is running, and check again."
    return Verdict("TOO NOISY", exercise.id, exercise.title, (told,), again)


def _wrong(exercise: Exercise, failing: str, hint: str, printed: str = "") -> Verdict:
    lines = [failing]
    if printed.strip():
        lines.append("Your code printed: " + " / ".join(printed.strip().splitlines()[-3:])[:200])
    return Verdict("WRONG", exercise.id, exercise.title, tuple(lines), hint or exercise.hints[0])


def _todo(exercise: Exercise) -> Verdict:
    told = f"Write {exercise.name} in the cell above, run that cell, then this one."
    if exercise.language == "c":
        told = f"Write {exercise.name} in its `%%c` cell, take the word TODO out of it, run that cell, then this one."
    return Verdict("TODO", exercise.id, exercise.title, (told,))
