"""The pages that a maintainer reads first: what they name is there, and what they tell one to type is a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import unladen
from tests.helpers.checkout import REPOSITORY
from unladen.__main__ import LEARNERS, MAINTAINERS
from unladen.course import lint, prose

PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md")),
    # parts-of-others.md names files of others' packages; tests/test_parts_of_others.py looks for each of ours
    *sorted({*(REPOSITORY / "docs").glob("*.md")} - {REPOSITORY / "docs" / "parts-of-others.md"}),
    *sorted((REPOSITORY / ".github").rglob("*.md")),
]
FORMS = sorted((REPOSITORY / ".github").rglob("*.yml"))
MADE = ("work", "kept", "slides", ".venv", ".venv-extras", "build", "dist")  # on a machine, not in the repository
MAKE = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"[\w.-]+/[\w./-]*|[\w-]+\.(?:cff|md|toml|txt|yml)|Makefile")
_EXAMPLE = re.compile(r"NN|NAME|(?:\b|chapter)13\b|path/to")  # a chapter that is to be made


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def links(text: str) -> list[str]:
    """The addresses that a page leads to, but for those on the web."""
    found = re.findall(r"\]\(([^)\s]+)\)", _FENCED.sub("", text))
    return [address for address in found if not re.match(r"https?:", address)]


def headings(text: str) -> set[str]:
    """What the headings of a page are called in addresses."""
    titles = re.findall(r"^#+ +(.*)$", _FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def dead(page: Path, text: str) -> list[str]:
    """The links of a page that lead nowhere."""
    wrong = []
    for address in links(text):
        path, _, part = address.partition("#")
        target = prose.linked(path, page.parent) if path else page
        known = headings(text if target == page else target.read_text(encoding="utf-8")) if target and part else {part}
        if not target or part not in known:
            wrong.append(address)
    return wrong


def paths(text: str) -> list[str]:
    """What stands between backquotes and is meant to be a file or a folder of the repository."""
    quoted = [piece.strip() for piece in re.findall(r"`([^`\n]+)`", _FENCED.sub("", text))]
    return [piece for piece in quoted if _PATH.fullmatch(piece) and not _EXAMPLE.search(piece)]


def absent(page: Path, text: str) -> list[str]:
    """The paths in a page that are not there, seen from the repository; a file of a room may be named from there."""
    rooms = [REPOSITORY, REPOSITORY / "unladen", REPOSITORY / "tests", page.parent]
    return [
        path
        for path in paths(text)
        if path.split("/")[0] not in MADE and not any((room / path).exists() for room in rooms)
    ]


def commands(text: str) -> tuple[set[str], set[str]]:
    """The words of make, and those of ``python -m unladen``, that a page tells one to type or a workflow runs."""
    quoted = re.findall(r"`([^`\n]+)`", _FENCED.sub("", text)) + "\n".join(_FENCED.findall(text)).splitlines()
    quoted += re.findall(r"^ *(?:- )?run: (.*)", text, re.MULTILINE)
    typed = "\n".join(re.sub(r"#.*", "", line) for line in quoted)
    return set(re.findall(r"^\W*make ([a-z][\w-]*)", typed, re.M)), set(re.findall(r"-m unladen ([a-z]+)", typed))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    assert dead(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_between_backquotes_is_there(page):
    assert absent(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", [*PAGES, *FORMS], ids=name)
def test_every_command_is_a_word_of_make_or_of_the_course(page):
    of_make, of_course = commands(page.read_text(encoding="utf-8"))
    assert of_make <= MAKE
    assert of_course <= LEARNERS.keys() | MAINTAINERS.keys()


def test_what_is_not_there_is_found():
    page, there = REPOSITORY / "README.md", "[house](docs/house.md) [it](#chapters) `unladen/show.py` `make lab`"
    assert not dead(page, there + "\n## Chapters\n") and not absent(page, there)
    wrong = "[a](docs/none.md) [b](#nowhere) [c](docs/house.md#nowhere) `unladen/none.py` `tets/` `none.toml`\n"
    assert dead(page, wrong) == ["docs/none.md", "#nowhere", "docs/house.md#nowhere"]
    assert absent(page, wrong) == ["unladen/none.py", "tets/", "none.toml"]
    typed = "`make nothing NB=03`\n```sh\n.venv/bin/python -m unladen nowhere 3   # make believe\n```\n"
    assert commands(typed) == ({"nothing"}, {"nowhere"})
    assert commands('  - run: make nothing WITH="x"\n') == ({"nothing"}, set())


def test_contributing_begins_with_what_somebody_wants_to_do():
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert text.startswith("# I want to …\n")
    wishes = [address for address in links(text.partition("## ")[0]) if address.startswith("#")]
    assert len(wishes) >= 8


def test_the_sizes_on_the_page_about_style_are_those_that_lint_holds():
    page = " ".join((REPOSITORY / "docs" / "style.md").read_text(encoding="utf-8").split())
    assert f"up to {lint.MOST_CELLS}" in page and f"more than {prose.MOST_WORDS}" in page
    assert f"none more than {lint.MOST_LINES}" in page and f"more than {lint.MOST_COLUMNS} columns" in page


def test_the_citation_names_the_version_of_the_course():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == unladen.__version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", citation["date-released"])
    needed = {"cff-version", "message", "title", "authors"}
    assert needed <= citation.keys() and citation["cff-version"] == "1.2.0"
    changes = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", changes, re.MULTILINE)[:2] == ["Not released yet", citation["version"]]


def test_the_licences_are_those_of_the_project():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    project = re.search(r'^license = "(.*)"$', (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"), re.M)[1]
    assert citation["license"] == project.split(" AND ")


@pytest.mark.parametrize("form", FORMS, ids=name)
def test_a_form_can_be_read(form):
    content = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    if form.parent.name == "ISSUE_TEMPLATE" and form.name != "config.yml":
        assert {"name", "description", "body"} <= content.keys()
        asked = [part for part in content["body"] if part["type"] != "markdown"]
        ids = [part["id"] for part in asked]
        assert len(set(ids)) == len(ids) and all(part["attributes"]["label"] for part in asked)


def test_continuous_integration_lets_nothing_be_skipped_on_linux_and_looks_again_each_week():
    workflow = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    jobs, events = workflow["jobs"], workflow[True]  # YAML reads `on` as a truth value
    assert any(step.get("run") == ".ci/run" for step in jobs["linux"]["steps"])
    assert events["schedule"] and jobs["newest"]["continue-on-error"] is True
    assert any("make test-extras" in step.get("run", "") for step in jobs["extras"]["steps"])
