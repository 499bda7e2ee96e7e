"""Machine code as the compiler writes it down itself: for machines without a disassembler."""

from __future__ import annotations

import platform
import re
import subprocess
import tempfile
from pathlib import Path

from unladen.compiling import inputs
from unladen.compiling.bind import Build

Row = tuple[int, str, int, str]  # the instruction's number, its text, its source line and file

_FILE = re.compile(r'\.file\s+(?P<number>\d+)[ \t]+(?:"[^"\n]*"[ \t]+)?"(?P<name>[^"\n]+)"')
_PLACE = re.compile(r"\.loc\s+(?P<file>\d+)\s+(?P<line>\d+)")


def instructions(record: Build, name: str, att: bool) -> list[Row]:
    """Return the instructions of the function ``name`` by asking the compiler for assembly (-S).

    They are numbered from 0, in hexadecimal where a jump names one. Empty if the compiler does not answer.
    """
    listing = ("-MD", "-MF", inputs.LIST)  # the entry in the cache must stay as it is
    words = [w for w in record.command if w not in ("-shared", *listing) and not w.startswith(("-Wl,", "-l"))]
    del words[words.index("-o") : words.index("-o") + 2]
    intel = ["-masm=intel"] if platform.machine() in ("x86_64", "AMD64") and not att else []
    with tempfile.TemporaryDirectory(prefix="unladen-") as folder:
        written = Path(folder) / "code.s"
        command = [*words, "-S", "-o", str(written), *intel]
        subprocess.run(command, cwd=Path(record.path).parent, capture_output=True, check=False)
        return _parsed(written.read_text(encoding="utf-8"), name) if written.exists() else []


def _parsed(text: str, name: str) -> list[Row]:
    files = {found["number"]: found["name"] for found in _FILE.finditer(text)}
    rows: list[Row] = []
    labels: dict[str, int] = {}
    inside, line, file = False, 0, ""
    for row in text.splitlines():
        label = re.match(r'"?(?P<name>[\w.$]+)"?:', row)  # GCC quotes names from version 16 on
        if label and label["name"] in (name, f"_{name}"):
            inside = True
        elif not inside:
            continue
        elif label and re.match(r"\.?Lfunc_end", label["name"]) or re.match(r"\s+\.(size|cfi_endproc)\b", row):
            break
        elif label:
            labels[label["name"]] = len(rows)
        elif place := _PLACE.search(row):
            line, file = int(place["line"]), files.get(place["file"], "")
        elif re.match(r"\s+[a-z]", row):
            code = re.sub(r"\s+", " ", re.split(r"\s+(?:#|//|##)", row.strip())[0]).replace('"', "")
            rows.append((len(rows), code, line, file))
    return [
        (at, re.sub(r"\.?L\w+", lambda m: f"{labels[m[0]]:x}" if m[0] in labels else m[0], code), n, f)
        for at, code, n, f in rows
    ]
