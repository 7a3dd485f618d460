"""From numbers of any kind to a `Split`: every value is checked, none is clipped or guessed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import DataError
from tenfold.values import Split

__all__ = ["SIDE", "Place", "digits", "pixels", "squares", "to_split"]

SIDE = 28
"""Height and width of an image, as in MNIST."""

Place = Callable[[int], str]
"""Turns the position of an image in an array into the words that messages use for it."""

_FAINTEST = 31  # of 255: what no ink of a set is fainter than, but pixels of 1 to 5 bits are
_BRIGHTEST_GROUND = 160  # of 255: paper in the sun is brighter, the ground of noisy images darker


def pixels(values: NDArray[Any], place: Place) -> NDArray[np.uint8]:
    """Return pixels as uint8.

    Args:
        values: Shape (N, ...), any numbers.
        place: Names an image, for messages.

    Returns:
        The same shape, uint8.

    Raises:
        DataError: One is not a whole number from 0 to 255; the message says where.
    """
    if values.dtype == np.uint8:
        return values
    return _whole_numbers(values, 255, place, "pixels", "; multiply pixels scaled to 0-1 by 255")


def digits(values: NDArray[Any], place: Place) -> NDArray[np.uint8]:
    """Return labels of shape (N,) or (N, 1), any numbers, as (N,) uint8.

    Raises:
        DataError: The shape is another, or one is not a whole number from 0 to 9.
    """
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise DataError(f"{place(0)}: expected labels of shape (N,), found {values.shape}")
    return _whole_numbers(values, 9, place, "labels", "")


def squares(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Return images of shape (N, 784), (N, 28, 28) or (N, 28, 28, 1) as (N, 28, 28).

    Raises:
        DataError: The shape is another.
    """
    if values.shape[1:] in ((SIDE * SIDE,), (SIDE, SIDE), (SIDE, SIDE, 1)):
        return values.reshape(-1, SIDE, SIDE)
    raise DataError(
        f"{name}: expected images of shape (N, 28, 28) or (N, 784), found {values.shape}; "
        "scale them to 28 x 28 grey pixels first"
    )


def to_split(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], name: str, names: Sequence[str] = ()
) -> Split:
    """Return a split whose arrays are read-only.

    Args:
        images: Shape (N, 28, 28), uint8.
        labels: Shape (N,), uint8, 0 to 9.
        name: What messages call the set.
        names: What each image is called, where they have names.

    Raises:
        DataError: There is no image, the counts differ, the pixels are scaled to 0-1, or the ground
            of most images is bright.
    """
    if len(images) != len(labels):
        raise DataError(
            f"{name}: expected a label for each image, found {len(images):,} images and "
            f"{len(labels):,} labels"
        )
    if len(images) == 0:
        raise DataError(f"{name}: holds no images; expected at least one")
    if 0 < (brightest := int(images.max())) <= _FAINTEST:
        raise DataError(
            f"{name}: expected pixels from 0 to 255, but the brightest is {brightest}; "
            f"multiply pixels scaled to 0-{brightest} by {255 // brightest}"
        )
    if (ground := _typical_border(images)) > _BRIGHTEST_GROUND:
        raise DataError(
            f"{name}: expected bright ink on a dark ground, as in MNIST, but most borders are "
            f"bright ({ground:.0f} of 255); subtract the pixels from 255"
        )
    images.flags.writeable = False
    labels.flags.writeable = False
    return Split(images, labels, tuple(names))


def _typical_border(images: NDArray[np.uint8]) -> float:
    """Return the median, over images (N, 28, 28), of the mean of their outermost pixels."""
    sides = images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]
    return float(np.median(np.concatenate(sides, 1).mean(1)))


def _whole_numbers(
    values: NDArray[Any], most: int, place: Place, what: str, advice: str
) -> NDArray[np.uint8]:
    if values.dtype.kind not in "uif":
        raise DataError(f"{place(0)}: expected {what} that are numbers, found {values.dtype}")
    # Not-a-number fails both comparisons, so it counts as wrong.
    right = (values >= 0) & (values <= most)
    if values.dtype.kind == "f":
        right &= np.rint(values) == values
    if not right.all():
        first = tuple(int(axis[0]) for axis in np.nonzero(~right))
        raise DataError(
            f"{place(first[0])}: expected {what} that are whole numbers from 0 to {most}, "
            f"found {values[first]:g}{advice}"
        )
    return values.astype(np.uint8)
