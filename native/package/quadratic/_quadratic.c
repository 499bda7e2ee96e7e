// The C API by hand: take the arguments apart, check each of them, give back what was borrowed.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <string.h>

static void quadratic(const double *a, const double *b, const double *c, double *root, size_t n) {
    for (size_t i = 0; i < n; i++)
        root[i] = (-b[i] + sqrt(b[i] * b[i] - 4 * a[i] * c[i])) / (2 * a[i]);
}

static int doubles(PyObject *array, Py_buffer *view, int flags) {
    if (PyObject_GetBuffer(array, view, PyBUF_ND | PyBUF_FORMAT | flags) < 0) return 0;
    if (view->ndim == 1 && view->format && !strcmp(view->format, "d")) return 1;
    PyErr_SetString(PyExc_TypeError, "expected a one-dimensional array of float64");
    PyBuffer_Release(view);
    return 0;
}

static PyObject *call(PyObject *self, PyObject *const *arrays, Py_ssize_t count) {
    Py_buffer views[4];
    int taken = 0, good = count == 4;
    (void) self;
    if (!good) PyErr_SetString(PyExc_TypeError, "quadratic takes four arrays: a, b, c, root");
    while (good && taken < 4) {
        good = doubles(arrays[taken], &views[taken], taken == 3 ? PyBUF_WRITABLE : 0);
        taken += good;
        if (good && views[taken - 1].len != views[0].len) {
            PyErr_SetString(PyExc_ValueError, "the four arrays must be equally long");
            good = 0;
        }
    }
    if (good) quadratic(views[0].buf, views[1].buf, views[2].buf, views[3].buf, (size_t) views[0].shape[0]);
    while (taken) PyBuffer_Release(&views[--taken]);
    if (!good) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"quadratic", (PyCFunction) (void (*)(void)) call, METH_FASTCALL, "One root of each equation, into root."},
    {NULL, NULL, 0, NULL}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_quadratic", NULL, -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__quadratic(void) { return PyModule_Create(&definition); }
