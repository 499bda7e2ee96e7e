"""Wrong answers to the exercises of chapter 08, and a piece of the text that each must be shown.

``{id: [(source, fragment)]}``; the source defines the answer under its own name.
"""

from __future__ import annotations

JAGGED = """
import numpy as np

class Jagged:
    def __init__(self, lists):
        self.offsets = np.concatenate([[0], np.cumsum([len(x) for x in lists])]).astype(np.int64)
        self.content = np.array([value for x in lists for value in x], dtype=np.int64)

    def __len__(self):
        return len(self.offsets) - 1

    def __getitem__(self, i):
        if i < 0:
            i += len(self)
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self.content[self.offsets[i] : self.offsets[i + 1]]

    def tolist(self):
        return [self[i].tolist() for i in range(len(self))]
"""

SUMS = """
import numpy as np

def row_sums(offsets, content):
    sums = np.zeros(len(offsets) - 1, dtype=np.int64 if content.dtype.kind in "iu" else np.float64)
    full = np.diff(offsets) > 0
    if full.any():
        sums[full] = np.add.reduceat(content[: offsets[-1]], offsets[:-1][full], dtype=sums.dtype)
    return sums
"""

LOUDEST = """
import awkward as ak

def loudest(events):
    return ak.firsts(events[ak.argmax(events.energy, axis=-1, keepdims=True)])
"""

PAIRS = """
import awkward as ak
import numpy as np

def close_pairs(hits, within):
    pairs = ak.combinations(hits, 2)
    first, second = ak.unzip(pairs)
    wide = np.float64 if "float" in str(hits.type) else np.int64
    apart = abs(ak.values_astype(first, wide) - ak.values_astype(second, wide))
    return pairs[apart <= within]
"""

BYTES = """
def buffer_bytes(pulses):
    n = len(pulses)
    texts = [pulse["label"] for pulse in pulses if pulse["label"] is not None]
    return {
        "time": 8 * n,
        "samples offsets": 8 * (n + 1),
        "samples": 8 * sum(len(pulse["samples"]) for pulse in pulses),
        "label index": 8 * n,
        "label offsets": 8 * (len(texts) + 1),
        "label text": sum(len(text.encode()) for text in texts),
    }
"""


def instead(source: str, old: str, new: str) -> str:
    """The right answer with one mistake put in; the place must be there."""
    assert old in source, old
    return source.replace(old, new)


