"""What the checks of chapter 10 need: slow versions to be beaten, what Numba and JAX say, and how versions are counted.

Numba and JAX take a second each to import, so they are imported where they are needed: every `check` imports all
chapters' files.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

import numpy as np

from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, call, wrong

_REGROUP = "Regroup the sum yourself: write several sums. No `fastmath` this time, in an inner function neither."

# Functions that would do the sum in one call; the exercise is about a loop.
_READY_MADE = {"sum", "dot", "vdot", "inner", "einsum", "norm", "fsum", "sumprod", "reduce", "nansum", "cumsum"}


def slow_levels(inflow, settings):
    """The levels of a tank, in Python: the function that exercise 10.1 begins with."""
    level, levels = settings["start"], []
    for amount in inflow:
        level = level * settings["keep"] + amount
        if level > settings["capacity"]:
            level = settings["capacity"]
        levels.append(level)
    return levels


def as_an_array(got: np.ndarray, levels: list[float]) -> bool:
    return same(got, np.array(levels))


def refusals() -> type[Exception]:
    """The kind of exception with which Numba refuses to compile."""
    from numba.core.errors import NumbaError

    return NumbaError


def is_not_float64(got: object) -> bool:
    return isinstance(got, np.ndarray) and got.dtype != np.float64


# -- ufuncs ----------------------------------------------------------------------------------------------------------


def element_function(answer: object) -> object:
    """The Python function inside a ufunc of Numba's, or the answer itself."""
    return getattr(getattr(answer, "_dispatcher", None), "py_func", answer)


def is_a_ufunc(answer: object, hint: str) -> None:
    """The answer must be a ufunc, of NumPy's or of Numba's make."""
    from numba.np.ufunc.dufunc import DUFunc

    if not isinstance(answer, np.ufunc | DUFunc):
        wrong(f"the answer is of type {type(answer).__name__}, expected a ufunc", hint)


# -- versions --------------------------------------------------------------------------------------------------------


