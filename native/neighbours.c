// Two threads add, each to a number of its own. Do they disturb each other?

#include <sched.h>
#include <stdint.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Waits until *come has grown so far, ten seconds at most. Whoever waits long offers the core.
static int grown(int64_t *come, int64_t far) {
    const double end = now() + 10;
    for (int64_t looks = 1; __atomic_load_n(come, __ATOMIC_SEQ_CST) < far; looks++)
        if (looks % 1000 == 0) {
            sched_yield();
            if (now() > end)
                return 0;
        }
    return 1;
}

// Rounds of so many additions, for each of which the two set out together. Notes when a round began
// and ended, and returns for how many the other came.
int64_t add(int64_t *number, int64_t turns, int64_t *come, double *start, double *end, int64_t rounds) {
    for (int64_t round = 0; round < rounds; round++) {
        __atomic_add_fetch(come, 1, __ATOMIC_SEQ_CST);
        if (!grown(come, 2 * (round + 1)))
            return round;
        start[round] = now();
        for (int64_t turn = 0; turn < turns; turn++)
            __atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
        end[round] = now();
    }
    return rounds;
}

// A number goes to and fro between thread 0 and thread 1: whose turn it is adds 1 to it.
int64_t to_and_fro(int64_t *number, int64_t me, int64_t turns, double *start, double *end, int64_t rounds) {
    for (int64_t round = 0; round < rounds; round++) {
        for (int64_t turn = 0; turn < turns; turn++) {
            const int64_t mine = 2 * (round * turns + turn) + me;
            if (!grown(number, mine))
                return round;
            start[round] = turn ? start[round] : now();
            __atomic_store_n(number, mine + 1, __ATOMIC_SEQ_CST);
        }
        end[round] = now();
    }
    return rounds;
}
