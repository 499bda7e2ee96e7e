// What can one core compute, when memory keeps it waiting for nothing?

#include <stddef.h>
#include <stdint.h>

// Generates no code. It tells the compiler that x may be any number now, or it would turn all the
// additions below into one multiplication.
static inline uint64_t anything(uint64_t x) {
    __asm__("" : "+r"(x));
    return x;
}

// One addition a step, four steps a turn; each needs the answer of the one before. An addition of
// integers takes one tick of the clock.
uint64_t one_chain(size_t steps, uint64_t summand) {
    uint64_t a = 0;
    for (size_t i = 0; i < steps; i += 4) {
        a = anything(a + summand);
        a = anything(a + summand);
        a = anything(a + summand);
        a = anything(a + summand);
    }
    return a;
}

// Four additions a step, in four chains that know nothing of each other.
uint64_t four_chains(size_t steps, uint64_t summand) {
    uint64_t a = 0, b = 0, c = 0, d = 0;
    for (size_t i = 0; i < steps; i++) {
        a = anything(a + summand);
        b = anything(b + summand);
        c = anything(c + summand);
        d = anything(d + summand);
    }
    return a + b + c + d;
}

// y = a y + x for n numbers, `times` times over: no number depends on its neighbours.
void blend(float *restrict y, const float *restrict x, size_t n, size_t times, float a) {
    for (size_t t = 0; t < times; t++)
        for (size_t i = 0; i < n; i++)
            y[i] = a * y[i] + x[i];
}
