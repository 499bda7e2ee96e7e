"""The pictures: each is what its script draws, says in words what it shows, and names its sources."""

import csv
import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.chapters

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path for path in (ROOT / "img" / "draw").glob("*.py") if path.stem != "common")
PICTURES = sorted((ROOT / "img").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


def stem(path):
    return path.stem


def rows(name):
    with open(ROOT / "img" / "draw" / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_picture_has_its_script_and_every_script_its_picture():
    assert [path.stem for path in PICTURES] == [path.stem for path in SCRIPTS]
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=stem)
def test_a_picture_is_what_its_script_draws(script, monkeypatch):
    monkeypatch.syspath_prepend(str(script.parent))
    drawn = runpy.run_path(str(script))["draw"]().svg()
    stored = (ROOT / "img" / f"{script.stem}.svg").read_bytes()
    assert stored == drawn.encode(), f"img/{script.stem}.svg is out of date: run python img/draw/{script.name}"


@pytest.mark.parametrize("picture", PICTURES, ids=stem)
def test_a_picture_says_in_words_what_it_shows(picture):
    root = ElementTree.parse(picture).getroot()
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert len(title.text) > 20 and len(description.text) > 80
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]


@pytest.mark.parametrize("picture", PICTURES, ids=stem)
def test_a_picture_needs_nothing_from_elsewhere_and_runs_nothing(picture):
    text = picture.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?:|<script|<image|<foreignObject|href|@import|url\(", text)


@pytest.mark.parametrize("picture", PICTURES, ids=stem)
def test_a_picture_can_be_read_from_the_back_row_and_keeps_inside_its_frame(picture):
    root = ElementTree.parse(picture).getroot()
    width, height = (float(n) for n in root.get("viewBox").split()[2:])
    for text in root.iter(f"{SVG}text"):
        size = float(text.get("font-size"))
        # 0.62 of the size is a generous mean for the widest of the fonts that a machine may have
        length = 0.62 * size * len(text.text)
        start = float(text.get("x")) - {None: 0, "middle": length / 2, "end": length}[text.get("text-anchor")]
        assert size >= width / 94, text.text
        assert start >= 0 and start + length <= width, text.text
        assert size <= float(text.get("y")) <= height, text.text


def test_figures_name_their_sources():
    assert all(row["source"].strip() for row in rows("clock-rate"))


def test_the_clock_rates_are_in_order_and_plausible():
    processors = rows("clock-rate")
    years = [int(row["year"]) for row in processors]
    assert years == sorted(years)
    assert all(0.5 <= float(row["megahertz"]) <= 6500 and 1 <= int(row["cores"]) <= 32 for row in processors)


def test_every_language_has_an_answer_for_every_feature_and_a_note_for_every_half():
    languages = rows("languages-features")
    notes = {row["languages"] for row in rows("languages-features-notes")}
    for row in languages:
        answers = {value for key, value in row.items() if key != "language"}
        assert answers <= {"yes", "partly", "no"}
        assert "partly" not in answers or row["language"] in notes
    assert notes <= {row["language"] for row in languages}
