// pybind11: the types of the C++ function say what Python may pass.
#include <pybind11/numpy.h>
#include "quadratic.c"

namespace py = pybind11;
using Doubles = py::array_t<double, py::array::c_style>;

PYBIND11_MODULE(pybind11_door, m) {
    m.def("quadratic", [](Doubles a, Doubles b, Doubles c, py::array_t<double> root) {
        if (a.size() != root.size() || b.size() != root.size() || c.size() != root.size())
            throw py::value_error("the four arrays must be equally long");
        quadratic(a.data(), b.data(), c.data(), root.mutable_data(), root.size());
    }, py::arg(), py::arg(), py::arg(), py::arg().noconvert()); // to write into a copy would be to lose it
}
