"""The rooms of the package: each imports only what is below it, as ``docs/house.md`` lays them out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "unladen"
PLAN = (ROOT / "docs" / "house.md").read_text(encoding="utf-8").partition("## Around it")[0]
ROOMS = re.findall(r"^\| `(\w+)` \|", PLAN, re.MULTILINE)
BESIDE = re.search(r"beside the rooms \(([^)]*)\)", PLAN)[1]


def imports(path: Path) -> Iterator[str]:
    """The rooms, and the files beside them, from which a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module == "unladen":
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module.startswith("unladen."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (name.name.split(".")[1] for name in node.names if name.name.startswith("unladen."))


def upwards(path: Path) -> list[str]:
    """What a file of a room, or one beside the rooms, imports and must not."""
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    above = ROOMS[ROOMS.index(room) + 1 :] if room in ROOMS else ROOMS
    return sorted({found for found in imports(path) if found in above})


def test_the_plan_names_every_room_and_every_file_beside_them():
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(ROOMS) == sorted(rooms)
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__", "magics"}
    assert set(re.findall(r"\w+", BESIDE)) == files


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_one_above_it(room):
    found = {str(path.relative_to(ROOT)): upwards(path) for path in (PACKAGE / room).rglob("*.py")}
    assert {path: rooms for path, rooms in found.items() if rooms} == {}


def test_files_beside_the_rooms_import_none_of_them():
    found = {name: upwards(PACKAGE / f"{name}.py") for name in re.findall(r"\w+", BESIDE)}
    assert {name: rooms for name, rooms in found.items() if rooms} == {}


def test_tests_stand_in_folders_of_the_same_names():
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert folders == set(ROOMS)


@pytest.mark.parametrize(
    "line",
    [
        "from unladen.course import lint",
        "import unladen.course.lint",
        "from unladen import course",
        "def f():\n    from unladen.timing.race import race",
    ],
)
def test_an_import_from_above_is_found_wherever_it_stands(line, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "one.py").write_text(f"{line}\n")
    assert upwards(tmp_path / "host" / "one.py") == [re.search("course|timing", line)[0]]
