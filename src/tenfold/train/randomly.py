"""What a random generator gives to augmentation: a value, or a yes or no, for each image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["Change", "change_some", "uniform"]

Change = Callable[[Tensor, torch.Generator], Tensor]


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """Return ``count`` numbers (count,) float32, evenly from ``low`` to ``high``."""
    return torch.rand(count, generator=generator) * (high - low) + low


def change_some(images: Tensor, share: float, change: Change, generator: torch.Generator) -> Tensor:
    """Return the images with a random share of them changed.

    Args:
        images: Shape (N, 28, 28), float32 in [0, 1]; changed in place.
        share: 0 to 1.
        change: Takes some of the images and the generator, and returns what becomes of them.
        generator: The source of all that is random; it moves on.
    """
    if not share:
        return images
    places = torch.nonzero(torch.rand(len(images), generator=generator) < share).squeeze(1)
    if len(places):
        images[places] = change(images[places], generator)
    return images
