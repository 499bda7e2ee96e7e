"""Right answers to the exercises of chapter 09, in other styles than the solution's, in the exercise's language."""

from __future__ import annotations

MASS = """
#include <stddef.h>
void mass_squared(const double *e, const double *px, const double *py, const double *pz, double *mass, size_t n) {
"""

RIGHT = {
    "9.1": [
        """
import numpy as np

def porter(a, b, c, root):
    given = {"a": a, "b": b, "c": c, "root": root}
    for name in given:
        if not isinstance(given[name], np.ndarray) or given[name].dtype != np.dtype("float64"):
            raise TypeError(name + " is no array of float64")
    for name, array in given.items():
        if len(array.shape) != 1:
            raise ValueError(f"{name}: shape {array.shape}")
        if not array.flags["C_CONTIGUOUS"]:
            raise ValueError(f"{name}: strides {array.strides}")
    for name in ("a", "b", "c"):
        if given[name].size != root.size:
            raise ValueError(f"{name}: {given[name].size} numbers, expected {root.size} as in root")
    if not root.flags["WRITEABLE"]:
        raise ValueError("root must be writeable")
""",
        """
import numpy as np

def one(name, array, like, writes=False):
    match array:
        case np.ndarray(dtype=np.dtypes.Float64DType() as kind) if kind.isnative:
            pass
        case _:
            raise TypeError(f"argument {name!r} is to be an array of float64")
    if array.ndim != 1 or not array.flags.contiguous or array.shape != like.shape:
        raise ValueError(f"Argument {name!r} has shape {array.shape}, strides {array.strides}; root {like.shape}")
    if writes and not array.flags.writeable:
        raise ValueError(f"the argument {name!r} is read-only")

def porter(a, b, c, root):
    one("root", root, root, writes=True)
    one("a", a, root)
    one("b", b, root)
    one("c", c, root)
""",
        """
import numpy as np

def porter(a, b, c, root):
    def check(condition, kind, name):
        if not condition:
            raise kind(f"`{name}` cannot be handed to C")

    names = ["a", "b", "c", "root"]
    for name, array in zip(names, [a, b, c, root]):
        check(type(array) is np.ndarray, TypeError, name)
        check(array.dtype == float, TypeError, name)
        check(array.ndim == 1, ValueError, name)
        check(array.flags.c_contiguous, ValueError, name)
        check(array.flags.writeable or name != "root", ValueError, name)
    for name, array in zip(names, [a, b, c]):
        check(len(array) == len(root), ValueError, name)
""",
    ],
    "9.2": [
        """
#include <stddef.h>
double fall(const double *levels, size_t n) {
    double largest = 0, last = 0;
    for (size_t i = 0; i < n; i++)
        if (levels[i] > 0) {
            last = levels[i];
            if (last > largest) largest = last;
        }
    return largest - last;
}
""",
        """
#include <stdlib.h>
#include <string.h>
double fall(const double *levels, size_t n) {
    size_t room = 1, count = 0, largest = 0;
    double *kept = malloc(sizeof(double)), result = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(levels[i] > 0)) continue;
        if (count == room) {
            double *larger = malloc(2 * room * sizeof *larger);
            memcpy(larger, kept, count * sizeof *kept);
            free(kept);
            kept = larger;
            room *= 2;
        }
        kept[count] = levels[i];
        if (kept[count] > kept[largest]) largest = count;
        result = kept[largest] - kept[count++];
    }
    free(kept);
    return result;
}
""",
        """
#include <stdlib.h>
double fall(const double *levels, size_t n) {
    double *kept = malloc((n ? n : 1) * sizeof *kept), *largest = kept, result = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) if (levels[i] > 0) {
        kept[count++] = levels[i];
        if (kept[count - 1] > *largest) largest = &kept[count - 1];
        result = *largest - kept[count - 1];
    }
    free(kept);
    return result;
}
""",
    ],
    "9.3": [
        """
#include <stddef.h>
#include <string.h>
double strided_sum(const unsigned char *memory, size_t offset, ptrdiff_t stride, size_t n) {
    double total = 0;
    const unsigned char *at = memory + offset;
    while (n--) {
        double value;
        memcpy(&value, at, 8);
        total += value;
        if (n) at += stride;
    }
    return total;
}
""",
        """
#include <stddef.h>
#include <string.h>
double strided_sum(const unsigned char *memory, size_t offset, ptrdiff_t stride, size_t n) {
    long double total = 0;
    for (ptrdiff_t i = 0; i < (ptrdiff_t) n; i++) {
        double value = 0;
        memcpy(&value, &memory[(ptrdiff_t) offset + i * stride], sizeof(double));
        total += value;
    }
    return (double) total;
}
""",
        """
#include <stddef.h>
static double read(const unsigned char *at) {
    union { unsigned char bytes[sizeof(double)]; double value; } both;
    for (size_t k = 0; k < sizeof both.bytes; k++) both.bytes[k] = at[k];
    return both.value;
}
double strided_sum(const unsigned char *memory, size_t offset, ptrdiff_t stride, size_t n) {
    double total = 0;
    for (size_t i = n; i > 0; i--)
        total += read(memory + (ptrdiff_t) offset + ((ptrdiff_t) i - 1) * stride);
    return total;
}
""",
    ],
    "9.4": [
        MASS
        + """
    for (size_t i = 0; i < n; ++i) {
        double energy = e[i], x = px[i], y = py[i], z = pz[i];
        mass[i] = energy * energy - (x * x + y * y + z * z);
    }
}
""",
        MASS
        + """
    for (const double *end = e + n; e < end; e++, px++, py++, pz++, mass++)
        *mass = *e * *e - *px * *px - *py * *py - *pz * *pz;
}
""",
        """
#include <stddef.h>
static inline double square(double x) { return x * x; }
void mass_squared(const double *restrict e, const double *restrict px, const double *restrict py,
                  const double *restrict pz, double *restrict mass, size_t n) {
    size_t i = 0;
    while (i < n) {
        double left = square(e[i]);
        left -= square(px[i]);
        left -= square(py[i]);
        mass[i] = left - square(pz[i]);
        i++;
    }
}
""",
    ],
    "9.5": [
        """
#include <stddef.h>
void moving_mean(const double *x, size_t n, size_t width, double *means) {
    if (!width) return;
    for (size_t i = 0; i + width <= n; i++) {
        double sum = 0;
        for (size_t j = i; j < i + width; j++) sum += x[j];
        means[i] = sum / (double) width;
    }
}
""",
        """
#include <stddef.h>
void moving_mean(const double *x, size_t n, size_t width, double *means) {
    size_t windows = width > 0 && width <= n ? n - width + 1 : 0;
    for (size_t i = 0; i < windows; i++) {
        means[i] = 0;
        for (size_t j = 0; j < width; j++) means[i] += x[i + j];
        means[i] /= (double) width;
    }
}
""",
        """
#include <stddef.h>
void moving_mean(const double *x, size_t n, size_t width, double *means) {
    ptrdiff_t last = (ptrdiff_t) n - (ptrdiff_t) width;
    for (ptrdiff_t i = 0; width && i <= last; i++) {
        const double *end = x + i + width;
        double sum = 0;
        for (const double *at = x + i; at < end; at++) sum += *at;
        *means++ = sum / (double) width;
    }
}
""",
    ],
}
