# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# The loop of the C cell, shared out by Cython: prange becomes `#pragma omp parallel for`.
from cython.parallel cimport prange


cdef inline long long length(long long x) noexcept nogil:
    cdef long long k = 0
    while x != 1:
        x = 3 * x + 1 if x & 1 else x >> 1
        k += 1
    return k


def lengths(long long[::1] steps, long long first, int threads):
    cdef Py_ssize_t i
    for i in prange(steps.shape[0], nogil=True, num_threads=threads):
        steps[i] = length(first + i)
