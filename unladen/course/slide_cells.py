"""Which cells of a notebook a deck shows, and how: by rules, so that a chapter needs few tags.

* The first code cell is left out if it only loads, imports and sets a thing or two, and so are those like it
  right below, and every cell that only calls ``guess``.
* What a question is about waits for a key: the outputs of the code cells between a text that asks (or a ``guess``) and
  the next text. Their cells get the tag ``answers``, which ``slides_template/pages.js`` heeds. Until one of them was
  shown, so does code that claims something, for the claim is the answer in words: the tag ``tells``.
* The marks of what may vary (``≈``, see ``unladen/show.py``) are for those who compare outputs: a room sees none.
* Text cells tagged ``notes`` are for the speaker (``notes.py``).
* A route is a shorter way (``routes.py``): of a chapter in which sections are tagged for it, those.

Cells tagged ``remove-cell``, or skipped by their slide type, are left out; ``hide-input`` shows the outputs only. Where
slides begin is told by slide types, and decided by what fits; in a notebook without any, each heading begins one.
"""

from __future__ import annotations

import ast
import itertools
import re

from nbformat import NotebookNode

from unladen.course import notes, prose
from unladen.course.routes import on_route

ANSWERS, TELLS = "answers", "tells"
_FOLD = re.compile(r"<details\b.*?</details>", re.DOTALL)
_CHOICES = re.compile(r"<summary>[^<]*\bchoose\b", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)]|[a-z][.):])\s")
_ASKS = re.compile(r"\?[*_\"”’)]*(?:\s|$)")
_LOADS = re.compile(r"^%(?:load_ext|config|matplotlib)\b.*$", re.MULTILINE)
_MARKS = (  # in this order: a fence's line, marked words, a number in a column (which keeps its width), any other
    (re.compile(r"^≈≈≈[ \t]*(?:\n|\Z)", re.MULTILINE), ""),
    (re.compile(r"≈(?! )([^≈\n]+)≈(  )?"), r"\1\2\2"),
    (re.compile(r"(?<=  )≈ (?=[-+\d])"), "  "),
    (re.compile(r"≈ ?"), ""),
)
_CLAIMS = re.compile(r"^\s*claim\(", re.MULTILINE)
_FACTOR = re.compile(r"(?<=\d) ×")
_ABOUT_MARKS = re.compile(r"[^.!?\n]*`≈`[^.!?\n]*[.!?]")


def slide_type(cell: dict) -> str:
    return cell.get("metadata", {}).get("slideshow", {}).get("slide_type", "-")


def asks(markdown: str) -> bool:
    """Whether a text ends in a question: in its last paragraph, or in choices, which may follow it."""
    if _CHOICES.search(markdown):
        return True
    text = prose.prose(_FOLD.sub("", markdown))
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)", text.strip())
    said = [paragraph for paragraph in paragraphs if paragraph.strip() and not _ITEM.match(paragraph)]
    return bool(said) and not said[-1].startswith("#") and bool(_ASKS.search(said[-1]))


def only_guesses(source: str) -> bool:
    """Whether a code cell does nothing but call ``guess``: hands are raised instead."""
    calls = [getattr(statement, "value", None) for statement in _statements(source)]
    return bool(calls) and all(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "guess" for call in calls
    )


def only_sets_up(source: str) -> bool:
    """Whether a code cell loads and imports, and sets at most two things besides: a seed, a variable."""
    statements = _statements(_LOADS.sub("", source))
    others = [statement for statement in statements if not isinstance(statement, ast.Import | ast.ImportFrom)]
    simple = all(isinstance(other, ast.Assign | ast.AugAssign | ast.Expr) for other in others)
    return simple and len(others) <= 2 and (len(others) < len(statements) or bool(_LOADS.search(source)))


def _sets_up(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and not cell.outputs and only_sets_up(cell.source)


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):  # a magic, another language
        return [ast.Pass()]


def unmarked(text: str) -> str:
    """Text of an output, or of a cell's code, without the marks of what may vary."""
    for pattern, instead in _MARKS:
        text = pattern.sub(instead, text) if "≈" in text else text
    return text


def arrange(notebook: NotebookNode, route: str = "") -> None:
    """Decide which cells are shown, what waits and where slides begin, in place. Raises ``ValueError`` if none is."""
    by_heading = all(slide_type(cell) in ("-", "notes") for cell in notebook.cells)
    begin = next((at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"), 0)
    setup = [id(cell) for cell in itertools.takewhile(_sets_up, notebook.cells[begin:])]
    shown, owed = [], ""  # owed: the beginning that a removed cell had marked
    asked = told = False  # whether a question is open, and whether some of the answer was shown
    for cell in on_route(notebook.cells, route):
        kind, tags = slide_type(cell), cell.metadata.get("tags", [])
        if notes.is_note(cell):
            shown.append(_note(cell))
            continue
        if by_heading and cell.cell_type == "markdown" and prose.opening(cell.source)[0] in (1, 2):
            kind = "slide"
        code = cell.cell_type == "code"
        guessed = code and only_guesses(cell.source)
        asked, told = asked or guessed, told and not guessed
        empty = cell.cell_type == "raw" or not cell.source.strip()
        if empty or guessed or id(cell) in setup or kind == "skip" or "remove-cell" in tags:
            owed = kind if kind in ("slide", "subslide") else owed
            continue
        if owed and kind in ("-", "fragment"):
            kind, owed = owed, ""
        owed = "" if kind in ("slide", "subslide") else owed
        cell.metadata["slideshow"] = {"slide_type": kind}
        if code:
            _unmark(cell)
            if "hide-output" in tags:
                cell.outputs = []
            if asked and cell.outputs:
                tells = [TELLS] if not told and _CLAIMS.search(cell.source) else []
                cell.metadata["tags"], told = [*tags, ANSWERS, *tells], True
        else:
            # a question that was asked stays open until something is shown
            asked, told = asks(cell.source) or (asked and not told), False
            cell.source = _ABOUT_MARKS.sub("", cell.source)
        shown.append(cell)
    notebook.cells = shown
    if not any(slide_type(cell) != "notes" for cell in shown):
        raise ValueError("no cell is left to show: every one is empty, skipped or a note")


def _note(cell: NotebookNode) -> NotebookNode:
    minutes, text = notes.spoken(cell.source)
    told = f'<p data-minutes="{minutes:g}"><b>{minutes:g} minutes</b></p>\n\n' if minutes else ""
    cell.source = told + text
    cell.metadata["slideshow"] = {"slide_type": "notes"}
    return cell


def _unmark(cell: NotebookNode) -> None:
    cell.source = unmarked(cell.source)
    for output in cell.outputs:
        if "text" in output:
            output.text = _FACTOR.sub("\u00a0×", unmarked(output.text))  # no line begins with the sign alone
        if "traceback" in output:
            output.traceback = [unmarked(part) for part in output.traceback]
            output.evalue = unmarked(output.evalue)
        for kind, value in output.get("data", {}).items():
            if kind.startswith(("text/", "image/svg")):
                output.data[kind] = unmarked(value)
