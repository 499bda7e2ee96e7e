"""Where do two answers differ? Whatever they are: numbers, arrays, frames, masks, records, and all of these in others.

Compared is what a learner means by "the same numbers": values, with the labels, masks and shapes that belong to them.
The type of the container does not matter (a list is as good as an array), nor does a dtype, nor a Series' name.
"""

from __future__ import annotations

import array
import dataclasses
import math
import sys
from collections import UserList, deque
from collections.abc import Mapping, Set, ValuesView
from numbers import Number
from types import FunctionType, ModuleType, SimpleNamespace
from typing import NamedTuple

import numpy as np

from unladen.timing.agreement import Incomparable
from unladen.timing.answers import brief

RTOL = 1e-9
_BLOCK = 2**20  # elements compared at a time, so that comparing two large arrays needs no third one
_NUMBERS = {int, float, complex, bool}
_SIMPLE = {int, bool, str, bytes, type(None)}
_EXACT = 2**53  # integers from here on have no exact float
_LARGE = 2**24  # elements: a sparse matrix of so many may be made dense


class Rule(NamedTuple):
    """How close is the same, and which pairs have been looked at: containers may hold themselves, or one twice."""

    relative: float
    absolute: float
    seen: dict


def difference(a: object, b: object, relative: float = RTOL, absolute: float = 0.0) -> str:
    """Say where and how two answers differ, in a few words; return ``""`` if they are the same.

    Integers must be equal, floats within ``relative`` of the larger (in an array, of its largest) or within
    ``absolute``. NaN is the same as NaN, ``None`` as ``None``, ``pd.NA`` as ``pd.NA``, NaT as NaT, a masked element as
    a masked one, and none of these as another. Raises ``Incomparable``.
    """
    return _differ(a, b, Rule(relative, absolute, {}))


def _differ(a: object, b: object, rule: Rule) -> str:
    if a is b:
        return ""
    if _missing(a) or _missing(b):
        return "" if _missing(a) == _missing(b) else _told(a, b)
    a, b = _scalar(a), _scalar(b)
    if _is_awkward(a) != _is_awkward(b) and not (_many(a) and _many(b)):
        a, b = (x.to_list() if _is_awkward(x) else x for x in (a, b))  # a record is a dictionary
    if isinstance(a, Number) and isinstance(b, Number):
        return "" if _close(a, b, rule) else _told(a, b)
    if isinstance(a, str | bytes) and isinstance(b, str | bytes | bytearray):
        return "" if a == b else _told(a, b)
    pair = (id(a), id(b))
    if pair in rule.seen:
        return ""
    rule.seen[pair] = a, b  # kept, so that no other object gets its number
    for kind, compare in _KINDS:
        if kind(a) and kind(b):
            return compare(a, b, rule)
    a, b = _unlabelled(a), _unlabelled(b)
    if _many(a) and _many(b):
        return _sequences(a, b, rule)
    if any(_many(x) or isinstance(x, Mapping | Set) for x in (a, b)):
        return _told(a, b)
    return "" if _equal(a, b) else _told(a, b)


def _told(a: object, b: object) -> str:
    return f": {brief(a, 30)} against {brief(b, 30)}"


# -- one value


def _missing(x: object) -> str:
    """Which kind of nothing it is: ``None``, ``NA``, ``NaT``, a masked element; ``""`` for any value and for NaN."""
    kind = type(x).__name__
    if x is None or kind in ("NAType", "NaTType", "MaskedConstant"):
        return kind
    if _is_masked(x) and x.ndim == 0 and x.mask:
        return "MaskedConstant"
    return "NaTType" if isinstance(x, np.datetime64 | np.timedelta64) and np.isnat(x) else ""


def _scalar(x: object) -> object:
    """Unwrap NumPy's and JAX's arrays without dimensions, and NumPy's scalars."""
    plain = getattr(x, "ndim", None) == 0 and hasattr(x, "item")
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    return x.item() if plain and kind not in "mMV" else x  # a time in nanoseconds would become a mere integer


def _close(a: Number, b: Number, rule: Rule) -> bool:
    if a == b or (a != a and b != b):
        return True
    if _whole(a) and _whole(b):
        return False
    if isinstance(a, complex) or isinstance(b, complex):
        a, b = complex(a), complex(b)
        return (
            _close(a.real, b.real, rule)
            and _close(a.imag, b.imag, rule)
            or (abs(a - b) <= max(rule.relative * max(abs(a), abs(b)), rule.absolute))
        )
    try:
        return math.isclose(a, b, rel_tol=rule.relative, abs_tol=rule.absolute)
    except (OverflowError, ValueError):  # an integer beyond all floats; Decimal("sNaN")
        return False


