"""Labelled digits as picture files: a folder for each class, or a folder with ``labels.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE, to_split
from tenfold.data.reading import read_file
from tenfold.data.tables import refuse_twice
from tenfold.errors import DataError, InputError
from tenfold.images import FORMATS, MAX_BYTES, decoding
from tenfold.values import Split

__all__ = [
    "Prepare",
    "class_folders",
    "inside_folder",
    "read_class_folders",
    "read_listed",
    "read_listing",
    "read_picture",
]

Prepare = Callable[[BinaryIO], NDArray[np.uint8]]
"""Reads a picture's open file as (28, 28) uint8, white ink on black; may raise `InputError`."""

_FORMATS = (*FORMATS, "PPM")
# Written by Windows and macOS into any folder of pictures.
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}


def read_picture(
    source: Path | bytes, name: str, prepare: Prepare | None = None
) -> NDArray[np.uint8]:
    """Return one picture as an image like MNIST's.

    Args:
        source: The file, or its content.
        name: What messages call it.
        prepare: Reads pictures of any size and form; without it, only grey ones of 28 x 28 are
            taken, and they are taken as they are.

    Returns:
        Shape (28, 28), uint8.

    Raises:
        DataError: It cannot be read, is no picture, is too large, transparent, or of another size.
    """
    content = source if isinstance(source, bytes) else read_file(source, limit=MAX_BYTES)
    if not content:
        raise DataError(f"{name}: is empty; expected a picture")
    stream = io.BytesIO(content)
    try:
        if prepare is None:
            return _decode(stream, name)
        stream.name = name  # what messages call it
        prepared = prepare(stream)
    except InputError as error:
        raise DataError(str(error)) from error
    if prepared.shape != (SIDE, SIDE) or prepared.dtype != np.uint8:
        raise DataError(
            f"prepare: must return (28, 28) uint8, got {prepared.shape} {prepared.dtype} for {name}"
        )
    return prepared


def class_folders(folder: Path) -> list[Path]:
    """Return the folders in ``folder`` that hold a class each, sorted; empty if there are none.

    Raises:
        DataError: Some are named 0 to 9 and others are not.
    """
    inside = sorted(path for path in folder.iterdir() if path.is_dir() and _counts(path))
    named = [path for path in inside if path.name in set("0123456789")]
    if named and len(named) != len(inside):
        other = next(path for path in inside if path not in named)
        raise DataError(
            f"{other}: expected class folders named 0 to 9 only, found '{other.name}'; move it away"
        )
    return named


def read_class_folders(folder: Path, prepare: Prepare | None = None) -> Split:
    """Return the pictures in the folders ``0`` to ``9`` of ``folder``, sorted by class and name.

    Raises:
        DataError: There is none, or one cannot be taken; the message names it.
    """
    labelled = [
        (path, int(inside.name))
        for inside in class_folders(folder)
        for path in sorted(inside.iterdir())
        if _counts(path)
    ]
    return _read_all(labelled, folder, prepare)


def read_listing(listing: Path) -> tuple[list[str], list[tuple[str, dict[str, str]]]]:
    """Return the columns and rows of a CSV file that lists pictures.

    Returns:
        The columns, and of each row what messages call it and its cells by their columns.

    Raises:
        DataError: It cannot be read, is no CSV in UTF-8, has a column twice, a quote that is not
            closed, or a row with more or fewer cells than columns.
    """
    try:
        text = read_file(listing).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{listing}: is not a CSV file in UTF-8 ({error})") from error
    records = _records(text, listing)
    _, columns = next(records, ("", []))
    refuse_twice(columns, str(listing))
    rows = []
    for where, cells in records:
        if len(cells) != len(columns):
            raise DataError(
                f"{where}: must have {len(columns)} cells as its first line has, but has "
                f"{len(cells)}; what has a comma in it stands in quotes"
            )
        rows.append((where, dict(zip(columns, cells, strict=True))))
    return columns, rows


def _records(text: str, listing: Path) -> Iterator[tuple[str, list[str]]]:
    """Give the lines of a CSV file that are not empty, each with what messages call it."""
    # Strict: a quote that is not closed would take in all that follows.
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    while True:
        where = f"{listing}: line {reader.line_num + 1}"
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{where}: is not CSV ({error}); is a quote left open?") from error
        if cells is None:
            return
        if cells:
            yield where, cells


def read_listed(folder: Path, prepare: Prepare | None = None) -> Split:
    """Return the pictures that ``labels.csv`` in ``folder`` lists, in its order.

    Raises:
        DataError: The list lacks the columns ``file`` and ``label``, names a file twice or outside
            the folder, or a label or a picture cannot be taken.
    """
    listing = folder / "labels.csv"
    columns, rows = read_listing(listing)
    if rows and not {"file", "label"} <= set(columns):
        raise DataError(
            f"{listing}: expected the columns 'file' and 'label', found "
            f"{', '.join(repr(column) for column in columns)}"
        )
    labelled: dict[Path, int] = {}
    for where, row in rows:
        path = folder / inside_folder(row["file"], where)
        if path in labelled:
            raise DataError(f"{where}: '{row['file']}' is listed a second time")
        labelled[path] = _label(row["label"], where)
    return _read_all(list(labelled.items()), folder, prepare)


def _read_all(labelled: Sequence[tuple[Path, int]], folder: Path, prepare: Prepare | None) -> Split:
    if not labelled:
        raise DataError(f"{folder}: holds no labelled pictures; expected at least one")
    images = np.stack([read_picture(path, str(path), prepare) for path, _ in labelled])
    labels = np.array([label for _, label in labelled], np.uint8)
    names = [path.relative_to(folder).as_posix() for path, _ in labelled]
    return to_split(images, labels, str(folder), names)


def _counts(path: Path) -> bool:
    return not path.name.startswith(".") and path.name.lower() not in _SYSTEM_FILES


def inside_folder(file: str | None, where: str) -> PurePath:
    """Return a relative path; one that leaves the folder would read what was never meant."""
    path = PureWindowsPath(file or "")
    if not file or "\0" in file or path.drive or path.root or ".." in path.parts:
        raise DataError(f"{where}: expected the name of a file inside the folder, found {file!r}")
    return PurePath(file)


def _label(text: str | None, where: str) -> int:
    stripped = (text or "").strip()
    if stripped not in set("0123456789"):
        raise DataError(f"{where}: expected a label from 0 to 9, found {text!r}")
    return int(stripped)


def _decode(stream: BinaryIO, name: str) -> NDArray[np.uint8]:
    """Return a picture that is an image like MNIST's already, (28, 28) uint8 grey."""
    with decoding(stream, name, _FORMATS) as picture:
        found = picture.height, picture.width
        if found != (SIDE, SIDE):
            raise DataError(
                f"{name}: expected a picture of {SIDE} x {SIDE} pixels, "
                f"found {found[0]} x {found[1]} (height x width); scale it first"
            )
        return _grey(picture, name)


def _grey(picture: Any, name: str) -> NDArray[np.uint8]:
    from PIL import ImageOps

    if picture.mode.startswith(("I", "F")):
        raise DataError(f"{name}: expected 8 bits a pixel, found more ({picture.mode}); convert it")
    upright = ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        if np.asarray(upright.convert("RGBA"))[..., 3].min() < 255:
            raise DataError(
                f"{name}: has transparent pixels, so what is ink is unclear; "
                "save it as white ink on black without transparency"
            )
        upright = upright.convert("RGB")
    return np.array(upright.convert("L"), np.uint8)
