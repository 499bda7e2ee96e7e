"""Wrong answers to the exercises of chapter 02, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name, in the exercise's language.
"""

from __future__ import annotations

LINE = """
def line_size(samples):
    best = {stride: min(times) for stride, times in samples.items()}
    flat = best[max(samples)]
    return min(stride for stride in samples if best[stride] > 0.8 * flat)
"""

SMALLEST = "min(stride for stride in samples if best[stride] > 0.8 * flat)"

CACHE = """
def misses(addresses, lines):
    cache, missed = [], 0
    for address in addresses:
        line = address // 64
        if line in cache:
            cache.remove(line)
        else:
            missed += 1
        cache.append(line)
        if len(cache) > lines:
            del cache[0]
    return missed
"""

SUMS = """
#include <stddef.h>
void column_sums(const double *matrix, size_t rows, size_t columns, double *sums) {
    for (size_t c = 0; c < columns; c++) sums[c] = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) sums[c] += matrix[r * columns + c];
}
"""

CROSSED = """
#include <stddef.h>
size_t crossings(const int *x, size_t n, int level, int *places) {
    size_t count = 0;
    for (size_t i = 1; i < n; i++) {
        places[count] = (int) i;
        count += (x[i - 1] < level) != (x[i] < level);
    }
    return count;
}
"""

CROSSES = "(x[i - 1] < level) != (x[i] < level)"

ROOF = """
def attainable(flops, nbytes, peak, bandwidth):
    computing, moving = flops / peak, nbytes / bandwidth
    return flops / max(computing, moving), "memory" if moving > computing else "arithmetic"
"""

ROOF_BY_INTENSITY = """
def attainable(flops, nbytes, peak, bandwidth):
    roof = flops / nbytes * bandwidth
    return min(peak, roof), "memory" if roof < peak else "arithmetic"
"""

COUNTING = """
#include <stddef.h>
size_t count_above(const double *x, size_t n, double limit) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (x[i] > limit) count++;
    return count;
}
"""

RUNNING = """
#include <stddef.h>
void running_sums(const double *x, size_t n, double *sums) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
        sums[i] = sum;
    }
}
"""


def instead(source: str, *pairs: str) -> str:
    """The right answer with one mistake put in, as (old, new) one after the other; each place must be there."""
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in source, old
        source = source.replace(old, new)
    return source


