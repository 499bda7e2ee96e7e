"""Which cells a deck shows, what waits for a key, what a route leaves out, and what is for the speaker alone."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from unladen.course import notes, routes, slide_cells
from unladen.course.notebooks import NotebookError, find

pytestmark = pytest.mark.chapters


def text(source: str, *tags: str):
    return new_markdown_cell(source, metadata={"tags": list(tags)} if tags else {})


def code(source: str, printed: str = ""):
    return new_code_cell(source, outputs=[new_output("stream", name="stdout", text=printed)] if printed else [])


def arranged(*cells, route: str = ""):
    """The cells that a deck of these shows."""
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    slide_cells.arrange(notebook, route)
    return notebook.cells


def waiting(*cells) -> list[str]:
    """The sources of the cells whose outputs wait for a key."""
    return [cell.source for cell in arranged(*cells) if "answers" in cell.metadata.get("tags", [])]


@pytest.mark.parametrize(
    "question",
    [
        "How many?",
        "## Fast?\n\nA loop, or *a sum?*",
        "How many milliseconds will it take? Say a number aloud.",
        "Which one wins?\n\n- a: the loop.\n- b: the sum.",
        "Which one wins?\n\n1. the loop.\n2. the sum.",
        "Which wins?\n\n<details><summary>A hint</summary>\n\nIt has fewer steps.\n\n</details>",
        "Two contenders.\n\n<details><summary>Choose before you run</summary>\n\n- The loop.\n\n</details>",
    ],
)
def test_a_text_that_ends_in_a_question_asks(question):
    assert slide_cells.asks(question)
    assert waiting(text(question), code("race", "10 ms")) == ["race"]


@pytest.mark.parametrize(
    "statement",
    [
        "It is fast.",
        "## Is it fast?",
        "Why? Because.\n\nSo it is fast.",
        "The operator `a ? b : c` of C.",
        "See [what?](https://example.org/?a=1).",
    ],
)
def test_a_text_that_asks_and_goes_on_to_tell_does_not(statement):
    assert not slide_cells.asks(statement)
    assert not waiting(text(statement), code("race", "10 ms"))


def test_all_outputs_up_to_the_next_text_wait_and_none_after_it():
    before = text("How long?"), code("build", "built"), code("x = 1"), code("race", "10 ms")
    assert waiting(*before, text("So."), code("y", "1")) == ["build", "race"]


def test_code_tells_the_answer_if_it_claims_something_and_nothing_of_it_was_shown():
    claims = 'race()\nclaim("C wins")'
    cells = arranged(text("Which?"), code("race()", "10 ms"), code(claims, "✓"), text("Which?"), code(claims, "✓"))
    told = [text("So."), code(claims, "✓"), text("Which?"), code('print("claim(")', "claim(")]
    tells = [slide_cells.TELLS in cell.metadata.get("tags", []) for cell in [*cells, *arranged(*told)]]
    assert tells == [False, False, False, False, True] + [False] * 4


def test_a_question_stays_open_until_something_is_shown():
    assert waiting(text("How long?"), code("x = 1"), text("Here it is."), code("race", "10 ms")) == ["race"]


def test_a_guess_is_not_projected_and_what_follows_it_waits():
    guess = code('guess("03.1", ...)', "03.1 waits for your guess")
    assert waiting(text("Say a number."), guess, text("Now."), code("race", "10 ms")) == ["race"]
    assert not [cell for cell in arranged(text("# A"), guess, code("x", "1")) if "guess" in cell.source]
    assert [c.source for c in arranged(text("# A"), code('n = guess("1", 2)\nn', "2"))][1:] == ['n = guess("1", 2)\nn']


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("%load_ext unladen\nimport math\n\nfrom unladen import race", False),
        ("%load_ext unladen", False),
        ("import os\n\nos.environ['A'] = '1'\npool = Pool(2)", False),
        ("import os\n\na = 1\nb = 2\nc = 3", True),
        ("import os\n\n\ndef f():\n    return os", True),
        ("x = 1", True),
        ("%%c adder\nint f(void);", True),
    ],
)
def test_the_first_code_cell_is_no_slide_if_it_only_sets_up(source, shown):
    cells = arranged(text("# A"), code(source), text("B"), code("import math"))
    assert [cell.source for cell in cells] == ["# A", *[source] * shown, "B", "import math"]


def test_imports_in_two_cells_are_no_slide():
    cells = arranged(text("# A"), code("import math"), code("import os\n\npool = Pool(2)"), code("math.pi", "3.14"))
    assert [cell.source for cell in cells] == ["# A", "math.pi"]


def test_a_first_cell_that_shows_something_is_a_slide():
    assert len(arranged(text("# A"), code("import this", "Beautiful is better than ugly."))) == 2


@pytest.mark.parametrize(
    ("stored", "projected"),
    [
        ("took ≈ 18.8 ms, or ≈ 2 ticks", "took 18.8 ms, or 2 ticks"),
        ("a loop    ≈ 1.68 ms   ≈ 11 %", "a loop      1.68 ms     11 %"),
        ("≈cc -O3 a.c -lm (97 ms)≈\n", "cc -O3 a.c -lm (97 ms)\n"),
        ("report\n≈≈≈\nline 3: error\n≈≈≈", "report\nline 3: error\n"),
        ("≈a.whl≈ took ≈ 2.1 s", "a.whl took 2.1 s"),
        ('print(f"{n}: ≈ {t:.1f} ms, ≈{name}≈")', 'print(f"{n}: {t:.1f} ms, {name}")'),
        ("nothing to mark", "nothing to mark"),
    ],
)
def test_marks_of_what_may_vary_are_not_projected(stored, projected):
    assert slide_cells.unmarked(stored) == projected


def test_marks_leave_every_kind_of_output_and_what_is_said_about_them():
    error = new_output("error", ename="E", evalue="≈≈≈\nx\n≈≈≈", traceback=["≈≈≈\nx\n≈≈≈"])
    table = new_output("display_data", data={"text/html": "<td>≈ 3 ms</td>", "text/plain": "≈ 3 ms"})
    cells = arranged(
        text("# A\n\nYou need nothing. A number behind `≈` will differ. Go on."),
        new_code_cell("x", outputs=[error, table]),
    )
    assert cells[0].source == "# A\n\nYou need nothing. Go on."
    assert "≈" not in str(cells)


def test_a_note_is_the_speakers_with_its_minutes():
    note = text('**For the speaker, 4 minutes.** Ask for hands: some say "half".', "notes")
    found = arranged(text("# A"), note)[1]
    assert slide_cells.slide_type(found) == "notes"
    assert found.source == '<p data-minutes="4"><b>4 minutes</b></p>\n\nAsk for hands: some say "half".'
    assert notes.spoken("**For the speaker.** Wait.") == (0, "Wait.")
    assert notes.spoken("**For the speaker, 2.5 minutes.**\n\nWait.") == (2.5, "Wait.")


def test_readers_are_given_no_note():
    tagged, typed, other = text("a", "notes"), new_markdown_cell("b"), text("c", "route-90")
    typed.metadata["slideshow"] = {"slide_type": "notes"}
    assert notes.without_notes([tagged, typed, other]) == [other]


def chapter(*tagged: str):
    """A chapter whose headings of these names are tagged for the route of 90 minutes."""
    cells = []
    for signs, name in (("#", "Title"), ("##", "One"), ("###", "Deep"), ("##", "Two"), ("##", "Three")):
        cells += [text(f"{signs} {name}", *["route-90"] * (name in tagged)), code(f"of {name}", "1")]
    return cells


@pytest.mark.parametrize(
    ("tagged", "shown"),
    [
        ((), ["Title", "One", "Deep", "Two", "Three"]),
        (("Title",), ["Title"]),
        (("One",), ["Title", "One", "Deep"]),
        (("Deep",), ["Title", "Deep"]),
        (("One", "Three"), ["Title", "One", "Deep", "Three"]),
    ],
)
def test_a_route_shows_its_sections_down_to_the_next_heading(tagged, shown):
    cells = arranged(*chapter(*tagged), route="90")
    assert [c.source.removeprefix("of ") for c in cells if c.cell_type == "code"] == shown
    assert len(arranged(*chapter(*tagged), route="half-day")) == 10, "another route's tags mean nothing"
    assert len(arranged(*chapter(*tagged))) == 10


def test_a_single_cell_can_be_on_a_route():
    cells = chapter("One")
    cells[-1].metadata["tags"] = ["route-90"]
    assert [c.source for c in arranged(*cells, route="90")][-1] == "of Three"


def test_a_route_has_its_chapters():
    lectures = find([], ["notebooks"])
    assert [path.name[:2] for path in routes.chapters_of("90", lectures)] == ["00", "03", "10"]
    assert routes.chapters_of("", lectures) == lectures
    with pytest.raises(NotebookError, match="no such route; there are 90, half-day, two-days"):
        routes.chapters_of("45", lectures)
    with pytest.raises(NotebookError, match="its chapters are 00, 03, 10"):
        routes.chapters_of("90", find(["05"], ["notebooks"]))
