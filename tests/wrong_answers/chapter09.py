"""Wrong answers to the exercises of chapter 09, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name, in the exercise's language.
"""

from __future__ import annotations

PORTER = """
import numpy as np

def porter(a, b, c, root):
    for name, array in zip(("a", "b", "c", "root"), (a, b, c, root), strict=True):
        if not isinstance(array, np.ndarray) or array.dtype != np.float64:
            raise TypeError(f"{name} must be an array of float64")
        if array.ndim != 1 or not array.flags.c_contiguous:
            raise ValueError(f"{name} must have one dimension and no gaps")
    for name, array in zip("abc", (a, b, c), strict=True):
        if len(array) != len(root):
            raise ValueError(f"{name} has {len(array)} numbers, expected {len(root)}")
    if not root.flags.writeable:
        raise ValueError("root is read-only")
"""

FALL = """
#include <stdlib.h>
double fall(const double *levels, size_t n) {
    size_t room = 1, count = 0, largest = 0;
    double *kept = malloc(room * sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        if (!(levels[i] > 0)) continue;
        if (count == room) kept = realloc(kept, (room *= 2) * sizeof *kept);
        kept[count] = levels[i];
        if (kept[count] > kept[largest]) largest = count;
        count++;
    }
    double result = count ? kept[largest] - kept[count - 1] : 0;
    free(kept);
    return result;
}
"""

STRIDES = """
#include <stddef.h>
#include <string.h>
double strided_sum(const unsigned char *memory, size_t offset, ptrdiff_t stride, size_t n) {
    double total = 0;
    ptrdiff_t at = (ptrdiff_t) offset;
    for (size_t i = 0; i < n; i++, at += stride) {
        double value;
        memcpy(&value, memory + at, sizeof value);
        total += value;
    }
    return total;
}
"""

MASS = """
#include <stddef.h>
void mass_squared(const double *e, const double *px, const double *py, const double *pz, double *mass, size_t n) {
    for (size_t i = 0; i < n; i++)
        mass[i] = e[i] * e[i] - px[i] * px[i] - py[i] * py[i] - pz[i] * pz[i];
}
"""

MEANS = """
#include <stddef.h>
void moving_mean(const double *x, size_t n, size_t width, double *means) {
    if (width == 0 || width > n) return;
    for (size_t i = 0; i <= n - width; i++) {
        double sum = 0;
        for (size_t j = 0; j < width; j++) sum += x[i + j];
        means[i] = sum / (double) width;
    }
}
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


POINTER = instead(instead(instead(instead(
    FALL, "count = 0, largest = 0;", "count = 0;"),
    "sizeof *kept);\n    for", "sizeof *kept), *largest = kept;\n    for"),
    "kept[count] > kept[largest]) largest = count", "kept[count] > *largest) largest = &kept[count]"),
    "kept[largest] - kept", "*largest - kept")  # fmt: skip

PASSES = "    for (size_t i = 0; i < n; i++) mass[i] = %s[i] * %s[i];\n"
LESS = "    for (size_t i = 0; i < n; i++) mass[i] -= %s[i] * %s[i];\n"
TEMPORARIES = """
    for (size_t i = 0; i < n; i++) a[i] = e[i] * e[i];
    for (size_t i = 0; i < n; i++) b[i] = px[i] * px[i];
    for (size_t i = 0; i < n; i++) a[i] = a[i] - b[i];
    for (size_t i = 0; i < n; i++) b[i] = py[i] * py[i];
    for (size_t i = 0; i < n; i++) a[i] = a[i] - b[i];
    for (size_t i = 0; i < n; i++) b[i] = pz[i] * pz[i];
    for (size_t i = 0; i < n; i++) mass[i] = a[i] - b[i];
