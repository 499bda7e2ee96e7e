"""The exercise on versions counts as Numba does, which compiles them."""

from __future__ import annotations

import numba
import pytest

from unladen.exercises.chapter10 import compiled

pytestmark = pytest.mark.chapters(10)


@pytest.mark.filterwarnings("ignore::numba.NumbaPendingDeprecationWarning")  # of lists as arguments
@pytest.mark.parametrize(("calls", "shown", "hint"), compiled.CALLS, ids=[shown for _, shown, _ in compiled.CALLS])
def test_as_many_versions_are_counted_as_numba_compiles(calls, shown, hint):
    @numba.njit
    def first(x, y=0):
        return 0

    for arguments in calls:
        first(*arguments)
    assert compiled.counted(calls) == len(first.signatures)
