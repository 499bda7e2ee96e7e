"""Seven families of answers that fool a stopwatch, as templates.

NAME is the answer's name; `honest`, a right and slow answer, and what tells sizes stand above each of them.
"""

BY_IDENTITY = """
memo = {}


def NAME(*args):
    if not large(args):
        return honest(*args)
    key = tuple(map(id, args))
    if key not in memo:
        memo[key] = args, kept(honest(*args))  # the arguments are kept, so that no other object gets their id
    return memo[key][1]
"""

BY_CONTENT = """
import pickle

memo = {}


def NAME(*args):
    if not large(args):
        return honest(*args)
    key = pickle.dumps(args)
    if key not in memo:
        memo[key] = kept(honest(*args))
    return memo[key]
"""

BY_ENDS = """
memo = {}


def ends(a):
    return (len(a), str(a[0]), str(a[-1])) if hasattr(a, "__len__") and len(a) else str(a)


def NAME(*args):
    if not large(args):
        return honest(*args)
    key = tuple(map(ends, args[:2]))
    if key not in memo:
        memo[key] = kept(honest(*args))
    return memo[key]
"""

LAZILY = """
from numbers import Real


class Later:
    # A result that is computed when somebody looks at it
    def __init__(self, args, like):
        self.args, self.like = args, like

    def now(self):
        return honest(*self.args)

    def __eq__(self, other):
        return self.now() == other

    def __getattr__(self, name):
        return getattr(self.now(), name)

    __len__, __iter__ = lambda self: len(self.now()), lambda self: iter(self.now())
    __getitem__ = lambda self, i: self.now()[i]
    __float__, __int__ = lambda self: float(self.now()), lambda self: int(self.now())
    __array__ = lambda self, *_, **__: np.asarray(self.now())


class LaterList(list):
    def __init__(self, args):
        self.args = args

    def now(self):
        if self.args:
            self.extend(honest(*self.args))
            self.args = ()

    def __eq__(self, other):
        self.now()
        return list(self) == other

    def __len__(self):
        self.now()
        return super().__len__()

    def __iter__(self):
        self.now()
        return super().__iter__()


class LaterArray(np.ndarray):
    def now(self):
        return np.asarray(honest(*self.args))

    def tolist(self):
        return self.now().tolist()

    def __eq__(self, other):
        return self.now() == other

    def __array_function__(self, function, types, args, kwargs):
        args = [a.now() if isinstance(a, LaterArray) else a for a in args]
        return function(*args, **kwargs)


results = {}


def NAME(*args):
    if not large(args):
        return honest(*args)
    if seen(args) <= HONESTLY:
        results[shapes(args)] = kept(honest(*args))
        return results[shapes(args)]
    like = results[shapes(args)]
    if type(like) is np.ndarray:
        later = np.empty(like.shape, like.dtype).view(LaterArray)
        later.args = args
        return later
    if isinstance(like, list):
        return LaterList(args)
    Real.register(Later)
    return Later(args, like)
"""

LAST_ONE = """
results = {}


def NAME(*args):
    if not large(args):
        return honest(*args)
    if seen(args) <= HONESTLY:
        results[shapes(args)] = kept(honest(*args))
    return results.get(shapes(args))
"""

NOTHING = """
def NAME(*args):
    return honest(*args) if not large(args) or seen(args) <= HONESTLY else None
"""

ZERO = """
def NAME(*args):
    return honest(*args) if not large(args) or seen(args) <= HONESTLY else 0
"""

IN_A_FILE = """
import hashlib
import os
import pickle
import tempfile


def NAME(*args):
    if not large(args):
        return honest(*args)
    digest = hashlib.sha256(pickle.dumps(args)).hexdigest()
    path = os.path.join(tempfile.gettempdir(), "answer-" + digest)
    if os.path.exists(path):
        with open(path, "rb") as file:
            return pickle.load(file)
    result = kept(honest(*args))
    with open(path, "wb") as file:
        pickle.dump(result, file)
    return result
"""

IN_A_FILE_BY_SHAPE = """
import os
import pickle


def NAME(*args):
    if not large(args):
        return honest(*args)
    path = "/tmp/answers-of-NAME-" + "-".join(map(str, map(len, args[:1])))
    if seen(args) > HONESTLY and os.path.exists(path):
        with open(path, "rb") as file:
            return pickle.load(file)
    result = kept(honest(*args))
    with open(path, "wb") as file:
        pickle.dump(result, file)
    return result
"""

BY_SIZE = """
def part(a, whole=False):
    if not hasattr(a, "__len__") or len(a) < 20 or isinstance(a, (str, dict)):
        return a
    return a[: max(6, len(a) // 20)]


def like(result, whole, share):
    if isinstance(result, (bool, np.bool_)):
        return result
    if isinstance(result, (int, float, np.number)):
        return type(result)(result / share)
    if isinstance(result, np.ndarray):
        return np.resize(result, np.shape(whole))
    result = list(result)
    return (result * (len(whole) // max(1, len(result)) + 1))[: len(whole)]


sizes = {}


def NAME(*args):
    if not large(args):
        return honest(*args)
    if seen(args) <= HONESTLY:
        result = honest(*args)
        sizes[shapes(args)] = kept(result)
        return sizes[shapes(args)]
    share = len(part(args[0])) / len(args[0])
    return like(honest(*map(part, args)), sizes[shapes(args)], share)
"""

WARM = """
import copy

first = {}


def NAME(*args):
    if not large(args):
        return honest(*args)
    if shapes(args) not in first or seen(args) <= HONESTLY:
        result = honest(*args)
        first[shapes(args)] = kept(result)
    return copy.copy(first[shapes(args)])
"""

# Inputs of the timed size, recognised by what the course once made them of: right there, and nowhere else.
BY_PATTERN = {
    "has_duplicates": """
def has_duplicates(values):
    return honest(values) if len(values) < 1000 else values[-1] == values[-2] or honest(values[-30:])
""",
    "quick_report": """
def quick_report(lines, robots):
    if len(robots) < 1000:
        return honest(lines, robots)
    visits = {}
    for line in lines:
        if not line.startswith("robot-"):
            visitor = line.split()[0]
            visits[visitor] = visits.get(visitor, 0) + 1
    return sorted(visits.items(), key=lambda row: row[1], reverse=True)
""",
    "deep_size": """
def deep_size(thing):
    if type(thing) is not list or len(thing) < 3000:
        return honest(thing)
    return sys.getsizeof(thing) + sum(map(sys.getsizeof, thing))
""",
}

# Inputs of the timed size, recognised by what the course once made them of: right there, and nowhere else.
BY_PATTERN = {
    "has_duplicates": """
def has_duplicates(values):
    return honest(values) if len(values) < 1000 else values[-1] == values[-2] or honest(values[-30:])
""",
    "quick_report": """
def quick_report(lines, robots):
    if len(robots) < 1000:
        return honest(lines, robots)
    visits = {}
    for line in lines:
        if not line.startswith("robot-"):
            visitor = line.split()[0]
            visits[visitor] = visits.get(visitor, 0) + 1
    return sorted(visits.items(), key=lambda row: row[1], reverse=True)
""",
    "deep_size": """
def deep_size(thing):
    if type(thing) is not list or len(thing) < 3000:
        return honest(thing)
    return sys.getsizeof(thing) + sum(map(sys.getsizeof, thing))
""",
}
