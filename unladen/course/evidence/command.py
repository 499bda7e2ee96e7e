"""``python -m unladen evidence``: execute lectures for the ledger, say what it tells, publish it, compare with it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from unladen import state
from unladen.course.evidence import comparison, ledgers, published, runs, words
from unladen.course.evidence.ledgers import Ledger, Line, NoLedger
from unladen.course.evidence.page import page
from unladen.course.notebooks import NotebookError, shown


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m unladen evidence",
        description="Compare what claims measured on this machine with the published evidence. With --runs, execute "
        "lectures and say how tight their claims are; with --from, say it of ledgers that are there.",
    )
    lectures = "lectures to run: paths, or numbers of chapters such as 03 (with --runs, all if none is named)"
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help=lectures)
    parser.add_argument("--runs", type=_count, default=0, metavar="N", help="execute each lecture N times")
    parser.add_argument("--load", type=_count, default=0, metavar="K", help="beside K processes that come and go")
    ledger = "a folder that UNLADEN_EVIDENCE named; may be given several times"
    parser.add_argument("--from", dest="folders", action="append", type=Path, metavar="FOLDER", help=ledger)
    course = "whose lines count: a version of the course, or all (default: the version of the newest line)"
    parser.add_argument("--course", metavar="VERSION", help=course)
    parser.add_argument("--python", metavar="VERSION", help="likewise: a version of Python, such as 3.12")
    parser.add_argument("--all", action="store_true", help="list every claim about time")
    parser.add_argument("--write", action="store_true", help="publish the summary in results/evidence/")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the comparison as a page of HTML, too")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number is needed, such as 3; got {text!r}")
    return int(text)


def main(argv: list[str]) -> int:
    """Do what ``argv`` asks for; return 0, or 2 if there is nothing to read, or it cannot be read."""
    parser = _parser()
    chosen = parser.parse_args(argv)
    if chosen.folders and (chosen.runs or chosen.load or chosen.notebooks):
        parser.error("--from reads ledgers that are there; leave it out to run notebooks")
    if chosen.load and not (chosen.runs or chosen.notebooks):
        parser.error("--load loads what is run; say how often with --runs, or name a notebook")
    try:
        home = state.folder() / "evidence"
        if chosen.runs or chosen.notebooks:
            lectures = runs.find(chosen.notebooks)
            runs.execute_all(lectures, max(1, chosen.runs), chosen.load, home, lambda text: print(text, flush=True))
        elif not chosen.folders and not home.is_dir():
            raise NoLedger(
                "no claim was measured here yet; `python -m unladen evidence 03` runs chapter 03 and compares it"
            )
        lines = _chosen(ledgers.read(chosen.folders or [home]), chosen.course, chosen.python)
        if chosen.notebooks:
            chapters = {runs.chapter(path) for path in lectures}
            lines = [line for line in lines if line.chapter in chapters]
        _say(lines, chosen, weigh=bool(chosen.runs or chosen.folders or chosen.write or chosen.all))
    except (NoLedger, NotebookError, ValueError, RuntimeError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _chosen(ledger: Ledger, course: str | None, python: str | None) -> list[Line]:
    """The lines of one version of the course and of Python; says what is left out."""
    if ledger.broken:
        places = ", ".join(ledger.broken[:5]) + (", …" if len(ledger.broken) > 5 else "")
        print(f"{words.counted(len(ledger.broken), 'line')} could not be read, left out (was a run ended?): {places}")
    lines = ledger.of(course, python)
    if others := ledger.others(lines):
        print(f"left out, as of other versions: {others} (--course and --python choose)")
    return lines


def _say(lines: Sequence[Line], chosen: argparse.Namespace, weigh: bool) -> None:
    """Say how tight the claims are (``weigh``), or how this machine compares; write what is to be written."""
    if weigh:
        print(words.summary(lines, chosen.all))
    if chosen.write:
        print(f"published: {shown(published.write(lines))}")
    if weigh and not chosen.page:
        return
    evidence = published.read_all()
    platform = published.nearest(list(evidence), published.platform_of(lines)) if evidence else ""
    chapters = comparison.compared(lines, evidence.get(platform, {}))
    if not weigh:
        print(comparison.text(chapters) or "No claim about time is among what was measured here.")
    if chosen.page:
        chosen.page.write_text(page(chapters, words.where(lines), platform), encoding="utf-8")
        print(f"written: {shown(chosen.page)}")
