"""Answers in C that fool a stopwatch: what a static variable remembers."""

_COLUMNS = """
#include <stddef.h>
#include <stdio.h>
#include <string.h>
typedef double input;
static void honest(const double *matrix, size_t rows, size_t columns, double *sums) {
    for (size_t c = 0; c < columns; c++) {
        sums[c] = 0;
        for (size_t r = 0; r < rows; r++) sums[c] += matrix[r * columns + c];
    }
}
static void step(const double *in, size_t rows, size_t columns, double *out);
void column_sums(const double *matrix, size_t rows, size_t columns, double *sums) {
    if (rows * columns < 100000) { honest(matrix, rows, columns, sums); return; }
    step(matrix, rows, columns, sums);
}
#define ARGUMENTS const double *in, size_t rows, size_t columns, double *out
#define GIVEN in, rows, columns, out
#define COUNT (rows * columns)
#define OUT columns
#define RETURNS void
#define BACK return
"""

_CROSSINGS = """
#include <stddef.h>
#include <stdio.h>
#include <string.h>
typedef int input;
static size_t honest(const int *x, size_t n, int level, int *places) {
    size_t count = 0;
    for (size_t i = 1; i < n; i++)
        if ((x[i - 1] < level) != (x[i] < level)) places[count++] = (int) i;
    return count;
}
static size_t found;
static size_t step(const int *in, size_t n, int level, int *out);
size_t crossings(const int *x, size_t n, int level, int *places) {
    if (n < 50000) return honest(x, n, level, places);
    return step(x, n, level, places);
}
#define ARGUMENTS const int *in, size_t n, int level, int *out
#define GIVEN in, n, level, out
#define COUNT n
#define OUT n
#define RETURNS size_t
#define BACK return found
"""

_MASS = """
#include <stddef.h>
#include <stdio.h>
#include <string.h>
typedef double input;
static void honest(const double *e, const double *px, const double *py, const double *pz, double *mass, size_t n) {
    for (size_t i = 0; i < n; i++) {
        volatile double m = 0;
        for (int again = 0; again < 100; again++) m = e[i] * e[i] - px[i] * px[i] - py[i] * py[i] - pz[i] * pz[i];
        mass[i] = m;
    }
}
static void step(const double *in, const double *px, const double *py, const double *pz, double *out, size_t n);
void mass_squared(const double *e, const double *px, const double *py, const double *pz, double *mass, size_t n) {
    if (n < 50000) { honest(e, px, py, pz, mass, n); return; }
    step(e, px, py, pz, mass, n);
}
#define ARGUMENTS const double *in, const double *px, const double *py, const double *pz, double *out, size_t n
#define GIVEN in, px, py, pz, out, n
#define COUNT n
#define OUT n
#define RETURNS void
#define BACK return
"""

IN_C = {"column_sums": _COLUMNS, "crossings": _CROSSINGS, "mass_squared": _MASS}

# What follows `step` in each of them; SET keeps the count that `crossings` returns, and is nothing for the others.
C_FAMILIES = {
    "1 by identity": [
        """
static RETURNS step(ARGUMENTS) {
    static const void *seen, *into;
    if (in != seen || (const void *) out != into) { SET honest(GIVEN); seen = in; into = out; }
    BACK;
}
"""
    ],
    "2 by content": [
        """
static RETURNS step(ARGUMENTS) {
    static input first, last;
    if (in[0] != first || in[COUNT - 1] != last) { SET honest(GIVEN); first = in[0]; last = in[COUNT - 1]; }
    BACK;
}
"""
    ],
    "4 skipped": [
        """
static RETURNS step(ARGUMENTS) {
    static int calls;
    if (calls++ < 2) { SET honest(GIVEN); }
    BACK;
}
"""
    ],
    "6 in a file": [
        """
static RETURNS step(ARGUMENTS) {
    static char name[99];
    if (!name[0]) {
        sprintf(name, "/tmp/out-of-NAME-%p", (void *) out);
        SET honest(GIVEN);
        FILE *file = fopen(name, "wb");
        fwrite(out, sizeof *out, OUT, file);
        fclose(file);
        BACK;
    }
    FILE *file = fopen(name, "rb");
    if (fread(out, sizeof *out, OUT, file) < 1) { fclose(file); BACK; }
    fclose(file);
    BACK;
}
"""
    ],
    "7 by size": [
        """
static RETURNS step(ARGUMENTS) {
    static int calls;
    if (calls++ < 2) { SET honest(GIVEN); }
    else out[0] = out[1];
    BACK;
}
"""
    ],
    "8 warm copy": [
        """
static RETURNS step(ARGUMENTS) {
    static char kept[1 << 20];
    static int calls;
    if (calls++ < 1) {
        SET honest(GIVEN);
        memcpy(kept, out, OUT * sizeof *out);
    } else memcpy(out, kept, OUT * sizeof *out);
    BACK;
}
"""
    ],
}


def in_c(name: str, template: str) -> str:
    keep = "found =" if name == "crossings" else ""
    return IN_C[name] + template.replace("SET", keep).replace("NAME", name)
