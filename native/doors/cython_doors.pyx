# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# Cython three times: the same loop, with more and more of it declared.
from libc.math cimport sqrt


def untyped(a, b, c, root):
    for i in range(len(root)):
        root[i] = (-b[i] + (b[i] * b[i] - 4 * a[i] * c[i]) ** 0.5) / (2 * a[i])


def typed(a, b, c, root):
    cdef Py_ssize_t i
    cdef double ai, bi, ci
    for i in range(len(root)):
        ai, bi, ci = a[i], b[i], c[i]
        root[i] = (-bi + sqrt(bi * bi - 4 * ai * ci)) / (2 * ai)


def memoryview(const double[::1] a, const double[::1] b, const double[::1] c, double[::1] root):
    cdef Py_ssize_t i
    if not len(a) == len(b) == len(c) == len(root):
        raise ValueError("the four arrays must be equally long")
    for i in range(len(root)):
        root[i] = (-b[i] + sqrt(b[i] * b[i] - 4 * a[i] * c[i])) / (2 * a[i])
