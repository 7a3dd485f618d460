"""The built-in evaluation set ``corrupted``: MNIST-C's fifteen corruptions, for any 28 x 28 digits.

Mu and Gilmer 2019, "MNIST-C: A Robustness Benchmark for Computer Vision",
https://arxiv.org/abs/1906.02337. The fifteen, their order and their parameters are those of the
published code, https://github.com/google-research/mnist-c, corruptions.py, whose defaults give one
severity to each. What it leaves to scikit-image (the releases of 2019), SciPy and ImageMagick is
done here with numpy, and with OpenCV for connected components; each function says what differs.

The published files were drawn without a known seed, so where chance plays a part these images are
others than theirs, and figures on both agree up to that. They were compared by the size of the
10,000 test images as PNG files, which TensorFlow Datasets publishes for every corruption (its
``mnist_corrupted/*/1.0.0/dataset_info.json``): scale, brightness, stripe and canny_edges, which
draw nothing, take the published number of bytes, and the others come as near to it as one seed
comes to another, 0.13 % at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tenfold.data.arrays import SIDE
from tenfold.data.corruption_blur import glass_blur, motion_blur
from tenfold.data.corruption_edges import canny_edges
from tenfold.data.corruption_light import brightness, fog, spatter, stripe
from tenfold.data.corruption_noise import impulse_noise, shot_noise
from tenfold.data.corruption_shape import rotate, scale, shear, translate
from tenfold.data.corruption_strokes import dotted_line, zigzag
from tenfold.errors import DataError, nearest

__all__ = ["CORRUPTIONS", "CORRUPTION_NAMES", "Corruption", "corrupt"]

Corruption = Callable[[NDArray[np.float64], np.random.Generator], NDArray[np.float64]]
"""Turns images (N, 28, 28) float64, 0 ground to 1 ink, into new ones of the same shape.

What leaves 0 to 1 is clipped by `corrupt`. Whatever a corruption draws, it draws image by image.
"""

CORRUPTIONS: Mapping[str, Corruption] = MappingProxyType(
    {
        "shot_noise": shot_noise,
        "impulse_noise": impulse_noise,
        "glass_blur": glass_blur,
        "motion_blur": motion_blur,
        "shear": shear,
        "scale": scale,
        "rotate": rotate,
        "brightness": brightness,
        "translate": translate,
        "stripe": stripe,
        "fog": fog,
        "spatter": spatter,
        "dotted_line": dotted_line,
        "zigzag": zigzag,
        "canny_edges": canny_edges,
    }
)
"""The corruptions by name, in the published order."""

CORRUPTION_NAMES: tuple[str, ...] = tuple(CORRUPTIONS)

_BLOCK = 500  # images corrupted at once, which keeps the work in a processor's cache


def corrupt(images: NDArray[np.uint8], name: str, seed: int = 0) -> NDArray[np.uint8]:
    """Return images with one of MNIST-C's corruptions at its published severity.

    The same images, name and seed give the same bytes with the same numpy. Image i depends on
    itself, its place, the name and the seed, and on no other image: the first images of a batch
    come out alike however many follow.

    Args:
        images: Shape (N, 28, 28), uint8, ink bright; N may be 0.
        name: One of `CORRUPTION_NAMES`.
        seed: 0 or more; each corruption draws from a stream of its own.

    Returns:
        Shape (N, 28, 28), uint8; a new array.

    Raises:
        DataError: There is no such corruption, or the images are of another shape or type.
    """
    if name not in CORRUPTIONS:
        raise DataError(f"name: no corruption '{name}'; {nearest(name, CORRUPTIONS)}")
    if images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise DataError(f"images: must be (N, 28, 28) uint8, got {images.shape} {images.dtype}")
    sequence = np.random.SeedSequence([seed, CORRUPTION_NAMES.index(name)])
    random = np.random.Generator(np.random.PCG64(sequence))
    corrupted = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), _BLOCK):
        block = slice(start, start + _BLOCK)
        levels = np.clip(CORRUPTIONS[name](images[block] / 255, random), 0, 1) * 255
        # The published code returns float32, and its files hold what is left without the fraction:
        # their darkest pixel under brightness is 127, not 128. float32 first, so that a level which
        # is a whole number by its formula stays one.
        corrupted[block] = levels.astype(np.float32)
    return corrupted
