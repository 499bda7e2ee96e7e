"""``teams``: how many threads a library adds when two threads of Dask call it at once."""

from __future__ import annotations

import threading

import dask
import pytest

from unladen.compiling.absent import Absent
from unladen.timing.teams import teams, two_threads

pytestmark = pytest.mark.chapters(14)


def test_each_of_two_threads_of_dask_has_a_team_of_openmp_and_blas_has_one_for_both():
    found = teams({"NUMBA_NUM_THREADS": "4"})
    assert found.blas == 2 or isinstance(found.blas, Absent)
    assert found.numba == 2 * 4 or isinstance(found.numba, Absent)


def test_numbas_own_variable_makes_teams_of_one_and_openmps_does_not():
    alone, asked = (teams({"NUMBA_NUM_THREADS": own, "OMP_NUM_THREADS": "1"}).numba for own in ("1", "4"))
    assert isinstance(asked, Absent) or (alone, asked) == (2, 8)


def test_what_was_set_for_the_notebook_is_not_set_for_the_child(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
    asked = teams({"OMP_NUM_THREADS": "1"}, before="numba.config.NUMBA_NUM_THREADS != 3 or os._exit(1)")
    assert isinstance(asked.numba, Absent) or asked.numba % 2 == 0


def test_a_child_that_fails_is_told_with_its_error():
    with pytest.raises(RuntimeError, match="ended by itself: ZeroDivisionError"):
        teams({}, before="1 / 0")


def test_two_threads_are_two_that_are_not_this_one_and_end_with_the_with():
    gate, before = threading.Barrier(2, timeout=60), set(threading.enumerate())

    def met():
        gate.wait()
        return threading.get_ident()

    with two_threads():
        found = dask.compute(*[dask.delayed(met)() for _ in range(4)])
    assert len(set(found)) == 2 and threading.get_ident() not in found
    assert set(threading.enumerate()) <= before
