"""Any number of pictures as glyphs, in batches, with one picture in memory at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import InputError
from tenfold.images import Polarity, check_polarity
from tenfold.preprocess.glyph import SIDE, are_glyphs, picture_to_glyph

__all__ = ["BATCH_SIZE", "are_several", "glyph_batches"]

BATCH_SIZE = 1024
"""Glyphs that are held in memory at a time, where nobody says otherwise."""


def are_several(pictures: Any) -> bool:
    """Tell several pictures from one; an array (N, 28, 28) is several, not one of 28 colours."""
    if isinstance(pictures, np.ndarray):
        return pictures.ndim > 3 or (pictures.ndim == 3 and pictures.shape[1:] == (SIDE, SIDE))
    single = (str, bytes, bytearray, memoryview, os.PathLike)
    is_file = hasattr(pictures, "read")
    return isinstance(pictures, Iterable) and not is_file and not isinstance(pictures, single)


def glyph_batches(
    pictures: Iterable[Any], polarity: Polarity, batch_size: int = BATCH_SIZE
) -> Iterator[NDArray[np.uint8]]:
    """Give pictures as glyphs, in batches; they are taken as they are needed.

    Args:
        pictures: Several pictures; an array of shape (N, 28, 28), uint8, is N of them.
        polarity: As in `tenfold.images.open_page`.
        batch_size: The most in a batch, at least 1.

    Yields:
        Glyphs (N, 28, 28), uint8, N from 1 to ``batch_size``.

    Raises:
        InputError: A picture cannot be read; the glyphs of all before it have been given. It is
            told by its place where it has no name of its own.
    """
    check_polarity(polarity)
    if not isinstance(batch_size, int) or batch_size < 1:
        raise InputError(f"batch_size: must be a whole number from 1 on, but is {batch_size!r}")
    batch_size = min(batch_size, sys.maxsize)
    if not (are_several(pictures) or (isinstance(pictures, np.ndarray) and pictures.ndim)):
        raise InputError(
            "pictures: must be several pictures, one after the other, but is a "
            f"{type(pictures).__name__}; give a single one as [picture]"
        )
    done = 0
    for glyphs, failure in _batches(pictures, polarity, batch_size):
        if len(glyphs):
            yield glyphs
        done += len(glyphs)
        if failure is not None:
            raise InputError(_numbered(failure, done)) from failure


def _batches(
    pictures: Iterable[Any], polarity: Polarity, batch_size: int
) -> Iterator[tuple[NDArray[np.uint8], InputError | None]]:
    """Give glyphs (N, 28, 28), and why the picture behind them cannot be read."""
    if isinstance(pictures, np.ndarray) and pictures.shape[1:] == (SIDE, SIDE):
        for first in range(0, len(pictures), batch_size):
            yield _framed(pictures[first : first + batch_size], polarity)
        return
    rest = iter(pictures)
    while True:
        glyphs, failure = _converted(islice(rest, batch_size), polarity)
        yield glyphs, failure
        if len(glyphs) < batch_size:
            return


def _framed(
    pictures: NDArray[Any], polarity: Polarity
) -> tuple[NDArray[np.uint8], InputError | None]:
    """Return an array's pictures (N, 28, 28) as glyphs; those that are such already stay."""
    plain = pictures.dtype == np.uint8 and not np.ma.isMaskedArray(pictures)
    if not plain or polarity == "dark_ink":
        return _converted(pictures, polarity)
    glyphs = pictures.copy()
    for place in np.flatnonzero(~are_glyphs(pictures)).tolist():
        glyphs[place] = picture_to_glyph(pictures[place], polarity=polarity)
    return glyphs, None


def _converted(
    pictures: Iterable[Any], polarity: Polarity
) -> tuple[NDArray[np.uint8], InputError | None]:
    """Return pictures as glyphs up to one that cannot be read, and why it cannot."""
    glyphs: list[NDArray[np.uint8]] = []
    failure = None
    try:
        glyphs.extend(picture_to_glyph(picture, polarity=polarity) for picture in pictures)
    except InputError as error:
        failure = error
    return np.stack(glyphs) if glyphs else np.zeros((0, SIDE, SIDE), np.uint8), failure


def _numbered(failure: InputError, place: int) -> str:
    """Return what is wrong with a picture; one that has no name of its own is told by its place."""
    message = str(failure)
    unnamed = message.startswith("picture:") and place > 0
    return message.replace("picture:", f"picture {place}:", 1) if unnamed else message
