"""Parquet files that are wrong, and the library that may be missing."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from labelled_files import png_bytes, write_parquet

from tenfold.data import load_labelled, parquet
from tenfold.errors import DataError, MissingExtraError

Array = np.ndarray


def test_a_parquet_file_above_the_limit(
    tmp_path: Path, images: Array, labels: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MAX_BYTES", 9 * 784)
    with pytest.raises(DataError, match="has 10 rows, more than fit into memory; split it"):
        load_labelled(write_parquet(tmp_path / "a", images, labels))


def test_parquet_rows_are_counted_over_batches(
    tmp_path: Path, images: Array, labels: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_BATCH_ROWS", 4)
    path = write_parquet(tmp_path / "a", images, labels)
    np.testing.assert_array_equal(load_labelled(path).images, images)
    with pytest.raises(DataError, match=r"row 9: expected labels .* found 10"):
        load_labelled(write_parquet(tmp_path / "b", images, labels + (labels == 9)))


def test_parquet_without_its_library(
    tmp_path: Path, images: Array, labels: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_parquet(tmp_path / "a.parquet", images, labels)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tenfold\[parquet\]"'):
        load_labelled(path)


_PIXELS = {str(i): [0.0, 255.0] for i in range(784)}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param({"a": [1]}, "one column called 'label', found 0", id="names"),
        pytest.param({"label": [1], "a": [1]}, "784 columns of pixels .* found 1", id="columns"),
        pytest.param({"label": [], "image": []}, "holds no images", id="no-rows"),
        pytest.param(
            _PIXELS | {"label": [1, 10]}, "row 1: expected labels .* found 10", id="label-10"
        ),
        pytest.param(
            _PIXELS | {"label": [1, None]}, "row 1: expected labels .* found nan", id="no-label"
        ),
        pytest.param(
            _PIXELS | {"label": [1, 2], "5": [0.0, None]}, "row 1: .* found nan", id="no-pixel"
        ),
        pytest.param(
            {"label": [1, 2], "image": [{"bytes": png_bytes(np.zeros((28, 28), np.uint8))}, None]},
            "row 1: expected the column 'image' to hold an encoded picture .* found NoneType",
            id="no-picture",
        ),
        pytest.param(
            {"label": [1], "image": [{"bytes": b"text"}]},
            "row 0: must be one of PNG, JPEG",
            id="damaged-picture",
        ),
        pytest.param(
            _PIXELS | {"label": [1, 2], "5": ["0", "1"]},
            "column '5': must hold whole numbers, but holds string",
            id="text-pixels",
        ),
        pytest.param(
            _PIXELS | {"label": [[1], [2]]},
            "column 'label': must hold whole numbers, but holds list",
            id="list-labels",
        ),
        pytest.param(
            {"label": ["1"], "image": [{"bytes": png_bytes(np.zeros((28, 28), np.uint8))}]},
            "column 'label': must hold whole numbers, but holds string",
            id="text-label",
        ),
        pytest.param(
            {"label": [1, 2], "image": [{"bytes": bytes(2**26)}, {"bytes": b"1" * 2**26}]},
            "must hold pictures, which hardly shrink, but unpacks from",
            id="unpacks-to-gigabytes",
        ),
        pytest.param({"label": [1], "image": [7]}, "an encoded picture .* found int", id="numbers"),
    ],
)
def test_wrong_parquet(columns: dict[str, list[object]], message: str, tmp_path: Path) -> None:
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path / "a.parquet")


def test_a_parquet_column_twice(tmp_path: Path) -> None:
    arrays = [pa.array([1]), pa.array([2])]
    pq.write_table(pa.Table.from_arrays(arrays, names=["label", "label"]), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="has the column 'label' more than once"):
        load_labelled(tmp_path / "a.parquet")


def test_a_large_cell_of_many_rows_is_not_unpacked_at_once(tmp_path: Path) -> None:
    """A dictionary holds it once for all rows: 4 MB by 4,000 would be 16 GB."""
    cell = pa.DictionaryArray.from_arrays(pa.array([0] * 4000), pa.array([bytes(2**22)]))
    table = pa.table({"image": cell, "label": pa.array([1] * 4000)})
    pq.write_table(table, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 2**20
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    with pytest.raises(DataError, match="row 0: must be one of PNG, JPEG"):
        load_labelled(tmp_path / "a.parquet")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak + pa.total_allocated_bytes() - before < 2**28
