// How many bytes a second travel between memory and one core?
//
// Three loops that do next to no arithmetic, over arrays that no cache can hold. Only the bytes that
// the loop names are counted; what the hardware moves besides (see triad) is part of the answer.
// After J. D. McCalpin's STREAM.

#include <stddef.h>
#include <stdint.h>

// Reads 8 bytes an element. Integers, because their sum may be regrouped: with doubles the compiler
// has to keep the order of the additions, and each of them would wait for the one before.
uint64_t sum_all(const uint64_t *a, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i];
    return sum;
}

// Reads 8 and writes 8 bytes an element. The compiler knows this loop: it calls memcpy.
void copy_all(const double *a, double *restrict b, size_t n) {
    for (size_t i = 0; i < n; i++)
        b[i] = a[i];
}

// Reads 16 and writes 8 bytes an element. A cache line must be fetched before a part of it is
// overwritten, so 8 more bytes travel that nobody asked for.
void triad(const double *a, const double *b, double *restrict c, size_t n, double scale) {
    for (size_t i = 0; i < n; i++)
        c[i] = a[i] + scale * b[i];
}
