"""Where the course's folders are: beside the package in a clone, inside it where the package alone was installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder ``name`` (native, results) of the course; it need not be there."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


NATIVE = folder("native")
