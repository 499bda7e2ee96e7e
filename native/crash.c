// Says where a program crashed, for `%%isolated`: one line per C frame, innermost first: object file, offset, function.
// Python's own faulthandler knows the Python lines only; this runs before it and adds the C side.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FRAMES = 32, SIGNALS = 6 };
static const int watched[SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGUSR1};
static struct sigaction before[SIGNALS];
static char own_stack[256 * 1024];  // a handler for stack overflow cannot run on the stack that overflowed
static uintptr_t stack_end;
static int out;

static void say(const char *format, const char *text, unsigned long number, const char *name) {
    char line[1200];
    int length = snprintf(line, sizeof line, format, text, number, name);
    if (length > 0 && write(out, line, (size_t)length) < 0) return;
}

static void crashed(int signal, siginfo_t *info, void *context) {
    uintptr_t address = (uintptr_t)info->si_addr;
    if (signal != SIGUSR1 && stack_end && address + (1 << 20) > stack_end && address < stack_end + (1 << 16))
        say("%s\t%lx\t%s\n", "stack overflow", 0, "");
    void *frames[FRAMES];
    int count = backtrace(frames, FRAMES);
    for (int i = 2; i < count; i++) {  // 0 is this handler, 1 the system's trampoline into it, 2 the crash itself
        char *place = (char *)frames[i] - (i > 2);  // the others are return addresses: one past the call
        Dl_info found;
        if (dladdr(place, &found) && found.dli_fname)
            say("%s\t%lx\t%s\n", found.dli_fname, (unsigned long)(place - (char *)found.dli_fbase),
                found.dli_sname ? found.dli_sname : "");
    }
    for (int i = 0; i < SIGNALS; i++)  // now Python's turn
        if (watched[i] == signal) {
            if (before[i].sa_flags & SA_SIGINFO) before[i].sa_sigaction(signal, info, context);
            else if (before[i].sa_handler != SIG_DFL && before[i].sa_handler != SIG_IGN) before[i].sa_handler(signal);
            else if (signal != SIGUSR1) sigaction(signal, &before[i], NULL), raise(signal);
        }
}

// Write to file descriptor `fd` when one of the watched signals arrives.
void install(int fd) {
    void *warm[1];
    backtrace(warm, 1);  // its first call loads a library, which a signal handler must not do
    out = fd;
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        stack_end = (uintptr_t)&limit - limit.rlim_cur;
    stack_t stack = {.ss_sp = own_stack, .ss_size = sizeof own_stack};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    for (int i = 0; i < SIGNALS; i++) sigaction(watched[i], &action, &before[i]);
}
