// How long does one core wait for one number from memory?
//
// Each element holds the place of the next one to visit. No address is known before the last answer
// is there, so nothing can be fetched ahead: the time of a step is the whole wait.

#include <stddef.h>
#include <stdint.h>

// Marsaglia's xorshift (2003): random enough for an order that the hardware cannot foresee.
static uint64_t rolled(uint64_t dice) {
    dice ^= dice << 13;
    dice ^= dice >> 7;
    return dice ^ dice << 17;
}

// Links the first elements of n blocks, each of `block` elements, into one cycle in random order.
// With a gap, every block is visited twice: its first element leads to the one that lies `gap`
// elements further on, and that one leads to the next block. `next` holds n * block elements.
//
// Sattolo's algorithm (1986): a shuffle that leaves one cycle through all, where a plain shuffle
// leaves many short ones.
void link_cycle(size_t *next, size_t n, size_t block, size_t gap, uint64_t seed) {
    for (size_t i = 0; i < n; i++)
        next[i * block + gap] = i * block;

    uint64_t dice = seed | 1;
    for (size_t i = n; i-- > 1;) {
        dice = rolled(dice);
        size_t *here = &next[i * block + gap];
        size_t *there = &next[dice % i * block + gap];
        size_t kept = *here;
        *here = *there;
        *there = kept;
    }

    for (size_t i = 0; i < n && gap > 0; i++)
        next[i * block] = i * block + gap;
}

// Takes `steps` steps from element `at` and returns where it stands then, because a compiler leaves
// out work that nobody looks at.
size_t chase(const size_t *next, size_t at, size_t steps) {
    while (steps-- > 0)
        at = next[at];
    return at;
}
