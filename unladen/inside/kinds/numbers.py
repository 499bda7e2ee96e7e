"""Numbers, and None: int, bool, float, complex."""

from __future__ import annotations

import struct
import sys

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.layout import HEAD, VERSION
from unladen.inside.object_memory import Look, elements

_SHIFT = sys.int_info.bits_per_digit
_DIGIT = sys.int_info.sizeof_digit
_CODE = "I" if _DIGIT == 4 else "H"


def look_at_int(look: Look) -> Ruler:
    """An int: its sign and number of digits, then the digits in base 2**30, the lowest first."""
    number = int.__index__(look.obj) if type(look.obj) is not int else look.obj
    ruler = look.own(look.counted)
    digits = _size_and_sign(ruler, number)
    look.kind = f"int, {'negative, ' if number < 0 else ''}{digits} {'digit' if digits == 1 else 'digits'}"
    if look.cls is bool:
        look.kind = "bool, an int of one digit" if digits else "bool, an int without digits"
    elif not digits:
        look.kind = "int, zero"
    _digits(ruler, abs(number), digits or ruler.left // _DIGIT)
    return ruler


def _size_and_sign(ruler: Ruler, number: int) -> int:
    """Take the field that says how many digits there are, and the sign."""
    digits = -(-number.bit_length() // _SHIFT)
    words = f"{digits:,} {'digit' if digits == 1 else 'digits'}"
    if VERSION == (3, 11):
        size = ruler.number("ob_size", "q", f"{words}, {'negative' if number < 0 else 'not negative'}")
        if abs(size) != digits or (size < 0) != (number < 0):
            raise LayoutError(f"ob_size is {size}, which does not fit the number")
        return digits
    tag = ruler.peek("Q")
    sign = {0: "positive", 1: "zero", 2: "negative"}.get(tag & 3)
    small = ", a shared small int" if VERSION >= (3, 14) and tag & 4 else ""
    if tag >> 3 != digits or sign != ("positive" if number > 0 else "negative" if number else "zero"):
        raise LayoutError(f"lv_tag is {tag}, which does not fit the number")
    ruler.number("lv_tag", "Q", f"{words} ({tag} >> 3), {sign} (2 low bits: {tag & 3}){small}")
    return digits


def _digits(ruler: Ruler, size: int, count: int) -> None:
    first, last = elements(count)
    for index in first:
        _digit(ruler, index)
    if last:
        middle = last.start - first.stop
        raw = ruler.raw(middle * _DIGIT)
        values = list(struct.unpack(f"={len(raw) // _DIGIT}{_CODE}", raw[: len(raw) // _DIGIT * _DIGIT]))
        ruler.put(f"ob_digit[{first.stop} … {last.start - 1}]", middle * _DIGIT, values, f"{middle:,} more digits")
    for index in last:
        _digit(ruler, index)


def _digit(ruler: Ruler, index: int) -> None:
    note = "" if not index else f"times 2**{_SHIFT}" if index == 1 else f"times 2**({_SHIFT} · {index})"
    ruler.number(f"ob_digit[{index}]", _CODE, note)


def look_at_float(look: Look) -> Ruler:
    """A float: an IEEE 754 double."""
    look.kind = "float"
    ruler = look.own(look.counted)
    _double(ruler, "ob_fval")
    return ruler


def look_at_complex(look: Look) -> Ruler:
    """A complex: two doubles."""
    look.kind = "complex"
    ruler = look.own(look.counted)
    _double(ruler, "cval.real")
    _double(ruler, "cval.imag")
    return ruler


def _double(ruler: Ruler, name: str) -> None:
    raw = ruler.raw(8)
    (value,) = struct.unpack("=d", raw)
    bits = int.from_bytes(raw, "little")
    exponent = bits >> 52 & 0x7FF
    said = f"sign {bits >> 63}, exponent 2**{exponent - 1023}" if 0 < exponent < 0x7FF else "a double without exponent"
    ruler.put(name, 8, value, said if value and value == value else "", shown=repr(value))


def look_at_none(look: Look) -> Ruler:
    """None: nothing but a head."""
    look.kind = "None, nothing but a head"
    return look.own(HEAD)
