"""What ``python -m unladen new`` writes: the smallest chapter that has every part, and says what belongs there.

It runs and passes lint; the tests refuse it until all that stands behind ``TO WRITE:`` is written. Each text is given
the chapter's number ``{n}``, its ``{stem}``, title, minutes and so on, and the name ``{word}`` of its first exercise.
"""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from unladen.course.chapters import Chapter
from unladen.course.frame import TO_WRITE

# cells as: kind of slide (code has none), id, text
LECTURE = (
    (
        "slide",
        "title",
        """# {title}

After this chapter you can {afterwards}. {lecture} minutes; the exercises take {exercises} more.

You need {todo} what the reader knows already, and from which chapters.""",
    ),
    ("code", "setup", "%load_ext unladen\nfrom unladen import claim, guess, race"),
    (
        "slide",
        "first",
        """## {todo} the first question

{todo} what is looked at, in 20 to 70 words, and why it matters.

![{todo} what the picture shows, for those who do not see it.](../img/{stem}.svg)""",
    ),
    (
        "code",
        "loop",
        """def loop(numbers):
    total = 0
    for x in numbers:
        total += x
    return total""",
    ),
    (
        "subslide",
        "predict",
        """{todo} a question that the next cell answers. A loop of our own against `sum`: by what factor does `sum` win?

- **a** Not at all: `sum` contains the same loop.
- **b** By less than a half.
- **c** By more.""",
    ),
    ("code", "guess-1", 'guess("{n}.1", ...)'),
    (
        "code",
        "race",
        """numbers = list(range(100_000))
times = race({{"a loop": lambda: loop(numbers), "sum": lambda: sum(numbers)}})
claim("sum beats a loop of our own", times.ratio("a loop", "sum"), at_least=1.5)""",
    ),
    ("", "why", "{todo} what was seen, why it is so, and what follows from it."),
    ("", "guessed", "The next cell holds your guesses against what was measured. {todo} which of them surprises most."),
    ("code", "calibration", "guess()"),
    (
        "slide",
        "remember",
        "## What to remember\n\n- {todo} three lines, each of them measured above.\n- {todo}\n- {todo}",
    ),
    (
        "",
        "next",
        """**On your own:** `exercises/{stem}.ipynb` has one exercise: {todo} what they are about.

**In practice:** {todo} what to do differently tomorrow.

**Further reading:** {todo} author, *title*, year.""",
    ),
)

SOLUTION = (
    (
        "",
        "title",
        """# Exercises {n}: {label}

{todo} what these exercises are about. You need chapter {n} and {exercises} minutes.""",
    ),
    ("code", "setup", "%load_ext unladen\nfrom unladen import check, progress"),
    (
        "",
        "task-1",
        """## {number}.1 {todo} a title

{todo} the task. `{word}(numbers)` returns the sum of a list of numbers, 0 if there are none.""",
    ),
    (
        "code",
        "answer-1",
        """### BEGIN SOLUTION
def {word}(numbers):
    return sum(numbers)
### STUB: def {word}(numbers):
### STUB:     ...
### END SOLUTION""",
    ),
    ("code", "check-1", "check({word})"),
    ("", "how-far", "How far have you come?"),
    ("code", "progress", "progress()"),
)

CHECKS = '''"""Chapter {n}, {label}: {todo} its exercises in a few words."""

from __future__ import annotations

from unladen.exercises.registry import exercise
from unladen.exercises.words import case


@exercise(
    "{number}.1",
    "{todo} a title",
    hints=[
        "{todo} three hints, each a step further; the last one nearly the answer.",
    ],
    why="{todo} why the right answer works, and where it is met outside of this exercise.",
)
def {word}(answer):
    case(answer, [[1, 2, 4]], expected=7, mistakes=[(3, "That is how many numbers there are, not their sum.")])
    case(answer, [[]], expected=0, hint="Nothing has been added yet.")
'''

