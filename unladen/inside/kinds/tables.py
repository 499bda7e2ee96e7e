"""Hash tables: dict with its keys object, set and frozenset."""

from __future__ import annotations

import struct
from itertools import islice

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.layout import FREE_THREADED, HEAD, VERSION, WORD, has_base
from unladen.inside.object_memory import Look, elements
from unladen.inside.safe_words import brief

KEYS_HEAD = 32  # sizeof(PyDictKeysObject) without the arrays that follow
_GENERAL, _UNICODE, _SPLIT = 0, 1, 2
_KINDS = {_GENERAL: "general: any keys", _UNICODE: "unicode: str keys only", _SPLIT: "split: the keys are shared"}
_SAME_HASH = (int, bool, float, complex)  # hashes that are the same in every run
_SEARCHED = 10_000
_MOST_LOG2 = 40


def _steady(keys: object) -> bool:
    """Whether all keys are of types whose hash, and so their place in the table, is the same in every run."""
    return all(any(type(key) is same for same in _SAME_HASH) for key in islice(keys, _SEARCHED))


def look_at_dict(look: Look) -> Ruler:
    """A dict: a head, and a pointer to the keys object: a table of small indices into an array of entries."""
    length = dict.__len__(look.obj)
    ruler = look.own(look.form.basicsize)
    if ruler.number("ma_used", "q", "items") != length:
        raise LayoutError("ma_used is not the number of items")
    tag = "_ma_watcher_tag" if VERSION >= (3, 14) else "ma_version_tag"
    ruler.number(tag, "Q", "" if VERSION >= (3, 14) else "changes with every change", volatile=True)
    keys = ruler.pointer("ma_keys", "→ the keys object")
    values = ruler.pointer("ma_values", "→ the values")
    look.kind = f"dict of {length:,}, {'split' if values else 'combined'} table"
    log2, log2_bytes, kind = look.read(keys + WORD, 3)
    references = struct.unpack("=q", look.read(keys, WORD))[0]
    if bool(values) != (kind == _SPLIT):
        raise LayoutError(f"a keys object of kind {kind} does not go with values at {values:#x}")
    counted = references == 1
    shared = "shared with the class's other instances" if values else "shared with all empty dicts"
    note = "a separate block" if counted else shared
    items = list(islice(dict.items(look.obj), 12)) + list(islice(reversed(dict.items(look.obj)), 4))
    for key, value in items:
        look.knows([key, value])
    part = keys_object(look, keys, counted, note, _steady(dict.keys(look.obj)))
    if values:
        _split_values(look, values, part)
    return ruler


def keys_size(head: bytes) -> int:
    """The size in bytes of a whole keys object, from its first bytes (CPython: _PyDict_KeysSize)."""
    log2, log2_bytes, kind = head[WORD : WORD + 3]
    if log2 == 0 and kind == _UNICODE:
        return KEYS_HEAD + 8  # the one that all empty dicts share
    if kind not in _KINDS or not 3 <= log2 <= _MOST_LOG2 or not log2 <= log2_bytes <= log2 + 3:
        raise LayoutError(f"no keys object: log2 sizes {log2} and {log2_bytes}, kind {kind}")
    return KEYS_HEAD + (1 << log2_bytes) + _usable(log2) * (24 if kind == _GENERAL else 16)


def _usable(log2: int) -> int:
    return (1 << log2) * 2 // 3 if log2 else 0


def keys_object(look: Look, address: int, counted: bool, note: str, steady: bool) -> Ruler:
    """A block for a keys object (PyDictKeysObject): head, indices by hash, entries in order of insertion."""
    ruler = look.part("keys", address, keys_size(look.read(address, KEYS_HEAD)), counted, note)
    ruler.number("dk_refcnt", "q", "owners of these keys", volatile=not counted)
    log2 = ruler.peek("B")
    ruler.number("dk_log2_size", "B", f"2**{log2} = {1 << log2} places")
    log2_bytes = ruler.peek("B")
    ruler.number("dk_log2_index_bytes", "B", f"in {1 << log2_bytes} bytes")
    kind = ruler.peek("B")
    ruler.number("dk_kind", "B", _KINDS[kind])
    if FREE_THREADED:
        ruler.number("dk_mutex", "B")
    ruler.padding(12)
    ruler.number("dk_version", "I", volatile=True)
    ruler.number("dk_usable", "q", "entries left before it grows", volatile=kind == _SPLIT)
    entries = ruler.number("dk_nentries", "q", "entries used")
    if not 0 <= entries <= _usable(log2):
        raise LayoutError(f"{entries} entries in a table for {_usable(log2)}")
    _indices(ruler, log2, log2_bytes if log2 else 3, steady)
    _entries(look, ruler, kind, entries, steady)
    if ruler.left:
        free = _usable(log2) - entries
        span = f"dk_entries[{entries}]" if free == 1 else f"dk_entries[{entries} … {entries + free - 1}]"
        ruler.put(span, ruler.left, None, f"not used: room for {free:,} more", volatile=True)
    return ruler


