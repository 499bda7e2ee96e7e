"""Chapter 10, compilers at run time: what compiles, a ufunc, how many versions, a broken chain, a safe derivative."""

from __future__ import annotations

import numpy as np

from unladen.exercises.chapter10 import compiled
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.stub import unwritten
from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, Unwritten, call, called, case, wrong

# --------------------------------------------------------------------------------------------------- 10.1

_TANK = {"name": "north", "start": 20, "keep": 0.5, "capacity": 100}
_RECORD = (
    "Numba has no type for a dict with texts and numbers. Take the numbers out of it in Python, once, and pass *them* "
    "to a compiled function."
)
_DTYPE = "A level is a fraction, whatever the inflow is: make the result with `np.empty(len(inflow))`, a float64 array."
_ORDER = "First the old level shrinks, then the inflow is added, then the capacity cuts it off; only then it is stored."


@exercise(
    "10.1",
    "Make it compile",
    hints=[
        "A Python function may stay around the compiled one: it takes the dict apart, and calls a function with "
        "`@njit` that sees an array and three numbers.",
        "In the compiled function: `out = np.empty(len(inflow))`, a loop over `range(len(inflow))`, and the level in a "
        "local variable that is a float from the start.",
        "`return fill(np.asarray(inflow), float(settings['start']), settings['keep'], settings['capacity'])`, where "
        "`fill` is the loop of `slow_levels` with `out[i] = level` in place of the append.",
    ],
    why="The dict was used three times for each element and said the same each time. You moved it out of the loop, and "
    "what was left inside has types: an array and three floats. This is how compiled functions are used in practice: "
    "Python outside, where records and texts are handled, and a kernel of arrays and numbers inside. NumPy alone could "
    "not have done it, for each level needs the one before.",
    seconds=30.0,
    imports=["unladen.exercises.chapter10.numba_ready"],
)
def levels(answer):
    def right(inflow, settings, expected, hint, mistakes=(), shown=""):
        text = "A list came back. The result is an array of float64, as long as the inflow."
        kinds = [*mistakes, (compiled.refusals(), _RECORD), (lambda got: isinstance(got, list), text)]
        kinds.append((compiled.is_not_float64, _DTYPE))
        case(answer, (inflow, settings), np.array(expected, dtype=float), hint=hint, mistakes=kinds, shown=shown)

    empty = (np.array([10.0, 15.0]), "A tank does not begin empty: `settings['start']`.")
    right(np.array([10.0, 10.0]), _TANK, [20.0, 20.0], _ORDER, [empty])
    early = (np.array([20.0, 100.0, 80.0]), "The level before the inflow was stored. " + _ORDER)
    right(np.array([90.0, 30.0, 0.0]), _TANK, [100.0, 80.0, 40.0], _ORDER, [early])
    full = "Is the level cut off at the capacity, and does the next one start from there?"
    right(np.array([300.0, 0.0, 5.0]), _TANK, [100.0, 50.0, 30.0], full)
    right(np.array([]), _TANK, [], "No inflow, no levels: an empty array.")
    right(np.array([1, 2, 4]), _TANK, [11.0, 7.5, 7.75], _DTYPE, [(np.array([11.0, 7.0, 7.0]), _DTYPE)])
    nan = "What is not a number stays none: `if level > capacity`, as in `slow_levels`; `min` depends on the order."
    right(np.array([1.0, np.nan, 2.0]), _TANK, [11.0, np.nan, np.nan], nan)
    other = {"capacity": 7.5, "keep": 1, "start": 0.25, "name": "south"}
    right(np.array([1.0, 2.0, 50.0]), other, [1.25, 3.25, 7.5], "The settings are looked up by name, not by place.")
    right(
        np.arange(6.0)[::2],
        _TANK,
        [10.0, 7.0, 7.5],
        "Every second element is an array too.",
        shown=("levels(np.arange(6.0)[::2], settings)"),
    )
    locked = np.array([1.0, 2.0])
    locked.flags.writeable = False
    right(locked, _TANK, [11.0, 7.5], "A read-only array cannot be written to, and need not be.")
    loop = "Does the loop itself run in Python still? `@njit` belongs onto the function that has the loop."
    faster_than(compiled.slow_levels, answer, _inflow, at_least=10, hint=loop, agree=compiled.as_an_array)


