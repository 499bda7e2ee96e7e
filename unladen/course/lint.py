"""Check notebooks against the course's style: ``python -m unladen lint [PATH …]``.

Each finding is one line: the notebook, the cell (counted from 1, with the text cells) and its id, what is wrong and
what to do. A line for each notebook tells its size: 30 to 90 cells, and a few lines of code in each, are ranges, not
targets; only what no slide and no reader can take is a finding. What is still to be written is named, and no finding:
it fails `make test`. What makes a slide overflow is measured by the slides' own test.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unladen.course import chapters, frame, notebooks, notes, prose, routes
from unladen.course.chapters import WrongTable
from unladen.course.notebooks import NotebookError
from unladen.course.outputs import ROOT

MOST_LINES, MOST_COLUMNS, MOST_CELLS, MOST_OUTPUT_LINES = 22, 100, 90, 60
FEW_CELLS = 30  # a lecture of fewer is told so, and may be right
_BOUNDS = re.compile(r"\s+(at_least|at_most|timed|both_ways)=")
TAGS = {
    "exercise-only", "hide-input", "hide-output", "nbval-check-output", "nbval-ignore-output", "nbval-skip", notes.TAG,
    "python-headers", "raises-exception", "reference-python", "remove-cell", "skip-execution", "solution-only",
    "two-cores", *routes.TAGS,
}  # fmt: skip
PICTURES = ("image/png", "image/jpeg", "image/svg+xml")

_PLACES = re.compile(r"/(?:home|Users)/\w|/root/|/tmp/ipykernel|/var/folders/|/site-packages/|[A-Z]:\\Users")
# What differs in each run although nothing was measured: a pattern of the output, and what to do about it.
_CHANGING = (
    (
        re.compile(r"\[(?:\d+:)?\d\d:\d\d(?:<|, +[\d.?]+ ?\S*(?:it/s|s/it))"),
        "the clock of a tqdm bar; `make render` leaves it out",
    ),
    (re.compile(r"<DisplayHandle display_id=[0-9a-f]{32}>"), "a display's random name; write `handle = display(…)`"),
    (re.compile(r"IProgress not found"), "tqdm's warning that it has no widgets; write `from tqdm import tqdm`"),
)
_MINUTES = re.compile(r"\bminutes?\b", re.IGNORECASE)

Findings = Iterator[tuple[int | None, str]]  # the cell's number, or None for the notebook as a whole


def size_and_opening(notebook: NotebookNode, path: Path) -> Findings:
    """One H1 at the top, minutes, no skipped heading level, and not too many cells."""
    texts = [(n, c.source) for n, c in enumerate(notebook.cells, 1) if c.cell_type == "markdown"]
    levels = [(n, level) for n, source in texts for level in prose.headings(source)]
    if not levels or levels[0] != (1, 1) or not texts[0][1].startswith("# "):
        yield 1, "does not open with the title; begin the first cell with `# `"
    for number, _ in [found for found in levels if found[1] == 1][1:]:
        yield number, "has a second title; a notebook has one `# `, sections have `## `"
    for (_, above), (number, level) in zip(levels, levels[1:], strict=False):
        if level > above + 1:
            yield number, f"jumps from heading level {above} to {level}; use {'#' * (above + 1)}"
    if not any(_MINUTES.search(source) for _, source in texts[:2]):
        yield 1, "does not say how many minutes the notebook takes; say it in the opening"
    if (count := len(notes.without_notes(notebook.cells))) > MOST_CELLS:
        yield None, f"has {count} cells; at most {MOST_CELLS}: two chapters, or a helper"


def text_cells(notebook: NotebookNode, path: Path) -> Findings:
    """Length, links, spelling and tone of the text."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            for complaint in prose.complaints(cell.source, path.resolve().parent):
                yield number, complaint


def code_cells(notebook: NotebookNode, path: Path) -> Findings:
    """A code cell fits a slide, was executed, and shows the same in every front end."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type != "code":
            continue
        lines = cell.source.splitlines()
        if not cell.source.strip():
            yield number, "is an empty code cell; delete it"
            continue
        if len(lines) > MOST_LINES:
            yield number, f"has {len(lines)} lines; a slide holds {MOST_LINES}: split it or move a part into a helper"
        if (widest := max(map(len, lines))) > MOST_COLUMNS:
            yield number, f"has a line of {widest} columns; a slide holds {MOST_COLUMNS}: break it"
        if cell.execution_count is None:
            yield number, "was not executed, so nothing would be compared; run `make render`"
        if lines[-1].rstrip().endswith(";") and not cell.source.startswith("%%"):
            yield number, "ends with `;`; write `_ = …` to silence a last line"
        if found := re.search(r"\b(?:clear_output|interact)\(|#\s*NBVAL_\w+", cell.source):
            yield number, f"has {found[0]!r}; cleared outputs cannot be compared, and exemptions are tags, not comments"


def tags(notebook: NotebookNode, path: Path) -> Findings:
    """Tags are known ones, an exemption from comparison says why, and a note for the speaker is told by both."""
    for number, cell in enumerate(notebook.cells, 1):
        own = cell.metadata.get("tags", [])
        for tag in sorted(set(own) - TAGS):
            yield number, f"has the unknown tag {tag!r}; known are {', '.join(sorted(TAGS))}"
        if said := notes.complaint(cell):
            yield number, said
        if {"nbval-ignore-output", "nbval-skip"} & set(own) and not str(cell.metadata.get("why", "")).strip():
            yield number, 'is exempt from comparison without a reason; add "why": "…" to its metadata, or mark the text'
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if errors and "raises-exception" not in own:
            yield number, f"stores an error ({errors[0].ename}); mend the cell, or tag it `raises-exception`"


def outputs(notebook: NotebookNode, path: Path) -> Findings:
    """Pictures have alternative text, and no output is longer than a reader's patience."""
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in PICTURES:
                if kind in data and not str(output.metadata.get(kind, {}).get("alt", "")).strip():
                    yield number, f"shows an {kind} without alternative text; use unladen.show's figure() or drawing()"
            text = output.get("text", "") if "text/html" in data else output.get("text", data.get("text/plain", ""))
            if text.count("\n") > MOST_OUTPUT_LINES:
                yield number, f"prints {text.count(chr(10))} lines; show at most {MOST_OUTPUT_LINES}"
            for pattern, what in _CHANGING:
                if any(pattern.search(text) for text in _texts(output)):
                    yield number, f"stores {what}"


