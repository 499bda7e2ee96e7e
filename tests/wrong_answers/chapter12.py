"""Wrong answers to the exercises of chapter 12, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

TIMELINE = """
def timeline(work, interval):
    line, now, spans = [(who, rest) for who, rest in enumerate(work) if rest], 0, []
    while line:
        who, rest = line.pop(0)
        ran = min(rest, interval) if line else rest
        spans.append((who, now, now + ran))
        now += ran
        if rest > ran:
            line.append((who, rest - ran))
    return spans
"""

WORST = """
def worst(times):
    if times < 2:
        return [0, 1] * (2 * times)
    return [0] + [1] * (2 * times - 2) + [0, 1] + [0] * (2 * times - 2) + [1]
"""

TALLY = """
from collections import Counter

def tally(words, shared, lock):
    own = Counter(words)
    with lock:
        for word, n in own.items():
            shared[word] = shared.get(word, 0) + n
"""

EACH = """
def tally(words, shared, lock):
    for word in words:
        with lock:
            shared[word] = shared.get(word, 0) + 1
"""

FETCH = """
from concurrent.futures import ThreadPoolExecutor

def fetch_all(fetch, names, most):
    with ThreadPoolExecutor(most) as pool:
        return list(pool.map(fetch, names))
"""

CHOOSE = """
def choose(job):
    if job["work"] != "python" or not job["gil"]:
        return "threads"
    if job["changes"]:
        return "one thread"
    if job["version"] >= (3, 14) and not job["packages"]:
        return "interpreters"
    return "processes"
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "12.1": [
        (instead(TIMELINE, " if line else rest", ""), "goes on until it is done, in one stretch"),
        (instead(TIMELINE, "min(rest, interval) if line else rest", "rest"), "so it asks after the interval"),
        (instead(TIMELINE, "min(rest, interval) if line else rest", "interval if line else rest"), "that is done"),
        (instead(TIMELINE, "(who, now, now + ran)", "(who, now, ran)"), "not how long it is"),
        (instead(TIMELINE, "line.append((who, rest - ran))", "line.insert(0, (who, rest - ran))"), "waits longest"),
        (instead(TIMELINE, "rest > ran", "False"), "waits longest"),
        (instead(TIMELINE, " if rest]", "]"), "never wants the lock"),
        (instead(TIMELINE, "line.pop(0)", "line.pop()"), "is done gives the lock back"),
        (instead(TIMELINE, "    return spans", "    print(spans)"), "without a `return`"),
        (instead(TIMELINE, "    line, now", "    work.sort()\n    line, now"), "work on a copy"),
        ("def timeline(work, interval):\n    spans, now = [], 0\n    for who, rest in enumerate(work):\n"
         "        if rest:\n            spans.append((who, now, now + min(rest, interval)))\n"
         "            now += min(rest, interval)\n    return spans", "a single stretch"),
        ("def timeline(work, interval):\n    left, now, spans = list(work), 0, []\n    while any(left):\n"
         "        todo = [i for i, w in enumerate(left) if w]\n        for i in todo:\n"
         "            ran = left[i] if len(todo) == 1 else min(left[i], interval)\n"
         "            spans.append((i, now, now + ran))\n            now += ran\n            left[i] -= ran\n"
         "    return spans", "goes on until it is done, in one stretch"),
        (instead(TIMELINE, "line.append((who", "line.insert(1, (who"), "waits longest"),
    ],
    "12.2": [
        ("def worst(times):\n    return [0] * (2 * times) + [1] * (2 * times)", "Nothing was lost"),
        ("def worst(times):\n    return [0, 1] * (2 * times)", "Half of the updates are lost"),
        ("def worst(times):\n    return [0, 0, 1, 1] * times", "Nothing was lost"),
        ("def worst(times):\n    return [0] + [1] * 2 * times + [0] * (2 * times - 1)", "Half of the updates"),
        ("def worst(times):\n    return [0, 1] * times", "Each addition is two steps"),
        (instead(WORST, "    if times < 2:\n        return [0, 1] * (2 * times)\n", ""), "both have to read before"),
        (instead(WORST, "return [0, 1] * (2 * times)", "return [0, 1, 0, 1]"), "Each addition is two steps"),
        (instead(WORST, "[0, 1] + [0] * (2 * times - 2) + [1]", "[0] + [0] * (2 * times - 2) + [1, 1]"),
         "keep it until the very end"),
        (instead(WORST, "[0] + [1]", "[1] + [2]"), "called 0 and 1"),
        (instead(WORST, "    if times", "    return 2\n    if times"), "A schedule is a list"),
        (instead(WORST, "    return [0]", "    [0]"), "without a `return`"),
        (instead(WORST, "return [0] + [1]", "return (0,) + (1,)").replace("[0, 1] + [0]", "(0, 1) + (0,)").replace(
            "+ [1]", "+ (1,)"), "A schedule is a list"),
    ],
    "12.3": [
        (instead(TALLY, "    with lock:\n", "    if True:\n"), "take the lock"),
        (EACH, "Once is enough"),
        ("def tally(words, shared, lock):\n    with lock:\n        for word in words:\n"
         "            shared[word] = shared.get(word, 0) + 1", "The others wait while you count"),
        (instead(TALLY, "    with lock:\n", "    lock.acquire()\n    if True:\n"), "gives it back in any case"),
        (instead(TALLY, "    with lock:\n        for word, n in own.items():\n",
                 "    new = {word: shared.get(word, 0) + n for word, n in own.items()}\n    with lock:\n"
                 "        shared.update(new)\n        for word, n in ():\n"), "both belong inside the lock"),
        (instead(TALLY, "shared.get(word, 0) + n", "n"), "they do not replace them"),
        (instead(TALLY, "    own =", "    import threading\n    lock = threading.Lock()\n    own ="), "take the lock"),
        (instead(TALLY, "Counter(words)", "Counter(set(words))"), "as often as it comes"),
        (instead(TALLY, "Counter(words)", "Counter(word.lower() for word in words)"), "as they are"),
        (instead(TALLY, "    own =", "    words.sort()\n    own ="), "still needs them"),
        (instead(TALLY, "    with lock:\n        for word, n in own.items():\n",
                 "    for word, n in own.items():\n        with lock:\n"), "Once is enough"),
        ("from collections import Counter\n\ndef tally(words, shared, lock):\n    with lock:\n"
         "        own = Counter(words)\n        for word, n in own.items():\n"
         "            shared[word] = shared.get(word, 0) + n", "The others wait while you count"),
        ("from collections import Counter\n\ndef tally(words, shared, lock):\n    mine = list(words)\n"
         "    with lock:\n        for word in set(mine):\n"
         "            shared[word] = shared.get(word, 0) + mine.count(word)",
         "The others wait while you count"),
        (instead(TALLY, "    with lock:\n        for word, n in own.items():\n"
                 "            shared[word] = shared.get(word, 0) + n",
                 "    with lock:\n        before = dict(shared)\n"
                 "    shared |= {word: before.get(word, 0) + n for word, n in own.items()}"),
         "both belong inside the lock"),
    ],
    "12.4": [
        ("def fetch_all(fetch, names, most):\n    return [fetch(name) for name in names]", "begin several before"),
        (instead(FETCH, "ThreadPoolExecutor(most)", "ThreadPoolExecutor(1 + len(names))"), "say so to the pool"),
        (instead(FETCH, "ThreadPoolExecutor(most)", "ThreadPoolExecutor(8)"), "say so to the pool"),
        (instead(FETCH, "list(pool.map(fetch, names))", "[pool.submit(fetch, name).result() for name in names]"),
         "begin several before"),
        (instead(FETCH, "list(pool.map(fetch, names))", "pool.map(fetch, names)"), "A list is wanted"),
        ("from concurrent.futures import ThreadPoolExecutor, as_completed\n\ndef fetch_all(fetch, names, most):\n"
         "    with ThreadPoolExecutor(most) as pool:\n        begun = [pool.submit(fetch, name) for name in names]\n"
         "        return [done.result() for done in as_completed(begun)][::-1]", "in the order of the names"),
        (instead(FETCH, "ThreadPoolExecutor(most)", "ThreadPoolExecutor(min(most, len(names)))"), "No names"),
        (instead(FETCH, "        return list(pool.map(fetch, names))",
                 "        got = []\n        for at in range(0, len(names), most):\n"
                 "            got += pool.map(fetch, names[at : at + most])\n            [*got]\n        return got"),
         "No batches"),
        (instead(FETCH, "list(pool.map(fetch, names))", "list(pool.map(fetch, dict.fromkeys(names)))"),
         "One result for each name"),
        (instead(FETCH, "        return list(pool.map(fetch, names))",
                 "        once = list(dict.fromkeys(names))\n        pages = dict(zip(once, pool.map(fetch, once)))\n"
                 "        return [pages[name] for name in names]"), "as often as it stands there"),
        (instead(FETCH, "        return list(pool.map(fetch, names))",
                 "        pages = list(pool.map(fetch, names))\n"
                 "        return pages if len(pages) != 1 else [fetch(names[0])]"),
         "none once more"),
        (instead(FETCH, "list(pool.map(fetch, names))",
                 "[p.result() for p in [pool.submit(fetch, names.pop(0)) for _ in range(len(names))]]"),
         "work on a copy"),
        (instead(FETCH, "        return list(pool.map(fetch, names))",
                 "        begun = [pool.submit(fetch, name) for name in names]\n"
                 "    return [one.result() for one in begun if not one.exception()]"), "not to be swallowed"),
    ],
    "12.5": [
        ("def choose(job):\n    return 'processes'", "has let the lock go"),
        ("def choose(job):\n    return 'threads'", "nothing shared"),
        ("def choose(job):\n    return job['work'] == 'python'", "as a text"),
        (instead(CHOOSE, ' or not job["gil"]', ""), "where there is none"),
        (instead(CHOOSE, '    if job["changes"]:\n        return "one thread"\n', ""), "which only threads share"),
        (instead(CHOOSE, ">= (3, 14)", "> (3, 14)"), "compares like a version"),
        (instead(CHOOSE, ">= (3, 14)", "> (3, 13, 9)"), "before (3, 14)"),
        (instead(CHOOSE, 'job["version"] >= (3, 14)', 'job["version"][1] >= 14'), "compares like a version"),
        (instead(CHOOSE, 'job["version"] >= (3, 14)', 'job["version"] in [(3, 14), (3, 15), (4, 0)]'),
         "compares like a version"),
        (instead(CHOOSE, 'job["version"] >= (3, 14)', '".".join(map(str, job["version"])) >= "3.14"'),
         "before (3, 14)"),
        (instead(CHOOSE, 'job["changes"]:', 'job.pop("changes"):'), "work on a copy"),
        (instead(CHOOSE, ">= (3, 14)", "== (3, 14)"), "compares like a version"),
        (instead(CHOOSE, ' and not job["packages"]', ""), "packages that refuse"),
        (instead(CHOOSE, 'job["version"] >= (3, 14) and ', ""), "before (3, 14)"),
        (instead(CHOOSE, 'job["work"] != "python" or', 'job["work"] == "waits" or'), "computes on plain numbers"),
        (instead(CHOOSE, '    if job["work"]',
                 '    if job["changes"]:\n        return "one thread"\n    if job["work"]'),
         "has let the lock go"),
        (instead(CHOOSE, '    return "processes"', '    "processes"'), "without a `return`"),
    ],
}  # fmt: skip
