"""A quiz answers at once and keeps the first answer beside the latest; what it asks has its answer in the lectures."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from unladen import quiz
from unladen.course import notebooks, prose
from unladen.course.outputs import ROOT
from unladen.exercises import quizzes
from unladen.exercises.original import stubs

QUESTIONS = quizzes.asked()
PARTS = {1: range(6), 2: range(6, 11), 3: range(11, 13)}  # the chapters of each
BOOKS = [ROOT / "solutions" / f"part-{part}.ipynb" for part in PARTS]


@pytest.fixture(autouse=True)
def learner(tmp_path, monkeypatch):
    """A learner who never answered."""
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path))
    quizzes.forget()
    yield tmp_path
    quizzes.forget()


def told(capsys) -> str:
    """What was printed, as one line."""
    return " ".join(capsys.readouterr().out.split())


def wrong(id: str) -> str:
    return next(letter for letter in QUESTIONS[id].choices if letter != QUESTIONS[id].right)


# -- the word


def test_what_is_not_answered_yet_is_one_quiet_line(capsys, learner):
    quiz("1.6", ...)
    assert told(capsys) == '1.6 waits for your answer: "a", "b" or "c" in place of the three dots.'
    assert not list(learner.iterdir())


@pytest.mark.parametrize("id", QUESTIONS)
def test_every_choice_is_answered_with_its_own_sentence_and_where_to_read(id, capsys):
    question, seen = QUESTIONS[id], set()
    for letter, sentence in question.choices.items():
        quiz(id, letter)
        said = told(capsys)
        assert said.startswith(f"{id}: {'That is it' if letter == question.right else 'Not so'}. {sentence} (Chapter ")
        chapter, section = question.read.split(", ", 1)
        assert said.endswith(f'(Chapter {chapter}, "{section}")')
        seen.add(said)
    assert len(seen) == len(question.choices)


def test_the_first_answer_stays_and_the_latest_is_kept_beside_it(capsys, learner):
    quiz("1.6", wrong("1.6"))
    quizzes.forget()  # the next day
    quiz("1.6", f" {QUESTIONS['1.6'].right.upper()} ")
    kept = json.loads((learner / "quizzes" / "1.6.json").read_text())
    assert kept == {"first": wrong("1.6"), "latest": QUESTIONS["1.6"].right}
    told(capsys)
    quizzes.forget()
    quiz()
    assert told(capsys) == "Part 1: 0 of 10 right at first, now 1; 9 are not answered yet."


def test_the_summary_is_of_the_part_that_was_met_in_this_kernel(capsys):
    quiz()
    assert told(capsys) == "No question of a quiz has been answered yet."
    quiz("1.1", "a")
    quizzes.forget()
    quiz("2.1", ...)
    told(capsys)
    quiz()
    assert told(capsys) == "Part 2: none of the 10 questions is answered yet."


@pytest.mark.parametrize("value", ["d", "", "a, b", "x" * 1000, None, 2, True, ["b"], b"b"])
def test_what_is_no_choice_is_told_and_loses_nothing(value, capsys):
    quiz("1.6", "a")
    quiz("1.6", value)
    said = told(capsys)
    assert 'is none of the choices; put "a", "b" or "c" in place of the three dots.' in said and len(said) < 500
    assert quizzes.recall("1.6") == {"first": "a", "latest": "a"}


@pytest.mark.parametrize("id", ["1.11", "9.1", "03.1", "", 1.3, 4, [], ..., "x" * 1000])
def test_a_question_that_is_not_there_does_not_stop_a_notebook(id, capsys):
    quiz(id, "b")
    said = told(capsys)
    assert said.startswith("There is no question ") and 'quiz("1.3", "b")' in said and len(said) < 200


@pytest.mark.parametrize("rubbish", ["", "[]", "{", "[" * 100_000, '{"first": 1, "latest": "a"}', '{"first": "z"}'])
def test_what_cannot_be_read_was_never_answered(rubbish, learner, capsys):
    (learner / "quizzes").mkdir()
    (learner / "quizzes" / "1.6.json").write_text(rubbish)
    quiz()
    assert "No question of a quiz has been answered yet" in told(capsys)
    quiz("1.6", "a")
    assert quizzes.recall("1.6") == {"first": "a", "latest": "a"}


def test_a_folder_that_cannot_be_written_to_keeps_answers_for_the_session(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "file"))
    quiz("1.6", QUESTIONS["1.6"].right)
    quiz()
    assert "Part 1: 1 of 10 right at first, now 1; 9 are not answered yet." in told(capsys)


# -- the questions


def texts(path: Path) -> dict[str, str]:
    """The text of each question of a notebook, by its id."""
    cells = [cell.source for cell in notebooks.read(path).cells if cell.cell_type == "markdown"]
    return {match[1]: source for source in cells if (match := re.match(r"## (\d\.\d+) ", source))}


def outputs(path: Path) -> list[str]:
    """What the code cells of a notebook print, each in one line."""
    codes = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    return [" ".join("".join(output.get("text", "") for output in cell.outputs).split()) for cell in codes]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_quiz_asks_its_ten_questions_in_order_and_offers_what_is_answered(path):
    part = path.stem[-1]
    asked = texts(path)
    assert list(asked) == [id for id in QUESTIONS if id.startswith(f"{part}.")] == [f"{part}.{n}" for n in range(1, 11)]
    for id, text in asked.items():
        choices = dict(re.findall(r"^- \*\*(\w)\*\* (.*)$", text, re.MULTILINE))
        assert list(choices) == list(QUESTIONS[id].choices), id
        assert max(map(len, choices.values())) <= 1.3 * min(map(len, choices.values())), f"{id}: length tells"


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_the_solution_is_right_ten_times_and_the_exercise_waits_ten_times(path):
    solved, waiting = outputs(path), outputs(ROOT / "exercises" / path.name)
    assert [line.split(": ")[1].split(".")[0] for line in solved[1:-1]] == ["That is it"] * 10
    assert solved[-1] == f"Part {path.stem[-1]}: 10 of 10 right at first, now 10."
    assert [" ".join(line.split()[1:3]) for line in waiting[1:-1]] == ["waits for"] * 10
    assert waiting[-1] == f"Part {path.stem[-1]}: none of the 10 questions is answered yet."


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_an_update_knows_where_a_learner_answers(path):
    found = [id for id, _ in stubs(notebooks.read(ROOT / "exercises" / path.name).cells)]
    assert found == list(texts(path))


@pytest.mark.parametrize("id", QUESTIONS)
def test_what_answers_a_question_is_a_section_of_a_chapter_of_its_part(id):
    number, section = QUESTIONS[id].read.split(", ", 1)
    assert int(number) in PARTS[int(id[0])]
    (lecture,) = (ROOT / "notebooks").glob(f"{number}-*.ipynb")
    sections = [prose.opening(cell.source)[1] for cell in notebooks.read(lecture).cells if cell.cell_type == "markdown"]
    assert section in [name.replace("`", "") for name in sections], f"{id}: {lecture.name} has no section {section!r}"


def test_every_misconception_of_the_instructors_page_is_asked_about():
    page = (ROOT / "notebooks" / "notes" / "for-instructors.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| \d\d [A-Z]", line)]
    rows = [row for row in rows if any(int(row[0][2:4]) in chapters for chapters in PARTS.values())]
    assert len(rows) == sum(map(len, PARTS.values()))
    beliefs = {question.belief for question in QUESTIONS.values()}
    for row in rows:
        for said in re.findall(r'"(.*?)"', row[3]):
            assert said.rstrip(".") in {belief.rstrip(".") for belief in beliefs}, row[0]
    assert len(beliefs) == len(QUESTIONS)


@pytest.mark.parametrize("part", PARTS)
def test_the_right_letter_is_as_likely_as_any_other(part):
    count = Counter(question.right for id, question in QUESTIONS.items() if id.startswith(f"{part}."))
    assert min(count[letter] for letter in "abc") >= 3


def test_no_question_asks_for_a_number():
    for path in BOOKS:
        for id, text in texts(path).items():
            assert not re.search(r"\bhow (many|much|often|long)\b[^.?]*\?", text, re.IGNORECASE), id
            assert not re.search(r"^- \*\*\w\*\* [\d.,]+", text, re.MULTILINE), id


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('belief = "x"\nread = "00, x"\nright = "z"\nchoices.a = "x"\n', "the right choice is none of the choices"),
        ('belief = "x"\n', "missing 3 required"),
    ],
)
def test_an_entry_that_could_not_be_answered_is_named(entry, said, tmp_path, monkeypatch):
    (tmp_path / "part_1.toml").write_text(f'["1.1"]\n{entry}')
    monkeypatch.setattr(quizzes, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(ValueError, match=f"part_1.toml, 1.1: .*{said}"):
        quizzes.asked.__wrapped__()
