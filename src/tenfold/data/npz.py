"""NumPy's ``.npz`` files, read without trust: no pickles, and nothing larger than it says."""

from __future__ import annotations

import io
import lzma
import math
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.data.reading import MAX_BYTES, read_at_most
from tenfold.errors import DataError

__all__ = ["Npz", "is_zip", "open_npz"]

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    tokenize.TokenError,  # of a header that is no Python literal, as these are written
    MemoryError,  # of one that is nested as deeply as the parser can go
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # an encrypted member; NotImplementedError, an unknown compression, is one too
)


class Npz(NamedTuple):
    """A ``.npz`` file: where it is, what messages call it, and the names of the arrays in it."""

    file: Path | BinaryIO
    name: str
    names: tuple[str, ...]

    def read(self, key: str) -> NDArray[Any]:
        """Return one array.

        Raises:
            DataError: It is damaged, holds Python objects, or is larger than `MAX_BYTES`.
        """
        try:
            with zipfile.ZipFile(self.file) as archive, archive.open(f"{key}.npy") as stream:
                size = archive.getinfo(f"{key}.npy").file_size
                if size > MAX_BYTES:
                    raise DataError(
                        f"{self.name}: array '{key}' has {size:,} bytes, but at most "
                        f"{MAX_BYTES:,} are read; split it"
                    )
                return _parse_npy(read_at_most(stream, size), f"{self.name}: array '{key}'")
        except _DAMAGE as error:
            raise DataError(
                f"{self.name}: array '{key}' cannot be read ({error}); fetch or save it again"
            ) from error


def is_zip(head: bytes) -> bool:
    """Tell whether a file that begins with ``head`` is a zip archive, as ``.npz`` files are."""
    return head.startswith(b"PK\x03\x04")


def open_npz(file: Path | BinaryIO, name: str) -> Npz:
    """Look into a ``.npz`` file, which messages call ``name``.

    Raises:
        DataError: It cannot be read, or is not a zip archive.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.namelist()
    except _DAMAGE as error:
        raise DataError(
            f"{name}: is not a readable .npz file ({error}); fetch or save it again"
        ) from error
    names = (member.removesuffix(".npy") for member in members if member.endswith(".npy"))
    return Npz(file, name, tuple(sorted(names)))


def _parse_npy(content: bytes, name: str) -> NDArray[Any]:
    """Return the array in a ``.npy`` file whose length is what its header states."""
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        raise DataError(f"{name}: has .npy version {version}, expected 1.0 or 2.0; save it again")
    if dtype.hasobject:
        raise DataError(
            f"{name}: holds Python objects, which are never loaded because they can run code; "
            "save plain numbers"
        )
    if not all(type(side) is int and side >= 0 for side in shape):
        raise DataError(f"{name}: states the shape {shape}, which is none; fetch or save it again")
    expected, found = math.prod(shape) * dtype.itemsize, len(content) - stream.tell()
    if expected != found:
        raise DataError(
            f"{name}: states {shape} values of {dtype}, so expected {expected:,} bytes, "
            f"found {found:,}; fetch or save it again"
        )
    flat: NDArray[Any] = np.frombuffer(content, dtype, offset=stream.tell())
    return flat.reshape(shape, order="F" if fortran else "C")
