// A count that several threads keep, as a reference count is kept: plainly, with a lock, atomically.

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t milliseconds(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return 1000 * (int64_t)now.tv_sec + now.tv_nsec / 1000000;
}

// Announces itself in *come, then waits for a second thread to come, so many milliseconds at most.
static int wait_for_other(int32_t *come, int32_t most) {
    const int64_t end = milliseconds() + most;
    int32_t here = __atomic_add_fetch(come, 1, __ATOMIC_SEQ_CST);
    while (here < 2 && milliseconds() < end) {
        sched_yield();
        here = __atomic_load_n(come, __ATOMIC_SEQ_CST);
    }
    return here >= 2;
}

// One is added in three steps, with a wait in between. All return whether the other thread came.
int add_plain(int64_t *count, int32_t *come, int32_t most) {
    const int64_t seen = *count;
    const int met = wait_for_other(come, most);
    *count = seen + 1;
    return met;
}

// The same three steps, and the same wait, by one thread at a time.
int add_locked(int64_t *count, int32_t *come, int32_t most) {
    pthread_mutex_lock(&lock);
    const int met = add_plain(count, come, most);
    pthread_mutex_unlock(&lock);
    return met;
}

// One step, which the processor does not let anybody interrupt: the wait has to stand before it.
int add_atomic(int64_t *count, int32_t *come, int32_t most) {
    const int met = wait_for_other(come, most);
    __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
    return met;
}

// What each way costs. `volatile` keeps the compiler from adding all of it at once.
void count_plain(int64_t *count, int64_t times) {
    volatile int64_t *shared = count;
    for (int64_t i = 0; i < times; i++)
        *shared = *shared + 1;
}

void count_atomic(int64_t *count, int64_t times) {
    for (int64_t i = 0; i < times; i++)
        __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
}

void count_locked(int64_t *count, int64_t times) {
    for (int64_t i = 0; i < times; i++) {
        pthread_mutex_lock(&lock);
        *count += 1;
        pthread_mutex_unlock(&lock);
    }
}
