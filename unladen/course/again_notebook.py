"""Executes a notebook once more, in a fresh kernel, where nothing but claims about time failed in it.

It stands on nbval's items and on how pytest runs one. The reports of cells in which such a claim failed are held back
until the notebook's last cell: with any other failure they are let out as they are.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty
from types import SimpleNamespace

import pytest
from _pytest.runner import runtestprotocol


@dataclass
class _Notebook:
    """What became of a notebook's cells so far."""

    cells: list[str] = field(default_factory=list)
    held: list[tuple] = field(default_factory=list)  # an item, its reports
    spoilt: bool = False  # something else failed


_NOTEBOOK = pytest.StashKey[_Notebook]()
_CLAIM = pytest.StashKey[str]()


def note(item, names: list[str]) -> None:
    """Keep what a cell's claim about time said, if the cell that just failed failed by that alone.

    ``names`` are the exceptions of ``unladen.timing.claim`` that mean this. Printed text is not looked at, and it is
    the kernel that says whether what was raised is one of them: a class of the cell's own may have the same name.
    """
    output = (getattr(item, "test_outputs", None) or [{}])[-1]
    if output.get("output_type") != "error" or output["ename"] not in names or item.options["check_exception"]:
        return
    if _is_so(item.parent.kernel, _RAISED.format(names=names)) and _began_as_stored(item):
        item.stash[_CLAIM] = output["evalue"]


_RAISED = (
    "(lambda sys: sys.last_type in [getattr(sys.modules.get('unladen.timing.claim'), name, 0) for name in {names}])"
    "(__import__('sys'))"
)


def _is_so(kernel, expression: str) -> bool:
    """Whether an expression is True in a kernel; it leaves no trace there. A kernel that does not answer says no."""
    asked = kernel.kc.execute("", silent=True, user_expressions={"so": expression}, allow_stdin=False)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and kernel.is_alive():
        try:
            message = kernel.get_message("shell", timeout=1)
        except Empty:
            continue
        if message["parent_header"].get("msg_id") == asked:
            found = message["content"].get("user_expressions", {}).get("so", {})
            return found.get("data", {}).get("text/plain") == "True"
    return False


def _began_as_stored(item) -> bool:
    """Whether what a cell put out before it failed is how its stored output begins."""
    if not item.options["check"]:
        return True
    from nbval.plugin import coalesce_streams

    outputs = coalesce_streams(item.test_outputs[:-1])
    stored = coalesce_streams(item.cell.outputs)
    texts = {output.name: item.sanitize(output.text) for output in stored if output.output_type == "stream"}
    for output in outputs:
        if output.output_type == "stream" and not texts.get(output.name, "").startswith(item.sanitize(output.text)):
            return False
    shown = [output for output in outputs if output.output_type != "stream"]
    expected = [output for output in stored if output.output_type != "stream"][: len(shown)]
    return item.compare_outputs(shown, expected)


def run(item, nextitem, recorded: Callable[[list[str], bool], None]) -> None:
    """Run one cell as pytest does; if it is the notebook's last and only claims about time failed, all of it again.

    ``recorded`` is called with what the claims said and whether the second run was without failure.
    """
    notebook = item.parent.stash.setdefault(_NOTEBOOK, _Notebook())
    notebook.cells.append(item.name)
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    try:
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        failed = [report.when for report in reports if report.failed]
        if failed == ["call"] and _CLAIM in item.stash and not item.config.option.usepdb and not notebook.spoilt:
            notebook.held.append((item, reports))
        else:
            if failed:
                notebook.spoilt = True
                let_out(item.parent)
            _log(item, reports)
        if notebook.held and (nextitem is None or nextitem.parent is not item.parent):
            _again(item.parent, nextitem, recorded)
    finally:
        if nextitem is None or nextitem.parent is not item.parent or sys.exc_info()[0]:
            let_out(item.parent)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def let_out(file) -> None:
    """Report what was held back of a notebook, if anything was, as it is."""
    notebook = file.stash.get(_NOTEBOOK, _Notebook())
    while notebook.held:
        _log(*notebook.held.pop(0))


def _log(item, reports: list) -> None:
    """Report on an item; a worker of pytest-xdist takes every report to be on the item that it runs just then."""
    plugins = item.config.pluginmanager.get_plugins()
    worker = next((plugin for plugin in plugins if type(plugin).__name__ == "WorkerInteractor"), SimpleNamespace())
    running = getattr(worker, "item_index", None)
    worker.item_index = item.session.items.index(item)
    try:
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
    finally:
        worker.item_index = running


def _again(file, nextitem, recorded: Callable[[list[str], bool], None]) -> None:
    """Execute the cells of a notebook that ran once more; report those that were held back as it ends."""
    notebook = file.stash[_NOTEBOOK]
    claims = [item.stash[_CLAIM] for item, _ in notebook.held]
    saved = False
    try:
        second = _second_run(file, notebook.cells, nextitem)
        wrong = [report for reports in second.values() for report in reports if report.failed]
        saved = not wrong
    finally:  # an interrupted one has not held
        recorded(claims, saved)
    if saved:
        for item, reports in notebook.held:
            for report in second[item.name]:
                report.sections.append(("measured again", item.stash[_CLAIM]))
            reports[:] = second[item.name]
    else:
        call = notebook.held[-1][1][1]
        text = "\n\n".join(f"{report.nodeid}, {report.when}:\n{report.longrepr}" for report in wrong)
        call.longrepr = f"{call.longrepr}\nThe notebook was executed once more, and failed again.\n\n{text}"


def _second_run(file, names: list[str], nextitem) -> dict[str, list]:
    """Run the cells with these names of the same notebook in a kernel of its own; return the reports of each."""
    fresh = type(file).from_parent(file.parent, path=file.path)
    cells = [cell for cell in fresh.collect() if cell.name in names]
    for cell in cells:
        cell.ihook.pytest_itemcollected(item=cell)
    following = [*cells[1:], nextitem]
    return {
        cell.name: runtestprotocol(cell, log=False, nextitem=after)
        for cell, after in zip(cells, following, strict=True)
    }
