"""A PNG file whose header promises more pixels than any machine should decode."""

from __future__ import annotations

import struct
import zlib


def huge_png(width: int = 20_000, height: int = 20_000) -> bytes:
    """A valid header for so many black pixels, and the beginning of their data."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        sum_ = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    row = zlib.compress(b"\x00" * (width + 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")
