"""What the selected tests ask for, computed before the first of them, on all cores where nobody else is at work."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from unladen.host import effort


def beforehand(request: pytest.FixtureRequest, function: Callable) -> Callable:
    """For a fixture: ``function``, whose parameters are those of the tests; or a look into what it gave.

    No thread is left at work while tests run: between two, pytest changes the environment that a child is given.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        return function
    names = inspect.signature(function).parameters
    mine = [item for item in request.session.items if item.path == request.path]
    asking = [item.callspec.params for item in mine if request.fixturename in item.fixturenames]
    given = [tuple(params[name] for name in names) for params in asking]
    with ThreadPoolExecutor(effort.cores()) as pool:
        done = {tuple(map(id, each)): pool.submit(function, *each) for each in given}
    return lambda *asked: done[tuple(map(id, asked))].result()