def _indices(ruler: Ruler, log2: int, log2_bytes: int, steady: bool) -> None:
    code = {0: "b", 1: "h", 2: "i", 3: "q"}[log2_bytes - log2] if log2 else "b"
    raw = ruler.raw(1 << log2_bytes)
    count = len(raw) // struct.calcsize(f"={code}")
    places = list(struct.unpack(f"={count}{code}", raw))
    shown = " ".join("·" if place == -1 else "×" if place == -2 else str(place) for place in places[:16])
    note = "by hash: the entry's number; · is free" + (", × was removed" if -2 in places else "")
    more = {} if steady else {"volatile": True, "moving": True}
    ruler.put("dk_indices", 1 << log2_bytes, places, note, shown=shown + " …" * (count > 16), **more)


def _entries(look: Look, ruler: Ruler, kind: int, count: int, steady: bool) -> None:
    """One field an entry; its value is the tuple of its words: the hash where the kind is general, key, value."""
    general = kind == _GENERAL
    size = 24 if general else 16
    code = "=qQQ" if general else "=QQ"
    first, last = elements(count)
    for index in first:
        _entry(look, ruler, f"dk_entries[{index}]", code, size, kind, steady)
    if last:
        middle = last.start - first.stop
        words = ruler.raw(middle * size)
        values = list(struct.iter_unpack(code, words[: len(words) // size * size]))
        span = f"dk_entries[{first.stop} … {last.start - 1}]"
        ruler.put(span, middle * size, values, f"{middle:,} more entries", volatile=True)
    for index in last:
        _entry(look, ruler, f"dk_entries[{index}]", code, size, kind, steady)


def _entry(look: Look, ruler: Ruler, name: str, code: str, size: int, kind: int, steady: bool) -> None:
    words = struct.unpack(code, ruler.raw(size))
    key, value = words[-2:]
    hashed = f"hash {words[0]:,}, " * (kind == _GENERAL and steady)
    if kind == _SPLIT:
        note = f"{_key(look, key)}; its value is elsewhere"
    elif not value:
        note = "removed"
    else:
        note = f"{hashed}{_key(look, key)} → {look.name(value) or '?'}"
    ruler.put(name, size, words, note, volatile=True)


def _key(look: Look, address: int) -> str:
    return look.name(address) or brief(text_at(look, address))


def text_at(look: Look, address: int) -> str:
    """The text of a str known by its address alone, read from its bytes, not as an object; ASCII only, else ''."""
    head = look.read(address, HEAD + 3 * WORD)
    type_address = struct.unpack_from("=Q", head, HEAD - WORD)[0]
    length = struct.unpack_from("=q", head, HEAD)[0]
    states = (HEAD + 2 * WORD + 1, 0b11000) if FREE_THREADED and VERSION >= (3, 14) else (HEAD + 2 * WORD, 0b1100000)
    if type_address != id(str) or head[states[0]] & states[1] != states[1] or not 0 <= length < 1000:
        return ""
    return look.read(address + HEAD + 3 * WORD + WORD * (VERSION == (3, 11)), length).decode("ascii", "replace")


def _split_values(look: Look, address: int, keys: Ruler) -> None:
    """The values of a split table."""
    usable = keys.block["dk_usable"].value + keys.block["dk_nentries"].value
    names = key_names(look, keys.block)
    if VERSION >= (3, 13):
        values_after(look, address, 0, usable, names, counted=usable * WORD)
    else:
        values_before(look, address, usable, names, counted=usable * WORD)


def key_names(look: Look, keys) -> list[str]:
    """The keys of a block made by ``keys_object``, in words."""
    entries = [
        field for field in keys.fields if field.name.startswith("dk_entries[") and isinstance(field.value, tuple)
    ]
    return [_key(look, field.value[-2]) for field in entries]


def values_before(look: Look, address: int, capacity: int, names: list[str], counted: int = 0) -> None:
    """The values of an instance's attributes on 3.11 and 3.12: before them stand bytes that hold their order."""
    prefix, used = look.read(address - 2, 2)[::-1]
    if prefix != -(-(capacity + 2) // WORD) * WORD and not prefix >= capacity + 2 or used > capacity:
        raise LayoutError(f"values with a prefix of {prefix} bytes, {used} of {capacity} used")
    part = look.part("values", address, prefix + capacity * WORD, counted, "a separate block", start=-prefix)
    part.put("(order)", prefix - 2, None, "the order of insertion, from the back", volatile=True)
    part.number("(used)", "B", "how many are set")
    part.number("(prefix)", "B", "bytes before the values")
    _values(look, part, capacity, names)


def values_after(look: Look, address: int, start: int, usable: int, names: list[str], counted: int = 0) -> None:
    """The values of an instance's attributes on 3.13 and 3.14: four bytes, the values, their order (PyDictValues).

    Instances made early have room for more attributes than the ``usable`` ones that their class's keys still allow.
    """
    capacity = look.read(address + start, 1)[0]
    if not usable <= capacity <= 30:
        raise LayoutError(f"values for {capacity}, not for {usable}")
    size = WORD + capacity * WORD + -(-capacity // WORD) * WORD
    name = "inline values" if start else "values"
    part = look.part(name, address, size, counted, start=start)
    part.number("capacity", "B", "room for so many")
    part.number("size", "B", "how many are set")
    part.number("embedded", "B", "1: right behind the object")
    part.number("valid", "B", "0: moved to a dict of their own")
    part.padding(part.block.start + WORD)
    _values(look, part, capacity, names)
    part.put("(order)", part.left, None, "the order of insertion", volatile=True)


def _values(look: Look, ruler: Ruler, capacity: int, names: list[str]) -> None:
    for index in range(min(capacity, len(names))):
        value = ruler.peek("Q")
        ruler.pointer(f"values[{index}]", f"{names[index]} → {look.name(value) or '?'}" if value else "")
    free = capacity - min(capacity, len(names))
    if free:
        ruler.put(
            f"values[{capacity - free} …]",
            free * WORD,
            None,
            f"room for {free} more attribute{'s' * (free > 1)}",
            volatile=True,
        )


def look_at_set(look: Look) -> Ruler:
    """A set or frozenset: a table of keys and their hashes, inside the object as long as it has 8 places."""
    base = frozenset if has_base(look.cls, frozenset) else set
    length = base.__len__(look.obj)
    look.kind = f"{base.__name__} of {length:,}"
    steady = _steady(base.__iter__(look.obj))
    ruler = look.own(look.form.basicsize)
    ruler.number("fill", "q", "places taken, removed ones too")
    if ruler.number("used", "q", "items") != length:
        raise LayoutError("used is not the number of items")
    mask = ruler.peek("q")
    ruler.number("mask", "q", f"{mask + 1:,} places, less one")
    small = look.address + ruler.at + 3 * WORD
    inside = ruler.peek("Q") == small
    table = ruler.pointer("table", "→ smalltable, below" if inside else "→ a table of its own")
    if mask + 1 & mask or mask < 7 or length > mask:
        raise LayoutError(f"no set has a mask of {mask}")
    value = ruler.peek("q")
    ruler.number("hash", "q", "not computed yet" if value == -1 else "the hash, kept", volatile=value != -1)
    ruler.number("finger", "q", "where pop() looks next", volatile=not steady)
    if inside:
        _places(look, ruler, "smalltable", 8, steady)
    else:
        ruler.put("smalltable", 8 * 16, None, "room for 8, not in use now", volatile=True)
        _places(look, look.part("table", table, (mask + 1) * 16, note="a separate block"), "table", mask + 1, steady)
    ruler.pointer("weakreflist", "→ the weak references to it")
    return ruler


def _places(look: Look, ruler: Ruler, name: str, count: int, steady: bool) -> None:
    """One field a place; its value is the pair (address of the key, hash)."""
    first, last = elements(count)
    for index in first:
        _place(look, ruler, f"{name}[{index}]", steady)
    if last:
        middle = last.start - first.stop
        raw = ruler.raw(middle * 16)
        pairs = list(struct.iter_unpack("=Qq", raw[: len(raw) // 16 * 16]))
        span = f"{name}[{first.stop} … {last.start - 1}]"
        ruler.put(span, middle * 16, pairs, f"{middle:,} more places", volatile=True)
    for index in last:
        _place(look, ruler, f"{name}[{index}]", steady)


def _place(look: Look, ruler: Ruler, name: str, steady: bool) -> None:
    key, hashed = pair = struct.unpack("=Qq", ruler.raw(16))
    note = f"hash {hashed:,} → {look.name(key) or '?'}"
    if not key:
        note = "free"
    elif hashed == -1:
        note = "removed"
    ruler.put(name, 16, pair, note, volatile=bool(key) or not steady, moving=not steady)