def _inflow(rng) -> tuple[np.ndarray, dict]:
    tank = _TANK | {"start": int(rng.integers(10, 30)), "keep": float(rng.uniform(0.4, 0.6))}
    return rng.uniform(0, 30, 20_000), tank


# --------------------------------------------------------------------------------------------------- 10.2

_UFUNC = (
    "The answer is to be a ufunc, which takes whole arrays of any shapes: put `@numba.vectorize` above a function of "
    "two numbers."
)
_ISNAN = "NaN is not equal to anything, itself included: ask `np.isnan(a)`."


@exercise(
    "10.2",
    "Two thermometers",
    hints=[
        "Think of two numbers, not of two arrays. Three cases: the first is missing, the second is, none is.",
        "`if np.isnan(a): return b`, then the same for `b`. If both are missing, the first case returns NaN already.",
        "`return (a + b) / 2`. Without `fastmath`, which may assume that there is no NaN, and without a signature, so "
        "that every pair of types gets its own version.",
    ],
    why="You wrote what happens to two numbers, with two returns in the middle, and got a function of arrays: NumPy "
    "brings the pairs together, whatever the shapes. In NumPy alone it takes masks, and a temporary for each. There is "
    "a trap in it that no error tells of: with `fastmath=True` the compiler may assume that nothing is NaN, and both "
    "questions vanish.",
    seconds=30.0,
    imports=["unladen.exercises.chapter10.numba_ready"],
)
def either(answer):
    inner = compiled.element_function(answer)
    if unwritten(inner):
        raise Unwritten
    compiled.is_a_ufunc(answer, _UFUNC)

    def right(a, b, expected, hint, mistakes=(), shown=""):
        a, b = np.asarray(a), np.asarray(b)
        case(answer, (a, b), np.array(expected, dtype=float), hint=hint, mistakes=mistakes, shown=shown)

    nan = np.nan
    whole = "The mean of 1 and 2 is 1.5: no signature of integers, and `/`, not `//`."
    right([1.0, 2.0], [3.0, 2.0], [2.0, 2.0], "With both readings, it is their mean: `(a + b) / 2`.")
    right([1, 2], [2, 2], [1.5, 2.0], whole, [(lambda got: got.dtype.kind in "iu", whole)])
    first = "The first reading is missing, so the second one counts."
    lost = (lambda got: bool(np.isnan(got).any()), _ISNAN + " (Or was `fastmath` permitted to assume there is none?)")
    right([nan], [4.0], [4.0], first, [lost])
    right([4.0], [nan], [4.0], "The second reading is missing, so the first one counts.", [lost])
    right([nan, 1.0], [nan, 2.0], [nan, 1.5], "If both are missing there is nothing to return but NaN.")
    right([np.inf], [1.0], [np.inf], "Infinity is a number here; only NaN is a missing reading.")
    shape = "A column of 2 and a row of 3 make a table: a ufunc broadcasts by itself."
    right([[0.0], [nan]], [4.0, 6.0, 8.0], [[2.0, 3.0, 4.0], [4.0, 6.0, 8.0]], shape)
    right(np.array([]), np.array([]), [], "No readings, no result.")
    right(np.arange(6.0)[::2], np.zeros(3), [0.0, 1.0, 2.0], "Every second element is an array too.")
    room = np.zeros(2)
    got = call(answer, (np.array([1.0, nan]), np.array([3.0, 5.0]), room), hint=_UFUNC)
    if not (got is room and same(room, np.array([2.0, 5.0]))):
        wrong(
            f"{called((np.array([1.0, nan]), np.array([3.0, 5.0]), np.zeros(2)))} did not fill its third array", _UFUNC
        )


# --------------------------------------------------------------------------------------------------- 10.3


