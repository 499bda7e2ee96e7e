"""``peek``: the bytes of a live Python object, field by field."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from unladen.inside import layout, peek_drawn
from unladen.inside.fields import Block, Field, LayoutError, Ruler
from unladen.inside.kinds.which import divide
from unladen.inside.memory import Read, UnreadableError, reader
from unladen.inside.object_memory import Look
from unladen.short import name_of

_ATTEMPTS = 3  # another thread may change an object while it is read
_COUNTERS = {"ob_refcnt": (0, "q"), "ob_ref_local": (12, "I"), "ob_ref_shared": (16, "q")}


@dataclass
class Peek:
    """What memory holds of one object at the moment of the call. It shows itself, and keeps no reference to the object.

    ``kind`` says what the object is inside, ``size`` is its number of bytes as ``sys.getsizeof`` counts them,
    ``fields`` are those of its own block in address order, ``parts`` the further blocks that belong to it; ``why_raw``
    tells why the fields are not known, where they are not. ``peek(x)["ob_refcnt"]`` finds a field by its name, in the
    parts too.
    """

    kind: str
    size: int
    fields: list[Field]
    parts: list[Block] = field(default_factory=list)
    why_raw: str = ""
    remarks: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list, repr=False)

    def __getitem__(self, name: str) -> Field:
        for block in self.blocks:
            try:
                return block[name]
            except KeyError:
                continue
        names = ", ".join(field.name for field in self.fields)
        parts = "".join(f"; the {part.name}: {', '.join(f.name for f in part.fields)}" for part in self.parts)
        raise KeyError(f"no field {name!r} in this {self.kind}; it has {names}{parts}")

    def __repr__(self) -> str:
        return peek_drawn.as_text(self)

    def _repr_html_(self) -> str:
        return peek_drawn.as_html(self)


def peek(obj: object) -> Peek:
    """Show the bytes of ``obj`` as they lie in memory now, divided into fields under the names that CPython gives them.

    The reference count is the one that the object has when nobody peeks: the references that ``peek`` itself holds are
    left out of it. Works without touching the object: no code of its class runs, no ``__dict__`` or copy is made.
    Objects of kinds unknown to it, and unknown builds of Python, are shown as they are, undivided, with the reason.
    Layouts: CPython's headers, by version; see ``unladen/inside/layout.md``. Memory is read through the kernel and
    no pointer found in it is followed as a Python object, so that a wrong layout cannot crash the process.
    """
    held = [obj]
    del obj  # on 3.14 this parameter may have been a borrowed reference; the list's reference always counts
    reason = layout.unknown_build()
    if reason:
        return _nothing(held[0], reason)
    with reader() as read:
        counts = _own_references(read, held)
        for _ in range(_ATTEMPTS):
            look = Look(held, read, counts)
            try:
                divide(look)
                return _result(look)
            except Exception as error:  # whatever it is, the object's bytes can still be shown
                reason = str(error) or type(error).__name__
        return _undivided(held, read, counts, reason)


def _own_references(read: Read, held: list[object]) -> dict[str, int]:
    """How much of each counting field is due to one reference: found by taking two more and looking again."""
    address = id(held[0])
    names = ("ob_ref_local", "ob_ref_shared") if layout.FREE_THREADED else ("ob_refcnt",)
    before = read(address, layout.HEAD)
    more = held + held
    after = read(address, layout.HEAD)
    del more
    counts = {}
    for name in names:
        at, code = _COUNTERS[name]
        if layout.VERSION >= (3, 14) and name == "ob_refcnt":
            code = "I"
        difference = struct.unpack_from(f"={code}", after, at)[0] - struct.unpack_from(f"={code}", before, at)[0]
        counts[name] = difference // 2 if difference in (2, 8) else 0
    return counts


def _result(look: Look, reason: str = "") -> Peek:
    own, *parts = look.blocks
    size = look.counted + look.form.pre_header + look.claimed
    return Peek(look.kind, size, own.fields, parts, reason, look.remarks, look.blocks)


def _undivided(held: list[object], read: Read, counts: dict[str, int], reason: str) -> Peek:
    """The bytes of an object whose layout turned out to be unknown: its head, and the rest raw."""
    look = Look(held, read, counts)
    look.kind = f"{name_of(look.cls)} object"
    try:
        look.own(max(look.form.basicsize, layout.HEAD)).rest()
        return _result(look, reason)
    except (LayoutError, UnreadableError, struct.error):
        look.blocks = [Block("object", look.address, 0, layout.HEAD, layout.HEAD)]
        Ruler(read, look.blocks[0], look.name).rest()
        return _result(look, reason)


def _nothing(obj: object, reason: str) -> Peek:
    return Peek(f"{type(obj).__name__} object", 0, [], [], reason)
