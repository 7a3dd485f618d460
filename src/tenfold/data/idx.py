"""IDX, the file format of MNIST: four bytes of magic, the dimensions, then the values.

The format is described at http://yann.lecun.com/exdb/mnist/: two zero bytes, one byte for the type
and one for the number of dimensions, each dimension as a big-endian 32-bit number, and the values
in C order.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.data.reading import MAX_BYTES, read_at_most, read_file
from tenfold.errors import DataError

__all__ = [
    "idx_bytes",
    "is_gzip",
    "is_idx",
    "parse_idx",
    "read_idx",
    "unpack_idx",
]

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(text): code for code, text in _TYPES.items()}
_MAX_DIMENSIONS = 4
_GZIP_MAGIC = b"\x1f\x8b"


class _Header(NamedTuple):
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    length: int
    """Length of the header itself, in bytes."""

    @property
    def total(self) -> int:
        """Length that the whole file must have, in bytes."""
        return self.length + math.prod(self.shape) * self.dtype.itemsize


def is_gzip(head: bytes) -> bool:
    """Tell whether a file that begins with ``head`` is compressed by gzip."""
    return head.startswith(_GZIP_MAGIC)


def is_idx(head: bytes) -> bool:
    """Tell whether an uncompressed file that begins with ``head`` (4 bytes or more) is IDX."""
    return (
        len(head) >= 4
        and head[:2] == b"\0\0"
        and head[2] in _TYPES
        and 1 <= head[3] <= _MAX_DIMENSIONS
    )


def parse_idx(content: bytes, name: str, *, limit: int = MAX_BYTES) -> NDArray[Any]:
    """Return the array in an IDX file.

    Args:
        content: The whole file, gzipped or not.
        name: What messages call it.
        limit: Most bytes that the uncompressed file may have.

    Returns:
        The array in the shape and type that the file states, in native byte order and read-only.

    Raises:
        DataError: It is not IDX, is damaged, shorter or longer than it states, or too large.
    """
    content = unpack_idx(content, name, limit=limit)
    header = _read_header(io.BytesIO(content), name, limit)
    values = np.frombuffer(content, header.dtype, offset=header.length)
    try:
        values = values.reshape(header.shape)
    except ValueError as error:  # no value at all, but sides whose product overflows
        raise DataError(f"{name}: states the shape {header.shape}, which is none") from error
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    values.flags.writeable = False
    return values


def read_idx(path: Path, *, limit: int = MAX_BYTES) -> NDArray[Any]:
    """Return the array in the IDX file at ``path``; otherwise as `parse_idx`.

    Raises:
        DataError: It cannot be read, or `parse_idx` refuses it.
    """
    return parse_idx(read_file(path, limit=limit), str(path), limit=limit)


def unpack_idx(content: bytes, name: str, *, limit: int = MAX_BYTES) -> bytes:
    """Return the uncompressed bytes of an IDX file, gzipped or not, whose length is right.

    Nothing is inflated beyond the length that the header states plus one byte, so a small file
    cannot fill the memory.

    Raises:
        DataError: As in `parse_idx`.
    """
    if not content:
        raise DataError(f"{name}: is empty; expected an IDX file, so fetch or copy it again")
    compressed = is_gzip(content)
    stream: BinaryIO = io.BytesIO(content)
    if compressed:
        stream = gzip.GzipFile(fileobj=stream)  # type: ignore[assignment]
    try:
        header = _read_header(stream, name, limit)
        if not compressed:
            _check_length(len(content), header, name)
            return content
        stream.seek(0)
        unpacked = read_at_most(stream, header.total + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{name}: is a damaged gzip file ({error}); fetch or copy it again"
        ) from error
    _check_length(len(unpacked), header, name)
    return unpacked


def idx_bytes(array: NDArray[Any]) -> bytes:
    """Return ``array`` as an uncompressed IDX file.

    Args:
        array: One to four dimensions; uint8, int8, int16, int32, float32 or float64.

    Raises:
        DataError: IDX cannot hold it.
    """
    code = _CODES.get(array.dtype.newbyteorder(">"))
    if code is None or not 1 <= array.ndim <= _MAX_DIMENSIONS:
        raise DataError(
            "array: IDX holds 1 to 4 dimensions of uint8, int8, int16, int32, float32 or float64, "
            f"got {array.ndim} dimensions of {array.dtype}"
        )
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + np.ascontiguousarray(array, dtype=np.dtype(_TYPES[code])).tobytes()


def _read_header(stream: BinaryIO, name: str, limit: int) -> _Header:
    magic = stream.read(4)
    if not is_idx(magic):
        raise DataError(
            f"{name}: is not an IDX file: expected it to begin with 00 00, a type (08 to 0e) and "
            f"the number of dimensions (01 to 04), found {magic.hex(' ') or 'nothing'}; "
            "check that it is the original file"
        )
    dimensions = magic[3]
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise DataError(
            f"{name}: is cut off: expected {4 + 4 * dimensions} bytes of header, "
            f"found {4 + len(sizes)}; fetch or copy it again"
        )
    shape = struct.unpack(f">{dimensions}I", sizes)
    header = _Header(np.dtype(_TYPES[magic[2]]), shape, 4 + 4 * dimensions)
    if header.total > limit:
        raise DataError(
            f"{name}: states {' x '.join(map(str, shape))} values, {header.total:,} bytes, "
            f"but at most {limit:,} are read; it is damaged, or must be split"
        )
    return header


def _check_length(found: int, header: _Header, name: str) -> None:
    if found == header.total:
        return
    problem = "is cut off" if found < header.total else "is longer than it states"
    more = "" if found < header.total else " or more"
    raise DataError(
        f"{name}: {problem}: its header states {' x '.join(map(str, header.shape))} values, so "
        f"expected {header.total:,} bytes, found {found:,}{more}; fetch or copy it again"
    )
