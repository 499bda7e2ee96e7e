"""Wrong answers to the exercises of chapter 10, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

LEVELS = """
import numpy as np
from numba import njit

@njit
def fill(inflow, level, keep, capacity):
    out = np.empty(len(inflow))
    for i in range(len(inflow)):
        level = level * keep + inflow[i]
        if level > capacity:
            level = capacity
        out[i] = level
    return out

def levels(inflow, settings):
    return fill(inflow, float(settings["start"]), settings["keep"], float(settings["capacity"]))
"""

SLOW = """
import numpy as np

def levels(inflow, settings):
    level, levels = settings["start"], []
    for amount in inflow:
        level = level * settings["keep"] + amount
        if level > settings["capacity"]:
            level = settings["capacity"]
        levels.append(level)
    return np.array(levels, dtype=float)
"""

EITHER = """
import numba
import numpy as np

@numba.vectorize
def either(a, b):
    if np.isnan(a):
        return b
    if np.isnan(b):
        return a
    return (a + b) / 2
"""

VERSIONS = """
import numba

def versions(calls):
    return len({tuple(map(numba.typeof, arguments)) for arguments in calls})
"""

SUMS = """
import numpy as np
from numba import njit

@njit
def sum_squares(x):
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    n = len(x) // 8 * 8
    for i in range(0, n, 8):
        s0 += x[i] * x[i]
        s1 += x[i + 1] * x[i + 1]
        s2 += x[i + 2] * x[i + 2]
        s3 += x[i + 3] * x[i + 3]
        s4 += x[i + 4] * x[i + 4]
        s5 += x[i + 5] * x[i + 5]
        s6 += x[i + 6] * x[i + 6]
        s7 += x[i + 7] * x[i + 7]
    for i in range(n, len(x)):
        s0 += x[i] * x[i]
    return (s0 + s1) + (s2 + s3) + (s4 + s5) + (s6 + s7)
"""

ONE_SUM = """
import numpy as np
from numba import njit

@njit
def sum_squares(x):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i]
    return total
"""

ENTROPY = """
import jax.numpy as jnp

