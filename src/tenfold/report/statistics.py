"""What can be counted in a labelled set of images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.data import MNIST
from tenfold.values import Split

__all__ = ["image_statistics", "split_statistics", "statistics"]


def statistics(mnist: MNIST) -> dict[str, Any]:
    """Return the statistics of both splits as JSON-ready values, under "train" and "test"."""
    return {"train": split_statistics(mnist.train), "test": split_statistics(mnist.test)}


def split_statistics(split: Split) -> dict[str, Any]:
    """Return what can be counted in one split, as JSON-ready values.

    Keys: samples, features (numbers a sample), classes (different labels), shape, flat_shape,
    labels_shape, dtype, minimum, maximum, mean and std of all pixels (0 to 255), zero_share
    (fraction of pixels that are 0) and class_counts (10, the images of each digit).
    """
    images, labels = split.images, split.labels
    # 256 counts give mean and deviation exactly, without 47 million floats in memory.
    frequencies = np.bincount(images.ravel(), minlength=256)
    pixels = max(images.size, 1)
    levels = np.arange(256)
    mean = float(frequencies @ levels) / pixels
    present = np.flatnonzero(frequencies)
    return {
        "samples": len(split),
        "features": math.prod(images.shape[1:]),
        "classes": len(np.unique(labels)),
        "shape": list(images.shape),
        "flat_shape": [len(split), math.prod(images.shape[1:])],
        "labels_shape": list(labels.shape),
        "dtype": str(images.dtype),
        "minimum": int(present[0]) if present.size else 0,
        "maximum": int(present[-1]) if present.size else 0,
        "mean": mean,
        "std": math.sqrt(max(float(frequencies @ levels**2) / pixels - mean**2, 0.0)),
        "zero_share": int(frequencies[0]) / pixels,
        "class_counts": [int(number) for number in np.bincount(labels, minlength=10)],
    }


def image_statistics(image: NDArray[np.uint8]) -> dict[str, Any]:
    """Return zero_pixels and zero_share of one (28, 28) uint8 image."""
    zeros = int(np.count_nonzero(image == 0))
    return {"zero_pixels": zeros, "zero_share": zeros / image.size}
