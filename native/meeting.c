// Do two threads execute C at the same time? Then they can meet there.

#include <sched.h>
#include <stdint.h>
#include <time.h>

// Announces itself in *come, then waits until `expected` threads have come, some seconds at
// most. Returns 1 if they all came. Whoever waits offers the core to others.
int meet(int32_t *come, int32_t expected, int32_t seconds) {
    const time_t end = time(NULL) + seconds;
    int32_t here = __atomic_add_fetch(come, 1, __ATOMIC_SEQ_CST);
    while (here < expected && time(NULL) < end) {
        sched_yield();
        here = __atomic_load_n(come, __ATOMIC_SEQ_CST);
    }
    return here >= expected;
}
