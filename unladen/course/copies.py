"""A notebook's file as a learner may have left it: read without surprise, written whole or not at all.

Nothing here needs a package, because it is read at every start of the course.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path


class NoNotebook(Exception):
    """A file that is no notebook; the text says what it is instead, to follow its name."""


def read(path: Path) -> dict:
    """The notebook at ``path``, with each cell's source as one string; it may lack ids, or have one twice.

    Raises ``NoNotebook`` for whatever else is there, ``FileNotFoundError`` where nothing is.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if path.is_symlink():
            raise NoNotebook("is a link to nothing") from None
        raise
    except IsADirectoryError:
        raise NoNotebook("is a folder") from None
    except UnicodeDecodeError:
        raise NoNotebook("is no text") from None
    except OSError as problem:
        raise NoNotebook(f"cannot be read ({problem.strerror})") from None
    if not text.strip():
        raise NoNotebook("is empty")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise NoNotebook("is no whole notebook (its JSON breaks off or is mistaken)") from None
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version != 4:
        raise NoNotebook(f"has the notebook format {version}, not 4" if isinstance(version, int) else "is no notebook")
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(map(_is_cell, cells)):
        raise NoNotebook("is no notebook of format 4 (its cells are not what they should be)")
    if not isinstance(notebook.setdefault("metadata", {}), dict):
        raise NoNotebook("is no notebook of format 4 (its metadata are not what they should be)")
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return notebook


def _is_cell(cell: object) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return False
    source = cell.get("source")
    lines = isinstance(source, str) or (isinstance(source, list) and all(isinstance(line, str) for line in source))
    return lines and all(isinstance(cell.get(part, {}), dict) for part in ("metadata", "attachments"))


def text_of(notebook: dict) -> bytes:
    """What a notebook's file holds: as nbformat writes it, so that a first save in JupyterLab changes little."""
    cells = [cell | {"source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    for ascii_only in (False, True):  # half of a pair of surrogates can only be written as \\ud83d
        text = json.dumps(notebook | {"cells": cells}, ensure_ascii=ascii_only, indent=1, sort_keys=True) + "\n"
        with contextlib.suppress(UnicodeEncodeError):
            return text.encode()
    raise AssertionError("ASCII can be encoded")


def write(text: bytes, path: Path) -> None:
    """Put ``text`` where ``path`` is, whole or not at all."""
    with _unfinished(text, path) as unfinished:
        os.replace(unfinished, path)


def write_new(text: bytes, path: Path) -> bool:
    """Put ``text`` where ``path`` is if nothing is there, whole or not at all; tell whether nothing was."""
    with _unfinished(text, path) as unfinished:
        try:
            os.link(unfinished, path)  # unlike a renaming, it replaces nothing
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if os.path.lexists(path):
                return False
            os.replace(unfinished, path)
        return True


@contextlib.contextmanager
def _unfinished(text: bytes, path: Path) -> Iterator[str]:
    """A file beside ``path`` that holds ``text``, with the mode that ``path`` has or any new file would have."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(unfinished, stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~mask)
        yield unfinished
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)


def keep(path: Path, shelf: Path) -> Path:
    """Copy the file at ``path`` into the folder ``shelf`` under a name that is free, and return where it is."""
    shelf.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        kept = shelf / f"{path.stem}-{number}{path.suffix}"
        if not os.path.lexists(kept) and write_new(path.read_bytes(), kept):
            with contextlib.suppress(OSError):
                shutil.copystat(path, kept)
            return kept
    raise AssertionError("numbers do not end")
