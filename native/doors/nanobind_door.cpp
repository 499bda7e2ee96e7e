// nanobind: the same idea by the same author, later and smaller; dtype, shape and layout are in the type.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include "quadratic.c"

namespace nb = nanobind;
using Doubles = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Result = nb::ndarray<double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

NB_MODULE(nanobind_door, m) {
    m.def("quadratic", [](Doubles a, Doubles b, Doubles c, Result root) {
        if (a.size() != root.size() || b.size() != root.size() || c.size() != root.size())
            throw nb::value_error("the four arrays must be equally long");
        quadratic(a.data(), b.data(), c.data(), root.data(), root.size());
    }, nb::arg(), nb::arg(), nb::arg(), nb::arg().noconvert()); // to write into a copy would be to lose it
}
