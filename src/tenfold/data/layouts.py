"""Where MNIST's files lie in a folder: names, spellings and subfolders that other tools use."""

from __future__ import annotations

from pathlib import Path

from tenfold.data.checksums import check_file, check_files, known_files
from tenfold.data.idx import idx_bytes, unpack_idx
from tenfold.data.npz import Npz, is_zip, open_npz
from tenfold.data.reading import exists, read_file, read_head
from tenfold.errors import DataError

__all__ = ["PREFIXES", "files_of_npz", "find_idx", "find_npz", "read_mnist"]

PREFIXES = {"train": "train", "test": "t10k"}
"""How MNIST's file names begin, by split."""

# torchvision keeps the files in MNIST/raw below the folder that it is given.
_SUBFOLDERS = ("", "raw", "MNIST/raw")


def find_idx(folder: Path, name: str) -> Path | None:
    """Return the file ``name`` of MNIST in ``folder``, gzipped or not; None if it is not there.

    Names with a dot before ``idx`` count too, and the subfolders that torchvision makes.
    """
    for subfolder in _SUBFOLDERS:
        for spelling in (name, name.replace("-idx", ".idx")):
            for ending in ("", ".gz"):
                path = folder / subfolder / f"{spelling}{ending}"
                if path.is_file():
                    return path
    return None


def find_npz(path: Path) -> Path | None:
    """Return ``path`` if it is a zip file, or the ``mnist.npz`` in the folder ``path``, or None."""
    if path.is_dir():
        inside = path / "mnist.npz"
        return inside if inside.is_file() else None
    if path.is_file() and is_zip(read_head(path)):
        return path
    return None


def read_mnist(path: Path) -> dict[str, bytes]:
    """Return MNIST's four uncompressed IDX files from a folder or a ``mnist.npz``, verified.

    Args:
        path: A folder with the IDX files (gzipped or not) or with ``mnist.npz``; or such a file.

    Raises:
        DataError: A file is missing or damaged, or is not MNIST's.
    """
    if not exists(path):
        raise DataError(
            f"{path}: does not exist; expected a folder with MNIST's IDX files, or mnist.npz"
        )
    npz = find_npz(path)
    found = {name: find_idx(path, name) for name in known_files()} if path.is_dir() else {}
    if npz is not None and not any(found.values()):
        return check_files(files_of_npz(open_npz(npz, str(npz))), str(npz))
    missing = [name for name in known_files() if found.get(name) is None]
    if missing:
        some = ", ".join(missing) if len(missing) < len(known_files()) else "all of them"
        raise DataError(
            f"{path}: expected MNIST's four IDX files (gzipped or not) or mnist.npz, "
            f"missing: {some}"
        )
    return {name: _read_verified(file, name) for name, file in found.items() if file is not None}


def _read_verified(path: Path, name: str) -> bytes:
    content = unpack_idx(read_file(path), str(path))
    check_file(name, content, str(path))
    return content


def files_of_npz(npz: Npz) -> dict[str, bytes]:
    """Return the arrays of Keras's ``mnist.npz`` as IDX files, by MNIST's names."""
    files = {}
    for split, prefix in PREFIXES.items():
        for key, name in ((f"x_{split}", "images-idx3"), (f"y_{split}", "labels-idx1")):
            if key not in npz.names:
                raise DataError(
                    f"{npz.name}: expected the arrays x_train, y_train, x_test and y_test, "
                    f"found {', '.join(npz.names) or 'none'}"
                )
            files[f"{prefix}-{name}-ubyte"] = idx_bytes(npz.read(key))
    return files
