"""A new version of the course comes into a learner's copy, and nothing that the learner wrote is lost."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
from collections import Counter

import nbformat
import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.course import copies
from unladen.course.merge import Done, merged
from unladen.course.work import bare
from unladen.exercises.original import stubs

EXERCISES = sorted((REPOSITORY / "exercises").glob("*.ipynb"))
LECTURES = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


def cell(source: str, name: str | None = None, kind: str = "code", **more) -> dict:
    made = {"cell_type": kind, "source": source, "metadata": {}} | ({"id": name} if name else {})
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {}) | more


def notebook(*cells: dict, **metadata) -> dict:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}


def lesson(**texts: str) -> dict:
    """A notebook of code cells, by id."""
    return notebook(*(cell(text, name) for name, text in texts.items()))


def run(one: dict) -> dict:
    """A cell as running it leaves it."""
    return one | {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "seen\n"}]}


def sources(one: dict) -> list[str]:
    return [cell["source"] for cell in one["cells"]]


BASE = lesson(a="one", b="two", c="three")


def test_a_cell_that_the_learner_did_not_change_follows_the_course_and_loses_the_outputs_of_the_old_text():
    mine = notebook(*map(run, BASE["cells"]))
    result, done = merged(BASE, mine, lesson(a="one", b="TWO", c="three"))
    assert sources(result) == ["one", "TWO", "three"]
    assert [bool(c["outputs"]) for c in result["cells"]] == [True, False, True]
    assert done == Done(changed=1)


def test_a_cell_that_only_the_learner_changed_stays_with_its_outputs():
    mine = lesson(a="one", b="my two", c="three")
    mine["cells"][1] = run(mine["cells"][1])
    result, done = merged(BASE, mine, lesson(a="one", b="two", c="THREE"))
    assert sources(result) == ["one", "my two", "THREE"] and result["cells"][1]["outputs"]
    assert done == Done(changed=1, kept=1)


def test_where_both_changed_a_cell_the_courses_takes_its_place_and_the_learners_stands_right_behind():
    result, done = merged(BASE, lesson(a="one", b="my two", c="three"), lesson(a="one", b="TWO", c="three"))
    assert sources(result) == ["one", "TWO", "my two", "three"]
    assert result["cells"][1]["id"] == "b" and done == Done(beside=1, kept=1)


def test_where_both_changed_an_answer_the_learners_stays():
    result, done = merged(BASE, lesson(a="one", b="my two", c="three"), lesson(a="one", b="TWO", c="3"), answers={"b"})
    assert sources(result) == ["one", "my two", "3"]
    assert done == Done(changed=1, kept=1)


def test_where_both_changed_a_cell_to_the_same_it_is_there_once():
    result, done = merged(BASE, lesson(a="one", b="TWO", c="three"), lesson(a="one", b="TWO  \n", c="three"))
    assert sources(result) == ["one", "TWO", "three"] and not done.anything()


def test_the_learners_own_cells_go_with_the_cell_that_they_stand_behind_and_new_ones_come_after_both():
    mine = lesson(a="one", mine="note", b="two", c="three", last="end")
    theirs = lesson(c="three", a="one", new="new", b="two")
    assert sources(merged(BASE, mine, theirs)[0]) == ["three", "end", "one", "note", "new", "two"]


def test_an_own_cell_at_the_very_beginning_stays_there():
    mine = notebook(cell("note", "mine"), *BASE["cells"])
    assert sources(merged(BASE, mine, lesson(new="zero", a="one", b="two", c="three"))[0])[:2] == ["note", "zero"]


def test_a_dropped_cell_goes_only_if_the_learner_had_not_changed_it():
    theirs = lesson(a="one")
    result, done = merged(BASE, lesson(a="one", b="my two", c="three"), theirs)
    assert sources(result) == ["one", "my two"] and done == Done(dropped=1, kept=1)


def test_a_cell_that_the_learner_deleted_stays_deleted_unless_the_course_changed_it():
    mine = lesson(b="two")
    result, done = merged(BASE, mine, lesson(a="one", b="two", c="THREE"))
    assert sources(result) == ["two", "THREE"] and done == Done(new=1)


def test_a_cell_that_the_learner_moved_stays_where_it_is():
    mine = lesson(c="three", a="one", b="two")
    assert sources(merged(BASE, mine, lesson(a="ONE", b="two", c="three"))[0]) == ["three", "ONE", "two"]


def test_a_cell_that_became_text_is_a_changed_cell():
    mine = notebook(BASE["cells"][0], cell("two", "b", "markdown"), BASE["cells"][2])
    result, _ = merged(BASE, mine, lesson(a="one", b="TWO", c="three"))
    assert [(c["cell_type"], c["source"]) for c in result["cells"]][1:3] == [("code", "TWO"), ("markdown", "two")]


def test_outputs_counts_and_trailing_blanks_are_no_changes():
    mine = notebook(run(cell("one  \n\n", "a")), cell("two", "b"), cell("three", "c"))
    assert sources(merged(BASE, mine, lesson(a="ONE", b="two", c="three"))[0])[0] == "ONE"


def test_a_pasted_picture_is_a_change_and_is_kept():
    picture = {"image.png": {"image/png": "iVBORw0KGgo="}}
    text = notebook(cell("Look.", "t", "markdown"))
    mine = notebook(cell("Look.", "t", "markdown", attachments=picture))
    result, _ = merged(text, mine, notebook(cell("LOOK.", "t", "markdown")))
    assert [c.get("attachments") for c in result["cells"]] == [None, picture]


def test_raw_cells_and_a_learners_own_metadata_are_kept_and_the_courses_tags_come():
    base = notebook(cell("one", "a", metadata={"tags": ["x"]}), title="old")
    mine = notebook(cell("one", "a", metadata={"tags": ["x"], "collapsed": True}), cell("raw", "r", "raw"), title="old")
    theirs = notebook(cell("one", "a", metadata={"tags": ["y"]}), title="new")
    result, done = merged(base, mine, theirs)
    assert result["cells"][0]["metadata"] == {"tags": ["y"], "collapsed": True}
    assert result["cells"][1]["cell_type"] == "raw" and result["metadata"] == {"title": "new"}
    assert done.anything()


def test_cells_that_lost_their_ids_are_known_by_their_text_and_then_by_their_place():
    mine = notebook(*(cell(text) for text in ("one", "my two", "three", "note")))
    result, done = merged(BASE, mine, lesson(a="ONE", b="two", c="three", d="four"))
    assert sources(result) == ["ONE", "my two", "three", "note", "four"]
    assert [c["id"] for c in result["cells"]][:3] == ["a", "b", "c"]


def test_of_two_cells_with_one_id_the_one_with_the_courses_text_is_the_courses():
    mine = notebook(cell("my copy", "a"), *BASE["cells"])
    result, _ = merged(BASE, mine, lesson(a="ONE", b="two", c="three"))
    assert sources(result) == ["my copy", "ONE", "two", "three"]
    assert len({c["id"] for c in result["cells"]}) == 4 and result["cells"][1]["id"] == "a"


def test_without_a_base_nothing_is_lost_and_nothing_doubled():
    mine = lesson(a="one", b="my two", note="note", c="three")
    result, _ = merged({"cells": [], "metadata": {}}, mine, lesson(a="one", b="TWO", c="three", d="four"))
    assert sources(result) == ["one", "TWO", "my two", "note", "three", "four"]


# ------------------------------------------------------------------------------------------ by properties


def of_git(path: str) -> list[dict]:
    """The versions of a notebook that are in the history, oldest first; none where the course came without one."""
    if not shutil.which("git"):
        return []
    log = ["git", "-C", str(REPOSITORY), "log", "--format=%h", "--reverse", "--", path]
    told = subprocess.run(log, capture_output=True, text=True)
    found = []
    for commit in told.stdout.split():
        show = ["git", "-C", str(REPOSITORY), "show", f"{commit}:{path}"]
        if (text := subprocess.run(show, capture_output=True).stdout).startswith(b"{"):
            found.append(with_texts(json.loads(text)))
    return found


def with_texts(one: dict) -> dict:
    for c in one["cells"]:
        c["source"] = "".join(c["source"])
    return bare(one)


def of_course(one: dict, chance: random.Random) -> dict:
    """A later version of the course: some cells rewritten, dropped, moved, new."""
    one = copy.deepcopy(one)
    for number in range(chance.randint(1, 8)):
        cells, name = one["cells"], f"new-{chance.randrange(10**9)}"
        at = chance.randrange(len(cells))
        match chance.choice(["rewrite", "drop", "move", "add", "tag", "rename"]):
            case "rewrite":
                cells[at]["source"] += f"\n# version {number}"
            case "drop" if len(cells) > 3:
                del cells[at]
            case "move":
                cells.insert(chance.randrange(len(cells)), cells.pop(at))
            case "add":
                cells.insert(at, cell(f"# course {name}", name, chance.choice(["code", "markdown"])))
            case "tag":
                cells[at]["metadata"] = {"tags": [f"tag-{number}"]}
            case "rename":
                cells[at]["id"] = name
    return one


def of_learner(one: dict, chance: random.Random) -> tuple[dict, list[str]]:
    """A copy that a learner has worked in, and all the texts she wrote."""
    one = copy.deepcopy(one)
    for number in range(chance.randint(0, 12)):
        cells = one["cells"]
        at = chance.randrange(len(cells)) if cells else 0
        text = f"mine-{number}-{chance.randrange(10**9)}"
        match chance.choice(["answer", "answer", "note", "note", "delete", "move", "double", "ids", "run", "kind"]):
            case "note":
                cells.insert(at, cell(text, chance.choice([None, text]), chance.choice(["code", "markdown", "raw"])))
            case _ if not cells:
                continue
            case "answer":
                cells[at]["source"] = chance.choice([text, f"{cells[at]['source']}\n{text}"])
            case "delete":
                del cells[at]
            case "move":
                cells.insert(chance.randrange(len(cells)), cells.pop(at))
            case "double":
                cells.insert(chance.randrange(len(cells)), copy.deepcopy(cells[at]))
            case "ids":
                for c in cells:
                    c.pop("id", None)
                one["nbformat_minor"] = 4
            case "run":
                cells[:] = [run(c) if c["cell_type"] == "code" else c for c in cells]
            case "kind":
                cells[at] = cell(f"{cells[at]['source']}\n{text}", cells[at].get("id"), "raw")
    return one, mine_alone(one)


def mine_alone(one: dict) -> list[str]:
    """What a learner wrote into a notebook, line by line."""
    return [line for text in sources(one) for line in text.split("\n") if line.startswith("mine-")]


def text_alone(one: dict) -> list[tuple]:
    return [(c["id"], c["cell_type"], c["source"].rstrip(), c["metadata"]) for c in one["cells"]]


@pytest.mark.parametrize(
    "path", [EXERCISES[3], EXERCISES[10], LECTURES[10]], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_two_hundred_evenings_and_three_versions_of_the_course(path):
    """No word of a learner's is lost, no mark of a conflict is written, and a second time there is nothing to do."""
    now = bare(copies.read(path))
    history = of_git(f"{path.parent.name}/{path.name}") or [now]
    for evening in range(200):
        chance = random.Random(f"{path.name}-{evening}")
        base = chance.choice(history[-4:])
        mine, written = of_learner(base, chance)
        for version in range(3):
            theirs = now if version == 0 else of_course(now if version == 1 else base, chance)
            answers = {c["id"] for _, c in stubs(theirs["cells"])} if path in EXERCISES else set()
            before = copy.deepcopy((base, mine, theirs))
            result, _ = merged(base, mine, theirs, answers)
            assert (base, mine, theirs) == before, evening
            assert Counter(written) == Counter(mine_alone(result)), evening
            assert not any(mark in text for text in sources(result) for mark in ("<<<<<<<", "=======", ">>>>>>>"))
            if version == evening % 3:  # it takes the most time of all
                nbformat.validate(nbformat.from_dict(json.loads(copies.text_of(result))))
            assert len({c["id"] for c in result["cells"]}) == len(result["cells"]), evening
            again, done = merged(theirs, result, theirs, answers)
            assert not done.anything() and sources(again) == sources(result), evening
            after_interruption, _ = merged(base, result, theirs, answers)
            assert Counter(written) == Counter(mine_alone(after_interruption)), evening
            assert not Counter(sources(after_interruption)) - Counter(sources(result)), evening
            untouched, _ = merged(base, base, theirs, answers)
            assert text_alone(untouched) == text_alone(theirs), evening
            new = {c["source"] for c in theirs["cells"] if c["id"] not in answers} - set(sources(base))
            assert new <= set(sources(result)), evening
