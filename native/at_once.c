// Work for one core that asks nothing of the others: no memory, no lock, no system call.

#include <stdint.h>

// Takes so many steps on each of four chains (Knuth's generator, MMIX), and returns their sum. A
// step waits for the one before it in its own chain, so four of them keep the multiplier busy, and
// a second thread on the same core finds little left.
uint64_t steps(uint64_t turns, uint64_t seed) {
    uint64_t a = seed, b = seed + 1, c = seed + 2, d = seed + 3;
    for (uint64_t turn = 0; turn < turns; turn++) {
        a = a * 6364136223846793005u + 1442695040888963407u;
        b = b * 6364136223846793005u + 1442695040888963407u;
        c = c * 6364136223846793005u + 1442695040888963407u;
        d = d * 6364136223846793005u + 1442695040888963407u;
    }
    return a + b + c + d;
}
