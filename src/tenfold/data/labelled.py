"""Any labelled digits of the user's as one `Split`."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path

from tenfold.data.cache import sets_folder
from tenfold.data.formats import WHOLE, find_splits
from tenfold.data.mnist import load_mnist
from tenfold.data.pictures import Prepare
from tenfold.data.reading import exists, named_path
from tenfold.data.sets import is_set_name, set_folder, set_names
from tenfold.errors import DataError, nearest
from tenfold.folders import exclusive
from tenfold.values import Split

__all__ = ["load_labelled"]


def load_labelled(
    path: str | os.PathLike[str], *, split: str = "test", prepare: Prepare | None = None
) -> Split:
    """Return labelled digits from a file, a folder, or a set imported under a name.

    The format is found by content: a folder with a pair of IDX files (gzipped or not), with
    ``mnist.npz``, with folders named 0 to 9, or with ``labels.csv`` (columns file and label); a
    ``.npz`` file; a CSV or Parquet file with a column ``label`` and 784 columns of pixels; a
    Parquet file with a column ``image`` of encoded pictures.

    Args:
        path: The file or folder; or, where there is none of that name, the name of an imported set,
            or "mnist".
        split: "train" or "test"; a set that is not divided gives all it has for both.
        prepare: Reads a picture's open file of any size and form as (28, 28) uint8, such as
            `tenfold.preprocess.picture_to_glyph`; without it, pictures must be 28 x 28 and are
            taken as they are, white ink on black. It is used for encoded pictures only, not for
            arrays and tables of pixels.

    Returns:
        Images (N, 28, 28) uint8 and labels (N,) uint8 from 0 to 9, N at least 1, both read-only.

    Raises:
        DataError: It does not exist or holds no labelled digits; or some are damaged, out of range,
            or of another size. The message names the file and the place in it.
        MissingExtraError: It is Parquet, and the extra ``parquet`` is not installed.
    """
    if split not in ("train", "test"):
        raise DataError(f"split: must be 'train' or 'test', got {split!r}")
    source = named_path(path)
    if exists(source):
        return _of_split(source, split, prepare)
    if str(path) == "mnist":
        mnist = load_mnist()
        return mnist.train if split == "train" else mnist.test
    return _of_set(str(path), split, prepare)


def _of_split(source: Path, split: str, prepare: Prepare | None) -> Split:
    splits = find_splits(source, prepare)
    if WHOLE in splits:
        return splits[WHOLE]()
    if split not in splits:
        raise DataError(
            f"{source}: has no '{split}' split, only '{next(iter(splits))}'; ask for that one"
        )
    return splits[split]()


def _of_set(name: str, split: str, prepare: Prepare | None) -> Split:
    """Return an imported set, all of one moment, whoever imports another under its name."""
    try:
        with exclusive(sets_folder() / name) if is_set_name(name) else nullcontext():
            return _of_split(_imported(name), split, prepare)
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror or error})") from error


def _imported(name: str) -> Path:
    folder = set_folder(name)
    if folder is None:
        raise DataError(
            f"{name}: no such file or folder, and no imported set of that name; "
            f"{nearest(name, [*set_names(), 'mnist'])}"
        )
    return folder
