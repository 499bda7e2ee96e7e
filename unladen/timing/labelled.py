"""Answers whose numbers have labels, masks or names: where two of a kind differ. `difference` asks for each kind."""

from __future__ import annotations

import array
import dataclasses
import math
import sys
from collections import UserList, deque
from collections.abc import Callable, ValuesView
from types import FunctionType, ModuleType
from typing import NamedTuple

import numpy as np

from unladen.timing.answers import Incomparable, brief

_LARGE = 2**24  # elements: a sparse matrix of so many may be made dense


class Rule(NamedTuple):
    """How close is the same, and which pairs have been looked at: containers may hold themselves, or one twice."""

    relative: float
    absolute: float
    seen: dict
    differ: Callable[[object, object, Rule], str]  # for the parts, of whatever kind


def told(a: object, b: object) -> str:
    return f": {brief(a, 30)} against {brief(b, 30)}"


def equal(a: object, b: object) -> bool:
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


def is_table(x: object) -> bool:
    return hasattr(type(x), "columns") and hasattr(x, "shape") and len(x.shape) == 2


def tables(a: object, b: object, rule: Rule) -> str:
    names = list(_column_names(a)), list(_column_names(b))
    if rule.differ(*names, rule):
        return f" columns {brief(names[0], 30)} against {brief(names[1], 30)}"
    if a.shape != b.shape:
        return f" shape {a.shape} against {b.shape}"
    if where := _labels(a, b, rule):
        return where
    for at, name in enumerate(names[0]):
        # The labels have been compared, and once is enough.
        if where := rule.differ(unlabelled(_column(a, at)), unlabelled(_column(b, at)), rule):
            return f" column {name!r}{where}"
    return ""


def _column_names(table: object) -> list:
    return table.column_names if hasattr(table, "column_names") else table.columns


def _column(table: object, at: int) -> object:
    if hasattr(table, "iloc"):  # by place: two columns may have one name
        return table.iloc[:, at]
    return table.column(at) if hasattr(table, "column_names") else table[:, at]


def is_series(x: object) -> bool:
    return hasattr(x, "iloc") and getattr(x, "ndim", 0) == 1


def series(a: object, b: object, rule: Rule) -> str:
    if a.shape != b.shape:
        return f" length {len(a)} against {len(b)}"
    return _labels(a, b, rule) or rule.differ(unlabelled(a), unlabelled(b), rule)


def _labels(a: object, b: object, rule: Rule) -> str:
    """Compare the rows' labels, where both have some."""
    if not (hasattr(a, "iloc") and hasattr(b, "iloc")) or a.index.equals(b.index):
        return ""
    where = rule.differ(unlabelled(a.index), unlabelled(b.index), rule)
    return f" index{where}" if where else ""


def unlabelled(x: object) -> object:
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
    if is_void(x):
        return x.item()
    if is_sparse(x):
        return x.toarray() if math.prod(x.shape) <= _LARGE else x
    return x


def is_sparse(x: object) -> bool:
    return hasattr(x, "tocsr") and hasattr(x, "toarray")


def sparse(a: object, b: object, rule: Rule) -> str:
    if a.shape != b.shape:
        return f" shape {a.shape} against {b.shape}"
    a, b = (_canonical(x) for x in (a, b))
    alike = np.array_equal(a.indptr, b.indptr) and np.array_equal(a.indices, b.indices)
    if not alike and math.prod(a.shape) > _LARGE:
        return f" {a.nnz} numbers that are not zero against {b.nnz}, or in other places"
    if not alike:
        return rule.differ(a.toarray(), b.toarray(), rule)
    where = rule.differ(a.data, b.data, rule)
    return where and f" the stored numbers{where}"


def _canonical(x: object) -> object:
    x = x.tocsr().copy()
    x.sum_duplicates()
    x.eliminate_zeros()
    x.sort_indices()
    return x


def is_awkward(x: object) -> bool:
    return type(x).__module__.startswith("awkward.") and hasattr(x, "to_list")


def awkward(a: object, b: object, rule: Rule) -> str:
    """Compare two of them at the speed of arrays where they are the same, and as lists, to say where, if not."""
    ak = sys.modules["awkward"]
    if isinstance(a, ak.Array) and isinstance(b, ak.Array) and ak.array_equal(
        a, b, equal_nan=True, dtype_exact=False, same_content_types=False, check_parameters=False, check_regular=False
    ):  # fmt: skip
        return ""
    return rule.differ(a.to_list(), b.to_list(), rule)


def is_masked(x: object) -> bool:
    return isinstance(x, np.ma.MaskedArray)


def masked(a: object, b: object, rule: Rule) -> str:
    if a.shape != b.shape:
        return f" shape {a.shape} against {b.shape}"
    masks = np.ma.getmaskarray(a), np.ma.getmaskarray(b)
    if a.dtype.names is None and not np.array_equal(*masks):
        at = np.argwhere(masks[0] != masks[1])[0].tolist()
        return f"{at}: {' against '.join('masked' if mask[tuple(at)] else 'not masked' for mask in masks)}"
    if a.dtype.names is not None:
        return rule.differ(a.tolist(), b.tolist(), rule)  # a masked field becomes None
    return rule.differ(np.ma.getdata(a)[~masks[0]], np.ma.getdata(b)[~masks[0]], rule)


# -- records


def is_record(x: object) -> bool:
    return dataclasses.is_dataclass(x) and not isinstance(x, type)


def records(a: object, b: object, rule: Rule) -> str:
    if type(a) is not type(b):
        return "" if equal(a, b) else told(a, b)
    for field in dataclasses.fields(a):
        if field.compare and (where := rule.differ(getattr(a, field.name), getattr(b, field.name), rule)):
            return f".{field.name}{where}"
    return ""


def is_tree(x: object) -> bool:
    """Whether JAX knows the class as a tree, and Python does not know when two of them are equal."""
    jax = sys.modules.get("jax")
    if jax is None or not hasattr(jax, "tree_util") or type(x).__eq__ is not object.__eq__:
        return False
    return not jax.tree_util.all_leaves([x])


def trees(a: object, b: object, rule: Rule) -> str:
    (p, shape), (q, other) = (sys.modules["jax"].tree_util.tree_flatten(x) for x in (a, b))
    return rule.differ(p, q, rule) if shape == other else told(a, b)


def is_void(x: object) -> bool:
    return isinstance(x, np.void) and x.dtype.names is not None


def structured(x: np.ndarray, y: np.ndarray, rule: Rule) -> str:
    if x.dtype.names != y.dtype.names:
        return f" fields {x.dtype.names} against {y.dtype.names}"
    for name in x.dtype.names:
        if where := rule.differ(x[name], y[name], rule):
            return f"[{name!r}]{where}"
    return ""
