"""What is not on this machine: false, silent until it is called, left out of a race, and nothing is claimed of it."""

from __future__ import annotations

import pickle

import pytest

from unladen.compiling.absent import Absent, NotHere
from unladen.timing import claim, race
from unladen.timing.doors import Door, door_table, here

WHY = "capi: Python's headers (Python.h) are not on this machine; to get them: sudo apt-get install python3.13-dev"
capi = Absent(WHY)


def test_it_is_false_and_so_is_all_that_it_would_contain():
    assert not capi and not capi.quadratic and not capi.build.took
    assert str(capi.quadratic) == repr(capi) == WHY


def test_called_it_says_what_is_missing():
    with pytest.raises(NotHere, match="python3.13-dev"):
        capi.quadratic(1, x=2)


def test_it_travels_into_a_child_process():
    with pytest.raises(NotHere, match="python3.13-dev"):
        pickle.loads(pickle.dumps(capi)).quadratic()


def test_a_race_leaves_it_out_and_says_so(capsys):
    ways = {"sum": lambda: sum(range(9)), "C": lambda: capi.total(9), "also C": lambda: capi.total(9), "is": lambda: 36}
    times = race(ways, seconds=0.02, chart=False)
    assert times.names == ["sum", "is"] and list(times.absent) == ["C", "also C"]
    assert f"without C: {WHY}" in capsys.readouterr().out
    assert times.ratio("sum", "is") > 0


def test_a_race_whose_baseline_is_not_here_has_another():
    times = race({"C": lambda: capi.total(9), "sum": lambda: 36}, seconds=0.02, show=False)
    assert times.baseline == "sum"


def test_a_race_keeps_the_first_call_of_who_began_before_that_was_known():
    calls = []

    def slow_at_first():
        calls.append(1)
        return sum(range(3_000_000)) * 0 + 1 if len(calls) == 1 else 1

    times = race({"late": slow_at_first, "C": lambda: capi.total(9)}, seconds=0.02, same=False, show=False)
    assert times.first("late") > 10 * times.best("late")


def test_a_race_of_none_that_is_here_says_why():
    with pytest.raises(NotHere, match="python3.13-dev"):
        race({"C": lambda: capi.total(9)}, show=False)


def test_of_it_nothing_is_claimed_and_the_notebook_goes_on(capsys):
    times = race({"sum": lambda: 36, "C": lambda: capi.total(9)}, seconds=0.02, show=False)
    claim("C is faster", times.ratio("sum", "C"), at_least=3)
    claim("C is there", capi and len("no") > 1)
    said = capsys.readouterr().out.splitlines()
    assert said == [f"– C is faster: cannot be told here ({WHY})", f"– C is there: cannot be told here ({WHY})"]


def test_a_door_that_is_not_here_has_a_row_with_the_command():
    doors = {"ctypes": Door(lambda: 1, 3, 0.5), "C API": Door(capi.quadratic, 32, capi.build.took)}
    times = race(here(doors), seconds=0.02, show=False)
    table = door_table(doors, times, times, 10, {"ctypes": ("copied", "copied")})
    row = repr(table).splitlines()[-2]
    assert row.startswith("C API") and "sudo apt-get install python3.13-dev" in row and "not on this" not in row
