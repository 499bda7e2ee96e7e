"""The published figures are carried over as printed, each with its source, and no number of ours among them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import unladen.timing
from unladen.show import MARK
from unladen.timing import published
from unladen.timing.unknown import Unknown

DATA = Path(unladen.timing.__file__).parent


def read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def problems() -> list[str]:
    return list(dict.fromkeys(row["problem"] for row in read("published.csv")))


def test_without_a_problem_all_of_them_are_listed():
    assert [row[0] for row in published().rows] == problems()
    assert len(problems()) == 16


def test_every_figure_is_shown_with_its_author_and_year():
    shown = [row for problem in problems() for row in published(problem).rows]
    assert len(shown) == len(read("published.csv"))
    sources = {(f"{s['author']}, {s['year']}") for s in read("sources.csv")}
    assert {row[3] for row in shown} == sources


def test_the_columns_name_what_is_compared():
    assert list(published("fractal").columns) == ["method", "published", "ratio to pure Python", "source"]
    assert published("memory-order").columns[2] == "ratio to a + b"


def test_figures_are_shown_as_they_were_printed():
    rows = {row[0]: row for row in published("fractal").rows}
    assert rows["Pure Python"][1:3] == ("12000 ns/px", "1 ×")
    assert rows["Numba on a GPU"][1:3] == ("7.8 ns/px", "1500 ×")
    assert rows["Cython fully typed"][1:3] == ("99 ns/px", "120 ×")


def test_seconds_too_small_to_read_get_a_unit_of_their_own():
    assert {row[0]: row[1] for row in published("fibonacci-iterative").rows}["C"] == "300 ns"


def test_a_ratio_that_its_source_does_not_print_is_worked_out_and_marked_so():
    table = published("fibonacci-recursive")
    rows = {row[0]: row for row in table.rows}
    assert rows["C"][2] == "137 ×"
    assert rows["PyPy"][2] == "11.6 × *"
    assert "* worked out" in table.note
    assert table.ratio("PyPy") == pytest.approx(59.2053 / 5.102)
    assert "*" not in published("fractal").note


def test_ratio_gives_the_number_and_names_the_methods_there_are():
    assert published("jacobi").ratio("PyCUDA (GTX 1080)") == 9630
    with pytest.raises(Unknown, match="'Fortran'; there are 'CPython', 'C serial'"):
        published("jacobi").ratio("Fortran")


def test_a_figure_without_a_baseline_has_no_ratio():
    with pytest.raises(LookupError, match="no pure Python"):
        published("gil-threads").ratio("1 worker")


def test_an_unknown_problem_is_answered_with_the_known_ones():
    with pytest.raises(Unknown, match="'mandelbrot'; there are 'fractal', "):
        published("mandelbrot")


@pytest.mark.parametrize("problem", problems())
def test_a_table_is_the_same_on_every_machine(problem):
    assert MARK not in repr(published(problem))
    assert 'class="v"' not in published(problem)._repr_html_()


def test_the_machine_of_a_source_is_told_where_it_is_known():
    assert "GTX 1080" in published("jacobi").note
    assert "4 cores" in published("laplacian").note
