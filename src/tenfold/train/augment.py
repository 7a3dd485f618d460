"""All that is done to a batch of training images, in the order in which it happens to writing."""

from __future__ import annotations

import torch
from torch import Tensor

from tenfold.train.augmentation import Augmentation
from tenfold.train.capture import (
    binarise,
    blur,
    coarsen,
    compress,
    erase,
    light_unevenly,
    make_noisy,
)
from tenfold.train.randomly import change_some
from tenfold.train.warp import stretch, warp
from tenfold.train.writing import (
    add_neighbour,
    add_regional_forms,
    add_rule,
    cross,
    outline,
    thicken,
    thin,
)

__all__ = ["augment"]


def augment(
    images: Tensor, labels: Tensor, spec: Augmentation, generator: torch.Generator
) -> Tensor:
    """Return a batch varied at random: the pen first, then the page, then the camera.

    Args:
        images: Shape (N, 28, 28), float32 in [0, 1].
        labels: Shape (N,), int64: 0 to 9, or 10 for what is no digit.
        spec: How far, and how many.
        generator: The source of all that is random; it moves on.

    Returns:
        Shape (N, 28, 28), float32 in [0, 1]; a new tensor.
    """
    images = images.clone()
    if spec.regional:
        images = add_regional_forms(images, labels, spec.regional, generator)
    images = change_some(images, spec.thicker, thicken, generator)
    images = change_some(images, spec.thinner, thin, generator)
    images = change_some(images, spec.outlined, outline, generator)
    images = change_some(images, spec.neighbour, add_neighbour, generator)
    images = change_some(images, spec.stretched, stretch, generator)
    images = warp(images, spec, generator)
    for share, change in (
        (spec.ruled, add_rule),
        (spec.crossed, cross),
        (spec.coarse, coarsen),
        (spec.blurred, blur),
        (spec.uneven, light_unevenly),
        (spec.erased, erase),
        (spec.noisy, make_noisy),
        (spec.compressed, compress),
        (spec.binary, binarise),
    ):
        images = change_some(images, share, change, generator)
    return images
