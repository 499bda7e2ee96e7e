"""What can be done with any answer, whatever it is: wait until it is there, keep it, and tell it in one line."""

from __future__ import annotations

import copy
import sys
from collections import deque
from collections.abc import Mapping
from types import FunctionType, ModuleType

from unladen.short import Writer, cut, name_of, one_line
from unladen.timing.attributes import held

_SCANNED = 1000  # elements of a returned list that are looked at for asynchronous results
_ATOMS = {int, float, complex, bool, str, bytes, type(None)}
_NEVER = (int, float, complex, str, bytes, type(None), range, set, frozenset, bytearray, type, ModuleType, FunctionType)


class Incomparable(TypeError):
    """Two answers of which nobody can say whether they are the same."""


def wait(answer: object, depth: int = 3) -> bool:
    """Wait until an asynchronous answer is there; tell whether it was one.

    That is one with ``block_until_ready`` (JAX's), a future, or an object in which there are some: a tuple, a list, a
    dictionary, a class that JAX knows as a tree, any object with attributes.
    """
    if hasattr(type(answer), "block_until_ready"):
        answer.block_until_ready()
        return True
    if isinstance(answer, _NEVER) or type(answer).__module__ == "numpy" or depth < 0:
        return False
    if is_future(answer):
        answer.result()
        return True
    if hasattr(type(answer), "__next__") or hasattr(type(answer), "__await__"):
        return False  # nothing was begun, so there is nothing to wait for
    if isinstance(answer, tuple | list | deque):
        parts = answer if len(answer) <= _SCANNED or _asynchronous(answer) else ()
    elif isinstance(answer, dict):
        parts = list(answer.values()) if len(answer) <= _SCANNED else ()
    else:
        depth -= 1  # attributes of attributes are not looked at
        parts = [*_leaves(answer), *held(answer)[:_SCANNED]]
    waited = [wait(part, depth - 1) for part in parts]  # for every part, where any() alone would stop at the first
    return any(waited)


def is_future(answer: object) -> bool:
    """Tell whether it has what all futures have: ``concurrent.futures``', Dask's."""
    kind = type(answer)
    return all(hasattr(kind, word) for word in ("result", "done", "add_done_callback"))


def settled(answer: object) -> object:
    """Return what futures hold in their place, also those in a tuple, a list or a dictionary."""
    if is_future(answer):
        return answer.result()
    if type(answer) in (tuple, list) and len(answer) <= _SCANNED and any(map(is_future, answer)):
        return type(answer)(map(settled, answer))
    if type(answer) is dict and len(answer) <= _SCANNED and any(map(is_future, answer.values())):
        return {key: settled(part) for key, part in answer.items()}
    return answer


def _asynchronous(answers: tuple | list | deque) -> bool:
    return any(hasattr(kind, "block_until_ready") for kind in set(map(type, answers)))


def _leaves(answer: object) -> list:
    """The parts of a class that was registered with JAX; no other library keeps a list of such."""
    jax = sys.modules.get("jax")
    if jax is None or not hasattr(jax, "tree_util"):
        return []
    leaves = jax.tree_util.tree_leaves(answer)
    return [] if any(leaf is answer for leaf in leaves) else leaves[:_SCANNED]


def kept(answer: object) -> object:
    """Copy an answer that a later call could overwrite, with all that is inside it; return any other as it is."""
    if type(answer) in _ATOMS:
        return answer
    if type(answer) is list and _ATOMS.issuperset(map(type, answer)):
        return answer.copy()  # a hundred times faster than what follows
    if type(answer) is list:
        return _kept_list(answer)
    if hasattr(type(answer), "block_until_ready") or hasattr(type(answer), "__next__"):
        return answer
    if type(answer).__module__ == "numpy" and getattr(answer, "dtype", "O") != "O":
        return answer.copy() if hasattr(answer, "copy") else answer
    try:
        return copy.deepcopy(answer)
    except Exception:  # a lock, a pointer, a generator: what cannot be copied cannot be kept
        return answer


def _kept_list(answer: list) -> list:
    """A list of lists of numbers, the usual grid, is copied quickly, any other by ``deepcopy``."""
    if all(type(row) is list and _ATOMS.issuperset(map(type, row)) for row in answer):
        return [row.copy() for row in answer]
    try:
        return copy.deepcopy(answer)
    except Exception:
        return answer.copy()


_WRITER = Writer(
    60,
    {list: 8, tuple: 8, dict: 4, set: 6, frozenset: 6, deque: 6},
    more="...",
    failed="an object whose repr raises {error}",
    huge="a number of {bits} bits",
)


def brief(answer: object, limit: int = 60) -> str:
    """Describe an answer in one short line: its type, its shape if it has one, and its beginning. Never raises."""
    kind = name_of(type(answer))
    beginning = answer[:8] if type(answer) in (str, bytes) else answer
    text = " ".join(_WRITER.text(beginning).split())
    if " at 0x" in text:  # an address differs in every run and tells nothing
        return f"an object of type {kind}"
    return f"{cut(one_line(text), limit)} ({kind}{_measures(answer)})"


def _measures(answer: object) -> str:
    """How long an answer is, or its shape and dtype, where it has them and they can be asked for."""
    try:
        sized = issubclass(type(answer), list | tuple | Mapping | str | bytes | set | frozenset | deque)
        length = f" of {len(answer)}" if sized and len(answer) > 8 else ""
        shape = getattr(answer, "shape", ())
        shape = f" of shape {shape}" if isinstance(shape, tuple) and shape else ""
        dtype = f" of {answer.dtype}" if shape and hasattr(answer, "dtype") else ""
    except Exception:
        return ""
    return one_line(f"{length}{shape}{dtype}")
