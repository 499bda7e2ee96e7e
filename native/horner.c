// A polynomial of high degree, by Horner's rule: much arithmetic on each number from memory.

#include <stddef.h>

// As many polynomials side by side as keep every unit busy: each step of one waits for its last.
enum { LANES = 64 };

// y = c[0] x^m + c[1] x^(m-1) + … + c[m] for n numbers x, where m is the degree. Works on 64 numbers
// at a time; if n is no multiple of that, the last few are left alone.
void horner(const double *x, double *restrict y, size_t n, const double *c, size_t degree) {
    for (size_t start = 0; start + LANES <= n; start += LANES) {
        double p[LANES];
        for (int lane = 0; lane < LANES; lane++)
            p[lane] = c[0];
        for (size_t k = 1; k <= degree; k++)
            for (int lane = 0; lane < LANES; lane++)
                p[lane] = p[lane] * x[start + lane] + c[k];
        for (int lane = 0; lane < LANES; lane++)
            y[start + lane] = p[lane];
    }
}
