"""A guess is committed before the measurement, settled by its claim, and kept; it never stops a notebook."""

import json
import math
import re
from pathlib import Path

import nbformat
import pytest

from unladen import claim, guess
from unladen.course import notes
from unladen.course.outputs import ROOT
from unladen.exercises import guesses
from unladen.exercises.guesses import Question, questions

WHY = {"a": "The processor adds as fast.", "b": "Each turn asks for the type."}
ASKED = {
    "03.1": Question("03.1", "C is faster than the loop", unit="×"),
    "03.2": Question("03.2", "each turn asks again", right="b", choices=WHY),
    "03.3": Question("03.3", "the loop takes no hour", unit="ms"),
}
LECTURES = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def learner(tmp_path, monkeypatch):
    """A learner who never guessed, and three things to guess."""
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path))
    monkeypatch.setattr(guesses, "questions", lambda: ASKED)
    guesses.forget()
    yield tmp_path
    guesses.forget()


def said(capsys) -> str:
    return capsys.readouterr().out


def test_a_guess_that_is_not_made_changes_nothing_but_one_line(capsys, learner):
    guess("03.1", ...)
    assert said(capsys) == "03.1 waits for your guess: a number (×) in place of the three dots.\n"
    claim("C is faster than the loop", 40.0, at_least=2)
    assert "guess" not in said(capsys)
    assert not list(learner.iterdir())


@pytest.mark.parametrize(
    ("guessed", "told"),
    [(40, "within a tenth"), (25, "right size: a factor of 1.6 too low"), (4000, "Off: a factor of 1e+02 too high")],
)
def test_the_claim_says_how_far_off_a_number_was(capsys, guessed, told):
    guess("03.1", guessed)
    claim("C is faster than the loop", 40.0, at_least=2)
    assert told in said(capsys)


def test_a_choice_is_answered_with_its_own_sentence(capsys):
    guess("03.2", "a")
    claim("each turn asks again", True)
    assert "Not so: The processor adds as fast." in said(capsys)
    guesses.forget()
    guess("03.2", " B ")
    assert "you guessed a, and it has been measured" in said(capsys)


def test_until_it_is_measured_a_guess_can_be_changed(capsys, learner):
    guess("03.3", 1)
    guess("03.3", 30)
    claim("the loop takes no hour", 0.035, at_most=3600)
    kept = json.loads((learner / "guesses" / "03.3.json").read_text())
    assert (kept["guess"], kept["measured"]) == (30, 35)
    guess("03.3", 35)
    claim("the loop takes no hour", 0.050, at_most=3600)
    assert json.loads((learner / "guesses" / "03.3.json").read_text()) == kept
    assert said(capsys).count("Your guess 03.3: 30 ms") == 2


@pytest.mark.parametrize("value", ["ten", None, math.nan, math.inf, True, [1] * 1000, "b", 1j])
def test_what_is_no_guess_is_told_and_loses_nothing(capsys, value):
    guess("03.1", 12)
    guess("03.1", value)
    assert "no number; put a number (×) in place of the three dots" in said(capsys)
    assert guesses.recall("03.1")["guess"] == 12


def test_a_number_that_nobody_asks_for_does_not_stop_a_notebook(capsys):
    guess("99.9", 3)
    assert "nothing to guess under '99.9'" in said(capsys)


def test_a_claim_that_fails_settles_nothing(capsys):
    guess("03.1", 12)
    with pytest.raises(AssertionError):
        claim("C is faster than the loop", 1.0, at_least=2)
    assert "measured" not in guesses.recall("03.1")


@pytest.mark.parametrize("rubbish", ["", "[]", "{", '{"guess": [1]}', '{"guess": null}'])
def test_what_cannot_be_read_was_never_guessed(rubbish, learner, capsys):
    (learner / "guesses").mkdir()
    (learner / "guesses" / "03.1.json").write_text(rubbish)
    guess("03.1", ...)
    assert "waits for your guess" in said(capsys)


def test_a_folder_that_cannot_be_written_to_keeps_the_guess_for_the_session(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "file"))
    guess("03.1", 12)
    claim("C is faster than the loop", 12.5, at_least=2)
    assert "That is it" in said(capsys)


def test_the_end_of_a_chapter_shows_how_well_it_was_guessed(capsys):
    guess()
    assert "No cell with a guess has been run yet" in said(capsys)
    guess("03.1", ...)
    guess()
    assert "None of the 1 guesses of this notebook is made yet" in said(capsys)
    guess("03.1", 30)
    guess("03.2", "a")
    guess("03.3", 3)
    claim("C is faster than the loop", 40.0, at_least=2)
    claim("each turn asks again", True)
    said(capsys)
    guess()
    told = said(capsys)
    assert (
        "Of 3 guesses 3 made: 1 of 1 numbers within a factor of two, 0 of 1 choices right, 1 not measured yet" in told
    )
    assert "03.1: guessed 30 ×, measured 40 ×" in told


# -- what the lectures ask


def asked(path: Path) -> list[tuple[str, str, str]]:
    """The guesses of a lecture: the id, the text that stands before the cell, and all code after it."""
    cells = notes.without_notes(nbformat.read(path, as_version=4).cells)
    found = []
    for number, cell in enumerate(cells):
        if cell.cell_type == "code" and (match := re.match(r'guess\("([\d.]+)"', cell.source)):
            after = "\n".join(c.source for c in cells[number + 1 :] if c.cell_type == "code")
            found.append((match[1], cells[number - 1].source, after))
    return found


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_every_guess_is_settled_by_a_claim_that_comes_after_it(path):
    chapter = path.name[:2]
    there = {id: q for id, q in questions().items() if id.startswith(f"{chapter}.")}
    lecture = asked(path)
    assert [id for id, _, _ in lecture] == sorted(there, key=lambda id: int(id.split(".")[1])), "in order, each once"
    for id, before, after in lecture:
        assert there[id].claim in after.replace('"\n    "', ""), f"{id}: no claim after it says {there[id].claim!r}"
        letters = re.findall(r"^- \*\*(\w)\*\* ", before, re.MULTILINE)
        assert letters == list(there[id].choices), f"{id}: the text before it offers {letters}"


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_asks_for_six_guesses_at_least(path):
    count = len(asked(path))
    assert count >= 6, (
        f"{path.stem} asks for {count} of at least 6 guesses: write them in the lecture and its guesses.toml"
    )


def test_the_course_asks_for_ninety_guesses():
    assert len(questions()) >= 90


def test_each_wrong_choice_has_a_sentence_of_its_own():
    for question in questions().values():
        told = list(question.choices.values())
        assert len(set(told)) == len(told) and all(len(sentence.split()) >= 5 for sentence in told), question.id
        assert len(told) != 1
