"""An error in a contender is told as the contender's: who raised what, and the learner's own lines, none of ours."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import TracebackType


@contextlib.contextmanager
def blamed(name: str, number: Callable[[], int] | None = None, *, second: bool = False) -> Iterator[None]:
    """Say of an error in here that it is the contender's, and in which call: its ``second``, or about ``number()``."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if not hasattr(error, "_blamed"):  # a race in a race: the inner one knows better
            _blame(error, name, _SECOND if second else f"It was its call {number()} or so." if number else "")
        raise


_SECOND = "This was its second call: does the first one change, or use up, what it reads?"


def _blame(error: BaseException, name: str, hint: str) -> None:
    error.add_note(f"This happened in the race's contender {name!r}. {hint}".rstrip())
    raised = f"{name!r} raised {type(error).__name__}" + (f": {error}" if str(error) else "")
    if isinstance(error, KeyboardInterrupt):
        raised = f"The race was interrupted while {name!r} ran"
    with contextlib.suppress(AttributeError):
        error._blamed = True
        _show_in_notebooks(error, raised)


def _show_in_notebooks(error: BaseException, raised: str) -> None:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:  # and an error with a function in it could not travel between processes
        return
    told, lines = getattr(error, "_render_traceback_", None), _learners(error.__traceback__)

    def render() -> list[str]:
        if isinstance(error, KeyboardInterrupt) or lines is None and told is None:
            return [raised]
        if told:
            return [raised, *told()]
        return [raised, *shell.InteractiveTB.structured_traceback(type(error), error, lines, tb_offset=0)]

    error._render_traceback_ = render


def _learners(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the first line that is not the stopwatch's."""
    ours = ("unladen.timing.", "contextlib")
    while trace and trace.tb_frame.f_globals.get("__name__", "").startswith(ours):
        trace = trace.tb_next
    return trace