"""

WRONG = {
    "9.1": [
        (instead(PORTER, "array.dtype != np.float64", "array.dtype.kind != 'f'"), "half as wide"),
        (instead(PORTER, "array.dtype != np.float64", "array.dtype.itemsize != 8"), "compare the dtype itself"),
        (instead(PORTER, "array.dtype != np.float64", "array.dtype.name != 'float64'"), "the other way round"),
        (instead(PORTER, "not isinstance(array, np.ndarray) or ", ""), "first ask whether it is an np.ndarray"),
        (instead(PORTER, " or not array.flags.c_contiguous", ""), "Which flag of an array says"),
        (instead(PORTER, "array.ndim != 1 or ", ""), "no shape: refuse"),
        (instead(PORTER, "not array.flags.c_contiguous", "array.strides[0] != 8"), "Ask the flag, not the stride"),
        (instead(PORTER, "len(array) != len(root)", "len(array) < len(root)"), "have to be equally long"),
        (instead(PORTER, "if not root.flags.writeable", "if False"), "C writes into root"),
        (instead(PORTER, "no gaps\")\n", "no gaps\")\n        if not array.flags.writeable:\n"
                 "            raise ValueError(f'{name} is read-only')\n"), "C only reads a, b and c"),
        (instead(PORTER, 'TypeError(f"{name} must', 'TypeError(f"it must'), "the name of the argument"),
        (instead(PORTER, "raise ValueError", "raise AssertionError"), "You are right to refuse it, but"),
        (PORTER + "    return a, b, c, root\n", "pass without a word"),
        ("import numpy as np\n\ndef porter(*arrays):\n"
         "    for array in arrays: np.ascontiguousarray(array, dtype=float)\n",
         "first ask whether it is an np.ndarray"),
        (instead(PORTER, "f\"{name} ", "f\"of a, b, c and root: {name} "), "begins with the name"),
        (instead(PORTER, "f\"{name} has", "f\"{dict(zip('abc', 'bca'))[name]} has"), "begins with the name"),
        (instead(PORTER, "array.ndim != 1", "array.ndim > 1"), "refuse what does not have exactly one dimension"),
        (instead(PORTER, "len(array) != len(root)", "[len(a), len(b), len(c)].count(len(array)) == 1"),
         "as many roots as root is long"),
    ],
    "9.2": [
        (POINTER, "An index stays true when the memory moves"),
        (instead(FALL, "    double result", "    free(kept);\n    double result").replace(
            "    free(kept);\n    return", "    return"), "Who still points there"),
        (instead(FALL, "    return result", "    free(kept);\n    return result"), "free takes the address"),
        (instead(FALL, "if (count == room)", "if (count > room)"), "How many numbers are there room for"),
        (instead(FALL, "count ? kept[largest] - kept[count - 1] : 0", "kept[largest] - kept[count - 1]"),
         "With no positive number there is no last one"),
        (instead(FALL, "!(levels[i] > 0)", "levels[i] <= 0"), "NaN is not positive"),
        (instead(FALL, "!(levels[i] > 0)", "0"), "Only the positive numbers count"),
        (instead(FALL, "kept[largest] - kept[count - 1] :", "kept[count - 1] - kept[largest] :"),
         "not the other way round"),
        (instead(FALL, "kept[largest] - kept[count - 1] :", "kept[largest] :"), "asked is how far"),
        (instead(FALL, "    free(kept);\n", ""), "given back once"),
        (instead(instead(POINTER, "#include <stdlib.h>", "#include <stdlib.h>\n#include <string.h>"),
                 "if (count == room) kept = realloc(kept, (room *= 2) * sizeof *kept);",
                 "if (count == room) kept = memcpy(malloc((room *= 2) * sizeof *kept), kept, count * sizeof *kept);"),
         "given back once"),
        (instead(FALL, "double result = count", "float result = count"), "A float keeps seven digits"),
    ],
    "9.3": [
        (instead(STRIDES, "at += stride", "at += stride * 8"), "NumPy's strides count bytes"),
        (instead(STRIDES, "at += stride", "at += 8"), "NumPy's strides count bytes"),
        (instead(STRIDES, "(ptrdiff_t) offset;", "0; (void) offset;"), "begins `offset` bytes after"),
        (instead(STRIDES, "memcpy(&value, memory + at, sizeof value);", "value = *(const double *) (memory + at);"),
         "may begin at any byte"),
        (instead(STRIDES, "at += stride", "at += stride < 0 ? -stride : stride"), "A stride may be negative"),
        (instead(STRIDES, "at += stride", "at += stride ? stride : 8"), "A stride of 0 stays where it is"),
        (instead(STRIDES, "total += value;", "total += value == value ? value : 0;"), "A NaN in the sum"),
        (instead(STRIDES, "double total = 0;", "double total = *(const double *) memory;"), "its own value"),
        (instead(STRIDES, "i < n", "i + 1 < n"), "its own value"),
        (instead(STRIDES, "double total", "float total"), "A float keeps seven digits"),
        (instead(STRIDES, "size_t i = 0; i < n; i++, at += stride",
                 "size_t i = 0; i < n; i++, at = (ptrdiff_t) (offset + i * (size_t) (stride / 8) * 8)"),
         "may begin at any byte"),
    ],
    "9.4": [
        (instead(MASS, " - pz[i] * pz[i]", " + 0 * pz[i]"), "all three components"),
        (instead(MASS, "mass[i] = e[i] * e[i]", "mass[i] = e[i]"), "the squared mass is e²"),
        (instead(MASS, "- px[i]", "+ px[i]"), "all three components"),
        (instead(MASS, "i < n", "i <= n"), "the last is number n - 1"),
        (instead(MASS, "i < n", "i + 1 < n"), "the squared mass is e²"),
        (instead(MASS, "mass[i] = e", "mass[i] = (float) e"), "do not fit into a float"),
        (instead(MASS, "pz[i] * pz[i];", "pz[i] * pz[i], mass[i] = mass[i] < 0 ? 0 : mass[i];"), "may be negative"),
        (instead(MASS, "const double *e", "double *e").replace("mass[i] = e", "e[i] += 0.5, mass[i] = e"),
         "changed e"),
        (instead(MASS, "mass[i] = e[i] * e[i]", "mass[i] = (long double) e[i] * e[i]")
         .replace("i < n; i++)", "i < n; i++) for (volatile int again = 0; again < 20; again++)"), "One pass"),
        (MASS.split("    for")[0] + PASSES % ("e", "e") + "".join(LESS % (p, p) for p in ("px", "py", "pz")) + "}",
         "before it writes its mass"),
        (MASS.split("    for")[0].replace("<stddef.h>", "<stdlib.h>")
         + "    double *a = malloc(8 * n + 8), *b = malloc(8 * n + 8);\n"
         + TEMPORARIES + "    free(a);\n    free(b);\n}",
         "no array is needed"),
        (MASS.split("    for")[0].replace("void", "static double a[100000], b[100000];\nvoid") + TEMPORARIES + "}",
         "One pass, in plain doubles"),
    ],
    "9.5": [
        (instead(instead(MEANS, "if (width == 0 || width > n) return;", ""), "i <= n - width;", "i <= n - width + 1;"),
         "n numbers have n - width + 1 windows"),
        (instead(MEANS, "i <= n - width;", "i < n - width;"), "n numbers have n - width + 1 windows"),
        (instead(MEANS, "i <= n - width;", "i < n;"), "n numbers have n - width + 1 windows"),
        (instead(MEANS, "width == 0 || width > n", "width == 0"), "computed without a sign"),
        (instead(MEANS, "width == 0 || width > n", "width > n"), "A window of no numbers"),
        (instead(MEANS, "sum / (double) width", "sum"), "A mean is the sum divided by width"),
        (instead(MEANS, "j < width", "j <= width"), "n numbers have n - width + 1 windows"),
        (instead(MEANS, "    for (size_t i = 0; i <= n - width; i++) {\n        double sum = 0;",
                 "    double sum = 0;\n    for (size_t i = 0; i <= n - width; i++) {"), "Window i begins at x[i]"),
        (instead(MEANS, "x[i + j]", "x[j]"), "Window i begins at x[i]"),
        (instead(MEANS, "    for (size_t i = 0; i <= n - width; i++) {\n        double sum = 0;\n"
                 "        for (size_t j = 0; j < width; j++) sum += x[i + j];\n",
                 "    double sum = 0;\n    for (size_t j = 0; j + 1 < width; j++) sum += x[j];\n"
                 "    for (size_t i = 0; i <= n - width; i++) {\n"
                 "        sum += x[i + width - 1] - (i ? x[i - 1] : 0);\n"),
         "add up each window by itself"),
        (instead(MEANS, "double sum", "float sum"), "All windows"),
        (instead(MEANS, "sum / (double) width", "sum / (double) (n < width ? n : width)").replace(
            " || width > n", "").replace("i <= n - width", "i + width <= n || (i == 0 && n)").replace(
            "j < width", "j < width && i + j < n"), "Ask `width > n`"),
    ],
}  # fmt: skip