def p_log_p(p):
    safe = jnp.where(p > 0, p, 1.0)
    return jnp.where(p > 0, p * jnp.log(safe), 0.0)
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "10.1": [
        (instead(LEVELS, 'return fill(inflow, float(settings["start"]), settings["keep"], float(settings["capacity"]))',
                 "return whole(inflow, settings)")
         + "\n@njit\ndef whole(inflow, settings):\n    level = settings['start'] * 1.0\n"
           "    return fill(inflow, level, settings['keep'], settings['capacity'])",
         "Numba has no type for a dict"),
        (SLOW, "Does the loop itself run in Python still"),
        (instead(SLOW, "np.array(levels, dtype=float)", "levels"), "A list came back"),
        (instead(LEVELS, "np.empty(len(inflow))", "np.empty(len(inflow), inflow.dtype)"), "A level is a fraction"),
        (instead(LEVELS, "        if level > capacity:\n            level = capacity\n        out[i] = level",
                 "        out[i] = min(level, capacity)"), "does the next one start from there"),
        (instead(LEVELS, "        if level > capacity:\n            level = capacity\n",
                 "        if not level < capacity:\n            level = capacity\n"), "not a number stays none"),
        (instead(LEVELS, 'float(settings["start"])', "0.0"), "A tank does not begin empty"),
        (instead(LEVELS, "out = np.empty(len(inflow))", "out = inflow"), "work on a copy"),
        (instead(LEVELS, 'float(settings["start"]), settings["keep"], float(settings["capacity"])',
                 "*[float(x) for x in list(settings.values())[1:]]"), "looked up by name"),
        (instead(LEVELS, "    return fill", "    del settings['name']\n    return fill"), "work on a copy"),
        (instead(LEVELS, 'float(settings["start"])', 'float(int(settings["start"]))'), "looked up by name"),
    ],
    "10.2": [
        (instead(EITHER, "@numba.vectorize", "@numba.njit"), "put `@numba.vectorize` above"),
        (instead(EITHER, "np.isnan(a)", "a == np.nan"), "NaN is not equal to anything"),
        (instead(EITHER, "    if np.isnan(b):\n        return a\n", ""), "NaN is not equal to anything"),
        (instead(EITHER, "(a + b) / 2", "a + b / 2"), "it is their mean"),
        (instead(EITHER, "(a + b) / 2", "(a + b) // 2"), "no signature of integers"),
        (instead(EITHER, "@numba.vectorize", "@numba.vectorize(['int64(int64, int64)', 'float64(float64, float64)'])"),
         "no signature of integers"),
        (instead(EITHER, "    if np.isnan(a):\n",
                 "    if np.isnan(a) and np.isnan(b):\n        return 0.0\n    if np.isnan(a):\n"), "but NaN"),
        (instead(EITHER, "np.isnan(a)", "not np.isfinite(a)"), "only NaN is a missing reading"),
        (instead(EITHER, "@numba.vectorize", "@numba.vectorize(fastmath=True)"), "Or was `fastmath` permitted"),
        ("import numpy as np\n\n@np.vectorize\ndef either(a, b):\n    return np.nanmean([a, b])",
         "put `@numba.vectorize` above"),
    ],
    "10.3": [
        ("def versions(calls):\n    return len(calls)", "the second call finds a version"),
        ("def versions(calls):\n    return len({tuple(map(type, arguments)) for arguments in calls})",
         "NumPy's float64"),
        ("import numpy as np\n\ndef versions(calls):\n"
         "    return len({tuple(np.asarray(x).dtype for x in arguments) for arguments in calls})",
         "the number of dimensions is"),
        ("import numpy as np\n\ndef versions(calls):\n    kind = lambda x: (np.asarray(x).dtype, np.ndim(x))\n"
         "    return len({tuple(map(kind, arguments)) for arguments in calls})", "and its layout"),
        (instead(VERSIONS, "tuple(map(numba.typeof, arguments))",
                 "tuple(sorted(str(numba.typeof(x)) for x in arguments))"), "The order of the types counts"),
        (instead(VERSIONS, "tuple(map(numba.typeof, arguments)) for arguments in calls",
                 "numba.typeof(x) for arguments in calls for x in arguments"), "Each combination of types"),
        (instead(VERSIONS, "    return len(", "    return max(1, len(").replace("calls})", "calls}))"),
         "never called is never compiled"),
        (instead(VERSIONS, "    return len(", "    return ("), "have the same type"),
        (instead(VERSIONS, "    return len(", "    print(len(").replace("calls})", "calls}))"), "without a `return`"),
        (instead(VERSIONS, "numba.typeof, arguments",
                 "lambda x: numba.typeof(int(x) if isinstance(x, bool) else x), arguments"), "A truth value is no"),
        ("import numba\nimport numpy as np\n\ndef kind(x):\n    if not isinstance(x, np.ndarray):\n"
         "        return numba.typeof(x)\n    flags = x.flags\n"
         "    return x.dtype, x.ndim, flags.c_contiguous, flags.f_contiguous, flags.writeable\n\n"
         "def versions(calls):\n    return len({tuple(map(kind, arguments)) for arguments in calls})",
         "in C and in Fortran order at once"),
        ("import numba\n\ndef versions(calls):\n    seen = set()\n    while calls:\n"
         "        seen.add(tuple(map(numba.typeof, calls.pop())))\n    return len(seen)", "work on a copy"),
    ],
    "10.4": [
        (instead(ONE_SUM, "@njit\n", ""), "Put `@njit` above"),
        (ONE_SUM, "With one sum it is one"),
        (instead(ONE_SUM, "@njit", "@njit(fastmath=True)"), "Regroup the sum yourself"),
        ("import numpy as np\nfrom numba import njit\n\n@njit\ndef sum_squares(x):\n    return np.sum(x * x)",
         "Write the loop yourself"),
        (instead(SUMS, "    for i in range(n, len(x)):\n        s0 += x[i] * x[i]\n", ""), "what is left over"),
        (instead(SUMS, "len(x) // 8 * 8", "len(x)"), "what is left over"),
        (instead(SUMS, "(s0 + s1) + (s2 + s3) + (s4 + s5) + (s6 + s7)",
                 "(s0 + s1) + (s2 + s3) + (s4 + s5) + (s6 + s6)"), "what is left over"),
        (instead(SUMS, "    s0 = s1", "    x *= x\n    s0 = s1").replace("x[i] * x[i]", "x[i]")
         .replace("[i + 1] * x[i + 1]", "[i + 1]").replace("[i + 2] * x[i + 2]", "[i + 2]")
         .replace("[i + 3] * x[i + 3]", "[i + 3]").replace("[i + 4] * x[i + 4]", "[i + 4]")
         .replace("[i + 5] * x[i + 5]", "[i + 5]").replace("[i + 6] * x[i + 6]", "[i + 6]")
         .replace("[i + 7] * x[i + 7]", "[i + 7]"), "work on a copy"),
        ("from numba import njit\n\n@njit(fastmath=True)\ndef inner(x):\n    total = 0.0\n"
         "    for value in x:\n        total += value * value\n    return total\n\n"
         "@njit\ndef sum_squares(x):\n    return inner(x)", "in an inner function neither"),
        (instead(ONE_SUM, "@njit", "@njit(fastmath={'reassoc'})"), "Regroup the sum yourself"),
        ("from numba import njit\n\ndef made():\n    @njit\n    def inner(x):\n        return (x ** 2).sum()\n"
         "    return inner\n\ninner = made()\n\n@njit\ndef sum_squares(x):\n    return inner(x)",
         "Write the loop yourself"),
        ("from numba import njit\n\n@njit\ndef sum_squares(x):\n    a = b = 0.0\n    n = len(x) // 2 * 2\n"
         "    for i in range(0, n, 2):\n        a += x[i] * x[i]\n        b += x[i + 1] * x[i + 1]\n"
         "    for i in range(n, len(x)):\n        a += x[i] * x[i]\n    return a + b", "with two it is two"),
        (instead(ONE_SUM, "range(len(x))", "range(len(x) - 1, -1, -1)"), "With one sum it is one"),
        (instead(ONE_SUM, "    total = 0.0\n    for i in range(len(x)):\n        total += x[i] * x[i]\n",
                 "    total = rest = 0.0\n    for i in range(len(x)):\n        term = x[i] * x[i] - rest\n"
                 "        fresh = total + term\n        rest = (fresh - total) - term\n        total = fresh\n"),
         "what does each turn do besides"),
        (instead(SUMS, "range(n, len(x))", "range(n, len(x) - 1)"), "what is left over"),
    ],
    "10.5": [
        ("import jax.numpy as jnp\n\ndef p_log_p(p):\n    return p * jnp.log(p) if p > 0 else 0.0", "a stand-in"),
        ("import numpy as np\n\ndef p_log_p(p):\n    return np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0.0)",
         "NumPy's functions need values"),
        ("import jax.numpy as jnp\n\ndef p_log_p(p):\n    return p * jnp.log(p)", "has the limit 0"),
        ("import jax.numpy as jnp\n\ndef p_log_p(p):\n    return jnp.where(p > 0, p * jnp.log(p), 0.0)",
         "the derivative goes through both sides"),
        ("import jax.numpy as jnp\n\ndef p_log_p(p):\n    return jnp.nan_to_num(p * jnp.log(p))",
         "the derivative goes through both sides"),
        ("import jax.numpy as jnp\n\ndef p_log_p(p):\n    return p * jnp.log(p + 1e-12)", "natural logarithm"),
        (instead(ENTROPY, "    safe", "    p = jnp.asarray(p, dtype=jnp.float32)\n    safe"), "half of its digits"),
        (instead(ENTROPY, "p > 0", "p > 1e-9"),
         "changes small probabilities"),
        (instead(ENTROPY, "    return", "    result ="), "without a `return`"),
        ("import jax\n\ndef p_log_p(p):\n    return -jax.scipy.special.entr(p)",
         "the derivative goes through both sides"),
        (instead(ENTROPY, "p > 0, p * jnp.log(safe)", "p > 1e-200, p * jnp.log(safe)"), "changes small probabilities"),
    ],
}  # fmt: skip
