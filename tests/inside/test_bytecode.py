"""Bytecode is read from the interpreter that runs: names, loops, what was specialised, what another Python has."""

import json
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from unladen.elsewhere.interpreters import Interpreter
from unladen.inside import bytecode

pytestmark = pytest.mark.chapters(4)

specialising = pytest.mark.skipif(not bytecode.specialises(), reason="this build does not specialise")


def add(numbers):
    total = 0
    for x in numbers:
        total += x
    return total


def fresh():
    """A copy of `add` that has never run."""
    return type(add)(add.__code__.replace(), {})


def test_a_loop_is_what_runs_for_each_element():
    assert bytecode.loop(add)[0] == "FOR_ITER"
    assert bytecode.loop(add)[-1].startswith("JUMP_BACKWARD")
    assert bytecode.loop(add).count("BINARY_OP") == 1
    assert len(bytecode.loop(add)) in (6, 7)


def test_a_comprehension_is_a_loop_wherever_it_is_compiled():
    assert "LIST_APPEND" in bytecode.loop(lambda numbers: [-x for x in numbers])


def test_a_function_without_a_loop_has_none():
    with pytest.raises(ValueError, match="<lambda> has no loop"):
        bytecode.loop(lambda x: x)


@specialising
def test_names_and_table_show_what_became_of_an_instruction():
    function = fresh()
    before = repr(bytecode.beside(function))
    for _ in range(bytecode.WARM):
        function([1, 2, 3])
    assert "BINARY_OP" in bytecode.names(function)
    assert "BINARY_OP_ADD_INT" in bytecode.names(function, adaptive=True)
    assert "BINARY_OP_ADD_INT" in bytecode.loop(function, adaptive=True)
    assert "BINARY_OP_ADD_INT" not in before and "BINARY_OP_ADD_INT" in repr(bytecode.beside(function))


def test_the_table_has_every_instruction_with_its_place_and_line():
    rows = bytecode.beside(add).rows
    assert [row[2] for row in rows] == bytecode.names(add)
    assert all(int(one[0]) < int(other[0]) for one, other in pairwise(rows))
    first = add.__code__.co_firstlineno
    assert {int(row[1]) for row in rows if row[1]} == set(range(first, first + 5))
    assert any(re.fullmatch(r"to \d+", row[3]) for row in rows)


@specialising
def test_an_instruction_lives_through_what_it_is_fed():
    fed = {"ints": (1, 2), "floats": (0.5, 0.25), "complex": (1j, 2j)}
    life = bytecode.life(lambda a, b: a + b, fed, "BINARY_OP")
    assert life.after["ints"][-1] == "BINARY_OP_ADD_INT"
    assert life.after["floats"][0] == "BINARY_OP_ADD_INT" and life.after["floats"][-1] == "BINARY_OP_ADD_FLOAT"
    assert life.after["complex"][-1] in ("BINARY_OP", "BINARY_OP_ADAPTIVE")
    assert all(len(names) == bytecode.WARM for names in life.after.values())
    assert "BINARY_OP_ADD_FLOAT" in repr(life) and "BINARY_OP_ADD_FLOAT" in life._repr_html_()


def test_an_expression_is_repeated_with_the_names_that_it_is_given():
    seen = []
    assert bytecode.repeated("seen.append(x)", {"seen": seen}, times=3, turns=4, x=7)() == 12
    assert seen == [7] * 12


def test_a_name_is_local_only_if_it_is_given_as_local():
    local = bytecode.loop(bytecode.repeated("level", {}, level=1))
    shared = bytecode.loop(bytecode.repeated("level", {"level": 1}))
    assert not any("GLOBAL" in name for name in local)
    assert shared.count("LOAD_GLOBAL") == 20
    with pytest.raises(NameError):
        bytecode.repeated("other", {"level": 1})()


def test_copies_of_an_expression_read_from_dictionaries_in_different_places():
    places = []
    read = bytecode.in_places("seen(id(globals()))", {"seen": places.append})
    assert read() == len(places) == 20_000
    assert {places.count(place) for place in places} == {4000}


def found(version, implementation="CPython"):
    return Interpreter(f"python{version}", implementation, version, False)


def test_the_farthest_other_version_is_asked(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    others = (found("3.14.1"), found("3.13.0"), found("3.12.9"), found("3.11.2"), found("3.10.4"))
    assert bytecode._farthest(others).version == "3.14.1"
    assert bytecode._farthest(others[1:]).version == "3.13.0"
    assert bytecode._farthest((found("3.12.9"), found("3.10.4"), found("3.11.11", "PyPy"))) is None


def test_another_python_is_asked_for_the_same_function():
    script = bytecode._ELSEWHERE.format("def one(a):\n    return a", "one", "1", 3)
    assert bytecode._asked(sys.executable, script)[-1] == "RETURN_VALUE"
    assert json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True).stdout)


def test_what_goes_wrong_elsewhere_is_told_in_a_line():
    assert bytecode._asked(sys.executable, "1 / 0") == ["ZeroDivisionError: division by zero"]
    assert bytecode._asked("no-such-python", "") == ["did not answer: FileNotFoundError"]


def test_without_another_python_the_listing_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(bytecode, "other_interpreters", lambda: ())
    listing = bytecode.elsewhere(add, "[1, 2, 3]")
    assert "uv python install" in listing.text
    monkeypatch.setattr(
        bytecode, "other_interpreters", lambda: (Interpreter(sys.executable, "CPython", "3.99.0", False),)
    )
    assert bytecode.elsewhere(add, "[1, 2, 3]").title == listing.title


def test_what_two_have_in_common_stands_in_one_row():
    assert bytecode._aligned(["A", "B", "C"], ["A", "X", "C", "D"]) == [("A", "A"), ("B", "X"), ("C", "C"), ("", "D")]
