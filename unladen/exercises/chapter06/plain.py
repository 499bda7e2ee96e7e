"""Whose functions an answer calls, for exercise 6.5, which asks for plain Python."""

from __future__ import annotations

import sys
from collections.abc import Callable


def packages_called(function: Callable, *args: object) -> set[str]:
    """Call ``function(*args)`` and return the packages of all functions, in Python or in C, that it calls by the way.

    What the call raises is left to those who call it again.
    """
    found: set[str] = set()

    def watch(frame, event, called):
        module = getattr(called, "__module__", None) or type(getattr(called, "__self__", None)).__module__
        found.add((module if event == "c_call" else frame.f_globals.get("__name__", "")).partition(".")[0])

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        function(*args)
    except Exception:
        pass
    finally:
        sys.setprofile(before)
    return found
