"""Bring a new version of a notebook into a learner's copy of the earlier one, and lose nothing.

The rules, for a cell that the course gave. "Changed" means its text, its kind or a picture pasted into it; outputs,
execution counts, metadata and blanks at the ends of lines are no change.

========================  ==========================  ==============================================================
the learner               the course                  then
========================  ==========================  ==============================================================
did not change it         changed or moved it         it follows; outputs of a text that is gone go with it
did not change it         dropped it                  it goes
changed or moved it       left it                     it stays as it is, with its outputs
changed it                dropped it                  it stays, behind the cell that it stood behind
changed it                changed it: an answer       the learner's stays; ``reset`` gives the new original
changed it                changed it: any other cell  the course's takes its place, the learner's stands right behind
deleted it                left or moved it            it stays deleted
deleted it                changed it                  it comes back
========================  ==========================  ==============================================================

A cell of the learner's own stays behind the cell that it stands behind, wherever that one goes, and the course's new
cells come behind both. Any other changed cell of an exercise could stay as an answer does; but its text is what the
checks rely on (an import, the given data, a task put right), and where the learner's stands behind it, it has the last
word. Metadata, of cells and of the notebook, are merged by key: the learner's where the learner changed it.

Cells are the same if they have the same id. Tools that write format 4.4 lose the ids, and copying may double them:
what is left over is matched by its exact text, then by its place between cells that were matched.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
Cell = dict


@dataclass
class Done:
    """What a merge did, in numbers of cells."""

    new: int = 0  # the course's, which the learner had not
    changed: int = 0  # followed the course in its text
    moved: int = 0
    dropped: int = 0
    details: int = 0  # followed in metadata alone
    beside: int = 0  # changed by both, now standing behind the course's
    kept: int = 0  # changed or added by the learner

    def anything(self) -> bool:
        """Whether the course had something that the learner's copy had not."""
        return any((self.new, self.changed, self.moved, self.dropped, self.details, self.beside))


@dataclass
class _Block:
    """A cell of the course in the learner's order, and the learner's own cells that stand behind it."""

    cell: Cell | None  # None: the beginning of the notebook
    base: int | None = None  # its number in the base
    own: list[Cell] = field(default_factory=list)


def merged(base: dict, mine: dict, theirs: dict, answers: Collection[str] = ()) -> tuple[dict, Done]:
    """The learner's notebook ``mine``, made from ``base``, with what is new in ``theirs``; and what was done.

    ``answers`` has the ids of the cells in which a learner answers: there nothing of the course's is put in place of a
    learner's text. Sources must be strings; nothing that is given is changed. Without a base, a notebook without
    cells serves: what differs is then taken to be changed by both.
    """
    done = Done()
    of_base, of_mine, of_theirs = base["cells"], mine["cells"], theirs["cells"]
    course = {cell.get("id") for cell in of_theirs}
    theirs_to_base = _matched(of_base, of_theirs)
    ahead = _ahead(of_base, of_mine, of_theirs)
    seed = {number: theirs_to_base.get(there, -1) for number, there in ahead.items()}
    mine_to_base = _matched(of_base, of_mine, seed, by_place=True)
    mine_to_theirs = _through(mine_to_base, theirs_to_base) | ahead
    mine_to_theirs |= _those_without_base(of_mine, of_theirs, mine_to_base, theirs_to_base, mine_to_theirs)

    blocks, at = [_Block(None)], {}  # at: number in theirs -> its block
    for number, cell in enumerate(of_mine):
        there, given = mine_to_theirs.get(number), mine_to_base.get(number)
        old = of_base[given] if given is not None else None
        if there is not None:
            done.kept += not _alike(cell, of_theirs[there] if old is None else old)
            at[there] = _followed(old, cell, of_theirs[there], answers, done)
            at[there].base = given
            blocks.append(at[there])
        elif old is not None and _alike(cell, old):
            done.dropped += 1
        else:
            done.kept += bool(cell["source"].strip() or cell.get("attachments"))
            blocks[-1].own.append(copy.deepcopy(cell))
    _arrange(blocks, at, base, theirs, theirs_to_base, done)

    result = {part: copy.deepcopy(value) for part, value in mine.items() if part != "cells"}
    result["metadata"], changed = _by_key(base["metadata"], mine["metadata"], theirs["metadata"])
    done.details += changed
    result["nbformat"], result["nbformat_minor"] = 4, max(5, _minor(mine), _minor(theirs))
    for cell in (cell for block in blocks for cell in block.own):
        if cell.get("id") in course:  # a copy that was made of a cell of the course, id and all
            cell["id"] = None
    result["cells"] = [cell for block in blocks for cell in (block.cell, *block.own) if cell is not None]
    _give_ids(result["cells"], course)
    return result, done


