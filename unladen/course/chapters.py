"""The chapters of the course, as ``chapters.toml`` has them: ``python -m unladen chapters [--extras]``.

Whatever has to know a chapter's number, name, minutes or extras asks here. Standard library only.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = "chapters.toml"
SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
MOST = 99


class WrongTable(Exception):
    """What is wrong in chapters.toml: a line for each thing."""


@dataclass(frozen=True)
class Chapter:
    """One chapter: the keys of its block in chapters.toml, which says there what each is for."""

    number: int
    name: str
    part: str
    title: str
    label: str
    about: str
    minutes: tuple[int, int]
    afterwards: str
    extras: tuple[str, ...]
    here: bool

    @property
    def stem(self) -> str:
        """What its notebooks are called: ``03-dynamic-features``."""
        return f"{self.number:02}-{self.name}"

    @property
    def said(self) -> str:
        """Its minutes as tables show them: ``50 + 50``."""
        return "{} + {}".format(*self.minutes)


@dataclass(frozen=True)
class Course:
    """All of the table: the names of the parts, what each extra is, and the chapters in reading order."""

    parts: Mapping[str, str]
    extras: Mapping[str, str]
    chapters: Sequence[Chapter]

    @property
    def here(self) -> list[Chapter]:
        """The chapters that are written."""
        return [chapter for chapter in self.chapters if chapter.here]


def read(root: Path = ROOT) -> Course:
    """The table of the course in folder ``root``. Raises ``WrongTable`` with all that is wrong in it."""
    try:
        return parsed((root / TABLE).read_text(encoding="utf-8"))
    except OSError as problem:
        raise WrongTable(f"{TABLE}: cannot be read ({problem.strerror}); `git checkout {TABLE}` restores it") from None


def parsed(text: str) -> Course:
    """The course that the ``text`` of a chapters.toml describes. Raises ``WrongTable``."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise WrongTable(f"{TABLE}: is no TOML: {problem}") from None
    blocks = found.get("chapter")
    if not isinstance(blocks, list) or not all(isinstance(found.get(name), dict) for name in ("parts", "extras")):
        raise WrongTable(f"{TABLE}: has no [parts], no [extras] or no [[chapter]]; see the head of the file")
    wrong = [f"{TABLE}, {_who(n, block)}: {said}" for n, block in enumerate(blocks, 1) for said in _block(block, found)]
    if not wrong:
        chapters = [Chapter(**_frozen(block)) for block in blocks]
        wrong = [f"{TABLE}: {said}" for said in _together(chapters)]
    if wrong:
        raise WrongTable("\n".join(wrong))
    return Course(found["parts"], found["extras"], chapters)


def _who(place: int, block: Mapping) -> str:
    number = block.get("number")
    return f"chapter {number:02}" if isinstance(number, int) else f"block {place} of [[chapter]]"


def _frozen(block: Mapping) -> dict:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in block.items()}


def _block(block: Mapping, course: Mapping) -> Iterator[str]:
    """What is wrong in one block, whatever stands in the others."""
    keys = [field.name for field in fields(Chapter)]
    for missing in [key for key in keys if key not in block]:
        yield f"has no {missing!r}; a chapter has {', '.join(keys)}"
    for unknown in [key for key in block if key not in keys]:
        yield f"has the unknown key {unknown!r}; a chapter has {', '.join(keys)}"
    rules = {
        "number": (lambda n: type(n) is int and 0 <= n <= MOST, f"a whole number, 0 to {MOST}"),
        "name": (_slug, "small letters, digits and single hyphens, as in 'dynamic-features'"),
        "part": (lambda part: _names([part], course["parts"]), f"one of [parts]: {', '.join(course['parts'])}"),
        "minutes": (_minutes, "[lecture, exercises], two whole numbers above 0"),
        "extras": (lambda names: _names(names, course["extras"]), f"a list out of {', '.join(course['extras'])}"),
        "here": (lambda here: type(here) is bool, "true or false"),
        "afterwards": (lambda text: _text(text) and not text.endswith("."), "a sentence without its full stop"),
    } | dict.fromkeys(("title", "label", "about"), (_text, "a text of one line, without the sign |"))
    for key, (holds, wanted) in rules.items():
        if key in block and not holds(block[key]):
            yield f"{key} = {block[key]!r} is not {wanted}"


def _slug(name: object) -> bool:
    return isinstance(name, str) and bool(SLUG.fullmatch(name))


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not re.search(r"[|\n]", value)


def _minutes(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(n) is int and n > 0 for n in value)


def _names(value: object, known: Mapping) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name in known for name in value)


def _together(chapters: Sequence[Chapter]) -> Iterator[str]:
    """What is wrong between blocks that are right on their own."""
    for one, other in zip(chapters, chapters[1:], strict=False):
        if one.number == other.number:
            yield f"has two chapters {one.number:02}, {one.name!r} and {other.name!r}; give one another number"
        elif one.number > other.number:
            yield f"has chapter {other.number:02} after {one.number:02}; put them in reading order"
    names = [chapter.name for chapter in chapters]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"has {names.count(name)} chapters called {name!r}; a name belongs to one"


def unmatched(course: Course, root: Path = ROOT) -> list[str]:
    """Where the table and the lectures in ``root`` do not agree on what is here, a sentence for each."""
    there = {path.stem for path in (root / "notebooks").glob("*.ipynb") if not path.name.startswith(".")}
    listed = {chapter.stem: chapter for chapter in course.chapters}
    wrong = [
        f"{TABLE}, chapter {chapter.number:02}: is said to be here, but there is no notebooks/{chapter.stem}.ipynb; "
        "write here = false, or bring the notebook back"
        for chapter in course.here
        if chapter.stem not in there
    ]
    for stem in sorted(there):
        if stem not in listed:
            wrong.append(f"notebooks/{stem}.ipynb: has no block in {TABLE}; add one, or rename one of the two")
        elif not listed[stem].here:
            wrong.append(f"notebooks/{stem}.ipynb: is here, and {TABLE} says that it is planned; write here = true")
    return wrong


def row_of_readme(chapter: Chapter) -> str:
    """The line of README.md's table of chapters."""
    link = f"[{chapter.number:02} {chapter.title}](notebooks/{chapter.stem}.ipynb)"
    return f"| {link} | {chapter.said} | {chapter.afterwards} |"


def row_for_instructors(chapter: Chapter) -> str:
    """How the line of the instructors' table begins; two columns of their own follow."""
    return f"| {chapter.number:02} {chapter.title} | {chapter.said} | {chapter.afterwards} |"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m unladen chapters", description="List the chapters of the course.")
    about = "only the notebooks of chapters that name an extra in chapters.toml"
    parser.add_argument("--extras", action="store_true", help=about)
    chosen = parser.parse_args(argv)
    try:
        course = read()
    except WrongTable as problem:
        print(problem, file=sys.stderr)
        return 2
    if chosen.extras:
        print(*[f"notebooks/{chapter.stem}.ipynb" for chapter in course.here if chapter.extras], sep="\n")
        return 0
    for chapter in course.chapters:
        extras = f"  ({', '.join(chapter.extras)})" * bool(chapter.extras)
        print(f"{chapter.stem:26} {chapter.said:>8} min  {'here' if chapter.here else 'planned':8}{extras}".rstrip())
    wrong = unmatched(course)
    print(*wrong, sep="\n", end="\n" * bool(wrong), file=sys.stderr)
    return min(1, len(wrong))