@exercise(
    "10.3",
    "How many versions?",
    hints=[
        "A version belongs to the types of all arguments together, in their order. So the answer is the size of a set "
        "of tuples.",
        "`numba.typeof(value)` says what Numba takes a value for. Which of them are equal?",
        "`len({tuple(map(numba.typeof, arguments)) for arguments in calls})`.",
    ],
    why="A compiled function is a table, from types to machine code, and each call looks itself up in it. You have "
    "counted the entries. It pays to count: a function that is called with views, copies, transposed and read-only "
    "arrays, in float32 and float64, is compiled for each combination, and each takes a fraction of a second. Where "
    "that hurts, make the types equal before the call, for example with `np.ascontiguousarray`.",
    seconds=30.0,
    imports=["unladen.exercises.chapter10.numba_ready"],
)
def versions(answer):
    for calls, shown, hint in compiled.CALLS:
        expected = compiled.counted(calls)
        text = f"versions(calls), where calls are {shown},"
        given = list(calls)
        got = call(answer, (given,), shown=text, hint=hint)
        if [*map(id, given)] != [*map(id, calls)]:
            wrong(f"{text} changed the calls", CHANGED)
        if not same(got, expected):
            wrong(f"{text} returned {short(got)}, expected {expected}", NO_RETURN if got is None else hint)


# --------------------------------------------------------------------------------------------------- 10.4

_ROOM = (
    "How many additions can be under way at once? With one sum it is one, with two it is two; four sums or more are "
    "asked, and the core has room for about eight."
)
_REST = "The length need not be a multiple of your step: what is left over has to be added, too, and nothing more."


@exercise(
    "10.4",
    "Break the chain",
    hints=[
        "The loop waits for each addition before it begins the next. Which additions do not need each other?",
        "Take eight partial sums, each for every eighth element: `s0 += x[i] * x[i]`, `s1 += x[i + 1] * x[i + 1]` … in "
        "a loop over `range(0, n, 8)`. Add them up at the end, and do not forget the rest.",
        "Or take an array `parts = np.zeros(64)` and two loops: the outer one over blocks of 64 elements, the inner "
        "one `parts[k] += x[64 * j + k] ** 2`. Its turns are independent, so the compiler packs them.",
    ],
    why="An addition takes two to four cycles, and a core can begin two in every cycle. One sum waits; four or eight "
    "keep it busy, although not one instruction is packed. The version with an array of sums is packed on top of that. "
    "You have chosen the new order yourself and can say which one it is; `fastmath` would have left it to the "
    "compiler, and thrown NaN and infinity into the bargain.",
    seconds=30.0,
    imports=["unladen.exercises.chapter10.numba_ready"],
)
def sum_squares(answer):
    if unwritten(getattr(answer, "py_func", answer)):
        raise Unwritten
    compiled.is_compiled(answer)
    compiled.keeps_its_promises(answer)

    def right(x, shown, hint):
        expected = float(np.sum(np.asarray(x, dtype=np.longdouble) ** 2))
        got = call(answer, (x,), shown=shown, hint=hint)
        if not isinstance(got, float):
            wrong(f"{shown} returned {short(got)}, expected {expected}", NO_RETURN if got is None else hint)
        close = same(got, expected) or abs(got - expected) <= 1e-12 * abs(expected)
        if not close:
            wrong(f"{shown} returned {got}, expected {expected}", hint)

    right(np.array([]), "sum_squares(np.array([]))", "The sum of nothing is 0.0, a float.")
    for n in range(1, 20):
        right(np.arange(1.0, n + 1), f"sum_squares(np.arange(1.0, {n + 1}))", _REST)
    around = compiled.between_large(np.ones(1001))
    right(around, "sum_squares(np.ones(1001))", _REST)
    view = np.arange(200.0)[::2]
    right(view, "sum_squares(np.arange(200.0)[::2])", "Every second element is an array too.")
    right(np.array([1.0, np.nan, 2.0]), "sum_squares(np.array([1.0, np.nan, 2.0]))", "NaN must stay NaN.")
    x = np.random.default_rng(104).random(20_000)
    compiled.is_unchanged(answer, x)
    n = 256
    chain = compiled.longest_chain(answer, n)
    if chain > n // 4 + 8:
        wrong(f"sum_squares adds {chain} of {n} numbers one after the other", _ROOM)
    slow = "The chains are short, and the loop is no faster: what does each turn do besides its additions?"
    faster_than(compiled.one_sum(), answer, lambda rng: (rng.random(20_000),), at_least=1, hint=slow)


