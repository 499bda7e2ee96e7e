// Rows of a fractal, shared out between two threads. They are unequal work, for inside the set every
// point takes all steps. Each row notes which thread computed it, and when it began and ended.

#include <omp.h>
#include <stdint.h>

enum { WIDTH = 200, MOST = 400 };

// Returns the steps that row i of so many takes, from the middle of the set (row 0) to above it.
static int64_t row(int64_t i, int64_t rows) {
    int64_t steps = 0;
    for (int64_t j = 0; j < WIDTH; j++) {
        const double cx = -2.0 + 2.5 * (double)j / WIDTH, cy = 1.2 * (double)i / (double)rows;
        double x = 0, y = 0;
        for (int k = 0; k < MOST && x * x + y * y < 4; k++, steps++) {
            const double next = x * x - y * y + cx;
            y = 2 * x * y + cy;
            x = next;
        }
    }
    return steps;
}

static void stamped(int64_t i, int64_t rows, double *who, double *start, double *end, int64_t *steps) {
    who[i] = omp_get_thread_num();
    start[i] = omp_get_wtime();
    steps[i] = row(i, rows);
    end[i] = omp_get_wtime();
}

// Shared out beforehand: to each thread its half.
void statically(int64_t rows, double *who, double *start, double *end, int64_t *steps) {
    #pragma omp parallel for num_threads(2) schedule(static)
    for (int64_t i = 0; i < rows; i++)
        stamped(i, rows, who, start, end, steps);
}

// Whoever is done takes the next row.
void dynamically(int64_t rows, double *who, double *start, double *end, int64_t *steps) {
    #pragma omp parallel for num_threads(2) schedule(dynamic, 1)
    for (int64_t i = 0; i < rows; i++)
        stamped(i, rows, who, start, end, steps);
}
