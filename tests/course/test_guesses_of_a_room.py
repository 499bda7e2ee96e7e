"""What a room guessed is collected from its learners' states, in which nothing is trusted."""

import json
import os
from pathlib import Path

import pytest

from unladen.__main__ import main as unladen
from unladen.exercises import guesses, quizzes
from unladen.exercises.guesses import Question

ASKED = {
    "03.1": Question("03.1", "C is faster than the loop", unit="×"),
    "03.2": Question("03.2", "each turn asks again", right="b", choices={"a": "It does not.", "b": "It does."}),
}


@pytest.fixture(autouse=True)
def two_guesses(monkeypatch):
    monkeypatch.setattr(guesses, "questions", lambda: ASKED)


@pytest.fixture
def room(tmp_path):
    """A folder with the states of three learners."""
    for name, number, letter, first in (("ann", 40, "a", "a"), ("bob", 10, "b", "c"), ("cy", 1000, "b", "a")):
        put(tmp_path / name / "guesses" / "03.1.json", {"guess": number, "measured": 30.0, "when": "2026-12-01"})
        put(tmp_path / name / "guesses" / "03.2.json", {"guess": letter})
        put(tmp_path / name / "quizzes" / "1.6.json", {"first": first, "latest": "c"})
    return tmp_path


def put(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def collected(capsys, *folders: object) -> tuple[list[str], list[str], int]:
    """What is printed for these folders, what is left out, and the status."""
    status = unladen(["guesses", *map(str, folders)])
    told = capsys.readouterr()
    return told.out.splitlines(), told.err.splitlines(), status


LINES = [
    "3 learners; a star marks what is right.",
    "03.1  3 guessed: median 40 ×, 1 of 3 (33%) within a factor of two. (C is faster than the loop)",
    "03.2  3 guessed: a 1, b* 2. (each turn asks again)",
    "1.6  3 answered. At first: a 2, b 0, c* 1. Now: a 0, b 0, c* 3. (Python is slow because it is interpreted.)",
]


def test_a_room_is_told_in_a_line_for_each_question(room, capsys):
    assert collected(capsys, room) == (LINES, [], 0)


def test_whoever_is_named_twice_counts_once(room, capsys):
    assert collected(capsys, room, room / "ann", f"{room}/bob/../bob") == (LINES, [], 0)


def test_what_the_words_themselves_keep_is_collected(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path))
    guesses.forget(), quizzes.forget()
    guesses.guess("03.1", 12)
    guesses.guess("03.2", "b")
    quizzes.quiz("1.6", "a")
    guesses.forget(), quizzes.forget()
    capsys.readouterr()
    told, left_out, status = collected(capsys, tmp_path)
    assert (told[0], left_out, status) == ("1 learner; a star marks what is right.", [], 0)
    assert told[1].startswith("03.1  1 guessed: median 12 ×. (") and told[3].startswith(
        "1.6  1 answered. At first: a 1,"
    )


RUBBISH = {
    "damaged": ["", "{", "[" * 9_000, "\x00", '{"guess": ' + "9" * 5000 + "}"],
    "holds no guess that fits": ["[]", "null", "3", "{}", '{"guess": null}', '{"guess": NaN}', '{"guess": Infinity}',
                                 '{"guess": true}', '{"guess": "ten"}', '{"guess": [1]}'],
    "holds no measurement that fits": ['{"guess": 1, "measured": "x"}', '{"guess": 1, "measured": -Infinity}'],
    "larger than any answer": ['{"guess": 1}' + " " * 20_000],
}  # fmt: skip


@pytest.mark.parametrize(("said", "content"), [(said, one) for said, them in RUBBISH.items() for one in them])
def test_a_damaged_file_is_named_and_the_others_count(said, content, room, capsys):
    put(room / "dan" / "guesses" / "03.1.json", content)
    told, (left_out,), status = collected(capsys, room)
    assert told == ["4 learners; a star marks what is right.", *LINES[1:]] and status == 0
    assert left_out.startswith("left out: dan/guesses/03.1.json: ") and said in left_out


def test_a_number_that_no_float_holds_is_left_out(room, capsys):
    put(room / "dan" / "guesses" / "03.1.json", '{"guess": ' + "9" * 400 + "}")
    told, left_out, _ = collected(capsys, room)
    assert told[1:] == LINES[1:] and "dan/guesses/03.1.json" in left_out[0]


@pytest.mark.parametrize(
    "content", ["{}", '{"first": "a"}', '{"first": "a", "latest": "z"}', '{"first": 1, "latest": 2}']
)
def test_a_damaged_answer_to_a_quiz_is_named(content, room, capsys):
    put(room / "dan" / "quizzes" / "1.6.json", content)
    told, left_out, _ = collected(capsys, room)
    assert told[1:] == LINES[1:] and left_out == ["left out: dan/quizzes/1.6.json: holds no answers to this question"]


def test_nothing_is_followed_waited_for_or_printed_as_it_is(room, capsys):
    secret = room / "secret.json"
    put(secret, {"guess": 7})
    shelf = room / "eve" / "guesses"
    shelf.mkdir(parents=True)
    (shelf / "03.1.json").symlink_to(secret)
    os.mkfifo(shelf / "03.2.json")
    (shelf / "99.9\x1b[2J.json").write_text("{}")
    (shelf / "a folder").mkdir()
    (room / "eve" / "quizzes").symlink_to(room / "ann" / "quizzes")
    (room / "fay").symlink_to(room / "ann")
    told, left_out, status = collected(capsys, room)
    assert told == ["4 learners; a star marks what is right.", *LINES[1:]] and status == 0
    assert len(left_out) == 6 and not any("\x1b" in line for line in left_out)
    for name in ("fay: is a link", "eve/quizzes: is a link", "03.1.json", "03.2.json: is no file", r"99.9\x1b[2J.json"):
        assert any(name in line for line in left_out), name


def test_who_may_not_be_read_is_named(room, capsys, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, *_: path.name != "bob")  # for root may read everything
    told, left_out, _ = collected(capsys, room)
    assert told[0].startswith("2 learners") and left_out == [
        f"left out: {room.parent.name}/{room.name}/bob: may not be read"
    ]


def test_an_answer_that_was_being_written_is_no_answer(room, capsys):
    put(room / "ann" / "guesses" / "tmpabc.tmp", "{")
    assert collected(capsys, room) == (LINES, [], 0)


def test_a_folder_without_answers_or_no_folder_at_all_is_told(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    told, left_out, status = collected(capsys, tmp_path / "empty", tmp_path / "none")
    assert (told, status, len(left_out)) == ([], 2, 2)
    assert "neither there nor directly in it are guesses or answers kept" in left_out[0]
    assert "No such file" in left_out[1]
