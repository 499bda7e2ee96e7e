// A way back for C++ exceptions: what leaves a function that Python called would end Python.
//
// Each function that is called from Python gets a guard of its own here. A guard does not know what the function takes:
// it hands on all the registers in which numbers and pointers are passed, as they came.

extern "C" {
int PyGILState_Ensure() __attribute__((weak));
void PyGILState_Release(int) __attribute__((weak));
void PyErr_SetString(void *, const char *) __attribute__((weak));
extern void *PyExc_RuntimeError __attribute__((weak));
}

namespace std {  // this much of <exception>, which takes longer to read than the rest to compile
class exception {
public:
    virtual ~exception() noexcept;
    virtual const char *what() const noexcept;
};
}

namespace {
constexpr int COUNT = 16;
template <class R>
R (*targets[COUNT])(long, long, long, long, long, long, double, double, double, double, double, double, double, double);
template <class R> void *guards[COUNT];

void report(const char *what) {
    int state = PyGILState_Ensure();
    PyErr_SetString(PyExc_RuntimeError, what);
    PyGILState_Release(state);
}

template <class R, int N>
R guard(long a, long b, long c, long d, long e, long f, double s, double t, double u, double v, double w, double x,
        double y, double z) {
    try {
        return targets<R>[N](a, b, c, d, e, f, s, t, u, v, w, x, y, z);
    } catch (const std::exception &problem) {
        report(problem.what());
    } catch (...) {
        report("not one of the standard library's kind");
    }
    return 0;
}

template <class R, int N> void fill() {
    if constexpr (N > 0) {
        guards<R>[N - 1] = (void *)guard<R, N - 1>;
        fill<R, N - 1>();
    }
}

template <class R> void *next(void *target) {
    static int used = (fill<R, COUNT>(), 0);
    if (used == COUNT) return nullptr;
    targets<R>[used] = (decltype(+targets<R>[0]))target;
    return guards<R>[used++];
}
}

// Returns the guard of a function that returns a floating-point number or anything else; nullptr if all are given out.
extern "C" void *guarded(void *target, int floating) { return floating ? next<double>(target) : next<long>(target); }
