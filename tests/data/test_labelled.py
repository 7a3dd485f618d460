"""Every format with the same ten images, and every way in which a set can be wrong."""

from __future__ import annotations

import csv
import gzip
import io
import os
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tenfold.data import load_labelled, parquet, tables
from tenfold.data.cache import store
from tenfold.data.idx import idx_bytes
from tenfold.errors import DataError, MissingExtraError
from tenfold.values import Split

Array = np.ndarray


def _png(image: Array, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, form)
    return stream.getvalue()


def _idx(folder: Path, images: Array, labels: Array, prefix: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{prefix}images-idx3-ubyte").write_bytes(idx_bytes(images))
    (folder / f"{prefix}labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    return folder


def _idx_gzip(path: Path, images: Array, labels: Array) -> Path:
    path.mkdir()
    (path / "my-images.idx.gz").write_bytes(gzip.compress(idx_bytes(images)))
    (path / "my-labels.idx.gz").write_bytes(gzip.compress(idx_bytes(labels.astype(np.int32))))
    return path


def _npz(path: Path, images: Array, labels: Array) -> Path:
    np.savez(path.with_suffix(".npz"), x=images, y=labels)
    return path.with_suffix(".npz")


def _npz_in_folder(path: Path, images: Array, labels: Array) -> Path:
    path.mkdir()
    np.savez(path / "set.npz", images=images[..., None] * 1.0, labels=labels[:, None])
    return path


def _rows(images: Array, labels: Array) -> list[list[object]]:
    return [[label, *image] for image, label in zip(images.reshape(-1, 784), labels, strict=True)]


def _csv(path: Path, images: Array, labels: Array) -> Path:
    header = ["label", *(f"pixel{i}" for i in range(784))]
    return _write_csv(path, [header, *_rows(images, labels)], start="\ufeff")


def _csv_label_last(path: Path, images: Array, labels: Array) -> Path:
    header = [*(f"{i}x{j}" for i in range(28) for j in range(28)), "Class"]
    rows = [[*row[1:], row[0]] for row in _rows(images, labels)]
    return _write_csv(path, [header, *rows], delimiter=";", quoting=csv.QUOTE_ALL)


def _csv_without_header(path: Path, images: Array, labels: Array) -> Path:
    return _write_csv(path, _rows(images, labels), delimiter="\t")


def _write_csv(path: Path, rows: list[list[object]], start: str = "", **style: object) -> Path:
    text = io.StringIO()
    csv.writer(text, **style).writerows(rows)
    path.write_text(start + text.getvalue() + "\n\n", encoding="utf-8", newline="")
    return path


def _parquet(path: Path, images: Array, labels: Array) -> Path:
    columns = {str(i): images.reshape(-1, 784)[:, i] for i in range(784)}
    pq.write_table(pa.table(columns | {"label": labels}), path)
    return path


def _parquet_pictures(path: Path, images: Array, labels: Array) -> Path:
    structs = [{"bytes": _png(image), "path": None} for image in images]
    pq.write_table(pa.table({"image": structs, "label": labels.astype(np.int64)}), path)
    return path


def _class_folders(path: Path, images: Array, labels: Array, form: str = "PNG") -> Path:
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        (path / str(label)).mkdir(parents=True, exist_ok=True)
        (path / str(label) / f"{i}.png").write_bytes(_png(image, form))
    (path / str(labels[0]) / ".DS_Store").write_bytes(b"noise")
    (path / str(labels[0]) / "Thumbs.db").write_bytes(b"noise")
    (path / "README").write_text("made by hand")
    return path


def _class_folders_bmp(path: Path, images: Array, labels: Array) -> Path:
    return _class_folders(path, images, labels, "BMP")


def _listed(path: Path, images: Array, labels: Array) -> Path:
    (path / "crops").mkdir(parents=True)
    rows = [["who", "file", "label"]]
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        (path / "crops" / f"{i}.png").write_bytes(_png(image))
        rows.append([f"writer {i}", f"crops/{i}.png", str(label)])
    (path / "crops" / "not-listed.txt").write_text("ignored")
    return _write_csv(path / "labels.csv", rows).parent


@pytest.mark.parametrize(
    "write",
    [
        _idx,
        _idx_gzip,
        _npz,
        _npz_in_folder,
        _csv,
        _csv_label_last,
        _csv_without_header,
        _parquet,
        _parquet_pictures,
        _class_folders,
        _class_folders_bmp,
        _listed,
    ],
)
@pytest.mark.parametrize("split", ["train", "test"])
def test_every_format_gives_the_same(
    write: object, split: str, tmp_path: Path, images: Array, labels: Array
) -> None:
    read = load_labelled(write(tmp_path / "digits", images, labels), split=split)
    np.testing.assert_array_equal(read.images, images)
    np.testing.assert_array_equal(read.labels, labels)
    assert (read.images.dtype, read.labels.dtype) == (np.uint8, np.uint8)
    with pytest.raises(ValueError, match="read-only"):
        read.images[0] = 0


def _idx_splits(path: Path, train: Split, test: Split) -> Path:
    _idx(path, train.images, train.labels, "train-")
    return _idx(path, test.images, test.labels, "t10k-")


def _npz_splits(path: Path, train: Split, test: Split) -> Path:
    np.savez(
        path.with_suffix(".npz"),
        x_train=train.images,
        y_train=train.labels,
        x_test=test.images,
        y_test=test.labels,
    )
    return path.with_suffix(".npz")


def _npz_other_names(path: Path, train: Split, test: Split) -> Path:
    np.savez(
        path.with_suffix(".npz"),
        train_images=train.images,
        train_labels=train.labels,
        test_images=test.images,
        test_labels=test.labels,
    )
    return path.with_suffix(".npz")


def _folder_splits(path: Path, train: Split, test: Split) -> Path:
    _class_folders(path / "training", train.images, train.labels)
    _class_folders(path / "testing", test.images, test.labels)
    return path


@pytest.mark.parametrize("write", [_idx_splits, _npz_splits, _npz_other_names, _folder_splits])
def test_the_split_that_was_asked_for(
    write: object, tmp_path: Path, images: Array, labels: Array
) -> None:
    train, test = Split(images[:7], labels[:7]), Split(images[7:], labels[7:])
    path = write(tmp_path / "digits", train, test)
    np.testing.assert_array_equal(load_labelled(path, split="train").images, train.images)
    np.testing.assert_array_equal(load_labelled(path, split="test").images, test.images)
    np.testing.assert_array_equal(load_labelled(path).labels, test.labels)


def test_the_other_split_is_never_given_instead(
    tmp_path: Path, images: Array, labels: Array
) -> None:
    _idx(tmp_path, images, labels, "train-")
    with pytest.raises(DataError, match="has no 'test' split, only 'train'"):
        load_labelled(tmp_path)


def test_an_unknown_split(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="split: must be 'train' or 'test', got 'val'"):
        load_labelled(tmp_path, split="val")


def test_mnist_by_its_name(tiny: dict[str, bytes]) -> None:
    store(tiny)
    assert len(load_labelled("mnist")) == 5
    assert len(load_labelled("mnist", split="train")) == 12


def test_a_path_that_does_not_exist() -> None:
    with pytest.raises(DataError, match=r"minst: no such file or folder.*did you mean 'mnist'"):
        load_labelled("minst")


def test_a_name_too_long_for_the_system() -> None:
    with pytest.raises(DataError, match="xxx: no such file or folder"):
        load_labelled("x" * 5000)


# Folders and files as a whole.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "digits: is empty", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "neither CSV, Parquet nor .npz", id="one-picture"),
        pytest.param(b"abc\x00def", "neither CSV, Parquet nor .npz", id="binary"),
        pytest.param(idx_bytes(np.zeros(3, np.uint8)), "name the folder with both", id="one-idx"),
        pytest.param(gzip.compress(b"label,1\n"), "name the folder with both", id="gzip"),
        pytest.param(b"PK\x03\x04 and no more", "is not a readable .npz", id="cut-zip"),
        pytest.param(b"PAR1 and no more", "is not a readable Parquet file", id="cut-parquet"),
        pytest.param(b"\xff\xfea\xfe", "is not text in UTF-8", id="utf-16"),
        pytest.param(b"hello world\n", "expected one column called 'label', found 0", id="text"),
    ],
)
def test_files_of_no_known_kind(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "digits").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path / "digits")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is an empty folder; expected a pair of IDX files"):
        load_labelled(tmp_path)


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(DataError, match="holds no labelled digits; expected a pair of IDX files"):
        load_labelled(tmp_path)


