"""Lint finds each thing that the style forbids, says where, and is silent about the rest."""

from __future__ import annotations

import base64
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from unladen.__main__ import main as unladen
from unladen.course import frame, notebooks, prose
from unladen.course.lint import lint

OPENING = "# A lesson\n\nYou will be able to see faults, in five minutes."
PIXEL = base64.b64encode(b"\x89PNG").decode()


@pytest.fixture
def findings(tmp_path):
    """A function that stores cells (after an opening) as a finished notebook and returns what lint says of it."""

    def find(*cells, opening: str = OPENING, folder: str = "solutions") -> list[str]:
        path = tmp_path / folder / "lesson.ipynb"
        path.parent.mkdir(exist_ok=True)
        cells = [new_markdown_cell(opening) if opening else None, *cells]
        notebook = new_notebook(cells=[cell for cell in cells if cell])
        for number, cell in enumerate(notebook.cells, 1):
            cell.id = f"cell-{number}"
        notebooks.write(notebooks.canonical(notebook), path)
        return lint(path)

    return find


def text(source: str):
    return new_markdown_cell(source)


def code(source: str, *outputs, **metadata):
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def picture(kind: str = "image/png", **alt):
    return new_output("display_data", {kind: PIXEL, "text/plain": "[figure]"}, metadata={kind: alt})


def printed(line: str):
    return new_output("stream", name="stdout", text=line)


def note(words: str):
    return new_markdown_cell(f"**For the speaker, 4 minutes.** {words}", metadata={"tags": ["notes"]})


FAULTS = [
    (text("## Fine\n\n# Another title"), "a second title"),
    (text("#### Deep"), "jumps from heading level 1 to 4"),
    (text("word " * 91), "has 91 words"),
    (text("  "), "an empty text cell"),
    (text("Above<br/>below"), "has a <br>"),
    (text("We optimize it."), "'optimize' the American way"),
    (text("The Behavior of it."), "'Behavior'"),
    (text("It is about 50 times faster."), "states 'about 50 times'"),
    (text("C is 40× faster than this."), "states '40× faster'"),
    (text("Let's dive in."), "the filler"),
    (text("See [the next](nowhere.ipynb)."), "links to nowhere.ipynb, which is not there"),
    (text("See [the next](/etc/passwd)."), "is absolute"),
    (text("Look [here](https://example.org)."), "a link called 'here'"),
    (text("![](lesson.ipynb)"), "without alternative text: lesson.ipynb"),
    (text('<img src="lesson.ipynb">'), "without alternative text: <img"),
    (text('<img alt="A tree" src="no.svg">'), "links to no.svg"),
    (text("Well done \U0001f389"), "emoji in its source (U+1F389)"),
    (code(""), "an empty code cell"),
    (code("x\n" * 22 + "x"), "has 23 lines"),
    (code("x" * 101), "a line of 101 columns"),
    (code("plot(x);"), "ends with `;`"),
    (code("clear_output(wait=True)"), "'clear_output('"),
    (code("# NBVAL_IGNORE_OUTPUT\nx"), "'# NBVAL_IGNORE_OUTPUT'"),
    (code("x", tags=["nbval-ignore-output"]), "exempt from comparison without a reason"),
    (code("x", tags=["solution_only"]), "the unknown tag 'solution_only'"),
    (new_markdown_cell("Ask.", metadata={"tags": ["notes"]}), "begin it with **For the speaker.** or"),
    (
        new_markdown_cell("Ask.", metadata={"slideshow": {"slide_type": "notes"}}),
        "slide type alone; tag it `notes`",
    ),
    (text("**For the speaker.** Ask."), "learners would see it; tag it `notes`"),
    (code("x", tags=["notes"]), "notes for the speaker are text cells"),
    (code("x", new_output("error", ename="NameError", evalue="x", traceback=[])), "stores an error (NameError)"),
    (code("x", picture()), "shows an image/png without alternative text"),
    (code("x", picture("image/svg+xml", alt=" ")), "shows an image/svg+xml without alternative text"),
    (code("x", printed("a\n" * 61)), "prints 61 lines"),
    (code("x", printed("100%|███| 3/3 [00:00<00:00, 3617.86it/s]\n")), "the clock of a tqdm bar"),
    (code("x", printed("3it [01:02, 21.97s/it]\n")), "the clock of a tqdm bar"),
    (code("x", printed(f"<DisplayHandle display_id={'ab' * 16}>")), "write `handle = display(…)`"),
    (code("x", printed("cell:1: TqdmWarning: IProgress not found. Please…")), "write `from tqdm import tqdm`"),
    (code("x", printed("/Users/anna/course/x.c")), "a path of this machine in its output: '/Users/anna"),
    (code("open('/tmp/ipykernel_7/x')"), "a path of this machine in its source"),
    (code("x", printed("done \u2705")), "emoji in its output (U+2705)"),
]


