"""The published evidence: ``results/evidence/PLATFORM.json``, what a ledger said of each claim on one kind of machine.

A file has a part for each chapter, with the machine, the version of the course, the days and the number of runs that
chapter was measured in, so that one chapter can be measured anew. Each claim is one line, and keys and claims have a
fixed order, so that a new ledger is a readable diff.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Sequence
from pathlib import Path

from unladen.course.evidence.claims import Claim, collected
from unladen.course.evidence.ledgers import Line, quiet_runs
from unladen.course.outputs import ROOT

FOLDER = ROOT / "results" / "evidence"
_DIGITS = 4


def platform_of(lines: Sequence[Line]) -> str:
    """What these lines were measured on, such as ``linux-x86_64-py3.11``.

    A line tells its Python; the system is taken for this one's. Raises ``ValueError`` for lines of several Pythons.
    """
    versions = sorted({line.version for line in lines})
    if len(versions) != 1 or not versions[0]:
        named = ", ".join(version or "an unknown one" for version in versions)
        raise ValueError(f"these lines are of several Pythons ({named}); give the ledgers of one with --from FOLDER")
    return f"{platform.system()}-{platform.machine()}-py{versions[0]}".lower()


def summarised(lines: Sequence[Line]) -> dict[str, dict]:
    """For each chapter what is published of it."""
    chapters = {}
    for chapter in sorted({line.chapter for line in lines if line.chapter}):
        own = [line for line in lines if line.chapter == chapter]
        quiet, loaded, untold = quiet_runs(own)
        days = sorted({line.when[:10] for line in own if line.when}) or [""]
        chapters[chapter] = {
            "machine": _all(line.machine for line in own),
            "python": _all(line.python for line in own),
            "course": _all(line.course for line in own),
            "from": days[0],
            "to": days[-1],
            "runs": quiet + loaded + untold,
            "quiet": quiet,
            "loaded": loaded,
            "claims": [_claim(claim) for claim in collected(own)],
        }
    return chapters


def _all(texts) -> str:
    return "; ".join(sorted({text for text in texts if text}))


def _claim(claim: Claim) -> dict:
    """What is published of a claim; what is as usual is left out."""
    last = claim.lines[-1]
    said: dict[str, object] = {"sentence": claim.sentence}
    said |= {"turn": claim.turn} if claim.turn > 1 else {}
    said |= {"kind": claim.kind, "timed": claim.timed, "runs": claim.n}
    said |= {key: _short(value) for key in ("at_least", "at_most") if (value := getattr(last, key)) is not None}
    if claim.values:
        said["median"] = _short(claim.median)
        if not claim.exact:
            said |= {"quartiles": list(map(_short, claim.quartiles()))}
            said |= {"range": [_short(claim.values[0]), _short(claim.values[-1])]}
    verdicts = claim.verdicts()
    counts = {"again": claim.again, "fails": verdicts["fails"], "cannot tell": verdicts["cannot tell"]}
    said |= {key: count for key, count in counts.items() if count}
    said["chance"] = float(f"{claim.chance:.1e}") if claim.told else None
    return said


def _short(value: float) -> float | int | str:
    """A number with four digits, and no point where it is whole; one that JSON does not have is a text."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 10**6:
        return int(value)
    return float(f"{value:.{_DIGITS}g}")


def write(lines: Sequence[Line], folder: Path = FOLDER) -> Path:
    """Publish these lines; other chapters stay as they were published. Raises ``ValueError`` for several Pythons."""
    name = platform_of(lines)
    path = folder / f"{name}.json"
    before = _chapters(path) if path.exists() else {}
    chapters = before | summarised(lines)
    parts = []
    for chapter in sorted(chapters):
        head = {key: value for key, value in chapters[chapter].items() if key != "claims"}
        head_lines = "".join(f"   {_json(key)}: {_json(value)},\n" for key, value in head.items())
        claims = ",\n".join(f"    {_json(claim)}" for claim in chapters[chapter]["claims"])
        parts.append(f'  {_json(chapter)}: {{\n{head_lines}   "claims": [\n{claims}\n   ]\n  }}')
    inside = ",\n".join(parts)
    text = f'{{\n "platform": {_json(name)},\n "chapters": {{\n{inside}\n }}\n}}\n'
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read_all(folder: Path = FOLDER) -> dict[str, dict[str, dict]]:
    """All published evidence: platform -> chapter -> its part. Raises ``ValueError`` for a file that is none."""
    return {path.stem: _chapters(path) for path in sorted(folder.glob("*.json"))}


def _chapters(path: Path) -> dict[str, dict]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["chapters"])
    except (ValueError, KeyError, TypeError) as problem:
        raise ValueError(f"{path} is no published evidence ({problem}); restore it from git") from None


def nearest(platforms: Sequence[str], own: str) -> str:
    """The platform to compare ``own`` with: itself, else one of the same system and processor, else the first."""
    return min(platforms, key=lambda name: (name != own, name.rpartition("-")[0] != own.rpartition("-")[0], name))
