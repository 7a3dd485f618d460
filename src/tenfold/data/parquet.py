"""Labelled digits in Parquet: columns of pixels, or encoded pictures as on Hugging Face."""

from __future__ import annotations

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
    blocks = []
    done = 0
    for batch in table.iter_batches(_BATCH_ROWS):

        def place(row: int, start: int = done) -> str:
            return f"{name}: row {start + row}"

        if "image" in columns and "label" in columns:
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
