// Which limit does the quadratic formula run into: the traffic with memory, or its own arithmetic?
//
// `root` is the formula. `sum3` has the same traffic, three reads and one write an element, and next
// to no arithmetic: no loop with this traffic is faster. Both come a second time, with stores that
// go past the caches. `root_in_cache` is the other half: the arithmetic alone, without traffic.

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

enum { LINE = 8, AHEAD = 32 }; // numbers in a cache line; how far ahead is worth asking for

static inline double formula(double a, double b, double c) {
    return (-b + sqrt(b * b - 4 * a * c)) / (2 * a);
}

// A line that is written piece by piece must be fetched first, so 40 bytes travel for 32.
void root(const double *a, const double *b, const double *c, double *restrict out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = formula(a[i], b[i], c[i]);
}

void sum3(const double *a, const double *b, const double *c, double *restrict out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = a[i] + b[i] + c[i];
}

// Write a whole line at once, straight to memory: it need not be fetched before. Processors without
// such an instruction store as usual.
static inline void stream(double *out, const double *line) {
#ifdef __AVX__
    for (int k = 0; k < LINE; k += 4)
        _mm256_stream_pd(out + k, _mm256_loadu_pd(line + k));
#elif defined __SSE2__
    for (int k = 0; k < LINE; k += 2)
        _mm_stream_pd(out + k, _mm_loadu_pd(line + k));
#else
    for (int k = 0; k < LINE; k++)
        out[k] = line[k];
#endif
}

// How many elements come before the first full line of `out`.
static size_t before_a_line(const double *out, size_t n) {
    size_t first = (-(uintptr_t)out % (LINE * sizeof(double))) / sizeof(double);
    return first < n ? first : n;
}

// Reads are asked for before they are needed, so that they travel while the core divides.
void root_streamed(const double *a, const double *b, const double *c, double *restrict out, size_t n) {
    size_t i = before_a_line(out, n);
    root(a, b, c, out, i);
    for (; i + LINE <= n; i += LINE) {
        double line[LINE];
        __builtin_prefetch(a + i + AHEAD);
        __builtin_prefetch(b + i + AHEAD);
        __builtin_prefetch(c + i + AHEAD);
        for (int k = 0; k < LINE; k++)
            line[k] = formula(a[i + k], b[i + k], c[i + k]);
        stream(out + i, line);
    }
    root(a + i, b + i, c + i, out + i, n - i);
}

void sum3_streamed(const double *a, const double *b, const double *c, double *restrict out, size_t n) {
    size_t i = before_a_line(out, n);
    sum3(a, b, c, out, i);
    for (; i + LINE <= n; i += LINE) {
        double line[LINE];
        __builtin_prefetch(a + i + AHEAD);
        __builtin_prefetch(b + i + AHEAD);
        __builtin_prefetch(c + i + AHEAD);
        for (int k = 0; k < LINE; k++)
            line[k] = a[i + k] + b[i + k] + c[i + k];
        stream(out + i, line);
    }
    sum3(a + i, b + i, c + i, out + i, n - i);
}

// As many roots, but always of the same 512 elements, which stay in the first-level cache.
void root_in_cache(const double *a, const double *b, const double *c, double *restrict out, size_t n) {
    size_t block = n < 512 ? n : 512;
    for (size_t done = 0; block && done + block <= n; done += block)
        root(a, b, c, out, block);
}