def _whole(x: Number) -> bool:
    return hasattr(x, "__index__")


def _equal(a: object, b: object) -> bool:
    """What ``==`` says, where it says anything."""
    if isinstance(a, type | ModuleType | FunctionType) or type(a) is not type(b) and _by_identity(a, b):
        return a is b
    if _by_identity(a, b):
        raise Incomparable(f"a {type(a).__name__} does not say when it is equal to another (it has no __eq__)")
    try:
        return bool(a == b)
    except Exception as error:
        raise Incomparable(f"== of {type(a).__name__} and {type(b).__name__} raises {type(error).__name__}") from error


def _by_identity(a: object, b: object) -> bool:
    return type(a).__eq__ is object.__eq__ and type(b).__eq__ is object.__eq__


# -- with labels, masks, holes


def _is_table(x: object) -> bool:
    return hasattr(type(x), "columns") and hasattr(x, "shape") and len(x.shape) == 2


def _tables(a: object, b: object, rule: Rule) -> str:
    names = list(_column_names(a)), list(_column_names(b))
    if _differ(*names, rule):
        return f" columns {brief(names[0], 30)} against {brief(names[1], 30)}"
    if a.shape != b.shape:
        return f" shape {a.shape} against {b.shape}"
    if where := _labels(a, b, rule):
        return where
    for at, name in enumerate(names[0]):
        # The labels have been compared, and once is enough.
        if where := _differ(_unlabelled(_column(a, at)), _unlabelled(_column(b, at)), rule):
            return f" column {name!r}{where}"
    return ""


def _column_names(table: object) -> list:
    return table.column_names if hasattr(table, "column_names") else table.columns


def _column(table: object, at: int) -> object:
    if hasattr(table, "iloc"):  # by place: two columns may have one name
        return table.iloc[:, at]
    return table.column(at) if hasattr(table, "column_names") else table[:, at]


def _is_series(x: object) -> bool:
    return hasattr(x, "iloc") and getattr(x, "ndim", 0) == 1


def _series(a: object, b: object, rule: Rule) -> str:
    if a.shape != b.shape:
        return f" length {len(a)} against {len(b)}"
    return _labels(a, b, rule) or _differ(_unlabelled(a), _unlabelled(b), rule)


def _labels(a: object, b: object, rule: Rule) -> str:
    """Compare the rows' labels, where both have some."""
    if not (hasattr(a, "iloc") and hasattr(b, "iloc")) or a.index.equals(b.index):
        return ""
    where = _differ(_unlabelled(a.index), _unlabelled(b.index), rule)
    return f" index{where}" if where else ""


def _unlabelled(x: object) -> object:
    """Turn all that is a sequence by another name into a list or an array."""
    if isinstance(x, deque | range | UserList | ValuesView):
        return list(x)
    if isinstance(x, array.array | memoryview):
        return np.asarray(x)
    if hasattr(x, "iloc"):  # pandas' frames and series: to go through a frame would give the names of its columns
        own = hasattr(x, "dtype") and not isinstance(x.dtype, np.dtype)  # whose pd.NA NumPy would make NaN
        return np.asarray(x, object if own else None)
    if hasattr(x, "to_pylist"):
        return x.to_pylist()
    if _is_void(x):
        return x.item()
    if _is_sparse(x):
        return x.toarray() if math.prod(x.shape) <= _LARGE else x
    return x


def _is_sparse(x: object) -> bool:
    return hasattr(x, "tocsr") and hasattr(x, "toarray")


def _sparse(a: object, b: object, rule: Rule) -> str:
    if a.shape != b.shape:
        return f" shape {a.shape} against {b.shape}"
    a, b = (_canonical(x) for x in (a, b))
    alike = np.array_equal(a.indptr, b.indptr) and np.array_equal(a.indices, b.indices)
    if not alike and math.prod(a.shape) > _LARGE:
        return f" {a.nnz} numbers that are not zero against {b.nnz}, or in other places"
    if not alike:
        return _differ(a.toarray(), b.toarray(), rule)
    where = _differ(a.data, b.data, rule)
    return where and f" the stored numbers{where}"


def _canonical(x: object) -> object:
    x = x.tocsr().copy()
    x.sum_duplicates()
    x.eliminate_zeros()
    x.sort_indices()
    return x


