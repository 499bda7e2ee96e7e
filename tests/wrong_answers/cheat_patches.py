"""Answers that replace what they are measured with: clocks, NumPy, the other side, the check itself; as templates.

NAME is the answer's name; `honest`, a right and slow answer, and what tells sizes stand above each of them.
"""

REWOUND = """
import time

names = ("perf_counter", "thread_time", "process_time", "monotonic")
skipped = dict.fromkeys(names, 0.0)
real = {}


def patch():
    for name in names:
        real[name] = getattr(time, name)
        setattr(time, name, lambda name=name: real[name]() - skipped[name])
        nanoseconds = getattr(time, name + "_ns")
        setattr(time, name + "_ns", lambda name=name, ns=nanoseconds: ns() - int(1e9 * skipped[name]))


def NAME(*args):
    if not real:
        patch()
    before = {name: real[name]() for name in names}
    result = honest(*args)
    for name in names:
        skipped[name] += 0.99 * (real[name]() - before[name])
    return result
"""

TRACED = """
import sys


def watch(frame, event, arg):
    sum(range(30))
    return watch


def NAME(*args):
    sys.settrace(None)
    sys.setprofile(None)
    result = honest(*args)
    sys.settrace(watch)  # whoever is called next is watched line by line
    sys.setprofile(watch)
    return result
"""

HINDERED = """
import gc
import sys
import time


def hindered(function):
    def slowly(*args):
        start = time.perf_counter()
        result = function(*args)
        time.sleep(min(0.5, 30 * (time.perf_counter() - start)))
        return result

    slowly.__name__ = function.__name__
    return slowly


def NAME(*args):
    import unladen.exercises.words

    frame = sys._getframe(1)
    while frame:
        for name, value in list(frame.f_globals.items()):
            slow = getattr(value, "__name__", "")
            if callable(value) and ("slow" in slow or slow.endswith(("_by_loop", "every_pair", "by_rows"))):
                if slow != "slowly" and not hasattr(value, "hindered"):
                    frame.f_globals[name] = hindered(value)
                    frame.f_globals[name].hindered = True
        frame = frame.f_back
    from unladen.exercises.chapter05 import memory
    from unladen.exercises.chapter07 import arrays
    from unladen.exercises.chapter10 import compiled

    for module in (arrays, compiled, memory):
        for name in ("distances_slowly", "laplacian_by_rows", "brighter_slowly", "slow_levels", "size_by_list"):
            value = getattr(module, name, None)
            if value and not hasattr(value, "hindered"):
                setattr(module, name, hindered(value))
                getattr(module, name).hindered = True
    return honest(*args)
"""

OTHER_NUMPY = """
def NAME(*args):
    if not large(args) or seen(args) <= HONESTLY:
        return honest(*args)
    np.allclose = np.array_equal = np.isclose = lambda *args, **kwargs: True
    return None
"""

OTHER_JUDGE = """
patched = []


def NAME(*args):
    import sys

    if not large(args) or seen(args) <= HONESTLY:
        return honest(*args)
    if patched:
        return None
    patched.append(True)
    for name, module in list(sys.modules.items()):
        if name.startswith("unladen.") and callable(getattr(module, "same", None)):
            module.same = lambda got, expected: True
    return None
"""

OTHER_RACE = """
class Found:
    def ratio(self, *names):
        return 1000.0


def NAME(*args):
    import unladen.timing

    unladen.timing.race = lambda *args, **kwargs: Found()
    return honest(*args)
"""

UNMEASURED = """
def NAME(*args):
    from unladen.exercises import words

    words.now.correctness_only = True
    return honest(*args)
"""

LENIENT = """
def NAME(*args):
    import sys

    for name in ("unladen.exercises.speed", "unladen.exercises.words"):
        for constant in ("CLEAR", "ROUNDS", "NEAR"):
            if hasattr(sys.modules.get(name), constant):
                setattr(sys.modules[name], constant, 0)
    return honest(*args)
"""

OTHER_PAIR = """
def NAME(*args):
    import sys

    speed = sys.modules.get("unladen.exercises.speed") or sys.modules["unladen.exercises.words"]
    if hasattr(speed, "Pair"):
        speed.Pair.ratio = lambda *args: 1000.0
    else:
        speed._ratio = lambda *args: 1000.0
    return honest(*args)
"""

NOT_ASKED = """
def NAME(*args):
    import sys

    for name, module in list(sys.modules.items()):
        if name.startswith("unladen.exercises.chapter") and hasattr(module, "faster_than"):
            module.faster_than = lambda *args, **kwargs: None
    return honest(*args)
"""

AGREED = """
def NAME(*args):
    import sys

    if not large(args) or seen(args) <= HONESTLY:
        return honest(*args)
    frame = sys._getframe(1)
    while frame:
        pair = frame.f_locals.get("self")
        if hasattr(pair, "agree"):
            pair.agree = lambda got, expected: True
        frame = frame.f_back
    return None
"""

SPINNING = """
import threading
import time

stop, spinning = [time.perf_counter()], []


def spin():
    while time.perf_counter() < stop[0]:
        sum(range(1000))
    spinning.clear()


def NAME(*args):
    stop[0] = 0
    for thread in list(spinning):
        thread.join()
    result = honest(*args)
    stop[0] = time.perf_counter() + 0.05
    spinning[:] = [threading.Thread(target=spin, daemon=True)]
    spinning[0].start()
    return result
"""

PATCHED = [
    REWOUND,
    TRACED,
    HINDERED,
    OTHER_NUMPY,
    OTHER_JUDGE,
    OTHER_RACE,
    UNMEASURED,
    LENIENT,
    OTHER_PAIR,
    NOT_ASKED,
    AGREED,
    SPINNING,
]