WRONG = '''"""Wrong answers to the exercises of chapter {n}, and a piece of the text that each must be shown.

``{{id: [(source, fragment)]}}``; the source defines the answer under its own name.
{todo} at least four for each exercise.
"""

from __future__ import annotations

WRONG = {{
    "{number}.1": [
        ("def {word}(numbers):\\n    return len(numbers)\\n", "how many numbers there are"),
    ],
}}
'''

GUESSES = """# {todo} what can be guessed in chapter {n}, at least six; exercises/guesses.py says how.

["{n}.1"]
claim = "sum beats a loop of our own"
right = "c"
choices.a = "Both add, but what surrounds an addition differs: a loop of ours is taken apart, one instruction a step."
choices.b = "What surrounds an addition costs more than the addition itself."
choices.c = "Its loop is C's: no instruction is fetched, no name is looked up, for each of the numbers."
"""

RIGHT = '''"""Right answers to the exercises of chapter {n}, in other styles than the solution's.

{todo} at least three for each exercise: ``{{id: [source]}}``.
"""

from __future__ import annotations

RIGHT = {{
    "{number}.1": [
        "def {word}(numbers):\\n    return sum(x for x in numbers)\\n",
    ],
}}
'''

NOTES = """# Notes for maintainers: {stem}

{todo} statements that depend on the version of Python, of a tool, or on the machine, and what the claims stand on.

| statement | cell | verified on | how, or source |
|---|---|---|---|
| {todo} | `race` | | |
"""

PICTURE = '''"""{todo} the question that this picture answers."""

from common import BLUE, GREEN, Page, save


def draw() -> Page:
    description = (
        "{todo} what is seen, for those who do not see it. "
        "Two boxes in a row, and an arrow that leads from the first to the second."
    )
    page = Page(900, 300, "{todo} the question that it answers", description)
    page.box(60, 100, 320, 110, stroke=BLUE)
    page.text(220, 165, "before", 28, anchor="middle")
    page.arrow((392, 155), (508, 155))
    page.box(520, 100, 320, 110, stroke=GREEN)
    page.text(680, 165, "after", 28, anchor="middle")
    return page


if __name__ == "__main__":
    save(__file__, draw())
'''


def words(chapter: Chapter) -> dict[str, object]:
    """What is put into the texts."""
    return {
        "n": f"{chapter.number:02}",
        "number": chapter.number,
        "stem": chapter.stem,
        "title": chapter.title,
        "label": chapter.label,
        "afterwards": chapter.afterwards,
        "lecture": chapter.minutes[0],
        "exercises": chapter.minutes[1],
        "word": f"first_of_{chapter.name.replace('-', '_')}",
        "todo": TO_WRITE,
    }


def texts(chapter: Chapter) -> dict[str, str]:
    """The files that are text, by their paths in the repository."""
    given, package = words(chapter), f"unladen/exercises/chapter{chapter.number:02}"
    return {
        f"{package}/__init__.py": "",
        f"{package}/checks.py": CHECKS.format(**given),
        f"{package}/guesses.toml": GUESSES.format(**given),
        f"tests/right_answers/chapter{chapter.number:02}.py": RIGHT.format(**given),
        f"tests/wrong_answers/chapter{chapter.number:02}.py": WRONG.format(**given),
        f"notebooks/notes/{chapter.stem}.md": NOTES.format(**given),
        f"img/draw/{chapter.stem}.py": PICTURE.format(**given),
    }


def lecture(chapter: Chapter) -> NotebookNode:
    """The lecture, not yet executed."""
    return _notebook(LECTURE, chapter)


def solution(chapter: Chapter) -> NotebookNode:
    """The exercise with its answer, not yet executed."""
    return _notebook(SOLUTION, chapter)


def _notebook(cells: tuple, chapter: Chapter) -> NotebookNode:
    made = []
    for kind, name, text in cells:
        source = text.format(**words(chapter))
        cell = new_code_cell(source, id=name) if kind == "code" else new_markdown_cell(source, id=name)
        if kind not in ("", "code"):
            cell.metadata["slideshow"] = {"slide_type": kind}
        made.append(cell)
    return new_notebook(cells=made)
