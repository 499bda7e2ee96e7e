"""Types in a compiler's debug information (DWARF), as ``CType`` describes them."""

from __future__ import annotations

import re
from dataclasses import replace

from unladen.compiling.declared import CType

# what a number is, by DWARF's number for its encoding
_ENCODINGS = {2: "bool", 3: "complex", 4: "float", 5: "int", 6: "int", 7: "unsigned", 8: "unsigned", 16: "unsigned"}
_SIZES = {"float": (4, 8), "complex": (8, 16), "int": (1, 2, 4, 8), "unsigned": (1, 2, 4, 8), "bool": (1,)}
_RECORDS = {"structure": "struct", "class": "struct", "union": "union"}
_STANDARD_COMPLEX = re.compile(r"complex<(float|double)>")
_WORDS = ("unsigned", "signed", "short", "long", "int", "char", "float", "double", "complex", "bool", "void")


def plain(words: list[str]) -> str:
    """Name a type in one way: `long unsigned int` is "unsigned long", `signed` is "int", `_Bool` is "bool"."""
    words = [{"_Complex": "complex", "_Bool": "bool"}.get(word, word) for word in words]
    if not set(words) <= set(_WORDS):
        return " ".join(words)
    words = [word for word in words if word != "signed" or "char" in words] or ["int"]
    return " ".join(sorted([word for word in words if word != "int"] or ["int"], key=_WORDS.index))


def named(die) -> str:
    """Return the name of an entry, "" if it has none."""
    found = die.attributes.get("DW_AT_name")
    return found.value.decode("utf-8", "replace") if found else ""


def number(die, attribute: str) -> int | None:
    """Return an attribute if it is a plain number (an expression is not)."""
    found = die.attributes.get(attribute)
    return found.value if found and isinstance(found.value, int) and "ref" not in found.form else None


class Types:
    """The types of one compilation unit, in ``c`` or C++: each is read once."""

    def __init__(self, c: bool) -> None:
        self._c = c  # where a struct is spelled `struct node`
        self._known: dict[tuple[int, bool], CType] = {}

    def of(self, die, deep: bool = True) -> CType:
        """Return the type that the entry ``die`` refers to; with ``deep``, a struct comes with its fields."""
        if "DW_AT_type" not in die.attributes:
            return CType("void", "void")
        target = die.get_DIE_from_attribute("DW_AT_type")
        at = target.offset, deep
        if at not in self._known:
            self._known[at] = CType("other", named(target))  # what contains itself is cut here
            self._known[at] = self._read(target, deep)
        return self._known[at]

    def _read(self, die, deep: bool) -> CType:
        tag = die.tag.removeprefix("DW_TAG_").removesuffix("_type")
        size = number(die, "DW_AT_byte_size") or 0
        if tag in ("const", "volatile", "restrict", "atomic"):
            inner = self.of(die, deep)
            return replace(inner, const=True) if tag == "const" else inner
        if tag == "typedef":
            inner = self.of(die, deep)
            return inner if inner.kind == "void" else replace(inner, name=named(die))
        if tag == "base":
            return _base(die, size)
        if tag == "pointer":
            return CType("pointer", "", size or die.cu["address_size"], self.of(die, deep))
        if tag in ("reference", "rvalue_reference"):
            return CType("reference", "", size or die.cu["address_size"], self.of(die, deep))
        if tag == "array" and "DW_AT_GNU_vector" not in die.attributes:
            return self._array(die, deep)
        if tag == "subroutine":
            return CType("function", of=self.of(die, False))
        if tag == "enumeration":
            return self._enumeration(die, size)
        if tag in _RECORDS:
            return self._record(die, _RECORDS[tag], size, deep)
        return CType("other", named(die), size)

    def _array(self, die, deep: bool) -> CType:
        """Return an array; one of several dimensions is an array of arrays."""
        found = self.of(die, deep)
        for row in reversed([child for child in die.iter_children() if child.tag == "DW_TAG_subrange_type"]):
            count, last = number(row, "DW_AT_count"), number(row, "DW_AT_upper_bound")
            extent = count if count is not None or last is None else last + 1
            found = CType("array", "", (extent or 0) * found.size, found, extent=extent)
        return found

    def _enumeration(self, die, size: int) -> CType:
        if "DW_AT_type" in die.attributes:
            inner = self.of(die)
        else:
            values = [number(one, "DW_AT_const_value") or 0 for one in die.iter_children()]
            inner = CType("int" if min(values, default=0) < 0 else "unsigned", "int", size)
        return CType("enum", self._tagged("enum", named(die)), size or inner.size, inner)

    def _tagged(self, kind: str, name: str) -> str:
        return f"{kind} {name}" if self._c and name else name

    def _record(self, die, kind: str, size: int, deep: bool) -> CType:
        name = named(die)
        if match := _STANDARD_COMPLEX.fullmatch(name):
            return CType("complex", f"std::{name}", size, CType("float", match[1], size // 2))
        found = CType(kind, self._tagged(kind, name), size)
        if not deep or "DW_AT_declaration" in die.attributes:
            return found
        return replace(found, fields=tuple(self._fields(die)))

    def _fields(self, die):
        for member in die.iter_children():
            shared = "DW_AT_external" in member.attributes or "DW_AT_declaration" in member.attributes
            if member.tag not in ("DW_TAG_member", "DW_TAG_inheritance") or shared:
                continue
            at, bits = number(member, "DW_AT_data_member_location") or 0, number(member, "DW_AT_bit_size")
            if bits is not None:
                at = (number(member, "DW_AT_data_bit_offset") or 8 * at) // 8
                yield named(member), at, CType("other", f"{self.of(member, False).name}:{bits}")
            else:
                yield named(member), at, self._field(member)

    def _field(self, member) -> CType:
        """Return a field's type: records that it holds with their fields, records that it points to without."""
        target = member.get_DIE_from_attribute("DW_AT_type")
        while target.tag in ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_array_type"):
            if "DW_AT_type" not in target.attributes:
                break
            target = target.get_DIE_from_attribute("DW_AT_type")
        return self.of(member, target.tag not in ("DW_TAG_pointer_type", "DW_TAG_reference_type"))


def _base(die, size: int) -> CType:
    name = plain(named(die).split())
    encoding = number(die, "DW_AT_encoding")
    if name == "complex" and encoding == 3:
        name = {8: "float complex", 16: "double complex"}.get(size, name)  # clang says no more
    if name == "char":
        return CType("char", name, size)
    kind = _ENCODINGS.get(encoding, "other")
    inner = None
    if kind == "complex":
        inner = CType("float", {8: "float", 16: "double"}.get(size, ""), size // 2)
    return CType(kind if size in _SIZES.get(kind, ()) else "other", name, size, inner)
