"""Where a Mach-O file (macOS) keeps its debug information and the names that it exports."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

_MAGIC = 0xFEEDFACF  # 64 bits, in this machine's byte order: every Mac since 2007
_SEGMENT, _SYMBOLS = 0x19, 0x2
_STAB, _PRIVATE, _TYPE, _EXTERNAL, _IN_SECTION = 0xE0, 0x10, 0x0E, 0x01, 0x0E
# what pyelftools asks for
_ASKED = ("info", "aranges", "abbrev", "frame", "str", "loc", "ranges", "pubtypes", "pubnames", "line", "addr")
_ASKED += ("str_offsets", "line_str", "loclists", "rnglists", "sup", "types")


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


def debug(data: bytes):
    """Return pyelftools' view of a file's debug information, None if it has none."""
    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DwarfConfig, DWARFInfo

    found = {
        name: DebugSectionDescriptor(io.BytesIO(content), f".debug_{name}", 0, len(content), 0)
        for name, content in _sections(data)
    }
    if "info" not in found:
        return None
    wanted = {f"debug_{name}_sec": found.get(name) for name in _ASKED}
    config = DwarfConfig(little_endian=True, machine_arch="AArch64", default_address_size=8)
    return DWARFInfo(config, **wanted, eh_frame_sec=None, gnu_debugaltlink_sec=None)


def _commands(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the kind and the place of each load command."""
    start = 32
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        command, size = struct.unpack_from("<II", data, start)
        yield command, start
        start += size


def _sections(data: bytes) -> Iterator[tuple[str, bytes]]:
    for command, start in _commands(data):
        if command != _SEGMENT:
            continue
        for row in range(struct.unpack_from("<I", data, start + 64)[0]):
            at = start + 72 + 80 * row
            name, _, _, size, offset = struct.unpack_from("<16s16sQQI", data, at)
            if name.startswith(b"__debug_"):
                # a name has sixteen letters and no more: __debug_str_offs
                word = name.rstrip(b"\0").decode().removeprefix("__debug_")
                yield {"str_offs": "str_offsets"}.get(word, word), data[offset : offset + size]
