"""Begin a chapter: ``python -m unladen new 13 parallel`` writes the smallest one that has every part.

It is made and executed in a folder aside, and put into its places only when it is whole, so an interrupted run leaves
nothing. Nothing that is there is overwritten.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import asdict, replace
from pathlib import Path

from unladen.course import chapters, derive, notebooks, stubs
from unladen.course.chapters import MOST, ROOT, SLUG, TABLE, Chapter, Course, WrongTable
from unladen.course.frame import TO_WRITE

NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc")


class NotBegun(Exception):
    """The chapter cannot be begun; the message says why, and what to do."""


def files(chapter: Chapter) -> list[str]:
    """All that a chapter has, by the paths in the repository."""
    folders = ("notebooks", "solutions", "exercises")
    made = [f"{folder}/{chapter.stem}.ipynb" for folder in folders] + [f"img/{chapter.stem}.svg"]
    return [*made, *stubs.texts(chapter)]


def chosen(number: str, name: str, course: Course, root: Path = ROOT) -> Chapter:
    """The chapter that is to be begun, planned or not. Raises ``NotBegun`` for one that cannot be."""
    if not re.fullmatch("[0-9]{1,2}", number):
        raise NotBegun(f"{number!r} is no number of a chapter; those are 0 to {MOST}")
    if not SLUG.fullmatch(name):
        raise NotBegun(f"{name!r} is no name of a chapter: small letters, digits, single hyphens, as in better-python")
    known = {chapter.number: chapter for chapter in course.chapters}.get(int(number))
    if known and known.here:
        raise NotBegun(f"there is a chapter {known.stem} already; take a number that is free")
    if known and known.name != name:
        raise NotBegun(
            f"chapter {known.number:02} is planned as {known.name!r}, not {name!r}; take that name, "
            f"or change its block in {TABLE} first"
        )
    if other := next((c for c in course.chapters if c.name == name and c is not known), None):
        raise NotBegun(f"chapter {other.number:02} is called {name!r}; a name belongs to one chapter")
    chapter = replace(known, here=True) if known else _unplanned(int(number), name, course)
    if taken := _taken(chapter, root):
        raise NotBegun(f"nothing is overwritten, and there is {', '.join(taken)}; move it away, or take another number")
    return chapter


def _unplanned(number: int, name: str, course: Course) -> Chapter:
    """A chapter of which nothing is known yet; it belongs to the part of the one before it."""
    before = [chapter for chapter in course.chapters if chapter.number < number]
    label = name.replace("-", " ")
    afterwards = f"{TO_WRITE} what one can do afterwards, in one sentence"
    part = (before or course.chapters)[-1 if before else 0].part
    return Chapter(number, name, part, label.capitalize(), label, "to be written", (60, 60), afterwards, (), True)


def _taken(chapter: Chapter, root: Path) -> list[str]:
    """What stands where the chapter would, or bears its number."""
    folders = ("notebooks", "solutions", "exercises", "notebooks/notes")
    same = [path for folder in folders for path in (root / folder).glob(f"{chapter.number:02}-*")]
    there = [root / name for name in files(chapter) if (root / name).exists()]
    return sorted({str(path.relative_to(root)) for path in same + there})


def with_chapter(text: str, chapter: Chapter) -> str:
    """The text of chapters.toml with ``chapter`` in its place, or said to be here where it was planned."""
    head, *blocks = re.split(r"^(?=\[\[chapter\]\])", text, flags=re.MULTILINE)
    numbers = [tomllib.loads(block)["chapter"][0]["number"] for block in blocks]
    if chapter.number in numbers:
        place = numbers.index(chapter.number)
        blocks[place] = re.sub(r"^here = false", "here = true", blocks[place], count=1, flags=re.MULTILINE)
    else:
        place = sum(number < chapter.number for number in numbers)
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in asdict(chapter).items()]
        blocks.insert(place, "\n".join(["[[chapter]]", *lines, ""]))
    text = "\n\n".join(part.rstrip("\n") for part in (head, *blocks)) + "\n"
    if chapter not in chapters.parsed(text).chapters:
        raise NotBegun(f"{TABLE} is not laid out as this command expects; write the block of {chapter.stem} by hand")
    return text


def make(chapter: Chapter, stage: Path, root: Path = ROOT) -> None:
    """Write the files of ``chapter`` into the folder ``stage``, the notebooks executed. Raises ``NotebookError``."""
    for folder in ("unladen", "native"):
        shutil.copytree(root / folder, stage / folder, ignore=NOT_COPIED)
    for name, text in stubs.texts(chapter).items():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).write_text(text, encoding="utf-8", newline="\n")
    shutil.copy(root / "img" / "draw" / "common.py", stage / "img" / "draw")
    own = {"PYTHONPATH": str(stage)}  # where the checks of this chapter are
    script = stage / "img" / "draw" / f"{chapter.stem}.py"
    # in pipes, lest a child that outlives an interrupted parent writes behind its last word
    subprocess.run([sys.executable, script], env=os.environ | own, capture_output=True, check=True)
    solution = stubs.solution(chapter)
    exercise = derive.derived(solution, stage / "solutions" / f"{chapter.stem}.ipynb")
    made = {"notebooks": stubs.lecture(chapter), "solutions": solution, "exercises": exercise}
    for folder, notebook in made.items():
        path = stage / folder / f"{chapter.stem}.ipynb"
        path.parent.mkdir(exist_ok=True)
        notebooks.write(notebooks.canonical(notebooks.execute(notebook, path, variables=own)), path)


def place(chapter: Chapter, stage: Path, root: Path = ROOT) -> None:
    """Put the files from ``stage`` into the repository and the chapter into its table: all of it, or nothing."""
    table, placed = root / TABLE, []
    text = with_chapter(table.read_text(encoding="utf-8"), chapter)
    try:
        for name in files(chapter):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            with open(root / name, "xb") as file:  # somebody may have written it meanwhile
                placed.append(root / name)
                file.write((stage / name).read_bytes())
        partial = table.with_name(f".{TABLE}.{os.getpid()}")
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(table)
    except BaseException:
        _remove(placed)
        raise
    exercise = root / "exercises" / f"{chapter.stem}.ipynb"
    derive.remember(exercise, notebooks.read(exercise))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in paths if path.name == "checks.py"}:
        with contextlib.suppress(OSError):
            folder.rmdir()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        "python -m unladen new", description="Begin a chapter: write the smallest one that has every part."
    )
    parser.add_argument("number", help="its number, 0 to 99; for a planned chapter the one that chapters.toml has")
    parser.add_argument("name", help="small letters, digits, single hyphens: better-python")
    asked = parser.parse_args(argv)
    try:
        chapter = chosen(asked.number, asked.name, chapters.read())
        with tempfile.TemporaryDirectory(prefix="unladen-new-") as stage:
            make(chapter, Path(stage))
            place(chapter, Path(stage))
    except (NotBegun, WrongTable, notebooks.NotebookError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"nothing was written: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130
    print(f"Chapter {chapter.stem} has its parts, and they say what belongs there:")
    print(*[f"  {name}" for name in files(chapter)], f"  {TABLE} (its block)", sep="\n")
    n = f"{chapter.number:02}"
    print(f"Write, then:  make render NB={n}   make derive NB={n}   make lint NB={n}   make test NB={n}")
    return 0