WRONG = {
    "2.1": [
        ("def line_size(samples):\n    return 64", "not every machine has lines of 64 bytes"),
        (instead(LINE, "min(times)", "sum(times) / len(times)"), "A mean keeps every disturbance"),
        (instead(LINE, "min(times)", "times[0]"), "A mean keeps every disturbance"),
        (instead(LINE, "min(times)", "sorted(times)[len(times) // 2]"), "A mean keeps every disturbance"),
        (instead(LINE, "0.8 * flat", "0.4 * flat"), "the next stride costs clearly more"),
        (instead(LINE, SMALLEST,
                 "max(best, key=best.get)"), "may come in any order"),
        (instead(LINE, SMALLEST, "max(sorted(best), key=best.get)"), "so allow a few per cent"),
        (instead(LINE, SMALLEST, "max(samples)"),
         "That is the largest stride"),
        (instead(LINE, SMALLEST,
                 "next(s for s in sorted(best) if best.get(2 * s, 0) < 1.5 * best[s])"),
         "Begin to look from the other"),
        (instead(LINE, SMALLEST,
                 "next(s for s in sorted(best) if 2 * s not in best or best[2 * s] - best[s] < 1)"),
         "Begin to look from the other"),
        (instead(LINE, SMALLEST,
                 "[best[s] > 0.8 * flat for s in samples].index(True)"), "That is a position"),
        (instead(LINE, SMALLEST, "flat"), "Is that a time"),
        (instead(LINE, "min(stride for stride in samples if", "next(stride for stride in samples if"),
         "may come in any order"),
        (instead(LINE, SMALLEST,
                 "min([s for s in samples if best[s] > 0.8 * flat and best.get(s // 2, 0) > 0.8 * flat] or [8])"),
         "the flat part begins before it"),
        (instead(LINE, "0.8 * flat", "5"), "not with a number of nanoseconds"),
        (instead(LINE, "0.8 * flat", "0.7 * flat"), "three quarters is not flat yet"),
        (instead(LINE, "    flat =", "    samples.clear()\n    samples = best\n    flat ="),
         "work on a copy"),
        (instead(LINE, SMALLEST, "max(sorted(best)[1:], key=lambda s: best[s] - best[s // 2])"),
         "The largest step need not be the last one"),
        (instead(LINE, SMALLEST, "max(sorted(best)[1:], key=lambda s: best[s] / best[s // 2])"),
         "nor with its neighbour's alone"),
        (instead(LINE, "best[max(samples)]", "best[1024]"), "that of the largest stride"),
    ],
    "2.2": [
        (instead(CACHE, "address // 64", "address"), "the number of a line is address // 64"),
        (instead(CACHE, "address // 64", "address // 8"), "A line has 64 bytes, not 8"),
        (instead(CACHE, "            cache.remove(line)\n", "            continue\n"), "A hit is a use, too"),
        (instead(CACHE, "> lines", "> lines + 1"), "One too many"),
        (instead(CACHE, "> lines", ">= lines"), "One too few"),
        (instead(CACHE, "cache[0]", "cache[-2 if lines > 1 else 0]"), "not the latest"),
        (instead(CACHE, "return missed", "return len(addresses) - missed"), "Those are the hits"),
        ("def misses(addresses, lines):\n    return len({address // 64 for address in addresses})",
         "as if all lines fitted"),
        (instead(CACHE, "address in addresses", "address in sorted(addresses)"), "as if the accesses came sorted"),
        (instead(CACHE, "            missed += 1", "            missed += len(cache) >= lines"),
         "An empty cache has nothing"),
        (instead(CACHE, "    cache, missed = [], 0\n    for address in addresses:\n",
                 "    cache, missed = [], 0\n    while addresses:\n        address = addresses.pop(0)\n"),
         "work on a copy"),
        ("def misses(addresses, lines):\n    places, missed = {}, 0\n    for address in addresses:\n"
         "        line = address // 64\n        missed += places.get(line % lines) != line\n"
         "        places[line % lines] = line\n    return missed", "Any line may be anywhere"),
        ("import numpy as np\n"
         + instead(CACHE, "for address in addresses", "for address in np.array(addresses, np.int32)"),
         "Real addresses are large"),
    ],
    "2.3": [
        ("""
#include <stddef.h>
void column_sums(const double *matrix, size_t rows, size_t columns, double *sums) {
    for (size_t c = 0; c < columns; c++) {
        double total = 0;
        for (size_t r = 0; r < rows; r++) total += matrix[r * columns + c];
        sums[c] = total;
    }
}
""", "Which index changes in your inner loop"),
        (instead(SUMS, "    for (size_t c = 0; c < columns; c++) sums[c] = 0;\n", ""), "may be anything"),
        (instead(SUMS, "r * columns", "r * rows"), "the step from row to row is `columns`"),
        (instead(SUMS, "r * columns + c", "c * rows + r"), "Those are the sums of the rows"),
        (instead(SUMS, "sums[c] +=", "sums[c] ="), "does a row replace what was there"),
        (instead(SUMS, "r < rows", "r <= rows"), "Which is the last that your loops touch"),
        (instead(SUMS, "c < columns; c++) sums[c] = 0", "c <= columns; c++) sums[c] = 0"), "`columns` places"),
        (instead(SUMS, "sums[c] += matrix", "sums[c] = (float) sums[c] + (float) matrix"),
         "It keeps 7 digits"),
        (instead(SUMS, "const double *matrix", "double *matrix", "for (size_t r = 0; r < rows; r++)",
                 "for (size_t r = 1; r < rows; r++)", "sums[c] += matrix[r * columns + c];\n",
                 "matrix[c] += matrix[r * columns + c];\n"
                 "    for (size_t c = 0; rows && c < columns; c++) sums[c] = matrix[c];\n"),
         "Only read what you are given"),
        (instead(SUMS, "sums[c] = 0;\n", "sums[c] = matrix[c];\n", "size_t r = 0; r", "size_t r = 1; r"),
         "Which is the last that your loops touch"),
        (instead(SUMS, "    for (size_t c = 0; c < columns; c++) sums[c] = 0;\n",
                 "    if (rows == 0) return;\n    for (size_t c = 0; c < columns; c++) sums[c] = 0;\n"),
         "the sums are still to be set to 0"),
        (instead(SUMS, "sums[c] += matrix", "sums[c] += (double) (long) matrix"), "an integer keeps no fraction"),
    ],
    "2.4": [
        (instead(CROSSED, "        places[count] = (int) i;\n        count += " + CROSSES + ";",
                 "        if (" + CROSSES + ") places[count++] = (int) i;"), "about as slow as one with an `if`"),
        (instead(CROSSED, CROSSES, "x[i - 1] < level && x[i] >= level"), "downwards: that counts, too"),
        (instead(CROSSED, CROSSES, "x[i - 1] >= level && x[i] < level"), "both directions, up and down"),
        (instead(CROSSED, CROSSES, "(x[i - 1] <= level) != (x[i] <= level)"), "is not below it"),
        (instead(CROSSED, CROSSES, "(x[i - 1] - level) * (x[i] - level) < 0"), "is not below it"),
        (instead(CROSSED, CROSSES, "((x[i - 1] - level) ^ (x[i] - level)) < 0"), "is never wrong"),
        (instead(CROSSED, CROSSES, "((unsigned) x[i - 1] < (unsigned) level) != ((unsigned) x[i] < (unsigned) level)"),
         "Negative numbers are numbers"),
        (instead(CROSSED, "(int) i", "(int) i - 1"), "note i, not i - 1"),
        (instead(CROSSED, "(int) i", "x[i]"), "asked is where they are"),
        (instead(CROSSED, "places[count]", "places[i]"), "not in places[i]"),
        (instead(CROSSED, "        places[count] = (int) i;\n", "        (void) places;\n"), "left as it was"),
        (instead(CROSSED, "size_t i = 1; i < n", "size_t i = 0; i < n - 1", "i - 1]", "i]", "x[i] < level);",
                 "x[i + 1] < level);", "(int) i", "(int) i + 1"), "n - 1 is a very large number"),
        (instead(CROSSED, "i < n", "i <= n"), "the last x[n - 2] and x[n - 1]"),
        (instead(CROSSED, "return count", "places[count] = -1;\n    places[n] = -1;\n    return count"),
         "Places 0 to n - 1 are yours"),
        (instead(CROSSED, CROSSES, "(x[i - 1] < level) == (x[i] < level)"), "nor how many do not cross"),
        (instead(CROSSED, "return count", "return n"), "not how many numbers"),
    ],
    "2.5": [
        (instead(ROOF, "max(", "min("), "but that is the peak"),
        (instead(ROOF, "max(", "min(", "moving > computing", "moving < computing"), "can the bytes come so fast"),
        (instead(ROOF, "max(computing, moving)", "(computing + moving)"), "The sum of both times"),
        (instead(ROOF_BY_INTENSITY, "flops / nbytes", "nbytes / flops", "min(peak, roof)", "roof",
                 "roof < peak", "True"), "not 24 / 2"),
        (instead(ROOF, "moving > computing", "moving < computing"), "The rate is right, the name is not"),
        (ROOF_BY_INTENSITY, "make the intensity infinite"),
        (instead(ROOF, "flops / max(computing, moving)", "1 / max(computing / flops, moving / flops)"),
         "A copy computes nothing"),
        (instead(ROOF, "flops / max(computing, moving)", "flops / moving"), "No rate is above the peak"),
        (instead(ROOF, "flops / max(computing, moving)", "max(computing, moving)"), "That is the time"),
        (instead(ROOF, ', "memory" if moving > computing else "arithmetic"', ""), "Two things are asked"),
        (instead(ROOF, "return ", "return [", '"arithmetic"', '"arithmetic"]'), "Return a tuple"),
        (instead(ROOF, "moving > computing", "nbytes > flops"), "Compare the two times"),
        (instead(ROOF, "flops / max(computing, moving)", "flops // max(computing, moving)"),
         "throws the fraction away"),
    ],
    "2.6": [
        (instead(COUNTING, "> limit", ">= limit"), "equals the limit is not above it"),
        (instead(COUNTING, "> limit", "< limit"), "not those below?"),
        (instead(COUNTING, "size_t i = 0; i < n", "size_t i = 1; i < n"), "Does your loop begin at 0, go on"),
        (instead(COUNTING, "size_t i = 0; i < n", "size_t i = 1; i <= n"), "Places 0 to n - 1 are yours"),
        (instead(COUNTING, "i < n", "i <= n"), "Places 0 to n - 1 are yours"),
        (instead(COUNTING, "i < n;", "i + 1 < n;"), "Does your loop begin at 0, go on"),
        (instead(COUNTING, "x[i] > limit", "(int) x[i] > limit"), "An int drops the fraction"),
        (instead(COUNTING, "x[i] > limit", "(float) x[i] > (float) limit"), "a float keeps 7 digits"),
        (instead(COUNTING, "count++;", "return 1;"), "Does `return` stand in the loop"),
        (instead(COUNTING, "i < n;", "i < n && (i == 0 || x[0] < x[i] || x[i] > limit);"), "It goes on to the end"),
        (instead(COUNTING, "count++", "count += (size_t) x[i]"), "That is the number itself"),
        (instead(COUNTING, "count++", "count = x[i] == 5 ? 1 : (size_t) x[i]"), "Asked is how many there are"),
        (instead(COUNTING, "    return count", "    return n"), "or all"),
    ],
    "2.7": [
        (instead(RUNNING, "        sum += x[i];\n        sums[i] = sum;",
                 "        sums[i] = sum;\n        sum += x[i];"),
         "add it first, then write"),
        (instead(RUNNING, "sums[i] = sum", "sums[i] = x[i]"), "Those are the numbers themselves"),
        (instead(RUNNING, "double sum = 0;\n", "float sum = 0;\n", "sum += x[i]", "sum += (float) x[i]"),
         "a float keeps 7 digits"),
        (instead(RUNNING, "double sum = 0;\n", "long sum = 0;\n", "sum += x[i]", "sum += (long) x[i]",
                 "= sum;", "= (double) sum;"), "An int drops the fraction"),
        (instead(RUNNING, "i < n", "i <= n"), "Places 0 to n - 1 are yours"),
        (instead(RUNNING, "        sum += x[i];\n        sums[i] = sum;", "        sums[i] += x[i] + sum;"),
         "read before it was written"),
        (instead(RUNNING, "        sum += x[i];\n        sums[i] = sum;", "        sums[i] = sums[i - 1] + x[i];",
                 "    double sum = 0;\n", ""), "lies before the first"),
        (instead(RUNNING, "        sum += x[i];\n        sums[i] = sum;",
                 "        sums[i] = i ? x[i - 1] + x[i] : x[i];", "    double sum = 0;\n", ""), "Only two neighbours"),
        (instead(RUNNING, "        sums[i] = sum;\n    }", "    }\n    for (size_t i = 0; i < n; i++) sums[i] = sum;"),
         "Each place has the sum of all"),
        (instead(RUNNING, "size_t i = 0; i < n; i++", "size_t i = n; i-- > 0;"), "from each place to the end"),
        (instead(RUNNING, "const double *x", "double *x", "        sum += x[i];\n        sums[i] = sum;",
                 "        if (i) x[i] += x[i - 1];\n        sums[i] = x[i] + sum;"), "Only read what you are given"),
        (instead(RUNNING, "    double sum = 0;", "    double sum = 0;\n    sums[0] = x[0];"), "Places 0 to n - 1"),
    ],
}  # fmt: skip
