"""What an ELF file (Linux) holds: the sections of its debug information, and the functions that it exports.

Written out because it is short, and because the library that reads the rest takes three times as long for this part.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_MAGIC = b"\x7fELF"
_SYMBOLS, _COMPRESSED, _ZLIB = 11, 0x800, 1
_FUNCTION, _CHOSEN_LATE = 2, 10
_SECTION = {2: "IIQQQQIIQQ", 1: "IIIIIIIIII"}  # by the width of addresses: 64 and 32 bits
_SYMBOL = {2: "IBBHQQ", 1: "IIIBBH"}


@dataclass(frozen=True)
class _Section:
    name: int
    kind: int
    flags: int
    at: int
    size: int
    link: int


def is_elf(data: bytes) -> bool:
    """Tell whether this is such a file."""
    return data.startswith(_MAGIC)


def sections(data: bytes) -> dict[str, bytes]:
    """Return the contents of the sections with debug information: "info", "str", "line" …"""
    found = {}
    rows, names = _sections(data)
    for row in rows:
        end = data.index(b"\0", names.at + row.name)
        name = data[names.at + row.name : end].decode("ascii", "replace")
        if name.startswith(".debug_"):
            content = _content(data, row)
            if content is not None:
                found[name.removeprefix(".debug_")] = content
    return found


def names(data: bytes) -> dict[str, int | None]:
    """Return the addresses of the functions that a library exports; None where the loader chooses one of several."""
    order, width = _ways(data)
    rows, _ = _sections(data)
    symbol = struct.Struct(order + _SYMBOL[width])
    found: dict[str, int | None] = {}
    for table in rows:
        if table.kind != _SYMBOLS:
            continue
        texts = rows[table.link].at
        for fields in symbol.iter_unpack(data[table.at : table.at + table.size]):
            if width == 2:
                text, info, _, section, address, _ = fields
            else:
                text, address, _, info, _, section = fields
            if section and info & 15 in (_FUNCTION, _CHOSEN_LATE):
                name = data[texts + text : data.index(b"\0", texts + text)].decode("utf-8", "replace")
                found[name] = address if info & 15 == _FUNCTION else None
    return found


def shape(data: bytes) -> tuple[bool, int]:
    """Return whether the lowest byte of a number comes first, and how many bytes an address has."""
    order, width = _ways(data)
    return order == "<", 4 * width


def _ways(data: bytes) -> tuple[str, int]:
    return "<" if data[5] == 1 else ">", data[4]


def _sections(data: bytes) -> tuple[list[_Section], _Section]:
    """Return the table of sections, and which of them holds their names."""
    order, width = _ways(data)
    start = struct.unpack_from(order + "QI"[width == 1], data, 40 if width == 2 else 32)[0]
    size, count, texts = struct.unpack_from(order + "HHH", data, 58 if width == 2 else 46)
    row = struct.Struct(order + _SECTION[width])
    found = []
    for n in range(count):
        name, kind, flags, _, at, length, link, *_ = row.unpack_from(data, start + n * size)
        found.append(_Section(name, kind, flags, at, length, link))
    return found, found[texts]


def _content(data: bytes, row: _Section) -> bytes | None:
    content = data[row.at : row.at + row.size]
    if not row.flags & _COMPRESSED:
        return content
    order, width = _ways(data)
    if struct.unpack_from(order + "I", content)[0] != _ZLIB:
        return None
    return zlib.decompress(content[24 if width == 2 else 12 :])
