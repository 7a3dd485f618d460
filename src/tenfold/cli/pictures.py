"""Pictures as arguments: files, folders of files, and standard input."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from tenfold.cli.output import note
from tenfold.errors import InputError
from tenfold.images import SUFFIXES, pictures_in

__all__ = ["named_picture", "picture_names"]


def named_picture(name: str) -> Any:
    """Return what a name stands for; a folder is left over only if no picture was found in it."""
    if name == "-":
        return _standard_input()
    if name and os.path.isdir(name):  # noqa: PTH112 - as in picture_names
        raise InputError(
            f"{name}: must hold pictures, but has none of {', '.join(sorted(SUFFIXES))}"
        )
    return name


def _standard_input() -> BinaryIO:
    """Return standard input, which some callers close."""
    if sys.stdin is None:
        raise InputError("-: standard input must hold a picture, but is closed")
    return sys.stdin.buffer


def picture_names(paths: tuple[str, ...]) -> list[str]:
    """Return the pictures named, and those in the folders named, each once."""
    names: list[str] = []
    for name in paths:
        path = Path(name)
        if name in ("", "-") or not os.path.isdir(name):  # noqa: PTH112 - never raises
            names.append(name)
            continue
        names += [str(file) for file in pictures_in(path, note)] or [name]
    return list(dict.fromkeys(names))
