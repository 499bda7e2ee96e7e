"""The learner's own folder: what is remembered from one day to the next, and cannot be made anew as a cache can."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path


def folder() -> Path:
    """Return ``$UNLADEN_STATE``, or where this system keeps such things; ``RuntimeError`` for a user without a home."""
    if chosen := os.environ.get("UNLADEN_STATE"):
        return Path(chosen)
    if xdg := os.environ.get("XDG_STATE_HOME"):
        return Path(xdg) / "unladen"
    home = Path.home()
    mac = home / "Library" / "Application Support"
    return (mac if sys.platform == "darwin" else home / ".local" / "state") / "unladen"


def write(path: Path, content: object) -> None:
    """Write ``content`` as JSON, whole or not at all; raises ``OSError`` where that cannot be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(unfinished, path)
    except OSError:
        os.unlink(unfinished)
        raise