def _locked(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


_GRID = np.zeros((3, 4))
_LAYOUT = "The type of an array holds its dtype, its number of dimensions, and its layout: C, F or A (any)."
# the arguments of some calls, as text and as values, and the hint if they are counted wrongly
CALLS = [
    ([(1, 2), (3, 4)], "[(1, 2), (3, 4)]", "3 and 1 have the same type: the second call finds a version."),
    ([], "[]", "What is never called is never compiled."),
    ([(1, 2), (1, 2.0), (1.0, 2.0)], "[(1, 2), (1, 2.0), (1.0, 2.0)]", "Each combination of types is one version."),
    ([(1, 2.0), (2.0, 1)], "[(1, 2.0), (2.0, 1)]", "The order of the types counts."),
    ([(1,), (True,), (1 + 0j,)], "[(1,), (True,), (1+0j,)]", "A truth value is no integer, to a compiler."),
    ([(1.0,), (np.float32(1),), (np.float64(1),)], "[(1.0,), (np.float32(1),), (np.float64(1),)]",
     "A float of Python's is NumPy's float64; a float32 is another type."),
    ([(1,), (2**40,), (-(2**62),), (np.uint64(1),)], "[(1,), (2**40,), (-2**62,), (np.uint64(1),)]",
     "All integers of Python's are int64 here, small or large; NumPy's keep their own type."),
    ([(np.zeros(3),), (np.ones(5),), (np.zeros((3, 3)),)], "np.zeros(3), np.ones(5), np.zeros((3, 3))",
     "The length is no part of an array's type, the number of dimensions is."),
    ([(_GRID,), (_GRID.T,), (_GRID[:, ::2],), (_GRID[::2, ::2],)], "grid, grid.T, grid[:, ::2], grid[::2, ::2]",
     _LAYOUT),
    ([(np.zeros(3),), (_locked(np.zeros(3)),)], "an array, and a read-only one", "Whether it may be written counts."),
    ([(np.zeros((3, 4)),), (np.zeros((1, 4)),), (np.zeros((4, 1)),)], "np.zeros of shapes (3, 4), (1, 4) and (4, 1)",
     "One row, or one column, lies in C and in Fortran order at once, and Numba calls that C. " + _LAYOUT),
    ([([1, 2],), ([1, 2, 3],), ((1, 2),), ((1, 2, 3),)], "[1, 2], [1, 2, 3], (1, 2), (1, 2, 3)",
     "A tuple's type holds the type of each element, and so its length; a list's does not."),
]  # fmt: skip


def counted(calls: Sequence[tuple]) -> int:
    """How many versions Numba makes for these calls; a test holds this against Numba, which compiles them."""
    import numba

    return len({tuple(map(numba.typeof, arguments)) for arguments in calls})


# -- a sum in pieces -------------------------------------------------------------------------------------------------


def is_compiled(answer: object) -> None:
    """The answer must be a function that Numba compiles."""
    if not hasattr(answer, "targetoptions"):
        wrong(f"the answer is of type {type(answer).__name__}", "Put `@njit` above the function, to have it compiled.")


def keeps_its_promises(answer) -> None:
    """No fastmath, no threads, no function that would do the work in one call; nor in a function that it calls."""
    for function in _compiled_with(answer, []):
        if function.targetoptions.get("fastmath"):
            wrong(f"{function.__name__} permits fastmath", _REGROUP)
        if function.targetoptions.get("parallel"):
            told = f"{function.__name__} is parallel"
            wrong(told, "One core is enough here: what makes one addition wait for another?")
        own = {name for name, thing in function.py_func.__globals__.items() if hasattr(thing, "targetoptions")}
        if used := sorted(_READY_MADE & set(function.py_func.__code__.co_names) - own):
            told = f"{function.__name__} uses {', '.join(used)}"
            wrong(told, "Write the loop yourself: it is the order of its additions that counts.")


def _compiled_with(function, found: list) -> list:
    """A compiled function and those that it can call by a name, or has in a closure."""
    if hasattr(function, "targetoptions") and all(function is not one for one in found):
        found.append(function)
        inner = function.py_func
        named = [inner.__globals__.get(name) for name in inner.__code__.co_names]
        for other in [*named, *inspect.getclosurevars(inner).nonlocals.values()]:
            _compiled_with(other, found)
    return found


def longest_chain(answer: Callable, n: int) -> int:
    """How many of ``n`` additions wait for each other: 1 is lost when it is added to 2**54, and to nothing else.

    The square of one number is 2**54, those of the others are 1: what is missing in the result was added to the same
    sum as the large one, after it. Where the large one lies matters, for a loop may run backwards.
    """
    lost = 0
    for place in (0, 1, n // 3, n // 2 - 1, n // 2, n - 1):
        numbers = np.ones(n)
        numbers[place] = 2.0**27
        shown = f"sum_squares(x), where x is 1.0 {n} times, but x[{place}] is 2.0**27,"
        got = call(answer, (numbers,), shown=shown)
        if not (isinstance(got, float) and 2.0**54 <= got <= 2.0**54 + n):
            wrong(f"{shown} returned {short(got)}", "Whatever is large or small: each square is added once.")
        lost = max(lost, round(n - 1 - (got - 2.0**54)))
    return lost


def between_large(x: np.ndarray) -> np.ndarray:
    """A copy of ``x`` in the middle of a larger array, whose other numbers would show in any sum."""
    around = np.full(len(x) + 128, 1e30)
    around[64 : 64 + len(x)] = x
    return around[64 : 64 + len(x)]


def is_unchanged(answer: Callable, x: np.ndarray) -> None:
    before = x.copy()
    call(answer, (x,), shown="sum_squares(x)")
    if not np.array_equal(before, x):
        wrong(f"sum_squares(x) changed its array, which began with {short(before[:3])}", CHANGED)


def one_sum() -> Callable:
    """The loop of the exercise, compiled: one sum, one addition after the other."""
    import numba

    @numba.njit
    def plain_sum(x):
        total = 0.0
        for i in range(len(x)):
            total += x[i] * x[i]
        return total

    plain_sum(np.zeros(1))
    plain_sum.__name__ = "plain_sum"
    return plain_sum


# -- JAX -------------------------------------------------------------------------------------------------------------


def jax_in_64_bits():
    """JAX on the CPU, computing with 64 bits."""
    import os

    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def tracing_mistakes(jax, branch: str, numpy: str) -> list[tuple[object, str]]:
    """What JAX raises when Python asks a stand-in for its value, and when NumPy does."""
    errors = jax.errors
    return [
        (errors.TracerBoolConversionError, branch),
        (ValueError, branch),  # the truth of an array of several elements
        (errors.TracerArrayConversionError, numpy),
        (errors.ConcretizationTypeError, branch),
        (errors.TracerIntegerConversionError, branch),
    ]