@pytest.mark.parametrize("cell, said", FAULTS, ids=[said for _, said in FAULTS])
def test_a_fault_is_found_and_its_cell_named(findings, cell, said):
    found = findings(cell)
    assert len(found) == 1, found
    assert "lesson.ipynb cell 2 (cell-2): " in found[0] and said in found[0]


GOOD = [
    text(
        "## Sizes\n\nA prize for whoever resizes this [by optimizing](https://example.org), says *The color of bits*."
    ),
    text(
        "`optimize(color)` takes time:\n\n```python\n# color<br>\n```\n\nAddressSanitizer sees it, $a = 25 \\times b$."
    ),
    text("| a | b |\n|---|---|\n" + "| word word word word | word |\n" * 30),
    text("C was [40× faster](https://example.org/table) there. ![A tree](lesson.ipynb) [Next](lesson.ipynb#one)"),
    note("Some say half."),
    new_markdown_cell("## On a route", metadata={"tags": ["route-90", "route-half-day", "route-two-days"]}),
    code("%%c adder\nint one;"),
    code("x", picture(alt="a line that rises")),
    code("1 / 0", new_output("error", ename="ZeroDivisionError", evalue="", traceback=[]), tags=["raises-exception"]),
    code("x", tags=["nbval-ignore-output", "hide-input"], why="the scheduler decides"),
    code("x", printed("reading: 100%|███| 3/3\nat [12:30] and 11:15<11:20\n<DisplayHandle display_id=a>")),
    code("x", printed("≈ 12.3 ms, ± 3, → next, ✓")),
    code("x", new_output("display_data", {"text/html": "<b>x</b>", "text/plain": "x\n" * 100})),
]


def test_nothing_is_said_of_what_is_in_order(findings):
    assert findings(*GOOD) == []


@pytest.mark.parametrize(
    "opening, said",
    [
        ("## Not a title\n\nFive minutes.", "does not open with the title"),
        ("Hello\n\n# A lesson\n\nFive minutes.", "does not open with the title"),
        ("# A lesson\n\nFor ever.", "how many minutes"),
    ],
)
def test_the_opening(findings, opening, said):
    assert any(said in finding for finding in findings(text("Fine."), text("Fine."), opening=opening))


def test_only_too_many_cells_are_a_finding(findings):
    assert findings(text("a"), *[code("a\nb\nc\nd\ne\nf") for _ in range(88)]) == []
    assert any("has 91 cells; at most 90" in f for f in findings(*[text("a") for _ in range(90)]))
    assert findings(text("a"), *map(note, "c" * 95)) == []


FRAME = {
    "opening": text("# A lesson\n\nAfter this chapter you can see faults. 5 minutes.\n\nYou need eyes."),
    "remember": text("## What to remember\n\n- one\n- two\n- three"),
    "next": text("**On your own:** `exercises/lesson.ipynb`.\n\n**Further reading:** a book."),
}
ASKED = [cell for n in range(6) for cell in (text(f"What is {n}?"), code(f'claim("it is {n}", {n} == {n})'))]


@pytest.fixture
def frame_of(findings, tmp_path):
    """A function that puts these cells into a lecture with notes, and returns what lint says of it."""

    def find(cells, notes: bool = True) -> list[str]:
        (tmp_path / "notebooks" / "notes").mkdir(parents=True, exist_ok=True)
        if notes:
            (tmp_path / "notebooks" / "notes" / "lesson.md").touch()
        opening, *rest = cells
        return findings(*rest, opening=opening.source, folder="notebooks")

    return find


def framed(**changed) -> list:
    """The cells of a lecture that has its frame, with some parts of it as ``changed``."""
    parts = FRAME | changed
    return [parts["opening"], *ASKED, parts["remember"], parts["next"]]


def test_a_lecture_with_its_frame_is_in_order(frame_of, tmp_path):
    assert frame_of(framed()) == []
    path = tmp_path / "notebooks" / "lesson.ipynb"
    assert frame.unwritten(notebooks.read(path), path) == []


LACKING = [
    ("opening", text("# A lesson\n\n5 minutes.\n\nYou need eyes."), "does not say what one can do afterwards"),
    (
        "opening",
        text("# A lesson\n\nAfter this chapter you can see. 5 minutes."),
        "does not say what the chapter asks for",
    ),
    ("remember", text("## What to forget\n\n- one\n- two\n- three"), "has no `## What to remember` with three lines"),
    ("remember", text("## What to remember\n\n- one\n- two"), "has no `## What to remember` with three lines"),
    ("next", text("**Further reading:** a book."), "does not lead to its exercises; end with `**On your own:**"),
    (
        "next",
        text("**On your own:** `other.ipynb`. **Further reading:** x."),
        "`exercises/lesson.ipynb` …`",
    ),
    ("next", text("**On your own:** `exercises/lesson.ipynb`."), "names nothing to read further"),
]


