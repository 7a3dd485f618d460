"""Labelled digits in Parquet: columns of pixels, or encoded pictures as on Hugging Face."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE, digits, pixels, squares, to_split
from tenfold.data.pictures import Prepare, read_picture
from tenfold.data.reading import MAX_BYTES
from tenfold.data.tables import label_column, refuse_twice
from tenfold.errors import DataError, MissingExtraError
from tenfold.values import Split

__all__ = ["is_parquet", "read_parquet"]

_BATCH_ROWS = 4096
_BATCH_PICTURES = 4  # a cell may be megabytes, and one in the file a cell of every row
# Bytes that a column of pictures may be unpacked: these are packed already, and grow little more.
_MOST_UNPACKED, _MOST_GROWN = 2**25, 4


def is_parquet(head: bytes) -> bool:
    """Tell whether a file that begins with ``head`` is Parquet."""
    return head.startswith(b"PAR1")


def read_parquet(path: Path, prepare: Prepare | None = None) -> Split:
    """Return the labelled digits in a Parquet file.

    Args:
        path: A file with a column ``label`` and either 784 columns of pixels or a column ``image``
            of structs whose field ``bytes`` holds a PNG or JPEG.
        prepare: As in `tenfold.data.load_labelled`.

    Raises:
        MissingExtraError: The extra ``parquet`` is not installed.
        DataError: It is damaged, or its columns or values are others.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtraError("parquet", "reading Parquet files", error) from error
    try:
        with ParquetFile(path) as table:
            return _read(table, str(path), prepare)
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{path}: is not a readable Parquet file ({reason}); fetch or save it again"
        ) from error


def _read(table: Any, name: str, prepare: Prepare | None) -> Split:
    rows = table.metadata.num_rows
    if rows * SIDE * SIDE > MAX_BYTES:
        raise DataError(f"{name}: has {rows:,} rows, more than fit into memory; split it")
    columns = table.schema_arrow.names
    refuse_twice(columns, name)
    holds_pictures = {"image", "label"} <= set(columns)
    if holds_pictures:
        _check_pictures(table, name)
        _check_numbers([table.schema_arrow.field("label")], name)
        batches = table.iter_batches(_BATCH_PICTURES, columns=["image", "label"])
    else:
        _check_numbers(table.schema_arrow, name)
        batches = table.iter_batches(_BATCH_ROWS)
    blocks = []
    done = 0
    for batch in batches:

        def place(row: int, start: int = done) -> str:
            return f"{name}: row {start + row}"

        if holds_pictures:
            images = _decoded(batch.column("image"), place, prepare)
            labels = batch.column("label")
        else:
            label = label_column(columns, name)
            images = squares(pixels(_matrix(batch, label), place), name)
            labels = batch.column(label)
        blocks.append((images, digits(labels.to_numpy(zero_copy_only=False), place)))
        done += len(labels)
    if not blocks:
        raise DataError(f"{name}: holds no images; expected at least one row")
    images = np.concatenate([images for images, _ in blocks])
    return to_split(images, np.concatenate([labels for _, labels in blocks]), name)


def _check_pictures(table: Any, name: str) -> None:
    """Refuse a column of pictures that a small file unpacks to gigabytes."""
    groups = (table.metadata.row_group(number) for number in range(table.num_row_groups))
    parts = [group.column(place) for group in groups for place in range(group.num_columns)]
    images = [part for part in parts if part.path_in_schema.split(".")[0] == "image"]
    packed = sum(part.total_compressed_size for part in images)
    unpacked = sum(part.total_uncompressed_size for part in images)
    if unpacked > _MOST_UNPACKED + _MOST_GROWN * packed:
        raise DataError(
            f"{name}: its column 'image' must hold pictures, which hardly shrink, but unpacks from "
            f"{packed:,} to {unpacked:,} bytes; write it from the pictures' files"
        )


def _check_numbers(fields: Iterable[Any], name: str) -> None:
    """Refuse columns of text, lists and the like before their cells are made into objects."""
    from pyarrow import types

    known = (types.is_integer, types.is_floating, types.is_null)
    for field in fields:
        if not any(is_known(field.type) for is_known in known):
            raise DataError(
                f"{name}: column '{field.name}': must hold whole numbers, but holds {field.type}"
            )


def _matrix(batch: Any, label: int) -> NDArray[Any]:
    columns = [column for i, column in enumerate(batch.columns) if i != label]
    return np.stack([column.to_numpy(zero_copy_only=False) for column in columns], axis=1)


def _decoded(column: Any, place: Any, prepare: Prepare | None) -> NDArray[np.uint8]:
    images = np.empty((len(column), SIDE, SIDE), np.uint8)
    for row, value in enumerate(column.to_pylist()):
        content = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(content, bytes):
            raise DataError(
                f"{place(row)}: expected the column 'image' to hold an encoded picture (a struct "
                f"with 'bytes'), found {type(content).__name__}"
            )
        images[row] = read_picture(content, place(row), prepare)
    return images
