"""Text and bytes: the four forms of str, bytes, bytearray."""

from __future__ import annotations

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.kinds.sequences import cached
from unladen.inside.layout import FREE_THREADED, HEAD, VERSION, WORD
from unladen.inside.object_memory import Look
from unladen.short import cut

_INTERNED = {0: "not interned", 1: "interned", 2: "interned, immortal", 3: "interned, immortal, static"}
_INTERNED_APART = FREE_THREADED and VERSION >= (3, 14)  # a byte of its own there
_WCHAR = 4
_FORMS = {1: "Latin-1", 2: "UCS-2", 4: "UCS-4"}
_PER_CHARACTER = {1: "1 byte each", 2: "2 bytes each", 4: "4 bytes each"}


def look_at_str(look: Look) -> Ruler:
    """A str: one block where it is compact; the characters take 1, 2 or 4 bytes each, as the widest one needs."""
    length = str.__len__(look.obj)
    interned, bits = _state(look)
    kind, compact, ascii_only = bits & 7, bool(bits >> 3 & 1), bool(bits >> 4 & 1)
    if kind not in _FORMS or ascii_only != str.isascii(look.obj):
        raise LayoutError(f"state bits {bits:#x} do not fit the characters")
    look.kind = f"str, {'ASCII' if ascii_only else _FORMS[kind]}, {'compact' if compact else 'two blocks'}"
    structure = _structure(compact, ascii_only)
    size = (length + 1) * kind
    ruler = look.own(structure + (size if compact else 0))
    if ruler.number("length", "q", "characters") != length:
        raise LayoutError("length is not the number of characters")
    cached(ruler, "hash")
    words = [f"kind {kind}", *["compact"] * compact, *["ascii"] * ascii_only]
    if _INTERNED_APART:
        ruler.number("state.interned", "B", _INTERNED.get(interned, ""))
    else:
        words.insert(0, _INTERNED[interned])
    ruler.number("state", "B", ", ".join(words), shown=f"{ruler.peek('B'):#04x}")
    ruler.padding(HEAD + 3 * WORD)
    data = look.address + structure
    buffers = _buffers(ruler, compact and ascii_only)
    if compact:
        _characters(look, ruler, kind)
    else:
        data = ruler.pointer("data", "→ the characters, a separate block")
        _characters(look, look.part("characters", data, size, note="a separate block"), kind)
    for name, address, nbytes in buffers:
        if address and address != data:
            part = look.part(name, address, nbytes, note="a separate block")
            raw = part.raw(nbytes)
            part.put(name, nbytes, raw, cut(repr(raw[:30])) + ", kept for C")
    return ruler


def _state(look: Look) -> tuple[int, int]:
    """Whether the text is interned (0 to 3), and the bits kind (3), compact, ascii."""
    first, second = look.read(look.address + HEAD + 2 * WORD, 2)
    return (first, second) if _INTERNED_APART else (first & 3, first >> 2)


def _structure(compact: bool, ascii_only: bool) -> int:
    """The size of the structure: PyASCIIObject, PyCompactUnicodeObject or PyUnicodeObject."""
    wide = VERSION == (3, 11)  # which still has wstr and wstr_length
    size = HEAD + 3 * WORD + WORD * wide
    if compact and ascii_only:
        return size
    return size + 2 * WORD + WORD * wide + WORD * (not compact)


def _buffers(ruler: Ruler, ascii_only: bool) -> list[tuple[str, int, int]]:
    """Take the pointers to further forms of the text; return their names, addresses and sizes in bytes."""
    found = []
    wstr = ruler.pointer("wstr", "→ a copy as wchar_t") if VERSION == (3, 11) else 0
    if not ascii_only:
        size = ruler.number("utf8_length", "q", "bytes of UTF-8") + 1
        found.append(("utf8", ruler.pointer("utf8", "→ a copy in UTF-8"), size))
        if VERSION == (3, 11):
            found.append(("wstr", wstr, (ruler.number("wstr_length", "q") + 1) * _WCHAR))
    return found


def _characters(look: Look, ruler: Ruler, kind: int) -> None:
    """Take the characters and the zero behind them; check them against the text."""
    text = str.__str__(look.obj)
    size = len(text) * kind
    raw = ruler.raw(size)
    codec = {1: "latin-1", 2: "utf-16-le", 4: "utf-32-le"}[kind]
    if len(raw) == size and raw.decode(codec, "surrogatepass") != text:
        raise LayoutError("the characters are others")
    ruler.put(
        "characters", size, text, f"{len(text):,} characters, {_PER_CHARACTER[kind]}", shown=cut(repr(text[:30]), 30)
    )
    ruler.put("(terminator)", kind, 0, "a zero, for C")


def look_at_bytes(look: Look) -> Ruler:
    """A bytes: its length, its hash, and the bytes in the object itself."""
    length = bytes.__len__(look.obj)
    look.kind = f"bytes of {length:,}"
    ruler = look.own(look.counted)
    if ruler.number("ob_size", "q", "bytes") != length:
        raise LayoutError("ob_size is not the number of bytes")
    cached(ruler, "ob_shash")
    raw = ruler.raw(length)
    if raw != bytes.__getitem__(look.obj, slice(len(raw))):
        raise LayoutError("the bytes are others")
    ruler.put("ob_sval", length, raw, "the bytes", shown=cut(repr(raw[:30]), 30))
    ruler.put("(terminator)", 1, 0, "a zero, for C")
    return ruler


def look_at_bytearray(look: Look) -> Ruler:
    """A bytearray: a head, and a pointer to the bytes, which are a block of their own with room to grow."""
    length = bytearray.__len__(look.obj)
    look.kind = f"bytearray of {length:,}"
    ruler = look.own(look.form.basicsize)
    if ruler.number("ob_size", "q", "bytes") != length:
        raise LayoutError("ob_size is not the number of bytes")
    allocated = ruler.number("ob_alloc", "q", "bytes in the separate block")
    address = ruler.pointer("ob_bytes", "→ that block")
    start = ruler.pointer("ob_start", "→ the first byte in use")
    ruler.number("ob_exports", "q", "views that forbid growing")
    if not 0 <= length <= allocated + 1 or allocated > look.counted:
        raise LayoutError(f"{length} bytes cannot have {allocated} allocated")
    if allocated:
        part = look.part("bytes", address, allocated, note="a separate block")
        skipped = start - address
        part.put("(removed)", skipped, None, "room left by bytes taken away", volatile=True)
        raw = part.raw(length)
        part.put("bytes", length, raw, "the bytes", shown=cut(repr(raw[:30]), 30))
        part.put("(terminator)", min(1, part.left), 0, "a zero, for C")
        part.rest("(free)", "allocated, not used")
    return ruler
