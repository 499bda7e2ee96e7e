"""A pytest plugin: ``--chapter 03`` runs what belongs to chapter 03, and ``--chapter 03,07`` what belongs to either.

A notebook belongs to the chapter that its name begins with. A test belongs to those that the marker ``chapters`` names:
``chapters(3)``, on the test or its module. The marker without a number leaves it to the parameters of each test: an
exercise, a notebook, a picture that the chapter's notebooks show. A module in which the marker does not occur is
not even imported.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from unladen.course import notebooks

CHOSEN = pytest.StashKey[set]()


def pytest_addoption(parser) -> None:
    about = "only what belongs to these chapters, by number or notebook: 03, or 03,07"
    parser.addoption("--chapter", metavar="NN", default="", help=about)


def pytest_configure(config) -> None:
    config.stash[CHOSEN] = set()
    if words := config.getoption("chapter"):
        try:
            config.stash[CHOSEN] = notebooks.chapters([words])
        except notebooks.NotebookError as problem:
            raise pytest.UsageError(f"--chapter {problem}") from None


def pytest_ignore_collect(collection_path: Path, config) -> bool | None:
    """Read neither the notebooks of other chapters nor the modules that serve none."""
    chosen = config.stash[CHOSEN]
    if not chosen or not collection_path.is_file():
        return None
    if collection_path.suffix == ".ipynb":
        return not chosen & _chapters_of(collection_path) or None
    if collection_path.name.startswith("test_"):
        return "pytest.mark.chapters" not in collection_path.read_text(encoding="utf-8") or None
    return None


def pytest_collection_modifyitems(config, items: list) -> None:
    if chosen := config.stash[CHOSEN]:
        others = [item for item in items if not chosen & serves(item)]
        items[:] = [item for item in items if chosen & serves(item)]
        config.hook.pytest_deselected(items=others)


def serves(item) -> set[int]:
    """The chapters that a test, or a cell of a notebook, belongs to."""
    if item.path.suffix == ".ipynb":
        return _chapters_of(item.path)
    markers = list(item.iter_markers("chapters"))
    named = {chapter for marker in markers for chapter in marker.args}
    if not all(marker.args for marker in markers) and hasattr(item, "callspec"):
        named |= {chapter for value in item.callspec.params.values() for chapter in _chapters_of(value)}
    return named


def _chapters_of(value: object) -> set[int]:
    """The chapters of a parameter: an exercise, or the path of a notebook, of a picture or of a picture's script."""
    if isinstance(value, Path) and value.suffix == ".ipynb":
        return {notebooks.number(value)} - {None}
    if isinstance(value, Path):
        return {chapter for chapter, picture in _shown() if picture == value.stem}
    return {value.chapter} if isinstance(getattr(value, "chapter", None), int) else set()


@cache
def _shown() -> set[tuple[int, str]]:
    """Which chapter shows which picture of img/, as pairs of its number and the picture's name."""
    found = set()
    for path in notebooks.find([], ["notebooks", "solutions"]):
        names = re.findall(r"img/([\w-]+)\.svg", path.read_text(encoding="utf-8"))
        found |= {(notebooks.number(path), name) for name in names}
    return found