def machine_and_emoji(notebook: NotebookNode, path: Path) -> Findings:
    """Neither sources nor outputs tell where they were made; no emoji."""
    for number, cell in enumerate(notebook.cells, 1):
        shown = [("source", cell.source)]
        for output in cell.get("outputs", []):
            shown += [("output", text) for text in _texts(output)]
        for where, text in shown:
            found = _PLACES.search(text)
            if found or str(ROOT) in text:
                inside = text[max(0, found.start() - 10) : found.end() + 30] if found else str(ROOT)
                yield number, f"has a path of this machine in its {where}: {inside!r}; show a name instead"
            if signs := prose.emoji(text):
                yield number, f"has emoji in its {where} ({', '.join(signs)}); use words"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for kind, inner in value.items():
            if kind not in ("image/png", "image/jpeg"):
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def canonical_form(notebook: NotebookNode, path: Path) -> Findings:
    """Cells have ids of their own, and the file is byte for byte what rendering would write."""
    text = path.read_text(encoding="utf-8")
    ids = Counter(cell.get("id") for cell in json.loads(text)["cells"])
    for repeated in [name for name, count in ids.items() if count > 1 or name is None]:
        yield None, f"has {ids[repeated]} cells with the id {repeated!r}; run `make render`, which gives each its own"
    if text != nbformat.writes(notebooks.canonical(notebook, notebook)).rstrip() + "\n":
        yield None, "is not in canonical form; run `make render` (for an exercise: `make derive`)"


RULES = (size_and_opening, frame.parts, text_cells, code_cells, tags, outputs, machine_and_emoji, canonical_form)


def lint(path: Path) -> list[str]:
    """The findings on one notebook, as lines of text; none if it is in order. Raises ``NotebookError``."""
    notebook = notebooks.read(path)
    if not notebook.cells:
        return [f"{notebooks.shown(path)}: has no cells; write some, or delete it"]
    found = [finding for rule in RULES for finding in rule(notebook, path)]
    return [
        f"{notebooks.place(path, number, notebook.cells[number - 1]) if number else notebooks.shown(path)}: {message}"
        for number, message in sorted(found, key=lambda finding: finding[0] or 0)
    ]


def median_lines(notebook: NotebookNode) -> float:
    """The median number of lines of the code cells; those that hold nothing but a claim's bounds are no steps."""
    codes = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return statistics.median([sum(not _BOUNDS.match(line) for line in code.splitlines()) for code in codes] or [0])


def summary(path: Path) -> str:
    """One line about the size of a notebook, and of a lecture how often it asks and claims."""
    notebook = notebooks.read(path)
    counts = [prose.words(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"] or [0]
    within = sum(20 <= count <= 70 for count in counts)
    few = f" (fewer than {FEW_CELLS})" * (frame.is_lecture(path) and len(notebook.cells) < FEW_CELLS)
    asked = f", {len(frame.predictions(notebook))} that predict, {len(frame.claims(notebook))} that claim"
    return (
        f"{notebooks.shown(path)}: {len(notebook.cells)} cells{few}, median {median_lines(notebook):g} lines of code, "
        f"{statistics.median(counts):g} words of text ({within} of {len(counts)} in 20 to 70)"
        + asked
        * frame.is_lecture(path)
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        "python -m unladen lint", description="Check notebooks against the course's style."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="notebooks, folders, chapters: 03 (default: all)")
    try:
        found = notebooks.find(parser.parse_args(argv).paths, ["notebooks", "solutions", "exercises"])
        course = chapters.read()
        complaints, missing = [], []
        for path in found:
            complaints += lint(path)
            missing += [f"{notebooks.shown(path)}: {said}" for said in frame.unwritten(notebooks.read(path), path)]
            print(summary(path))
    except (NotebookError, WrongTable) as problem:
        print(problem, file=sys.stderr)
        return 2
    complaints += [said for said in chapters.unmatched(course) if said.startswith(chapters.TABLE)]
    print(*complaints, sep="\n", end="\n" * bool(complaints))
    if missing:
        print("Still to be written, which `make test` insists on:", *missing, sep="\n")
    print(f"{len(found)} notebooks, {len(complaints)} findings")
    return min(1, len(complaints))
