"""Stamps of rows become shares: who did how much of the work, and how long one of them was idle."""

from __future__ import annotations

import numpy as np
import pytest

from unladen.compiling import native
from unladen.compiling.absent import Absent
from unladen.compiling.errors import NoOpenMP
from unladen.inside import schedules
from unladen.inside.schedules import Shared, chart, drawn, in_words, shared

pytestmark = pytest.mark.chapters(13)


def rows(who, start, end, steps) -> Shared:
    return Shared(*(np.array(part, float) for part in (who, start, end)), np.array(steps))


HALVES = rows([0, 0, 1, 1], [0, 4, 0, 1], [4, 8, 1, 2], [40, 40, 10, 10])
IN_TURNS = rows([0, 1, 1, 0], [0, 0, 4, 4], [4, 4, 5, 5], [40, 40, 10, 10])


def test_shares_are_counted_in_steps_and_not_in_rows():
    assert HALVES.shares.tolist() == [0.8, 0.2]
    assert IN_TURNS.shares.tolist() == [0.5, 0.5]


def test_who_is_done_early_is_idle_for_the_rest():
    assert (HALVES.alone, IN_TURNS.alone) == (0.75, 0.0)
    assert (HALVES.seconds, IN_TURNS.seconds) == (8, 5)


def test_where_one_thread_did_all_the_other_was_idle_throughout():
    alone = rows([0, 0], [0, 1], [1, 2], [3, 3])
    assert alone.alone == 1 and alone.shares.tolist() == [1, 0]


def test_of_many_runs_the_quickest_is_kept():
    lengths = iter([3.0, 1.0, 2.0])

    def loop(count, who, start, end, steps):
        end[:], steps[:] = next(lengths), 1

    assert shared(loop, 4, runs=3).seconds == 1


def test_a_loop_that_is_not_here_is_absent_and_nothing_is_drawn(capsys):
    missing = shared(Absent("no OpenMP").statically, 4)
    assert isinstance(missing, Absent) and str(missing) == "no OpenMP"
    drawn("Two threads.", statically=missing)
    assert capsys.readouterr().out == ""


def test_the_alternative_text_has_the_numbers(capsys):
    assert (
        in_words("halves", HALVES) == "Halves: ≈ 80 % and ≈ 20 % of the steps, ≈ 8.00 s, one of them idle for ≈ 75 %."
    )
    drawn("Two threads.", halves=HALVES)
    assert "Two threads. Halves: ≈ 80 %" in capsys.readouterr().out


def test_a_chart_has_a_field_for_each_way_and_a_line_for_each_thread():
    figure = chart({"halves": HALVES, "in turns": IN_TURNS})
    assert [len(axes.get_yticks()) for axes in figure.axes] == [2, 2]
    assert figure.axes[0].get_title(loc="left") == "halves: one is idle for 75% of the time"


def test_a_static_schedule_gives_each_thread_one_half_and_a_dynamic_one_the_next_row():
    try:
        kernel = native("fractal_rows.c", ["-fopenmp"])
    except NoOpenMP as problem:
        pytest.skip(str(problem))
    static, dynamic = (shared(loop, 16, runs=2) for loop in (kernel.statically, kernel.dynamically))
    assert static.who.tolist() == [0] * 8 + [1] * 8
    assert static.shares[0] > 0.8
    assert static.steps.tolist() == dynamic.steps.tolist()
    assert (dynamic.end > dynamic.start).all()
    assert schedules.shared(kernel.dynamically, 3, runs=1).steps.sum() > 0
