"""What was run once more, as the file that ``UNLADEN_AGAIN`` names records it."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

LIMIT = 2  # in a run, of notebooks and of tests


def summary(path: str | os.PathLike) -> tuple[list[str], bool]:
    """A line for each notebook or test that was run once more; whether at most ``LIMIT`` of either were."""
    text = Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
    entries = [json.loads(line) for line in text.splitlines()]
    lines = [
        f"{entry['what']}: {'it held' if entry['saved'] else 'it failed'} the second time; the first, "
        + "; ".join(entry["claims"])
        for entry in entries
    ]
    return lines, all(number <= LIMIT for number in Counter(entry["kind"] for entry in entries).values())
