"""Where a learner's progress is kept: one small file per exercise, so that two notebooks never overwrite each other.

What cannot be written is remembered until the kernel stops; what cannot be read was never tried.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

_session: dict[str, dict] = {}


def folder() -> Path:
    """The folder of the learner's progress: UNLADEN_STATE, or where this system keeps such things."""
    if chosen := os.environ.get("UNLADEN_STATE"):
        return Path(chosen) / "progress"
    if xdg := os.environ.get("XDG_STATE_HOME"):
        return Path(xdg) / "unladen" / "progress"
    home = Path.home()
    mac = home / "Library" / "Application Support"
    return (mac if sys.platform == "darwin" else home / ".local" / "state") / "unladen" / "progress"


def record(id: str, state: str, earned: float | None) -> None:
    """Remember the latest verdict on the exercise ``id``."""
    _session[id] = {"state": state, "earned": earned}
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: a user without a home
        folder().mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder(), suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(_session[id], file)
        os.replace(unfinished, folder() / f"{id}.json")


def recall(id: str) -> tuple[str, float | None]:
    """Return the latest verdict on the exercise ``id`` and the speed earned; ``("", None)`` if it was never tried."""
    kept = _session.get(id)
    if kept is None:
        try:
            kept = json.loads((folder() / f"{id}.json").read_text(encoding="utf-8"))
        except (OSError, RuntimeError, ValueError):
            return "", None
    kept = kept if isinstance(kept, dict) else {}
    state, earned = kept.get("state"), kept.get("earned")
    return (state if isinstance(state, str) else ""), (float(earned) if isinstance(earned, int | float) else None)


def tried() -> set[str]:
    """The ids of the exercises that were checked since this kernel started."""
    return set(_session)