def _minor(notebook: dict) -> int:
    minor = notebook.get("nbformat_minor")
    return minor if isinstance(minor, int) else 0


# ------------------------------------------------------------------------------------------ which cell is which


def _content(cell: Cell) -> tuple:
    lines = "\n".join(line.rstrip() for line in cell["source"].splitlines()).rstrip()
    return cell["cell_type"], lines, repr(sorted(cell.get("attachments", {}).items()))


def _alike(one: Cell, other: Cell) -> bool:
    same = all(one.get(part) == other.get(part) for part in ("source", "cell_type", "attachments"))
    return same or _content(one) == _content(other)  # most are the same, and found so at once


def _ahead(base: list[Cell], mine: list[Cell], theirs: list[Cell]) -> dict[int, int]:
    """The course's new cells that the learner has already, by id: an earlier update was interrupted."""
    old = {cell.get("id") for cell in base}
    new = {cell["id"]: number for number, cell in enumerate(theirs) if cell.get("id") and cell["id"] not in old}
    found: dict[int, int] = {}
    for number, cell in enumerate(mine):
        if cell.get("id") in new:
            found[number] = new.pop(cell["id"])
    return found


def _matched(base: list[Cell], other: list[Cell], seed: Mapping[int, int] = {}, by_place=False) -> dict[int, int]:
    """Which cell of ``other`` is which of ``base``, by their numbers; ``seed`` has those that are known (-1: none)."""
    found = dict(seed)
    taken = set(found.values())
    numbers = {cell["id"]: n for n, cell in reversed(list(enumerate(base))) if cell.get("id") and n not in taken}
    claims: dict[int, list[int]] = {}
    for number, cell in enumerate(other):
        if number not in found and isinstance(cell.get("id"), str) and cell["id"] in numbers:
            claims.setdefault(numbers[cell["id"]], []).append(number)
    for given, claimed in claims.items():  # of several with one id, the one whose text is the course's, or the first
        found[next((n for n in claimed if _alike(other[n], base[given])), claimed[0])] = given
    left = _left(base, found.values())
    waiting: dict[tuple, list[int]] = {}
    for given in left:
        waiting.setdefault(_content(base[given]), []).append(given)
    for number in _left(other, found):
        if same := waiting.get(_content(other[number])):
            found[number] = same.pop(0)
    found |= dict(_by_place(base, other, found)) if by_place else {}
    return {number: given for number, given in found.items() if given >= 0}


def _left(cells: list[Cell], found: Collection[int]) -> list[int]:
    return sorted(set(range(len(cells))) - set(found))


def _by_place(base: list[Cell], other: list[Cell], found: dict[int, int]) -> Iterator[tuple[int, int]]:
    """What is left of one kind between the same two matched neighbours, in the order in which it stands."""
    back = {given: number for number, given in found.items()}
    gap, gaps = -1, {}
    for given, cell in enumerate(base):
        gap = given if given in back else gap
        if given not in back:
            gaps.setdefault((gap, cell["cell_type"]), []).append(given)
    gap = -1
    for number, cell in enumerate(other):
        gap = found.get(number, gap)
        if number not in found and (left := gaps.get((gap, cell["cell_type"]))) and cell["source"].strip():
            yield number, left.pop(0)


def _through(mine_to_base: dict[int, int], theirs_to_base: dict[int, int]) -> dict[int, int]:
    back = {given: there for there, given in theirs_to_base.items()}
    return {number: back[given] for number, given in mine_to_base.items() if given in back}


