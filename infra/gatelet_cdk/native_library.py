"""Native libraries without what only debuggers and linkers read. System V ABI, chapters 4 and 5

Done here and not by `strip`, because that program may be missing and knows one architecture only, while a bundle for
arm64 is made on any machine.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION_TABLE_OFFSET = struct.Struct("<Q"), 0x28
_SECTION_TABLE_SHAPE = struct.Struct("<HHH"), 0x3A
_SEGMENT = struct.Struct("<IIQQQQQQ")
_LOADED = 1


def strip(library: Path) -> None:
    """Keep the bytes of the segments, which are all that a loader maps; the section table describes the rest.

    What is not a 64-bit little-endian ELF file, or is damaged, stays as it is.
    """
    content = library.read_bytes()
    kept = _segments_of(content)
    if not kept:
        return
    stripped = bytearray(max(end for _, end in kept))
    for start, end in kept:
        stripped[start:end] = content[start:end]
    _forget_sections(stripped)
    mode = library.stat().st_mode
    library.unlink()  # uv links the files of its cache, and writing into one would change it there
    library.write_bytes(stripped)
    library.chmod(mode)


def _segments_of(content: bytes) -> list[tuple[int, int]]:
    """Return where the header, the program header table and each segment lie."""
    if len(content) < _HEADER.size or not content.startswith(_ELF64_LITTLE_ENDIAN):
        return []
    header = _HEADER.unpack_from(content)
    table, size, count = header[5], header[9], header[10]
    if size != _SEGMENT.size or not count or table + size * count > len(content):
        return []
    segments = [_SEGMENT.unpack_from(content, table + size * number) for number in range(count)]
    ranges = [(offset, offset + length) for _, _, offset, _, _, length, _, _ in segments]
    if not any(segment[0] == _LOADED for segment in segments) or max(end for _, end in ranges) > len(content):
        return []
    return [(0, _HEADER.size), (table, table + size * count), *ranges]


def _forget_sections(content: bytearray) -> None:
    offset, offset_at = _SECTION_TABLE_OFFSET
    shape, shape_at = _SECTION_TABLE_SHAPE
    entry_size = shape.unpack_from(content, shape_at)[0]
    offset.pack_into(content, offset_at, 0)
    shape.pack_into(content, shape_at, entry_size, 0, 0)
