// Which limit does the quadratic formula run into: the traffic with memory, or its own arithmetic?
//
// `root` is the formula. `sum3` has the same traffic, three reads and one write an element, and next
// to no arithmetic: no loop that stores in this way is faster. Both come again with stores that go
// past the caches, and need not fetch what they overwrite. `root_in_cache` is the other half: the
// arithmetic alone, without the traffic.

#include <cmath>
#include <cstddef>
#include <cstdint>
#ifdef __SSE2__
#include <immintrin.h>
#endif

template <typename Number> struct Formula { // (-b + sqrt(b² - 4ac)) / 2a
    static Number of(Number a, Number b, Number c) {
        return (-b + std::sqrt(b * b - 4 * a * c)) / (2 * a);
    }
};

template <typename Number> struct Sum {
    static Number of(Number a, Number b, Number c) { return a + b + c; }
};

// A line that is written piece by piece must be fetched first: what travels is four reads and a write.
template <typename What, typename Number>
void plainly(const Number *a, const Number *b, const Number *c, Number *__restrict out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = What::of(a[i], b[i], c[i]);
}

// Write a whole cache line at once, straight to memory: it need not be fetched before. Processors
// without such an instruction store as usual.
template <typename Number> void stream(Number *out, const Number *line) {
#ifdef __AVX__
    for (int k = 0; k < 64; k += 32)
        _mm256_stream_si256((__m256i *)((char *)out + k), _mm256_loadu_si256((__m256i *)((char *)line + k)));
#elif defined __SSE2__
    for (int k = 0; k < 64; k += 16)
        _mm_stream_si128((__m128i *)((char *)out + k), _mm_loadu_si128((__m128i *)((char *)line + k)));
#else
    for (size_t k = 0; k < 64 / sizeof(Number); k++)
        out[k] = line[k];
#endif
}

// Eight lines ahead, reads are asked for: they travel while the core divides.
template <typename What, typename Number>
void streaming(const Number *a, const Number *b, const Number *c, Number *__restrict out, size_t n) {
    constexpr size_t width = 64 / sizeof(Number), ahead = 8 * width;
    size_t i = (-(uintptr_t)out % 64) / sizeof(Number); // elements before the first whole line
    i = i < n ? i : n;
    plainly<What>(a, b, c, out, i);
    for (; i + width <= n; i += width) {
        Number line[width];
        __builtin_prefetch(a + i + ahead);
        __builtin_prefetch(b + i + ahead);
        __builtin_prefetch(c + i + ahead);
        for (size_t k = 0; k < width; k++)
            line[k] = What::of(a[i + k], b[i + k], c[i + k]);
        stream(out + i, line);
    }
    plainly<What>(a + i, b + i, c + i, out + i, n - i);
}

// As many roots, but always of the same 4 KiB of each array, which stay in the first-level cache.
template <typename Number>
void in_cache(const Number *a, const Number *b, const Number *c, Number *out, size_t n) {
    const size_t block = n * sizeof(Number) < 4096 ? n : 4096 / sizeof(Number);
    for (size_t done = 0; block && done + block <= n; done += block)
        plainly<Formula<Number>>(a, b, c, out, block);
}

extern "C" {
void root(const double *a, const double *b, const double *c, double *out, size_t n) {
    plainly<Formula<double>>(a, b, c, out, n);
}
void sum3(const double *a, const double *b, const double *c, double *out, size_t n) {
    plainly<Sum<double>>(a, b, c, out, n);
}
void root_streamed(const double *a, const double *b, const double *c, double *out, size_t n) {
    streaming<Formula<double>>(a, b, c, out, n);
}
void sum3_streamed(const double *a, const double *b, const double *c, double *out, size_t n) {
    streaming<Sum<double>>(a, b, c, out, n);
}
void root_in_cache(const double *a, const double *b, const double *c, double *out, size_t n) {
    in_cache(a, b, c, out, n);
}
void root_streamed_single(const float *a, const float *b, const float *c, float *out, size_t n) {
    streaming<Formula<float>>(a, b, c, out, n);
}
void sum3_streamed_single(const float *a, const float *b, const float *c, float *out, size_t n) {
    streaming<Sum<float>>(a, b, c, out, n);
}
void root_in_cache_single(const float *a, const float *b, const float *c, float *out, size_t n) {
    in_cache(a, b, c, out, n);
}
}
