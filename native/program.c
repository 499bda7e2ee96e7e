// A program with a part that one thread computes alone, and a part that threads share.

#include <omp.h>
#include <stdint.h>

// Work that asks nothing of the other cores: four chains of multiplications.
static uint64_t work(int64_t turns, uint64_t seed) {
    uint64_t a = seed, b = seed + 1, c = seed + 2, d = seed + 3;
    for (int64_t turn = 0; turn < turns; turn++) {
        a = a * 6364136223846793005u + 1;
        b = b * 6364136223846793005u + 1;
        c = c * 6364136223846793005u + 1;
        d = d * 6364136223846793005u + 1;
    }
    return a + b + c + d;
}

// `alone` turns by one thread, then 48 pieces of `piece` turns, shared out among the threads.
uint64_t program(int64_t alone, int64_t piece, int32_t threads) {
    uint64_t total = work(alone, 1);
    #pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : total)
    for (uint64_t i = 0; i < 48; i++)
        total += work(piece, i);
    return total;
}

// Reads all of an array from memory, and does next to nothing with it.
uint64_t reading(const uint64_t *x, int64_t n, int32_t threads) {
    uint64_t total = 0;
    #pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : total)
    for (int64_t i = 0; i < n; i++)
        total += x[i];
    return total;
}
