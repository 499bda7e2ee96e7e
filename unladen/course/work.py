"""A learner's own copies of the course: made at the first start, and never touched again without being asked.

The folder is ``UNLADEN_WORK``, else ``work/`` in the course where this user may write, else ``unladen-work`` at home::

    notebooks/ exercises/ solutions/ img/    the copies; the lectures without outputs, so that no answer stands ready
    kept/                                    what was replaced by ``make update``
    .course/                                 the course's text as it was given, from which later texts are merged
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from pathlib import Path

from unladen.course import copies, host, notes
from unladen.exercises.original import COURSE, without_answers

ROOMS = ("notebooks", "exercises", "solutions")
PICTURES = "img"
GIVEN = ".course"
KEPT = "kept"


class WorkError(RuntimeError):
    """The learner's copies cannot be made; the text says why and what to do."""


# ------------------------------------------------------------------------------------------ where


def place() -> Path:
    """The folder of this user's copies, made if need be. Raises ``WorkError`` where there is none to be had."""
    if chosen := os.environ.get("UNLADEN_WORK"):
        folder = Path(os.path.abspath(os.path.expanduser(chosen)))
        rooms = [COURSE / room for room in (*ROOMS, PICTURES, "native", "unladen", "tests")]
        if folder.resolve() == COURSE or any(folder.resolve().is_relative_to(room) for room in rooms):
            raise WorkError(
                f"UNLADEN_WORK names {folder}, which belongs to the course itself; name a folder of your own"
            )
        if problem := _problem(folder):
            raise WorkError(f"UNLADEN_WORK names {folder}, and {problem}; name a folder in which you may write")
        return folder
    inside, home = COURSE / "work", host.home()
    first = _problem(inside)
    if not first:
        return inside
    outside = Path(home) / "unladen-work" if home else None
    second = _problem(outside) if outside else "no home folder is known"
    if second:
        raise WorkError(
            f"There is no place for your copies of the course: in {inside} {first}, and in your home folder {second}.\n"
            "Name one:  export UNLADEN_WORK=/a/folder/of/yours"
        )
    return outside


def _problem(folder: Path) -> str:
    """Why copies cannot be made in ``folder``, which is made if it may be; empty if they can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        owner = folder.stat().st_uid
    except FileExistsError:
        return "what is there is no folder"
    except OSError as problem:
        return f"nothing can be written ({problem.strerror})"
    if owner != os.geteuid() and os.geteuid() != 0:
        return "the folder belongs to somebody else"
    return "" if os.access(folder, os.W_OK | os.X_OK) else "nothing can be written"


def shown(path: Path) -> str:
    """A path as messages show it: from the course, or from the home folder."""
    for base, start in ((COURSE, ""), (Path(host.home() or COURSE), "~/")):
        if path.is_relative_to(base):
            return start + str(path.relative_to(base))
    return str(path)


def folder_in(folder: Path, *names: str) -> Path:
    """A folder in the learner's, made if need be. Raises ``WorkError`` if it is a link to elsewhere, or no folder."""
    for name in names:
        folder = folder / name
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            kind = "a link" if folder.is_symlink() else "no folder"
            raise WorkError(f"{shown(folder)} is {kind}, where your copies belong; move it away, and start again")
        folder.mkdir(exist_ok=True)
    return folder


# ------------------------------------------------------------------------------------------ what


def course() -> list[tuple[str, Path]]:
    """The course's notebooks, each with its room. Raises ``WorkError`` where there are none."""
    found = [(room, p) for room in ROOMS for p in sorted((COURSE / room).glob("*.ipynb")) if p.name[0] != "."]
    if not found:
        raise WorkError(f"{COURSE} has no notebooks: this package was installed without the course; get it whole")
    return found


def given(room: str, path: Path) -> dict:
    """What the course gives a learner who has nothing yet: of a lecture no outputs and no notes for the speaker, of an
    exercise no answers.

    Raises ``copies.NoNotebook`` where the course's own file is none.
    """
    notebook = copies.read(path)
    if room == "notebooks":
        notebook["cells"] = notes.without_notes(notebook["cells"])
        return bare(notebook)
    untouched = _untouched(path, notebook) if room == "exercises" else None
    return untouched or notebook


