"""Processes times threads of BLAS: all of them at once, none of them left, and variables that come in time."""

from __future__ import annotations

import psutil
import pytest

from unladen.compiling.absent import Absent
from unladen.host import effort
from unladen.timing import oversubscribed
from unladen.timing.oversubscribed import _map, heat_map, products, threads_of_blas

pytestmark = pytest.mark.chapters(13)


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_processes_multiply_together_and_none_is_left():
    before = children()
    assert products(2, 1, seconds=0.05) > 0
    assert children() <= before


def test_a_process_that_does_not_come_so_far_is_told_and_the_others_are_ended(monkeypatch):
    before = children()
    monkeypatch.setattr(oversubscribed, "_PROGRAM", "import sys; sys.exit(3)")
    with pytest.raises(RuntimeError, match="ended before it began"):
        products(2, 1)
    assert children() <= before


def test_none_is_left_when_it_is_interrupted(monkeypatch):
    before = children()

    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(oversubscribed.time, "perf_counter", interrupted)
    with pytest.raises(KeyboardInterrupt):
        products(2, 1)
    assert children() <= before


def test_the_variables_count_only_before_the_import():
    never, before, after = (threads_of_blas(when) for when in ("never", "before the import", "after the import"))
    if isinstance(never, Absent):
        pytest.skip(str(never))
    assert before == 1 and after == never
    assert never > 1 or effort.cores() < 2


def test_another_library_than_openblas_is_not_counted(monkeypatch):
    told = {"Build Dependencies": {"blas": {"name": "accelerate"}}}
    monkeypatch.setattr(oversubscribed.np, "show_config", lambda mode: told)
    assert "accelerate" in str(threads_of_blas("never"))


def test_each_cell_of_the_map_has_its_number():
    rates = {(1, 1): 50.0, (1, 2): 100.0, (2, 1): 80.0, (2, 2): 25.0}
    figure = _map(rates, "threads", "processes", "Products (of the best)")
    assert [text.get_text() for text in figure.axes[0].texts] == ["50 %", "100 %", "80 %", "25 %"]


def test_the_alternative_text_has_the_numbers(capsys):
    heat_map({(1, 1): 2.0, (1, 2): 4.0}, "threads", "processes", "Products.")
    assert "processes and threads, of the best: 1 and 1: ≈ 50 %, 1 and 2: ≈ 100 %." in capsys.readouterr().out