def test_a_folder_divided_twice(tmp_path: Path, images: Array, labels: Array) -> None:
    _idx(tmp_path / "test", images, labels, "train-")
    with pytest.raises(DataError, match="test: is divided into train and test once more"):
        load_labelled(tmp_path)


# IDX.


def test_more_than_one_pair(tmp_path: Path, images: Array, labels: Array) -> None:
    _idx(tmp_path, images, labels, "a-")
    _idx(tmp_path, images, labels, "b-")
    with pytest.raises(DataError, match="one IDX file of images and one of labels, found 2 and 2"):
        load_labelled(tmp_path)


@pytest.mark.parametrize("prefix", ["", "t10k-"], ids=["any", "mnist"])
@pytest.mark.parametrize(
    ("gone", "kept"), [("images-idx3", "labels-idx1"), ("labels-idx1", "images-idx3")]
)
def test_half_a_pair(
    prefix: str, gone: str, kept: str, tmp_path: Path, images: Array, labels: Array
) -> None:
    (_idx(tmp_path, images, labels, prefix) / f"{prefix}{gone}-ubyte").unlink()
    message = f"found {prefix}{kept}-ubyte, but no IDX file of its {gone[:6]}"
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        pytest.param(
            np.zeros((3, 28, 28), np.uint8),
            np.zeros(2, np.uint8),
            "expected a label for each image, found 3 images and 2 labels",
            id="counts",
        ),
        pytest.param(
            np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8), "holds no images", id="none"
        ),
        pytest.param(
            np.zeros((2, 28, 28), np.uint8),
            np.array([9, 10], np.uint8),
            "labels-idx1-ubyte: index 1: expected labels .* from 0 to 9, found 10",
            id="label-10",
        ),
        pytest.param(
            np.zeros((2, 28, 28), np.uint8),
            np.array([-1, 0], np.int8),
            "index 0: expected labels .* found -1",
            id="negative-label",
        ),
        pytest.param(
            np.zeros((2, 28, 28), np.uint8),
            np.zeros((2, 10), np.uint8),
            r"expected labels of shape \(N,\), found \(2, 10\)",
            id="one-hot",
        ),
        pytest.param(
            np.zeros((2, 32, 32), np.uint8),
            np.zeros(2, np.uint8),
            r"expected images of shape \(N, 28, 28\) or \(N, 784\), found \(2, 32, 32\)",
            id="32-x-32",
        ),
        pytest.param(
            np.full((2, 28, 28), 256, np.int16),
            np.zeros(2, np.uint8),
            "index 0: expected pixels that are whole numbers from 0 to 255, found 256",
            id="pixel-256",
        ),
        pytest.param(
            np.eye(28, dtype=np.uint8)[None],
            np.zeros(1, np.uint8),
            "expected pixels from 0 to 255, but the brightest is 1; multiply",
            id="zeros-and-ones",
        ),
    ],
)
def test_wrong_idx_pairs(images: Array, labels: Array, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        load_labelled(_idx(tmp_path, images, labels))


def test_a_picture_named_as_idx(tmp_path: Path, images: Array, labels: Array) -> None:
    _idx(tmp_path, images, labels, "t10k-")
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(_png(images[0]))
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte: is not an IDX file.*89 50 4e 47"):
        load_labelled(tmp_path)


# .npz.


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        pytest.param({"a": [1]}, "expected the arrays x_train, .*; found a$", id="names"),
        pytest.param(
            {"x": np.full((1, 784), np.nan), "y": [1]}, "array 'x': index 0: .* found nan", id="nan"
        ),
        pytest.param(
            {"x": np.full((1, 784), 0.5), "y": [1]},
            r"found 0\.5; multiply pixels scaled to 0-1 by 255",
            id="scaled",
        ),
        pytest.param(
            {"x": np.full((1, 784), 300), "y": [1]}, "from 0 to 255, found 300", id="pixel-300"
        ),
        pytest.param({"x": np.zeros((1, 784)), "y": ["5"]}, "labels that are numbers", id="text"),
        pytest.param({"x": np.zeros((1, 784)), "y": [2.5]}, r"found 2\.5$", id="label-2.5"),
        pytest.param({"x": np.array(["a"]), "y": [1]}, "pixels that are numbers", id="text-pixels"),
        pytest.param(
            {"x": np.array(5), "y": [1]}, "pixels that|images of shape", id="no-dimension"
        ),
        pytest.param(
            {"x": np.array([{}], dtype=object), "y": [1]}, "holds Python objects", id="pickle"
        ),
    ],
)
def test_wrong_npz(arrays: dict[str, object], message: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **{name: np.asarray(value) for name, value in arrays.items()})
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path / "a.npz")


