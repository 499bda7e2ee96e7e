// One total, two threads: what may become of it, and three ways to keep it right.

#include <omp.h>
#include <stdint.h>

enum { SECONDS = 10 };

static void tell(int *stage, int now) {
    __atomic_store_n(stage, now, __ATOMIC_RELEASE);
}

// Waits for the other thread to come so far; not for ever, if there is none.
static void await(int *stage, int now) {
    const double end = omp_get_wtime() + SECONDS;
    while (__atomic_load_n(stage, __ATOMIC_ACQUIRE) < now && omp_get_wtime() < end)
        ;
}

// Both threads add 1 so many times, in three steps: read, add, write. Nothing keeps them from doing
// it in this order, so some day they will.
int64_t unlucky(int64_t turns) {
    int64_t total = 0;
    int stage = 0;
    #pragma omp parallel num_threads(2)
    if (omp_get_thread_num() == 0) {
        int64_t seen = total; // 0
        tell(&stage, 1), await(&stage, 2);
        total = seen + 1; // 1, whatever the other has counted meanwhile
        tell(&stage, 3), await(&stage, 4);
        for (int64_t i = 1; i < turns; i++)
            total = total + 1;
        tell(&stage, 5);
    } else {
        await(&stage, 1);
        for (int64_t i = 1; i < turns; i++) // all turns but one
            total = total + 1;
        tell(&stage, 2), await(&stage, 3);
        int64_t seen = total; // 1
        tell(&stage, 4), await(&stage, 5);
        total = seen + 1;
    }
    return total;
}

int64_t by_one(const int64_t *x, int64_t n) {
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++)
        total += x[i];
    return total;
}

// One step, which nothing can come between.
int64_t by_atomic(const int64_t *x, int64_t n) {
    int64_t total = 0;
    #pragma omp parallel for num_threads(2)
    for (int64_t i = 0; i < n; i++) {
        #pragma omp atomic
        total += x[i];
    }
    return total;
}

// A total for each thread, `apart` numbers from the next, and one addition for each at the end.
int64_t by_parts(const int64_t *x, int64_t n, int64_t *parts, int64_t apart) {
    parts[0] = parts[apart] = 0;
    #pragma omp parallel num_threads(2)
    {
        int64_t *mine = parts + apart * omp_get_thread_num();
        #pragma omp for
        for (int64_t i = 0; i < n; i++)
            *mine += x[i];
    }
    return parts[0] + parts[apart];
}

// The same, made by the compiler: each thread adds in a register.
int64_t by_reduction(const int64_t *x, int64_t n) {
    int64_t total = 0;
    #pragma omp parallel for num_threads(2) reduction(+ : total)
    for (int64_t i = 0; i < n; i++)
        total += x[i];
    return total;
}
