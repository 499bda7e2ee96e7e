# cffi's API mode: writes a module in C around the function, and has the compiler check that the declaration is true.
from pathlib import Path

import cffi

ffi = cffi.FFI()
ffi.cdef("void quadratic(const double *, const double *, const double *, double *, size_t);")
ffi.set_source("_quadratic", Path("quadratic.c").read_text(), extra_compile_args=["-fno-math-errno"])
ffi.compile()
