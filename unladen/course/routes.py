"""Routes: shorter ways through the course, each a word for ``make slides ROUTE=…``.

A section belongs to a route whose tag (``route-90``) its heading's cell has: all down to the next heading of its rank,
or a higher one. A cell without a heading that has the tag comes by itself, and what opens the notebook always comes. A
chapter of the route in which nothing has its tag is shown whole. What each route is for is told in
``notebooks/notes/for-instructors.md``, whose table names the same chapters.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode

from unladen.course import prose
from unladen.course.notebooks import NotebookError, number

# what the instructors' page calls it, and its chapters
ROUTES = {
    "90": ("90 minutes", (0, 3, 10)),
    "half-day": ("half a day", (0, 3, 7, 10)),
    "two-days": ("two days", (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12)),
}
TAGS = {f"route-{name}" for name in ROUTES}


def chapters_of(route: str, paths: Iterable[Path]) -> list[Path]:
    """Those of the notebooks that are on the route, all of them if it is empty.

    Raises ``NotebookError`` if there is no such route, or if none of the notebooks is on it.
    """
    paths = list(paths)
    if not route:
        return paths
    if route not in ROUTES:
        raise NotebookError(f"{route}: there is no such route; there are {', '.join(ROUTES)}")
    found = [path for path in paths if number(path) in ROUTES[route][1]]
    if not found:
        there = ", ".join(f"{chapter:02}" for chapter in ROUTES[route][1])
        raise NotebookError(f"none of these notebooks is on the route {route}; its chapters are {there}")
    return found


def on_route(cells: list[NotebookNode], route: str) -> list[NotebookNode]:
    """The cells of a notebook that the route shows."""
    tagged = [f"route-{route}" in cell.metadata.get("tags", []) for cell in cells]
    if not route or not any(tagged):
        return cells
    shown, within = [], 1  # within: the rank of the heading that is shown, 0 where none is
    for cell, chosen in zip(cells, tagged, strict=True):
        rank = prose.opening(cell.source)[0] if cell.cell_type == "markdown" else 0
        if rank and (not within or rank <= within or within == 1):
            within = rank if chosen or rank == 1 else 0
        if within or chosen:
            shown.append(cell)
    return shown
