"""Where do two answers differ? Whatever they are: numbers, arrays, frames, masks, records, and all of these in others.

Compared is what a learner means by "the same numbers": values, with the labels, masks and shapes that belong to them.
The type of the container does not matter (a list is as good as an array), nor does a dtype, nor a Series' name.
Contenders are meant to be written in different ways; an exercise asks for one type, and what judges its answers
(``unladen/exercises/values.py``) minds it. When two numbers are the same is one rule for both: ``unladen/close.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from numbers import Number
from types import SimpleNamespace

import numpy as np

from unladen.close import RTOL, close
from unladen.timing.answers import brief
from unladen.timing.labelled import (
    Rule,
    awkward,
    equal,
    is_awkward,
    is_masked,
    is_record,
    is_series,
    is_sparse,
    is_table,
    is_tree,
    is_void,
    masked,
    records,
    series,
    sparse,
    structured,
    tables,
    told,
    trees,
    unlabelled,
)

_BLOCK = 2**20  # elements compared at a time, so that comparing two large arrays needs no third one
_NUMBERS = {int, float, complex, bool}
_SIMPLE = {int, bool, str, bytes, type(None)}
_EXACT = 2**53  # integers from here on have no exact float


def difference(a: object, b: object, relative: float = RTOL, absolute: float = 0.0) -> str:
    """Say where and how two answers differ, in a few words; return ``""`` if they are the same.

    Integers must be equal, floats within ``relative`` of the larger (in an array, of its largest) or within
    ``absolute``. NaN is the same as NaN, ``None`` as ``None``, ``pd.NA`` as ``pd.NA``, NaT as NaT, a masked element as
    a masked one, and none of these as another. Raises ``Incomparable``.
    """
    return _differ(a, b, Rule(relative, absolute, {}, _differ))


def _differ(a: object, b: object, rule: Rule) -> str:
    if a is b:
        return ""
    if _missing(a) or _missing(b):
        return "" if _missing(a) == _missing(b) else told(a, b)
    a, b = _scalar(a), _scalar(b)
    if is_awkward(a) != is_awkward(b) and not (_many(a) and _many(b)):
        a, b = (x.to_list() if is_awkward(x) else x for x in (a, b))  # a record is a dictionary
    if isinstance(a, Number) and isinstance(b, Number):
        return "" if close(a, b, rule.relative, rule.absolute) else told(a, b)
    if isinstance(a, str | bytes) and isinstance(b, str | bytes | bytearray):
        return "" if a == b else told(a, b)
    pair = (id(a), id(b))
    if pair in rule.seen:
        return ""
    rule.seen[pair] = a, b  # kept, so that no other object gets its number
    for kind, compare in _KINDS:
        if kind(a) and kind(b):
            return compare(a, b, rule)
    a, b = unlabelled(a), unlabelled(b)
    if _many(a) and _many(b):
        return _sequences(a, b, rule)
    if any(_many(x) or isinstance(x, Mapping | Set) for x in (a, b)):
        return told(a, b)
    return "" if equal(a, b) else told(a, b)


# -- one value


def _missing(x: object) -> str:
    """Which kind of nothing it is: ``None``, ``NA``, ``NaT``, a masked element; ``""`` for any value and for NaN."""
    kind = type(x).__name__
    if x is None or kind in ("NAType", "NaTType", "MaskedConstant"):
        return kind
    if is_masked(x) and x.ndim == 0 and x.mask:
        return "MaskedConstant"
    return "NaTType" if isinstance(x, np.datetime64 | np.timedelta64) and np.isnat(x) else ""


def _scalar(x: object) -> object:
    """Unwrap NumPy's and JAX's arrays without dimensions, and NumPy's scalars."""
    plain = getattr(x, "ndim", None) == 0 and hasattr(x, "item")
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    return x.item() if plain and kind not in "mMV" else x  # a time in nanoseconds would become a mere integer


# -- containers


def _either_masked(a: object, b: object) -> bool:
    return is_masked(a) != is_masked(b) and _many(a) and _many(b)


def _mappings(a: Mapping, b: Mapping, rule: Rule) -> str:
    if a.keys() != b.keys():
        return f" keys {brief(list(a), 30)} against {brief(list(b), 30)}"
    for key in a:
        if where := _differ(a[key], b[key], rule):
            return f"[{key!r}]{where}"
    return ""


def _sets(a: Set, b: Set, rule: Rule) -> str:
    try:
        lone, other = set(a) - set(b), set(b) - set(a)
    except TypeError:  # the items of a dictionary of lists
        return _sequences(list(a), list(b), rule)
    try:
        same = len(lone) == len(other) and not _differ(sorted(lone), sorted(other), rule)
    except TypeError:  # they have no order
        same = False
    return "" if same else f" only the first has {brief(lone, 30)}, only the second {brief(other, 30)}"


