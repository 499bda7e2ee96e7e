"""Notebook files: found, read, executed, brought to one canonical form, written."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import os
import re
import signal
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from subprocess import DEVNULL

import nbformat
from nbformat import NotebookNode

from unladen.course.outputs import ROOT, normalised, same

CELL_SECONDS = 120
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_KEPT = ("alt", "slideshow", "tags", "why")


class NotebookError(Exception):
    """A notebook that cannot be used as it is; the message says where, what, and what to do."""


def number(path: Path) -> int | None:
    """The chapter that the name of a notebook begins with, or None."""
    return int(match[1]) if (match := re.match(r"(\d\d)-.*\.ipynb$", path.name)) else None


def chapters(words: Iterable[str]) -> set[int]:
    """The chapters that ``words`` name: by number (``3``, ``03``, ``03,07``) or by one of their notebooks.

    Raises ``NotebookError`` for a word that names no chapter of the course.
    """
    there = sorted(n for path in (ROOT / "notebooks").glob("*.ipynb") if (n := number(path)) is not None)
    named = set()
    for word in " ".join(words).replace(",", " ").split():
        named.add(int(word) if re.fullmatch("[0-9]{1,2}", word) else number(Path(word)))
        if not named <= set(there):
            raise NotebookError(
                f"{word}: the course has no such chapter; there are {', '.join(f'{n:02}' for n in there)}. "
                "Name one by its number or a notebook of its, several as 03,07"
            )
    return named


def find(words: Iterable[str], folders: Iterable[str]) -> list[Path]:
    """The notebooks that ``words`` name (files, folders, chapters), or else those of the course's ``folders``.

    A chapter (``03``, ``03,07``) is what ``folders`` have of it.
    Raises ``NotebookError`` for a word that names neither a notebook nor a chapter.
    """
    found, words = [], list(words)
    rooms = [ROOT / folder for folder in folders]
    for place in [Path(word) for word in words] or rooms:
        if place.is_dir():
            found += _within(place)
        elif place.suffix == ".ipynb" and place.exists():
            found.append(place)
        elif re.fullmatch("[0-9,]+", str(place)):
            wanted = chapters([str(place)])
            found += [path for room in rooms for path in _within(room) if number(path) in wanted]
        elif words:
            raise NotebookError(f"{place}: there is no such notebook, folder of notebooks or chapter; check the path")
    return found


def _within(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))


def shown(path: Path) -> str:
    """A path as messages show it: relative to the repository or to the working directory if it is inside."""
    for base in (ROOT, Path.cwd()):
        if path.resolve().is_relative_to(base):
            return str(path.resolve().relative_to(base))
    return str(path)


def place(path: Path, number: int, cell: NotebookNode) -> str:
    """How a message names a cell; cells count from 1, with the text cells."""
    return f"{shown(path)} cell {number} ({cell.get('id', 'no id')})"


def read(path: Path) -> NotebookNode:
    """Read a notebook; cells without an id of their own get one made from their text, the same each time."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        taken: set[str] = set()
        for cell in raw["cells"]:
            if cell.get("id") in taken | {None, ""}:
                cell["id"] = _new_id("".join(cell["source"]), taken)
            taken.add(cell["id"])
        raw["nbformat_minor"] = 5
        return nbformat.reads(json.dumps(raw), as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise NotebookError(f"{shown(path)}: not a notebook of format 4 ({problem}); restore it from git") from None


def _new_id(text: str, taken: set[str]) -> str:
    count = 0
    while (new := hashlib.sha256(f"{count}{text}".encode()).hexdigest()[:8]) in taken:
        count += 1
    return new


def execute(
    notebook: NotebookNode,
    path: Path,
    seconds: float = CELL_SECONDS,
    *,
    variables: Mapping[str, str] | None = None,
    to_the_end: bool = False,
) -> NotebookNode:
    """Run every cell in a fresh kernel in the folder of ``path``, and return the notebook with its new outputs.

    The kernel has the environment ``variables`` besides its own. Raises ``NotebookError`` naming the first cell that
    fails, dies or takes longer than ``seconds``; ``to_the_end`` goes on after a cell that fails.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from unladen.course.kernel import OwnKernel, environment

    done = copy.deepcopy(notebook)
    current = [0]

    def started(cell, cell_index, **_):
        current[0] = cell_index

    with tempfile.TemporaryDirectory(prefix="unladen-render-", ignore_cleanup_errors=True) as home:
        client = NotebookClient(
            done,
            kernel_manager_class=OwnKernel,
            kernel_name="python3",
            timeout=seconds,
            iopub_timeout=60,  # an output that is late is waited for, never left out
            raise_on_iopub_timeout=True,
            record_timing=False,
            allow_errors=to_the_end,
            store_widget_state=False,
            resources={"metadata": {"path": str(path.resolve().parent)}},
            on_cell_start=started,
        )
        try:
            own = environment(Path(home)) | dict(variables or {})
            return _aside(client, env=own, stdout=DEVNULL, stderr=DEVNULL)
        except CellExecutionError as failure:
            reason = f"{failure.ename}: {failure.evalue}\n{_last_lines(failure.traceback)}"
        except CellTimeoutError:
            reason = f"took longer than {seconds:g} seconds; scale the work down"
        except DeadKernelError:
            reason = "killed the kernel; run what may crash in %%isolated"
        raise NotebookError(f"{place(path, current[0] + 1, done.cells[current[0]])}: {reason}")


def _aside(client, **options) -> NotebookNode:
    """Have ``client`` execute its notebook in a thread of its own; an interrupt ends the kernel, and is raised here.

    In the main thread it would take Ctrl-C for itself, end the kernel, and say that the notebook had done so.
    """
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(client.execute, **options)
        try:
            return running.result()
        finally:
            while not running.done():
                with contextlib.suppress(AttributeError, TypeError, OSError):  # not started yet, or ended by now
                    os.kill(client.km.provisioner.pid, signal.SIGKILL)
                wait([running], 0.2)


def _last_lines(traceback: str, count: int = 25) -> str:
    lines = normalised([NotebookNode(output_type="error", traceback=[traceback])])[0].traceback[0].splitlines()
    return "\n".join(f"    {line}" for line in lines[-count:])


def canonical(notebook: NotebookNode, stored: NotebookNode | None = None) -> NotebookNode:
    """The one form in which a notebook is committed.

    Metadata that JupyterLab adds is dropped, cells are counted from 1, outputs are normalised. Where a cell of the
    ``stored`` notebook has the same id, source and (but for what may vary) outputs, its stored outputs are kept.
    """
    before = {cell.id: cell for cell in (stored.cells if stored else []) if cell.cell_type == "code"}
    metadata = {"kernelspec": dict(_KERNEL), "language_info": {"name": "python"}}
    new = nbformat.v4.new_notebook(nbformat_minor=5, metadata=metadata)
    count = 0
    for cell in notebook.cells:
        cell = copy.deepcopy(cell)
        cell.source = cell.source.rstrip()
        cell.metadata = NotebookNode({name: cell.metadata[name] for name in _KEPT if cell.metadata.get(name)})
        if cell.metadata.get("slideshow", {}).get("slide_type") in ("", "-"):
            del cell.metadata["slideshow"]
        if cell.cell_type == "code":
            count += bool(cell.source)
            cell.execution_count = count if cell.source else None
            cell.outputs = normalised(cell.outputs)
            old = before.get(cell.id)
            if old and old.source.rstrip() == cell.source and same(cell.outputs, old.outputs):
                cell.outputs = normalised(old.outputs)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
        new.cells.append(cell)
    return new


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write a notebook if its bytes change, whole or not at all; tell whether they did."""
    text = (nbformat.writes(notebook).rstrip() + "\n").encode()
    if path.exists() and path.read_bytes() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(text)
    partial.replace(path)
    return True