def _those_without_base(mine, theirs, mine_to_base, theirs_to_base, known) -> dict[int, int]:
    """Cells of the course that the learner has, with the same id or text, and that the base does not know."""
    own, new = _left(mine, set(mine_to_base) | set(known)), _left(theirs, set(theirs_to_base) | set(known.values()))
    found = _matched([theirs[n] for n in new], [mine[n] for n in own])
    return {own[number]: new[there] for number, there in found.items()}


# ------------------------------------------------------------------------------------------ what becomes of a cell


def _followed(old: Cell | None, cell: Cell, new: Cell, answers: Collection[str], done: Done) -> _Block:
    """The block of a cell that the learner has as ``cell`` and the course now as ``new``; ``old`` was given."""
    metadata, details = _by_key((old or {}).get("metadata", {}), cell.get("metadata", {}), new.get("metadata", {}))
    if _alike(cell, new) or (old and _alike(old, new)) or (new.get("id") in answers and not _as_given(old, cell)):
        done.details += details
        return _Block(copy.deepcopy(cell) | {"id": new.get("id"), "metadata": metadata})
    follows = copy.deepcopy(new) | {"metadata": metadata}
    if _as_given(old, cell):
        done.changed += 1
        return _Block(follows)
    done.beside += 1
    return _Block(copy.deepcopy(new), own=[copy.deepcopy(cell) | {"id": None}])


def _as_given(old: Cell | None, cell: Cell) -> bool:
    return old is not None and _alike(old, cell)


def _by_key(base: dict, mine: dict, theirs: dict) -> tuple[dict, bool]:
    """The learner's ``mine`` with what only the course changed, in ``theirs``; and whether that is anything."""
    result = {key: value for key, value in mine.items() if key in theirs or key not in base or value != base[key]}
    for key, value in theirs.items():
        if mine.get(key) == base.get(key):
            result[key] = value
    return copy.deepcopy(result), result != mine


# ------------------------------------------------------------------------------------------ where it stands


def _arrange(blocks, at, base, theirs, theirs_to_base, done) -> None:
    """Put the course's new cells, and those it moved, into the learner's order."""
    cells = theirs["cells"]
    stay = _longest_run([theirs_to_base[n] for n in range(len(cells)) if n in theirs_to_base])
    before = blocks[0]
    for number, cell in enumerate(cells):
        given = theirs_to_base.get(number)
        block, moved = at.get(number), given is not None and given not in stay
        if block is None and given is not None and _alike(cell, base["cells"][given]):
            continue  # deleted by the learner
        if block is None:
            block = _Block(copy.deepcopy(cell))
            done.new += 1
            blocks.insert(blocks.index(before) + 1, block)
        elif moved and block.base is not None and blocks[blocks.index(block) - 1] is not before:
            done.moved += 1
            blocks.remove(block)
            blocks.insert(blocks.index(before) + 1, block)
        before = block


def _longest_run(numbers: list[int]) -> set[int]:
    """The most of ``numbers`` that stand in ascending order: they stayed where they were, the others moved."""
    lengths, previous = [], []
    for end, number in enumerate(numbers):
        best = max((start for start in range(end) if numbers[start] < number), key=lengths.__getitem__, default=None)
        lengths.append(1 if best is None else lengths[best] + 1)
        previous.append(best)
    place = max(range(len(numbers)), key=lengths.__getitem__, default=None)
    run = set()
    while place is not None:
        run.add(numbers[place])
        place = previous[place]
    return run


def _give_ids(cells: list[Cell], course: set) -> None:
    """Give each cell an id that is valid and its own; the first that has one keeps it."""
    count = Counter(cell.get("id") for cell in cells)
    taken = set(count) | course
    seen: set[str] = set()
    for cell in cells:
        name = cell.get("id")
        if not isinstance(name, str) or not ID.fullmatch(name) or name in seen:
            for number in range(len(taken) + 1):
                name = hashlib.sha256(f"{number}{cell['source']}".encode("utf-8", "replace")).hexdigest()[:8]
                if name not in taken:
                    break
            cell["id"] = name
            taken.add(name)
        seen.add(name)
