"""Every format with the same ten images, and every way in which a set can be wrong."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from labelled_files import (
    png_bytes,
    write_class_folders,
    write_class_folders_bmp,
    write_csv,
    write_csv_label_last,
    write_csv_rows,
    write_csv_without_header,
    write_idx,
    write_idx_gzip,
    write_listed,
    write_npz,
    write_npz_in_folder,
    write_parquet,
    write_parquet_pictures,
)

from tenfold.data import load_labelled, tables
from tenfold.data.cache import store
from tenfold.data.idx import idx_bytes
from tenfold.errors import DataError
from tenfold.values import Split

Array = np.ndarray


@pytest.mark.parametrize(
    "write",
    [
        write_idx,
        write_idx_gzip,
        write_npz,
        write_npz_in_folder,
        write_csv,
        write_csv_label_last,
        write_csv_without_header,
        write_parquet,
        write_parquet_pictures,
        write_class_folders,
        write_class_folders_bmp,
        write_listed,
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
    write_idx(path, train.images, train.labels, "train-")
    return write_idx(path, test.images, test.labels, "t10k-")


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
    write_class_folders(path / "training", train.images, train.labels)
    write_class_folders(path / "testing", test.images, test.labels)
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
    write_idx(tmp_path, images, labels, "train-")
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
    write_idx(tmp_path / "test", images, labels, "train-")
    with pytest.raises(DataError, match="test: is divided into train and test once more"):
        load_labelled(tmp_path)


# IDX.


def test_more_than_one_pair(tmp_path: Path, images: Array, labels: Array) -> None:
    write_idx(tmp_path, images, labels, "a-")
    write_idx(tmp_path, images, labels, "b-")
    with pytest.raises(DataError, match="one IDX file of images and one of labels, found 2 and 2"):
        load_labelled(tmp_path)


@pytest.mark.parametrize("prefix", ["", "t10k-"], ids=["any", "mnist"])
@pytest.mark.parametrize(
    ("gone", "kept"), [("images-idx3", "labels-idx1"), ("labels-idx1", "images-idx3")]
)
def test_half_a_pair(
    prefix: str, gone: str, kept: str, tmp_path: Path, images: Array, labels: Array
) -> None:
    (write_idx(tmp_path, images, labels, prefix) / f"{prefix}{gone}-ubyte").unlink()
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
        pytest.param(
            np.eye(28, dtype=np.uint8)[None] * 15,
            np.zeros(1, np.uint8),
            "the brightest is 15; multiply pixels scaled to 0-15 by 17",
            id="four-bits",
        ),
    ],
)
def test_wrong_idx_pairs(images: Array, labels: Array, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        load_labelled(write_idx(tmp_path, images, labels))


def test_a_picture_named_as_idx(tmp_path: Path, images: Array, labels: Array) -> None:
    write_idx(tmp_path, images, labels, "t10k-")
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(png_bytes(images[0]))
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
            [["0", *_ROW[2:], str(label)] for label in range(8)],
            "line 1: expected the label in the first column, where all are 0",
            id="label-last",
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
        load_labelled(write_csv_rows(tmp_path / "a.csv", rows))


def test_csv_lines_are_counted_over_blocks_and_blank_lines(tmp_path: Path) -> None:
    path = write_csv_rows(tmp_path / "a.csv", [_HEADER, *[_ROW] * 2050, [], [*_ROW[:-1], "999"]])
    with pytest.raises(DataError, match=r"line 2053: .*found 999"):
        load_labelled(path)


def test_csv_columns_sorted_as_text_are_refused(tmp_path: Path) -> None:
    headings = ["label", *sorted(f"pixel{i}" for i in range(784))]
    path = tmp_path / "a.csv"
    path.write_text(",".join(headings) + "\n" + ",".join(["1", *["77"] * 784]) + "\n")
    with pytest.raises(DataError, match="found 'pixel11' after 'pixel109'; sort"):
        load_labelled(path)


@pytest.mark.parametrize(
    "headings",
    [
        [f"pixel{i}" for i in range(784)],
        [f"{i}" for i in range(1, 785)],
        [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)],
    ],
    ids=["pixel0", "1", "1x1"],
)
def test_csv_headings_of_published_files(headings: list[str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(["label", *headings]) + "\n" + ",".join(["1", *["77"] * 784]) + "\n")
    assert load_labelled(path).labels.tolist() == [1]


def test_csv_of_several_blocks(tmp_path: Path) -> None:
    read = load_labelled(write_csv_rows(tmp_path / "a.csv", [_ROW] * 2050))
    assert len(read) == 2050
    assert read.images[-1, -1, -1] == 255


def test_a_csv_above_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_BYTES", 1000)
    with pytest.raises(DataError, match=r"a.csv: is larger than 1,000 bytes; split it"):
        load_labelled(write_csv_rows(tmp_path / "a.csv", [_ROW]))


# Paths.


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
