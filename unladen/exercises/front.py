"""The words a notebook uses: `check`, `hint`, `reset`, `progress`."""

from __future__ import annotations

import ast
import linecache
import re
import sys
import textwrap
from difflib import get_close_matches
from types import FrameType

from unladen.exercises import guesses, store
from unladen.exercises.original import original
from unladen.exercises.registry import Exercise, exercises, find
from unladen.exercises.verdict import WIDTH, Verdict
from unladen.patience import briefly_interrupted
from unladen.show import Table, Volatile

LISTED = 8  # more names than these are no help

_hints_given: dict[str, int] = {}


def check(answer: object) -> None:
    """Check an answer and show the verdict: ``check(sum_of_squares)``.

    The first line begins with TODO, WRONG or OK; or TOO NOISY, where a busy machine could not judge, or NOT CHECKED,
    where the answer could not be tried. Never raises, whatever the answer is or does: it runs in a child process, with
    limits on time and memory.
    """
    exercise = _meant(answer, sys._getframe(1))
    if not isinstance(exercise, Exercise):
        return _show(Verdict("WRONG", "", exercise, hint=_which("check")))
    from unladen.exercises.grade import grade

    try:
        with briefly_interrupted("checking"):
            verdict = grade(exercise, answer)
    except Exception as error:
        told = f"The check itself failed ({type(error).__name__}: {error}). That is the course's mistake, not yours."
        return _show(
            Verdict("WRONG", exercise.id, exercise.title, (told,), "`python -m unladen doctor` may know more.")
        )
    if verdict.state != "NOT CHECKED":  # nothing was found out
        store.record(exercise.id, verdict.state, verdict.earned if verdict.state == "OK" else None)
    _show(verdict)


def hint(answer: object) -> None:
    """Print the next hint for an exercise: ``hint(sum_of_squares)``; the last one is repeated."""
    exercise = _meant(answer, sys._getframe(1))
    if not isinstance(exercise, Exercise):
        return print(f"{exercise}\n{_which('hint')}")
    given, hints = _hints_given.get(exercise.id, 0), exercise.hints
    _hints_given[exercise.id] = given + 1
    number = min(given + 1, len(hints))
    last = " (that was the last one)" if given >= len(hints) else ""
    print(textwrap.fill(f"Hint {number} of {len(hints)} for {exercise.id}{last}: {hints[number - 1]}", WIDTH))


def reset(exercise: object) -> None:
    """Give an exercise's original back, in a new cell below: ``reset("3.5")``, or by its name, ``reset(count_inside)``.

    Your answer stays where it is. Without a notebook, or for more than one cell, the original is printed.
    """
    found = _by_id(exercise) or _meant(exercise, sys._getframe(1))
    if not isinstance(found, Exercise):
        return print(f'{found}\nGive the number that stands above the exercise, as in `reset("3.5")`, or its name.')
    cells = original(found.id)
    if not cells:
        return print(f"{found.id}: its original is not to be found: neither the course nor your copies of it are here.")
    below = cells.pop(0) if _next_cell(cells[0]) else None
    if below is not None:
        print(f"{found.id}: its original is in the new cell below; your answer stays above.")
    if cells:
        print(f"{found.id}: {'there is more to its original' if below is not None else 'this is its original'}:")
    for source in cells:
        print(f"\n{source}")


def _by_id(wanted: object) -> Exercise | str | None:
    """The exercise with the number ``wanted``, as a text or a float; what there is, if it has none; None for a name."""
    told = "" if isinstance(wanted, bool) else str(wanted) if isinstance(wanted, str | int | float) else ""
    if not (match := re.fullmatch(r"\D*?0*(\d+)(?:[.,](\d+))?\D*", told)) or told.isidentifier():
        return None
    chapter, number = int(match[1]), match[2]
    there = [e for e in exercises() if e.chapter == chapter]
    if not there:
        return f"Chapter {chapter} has no exercises; these have: {_chapters()}."
    for e in there:
        if number and e.id == f"{chapter}.{int(number)}":
            return e
    names = ", ".join(f"{e.id} {e.name}" for e in there)
    return f"{f'There is no exercise {chapter}.{number}' if number else 'That is a chapter'}; it has {names}."


