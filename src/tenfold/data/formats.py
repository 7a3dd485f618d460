"""Which labelled digits a path holds, found by what is in it and not by what it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from tenfold.data.arrays import digits, pixels, squares, to_split
from tenfold.data.idx import is_gzip, is_idx, read_idx
from tenfold.data.layouts import PREFIXES, find_idx
from tenfold.data.npz import Npz, is_zip, open_npz
from tenfold.data.parquet import is_parquet, read_parquet
from tenfold.data.pictures import Prepare, class_folders, read_class_folders, read_listed
from tenfold.data.reading import read_head
from tenfold.data.tables import read_csv
from tenfold.errors import DataError
from tenfold.values import Split

__all__ = ["WHOLE", "Splits", "find_splits"]

WHOLE = "all"
"""The key of a set that is not divided into train and test."""

Splits = Mapping[str, Callable[[], Split]]
"""What reads each part of a set, by its name: "train" and "test", or `WHOLE` alone."""

_SPLIT_FOLDERS = {"train": ("train", "training"), "test": ("test", "testing")}
_EXPECTED = (
    "expected a pair of IDX files (images and labels), mnist.npz, folders named 0 to 9, or "
    "labels.csv with the columns file and label"
)


def find_splits(path: Path, prepare: Prepare | None = None) -> Splits:
    """Return what reads the labelled digits at ``path``, without reading them yet.

    Args:
        path: A file or folder that exists.
        prepare: As in `tenfold.data.load_labelled`.

    Raises:
        DataError: It holds nothing that is known.
    """
    if path.is_dir():
        try:
            return _in_folder(path, prepare)
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    return _in_file(path, prepare)


def _in_file(path: Path, prepare: Prepare | None) -> Splits:
    head = read_head(path)
    if not head:
        raise DataError(f"{path}: is empty; expected CSV, Parquet or .npz, or name a folder")
    if is_zip(head):
        return _in_npz(open_npz(path, str(path)))
    if is_parquet(head):
        return {WHOLE: partial(read_parquet, path, prepare)}
    if is_gzip(head) or is_idx(head):
        raise DataError(
            f"{path}: is one compressed or IDX file, but images and labels are needed; "
            "name the folder with both IDX files, or decompress other formats"
        )
    if b"\0" in head or head.startswith((b"\x89PNG", b"\xff\xd8")):
        raise DataError(
            f"{path}: is neither CSV, Parquet nor .npz; name one of these, or a folder of pictures"
        )
    return {WHOLE: partial(read_csv, path)}


def _in_folder(folder: Path, prepare: Prepare | None) -> Splits:
    parts = {
        split: partial(_whole, folder / name, prepare)
        for split, names in _SPLIT_FOLDERS.items()
        for name in names
        if (folder / name).is_dir()
    }
    if parts:
        return parts
    if pairs := _idx_pairs(folder):
        return pairs
    archives = sorted(folder.glob("*.npz"))
    if len(archives) == 1:
        return _in_npz(open_npz(archives[0], str(archives[0])))
    if (folder / "labels.csv").is_file():
        return {WHOLE: partial(read_listed, folder, prepare)}
    if class_folders(folder):
        return {WHOLE: partial(read_class_folders, folder, prepare)}
    state = "is an empty folder" if not any(folder.iterdir()) else "holds no labelled digits"
    raise DataError(f"{folder}: {state}; {_EXPECTED}")


def _whole(folder: Path, prepare: Prepare | None) -> Split:
    """Return the set in a folder that is itself one split of a larger one."""
    splits = _in_folder(folder, prepare)
    if WHOLE not in splits:
        raise DataError(f"{folder}: is divided into train and test once more; name it itself")
    return splits[WHOLE]()


def _idx_pairs(folder: Path) -> Splits:
    pairs = {}
    for split, prefix in PREFIXES.items():
        images = find_idx(folder, f"{prefix}-images-idx3-ubyte")
        labels = find_idx(folder, f"{prefix}-labels-idx1-ubyte")
        if images or labels:
            pairs[split] = partial(_read_pair, images, labels, folder)
    if pairs:
        return pairs
    images_found, labels_found = (
        sorted(path for path in folder.glob(f"*{word}*") if _is_idx_file(path))
        for word in ("images", "labels")
    )
    if not images_found and not labels_found:
        return {}
    if len(images_found) > 1 or len(labels_found) > 1:
        raise DataError(
            f"{folder}: expected one IDX file of images and one of labels, found "
            f"{len(images_found)} and {len(labels_found)}; name them train-images-idx3-ubyte, "
            "t10k-images-idx3-ubyte and so on, or move the others away"
        )
    return {
        WHOLE: partial(
            _read_pair, next(iter(images_found), None), next(iter(labels_found), None), folder
        )
    }


def _is_idx_file(path: Path) -> bool:
    if not path.is_file():
        return False
    head = read_head(path)
    return is_idx(head) or (is_gzip(head) and "idx" in path.name)


def _read_pair(images: Path | None, labels: Path | None, folder: Path) -> Split:
    if images is None or labels is None:
        lone = images or labels
        missing = "images" if images is None else "labels"
        raise DataError(f"{folder}: found {lone and lone.name}, but no IDX file of its {missing}")
    return to_split(
        squares(pixels(read_idx(images), _index(str(images))), str(images)),
        digits(read_idx(labels), _index(str(labels))),
        str(folder),
    )


def _in_npz(npz: Npz) -> Splits:
    known = {
        split: [(f"x_{split}", f"y_{split}"), (f"{split}_images", f"{split}_labels")]
        for split in PREFIXES
    }
    known[WHOLE] = [("x", "y"), ("images", "labels")]
    found = {
        split: partial(_read_arrays, npz, *keys)
        for split, choices in known.items()
        for keys in choices
        if set(keys) <= set(npz.names)
    }
    if not found:
        raise DataError(
            f"{npz.name}: expected the arrays x_train, y_train, x_test and y_test, or x and y, or "
            f"images and labels; found {', '.join(npz.names) or 'none'}"
        )
    return {WHOLE: found[WHOLE]} if WHOLE in found else found


def _read_arrays(npz: Npz, images: str, labels: str) -> Split:
    name = f"{npz.name}: array '{images}'"
    return to_split(
        squares(pixels(npz.read(images), _index(name)), name),
        digits(npz.read(labels), _index(f"{npz.name}: array '{labels}'")),
        npz.name,
    )


def _index(name: str) -> Callable[[int], str]:
    return lambda row: f"{name}: index {row}"
