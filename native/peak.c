// How many floating-point operations a second can one core do?
//
// Nothing but multiply and add, on numbers that never leave the registers. Each result is needed by
// the next step of its own chain, which has to wait some 4 cycles for it; so many chains run side by
// side, and the core always has one that is ready.

#include <stddef.h>

// A vector as wide as the registers, and as many chains as there are registers for.
#if defined(__AVX512F__)
enum { BYTES = 64, CHAINS = 16 };
#elif defined(__AVX__)
enum { BYTES = 32, CHAINS = 12 };
#elif defined(__ARM_NEON)
enum { BYTES = 16, CHAINS = 16 };
#else
enum { BYTES = 16, CHAINS = 12 };
#endif

typedef double vector __attribute__((vector_size(BYTES)));

// Does `steps` steps of x = x * factor + summand on every chain. Returns the sum of what came out,
// because a compiler leaves out work that nobody looks at.
double multiply_add(size_t steps, double factor, double summand) {
    vector x[CHAINS];
    for (int k = 0; k < CHAINS; k++)
        x[k] = (vector){0} + (double)k;

    for (size_t step = 0; step < steps; step++)
        for (int k = 0; k < CHAINS; k++)
            x[k] = x[k] * factor + summand;

    double sum = 0;
    for (int k = 0; k < CHAINS; k++)
        for (size_t lane = 0; lane < BYTES / sizeof(double); lane++)
            sum += x[k][lane];
    return sum;
}

// One multiplication and one addition in every lane of every chain.
size_t operations_per_step(void) { return 2 * CHAINS * BYTES / sizeof(double); }