def _is_awkward(x: object) -> bool:
    return type(x).__module__.startswith("awkward.") and hasattr(x, "to_list")


def _awkward(a: object, b: object, rule: Rule) -> str:
    """Compare two of them at the speed of arrays where they are the same, and as lists, to say where, if not."""
    ak = sys.modules["awkward"]
    if isinstance(a, ak.Array) and isinstance(b, ak.Array) and ak.array_equal(
        a, b, equal_nan=True, dtype_exact=False, same_content_types=False, check_parameters=False, check_regular=False
    ):  # fmt: skip
        return ""
    return _differ(a.to_list(), b.to_list(), rule)


def _is_masked(x: object) -> bool:
    return isinstance(x, np.ma.MaskedArray)


def _masked(a: object, b: object, rule: Rule) -> str:
    if a.shape != b.shape:
        return f" shape {a.shape} against {b.shape}"
    masks = np.ma.getmaskarray(a), np.ma.getmaskarray(b)
    if a.dtype.names is None and not np.array_equal(*masks):
        at = np.argwhere(masks[0] != masks[1])[0].tolist()
        return f"{at}: {' against '.join('masked' if mask[tuple(at)] else 'not masked' for mask in masks)}"
    if a.dtype.names is not None:
        return _differ(a.tolist(), b.tolist(), rule)  # a masked field becomes None
    return _differ(np.ma.getdata(a)[~masks[0]], np.ma.getdata(b)[~masks[0]], rule)


def _either_masked(a: object, b: object) -> bool:
    return _is_masked(a) != _is_masked(b) and _many(a) and _many(b)


# -- containers


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
        a, b = (x if _is_masked(x) else np.ma.asarray(x) for x in (a, b))
        return _masked(a, b, rule)
    if type(a) is type(b) is list and _SIMPLE.issuperset(map(type, a)) and a == b:
        return ""
    if _plain(a) and _plain(b):
        x, y = _as_array(a), _as_array(b)
        if x is not None and y is not None and x.dtype.kind in "biufcmM" and y.dtype.kind in "biufcmM":
            return _arrays(x, y, rule)
        if _text_array(a) and _text_array(b) and a.dtype.kind == b.dtype.kind and np.array_equal(a, b):
            return ""
        if x is not None and y is not None and x.dtype.names and y.dtype.names:
            return _structured(x, y, rule)
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


def _structured(x: np.ndarray, y: np.ndarray, rule: Rule) -> str:
    if x.dtype.names != y.dtype.names:
        return f" fields {x.dtype.names} against {y.dtype.names}"
    for name in x.dtype.names:
        if where := _differ(x[name], y[name], rule):
            return f"[{name!r}]{where}"
    return ""


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


# -- records


def _is_record(x: object) -> bool:
    return dataclasses.is_dataclass(x) and not isinstance(x, type)


def _records(a: object, b: object, rule: Rule) -> str:
    if type(a) is not type(b):
        return "" if _equal(a, b) else _told(a, b)
    for field in dataclasses.fields(a):
        if field.compare and (where := _differ(getattr(a, field.name), getattr(b, field.name), rule)):
            return f".{field.name}{where}"
    return ""


def _is_tree(x: object) -> bool:
    """Whether JAX knows the class as a tree, and Python does not know when two of them are equal."""
    jax = sys.modules.get("jax")
    if jax is None or not hasattr(jax, "tree_util") or type(x).__eq__ is not object.__eq__:
        return False
    return not jax.tree_util.all_leaves([x])


def _trees(a: object, b: object, rule: Rule) -> str:
    (p, shape), (q, other) = (sys.modules["jax"].tree_util.tree_flatten(x) for x in (a, b))
    return _differ(p, q, rule) if shape == other else _told(a, b)


def _is_void(x: object) -> bool:
    return isinstance(x, np.void) and x.dtype.names is not None


_KINDS = (
    (_is_sparse, _sparse),
    (_is_table, _tables),
    (_is_series, _series),
    (_is_awkward, _awkward),
    (_is_masked, _masked),
    (_is_void, _structured),
    (lambda x: isinstance(x, Mapping), _mappings),
    (lambda x: isinstance(x, SimpleNamespace), lambda a, b, rule: _mappings(vars(a), vars(b), rule)),
    (lambda x: isinstance(x, Set), _sets),
    (_is_record, _records),
    (_is_tree, _trees),
)