WRONG = {
    "8.1": [
        (instead(JAGGED, "np.cumsum([len(x) for x in lists])", "[len(x) for x in lists]"), "These are lengths"),
        (instead(JAGGED, "np.concatenate([[0], np.cumsum([len(x) for x in lists])])",
                 "np.cumsum([len(x) for x in lists])"), "These are the ends"),
        (instead(JAGGED, "np.cumsum([len(x) for x in lists])", "np.cumsum([len(x) for x in lists])[:-1]"),
         "These are the starts"),
        (instead(JAGGED, "for x in lists])]).astype", "for x in lists if x])]).astype"), "An empty list is a list"),
        (instead(JAGGED, "value in x], dtype=np.int64)", "value in x])"), "for no elements as well"),
        (instead(JAGGED, "value in x], dtype=np.int64)", "value in x], dtype=float).astype(np.int64)"),
         "loses their last digits"),
        (instead(JAGGED, "        if i < 0:\n            i += len(self)\n", ""), "counts from the end"),
        (instead(JAGGED, "        if not 0 <= i < len(self):\n            raise IndexError(i)\n",
                 "        if i == len(self):\n            return self.content[:0]\n"), "that is an IndexError"),
        (instead(JAGGED, "self.offsets[i + 1]]", "self.offsets[i + 1]].copy()"), "copies nothing"),
        (instead(JAGGED, "self[i].tolist() for", "list(self[i]) for"), "A list of lists of Python's integers"),
        (instead(JAGGED, "return len(self.offsets) - 1", "return len(self.offsets)"), "one less than there are"),
        (instead(JAGGED, "        self.offsets =", "        for x in lists:\n            x.sort()\n"
                 "        self.offsets ="), "work on a copy"),
        (instead(JAGGED, "        self.offsets =",
                 "        self.lists = [list(x) for x in lists]\n        self.offsets =")
         .replace("[self[i].tolist() for i in range(len(self))]", "[list(x) for x in self.lists]"),
         "not from a second copy"),
        (instead(JAGGED, "        self.content = np.array([value for x in lists for value in x], dtype=np.int64)\n",
                 "        self.content = np.array([value for x in lists for value in x], dtype=np.int64)\n"
                 "        self.rows = [np.array(x, dtype=np.int64) for x in lists]\n")
         .replace("return self.content[self.offsets[i] : self.offsets[i + 1]]", "return self.rows[i]"),
         "copies nothing"),
    ],
    "8.2": [
        ("import numpy as np\n\ndef row_sums(offsets, content):\n"
         "    return np.add.reduceat(content, offsets[:-1])", "An empty list has the sum 0"),
        (instead(SUMS, "np.diff(offsets) > 0", "offsets[:-1] < len(content)"), "An empty list has the sum 0"),
        ("import numpy as np\n\ndef row_sums(offsets, content):\n"
         "    sums = np.add.reduceat(np.append(content, 0), offsets[:-1])\n"
         "    sums[np.diff(offsets) == 0] = 0\n    return sums", "Cut the content there"),
        (instead(SUMS, "content[: offsets[-1]]", "content"), "Cut the content there"),
        (instead(SUMS, "    if full.any():\n        sums[full] = np.add.reduceat(content[: offsets[-1]], "
                 "offsets[:-1][full], dtype=sums.dtype)\n    return sums",
                 "    total = np.concatenate([[0], np.cumsum(content)])\n"
                 "    return (total[offsets[1:]] - total[offsets[:-1]]).astype(sums.dtype)"),
         "never gets rid of it"),
        (instead(SUMS, 'np.int64 if content.dtype.kind in "iu" else np.float64', "np.float64"),
         "Sums of integers are int64"),
        (instead(SUMS, 'dtype=np.int64 if content.dtype.kind in "iu" else np.float64', "dtype=content.dtype"),
         "may need more than 32 bits"),
        (instead(SUMS, "np.add.reduceat(content[: offsets[-1]], offsets[:-1][full], dtype=sums.dtype)",
                 "np.add.reduceat(np.nan_to_num(content[: offsets[-1]]), offsets[:-1][full], dtype=sums.dtype)"),
         "The sum of a list with a NaN is NaN"),
        ("""
import numpy as np

def row_sums(offsets, content):
    sums = np.zeros(len(offsets) - 1, dtype=np.int64 if content.dtype.kind in "iu" else np.float64)
    for i in range(len(sums)):
        sums[i] = np.sum(content[offsets[i] : offsets[i + 1]], dtype=sums.dtype)
    return sums
""", "still a loop over the lists"),
        (instead(SUMS, "    return sums", "    return sums.tolist()"), "Return an array of NumPy"),
        (instead(SUMS, "    sums = np", "    content.sort()\n    sums = np"), "work on a copy"),
        (instead(SUMS, "offsets[:-1][full], dtype=sums.dtype)", "offsets[:-1][full])"), "float32 as well"),
        ("import numpy as np\n\ndef row_sums(offsets, content):\n    lists = np.repeat(np.arange(len(offsets) - 1), "
         "np.diff(offsets))\n    sums = np.bincount(lists, content[offsets[0] : offsets[-1]], len(offsets) - 1)\n"
         "    return sums.astype(np.int64) if content.dtype.kind in 'iu' else sums.astype(float)",
         "a float on the way loses digits"),
        ("import numpy as np\n\ndef row_sums(offsets, content):\n"
         "    kind = np.int64 if content.dtype.kind in 'iu' else np.float64\n"
         "    values, at = content.astype(kind).tolist(), offsets.tolist()\n"
         "    return np.array([sum(values[a:b]) for a, b in zip(at, at[1:])], dtype=kind)",
         "still a loop over the lists"),
    ],
    "8.3": [
        ("import awkward as ak\n\ndef loudest(events):\n"
         "    return events[ak.argmax(events.energy, axis=-1)]", "selects whole events"),
        (instead(LOUDEST, "return ak.firsts(events[ak.argmax(events.energy, axis=-1, keepdims=True)])",
                 "return events[ak.argmax(events.energy, axis=-1, keepdims=True)]"), "takes the pulse out of it"),
        ("import awkward as ak\n\ndef loudest(events):\n    return ak.zip({\n"
         "        'time': ak.max(events.time, axis=-1), 'energy': ak.max(events.energy, axis=-1)})",
         "two different pulses"),
        (instead(LOUDEST, "def loudest(events):\n", "def loudest(events):\n    events = events[ak.num(events) > 0]\n"),
         "has no loudest one"),
        ("import awkward as ak\n\ndef loudest(events):\n    return ak.firsts(events)", "the largest energy"),
        (instead(LOUDEST, "ak.argmax", "ak.argmin"), "the largest energy"),
        (instead(LOUDEST, "axis=-1", "axis=0"), "Search within each event"),
        (instead(LOUDEST, "ak.argmax(events.energy", "ak.argmax(abs(events.energy)"), "may all be negative"),
        ("import awkward as ak\n\ndef loudest(events):\n    return ak.Array([\n"
         "        max(event, key=lambda pulse: pulse['energy'], default=None) for event in events.tolist()])",
         "Is there a loop over the events"),
        ("def loudest(events):\n    return [max(event, key=lambda pulse: pulse['energy'], default=None)\n"
         "            for event in events.tolist()]", "Return an Awkward Array"),
        (instead(LOUDEST, "ak.argmax(events.energy, axis=-1, keepdims=True)",
                 "ak.argsort(events.energy, axis=-1)[:, -1:]"), "take the first"),
        ("import awkward as ak\n\ndef loudest(events):\n"
         "    return ak.firsts(events[events.energy == ak.max(events.energy)])", "the largest energy"),
        ("import awkward as ak\n\ndef loudest(events):\n    energies = events.energy.tolist()\n"
         "    places = [[e.index(max(e))] if e else [] for e in energies]\n"
         "    return ak.firsts(events[ak.values_astype(ak.Array(places), int)])", "Is there a loop over the events"),
    ],
    "8.4": [
        (instead(PAIRS, "ak.combinations(hits, 2)", "ak.cartesian([hits, hits])"), "no hit with itself"),
        (instead(PAIRS, "ak.combinations(hits, 2)", "ak.combinations(hits, 2, replacement=True)"),
         "no hit with itself"),
        (instead(PAIRS, "apart <= within", "apart < within"), "exactly `within` apart"),
        (instead(PAIRS, "return pairs[apart <= within]", "return ak.flatten(pairs[apart <= within])"),
         "a list of pairs for each event"),
        (instead(PAIRS, "return pairs[apart <= within]", "kept = pairs[apart <= within]\n"
                 "    return kept[ak.num(kept) > 0]"), "a list of pairs for each event"),
        (instead(PAIRS, "    wide = np.float64 if \"float\" in str(hits.type) else np.int64\n", "")
         .replace("abs(ak.values_astype(first, wide) - ak.values_astype(second, wide))", "abs(first - second)"),
         "wrap around instead"),
        (instead(PAIRS, "abs(ak", "(ak"), "its size that counts"),
        (instead(PAIRS, "np.float64 if \"float\" in str(hits.type) else np.int64", "np.int64"), "may be floats"),
        (instead(PAIRS, "np.float64 if \"float\" in str(hits.type) else np.int64", "np.int16"), "may need 64 bits"),
        (instead(PAIRS, "np.float64 if \"float\" in str(hits.type) else np.int64", "np.float64"),
         "a float64 has 53 for them"),
        (instead(PAIRS, "    wide = np.float64", "    wide = None if \"uint\" not in str(hits.type) else np.float64")
         .replace("ak.values_astype(first, wide) - ak.values_astype(second, wide)",
                  "first - second if wide is None else ak.values_astype(first, np.int64) "
                  "- ak.values_astype(second, np.int64)"), "does not fit into eight bits"),
        (instead(PAIRS, "return pairs[apart <= within]",
                 "return ak.zip({\"0\": first, \"1\": second})[apart <= within]"), "a dict makes records"),
        (instead(PAIRS, "apart <= within", "(apart <= within) & (apart > 0)"), "Equal hits at different places"),
        (instead(PAIRS, "return pairs[apart <= within]", "return pairs[ak.any(apart <= within, axis=-1)]"),
         "a list of pairs for each event"),
        ("""
import awkward as ak

def close_pairs(hits, within):
    return ak.Array([
        [(a, b) for i, a in enumerate(event) for b in event[i + 1 :] if abs(a - b) <= within]
        for event in hits.tolist()
    ])
""", "Is there a loop over the events"),
    ],
    "8.5": [
        (instead(BYTES, '"samples offsets": 8 * (n + 1)', '"samples offsets": 8 * n'), "n + 1 offsets"),
        (instead(BYTES, "8 *", "4 *"), "take 8 bytes each"),
        (instead(BYTES, "len(text.encode())", "len(text)"), "stored as UTF-8"),
        (instead(BYTES, '"label index": 8 * n', '"label index": 8 * len(texts)'), "without a label as well"),
        (instead(BYTES, '"label index": 8 * n', '"label index": 8 * (n - len(texts))'), "without a label as well"),
        (instead(BYTES, "8 * (len(texts) + 1)", "8 * (n + 1)"), "nothing below"),
        (instead(BYTES, '"label index": 8 * n', '"label index": n // 8 + 1'), "without a label as well"),
        ("import sys\n" + instead(BYTES, '8 * sum(len(pulse["samples"]) for pulse in pulses)',
                                  'sum(sys.getsizeof(s) for pulse in pulses for s in pulse["samples"])'),
         "Python's integers become int64"),
        (instead(BYTES, '        "label index": 8 * n,\n', ""), "these six keys"),
        (instead(BYTES, "    n = len(pulses)\n", "    n = len(pulses)\n    pulses.reverse()\n"),
         "work on a copy"),
        (instead(BYTES, "len(texts) + 1", "len(set(texts)) + 1"), "nothing below"),
        ("import awkward as ak\n\ndef buffer_bytes(pulses):\n"
         "    buffers = ak.to_buffers(ak.Array(pulses))[2].values()\n"
         "    names = ['time', 'samples offsets', 'samples', 'label index', 'label offsets', 'label text']\n"
         "    return {name: buffer.nbytes for name, buffer in zip(names, buffers)}", "Work it out from counts"),
        ("from awkward import from_iter, to_buffers\n\ndef buffer_bytes(pulses):\n"
         "    buffers = to_buffers(from_iter(pulses))[2].values()\n"
         "    names = ['time', 'samples offsets', 'samples', 'label index', 'label offsets', 'label text']\n"
         "    return {name: buffer.nbytes for name, buffer in zip(names, buffers)}", "Work it out from counts"),
    ],
}  # fmt: skip
