"""Right answers to the exercises of chapter 02, in other styles than the solution's."""

RIGHT = {
    "2.1": [
        """
def line_size(samples):
    strides = sorted(samples, reverse=True)
    best = [min(samples[stride]) for stride in strides]
    for larger, stride, time in zip(strides, strides[1:], best[1:]):
        if time < 0.9 * best[0]:
            return larger
    return strides[-1]
""",
        """
import numpy as np

def line_size(samples):
    strides = np.array(sorted(samples))
    best = np.array([np.min(samples[stride]) for stride in strides.tolist()])
    return int(strides[np.flatnonzero(best < 0.85 * best[-1])[-1] + 1])
""",
        """
def line_size(samples):
    line = max(samples)
    while line // 2 in samples and min(samples[line // 2]) > 0.88 * min(samples[line]):
        line //= 2
    return line
""",
    ],
    "2.2": [
        """
from functools import lru_cache

def misses(addresses, lines):
    @lru_cache(maxsize=lines)
    def fetch(line):
        return None

    for address in addresses:
        fetch(address >> 6)
    return fetch.cache_info().misses
""",
        """
from collections import OrderedDict

def misses(addresses, lines):
    cache, count = OrderedDict(), 0
    for line in (address // 64 for address in addresses):
        count += line not in cache
        cache[line] = True
        cache.move_to_end(line)
        while len(cache) > lines:
            cache.popitem(last=False)
    return count
""",
        """
def misses(addresses, lines):
    used, count = {}, 0
    for now, address in enumerate(addresses):
        line, _ = divmod(address, 64)
        if line not in used:
            count += 1
            if len(used) == lines:
                oldest = min(used, key=used.get)
                used.pop(oldest)
        used[line] = now
    return count
""",
    ],
    "2.3": [
        """
#include <stddef.h>
#include <string.h>
void column_sums(const double *matrix, size_t rows, size_t columns, double *sums) {
    memset(sums, 0, columns * sizeof *sums);
    const double *element = matrix;
    for (size_t r = 0; r < rows; r++)
        for (double *sum = sums; sum < sums + columns; sum++) *sum += *element++;
}
""",
        """
#include <stddef.h>
void column_sums(const double *restrict matrix, size_t rows, size_t columns, double *restrict sums) {
    for (size_t c = 0; c < columns; c++) sums[c] = rows ? matrix[c] : 0.0;
    for (size_t r = 1; r < rows; r++) {
        const double *row = matrix + r * columns;
        for (size_t c = 0; c < columns; c++) sums[c] = sums[c] + row[c];
    }
}
""",
        """
#include <stddef.h>
static void add(const double *row, size_t columns, double *sums) {
    size_t c = 0;
    while (c != columns) {
        sums[c] += row[c];
        ++c;
    }
}
void column_sums(const double *matrix, size_t rows, size_t columns, double *sums) {
    for (size_t c = 0; c < columns; ++c) sums[c] = 0.0;
    size_t r = 0;
    for (; r + 1 < rows; r += 2) {
        const double *one = matrix + r * columns, *two = one + columns;
        for (size_t c = 0; c < columns; ++c) sums[c] += one[c] + two[c];
    }
    if (r < rows) add(matrix + r * columns, columns, sums);
}
""",
        """
#include <stddef.h>
void column_sums(const double *matrix, size_t rows, size_t columns, double *sums) {
    size_t column = 0;
    for (size_t c = 0; c < columns; c++) sums[c] = 0;
    for (size_t i = 0; i < rows * columns; i++) {
        sums[column] += matrix[i];
        if (++column == columns) column = 0;
    }
}
""",
    ],
    "2.4": [
        """
#include <stddef.h>
size_t crossings(const int *x, size_t n, int level, int *places) {
    size_t count = 0;
    int before = n ? x[0] < level : 0;
    for (size_t i = 1; i < n; i++) {
        int below = x[i] < level;
        places[count] = (int) i;
        count += below ^ before;
        before = below;
    }
    return count;
}
""",
        """
#include <stddef.h>
size_t crossings(const int *x, size_t n, int level, int *places) {
    int *next = places;
    for (size_t i = 1; i < n; i++) {
        *next = (int) i;
        next += (x[i - 1] >= level) != (x[i] >= level);
    }
    return (size_t) (next - places);
}
""",
        """
#include <stddef.h>
size_t crossings(const int *x, size_t n, int level, int *places) {
    size_t count = 0;
    for (size_t i = 1; i < n; i++) {
        long long one = (long long) x[i - 1] - level, other = (long long) x[i] - level;
        places[count] = (int) i;
        count += (one ^ other) < 0 ? 1 : 0;
    }
    return count;
}
""",
        """
#include <stddef.h>
size_t crossings(const int *x, size_t n, int level, int *places) {
    size_t count = 0;
    for (size_t i = 1; i < n; i++) {
        places[count] = (int) i;
        if ((x[i - 1] < level) != (x[i] < level)) count++;
    }
    return count;
}
""",
    ],
    "2.5": [
        """
import math

def attainable(flops, nbytes, peak, bandwidth):
    roof = flops / nbytes * bandwidth if nbytes else math.inf
    if roof < peak:
        return roof, "memory"
    return peak, "arithmetic"
""",
        """
from typing import NamedTuple

class Roof(NamedTuple):
    rate: float
    limit: str

def attainable(flops, nbytes, peak, bandwidth):
    seconds = {"arithmetic": flops / peak, "memory": nbytes / bandwidth}
    limit = max(seconds, key=seconds.get)
    return Roof(flops / seconds[limit], limit)
""",
        """
from fractions import Fraction

def attainable(flops, nbytes, peak, bandwidth):
    if flops * bandwidth >= peak * nbytes:
        return peak, "arithmetic"
    return Fraction(flops) * Fraction(bandwidth) / Fraction(nbytes), "memory"
""",
    ],
    "2.6": [
        """
#include <stddef.h>
size_t count_above(const double *x, size_t n, double limit) {
    size_t count = 0;
    while (n > 0) {
        n--;
        count += x[n] > limit;
    }
    return count;
}
""",
        """
#include <stddef.h>
size_t count_above(const double *x, size_t n, double limit) {
    size_t count = 0;
    for (const double *here = x, *end = x + n; here != end; ++here)
        count += *here > limit ? 1 : 0;
    return count;
}
""",
        """
#include <stddef.h>
size_t count_above(const double *x, size_t n, double limit) {
    if (n == 0) return 0;
    size_t rest = count_above(x, n / 2, limit);
    for (size_t i = n / 2; i < n; ++i) {
        if (!(x[i] > limit)) continue;
        rest = rest + 1;
    }
    return rest;
}
""",
    ],
    "2.7": [
        """
#include <stddef.h>
void running_sums(const double *x, size_t n, double *sums) {
    for (size_t i = 0; i < n; i++)
        sums[i] = i == 0 ? x[0] : sums[i - 1] + x[i];
}
""",
        """
#include <stddef.h>
void running_sums(const double *x, size_t n, double *sums) {
    double so_far = 0.0;
    while (n--)
        *sums++ = so_far += *x++;
}
""",
        """
#include <stddef.h>
void running_sums(const double *x, size_t n, double *sums) {
    if (n == 0) return;
    sums[0] = x[0];
    for (size_t i = 1; i < n; ++i) {
        sums[i] = sums[i - 1];
        sums[i] += x[i];
    }
}
""",
    ],
}
