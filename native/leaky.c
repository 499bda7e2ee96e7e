// The last item of a sequence, with one reference too many.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *last(PyObject *self, PyObject *sequence) {
    (void) self;
    PyObject *item = PySequence_GetItem(sequence, -1); // this reference is ours, and goes to the caller
    Py_XINCREF(item);                                  // this one is never given back
    return item;
}

static PyMethodDef functions[] = {{"last", last, METH_O, "The last item."}, {NULL, NULL, 0, NULL}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "leaky", NULL, -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_leaky(void) { return PyModule_Create(&definition); }
