// One root of a x² + b x + c = 0, for n equations. Every door of chapter 09 leads to this loop.
#include <math.h>
#include <stddef.h>

void quadratic(const double *a, const double *b, const double *c, double *root, size_t n) {
    for (size_t i = 0; i < n; i++)
        root[i] = (-b[i] + sqrt(b[i] * b[i] - 4 * a[i] * c[i])) / (2 * a[i]);
}