def _many(x: object) -> bool:
    return isinstance(x, list | tuple | bytearray) or hasattr(type(x), "__array__") and getattr(x, "ndim", 1) > 0


def _sequences(a: object, b: object, rule: Rule) -> str:
    if _either_masked(a, b):
        a, b = (x if is_masked(x) else np.ma.asarray(x) for x in (a, b))
        return masked(a, b, rule)
    if type(a) is type(b) is list and _SIMPLE.issuperset(map(type, a)) and a == b:
        return ""
    if _plain(a) and _plain(b):
        x, y = _as_array(a), _as_array(b)
        if x is not None and y is not None and x.dtype.kind in "biufcmM" and y.dtype.kind in "biufcmM":
            return _arrays(x, y, rule)
        if _text_array(a) and _text_array(b) and a.dtype.kind == b.dtype.kind and np.array_equal(a, b):
            return ""
        if x is not None and y is not None and x.dtype.names and y.dtype.names:
            return structured(x, y, rule)
    if len(a) != len(b):
        return f" length {len(a)} against {len(b)}"
    shapes = getattr(a, "shape", None), getattr(b, "shape", None)
    if None not in shapes and shapes[0] != shapes[1]:
        return f" shape {shapes[0]} against {shapes[1]}"
    for at, (p, q) in enumerate(zip(a, b, strict=True)):
        if where := _differ(p, q, rule):
            return f"[{at}]{where}"
    return ""


def _plain(x: object) -> bool:
    """Whether NumPy may look at it without losing anything: an array, or (nested) lists of Python's own numbers."""
    if not isinstance(x, list | tuple):
        return True
    kinds = set(map(type, x))
    if kinds <= {list, tuple}:
        return all(map(_plain, x))
    return all(kind in _NUMBERS or issubclass(kind, np.number | np.bool_) for kind in kinds)


def _as_array(x: object) -> np.ndarray | None:
    try:
        found = np.asarray(x)
    except Exception:  # ragged: a list of lists of different lengths, an Awkward array of such
        return None
    listed = found.dtype.kind in "fc" and isinstance(x, list | tuple)
    lossy = listed and np.fmax.reduce(np.abs(found), axis=None, initial=0) >= _EXACT and _holds_int(x)
    return None if lossy else found


def _holds_int(x: list | tuple) -> bool:
    """Whether there are Python's own integers in it: large ones among floats became floats, and were rounded."""
    kinds = set(map(type, x))
    return int in kinds or bool(kinds & {list, tuple}) and any(map(_holds_int, x))


def _text_array(x: object) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind in "UST"


def _arrays(x: np.ndarray, y: np.ndarray, rule: Rule) -> str:
    if x.shape != y.shape:
        return f" shape {x.shape} against {y.shape}"
    if x.dtype.kind != y.dtype.kind and (x.dtype.kind in "mM" or y.dtype.kind in "mM"):
        return f" dtype {x.dtype} against {y.dtype}"
    shape, x, y = x.shape, x.reshape(-1), y.reshape(-1)
    for start in range(0, x.size, _BLOCK):
        wrong = _wrong(x[start : start + _BLOCK], y[start : start + _BLOCK], rule)
        if wrong.any():
            at = start + int(wrong.argmax())
            place = ", ".join(str(int(n)) for n in np.unravel_index(at, shape))
            return f"[{place}]: {x[at]} against {y[at]}"
    return ""


def _wrong(p: np.ndarray, q: np.ndarray, rule: Rule) -> np.ndarray:
    """Mark the elements of one block that are not the same."""
    if p.dtype.kind in "biu" and q.dtype.kind in "biu":
        return p != q
    if p.dtype.kind in "mM":
        return (p != q) & ~(np.isnat(p) & np.isnat(q))
    # An element near zero is what is left of larger ones: it is held to the block's scale, not to its own.
    scale = float(np.abs(p[np.isfinite(p)]).max(initial=0))
    with np.errstate(invalid="ignore"):  # inf - inf
        return ~np.isclose(p, q, rtol=rule.relative, atol=max(rule.relative * scale, rule.absolute), equal_nan=True)


_KINDS = (
    (is_sparse, sparse),
    (is_table, tables),
    (is_series, series),
    (is_awkward, awkward),
    (is_masked, masked),
    (is_void, structured),
    (lambda x: isinstance(x, Mapping), _mappings),
    (lambda x: isinstance(x, SimpleNamespace), lambda a, b, rule: _mappings(vars(a), vars(b), rule)),
    (lambda x: isinstance(x, Set), _sets),
    (is_record, records),
    (is_tree, trees),
)