def _next_cell(source: str) -> bool:
    """Have the front end put ``source`` into a new cell, or at the next prompt; whether there is one that would."""
    from IPython import get_ipython

    if (shell := get_ipython()) is None or not hasattr(shell, "set_next_input"):
        return False
    shell.set_next_input(source)
    return True


def progress(chapter: int | None = None) -> None:
    """Show which exercises are done: of the chapters checked in this notebook, else of one, else of all."""
    here = {int(id.split(".")[0]) for id in store.tried()}
    wanted = {chapter} if chapter is not None else here
    rows, done = [], 0
    listed = [e for e in exercises() if not wanted or e.chapter in wanted]
    if not listed:
        return print(f"Chapter {chapter} has no exercises; these have: {_chapters()}.")
    for e in listed:
        state, earned = store.recall(e.id)
        done += state == "OK"
        rows.append((e.id, e.title, state or "not tried", Volatile(f"{earned:.1f} ×") if earned else ""))
    _show(Table(("", "exercise", "state", "speed earned"), rows, note=f"{done} of {len(rows)} done", right=[3]))
    guesses.calibration_of_all()


def _meant(answer: object, caller: FrameType) -> Exercise | str:
    """Find the exercise that an answer is for: by the name written between the parentheses, else by its own name."""
    argument = _argument(caller)
    names = [_name(argument)]
    try:
        names.append(answer if isinstance(answer, str) else getattr(answer, "__name__", None))
    except Exception:  # a learner's __getattr__ may do anything
        names.append(None)
    if isinstance(answer, str):  # what a name stands for says more than the name
        names.reverse()
    known = [found for name in names if isinstance(name, str) and (found := find(name))]
    if known:
        return known[0]
    called = _name(argument.func) if isinstance(argument, ast.Call) else None
    if called and find(called):
        return f"That is what {called} returned, not {called} itself: leave out the parentheses behind it."
    name = next((n for n in names if isinstance(n, str) and n.isidentifier()), "")
    if not name:
        what = "None is no answer: there" if answer is None else "There"
        return f"{what} is no telling which exercise this is for."
    close = get_close_matches(name, [e.name for e in exercises()], 1)
    return f"No exercise is called {name}." + (f" Did you mean {close[0]}?" if close else "")


def _which(word: str) -> str:
    """How the word is used; with the names of the exercises at hand, once it is known which these are."""
    tried = {int(id.split(".")[0]) for id in store.tried()}
    listed = [e for e in exercises() if e.chapter in tried]
    if 0 < len(listed) <= LISTED:
        names = ", ".join(f"{e.name} ({e.id})" for e in listed)
        return f"Give the function itself, under the name the exercise asks for: {names}."
    return f"Give the function itself, under the name the exercise asks for: `{word}(NAME)`."


def _chapters() -> str:
    return ", ".join(sorted({str(e.chapter) for e in exercises()}, key=int))


def _argument(caller: FrameType) -> ast.expr | None:
    """What stands between the parentheses of the call now running in ``caller``: for ``check(squares.total)``, that.

    It is read from the source, because an answer that is still ``...`` does not know its own name.
    """
    try:
        line, end_line, column, end_column = list(caller.f_code.co_positions())[caller.f_lasti // 2]
        lines = [text.encode() for text in linecache.getlines(caller.f_code.co_filename)[line - 1 : end_line]]
        lines[-1] = lines[-1][:end_column]
        lines[0] = lines[0][column:]
        return ast.parse(b"".join(lines).decode(), mode="eval").body.args[0]
    except Exception:
        return None


def _name(argument: ast.expr | None) -> str | None:
    """The name that an expression is, or ends with: for ``squares.total`` it is total."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return getattr(argument, "attr", getattr(argument, "id", None))


def _show(what: Verdict | Table) -> None:
    from IPython.display import display

    display(what)