# CSV.

_HEADER = ["label", *map(str, range(784))]
_ROW = ["5", *["0"] * 783, "255"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param([_HEADER], "holds no images; expected a line for each", id="header-only"),
        pytest.param([["a", *_HEADER[1:]]], "one column called 'label', found 0", id="no-label"),
        pytest.param([["label", *_HEADER]], "one column called 'label', found 2", id="two-labels"),
        pytest.param([_HEADER[:-1]], "784 columns of pixels .*, found 783", id="783-pixels"),
        pytest.param([[*_HEADER, "id"]], "784 columns of pixels .*, found 785", id="extra-column"),
        pytest.param([_ROW[:-1]], "a label and 784 pixels on each line, found 784", id="no-header"),
        pytest.param(
            [_HEADER, _ROW, _ROW[:-1]], "line 3: expected 785 columns, found 784", id="cut"
        ),
        pytest.param([_HEADER, [*_ROW, "1"]], "line 2: expected 785 columns, found 786", id="more"),
        pytest.param(
            [_HEADER, _ROW, [*_ROW[:-1], "x"]], "line 3, column 785: 'x' is not a number", id="word"
        ),
        pytest.param([_HEADER, [*_ROW[:-1], ""]], "column 785: '' is not a number", id="blank"),
        pytest.param(
            [_HEADER, [*_ROW[:-1], "nan"]], "line 2: expected pixels .*found nan", id="nan"
        ),
        pytest.param(
            [_HEADER, [*_ROW[:-1], "inf"]], "line 2: expected pixels .*found inf", id="inf"
        ),
        pytest.param([_HEADER, [*_ROW[:-1], "256"]], "line 2: .*found 256", id="pixel-256"),
        pytest.param([_HEADER, [*_ROW[:-1], "-1"]], "line 2: .*found -1", id="pixel-negative"),
        pytest.param(
            [_HEADER, _ROW, [*_ROW[:-1], "0.25"]],
            r"line 3: .*found 0\.25; multiply pixels scaled to 0-1",
            id="scaled",
        ),
        pytest.param(
            [_ROW, ["10", *_ROW[1:]]], "line 2: expected labels .*found 10", id="label-10"
        ),
        pytest.param(
            [_HEADER, ["", *_ROW[1:]]], "line 2, column 1: '' is not", id="no-label-value"
        ),
        pytest.param([_HEADER, ["1_0", *_ROW[1:]]], "not plain numbers", id="underscore"),
    ],
)
def test_wrong_csv(rows: list[list[object]], message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        load_labelled(_write_csv(tmp_path / "a.csv", rows))


def test_csv_lines_are_counted_over_blocks_and_blank_lines(tmp_path: Path) -> None:
    path = _write_csv(tmp_path / "a.csv", [_HEADER, *[_ROW] * 2050, [], [*_ROW[:-1], "999"]])
    with pytest.raises(DataError, match=r"line 2053: .*found 999"):
        load_labelled(path)


def test_csv_of_several_blocks(tmp_path: Path) -> None:
    read = load_labelled(_write_csv(tmp_path / "a.csv", [_ROW] * 2050))
    assert len(read) == 2050
    assert read.images[-1, -1, -1] == 255


def test_a_csv_above_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 1000)
    with pytest.raises(DataError, match=r"a.csv: is larger than 1,000 bytes; split it"):
        load_labelled(_write_csv(tmp_path / "a.csv", [_ROW]))


