"""Notes for whoever speaks: text cells of a lecture that are tagged ``notes``.

They stand in the course's own notebook, right behind what they are about, and are edited there like any text::

    **For the speaker, 4 minutes.** Ask for hands before you go on. Some say "half": that is the belief which goes.

The minutes, if told, are those of the section (from its heading to the next one): they feed the speaker view's clock.
Decks have the notes in the speaker's view; learners' copies, and whatever else is made for readers, have none of them.
Nothing here needs a package, because copies are made before one is sure to be there.
"""

from __future__ import annotations

import re

TAG = "notes"
OPENING = re.compile(r"\*\*For the speaker(?:, (?P<minutes>\d+(?:\.\d+)?) minutes?)?\.\*\*[ \n]*")
HOW = "**For the speaker.** or **For the speaker, 4 minutes.**"


def is_note(cell: dict) -> bool:
    """Whether a cell is for the speaker alone: by its tag, or by Jupyter's own slide type."""
    metadata = cell.get("metadata", {})
    return TAG in metadata.get("tags", []) or metadata.get("slideshow", {}).get("slide_type") == TAG


def without_notes(cells: list) -> list:
    """The cells that readers are given."""
    return [cell for cell in cells if not is_note(cell)]


def spoken(source: str) -> tuple[float, str]:
    """The minutes that a note tells, 0 if it tells none, and its text without the opening."""
    opening = OPENING.match(source.lstrip())
    return (float(opening["minutes"] or 0), source.lstrip()[opening.end() :]) if opening else (0.0, source)


def complaint(cell: dict) -> str:
    """What is wrong with a cell as a note, with what to do; empty if nothing is, or if it is none."""
    opens = cell["cell_type"] == "markdown" and bool(OPENING.match(cell["source"].lstrip()))
    if is_note(cell):
        if cell["cell_type"] != "markdown":
            return f"is tagged `{TAG}` and is no text; notes for the speaker are text cells"
        if TAG not in cell["metadata"].get("tags", []):
            return f"is a note by its slide type alone; tag it `{TAG}`"
        return "" if opens else f"is tagged `{TAG}` and does not begin as a note; begin it with {HOW}"
    return f"is for the speaker, and learners would see it; tag it `{TAG}`" if opens else ""
