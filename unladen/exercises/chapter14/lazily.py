"""What the checks of lazy answers ask first: that nothing was computed, that it is a Dask array, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dask.array as da
from dask.delayed import Delayed

from unladen.exercises.chapter14.blocks import ReadOnly
from unladen.exercises.chapter14.sources import Source, computed
from unladen.exercises.values import short
from unladen.exercises.words import NO_RETURN, call, wrong

_ASKED = (
    "`compute`, `float`, `bool` (as in an `if`) and `np.asarray` ask for a number, and so does any function of `math`. "
    "What is only built asks for none."
)
_WRITES = "A chunk belongs to the graph, and other tasks may read it: make a new array in place of `+=` or `out=`."


def called_lazily(answer: Callable, args: Sequence, shown: str, sources: Sequence[Source], hint: str) -> object:
    """What the answer returns; none of the chunks may have been loaded for it."""
    got = call(answer, args, shown=shown, hint=hint)
    if loads := sum(len(source.loads) for source in sources):
        wrong(f"{shown} loaded {loads} chunks before anybody asked for a number", _ASKED)
    if got is None:
        wrong(f"{shown} returned None", NO_RETURN)
    return got


def is_array(got: object, shown: str) -> None:
    """The answer must have returned a Dask array."""
    if isinstance(got, Delayed):
        wrong(f"{shown} returned a Delayed", "A Dask array is asked for: operations on arrays give arrays.")
    if not isinstance(got, da.Array):
        wrong(f"{shown} returned {short(got)}, which is no Dask array", "Return the graph, and not what comes of it.")


def value_of(got: object, shown: str, hint: str, mistakes: Sequence = ()) -> tuple[object, int]:
    """The value of what the answer returned, and the bytes of the largest array on the way."""
    writes = [(ReadOnly, _WRITES), *mistakes]
    return call(computed, (got,), shown=f"{shown}, computed,", hint=hint, mistakes=writes)
