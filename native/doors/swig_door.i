// SWIG: reads C declarations and writes wrappers; a typemap says how a buffer becomes a pointer and a size in bytes.
%module swig_door
%{
#include "quadratic.c"
%}
%include <pybuffer.i>
%pybuffer_binary(const char *a, size_t a_bytes)
%pybuffer_binary(const char *b, size_t b_bytes)
%pybuffer_binary(const char *c, size_t c_bytes)
%pybuffer_mutable_binary(char *root, size_t root_bytes)

%rename(quadratic) from_buffers;
%inline %{
static void from_buffers(const char *a, size_t a_bytes, const char *b, size_t b_bytes,
                         const char *c, size_t c_bytes, char *root, size_t root_bytes) {
    if (a_bytes == root_bytes && b_bytes == root_bytes && c_bytes == root_bytes)
        quadratic((const double *) a, (const double *) b, (const double *) c, (double *) root, root_bytes / 8);
}
%}
