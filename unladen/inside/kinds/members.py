"""Where a type's own fields lie inside its instances: slots, and what types written in C name."""

from __future__ import annotations

import struct
import types
from dataclasses import dataclass

from unladen.inside.fields import Ruler
from unladen.inside.layout import HEAD, WORD, of_type
from unladen.inside.memory import UnreadableError
from unladen.inside.object_memory import Look

# structmember.h / descrobject.h: the type codes of members, as struct has them; "P" is a pointer to an object
_OBJECT, _OBJECT_EX = 6, 16
_CODES = {0: "h", 1: "i", 2: "q", 4: "d", 8: "b", 9: "B", 10: "H", 11: "I", 12: "Q", 14: "b", 17: "q", 18: "Q", 19: "q"}
_POINTERS = (_OBJECT, _OBJECT_EX)


@dataclass(frozen=True)
class Member:
    """One member of a structure: its name, its offset in bytes, and ``struct``'s code (P: a pointer to an object)."""

    name: str
    offset: int
    code: str


def members(look: Look) -> dict[int, Member]:
    """The members that the object's type and its bases declare, by offset: ``__slots__``, and members written in C.

    A member descriptor points to the C structure that says where its member lies (PyMemberDef); it is read there.
    """
    found: dict[int, Member] = {}
    for cls in of_type(look.cls, "__mro__"):
        for descriptor in of_type(cls, "__dict__").values():
            if type(descriptor) is types.MemberDescriptorType and descriptor.__objclass__ is cls:
                member = _declared(look, descriptor.__name__, descriptor)
                if member and 0 < member.offset < 1 << 16:
                    found.setdefault(member.offset, member)
    return found


def _declared(look: Look, name: str, descriptor: types.MemberDescriptorType) -> Member | None:
    try:
        (at,) = struct.unpack("=Q", look.read(id(descriptor) + HEAD + 3 * WORD, WORD))  # PyMemberDescrObject.d_member
        code, offset = struct.unpack("=i4xq", look.read(at + WORD, 2 * WORD))
    except UnreadableError:
        return None
    return Member(name, offset, "P" if code in _POINTERS else _CODES[code]) if code in (*_CODES, *_POINTERS) else None


def take_members(look: Look, ruler: Ruler) -> None:
    """Divide what is left of a block by what is known of it: members, ``__dict__``, the weak references."""
    known = members(look) | _usual(look)
    stop = ruler.at + ruler.left
    while ruler.left:
        member = known.get(ruler.at)
        if member and struct.calcsize(f"={member.code.replace('P', 'Q')}") <= ruler.left:
            _take(look, ruler, member)
            continue
        following = min([offset for offset in known if ruler.at < offset < stop] + [stop])
        ruler.put("(unnamed)", following - ruler.at, None, "not known to peek", volatile=True)


def _take(look: Look, ruler: Ruler, member: Member) -> None:
    if member.name in _USUAL:
        ruler.pointer(member.name, _USUAL[member.name])
    elif member.code == "P":
        address = ruler.peek("Q")
        ruler.pointer(member.name, f"→ {look.name(address) or '?'}", unset="not set")
    elif member.code == "d":
        (value,) = struct.unpack("=d", ruler.raw(8))
        ruler.put(member.name, 8, value, shown=repr(value))
    else:
        ruler.number(member.name, member.code, volatile=True)


_USUAL = {"__dict__": "→ its __dict__", "__weakref__": "→ the weak references to it"}


def _usual(look: Look) -> dict[int, Member]:
    known = {}
    form = look.form
    if form.dictoffset > 0:
        known[form.dictoffset] = Member("__dict__", form.dictoffset, "P")
    elif form.dictoffset < -1 and not form.managed_dict and form.itemsize:  # 3.11: counted from the end of the items
        at = look.end_of_items() + form.dictoffset
        known[at] = Member("__dict__", at, "P")
    if form.weakrefoffset > 0:
        known[form.weakrefoffset] = Member("__weakref__", form.weakrefoffset, "P")
    return known
