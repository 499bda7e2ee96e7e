"""Right answers to the exercises of chapter 08, in other styles than the solution's."""

from __future__ import annotations

RIGHT = {
    "8.1": [
        """
import numpy as np
from itertools import accumulate, chain

class Jagged:
    def __init__(self, lists):
        self.offsets = np.fromiter(accumulate(map(len, lists), initial=0), dtype=np.int64)
        self.content = np.fromiter(chain.from_iterable(lists), dtype=np.int64)

    def __len__(self):
        return self.offsets.size - 1

    def __getitem__(self, i):
        start, end = list(zip(self.offsets, self.offsets[1:]))[i]
        return self.content[start:end]

    def tolist(self):
        return [part.tolist() for part in self]
""",
        """
import numpy as np

class Jagged:
    def __init__(self, lists):
        lengths = np.array([len(inner) for inner in lists], dtype=np.int64)
        self.offsets = np.zeros(len(lists) + 1, dtype=np.int64)
        self.offsets[1:] = lengths.cumsum()
        self.content = np.empty(lengths.sum(), dtype=np.int64)
        for start, inner in zip(self.offsets, lists):
            self.content[start : start + len(inner)] = inner
        self.parts = [self.content[a:b] for a, b in zip(self.offsets[:-1], self.offsets[1:])]

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, i):
        return self.parts[i]

    def tolist(self):
        return [part.tolist() for part in self.parts]
""",
        """
import numpy as np

class Jagged:
    def __init__(self, lists):
        self.offsets = np.array([sum(map(len, lists[:i])) for i in range(len(lists) + 1)], dtype="int64")
        self.content = np.array(sum(lists, []), dtype="int64")

    def __len__(self):
        return self.offsets.shape[0] - 1

    def __getitem__(self, i):
        if not -len(self) <= i < len(self):
            raise IndexError(f"there is no list {i}")
        return self.content[slice(*self.offsets[i % len(self):][:2])]

    def tolist(self):
        values, at = self.content.tolist(), self.offsets.tolist()
        return [values[a:b] for a, b in zip(at, at[1:])]
""",
    ],
    "8.2": [
        """
import numpy as np

def row_sums(offsets, content):
    sums = np.zeros(len(offsets) - 1, np.int64 if np.issubdtype(content.dtype, np.integer) else np.float64)
    lists = np.repeat(np.arange(len(sums)), np.diff(offsets))
    np.add.at(sums, lists, content[offsets[0] : offsets[-1]])
    return sums
""",
        """
import awkward as ak
import numpy as np

def row_sums(offsets, content):
    wide = content.astype(np.int64 if content.dtype.kind in "iu" else np.float64)
    layout = ak.contents.ListOffsetArray(ak.index.Index64(offsets), ak.contents.NumpyArray(wide))
    return ak.to_numpy(ak.sum(ak.Array(layout), axis=-1))
""",
        """
import numpy as np

def row_sums(offsets, content):
    kind = np.float64 if content.dtype.kind == "f" else np.int64
    padded = np.append(content[: offsets[-1]].astype(kind), np.zeros(1, kind))
    if len(offsets) < 2:
        return padded[:0]
    sums = np.add.reduceat(padded, offsets[:-1])
    return np.where(np.diff(offsets) > 0, sums, kind(0))
""",
    ],
    "8.3": [
        """
import awkward as ak

def loudest(events):
    return ak.firsts(events[events.energy == ak.max(events.energy, axis=-1)])
""",
        """
import awkward as ak

def loudest(events):
    order = ak.argsort(events.energy, axis=-1, ascending=False, stable=True)
    return ak.pad_none(events[order], 1)[:, 0]
""",
        """
import awkward as ak

def loudest(events):
    place = ak.local_index(events.energy)
    return ak.firsts(events[place == ak.argmax(events["energy"], axis=1)], axis=1)
""",
    ],
    "8.4": [
        """
import awkward as ak
import numpy as np

def close_pairs(hits, within):
    first, second = ak.unzip(ak.combinations(hits, 2))
    if not np.issubdtype(ak.to_numpy(ak.flatten(hits)).dtype, np.floating):
        first, second = ak.values_astype(first, "int64"), ak.values_astype(second, "int64")
    apart = np.maximum(first, second) - np.minimum(first, second)
    return ak.combinations(hits, 2)[apart <= within]
""",
        """
import awkward as ak
import numpy as np

def close_pairs(hits, within):
    if ak.to_numpy(ak.flatten(hits)).dtype.kind in "iu":
        hits = ak.values_astype(hits, np.int64)
    pairs = ak.combinations(hits, 2, fields=["one", "other"])
    apart = pairs.one - pairs.other
    kept = pairs[(apart <= within) & (-apart <= within)]
    return ak.zip((kept.one, kept.other))
""",
        """
import awkward as ak
import numpy as np

def close_pairs(hits, within):
    i, j = ak.unzip(ak.argcombinations(hits, 2))
    one, other = hits[i], hits[j]
    if "float" not in str(hits.type):
        wide = [ak.values_astype(part, np.int64) for part in (one, other)]
        close = np.abs(wide[0] - wide[1]) <= within
    else:
        close = np.abs(one - other) <= within
    return ak.zip((one[close], other[close]))
""",
    ],
    "8.5": [
        """
def buffer_bytes(pulses):
    sizes = dict.fromkeys(["time", "samples", "label index", "label text"], 0)
    sizes |= {"samples offsets": 8, "label offsets": 8}
    for pulse in pulses:
        sizes["time"] += 8
        sizes["samples offsets"] += 8
        sizes["samples"] += 8 * len(pulse["samples"])
        sizes["label index"] += 8
        if pulse["label"] is not None:
            sizes["label offsets"] += 8
            sizes["label text"] += len(pulse["label"].encode("utf-8"))
    return sizes
""",
        """
import numpy as np

def buffer_bytes(pulses):
    texts = [p["label"] for p in pulses if p["label"] is not None]
    counts = np.array([len(pulses), len(pulses) + 1, sum(len(p["samples"]) for p in pulses), len(pulses),
                       len(texts) + 1])
    names = "time", "samples offsets", "samples", "label index", "label offsets"
    return dict(zip(names, 8 * counts)) | {"label text": len("".join(texts).encode())}
""",
        """
def buffer_bytes(pulses):
    def utf8(text):
        return sum(1 + (c > "\\x7f") + (c > "\\u07ff") + (c > "\\uffff") for c in text)

    label = [pulse["label"] for pulse in pulses]
    return {
        "label text": sum(utf8(text or "") for text in label),
        "label offsets": 8 + 8 * (len(label) - label.count(None)),
        "label index": len(label) * 8,
        "samples": sum(8 for pulse in pulses for _ in pulse["samples"]),
        "samples offsets": len(label) * 8 + 8,
        "time": len(label) * 8,
    }
""",
    ],
}
