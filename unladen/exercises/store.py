"""Where a learner's progress is kept: one small file per exercise, so that two notebooks never overwrite each other.

What cannot be written is remembered until the kernel stops; what cannot be read was never tried.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from unladen import state

_session: dict[str, dict] = {}


def folder() -> Path:
    """The folder of the learner's progress."""
    return state.folder() / "progress"


def record(id: str, verdict: str, earned: float | None) -> None:
    """Remember the latest verdict on the exercise ``id``."""
    _session[id] = {"state": verdict, "earned": earned}
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: a user without a home
        state.write(folder() / f"{id}.json", _session[id])


def recall(id: str) -> tuple[str, float | None]:
    """Return the latest verdict on the exercise ``id`` and the speed earned; ``("", None)`` if it was never tried."""
    kept = _session.get(id)
    if kept is None:
        try:
            kept = json.loads((folder() / f"{id}.json").read_text(encoding="utf-8"))
        except (OSError, RuntimeError, ValueError):
            return "", None
    kept = kept if isinstance(kept, dict) else {}
    verdict, earned = kept.get("state"), kept.get("earned")
    return (verdict if isinstance(verdict, str) else ""), (float(earned) if isinstance(earned, int | float) else None)


def tried() -> set[str]:
    """The ids of the exercises that were checked since this kernel started."""
    return set(_session)