# --------------------------------------------------------------------------------------------------- 10.5

_WHERE = (
    "While JAX traces, `p` is a stand-in without a value, so Python's `if`, `and`, `max` and `float` cannot ask it. "
    "`jnp.where(condition, this, that)` does, for every element."
)
_JNP = "NumPy's functions need values, and a stand-in has none: `jnp.log`, `jnp.where`, not `np.log`."
_SAFE = (
    "`where` chooses among two results, but the derivative goes through both sides: there is an infinity in the one "
    "that was not chosen, and 0 times infinity is NaN. Choose a harmless *argument* first, then compute: "
    "`safe = jnp.where(p > 0, p, 1.0)`."
)


@exercise(
    "10.5",
    "A derivative without a NaN",
    hints=[
        "Without `if`: `jnp.where(p > 0, …, 0.0)`. It computes both sides for all elements, and picks.",
        "The right values are the easy half. What is the derivative of `log` at 0, and what is 0 times that?",
        "Replace the argument before the logarithm sees it: `safe = jnp.where(p > 0, p, 1.0)`, then "
        "`jnp.where(p > 0, p * jnp.log(safe), 0.0)`.",
    ],
    why="`where` looks like an `if` and is none: both sides are computed, and both are differentiated. The side that "
    "was not chosen is multiplied by 0, and 0 times infinity is NaN, which then spreads through a whole model. Two "
    "`where`, one for the argument and one for the result, are the known cure. The other lesson was the width: in "
    "float64, probabilities of 1e-300 keep their logarithm.",
    seconds=40.0,
)
def p_log_p(answer):
    if unwritten(getattr(answer, "__wrapped__", answer)):
        raise Unwritten
    jax = compiled.jax_in_64_bits()
    traced = jax.jit(answer)
    mistakes = compiled.tracing_mistakes(jax, _WHERE, _JNP)

    def right(p, expected, hint, function=traced, text="jax.jit(p_log_p)"):
        p, expected = np.asarray(p), np.asarray(expected, dtype=float)
        shown = f"{text}({short(p)})"
        got = call(function, (p,), shown=shown, hint=hint, mistakes=mistakes)
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        array = np.asarray(got)
        if array.dtype != np.float64:
            wrong(f"{shown} returned {array.dtype}, expected float64", "Where does it lose half of its digits?")
        close = same(array, expected) and np.allclose(array, expected, rtol=1e-9, atol=0, equal_nan=True)
        if not close:
            wrong(f"{shown} returned {short(array)}, expected {short(expected)}", hint)

    half = 0.5 * np.log(0.5)
    right([1.0, 0.5], [0.0, half], "p times the natural logarithm of p: `p * jnp.log(p)`.")
    limit = "At 0 the product has the limit 0, and that is its value; `0 * log(0)` alone is NaN."
    right([0.5, 0.0, 1.0], [half, 0.0, 0.0], limit)
    right(0.5, half, "A single number is an array of no dimensions.")
    right([[0.5, 0.0], [1.0, 0.5]], [[half, 0.0], [0.0, half]], "Tables, too: write for whole arrays.")
    tiny = "Adding a small number inside the logarithm changes small probabilities. Nothing needs to be added."
    right([1e-300, 1e-20], [1e-300 * np.log(1e-300), 1e-20 * np.log(1e-20)], tiny)
    right([], [], "No probabilities, no products.")
    each = jax.vmap(jax.grad(answer))
    text = "jax.vmap(jax.grad(p_log_p))"
    right([0.5, 1.0, 2.0], [np.log(0.5) + 1, 1.0, np.log(2) + 1], "The derivative is log(p) + 1.", each, text)
    right([0.0, 0.5], [0.0, np.log(0.5) + 1], _SAFE, each, text)