def bare(notebook: dict) -> dict:
    """A notebook without what running it left there: outputs and execution counts."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def _untouched(path: Path, exercise: dict) -> dict | None:
    """The exercise at ``path`` as it is derived from its solution, if somebody has answered in it; else None."""
    try:
        known = json.loads((path.parent / "derived.json").read_text(encoding="utf-8"))[path.name]
    except (OSError, ValueError, KeyError, TypeError):
        known = ""
    there = digest(exercise["cells"])
    if there == known:
        return None
    try:
        derived = bare(copies.read(COURSE / "solutions" / path.name))
        cells = [cell for cell in derived["cells"] if "solution-only" not in cell["metadata"].get("tags", [])]
        for cell in cells:
            cell["source"] = without_answers(cell["source"])
            if tags := [tag for tag in cell["metadata"].pop("tags", []) if tag != "exercise-only"]:
                cell["metadata"]["tags"] = tags
    except (OSError, ValueError, copies.NoNotebook):  # a class may not have the solutions
        return None
    return None if there == digest(cells) else derived | {"cells": cells}


def digest(cells: list) -> str:
    """What tells apart two notebooks whose cells differ; cells are dicts with a source of one string."""
    told = []
    for cell in cells:
        pasted = [cell["attachments"]] if cell.get("attachments") else []
        if pasted or cell["source"].strip():
            told.append((cell["cell_type"], cell["source"].rstrip(), *pasted))
    return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]


# ------------------------------------------------------------------------------------------ copies


def prepare() -> Path:
    """Make what is missing of the learner's copies, say so, and return their folder. Touches nothing that is there.

    It may be interrupted anywhere, and run twice at the same time. Raises ``WorkError``.
    """
    found, folder = course(), place()
    made, answered, newer = [], [], []
    try:
        first = not (folder / GIVEN).exists()
        for room, path in found:
            try:
                mine, was_given = folder / room / path.name, folder / GIVEN / room / path.name
                wanted = given(room, path)
                if not os.path.lexists(mine):
                    if give(folder, room, path, wanted):
                        made.append(f"{room}/{path.name}")
                        if room == "exercises" and _untouched(path, copies.read(path)):
                            answered.append(called(path))
                elif not was_given.exists() or was_given.read_bytes() != copies.text_of(bare(wanted)):
                    newer.append(called(path))
            except copies.NoNotebook as problem:
                print(f"{room}/{path.name} of the course {problem}: left out. Restore it with git.")
        give_pictures(folder)
    except OSError as problem:
        raise WorkError(f"Your copies cannot be made in {folder}: {problem.strerror}") from None
    if made and first:
        print(f"Your own copies of the course are in {shown(folder)}/: write in them as you like.")
    elif made:
        print(f"New in {shown(folder)}/: {', '.join(made[:4])}{' …' * (len(made) > 4)}")
    if answered:
        print(f"Of {listed(answered)} your copy has the answers that were found in the course's exercises/.")
    if newer:
        print(f"The course has new text for {listed(newer)}: `make update` brings it into your copies.")
    return folder


def give(folder: Path, room: str, path: Path, wanted: dict) -> bool:
    """Make the copy of one notebook where there is none, after remembering what is given; tell whether it was made.

    Answers that were written into the course's own exercises come along.
    """
    remember(folder, room, path.name, wanted)
    begun = copies.read(path) if room == "exercises" else wanted
    return copies.write_new(copies.text_of(begun), folder_in(folder, room) / path.name)


def remember(folder: Path, room: str, name: str, wanted: dict) -> None:
    """Write down what the course gave, which the next merge begins from."""
    copies.write(copies.text_of(bare(wanted)), folder_in(folder, GIVEN, room) / name)


def give_pictures(folder: Path) -> None:
    """Copy the pictures that are missing."""
    shelf = folder_in(folder, PICTURES)
    for path in (COURSE / PICTURES).iterdir() if (COURSE / PICTURES).is_dir() else ():
        if path.is_file() and path.name[0] != "." and not os.path.lexists(shelf / path.name):
            copies.write_new(path.read_bytes(), shelf / path.name)


def called(path: Path) -> str:
    """What messages call a notebook: by its chapter's number; one that is no chapter's, by its name: ``part-1``."""
    return path.name[:2] if path.name[:2].isdigit() else path.stem


def listed(numbers: list[str]) -> str:
    """``["03", "07", "03"]`` as ``03 and 07``."""
    names = sorted(set(numbers))
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