@pytest.mark.parametrize("part, cell, said", LACKING, ids=[f"{part}: {said}" for part, _, said in LACKING])
def test_a_part_of_the_frame_that_is_missing_is_a_finding(frame_of, part, cell, said):
    found = frame_of(framed(**{part: cell}))
    assert len(found) == 1 and said in found[0], found


def test_a_lecture_has_notes_and_a_block_in_the_table_of_its_course(frame_of, tmp_path):
    assert ["has no notes/lesson.md" in found for found in frame_of(framed(), notes=False)] == [True]
    (tmp_path / "chapters.toml").write_text((notebooks.ROOT / "chapters.toml").read_text())
    assert ["has no block in chapters.toml" in found for found in frame_of(framed())] == [True]


ASKING = [
    ("So, of k runs: which?", True),
    ("Which?\n\n![A tree that has no question mark.](a.svg)", True),
    ("Who wins?\n\n<details><summary>Choose before you run</summary>\n\n- One.\n\n</details>", True),
    ("Say a number.\n\n<details><summary>A way to guess</summary>\n\nTicks.\n\n</details>", True),
    ("Guess both factors before you run the cell.", True),
    ("Nobody is interrupted. Predict both timelines.", True),
    ("It makes a guess, and goes on.", False),
    ("Guess first.\n\nIt was otherwise.", False),
    ("Why? Because it waits.", False),
    ("<details><summary>More</summary>\n\nIs it so?\n\n</details>", False),
]


@pytest.mark.parametrize("source, asked", ASKING)
def test_a_prediction_is_asked_for(source, asked):
    assert frame.asks(source) is asked


def test_a_prediction_is_counted_once_and_only_where_a_cell_answers():
    asked, answer = text("How many?"), code("print(3)")
    guess = code('guess("03.2", 3)')
    count = lambda *cells: len(frame.predictions(new_notebook(cells=cells)))  # noqa: E731
    assert [count(asked, answer), count(asked, text("Three."), answer), count(asked)] == [1, 0, 0]
    assert [count(asked, guess, answer), count(guess, answer), count(answer)] == [1, 1, 0]


def test_claims_are_cells_that_assert():
    cells = [code('x = 1\nclaim("one", x == 1)\nclaim("so", True)'), code("assert x"), code('print("claim(x)")')]
    assert frame.claims(new_notebook(cells=cells)) == [1, 2]


def test_what_is_still_to_be_written_is_named_and_no_finding(frame_of, tmp_path, capsys):
    cells = [FRAME["opening"], *ASKED[:2], text(f"{frame.TO_WRITE} more"), FRAME["remember"], FRAME["next"]]
    assert frame_of(cells) == []
    assert unladen(["lint", str(tmp_path / "notebooks")]) == 0
    out = capsys.readouterr().out
    assert "lesson.ipynb: 6 cells (fewer than 30), median" in out and "1 that predict, 1 that claim" in out
    told = out.partition("Still to be written, which `make test` insists on:\n")[2].splitlines()
    assert "lesson.ipynb: still has 'TO WRITE:' in cell 4; do what it says" in told[0]
    assert "asks 1 of at least 6 predictions" in told[1] and "in 1 of at least 5 cells" in told[2]


def test_a_cell_that_was_not_executed_and_a_form_that_is_not_canonical(findings, tmp_path):
    assert findings(code("1 + 1")) == []
    path = tmp_path / "solutions" / "lesson.ipynb"
    notebook = notebooks.read(path)
    notebook.cells[1].execution_count = None
    nbformat.write(notebook, path)
    found = lint(path)
    assert any("cell 2 (cell-2): was not executed" in f for f in found)
    assert any("not in canonical form" in f for f in found)


def test_repeated_ids(findings, tmp_path):
    findings(code("1"), code("2"))
    path = tmp_path / "solutions" / "lesson.ipynb"
    raw = json.loads(path.read_text())
    raw["cells"][2]["id"] = "cell-2"
    path.write_text(json.dumps(raw))
    assert any("2 cells with the id 'cell-2'" in f for f in lint(path))


def test_words_are_those_that_are_read():
    text = "# A title\n\nDon't count `code that is`, [a link](https://example.org/a/b) **or** <b>tags</b>."
    assert prose.words(text) == 8
    assert prose.words("```\nx = 1\n```") == 0


def test_the_command_reports_sizes_and_counts_findings(findings, tmp_path, capsys):
    findings(code("x;"))
    assert unladen(["lint", str(tmp_path / "solutions")]) == 1
    out = capsys.readouterr().out
    assert "lesson.ipynb: 2 cells, median 1 lines of code, 12 words of text" in out
    assert "1 notebooks, 1 findings" in out
    findings(code("x"))
    assert unladen(["lint", str(tmp_path / "solutions" / "lesson.ipynb")]) == 0
