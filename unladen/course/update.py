"""Bring the course's new text into a learner's copies: ``make update``, ``python -m unladen update [PATH …]``.

What the learner wrote stays, by the rules of ``merge.py``; of each file that is replaced a copy goes to ``kept/``. A
file that is no notebook any more is left as it is. ``PATH`` is a notebook, a folder as ``exercises``, or a chapter's
number; without any, all are looked at.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from unladen.course import copies, work
from unladen.course.merge import Done, merged
from unladen.exercises.original import stubs

TITLES = {"notebooks": "lecture", "exercises": "exercises", "solutions": "solutions"}
OPEN = "If one of these is open in JupyterLab: File > Reload Notebook from Disk, before you go on in it."


class Left(Exception):
    """A copy that is left as it is; the text says why, and what to do."""


def update(folder: Path, room: str, path: Path) -> str:
    """Bring the course's notebook at ``path`` into its copy in ``folder``; what was done, empty if there was nothing.

    Raises ``Left`` where the copy cannot be merged with, and leaves it as it is.
    """
    try:
        theirs = work.given(room, path)
    except copies.NoNotebook as problem:
        raise Left(f"the course's own file {problem}. Restore it with git") from None
    mine = work.folder_in(folder, room) / path.name
    if not os.path.lexists(mine):
        return "given back" if work.give(folder, room, path, theirs) else ""
    _insist_on_a_file(mine)
    done, kept = _replace(mine, _base(folder, room, path.name), theirs, room, folder)
    work.remember(folder, room, path.name, theirs)
    return f"{told(done, room)}; the earlier file is {kept.relative_to(folder)}" if kept else ""


def _insist_on_a_file(mine: Path) -> None:
    if mine.is_symlink():
        raise Left("is a link, and was not followed. Put a file in its place, or delete it: you get it anew")
    if mine.is_file() and not mine.stat().st_mode & 0o200:
        raise Left("is write-protected. Allow it with chmod u+w, and run `make update` again")


def _base(folder: Path, room: str, name: str) -> dict:
    """What the copy was made from; a notebook without cells if that is not known."""
    try:
        return copies.read(folder / work.GIVEN / room / name)
    except (OSError, copies.NoNotebook):
        return {"cells": [], "metadata": {}}


def _replace(mine: Path, base: dict, theirs: dict, room: str, folder: Path) -> tuple[Done, Path | None]:
    """Merge into the file ``mine``; what was done, and where the earlier file is kept, None if nothing was to do."""
    known = [*base["cells"], *theirs["cells"]] if room == "exercises" else []
    answers = {cell.get("id") for _, cell in stubs(known)} - {None}
    while True:
        try:
            before = mine.read_bytes() if mine.is_file() else b""
            result, done = merged(base, copies.read(mine), theirs, answers)
        except copies.NoNotebook as problem:
            raise Left(f"{problem}. Mend it, or delete it: you get it anew") from None
        if not done.anything():
            return done, None
        kept = copies.keep(mine, work.folder_in(folder, work.KEPT, room))
        if mine.read_bytes() == before == kept.read_bytes():  # else it was saved meanwhile: merge with that
            copies.write(copies.text_of(result), mine)
            return done, kept


def told(done: Done, room: str) -> str:
    """What was done, as in ``4 cells new, 7 answers and notes kept``."""
    counts = [
        (done.new, "new"),
        (done.changed, "changed"),
        (done.moved, "moved"),
        (done.dropped, "gone"),
        (done.beside, "changed, with yours behind"),
    ]
    parts = [f"{count} {what}" for count, what in counts if count] or ["details only"]
    if parts[0][0].isdigit():
        count, what = parts[0].split(" ", 1)
        parts[0] = f"{count} cell{'s' * (count != '1')} {what}"
    yours = "of yours" if room != "exercises" else "answers and notes" if done.kept > 1 else "answer or note"
    parts += [f"{done.kept} {yours} kept"] * bool(done.kept)
    return ", ".join(parts)


def new_pictures(folder: Path) -> list[str]:
    """Replace the pictures that the course has drawn anew, keeping the earlier ones; a line for them, or none."""
    shelf, new = work.folder_in(folder, work.PICTURES), []
    work.give_pictures(folder)
    for path in sorted((work.COURSE / work.PICTURES).glob("*.*")):
        mine = shelf / path.name
        if path.is_file() and mine.is_file() and not mine.is_symlink() and mine.read_bytes() != path.read_bytes():
            copies.keep(mine, work.folder_in(folder, work.KEPT, work.PICTURES))
            copies.write(path.read_bytes(), mine)
            new.append(path.name)
    return [f"pictures: {len(new)} drawn anew; the earlier ones are in kept/{work.PICTURES}"] if new else []


def chosen(found: list, wanted: list[str]) -> list:
    """Those of the course's notebooks that the words ``wanted`` name. Raises ``Left`` for a word that names none."""

    def names(word: str, room: str, path: Path) -> bool:
        parts = Path(word).parts
        if parts[-1:] == (path.name,):
            return len(parts) < 2 or parts[-2] == room or parts[-2] not in work.ROOMS
        return parts[-1:] == (room,) or word.zfill(2) == work.called(path)

    for word in wanted:
        if not any(names(word, *one) for one in found):
            raise Left(f"{word}: the course has no such notebook, folder or chapter; name it as exercises, or 03")
    return [one for one in found if not wanted or any(names(word, *one) for word in wanted)]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m unladen update", description="Bring new text into your copies.")
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a notebook, folder or chapter's number (default: all)"
    )
    wanted = parser.parse_args(argv).paths
    lines, problems = [], []
    try:
        found, folder = chosen(work.course(), wanted), work.place()
        if not any((folder / room).exists() for room in work.ROOMS):
            work.prepare()
        for room, path in found:
            title = f"{work.called(path)} {TITLES[room]}"
            try:
                if line := update(folder, room, path):
                    lines.append(line)
                    print(f"{title}: {line}", flush=True)
            except Left as problem:
                problems.append(problem)
                print(f"{title}: {room}/{path.name} {problem}.", file=sys.stderr, flush=True)
            except OSError as problem:
                problems.append(problem)
                told = f"{title}: {room}/{path.name} is left as it is: {problem.strerror}."
                print(told, file=sys.stderr, flush=True)
        for line in [] if wanted else new_pictures(folder):
            lines.append(line)
            print(line)
    except (work.WorkError, Left, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    if not lines and not problems:
        print(f"Nothing to do: your copies in {work.shown(folder)}/ have all that the course has.")
    if any("earlier file" in line for line in lines):
        print(OPEN)
    return 1 if problems else 0
