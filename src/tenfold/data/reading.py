"""Reading files of the user's, with a limit to how much."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Protocol

from tenfold.errors import DataError
from tenfold.files import open_regular

__all__ = ["MAX_BYTES", "exists", "named_path", "read_at_most", "read_file", "read_head"]

# A million and a third images of 28 x 28: four times the largest published set of this kind (NIST's
# 402,953), and still within the memory of an ordinary machine.
MAX_BYTES = 2**30

_CHUNK_BYTES = 2**20


class _Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


def named_path(path: str | os.PathLike[str]) -> Path:
    """Return a path that a person has given, ``~`` standing for the home folder.

    Raises:
        DataError: It is no path, is empty, or names a user's home that there is not.
    """
    if not isinstance(path, (str, os.PathLike)) or not str(path) or "\0" in str(path):
        raise DataError(f"path: must name a file or folder, but is {path!r}")
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise DataError(f"{path}: cannot be found ({error}); write the folder out") from error


def exists(path: Path) -> bool:
    """Tell whether there is a file or folder; False also where the system refuses to look."""
    try:
        return path.exists()
    except OSError:  # a name that is too long, or a folder that may not be entered
        return False


def read_file(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Return the content of a file of at most ``limit`` bytes.

    Raises:
        DataError: It cannot be read, or is larger.
    """
    try:
        with open_regular(path) as stream:
            content = read_at_most(stream, limit + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(content) > limit:
        raise DataError(f"{path}: is larger than {limit:,} bytes, the most that is read; split it")
    return content


def read_head(path: Path, count: int = 4096) -> bytes:
    """Return the first ``count`` bytes of a file.

    Raises:
        DataError: It cannot be read.
    """
    try:
        with open_regular(path) as stream:
            return stream.read(count)
    except OSError as error:
        raise _unreadable(path, error) from error


def read_at_most(stream: _Readable, count: int) -> bytes:
    """Return the first ``count`` bytes of a stream, or all if there are fewer.

    ``stream.read(count)`` would claim memory for ``count`` bytes before it knows whether they come.
    """
    content = io.BytesIO()
    while count > 0 and (chunk := stream.read(min(count, _CHUNK_BYTES))):
        content.write(chunk)
        count -= len(chunk)
    return content.getvalue()


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path}: cannot be read ({error.strerror or error}); check the name and permissions"
    )
