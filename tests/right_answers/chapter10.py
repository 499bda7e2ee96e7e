"""Right answers to the exercises of chapter 10, in other styles than the solution's."""

from __future__ import annotations

RIGHT = {
    "10.1": [
        """
import numba
import numpy as np

@numba.njit
def filled(inflow, tank):
    level, keep, capacity = tank
    out = np.zeros(inflow.size, dtype=np.float64)
    for i, amount in enumerate(inflow):
        level = level * keep + amount
        out[i] = level = capacity if level > capacity else level
    return out

def levels(inflow, settings):
    tank = tuple(float(settings[name]) for name in ("start", "keep", "capacity"))
    return filled(inflow, tank)
""",
        """
import numpy as np
from numba import jit

@jit(nopython=True)
def step(level, amount, keep, capacity):
    level = level * keep + amount
    return capacity if level > capacity else level

@jit(nopython=True)
def run(out, level, keep, capacity):
    for i in range(len(out)):
        level = step(level, out[i], keep, capacity)
        out[i] = level

def levels(inflow, settings):
    out = np.array(inflow, dtype=float)
    run(out, settings["start"] / 1, settings["keep"], settings["capacity"] / 1)
    return out
""",
        """
import numpy as np
from numba import njit

@njit("float64[:](float64[:], float64, float64, float64)")
def fill(inflow, level, keep, capacity):
    out = []
    for amount in inflow:
        level = level * keep + amount
        if level > capacity:
            level = capacity
        out.append(level)
    result = np.empty(len(inflow))
    for i in range(len(inflow)):
        result[i] = out[i]
    return result

def levels(inflow, settings):
    return fill(inflow.astype(np.float64), *(settings[k] for k in ["start", "keep", "capacity"]))
""",
    ],
    "10.2": [
        """
import numba

@numba.vectorize
def either(a, b):
    return b if a != a else a if b != b else (a + b) / 2
""",
        """
import math
import numba

@numba.vectorize(["float64(float64, float64)"])
def either(a, b):
    if math.isnan(a):
        return b
    elif math.isnan(b):
        return a
    else:
        return 0.5 * (a + b)
""",
        """
import numpy as np
from numba import njit, vectorize

@njit
def missing(x):
    return np.isnan(x)

@vectorize(nopython=True)
def either(a, b):
    total, there = 0.0, 0
    if not missing(a):
        total += a
        there += 1
    if not missing(b):
        total += b
        there += 1
    return total / there if there else np.nan
""",
    ],
    "10.3": [
        """
import numba

def versions(calls):
    @numba.njit
    def compiled(*arguments):
        return 0

    for arguments in calls:
        compiled(*arguments)
    return len(compiled.signatures)
""",
        """
from numba import typeof

def versions(calls):
    seen = []
    for arguments in calls:
        kinds = [typeof(value) for value in arguments]
        if kinds not in seen:
            seen.append(kinds)
    return len(seen)
""",
        """
import numba

def versions(calls):
    return len({", ".join(str(numba.typeof(value)) for value in arguments): arguments for arguments in calls})
""",
    ],
    "10.4": [
        """
from numba import njit

@njit
def sum_squares(x):
    a = b = c = d = 0.0
    quarter = len(x) // 4
    for i in range(quarter):
        a += x[i] ** 2
        b += x[quarter + i] ** 2
        c += x[2 * quarter + i] ** 2
        d += x[3 * quarter + i] ** 2
    for i in range(4 * quarter, len(x)):
        d += x[i] ** 2
    return a + b + c + d
""",
        """
from numba import njit

@njit
def sum_squares(x):
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    i, n = 0, x.size
    while i + 3 < n:
        s0 += x[i] * x[i]
        s1 += x[i + 1] * x[i + 1]
        s2 += x[i + 2] * x[i + 2]
        s3 += x[i + 3] * x[i + 3]
        i += 4
    while i < n:
        s0 += x[i] * x[i]
        i += 1
    return s0 + s1 + s2 + s3
""",
        """
import numpy as np
from numba import njit

@njit
def inner(x, parts):
    for k in range(16):
        parts[k] += x[k] * x[k]

@njit
def sum_squares(x):
    parts = np.zeros(16)
    for j in range(0, len(x) - 15, 16):
        inner(x[j : j + 16], parts)
    total = 0.0
    for part in parts:
        total += part
    for value in x[len(x) // 16 * 16 :]:
        total += value * value
    return total
""",
        """
from numba import njit

@njit
def sum_squares(x):
    total = 0.0
    n = len(x) - len(x) % 8
    for i in range(0, n, 8):
        total += ((x[i] * x[i] + x[i + 1] * x[i + 1]) + (x[i + 2] * x[i + 2] + x[i + 3] * x[i + 3])) + (
            (x[i + 4] * x[i + 4] + x[i + 5] * x[i + 5]) + (x[i + 6] * x[i + 6] + x[i + 7] * x[i + 7]))
    for i in range(n, len(x)):
        total += x[i] * x[i]
    return total
""",
    ],
    "10.5": [
        """
import jax.numpy as jnp

def p_log_p(p):
    return p * jnp.log(jnp.where(p == 0, 1.0, p))
""",
        """
import jax
import jax.numpy as jnp

@jax.jit
def p_log_p(p):
    there = p > 0
    inside = jax.lax.select(there, p, jnp.ones_like(p))
    return jax.lax.select(there, inside * jnp.log(inside), jnp.zeros_like(p))
""",
        """
import jax
import jax.numpy as jnp

@jax.custom_jvp
def p_log_p(p):
    return jnp.where(p > 0, p * jnp.log(p), 0.0)

@p_log_p.defjvp
def _(primals, tangents):
    (p,), (along,) = primals, tangents
    return p_log_p(p), jnp.where(p > 0, jnp.log(jnp.where(p > 0, p, 1.0)) + 1, 0.0) * along
""",
    ],
}
