"""What ``make`` says and does before any of the course is asked: the words, and what is never removed."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.helpers.checkout import REPOSITORY
from tests.helpers.processes import ends

NOT_BELOW_MAKE = ("-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")


@pytest.fixture
def make(tmp_path):
    """Run ``make`` in a folder that holds the Makefile, and what a learner has there."""
    place = tmp_path / "Größe 100% #1"
    place.mkdir()
    shutil.copy(REPOSITORY / "Makefile", place)

    def run(*words: str) -> subprocess.CompletedProcess:
        command = ["env", *NOT_BELOW_MAKE, "make", *words]
        return subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=60)

    run.place = place
    return run


def test_words_for_learners_stand_apart_from_those_for_maintainers(make):
    learners, maintainers = make().stdout.split("For whoever maintains it\n")
    words = [re.findall(r"^  make ([a-z-]+) +\S", part, re.MULTILINE) for part in (learners, maintainers)]
    assert words[0] == ["lab", "setup", "update", "doctor", "slides", "test", "clean"]
    assert words[1] == ["test-extras", "render", "record", "derive", "lint", "evidence", "bench", "lock"]


def test_every_word_is_made_also_where_a_file_has_its_name():
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    assert sorted(phony) == sorted(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_the_old_word_for_deriving_does_nothing_and_names_the_new_one(make):
    done = make("exercises")
    assert done.returncode == 2 and "`make derive`" in done.stderr and not done.stdout
    assert [p.name for p in make.place.iterdir()] == ["Makefile"]


def test_clean_removes_what_was_made_and_nothing_that_somebody_wrote(make):
    made = [".venv/bin/python", ".venv-extras/x", "slides/00.html", ".ruff_cache/x", "unladen/course/__pycache__/x.pyc"]
    written = [
        "work/notebooks/.ipynb_checkpoints/00-checkpoint.ipynb",
        "work/my own/__pycache__/helpers.pyc",
        "work/.course/notebooks/00.ipynb",
        "kept/03.ipynb",
        "notebooks/.ipynb_checkpoints/03-checkpoint.ipynb",
        "exercises/03-dynamic-features.ipynb",
        "build/mine.c",
        "my notes/.venv/x",
        "unladen/course/lab.py",
    ]
    for name in made + written:
        (make.place / name).parent.mkdir(parents=True, exist_ok=True)
        (make.place / name).write_text("x")
    done = make("clean")
    assert done.returncode == 0, done.stderr
    assert [name for name in written if not (make.place / name).exists()] == []
    assert [name for name in made if (make.place / name).exists()] == []
    assert ".venv" in done.stdout and "network" in done.stdout and "work/" in done.stdout


def test_clean_leaves_what_a_link_leads_to(make, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "__pycache__").mkdir(parents=True)
    for name in (".venv", "work", "unladen"):
        (make.place / name).symlink_to(elsewhere)
    assert make("clean").returncode == 0
    assert (elsewhere / "__pycache__").exists() and (make.place / "work").is_symlink()


def test_what_doctor_finds_is_not_taken_for_a_failure_of_make(make):
    verdict = make("doctor", "PYTHON=false")  # its status is doctor's own where the course cannot run
    assert (verdict.returncode, verdict.stderr) == (0, "")
    assert make("doctor", "PYTHON=sh -c 'exit 3' --").returncode == 2


def python_that(does: str, place) -> None:
    """Put a script in the place of the environment's Python."""
    (place / "unladen/course").mkdir(parents=True)
    (place / ".venv/bin").mkdir(parents=True)
    python = place / ".venv/bin/python"
    python.write_text(f"#!/bin/sh\n{does}\n")
    python.chmod(0o755)


@pytest.mark.parametrize("variable", ["PORT=80; echo trapped", "IP=$(shell)", "ON=no such room", "PORT="])
def test_a_value_reaches_the_course_as_one_word(make, variable):
    python_that('for word; do echo "<$word>"; done', make.place)
    done = make("lab", variable, "PYTHON=true")
    name, value = variable.split("=")
    wanted = f"<--{name.lower()}={value.replace('$(shell)', '')}>"
    assert wanted in done.stdout.splitlines()[-3:] and done.stdout.splitlines()[-4] == "<lab>"


def test_the_chapters_and_pytests_options_reach_the_suite_as_they_were_given(make):
    python_that('for word; do echo "<$word>"; done', make.place)
    done = make("test", "NB=03, 7", "FLAGS=-x -k 'this or that'", "PYTHON=true")
    assert done.stdout.splitlines()[-5:] == ["<suite>", "<--nb=03, 7>", "<-x>", "<-k>", "<this or that>"]


@pytest.mark.parametrize("word", ["lab", "test"])
def test_whoever_ends_make_ends_what_it_started_too(make, word):
    python_that("echo $$; exec sleep 60", make.place)
    process = subprocess.Popen(
        ["env", *NOT_BELOW_MAKE, "make", word, "PYTHON=true"], cwd=make.place, stdout=subprocess.PIPE, text=True
    )
    server = int(process.stdout.readline())
    process.terminate()
    assert ends(server) and process.wait(30)
    process.stdout.close()
