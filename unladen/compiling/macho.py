"""Where a Mach-O file (macOS) keeps its debug information and the names that it exports."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_MAGIC = 0xFEEDFACF  # 64 bits, in this machine's byte order: every Mac since 2007
_SEGMENT, _SYMBOLS = 0x19, 0x2
_STAB, _PRIVATE, _TYPE, _EXTERNAL, _IN_SECTION = 0xE0, 0x10, 0x0E, 0x01, 0x0E


def is_macho(data: bytes) -> bool:
    """Tell whether these are the first bytes of such a file."""
    return len(data) >= 4 and struct.unpack("<I", data[:4])[0] == _MAGIC


def beside(library: Path) -> Path:
    """Return the file with a library's debug information: the compiler puts it into a bundle beside the library."""
    bundle = library.with_name(f"{library.name}.dSYM") / "Contents" / "Resources" / "DWARF" / library.name
    return bundle if bundle.is_file() else library


def names(data: bytes) -> dict[str, int]:
    """Return the addresses of what a file exports, by its names in C (without the underscore that macOS adds)."""
    found = {}
    for command, start in _commands(data):
        if command != _SYMBOLS:
            continue
        at, count, texts, _ = struct.unpack_from("<4I", data, start + 8)
        for row in range(at, at + 16 * count, 16):
            text, kind, _, _, address = struct.unpack_from("<IBBHQ", data, row)
            exported = kind & _EXTERNAL and not kind & (_STAB | _PRIVATE) and kind & _TYPE == _IN_SECTION
            if exported:
                name = data[texts + text : data.index(b"\0", texts + text)].decode("utf-8", "replace")
                found[name.removeprefix("_")] = address
    return found


def sections(data: bytes) -> dict[str, bytes]:
    """Return the contents of the sections with debug information: "info", "str", "line" …"""
    found = {}
    for command, start in _commands(data):
        if command != _SEGMENT:
            continue
        for row in range(struct.unpack_from("<I", data, start + 64)[0]):
            name, _, _, size, at = struct.unpack_from("<16s16sQQI", data, start + 72 + 80 * row)
            if name.startswith(b"__debug_"):
                # a name has sixteen letters and no more: __debug_str_offs
                word = name.rstrip(b"\0").decode().removeprefix("__debug_")
                found["str_offsets" if word == "str_offs" else word] = data[at : at + size]
    return found


def _commands(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the kind and the place of each load command."""
    start = 32
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        command, size = struct.unpack_from("<II", data, start)
        yield command, start
        start += size
