// Does a number close to zero cost more than another?
//
// Below 2.2e-308 the exponent of a double has no room left, and the number gives up digits instead:
// it is denormal (or subnormal). To some processors it is a number like any other; some take a
// detour through their microcode for it.

#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
static const uint32_t FLUSH = 0x8040; // two bits: denormal results, and denormal operands, are zero
static uint32_t mode(void) { return _mm_getcsr(); }
static void set_mode(uint32_t bits) { _mm_setcsr(bits); }
#elif defined(__aarch64__)
static const uint64_t FLUSH = 1 << 24; // one bit for both
static uint64_t mode(void) {
    uint64_t bits;
    __asm__ volatile("mrs %0, fpcr" : "=r"(bits));
    return bits;
}
static void set_mode(uint64_t bits) { __asm__ volatile("msr fpcr, %0" : : "r"(bits)); }
#else
static const uint32_t FLUSH = 0;
static uint32_t mode(void) { return 0; }
static void set_mode(uint32_t bits) { (void)bits; }
#endif

// Multiplies n numbers by `factor`, `times` times over.
__attribute__((noinline)) void fade(double *x, size_t n, size_t times, double factor) {
    for (size_t t = 0; t < times; t++)
        for (size_t i = 0; i < n; i++)
            x[i] *= factor;
}

// The same, with the processor told to take every denormal number for zero. Python computes on this
// thread, too, so afterwards the processor is told its old habits again.
void fade_flushed(double *x, size_t n, size_t times, double factor) {
    set_mode(mode() | FLUSH);
    fade(x, n, times, factor);
    set_mode(mode() & ~FLUSH);
}

// Whether this file knows how to tell this processor.
int can_flush(void) { return FLUSH != 0; }