# Parquet.


def test_a_parquet_file_above_the_limit(
    tmp_path: Path, images: Array, labels: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MAX_BYTES", 9 * 784)
    with pytest.raises(DataError, match="has 10 rows, more than fit into memory; split it"):
        load_labelled(_parquet(tmp_path / "a", images, labels))


def test_parquet_rows_are_counted_over_batches(
    tmp_path: Path, images: Array, labels: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_BATCH_ROWS", 4)
    path = _parquet(tmp_path / "a", images, labels)
    np.testing.assert_array_equal(load_labelled(path).images, images)
    with pytest.raises(DataError, match=r"row 9: expected labels .* found 10"):
        load_labelled(_parquet(tmp_path / "b", images, labels + (labels == 9)))


def test_parquet_without_its_library(
    tmp_path: Path, images: Array, labels: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _parquet(tmp_path / "a.parquet", images, labels)
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
            {"label": [1, 2], "image": [{"bytes": _png(np.zeros((28, 28), np.uint8))}, None]},
            "row 1: expected the column 'image' to hold an encoded picture .* found NoneType",
            id="no-picture",
        ),
        pytest.param(
            {"label": [1], "image": [{"bytes": b"text"}]},
            "row 0: must be one of PNG, JPEG",
            id="damaged-picture",
        ),
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


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.npz"])
def test_a_pipe_is_refused_without_waiting_for_a_writer(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError, match=rf"{name}: cannot be read \(is no regular file\)"):
        load_labelled(tmp_path / name)


@pytest.mark.parametrize("path", ["", "a\0b", None, 3], ids=repr)
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(DataError, match="path: must name a file or folder, but is"):
        load_labelled(path)


def test_the_home_of_nobody() -> None:
    with pytest.raises(DataError, match=r"~no-such-user/x: cannot be found \(.*; write"):
        load_labelled("~no-such-user/x")


# Pictures.


def _huge_png(side: int) -> bytes:
    """A valid header that claims ``side`` x ``side`` grey pixels, and next to no data."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def _cut_png() -> bytes:
    return _png(np.random.default_rng(3).integers(0, 256, (28, 28)).astype(np.uint8))[:-300]


def _transparent() -> bytes:
    image = np.zeros((28, 28, 4), np.uint8)
    image[4:20, 10:14, 3] = 255
    return _png(image)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "one.png: is empty", id="empty"),
        pytest.param(b"hello", "one.png: must be one of PNG, JPEG", id="text"),
        pytest.param(_cut_png(), "one.png: cannot be decoded, the file is damaged", id="truncated"),
        pytest.param(b"%PDF-1.4", "one.png: must be one of PNG", id="pdf"),
        pytest.param(
            _png(np.zeros((28, 28), np.uint8), "PCX"),
            "one.png: must be one of PNG",
            id="a-format-that-is-not-admitted",
        ),
        pytest.param(
            _png(np.zeros((20, 30), np.uint8)),
            r"one.png: expected a picture of 28 x 28 pixels, found 20 x 30 \(height x width\)",
            id="another-size",
        ),
        pytest.param(_huge_png(10_000), "has 10,000 x 10,000 pixels; at most", id="100-megapixels"),
        pytest.param(_huge_png(20_000), "one.png: has too many pixels", id="400-megapixels"),
        pytest.param(
            _png(np.zeros((28, 28), np.uint16)), "expected 8 bits a pixel, found more", id="16-bit"
        ),
        pytest.param(_transparent(), "one.png: has transparent pixels", id="transparent"),
    ],
)
def test_wrong_pictures(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "one.png").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path)


@pytest.mark.parametrize(
    ("side", "message"),
    [(7100, "has 7,100 x 7,100 pixels; at most 50,000,000"), (10_000, "has 10,000 x 10,000")],
)
def test_too_many_pixels_are_refused_before_decoding(
    side: int, message: str, tmp_path: Path
) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "one.png").write_bytes(_huge_png(side))
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path, prepare=lambda grey: grey)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param(np.full((28, 28, 3), 200, np.uint8), 200, id="rgb"),
        pytest.param(np.full((28, 28, 4), 255, np.uint8), 255, id="opaque-rgba"),
        pytest.param(np.ones((28, 28), bool), 255, id="one-bit"),
    ],
)
def test_other_kinds_of_pixels_become_grey(image: Array, expected: int, tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "one.png").write_bytes(_png(image))
    read = load_labelled(tmp_path)
    assert read.labels.tolist() == [7]
    assert (read.images == expected).all()


def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path, images: Array) -> None:
    (tmp_path / "7").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 3  # the orientation of a picture that stands on its head
    Image.fromarray(images[0]).save(tmp_path / "7" / "one.png", exif=exif)
    np.testing.assert_array_equal(load_labelled(tmp_path).images[0], images[0][::-1, ::-1])


def test_prepare_gets_grey_pixels_of_any_size(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "one.png").write_bytes(_png(np.full((56, 60, 3), 90, np.uint8)))
    seen = []

    def prepare(grey: Array) -> Array:
        seen.append((grey.shape, grey.dtype))
        return np.ascontiguousarray(grey[::2, 2:-2:2])

    read = load_labelled(tmp_path, prepare=prepare)
    assert seen == [((56, 60), np.uint8)]
    assert (read.images == 90).all()


def test_prepare_must_return_28_x_28(tmp_path: Path, images: Array, labels: Array) -> None:
    folder = _class_folders(tmp_path / "digits", images, labels)
    with pytest.raises(DataError, match=r"prepare: must return \(28, 28\) uint8, got \(14, 28\)"):
        load_labelled(folder, prepare=lambda grey: grey[::2])


def test_a_class_that_is_no_digit(tmp_path: Path, images: Array, labels: Array) -> None:
    folder = _class_folders(tmp_path / "digits", images, labels)
    (folder / "A").mkdir()
    with pytest.raises(DataError, match="expected class folders named 0 to 9 only, found 'A'"):
        load_labelled(folder)


def test_class_folders_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    with pytest.raises(DataError, match="holds no labelled pictures"):
        load_labelled(tmp_path)


def test_a_folder_within_a_class(tmp_path: Path, images: Array, labels: Array) -> None:
    folder = _class_folders(tmp_path / "digits", images, labels)
    (folder / "3" / "more").mkdir()
    with pytest.raises(DataError, match="more: cannot be read"):
        load_labelled(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "holds no labelled pictures", id="empty"),
        pytest.param("file,label\n", "holds no labelled pictures", id="header-only"),
        pytest.param(
            "name,digit\na.png,1\n", "'file' and 'label', found 'name', 'digit'", id="names"
        ),
        pytest.param(
            "file,label\n0.png,12\n", "line 2: .* label from 0 to 9, found '12'", id="label"
        ),
        pytest.param("file,label\n0.png,\n", "line 2: .* found ''", id="no-label"),
        pytest.param("file,label\n0.png\n", "line 2: .* found None", id="short-line"),
        pytest.param("file,label\n,1\n", "line 2: expected the name of a file", id="no-file"),
        pytest.param("file,label\nnone.png,1\n", "none.png: cannot be read", id="missing-file"),
        pytest.param("file,label\n../0.png,1\n", "inside the folder, found '../0.png'", id="above"),
        pytest.param("file,label\n/etc/passwd,1\n", "inside the folder", id="absolute"),
        pytest.param("file,label\nC:\\a.png,1\n", "inside the folder", id="drive"),
        pytest.param("file,label\na\0.png,1\n", "inside the folder", id="nul"),
        pytest.param(
            "file,label\n0.png,1\n0.png,2\n", "line 3: '0.png' is listed a second time", id="twice"
        ),
        pytest.param("file,label\n\udcff.png,1\n", "is not a CSV file in UTF-8", id="bytes"),
    ],
)
def test_wrong_lists(text: str, message: str, tmp_path: Path, images: Array) -> None:
    (tmp_path / "0.png").write_bytes(_png(images[0]))
    (tmp_path / "labels.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=message):
        load_labelled(tmp_path)


def test_every_message_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("one\ntwo\n")
    with pytest.raises(DataError) as caught:
        load_labelled(tmp_path / "a")
    assert "\n" not in str(caught.value)
