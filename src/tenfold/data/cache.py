"""The user's cache: where it is, what is in it, and how files get there in one piece.

    ROOT/mnist/     the four IDX files, uncompressed
    ROOT/sets/NAME/ labelled sets that were imported under a name

ROOT is the environment variable ``TENFOLD_CACHE``, or else the platform's cache folder for tenfold.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tenfold.data.checksums import check_file, known_files
from tenfold.data.reading import named_path, read_file
from tenfold.errors import DataError
from tenfold.files import write_bytes

__all__ = ["cache_root", "mnist_folder", "problems", "read_cache", "sets_folder", "store"]

_ABANDONED_SECONDS = 3600.0


def cache_root() -> Path:
    """Return the folder of everything that tenfold keeps between runs; it need not exist."""
    named = os.environ.get("TENFOLD_CACHE")
    if named:
        return named_path(named)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("tenfold", appauthor=False))


def mnist_folder() -> Path:
    """Return the folder of the cached MNIST; it need not exist."""
    return cache_root() / "mnist"


def sets_folder() -> Path:
    """Return the folder of the labelled sets imported under a name; it need not exist."""
    return cache_root() / "sets"


def problems() -> dict[str, str]:
    """Check the cached MNIST: return a sentence for each file that is wrong, by its name."""
    found = {}
    for name in known_files():
        try:
            _read_verified(name)
        except DataError as error:
            found[name] = str(error)
    return found


def read_cache() -> dict[str, bytes] | None:
    """Return the four cached files, verified; None if there is no cache at all.

    Raises:
        DataError: One file is missing or is not what it must be; the message names it.
    """
    folder = mnist_folder()
    if not any((folder / name).exists() for name in known_files()):
        return None
    return {name: _read_verified(name) for name in known_files()}


def store(files: Mapping[str, bytes]) -> Path:
    """Put MNIST's files into the cache and return its folder.

    Each file appears under its name whole or not at all. Two processes may store at once: what they
    write is the same, and a file that is already right is left alone.

    Args:
        files: The uncompressed files, by name; each is checked once more before it is written.

    Raises:
        DataError: One is not MNIST's.
        OutputError: The cache cannot be written, or the disk is full.
    """
    folder = mnist_folder()
    _drop_abandoned(folder)
    for name, content in files.items():
        check_file(name, content, name)
        if not _is_right(name):
            write_bytes(folder / name, content)
    return folder


def _read_verified(name: str) -> bytes:
    path = mnist_folder() / name
    if not path.exists():
        raise DataError(f"{path}: is missing")
    content = read_file(path)
    check_file(name, content, str(path))
    return content


def _is_right(name: str) -> bool:
    try:
        _read_verified(name)
    except DataError:
        return False
    return True


def _drop_abandoned(folder: Path) -> None:
    """Remove temporary files of processes that were killed; young ones may still be in use."""
    for name in known_files():
        for path in folder.glob(f".{name}.*"):
            with suppress(OSError):  # another process may have renamed it this instant
                if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                    path.unlink(missing_ok=True)
