"""Amdahl's and Gustafson's laws, fitted to what was measured and drawn through it."""

from __future__ import annotations

import time

import pytest

from unladen.compiling import native
from unladen.compiling.absent import Absent
from unladen.compiling.errors import NoOpenMP
from unladen.timing import scaling
from unladen.timing.scaling import amdahl, chart, drawn, fitted, gustafson, in_words, serial_share, speed_ups

pytestmark = pytest.mark.chapters(13)

HERE = {1: 1.0, 2: 2.0, 4: 4.0}


def test_a_quarter_that_is_serial_is_a_limit_of_four():
    assert amdahl(0.25, 1) == 1 and amdahl(0.25, 3) == 2
    assert 3.9 < amdahl(0.25, 1000) < 4


def test_whoever_takes_more_work_does_more_of_it():
    assert gustafson(0.25, 1) == 1 and gustafson(0.25, 5) == 4


@pytest.mark.parametrize("serial", [0.0, 0.25, 0.9])
def test_the_share_is_found_again_also_where_a_machine_gives_less_than_its_threads(serial):
    for cores in (HERE, {1: 1.0, 2: 1.5, 4: 2.2}):
        found = {n: amdahl(serial, gives) for n, gives in cores.items()}
        assert fitted(found, cores) == pytest.approx(serial)


def test_on_one_core_nothing_is_said_of_a_serial_part():
    assert "one core's worth" in str(fitted({1: 1.0, 2: 1.0}, {1: 1.0, 2: 1.1}))


def test_speed_ups_are_those_of_the_best_rounds():
    disturbed = iter([0, 0, 0.3, 0.3])  # seconds, in the second of two rounds
    found = speed_ups({"sleep": lambda n: time.sleep(0.1 / n + next(disturbed) * (n - 1))}, (1, 2), rounds=2)
    assert found["sleep"][1] == 1 and 1.5 < found["sleep"][2] < 2.5


def test_what_is_not_here_is_absent_beside_what_is():
    missing = Absent("no OpenMP")
    found = speed_ups({"there": lambda n: None, "not": lambda n: missing.program(n)}, (1, 2), rounds=2)
    assert list(found["there"]) == [1, 2] and str(found["not"]) == "no OpenMP"
    assert str(fitted(found["not"], HERE)) == str(fitted(HERE, found["not"])) == "no OpenMP"


def test_a_serial_share_is_measured_again_while_the_machine_gives_too_little(monkeypatch):
    told = iter([{1: 1.0, 2: 1.1}, {1: 1.0, 2: 2.0}])
    monkeypatch.setattr(scaling, "speed_ups", lambda *_: {"with": {1: 1.0, 2: 1.6}, "without": next(told)})
    assert serial_share(None, None, (1, 2)) == pytest.approx(0.25)


def test_the_alternative_text_has_the_numbers_and_what_is_not_here_is_not_drawn(capsys):
    assert in_words({"a": {1: 1.0, 2: 1.8}}, 1.5) == "Measured: a: ≈ 1.80 × with 2; the ceiling: ≈ 1.50 ×."
    chart({"a": Absent("no OpenMP")}, {}, None, "Nothing.")
    assert capsys.readouterr().out == ""


def test_a_line_goes_through_those_points_only_whose_serial_share_is_known():
    figure = drawn({"a": HERE, "b": HERE}, {"a": 0.5, "b": Absent("no")}, 1.5)
    solid = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    assert len(solid) == 1 and solid[0].get_ydata()[-1] == pytest.approx(amdahl(0.5, 8))


def test_the_program_does_the_same_with_any_number_of_threads():
    try:
        program = native("program.c", ["-fopenmp"])
    except NoOpenMP as problem:
        pytest.skip(str(problem))
    assert program.program(10, 20, 1) == program.program(10, 20, 3) != program.program(11, 20, 1)
