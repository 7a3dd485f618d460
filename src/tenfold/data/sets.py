"""Labelled sets that the user imported under a name, kept in the cache as IDX files."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tenfold.data.cache import sets_folder
from tenfold.data.formats import WHOLE, find_splits
from tenfold.data.idx import idx_bytes
from tenfold.data.layouts import PREFIXES
from tenfold.data.pictures import Prepare
from tenfold.data.reading import exists, named_path
from tenfold.errors import DataError, OutputError
from tenfold.folders import replace_folder, settled_folder

__all__ = ["BUILT_IN", "import_labelled", "is_set_name", "set_folder", "set_names"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
BUILT_IN = ("mnist", "optdigits", "corrupted", "not-digits", "held-out")  # names that are taken
_KINDS = ("images-idx3", "labels-idx1")


def is_set_name(name: str) -> bool:
    """Tell whether a set may be called ``name``."""
    return _NAME.fullmatch(name) is not None


def set_names() -> list[str]:
    """Return the names of the imported sets, sorted."""
    folder = sets_folder()
    if not folder.is_dir():
        return []
    return sorted(
        path.name for path in folder.iterdir() if path.is_dir() and is_set_name(path.name)
    )


def set_folder(name: str) -> Path | None:
    """Return the folder of the imported set ``name``; None if there is none of that name.

    Changes nothing: while the set is replaced it is the folder put aside.
    """
    if not is_set_name(name):
        return None
    folder = settled_folder(sets_folder() / name)
    return folder if folder.is_dir() else None


def import_labelled(
    path: str | os.PathLike[str],
    name: str,
    *,
    force: bool = False,
    prepare: Prepare | None = None,
) -> dict[str, int]:
    """Copy a labelled set into the cache, so that ``--data NAME`` and `load_labelled` find it.

    Args:
        path: Anything that `load_labelled` reads; both splits are taken where there are two.
        name: Lower-case letters, digits and hyphens, 64 at most; none of `BUILT_IN`.
        force: Replace a set of that name.
        prepare: As in `load_labelled`.

    Returns:
        Length of each IDX file in bytes, by its name.

    Raises:
        DataError: The name is not allowed, or the set cannot be read.
        OutputError: The name is taken and ``force`` is off, or the cache cannot be written.
    """
    if not is_set_name(name) or name in BUILT_IN:
        raise DataError(
            "name: must be 1 to 64 of a-z, 0-9 and '-', begin with no '-', and be none of "
            f"{', '.join(BUILT_IN)}, got {name!r}"
        )
    target = sets_folder() / name
    if target.exists() and not force:
        raise OutputError(
            f"{target}: the set '{name}' is already there, and nothing is overwritten without "
            "--force; choose another name or add --force"
        )
    source = named_path(path)
    if not exists(source):
        raise DataError(f"{source}: does not exist; expected a labelled set")
    sizes = {}
    prefixes = {WHOLE: ""} | {split: f"{prefix}-" for split, prefix in PREFIXES.items()}
    names = [f"{p}{kind}-ubyte" for p in prefixes.values() for kind in _KINDS]
    with replace_folder(target, names, force=force) as folder:
        for split, read in find_splits(source, prepare).items():
            part = read()
            for kind, array in zip(_KINDS, (part.images, part.labels), strict=True):
                content = idx_bytes(array)
                (folder / f"{prefixes[split]}{kind}-ubyte").write_bytes(content)
                sizes[f"{prefixes[split]}{kind}-ubyte"] = len(content)
    return sizes
